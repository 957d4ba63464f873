"""Paragraphs that say in short what a whole other document says."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.redundancy.shingles import shingles
from analysis.text.compiled import compiled

LEAST_WORDS = 50  # of the paragraph: abstracts and leads are longer
# The document is longer than the paragraph, but not by so much that it has most words there are.
LEAST_RATIO, MOST_RATIO = 2.0, 25.0
# The shares of the paragraph's content words, and of its pairs of neighbouring words with a content word among them,
# that stand in the document: nine of ten summaries of news by human hand have more.
LEAST_WORDS_FOUND, LEAST_PAIRS_FOUND = 0.6, 0.2
# Of the pairs found, the share that stands in one window of the paragraph's length, which a copy has all of them in.
MOST_IN_ONE_PLACE = 0.7
# How many times as often its pairs stand there as those of the rest of its document, which tells a summary from a
# paragraph on the same subject or of the same stock phrases.
LEAST_LIFT = 5.0


class Neighbours(NamedTuple):
    """``number``: of each token and the next one, the same for the same two words. Room for each number: ``met`` and
    ``seen`` hold stamps, ``inside`` is 0 between two uses."""

    number: NDArray[np.int32]
    met: NDArray[np.int64]
    seen: NDArray[np.int64]
    inside: NDArray[np.int32]


def neighbours(types: NDArray[np.int32]) -> Neighbours:
    """The numbers of words and their neighbours, and fresh room.

    >>> neighbours(np.array([5, 6, 5, 6, 6], dtype=np.int32)).number.tolist()
    [0, 1, 0, 2]
    """
    number = shingles(types, 2)
    size = int(number.max(initial=-1)) + 1
    met, seen = np.zeros((2, size), dtype=np.int64)
    return Neighbours(number, met, seen, np.zeros(size, dtype=np.int32))


@compiled
def contents(pieces: Any, room: Any, paragraphs: Any) -> Any:
    """The different content words of the paragraphs that are long enough, one behind the other, and where each begins.

    `pieces` and `room` are as in `candidates`; `paragraphs`: (n, 2) the first and last token of each.
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
                word = pieces.types[token]
                if not pieces.common[word] and room.mark[word] < room.stamp[0]:
                    room.mark[word] = room.stamp[0]
                    words[n] = word
                    n += 1
        begin[k + 1] = n
    return words[:n].copy(), begin


@compiled
def summaries(
    pieces: Any,
    room: Any,
    documents: Any,
    beside: Any,
    paragraphs: Any,
    of_document: Any,
    words: Any,
    begin: Any,
    pairs: Any,
) -> Any:
    """Which paragraphs of the first document of each pair sum up the second one: pairs, paragraphs, and of each the
    share of its content words that stand in the document.

    `pieces`, `room` and `documents` are as in `candidates`, `beside` as `neighbours` gives it, `paragraphs`, `words`
    and `begin` as in `contents`; those of document d are ``paragraphs[of_document[d] : of_document[d + 1]]``. `pairs`:
    (n, 2). A second document is looked through once for all pairs with it that stand in a row.
    """
    pair, found, shares = np.empty(64, dtype=np.int32), np.empty(64, dtype=np.int64), np.empty(64)
    n = stamp = 0
    for k in range(len(pairs)):
        first, end = documents[pairs[k, 1], 2], documents[pairs[k, 1], 3]
        if k == 0 or pairs[k, 1] != pairs[k - 1, 1]:
            room.stamp[0] += 1
            stamp = room.stamp[0]
            for token in range(first, end):
                room.mark[pieces.types[token]] = stamp
            for token in range(first, end - 1):
                beside.met[beside.number[token]] = stamp
        own = slice(of_document[pairs[k, 0]], of_document[pairs[k, 0] + 1])
        for paragraph in range(own.start, own.stop):
            length = paragraphs[paragraph, 1] - paragraphs[paragraph, 0]
            if length < LEAST_WORDS or not LEAST_RATIO * length <= end - first <= MOST_RATIO * length:
                continue
            met = 0
            for word in words[begin[paragraph] : begin[paragraph + 1]]:
                met += room.mark[word] == stamp
            share = met / max(begin[paragraph + 1] - begin[paragraph], 1)
            if share < LEAST_WORDS_FOUND:
                continue
            if not _in_short(pieces, room, beside, stamp, paragraphs[own], paragraphs[paragraph], first, end):
                continue
            if n == len(pair):
                pair, found = np.append(pair, np.empty_like(pair)), np.append(found, np.empty_like(found))
                shares = np.append(shares, np.empty_like(shares))
            pair[n], found[n], shares[n] = k, paragraph, share
            n += 1
    return pair[:n], found[:n], shares[:n]


@compiled
def _in_short(
    pieces: Any, room: Any, beside: Any, stamp: int, paragraphs: Any, paragraph: Any, begin: int, end: int
) -> bool:
    """Whether the pairs of words of one of the `paragraphs` stand all over a document, and those of the others don't.

    The paragraphs of its document follow one another; `begin` and `end` are the first and last token of the other one,
    whose pairs of words have the `stamp`.
    """
    pairs, met = _content_pairs(pieces, room, beside, stamp, paragraph[0], paragraph[1])
    if met < LEAST_PAIRS_FOUND * pairs:
        return False
    in_one_place = _most_in_window(beside, room.stamp[0], begin, end, paragraph[1] - paragraph[0])
    if in_one_place > MOST_IN_ONE_PLACE * met:
        return False
    around, met_around = _content_pairs(pieces, room, beside, stamp, paragraphs[0, 0], paragraphs[-1, 1])
    lifted: bool = met * (around - pairs) >= LEAST_LIFT * (met_around - met) * pairs
    return lifted


@compiled
def _content_pairs(pieces: Any, room: Any, beside: Any, stamp: int, first: int, last: int) -> Any:
    """How many different pairs of neighbouring words there are with a content word among them, and how many of these
    have the `stamp`. They are then seen with the newest stamp of the room."""
    room.stamp[0] += 1
    pairs = met = 0
    for token in range(first, last - 1):
        number = beside.number[token]
        content = not (pieces.common[pieces.types[token]] and pieces.common[pieces.types[token + 1]])
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
