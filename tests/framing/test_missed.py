"""The topics of the sentences in which no term occurs."""

import numpy as np
import pandas as pd
import pytest

from analysis import tokenize
from analysis.framing.missed import missed
from analysis.text.corpus import read_texts

FRAMES = "  war: {definition: A fight., terms: [war, battle]}\n"
TOPICS = {"tide": "tide wave shore sand harbour", "bread": "bread oven flour yeast baker"}


@pytest.fixture
def texts():
    """Sixty sentences of the sea and a hundred of the bakery, all different, among two hundred of a war."""
    random = np.random.default_rng(1)
    said = [
        " ".join(random.choice(words.split(), 4, replace=False)).capitalize() + f" on day {n + 10}."
        for words, many in zip(TOPICS.values(), (60, 100), strict=True)
        for n in range(many)
    ]
    said += [f"The war went on for {n} days." for n in range(200)]
    return [" ".join(said[first::20]) for first in range(20)]


def test_topics_that_are_there_are_found(texts, lexicon):
    tokens = tokenize(read_texts(texts))
    table = missed(tokens, lexicon, stopwords={"on", "day"}, topics=2)
    assert table["topic"].tolist() == [1, 1, 1, 2, 2, 2]
    assert table["sentences"].tolist() == [100] * 3 + [60] * 3
    assert table["share"].tolist() == [100 / 160] * 3 + [60 / 160] * 3
    leading = [set(words.split()) & set(" ".join(TOPICS.values()).split()) for words in table["words"].iloc[[0, 3]]]
    assert leading == [set(TOPICS["bread"].split()), set(TOPICS["tide"].split())]
    for row in table.to_dict("records"):
        text = tokens.corpus.text(row["doc_id"])
        assert " ".join(text[row["start"] : row["end"]].split()) == row["text"]


def test_no_more_sentences_are_looked_at_than_are_asked_for(texts, lexicon):
    table = missed(tokenize(read_texts(texts)), lexicon, most=100)
    assert table.drop_duplicates("topic")["sentences"].sum() <= 100
    assert len(table["topic"].unique()) == 2  # fifty for each


def test_the_same_in_shards(texts, lexicon, sharded):
    whole = tokenize(read_texts(texts))
    for most in (4000, 120):
        tables = [missed(tokens, lexicon, most=most, seed=3) for tokens in (whole, sharded(whole, 3))]
        pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_a_repeated_or_short_sentence_says_nothing_new(lexicon):
    table = missed(tokenize(read_texts(["The tide rose over the harbour wall. It rose. " * 80])), lexicon)
    assert table.empty
    assert table.columns.tolist() == ["topic", "sentences", "share", "words", "doc_id", "start", "end", "text"]
