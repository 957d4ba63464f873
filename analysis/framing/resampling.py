"""Rates of documents drawn again: what a difference of rates would be had other documents been written."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from analysis.framing.counting import Floats
from analysis.text.compiled import compiled

BLOCK = 4_000_000  # numbers of the draws that are worked on together
BATCH, WIDTH = 500_000, 64  # documents, and resamples, drawn at a time


def drawn_rates(sides: Sequence[tuple[sparse.csr_array, Floats]], resamples: int, seed: int) -> list[Floats]:
    """(frames, resamples) of each side, hits (documents, frames) and words, its hits a thousand words in each resample.

    All sides are of the same documents; a resample draws as many as there are, with replacement, the same for all. The
    rate is 0 where what is drawn has no words.

    >>> hits = sparse.csr_array(np.array([[1.0], [1.0]]))
    >>> drawn_rates([(hits, np.array([100.0, 100.0]))], 3, 0)[0].tolist()
    [[10.0, 10.0, 10.0]]
    """
    documents = len(sides[0][1])
    # Whole numbers come to the same in any order; of weights, a product is added up in the order of the linear algebra.
    weighted = any((words != np.rint(words)).any() for _, words in sides)
    width, batch = max(1, BLOCK // documents) if weighted else WIDTH, max(1, BATCH // documents)
    values = [np.column_stack([words, hits.toarray()]) for hits, words in sides]
    found = [np.zeros((own.shape[1] - 1, resamples)) for own in values]
    random = np.random.default_rng(seed)
    for left in range(0, resamples, width):
        drawn = np.zeros((min(width, resamples - left), documents), dtype=np.uint8)  # 256 of one are beyond all chance
        for first in range(0, len(drawn), batch):
            rows = drawn[first : first + batch]
            _tally(random.integers(0, documents, rows.shape), rows)
        times = drawn.T.copy()
        for own, (_, words), rate in zip(values, sides, found, strict=True):
            sums = np.zeros((own.shape[1], times.shape[1]))
            _add_products(own, times, sums)
            total = words @ times.astype(np.float64) if weighted else sums[0]
            np.divide(1000 * sums[1:], total, out=rate[:, left : left + width], where=total > 0)
    return found


def rates(hits: sparse.csr_array, words: Floats) -> Floats:
    """(frames,) hits a thousand words of all documents together, 0 where there are no words."""
    once = np.ones((len(words), 1))
    total = words @ once
    found = np.zeros((hits.shape[1], 1))
    np.divide(1000 * (hits.T.tocsr() @ once), total, out=found, where=total > 0)
    return found[:, 0]


@compiled
def _tally(drawn: Any, times: Any) -> None:
    """Add to each row of `times` how often each number stands in the row of `drawn`."""
    for row in range(len(drawn)):
        for k in range(drawn.shape[1]):
            times[row, drawn[row, k]] += 1


@compiled
def _add_products(values: Any, times: Any, sums: Any) -> None:
    """Add to `sums` the product of `values`, turned, and `times`, document by document."""
    factor = np.empty(times.shape[1])
    for document in range(len(values)):
        for draw in range(len(factor)):
            factor[draw] = times[document, draw]
        for column in range(values.shape[1]):
            value = values[document, column]
            if value != 0:
                for draw in range(len(factor)):
                    sums[column, draw] += value * factor[draw]
