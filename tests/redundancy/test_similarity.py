"""The map of documents: cosines and distances are scikit-learn's, places keep what a plane can keep."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist, squareform

from analysis import tokenize
from analysis.redundancy import similarity
from analysis.redundancy.similarity import document_map
from analysis.text.corpus import read_texts

STOPS = {"the", "of", "and"}


def distances(table):
    return squareform(pdist(table[["x", "y"]].to_numpy()))


def test_the_nearest_document_is_that_of_scikit_learn(sample_tokens):
    text = pytest.importorskip("sklearn.feature_extraction.text")
    words = [own.vocabulary[own.ids].tolist() for _, own in sample_tokens.documents()]
    kept = [[word for word in own if word not in STOPS] for own in words]
    alike = text.TfidfVectorizer(analyzer=list).fit_transform(kept)
    alike = (alike @ alike.T).toarray()
    np.fill_diagonal(alike, -1)
    table = document_map(sample_tokens, stopwords=STOPS)
    np.testing.assert_allclose(table["similarity"], alike.max(axis=1), atol=1e-8)
    assert table["nearest"].tolist() == sample_tokens.doc_ids[alike.argmax(axis=1)].tolist()


def test_three_documents_without_a_word_in_common_are_a_triangle():
    table = document_map(tokenize(read_texts(["War.", "Law.", "Tea."])))
    # Vectors at right angles are the root of two apart, and a plane has room for three of them.
    np.testing.assert_allclose(distances(table), np.sqrt(2) * (1 - np.eye(3)), atol=1e-8)
    assert table.attrs["kept"] == 1
    assert table["similarity"].tolist() == [0, 0, 0]


def test_the_plane_is_the_one_of_the_two_largest_singular_values(sample_tokens):
    table = document_map(sample_tokens, stopwords=STOPS)
    vectors = similarity._vectors(sample_tokens, STOPS).toarray()
    values = np.linalg.svd(vectors - vectors.mean(axis=0), compute_uv=False)  # principal axes, by another way
    np.testing.assert_allclose(np.linalg.norm(table[["x", "y"]], axis=0), values[:2], rtol=1e-6)
    assert table.attrs["kept"] == pytest.approx((values[:2] ** 2).sum() / (values**2).sum())
    assert (distances(table) <= squareform(pdist(vectors)) + 1e-8).all()


def test_a_document_without_a_word_that_counts_is_in_nobodys_neighbourhood():
    table = document_map(tokenize(read_texts(["The.", "War of law.", "Law of war."])), stopwords=STOPS)
    assert table["similarity"].tolist() == pytest.approx([0, 1, 1])
    assert np.isfinite(table[["x", "y"]].to_numpy()).all()


def test_a_corpus_in_shards(sample_tokens, sample_shards):
    whole, cut = (document_map(tokens, stopwords=STOPS) for tokens in (sample_tokens, sample_shards))
    pd.testing.assert_frame_equal(whole, cut)


@pytest.mark.parametrize("texts", [["War.", "Law."], ["War."] * (similarity.MOST + 1)], ids=len)
def test_too_few_or_too_many(texts):
    with pytest.raises(ValueError, match=f"a map takes 3 to {similarity.MOST} documents, and there are {len(texts)}"):
        document_map(tokenize(read_texts(texts)))
