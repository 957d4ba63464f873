"""Bootstrap intervals of rates: how far a figure would move had other documents, or sentences, been drawn."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.text.compiled import compiled

Floats = NDArray[np.float64]

# What a block of the work holds, in numbers of eight bytes: the factor of a product stays in the cache, the rates of
# some columns in a corner of the memory.
FACTOR, RATES = 500_000, 2_000_000


class Draws(NamedTuple):
    """``times``: (units, resamples) how often each resample draws each unit; ``sizes``: (resamples,) what it has."""

    times: NDArray[np.uint8]
    sizes: Floats


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
    drawn = draws(sizes, resamples=resamples, seed=seed)
    return intervals(None if drawn is None else counts.T.tocsr(), drawn, columns=counts.shape[1], level=level)


def draws(sizes: NDArray[Any], *, resamples: int, seed: int) -> Draws | None:
    """The resamples of units of these `sizes`; None where there are fewer than two units or no resamples.

    >>> drawn = draws(np.array([1, 1, 1]), resamples=4, seed=0)
    >>> drawn.times.sum(axis=0).tolist(), drawn.sizes.tolist()
    ([3, 3, 3, 3], [3.0, 3.0, 3.0, 3.0])
    """
    if resamples < 0:
        raise ValueError(f"resamples is {resamples}: use 0 (no intervals) or more")
    units = len(sizes)
    if units < 2 or not resamples:
        return None
    times = multiplicities(units, resamples, seed)
    sizes, totals = sizes.astype(np.float64), np.empty(resamples)
    width = max(16, FACTOR // units)
    for left in range(0, resamples, width):
        totals[left : left + width] = sizes @ times[:, left : left + width].astype(np.float64)
    return Draws(times, totals)


def intervals(by_column: Any, drawn: Draws | None, *, columns: int, level: float = 0.95) -> tuple[Floats, Floats]:
    """The intervals of `rate_intervals` over resamples that are drawn, NaN where there are none.

    `by_column`: sparse (columns, units), the transpose of its counts.
    """
    low, high = np.full((2, columns), np.nan)
    if drawn is None:
        return low, high
    tail = (1 - level) / 2
    resamples = len(drawn.sizes)
    data, height = by_column.data.astype(np.float64), max(1, RATES // resamples)
    for first in range(0, columns, height):
        rates = np.zeros((min(height, columns - first), resamples))
        _add_rates(by_column.indptr[first:], by_column.indices, data, drawn.times, drawn.sizes, rates)
        ends = np.quantile(rates, [tail, 1 - tail], axis=1, overwrite_input=True)
        low[first : first + height], high[first : first + height] = ends
    return low, high


@compiled
def _add_rates(indptr: Any, indices: Any, data: Any, times: Any, sizes: Any, rates: Any) -> None:
    """Write the rate of each column, a row of a sparse matrix, in each resample into `rates`, which are 0.

    A sparse product would have to hold `times` as numbers of eight bytes, and read them anew for each few resamples.
    """
    for row in range(len(rates)):
        found = np.zeros(len(sizes))
        for at in range(indptr[row], indptr[row + 1]):
            amount, drawn = data[at], times[indices[at]]
            for k in range(len(found)):
                found[k] += amount * drawn[k]
        for k in range(len(found)):
            if sizes[k] > 0:
                rates[row, k] = found[k] / sizes[k]


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
