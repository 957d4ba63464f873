"""Frames over time."""

import numpy as np
import pytest

from analysis import read_text, tokenize
from analysis.framing.course import over_time
from analysis.framing.frames import profile

FRAMES = """\
  war: {definition: A fight., terms: [war, {pattern: fight*, weight: 0.5}]}
  law: {definition: Courts., terms: [court*]}
"""


DATED = {
    "a.txt": "War is war. It rained.",  # 5 words
    "b.txt": "The court met.",  # 3
    "c.txt": "They fight.",  # 2
    "d.txt": "It was war.",  # without a date
    "metadata.csv": "file,date\na,2024-01-30\nb,2024-01-02\nc,2024-03-01\nd,\n",
}


def test_over_time(make_corpus, lexicon):
    table = over_time(tokenize(make_corpus(DATED)), lexicon)
    assert table["frame"].tolist() == ["war"] * 3 + ["law"] * 3
    assert table["period"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-02-01", "2024-03-01"] * 2
    assert table["documents"].tolist() == [2, 0, 1] * 2
    assert table["hits"].tolist() == [2, 0, 1, 1, 0, 0]
    assert table["words"].tolist() == [8, 0, 2] * 2
    assert table["per_1000_words"].tolist() == pytest.approx([250, np.nan, 500, 125, np.nan, 0], nan_ok=True)
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)  # of two documents, none and one


def test_over_time_by_weight(make_corpus, lexicon):
    tokens = tokenize(make_corpus(DATED))
    halved = over_time(tokens, lexicon, "year", weights=np.full(len(tokens), 0.5))
    assert halved[["hits", "words", "per_1000_words"]].to_numpy().tolist() == [[1.5, 5, 300], [0.5, 5, 100]]


def test_no_dates(lexicon):
    tokens = tokenize(read_text("It was war."))
    with pytest.raises(ValueError, match="no document has a date"):
        over_time(tokens, lexicon)
    with pytest.raises(ValueError, match="every is 'hour': use 'day', 'week', 'month', 'year'"):
        over_time(tokens, lexicon, "hour")


def test_one_period_is_the_profile(sample_tokens, security):
    whole = profile(sample_tokens, security)
    year = over_time(sample_tokens, security, "year")
    assert year["hits"].tolist() == whole["hits"].tolist()
    assert year["ci_high"].tolist() == pytest.approx(whole["ci_high"].tolist())
    assert (year["ci_high"] > year["per_1000_words"]).all()


def test_documents_without_words_are_in_no_period(make_corpus, lexicon):
    files = {"a.txt": "War.", "b.txt": "© 2024 The Daily", "metadata.csv": "file,date\na,2024-01-02\nb,2024-01-02\n"}
    assert over_time(tokenize(make_corpus(files)), lexicon)["documents"].tolist() == [1, 1]
