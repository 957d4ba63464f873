"""Documents dealt out anew: against all divisions of six, on what is to be found and on what is not."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import tokenize
from analysis.terms import permutation
from analysis.terms.association import g2_two_cell
from analysis.terms.comparison import most_distinct, sides
from analysis.terms.keyness import keyness, keyness_by_group
from analysis.terms.permutation import Permutations
from analysis.text.corpus import read_texts

SIZES = np.array([7, 11, 5, 9, 8, 6])


def words(texts):
    return tokenize(read_texts(texts))


def chance(times, group, seed=0, *, sizes=SIZES, copies=None, permutations=1999, tested=1, among=1):
    """The p-value of a term that each document has so many times, for the first group; so many are `tested`."""
    dealt = Permutations(np.array(group), sizes, copies, permutations, seed)
    held = np.flatnonzero(times)
    dealt.add(np.array([0, len(held)]), held, np.array(times)[held], np.array([0]), np.array([0]))
    spread = np.zeros(len(group) + 1, dtype=np.int64)
    spread[len(held)] = tested
    return float(dealt.chances(spread, among)[0])


def every_division(times, own):
    """The share of all divisions of six documents that have as high a G² as that with the documents `own` on a side."""

    def g2(side):
        side = list(side)
        count, size = sum(times[k] for k in side), SIZES[side].sum()
        return float(g2_two_cell(count, size, sum(times) - count, SIZES.sum() - size))

    values = [g2(side) for side in itertools.combinations(range(6), len(own))]
    return float(np.mean(np.array(values) >= g2(own) - 1e-9))


@pytest.mark.parametrize("times", [[3, 2, 0, 1, 0, 1], [1, 1, 1, 0, 0, 0], [0, 0, 4, 1, 1, 2]])
@pytest.mark.parametrize("own", [[0, 1, 2], [0, 1]])
def test_all_divisions_of_six_documents(times, own):
    exact = every_division(times, own)  # of 20, or of 15
    group = [0 if k in own else 1 for k in range(6)]
    dealings = 10 / np.array([chance(times, group, seed) for seed in range(400)])  # until ten are as far apart
    assert (9 / (dealings - 1)).mean() == pytest.approx(exact, abs=0.03)  # is without bias (Haldane 1945)


def test_where_nothing_is_to_be_found_p_values_are_even():
    random = np.random.default_rng(1)
    loud = random.gamma(0.5, 2, (300, 40))  # documents that say a word often, and others that don't
    begin, document, times = [0], [], []
    for row in random.poisson(loud):
        document.append(np.flatnonzero(row))
        times.append(row[document[-1]])
        begin.append(begin[-1] + len(document[-1]))
    dealt = Permutations(np.repeat([0, 1], [10, 30]), np.full(40, 300), None, 1999, 0)
    cells = np.array(begin), np.concatenate(document), np.concatenate(times)
    dealt.add(*cells, np.arange(300), np.zeros(300, dtype=int))
    p = dealt.chances(np.bincount(np.diff(begin), minlength=41))
    p = p[~np.isnan(p)]
    assert len(p) > 200
    assert stats.kstest(p, "uniform", alternative="greater").pvalue > 0.01  # no more small ones than there are to be
    assert 0.4 < p.mean() < 0.6


def test_copies_are_dealt_together():
    group, times, sizes = np.repeat([0, 1], 10), np.repeat([1, 0], 10), np.full(20, 9)
    assert chance(times, group, sizes=sizes) < 0.001
    one = np.append(np.zeros(10), np.arange(1, 11))  # the target is one text ten times
    assert Permutations(group, sizes, one, 1999, 0).min_documents(0, np.array([0, 5])) == 0
    two = np.append(
        np.repeat([0, 1], 5), np.arange(2, 12)
    )  # two texts, five times each, of twelve: one of 66 divisions
    assert chance(times, group, sizes=sizes, copies=two) == pytest.approx(1 / 66, abs=0.012)


def test_copies_on_both_sides_stay_where_they_are():
    group, sizes = np.repeat([0, 1], 4), np.full(8, 9)
    copies = np.array([0, 1, 2, 3, 0, 4, 5, 6])
    times = np.array([9, 1, 1, 1, 0, 0, 0, 0])  # three of six are dealt: one of 20 divisions is as far apart
    dealings = [10 / chance(times, group, seed, sizes=sizes, copies=copies) for seed in range(100)]
    assert np.mean([9 / (own - 1) for own in dealings]) == pytest.approx(1 / 20, abs=0.01)


def test_a_lone_word_among_many_is_dealt_until_it_is_sure():
    group, times, sizes = np.repeat([0, 1], 20), np.repeat([2, 0], 20), np.full(40, 50)
    assert chance(times, group, sizes=sizes) == 1 / 2000
    assert 1e-6 < chance(times, group, sizes=sizes, tested=5000) < 0.05 / 5000
    assert chance(times, group, sizes=sizes, tested=1000, among=5) == chance(times, group, sizes=sizes, tested=5000)


@pytest.fixture(scope="module")
def bursts():
    """Sixty documents, each with a few words that it says over and over."""
    random = np.random.default_rng(30)
    shares = random.dirichlet(np.full(300, 0.1), 60)
    return words([" ".join(f"n{k}" for k in random.choice(300, 100, p=share)) for share in shares])


@pytest.mark.parametrize("own", [30, 6])
def test_between_sides_dealt_at_random_hardly_any_word_stands_out(bursts, own):
    random = np.random.default_rng(own)
    documents, words_one_by_one = 0, 0
    for run in range(100):
        rows = random.permutation(60)
        table = keyness(bursts.subset(np.sort(rows[:own])), bursts.subset(np.sort(rows[own:])), seed=run)
        documents += bool((table["q_documents"] < 0.05).any())
        words_one_by_one += bool((table["q"] < 0.05).any())
    assert documents <= 7
    assert words_one_by_one == 100


def test_of_six_groups_dealt_at_random_the_most_distinct_has_hardly_ever_a_word_of_its_own(bursts):
    random = np.random.default_rng(2)
    found = 0
    for run in range(60):
        bursts.corpus.documents["side"] = random.permutation(np.repeat(list("abcdef"), 10))
        each = keyness_by_group(bursts, "side", seed=run)
        own, others, *_ = sides(bursts, "side", most_distinct(each, "side"))
        table = keyness(own, others, among=6, seed=run)
        found += bool((table["q_documents"] < 0.05).any() or (each["q_documents"] < 0.05).any())
    assert found <= 5


@pytest.fixture
def planted():
    """Fifteen documents a side; "jirga" is in all of one side, "bazaar" thirty times in one, the rest is chance."""
    random = np.random.default_rng(3)
    noise = [f"n{number}" for number in range(60)]
    texts = [" ".join(random.choice(noise, 80)) for _ in range(30)]
    texts = [f"{text} jirga jirga" if k < 15 else text for k, text in enumerate(texts)]
    texts[3] += " bazaar" * 30
    return words(texts)


def test_a_word_of_all_documents_stands_out_and_that_of_one_does_not(planted):
    table = keyness(planted.subset(range(15)), planted.subset(range(15, 30))).set_index("term")
    assert table.index[0] == "jirga"
    assert table.index[table["q_documents"] < 0.05].tolist() == ["jirga"]
    assert table.loc["bazaar", "q"] < 1e-6
    assert np.isnan(table.loc["bazaar", "p_documents"])  # one document says nothing, on whichever side
    known = table[table["p_documents"].notna()]
    assert (known["p_documents"] >= known["p"]).all()
    assert (known.loc[known["p"] >= 0.05, ["p_documents", "q_documents"]] == 1).all(axis=None)
    order = table["p_documents"].where(table["p_documents"] < 1, 2).tolist()
    assert order == sorted(order)


def test_documents_that_tell_nothing(planted):
    left = keyness(planted.subset([0]), planted.subset(range(15, 30)))
    assert left[["p_documents", "q_documents"]].isna().all(axis=None)  # one document
    sides = planted.subset(range(15)), planted.subset(range(15, 30))
    assert keyness(*sides, permutations=0)["q_documents"].isna().all()
    assert keyness(*sides, copies=np.append(np.zeros(15), np.arange(1, 16)))["q_documents"].isna().all()
    for options, said in (({"permutations": -1}, "permutations is -1"), ({"copies": np.zeros(3)}, "copies has 3 numb")):
        with pytest.raises(ValueError, match=said):
            keyness(*sides, **options)


def test_how_much_is_in_memory_at_a_time_changes_nothing(planted, monkeypatch):
    planted.corpus.documents["side"] = np.repeat(["a", "b", "c"], [15, 8, 7])
    whole = keyness_by_group(planted, "side")
    monkeypatch.setattr(permutation, "CELLS", 1)
    pd.testing.assert_frame_equal(keyness_by_group(planted, "side"), whole, check_exact=True)
