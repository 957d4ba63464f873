"""The sides of a comparison: two parts of a corpus, or a corpus and a frequency list, and tables of their key words."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.core.compiled import Ints
from analysis.core.paths import from_root
from analysis.terms.permutation import SIGNIFICANT
from analysis.terms.tallies import OWN_WORDS
from analysis.text.reading.metadata import MetadataError, read_table
from analysis.text.tokens import Tokens

REST = "the others"


class Sides(NamedTuple):
    """Two sides of a comparison and their names."""

    target: Tokens
    reference: Tokens | pd.DataFrame
    target_name: str
    reference_name: str
    copies: Ints | None = None  # a number for each document of target and reference, equal for copies


def sides(
    tokens: Tokens,
    by: str | None,
    target: str | None = None,
    reference: str | None = None,
    *,
    copies: Ints | None = None,
) -> Sides:
    """The sides that `target` and `reference` name.

    `target` is a group of the metadata column `by`, by default the one with the most words (of equal ones the first by
    name), or, against a frequency list, all documents. `reference` is another group, or a CSV file for
    `read_frequency_list`, a relative path starting at the checkout; by default all other documents, which are called as
    their group if they are one, else "the others". `copies` are numbers for all documents, equal for copies. Raises
    `ValueError` for an unknown group, a target that is its reference, and where there is nothing to compare.

    >>> from analysis import load_tokens
    >>> found = sides(load_tokens(["War.", "Peace and trade.", "No."]), "doc_id")
    >>> found.target_name, found.reference_name, len(found.target), len(found.reference)
    ('1', 'the others', 3, 2)
    """
    listed = is_list(reference)
    if by is None and not listed:
        raise ValueError("nothing to compare: name a metadata column, or a CSV file of term and count as reference")
    groups = tokens.groups(by) if by is not None else None
    if groups is not None:
        for role, name in (("target", target), ("reference", None if listed else reference)):
            if name and not (groups == name).any():
                known = ", ".join(map(repr, sorted(set(groups))[:20]))
                raise ValueError(f"{role} {name!r} is no value of {by!r}: it has {known}")
        if target and target == reference:
            raise ValueError(f"target and reference are both {target!r}: name two groups, or leave the reference out")
    if groups is None or listed:
        path = from_root(str(reference))
        own = tokens.where(**{by: target}) if by is not None and target else tokens
        return Sides(own, read_frequency_list(path), (by and target) or "these texts", Path(str(reference)).stem)
    if not target:
        sizes = pd.Series(np.diff(tokens.document_offsets)).groupby(groups.to_numpy(dtype=object)).sum()
        sizes = sizes[sizes > 0]
        target = min((name for name in sizes.index if name != reference), key=lambda name: (-sizes[name], name))
    rows = np.flatnonzero(groups == str(target))
    rest = np.flatnonzero(groups == reference if reference else groups != target)
    names = groups.iloc[rest][np.diff(tokens.document_offsets)[rest] > 0].unique()
    return Sides(
        tokens.subset(rows),
        tokens.subset(rest),
        str(target),
        names[0] if len(names) == 1 else REST,
        None if copies is None else copies[np.append(rows, rest)],
    )


def is_list(reference: str | None) -> bool:
    """Whether a reference is a frequency list, by its ending, and not a group."""
    return bool(reference) and str(reference).lower().endswith(".csv")


def read_frequency_list(path: str | Path) -> pd.DataFrame:
    """Read a frequency list from a CSV file: ``term`` (text) and ``count`` (whole numbers), one row a term.

    Raises `ValueError` for a missing file, or one that is no such table.
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


def strongest(
    table: pd.DataFrame, documents: Mapping[str, int | None], *, by: str | None = None, top: int = 5, most: int = 8
) -> pd.DataFrame:
    """The first `top` key words of each of the `most` sides with most documents, the largest side first.

    `table` is one of `keyness`, and `documents` the names and numbers of documents of target and reference, in this
    order, or with `by` one of `keyness_by_group`, of which each group is a side. ``side``, ``term``, ``log_ratio``
    (above 0 = more on its side), ``g2``, ``documents`` of the side with the word, ``of_documents``, ``q_documents``.

    >>> table = pd.DataFrame({"term": ["war", "law"], "key": ["target", "reference"], "log_ratio": [2.0, -1.0]})
    >>> table = table.assign(g2=9.0, documents=[3, 1], reference_documents=[1, 4], q_documents=0.01)
    >>> strongest(table, {"Radio": 3, "the others": 5})[["side", "term", "log_ratio", "documents", "of_documents"]]
             side term  log_ratio  documents  of_documents
    0  the others  law        1.0          4             5
    1       Radio  war        2.0          3             3
    """
    if by is None:
        turned = table["key"] == "reference"
        own = table.assign(
            side=table["key"].map(dict(zip(("target", "reference"), documents, strict=True))),
            log_ratio=table["log_ratio"].where(~turned, -table["log_ratio"]),
            documents=table["documents"].where(~turned, table["reference_documents"]),
        )
    else:
        own = table[table["key"] == "target"].assign(side=lambda rows: rows[by])
    ranked = sorted(documents, key=lambda name: -(documents[name] or 0))
    place = {name: row for row, name in enumerate(name for name in ranked if (own["side"] == name).any())}
    own = own.assign(of_documents=own["side"].map(documents), place=own["side"].map(place))
    own = own[own["place"] < most].sort_values("place", kind="stable").groupby("place").head(top)
    columns = ["side", "term", "log_ratio", "g2", "documents", "of_documents", "q_documents"]
    return own[columns].reset_index(drop=True)


def ranks(key: pd.DataFrame) -> pd.DataFrame:
    """How frequent each word of a table of `keyness` is on either side, by rank: the points of Scattertext's plot.

    ``target_rank``, ``reference_rank``: the dense rank of the word's count on that side, from 0 for the rarest to 1
    (Kessler 2017, Scattertext: a browser-based tool for visualizing how corpora differ). ``term``, ``count``,
    ``reference_count`` and ``q_documents`` are those of `key`. The words farthest from equal ranks come first, ties in
    alphabetical order.

    >>> table = pd.DataFrame({"term": ["war", "law", "the"], "count": [3, 0, 9], "reference_count": [1, 1, 9]})
    >>> ranks(table.assign(q_documents=1.0))[["term", "target_rank", "reference_rank"]]
      term  target_rank  reference_rank
    0  war          0.5             0.0
    1  law          0.0             0.0
    2  the          1.0             1.0
    """
    table = key[["term", "count", "reference_count", "q_documents"]].copy()
    for side, counts in (("target", table["count"]), ("reference", table["reference_count"])):
        rank = counts.rank(method="dense") - 1
        table[f"{side}_rank"] = rank / max(rank.max(), 1)
    table["apart"] = -(table["target_rank"] - table["reference_rank"]).abs()
    return table.sort_values(["apart", "term"], ignore_index=True).drop(columns="apart")


def most_distinct(table: pd.DataFrame, by: str) -> str | None:
    """The group that most words of its own set apart in a table of `keyness_by_group`; None where no group has any.

    Ties are broken by the sum of G² of the group's words, then by name. The ``attrs`` of a table have the numbers of
    all words, also where it was cut.

    >>> table = pd.DataFrame({"source": ["a", "a", "b"], "key": "target", "g2": [9, 1, 8]})
    >>> most_distinct(table.assign(q_documents=[0.01, 0.3, 0.02]), "source")
    'a'
    """
    if (counted := table.attrs.get(OWN_WORDS)) is not None:
        counted = {group: found for group, found in counted.items() if found[1] > 0}
        return min(counted, key=lambda group: (-counted[group][0], -counted[group][1], group), default=None)
    own = table[table["key"] == "target"]
    sure = (own["q_documents"] < SIGNIFICANT).groupby(own[by]).sum()
    evidence = own.groupby(by)["g2"].sum()
    return min(sure.index, key=lambda group: (-sure[group], -evidence[group], group), default=None)
