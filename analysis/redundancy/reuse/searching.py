"""The search for passages in pairs of documents: what it goes by, and what it finds, in words."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Floats, Ints, compiled
from analysis.redundancy.reuse.chains import COMMON_LEAST, COMMON_SHARE, Pieces, Scratch, candidates
from analysis.redundancy.reuse.summaries import summaries
from analysis.text.tokens import Tokens

# What share of the words of both sides, in runs which the other side has too, makes a passage verbatim, and what share
# of one side near.
VERBATIM, NEAR = 0.95, 0.5

# Words that agree in their first letters are one: a stemmer that needs no language.
LETTERS = 6
# A piece is a sentence; a shorter one is joined to the next one of its document, and a longer one cut, since lists and
# text without full stops have no sentences.
SHORT, LONG = 5, 60
# The share of content words that stand on the other side: outside of a passage, and inside at the least and the most.
BACKGROUND, LEAST_MATCHED, MOST_MATCHED = 0.2, 0.5, 0.99
MARGIN = 60  # words around a passage in which its edges are looked for
SLACK = 10  # words around the other side that still count as it: word order differs most at the edges
ROUNDS = 3  # after which edges rarely move
LEAST_WORDS = 20  # on either side: shorter ones are phrases that many texts share
LEAST_SUPPORT = 8.0  # content words in common times similarity: how much there is times how sure it is


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


@compiled
def settled(pieces: Any, room: Any, documents: Any, first: Any, second: Any, possible: Any) -> Any:
    """Those of the `candidates` of pairs of documents that are passages, with their edges set: which pair has them,
    what tokens they are, and how similar.

    The arguments are as there, `possible` is what it gives. Of two passages of a pair of which one lies by more than
    half in the other, on either side, the one with more support stands.
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
        rows, similarity = _standing(pieces, room, spans, documents[first[k]], documents[second[k]])
        for word in common:
            room.common[word] = False
        for row in rows:
            pair[total], kept_similarity[total] = k, similarity[row]
            for column in range(4):
                kept_spans[total, column] = spans[row, column]
            total += 1
    return pair[:total], kept_spans[:total], kept_similarity[:total]


@compiled
def _standing(pieces: Any, room: Any, spans: Any, a: Any, b: Any) -> Any:
    """Which of the spans of two documents stand, their edges set in place, and the similarity of each span."""
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
    """How many content words the two sides of a passage share, each counted once, and how many the poorer side has."""
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
    """Move the edges of a passage, in place, to where its words begin and cease to stand on the other side.

    One side after the other is set to its segment of highest score, where a content word that stands on the other side
    scores log(p / q) and one that does not log((1 - p) / (1 - q)): the log-likelihood ratio of reuse to chance (Karlin
    and Altschul 1990, Methods for assessing the statistical significance of molecular sequence features). p is the
    share of the passage's words that stand on the other side, q is `BACKGROUND`: the more faithful the copy, the less
    it may leave out. False where nothing is left.
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
    """Of the tokens from `low` to `high`, the segment of highest score that reaches into `start` to `end`."""
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
