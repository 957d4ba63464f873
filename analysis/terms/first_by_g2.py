"""The first terms of a comparison by G², out of so many that they are looked at block by block."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.terms import association

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_HALF = 32  # bits of a count


class FirstByG2:
    """Keeps the first terms by G², of equal ones those with the lowest key, and what the q-values of all depend on."""

    def __init__(self, size: int, other_size: int, most: int) -> None:
        """Keep `most` terms of two sides of so many running words."""
        self._size, self._other_size, self._most = size, other_size, most
        self._pairs, self._times = np.empty(0, np.int64), np.empty(0, np.int64)  # how many terms have the same counts
        self.key, self.counts, self.g2 = np.empty(0, np.int64), np.empty((4, 0), np.int64), np.empty(0)

    def add(self, key: Ints, counts: Ints) -> None:
        """Look at terms: the key and, (4, terms), the counts of either side and the documents of either side."""
        pairs, place, times = np.unique(_paired(counts), return_inverse=True, return_counts=True)
        g2 = self._g2_of(pairs)[place]
        self._tally(pairs, times)
        key, g2 = np.concatenate([self.key, key]), np.concatenate([self.g2, g2])
        counts = np.concatenate([self.counts, counts], axis=1)
        order = first_of(g2, key, self._most)
        self.key, self.g2, self.counts = key[order], g2[order], counts[:, order]

    def take_in(self, rest: "FirstByG2", words: NDArray[np.object_]) -> NDArray[np.object_]:
        """Add what `rest` has, of equal ones the first by the alphabet; gives those `words`, of both, that stay."""
        self._tally(rest._pairs, rest._times)
        g2 = np.concatenate([self.g2, rest.g2])
        alphabet = np.empty(len(words), dtype=np.int64)
        alphabet[pd.Series(words, dtype="str").argsort().to_numpy()] = np.arange(len(words))
        order = np.lexsort((alphabet, -g2))[: self._most]
        self.key, self.g2 = np.concatenate([self.key, rest.key])[order], g2[order]
        self.counts = np.concatenate([self.counts, rest.counts], axis=1)[:, order]
        return words[order]

    def q(self) -> Floats:
        """The q-value of each term that is kept, among all that were looked at."""
        return self._every_q()[np.searchsorted(self._pairs, _paired(self.counts))]

    def own(self, significant: float) -> tuple[int, float]:
        """How many terms the first side uses more with a q-value below `significant`; the sum of G² of all it does."""
        count, other = self._unpaired(self._pairs)
        more = count / self._size > other / self._other_size
        sure = more & (self._every_q() < significant)
        g2 = self._g2_of(self._pairs)
        return int(self._times[sure].sum()), float((g2 * self._times)[more].sum())

    def _tally(self, pairs: Ints, times: Ints) -> None:
        times = np.concatenate([self._times, times])
        self._pairs, place = np.unique(np.concatenate([self._pairs, pairs]), return_inverse=True)
        self._times = np.bincount(place, times, minlength=len(self._pairs)).astype(np.int64)

    def _every_q(self) -> Floats:
        """The q-value of each pair of counts (Benjamini and Hochberg), which is that of the last of equal p-values."""
        p = association.p_value(self._g2_of(self._pairs))
        order = np.argsort(p)
        rank = np.cumsum(self._times[order])
        q = p[order] * (rank[-1:] / rank)
        np.minimum.accumulate(q[::-1], out=q[::-1])
        p[order] = np.clip(q, 0, 1)
        return p

    def _g2_of(self, pairs: Ints) -> Floats:
        count, other = self._unpaired(pairs)
        return association.g2_two_cell(count, self._size, other, self._other_size)

    @staticmethod
    def _unpaired(pairs: Ints) -> tuple[Ints, Ints]:
        return pairs >> _HALF, pairs & ((1 << _HALF) - 1)


def _paired(counts: Ints) -> Ints:
    """The two counts of each term as one number."""
    paired: Ints = counts[0] << _HALF | counts[1]
    return paired


def first_of(g2: Floats, key: Ints, most: int) -> Ints:
    """The rows of the `most` highest `g2` in their order, of equal ones the lowest `key` first.

    >>> first_of(np.array([1.0, 5.0, 5.0]), np.array([1, 3, 2]), 2).tolist()
    [2, 1]
    """
    if len(g2) <= most:
        every: Ints = np.lexsort((key, -g2))
        return every
    near = np.flatnonzero(g2 >= np.partition(g2, -most)[-most])  # most of them are never sorted
    rows: Ints = near[np.lexsort((key[near], -g2[near]))[:most]]
    return rows
