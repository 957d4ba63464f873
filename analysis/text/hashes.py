"""Hashes of words and of runs of words."""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled

Hashes = NDArray[np.uint64]


def digests(words: Iterable[str], number: int) -> Hashes:
    """`number` 128-bit hashes of each word, from BLAKE2b, each as two halves: (words, number, 2).

    >>> digests(["rain", "war"], 9).shape, bool(np.all(digests(["rain"], 1) == digests(["war", "rain"], 2)[1, :1]))
    ((2, 9, 2), False)
    """
    blocks = [(16 * min(4, number - place), place.to_bytes(8, "little")) for place in range(0, number, 4)]
    letters = (word.encode("utf-8", "surrogatepass") for word in words)
    found = b"".join(  # a digest has at most 64 bytes, so further ones are salted
        hashlib.blake2b(word, digest_size=size, salt=salt).digest() for word in letters for size, salt in blocks
    )
    return np.frombuffer(found, dtype="<u8").reshape(-1, number, 2)


def run_hashes(
    types: NDArray[Any], begins: NDArray[Any], lengths: NDArray[Any], others: NDArray[Any] | None = None
) -> tuple[Hashes, Hashes]:
    """Two 64-bit hashes of each run of words, ``types[begins[k] : begins[k] + lengths[k]]``.

    With `others`, another number for each word, the second hash is of these. Among ten million runs, some pair collides
    in one hash with a probability of about 1 in 400,000, in both with less than 1 in 10^24.

    >>> one, two = run_hashes(np.array([7, 8, 9, 7, 8]), np.array([0, 3, 1]), np.array([2, 2, 2]))
    >>> one[0] == one[1], two[0] == two[1], one[0] == one[2], two[0] == two[2]
    (np.True_, np.True_, np.False_, np.False_)
    """
    one, two = np.empty((2, len(begins)), dtype=np.uint64)
    _hash(types, types if others is None else others, begins, lengths, one, two)
    return one, two


def run_begins(offsets: NDArray[Any], counts: NDArray[Any]) -> NDArray[np.int64]:
    """The first ``counts[k]`` places of each run ``offsets[k] : offsets[k + 1]``, concatenated.

    >>> run_begins(np.array([0, 4, 9]), np.array([2, 3])).tolist()
    [0, 1, 4, 5, 6]
    """
    begins: NDArray[np.int64] = np.arange(counts.sum()) + np.repeat(offsets[:-1] - (np.cumsum(counts) - counts), counts)
    return begins


@compiled
def _hash(types: Any, others: Any, begins: Any, lengths: Any, one: Any, two: Any) -> None:
    """Set `one` and `two`; each word is mixed in by an invertible product and shift."""
    first, second = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
    half, less = np.uint64(32), np.uint64(29)
    for run in range(len(begins)):
        a = np.uint64(lengths[run]) * second
        b = np.uint64(lengths[run]) + first
        for k in range(begins[run], begins[run] + lengths[run]):
            a = (a ^ np.uint64(types[k])) * first
            a ^= a >> half
            b = (b ^ np.uint64(others[k])) * second
            b ^= b >> less
        one[run] = a * second
        two[run] = b * first
