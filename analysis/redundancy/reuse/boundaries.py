"""Boundary refinement: move the edges of candidate passages, and choose among them. Compiled."""

from typing import Any

import numpy as np

from analysis.core.compiled import compiled

# The share of content words that the other side has: outside of a passage, and inside at the least and the most.
BACKGROUND, LEAST_MATCHED, MOST_MATCHED = 0.2, 0.5, 0.99
MARGIN = 60  # words around a passage in which its edges are looked for
SLACK = 10  # words around the other side that still count as it: word order differs most at the edges
ROUNDS = 3  # after which edges rarely move
LEAST_WORDS = 20  # on either side: shorter ones are phrases that many texts share
LEAST_SUPPORT = 8.0  # content words in common times similarity: how much there is times how sure it is


@compiled
def refine(pieces: Any, room: Any, documents: Any, first: Any, second: Any, possible: Any) -> Any:
    """The `candidates` that are passages, with their edges moved: pair, tokens and similarity of each.

    The arguments are those of `candidates`, and its result. Of two passages of a pair that overlap by more than half,
    on either side, the one with more support is kept.
    """
    all_spans, span_begin, also_common, word_begin = possible
    pair, kept_spans = np.empty(len(all_spans), dtype=np.int32), np.empty_like(all_spans)
    kept_similarity, total = np.empty(len(all_spans)), 0
    for k in range(len(first)):
        if span_begin[k] == span_begin[k + 1]:
            continue
        common = also_common[word_begin[k] : word_begin[k + 1]]
        for word in common:
            room.common[word] = True
        spans = all_spans[span_begin[k] : span_begin[k + 1]].copy()
        rows, similarity = _select(pieces, room, spans, documents[first[k]], documents[second[k]])
        for word in common:
            room.common[word] = False
        for row in rows:
            pair[total], kept_similarity[total] = k, similarity[row]
            kept_spans[total] = spans[row]
            total += 1
    return pair[:total], kept_spans[:total], kept_similarity[:total]


@compiled
def _select(pieces: Any, room: Any, spans: Any, a: Any, b: Any) -> Any:
    """The spans of two documents that are kept, after moving their edges in place; the similarity of each span."""
    similarity, support = np.empty(len(spans)), np.zeros(len(spans))
    for k in range(len(spans)):
        span = spans[k]
        if _set_edges(pieces, room, span, a, b) and min(span[1] - span[0], span[3] - span[2]) >= LEAST_WORDS:
            shared, fewer = _overlap(pieces, room, span)
            similarity[k] = shared / max(fewer, 1)
            support[k] = shared * similarity[k]
    kept = np.empty(len(spans), dtype=np.int64)
    n = 0
    for place in np.argsort(-support, kind="mergesort"):
        k = int(place)
        free = support[k] >= LEAST_SUPPORT
        for other in kept[:n]:
            free &= not (_covered(spans[k, :2], spans[other, :2]) or _covered(spans[k, 2:], spans[other, 2:]))
        if free:
            kept[n] = k
            n += 1
    return kept[:n], similarity


@compiled
def _covered(span: Any, other: Any) -> Any:
    """Whether more than half of a span lies in another one."""
    return 2 * (min(span[1], other[1]) - max(span[0], other[0])) > span[1] - span[0]


@compiled
def _overlap(pieces: Any, room: Any, span: Any) -> Any:
    """The number of different content words that two sides share, and the number that the side with fewer has."""
    room.stamp[0] += 2
    both, stamp = room.stamp[0], room.stamp[0] - 1
    in_a = in_b = shared = 0
    for token in range(span[2], span[3]):
        word = pieces.types[token]
        if not room.common[word] and room.mark[word] < stamp:
            room.mark[word] = stamp
            in_b += 1
    for token in range(span[0], span[1]):
        word = pieces.types[token]
        if not room.common[word] and room.mark[word] < both:
            shared += room.mark[word] == stamp
            room.mark[word] = both
            in_a += 1
    return shared, min(in_a, in_b)


@compiled
def _set_edges(pieces: Any, room: Any, span: Any, a: Any, b: Any) -> bool:
    """Move the edges of a passage, in place, to where its words cease to appear on the other side.

    Each side in turn is set to its segment of highest score, where a content word that appears on the other side scores
    log(p / q) and one that does not log((1 - p) / (1 - q)): the log-likelihood ratio of reuse to chance (Karlin and
    Altschul 1990, Methods for assessing the statistical significance of molecular sequence features). p is the share of
    the passage's words that appear on the other side, q is `BACKGROUND`. False where nothing is left.
    """
    for _ in range(ROUNDS):
        before = span.copy()
        for own, other, document, opposite in ((0, 2, a, b), (2, 0, b, a)):
            room.stamp[0] += 1
            for token in range(max(opposite[2], span[other] - SLACK), min(opposite[3], span[other + 1] + SLACK)):
                room.mark[pieces.types[token]] = room.stamp[0]
            low, high = max(document[2], span[own] - MARGIN), min(document[3], span[own + 1] + MARGIN)
            span[own], span[own + 1] = _best_segment(pieces, room, low, high, span[own], span[own + 1])
            if span[own] == span[own + 1]:
                return False
        if np.all(before == span):
            break
    return True


@compiled
def _best_segment(pieces: Any, room: Any, low: int, high: int, start: int, end: int) -> Any:
    """The segment of highest score within `low` to `high` that overlaps `start` to `end`."""
    stamp, content, matched = room.stamp[0], 0, 0
    for token in range(start, end):
        content += not room.common[pieces.types[token]]
        matched += not room.common[pieces.types[token]] and room.mark[pieces.types[token]] == stamp
    p = min(max(matched / max(content, 1), LEAST_MATCHED), MOST_MATCHED)
    hit, miss = np.log(p / BACKGROUND), np.log((1 - p) / (1 - BACKGROUND))
    best = score = 0.0
    left = right = start
    begin = low
    for token in range(low, high):
        word = pieces.types[token]
        if room.common[word]:
            continue
        if score <= 0:
            score, begin = 0.0, token
        score += hit if room.mark[word] == stamp else miss
        if score > best and token >= start and begin < end:
            best, left, right = score, begin, token + 1
    return left, right
