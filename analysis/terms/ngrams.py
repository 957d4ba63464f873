"""Words in a row, and words with gaps between, as numbers: the n-grams of a text."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Ints, compiled
from analysis.text.documents import Offsets
from analysis.text.tokens import Ids, Tokens


def ngrams(tokens: Tokens, n: int, *, skip: int = 0) -> tuple[NDArray[np.object_], Ints, Ints]:
    """The distinct n-grams, and for each running n-gram its number among them and the place of its first token.

    The distinct ones in alphabetical order, word by word, the running ones as they run. An n-gram never crosses a
    sentence, and leaves out at most `skip` words in all. The words of an n-gram stand with one blank between them.

    >>> from analysis import read_text, tokenize
    >>> names, gram, place = ngrams(tokenize(read_text("We came. We came home?")), 2)
    >>> names.tolist(), gram.tolist(), place.tolist()
    (['came home', 'we came'], [1, 1, 0], [0, 2, 3])
    """
    vocabulary, words, place = running_ngrams(tokens, n, skip)
    gram, words = numbered(words)
    return joined(vocabulary, words).to_numpy(dtype=object), gram.astype(np.int64), place.astype(np.int64)


def running_ngrams(tokens: Tokens, n: int, skip: int) -> tuple[pd.Series, list[Ids], Ids]:
    """The vocabulary in alphabetical order, the n words of each running n-gram in it, and the place of its first."""
    vocabulary = pd.Series(tokens.vocabulary, dtype="str")
    alphabet = vocabulary.argsort().to_numpy()
    rank = np.empty(len(alphabet), dtype=np.int32)
    rank[alphabet] = np.arange(len(alphabet))
    return vocabulary.take(alphabet), *runs(rank[tokens.ids], tokens.sentence_offsets, n, skip)


def runs(ids: Ids, sentence_offsets: Offsets, n: int, skip: int) -> tuple[list[Ids], Ids]:
    """The n of the `ids` that make each running n-gram, and the place of its first."""
    check(n, skip)
    if n == 1:
        return [ids], np.arange(len(ids), dtype=np.int32)

    ends = np.repeat(sentence_offsets[1:].astype(np.int32), np.diff(sentence_offsets))
    left = ends - np.arange(len(ids), dtype=np.int32)  # the words of the sentence from here on
    steps = [(0, *rest) for rest in combinations(range(1, n + skip), n - 1)]
    places = [np.flatnonzero(left > step[-1]).astype(np.int32) for step in steps]
    words = [
        np.concatenate([ids[place + step[at]] for place, step in zip(places, steps, strict=True)]) for at in range(n)
    ]
    place = np.concatenate(places)
    if skip:
        order = np.argsort(place, kind="stable")
        place, words = place[order], [word[order] for word in words]
    return words, place


def check(n: int, skip: int = 0) -> None:
    """Raise `ValueError` where there are no n-grams of `n` words that leave out `skip`."""
    if n < 1:
        raise ValueError(f"n is {n}: use 1 for words, 2 for pairs of words, and so on")
    if skip < 0:
        raise ValueError(f"skip is {skip}: use 0 for words in a row, 1 to leave out one word between them, and so on")


def numbered(words: list[Ids]) -> tuple[Ids, list[Ids]]:
    """The number of each running n-gram among the distinct ones, in alphabetical order, and the words of these."""
    if len(words) == 1:
        seen = np.bincount(words[0]) > 0
        return (np.cumsum(seen, dtype=np.int32) - np.int32(1))[words[0]], [np.flatnonzero(seen).astype(np.int32)]
    order = by_value(words[-1])
    for word in words[-2::-1]:
        order = order[by_value(word[order])]
    words = [word[order] for word in words]
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.logical_or.reduce([word[1:] != word[:-1] for word in words])
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.cumsum(new, dtype=np.int32) - np.int32(1)
    return number, [word[new] for word in words]


def by_value(values: Ids) -> Ids:
    """A stable argsort of small integers: scipy transposes a matrix by counting, which is far faster than to sort."""
    rows = np.arange(len(values), dtype=np.int32)
    shape = (1, int(values.max(initial=0)) + 1)
    return sparse.csr_array((rows, values, np.array([0, len(values)], dtype=np.int32)), shape=shape).tocsc().data


def joined(vocabulary: pd.Series, words: list[Ids]) -> Any:
    """The names of n-grams: their words with blanks between."""
    names = vocabulary.array.take(words[0])
    after = " " + vocabulary.array
    for word in words[1:]:
        names = names + after.take(word)
    return names


def checked(types: int, words: int, marks: int) -> None:
    """Raises `ValueError` where so many `words` of a vocabulary of `types` with one of `marks` are no one number."""
    if types**words * marks >= 1 << 63:
        raise ValueError(f"{words} words in a row of {types:,} different ones are more than can be told apart in parts")


def tallied(key: Ints, mark: NDArray[Any], marks: int) -> tuple[Ints, Ints]:
    """The different keys, rising, and (marks, keys) how often each appears with each mark.

    >>> [found.tolist() for found in tallied(np.array([7, 3, 7]), np.array([0, 0, 1]), 2)]
    [[3, 7], [[1, 1], [0, 1]]]
    """
    # One number a place, key and mark together, is sorted many times as fast as two.
    together = np.sort(key * marks + mark)
    key, mark = np.divmod(together, marks)
    begin = np.flatnonzero(np.diff(key, prepend=-1))
    counts = np.zeros((marks, len(begin)), dtype=np.int64)
    for one in range(marks if len(begin) else 0):
        counts[one] = np.add.reduceat(mark == one, begin, dtype=np.int64)
    return key[begin], counts


@compiled
def again(key: Any, bounds: Any) -> Any:
    """For each key whether it stood in its document before; document d has those from ``bounds[d]`` on."""
    longest = 1
    for document in range(len(bounds) - 1):
        longest = max(longest, bounds[document + 1] - bounds[document])
    bits = 1
    while 1 << bits < 2 * longest:
        bits += 1
    room = np.empty(1 << bits, np.int64)
    owner = np.full(1 << bits, -1)
    out = np.zeros(len(key), np.int8)
    for document in range(len(bounds) - 1):
        for place in range(bounds[document], bounds[document + 1]):
            # Knuth's multiplicative hash; where the place is taken, the next.
            slot = (np.uint64(key[place]) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits)
            at = np.int64(slot)
            while owner[at] == document and room[at] != key[place]:
                at = (at + 1) & ((1 << bits) - 1)
            if owner[at] == document:
                out[place] = 1
            owner[at], room[at] = document, key[place]
    return out
