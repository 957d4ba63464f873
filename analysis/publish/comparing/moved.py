"""How far a number has moved from one run to another: differences and ratios with intervals."""

import numpy as np
import pandas as pd
from scipy import stats

from analysis.core.compiled import Floats
from analysis.core.intervals import Estimate, Z, correlations, difference_intervals, rate_intervals
from analysis.framing.permutations import adjust_p

# Upper end of the 95% interval of a Poisson count of 0: exp(-x) is 0.025 (Garwood 1936).
NONE_SEEN = -float(np.log(0.025))
PER = 1000  # words, of a rate
COLUMNS = ("difference", "ci_low", "ci_high", "ratio", "ratio_low", "ratio_high")


def recovered(a: Estimate, b: Estimate) -> pd.DataFrame:
    """The difference b - a and the ratio b / a of independent estimates, from their two intervals alone.

    Columns: difference, ci_low, ci_high; ratio, ratio_low, ratio_high (NaN for numbers below 0, and where both are 0).
    By variance estimates recovery, see `analysis.core.intervals.difference_intervals`. The ends of the ratio are the r
    at which the interval of b - r a ends at 0 (Donner and Zou 2012, Statistical Methods in Medical Research 21). NaN
    where an end is; too wide for estimates from the same texts.
    """
    columns = (b.value - a.value, *difference_intervals(a, b), *_ratios(a, b))
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def paired(a: Floats, b: Floats, size: Floats) -> pd.DataFrame:
    """The columns of `recovered` for rates per thousand words of the same texts.

    `a` and `b` are (units, numbers) counts, `size` (units,) running words; a unit is the same document (or sentence) in
    both. The increases and the decreases of the units are rates with intervals (`rate_intervals`), from which the
    interval of the difference is recovered with their correlation. NaN with fewer than five units.

    >>> same = np.array([[2.0], [0.0], [5.0], [1.0], [1.0]])
    >>> words = np.array([100.0, 100.0, 200.0, 100.0, 100.0])
    >>> found = paired(same, same + [[3], [2], [6], [3], [4]], words)
    >>> found[["difference", "ci_low", "ci_high"]].round(1).values.tolist()
    [[30.0, 14.3, 39.2]]
    """
    total = max(size.sum(), 1)
    rate_a, rate_b = ((PER * counts.sum(axis=0) / total).round(9) for counts in (a, b))
    change = (b - a).round(9)
    less, more = (np.maximum(sign * change, 0) for sign in (-1, 1))
    taken, added = (Estimate(side.sum(axis=0) / total, *rate_intervals(side, size)) for side in (less, more))
    together = correlations(less, size, more, size)  # below 0: what has more of a number has no less of it
    low, high = (PER * end for end in difference_intervals(taken, added, together))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((rate_a == 0) & (rate_b == 0), np.nan, rate_b / rate_a)
        ends = [np.where(rate_a > 0, np.maximum(rate_a + end, 0) / rate_a, np.nan) for end in (low, high)]
    return pd.DataFrame(dict(zip(COLUMNS, (rate_b - rate_a, low, high, ratio, *ends), strict=True)))


def with_none_seen(found: Estimate, size: Floats) -> Estimate:
    """`found` with an interval from 0 to 3.69 / `size` where a rate is 0 and has none.

    That is the interval of a Poisson count of 0 (Garwood 1936, Biometrika 28). `size` is the exposure in units of the
    rate, such as thousands of words; NaN where it is.
    """
    none = (found.value == 0) & ~(found.high > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Estimate(found.value, np.where(none, 0.0, found.low), np.where(none, NONE_SEEN / size, found.high))


def with_chance(moved: pd.DataFrame) -> pd.DataFrame:
    """Add p, q and ``moved``, which is whether the interval of the difference excludes 0.

    ``p`` follows from the end towards 0 as of a normal interval (Altman and Bland 2011, BMJ 343); ``q`` is p adjusted
    for all rows (Benjamini and Hochberg 1995). NaN and False where there is no interval.
    """
    difference = moved["difference"].to_numpy(dtype=float)
    low, high = moved["ci_low"].to_numpy(dtype=float), moved["ci_high"].to_numpy(dtype=float)
    reach = np.where(difference > 0, difference - low, high - difference)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(difference == 0, 1.0, 2 * stats.norm.sf(Z * np.abs(difference) / reach))
    p = np.where(np.isnan(low) | np.isnan(high), np.nan, p)
    return moved.assign(p=p, q=adjust_p(p), moved=(low > 0) | (high < 0))


def _ratios(a: Estimate, b: Estimate) -> tuple[Floats, Floats, Floats]:
    """b / a with the ends of its interval, infinite where `a` may be 0."""
    product = a.value * b.value
    # The product of each end and its mirror image about the estimate, so never above the square of the estimate.
    a_low, a_high, b_low, b_high = (end * (2 * side.value - end) for side in (a, b) for end in side[1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = b.value / a.value
        low = b_low / (product + np.sqrt(np.maximum(product**2 - b_low * a_high, 0)))
        high = (product + np.sqrt(np.maximum(product**2 - b_high * a_low, 0))) / a_low
    low = np.where(b.low == 0, 0.0, low)
    high = np.where(a.low == 0, np.inf, high)
    unknown = np.isnan(ratio) | np.isnan(a.low + a.high + b.low + b.high) | (np.minimum(a.low, b.low) < 0)
    return tuple(np.where(unknown, np.nan, part) for part in (ratio, low, high))  # type: ignore[return-value]
