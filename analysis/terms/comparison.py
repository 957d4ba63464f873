"""What is compared with what: two sides of a corpus, or a corpus and a list of frequencies from elsewhere."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.core.paths import from_root
from analysis.terms.tallies import OWN_WORDS, SIGNIFICANT
from analysis.text.reading.metadata import MetadataError, read_table
from analysis.text.tokens import Tokens

REST = "the others"


class Sides(NamedTuple):
    """Two sides of a comparison and what each is called."""

    target: Tokens
    reference: Tokens | pd.DataFrame
    target_name: str
    reference_name: str


def sides(tokens: Tokens, by: str | None, target: str | None = None, reference: str | None = None) -> Sides:
    """The sides that `target` and `reference` name.

    `target` is a group of the metadata column `by`; without it the group with the most words (of equal ones the first
    by name), or, against a frequency list, all documents. `reference` is another group, or a CSV file with the columns
    ``term`` and ``count`` (`read_frequency_list`), a relative path starting at the checkout; without it all other
    documents. Raises `ValueError` for a group that is not there, a target that is its reference, and where there is
    nothing to compare.

    >>> from analysis import tokenize
    >>> from analysis.text.corpus import read_texts
    >>> found = sides(tokenize(read_texts(["War.", "Peace and trade."])), "doc_id")
    >>> found.target_name, found.reference_name, len(found.target), len(found.reference)
    ('1', 'the others', 3, 1)
    """
    listed = is_list(reference)
    if by is None:
        if not listed:
            raise ValueError("nothing to compare: name a metadata column, or a CSV file of term and count as reference")
        return Sides(tokens, read_frequency_list(from_root(str(reference))), "these texts", Path(str(reference)).stem)
    groups = tokens.groups(by)
    for role, name in (("target", target), ("reference", None if listed else reference)):
        if name and not (groups == name).any():
            known = ", ".join(map(repr, sorted(set(groups))[:20]))
            raise ValueError(f"{role} {name!r} is no value of {by!r}: it has {known}")
    if target and target == reference:
        raise ValueError(f"target and reference are both {target!r}: name two groups, or leave the reference out")
    if listed:
        own = tokens.where(**{by: target}) if target else tokens
        return Sides(
            own, read_frequency_list(from_root(str(reference))), target or "these texts", Path(str(reference)).stem
        )
    if not target:
        sizes = pd.Series(np.diff(tokens.document_offsets)).groupby(groups.to_numpy(dtype=object)).sum()
        sizes = sizes[sizes > 0]
        target = min((name for name in sizes.index if name != reference), key=lambda name: (-sizes[name], name))
    others = tokens.where(**{by: reference}) if reference else tokens.where(**{f"{by}__not": target})
    return Sides(tokens.where(**{by: target}), others, target, reference or REST)


def is_list(reference: str | None) -> bool:
    """Whether a reference is a frequency list, by its ending, and no group.

    >>> is_list("general.CSV"), is_list("Wire agency"), is_list(None)
    (True, False, False)
    """
    return bool(reference) and str(reference).lower().endswith(".csv")


def read_frequency_list(path: str | Path) -> pd.DataFrame:
    """A frequency list from a CSV file: ``term`` (text) and ``count`` (whole numbers), one row a term.

    Raises `ValueError` where the file is not there or no such table.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "list.csv")
    ...     _ = path.write_text("term,count\\nnull,12\\nthe,900\\n")
    ...     read_frequency_list(path)["count"].tolist()
    [12, 900]
    """
    try:
        table = read_table(Path(path))
    except MetadataError as error:
        if not Path(path).is_file():
            raise ValueError(f"no such frequency list: {str(path)!r}: give a CSV file of term and count") from None
        raise ValueError(str(error)) from None
    for column in ("term", "count"):
        if column not in table.columns:
            raise ValueError(f"{Path(path).name} has the columns {', '.join(table.columns)}: it needs term and count")
    count = pd.to_numeric(table["count"], errors="coerce")
    bad = count.isna() | (count < 0) | (count % 1 != 0)
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise ValueError(f"{Path(path).name} row {row + 2}: count {table['count'].iloc[row]!r} is no whole number")
    return pd.DataFrame({"term": table["term"].astype(str), "count": count.astype("int64")})


def strongest(table: pd.DataFrame, top: int) -> pd.DataFrame:
    """The key words of a keyness table for a figure: up to `top` of the target, then as many of the reference.

    Each side has those with the highest G², the target's from high to low, the reference's from low to high.

    >>> table = pd.DataFrame({"term": list("abcd"), "key": ["target", "reference"] * 2, "g2": [9.0, 7.0, 5.0, 3.0]})
    >>> strongest(table, 2)["term"].tolist()
    ['a', 'c', 'd', 'b']
    """
    own, others = (table[table["key"] == side].head(top) for side in ("target", "reference"))
    return pd.concat([own, others[::-1]], ignore_index=True)


def most_distinct(table: pd.DataFrame, by: str, *, significant: float = SIGNIFICANT) -> str | None:
    """The group with the most key words of its own in a table of `keyness_by_group` (q below `significant`).

    Of groups with as many, the one whose key words have the most G² together, then the first by name; None
    where no group has any word of its own. A table of a corpus in parts says itself how many there are in all.

    >>> table = pd.DataFrame({"source": ["a", "a", "b"], "key": "target", "q": [0.01, 0.3, 0.02], "g2": [9, 1, 8]})
    >>> most_distinct(table, "source")
    'a'
    """
    if (counted := table.attrs.get(OWN_WORDS)) is not None and significant == SIGNIFICANT:
        counted = {group: found for group, found in counted.items() if found[1] > 0}
        return min(counted, key=lambda group: (-counted[group][0], -counted[group][1], group), default=None)
    own = table[table["key"] == "target"]
    sure = (own["q"] < significant).groupby(own[by]).sum()
    evidence = own.groupby(by)["g2"].sum()
    return min(sure.index, key=lambda group: (-sure[group], -evidence[group], group), default=None)
