"""Counts of documents, sentences, words and types, by any metadata column."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.core.compiled import compiled
from analysis.text.documents import Offsets
from analysis.text.lookup import distinct
from analysis.text.shards import sentence_counts, shards
from analysis.text.tokens import Tokens

HELD = 20_000_000  # (group, type) pairs in memory before duplicates are removed


def overview(tokens: Tokens, by: str | None = None) -> pd.DataFrame:
    """One row per group of the metadata column `by`, or for the whole corpus: documents, sentences, words, types.

    If the corpus has dates, also ``first`` and ``last``, those of the group's first and last document.

    >>> from analysis import read_text, tokenize
    >>> overview(tokenize(read_text("To be or not to be. Be quick.")))
       documents  sentences  words  types
    0          1          2      8      5
    """
    labels, number = tokens.numbered_groups(by)
    types = _count_types(tokens, number, len(labels))
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


def _count_types(tokens: Tokens, group: Offsets, groups: int) -> Offsets:
    """(groups,) the number of different words in each group of documents."""
    types, held = np.zeros(groups, np.int64), [np.empty(0, np.int64)]
    first, last = np.full(groups, len(group)), np.zeros(groups, np.int64)
    np.minimum.at(first, group, np.arange(len(group)))
    np.maximum.at(last, group, np.arange(len(group)))
    for shard in shards(tokens):
        own = group[shard.rows]
        order = np.argsort(own, kind="stable")
        found, local = _distinct_pairs(shard.tokens.ids, shard.tokens.document_offsets, order, own, len(shard.types))
        inside = ((first >= shard.rows.start) & (last < shard.rows.stop))[found]  # the group is in no other shard
        types += np.bincount(found[inside], minlength=groups)
        held.append(found[~inside] * len(tokens.vocabulary) + shard.types[local[~inside]])
        if sum(map(len, held[1:])) > HELD:
            held = [distinct(np.concatenate(held))]
    shared = distinct(np.concatenate(held)) // max(len(tokens.vocabulary), 1)
    return types + np.bincount(shared, minlength=groups)


@compiled
def _distinct_pairs(ids: Any, offsets: Any, order: Any, group: Any, types: Any) -> Any:
    """The distinct pairs of group and type; `order` sorts the documents by group."""
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


def varying(tokens: Tokens, by: str | None) -> str | None:
    """`by` if the documents differ in that metadata column, else None.

    Raises `ValueError` if there is no such column.

    >>> from analysis import read_text, tokenize
    >>> varying(tokenize(read_text("To be.", source="Daily")), "source") is None
    True
    """
    return by if by and len(set(tokens.groups(by))) > 1 else None


def side_by_side(
    table: pd.DataFrame, tokens: Tokens, *, by: str, index: str, value: str, rows: pd.Series, most: int = 12
) -> pd.DataFrame:
    """Pivot `table`: `value` by the `rows` of `index` and the groups of `by`, sorted by name, with 0 for missing cells.

    Only the `most` groups with the most words are included.
    """
    words = pd.Series(np.diff(tokens.document_offsets)).groupby(tokens.groups(by).to_numpy(dtype=object)).sum()
    groups = sorted(words.sort_index().sort_values(ascending=False, kind="stable").index[:most])
    grid = table[table[index].isin(rows)].pivot_table(index=index, columns=by, values=value)
    return grid.reindex(index=pd.Index(rows, name=index), columns=groups).fillna(0.0)
