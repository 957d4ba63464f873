"""Runs of words that stand again in one document, against a look at every pair of places."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import read_text, tokenize
from analysis.redundancy.dots import dot_matches, paragraph_borders, too_common


def of(text):
    return tokenize(read_text(text))


def runs(words, n, passed=()):
    """Every maximal run of n words or more that two places share, and whose n-grams are not passed over."""
    size = len(words) - n + 1

    def alike(a, b):
        return 0 <= a < size and b < size and words[a : a + n] == words[b : b + n] not in passed

    found = []
    for a in range(size):
        for b in range(a + 1, size):
            if alike(a, b) and not alike(a - 1, b - 1):
                length = 0
                while alike(a + length, b + length):
                    length += 1
                found.append((a, b, length + n - 1))
    return found


def rows(table):
    return list(table[["a_word", "b_word", "words"]].itertuples(index=False, name=None))


@settings(max_examples=150, deadline=None)
@given(st.text("abc", min_size=1, max_size=40), st.integers(1, 4))
def test_runs_are_those_of_a_look_at_every_pair(text, n):
    assert rows(dot_matches(of(" ".join(text)), "text", n=n)) == runs(list(text), n)


@settings(max_examples=100, deadline=None)
@given(st.text("ab", min_size=20, max_size=40), st.integers(2, 3), st.integers(0, 60))
def test_the_commonest_are_passed_over_and_listed(text, n, most):
    tokens = of(" ".join(text))
    table, left_out = dot_matches(tokens, "text", n=n, most=most), too_common(tokens, "text", n=n, most=most)
    passed = [ngram.split() for ngram in left_out["ngram"]]
    assert len(table) <= most
    assert rows(table) == runs(list(text), n, passed)
    grams = [list(text[k : k + n]) for k in range(len(text) - n + 1)]
    assert left_out["count"].tolist() == sorted((grams.count(gram) for gram in passed), reverse=True)
    kept = [grams.count(gram) for gram in grams if gram not in passed]
    assert left_out["count"].min() > max(kept, default=0) if passed and kept else True
    assert bool(passed) == (len(runs(list(text), n)) > most)


def test_characters_lead_back_to_the_text():
    text = "The plan, he said, will be carried out.\n\nOfficials: “The Plan he said will be CARRIED out” soon."
    table = dot_matches(of(text), "text")
    spans = table[["a_start", "a_end", "b_start", "b_end"]].to_numpy().tolist()
    assert [(text[a:b], text[c:d]) for a, b, c, d in spans] == [
        ("The plan, he said, will be carried out", "The Plan he said will be CARRIED out")
    ]


def test_one_word_ten_thousand_times():
    # n-grams 9,997; each distance from 1 to 9,996 is one stroke from the first word to the end
    table = dot_matches(of("ha " * 10_000), "text")
    assert len(table) == 9_996
    assert (table["a_word"] == 0).all()
    assert np.array_equal(table["words"], 10_000 - table["b_word"])
    assert dot_matches(of("ha " * 10_000), "text", most=9_995).empty
    assert too_common(of("ha " * 10_000), "text", most=9_995).to_numpy().tolist() == [["ha ha ha ha", 9_997]]


def test_only_the_document_itself_is_looked_at(make_corpus):
    tokens = tokenize(make_corpus({"a.txt": "one two three", "b.txt": "one two one two", "c.txt": "—"}))
    assert dot_matches(tokens, "a", n=2).empty
    table = dot_matches(tokens, "b", n=2)
    assert table.drop(columns="doc_id").to_numpy().tolist() == [[0, 2, 2, 0, 7, 8, 15]]
    assert paragraph_borders(tokens, "b") == [0, 4]
    assert dot_matches(tokens, "c").empty
    assert too_common(tokens, "c").empty
    assert paragraph_borders(tokens, "c") == [0]


def test_bad_values_are_named():
    with pytest.raises(ValueError, match="no document 'x'"):
        dot_matches(of("a b"), "x")
    with pytest.raises(ValueError, match="n is 0"):
        dot_matches(of("a b"), "text", n=0)


def test_a_document_of_a_corpus_in_shards(sample_tokens, sample_shards):
    for doc_id in sample_tokens.doc_ids[[0, 7, 25]]:
        for measure, options in ((dot_matches, {"n": 2}), (too_common, {"n": 1, "most": 50})):
            table, same = (measure(tokens, doc_id, **options) for tokens in (sample_tokens, sample_shards))
            assert len(table)
            pd.testing.assert_frame_equal(same, table, check_exact=True)
        assert paragraph_borders(sample_shards, doc_id) == paragraph_borders(sample_tokens, doc_id)
    with pytest.raises(ValueError, match="no document 'nowhere'"):
        dot_matches(sample_shards, "nowhere")
