"""Krippendorff's alpha: his own worked examples, and the coincidence matrix built pair by pair."""

from collections import Counter
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.framing.agreement import agreement


def table(*coders):
    """One string a coder, one letter an item; "." is not coded."""
    rows = [
        (f"i{item}", f"c{coder}", None if code == "." else code)
        for coder, codes in enumerate(coders)
        for item, code in enumerate(codes)
    ]
    return pd.DataFrame(rows, columns=["item", "coder", "frame"])


def by_pairs(coded):
    """Alpha from the coincidence matrix, cell by cell, as Krippendorff (2011) computes it by hand."""
    cells = Counter()
    for _, item in coded.dropna().groupby("item"):
        for pair in permutations(item["frame"], 2):
            cells[pair] += 1 / (len(item) - 1)
    margin = Counter()
    for (one, _), count in cells.items():
        margin[one] += count
    n = sum(margin.values())
    apart = sum(count for (one, other), count in cells.items() if one != other)
    chance = sum(margin[one] * margin[other] for one, other in permutations(margin, 2))
    return 1 - (n - 1) * apart / chance


@pytest.mark.parametrize(
    ("coders", "alpha"),
    [
        (("0100000010", "1110010000"), 0.095),  # two observers, two values, ten units
        (("aabbdcccedda", "babbbccceddd"), 0.692),  # two observers, many values
        (("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),  # four, with gaps
    ],
)
def test_the_worked_examples_of_krippendorff_2011(coders, alpha):
    assert agreement(table(*coders))["alpha"][0] == pytest.approx(alpha, abs=0.0005)


def test_counts_of_the_example_with_gaps():
    coded = table("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    found = agreement(coded).set_index("frame")
    assert found.index.tolist() == ["(all)", "1", "2", "3", "4", "5"]
    assert found["codes"].tolist() == [40, 9, 13, 10, 5, 3]  # the margins that Krippendorff prints
    assert set(found["items"]) == {11}  # the twelfth has one code only
    assert set(found["coders"]) == {4}
    # Pairs of one item: 2 x 3 in items 1, 10 (three codes each), 1 in item 11, 8 x 6 in the others: 55. Not alike: item
    # 2: 3, item 6: all 6, item 8: 3.
    assert found.loc["(all)", "agreement"] == pytest.approx(43 / 55)


def test_each_frame_against_all_others_and_all_together_as_pair_by_pair():
    random = np.random.default_rng(5)
    truth = random.integers(0, 4, 60)
    said = np.where(random.random((3, 60)) < 0.6, truth, random.integers(0, 4, (3, 60)))
    said = np.where(random.random((3, 60)) < 0.2, -1, said)
    coded = table(*("".join("." if code < 0 else "abcd"[code] for code in coder) for coder in said))
    found = agreement(coded).set_index("frame")["alpha"]
    assert found["(all)"] == pytest.approx(by_pairs(coded))
    pd.testing.assert_frame_equal(agreement(coded.sample(frac=1, random_state=0)), agreement(coded))
    for frame in "abcd":
        binary = coded.assign(frame=coded["frame"].map(lambda code, of=frame: str(code == of), na_action="ignore"))
        assert found[frame] == pytest.approx(by_pairs(binary))


def test_the_interval_is_wilsons_where_items_differ_or_not():
    # Of 20 items 4 differ; both coders say "a" and "b" 20 times each, whatever items are left out all but so.
    one, two = "ab" * 10, "ab" * 8 + "ba" * 2
    found = agreement(table(one, two)).loc[0]
    assert found["alpha"] == pytest.approx(1 - (4 / 20) / (2 * 20 * 20 / (40 * 39)))
    ends = stats.binomtest(4, 20).proportion_ci(method="wilson")
    by_chance = 2 * 20 * 20 / (40 * 39)
    assert found[["ci_low", "ci_high"]].tolist() == pytest.approx(
        [1 - ends.high / by_chance, 1 - ends.low / by_chance], abs=0.03
    )


def test_coders_who_never_differ_are_no_certainty():
    found = agreement(table("ab" * 10, "ab" * 10)).loc[0]
    high = stats.binomtest(0, 20).proportion_ci(method="wilson").high
    assert found[["alpha", "ci_high"]].tolist() == [1, 1]
    assert found["ci_low"] == pytest.approx(1 - high / (2 * 20 * 20 / (40 * 39)))


def test_the_interval_holds_the_truth_in_95_of_100_sheets():
    random = np.random.default_rng(1)

    def codes(items):
        truth = random.integers(0, 3, items)
        return np.where(random.random((2, items)) < 0.9, truth, random.integers(0, 3, (2, items)))

    def alphas(said):
        return agreement(table(*("".join("abc"[code] for code in coder) for coder in said)))

    # 1 - D_o / D_e: two coders are equal where both keep the truth, or else by chance; each code has a third.
    truth = 1 - (1 - 0.9**2) * (2 / 3) / (2 / 3)
    held = [found["ci_low"][0] <= truth <= found["ci_high"][0] for found in (alphas(codes(40)) for _ in range(300))]
    assert np.mean(held) >= 0.92


def test_no_alpha_where_nothing_varies():
    found = agreement(table("aaaa", "aaaa"))
    assert found["alpha"].isna().all()
    assert found["agreement"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("coded", "message"),
    [
        (table("ab", ".."), r"coded by c0\): agreement needs two"),
        (table("..", ".."), "coded by nobody"),
        (pd.concat([table("a", "a"), table("b")]), "'i0' has two codes of coder 'c0'"),
        (table("a", "a").drop(columns="coder"), "no column 'coder'"),
    ],
)
def test_what_agreement_cannot_be_had_from(coded, message):
    with pytest.raises(ValueError, match=message):
        agreement(coded)
