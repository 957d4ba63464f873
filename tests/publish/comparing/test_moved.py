"""Differences with intervals, against published examples, documents drawn again and properties that define them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from analysis.publish.comparing.moved import Estimate, paired, recovered, with_chance, with_none_seen


def wilson(hits, total):
    found = stats.binomtest(hits, total).proportion_ci(method="wilson")
    return hits / total, found.low, found.high


def estimates(*rows):
    return Estimate(*(np.array(column, dtype=float) for column in zip(*rows, strict=True)))


def test_differences_of_shares_are_those_that_newcombe_published():
    # Newcombe 1998, table II, method 10 without correction: p1 - p2 for 56/70 and 48/80, 9/10 and 3/10, 10/10 and 0/10.
    b = estimates(wilson(56, 70), wilson(9, 10), wilson(10, 10))
    a = estimates(wilson(48, 80), wilson(3, 10), wilson(0, 10))
    found = recovered(a, b)
    assert found["difference"].round(4).tolist() == [0.2, 0.6, 1.0]
    assert found["ci_low"].round(4).tolist() == [0.0524, 0.1705, 0.6075]
    assert found["ci_high"].round(4).tolist() == [0.3339, 0.8090, 1.0]


interval = st.tuples(*[st.floats(0.01, 9)] * 3).map(lambda three: (sorted(three)[1], *sorted(three)[::2]))


@given(interval, interval)
def test_the_ratio_ends_where_the_interval_of_b_less_r_a_ends_at_0(a, b):
    found = recovered(estimates(a), estimates(b)).iloc[0]

    def end(r, upper):  # of b - r a, where a's interval is stretched by r
        side = (b[2] - b[0], r * (a[0] - a[1])) if upper else (b[0] - b[1], r * (a[2] - a[0]))
        return b[0] - r * a[0] + (1 if upper else -1) * np.hypot(*side)

    low = optimize.brentq(end, 0, found["ratio"] + 1e-9, args=(False,), xtol=1e-12)
    assert found["ratio_low"] == pytest.approx(low, rel=1e-5, abs=1e-9)
    if end(1e9, True) < 0:
        high = optimize.brentq(end, found["ratio"] - 1e-9, 1e9, args=(True,), xtol=1e-12)
        assert found["ratio_high"] == pytest.approx(high, rel=1e-5)


def test_ratios_of_what_may_be_0_are_open_and_of_what_may_be_negative_are_none():
    a = estimates((0, 0, 2), (3, 0, 5), (0, 0, 1), (1, -1, 2), (4, 2, 6))
    b = estimates((4, 2, 6), (4, 2, 6), (0, 0, 2), (4, 2, 6), (0, 0, 2))
    found = recovered(a, b)[["ratio", "ratio_low", "ratio_high"]]
    assert found["ratio"].iloc[[0, 1, 4]].tolist() == [np.inf, pytest.approx(4 / 3), 0]
    # b/a with a at 0: b's lower end mirrored, 2 (8 - 2) = 12, over a's upper end mirrored, 2 times 2: sqrt(12 / 4).
    assert found["ratio_low"].iloc[0] == pytest.approx(np.sqrt(12 / 4))
    assert found["ratio_high"].iloc[:2].tolist() == [np.inf, np.inf]
    assert found.iloc[[2, 3]].isna().all(axis=None)
    assert found["ratio_high"].iloc[4] == pytest.approx(2 / np.sqrt(12))


def test_an_unknown_end_leaves_a_difference_without_interval():
    found = recovered(estimates((1, np.nan, np.nan)), estimates((3, 2, 4)))
    assert found["difference"].tolist() == [2]
    assert found[["ci_low", "ci_high", "ratio_low"]].isna().all(axis=None)
    assert not with_chance(found)["moved"].any()
    assert with_chance(found)[["p", "q"]].isna().all(axis=None)


def test_where_nothing_was_seen_the_end_is_that_of_a_poisson_count_of_0():
    found = with_none_seen(estimates((0, 0, 0), (0, np.nan, np.nan), (2, 1, 3)), np.array([4.0, np.nan, 4.0]))
    assert found.high[0] == pytest.approx(stats.chi2.ppf(0.975, 2) / 2 / 4)  # Garwood: half a chi-squared of 2 (0 + 1)
    assert np.isnan(found.high[1])
    assert (found.low[2], found.high[2]) == (1, 3)


def test_p_is_below_5_per_cent_just_where_the_interval_leaves_out_0():
    table = pd.DataFrame({"difference": [2, 2, -2, 0], "ci_low": [0.1, 0, -9, 0], "ci_high": [9, 3, -0.1, 0]})
    found = with_chance(table)
    assert found["moved"].tolist() == [True, False, True, False]
    assert (found["p"] < 0.05).tolist() == [True, False, True, False]
    assert found["p"].iloc[1] == pytest.approx(0.05)  # it reaches from 2 to 0 just as a normal one does
    assert found["q"].tolist() == stats.false_discovery_control(found["p"]).tolist()


def test_the_paired_interval_is_that_of_documents_drawn_together():
    random = np.random.default_rng(3)
    size = random.integers(80, 400, 60).astype(float)
    a = random.poisson(size[:, None] * [0.02, 0.05]).astype(float)
    b = a + random.poisson(size[:, None] * [0.02, 0.0])  # the second is the same in both
    found = paired(a, b, size)
    draws = []
    for _ in range(4000):
        rows = random.integers(0, 60, 60)
        draws.append(1000 * (b[rows, 0] - a[rows, 0]).sum() / size[rows].sum())
    low, high = np.quantile(draws, [0.025, 0.975])
    added = (b - a)[:, 0].sum()
    assert found["difference"].iloc[0] == pytest.approx(1000 * added / size.sum())
    assert found["ratio"].iloc[0] == pytest.approx(b[:, 0].sum() / a[:, 0].sum())
    assert found["ci_low"].iloc[0] == pytest.approx(low, rel=0.15)
    assert found["ci_high"].iloc[0] == pytest.approx(high, rel=0.15)
    # The same hits in all, and yet one may be added or taken away.
    second = found.iloc[1]
    assert second["difference"] == 0
    assert second["ci_high"] == pytest.approx(1000 * -np.log(0.025) / size.sum(), rel=0.5)
    assert second["ci_low"] == -second["ci_high"]


def test_one_hit_more_in_a_few_documents_has_not_moved():
    # A sign test of four equal changes gives p = 0.125, one of nine 0.004.
    a = np.ones((50, 3))
    b = a.copy()
    b[:4, 0] += 1
    b[:9, 1] += 1
    size = np.full(50, 100.0)
    found = with_chance(paired(a, b, size))
    assert found["moved"].tolist() == [False, True, False]


def test_what_both_runs_lack_has_no_ratio_and_one_document_no_interval():
    size = np.array([10.0, 20.0])
    none = paired(np.zeros((2, 1)), np.zeros((2, 1)), size).iloc[0]
    assert none["difference"] == 0
    assert np.isnan(none["ratio"])
    one = paired(np.ones((1, 1)), np.ones((1, 1)), size[:1])
    assert one[["ci_low", "ci_high"]].isna().all(axis=None)


def test_where_as_much_is_added_as_taken_away_the_interval_holds_0():
    random, held = np.random.default_rng(5), []
    for _ in range(120):
        size = random.lognormal(6, 0.6, 65).round() + 1
        a = random.poisson(size[:, None] * 0.2, (65, 8))
        added, taken = random.poisson(size[:, None] * random.gamma(1, 0.005, (2, 65, 8)))
        found = paired(a.astype(float), (a + added - taken).astype(float), size)
        held.append((found["ci_low"] <= 0) & (found["ci_high"] >= 0))
    assert np.mean(held) > 0.93  # 0.91 if the two were taken for independent
