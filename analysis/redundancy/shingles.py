"""Words in a row as numbers: what the search for copied text compares."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.text.compiled import compiled
from analysis.text.tokens import Tokens


def shingles(ids: NDArray[Any], n: int) -> NDArray[np.int32]:
    """A number for each `n` ids in a row, counted up as they are met: (len(ids) - n + 1,), empty where that is below 1.

    No hashes stand for the ids (from 0 on): two numbers are equal exactly where the ids are.

    >>> shingles(np.array([3, 1, 3, 1, 3]), 2).tolist()
    [0, 1, 0, 1]
    >>> shingles(np.array([3, 1, 3, 1, 3]), 3).tolist()
    [0, 1, 0]
    """
    if len(ids) < n:
        return np.empty(0, dtype=np.int32)
    keys = ids.astype(np.int64)
    if n > 1:
        # Two halves, which overlap where n is odd, make the whole.
        half = shingles(ids, (n + 1) // 2).astype(np.int64)
        skip = n // 2
        keys = half[: len(half) - skip] << 32 | half[skip:]
    number: NDArray[np.int32] = _numbered(keys)
    return number


def distinct_shingles(tokens: Tokens, n: int) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    """Ones where a document (row) has a shingle (column), and the token at which each shingle stands first.

    >>> from analysis import tokenize
    >>> from analysis.text.corpus import read_texts
    >>> matrix, first = distinct_shingles(tokenize(read_texts(["To be or not to be", "to be"])), 2)
    >>> matrix.toarray().tolist(), first.tolist()
    ([[1, 1, 1, 1], [1, 0, 0, 0]], [0, 1, 2, 3])
    """
    number = shingles(tokens.ids, n)
    places = np.flatnonzero(tokens.document[: len(number)] == tokens.document[len(tokens) - len(number) :])
    number = number[places]
    first = np.zeros(int(number.max(initial=-1)) + 1, dtype=np.int64)
    first[number[::-1]] = places[::-1]  # of what is written to one place the last stays
    ends = np.searchsorted(places, tokens.document_offsets)
    matrix = sparse.csr_array((np.ones(len(number), np.int32), number, ends), shape=(tokens.n_documents, len(first)))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix, first


@compiled
def _numbered(keys: Any) -> Any:
    """The number of each key (0 or more), in the order in which they are first met."""
    bits = 4
    while 1 << bits < 2 * len(keys):
        bits += 1
    known = np.full(1 << bits, -1, dtype=np.int64)
    number = np.empty(1 << bits, dtype=np.int32)
    result = np.empty(len(keys), dtype=np.int32)
    n = 0
    for k in range(len(keys)):
        # Fibonacci hashing: the upper bits of the product are well spread.
        slot = np.int64((np.uint64(keys[k]) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits))
        while known[slot] >= 0 and known[slot] != keys[k]:
            slot = (slot + 1) & ((1 << bits) - 1)
        if known[slot] < 0:
            known[slot], number[slot] = keys[k], n
            n += 1
        result[k] = number[slot]
    return result
