"""The longest passages that are repeated verbatim, wherever sentences begin and end in them."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled
from analysis.text.buckets import Buckets
from analysis.text.hashes import run_begins, run_hashes
from analysis.text.shards import folder_of, shards
from analysis.text.shingles import number_pairs
from analysis.text.tokens import Tokens
from analysis.text.units import Ints

GRAMS = 1_500_000  # n-grams that are compared with one another at a time
SORTED = 8_000_000  # words, at most, whose suffixes a report sorts, in some thirty bytes each


class Passages(NamedTuple):
    """Occurrences of repeated passages, sorted by passage."""

    group: Ints  # the number of the passage, from 0
    first: Ints  # the row of the first token
    words: Ints


def maximal_repeats(tokens: Tokens, min_words: int, *, most: int | None = None) -> Passages:
    """Every passage of `min_words` words or more that appears at least twice and is as long as its places allow.

    A passage is maximal when its occurrences are not all followed, nor all preceded, by the same word (Gusfield 1997,
    Algorithms on strings, trees, and sequences, section 7.12); so a passage within a longer one counts where it appears
    elsewhere too. It may cross sentences and paragraphs, not documents.

    Occurrences may overlap ("a b a b a b": "a b a b" appears twice): one that begins before an earlier one ends is left
    out. A passage most of whose occurrences overlap is a shorter one said over and over: that one is listed, or as many
    of it in a row as make `min_words` words (1 or more).

    Time and memory are proportional to the words in n-grams that appear twice (n = `min_words`), but for a logarithm:
    suffix array (Larsson and Sadakane 2007, Faster suffix sorting), common prefixes (Kasai and others 2001) and their
    intervals (Abouelhoda, Kurtz and Ohlebusch 2004). Raises `ValueError` where more than `most` words are repeated
    (None: however many).

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("Come in and sit down. She said: come in and sit. Do come in and sit down!"))
    >>> group, first, words = maximal_repeats(tokens, 3)
    >>> group.tolist(), first.tolist(), words.tolist()
    ([0, 0, 1, 1, 1], [0, 12, 0, 7, 12], [5, 5, 4, 4, 4])
    """
    begins = _repeated(tokens, min_words, most)
    texts, places, gaps = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int64)], 0
    for shard in shards(tokens):
        own = shard.tokens
        low, high = np.searchsorted(begins, (shard.word, shard.word + len(own)))
        if low == high:
            continue
        # A word is within a repeated n-gram where more of them have begun than have ended.
        change = np.zeros(len(own) + 1, dtype=np.int32)
        change[begins[low:high] - shard.word] += 1
        change[begins[low:high] - shard.word + min_words] -= 1
        inside = np.flatnonzero(np.cumsum(change[:-1], dtype=np.int32))
        document_end = np.repeat(own.document_offsets[1:], np.diff(own.document_offsets))
        text, place = _join_runs(shard.types[own.ids], inside, document_end, len(tokens.vocabulary) + gaps)
        gaps += int(np.count_nonzero(place < 0))
        texts.append(text)
        places.append(np.where(place < 0, -1, place + shard.word))
    _check(sum(map(len, texts)) - gaps, min_words, most)
    del begins
    text = np.concatenate(texts)
    suffixes, rank = suffix_array(text)
    begin, first, words = _passages(text, suffixes, common_prefixes(text, suffixes, rank), min_words)
    group, first = np.repeat(np.arange(len(words)), np.diff(begin)), np.concatenate(places)[first]
    # Sorted by first place; of those that begin in one place, the longest first.
    rank = np.argsort(np.lexsort((-words, first[begin[:-1]])))
    rows = np.lexsort((first, rank[group]))
    return Passages(rank[group][rows], first[rows], words[group[rows]])


def _repeated(tokens: Tokens, n: int, most: int | None) -> Ints:
    """The first words of all n-grams that appear twice, and a few more where hashes collide."""
    buckets = Buckets(folder_of(tokens), [np.uint64, np.int64], number=len(tokens) // GRAMS + 1)
    for shard in shards(tokens):
        offsets = shard.tokens.document_offsets
        begins = run_begins(offsets, np.maximum(np.diff(offsets) - n + 1, 0))
        one, _ = run_hashes(shard.types[shard.tokens.ids], begins, np.full(len(begins), n))
        buckets.add(one, begins + shard.word)
    found = []
    for k in range(len(buckets)):
        code, place = buckets.read(k)
        number = number_pairs(code, code)
        found.append(place[np.bincount(number)[number] > 1])
        _check(sum(map(len, found)), n, most)
    return np.sort(np.concatenate(found))


def _check(words: int, n: int, most: int | None) -> None:
    if most is not None and words > most:
        raise ValueError(
            f"more than {most:,} words are repeated in passages of {n} words or more: too many to be sorted in memory"
        )


def _join_runs(ids: NDArray[Any], place: Ints, document_end: Ints, free: int) -> tuple[NDArray[np.int32], Ints]:
    """The words at each `place` as one text, each run of neighbours ended by a word of its own, from `free` on.

    And the place of each word of that text, -1 for those added.
    """
    gaps = np.flatnonzero((np.diff(place, append=-1) != 1) | (document_end[place] == place + 1))
    text = np.insert(ids[place].astype(np.int32), gaps + 1, free + np.arange(len(gaps)))
    return text, np.insert(place, gaps + 1, -1)


@compiled
def _occurrences(places: Any, words: int, within: int, least: int) -> Any:
    """The words of a passage and the occurrences that are listed, of its sorted `places`, see `maximal_repeats`.

    None are listed where what is said over and over is no longer than the `within` words that more places share.
    """
    many = len(places)
    alone, nearest = 0, words
    for k in range(many):
        left = places[k] - places[k - 1] if k > 0 else words
        right = places[k + 1] - places[k] if k + 1 < many else words
        alone += min(left, right) >= words
        nearest = min(nearest, right)
    if 2 * alone < many:
        once = min(words, (least + nearest - 1) // nearest * nearest)
        if once <= within:
            return words, places[:0]
        words = once
    kept, end = 0, -1
    for k in range(many):
        if places[k] >= end:
            places[kept], end = places[k], places[k] + words
            kept += 1
    return words, places[: kept if kept > 1 else 0]


@compiled
def _passages(text: Any, suffixes: Any, common: Any, least: int) -> Any:
    """The maximal passages: where those of each begin among all occurrences, the occurrences, and the words of each."""
    n = len(text)
    differs = np.zeros(n + 1, dtype=np.int32)  # changes of the preceding word between neighbouring suffixes, summed up
    for k in range(1, n):
        a, b = suffixes[k - 1], suffixes[k]
        same = a > 0 and b > 0 and text[a - 1] == text[b - 1]
        differs[k] = differs[k - 1] + (not same)
    begin, words = np.zeros(1024, dtype=np.int64), np.empty(1024, dtype=np.int64)
    first = np.empty(1024, dtype=np.int64)
    groups = rows = 0
    stack_words, stack_left = np.zeros(1024, dtype=np.int64), np.zeros(1024, dtype=np.int64)
    top = 0
    for k in range(1, n + 1):
        here = common[k] if k < n else 0
        left = k - 1
        while stack_words[top] > here:  # the longest prefix of the suffixes from `left` to the last one
            length, left = stack_words[top], stack_left[top]
            top -= 1
            many = k - left
            within = max(here, stack_words[top])  # words that more suffixes share
            # So many would not fit into the text, whether half of them overlap no other or they have a period.
            crowded = (many - 1) * (within - least + 1) > 2 * n
            if length < least or differs[k - 1] == differs[left] or crowded:
                continue
            length, places = _occurrences(np.sort(suffixes[left:k]), length, within, least)
            if len(places) == 0:
                continue
            if groups + 1 == len(words):
                begin, words = np.append(begin, np.empty_like(begin)), np.append(words, np.empty_like(words))
            if rows + len(places) > len(first):
                first = np.append(first, np.empty(max(len(first), len(places)), dtype=np.int64))
            for place in places:
                first[rows] = place
                rows += 1
            words[groups] = length
            groups += 1
            begin[groups] = rows
        if here > stack_words[top]:
            top += 1
            if top == len(stack_words):
                stack_words = np.append(stack_words, np.zeros_like(stack_words))
                stack_left = np.append(stack_left, np.zeros_like(stack_left))
            stack_words[top], stack_left[top] = here, left
    return begin[: groups + 1], first[:rows], words[:groups]


def suffix_array(text: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where each suffix of `text` begins, in the order of the suffixes, and the row of each place in that order.

    Both are int32 where that can count the places. A number of its own must end `text`, so that no suffix is a prefix
    of another (Larsson and Sadakane 2007, Faster suffix sorting).
    """
    kind = np.int32 if len(text) <= np.iinfo(np.int32).max else np.int64
    suffixes = np.argsort(text, kind="stable").astype(kind)
    words = text[suffixes]
    rank = np.empty_like(suffixes)
    rank[suffixes] = np.searchsorted(words, words)  # the first row of the suffixes that begin with the same word
    _sort_suffixes(suffixes, rank)
    return suffixes, rank


@compiled
def _sort_suffixes(suffixes: Any, rank: Any) -> None:
    """Sort suffixes that are sorted by their first word alone."""
    # Prefix doubling: each round sorts suffixes that still tie by the rank of what follows the words sorted so far.
    reach, alike = 1, True
    while alike:
        alike, begin = False, 0
        while begin < len(suffixes):
            end = begin + 1
            while end < len(suffixes) and rank[suffixes[end]] == begin:
                end += 1
            if end - begin > 1:
                alike = True
                own = suffixes[begin:end]
                if len(own) > 32:
                    ordered = own[np.argsort(rank[own + reach])]
                    for k in range(len(own)):
                        own[k] = ordered[k]
                else:
                    for k in range(1, len(own)):
                        one, at = own[k], k
                        while at > 0 and rank[own[at - 1] + reach] > rank[one + reach]:
                            own[at] = own[at - 1]
                            at -= 1
                        own[at] = one
                behind = rank[own + reach]
                first = begin
                for k in range(1, len(own)):
                    if behind[k] != behind[k - 1]:
                        first = begin + k
                    rank[own[k]] = first
            begin = end
        reach *= 2


@compiled
def common_prefixes(text: Any, suffixes: Any, rank: Any) -> Any:
    """The length of the common prefix of each suffix and the one before it in the suffix array."""
    common = np.zeros_like(suffixes)
    length = 0
    for at in range(len(text)):
        if rank[at] == 0:
            length = 0
            continue
        other = suffixes[rank[at] - 1]
        while max(at, other) + length < len(text) and text[at + length] == text[other + length]:
            length += 1
        common[rank[at]] = length
        length = max(length - 1, 0)
    return common
