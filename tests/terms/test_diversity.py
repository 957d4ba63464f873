"""Measures of lexical diversity: by hand, against printed values, and against slow definitions."""

import random
from collections import Counter
from math import comb, isnan, log, sqrt

import pandas as pd
import pytest

from analysis import Tokens, read_text, tokenize
from analysis.terms import diversity as module
from analysis.terms.diversity import diversity
from analysis.text.corpus import read_texts

COLUMNS = "doc_id words types ttr guiraud herdan msttr mattr mtld hdd yule_k simpson fisher_alpha hapax_share".split()

# Miranda-García and Calle-Martín 2005, tables 1 and 3: types of each frequency; N = 755, V = 331
MIRANDA = {1: 212, 2: 51, 3: 26, 4: 13, 5: 6, 6: 6, 7: 3, 8: 4, 13: 3}
MIRANDA |= dict.fromkeys([10, 11, 16, 17, 19, 21, 59], 1)


def measures(text: str, window: int = 50) -> pd.Series:
    return diversity(tokenize(read_text(text)), window).iloc[0]


def of_spectrum(spectrum: dict[int, int]) -> str:
    """A text with so many types of each frequency."""
    types = (frequency for frequency, times in spectrum.items() for _ in range(times))
    return " ".join(f"w{number}" for number, frequency in enumerate(types) for _ in range(frequency))


def test_every_measure_by_hand():
    # 6 words, 4 types: to 2, be 2, or 1, not 1; repeats 2 · 1 + 2 · 1 = 4.
    row = measures("To be or not to be", window=4)
    assert row.index.tolist() == COLUMNS
    assert (row["words"], row["types"]) == (6, 4)
    assert row["ttr"] == pytest.approx(4 / 6)
    assert row["guiraud"] == pytest.approx(4 / sqrt(6))
    assert row["herdan"] == pytest.approx(log(4) / log(6))
    assert row["msttr"] == 1  # to be or not, and two words left over
    assert row["mattr"] == 1  # to be or not, be or not to, or not to be
    assert row["yule_k"] == pytest.approx(1e4 * 4 / 36)
    assert row["simpson"] == pytest.approx(4 / 30)
    assert row["fisher_alpha"] * log(1 + 6 / row["fisher_alpha"]) == pytest.approx(4)
    assert row["hapax_share"] == 2 / 4
    # TTR falls to 4 / 5 and 4 / 6 = 0.667 < 0.72 with the last word, in both directions: one factor of 6 words.
    assert row["mtld"] == 6
    assert isnan(row["hdd"])


@pytest.mark.parametrize(
    ("text", "forwards", "backwards"),
    [
        # TTR 1 1 1 1 .8 .67 | 1 1 1: one factor, and three different words are no part of another.
        # Backwards (people the for people the ...) 1 1 1 .75 .6 | 1 1 1 1: the same.
        ("of the people by the people for the people", 9, 9),
        # No factor, and .75 at the end: (1 - .75) / .28 of one, 4 / (.25 / .28) words a factor.
        ("a b c a", 4.48, 4.48),
        # 1 .5 | 1 1 1: one factor. Backwards 1 1 1 1 .8: (1 - .8) / .28 of one.
        ("a a b c d", 5, 7),
    ],
)
def test_mtld_reads_both_ways(text, forwards, backwards):
    assert measures(text)["mtld"] == pytest.approx((forwards + backwards) / 2)


def test_mtld_at_exactly_the_threshold():
    # 18 types in 25 words are 0.72, not below it; the 26th word is new: 19 / 26, (7 / 26) / .28 of a factor. Backwards
    # the 26th word again reaches 19 / 26 for the first time so low.
    words = [f"w{n}" for n in range(18)] + [f"w{n}" for n in range(7)] + ["last"]
    assert measures(" ".join(words))["mtld"] == pytest.approx(26 / (7 / 26 / 0.28))


@pytest.mark.parametrize(
    ("spectrum", "expected", "tolerance"),
    [
        ({1: 3, 2: 2, 3: 1}, 1000, 5e-4),  # a b c d d e e f f f; koRpus
        ({1: 3, 2: 2, 3: 1, 4: 1}, 1122.449, 5e-4),  # the same and g g g g; koRpus
        (MIRANDA, 113.091583, 0.5),
    ],
)  # fmt: skip
def test_printed_values_of_yules_k(spectrum, expected, tolerance):
    assert measures(of_spectrum(spectrum))["yule_k"] == pytest.approx(expected, abs=tolerance)


def test_printed_value_of_fishers_alpha():
    row = measures(of_spectrum({1: 239, 15609 - 239: 1}))  # Fisher et al. 1943: 240 species, 15,609 specimens
    assert (row["types"], row["words"]) == (240, 15609)
    assert row["fisher_alpha"] == pytest.approx(40.247, abs=5e-4)


@pytest.mark.parametrize(
    ("text", "column", "window", "expected"),
    [
        *(("one one two one one two one", "mattr", *row) for row in ((2, 5 / 6), (3, 2 / 3), (4, 1 / 2))),
        *(("apple orange apple orange pear pear apple orange", "msttr", *row) for row in ((2, 7 / 8), (3, 2 / 3))),
    ],
)
def test_values_that_quanteda_tests_with(text, column, window, expected):
    assert measures(text, window)[column] == pytest.approx(expected)


def slow_mtld(words: list[str]) -> float:
    """Words a factor, reading forwards; NaN without a factor."""
    factors, run = 0.0, []
    for word in words:
        run.append(word)
        if 100 * len(set(run)) < 72 * len(run):
            factors, run = factors + 1, []
    if run:
        factors += (1 - len(set(run)) / len(run)) / (1 - 0.72)
    return len(words) / factors if factors else float("nan")


def test_equals_the_slow_definitions():
    # Documents of lengths around the two limits, the window of 20 and the sample of 42, with words of uneven frequency.
    draw = random.Random(1)
    lengths = [1, 2, 19, 20, 21, 39, 40, 41, 42, 43, 80, 200, 700]
    documents = [[f"w{int(draw.paretovariate(0.6)) % 300}" for _ in range(length)] for length in lengths * 2]
    table = diversity(tokenize(read_texts([" ".join(words) for words in documents])), window=20)
    assert table["words"].tolist() == lengths * 2
    for words, row in zip(documents, table.to_dict("records"), strict=True):
        n, counts = len(words), Counter(words)
        windows = [len(set(words[k : k + 20])) / 20 for k in range(n - 19)]
        expected = {
            "types": len(counts),
            "msttr": sum(windows[::20]) / len(windows[::20]) if windows else float("nan"),
            "mattr": sum(windows) / len(windows) if windows else float("nan"),
            "mtld": (slow_mtld(words) + slow_mtld(words[::-1])) / 2,
            "hdd": sum(1 - comb(n - f, 42) / comb(n, 42) for f in counts.values()) / 42 if n >= 42 else float("nan"),
            "hapax_share": sum(f == 1 for f in counts.values()) / len(counts),
        }
        assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_one_row_a_document_each_for_itself():
    texts = ["war war peace", "...", "peace war war", "war"]
    table = diversity(tokenize(read_texts(texts)), window=2)
    assert table["words"].tolist() == [3, 0, 3, 1]
    for row, text in zip(table.drop(columns="doc_id").iterrows(), texts, strict=True):
        pd.testing.assert_series_equal(
            row[1], measures(text, window=2).drop("doc_id"), check_names=False, check_dtype=False
        )


def test_documents_that_are_too_short():
    empty, single, different = (measures(text, window=3) for text in ("...", "war", "war and peace"))
    counts = ["words", "types"]
    assert empty[counts].tolist() == [0, 0]
    assert empty.drop(["doc_id", *counts]).isna().all()
    assert single.index[single.isna()].tolist() == "herdan msttr mattr mtld hdd simpson fisher_alpha".split()
    assert different.index[different.isna()].tolist() == "mtld hdd fisher_alpha".split()
    assert (different["mattr"], different["yule_k"], different["simpson"], different["hapax_share"]) == (1, 0, 0, 1)


def test_one_word_over_and_over():
    row = measures("war " * 100)
    assert (row["mattr"], row["msttr"], row["hapax_share"]) == (1 / 50, 1 / 50, 0)
    assert row["hdd"] == pytest.approx(1 / 42)
    assert (row["simpson"], row["yule_k"], row["mtld"]) == (1, pytest.approx(9900), 2)  # a factor every two words


def test_no_documents_and_no_window():
    tokens = tokenize(read_text("war"))
    with pytest.raises(ValueError, match="window is 0: use 1 word or more"):
        diversity(tokens, 0)
    assert diversity(tokens, 1)["mattr"].tolist() == [1]


def test_documents_are_measured_one_by_one_as_together(monkeypatch: pytest.MonkeyPatch, sample_tokens: Tokens) -> None:
    together = diversity(sample_tokens)
    monkeypatch.setattr(module, "AT_ONCE", 1)
    pd.testing.assert_frame_equal(together, diversity(sample_tokens), check_exact=True)


def test_a_corpus_in_shards_is_as_varied(both):
    whole, cut = both
    for window in (3, 50):
        pd.testing.assert_frame_equal(diversity(cut, window), diversity(whole, window), check_exact=True)
