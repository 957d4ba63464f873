"""Passages that stand in two documents, word for word or reworded."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.redundancy.chains import Scratch, candidates, scratch
from analysis.redundancy.edges import settled
from analysis.redundancy.pieces import Pieces, compared
from analysis.redundancy.runs import RUN, faithful_cores
from analysis.redundancy.shingles import shingles
from analysis.redundancy.summaries import Neighbours, contents, neighbours, summaries
from analysis.redundancy.units import units
from analysis.text.tokens import Tokens

# What share of the words of both sides, in runs which the other side has too, makes a passage verbatim, and what share
# of one side near.
KINDS, VERBATIM, NEAR = np.array(["verbatim", "near", "reworded"], dtype=object), 0.95, 0.5
# Words by which an edge is moved out, or else in, to the border of a sentence; the edges of a copy are certain to the
# word, those of a rewording are not.
OUT, OUT_FAITHFUL, IN = 6, 3, 3
BLOCK = 20_000  # pairs of documents that are compared at a time: of earlier ones only the finished columns are left

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def aligned(tokens: Tokens, first: Ints, second: Ints) -> pd.DataFrame:
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
    search = _search(tokens)
    run = shingles(tokens.ids, RUN)
    # Pairs of one document in a row: what is known of it serves them all.
    turns = np.lexsort((first, second))
    columns = [_finished(tokens, run, np.empty(0, dtype=np.int64), np.empty((0, 4), dtype=np.int64), np.empty(0))]
    for begin in range(0, len(turns), BLOCK):
        rows = turns[begin : begin + BLOCK]
        pair, spans, similarity = _spans(search, first[rows], second[rows])
        columns.append(_finished(tokens, run, rows[pair], spans, similarity))
    pair, a_start, a_end, b_start, b_end, similarity, kind = (np.concatenate(of) for of in zip(*columns, strict=True))
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    return pd.DataFrame(
        {
            "a_doc": tokens.doc_ids[first[pair]],
            "b_doc": tokens.doc_ids[second[pair]],
            "a_start": a_start[order].astype(np.int64),
            "a_end": a_end[order].astype(np.int64),
            "b_start": b_start[order].astype(np.int64),
            "b_end": b_end[order].astype(np.int64),
            "similarity": similarity[order],
            "kind": KINDS[kind[order]],
        }
    )


class _Search(NamedTuple):
    """What the search goes by: the pieces of the corpus, room to work in, and of each document its pieces and tokens
    (documents, 4); the pairs of neighbours; the tokens of paragraphs, where those of each document begin, and their
    content words."""

    pieces: Pieces
    room: Scratch
    documents: Ints
    beside: Neighbours
    paragraphs: Ints
    of_document: Ints
    words: NDArray[np.int32]
    begin: Ints


def _search(tokens: Tokens) -> _Search:
    """What the search goes by, for all documents."""
    pieces, offsets = compared(tokens), tokens.document_offsets
    room = scratch(pieces.common)
    borders = np.searchsorted(pieces.bounds, offsets)
    documents = np.column_stack((borders[:-1], borders[1:], offsets[:-1], offsets[1:]))
    bounds = units(tokens, "paragraph")[0]
    paragraphs = np.column_stack((bounds[:-1], bounds[1:]))
    words, begin = contents(pieces, room, paragraphs)
    beside, of_document = neighbours(pieces.types), np.searchsorted(bounds, offsets)
    return _Search(pieces, room, documents, beside, paragraphs, of_document, words, begin)


def _spans(search: _Search, first: Ints, second: Ints) -> tuple[Ints, Ints, Floats]:
    """Of each passage its pair of documents, its tokens (first and last in a, then in b), and its similarity."""
    pieces, room, documents = search[:3]
    possible = candidates(pieces, room, documents, first, second)
    pair, spans, similarity = settled(pieces, room, documents, first, second, possible)
    for side, pairs in enumerate(((first, second), (second, first))):
        order = np.lexsort(pairs)
        turned = np.column_stack(pairs)[order]
        summary, paragraph, share = summaries(pieces, room, documents, *search[3:], turned)
        token = search.paragraphs[paragraph]
        rows = np.tile(documents[turned[summary, 1], 2:], 2)
        rows[:, 2 * side : 2 * side + 2] = token
        summary = order[summary]
        by_pair = np.lexsort((paragraph, summary))
        kept = _apart(pair, spans[:, 2 * side : 2 * side + 2], summary, token)
        pair = np.append(pair[kept], summary[by_pair])
        spans = np.vstack((spans[kept], rows[by_pair]))
        similarity = np.append(similarity[kept], share[by_pair])
    return pair, spans, similarity


def _apart(pair: Ints, spans: Ints, summary: Ints, paragraphs: Ints) -> NDArray[np.bool_]:
    """Which spans of pairs have no word of a paragraph that is a summary in the same pair."""
    kept = np.ones(len(pair), dtype=bool)
    order = np.argsort(pair, kind="stable")
    low, high = (np.searchsorted(pair[order], summary, side=side) for side in ("left", "right"))
    of = np.repeat(np.arange(len(summary)), high - low)
    row = order[np.arange(len(of)) + np.repeat(low - (np.cumsum(high - low) - (high - low)), high - low)]
    kept[row[(spans[row, 0] < paragraphs[of, 1]) & (spans[row, 1] > paragraphs[of, 0])]] = False
    return kept


def _finished(
    tokens: Tokens, run: NDArray[np.int32], pair: Ints, spans: Ints, similarity: Floats
) -> tuple[NDArray[Any], ...]:
    """The columns of passages, those of a pair in the order of the text: pair, characters, similarity, kind."""
    share, faithful, spans = faithful_cores(run, spans)
    order = np.lexsort((spans[:, 3], spans[:, 1], spans[:, 2], spans[:, 0], pair))
    spans, share = spans[order], share[order]
    out = np.where(faithful[order], OUT_FAITHFUL, OUT)
    kind = np.where(share.min(axis=1) >= VERBATIM, 0, np.where(share.max(axis=1) >= NEAR, 1, 2)).astype(np.int8)
    sides = (_characters(tokens, spans[:, side], spans[:, side + 1], out) for side in (0, 2))
    (a_start, a_end), (b_start, b_end) = sides
    return pair[order], a_start, a_end, b_start, b_end, similarity[order], kind


def _characters(tokens: Tokens, first: Ints, last: Ints, out: Ints) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """First and last character of passages from token `first` up to `last`, which end with sentences where they can."""
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
