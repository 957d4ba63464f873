"""Measures of dispersion: by hand, against printed values, and against the tlda R package."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis import Tokens, read_text, tokenize
from analysis.core.paths import ROOT
from analysis.terms import dispersion as module
from analysis.terms.dispersion import COLUMNS, DEVIATION, EVENNESS, dispersion, dispersion_of, places
from analysis.text.corpus import read_texts

SHARED = ROOT.parent / "shared" / "data" / "dispersion"
TLDA = {  # the columns of tlda 0.1.0; its DP is 1 - DP
    "Rrel": "range_share",
    "D": "juilland_d",
    "D2": "carroll_d2",
    "S": "rosengren_s",
    "DP": "dp",
    "DA": "da",
    "DKL": "dkl",
}
# Gries 2008, pp. 406-410: five parts of ten words; "a" stands 1, 2, 3, 4 and 5 times in them.
GRIES = [
    "b a m n i b e u p k",
    "b a s a t b e w q n",
    "b c a g a b e s t a",
    "b a g h a b e a a t",
    "b a h a a b e a x a",
]


def measures(counts: Sequence[int], sizes: Sequence[int] | None = None) -> pd.Series:
    """The row of one term; parts of 100 words unless `sizes` says otherwise."""
    column = np.array(counts)[:, None]
    return dispersion_of(column, np.array(sizes or [100] * len(counts))).iloc[0]


def test_every_measure_by_hand():
    # Two parts of 10 and 30 words, s = 1/4 and 3/4, twice the term in each: v = 1/2 and 1/2.
    # Rates 1/5 and 1/15: mean 2/15, deviations 1/15, so V = 1/2; p = 3/4 and 1/4.
    row = measures([2, 2], [10, 30])
    assert row["count"] == 4
    assert row["range"] == 2
    assert row["range_share"] == 1
    assert row["juilland_d"] == pytest.approx(1 - 0.5 / np.sqrt(1))
    assert row["carroll_d2"] == pytest.approx(0.75 * np.log2(4 / 3) + 0.25 * np.log2(4))
    assert row["rosengren_s"] == pytest.approx((np.sqrt(2 / 4) + np.sqrt(2 * 3 / 4)) ** 2 / 4)
    assert row["da"] == pytest.approx(1 - (1 / 5 - 1 / 15) / (2 * 2 / 15))
    assert row["dkl"] == pytest.approx(1 / (1 + 0.5 * np.log2(2) + 0.5 * np.log2(2 / 3)))
    assert row["dp"] == pytest.approx((1 / 4 + 1 / 4) / 2)
    assert row["dp_norm"] == pytest.approx((1 / 4) / (1 - 1 / 4))
    # Least: 1 and 3, in proportion, DP 0. Greatest: all 4 in the small part, DP 3/4.
    assert row["dp_adjusted"] == pytest.approx((1 / 4 - 0) / (3 / 4 - 0))


def test_directions():
    even = measures([10, 30, 60], [100, 300, 600])
    assert even[EVENNESS].tolist() == pytest.approx([1] * len(EVENNESS))
    assert even[DEVIATION].tolist() == pytest.approx([0] * len(DEVIATION), abs=1e-12)
    lumped = measures([10, 0, 0], [100, 300, 600])  # all in the smallest part: s = 0.1
    assert lumped[["juilland_d", "carroll_d2", "da", "dp_norm", "dp_adjusted"]].tolist() == [0, 0, 0, 1, 1]
    assert lumped[["rosengren_s", "dkl", "dp"]].tolist() == pytest.approx([0.1, 1 / (1 + np.log2(10)), 0.9])


@pytest.mark.parametrize(
    ("counts", "column", "value", "digits"),
    [
        ([2, 1, 1, 1, 0], "carroll_d2", 0.8277, 4),  # Carroll 1970, p. 13
        ([0, 4, 3, 2, 1], "juilland_d", 0.6464, 4),  # Carroll 1970, p. 14
        ([3, 3, 3], "dp", 0, 6),  # Gries 2008, p. 416
        ([2, 1, 0], "dp", 1 / 3, 6),  # Lijffijt and Gries 2012, p. 148
        ([2, 1, 0], "dp_norm", 0.5, 6),  # the same
    ],
)
def test_printed_values(counts, column, value, digits):
    assert measures(counts)[column] == pytest.approx(value, abs=0.5 * 10**-digits)


def test_the_example_of_gries():
    table = dispersion(tokenize(read_texts(GRIES))).set_index("term")
    row = table.loc["a"]
    assert row["count"] == 15
    assert row["range"] == 5
    assert row["rosengren_s"] == pytest.approx(0.937, abs=5e-4)  # Gries 2008, p. 407
    assert row["rosengren_s"] * 15 == pytest.approx(14.053, abs=5e-4)  # Rosengren's adjusted frequency, p. 409
    assert row["carroll_d2"] * 15 + (1 - row["carroll_d2"]) * 3 == pytest.approx(14.108, abs=5e-4)  # Carroll's Um
    # "a" is 2 10 2 9 2 5 2 3 3 1 3 2 1 3 2 words from the one before; N / f = 50 / 15 = 10 / 3 holds 10, 9 and 5 down:
    # (26 + 3 · 10 / 3) / (10 / 3) = 10.8, as printed (after Savický and Hlaváčová 2002).
    assert row["arf"] == pytest.approx(10.8)


def test_values_of_tlda():
    # Lyne 1985, allemand in ten tenths; values printed in the README of tlda.
    sizes = [8143, 8058, 8271, 8125, 7959, 7941, 8146, 8001, 8003, 7930]
    row = measures([2, 0, 1, 1, 3, 0, 3, 0, 0, 0], sizes)
    columns = ["range_share", "juilland_d", "carroll_d2", "rosengren_s", "da", "dkl"]
    expected = [0.5, 0.6038797, 0.6521444, 0.4763652, 0.3081640, 0.4665078]
    assert row[columns].tolist() == pytest.approx(expected, abs=5e-8)
    # "ah" and "able" in the 15 genres of the Brown corpus; computed with tlda.
    sizes = [
        23870, 15361, 9751, 10150, 20103, 28066, 44161, 16547, 44199, 17619, 14827, 3598, 17421, 18180, 5642
    ]  # fmt: skip
    ah = [2, 0, 0, 0, 0, 0, 2, 0, 0, 1, 1, 0, 10, 5, 1]
    able = [24, 14, 10, 7, 15, 28, 31, 11, 32, 7, 9, 3, 8, 11, 6]
    table = dispersion_of(np.array([ah, able]).T, np.array(sizes)).assign(dp=lambda table: 1 - table["dp"])
    expected = [
        [0.466666666666667, 0.525374801274354, 0.573823151886845, 0.384158833514553, 0.40673743776388,
         0.19048508563637, 0.367486935271852],
        [1, 0.930106337296494, 0.986958375140745, 0.984439313183045, 0.904542520724147, 0.841330112973533,
         0.957759758786257],
    ]  # fmt: skip
    assert table[list(TLDA.values())].to_numpy() == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled data beside the repository (shared/data) is not there")
@pytest.mark.parametrize(("corpus", "words"), [("brown", 143), ("brown_genre", 143), ("ice_gb", 146)])
def test_agrees_with_tlda(corpus, words):
    counts = pd.read_csv(SHARED / f"biber150_{corpus}.csv", index_col=0)
    expected = pd.read_csv(SHARED / f"biber150_{corpus}_dispersion.csv").set_index("item")
    terms = counts.drop("word_count")
    table = dispersion_of(terms.to_numpy().T, counts.loc["word_count"].to_numpy()).set_index(terms.index)
    table["dp"] = 1 - table["dp"]
    assert len(expected) == words
    for theirs, ours in TLDA.items():
        assert table.loc[expected.index, ours].to_numpy() == pytest.approx(expected[theirs].to_numpy(), abs=1e-9)
    absent = table.drop(expected.index)  # tlda gives no row where the word does not occur
    assert absent["count"].eq(0).all()
    assert absent[EVENNESS + DEVIATION].isna().all(axis=None)


def distributions(count: int, sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every way to spread `count` occurrences over parts of these sizes."""
    if len(sizes) == 1:
        if count <= sizes[0]:
            yield (count,)
        return
    for here in range(min(count, sizes[0]) + 1):
        yield from ((here, *rest) for rest in distributions(count - here, sizes[1:]))


@pytest.mark.parametrize("sizes", [(2, 3, 5), (4, 4, 4), (1, 2, 4, 4), (3, 3, 7)])
def test_adjusted_dp_lies_between_the_extremes_of_its_count(sizes):
    for count in range(2, sum(sizes)):
        ways = list(distributions(count, sizes))
        table = dispersion_of(np.array(ways).T, np.array(sizes))
        held = np.minimum(np.cumsum([0, *sorted(sizes)]), count)
        smallest_first = measures(np.diff(held).tolist(), sorted(sizes))
        least, greatest = table["dp"].min(), smallest_first["dp"]
        if greatest > least + 1e-12:
            expected = ((table["dp"] - least) / (greatest - least)).clip(upper=1)
            assert table["dp_adjusted"].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-9)
            assert smallest_first["dp_adjusted"] == pytest.approx(1)
        else:
            assert table["dp_adjusted"].isna().all()


def test_adjusted_dp_compares_words_of_different_counts():
    # Ten equal parts. Once in each of 2 parts is as even as 2 can be, and yet DP is 0.8; so is 5 times in each of 2.
    twice, ten = measures([1, 1] + [0] * 8), measures([5, 5] + [0] * 8)
    assert twice["dp"] == ten["dp"] == pytest.approx(0.8)
    assert twice["dp_adjusted"] == 0
    assert ten["dp_adjusted"] == pytest.approx(0.8 / 0.9)  # from 0, one in each part, to 0.9, all in one
    assert np.isnan(measures([1, 0], [10, 20])["dp_adjusted"])  # a single occurrence cannot be spread


def test_sparse_and_dense_counts_are_the_same():
    counts = np.array([[0, 2, 0], [1, 0, 0], [3, 4, 0]])
    stored = sparse.csr_array(counts)
    stored.data[0] = 0  # a zero that is stored is no occurrence
    counts[0, 1] = 0
    sizes = np.array([10, 20, 30])
    pd.testing.assert_frame_equal(dispersion_of(stored, sizes), dispersion_of(counts, sizes))
    assert stored.nnz == 4  # the argument is as it was


def test_documents_without_words_are_no_parts():
    full, gaps = measures([1, 3], [10, 20]), measures([0, 1, 0, 3], [0, 10, 0, 20])
    pd.testing.assert_series_equal(full, gaps)


def test_counts_and_sizes_that_do_not_go_together():
    with pytest.raises(ValueError, match="2 sizes for 3 parts"):
        dispersion_of(np.ones((3, 1), dtype=int), np.array([5, 5]))
    with pytest.raises(ValueError, match="a part of 0 words holds a term"):
        dispersion_of(np.ones((2, 1), dtype=int), np.array([5, 0]))


@pytest.fixture
def tokens() -> Tokens:
    return tokenize(read_texts(["War is war. No war!", "Peace is near.", "War is near."]))


def test_one_row_a_word(tokens):
    table = dispersion(tokens)
    assert table.columns.tolist() == COLUMNS
    assert table["term"].tolist() == ["war", "is", "near", "no", "peace"]  # ties go by the alphabet
    assert table["count"].tolist() == [4, 3, 2, 1, 1]
    assert table["range"].tolist() == [2, 3, 2, 1, 1]
    assert table["range_share"].tolist() == pytest.approx([2 / 3, 1, 2 / 3, 1 / 3, 1 / 3])
    # war: 3 of its 4 in 5 of the 11 words, 1 in 3 of them: above its share by 3/4 - 5/11 in the first alone.
    assert table["dp"][0] == pytest.approx(3 / 4 - 5 / 11)
    # war stands at 0 2 4 8 of 11 words: 3 (round the end) 2 2 4 apart, N / f = 11 / 4: (2.75 + 2 + 2 + 2.75) / 2.75.
    assert table["arf"][0] == pytest.approx(9.5 / 2.75)


def test_words_left_out_still_run(tokens):
    whole = dispersion(tokens)
    table = dispersion(tokens, stopwords={"is"}, min_count=2)
    assert table["term"].tolist() == ["war", "near"]
    expected = whole[whole["term"].isin(["war", "near"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(table, expected)


def test_some_documents_of_a_corpus(tokens):
    table = dispersion(tokens.subset(np.array([1, 2])))  # its vocabulary still holds the word "no"
    assert table["term"].tolist() == ["is", "near", "peace", "war"]
    assert table["dp"].tolist() == [0, 0, 0.5, 0.5]


def test_equal_stretches_of_a_single_text():
    words = "a b a b c a b d d d".split()  # 4, 3 and 3 words
    table = dispersion(tokenize(read_text(" ".join(words))), parts=3).set_index("term")
    stretches = [Counter(words[:4]), Counter(words[4:7]), Counter(words[7:])]
    for term in "abcd":
        expected = measures([stretch[term] for stretch in stretches], [4, 3, 3])
        assert table.loc[term, expected.index].tolist() == pytest.approx(expected.tolist(), nan_ok=True)
    # d stands at 7 8 9 of 10 words: 8 (round the end) 1 1 apart, N / f = 10 / 3: (10 / 3 + 1 + 1) / (10 / 3).
    assert table.loc["d", "arf"] == pytest.approx(1.6)


def test_one_document_has_no_parts():
    table = dispersion(tokenize(read_text("To be or not to be.")))
    assert table[["range_share", *EVENNESS, *DEVIATION]].isna().all(axis=None)
    assert table["range"].tolist() == [1, 1, 1, 1]
    assert table["arf"].tolist() == pytest.approx([5 / 3, 5 / 3, 1, 1])  # be: 4 and 2 apart, N / f = 3: (3 + 2) / 3


def test_nothing_to_measure(tokens):
    for empty in (dispersion(tokenize(read_text("..."))), dispersion(tokenize(read_text("...")), parts=3)):
        assert empty.columns.tolist() == COLUMNS
        assert empty.empty
    assert dispersion(tokens, stopwords=tokens.vocabulary).empty
    one_word = dispersion(tokenize(read_texts(["war", "war war"]))).iloc[0]
    assert one_word[EVENNESS].tolist() == pytest.approx([1] * len(EVENNESS))
    assert one_word["arf"] == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"parts": 1}, "parts is 1: use 2 or more"),
        ({"parts": 12}, "parts is 12, but there are 11 words"),
        ({"stopwords": "is"}, "stopwords is 'is': give a collection"),
    ],
)
def test_options_that_mean_nothing(tokens, options, message):
    with pytest.raises(ValueError, match=message):
        dispersion(tokens, **options)


def test_places_of_words_are_counted_through_the_corpus():
    tokens = tokenize(read_texts(["War is war.", "Peace, not war!"]))
    # war is war | peace not war: war at 0, 2 and 5, peace at 3
    found = places(tokens, ["peace", "war", "treaty", "war"])
    assert found["term"].tolist() == ["peace", "war", "war", "war"]
    assert found["place"].tolist() == [3, 0, 2, 5]
    assert found["doc_id"].tolist() == ["1", "0", "0", "1"]
    assert places(tokens, []).empty


def test_words_in_shards_are_spread_as_in_the_whole(both, monkeypatch):
    whole, cut = both
    for options in ({}, {"parts": 2}, {"parts": 7, "min_count": 2}, {"stopwords": {"war", "the", "nowhere"}}):
        pd.testing.assert_frame_equal(dispersion(cut, **options), dispersion(whole, **options), check_exact=True)
    some = [tokens.where(source__not="Daily") for tokens in both]
    pd.testing.assert_frame_equal(dispersion(some[1]), dispersion(some[0]), check_exact=True)
    assert dispersion(cut, min_count=9999).empty
    monkeypatch.setattr(module, "AT_ONCE", 7)
    table = dispersion(whole)
    for tokens in both:
        pd.testing.assert_frame_equal(dispersion(tokens, most=9), table.head(9), check_exact=True)
    with pytest.raises(ValueError, match="parts is 1: use 2 or more"):
        dispersion(cut, parts=1)


def test_places_in_shards(both, monkeypatch):
    whole, cut = both
    terms = ["plan", "nowhere", "war", "plan"]
    every = places(whole, terms)
    pd.testing.assert_frame_equal(places(cut, terms), every)
    # Of many places one a stretch is left, with the number of those in it.
    monkeypatch.setattr(module, "STRETCHES", 10)
    few = places(cut, terms, most=3)
    pd.testing.assert_frame_equal(places(whole, terms, most=3), few)
    every["stretch"] = every["place"] * 10 // len(whole)
    groups = every.groupby(["term", "stretch"])
    assert few["place"].tolist() == groups["place"].min().tolist()
    assert few["times"].tolist() == groups.size().tolist()
    assert few["doc_id"].tolist() == groups["doc_id"].first().tolist()
    assert len(few) < len(every)
    assert places(cut, ["nowhere"]).empty
