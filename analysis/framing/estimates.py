"""Shares of a corpus estimated from a coded sample, with intervals that hold for small counts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import Bools, Floats
from analysis.core.intervals import Estimate, Z, wilson


class Sample(NamedTuple):
    """The coded sentences of a stratified sample, (items,) each."""

    weight: Floats  # how many sentences of the corpus each represents
    stratum: NDArray[np.int64]  # its number
    drawn: Floats  # the share of the stratum that was coded, 0 if unknown or of an infinite population


def shares(hit: Bools, within: Bools, sample: Sample, *, z: float = Z) -> Estimate:
    r"""Estimate the share of the sentences `within` a part of the corpus that are `hit`; both are (items, columns).

    With weights w, :math:`p = W(hit \cap within) / W(within)`. The interval is Wilson's (1927) with the effective
    number of sentences (Korn and Graubard 1998), which is p (1 - p) / v, but at most :math:`(\sum w)^2 / \sum w^2` over
    those within (Kish 1965). v is the variance of the linearised ratio in a stratified sample,

    .. math:: v = \sum_h (1 - f_h) \frac{n_h}{n_h - 1} \sum_{i \in h} (z_i - \bar z_h)^2,
              z_i = w_i [i\ within] (hit_i - p) / W(within)

    with :math:`(1 - f_h) z_i^2` for a stratum of one sentence. `z` is the normal quantile of the interval. NaN, with
    an interval from 0 to 1, if no sentence is within.
    """
    weight = sample.weight[:, None] * within
    total = weight.sum(axis=0)
    known = total > 0
    whole = np.where(known, total, 1.0)
    p = (weight * hit).sum(axis=0) / whole
    residual = weight * (hit - p) / whole
    variance = np.zeros(len(p))
    for stratum in range(sample.stratum.max(initial=-1) + 1):
        own = sample.stratum == stratum
        n = int(own.sum())
        if n:
            middle = residual[own].mean(axis=0) if n > 1 else 0.0
            left = 1 - sample.drawn[own].mean()
            variance += left * n / max(n - 1, 1) * ((residual[own] - middle) ** 2).sum(axis=0)
    spread = p * (1 - p)
    least = ((1 - sample.drawn)[:, None] * weight**2).sum(axis=0) / whole**2
    low, high = wilson(p, np.maximum(least, np.divide(variance, spread, out=np.zeros_like(p), where=spread > 0)), z)
    return Estimate(np.where(known, p, np.nan), np.where(known, low, 0.0), np.where(known, high, 1.0))


def mix(first: Estimate, second: Estimate, share: Floats) -> Estimate:
    """Return ``share * first + (1 - share) * second`` of independent estimates, from 0 to 1.

    The squared distance of each end from the value is the sum of theirs (Zou, Huang and Zhang 2009).
    """
    rest = 1 - share
    value = share * first.value + rest * second.value
    below = np.hypot(share * (first.value - first.low), rest * (second.value - second.low))
    above = np.hypot(share * (first.high - first.value), rest * (second.high - second.value))
    return Estimate(value, np.clip(value - below, 0, 1), np.clip(value + above, 0, 1))


def ratio(over: Estimate, under: Estimate) -> Estimate:
    """Return ``over / under`` of independent estimates that are not negative, by Donner and Zou (2012).

    The value is infinite if `under` is 0, the upper end if its lower end is.
    """
    product = over.value * under.value

    def root(numerator: Floats, denominator: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the parts of the quadratic equation that an end solves."""
        with np.errstate(invalid="ignore"):  # of values that are NaN or infinite
            a, b = numerator * (2 * over.value - numerator), denominator * (2 * under.value - denominator)
            return a, b, product + np.sqrt(np.maximum(product**2 - a * b, 0))

    infinite = np.full(product.shape, np.inf)
    a, _, sum_low = root(over.low, under.high)
    low = np.divide(a, sum_low, out=np.zeros_like(product), where=sum_low > 0)
    _, b, sum_high = root(over.high, under.low)
    high = np.divide(sum_high, b, out=infinite.copy(), where=b > 0)
    return Estimate(np.divide(over.value, under.value, out=infinite, where=under.value > 0), low, high)
