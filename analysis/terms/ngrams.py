"""Words in a row, and words with gaps between, as numbers: the n-grams of a text."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Ints
from analysis.terms.keys import alphabet, changes
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
    words = alphabet(tokens)
    running, place = runs(words.codes[0][tokens.ids], tokens.sentence_offsets, n, skip)
    gram, own = numbered(running)
    return words.joined(own).to_numpy(dtype=object), gram.astype(np.int64), place.astype(np.int64)


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
    new = changes(words)
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.cumsum(new, dtype=np.int32) - np.int32(1)
    return number, [word[new] for word in words]


def by_value(values: Ids) -> Ids:
    """A stable argsort of small integers: scipy transposes a matrix by counting, which is far faster than to sort."""
    rows = np.arange(len(values), dtype=np.int32)
    shape = (1, int(values.max(initial=0)) + 1)
    return sparse.csr_array((rows, values, np.array([0, len(values)], dtype=np.int32)), shape=shape).tocsc().data
