"""Intervals by resampling, of measures that are no ratio of two sums."""

import numpy as np

from analysis.core.compiled import Floats


def middle(draws: Floats) -> Floats:
    """(2, ...) the ends of the middle 95% of the draws on the last axis, NaN left out; NaN where there are no others.

    >>> middle(np.array([[0.0, 0.5, 1.0, np.nan], [np.nan] * 4])).tolist()
    [[0.025, nan], [0.975, nan]]
    """
    ends = np.full((2, *draws.shape[:-1]), np.nan)
    for row in np.ndindex(*draws.shape[:-1]):
        told = draws[row][~np.isnan(draws[row])]
        if len(told):
            ends[(slice(None), *row)] = np.quantile(told, [0.025, 0.975]).round(9)
    return ends
