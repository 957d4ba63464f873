"""The search for passages in a corpus in parts: what it goes by is written to disk, and read as pairs call for it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.redundancy.chains import scratch
from analysis.redundancy.columns import Columns
from analysis.redundancy.hashes import run_hashes
from analysis.redundancy.pieces import (
    Pieces,
    bounds_of_pieces,
    copies,
    counted,
    is_common,
    shortened,
    weighted,
)
from analysis.redundancy.runs import RUN, faithful_cores
from analysis.redundancy.searching import Found, Search, finished, found
from analysis.redundancy.shingles import numbered, shingles
from analysis.redundancy.summaries import contents
from analysis.redundancy.units import Ints, cut, groups, units
from analysis.text.buckets import Buckets
from analysis.text.compiled import compiled
from analysis.text.lookup import document_of
from analysis.text.parted import Parted, names, parts

WORDS = 100_000  # of the vocabulary, whose first letters are looked at at a time
DIFFERENT = 1_000_000  # pieces whose copies are looked for at a time
# Bytes of columns that pairs of documents bring into memory before they are let go; what a word has there, and what
# a document brings along, since the system reads more than it was asked for.
ROOM, A_WORD, A_DOCUMENT = 200_000_000, 24, 500_000


class _Counts(NamedTuple):
    """How much each part has: of words, pieces, and entries of different words in a piece; (parts + 1,) ends of each.
    Whether a piece is the first of those with its words; in how many of these each type stands."""

    words: Ints
    pieces: Ints
    entries: Ints
    original: NDArray[np.bool_]
    pieces_with: NDArray[np.int32]


def found_in_parts(tokens: Parted, first: Ints, second: Ints, turns: Ints) -> Iterator[Found]:
    """The passages that the documents ``first[k]`` and ``second[k]`` share, of pairs in the order of `turns`."""
    columns = Columns(tokens.folder)
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


def _search(tokens: Parted, columns: Columns) -> Search:
    """What the search goes by, for all documents, as `searching.whole` has it, in `columns`."""
    counting = Columns(tokens.folder)
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
    return Search(pieces, room, documents, None, paragraphs, of_document, content_words, begin)


def _count(tokens: Parted, columns: Columns, counting: Columns) -> _Counts:
    """Write the words, pieces and paragraphs of all parts to `columns`, the words of each piece to `counting`."""
    stem, size = _stems(tokens)
    number = np.full(size, -1, dtype=np.int32)  # of types in the order in which they stand first
    known = 0
    pieces = Buckets(tokens.folder, [np.uint64, np.uint64, np.int64], number=tokens.n_sentences // DIFFERENT + 1)
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
        following, leading = copies(document_of(part.tokens, bounds[:-1]), group)
        before = sum(row[1] for row in sizes)
        pieces.add(*run_hashes(types, bounds[:-1], np.diff(bounds)), np.arange(before, before + len(group)))
        paragraphs = units(part.tokens, "paragraph")[0] + part.word
        for name, values in (
            ("ids", ids),
            ("types", types),
            ("bounds", bounds[:-1] + part.word),
            ("following", following + before),
            ("leading", leading),
            ("paragraphs", np.column_stack((paragraphs[:-1], paragraphs[1:]))),
        ):
            columns.add(name, values)
        counting.add("word", matrix.indices.astype(np.int32))
        counting.add("times", matrix.data)
        counting.add("entries", np.diff(matrix.indptr).astype(np.int32))
        sizes.append((len(ids), len(group), len(matrix.data)))
    columns.add("bounds", np.array([len(tokens)]))
    ends = np.cumsum(sizes, axis=0).T
    original = _originals(pieces, int(ends[1, -1]))
    word, entries = counting.array("word", np.int32), counting.array("entries", np.int32)
    pieces_with = np.zeros(known, dtype=np.int32)
    for here, entry in zip(pairwise(ends[1].tolist()), pairwise(ends[2].tolist()), strict=True):
        _add(pieces_with, word[slice(*entry)], entries[slice(*here)], original[slice(*here)])
        counting.release()
    return _Counts(ends[0], ends[1], ends[2], original, pieces_with)


def _stems(tokens: Parted) -> tuple[NDArray[np.int32], int]:
    """A number for each type, the same for those that are compared as one, and how many numbers there are.

    The vocabulary is in alphabetical order, so that words with the same first letters stand side by side.
    """
    stem = np.empty(len(tokens.vocabulary), dtype=np.int32)
    last, size = None, 0
    for low in range(0, len(stem), WORDS):
        rows = np.arange(low, min(low + WORDS, len(stem)))
        short = shortened(names(tokens, rows))
        other = (short != short.shift(fill_value="")).to_numpy(copy=True)
        other[0] = short.iloc[0] != last
        stem[rows] = size - 1 + np.cumsum(other)
        last, size = short.iloc[-1], int(stem[rows[-1]]) + 1
    return stem, size


def _originals(pieces: Buckets, size: int) -> NDArray[np.bool_]:
    """Which pieces are the first of those with the same words."""
    original = np.zeros(size, dtype=bool)
    for k in range(len(pieces)):
        high, low, piece = pieces.read(k)
        first = np.diff(np.maximum.accumulate(numbered(high, low)), prepend=-1) > 0
        original[piece[first]] = True
    return original


@compiled
def _add(pieces_with: Any, word: Any, entries: Any, original: Any) -> None:
    """Count, in place, the words of the pieces that are `original`; piece by piece, each has so many `entries`."""
    first = 0
    for piece in range(len(entries)):
        for entry in range(first, first + original[piece] * entries[piece]):
            pieces_with[word[entry]] += 1
        first += entries[piece]
