"""Estimates from drawn sentences: by hand, and as SciPy has the same intervals."""

import numpy as np
import pytest

from analysis.core.intervals import Estimate, wilson
from analysis.framing.estimates import Sample, mix, ratio, shares


def sample(weight, stratum, drawn=0.0):
    return Sample(np.array(weight, dtype=float), np.array(stratum, dtype=np.int64), np.full(len(weight), drawn))


def column(*values):
    return np.array(values, dtype=bool)[:, None]


def ends(estimate):
    return [float(end[0]) for end in estimate]


def test_a_share_of_two_strata():
    # Stratum 0 is 60 sentences, of which 2 of 3 drawn hit; stratum 1 is 20, of which 1 of 2 does.
    drawn = sample([20, 20, 20, 10, 10], [0, 0, 0, 1, 1])
    value, low, high = ends(shares(column(1, 1, 0, 1, 0), column(1, 1, 1, 1, 1), drawn))
    p = 50 / 80
    assert value == pytest.approx(p)
    # z: 20 (1 - p) / 80 twice, -20 p / 80; 10 (1 - p) / 80, -10 p / 80.
    first = 3 / 2 * (20 / 80) ** 2 * (2 * (1 - 2 / 3) ** 2 + (2 / 3) ** 2)
    second = 2 / 1 * (10 / 80) ** 2 * 2 * 0.5**2
    inverse = (first + second) / (p * (1 - p))
    assert inverse > (3 * 20**2 + 2 * 10**2) / 80**2  # than which no sample is worth more
    assert [low, high] == pytest.approx([end[0] for end in wilson(np.array([p]), np.array([inverse]))])


def test_where_nothing_differs_the_weights_alone_tell():
    drawn = sample([30, 1, 1, 1], [0, 1, 1, 1])
    _, low, high = ends(shares(column(0, 0, 0, 0), column(1, 1, 1, 1), drawn))
    assert low == 0
    assert high == pytest.approx(wilson(np.array([0.0]), np.array([(30**2 + 3) / 33**2]))[1][0])
    assert high > 0.7  # as of one sentence and a fifth


def test_what_is_drawn_whole_is_known():
    whole = sample([1, 1, 1, 1], [0, 0, 1, 1], drawn=1.0)
    assert ends(shares(column(1, 0, 1, 1), column(1, 1, 1, 1), whole)) == [0.75, 0.75, 0.75]
    half = shares(column(1, 0, 1, 0), column(1, 1, 1, 1), sample([1] * 4, [0] * 4, drawn=0.5))
    none = shares(column(1, 0, 1, 0), column(1, 1, 1, 1), sample([1] * 4, [0] * 4))
    assert half.high - half.low < none.high - none.low


def test_of_no_sentence_nothing_is_known():
    value, low, high = ends(shares(column(1, 0), column(0, 0), sample([1, 1], [0, 0])))
    assert np.isnan(value)
    assert (low, high) == (0, 1)
    empty = np.zeros((0, 2), dtype=bool)
    assert shares(empty, empty, sample([], []))[1].tolist() == [0, 0]


def test_a_mixture_by_hand():
    first = Estimate(np.array([0.6]), np.array([0.5]), np.array([0.8]))
    second = Estimate(np.array([0.1]), np.array([0.0]), np.array([0.2]))
    value, low, high = ends(mix(first, second, np.array([0.25])))
    assert value == pytest.approx(0.225)
    assert low == pytest.approx(0.225 - np.hypot(0.25 * 0.1, 0.75 * 0.1))
    assert high == pytest.approx(0.225 + np.hypot(0.25 * 0.2, 0.75 * 0.1))


def test_a_ratio_solves_its_equation():
    over = Estimate(np.array([0.3]), np.array([0.2]), np.array([0.5]))
    under = Estimate(np.array([0.6]), np.array([0.4]), np.array([0.7]))
    value, low, high = ends(ratio(over, under))
    assert value == pytest.approx(0.5)
    # At an end r the distance of over - r under from 0 is that of the interval of over - r under.
    assert (0.3 - low * 0.6) ** 2 == pytest.approx((0.3 - 0.2) ** 2 + low**2 * (0.7 - 0.6) ** 2)
    assert (0.3 - high * 0.6) ** 2 == pytest.approx((0.5 - 0.3) ** 2 + high**2 * (0.6 - 0.4) ** 2)


def test_a_ratio_with_nothing_below():
    over = Estimate(np.array([0.3]), np.array([0.2]), np.array([0.5]))
    value, low, high = ends(ratio(over, Estimate(np.array([0.0]), np.array([0.0]), np.array([0.4]))))
    assert (value, high) == (np.inf, np.inf)
    assert low == pytest.approx(np.sqrt(0.2 * (2 * 0.3 - 0.2)) / 0.4)
