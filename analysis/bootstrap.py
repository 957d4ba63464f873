"""Bootstrap intervals of rates: how far a figure would move had other documents, or sentences, been drawn."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]

# What a block of the work holds, in numbers of eight bytes: the factor of a product stays in the cache, the rates of
# some columns in a corner of the memory.
FACTOR, RATES = 500_000, 2_000_000


def rate_intervals(
    counts: sparse.csr_array | sparse.csc_array,
    sizes: NDArray[Any],
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Percentile interval of ``counts.sum(axis=0) / sizes.sum()`` for every column of `counts`.

    `counts` is (units, columns) and `sizes` (units,), one unit being one document or one sentence. Each
    resample draws as many units as there are, with replacement, and takes the rate again; the interval holds the
    middle `level` of these rates (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13). Gives two
    arrays of one value a column; NaN where there are fewer than two units or no resamples.

    >>> counts = sparse.csr_array(np.array([[4, 0], [0, 0], [0, 2], [0, 0]]))
    >>> low, high = rate_intervals(counts, np.array([10, 10, 10, 10]), resamples=200)
    >>> low.tolist(), high.tolist()
    ([0.0, 0.0], [0.3, 0.15])
    """
    if resamples < 0:
        raise ValueError(f"resamples is {resamples}: use 0 (no intervals) or more")
    units, columns = counts.shape
    if units < 2 or not resamples:
        return np.full(columns, np.nan), np.full(columns, np.nan)
    drawn = multiplicities(units, resamples, seed)
    sizes = sizes.astype(np.float64)
    by_column = counts.T.tocsr().astype(np.float64)
    tail = (1 - level) / 2
    low, high = np.empty(columns), np.empty(columns)
    height, width = max(1, RATES // resamples), max(16, FACTOR // units)
    for first in range(0, columns, height):
        part = by_column[first : first + height]
        rates = np.zeros((part.shape[0], resamples))
        for left in range(0, resamples, width):
            factor = drawn[:, left : left + width].astype(np.float64)
            total = sizes @ factor
            np.divide(part @ factor, total, out=rates[:, left : left + width], where=total > 0)
        ends = np.quantile(rates, [tail, 1 - tail], axis=1, overwrite_input=True)
        low[first : first + height], high[first : first + height] = ends
    return low, high


def multiplicities(units: int, resamples: int, seed: int) -> NDArray[np.uint8]:
    """(units, resamples) how often each resample draws each unit; a byte each, for 256 of one are beyond all chance."""
    random = np.random.default_rng(seed)
    drawn = np.empty((units, resamples), dtype=np.uint8)
    batch = max(1, 500_000 // units)
    for first in range(0, resamples, batch):
        count = min(batch, resamples - first)
        cell = random.integers(0, units, (count, units)) + units * np.arange(count)[:, None]
        drawn[:, first : first + count] = np.bincount(cell.ravel(), minlength=count * units).reshape(count, units).T
    return drawn
