"""Phrases and pairs of words as numbers: how often each stands in a corpus in parts, and in how many documents."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.text.compiled import compiled

Ints = NDArray[np.int64]


def checked(types: int, words: int, marks: int) -> None:
    """Raises `ValueError` where so many `words` of a vocabulary of `types` with one of `marks` are no one number."""
    if types**words * marks >= 1 << 63:
        raise ValueError(f"{words} words in a row of {types:,} different ones are more than can be told apart in parts")


def tallied(key: Ints, mark: NDArray[Any], marks: int) -> tuple[Ints, Ints]:
    """The different keys, rising, and (marks, keys) how often each stands with each mark.

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
