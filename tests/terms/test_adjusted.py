"""Counts and ranks before and after weights, worked out by hand; those of a corpus in parts are those in memory."""

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.redundancy.repeats import weights
from analysis.terms.adjusted import before_and_after

FILES = {f"{number}.txt": text for number, text in enumerate(["War is war. No war!", "", "No war!", "Go. No war!"])}


def test_before_and_after() -> None:
    tokens = tokenize(read_text("We will win. They said no. We will win. We wait."))
    weights = np.array([0.5, 0.5, 0.5, 1, 1, 1, 0.5, 0.5, 0.5, 1, 1])
    table = before_and_after(tokens, weights)
    assert table.columns.tolist() == ["term", "count", "adjusted", "lost", "rank", "adjusted_rank"]
    # before: we 3, will 2, win 2, then no said they wait; after: we 2, then all of them 1, in the order of the alphabet
    assert table.to_numpy().tolist() == [
        ["we", 3, 2.0, 1.0, 1, 1],
        ["will", 2, 1.0, 1.0, 2, 6],
        ["win", 2, 1.0, 1.0, 3, 7],
        ["no", 1, 1.0, 0.0, 4, 2],
        ["said", 1, 1.0, 0.0, 5, 3],
        ["they", 1, 1.0, 0.0, 6, 4],
        ["wait", 1, 1.0, 0.0, 7, 5],
    ]
    assert before_and_after(tokens, weights, stopwords=["we"])["term"].tolist()[:2] == ["will", "win"]


def test_a_sum_of_weights_is_without_its_last_bit() -> None:
    tokens = tokenize(read_text("Hold on. Hold on. Hold on."))
    assert 0.7 + 0.7 + 0.7 == 2.0999999999999996
    table = before_and_after(tokens, np.full(6, 0.7))
    assert table[["adjusted", "lost"]].to_numpy().tolist() == [[2.1, 0.9], [2.1, 0.9]]


def test_weights_lose_no_word():
    tokens = tokenize(read_text("Hold on. " * 6 + "Go."))
    assert set(before_and_after(tokens, weights(tokens))["term"]) == {"hold", "on", "go"}


@pytest.mark.parametrize("stopwords", [None, {"the", "war", "of", "peas"}])
def test_a_corpus_in_parts(sample_tokens, sample_parts, make_corpus, in_parts, stopwords):
    small = tokenize(make_corpus(FILES))
    pairs = [(sample_tokens, sample_parts), (small, in_parts(small, 1)), (small, in_parts(small, 3))]
    pairs.append((sample_tokens.subset(np.array([3])), sample_parts.subset(np.array([3]))))  # by its sentences
    for whole, cut in pairs:
        thirds = 1 / np.random.default_rng(0).integers(1, 8, whole.n_sentences)
        for given in (thirds, np.repeat(thirds, np.diff(whole.sentence_offsets))):
            expected = before_and_after(whole, given, stopwords=stopwords)
            found = before_and_after(cut, given, stopwords=stopwords)
            pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_the_first_rows_have_their_ranks_among_all(sample_tokens, sample_parts):
    thirds = 1 / np.random.default_rng(0).integers(1, 8, sample_tokens.n_sentences)
    expected = before_and_after(sample_tokens, thirds)
    assert len(expected) > 2000
    for tokens in (sample_tokens, sample_parts):
        found = before_and_after(tokens, thirds, most=30)
        pd.testing.assert_frame_equal(found, expected.head(30), check_exact=True)
        assert found["rank"].max() > 30


def test_mistakes(sample_tokens, sample_parts):
    for tokens in (sample_tokens, sample_parts):
        with pytest.raises(ValueError, match=r"3 weights for \d+ tokens: give one a token"):
            before_and_after(tokens, np.ones(3))
        with pytest.raises(ValueError, match="stopwords is 'war': give a collection"):
            before_and_after(tokens, np.ones(len(tokens)), stopwords="war")
