"""What two documents are compared by: their words by the first letters, in pieces of a sentence's length."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.redundancy.chains import COMMON_LEAST, COMMON_SHARE
from analysis.redundancy.units import groups
from analysis.text.lookup import document_of
from analysis.text.tokens import Tokens

# Words that agree in their first letters are one: a stemmer that needs no language.
LETTERS = 6
# A piece is a sentence; a shorter one is joined to the next one of its document, and a longer one cut, since lists and
# text without full stops have no sentences.
SHORT, LONG = 5, 60

Ints = NDArray[np.int64]


class Pieces(NamedTuple):
    """The words of a corpus as they are compared, and the pieces that they stand in.

    ``types``: (tokens,) the number of each word's type. ``common``: (types,) whether a type is common in the corpus.
    ``bounds``: (pieces + 1,) where the tokens of each piece begin. ``rows``: (pieces + 1,) where its words that are not
    common begin in ``words`` (their types, each once) and ``values`` (their weights, of length 1 as a vector).
    ``following``: (pieces,) the next piece of the same document with the same words, after the last one the first;
    ``leading``: (pieces,) whether it is the first one.
    """

    types: NDArray[np.int32]
    common: NDArray[np.bool_]
    bounds: Ints
    rows: Ints
    words: NDArray[np.int32]
    values: NDArray[np.float64]
    following: Ints
    leading: NDArray[np.bool_]


def compared(tokens: Tokens) -> Pieces:
    """The words of a corpus as they are compared: by their first letters, in pieces of a sentence's length.

    The weight of a word in a piece is tf-isf: how often it stands there, times log(1 + n / n(word)), n pieces in the
    corpus, n(word) of them with the word; copies of a piece count once.
    """
    codes, names = pd.factorize(shortened(tokens.vocabulary))
    types = codes.astype(np.int32)[tokens.ids]
    bounds = bounds_of_pieces(tokens)
    counts = counted(types, bounds, len(names))
    piece, word = np.repeat(np.arange(len(bounds) - 1, dtype=np.int32), np.diff(counts.indptr)), counts.indices
    group = groups(types, bounds)
    original = np.zeros(len(bounds) - 1, dtype=bool)
    original[np.unique(group, return_index=True)[1]] = True
    pieces_with = np.bincount(word[original[piece]], minlength=len(names))
    common = is_common(pieces_with, int(original.sum()))
    word, weight, rows = weighted(counts, common, pieces_with, int(original.sum()))
    following, leading = copies(document_of(tokens, bounds[:-1]), group)
    return Pieces(types, common, bounds, rows, word, weight, following, leading)


def shortened(words: NDArray[np.object_]) -> pd.Series:
    """The first letters of words, by which they are compared."""
    return pd.Series(words, dtype="str").str.slice(0, LETTERS)


def counted(types: NDArray[np.int32], bounds: Ints, size: int) -> sparse.csr_array:
    """How often each of `size` types stands in each piece: (pieces, types), the types of a piece in their order."""
    shape = (len(bounds) - 1, size)
    counts = sparse.csr_array((np.ones(len(types), dtype=np.int32), types, bounds.copy()), shape=shape)
    counts.sum_duplicates()
    return counts


def is_common(pieces_with: NDArray[Any], pieces: int) -> NDArray[np.bool_]:
    """Which words stand in so many of the pieces that they say too little."""
    common: NDArray[np.bool_] = pieces_with > max(COMMON_SHARE * pieces, COMMON_LEAST)
    return common


def weighted(
    counts: sparse.csr_array, common: NDArray[np.bool_], pieces_with: NDArray[Any], pieces: int
) -> tuple[NDArray[np.int32], NDArray[np.float64], Ints]:
    """The words of each piece that are not common, their weights, and where those of each piece begin."""
    piece, word = np.repeat(np.arange(counts.shape[0], dtype=np.int32), np.diff(counts.indptr)), counts.indices
    kept = ~common[word]
    piece, word = piece[kept], word[kept]
    weight = counts.data[kept] * np.log1p(pieces / pieces_with[word])
    weight /= np.sqrt(np.bincount(piece, weight**2, minlength=counts.shape[0]))[piece]
    rows = np.searchsorted(piece, np.arange(counts.shape[0] + 1, dtype=np.int32))
    return word.astype(np.int32), weight, rows


def bounds_of_pieces(tokens: Tokens) -> Ints:
    """Where the pieces begin, and the last one ends."""
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


def copies(document: Ints, group: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """The next piece of the same document and group, in a ring, and whether a piece is the first one of its ring."""
    order = np.lexsort((group, document))
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (np.diff(document[order]) != 0) | (np.diff(group[order]) != 0)
    after = np.roll(order, -1)
    after[np.roll(begins, -1)] = order[begins]
    following, leading = np.empty_like(order), np.empty_like(begins)
    following[order], leading[order] = after, begins
    return following, leading
