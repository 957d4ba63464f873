"""How far a number has moved from one run to another: differences and ratios with intervals."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from analysis.core.bootstrap import Z, multiplicities
from analysis.core.compiled import Floats
from analysis.framing.permutations import adjusted

# The rate times the exposure that stays likely when nothing at all was seen: exp(-x) is 0.025 (Garwood 1936).
NONE_SEEN = -float(np.log(0.025))
COLUMNS = ("difference", "ci_low", "ci_high", "ratio", "ratio_low", "ratio_high")


class Estimate(NamedTuple):
    """The same numbers of one run, each with the ends of its 95% interval: three arrays of one length."""

    value: Floats
    low: Floats
    high: Floats


def recovered(a: Estimate, b: Estimate) -> pd.DataFrame:
    r"""The difference b - a and the ratio b / a of independent estimates, from their two intervals alone.

    Columns: difference, ci_low, ci_high; ratio, ratio_low, ratio_high (NaN for numbers below 0, and where both are 0).

    .. math:: L = b - a - \sqrt{(b - l_b)^2 + (u_a - a)^2}, \quad U = b - a + \sqrt{(u_b - b)^2 + (a - l_a)^2}

    The method of variance estimates recovery, or square-and-add (Zou and Donner 2008, Statistics in Medicine 27; for
    shares with Wilson intervals it is method 10 of Newcombe 1998, Statistics in Medicine 17). The ends of the ratio are
    those r at which the interval of b - r a, made in the same way, ends at 0 (Donner and Zou 2012, Statistical Methods
    in Medical Research 21): it leaves out 1 just where that of the difference leaves out 0. Estimates from the same
    texts rise and fall together, and then both are too wide. NaN where an end is.

    Two shares with their Wilson intervals, 56 of 70 and 48 of 80, Newcombe's first example: 0.2 (0.0524 to 0.3339).

    >>> a, b = (Estimate(*(np.array([x]) for x in row)) for row in [(0.6, 0.4905, 0.7002), (0.8, 0.6918, 0.8770)])
    >>> recovered(a, b)[["difference", "ci_low", "ci_high"]].round(2).values.tolist()
    [[0.2, 0.05, 0.33]]
    """
    difference = b.value - a.value
    low = difference - np.hypot(b.value - b.low, a.high - a.value)
    high = difference + np.hypot(b.high - b.value, a.value - a.low)
    ratios = _ratios(a, b)
    return pd.DataFrame(dict(zip(COLUMNS, (difference, low, high, *ratios), strict=True)))


def paired(
    a: Floats, b: Floats, a_size: Floats, b_size: Floats, *, per: float = 1000, resamples: int = 2000, seed: int = 0
) -> pd.DataFrame:
    """The same of rates from the same texts, with percentile intervals of a paired bootstrap.

    `a` and `b` are (units, numbers) counts, `a_size` and `b_size` (units,) running words: a row is the same document
    (or sentence) in both. Each resample draws units with replacement and takes both rates, `per` words, from the same
    ones (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13), so that what the runs have in common
    falls out of the difference. Where few units differ a bootstrap is too sure: an end is never nearer than that of
    what was added less what was taken away, two sums of Poisson counts (Fay and Feuer 1997, Statistics in Medicine 16).
    NaN with fewer than two units.

    >>> same = np.array([[2.0], [0.0], [5.0]])
    >>> words = np.array([100.0, 100.0, 200.0])
    >>> paired(same, same + 9, words, words).round(1)[["difference", "ci_low", "ci_high"]].values.tolist()
    [[67.5, -15.5, 90.0]]
    """
    one = np.ones((len(a), 1))
    rate_a, rate_b = (_rates(x, size, one, per)[:, 0] for x, size in ((a, a_size), (b, b_size)))
    difference = rate_b - rate_a
    low = high = np.full(a.shape[1], np.nan)
    if len(a) > 1:
        drawn = (times.astype(np.float64) for times in multiplicities(len(a), resamples, seed))
        differences = [_rates(b, b_size, times, per) - _rates(a, a_size, times, per) for times in drawn]
        low, high = np.quantile(np.hstack(differences), [0.025, 0.975], axis=1)
        change = b - a * (b_size.sum() / max(a_size.sum(), 1))  # at the same number of words
        largest = np.abs(change).max(axis=0, initial=0)
        taken, added = (_summed(np.maximum(sign * change.round(9), 0), largest) for sign in (-1, 1))
        seen = recovered(taken, added) * (per / max(b_size.sum(), 1))
        low, high = np.minimum(low, seen["ci_low"]), np.maximum(high, seen["ci_high"])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((rate_a == 0) & (rate_b == 0), np.nan, rate_b / rate_a)
        ends = [np.where(rate_a > 0, np.maximum(rate_a + end, 0) / rate_a, np.nan) for end in (low, high)]
    return pd.DataFrame(dict(zip(COLUMNS, (difference, low, high, ratio, *ends), strict=True)))


def with_none_seen(found: Estimate, size: Floats) -> Estimate:
    """`found` with a true upper end where a rate is 0: a bootstrap draws nothing but zeros there and ends at 0.

    `size` is how many of the rate's units were looked at (thousands of words, say): the end is 3.69 / size, as of a
    Poisson count of 0 (Garwood 1936, Biometrika 28); NaN, that is unknown, where the size is.

    >>> rates = Estimate(np.array([0.0, 2.0]), np.array([0.0, 1.0]), np.array([0.0, 3.0]))
    >>> with_none_seen(rates, np.array([10.0, 10.0])).high.round(3).tolist()
    [0.369, 3.0]
    """
    none = (found.value == 0) & ~(found.high > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Estimate(found.value, np.where(none, 0.0, found.low), np.where(none, NONE_SEEN / size, found.high))


def with_chance(moved: pd.DataFrame) -> pd.DataFrame:
    """`moved` with p, q and ``moved``, which is whether the interval of the difference leaves out 0.

    ``p`` is read from the interval as if it were a normal one towards 0 (Altman and Bland 2011, BMJ 343), so that it is
    below 0.05 just where the interval leaves 0 out; ``q`` is p adjusted for all rows (Benjamini and Hochberg 1995). NaN
    and False where there is no interval.

    >>> table = pd.DataFrame({"difference": [2.0, 1.0], "ci_low": [0.04, -0.96], "ci_high": [4.0, 3.0]})
    >>> with_chance(table)[["p", "q", "moved"]].round(3).values.tolist()
    [[0.046, 0.091, True], [0.317, 0.317, False]]
    """
    difference = moved["difference"].to_numpy(dtype=float)
    low, high = moved["ci_low"].to_numpy(dtype=float), moved["ci_high"].to_numpy(dtype=float)
    reach = np.where(difference > 0, difference - low, high - difference)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(difference == 0, 1.0, 2 * stats.norm.sf(Z * np.abs(difference) / reach))
    p = np.where(np.isnan(low) | np.isnan(high), np.nan, p)
    return moved.assign(p=p, q=adjusted(p), moved=(low > 0) | (high < 0))


def _summed(parts: Floats, largest: Floats) -> Estimate:
    """The column sums of (units, numbers) parts, each the size of what a Poisson count brought, by Fay and Feuer.

    Their way to either end is shortened as the variance is that units have who can't have more than one part each:
    where nearly all have one, and of one size, there is not much left. Where there is no part, the next one that might
    have been seen is taken to have the size `largest`, or else 1.
    """
    total, square = parts.sum(axis=0), (parts**2).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(total > 0, square / total * stats.gamma.ppf(0.025, total**2 / square), 0.0)
        left = np.where(total > 0, np.sqrt(np.maximum(1 - total**2 / (len(parts) * square), 0)), 1.0)
    most = np.where(total > 0, parts.max(axis=0, initial=0), np.where(largest > 0, largest, 1.0))
    up, spread = total + most, square + most**2
    high = spread / up * stats.gamma.ppf(0.975, up**2 / spread)
    return Estimate(total, total - left * (total - low), total + left * (high - total))


def _ratios(a: Estimate, b: Estimate) -> tuple[Floats, Floats, Floats]:
    """b / a with the ends of its interval, infinite where `a` may be 0."""
    product = a.value * b.value
    # Each end of an estimate by its mirror image: value**2 less the square of the way to it, so never above value**2.
    a_low, a_high, b_low, b_high = (end * (2 * side.value - end) for side in (a, b) for end in side[1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = b.value / a.value
        low = b_low / (product + np.sqrt(np.maximum(product**2 - b_low * a_high, 0)))
        high = (product + np.sqrt(np.maximum(product**2 - b_high * a_low, 0))) / a_low
    low = np.where(b.low == 0, 0.0, low)
    high = np.where(a.low == 0, np.inf, high)
    unknown = np.isnan(ratio) | np.isnan(a.low + a.high + b.low + b.high) | (np.minimum(a.low, b.low) < 0)
    return tuple(np.where(unknown, np.nan, part) for part in (ratio, low, high))  # type: ignore[return-value]


def _rates(counts: Floats, size: Floats, drawn: Floats, per: float) -> Floats:
    """(numbers, draws) rates when each unit counts as often as `drawn`, (units, draws), says; 0 without a word."""
    total = size @ drawn
    out = np.zeros((counts.shape[1], drawn.shape[1]))
    # Rounded, so that sums of the same weights in another order are the same.
    return np.divide(per * (counts.T @ drawn), total, out=out, where=total > 0).round(9)
