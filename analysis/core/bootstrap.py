"""Intervals: how far a figure would move had other documents, or sentences, been drawn."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

from analysis.core.compiled import Floats, compiled

# What a block of the work holds, in numbers of eight bytes: the factor of a product stays in the cache, the rates of
# some columns in a corner of the memory.
FACTOR, RATES = 500_000, 2_000_000
LEAST = 16  # resamples that are drawn together
Z = float(stats.norm.ppf(0.975))  # of the normal distribution 95 of 100 lie within so many standard deviations


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
    drawn: Iterable[Draws] = draws_in_turn(sizes, resamples=resamples, seed=seed)
    if counts.shape[1] * _checked(resamples) > RATES:
        drawn = draws(sizes, resamples=resamples, seed=seed)
    return intervals(counts.T.tocsr(), drawn, columns=counts.shape[1], resamples=resamples, level=level)


def draws(sizes: NDArray[Any], *, resamples: int, seed: int) -> list[Draws]:
    """The resamples of units of these `sizes`, all in one; none where there are fewer than two units or no resamples.

    >>> [drawn] = draws(np.array([1, 1, 1]), resamples=4, seed=0)
    >>> drawn.times.sum(axis=0).tolist(), drawn.sizes.tolist()
    ([3, 3, 3, 3], [3.0, 3.0, 3.0, 3.0])
    """
    times, totals, done = np.empty((len(sizes), _checked(resamples)), dtype=np.uint8), np.empty(resamples), 0
    for part in draws_in_turn(sizes, resamples=resamples, seed=seed):
        own = slice(done, done := done + len(part.sizes))
        times[:, own], totals[own] = part
    return [Draws(times, totals)] if done else []


def draws_in_turn(sizes: NDArray[Any], *, resamples: int, seed: int) -> Iterator[Draws]:
    """The same, a few at a time: of a hundred thousand documents all would take up a hundred megabytes.

    >>> [drawn.times.shape for drawn in draws_in_turn(np.ones(100_000), resamples=40, seed=0)]
    [(100000, 16), (100000, 16), (100000, 8)]
    """
    if len(sizes) > 1:
        sizes = sizes.astype(np.float64)
        for times in multiplicities(len(sizes), resamples, seed):
            yield Draws(times, sizes @ times.astype(np.float64))


def _checked(resamples: int) -> int:
    if resamples < 0:
        raise ValueError(f"resamples is {resamples}: use 0 (no intervals) or more")
    return resamples


def intervals(
    by_column: Any, drawn: Iterable[Draws], *, columns: int, resamples: int, level: float = 0.95
) -> tuple[Floats, Floats]:
    """The intervals of `rate_intervals` over resamples that are drawn, NaN where there are none.

    `by_column`: sparse (columns, units), the transpose of its counts. Of many columns (`RATES`) `drawn` is gone through
    several times.
    """
    low, high = np.full((2, columns), np.nan)
    tail = (1 - level) / 2
    data, height = by_column.data.astype(np.float64, copy=False), max(1, RATES // max(resamples, 1))
    for first in range(0, columns, height):
        rates, done = np.zeros((min(height, columns - first), resamples)), 0
        for times, sizes in drawn:
            own = np.zeros((len(rates), len(sizes)))
            _add_rates(by_column.indptr[first:], by_column.indices, data, times, sizes, own)
            rates[:, done : done + len(sizes)] = own
            done += len(sizes)
        if done:
            ends = np.quantile(rates, [tail, 1 - tail], axis=1, overwrite_input=True)
            low[first : first + height], high[first : first + height] = ends
    return low, high


@compiled
def _add_rates(indptr: Any, indices: Any, data: Any, times: Any, sizes: Any, rates: Any) -> None:
    """Write each column's rate in each resample into `rates`, all 0: a sparse product needs `times` in eight bytes."""
    for row in range(len(rates)):
        found = np.zeros(len(sizes))
        for at in range(indptr[row], indptr[row + 1]):
            amount, drawn = data[at], times[indices[at]]
            for k in range(len(found)):
                found[k] += amount * drawn[k]
        for k in range(len(found)):
            if sizes[k] > 0:
                rates[row, k] = found[k] / sizes[k]


def multiplicities(units: int, resamples: int, seed: int) -> Iterator[NDArray[np.uint8]]:
    """(units, some resamples) how often each resample draws each unit; a byte each, for 256 of one are beyond all
    chance."""
    random = np.random.default_rng(seed)
    width, batch = max(LEAST, FACTOR // units), max(1, FACTOR // units)
    for left in range(0, resamples, width):
        drawn = np.empty((units, min(width, resamples - left)), dtype=np.uint8)
        for first in range(0, drawn.shape[1], batch):
            count = min(batch, drawn.shape[1] - first)
            cell = random.integers(0, units, (count, units)) + units * np.arange(count)[:, None]
            drawn[:, first : first + count] = np.bincount(cell.ravel(), minlength=count * units).reshape(count, units).T
        yield drawn


def wilson(share: Floats, n: Floats | float) -> tuple[Floats, Floats]:
    """The ends of the 95% score interval of each share of `n` (Wilson 1927); NaN where `n` is 0.

    >>> [end.round(3).tolist() for end in wilson(np.array([0.5, 0.0]), np.array([8.0, 8.0]))]
    [[0.215, 0.0], [0.785, 0.324]]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
