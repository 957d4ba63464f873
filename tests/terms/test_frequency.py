"""Counts, rates and weights worked out by hand; n-gram counts against NLTK."""

from itertools import pairwise
from math import log

import nltk
import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfTransformer

from analysis import Tokens, read_text, tokenize
from analysis.core.intervals import rate_intervals
from analysis.redundancy.repeats import weights
from analysis.terms import frequency, keys
from analysis.terms.frequency import COLUMNS, before_and_after, terms
from analysis.text.corpus import read_texts

FILES = {
    "a.txt": "War is war. No war!",  # 5 words
    "b.txt": "Peace is near.",  # 3
    "c.txt": "War is near.",  # 3
    "metadata.csv": "file,source\na.txt,Daily\nb.txt,\nc.txt,Daily\n",
}


def test_every_column_by_hand(tokens: Tokens) -> None:
    table = terms(tokens)
    assert table.columns.tolist() == COLUMNS
    # Of 3 documents war stands in 2, is in 3, near in 2, no and peace in 1: df; ties go by the alphabet.
    assert table["term"].tolist() == ["war", "is", "near", "no", "peace"]
    assert table["count"].tolist() == [4, 3, 2, 1, 1]
    assert table["per_million"].tolist() == pytest.approx([1e6 * n / 11 for n in (4, 3, 2, 1, 1)])
    assert table["documents"].tolist() == [2, 3, 2, 1, 1]
    assert table["document_share"].tolist() == pytest.approx([2 / 3, 1, 2 / 3, 1 / 3, 1 / 3])
    idf = {df: log(4 / (1 + df)) + 1 for df in (1, 2, 3)}  # ln((1 + N) / (1 + df)) + 1
    assert idf[3] == 1.0  # what stands everywhere weighs one
    assert table["tf_idf"].tolist() == pytest.approx([4 * idf[2], 3 * idf[3], 2 * idf[2], idf[1], idf[1]])
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)


def test_by_a_metadata_column(tokens: Tokens) -> None:
    table = terms(tokens, by="source")
    assert table.columns.tolist() == ["source", *COLUMNS]
    assert table["source"].tolist() == ["(none)"] * 3 + ["Daily"] * 4
    assert table["term"].tolist() == ["is", "near", "peace", "war", "is", "near", "no"]
    assert table["count"].tolist() == [1, 1, 1, 4, 2, 1, 1]
    assert table["per_million"].tolist() == pytest.approx([1e6 / 3] * 3 + [1e6 * n / 8 for n in (4, 2, 1, 1)])
    assert table["documents"].tolist() == [1, 1, 1, 2, 2, 1, 1]
    assert table["document_share"].tolist() == [1, 1, 1, 1, 1, 0.5, 0.5]
    # N and df are those of the corpus: is in 3 of 3, near and war in 2, peace and no in 1.
    idf = {df: log(4 / (1 + df)) + 1 for df in (1, 2, 3)}
    expected = [idf[3], idf[2], idf[1], 4 * idf[2], 2 * idf[3], idf[2], idf[1]]
    assert table["tf_idf"].tolist() == pytest.approx(expected)


def test_ngrams_do_not_cross_sentences(tokens: Tokens) -> None:
    table = terms(tokens, n=2)
    # war is | is war || no war; peace is | is near; war is | is near: 7 running pairs, no "war no"
    assert table["term"].tolist() == ["is near", "war is", "is war", "no war", "peace is"]
    assert table["count"].tolist() == [2, 2, 1, 1, 1]
    assert table["per_million"].tolist() == pytest.approx([1e6 * n / 7 for n in (2, 2, 1, 1, 1)])
    assert terms(tokens, n=3)["term"].tolist() == ["peace is near", "war is near", "war is war"]
    assert terms(tokens, n=4).empty


@pytest.mark.parametrize(("skip", "triples"), [(0, 3), (1, 3 + 2 * 2), (2, 3 + 2 * 2 + 1 * 3), (9, 10)])
def test_as_many_triples_as_guthrie_counts(skip: int, triples: int) -> None:
    """In a sentence of m words (m - (i + 2)) (i + 1) triples leave out i words in all (Guthrie et al. 2006)."""
    assert len(terms(tokenize(read_text("We held the line today.")), n=3, skip=skip)) == triples


@pytest.mark.parametrize(("n", "skip"), [(1, 0), (2, 0), (3, 0), (5, 0), (2, 1), (2, 4), (3, 2), (5, 1)])
def test_ngrams_of_the_sample_are_those_of_nltk(sample_tokens: Tokens, n: int, skip: int) -> None:
    words = sample_tokens.vocabulary[sample_tokens.ids].tolist()
    lines = [words[first:last] for first, last in pairwise(sample_tokens.sentence_offsets)]
    grams = [" ".join(gram) for line in lines for gram in nltk.skipgrams(line, n, skip)]
    table = terms(sample_tokens, n=n, skip=skip)
    assert dict(zip(table["term"], table["count"], strict=True)) == dict(nltk.FreqDist(grams))


def test_a_skip_gram_has_the_weight_of_its_first_word_and_stop_words_inside_only() -> None:
    tokens = tokenize(read_text("The rule of law."))
    table = terms(tokens, n=2, skip=1, weights=np.array([8, 4, 2, 1])).set_index("term")
    assert table["count"].to_dict() == {"the of": 8, "the rule": 8, "rule law": 4, "rule of": 4, "of law": 2}
    assert table.loc["rule law", "per_million"] == pytest.approx(4e6 / 26)
    assert terms(tokens, n=2, skip=1, stopwords={"the", "of"})["term"].tolist() == ["rule law"]


def test_tf_idf_is_that_of_scikit_learn(sample_tokens: Tokens) -> None:
    counts, _, names = sample_tokens.document_term_matrix()
    weighted = TfidfTransformer(norm=None, smooth_idf=True).fit_transform(counts).toarray()
    table = terms(sample_tokens).set_index("term")
    np.testing.assert_allclose(table.loc[names, "tf_idf"], weighted.sum(axis=0), rtol=1e-12)
    # By group, the idf of the whole corpus is still the one that counts.
    table = terms(sample_tokens, by="source_kind", stopwords={"the"}, min_count=3)
    daily = table[table["source_kind"] == "daily"].set_index("term")
    chosen = (sample_tokens.groups("source_kind") == "daily").to_numpy()
    sums = dict(zip(names, weighted[chosen].sum(axis=0), strict=True))
    assert daily["tf_idf"].tolist() == pytest.approx([sums[term] for term in daily.index])


def test_a_table_without_rows_has_its_columns(tokens: Tokens) -> None:
    full = terms(tokens, by="source")
    everything = tokens.vocabulary.tolist()
    empty = [
        terms(tokens, by="source", n=9),  # n larger than any sentence
        terms(tokens, by="source", n=4, skip=5),
        terms(tokens, by="source", stopwords=everything),
        terms(tokens, by="source", min_count=99),
    ]
    for table in empty:
        assert table.empty
        assert table.dtypes.to_dict() == full.dtypes.to_dict()
    assert terms(tokens, stopwords=everything, weights=np.ones(11)).columns.tolist() == COLUMNS
    without_words = tokenize(read_text("© 2024 The Daily"))
    for n in (1, 2):
        assert terms(without_words, n=n).empty
        assert terms(without_words, n=n).columns.tolist() == COLUMNS


def test_stop_words_are_counted_and_not_listed(tokens: Tokens) -> None:
    table = terms(tokens, stopwords={"is", "no"})
    assert table["term"].tolist() == ["war", "near", "peace"]
    assert table["per_million"].tolist() == pytest.approx([1e6 * n / 11 for n in (4, 2, 1)])


def test_an_ngram_may_have_a_stop_word_inside_only() -> None:
    tokens = tokenize(read_text("The rule of law is the law."))
    table = terms(tokens, n=3, stopwords={"the", "of", "is"})
    assert table["term"].tolist() == ["rule of law"]  # not "the rule of", "of law is", "law is the", "is the law"


def test_weights_are_summed(tokens: Tokens) -> None:
    # war is war | no war | peace is near | war is near
    weights = np.array([2, 2, 2, 3, 3, 1.5, 1.5, 1.5, 0, 0, 0])
    table = terms(tokens, weights=weights).set_index("term")
    assert table["count"].to_dict() == {"war": 7, "is": 3.5, "no": 3, "near": 1.5, "peace": 1.5}
    assert table["documents"].to_dict() == {"war": 1, "is": 2, "no": 1, "near": 1, "peace": 1}  # weight 0: not there
    assert weights.sum() == 16.5
    assert table["per_million"].tolist() == pytest.approx([1e6 * n / 16.5 for n in (7, 3.5, 3, 1.5, 1.5)])
    # A pair has the weight of its first word; the seven running pairs weigh 2 + 2 + 3 + 1.5 + 1.5.
    pairs = terms(tokens, n=2, weights=weights).set_index("term")
    assert pairs["count"].to_dict() == {"no war": 3, "is war": 2, "war is": 2, "is near": 1.5, "peace is": 1.5}
    assert pairs.loc["no war", "per_million"] == pytest.approx(3e5)


def test_words_of_one_weight_stand_in_alphabetical_order() -> None:
    tokens = tokenize(read_text("Go go go go go go. Alone."))
    assert np.cumsum([1 / 6] * 6)[-1] < 1  # by a last bit
    table = terms(tokens, weights=np.array([1 / 6] * 6 + [1]))
    assert table[["term", "count"]].to_numpy().tolist() == [["alone", 1.0], ["go", 1.0]]


def test_min_count(tokens: Tokens) -> None:
    assert terms(tokens, min_count=3)["term"].tolist() == ["war", "is"]
    assert terms(tokens, by="source", min_count=2)["term"].tolist() == ["war", "is"]
    assert terms(tokens, min_count=5).empty


def test_the_interval_is_over_documents() -> None:
    texts = ["War is war.", "No war.", "Peace is near.", "It rains.", "War ends."]
    table = terms(tokenize(read_texts(texts))).set_index("term")
    low, high = rate_intervals(np.array([[2], [1], [0], [0], [1]]), np.array([3, 2, 3, 2, 2]))
    assert table.loc["war", ["ci_low", "ci_high"]].tolist() == pytest.approx([1e6 * low[0], 1e6 * high[0]])
    alone = terms(tokenize(read_text(" ".join(texts)))).set_index("term")  # one document: over its sentences
    assert alone.loc["war", ["ci_low", "ci_high"]].tolist() == table.loc["war", ["ci_low", "ci_high"]].tolist()
    table = terms(tokenize(read_texts([*texts[:4], "© 2024 The Daily"])))  # four documents with words
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)


def test_the_interval_of_a_group_is_over_its_documents(sample_tokens: Tokens) -> None:
    table = terms(sample_tokens, by="source_kind")
    counts, _, names = sample_tokens.document_term_matrix()
    chosen = (sample_tokens.groups("source_kind") == "daily").to_numpy()
    column = counts.toarray()[chosen][:, names.tolist().index("operation")]
    sizes = np.diff(sample_tokens.document_offsets)[chosen]
    low, high = rate_intervals(column[:, None], sizes)
    row = table[(table["source_kind"] == "daily") & (table["term"] == "operation")].iloc[0]
    assert row["per_million"] == pytest.approx(1e6 * column.sum() / sizes.sum())
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([1e6 * low[0], 1e6 * high[0]])


def test_the_interval_of_a_group_of_one_document_is_over_its_sentences(sample_tokens: Tokens) -> None:
    name = sample_tokens.doc_ids[7]
    table = terms(sample_tokens, by="doc_id", n=2)
    own = table[table["doc_id"] == name].drop(columns=["doc_id", "tf_idf"]).reset_index(drop=True)
    alone = terms(sample_tokens.where(doc_id=name), n=2).drop(columns="tf_idf")
    pd.testing.assert_frame_equal(own, alone)
    assert own["ci_low"].notna().all()
    assert (own["count"] > 1).any()
    assert (own["documents"] == 1).all()
    assert (own["document_share"] == 1).all()


def test_a_sentence_too_short_for_an_ngram_is_no_unit() -> None:
    text = "Stop. War is war. It rains. It snows. War is near. War is far."
    table = terms(tokenize(read_text(text)), n=2).set_index("term")  # the first sentence has no pair, and no size
    low, high = rate_intervals(np.array([[1], [0], [0], [1], [1]]), np.array([2, 1, 1, 2, 2]))
    assert table.loc["war is"].tolist()[-2:] == pytest.approx([1e6 * low[0], 1e6 * high[0]])


def test_mistakes(tokens: Tokens) -> None:
    with pytest.raises(ValueError, match="n is 0: use 1 for words, 2 for pairs of words"):
        terms(tokens, n=0)
    with pytest.raises(ValueError, match="skip is -1: use 0 for words in a row"):
        terms(tokens, n=2, skip=-1)
    with pytest.raises(ValueError, match="stopwords is 'war': give a collection of words"):
        terms(tokens, stopwords="war")
    for measure in (terms, before_and_after):
        with pytest.raises(ValueError, match="3 weights for 11 tokens: give one a token, or one a sentence"):
            measure(tokens, weights=np.ones(3))
    with pytest.raises(ValueError, match="no metadata column 'outlet'"):
        terms(tokens, by="outlet")


def test_weights_lose_no_word(make_corpus) -> None:
    """A word that weighs less than one in all is a row as any other."""
    tokens = tokenize(read_text("Hold on. " * 6 + "Go."))
    for measure in (terms, before_and_after):
        assert set(measure(tokens, weights=weights(tokens))["term"]) == {"hold", "on", "go"}
    files = {"a.txt": "We will win.", "b.txt": "We will win.", "metadata.csv": "file,source\na.txt,X\nb.txt,Y\n"}
    tokens = tokenize(make_corpus(files))
    assert terms(tokens, by="source", weights=weights(tokens))["count"].tolist() == [0.5] * 6


CUT = {
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
    {"by": "source", "stopwords": {"war", "is", "no", "peace", "near", "ärger", "zeit"}},
]


@pytest.fixture
def small_files(monkeypatch):
    """Of a sharded corpus a few rows are added up, and a few cells drawn from, at a time."""
    monkeypatch.setattr(keys, "ROWS", 5)


@pytest.mark.parametrize("options", OPTIONS)
def test_made_up_texts_in_shards(make_corpus, sharded, small_files, options):
    whole = tokenize(make_corpus(CUT))
    thirds = 1 / np.random.default_rng(0).integers(1, 8, len(whole))
    zeros = np.where(np.isin(whole.document, (0, 2)), 0.0, 1.0)
    for documents in (1, 2, 3, 7):
        cut = sharded(whole, documents)
        for given in (None, weights(whole), thirds, zeros):
            expected, found = (terms(tokens, weights=given, **options) for tokens in (whole, cut))
            pd.testing.assert_frame_equal(found, expected, check_exact=True)
        assert {path.name for path in cut.folder.iterdir() if path.name.startswith("buckets")} == set()


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("most", [50, 1500])  # the last of these is one of many terms of the same count
def test_the_first_rows_have_the_values_of_the_whole_table(sample_tokens, sample_shards, small_files, n, most):
    expected = terms(sample_tokens, n=n)
    assert len(expected) > 2000
    for tokens in (sample_tokens, sample_shards):
        found = terms(tokens, n=n, most=most)
        pd.testing.assert_frame_equal(found, expected.head(most), check_exact=True)


def test_of_groups_there_are_the_first_of_each_and_of_all(sample_tokens, sample_shards, small_files, monkeypatch):
    monkeypatch.setattr(frequency, "AT_LEAST", 9)
    stops = ["the", "of", "and"]
    options = {"by": "source", "stopwords": stops}
    whole = terms(sample_tokens, **options)
    groups = whole["source"].nunique()
    each = max(60 // groups, 9)
    most = terms(sample_tokens, stopwords=stops)["term"].head(each)
    kept = (whole.groupby("source").cumcount() < each) | whole["term"].isin(most)
    assert groups * each < kept.sum() < len(whole) / 4
    for tokens in (sample_tokens, sample_shards):
        found = terms(tokens, most=60, **options)
        pd.testing.assert_frame_equal(found, whole[kept].reset_index(drop=True), check_exact=True)


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


@pytest.mark.parametrize("stopwords", [None, {"the", "war", "of", "peas"}])
def test_before_and_after_in_shards(sample_tokens, sample_shards, make_corpus, sharded, stopwords):
    small = tokenize(make_corpus(CUT))
    pairs = [(sample_tokens, sample_shards), (small, sharded(small, 1)), (small, sharded(small, 3))]
    for whole, cut in pairs:
        thirds = 1 / np.random.default_rng(0).integers(1, 8, whole.n_sentences)
        for given in (thirds, np.repeat(thirds, np.diff(whole.sentence_offsets))):
            expected = before_and_after(whole, given, stopwords=stopwords)
            for most in (None, 3):  # the ranks are among all
                found = before_and_after(cut, given, stopwords=stopwords, most=most)
                pd.testing.assert_frame_equal(found, expected.head(most or len(expected)), check_exact=True)
    assert expected["rank"].max() > 3
