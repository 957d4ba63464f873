"""Candidate passages: similar pieces of two documents (seeds), chained over gaps. Compiled."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import Floats, Ints, compiled

# Numbers without a source, here, in `pieces`, `boundaries` and `summary_reuse`, were chosen on the training pairs of
# PAN 2013 (Potthast and others 2013, Overview of the 5th International Competition on Plagiarism Detection): there
# plagdet is .93, and a quarter more or less of any of them costs at most .02.

# A seed is a pair of pieces with at least this cosine (weighted words) and Dice coefficient (sets of words): just under
# the .33 of Sanchez-Perez, Sidorov and Gelbukh (2014, A Winning Approach to Text Alignment for Text Reuse Detection),
# since the passage as a whole is judged later.
LEAST_COSINE, LEAST_DICE = 0.3, 0.25
SEEDS = 8  # of one piece, the most similar ones, so that memory is not quadratic in what is repeated everywhere
# Words in more than this share of the pieces, and in more than so many, are common: no content words.
COMMON_SHARE, COMMON_LEAST = 0.1, 20
GAP = 60  # words between two seeds of one passage, on either side: about three sentences


class Pieces(NamedTuple):
    """The words of a corpus as they are compared, and the pieces that hold them."""

    types: NDArray[np.int32]  # (tokens,) the number of each word's type
    common: NDArray[np.bool_]  # (types,) whether a type is common in the corpus
    bounds: Ints  # (pieces + 1,) where the tokens of each piece begin
    rows: Ints  # (pieces + 1,) where its words that are not common begin in the next two
    words: NDArray[np.int32]  # their types, each once
    values: NDArray[np.float64]  # their weights, of length 1 as a vector
    following: Ints  # (pieces,) the next piece of the same document with the same words, after the last one the first
    leading: NDArray[np.bool_]  # (pieces,) whether it is the first one


class Scratch(NamedTuple):
    """Arrays by type that all pairs of documents reuse; see `scratch` for their values between two pairs."""

    common: NDArray[np.bool_]
    head: Ints
    times: Ints
    mark: Ints
    stamp: Ints


class _Index(NamedTuple):
    """A document's inverted index, and scratch arrays by piece. Pieces are counted from the first of the document."""

    owner: Ints  # the piece of each entry of ``pieces.words``
    after: Ints  # the next entry with the same word, or -1
    turn: Ints  # (pieces,) the piece to be used next of those with the same words
    touched: Ints
    cosine: Floats  # 0 between two uses, and so is ``shared``
    shared: Ints


def scratch(common: NDArray[np.bool_]) -> Scratch:
    """Fresh room: ``common`` as in the corpus, ``head`` -1, ``times`` 0, and no ``mark`` above the one ``stamp``."""
    times, mark = np.zeros((2, len(common)), dtype=np.int64)
    return Scratch(common.copy(), np.full(len(common), -1), times, mark, np.zeros(1, dtype=np.int64))


@compiled
def candidates(pieces: Any, room: Any, documents: Any, first: Any, second: Any) -> Any:
    """The stretches in which two documents have similar pieces: first and last token in a and in b.

    `pieces` and `room` are `Pieces` and `Scratch`, `documents`: (documents, 4) the first and last piece, the first and
    last token of each. The pairs are ``first[k]``, ``second[k]``; the index of a second document serves all consecutive
    pairs that have it. A word in too many pieces of the two, their subject as a rule, is common for this pair. Returns
    the stretches, where those of each pair begin, these words, and where those of each pair begin.
    """
    spans, also_common = np.empty((64, 4), dtype=np.int64), np.empty(64, dtype=np.int64)
    span_begin, word_begin = np.zeros(len(first) + 1, dtype=np.int64), np.zeros(len(first) + 1, dtype=np.int64)
    seeds = np.empty((64, 2), dtype=np.int64)
    for k in range(len(first)):
        a, b = documents[first[k]], documents[second[k]]
        if k == 0 or second[k] != second[k - 1]:
            if k > 0:
                _forget(pieces, room, documents[second[k - 1]])
            index, most = _index_document(pieces, room, b)
        also_common, word_begin[k + 1] = _add_common(pieces, room, a, b, most, also_common, word_begin[k])
        seeds, n = _seeds(pieces, room, a, b, index, seeds)
        for word in also_common[word_begin[k] : word_begin[k + 1]]:
            room.common[word] = False
        for piece in range(b[0], b[1]):
            index.turn[piece - b[0]] = piece
        found = _stretches(pieces.bounds, seeds[:n, 0], seeds[:n, 1])
        span_begin[k + 1] = span_begin[k] + len(found)
        if span_begin[k + 1] > len(spans):
            spans = np.concatenate((spans, np.empty((len(spans) + len(found), 4), dtype=np.int64)))
        spans[span_begin[k] : span_begin[k + 1]] = found
    if len(first) > 0:
        _forget(pieces, room, documents[second[-1]])
    return spans[: span_begin[-1]], span_begin, also_common[: word_begin[-1]], word_begin


@compiled
def _add_common(pieces: Any, room: Any, a: Any, b: Any, highest: int, found: Any, n: Any) -> Any:
    """Append the words that are too common in the two documents to the `n` in `found`; return both."""
    size = 0
    for document in (a, b):
        for piece in range(document[0], document[1]):
            size += pieces.leading[piece]
    most = max(COMMON_SHARE * size, COMMON_LEAST)
    if size <= most:
        return found, n
    for k in range(0 if highest > most else 1, 2):  # first what b has too often by itself
        for piece in range(b[0] if k == 0 else a[0], b[1] if k == 0 else a[1]):
            if pieces.leading[piece]:
                for word in pieces.words[pieces.rows[piece] : pieces.rows[piece + 1]]:
                    room.times[word] += k
                    if room.times[word] > most and not room.common[word]:
                        room.common[word] = True
                        if n == len(found):
                            found = np.append(found, np.empty_like(found))
                        found[n] = word
                        n += 1
    for piece in range(a[0], a[1]):
        if pieces.leading[piece]:
            for word in pieces.words[pieces.rows[piece] : pieces.rows[piece + 1]]:
                room.times[word] -= 1
    return found, n


@compiled
def _seeds(pieces: Any, room: Any, a: Any, b: Any, index: Any, seeds: Any) -> Any:
    """Pairs of similar pieces, sorted by the first one, in the first rows of `seeds`, and how many.

    Pieces of b with the same words are compared once, and used in turn.
    """
    owner, after, turn, touched, cosine, common = index
    rows, words, values, head = pieces.rows, pieces.words, pieces.values, room.head
    base, n = rows[b[0]], 0
    best, strength = np.empty(SEEDS, dtype=np.int64), np.empty(SEEDS)
    for piece in range(a[0], a[1]):
        matches = 0
        for place in range(rows[piece], rows[piece + 1]):
            entry = head[words[place]]
            if entry >= 0 and room.common[words[place]]:
                continue
            while entry >= 0:
                other = owner[entry]
                if common[other] == 0:
                    touched[matches] = other
                    matches += 1
                common[other] += 1
                cosine[other] += values[place] * values[base + entry]
                entry = after[entry]
        count = 0
        for other in touched[:matches]:
            sizes = rows[piece + 1] - rows[piece] + rows[b[0] + other + 1] - rows[b[0] + other]
            # One word in common, however rare, is not enough.
            alike = common[other] > 1 and 2 * common[other] >= LEAST_DICE * sizes and cosine[other] >= LEAST_COSINE
            if alike and count < SEEDS:
                best[count], strength[count] = other, cosine[other]
                count += 1
            elif alike:
                weakest = np.argmin(strength)
                if cosine[other] > strength[weakest]:
                    best[weakest], strength[weakest] = other, cosine[other]
            cosine[other], common[other] = 0.0, 0
        if n + count > len(seeds):
            seeds = np.concatenate((seeds, np.empty_like(seeds)))
        for other in best[:count]:
            seeds[n, 0], seeds[n, 1] = piece, turn[other]
            turn[other] = pieces.following[turn[other]]
            n += 1
    return seeds, n


@compiled
def _index_document(pieces: Any, room: Any, document: Any) -> Any:
    """The `_Index` of a document, without copies of pieces, and the highest number of entries that a word has.

    The first entry of each word is left in ``room.head``, the number of its entries in ``room.times``.
    """
    base, size = pieces.rows[document[0]], pieces.rows[document[1]] - pieces.rows[document[0]]
    owner, after, highest = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64), 0
    for piece in range(document[0], document[1]):
        if pieces.leading[piece]:
            for place in range(pieces.rows[piece], pieces.rows[piece + 1]):
                word = pieces.words[place]
                owner[place - base], after[place - base] = piece - document[0], room.head[word]
                room.head[word] = place - base
                room.times[word] += 1
                highest = max(highest, room.times[word])
    n = document[1] - document[0]
    turn, touched, shared = np.arange(document[0], document[1]), np.empty(n, np.int64), np.zeros(n, np.int64)
    return _Index(owner, after, turn, touched, np.zeros(n), shared), highest


@compiled
def _forget(pieces: Any, room: Any, document: Any) -> None:
    """Undo what `_index_document` left in the room."""
    words = pieces.words[pieces.rows[document[0]] : pieces.rows[document[1]]]
    room.head[words], room.times[words] = -1, 0


@compiled
def _stretches(bounds: Any, first: Any, second: Any) -> Any:
    """First and last token in a and in b of each chain of seeds, which at most `GAP` words separate on both sides."""
    root = np.arange(len(first))
    for seed in range(len(first)):
        for earlier in range(seed - 1, -1, -1):
            if bounds[first[seed]] - bounds[first[earlier] + 1] > GAP:
                break
            low, high = min(second[seed], second[earlier]), max(second[seed], second[earlier])
            if bounds[high] - bounds[low + 1] <= GAP:
                one, two = _root(root, seed), _root(root, earlier)
                root[max(one, two)] = min(one, two)
    number = np.full(len(first), -1)
    spans = np.empty((len(first), 4), dtype=np.int64)
    n = 0
    for seed in range(len(first)):
        chain = _root(root, seed)
        if chain == seed:
            number[seed] = n
            spans[n, 0], spans[n, 2] = bounds[first[seed]], bounds[second[seed]]
            spans[n, 1], spans[n, 3] = bounds[first[seed] + 1], bounds[second[seed] + 1]
            n += 1
        k = number[chain]
        spans[k, 1] = max(spans[k, 1], bounds[first[seed] + 1])
        spans[k, 2] = min(spans[k, 2], bounds[second[seed]])
        spans[k, 3] = max(spans[k, 3], bounds[second[seed] + 1])
    return spans[:n]


@compiled
def _root(root: Any, seed: int) -> int:
    """The representative of a seed's chain (union-find with path halving)."""
    while root[seed] != seed:
        root[seed] = root[root[seed]]
        seed = root[seed]
    return seed
