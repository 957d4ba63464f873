"""Words as numbers that are the same in every part of a corpus, since they are made of the letters alone."""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def digests(words: Iterable[str], number: int) -> NDArray[np.uint64]:
    """So many numbers of 128 bits for each word, its BLAKE2b digest in pieces, each as two halves: (words, number, 2).

    >>> digests(["rain", "war"], 4).shape, bool(np.all(digests(["rain"], 1) == digests(["war", "rain"], 1)[1]))
    ((2, 4, 2), True)
    """
    letters = (word.encode("utf-8", "surrogatepass") for word in words)
    found = b"".join(hashlib.blake2b(word, digest_size=16 * number).digest() for word in letters)
    return np.frombuffer(found, dtype="<u8").reshape(-1, number, 2)
