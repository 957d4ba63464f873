"""Tests and effect sizes of 2x2 tables: how much a term's use differs between two corpora, whole arrays at a time.

Every function takes `f1`, `n1`, `f2` and `n2`: the occurrences of a term in the target, the target's size in running
words, and the same of the reference; whole numbers, or arrays that broadcast. N = n1 + n2 and K = f1 + f2. All raise
`ValueError` for a count that is negative or above its size, and for a size of 0.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.core.compiled import Floats, compiled
from analysis.core.intervals import Estimate

Counts = npt.ArrayLike


def g2_two_cell(f1: Counts, n1: Counts, f2: Counts, n2: Counts) -> Floats:
    r"""The log-likelihood ratio over the term's two counts, as corpus linguistics reports it.

    .. math:: G^2 = 2 \sum_i f_i \ln(f_i / E_i), \quad E_i = n_i K / N

    (Rayson and Garside 2000, Comparing corpora using frequency profiling). 0 = used alike; not signed.

    >>> round(float(g2_two_cell(20, 1000, 10, 2000)), 3)
    13.863
    """
    return _g2(*_checked(f1, n1, f2, n2), cells=2)


def g2_four_cell(f1: Counts, n1: Counts, f2: Counts, n2: Counts) -> Floats:
    r"""The log-likelihood ratio over all four cells: the term's counts, and those of all other words.

    .. math:: G^2 = 2 \sum_{ij} O_{ij} \ln(O_{ij} / E_{ij})

    (Dunning 1993, Accurate methods for the statistics of surprise and coincidence; so in quanteda). 0 = used alike;
    not signed; never below the two-cell G².

    >>> round(float(g2_four_cell(20, 1000, 10, 2000)), 3)
    14.015
    """
    return _g2(*_checked(f1, n1, f2, n2), cells=4)


def chi2(f1: Counts, n1: Counts, f2: Counts, n2: Counts, *, yates: bool = False) -> Floats:
    r"""Pearson's chi-squared over the four cells; with `yates` each |O - E| is brought 0.5 nearer to 0.

    .. math:: X^2 = \sum_{ij} (|O_{ij} - E_{ij}| - c)^2 / E_{ij}

    c is 0, or with Yates' correction 0.5 and never more than |O - E| (Yates 1934, Contingency tables involving small
    numbers; as in R's ``chisq.test``). 0 = used alike; not signed; 0 where the two corpora hold only the term.

    >>> float(chi2(3, 4, 1, 4)), float(chi2(3, 4, 1, 4, yates=True))
    (2.0, 0.5)
    """
    a, n, b, m = _checked(f1, n1, f2, n2)
    together, size = a + b, n + m
    excess = np.abs(a * m - b * n) / size
    if yates:
        excess = np.maximum(excess - 0.5, 0.0)
    # 1/E summed over the four cells is N³ / (n1 n2 K (N - K)).
    return _ratio(excess**2 * size, n / size * m * together / size * (size - together), empty=0.0)


def fisher_p(f1: Counts, n1: Counts, f2: Counts, n2: Counts) -> Floats:
    """Two-sided p-value of Fisher's exact test.

    The probability of all tables with the same margins that are no more probable than the one observed, up to one part
    in 10⁷ (Fisher 1935, The logic of inductive inference; so in R's ``fisher.test``). Below 1e-300 it has few digits
    or is 0.

    >>> round(float(fisher_p(1, 4, 3, 4)), 4)
    0.4857
    """
    table = np.broadcast_arrays(*_checked(f1, n1, f2, n2))
    return np.asarray(_fisher(*(np.array(cell).ravel() for cell in table))).reshape(table[0].shape)


def p_value(statistic: npt.ArrayLike) -> Floats:
    """The p-value of a G² or chi-squared: its upper tail at 1 degree of freedom.

    >>> round(float(p_value(3.841459)), 4)
    0.05
    """
    return np.asarray(special.erfc(np.sqrt(np.asarray(statistic, dtype=np.float64) / 2)))


def bic(f1: Counts, n1: Counts, f2: Counts, n2: Counts) -> Floats:
    """The approximate Bayes factor BIC = G² - ln N, of the two-cell G².

    (Wilson 2013, Embracing Bayes factors for key item analysis in corpus linguistics.) Below 0 the evidence is for
    equal use; 2 to 6 is positive evidence for a difference, 6 to 10 strong, above 10 very strong.

    >>> round(float(bic(20, 1000, 10, 2000)), 3)
    5.857
    """
    a, n, b, m = _checked(f1, n1, f2, n2)
    return _g2(a, n, b, m, cells=2) - np.log(n + m)


def log_ratio(f1: Counts, n1: Counts, f2: Counts, n2: Counts) -> Estimate:
    r"""The binary logarithm of the ratio of the two relative frequencies, with its 95% interval.

    .. math:: \log_2 \frac{f_1 / n_1}{f_2 / n_2} \pm \frac{1.96}{\ln 2}
              \sqrt{\frac{1}{f_1} - \frac{1}{n_1} + \frac{1}{f_2} - \frac{1}{n_2}}

    (Hardie 2014, Log Ratio: an informal introduction; the interval is that of the log relative risk: Katz, Baptista,
    Azen and Pike 1978, Obtaining confidence intervals for the risk ratio in cohort studies.) 0 = alike, 1 = twice as
    often in the target, -1 = half as often. A count of 0 is taken as 0.5, to keep the ratio finite; in corpora of
    unequal size the sign then says nothing if the other count is small too.

    >>> [round(float(end), 3) for end in log_ratio(20, 1000, 10, 2000)]
    [2.0, 0.91, 3.09]
    """
    a, n, b, m = _checked(f1, n1, f2, n2)
    a, b = np.where(a > 0, a, 0.5), np.where(b > 0, b, 0.5)
    value = np.log2(a / n) - np.log2(b / m)
    half = special.ndtri(0.975) / np.log(2) * np.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return Estimate(value, value - half, value + half)


def pct_diff(f1: Counts, n1: Counts, f2: Counts, n2: Counts) -> Floats:
    """The percentage by which the term is more frequent in the target: 100 (f1/n1 - f2/n2) / (f2/n2).

    (Gabrielatos and Marchi 2011, Keyness: matching metrics to definitions.) 0 = alike, 100 = twice as often, -100 =
    never in the target; infinite where never in the reference.

    >>> float(pct_diff(20, 1000, 10, 2000))
    300.0
    """
    a, n, b, m = _checked(f1, n1, f2, n2)
    return 100 * _ratio(a / n - b / m, b / m)


def diff_coefficient(f1: Counts, n1: Counts, f2: Counts, n2: Counts) -> Floats:
    """The difference of the relative frequencies over their sum.

    (Hofland and Johansson 1982, Word frequencies in British and American English.) 1 = only in the target, 0 = alike,
    -1 = only in the reference.

    >>> float(diff_coefficient(20, 1000, 10, 2000))
    0.6
    """
    a, n, b, m = _checked(f1, n1, f2, n2)
    return _ratio(a / n - b / m, a / n + b / m)


def odds_ratio(f1: Counts, n1: Counts, f2: Counts, n2: Counts) -> Floats:
    """The odds of the term against all other words in the target, over its odds in the reference.

    (Pojanapunya and Watson Todd 2016, Log-likelihood and odds ratio: keyness statistics for different purposes of
    keyword analysis.) f1 (n2 - f2) / (f2 (n1 - f1)): the sample's odds ratio, not R's conditional estimate. 1 = alike,
    above 1 = more in the target; infinite where never in the reference, NaN where the corpora hold only the term.

    >>> round(float(odds_ratio(20, 1000, 10, 2000)), 3)
    4.061
    """
    a, n, b, m = _checked(f1, n1, f2, n2)
    return _ratio(a * (m - b), b * (n - a))


def simple_maths(f1: Counts, n1: Counts, f2: Counts, n2: Counts, *, k: float = 1.0) -> Floats:
    """The ratio of the two frequencies a million words, after adding `k` to both.

    (Kilgarriff 2009, Simple maths for keywords.) 1 = alike, above 1 = more in the target. A small `k`, such as 1,
    brings rare words to the front, a large one, such as 100 or 1000, common words. Raises `ValueError` for k <= 0.

    >>> round(float(simple_maths(20, 1000, 10, 2000)), 3), round(float(simple_maths(20, 1000, 10, 2000, k=5000)), 3)
    (3.999, 2.5)
    """
    if not k > 0:
        raise ValueError(f"k is {k}: give a number of occurrences a million words above 0, such as 1 or 100")
    a, n, b, m = _checked(f1, n1, f2, n2)
    return np.asarray((1e6 * a / n + k) / (1e6 * b / m + k))


def log_odds_z(f1: Counts, n1: Counts, f2: Counts, n2: Counts, *, prior: float = 500.0) -> Floats:
    r"""The log odds ratio under an informative Dirichlet prior, in standard deviations.

    .. math:: z = \frac{1}{\sqrt{1/(f_1 + \alpha) + 1/(f_2 + \alpha)}} \left(
                  \ln \frac{f_1 + \alpha}{n_1 + \alpha_0 - f_1 - \alpha}
                - \ln \frac{f_2 + \alpha}{n_2 + \alpha_0 - f_2 - \alpha} \right)

    (Monroe, Colaresi and Quinn 2008, Fightin' words, section 3.) The prior is the two corpora together, scaled to
    α₀ = `prior` words: α = α₀ K / N. The larger it is, the more each term is drawn towards equal use, rare terms
    first. Above 0 = more in the target, beyond ±1.96 unlikely (5%) by chance. Raises `ValueError` for prior <= 0.

    >>> round(float(log_odds_z(20, 1000, 10, 2000)), 3)
    3.161
    """
    if not prior > 0:
        raise ValueError(f"prior is {prior}: give the weight of the prior in words, above 0, such as 500")
    a, n, b, m = _checked(f1, n1, f2, n2)
    alpha = prior * (a + b) / (n + m)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = (a + alpha) / (b + alpha) * ((m + prior - b - alpha) / (n + prior - a - alpha))
        z = np.log(odds) / np.sqrt(1 / (a + alpha) + 1 / (b + alpha))
    return np.where((a + b > 0) & (a + b < n + m), z, 0.0)


def _checked(f1: Counts, n1: Counts, f2: Counts, n2: Counts) -> tuple[Floats, Floats, Floats, Floats]:
    """Check the four and convert them to floats, exact up to 2⁵³, whose products do not overflow."""
    cells = [np.asarray(cell, dtype=np.float64) for cell in (f1, n1, f2, n2)]
    for count, size in (cells[:2], cells[2:]):
        wrong = ~((count >= 0) & (count <= size) & (size > 0))
        if wrong.any():
            f, n = (np.broadcast_to(cell, wrong.shape)[wrong][0] for cell in (count, size))
            raise ValueError(f"{f:g} occurrences in {n:g} words: give counts of 0 up to the size, and sizes above 0")
    return cells[0], cells[1], cells[2], cells[3]


def _g2(a: Floats, n: Floats, b: Floats, m: Floats, *, cells: int) -> Floats:
    together, size = a + b, n + m
    table = [(a, n, together), (b, m, together), (n - a, n, size - together), (m - b, m, size - together)]
    total = np.zeros(np.broadcast_shapes(together.shape, size.shape))
    for observed, row, column in table[:cells]:
        total = total + special.xlogy(observed, _ratio(observed, row * column / size, empty=1.0))
    return np.maximum(2 * total, 0.0)


def _ratio(above: Any, below: Any, *, empty: float = np.nan) -> Floats:
    """`above` / `below`, infinite over 0, and `empty` for 0 over 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((above == 0) & (below == 0), empty, np.divide(above, below))


@compiled
def _fisher(f1: Floats, n1: Floats, f2: Floats, n2: Floats) -> Floats:
    """The two-sided p-values, one a table."""
    # Between neighbouring tables with the same margins the probability changes by a plain fraction. Sums of such steps,
    # from the most probable table on, keep their digits however large the corpora are; log-gamma does not.
    p = np.empty(len(f1))
    for row in range(len(f1)):
        observed, size, other = f1[row], n1[row], n2[row]
        together = observed + f2[row]
        top = np.floor((together + 1) * (size + 1) / (size + other + 2))
        top = min(max(top, together - other, 0.0), together, size)

        limit = 1 + 1e-7
        k = top
        while k < observed and limit > 0:
            limit *= _step(k, together, size, other)
            k += 1
        while k > observed and limit > 0:
            limit *= _step(together - k, together, other, size)
            k -= 1

        every = 1.0
        extreme = 1.0 if limit >= 1 else 0.0
        for _ in range(2):
            weight = 1.0
            k = top
            while weight > 1e-18 * extreme:
                weight *= _step(k, together, size, other)
                k += 1
                every += weight
                if weight <= limit:
                    extreme += weight
            # Fewer in the target are more in the reference: the other tail is the same walk with the sides changed.
            top, size, other = together - top, other, size
        p[row] = extreme / every
    return p


@compiled
def _step(k: float, together: float, size: float, other: float) -> float:
    """The probability of k + 1 of the `together` occurrences in a corpus of `size` words, relative to that of k."""
    return (together - k) * (size - k) / ((k + 1) * (other - together + k + 1))
