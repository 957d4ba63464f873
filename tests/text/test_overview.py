"""How much was loaded, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.terms.frequency import terms
from analysis.text.overview import overview, side_by_side, varying

FILES = {
    "a.txt": "To be or not to be. Be quick!",  # 8 words, 5 of them different
    "b.txt": "To be read.",  # 3, 3
    "c.txt": "Quick, quick.",  # 2, 1
    "metadata.csv": "file,source,date\na.txt,Daily,2024-06-22\nb.txt,,2024-07-01\nc.txt,Daily,2024-06-20\n",
}


def test_all_together_and_by_source(tokens):
    june, later, july = pd.to_datetime(["2024-06-20", "2024-06-22", "2024-07-01"])
    table = overview(tokens)
    assert table.columns.tolist() == ["documents", "sentences", "words", "types", "first", "last"]
    assert table.iloc[0].tolist() == [3, 4, 13, 6, june, july]  # to be or not quick read
    rows = overview(tokens, "source").to_numpy().tolist()
    assert rows == [["(none)", 1, 1, 3, 3, july, july], ["Daily", 2, 3, 10, 5, june, later]]


def test_without_dates_there_are_no_date_columns():
    table = overview(tokenize(read_text("One. Two.")), "source")
    assert table.to_dict("records") == [{"source": "(none)", "documents": 1, "sentences": 2, "words": 2, "types": 2}]


def test_a_document_without_words():
    table = overview(tokenize(read_text("© 2024 The Daily")))
    assert table.to_numpy().tolist() == [[1, 0, 0, 0]]


def test_varying(tokens):
    assert varying(tokens, "source") == "source"
    assert varying(tokens, "language") is None
    assert varying(tokens, None) is None
    with pytest.raises(ValueError, match="no metadata column 'outlet'"):
        varying(tokens, "outlet")


def test_side_by_side(tokens):
    table = pd.DataFrame({"source": ["Daily", "(none)", "Daily"], "term": ["b", "b", "a"], "rate": [2.0, 3.0, 4.0]})
    grid = side_by_side(table, tokens, by="source", index="term", value="rate", rows=pd.Series(["b", "c", "a"]))
    assert grid.index.tolist() == ["b", "c", "a"]
    assert grid.columns.tolist() == ["(none)", "Daily"]
    np.testing.assert_array_equal(grid, [[3.0, 2.0], [0.0, 0.0], [0.0, 4.0]])
    rows = pd.Series(["a"])
    largest = side_by_side(table, tokens, by="source", index="term", value="rate", rows=rows, most=1)
    assert largest.columns.tolist() == ["Daily"]  # 10 words against 3
    np.testing.assert_array_equal(largest, [[4.0]])


def test_a_corpus_in_shards(tokens, sharded):
    for documents in (1, 2):
        cut = sharded(tokens, documents)
        for by in (None, "source", "doc_id", "date"):
            pd.testing.assert_frame_equal(overview(cut, by), overview(tokens, by))
        assert varying(cut, "source") == "source"


def test_the_sample_in_shards(sample_tokens, sample_shards):
    for by in (None, "source", "doc_id"):
        pd.testing.assert_frame_equal(overview(sample_shards, by), overview(sample_tokens, by))
    table = terms(sample_tokens, by="source")
    options = {"by": "source", "index": "term", "value": "per_million", "rows": table["term"].head(5)}
    for most in (2, 12):
        found = side_by_side(table, sample_shards, **options, most=most)
        pd.testing.assert_frame_equal(found, side_by_side(table, sample_tokens, **options, most=most))
