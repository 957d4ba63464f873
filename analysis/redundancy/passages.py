"""Passages that stand in two documents, word for word or reworded."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.redundancy.passages_in_parts import found_in_parts
from analysis.redundancy.runs import RUN, faithful_cores
from analysis.redundancy.searching import NOTHING, Found, finished, found, whole
from analysis.redundancy.shingles import shingles
from analysis.text.parted import AnyTokens, Parted, parts
from analysis.text.tokens import Tokens

KINDS = np.array(["verbatim", "near", "reworded"], dtype=object)
# Words by which an edge is moved out, or else in, to the border of a sentence; the edges of a copy are certain to the
# word, those of a rewording are not.
OUT, OUT_FAITHFUL, IN = 6, 3, 3
BLOCK = 20_000  # pairs of documents that are compared at a time: of earlier ones only the passages are left

Ints = NDArray[np.int64]


def aligned(tokens: AnyTokens, first: Ints, second: Ints) -> pd.DataFrame:
    """The passages that the documents ``first[k]`` and ``second[k]`` (positions in the corpus) share.

    The table that `analysis.redundancy.reuse.passages` describes.

    >>> from analysis import tokenize
    >>> from analysis.text.corpus import read_texts
    >>> text = "The committee of the northern district has closed the old stone bridge over the river to all heavy "
    >>> text += "lorries until engineers have examined each of its seven arches."
    >>> tokens = tokenize(read_texts([text, "Reported yesterday. " + text]))
    >>> aligned(tokens, np.array([0]), np.array([1]))[["a_start", "a_end", "b_start", "b_end", "kind"]]
       a_start  a_end  b_start  b_end      kind
    0        0    162       20    182  verbatim
    """
    # Pairs of one document in a row: what is known of it serves them all.
    turns = np.lexsort((first, second))
    several = (
        found_in_parts(tokens, first, second, turns)
        if isinstance(tokens, Parted)
        else _found(tokens, first, second, turns)
    )
    pair, spans, similarity, kind, faithful = (np.concatenate(of) for of in zip(NOTHING, *several, strict=True))
    order = np.argsort(pair, kind="stable")
    pair, spans, faithful = pair[order], spans[order], faithful[order]
    ends = np.empty((4, len(pair)), dtype=np.int64)
    for part in parts(tokens):
        for side in (0, 2):
            rows = np.flatnonzero((spans[:, side] >= part.word) & (spans[:, side] < part.word + len(part.tokens)))
            own = spans[rows, side : side + 2] - part.word
            ends[side, rows], ends[side + 1, rows] = _characters(part.tokens, own[:, 0], own[:, 1], faithful[rows])
    return pd.DataFrame(
        {
            "a_doc": tokens.doc_ids[first[pair]],
            "b_doc": tokens.doc_ids[second[pair]],
            "a_start": ends[0],
            "a_end": ends[1],
            "b_start": ends[2],
            "b_end": ends[3],
            "similarity": similarity[order],
            "kind": KINDS[kind[order]],
        }
    )


def _found(tokens: Tokens, first: Ints, second: Ints, turns: Ints) -> Iterator[Found]:
    """The passages of pairs in the order of `turns`, some pairs at a time."""
    search, run = whole(tokens), shingles(tokens.ids, RUN)
    for begin in range(0, len(turns), BLOCK):
        rows = turns[begin : begin + BLOCK]
        pair, spans, similarity = found(search, first[rows], second[rows])
        yield finished(rows[pair], similarity, *faithful_cores(run, spans))


def _characters(
    tokens: Tokens, first: Ints, last: Ints, faithful: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """First and last character of passages from token `first` up to `last`, which end with sentences where they can."""
    out = np.where(faithful, OUT_FAITHFUL, OUT)
    bounds = tokens.sentence_offsets
    opening = np.searchsorted(bounds, first, side="right") - 1
    closing = np.searchsorted(bounds, last, side="left") - 1
    several = opening < closing
    start = tokens.start[first]
    start = np.where(several & (bounds[opening + 1] - first <= IN), tokens.sentence_start[opening + several], start)
    start = np.where(first - bounds[opening] <= out, tokens.sentence_start[opening], start)
    end = tokens.end[last - 1]
    end = np.where(several & (last - bounds[closing] <= IN), tokens.sentence_end[closing - several], end)
    end = np.where(bounds[closing + 1] - last <= out, tokens.sentence_end[closing], end)
    return start, end
