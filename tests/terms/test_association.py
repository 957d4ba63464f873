"""Tests and effect sizes by hand, against printed values, base R and SciPy."""

from math import comb, log, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.terms import association
from analysis.terms.association import (
    bic,
    chi2,
    diff_coefficient,
    fisher_p,
    g2_four_cell,
    g2_two_cell,
    log_odds_z,
    log_ratio,
    odds_ratio,
    p_value,
    pct_diff,
    simple_maths,
)

ROOT = Path(__file__).parents[2]
TABLES = ROOT.parent / "shared" / "data" / "oracles" / "r_generated_keyness.csv"
EVERY = [
    *(g2_two_cell, g2_four_cell, chi2, fisher_p, bic, log_ratio, pct_diff, diff_coefficient, odds_ratio),
    *(simple_maths, log_odds_z),
]

# Computed in base R: chisq.test, fisher.test and the formulas.
COMPUTED_IN_R = """
f1 n1 f2 n2 chi2 chi2_yates chi2_p g2_four_cell g2_two_cell g2_four_cell_p fisher_p bic log_ratio pct_diff
25 96657 15 385303 44.9506248597748 42.3420306169817 2.02065719664024e-11 34.1282290094681 34.1244981938896 \
5.15972915766242e-09 5.85930263744418e-09 21.0388817918524 2.73201289034546 564.381955436923
28 176896 17 187561 3.37450823253634 2.84880112263227 0.0662123371428387 3.39925888667889 3.39884223130429 \
0.0652257184793626 0.0738304439119935 -9.4073216223459 0.804350530918824 74.6359442836469
23 133673 18 477945 28.1493407492895 26.1799908004305 1.1230591726888e-07 22.6058592246823 22.603972177485 \
1.98877165134043e-06 1.93603844907284e-06 9.28010899388043 2.19177347133304 356.866756936704
26 18441 18 260822 196.57589978003 188.156228084964 1.16702126729679e-44 84.2701008677422 84.2391168218513 \
4.31593038078192e-20 6.41279568532173e-20 71.6992075527357 4.35259148485332 1942.96344498069
20 129346 12 313675 17.1704037734529 15.5970385046615 3.41719034522035e-05 15.1924746850019 15.1912344236636 \
9.70895616979791e-05 0.000109832541163614 2.18986197169667 2.01500070501563 304.180776109556
27 6859 15 414725 1030.39395778635 991.61225516728 4.44439773034078e-226 168.244031278808 168.14124965302 \
1.78936513399277e-38 3.77466186006605e-38 155.189475328195 6.76600985749474 10783.5836127715
397 84677 284 391952 766.833858822465 764.058141012822 8.77340538149256e-169 558.915884467044 557.819308114441 \
1.44694163816289e-123 1.57543324275936e-123 544.744814424974 2.69388300214044 547.052602707189
18 123394 17 119488 0.00546180529345546 0 0.941086751065188 0.00546267897119773 0.00546189190800195 \
0.941082047905191 1 -12.3948691157666 0.0360556524461708 2.53067886797813
0 147024 1 20726 7.09374102346418 1.30867503074805 0.00773536104813976 4.18221393822586 4.18217165017953 \
0.040850304074144 0.123552906110283 -7.8480584046544 -3.82653806138805 -100
2 50124 0 281247 11.2221170491294 5.58471401887812 0.000808282374021323 7.55502236535813 7.55495463326665 \
0.00598430555096134 0.0228799511028756 -5.15603923933519 4.48826425305336 inf
"""


def _assert_equal_to_r(table: pd.DataFrame) -> None:
    cells = [table[name].to_numpy() for name in ("f1", "n1", "f2", "n2")]
    ours = {
        "chi2": chi2(*cells),
        "chi2_yates": chi2(*cells, yates=True),
        "chi2_p": p_value(chi2(*cells)),
        "g2_four_cell": g2_four_cell(*cells),
        "g2_two_cell": g2_two_cell(*cells),
        "g2_four_cell_p": p_value(g2_four_cell(*cells)),
        "bic": bic(*cells),
        "log_ratio": log_ratio(*cells).value,
        "pct_diff": pct_diff(*cells),
        "fisher_p": fisher_p(*cells),
    }
    for name, values in ours.items():
        # Where Yates' correction takes all of the difference away, R leaves some 1e-21 of it; a probability below
        # 1e-300 may be taken for 0.
        nothing = 1e-20 if name == "chi2_yates" else 1e-300
        np.testing.assert_allclose(values, table[name], rtol=1e-8, atol=nothing, err_msg=name)


def test_computed_in_base_r() -> None:
    names, *rows = (line.split() for line in COMPUTED_IN_R.strip().splitlines())
    _assert_equal_to_r(pd.DataFrame(rows, columns=names).astype(float))


@pytest.mark.skipif(not TABLES.is_file(), reason="the tables computed in R (shared/data/oracles) are not there")
def test_all_tables_computed_in_base_r() -> None:
    table = pd.read_csv(TABLES)
    renamed = {"G2_4cell": "g2_four_cell", "G2_rayson2cell": "g2_two_cell", "G2_4cell_p": "g2_four_cell_p"}
    assert len(table) == 399
    _assert_equal_to_r(table.rename(columns={**renamed, "BIC_rayson": "bic"}))


def test_printed_values() -> None:
    # Dunning 1993, p. 72: cells 10, 0, 3, 31764; p. 73: 3, 0, 0, 31774
    assert g2_four_cell(10, 10, 3, 31767) == pytest.approx(167.23, abs=0.005)
    assert chi2(3, 3, 0, 31774) == pytest.approx(31777, abs=0.5)
    # Pedersen 1996, p. 10: cells 1, 3, 3, 1
    assert chi2(1, 4, 3, 4, yates=True) == pytest.approx(0.5, abs=0.005)
    assert p_value(0.5) == pytest.approx(0.48, abs=0.005)
    assert fisher_p(1, 4, 3, 4) == pytest.approx(0.486, abs=0.0005)
    # Gabrielatos and Marchi 2011
    assert pct_diff(206_523, 959_641, 178_174, 1_562_358) == pytest.approx(88.7, abs=0.05)
    # Pojanapunya and Watson Todd 2016, p. 154
    assert odds_ratio(16_217, 2_796_938, 735, 2_087_946) == pytest.approx(16.6, abs=0.05)
    # Hofland and Johansson 1982, p. 471
    assert diff_coefficient(18, 1_000_000, 35, 1_000_000) == pytest.approx(-0.32, abs=0.005)
    # Kilgarriff 2009
    assert simple_maths(35, 112_289_811, 263, 1_559_717_242) == pytest.approx(1.1224, abs=0.00005)
    # Hardie 2014
    assert log_ratio(1, 1_000_000, 1, 1_000_000).value == 0


def test_a_stronger_prior_draws_rare_terms_in_first() -> None:
    counts = np.array([3, 300]), 10_000, np.array([1, 100]), 10_000
    weak, strong = log_odds_z(*counts, prior=1), log_odds_z(*counts, prior=10_000)
    assert (strong < weak).all()
    assert strong[0] / weak[0] < strong[1] / weak[1] < 1


def test_used_alike() -> None:
    cells = np.array([3, 30]), 600, np.array([2, 20]), 400
    for zero in (g2_two_cell, g2_four_cell, chi2, pct_diff, diff_coefficient, log_odds_z):
        np.testing.assert_allclose(zero(*cells), 0, atol=1e-12)
    assert log_ratio(*cells).value.tolist() == pytest.approx([0, 0])
    for one in (odds_ratio, simple_maths, fisher_p):
        np.testing.assert_allclose(one(*cells), 1)


def test_a_count_of_zero() -> None:
    # Never in the reference; 0 is taken as half an occurrence by the log ratio alone.
    cells = 4, 1000, 0, 1000
    assert g2_two_cell(*cells) == pytest.approx(2 * 4 * log(2))
    assert log_ratio(*cells).value == pytest.approx(3)
    assert log_ratio(*cells).low == pytest.approx(3 - 1.959963984540054 / log(2) * sqrt(1 / 4 + 2 - 2 / 1000))
    assert pct_diff(*cells) == odds_ratio(*cells) == np.inf
    assert diff_coefficient(*cells) == 1
    assert simple_maths(*cells) == pytest.approx(4001)
    # Never in the target
    assert pct_diff(0, 1000, 4, 1000) == -100
    assert odds_ratio(0, 1000, 4, 1000) == 0
    assert diff_coefficient(0, 1000, 4, 1000) == -1
    # In a far smaller target, half an occurrence is a higher rate than one in the reference: `log_ratio` misleads.
    assert log_ratio(0, 100, 1, 1000).value > 0 > diff_coefficient(0, 100, 1, 1000)


def test_a_term_that_is_all_there_is() -> None:
    cells = 5, 5, 3, 3
    assert [float(f(*cells)) for f in (g2_two_cell, g2_four_cell, chi2, log_odds_z)] == [0, 0, 0, 0]
    assert fisher_p(*cells) == 1
    assert log_ratio(*cells) == (0, 0, 0)
    assert np.isnan(odds_ratio(*cells))


@pytest.mark.parametrize("size", [10, 1_000, 100_000, 10_000_000])
def test_scipy_agrees(size: int) -> None:
    random = np.random.default_rng(size)
    for _ in range(25):
        n1, n2 = random.integers(size // 2, 2 * size, 2)
        f1, f2 = random.integers(1, min(size, 5_000) // 2, 2)
        table = [[f1, n1 - f1], [f2, n2 - f2]]
        # SciPy's p-value loses digits as corpora grow.
        assert fisher_p(f1, n1, f2, n2) == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-6)
        for yates in (False, True):
            expected = stats.chi2_contingency(table, correction=yates)
            assert chi2(f1, n1, f2, n2, yates=yates) == pytest.approx(expected.statistic)
            assert p_value(chi2(f1, n1, f2, n2, yates=yates)) == pytest.approx(expected.pvalue)
        expected = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
        assert g2_four_cell(f1, n1, f2, n2) == pytest.approx(expected.statistic)
        both = (f1 + f2) / (n1 + n2)
        two = stats.power_divergence([f1, f2], [n1 * both, n2 * both], lambda_="log-likelihood")
        assert g2_two_cell(f1, n1, f2, n2) == pytest.approx(two.statistic)
        p1, p2 = stats.contingency.relative_risk(f1, n1, f2, n2).confidence_interval(0.95)
        assert [2**end for end in log_ratio(f1, n1, f2, n2)[1:]] == pytest.approx([p1, p2])


@pytest.mark.parametrize(
    ("n1", "n2", "together"),
    [
        *((5, 4, 3), (7, 2, 7), (9, 9, 4), (30, 11, 7), (4, 3, 0)),
        *((6, 11, 7), (6, 11, 10), (7, 10, 6), (7, 10, 11), (7, 14, 9), (7, 14, 12)),  # some are just as probable
    ],
)
def test_fisher_by_listing_all_tables(n1: int, n2: int, together: int) -> None:
    ways = [comb(n1, k) * comb(n2, together - k) for k in range(together + 1)]
    for f1 in range(max(0, together - n2), min(n1, together) + 1):
        expected = sum(way for way in ways if way <= ways[f1]) / sum(ways)
        assert fisher_p(f1, n1, together - f1, n2) == pytest.approx(expected, rel=1e-12)


def test_fisher_keeps_its_digits_in_large_corpora() -> None:
    # Two corpora of equal size: both tails are equally probable, and the p-value is twice one of them. In the limit of
    # large corpora that is the binomial test of 60 in 100 against 1/2; log-gamma of 10¹² would be off by a thousandth.
    size = 10**12
    assert fisher_p(60, size, 40, size) == pytest.approx(stats.binomtest(60, 100).pvalue, rel=1e-9)
    assert fisher_p(300_000, size, 0, size) == 0


def test_numbers_and_arrays_of_any_shape() -> None:
    counts = np.array([[1, 2, 3], [4, 5, 6]])
    for statistic in EVERY:
        many = np.asarray(statistic(counts, 100, 2, np.array([200, 300, 400])))
        one = np.asarray(statistic(4, 100, 2, 200))
        assert many.shape[-2:] == (2, 3)
        assert (many[..., 1, 0] == one).all()
        assert np.asarray(statistic(np.array([], dtype=int), 100, np.array([], dtype=int), 200)).size == 0


@pytest.mark.parametrize("cells", [(-1, 10, 1, 10), (11, 10, 1, 10), (1, 10, 0, 0), (1, 10, np.nan, 10)])
def test_counts_that_cannot_be(cells: tuple[float, float, float, float]) -> None:
    for statistic in EVERY:
        with pytest.raises(ValueError, match=r"occurrences in .* words: give counts of 0 up to the size"):
            statistic(*cells)


def test_the_bad_count_is_named() -> None:
    with pytest.raises(ValueError, match="30 occurrences in 20 words"):
        association.g2_two_cell([3, 30], [20, 20], 1, 10)
    with pytest.raises(ValueError, match="k is 0"):
        simple_maths(1, 10, 1, 10, k=0)
    with pytest.raises(ValueError, match="prior is -1"):
        log_odds_z(1, 10, 1, 10, prior=-1)
