"""Counts by period worked out by hand; Kendall's tau and the false discovery rate against their definitions."""

from collections.abc import Iterable
from itertools import combinations
from math import sqrt

import numpy as np
import pandas as pd
import pytest

from analysis import Tokens, tokenize
from analysis.core.intervals import rate_intervals
from analysis.terms.frequency import terms
from analysis.terms.trends import trend_tests, trends
from analysis.text.corpus import read_texts
from analysis.text.periods import undated

FILES = {
    "a.txt": "War is war. No war!",  # 5 words, of Monday the 1st of January
    "b.txt": "Peace is near.",  # 3, of Sunday the 7th
    "c.txt": "War is near.",  # 3, of Friday the 1st of March
    "d.txt": "War, war, war, truce.",  # 4, without a date
    "metadata.csv": "file,source,date\n"
    "a.txt,Daily,2024-01-01\nb.txt,Daily,2024-01-07T23:30\nc.txt,Daily,2024-03-01\nd.txt,Late,\n",
}


def test_every_column_by_hand(tokens: Tokens) -> None:
    table = trends(tokens, ["war", "near"])
    months = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"]).tolist()
    assert table["term"].tolist() == ["war"] * 3 + ["near"] * 3
    assert table["period"].tolist() == months * 2
    assert table["count"].tolist() == [3, 0, 1, 1, 0, 1]
    assert table["words"].tolist() == [8, 0, 3] * 2
    assert table["documents"].tolist() == [1, 0, 1, 1, 0, 1]
    assert table["period_documents"].tolist() == [2, 0, 1] * 2
    expected = [3e6 / 8, np.nan, 1e6 / 3, 1e6 / 8, np.nan, 1e6 / 3]
    assert table["per_million"].tolist() == pytest.approx(expected, nan_ok=True)
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)
    assert table.columns.tolist()[-2:] == ["ci_low", "ci_high"]


def test_terms_of_several_words_do_not_cross_sentences(tokens: Tokens) -> None:
    table = trends(tokens, ["war is", "is near", "no war", "war is war"], every="year")
    assert table["count"].tolist() == [2, 2, 1, 1]


def test_weights_are_summed(tokens: Tokens) -> None:
    # war is war | no war | peace is near | war is near | war war war truce
    weights = np.array([2, 1, 0.5, 1, 1, 1, 1, 0, 3, 1, 1, 9, 9, 9, 9])
    table = trends(tokens, ["war", "near", "war is"], weights=weights)
    table = table[table["words"] > 0]
    assert table["count"].tolist() == [3.5, 3, 0, 1, 2, 3]
    assert table["words"].tolist() == [7.5, 5] * 3
    assert table["documents"].tolist() == [1, 1, 0, 1, 1, 1]  # weight 0: not there
    assert table["per_million"].iloc[0] == pytest.approx(3.5e6 / 7.5)


def test_a_period_that_weighs_nothing_has_no_rate(tokens: Tokens) -> None:
    weights = np.where(tokens.document < 2, 0.0, 1.0)
    january = trends(tokens, ["war"], weights=weights).iloc[0]
    assert (january["count"], january["words"], january["documents"], january["period_documents"]) == (0, 0, 0, 2)
    assert january[["per_million", "ci_low", "ci_high"]].isna().all()


def test_the_interval_is_over_the_documents_of_the_period(tokens: Tokens) -> None:
    assert trends(tokens, ["war"])[["ci_low", "ci_high"]].isna().all(axis=None)  # two documents, none, one
    corpus = read_texts(["War is war.", "No war.", "It rains.", "Peace!", "War ends.", "War."])
    corpus.documents["date"] = pd.to_datetime(["2024-01-01"] * 5 + ["2024-02-01"])
    many = tokenize(corpus)
    table = trends(many, ["war"])
    low, high = rate_intervals(np.array([[2], [1], [0], [0], [1]]), np.array([3, 2, 2, 1, 2]))
    assert table[["ci_low", "ci_high"]].iloc[0].tolist() == [1e6 * low[0], 1e6 * high[0]]
    assert table[["ci_low", "ci_high"]].iloc[1].isna().all()


def test_terms_keep_their_order_and_no_document_is_left_out_unseen(tokens: Tokens) -> None:
    assert len(trends(tokens, ["is"], every="week")) == 9
    assert trends(tokens, ["near", "war", "near"], every="year")["term"].tolist() == ["near", "war"]
    assert trends(tokens, ["truce"], every="year")["count"].tolist() == [0]  # in a document without a date alone
    assert undated(tokens).to_dict("records") == [{"doc_id": "d", "title": "", "source": "Late", "words": 4}]
    assert trends(tokens, ["war"], every="year")["words"].sum() + undated(tokens)["words"].sum() == len(tokens)


def test_no_terms_make_an_empty_table(tokens: Tokens) -> None:
    table = trends(tokens, [])
    assert table.empty
    assert table.dtypes.to_dict() == trends(tokens, ["war"]).dtypes.to_dict()
    assert trend_tests(table).empty


@pytest.mark.parametrize("in_memory", [True, False])
def test_mistakes(tokens: Tokens, sharded, in_memory: bool) -> None:
    tokens = tokens if in_memory else sharded(tokens, 1)
    assert trends(tokens, []).empty
    with pytest.raises(ValueError, match="'war no' does not occur: give terms as the table"):
        trends(tokens, ["war no"])
    with pytest.raises(ValueError, match="every is 'hour': use 'day', 'week', 'month', 'year'"):
        trends(tokens, ["war"], every="hour")
    with pytest.raises(ValueError, match="terms is 'war': give a collection of terms"):
        trends(tokens, "war")
    with pytest.raises(ValueError, match="'peas' does not occur: give terms as the table"):
        trends(tokens, ["war", "peas"])
    with pytest.raises(ValueError, match="no document has a date: give one in a column 'date'"):
        trends(tokens.where(source="Late"), ["war"])
    with pytest.raises(ValueError, match="3 weights for 15 tokens"):
        trends(tokens, ["war"], weights=np.ones(3))


@pytest.mark.parametrize("every", ["day", "week", "month", "year"])
def test_a_corpus_in_shards(tokens, sharded, sample_tokens, sample_shards, every):
    chosen = [*terms(sample_tokens)["term"].iloc[[0, 9, 99, -1]], "national action plan", "of the"]
    small = [(tokens, sharded(tokens, documents), ["war", "war is war", "truce"]) for documents in (1, 2, 3)]
    for whole, cut, sought in [(sample_tokens, sample_shards, chosen), *small]:
        thirds = 1 / np.random.default_rng(0).integers(1, 8, whole.n_sentences)
        for given in (None, thirds, np.repeat(thirds, np.diff(whole.sentence_offsets))):
            options = {"every": every, "weights": given}
            expected, found = (trends(any_tokens, sought, **options) for any_tokens in (whole, cut))
            pd.testing.assert_frame_equal(found, expected, check_exact=True)


def rates(**terms: Iterable[float]) -> pd.DataFrame:
    """A table of rates as `trends` makes it, one value a month."""
    return pd.concat(
        pd.DataFrame({"term": term, "per_million": list(values)}).assign(
            period=lambda own: pd.date_range("2024-01-01", periods=len(own), freq="MS")
        )
        for term, values in terms.items()
    )


def test_direction_and_false_discovery_by_hand() -> None:
    table = trend_tests(rates(war=[1, 2, 3, 4, 5], truce=[9, 7, 5, 3, 1], talks=[2, 4, 1, 5, 3], the=[6, 6, 6, 6, 6]))
    assert table["term"].tolist() == ["truce", "war", "talks", "the"]
    # talks: of ten pairs 2-4 2-5 2-3 4-5 1-5 1-3 rise and four fall
    assert table["tau"].tolist() == pytest.approx([-1, 1, 0.2, np.nan], nan_ok=True)
    # Of the 5! = 120 orders, two have |tau| = 1, and 98 one of at least 0.2: those with up to 4, or at least 6, of ten
    # pairs falling, 1 + 4 + 9 + 15 + 20 at either end.
    assert table["p"].tolist() == pytest.approx([2 / 120, 2 / 120, 98 / 120, np.nan], nan_ok=True)
    # Three tests: the largest p stays, the second is times 3/2, the first times 3, but no more than the next.
    assert table["q"].tolist() == pytest.approx([0.025, 0.025, 98 / 120, np.nan], nan_ok=True)
    assert table["direction"].tolist() == ["falling", "rising", "unclear", "unclear"]
    assert table["periods"].tolist() == [5, 5, 5, 5]


def test_tau_b_counts_ties_out() -> None:
    values = [1.0, 1.0, 3.0, 2.0, 5.0, 5.0]
    pairs = [np.sign(b - a) for a, b in combinations(values, 2)]
    tied = pairs.count(0)
    assert (pairs.count(1), pairs.count(-1), tied) == (12, 1, 2)
    # tau-b: (P - Q) / sqrt((n - ties in time) (n - ties in rate)), n = 15 pairs
    table = trend_tests(rates(war=values))
    assert table["tau"].tolist() == pytest.approx([11 / sqrt(15 * 13)])


def test_periods_without_words_are_left_out_and_three_are_too_few() -> None:
    nan = float("nan")
    table = trend_tests(rates(war=[1, nan, 2, 3, nan, 4], truce=[4, nan, nan, 3, nan, 1], pause=[nan] * 6))
    assert table["term"].tolist() == ["war", "pause", "truce"]
    assert table["periods"].tolist() == [4, 0, 3]
    assert table["tau"].tolist() == pytest.approx([1, nan, nan], nan_ok=True)
    assert table["p"].tolist() == pytest.approx([2 / 24, nan, nan], nan_ok=True)  # of 4! = 24 orders
    assert table["q"].tolist() == pytest.approx([2 / 24, nan, nan], nan_ok=True)
    assert table["direction"].tolist() == ["unclear"] * 3


def test_rates_are_ordered_by_their_period() -> None:
    table = rates(war=[1, 2, 3, 4, 5])
    assert trend_tests(table.iloc[[2, 0, 4, 1, 3]].reset_index(drop=True))["tau"].tolist() == pytest.approx([1])


def test_rates_equal_but_for_a_last_bit_are_ties() -> None:
    third = [1e5, 2e5, np.nextafter(2e5, 0), 3e5, np.nextafter(3e5, 0)]
    assert trend_tests(rates(war=third))["tau"].tolist() == pytest.approx([8 / sqrt(10 * 8)])
