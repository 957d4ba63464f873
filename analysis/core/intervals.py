"""95% intervals of rates, means and shares over documents."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, special, stats

from analysis.core.compiled import Floats, Ints

FEW = 5  # fewer documents have no interval
LEAST = 4  # smallest effective number of documents, however few have occurrences
Z = float(stats.norm.ppf(0.975))
TAIL = 0.025  # outside a 95% interval at each end
EQUAL = 1e-12  # share of the squares up to which a spread is rounding error


class Estimate(NamedTuple):
    """Numbers with the ends of their 95% intervals: three arrays of one length."""

    value: Floats
    low: Floats
    high: Floats


class Sums(NamedTuple):
    """Sums over units with a count x and a size w, from which follow a ratio and its variance; arrays of one shape."""

    total: Floats  # of x
    magnitude: Floats  # of |x|
    square: Floats  # of x²
    product: Floats  # of x·w
    size: Floats  # of w
    size_square: Floats  # of w²
    units: Floats  # number of those with w > 0


def rate_intervals(
    counts: Any, sizes: NDArray[Any], group: Ints | None = None, groups: int = 1
) -> tuple[Floats, Floats]:
    """95% interval of ``counts.sum(axis=0) / sizes.sum()`` for every column of `counts`, see `intervals_of`.

    `counts` is (units, columns), sparse or dense, not negative; `sizes` is (units,); a unit is a document or a
    sentence. Returns the two ends, (columns,), or (groups, columns) with `group`, the (units,) group numbers, -1 for
    none.

    >>> counts = np.array([[4, 0], [0, 0], [0, 2], [0, 0], [1, 1]])
    >>> low, high = rate_intervals(counts, np.array([10, 10, 10, 10, 10]))
    >>> low.round(4).tolist(), high.round(3).tolist()
    ([0.0003, 0.0007], [0.818, 0.392])
    """
    low, high = intervals_of(_summed(counts, sizes, group, groups))
    return (low[0], high[0]) if group is None else (low, high)


def intervals_of(sums: Sums) -> tuple[Floats, Floats]:
    r"""95% interval of the rate :math:`R = \sum x / \sum w` over units drawn independently, with unlike sizes.

    .. math:: n = \min \left( \frac{(\sum w)^2}{\sum w^2}, \frac{(\sum x)^2}{\sum x^2} \right), \qquad
       V = \frac{n}{n - 1} \frac{\sum (x - R w)^2}{(\sum w)^2}, \qquad
       y = \frac{R^2}{V} \left( \frac{z}{t_{n - 1}} \right)^2, \qquad
       \left[ \frac{R}{y} G_y^{-1}(0.025), \; \frac{R}{y} G_{y + 1}^{-1}(0.975) \right]

    V is the linearised variance of a ratio (Cochran 1977, Sampling Techniques, chapter 6), as R's ``svyratio`` has it
    for units of one size. n is the effective number of units (Kish 1965, Survey Sampling): by their sizes, at least 2,
    or by their counts, at least 4, where that is less. t and z are quantiles of Student's and the normal distribution.
    A Poisson count of y events varies as R does, and G are the gamma distributions of its exact interval (Garwood
    1936): Korn and Graubard's (1998, Survey Methodology 24) interval for shares, with the distributions of Fay and
    Feuer (1997, Statistics in Medicine 16) for rates. V is the variance of a Poisson count where nothing was counted or
    all rates are equal. NaN with fewer than `FEW` units.

    ``benchmarks/coverage.py`` prints how often these intervals hold known rates.
    """
    total, size = sums.total, sums.size
    variance, scale = linearised(sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = total / size
        even = (total <= 0) | (variance <= 0)
        events = np.where(even, total, rate**2 / variance) * scale
        # Without events, the rate of one event is that in all units together.
        per_event = np.where(events > 0, rate / events, 1 / (size * scale))
        low = np.where(events > 0, special.gammaincinv(events, TAIL) * per_event, 0.0)
        high = special.gammaincinv(events + 1, 1 - TAIL) * per_event
    few = np.broadcast_to(~(sums.units >= FEW), low.shape)
    return np.where(few, np.nan, low), np.where(few, np.nan, high)


def mean_intervals(values: Floats, sizes: NDArray[Any], group: Ints, groups: int) -> tuple[Floats, Floats]:
    """(groups, columns) 95% interval of ``values.sum(axis=0) / sizes.sum()`` of each group, for values of either sign.

    The rate plus and minus t standard errors; n, V and t as in `intervals_of`. NaN with fewer than `FEW` units.

    >>> low, high = mean_intervals(np.array([[1.0], [-1.0], [0.0], [2.0], [-2.0]]), np.ones(5), np.zeros(5, int), 1)
    >>> low.round(2).tolist(), high.round(2).tolist()  # 3.182 times the root of 4 / 3 * 10 / 5²
    ([[-2.32]], [[2.32]])
    """
    sums = _summed(values, sizes, group, groups)
    variance, scale = linearised(sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, reach = sums.total / sums.size, np.sqrt(variance / scale) * Z
    few = ~(sums.units >= FEW)
    return np.where(few, np.nan, rate - reach), np.where(few, np.nan, rate + reach)


def linearised(sums: Sums) -> tuple[Floats, Floats]:
    """The variance V of `intervals_of`, and (z / t)², the scale of the effective number of events.

    In four documents of 10 words with 2, 0, 1 and 1 occurrences, R is 0.1, and the squares of 1, -1, 0 and 0 add to 2:

    >>> one = Sums(*(np.array([float(x)]) for x in (4, 4, 6, 40, 40, 400, 4)))
    >>> variance, _ = linearised(one)
    >>> round(variance.item(), 6), round(4 / 3 * 2 / 40**2, 6)
    (0.001667, 0.001667)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        by_counts = np.where(sums.magnitude > 0, np.maximum(sums.magnitude**2 / sums.square, LEAST), np.inf)
        effective: Floats = np.maximum(np.minimum(sums.size**2 / sums.size_square, by_counts), 2.0)
        scale = np.asarray((Z / special.stdtrit(effective - 1, 1 - TAIL)) ** 2, dtype=np.float64)
        variance: Floats = effective / (effective - 1) * _spread(sums) / sums.size**2
    return variance, scale


def difference_intervals(a: Estimate, b: Estimate, correlation: Floats | float = 0.0) -> tuple[Floats, Floats]:
    r"""95% interval of b - a from the intervals of a and b; NaN where one of their ends is.

    .. math:: L = b - a - \sqrt{(b - l_b)^2 + (u_a - a)^2 - 2 r (b - l_b) (u_a - a)}

    and U likewise (Zou and Donner 2008, Statistics in Medicine 27), r being the correlation of the two (Zou 2007,
    Psychological Methods 12). With Wilson's intervals of shares this is method 10 of Newcombe (1998, Statistics in
    Medicine 17), whose first example has 56 of 70 and 48 of 80:

    >>> a, b = (Estimate(*map(np.array, x)) for x in [(0.6, 0.4905, 0.7002), (0.8, 0.6918, 0.8770)])
    >>> ends = difference_intervals(a, b)
    >>> [round(end.item(), 2) for end in ends]
    [0.05, 0.33]
    """
    difference = b.value - a.value
    down, up = (b.value - b.low, a.high - a.value), (b.high - b.value, a.value - a.low)
    reach = [np.sqrt(np.maximum(x**2 + y**2 - 2 * correlation * x * y, 0)) for x, y in (down, up)]
    return difference - reach[0], difference + reach[1]


def correlations(counts: Any, sizes: Floats, other_counts: Any, other_sizes: Floats) -> Floats:
    """(columns,) correlation of the x - R w (see `intervals_of`) of two kinds of counts; 0 where one is constant.

    >>> correlations(np.array([[2], [0], [1]]), np.ones(3), np.array([[3], [1], [2]]), np.ones(3)).round(9).tolist()
    [1.0]
    """
    x, y = sparse.csr_array(counts, dtype=np.float64), sparse.csr_array(other_counts, dtype=np.float64)
    sums, other = _summed(x, sizes, None, 1), _summed(y, other_sizes, None, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, other_rate = (s.total[0] / s.size[0] for s in (sums, other))
        both = x.multiply(y).sum(axis=0) - other_rate * (other_sizes @ x) - rate * (sizes @ y)
        both += rate * other_rate * (sizes @ other_sizes)
        found = both / np.sqrt(_spread(sums)[0] * _spread(other)[0])
    between: Floats = np.clip(np.nan_to_num(found, posinf=0.0, neginf=0.0), -1, 1)
    return between


def wilson(share: Floats, inverse: Floats, z: float = Z) -> tuple[Floats, Floats]:
    """The score interval of shares of n (Wilson 1927), given 1 / n, which is 0 for a known share.

    >>> [end.round(3).tolist() for end in wilson(np.array([0.5, 0.0]), np.array([1 / 8, 0.0]))]
    [[0.215, 0.0], [0.785, 0.0]]
    """
    loss = z**2 * inverse
    middle = (share + loss / 2) / (1 + loss)
    half = np.sqrt(share * (1 - share) * loss + loss**2 / 4) / (1 + loss)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def share_intervals(counts: Floats) -> tuple[Floats, Floats]:
    """95% interval of each column's share of the sum of `counts`, (units, kinds).

    Wilson's (1927) score interval of a share p of n, with n divided by a design effect D, since hits in one document
    are more alike than in two. D is the first-order factor of Rao and Scott (1981), one for all kinds:

    .. math:: D = n / (K - 1) \\sum_j v_j / p_j, \\quad v_j = m / (m - 1) \\sum_i (x_{ij} - p_j n_i)^2 / n^2

    for the m units with hits and the K kinds found in them; at least 1, and 1 where m or K is 1. In simulated groups of
    3 to 20 documents the interval held the true share in 93 to 97 of 100 draws, a percentile bootstrap in 66 to 93. NaN
    where nothing is counted.

    >>> low, high = share_intervals(np.array([[3.0, 1.0], [3.0, 1.0]]))  # 6 of 8, the same in both units
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.409, 0.071], [0.929, 0.591])
    """
    size = counts.sum(axis=1)
    counts, size = counts[size > 0], size[size > 0]
    n, units = size.sum(), len(size)
    if not n:
        return np.full(counts.shape[1], np.nan), np.full(counts.shape[1], np.nan)
    share = counts.sum(axis=0) / n
    effect, held = 1.0, share > 0
    if units > 1 and held.sum() > 1:
        spread = ((counts - share * size[:, None]) ** 2).sum(axis=0) / n**2 * units / (units - 1)
        effect = max(1.0, n / (held.sum() - 1) * (spread[held] / share[held]).sum())
    return wilson(share, np.full_like(share, effect / n))


def shares_of_groups(hits: pd.DataFrame, group: NDArray[Any], groups: int, kinds: int) -> Floats:
    """(4, groups, kinds) amount, its share of the group's, and the ends of the share's interval (`share_intervals`).

    `hits` has the columns ``kind`` (from 0), ``document``, ``sentence`` and ``amount``, and `group` the group number of
    each row. A unit is a document, or a sentence where all hits of a group are in one document.

    >>> hits = pd.DataFrame({"kind": [0, 0, 1], "document": [0, 1, 1], "sentence": [0, 3, 4], "amount": 1.0})
    >>> shares_of_groups(hits, np.zeros(3, int), 1, 2).round(2).tolist()
    [[[2.0, 1.0]], [[0.67, 0.33]], [[0.21, 0.06]], [[0.94, 0.79]]]
    """
    kind, document, sentence, amount = (hits[name].to_numpy() for name in ("kind", "document", "sentence", "amount"))
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups + 1))
    columns = np.full((4, groups, kinds), np.nan)
    for number, (first, stop) in enumerate(pairwise(bounds.tolist())):
        members = order[first:stop]
        units, row = np.unique(document[members], return_inverse=True)
        if len(units) == 1:
            units, row = np.unique(sentence[members], return_inverse=True)
        counts = np.zeros((len(units), kinds))
        np.add.at(counts, (row, kind[members]), amount[members])
        total = counts.sum(axis=0)
        share = total / total.sum() if total.sum() else np.full(kinds, np.nan)
        columns[:, number] = total, share, *share_intervals(counts)
    return columns


def gather(unit: Ints, units: int) -> sparse.csr_array:
    """The matrix whose product with another sums its rows by `unit`, a number from 0, or -1 for none.

    >>> (gather(np.array([1, 0, -1, 1]), 2) @ np.array([10, 20, 30, 40])).tolist()
    [20.0, 50.0]
    """
    column = np.flatnonzero(unit >= 0)
    return sparse.csr_array((np.ones(len(column)), (unit[column], column)), shape=(units, len(unit)))


def _spread(sums: Sums) -> Floats:
    """The sum of the squares of x - R w."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = sums.total / sums.size
        spread = sums.square - 2 * rate * sums.product + rate**2 * sums.size_square
    return np.where(spread > EQUAL * sums.square, spread, 0.0)


def _summed(counts: Any, sizes: NDArray[Any], group: Ints | None, groups: int) -> Sums:
    """The sums of each group: (groups, columns) for counts, (groups, 1) for sizes, added in the order of the units."""
    counts, sizes = sparse.csr_array(counts, dtype=np.float64), sizes.astype(np.float64)
    group = np.zeros(len(sizes), dtype=np.int64) if group is None else group
    member = gather(group, groups)
    by_column = (counts, abs(counts), counts.multiply(counts), counts.multiply(sizes[:, None]))
    sums = [(member @ sparse.csr_array(part)).toarray() for part in by_column]
    return Sums(*sums, *((member @ part)[:, None] for part in (sizes, sizes**2, (sizes > 0).astype(np.float64))))
