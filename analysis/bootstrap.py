"""Bootstrap intervals of rates: how far a figure would move had other documents, or sentences, been drawn."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


def rate_intervals(
    counts: sparse.csr_array, sizes: NDArray[Any], *, resamples: int = 1000, seed: int = 0, level: float = 0.95
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
    units, columns = counts.shape
    if units < 2 or not resamples:
        return np.full(columns, np.nan), np.full(columns, np.nan)
    random = np.random.default_rng(seed)
    sizes = sizes.astype(np.float64)
    by_column = counts.T.tocsr().astype(np.float64)
    rates = np.empty((columns, resamples), dtype=np.float64)
    batch = max(1, min(resamples, 4_000_000 // units))  # the drawn multiplicities of one batch fit in 32 MB
    for first in range(0, resamples, batch):
        last = min(first + batch, resamples)
        drawn = np.empty((units, last - first))
        for column in range(last - first):
            drawn[:, column] = np.bincount(random.integers(0, units, units), minlength=units)
        total = sizes @ drawn
        sums = by_column @ drawn
        np.divide(sums, total, out=rates[:, first:last], where=total > 0)
        rates[:, first:last][:, total == 0] = 0.0
    tail = (1 - level) / 2
    low, high = np.quantile(rates, [tail, 1 - tail], axis=1)
    return low, high
