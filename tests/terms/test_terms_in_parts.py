"""The terms of a corpus in parts are those of the corpus in memory, to the last bit, however it is cut."""

import numpy as np
import pandas as pd
import pytest

from analysis import tokenize
from analysis.redundancy.repeats import weights
from analysis.terms import terms_in_parts
from analysis.terms.frequency import terms
from analysis.terms.terms_in_parts import RowLookup

FILES = {
    "a.txt": "War is war. No war! Peace is near.",
    "b.txt": "",
    "c.txt": "Peace is near. Is war near? No.",
    "d.txt": "No war! No war! Ärger is near.",
    "e.txt": "",
    "f.txt": "",
    "g.txt": "Zeit. Peace is near, no war is near.",
    "metadata.csv": "file,source\na.txt,Daily\nb.txt,Daily\nc.txt,Late\nd.txt,Daily\ne.txt,Late\nf.txt,\ng.txt,Once\n",
}
OPTIONS = [
    {},
    {"min_count": 2},
    {"by": "source"},
    {"by": "source", "min_count": 2, "stopwords": {"is", "the", "peas"}},
    {"by": "doc_id", "n": 2},
    {"n": 2, "stopwords": {"is", "the", "of"}},
    {"n": 3, "by": "source"},
    {"n": 4, "skip": 2, "min_count": 2},
    {"n": 40},
]


@pytest.fixture
def small_files(monkeypatch):
    """Files of a few rows each, so that there are many."""
    monkeypatch.setattr(terms_in_parts, "ROWS", 5)
    monkeypatch.setattr(terms_in_parts, "TOGETHER", 7)
    monkeypatch.setattr(terms_in_parts, "CELLS", 11)


@pytest.mark.parametrize("options", OPTIONS)
def test_made_up_texts(make_corpus, in_parts, small_files, options):
    whole = tokenize(make_corpus(FILES))
    thirds = 1 / np.random.default_rng(0).integers(1, 8, len(whole))
    zeros = np.where(whole.document == 2, 0.0, 1.0)
    for documents in (1, 2, 3, 7):
        cut = in_parts(whole, documents)
        for given in (None, weights(whole), thirds, zeros):
            expected, found = (terms(tokens, weights=given, resamples=60, **options) for tokens in (whole, cut))
            pd.testing.assert_frame_equal(found, expected, check_exact=True)
        assert {path.name for path in cut.folder.iterdir() if path.name.startswith("buckets")} == set()


@pytest.mark.parametrize("options", OPTIONS[2:])
def test_the_sample(sample_tokens, sample_parts, monkeypatch, options):
    monkeypatch.setattr(terms_in_parts, "ROWS", 10_000)
    monkeypatch.setattr(terms_in_parts, "CELLS", 900)
    thirds = 1 / np.random.default_rng(0).integers(1, 8, sample_tokens.n_sentences)
    for given in (None, thirds):
        both = sample_tokens, sample_parts
        expected, found = (terms(tokens, weights=given, resamples=40, seed=3, **options) for tokens in both)
        pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_chosen_documents_and_no_intervals(sample_tokens, sample_parts):
    chosen = {"source__not": "Local radio"}
    expected, found = (
        terms(tokens.where(**chosen), by="source", resamples=0) for tokens in (sample_tokens, sample_parts)
    )
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert found["ci_low"].isna().all()


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("listed", [50, 1500])  # the last of these is one of many terms of the same count
def test_the_first_are_listed_and_say_what_they_say_of_the_whole(
    sample_tokens, sample_parts, small_files, monkeypatch, n, listed
):
    monkeypatch.setattr(terms_in_parts, "ROWS", 1000)
    monkeypatch.setattr(terms_in_parts, "LISTED", listed)
    monkeypatch.setattr(terms_in_parts, "AT_LEAST", 9)
    expected, found = (terms(tokens, n=n, resamples=30) for tokens in (sample_tokens, sample_parts))
    assert len(expected) > 2000
    pd.testing.assert_frame_equal(found, expected.head(listed), check_exact=True)


def test_of_groups_the_first_of_each_and_of_all_are_listed(sample_tokens, sample_parts, small_files, monkeypatch):
    monkeypatch.setattr(terms_in_parts, "ROWS", 1000)
    monkeypatch.setattr(terms_in_parts, "LISTED", 60)
    monkeypatch.setattr(terms_in_parts, "AT_LEAST", 9)
    stops = ["the", "of", "and"]
    options = {"by": "source", "stopwords": stops, "resamples": 30}
    whole, found = (terms(tokens, **options) for tokens in (sample_tokens, sample_parts))
    groups = whole["source"].nunique()
    each = max(60 // groups, 9)
    most = terms(sample_tokens, stopwords=stops, resamples=0)["term"].head(each)
    kept = (whole.groupby("source").cumcount() < each) | whole["term"].isin(most)
    assert groups * each < kept.sum() < len(whole) / 4
    pd.testing.assert_frame_equal(found, whole[kept].reset_index(drop=True), check_exact=True)


def test_no_part_has_a_term(sample_parts, sample_tokens):
    stops = set(sample_tokens.vocabulary)
    expected, found = (terms(tokens, by="source", stopwords=stops) for tokens in (sample_tokens, sample_parts))
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert found.empty


def test_mistakes(sample_parts):
    with pytest.raises(ValueError, match="n is 0: use 1 for words, 2 for pairs of words"):
        terms(sample_parts, n=0)
    with pytest.raises(ValueError, match="skip is -1: use 0 for words in a row"):
        terms(sample_parts, n=2, skip=-1)
    with pytest.raises(ValueError, match="stopwords is 'war': give a collection of words"):
        terms(sample_parts, stopwords="war")
    with pytest.raises(ValueError, match=r"3 weights for \d+ tokens: give one a token"):
        terms(sample_parts, weights=np.ones(3))
    with pytest.raises(ValueError, match="no metadata column 'outlet'"):
        terms(sample_parts, by="outlet")
    with pytest.raises(ValueError, match="resamples is -1: use 0"):
        terms(sample_parts, resamples=-1)


def test_rows_are_found_where_they_are_and_nowhere_else():
    random = np.random.default_rng(1)
    known = np.unique(random.integers(0, 9, (200, 3)), axis=0)
    known = known[random.permutation(len(known))]
    wanted = random.integers(-1, 11, (2000, 3))
    places = {tuple(row): place for place, row in enumerate(known.tolist())}
    expected = [places.get(tuple(row), -1) for row in wanted.tolist()]
    assert 100 < sum(place >= 0 for place in expected) < 1900
    assert RowLookup(list(known.T)).rows(list(wanted.T)).tolist() == expected
    assert RowLookup(list(known.T)).rows([np.empty(0, np.int64)] * 3).tolist() == []
