"""Paragraphs that say in short what a whole other document says."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled
from analysis.text.shingles import shingles
from analysis.text.units import Ints, split_by_size

LEAST_WORDS = 50  # of the paragraph: abstracts and leads are longer
# The document is longer than the paragraph, but not by so much that it has most words there are.
LEAST_RATIO, MOST_RATIO = 2.0, 25.0
# The shares of the paragraph's content words, and of its pairs of neighbouring words with a content word among them,
# that are in the document: nine of ten summaries of news by human hand have more.
LEAST_WORDS_FOUND, LEAST_PAIRS_FOUND = 0.6, 0.2
# Of the pairs found, the share in one window of the paragraph's length, which a copy has all of them in.
MOST_IN_ONE_PLACE = 0.7
# How many times as often its pairs appear there as those of the rest of its document: more than one subject explains.
LEAST_LIFT = 5.0
AT_ONCE = 500_000  # words of documents whose neighbours are numbered at a time


class _Neighbours(NamedTuple):
    """The pairs of neighbouring words of a text, and room for each."""

    number: NDArray[np.int32]  # of each token and the next one, the same for the same two words
    met: NDArray[np.int64]  # stamps
    seen: NDArray[np.int64]  # stamps
    inside: NDArray[np.int32]  # 0 between two uses


def _neighbours(types: NDArray[np.int32]) -> _Neighbours:
    """The numbers of words and their neighbours, and fresh room."""
    number = shingles(types, 2)
    size = int(number.max(initial=-1)) + 1
    met, seen = np.zeros((2, size), dtype=np.int64)
    return _Neighbours(number, met, seen, np.zeros(size, dtype=np.int32))


@compiled
def contents(types: Any, common: Any, room: Any, paragraphs: Any) -> Any:
    """The different content words of the paragraphs that are long enough, one after another, and where each begins.

    `types`, `common`: as in `chaining.Pieces`; `paragraphs`: (n, 2) the first and last token of each.
    """
    begin, n = np.zeros(len(paragraphs) + 1, dtype=np.int64), 0
    for k in range(len(paragraphs)):
        if paragraphs[k, 1] - paragraphs[k, 0] >= LEAST_WORDS:
            n += paragraphs[k, 1] - paragraphs[k, 0]
    words, n = np.empty(n, dtype=np.int32), 0
    for k in range(len(paragraphs)):
        if paragraphs[k, 1] - paragraphs[k, 0] >= LEAST_WORDS:
            room.stamp[0] += 1
            for token in range(paragraphs[k, 0], paragraphs[k, 1]):
                word = types[token]
                if not common[word] and room.mark[word] < room.stamp[0]:
                    room.mark[word] = room.stamp[0]
                    words[n] = word
                    n += 1
        begin[k + 1] = n
    return words[:n].copy(), begin


def summaries(search: Any, pairs: Ints) -> tuple[NDArray[np.int32], Ints, NDArray[np.float64]]:
    """Which paragraphs of the first document of each pair sum up the second one: pairs, paragraphs, and shares.

    The share is that of the paragraph's content words that are in the second document. `search` is a `pieces.Search`,
    `pairs`: (n, 2).
    """
    pair, found, share = _told(search, pairs)
    kept = _those_in_short(search, pairs[pair], search.paragraphs[found])
    return pair[kept], found[kept], share[kept]


@compiled
def _told(search: Any, pairs: Any) -> Any:
    """Which paragraphs of the first document of each pair have most of their content words in the second."""
    room, documents, paragraphs, begin = search.room, search.documents, search.paragraphs, search.begin
    pair, found, shares = np.empty(64, dtype=np.int32), np.empty(64, dtype=np.int64), np.empty(64)
    n = stamp = 0
    for k in range(len(pairs)):
        first, end = documents[pairs[k, 1], 2], documents[pairs[k, 1], 3]
        if k == 0 or pairs[k, 1] != pairs[k - 1, 1]:
            room.stamp[0] += 1
            stamp = room.stamp[0]
            for token in range(first, end):
                room.mark[search.pieces.types[token]] = stamp
        for paragraph in range(search.of_document[pairs[k, 0]], search.of_document[pairs[k, 0] + 1]):
            length = paragraphs[paragraph, 1] - paragraphs[paragraph, 0]
            if length < LEAST_WORDS or not LEAST_RATIO * length <= end - first <= MOST_RATIO * length:
                continue
            met = 0
            for word in search.words[begin[paragraph] : begin[paragraph + 1]]:
                met += room.mark[word] == stamp
            share = met / max(begin[paragraph + 1] - begin[paragraph], 1)
            if share < LEAST_WORDS_FOUND:
                continue
            if n == len(pair):
                pair, found = np.append(pair, np.empty_like(pair)), np.append(found, np.empty_like(found))
                shares = np.append(shares, np.empty_like(shares))
            pair[n], found[n], shares[n] = k, paragraph, share
            n += 1
    return pair[:n], found[:n], shares[:n]


def _those_in_short(search: Any, told: Ints, paragraphs: Ints) -> NDArray[np.bool_]:
    """The result of `_in_short`, with the neighbours of the documents in question numbered, some at a time."""
    pieces, documents, kept = search.pieces, search.documents, np.empty(len(told), dtype=bool)
    lengths = documents[:, 3] - documents[:, 2]
    for low, high in split_by_size(lengths[told].sum(axis=1), AT_ONCE):
        own, place = np.unique(told[low:high], return_inverse=True)
        types = np.concatenate([pieces.types[first:end] for first, end in documents[own, 2:].tolist()])
        begin = np.append(0, np.cumsum(lengths[own]))
        shift = begin[:-1] - documents[own, 2]
        here = np.column_stack((documents[own, :2], begin[:-1], begin[1:]))
        place = place.reshape(-1, 2)
        spans = paragraphs[low:high] + shift[place[:, :1]]
        kept[low:high] = _in_short(types, pieces.common, search.room, _neighbours(types), here[place], spans)
    return kept


@compiled
def _in_short(types: Any, common: Any, room: Any, beside: Any, pairs: Any, paragraphs: Any) -> Any:
    """Which pairs have a paragraph whose neighbouring words, unlike those around it, are all over the second document.

    `pairs`: (n, 2, 4) the two documents as in `documents` of `candidates`; `paragraphs`: (n, 2).
    """
    kept = np.zeros(len(pairs), dtype=np.bool_)
    stamp = begin = end = 0
    for k in range(len(pairs)):
        if k == 0 or pairs[k, 1, 2] != begin or pairs[k, 1, 3] != end:
            begin, end = pairs[k, 1, 2], pairs[k, 1, 3]
            room.stamp[0] += 1
            stamp = room.stamp[0]
            for token in range(begin, end - 1):
                beside.met[beside.number[token]] = stamp
        first, last = paragraphs[k, 0], paragraphs[k, 1]
        found, met = _content_pairs(types, common, room, beside, stamp, first, last)
        if met < LEAST_PAIRS_FOUND * found:
            continue
        in_one_place = _most_in_window(beside, room.stamp[0], begin, end, last - first)
        if in_one_place > MOST_IN_ONE_PLACE * met:
            continue
        around, met_around = _content_pairs(types, common, room, beside, stamp, pairs[k, 0, 2], pairs[k, 0, 3])
        kept[k] = met * (around - found) >= LEAST_LIFT * (met_around - met) * found
    return kept


@compiled
def _content_pairs(types: Any, common: Any, room: Any, beside: Any, stamp: int, first: int, last: int) -> Any:
    """How many different neighbour pairs hold a content word, and how many have the `stamp`; then they are seen."""
    room.stamp[0] += 1
    pairs = met = 0
    for token in range(first, last - 1):
        number = beside.number[token]
        content = not (common[types[token]] and common[types[token + 1]])
        if content and beside.seen[number] < room.stamp[0]:
            beside.seen[number] = room.stamp[0]
            pairs += 1
            met += beside.met[number] == stamp
    return pairs, met


@compiled
def _most_in_window(beside: Any, stamp: int, begin: int, end: int, width: int) -> int:
    """The most different pairs of words that were seen with the `stamp` in any `width` places in a row."""
    different = most = 0
    for token in range(begin, end - 1 + width):
        if token < end - 1 and beside.seen[beside.number[token]] == stamp:
            different += beside.inside[beside.number[token]] == 0
            beside.inside[beside.number[token]] += 1
        if token >= begin + width and beside.seen[beside.number[token - width]] == stamp:
            beside.inside[beside.number[token - width]] -= 1
            different -= beside.inside[beside.number[token - width]] == 0
        if token < end - 1:
            most = max(most, different)
    return most
