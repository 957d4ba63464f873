"""Paragraphs that say in short what a whole other document says."""

from typing import Any

import numpy as np

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


@compiled
def summaries(pieces: Any, room: Any, paragraphs: Any, document: Any) -> Any:
    """Which of the paragraphs of a document sum up another one, and the share of their content words that stand in it.

    `pieces` and `room` are as in `candidates`; `paragraphs`: (n, 2) the first and last token of each, as they follow
    one another; `document`: (4,) the other document. Gives one number a paragraph, 0 where it is no summary.
    """
    found = np.zeros(len(paragraphs))
    begin, end = document[2], document[3]
    room.stamp[0] += 1
    stamp = room.stamp[0]
    for token in range(begin, end):
        room.mark[pieces.types[token]] = stamp
    for k in range(len(paragraphs)):
        first, last = paragraphs[k]
        length = last - first
        if length < LEAST_WORDS or not LEAST_RATIO * length <= end - begin <= MOST_RATIO * length:
            continue
        share = _share_found(pieces, room.mark, stamp, first, last)
        if share < LEAST_WORDS_FOUND:
            continue
        pairs = _content_pairs(pieces, first, last)
        places = _places(pairs, pieces.types, begin, end)
        met = len(np.unique(places[places >= 0]))
        in_one_place = _most_in_window(places, length, len(pairs))
        if met < LEAST_PAIRS_FOUND * len(pairs) or in_one_place > MOST_IN_ONE_PLACE * met:
            continue
        around = _content_pairs(pieces, paragraphs[0, 0], paragraphs[-1, 1])
        places = _places(around, pieces.types, begin, end)
        met_around = len(np.unique(places[places >= 0]))
        if met * (len(around) - len(pairs)) >= LEAST_LIFT * (met_around - met) * len(pairs):
            found[k] = share
    return found


@compiled
def _share_found(pieces: Any, mark: Any, stamp: int, first: int, last: int) -> float:
    """The share of the content words between two tokens, each counted once, that bear the mark."""
    words = np.unique(pieces.types[first:last])
    total = found = 0
    for word in words:
        if not pieces.common[word]:
            total += 1
            found += mark[word] == stamp
    return found / max(total, 1)


@compiled
def _content_pairs(pieces: Any, first: int, last: int) -> Any:
    """The pairs of neighbouring words with a content word among them, as numbers, sorted, each once."""
    pairs = np.empty(last - first, dtype=np.int64)
    n = 0
    for token in range(first, last - 1):
        one, two = pieces.types[token], pieces.types[token + 1]
        if not (pieces.common[one] and pieces.common[two]):
            pairs[n] = np.int64(one) << 32 | two
            n += 1
    return np.unique(pairs[:n])


@compiled
def _places(pairs: Any, types: Any, begin: int, end: int) -> Any:
    """For each pair of neighbours between two tokens, its number in `pairs`, or -1."""
    places = np.full(max(end - begin - 1, 0), -1)
    for token in range(begin, end - 1):
        pair = np.int64(types[token]) << 32 | types[token + 1]
        place = np.searchsorted(pairs, pair)
        if place < len(pairs) and pairs[place] == pair:
            places[token - begin] = place
    return places


@compiled
def _most_in_window(places: Any, width: int, kinds: int) -> int:
    """The most different numbers, apart from -1, in any `width` places in a row."""
    inside = np.zeros(kinds, dtype=np.int64)
    different = most = 0
    for at in range(len(places)):
        if places[at] >= 0:
            different += inside[places[at]] == 0
            inside[places[at]] += 1
        if at >= width and places[at - width] >= 0:
            inside[places[at - width]] -= 1
            different -= inside[places[at - width]] == 0
        most = max(most, different)
    return most
