"""Curves through counts that lie on a curve exactly, and the conditions of the best fit on the sample."""

import numpy as np
import pandas as pd
import pytest

from analysis import Tokens, read_text, tokenize
from analysis.terms import zipf as module
from analysis.terms.zipf import heaps, heaps_fit, zipf, zipf_fit
from analysis.text.corpus import read_texts


def repeated(*counts: int) -> Tokens:
    """A text in which the words w0, w1, ... stand as often as `counts` say."""
    return tokenize(read_text(" ".join(f"w{word} " * count for word, count in enumerate(counts))))


def test_counts_by_rank() -> None:
    table = zipf(tokenize(read_text("War is war. No war! Is no peace near?")))
    assert table.columns.tolist() == ["rank", "term", "count", "fitted"]
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]
    assert table["term"].tolist() == ["war", "is", "no", "near", "peace"]  # ties in the order of the alphabet
    assert table["count"].tolist() == [3, 2, 2, 1, 1]
    assert table["fitted"].sum() == pytest.approx(9)


def test_counts_on_the_curve_are_met() -> None:
    # 144 / (1 + 1)², 144 / (2 + 1)², 144 / (3 + 1)²
    fit = zipf_fit(repeated(36, 16, 9)).iloc[0]
    assert fit.to_dict() == pytest.approx({"exponent": 2, "shift": 1, "scale": 144, "types": 3, "tokens": 61}, rel=1e-4)
    assert zipf(repeated(36, 16, 9))["fitted"].tolist() == pytest.approx([36, 16, 9], rel=1e-6)


@pytest.mark.parametrize(("exponent", "shift"), [(1.0, 0.0), (1.1, 2.7), (0.7, -0.4)])
def test_finds_the_curve_that_made_the_counts(exponent: float, shift: float) -> None:
    counts = np.round(4000 / (np.arange(1, 101) + shift) ** exponent).astype(int)
    fit = zipf_fit(repeated(*counts)).iloc[0]
    assert fit["exponent"] == pytest.approx(exponent, abs=0.01)
    assert fit["shift"] == pytest.approx(shift, abs=0.05)
    assert fit["scale"] == pytest.approx(4000, rel=0.05)
    assert (fit["types"], fit["tokens"]) == (100, counts.sum())


def test_words_all_alike_lie_on_a_level() -> None:
    fit = zipf_fit(repeated(5, 5, 5, 5)).iloc[0]
    assert fit["exponent"] == pytest.approx(0, abs=1e-6)
    assert fit["scale"] == pytest.approx(5, rel=1e-5)


def test_the_fit_of_the_sample_is_the_likeliest(sample_tokens: Tokens) -> None:
    table, fit = zipf(sample_tokens), zipf_fit(sample_tokens).iloc[0]
    rank, share = table["rank"].to_numpy(), table["count"].to_numpy() / len(sample_tokens)
    curve = fit["scale"] / (rank + fit["shift"]) ** fit["exponent"]
    assert table["fitted"].to_numpy() == pytest.approx(curve)

    # Where the likelihood is greatest, its slopes are 0: curve and counts have the same mean ln(r + q) and 1 / (r + q).
    p = curve / curve.sum()
    logs, inverses = np.log(rank + fit["shift"]), 1 / (rank + fit["shift"])
    assert p @ logs == pytest.approx(share @ logs, rel=1e-6)
    assert p @ inverses == pytest.approx(share @ inverses, rel=1e-6)

    def likelihood(exponent: float, shift: float) -> float:
        height = (rank + shift) ** -exponent
        return float(share @ np.log(height / height.sum()))

    best = likelihood(fit["exponent"], fit["shift"])
    for step in (-0.05, 0.05):
        assert likelihood(fit["exponent"] + step, fit["shift"]) < best
        assert likelihood(fit["exponent"], fit["shift"] + step) < best


@pytest.mark.parametrize("text", ["", "War.", "War is war."])
def test_fewer_than_three_types_have_no_curve(text: str) -> None:
    tokens = tokenize(read_texts([text]))
    fit = zipf_fit(tokens).iloc[0]
    assert fit[["exponent", "shift", "scale"]].isna().all()
    assert (fit["types"], fit["tokens"]) == (len(tokens.vocabulary), len(tokens))
    table = zipf(tokens)
    assert len(table) == len(tokens.vocabulary)
    assert table["fitted"].isna().all()


def test_the_vocabulary_grows_in_the_order_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = tokenize(read_texts(["To be or not to be.", "Be quick."]))
    table = heaps(tokens)  # more points than words: each word is one
    assert table["words"].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert table["types"].tolist() == [1, 2, 3, 4, 4, 4, 4, 5]  # to be or not | quick
    monkeypatch.setattr(module, "POINTS", 3)
    assert heaps(tokens)["words"].tolist() == [3, 6, 8]  # 8/3 and 16/3 rounded up
    assert heaps(tokens)["types"].tolist() == [3, 4, 5]


def test_the_growth_is_a_line_through_logarithms(sample_tokens: Tokens) -> None:
    table, fit = heaps(sample_tokens), heaps_fit(sample_tokens).iloc[0]
    slope, level = np.polyfit(np.log(table["words"]), np.log(table["types"]), 1)
    assert fit["exponent"] == pytest.approx(slope)
    assert fit["scale"] == pytest.approx(np.exp(level))
    assert table["fitted"].tolist() == pytest.approx((fit["scale"] * table["words"] ** fit["exponent"]).tolist())
    assert len(table) == 200
    assert table.iloc[-1][["words", "types"]].tolist() == [len(sample_tokens), len(sample_tokens.vocabulary)]


def test_growth_at_its_ends() -> None:
    fit = heaps_fit(repeated(1, 1, 1, 1)).iloc[0]  # every word is new: V = n
    assert fit.to_dict() == pytest.approx({"exponent": 1, "scale": 1, "types": 4, "tokens": 4})
    fit = heaps_fit(repeated(7)).iloc[0]  # no word is new: V = 1
    assert fit.to_dict() == pytest.approx({"exponent": 0, "scale": 1, "types": 1, "tokens": 7})


def test_the_growth_of_part_of_a_corpus_is_its_own(sample_tokens: Tokens) -> None:
    shard = sample_tokens.where(source_kind="daily")
    assert len(shard.vocabulary) > len(np.unique(shard.ids))  # the vocabulary is that of the whole
    assert (
        heaps(shard).iloc[-1]["types"]
        == heaps_fit(shard).iloc[0]["types"]
        == len(np.unique(shard.ids))
        == len(zipf(shard))
    )


def test_too_little_to_grow() -> None:
    assert heaps(tokenize(read_texts([""]))).empty
    fit = heaps_fit(tokenize(read_texts(["War."]))).iloc[0]
    assert fit[["exponent", "scale"]].isna().all()
    assert (fit["types"], fit["tokens"]) == (1, 1)


def test_of_many_words_there_are_the_ends_of_each_step_of_the_same_curve(both):
    table = zipf(both[0])
    ends = ~(table["count"].duplicated() & table["count"].duplicated(keep="last"))
    assert 2 < ends.sum() < len(table)
    for tokens in both:
        pd.testing.assert_frame_equal(zipf(tokens, most=len(table)), table, check_exact=True)
        steps = zipf(tokens, most=len(table) - 1)
        pd.testing.assert_frame_equal(steps, table[ends].reset_index(drop=True), check_exact=True)
        pd.testing.assert_frame_equal(zipf_fit(tokens), zipf_fit(both[0]), check_exact=True)


def test_a_vocabulary_in_shards_grows_as_the_whole_does(both):
    for whole, cut in (both, [tokens.where(source__not="Daily") for tokens in both]):
        for measure in (heaps, heaps_fit, zipf_fit):
            pd.testing.assert_frame_equal(measure(cut), measure(whole), check_exact=True)
    assert zipf(cut)["rank"].max() == len(zipf(whole))
