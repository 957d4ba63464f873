"""Percentile intervals: cases whose resampling distribution is known exactly, and a loop over the definition."""

import numpy as np
import pytest
from scipy import sparse, stats

from analysis.core import bootstrap
from analysis.core.bootstrap import Floats, rate_intervals


def column(*counts: float) -> sparse.csr_array:
    return sparse.csr_array(np.array(counts, dtype=float)[:, None])


def test_units_of_one_rate_leave_nothing_to_vary() -> None:
    low, high = rate_intervals(column(1, 2, 3), np.array([10, 20, 30]))
    assert low == pytest.approx([0.1])  # 1/10 = 2/20 = 3/30, whatever is drawn
    assert high == pytest.approx([0.1])


def test_two_units_of_rate_zero_and_one() -> None:
    """The rate of a resample is 0 in a quarter of the draws, 1/2 in a half, 1 in a quarter."""
    sizes = np.array([1, 1])
    low, high = rate_intervals(column(0, 1), sizes)
    assert (low.tolist(), high.tolist()) == ([0.0], [1.0])  # 2.5% and 97.5% fall into the outer quarters
    low, high = rate_intervals(column(0, 1), sizes, level=0.4)
    assert (low.tolist(), high.tolist()) == ([0.5], [0.5])  # 30% and 70% into the middle


def test_a_rate_is_a_sum_over_a_sum_and_not_a_mean_of_rates() -> None:
    low, high = rate_intervals(column(1, 0), np.array([1, 9]), level=0.4)
    assert low == pytest.approx([0.1])  # each unit once: (1 + 0) / (1 + 9); the mean of 1/1 and 0/9 would be 0.5
    assert high == pytest.approx([0.1])


def test_a_resample_without_words_has_rate_zero() -> None:
    low, high = rate_intervals(column(0, 5), np.array([0, 10]))  # a quarter of the draws takes the empty unit twice
    assert (low.tolist(), high.tolist()) == ([0.0], [0.5])
    low, high = rate_intervals(column(0, 0), np.array([0, 0]))
    assert (low.tolist(), high.tolist()) == ([0.0], [0.0])


@pytest.mark.parametrize(("units", "resamples"), [(0, 1000), (1, 1000), (5, 0)])
def test_no_interval_from_fewer_than_two_units_or_no_resamples(units: int, resamples: int) -> None:
    counts = sparse.csr_array((units, 3), dtype=float)
    low, high = rate_intervals(counts, np.ones(units), resamples=resamples)
    assert low.shape == high.shape == (3,)
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_a_mean_of_zeros_and_ones_has_the_quantiles_of_the_binomial() -> None:
    """Drawing n of n values, k of them 1, gives a mean that is Binomial(n, k/n) / n, without any approximation."""
    n, k = 100, 30
    low, high = rate_intervals(column(*[1] * k, *[0] * (n - k)), np.ones(n), resamples=20_000)
    expected = [float(stats.binom.ppf(level, n, k / n)) / n for level in (0.025, 0.975)]
    assert expected == [0.21, 0.39]
    assert [low[0], high[0]] == pytest.approx(expected, abs=1 / n)  # next step of the distribution, at the most


def by_definition(counts: Floats, sizes: Floats, resamples: int, seed: int) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    rates = []
    for _ in range(resamples):
        drawn = random.integers(0, len(sizes), len(sizes))
        rates.append(counts[drawn].sum(axis=0) / sizes[drawn].sum())
    low, high = np.quantile(rates, [0.025, 0.975], axis=0)
    return low, high


@pytest.mark.parametrize("units", [7, 9000])  # the many are drawn in batches
def test_equals_a_loop_over_the_definition(units: int) -> None:
    random = np.random.default_rng(5)
    sizes = random.integers(5, 40, units).astype(float)
    counts = random.poisson(0.1 * sizes[:, None], (units, 3)).astype(float)
    low, high = rate_intervals(sparse.csr_array(counts), sizes, resamples=600, seed=11)
    expected_low, expected_high = by_definition(counts, sizes, 600, seed=11)
    np.testing.assert_allclose(low, expected_low, rtol=1e-12)
    np.testing.assert_allclose(high, expected_high, rtol=1e-12)


def test_many_columns_are_taken_in_parts() -> None:
    random = np.random.default_rng(6)
    counts, sizes = random.poisson(2.0, (6, 5000)).astype(float), np.array([10.0, 0, 30, 40, 50, 60])
    low, high = rate_intervals(sparse.csr_array(counts), sizes, resamples=3000, seed=3)
    expected_low, expected_high = by_definition(counts, sizes, 3000, seed=3)
    np.testing.assert_allclose(low, expected_low, rtol=1e-12)
    np.testing.assert_allclose(high, expected_high, rtol=1e-12)


def test_covers_the_true_rate_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(2)
    counts = random.poisson(2.0, (40, 300))  # 300 samples of 40 units, each of rate 2
    low, high = rate_intervals(sparse.csr_array(counts), np.ones(40), resamples=500)
    covered = ((low <= 2.0) & (high >= 2.0)).mean()
    assert 0.90 <= covered <= 0.98


@pytest.mark.parametrize(("factor", "least", "rates"), [(100, 3, 10_000), (100, 3, 1), (1, 1, 120)])
def test_how_many_are_drawn_or_worked_on_together_makes_no_difference(monkeypatch, factor, least, rates) -> None:
    counts = sparse.csr_array(np.random.default_rng(2).poisson(0.4, (30, 7)))
    sizes = np.arange(30)
    whole = rate_intervals(counts, sizes, resamples=50, seed=4)
    for name, value in {"FACTOR": factor, "LEAST": least, "RATES": rates}.items():
        monkeypatch.setattr(bootstrap, name, value)
    np.testing.assert_array_equal(rate_intervals(counts, sizes, resamples=50, seed=4), whole)


def test_less_than_no_resample_is_a_mistake() -> None:
    for units in (1, 2):
        with pytest.raises(ValueError, match="resamples is -1: use 0"):
            rate_intervals(column(*range(units)), np.ones(units), resamples=-1)


def test_a_seed_decides_the_draws() -> None:
    counts, sizes = column(3, 1, 4, 1, 5, 9, 2, 6), np.full(8, 20)
    assert rate_intervals(counts, sizes, seed=1) == rate_intervals(counts, sizes, seed=1)
    assert rate_intervals(counts, sizes, seed=1) != rate_intervals(counts, sizes, seed=2)
