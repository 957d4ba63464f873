"""Passages that two documents share, verbatim or reworded."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Floats, compiled
from analysis.core.resources import cores
from analysis.redundancy.reuse.boundaries import refine
from analysis.redundancy.reuse.chaining import candidates, scratch
from analysis.redundancy.reuse.pieces import Search, pieces_of
from analysis.redundancy.reuse.summary_reuse import summaries
from analysis.text.buckets import Columns
from analysis.text.hashes import run_begins
from analysis.text.shards import folder_of, shards
from analysis.text.shingles import shingles
from analysis.text.tokens import Tokens
from analysis.text.units import Ints, split_by_size

KINDS = np.array(["verbatim", "near", "reworded"], dtype=object)
RUN = 4  # words of a run
# Share of the words in runs of the other side: of both sides, of a verbatim passage; of one side, of a near one.
VERBATIM, NEAR = 0.95, 0.5
FAITHFUL = 0.8  # share of the words of both sides in runs from which a passage is cut to the first and last of them
# Words by which an edge is moved out, or else in, to the border of a sentence: the edges of a copy are certain to the
# word, those of a rewording are not.
OUT, OUT_FAITHFUL, IN = 6, 3, 3
# Bytes of mapped columns that pairs of documents use before they are released; those of a word, and those of a document
# besides, since the system reads ahead.
ROOM, A_WORD, A_DOCUMENT = 200_000_000, 24, 500_000


def aligned(tokens: Tokens, first: Ints, second: Ints) -> pd.DataFrame:
    """The table of `passages` for the pairs of documents ``first[k]``, ``second[k]`` (positions)."""
    found = map(np.concatenate, zip(*_align(tokens, first, second), strict=True))
    pair, spans, similarity, share, faithful = found
    order = np.lexsort((spans[:, 3], spans[:, 1], spans[:, 2], spans[:, 0], pair))
    pair, spans, share, faithful = pair[order], spans[order], share[order], faithful[order]
    kind = np.where(share.min(axis=1) >= VERBATIM, 0, np.where(share.max(axis=1) >= NEAR, 1, 2))
    ends = np.empty((4, len(pair)), dtype=np.int64)
    for shard in shards(tokens):
        for side in (0, 2):
            rows = np.flatnonzero((spans[:, side] >= shard.word) & (spans[:, side] < shard.word + len(shard.tokens)))
            own = spans[rows, side : side + 2] - shard.word
            ends[side, rows], ends[side + 1, rows] = _characters(shard.tokens, own[:, 0], own[:, 1], faithful[rows])
    return pd.DataFrame(
        {
            "a_doc": tokens.doc_ids[first[pair]],
            "b_doc": tokens.doc_ids[second[pair]],
            **dict(zip(("a_start", "a_end", "b_start", "b_end"), ends, strict=True)),
            "similarity": similarity[order],
            "kind": KINDS[kind],
        }
    )


def _characters(
    tokens: Tokens, first: Ints, last: Ints, faithful: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Start and end of passages from token `first` to `last`, moved to the borders of sentences close by."""
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


def _align(tokens: Tokens, first: Ints, second: Ints) -> Iterator[tuple[Ints, Ints, Floats, Floats, NDArray[np.bool_]]]:
    """Pair, tokens (first and last in a, then in b) and similarity of each passage, and its `faithful_cores`."""
    columns = Columns(folder_of(tokens))
    search = pieces_of(tokens, columns)
    ids = columns.array("ids", np.int32)
    turns = np.lexsort((first, second))  # consecutive pairs share the index of their second document
    length = np.diff(tokens.document_offsets)
    sizes = A_WORD * length[first[turns]] + A_DOCUMENT
    other = np.diff(second[turns], prepend=-1) != 0
    sizes[other] += A_WORD * length[second[turns][other]] + A_DOCUMENT
    batches = [turns[begin:stop] for begin, stop in split_by_size(sizes, ROOM // cores()) or [(0, 0)]]
    searches = [search, *(search._replace(room=scratch(search.pieces.common)) for _ in batches[1 : cores()])]

    def found_in(search: Search, rows: Ints) -> tuple[Ints, Ints, Floats, Floats, NDArray[np.bool_]]:
        pair, spans, similarity = _spans(search, first[rows], second[rows])
        # The words of both sides, one side after the other.
        low, count = spans[:, ::2].ravel(), (spans[:, 1::2] - spans[:, ::2]).ravel()
        own = ids[run_begins(np.append(low, 0), count)]
        shift = np.repeat((low - (np.cumsum(count) - count)).reshape(-1, 2), 2, axis=1)
        share, faithful, core = faithful_cores(shingles(own, RUN), spans - shift)
        return rows[pair], core + shift, similarity, share, faithful

    with ThreadPoolExecutor(len(searches)) as pool:  # compiled code releases the lock
        for k in range(0, len(batches), len(searches)):
            yield from pool.map(found_in, searches, batches[k : k + len(searches)])
            columns.release()


def _spans(search: Search, first: Ints, second: Ints) -> tuple[Ints, Ints, Floats]:
    """Pair, tokens and similarity of each passage of pairs of documents: alignments, and summaries in their place."""
    pieces, room, documents = search[:3]
    possible = candidates(pieces, room, documents, first, second)
    pair, spans, similarity = refine(pieces, room, documents, first, second, possible)
    for side, pairs in enumerate(((first, second), (second, first))):
        order = np.lexsort(pairs)
        turned = np.column_stack(pairs)[order]
        paired, paragraph, share = summaries(search, turned)
        token = search.paragraphs[paragraph]
        rows = np.tile(documents[turned[paired, 1], 2:], 2)
        rows[:, 2 * side : 2 * side + 2] = token
        summary = order[paired]
        by_pair = np.lexsort((paragraph, summary))
        kept = _outside(pair, spans[:, 2 * side : 2 * side + 2], summary, token)
        pair = np.append(pair[kept], summary[by_pair])
        spans = np.vstack((spans[kept], rows[by_pair]))
        similarity = np.append(similarity[kept], share[by_pair])
    return pair, spans, similarity


def _outside(pair: Ints, spans: Ints, summary: Ints, paragraphs: Ints) -> NDArray[np.bool_]:
    """Which spans do not overlap a paragraph that is a summary in the same pair."""
    kept = np.ones(len(pair), dtype=bool)
    order = np.argsort(pair, kind="stable")
    low, high = (np.searchsorted(pair[order], summary, side=side) for side in ("left", "right"))
    of = np.repeat(np.arange(len(summary)), high - low)
    row = order[run_begins(np.append(low, 0), high - low)]
    kept[row[(spans[row, 0] < paragraphs[of, 1]) & (spans[row, 1] > paragraphs[of, 0])]] = False
    return kept


@compiled
def faithful_cores(run: Any, spans: Any) -> Any:
    """The share of each side of passages in runs of the other, (passages, 2), which are faithful, and their tokens.

    `run`: a number for the `RUN` words from each token on; `spans`: (passages, 4) first and last token in a, then in b.
    A faithful passage is cut to its core, from the first word in a run to the last, and its share is the core's.
    """
    share, faithful, cores = np.empty((len(spans), 2)), np.zeros(len(spans), dtype=np.bool_), spans.copy()
    mark = np.zeros((run.max() if len(run) else 0) + 1, dtype=np.int32)
    core = np.empty(4, dtype=np.int64)
    for k in range(len(cores)):
        _measure(run, mark, 4 * k, cores[k], share[k], core)
        if min(share[k, 0], share[k, 1]) >= FAITHFUL:
            faithful[k], cores[k] = True, core
            _measure(run, mark, 4 * k + 2, cores[k], share[k], core)
    return share, faithful, cores


@compiled
def _measure(run: Any, mark: Any, stamp: int, span: Any, share: Any, core: Any) -> None:
    """Set the share of the words on each side that are in runs of the other, and the first and last of these."""
    for side in range(2):
        own, other = 2 * side, 2 - 2 * side
        for token in range(span[other], span[other + 1] - RUN + 1):
            mark[run[token]] = stamp + side + 1
        covered, reached = 0, span[own]
        for token in range(span[own], span[own + 1] - RUN + 1):
            if mark[run[token]] == stamp + side + 1:
                if covered == 0:
                    core[own] = token
                covered += token + RUN - max(reached, token)
                reached = token + RUN
        core[own + 1] = reached
        share[side] = covered / (span[own + 1] - span[own])
