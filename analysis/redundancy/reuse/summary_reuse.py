"""Paragraphs that summarize another document. Compiled."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled
from analysis.text.shingles import shingles
from analysis.text.units import Ints, split_by_size

LEAST_WORDS = 50  # of the paragraph: abstracts and leads are longer
# Times as long as the paragraph: a summary is shorter, and a much longer document has most words there are.
LEAST_RATIO, MOST_RATIO = 2.0, 25.0
# The shares of the paragraph's content words, and of its bigrams with a content word, that are in the document: nine of
# ten summaries of news by human hand have more.
LEAST_WORDS_FOUND, LEAST_PAIRS_FOUND = 0.6, 0.2
MOST_IN_ONE_PLACE = 0.7  # share of the bigrams found in one window of the paragraph's length: of a copy it is 1
LEAST_LIFT = 5.0  # times as often as the bigrams of the rest of its document: more than a common subject explains
AT_ONCE = 500_000  # words of documents whose bigrams are numbered at a time


class _Bigrams(NamedTuple):
    """The bigrams of a text, and scratch arrays by bigram."""

    number: NDArray[np.int32]  # of the bigram at each token
    present: NDArray[np.int64]  # stamps
    seen: NDArray[np.int64]  # stamps
    inside: NDArray[np.int32]  # 0 between two uses


@compiled
def content_words(types: Any, common: Any, room: Any, paragraphs: Any) -> Any:
    """The different content words of the long paragraphs, and where those of each begin.

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
    """The paragraphs of the first document of each pair that summarize the second: pairs, paragraphs, and shares.

    The share is that of the paragraph's content words that are in the second document. `search` is a `pieces.Search`,
    `pairs`: (n, 2).
    """
    pair, found, share = _by_words(search, pairs)
    kept = _by_bigrams(search, pairs[pair], search.paragraphs[found])
    return pair[kept], found[kept], share[kept]


@compiled
def _by_words(search: Any, pairs: Any) -> Any:
    """The paragraphs of the first document of each pair that have most of their content words in the second."""
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
            matches = 0
            for word in search.words[begin[paragraph] : begin[paragraph + 1]]:
                matches += room.mark[word] == stamp
            share = matches / max(begin[paragraph + 1] - begin[paragraph], 1)
            if share < LEAST_WORDS_FOUND:
                continue
            if n == len(pair):
                pair, found = np.append(pair, np.empty_like(pair)), np.append(found, np.empty_like(found))
                shares = np.append(shares, np.empty_like(shares))
            pair[n], found[n], shares[n] = k, paragraph, share
            n += 1
    return pair[:n], found[:n], shares[:n]


def _by_bigrams(search: Any, pairs: Ints, paragraphs: Ints) -> NDArray[np.bool_]:
    """`_are_summaries`, with the bigrams of some documents numbered at a time."""
    pieces, documents, kept = search.pieces, search.documents, np.empty(len(pairs), dtype=bool)
    lengths = documents[:, 3] - documents[:, 2]
    for low, high in split_by_size(lengths[pairs].sum(axis=1), AT_ONCE):
        own, place = np.unique(pairs[low:high], return_inverse=True)
        types = np.concatenate([pieces.types[first:end] for first, end in documents[own, 2:].tolist()])
        begin = np.append(0, np.cumsum(lengths[own]))
        shift = begin[:-1] - documents[own, 2]
        here = np.column_stack((documents[own, :2], begin[:-1], begin[1:]))
        place = place.reshape(-1, 2)
        spans = paragraphs[low:high] + shift[place[:, :1]]
        number = shingles(types, 2)
        present, seen = np.zeros((2, int(number.max(initial=-1)) + 1), dtype=np.int64)
        bigrams = _Bigrams(number, present, seen, np.zeros(len(seen), dtype=np.int32))
        kept[low:high] = _are_summaries(types, pieces.common, search.room, bigrams, here[place], spans)
    return kept


@compiled
def _are_summaries(types: Any, common: Any, room: Any, bigrams: Any, pairs: Any, paragraphs: Any) -> Any:
    """Which pairs have a paragraph whose bigrams, unlike those around it, are all over the second document.

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
                bigrams.present[bigrams.number[token]] = stamp
        first, last = paragraphs[k, 0], paragraphs[k, 1]
        found, matches = _content_bigrams(types, common, room, bigrams, stamp, first, last)
        if matches < LEAST_PAIRS_FOUND * found:
            continue
        in_one_place = _most_in_window(bigrams, room.stamp[0], begin, end, last - first)
        if in_one_place > MOST_IN_ONE_PLACE * matches:
            continue
        around, matches_around = _content_bigrams(types, common, room, bigrams, stamp, pairs[k, 0, 2], pairs[k, 0, 3])
        kept[k] = matches * (around - found) >= LEAST_LIFT * (matches_around - matches) * found
    return kept


@compiled
def _content_bigrams(types: Any, common: Any, room: Any, bigrams: Any, stamp: int, first: int, last: int) -> Any:
    """The number of different bigrams with a content word, and of those present by `stamp`; mark them as seen."""
    room.stamp[0] += 1
    count = matches = 0
    for token in range(first, last - 1):
        number = bigrams.number[token]
        content = not (common[types[token]] and common[types[token + 1]])
        if content and bigrams.seen[number] < room.stamp[0]:
            bigrams.seen[number] = room.stamp[0]
            count += 1
            matches += bigrams.present[number] == stamp
    return count, matches


@compiled
def _most_in_window(bigrams: Any, stamp: int, begin: int, end: int, width: int) -> int:
    """The highest number of different bigrams seen with the `stamp` in any window of `width` places."""
    different = most = 0
    for token in range(begin, end - 1 + width):
        if token < end - 1 and bigrams.seen[bigrams.number[token]] == stamp:
            different += bigrams.inside[bigrams.number[token]] == 0
            bigrams.inside[bigrams.number[token]] += 1
        if token >= begin + width and bigrams.seen[bigrams.number[token - width]] == stamp:
            bigrams.inside[bigrams.number[token - width]] -= 1
            different -= bigrams.inside[bigrams.number[token - width]] == 0
        if token < end - 1:
            most = max(most, different)
    return most
