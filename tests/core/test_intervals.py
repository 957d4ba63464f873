"""Intervals of rates, differences and shares: by hand, by other distributions, and by how often they hold."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats
from scipy.stats import binomtest

from analysis.core.intervals import (
    Estimate,
    Sums,
    correlations,
    difference_intervals,
    linearised,
    mean_intervals,
    rate_intervals,
    share_intervals,
    shares_of_groups,
)

Z = 1.959963984540054


def sums_of(x, w):
    x, w = np.array(x, dtype=float), np.array(w, dtype=float)
    sums = (x.sum(), np.abs(x).sum(), (x**2).sum(), (x * w).sum(), w.sum(), (w**2).sum(), len(w))
    return Sums(*(np.array([v]) for v in sums))


def test_the_ratio_of_four_documents_by_hand() -> None:
    # 3, 1, 0, 2 in 10, 20, 10, 10 words: R = 6/50 = 0.12, x - R w = 1.8, -1.4, -1.2, 0.8, squares 3.24, 1.96, 1.44 and
    # 0.64, in all 7.28; effective documents 2500/700 = 25/7, whose n/(n - 1) is 25/18: V = 25/18 * 7.28/2500.
    variance, scale = linearised(sums_of([3, 1, 0, 2], [10, 20, 10, 10]))
    assert variance[0] == pytest.approx(25 / 18 * 7.28 / 2500)
    assert scale[0] == pytest.approx((Z / stats.t.ppf(0.975, 18 / 7)) ** 2)


def test_the_variance_is_that_of_survey_statistics_but_for_the_effective_number() -> None:
    # R's svyratio over a sample drawn with replacement: m/(m - 1) times the sum of ((x - R w) / sum w)^2, of m = 6.
    x = np.array([4.0, 5, 3, 1, 2, 7])
    survey = np.var(x / 50, ddof=1) / 6  # of a mean of six rates
    variance, _ = linearised(sums_of(x, [50] * 6))
    n = 22**2 / 104
    assert variance[0] == pytest.approx(survey * 5 / 6 * n / (n - 1))


def test_the_interval_is_that_of_a_poisson_count_that_varies_as_much() -> None:
    # Rates 0.2, 0, 0.1, 0.1, 0.1: R = 0.1; 5^2 / (4 + 1 + 1 + 1) is less than 4 documents, so that n is 4,
    # V = 4/3 * 2/2500 and y = 0.01/V (z/t)^2 = 9.375 (z/t)^2; Garwood's ends by chi-squared.
    low, high = rate_intervals(np.array([[2], [0], [1], [1], [1]]), np.full(5, 10))
    y = 9.375 * (Z / stats.t.ppf(0.975, 3)) ** 2
    assert low[0] == pytest.approx(0.1 / y * stats.chi2.ppf(0.025, 2 * y) / 2)
    assert high[0] == pytest.approx(0.1 / y * stats.chi2.ppf(0.975, 2 * (y + 1)) / 2)


def test_where_nothing_was_found_or_all_rates_are_equal_it_is_a_poisson_count() -> None:
    low, high = rate_intervals(np.array([[0, 1]] * 5), np.full(5, 10))
    scale = (Z / stats.t.ppf(0.975, 4)) ** 2
    assert low[0] == 0
    assert high[0] == pytest.approx(-np.log(0.025) / (50 * scale))  # of this mean 2.5% are 0
    y = 5 * scale
    assert low[1] == pytest.approx(0.1 / y * stats.chi2.ppf(0.025, 2 * y) / 2)


def test_one_document_that_is_most_of_the_text_leaves_two_at_least() -> None:
    variance, scale = linearised(sums_of([1, 0, 0, 0, 9], [1, 1, 1, 1, 96]))  # 10000 / 9220 are 1.08 documents
    assert scale[0] == pytest.approx((Z / 12.7062047) ** 2)  # t of one degree of freedom
    assert variance[0] == pytest.approx(2 * (0.9**2 + 3 * 0.1**2 + 0.6**2) / 100**2)


@pytest.mark.parametrize(("held", "freedom"), [(0, 19), (1, 3), (4, 3), (9, 8), (20, 19)])
def test_documents_without_a_hit_say_nothing_of_the_spread(held: int, freedom: int) -> None:
    variance, scale = linearised(sums_of([1] * held + [0] * (20 - held), [10] * 20))
    assert scale[0] == pytest.approx((Z / stats.t.ppf(0.975, freedom)) ** 2)
    assert variance[0] == pytest.approx((freedom + 1) / freedom * held * (1 - held / 20) / 200**2)


def test_occurrences_that_one_document_holds_say_little_of_the_spread() -> None:
    # 3 and seven times 1 in twenty documents: 10^2 / (9 + 7) = 6.25 documents.
    variance, scale = linearised(sums_of([3] + [1] * 7 + [0] * 12, [10] * 20))
    assert scale[0] == pytest.approx((Z / stats.t.ppf(0.975, 5.25)) ** 2)
    assert variance[0] == pytest.approx(6.25 / 5.25 * (16 - 20 * 0.5**2) / 200**2)


@pytest.mark.parametrize("units", [0, 1, 4])
def test_fewer_than_five_units_have_no_interval(units: int) -> None:
    low, high = rate_intervals(sparse.csr_array((units + 2, 3), dtype=float), np.array([5.0] * units + [0, 0]))
    assert low.shape == high.shape == (3,)
    assert np.isnan([low, high]).all()


def test_each_group_is_by_itself() -> None:
    random = np.random.default_rng(1)
    counts, sizes = random.poisson(2.0, (30, 4)), random.integers(50, 90, 30)
    group = np.arange(30) % 4 - 1  # those of -1 are left out
    low, high = rate_intervals(sparse.csr_array(counts), sizes, group, 4)
    for number in range(3):
        own = group == number
        alone = rate_intervals(counts[own], sizes[own])
        np.testing.assert_allclose([low[number], high[number]], alone, rtol=1e-12)
    assert np.isnan([low[3], high[3]]).all()


@pytest.mark.parametrize("units", [5, 10, 26, 65])
def test_covers_the_true_rate_about_as_often_as_it_says(units: int) -> None:
    """Documents whose rates and lengths scatter as those of texts do: gamma-distributed and log-normal."""
    random = np.random.default_rng(units)
    sizes = random.lognormal(6, 0.6, (1000, units)).round() + 1
    counts = random.poisson(sizes * random.gamma(1.5, 0.004 / 1.5, (1000, units)))
    group = np.repeat(np.arange(1000), units)
    low, high = rate_intervals(counts.reshape(-1, 1), sizes.ravel(), group, 1000)
    assert 0.93 <= ((low <= 0.004) & (high >= 0.004)).mean() <= 0.99


def test_a_mean_of_either_sign_has_students_interval() -> None:
    values = np.array([0.3, -0.3, 0.3, 0.3, -0.3, 0.3])
    low, high = mean_intervals(values[:, None], np.ones(6), np.zeros(6, dtype=np.int64), 1)
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    assert (low[0, 0], high[0, 0]) == pytest.approx((expected.low, expected.high))


def test_differences_that_go_together_are_surer() -> None:
    a, b = (Estimate(*map(np.array, x)) for x in [([3.0], [2.0], [5.0]), ([7.0], [4.0], [8.0])])
    low, high = difference_intervals(a, b)
    assert (low[0], high[0]) == pytest.approx((4 - np.sqrt(9 + 4), 4 + np.sqrt(1 + 1)))
    low, high = difference_intervals(a, b, 0.5)
    assert (low[0], high[0]) == pytest.approx((4 - np.sqrt(9 + 4 - 6), 4 + np.sqrt(1 + 1 - 1)))


def test_correlations_are_those_of_what_lengths_do_not_explain() -> None:
    random = np.random.default_rng(5)
    x, y = random.poisson(3.0, (2, 8, 2)).astype(float)
    w, v = random.integers(5, 9, (2, 8)).astype(float)
    expected = []
    for a, b in zip(x.T, y.T, strict=True):
        left, right = a - a.sum() / w.sum() * w, b - b.sum() / v.sum() * v
        expected.append(left @ right / np.sqrt(left @ left * (right @ right)))
    assert correlations(sparse.csr_array(x), w, y, v) == pytest.approx(expected)
    assert correlations(np.zeros((8, 1)), w, y[:, :1], v).tolist() == [0]


def test_interval_of_one_unit_is_wilsons():
    low, high = share_intervals(np.array([[7.0, 3.0, 0.0]]))
    for column, count in enumerate((7, 3, 0)):
        expected = binomtest(count, 10).proportion_ci(method="wilson")
        assert (low[column], high[column]) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_interval_widens_where_units_differ():
    # All of 4 in one document, none of 4 in the other: p = 1/2, v = 2/1 * ((4-2)^2 + (0-2)^2) / 8^2 = 1/4 for each of
    # the two kinds, D = 8 / 1 * (1/4 / 1/2 + 1/4 / 1/2) = 8: the 8 hits tell as much as 1.
    low, high = share_intervals(np.array([[4.0, 0.0], [0.0, 4.0]]))
    alone = binomtest(1, 2).proportion_ci(method="wilson")  # half of 2; half of 1 is wider still
    assert low[0] < alone.low
    assert high[0] > alone.high
    z2 = 1.959963984540054**2
    assert high[0] == pytest.approx((0.5 + z2 / 2 + np.sqrt(z2 * (0.25 + z2 / 4))) / (1 + z2))  # n = 1


def test_interval_of_few_documents_covers_the_share():
    random = np.random.default_rng(0)
    inside = plain = 0
    for _ in range(400):  # 8 documents whose own shares scatter about 0.3
        size = 1 + random.poisson(5, 8)
        hits = random.binomial(size, random.beta(2.7, 6.3, 8))
        counts = np.column_stack([hits, size - hits]).astype(float)
        low, high = share_intervals(counts)
        inside += int(low[0] <= 0.3 <= high[0])
        low, high = share_intervals(counts.sum(axis=0, keepdims=True))
        plain += int(low[0] <= 0.3 <= high[0])
    assert inside / 400 > 0.9 > plain / 400  # of 95 that it promises; Wilson's alone takes the hits for independent


def test_shares_of_groups_are_over_documents_or_over_the_sentences_of_one() -> None:
    hits = pd.DataFrame({"kind": [0, 0, 1, 1], "document": [0, 0, 1, 2], "sentence": [0, 1, 2, 3], "amount": 1.0})
    found = shares_of_groups(hits, np.array([0, 0, 0, 1]), 3, 2)
    assert found[0].tolist() == [[2, 1], [0, 1], [0, 0]]
    assert found[1].tolist()[:2] == [[2 / 3, 1 / 3], [0, 1]]
    assert found[2:, 0].tolist() == [own.tolist() for own in share_intervals(np.array([[2.0, 0.0], [0.0, 1.0]]))]
    assert np.isnan(found[1:, 2]).all()
