"""Readability: syllables as the CMU Pronouncing Dictionary has them, formulas by hand and as printed."""

import numpy as np
import pandas as pd
import pytest

from analysis import tokenize
from analysis.terms.readability import readability, syllables
from analysis.text.corpus import read_frame, read_texts

# As the CMU Pronouncing Dictionary has them.
SPOKEN = {
    1: "peace law named told asked rates hopes he the queue strength walked",
    2: "people nation hopeful safety going likely wanted changes table statement million quiet couldn't something",
    3: "serious radio violence family video australian reptilian civilian management reliance period",
    4: "terrorism criticism society security operation humanity situation associate",
    5: "electricity university association",
    6: "reconciliation",
}


@pytest.mark.parametrize(("count", "word"), [(n, word) for n, words in SPOKEN.items() for word in words.split()])
def test_syllables_are_those_of_the_dictionary(count, word):
    assert syllables(word) == syllables(word.upper()) == count


def test_syllables_of_what_is_no_plain_word():
    assert [syllables(word) for word in ("2024", "40%", "😀", "mr", "hmm", "azm-e-istehkam")] == [0, 0, 0, 1, 1, 5]


def test_a_sentence_of_the_literature():
    # 13 words of 24 syllables: a reading ease of 37.5 and a grade of 11.3, as encyclopedias print them for it.
    text = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."
    row = readability(tokenize(read_texts([text]))).iloc[0]
    assert row["syllables_per_word"] * row["words"] == pytest.approx(24)
    assert row[["flesch", "flesch_kincaid"]].tolist() == pytest.approx([37.5, 11.3], abs=0.05)


def grouped(texts, sources, languages="en"):
    return tokenize(read_frame(pd.DataFrame({"text": texts, "source": sources, "language": languages})))


def test_groups_by_hand():
    tokens = grouped(["War came. It was 1914!", "Peace.", "The law of the land rules us all. 42."], ["A", "A", "B"])
    table = readability(tokens, by="source").set_index("source")
    # A: war came | it was (no number) | peace; B: eight words, and a sentence that has none.
    assert table.loc["A", ["sentences", "words"]].tolist() == [3, 5]
    assert table.loc["B", ["sentences", "words"]].tolist() == [1, 8]
    assert table.loc["A", "words_per_sentence"] == pytest.approx(5 / 3)
    assert table.loc["A", "syllables_per_word"] == 1
    assert table.loc["A", "flesch"] == pytest.approx(206.835 - 1.015 * 5 / 3 - 84.6)
    assert table.loc["B", "flesch_kincaid"] == pytest.approx(0.39 * 8 + 11.8 - 15.59)
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)  # of fewer than five documents


def test_the_interval_holds_the_rate_and_narrows_with_documents():
    texts = [f"{'Short words here. ' * (n % 3 + 1)}They go on and on for a while." for n in range(40)]
    few, many = (readability(grouped(texts[:n], "A")).iloc[0] for n in (6, 40))
    for row in (few, many):
        assert row["ci_low"] < row["words_per_sentence"] < row["ci_high"]
    assert many["ci_high"] - many["ci_low"] < few["ci_high"] - few["ci_low"]


def test_documents_in_other_languages_are_left_out():
    tokens = grouped(["War is war.", "Krieg ist Krieg, immer."], ["A", "B"], ["en-GB", "de"])
    assert readability(tokens, by="source")["source"].tolist() == ["A"]
    with pytest.raises(ValueError, match="for English, and the documents are in de"):
        readability(tokens.where(language="de"))


def test_a_document_without_words_has_no_number():
    table = readability(grouped(["1914.", "War."], ["A", "B"]), by="source").set_index("source")
    assert table.loc["A", ["sentences", "words"]].tolist() == [0, 0]
    assert np.isnan(table.loc["A", ["words_per_sentence", "flesch"]].astype(float)).all()


def test_a_corpus_in_shards(sample_tokens, sample_shards):
    whole, cut = (readability(tokens, by="source") for tokens in (sample_tokens, sample_shards))
    pd.testing.assert_frame_equal(whole, cut)
