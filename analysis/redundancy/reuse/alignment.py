"""Passages that two documents share, verbatim or reworded."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import compiled
from analysis.redundancy.reuse.chaining import Pieces, scratch
from analysis.redundancy.reuse.search import (
    LETTERS,
    NOTHING,
    Found,
    Search,
    bounds_of_pieces,
    counted,
    finished,
    found,
    is_common,
    rings,
    weighted,
)
from analysis.redundancy.reuse.summary_reuse import contents
from analysis.text.buckets import Columns
from analysis.text.hashes import run_hashes
from analysis.text.lookup import document_of
from analysis.text.parted import folder_of, names, parts
from analysis.text.shingles import numbered, shingles
from analysis.text.tokens import Tokens
from analysis.text.units import Ints, cut, groups, units

KINDS = np.array(["verbatim", "near", "reworded"], dtype=object)
# Words by which an edge is moved out, or else in, to the border of a sentence; the edges of a copy are certain to the
# word, those of a rewording are not.
OUT, OUT_FAITHFUL, IN = 6, 3, 3

RUN = 4  # words of a run
# Where so much of both sides stands in runs, the passage goes from the first of these words to the last.
FAITHFUL = 0.8
WORDS = 100_000  # of the vocabulary, whose first letters are looked at at a time
DIFFERENT = 1_000_000  # pieces whose copies are looked for at a time
# Bytes of columns that pairs of documents bring into memory before they are let go; what a word has there, and what
# a document brings along, since the system reads more than it was asked for.
ROOM, A_WORD, A_DOCUMENT = 200_000_000, 24, 500_000


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
    # Pairs of one document in a row: what is known of it serves them all.
    turns = np.lexsort((first, second))
    several = _found(tokens, first, second, turns)
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


def faithful_cores(run: NDArray[np.int32], spans: Ints) -> tuple[NDArray[np.float64], NDArray[np.bool_], Ints]:
    """How much of each side of passages stands in runs of the other, which are faithful, and their tokens after that.

    `run`: a number for the `RUN` words from each token on; `spans`: (passages, 4) first and last token in a, then in b.
    A faithful passage is cut to its core, and the share is that of the core: (passages, 2).

    >>> words = np.array([0, 1, 2, 3, 4, 0, 9, 1, 2, 3, 4])
    >>> share, faithful, cores = faithful_cores(np.array([0, 1, 2, 3, 4, 5, 6, 1]), np.array([[0, 5, 6, 11]]))
    >>> share.tolist(), faithful.tolist(), cores.tolist()
    ([[1.0, 1.0]], [True], [[1, 5, 7, 11]])
    """
    share, faithful, cores = np.empty((len(spans), 2)), np.zeros(len(spans), dtype=bool), spans.copy()
    mark = np.zeros(int(run.max(initial=0)) + 1, dtype=np.int32)
    _cut(run, mark, cores, share, faithful)
    return share, faithful, cores


@compiled
def _cut(run: Any, mark: Any, spans: Any, share: Any, faithful: Any) -> None:
    """Sets `spans`, `share` and `faithful` in place; `mark`: a zero for each number in `run`."""
    core = np.empty(4, dtype=np.int64)
    for k in range(len(spans)):
        _measure(run, mark, 4 * k, spans[k], share[k], core)
        if min(share[k, 0], share[k, 1]) >= FAITHFUL:
            faithful[k], spans[k] = True, core
            _measure(run, mark, 4 * k + 2, spans[k], share[k], core)


@compiled
def _measure(run: Any, mark: Any, stamp: int, span: Any, share: Any, core: Any) -> None:
    """Sets the share of the words on each side that stand in runs of the other, and the first and last of these."""
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


class _Counts(NamedTuple):
    """How many words, pieces, and entries (a word of a piece) the parts have up to each: (parts + 1,).

    Whether a piece is the first of those with its words, and in how many of these each type appears.
    """

    words: Ints
    pieces: Ints
    entries: Ints
    original: NDArray[np.bool_]
    pieces_with: NDArray[np.int32]


def _found(tokens: Tokens, first: Ints, second: Ints, turns: Ints) -> Iterator[Found]:
    """The passages that the documents ``first[k]`` and ``second[k]`` share, of pairs in the order of `turns`."""
    columns = Columns(folder_of(tokens))
    search = _search(tokens, columns)
    ids = columns.array("ids", np.int32)
    length = np.diff(tokens.document_offsets)
    sizes = A_WORD * length[first[turns]] + A_DOCUMENT
    other = np.diff(second[turns], prepend=-1) != 0
    sizes[other] += A_WORD * length[second[turns][other]] + A_DOCUMENT
    for begin, stop in cut(sizes, ROOM):
        rows = turns[begin:stop]
        pair, spans, similarity = found(search, first[rows], second[rows])
        # The words of both sides, one side behind the other.
        low, count = spans[:, ::2].ravel(), (spans[:, 1::2] - spans[:, ::2]).ravel()
        place = np.append(0, np.cumsum(count))
        own = ids[np.repeat(low - place[:-1], count) + np.arange(place[-1])]
        shift = np.repeat((low - place[:-1]).reshape(-1, 2), 2, axis=1)
        share, faithful, cores = faithful_cores(shingles(own, RUN), spans - shift)
        yield finished(rows[pair], similarity, share, faithful, cores + shift)
        columns.release()


def _search(tokens: Tokens, columns: Columns) -> Search:
    """The pieces of all documents and their words, in `columns`."""
    counting = Columns(folder_of(tokens))
    counts = _count(tokens, columns, counting)
    types, paragraphs = columns.array("types", np.int32), columns.array("paragraphs", np.int64).reshape(-1, 2)
    of_part = np.searchsorted(paragraphs[:, 0], counts.words)
    word, times = counting.array("word", np.int32), counting.array("times", np.int32)
    entries = counting.array("entries", np.int32)
    common = is_common(counts.pieces_with, int(counts.original.sum()))
    room, none = scratch(common), np.empty(0, dtype=np.int64)
    rows = content = 0
    ends = (counts.words, counts.pieces, counts.entries, of_part)
    for k in range(len(of_part) - 1):
        own, piece, entry, paragraph = (slice(*end[k : k + 2].tolist()) for end in ends)
        indptr = np.append(0, np.cumsum(entries[piece]))
        shape = (len(indptr) - 1, len(common))
        matrix = sparse.csr_array((times[entry], word[entry], indptr), shape=shape)
        words, values, begin = weighted(matrix, common, counts.pieces_with, int(counts.original.sum()))
        columns.add("words", words)
        columns.add("values", values)
        columns.add("rows", begin[:-1] + rows)
        rows += len(words)
        here = Pieces(types[own], common, none, none, words, values, none, np.empty(0, dtype=bool))
        words, begin = contents(here, room, paragraphs[paragraph] - own.start)
        columns.add("contents", words)
        columns.add("begin", begin[:-1] + content)
        content += len(words)
        columns.release()
        counting.release()
    columns.add("rows", np.array([rows]))
    columns.add("begin", np.array([content]))
    kinds: dict[str, Any] = {"words": np.int32, "values": np.float64, "following": np.int64, "leading": np.bool_}
    bounds, rows_of = columns.array("bounds", np.int64), columns.array("rows", np.int64)
    pieces = Pieces(types, common, bounds, rows_of, *(columns.array(name, kind) for name, kind in kinds.items()))
    offsets = tokens.document_offsets
    borders = np.searchsorted(bounds, offsets)
    documents = np.column_stack((borders[:-1], borders[1:], offsets[:-1], offsets[1:]))
    of_document = np.searchsorted(paragraphs[:, 0], offsets)
    content_words, begin = columns.array("contents", np.int32), columns.array("begin", np.int64)
    columns.release()
    return Search(pieces, room, documents, paragraphs, of_document, content_words, begin)


def _count(tokens: Tokens, columns: Columns, counting: Columns) -> _Counts:
    """Write the words, pieces and paragraphs of all parts to `columns`, the words of each piece to `counting`."""
    stem, size = _stems(tokens)
    number = np.full(size, -1, dtype=np.int32)  # of types in the order in which they stand first
    known = 0
    sizes = [(0, 0, 0)]
    for part in parts(tokens):
        ids = part.types[part.tokens.ids]
        own = stem[ids]
        new = own[number[own] < 0]
        new = new[np.sort(np.unique(new, return_index=True)[1])]
        number[new] = np.arange(known, known + len(new), dtype=np.int32)
        known += len(new)
        types = number[own]
        bounds = bounds_of_pieces(part.tokens)
        matrix, group = counted(types, bounds, size), groups(types, bounds)
        following, leading = rings(document_of(part.tokens, bounds[:-1]), group)
        before = sum(row[1] for row in sizes)
        one, two = run_hashes(types, bounds[:-1], np.diff(bounds))
        paragraphs = units(part.tokens, "paragraph")[0] + part.word
        for name, values in (
            ("ids", ids),
            ("types", types),
            ("bounds", bounds[:-1] + part.word),
            ("following", following + before),
            ("leading", leading),
            ("one", one),
            ("two", two),
            ("paragraphs", np.column_stack((paragraphs[:-1], paragraphs[1:]))),
        ):
            columns.add(name, values)
        counting.add("word", matrix.indices.astype(np.int32))
        counting.add("times", matrix.data)
        counting.add("entries", np.diff(matrix.indptr).astype(np.int32))
        sizes.append((len(ids), len(group), len(matrix.data)))
    columns.add("bounds", np.array([len(tokens)]))
    ends = np.cumsum(sizes, axis=0).T
    original = _originals(columns.array("one", np.uint64), columns.array("two", np.uint64))
    word, entries = counting.array("word", np.int32), counting.array("entries", np.int32)
    pieces_with = np.zeros(known, dtype=np.int32)
    for here, entry in zip(pairwise(ends[1].tolist()), pairwise(ends[2].tolist()), strict=True):
        _add(pieces_with, word[slice(*entry)], entries[slice(*here)], original[slice(*here)])
        counting.release()
    return _Counts(ends[0], ends[1], ends[2], original, pieces_with)


def _stems(tokens: Tokens) -> tuple[NDArray[np.int32], int]:
    """A number for each type, the same for those with the same first letters, and how many numbers there are."""
    stem = np.empty(len(tokens.vocabulary), dtype=np.int32)
    known: dict[str, int] = {}
    for low in range(0, len(stem), WORDS):
        rows = np.arange(low, min(low + WORDS, len(stem)))
        stem[rows] = [known.setdefault(word[:LETTERS], len(known)) for word in names(tokens, rows).tolist()]
    return stem, len(known)


def _originals(one: NDArray[np.uint64], two: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which pieces are the first of those with the same words, by their two hashes."""
    original = np.zeros(len(one), dtype=bool)
    range_of = (one >> np.uint64(32)).astype(np.uint32)
    width = (1 << 32) // (len(one) // DIFFERENT + 1) + 1
    for low in range(0, 1 << 32, width):
        own = np.flatnonzero((range_of >= low) & (range_of - np.uint32(low) < width))
        original[own[np.diff(np.maximum.accumulate(numbered(one[own], two[own])), prepend=-1) > 0]] = True
    return original


@compiled
def _add(pieces_with: Any, word: Any, entries: Any, original: Any) -> None:
    """Count, in place, the words of the pieces that are `original`; piece by piece, each has so many `entries`."""
    first = 0
    for piece in range(len(entries)):
        for entry in range(first, first + original[piece] * entries[piece]):
            pieces_with[word[entry]] += 1
        first += entries[piece]
