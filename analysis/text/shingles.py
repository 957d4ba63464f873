"""Shingles: numbers for runs of n words, with which copied text is found."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import compiled


def shingles(ids: NDArray[Any], n: int) -> NDArray[np.int32]:
    """Number the runs of `n` ids by first occurrence: (max(len(ids) - n + 1, 0),).

    Without collisions: two numbers are equal exactly if the ids are.

    >>> shingles(np.array([3, 1, 3, 1, 3]), 2).tolist()
    [0, 1, 0, 1]
    >>> shingles(np.array([3, 1, 3, 1, 3]), 3).tolist()
    [0, 1, 0]
    """
    if len(ids) < n:
        return np.empty(0, dtype=np.int32)
    # A shingle is a pair of shingles of half its length, which overlap if n is odd.
    half, skip = (ids, n - 1) if n < 3 else (shingles(ids, (n + 1) // 2), n // 2)
    number: NDArray[np.int32] = number_pairs(half[: len(half) - skip], half[skip:])
    return number


def distinct_shingles(
    ids: NDArray[Any], offsets: NDArray[np.int64], n: int
) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    """A matrix of ones where a document (row) has a shingle (column), and the first token of each shingle.

    Documents are the runs of `ids` between `offsets`, (documents + 1,).

    >>> matrix, first = distinct_shingles(np.array([0, 1, 2, 3, 0, 1, 0, 1]), np.array([0, 6, 8]), 2)
    >>> matrix.toarray().tolist(), first.tolist()
    ([[1, 1, 1, 1], [1, 0, 0, 0]], [0, 1, 2, 3])
    """
    number = shingles(ids, n)
    within = np.ones(len(number), dtype=bool)
    for step in range(1, n):  # shingles that begin so close to the end of a document cross it
        ends = offsets[1:] - step
        within[ends[(ends >= 0) & (ends < len(number))]] = False
    number = number[within]
    first = _first_places(within, number)
    ends = np.append(0, np.cumsum(np.maximum(np.diff(offsets) - n + 1, 0)))
    matrix = sparse.csr_array((np.ones(len(number), np.int32), number, ends), shape=(len(offsets) - 1, len(first)))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix, first


@compiled
def number_pairs(left: Any, right: Any) -> Any:
    """Number the pairs of integers ``left[k], right[k]`` by first occurrence.

    The hash table holds first occurrences only, since the keys would take several times as much memory.
    """
    bits = 4
    while 1 << bits < 2 * len(left):
        bits += 1
    known = np.full(1 << bits, -1, dtype=np.int32)
    result = np.empty(len(left), dtype=np.int32)
    n = 0
    for k in range(len(left)):
        # Fibonacci hashing: the upper bits of the product are well spread.
        key = (np.uint64(left[k]) << np.uint64(32)) + np.uint64(right[k])
        slot = np.int64((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits))
        first = known[slot]
        while first >= 0 and (left[first] != left[k] or right[first] != right[k]):
            slot = (slot + 1) & ((1 << bits) - 1)
            first = known[slot]
        if first < 0:
            known[slot], result[k] = k, n
            n += 1
        else:
            result[k] = result[first]
    return result


def is_first(number: NDArray[Any]) -> NDArray[np.bool_]:
    """Which numbers, assigned by first occurrence as in `number_pairs`, occur for the first time.

    >>> is_first(np.array([0, 1, 0, 2])).tolist()
    [True, True, False, True]
    """
    return np.diff(np.maximum.accumulate(number), prepend=-1) > 0


@compiled
def _first_places(within: Any, number: Any) -> Any:
    """The first place of each number, where `number` belongs to the places `within`; 0 for absent numbers."""
    first = np.zeros((number.max() if len(number) else -1) + 1, dtype=np.int64)
    k = len(number)
    for place in range(len(within) - 1, -1, -1):
        if within[place]:
            k -= 1
            first[number[k]] = place
    return first
