"""Documents cut into pieces, with the weighted words of each, for the search for passages."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Floats, Ints, compiled
from analysis.redundancy.reuse.chaining import COMMON_LEAST, COMMON_SHARE, Pieces, Scratch, scratch
from analysis.redundancy.reuse.summary_reuse import content_words
from analysis.text.buckets import Columns
from analysis.text.hashes import run_hashes
from analysis.text.lookup import document_of
from analysis.text.shards import folder_of, names, shards
from analysis.text.shingles import number_pairs
from analysis.text.tokens import Tokens
from analysis.text.units import groups, units

LETTERS = 6  # words with the same first letters count as one: a stemmer for any language
# A piece is a sentence; a shorter one is joined to the next one of its document, and a longer one is cut, since lists
# and text without full stops have no sentences.
SHORT, LONG = 5, 60
WORDS = 100_000  # of the vocabulary, stemmed at a time
DIFFERENT = 1_000_000  # pieces compared at a time, to find copies


class Search(NamedTuple):
    """What the search for passages works on."""

    pieces: Pieces
    room: Scratch
    documents: Ints  # (documents, 4) the first and last piece, the first and last token of each
    paragraphs: Ints  # (n, 2) the first and last token of each
    of_document: Ints  # those of document d are ``paragraphs[of_document[d] : of_document[d + 1]]``
    words: NDArray[np.int32]  # the content words of each paragraph
    begin: Ints  # where those of each begin


def pieces_of(tokens: Tokens, columns: Columns) -> Search:
    """The pieces of all documents and their words, which are kept in `columns`."""
    counting = Columns(folder_of(tokens))
    ends, original, pieces_with = _write_pieces(tokens, columns, counting)
    several = int(original.sum())
    types, paragraphs = columns.array("types", np.int32), columns.array("paragraphs", np.int64).reshape(-1, 2)
    of_shard = np.searchsorted(paragraphs[:, 0], ends[0])
    word, times = counting.array("word", np.int32), counting.array("times", np.int32)
    entries = counting.array("entries", np.int32)
    common = pieces_with > max(COMMON_SHARE * several, COMMON_LEAST)
    room = scratch(common)
    rows = content = 0
    for k in range(len(of_shard) - 1):
        own, piece, entry, paragraph = (slice(*end[k : k + 2].tolist()) for end in (*ends, of_shard))
        indptr = np.append(0, np.cumsum(entries[piece]))
        shape = (len(indptr) - 1, len(common))
        matrix = sparse.csr_array((times[entry], word[entry], indptr), shape=shape)
        words, values, begin = _weighted(matrix, common, pieces_with, several)
        columns.add("words", words)
        columns.add("values", values)
        columns.add("rows", begin[:-1] + rows)
        rows += len(words)
        words, begin = content_words(types[own], common, room, paragraphs[paragraph] - own.start)
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
    contents, begin = columns.array("contents", np.int32), columns.array("begin", np.int64)
    columns.release()
    return Search(pieces, room, documents, paragraphs, of_document, contents, begin)


def _write_pieces(
    tokens: Tokens, columns: Columns, counting: Columns
) -> tuple[Ints, NDArray[np.bool_], NDArray[np.int32]]:
    """Write the words, pieces and paragraphs of all shards to `columns`, the words of each piece to `counting`.

    Return the words, pieces and entries (a word of a piece) before each shard, (3, shards + 1); whether a piece is the
    first of those with its words; and the number of such first pieces that hold each type.
    """
    stem, size = _stems(tokens)
    number = np.full(size, -1, dtype=np.int32)  # of types in the order in which they appear first
    known = 0
    sizes = [(0, 0, 0)]
    for shard in shards(tokens):
        ids = shard.types[shard.tokens.ids]
        own = stem[ids]
        new = own[number[own] < 0]
        new = new[np.sort(np.unique(new, return_index=True)[1])]
        number[new] = np.arange(known, known + len(new), dtype=np.int32)
        known += len(new)
        types = number[own]
        bounds = bounds_of_pieces(shard.tokens)
        ones = np.ones(len(types), dtype=np.int32)
        matrix = sparse.csr_array((ones, types, bounds.copy()), shape=(len(bounds) - 1, size))
        matrix.sum_duplicates()
        group = groups(types, bounds)
        following, leading = _rings(document_of(shard.tokens, bounds[:-1]), group)
        before = sum(row[1] for row in sizes)
        one, two = run_hashes(types, bounds[:-1], np.diff(bounds))
        paragraphs = units(shard.tokens, "paragraph")[0] + shard.word
        for name, values in (
            ("ids", ids),
            ("types", types),
            ("bounds", bounds[:-1] + shard.word),
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
    original = _are_first(columns.array("one", np.uint64), columns.array("two", np.uint64))
    word, entries = counting.array("word", np.int32), counting.array("entries", np.int32)
    pieces_with = np.zeros(known, dtype=np.int32)
    for here, entry in zip(pairwise(ends[1].tolist()), pairwise(ends[2].tolist()), strict=True):
        _count_words(pieces_with, word[slice(*entry)], entries[slice(*here)], original[slice(*here)])
        counting.release()
    return ends, original, pieces_with


def _stems(tokens: Tokens) -> tuple[NDArray[np.int32], int]:
    """A number for each type, the same for those with the same first letters, and how many numbers there are."""
    stem = np.empty(len(tokens.vocabulary), dtype=np.int32)
    known: dict[str, int] = {}
    for low in range(0, len(stem), WORDS):
        rows = np.arange(low, min(low + WORDS, len(stem)))
        stem[rows] = [known.setdefault(word[:LETTERS], len(known)) for word in names(tokens, rows).tolist()]
    return stem, len(known)


def _are_first(one: NDArray[np.uint64], two: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Whether a piece is the first of those with the same words, by their two hashes."""
    original = np.zeros(len(one), dtype=bool)
    range_of = (one >> np.uint64(32)).astype(np.uint32)
    width = (1 << 32) // (len(one) // DIFFERENT + 1) + 1
    for low in range(0, 1 << 32, width):
        own = np.flatnonzero((range_of >= low) & (range_of - np.uint32(low) < width))
        original[own[np.diff(np.maximum.accumulate(number_pairs(one[own], two[own])), prepend=-1) > 0]] = True
    return original


@compiled
def _count_words(pieces_with: Any, word: Any, entries: Any, original: Any) -> None:
    """Count, in place, the `original` pieces that hold each word; ``entries[k]`` is how many words piece k has."""
    first = 0
    for piece in range(len(entries)):
        for entry in range(first, first + original[piece] * entries[piece]):
            pieces_with[word[entry]] += 1
        first += entries[piece]


def _weighted(
    counts: sparse.csr_array, common: NDArray[np.bool_], pieces_with: NDArray[Any], pieces: int
) -> tuple[NDArray[np.int32], Floats, Ints]:
    """The words of each piece that are not common, their weights, and where those of each piece begin.

    The weight of a word in a piece is tf-isf: how often it appears there, times log(1 + n / n(word)), n pieces in the
    corpus, n(word) of them with the word, copies counted once; the weights of a piece are a vector of length 1.
    """
    piece, word = np.repeat(np.arange(counts.shape[0], dtype=np.int32), np.diff(counts.indptr)), counts.indices
    kept = ~common[word]
    piece, word = piece[kept], word[kept]
    weight = counts.data[kept] * np.log1p(pieces / pieces_with[word])
    weight /= np.sqrt(np.bincount(piece, weight**2, minlength=counts.shape[0]))[piece]
    rows = np.searchsorted(piece, np.arange(counts.shape[0] + 1, dtype=np.int32))
    return word.astype(np.int32), weight, rows


def bounds_of_pieces(tokens: Tokens) -> Ints:
    """The first token of each piece, and the end of the last one."""
    begins: list[int] = []
    length, last = 0, -1
    sentences = (tokens.sentence_offsets[:-1], np.diff(tokens.sentence_offsets), tokens.sentence_document)
    for start, words, document in zip(*(column.tolist() for column in sentences), strict=True):
        if document != last or length >= SHORT:
            begins.append(start)
            length, last = 0, document
        length += words
        begins += range(start + LONG, start + words, LONG)
    return np.array([*begins, len(tokens)], dtype=np.int64)


def _rings(document: Ints, group: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """The next piece of the same document and group, after the last the first; and whether a piece is the first."""
    order = np.lexsort((group, document))
    begins = (np.diff(document[order], prepend=-1) != 0) | (np.diff(group[order], prepend=-1) != 0)
    after = np.roll(order, -1)
    after[np.roll(begins, -1)] = order[begins]
    following, leading = np.empty_like(order), np.empty_like(begins)
    following[order], leading[order] = after, begins
    return following, leading
