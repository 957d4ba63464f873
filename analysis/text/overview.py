"""What was loaded: how many documents, sentences and words, by any metadata column."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.core.compiled import compiled
from analysis.text.buckets import Buckets
from analysis.text.documents import Offsets
from analysis.text.parted import AnyTokens, Parted, parts, sentence_counts

FILES = 64  # into which the words of groups are sorted where they do not fit in memory


def overview(tokens: AnyTokens, by: str | None = None) -> pd.DataFrame:
    """One row a group of the metadata column `by` (one row in all without it): documents, sentences, words, types.

    With dates in the corpus also ``first`` and ``last``, the days of the group's first and last document.

    >>> from analysis import read_text, tokenize
    >>> overview(tokenize(read_text("To be or not to be. Be quick.")))
       documents  sentences  words  types
    0          1          2      8      5
    """
    labels, number = tokens.numbered_groups(by)
    types = _types(tokens, number, len(labels))
    words, sentences = np.diff(tokens.document_offsets), sentence_counts(tokens)
    rows = []
    for row, group in enumerate(labels):
        chosen = number == row
        dates = tokens.corpus.documents["date"][chosen]
        rows.append(
            {
                by or "group": group,
                "documents": int(chosen.sum()),
                "sentences": int(sentences[chosen].sum()),
                "words": int(words[chosen].sum()),
                "types": int(types[row]),
                "first": dates.min(),
                "last": dates.max(),
            }
        )
    table = pd.DataFrame(rows)
    if by is None:
        table = table.drop(columns="group")
    return table.drop(columns=["first", "last"]) if table["first"].isna().all() else table


def _types(tokens: AnyTokens, group: Offsets, groups: int) -> Offsets:
    """(groups,) how many different words each group of documents has."""
    whole = max(len(tokens.vocabulary), 1)
    if not isinstance(tokens, Parted):
        order = np.argsort(group, kind="stable")
        return np.bincount(_met(tokens.ids, tokens.document_offsets, order, group, whole)[0], minlength=groups)
    found = Buckets(tokens.folder, [np.int64], number=FILES)
    for part in parts(tokens):
        own = group[part.rows]
        order = np.argsort(own, kind="stable")
        met, local = _met(part.tokens.ids, part.tokens.document_offsets, order, own, len(part.types))
        found.add(met * whole + part.types[local])
    types = np.zeros(groups, np.int64)
    for k in range(len(found)):
        types += np.bincount(np.unique(found.read(k)[0]) // whole, minlength=groups)
    return types


@compiled
def _met(ids: Any, offsets: Any, order: Any, group: Any, types: Any) -> Any:
    """Each group with each type that it has, the documents being in the `order` of their groups."""
    out, which = np.empty(len(ids), np.int64), np.empty(len(ids), np.int32)
    last = np.full(types, -1)
    n = 0
    for document in order:
        for place in range(offsets[document], offsets[document + 1]):
            if last[ids[place]] != group[document]:
                last[ids[place]] = group[document]
                out[n], which[n] = group[document], ids[place]
                n += 1
    return out[:n], which[:n]


def varying(tokens: AnyTokens, by: str | None) -> str | None:
    """`by` where the documents differ in that metadata column, None where there is nothing to compare.

    Raises `ValueError` when there is no such column.

    >>> from analysis import read_text, tokenize
    >>> varying(tokenize(read_text("To be.", source="Daily")), "source") is None
    True
    """
    return by if by and len(set(tokens.groups(by))) > 1 else None


def side_by_side(
    table: pd.DataFrame, tokens: AnyTokens, *, by: str, index: str, value: str, rows: pd.Series, most: int = 12
) -> pd.DataFrame:
    """`value` with the `rows` of `index` down the side and the groups of `by` along the top, in the order of names.

    Where there are more than `most` groups, those with the most words are taken. What a group lacks is 0.
    """
    words = pd.Series(np.diff(tokens.document_offsets)).groupby(tokens.groups(by).to_numpy(dtype=object)).sum()
    groups = sorted(words.sort_index().sort_values(ascending=False, kind="stable").index[:most])
    grid = table[table[index].isin(rows)].pivot_table(index=index, columns=by, values=value)
    return grid.reindex(index=pd.Index(rows, name=index), columns=groups).fillna(0.0)
