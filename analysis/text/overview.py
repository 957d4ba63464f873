"""What was loaded: how many documents, sentences and words, by any metadata column."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.core.compiled import compiled
from analysis.text.documents import Offsets
from analysis.text.shards import sentence_counts, shards
from analysis.text.tokens import Tokens

HELD = 20_000_000  # words of groups that wait to be made one where a group has them several times


def overview(tokens: Tokens, by: str | None = None) -> pd.DataFrame:
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


def _types(tokens: Tokens, group: Offsets, groups: int) -> Offsets:
    """(groups,) how many different words each group of documents has."""
    types, held = np.zeros(groups, np.int64), [np.empty(0, np.int64)]
    first, last = np.full(groups, len(group)), np.zeros(groups, np.int64)
    np.minimum.at(first, group, np.arange(len(group)))
    np.maximum.at(last, group, np.arange(len(group)))
    for shard in shards(tokens):
        own = group[shard.rows]
        order = np.argsort(own, kind="stable")
        met, local = _met(shard.tokens.ids, shard.tokens.document_offsets, order, own, len(shard.types))
        inside = ((first >= shard.rows.start) & (last < shard.rows.stop))[met]  # the group is in no other shard
        types += np.bincount(met[inside], minlength=groups)
        held.append(met[~inside] * len(tokens.vocabulary) + shard.types[local[~inside]])
        if sum(map(len, held[1:])) > HELD:
            held = [np.unique(np.concatenate(held))]
    shared = np.unique(np.concatenate(held)) // max(len(tokens.vocabulary), 1)
    return types + np.bincount(shared, minlength=groups)


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


def varying(tokens: Tokens, by: str | None) -> str | None:
    """`by` where the documents differ in that metadata column, None where there is nothing to compare.

    Raises `ValueError` when there is no such column.

    >>> from analysis import read_text, tokenize
    >>> varying(tokenize(read_text("To be.", source="Daily")), "source") is None
    True
    """
    return by if by and len(set(tokens.groups(by))) > 1 else None


def side_by_side(
    table: pd.DataFrame, tokens: Tokens, *, by: str, index: str, value: str, rows: pd.Series, most: int = 12
) -> pd.DataFrame:
    """`value` with the `rows` of `index` down the side and the groups of `by` along the top, in the order of names.

    Where there are more than `most` groups, those with the most words are taken. What a group lacks is 0.
    """
    words = pd.Series(np.diff(tokens.document_offsets)).groupby(tokens.groups(by).to_numpy(dtype=object)).sum()
    groups = sorted(words.sort_index().sort_values(ascending=False, kind="stable").index[:most])
    grid = table[table[index].isin(rows)].pivot_table(index=index, columns=by, values=value)
    return grid.reindex(index=pd.Index(rows, name=index), columns=groups).fillna(0.0)
