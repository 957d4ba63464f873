"""The search for passages in pairs of documents: what it goes by, and what it finds, in words."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Floats, Ints
from analysis.redundancy.reuse.boundaries import settled
from analysis.redundancy.reuse.chaining import COMMON_LEAST, COMMON_SHARE, Pieces, Scratch, candidates
from analysis.redundancy.reuse.summary_reuse import summaries
from analysis.text.tokens import Tokens

# What share of the words of both sides, in runs which the other side has too, makes a passage verbatim, and what share
# of one side near.
VERBATIM, NEAR = 0.95, 0.5

# Words that agree in their first letters are one: a stemmer that needs no language.
LETTERS = 6
# A piece is a sentence; a shorter one is joined to the next one of its document, and a longer one cut, since lists and
# text without full stops have no sentences.
SHORT, LONG = 5, 60


class Search(NamedTuple):
    """What the search goes by: the pieces of the corpus, room to work in, and of each document its pieces and tokens
    (documents, 4); the tokens of paragraphs, where those of each document begin, and their content words."""

    pieces: Pieces
    room: Scratch
    documents: Ints
    paragraphs: Ints
    of_document: Ints
    words: NDArray[np.int32]
    begin: Ints


class Found(NamedTuple):
    """Passages: the number of the pair, the tokens (first and last in a, then in b), the similarity, the kind (0
    verbatim, 1 near, 2 reworded), and whether it is a faithful copy."""

    pair: Ints
    spans: Ints
    similarity: Floats
    kind: NDArray[np.int8]
    faithful: NDArray[np.bool_]


NOTHING = Found(
    np.empty(0, np.int64), np.empty((0, 4), np.int64), np.empty(0), np.empty(0, np.int8), np.empty(0, np.bool_)
)


def found(search: Search, first: Ints, second: Ints) -> tuple[Ints, Ints, Floats]:
    """Of each passage of pairs of documents its pair, its tokens (first and last in a, then in b), its similarity."""
    pieces, room, documents = search[:3]
    possible = candidates(pieces, room, documents, first, second)
    pair, spans, similarity = settled(pieces, room, documents, first, second, possible)
    for side, pairs in enumerate(((first, second), (second, first))):
        order = np.lexsort(pairs)
        turned = np.column_stack(pairs)[order]
        paired, paragraph, share = summaries(pieces, room, documents, *search[3:], turned)
        token = search.paragraphs[paragraph]
        rows = np.tile(documents[turned[paired, 1], 2:], 2)
        rows[:, 2 * side : 2 * side + 2] = token
        summary = order[paired]
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


def finished(pair: Ints, similarity: Floats, share: Floats, faithful: NDArray[np.bool_], spans: Ints) -> Found:
    """Passages with what `faithful_cores` says of them, those of a pair in the order of the text."""
    order = np.lexsort((spans[:, 3], spans[:, 1], spans[:, 2], spans[:, 0], pair))
    share = share[order]
    kind = np.where(share.min(axis=1) >= VERBATIM, 0, np.where(share.max(axis=1) >= NEAR, 1, 2)).astype(np.int8)
    return Found(pair[order], spans[order], similarity[order], kind, faithful[order])


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
) -> tuple[NDArray[np.int32], Floats, Ints]:
    """The words of each piece that are not common, their weights, and where those of each piece begin.

    The weight of a word in a piece is tf-isf: how often it appears there, times log(1 + n / n(word)), n pieces in the
    corpus, n(word) of them with the word; copies of a piece count once.
    """
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


def rings(document: Ints, group: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """The next piece of the same document and group, in a ring, and whether a piece is the first one of its ring."""
    order = np.lexsort((group, document))
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (np.diff(document[order]) != 0) | (np.diff(group[order]) != 0)
    after = np.roll(order, -1)
    after[np.roll(begins, -1)] = order[begins]
    following, leading = np.empty_like(order), np.empty_like(begins)
    following[order], leading[order] = after, begins
    return following, leading
