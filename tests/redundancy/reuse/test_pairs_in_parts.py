"""The pairs of documents of a corpus in parts are those of the corpus in memory, however it is cut."""

import numpy as np
import pandas as pd
import pytest

from analysis import tokenize
from analysis.redundancy import reuse
from analysis.redundancy.reuse import common_shingles, document_pairs, pairs
from analysis.text.corpus import read_texts


@pytest.fixture(scope="module")
def tokens():
    """Forty short documents of three words, some without any, and one that shares nothing."""
    random = np.random.default_rng(5)
    texts = [" ".join(random.choice(["ant", "bee", "cat"], random.integers(1, 30))) for _ in range(40)]
    return tokenize(read_texts(["", *texts[:20], "Nothing of this here", "", *texts[20:]]))


def small(monkeypatch):
    """Many pieces also of a small corpus."""
    monkeypatch.setattr(reuse, "ROWS", 40)
    monkeypatch.setattr(pairs, "FOUND", 9)


@pytest.mark.parametrize("documents", [2, 7, 43])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"n": 1, "min_shared": 3},
        {"n": 3, "max_documents": 20},
        {"n": 5, "min_shared": 1, "min_containment": 0},
        {"n": 40},
    ],
)
def test_pairs_equal_those_in_memory(monkeypatch, tokens, in_parts, documents, options):
    small(monkeypatch)
    whole = document_pairs(tokens, **options)
    assert whole.empty == (options == {"n": 40})
    pd.testing.assert_frame_equal(document_pairs(in_parts(tokens, documents), **options), whole, check_exact=True)


def test_of_too_many_pairs_those_that_share_most_are_listed(monkeypatch, tokens, in_parts):
    small(monkeypatch)
    monkeypatch.setattr(reuse, "PAIRS", 20)
    whole = document_pairs(tokens)
    assert len(whole) > 100
    assert whole["shared"].iloc[19] == whole["shared"].iloc[20]  # so that the order of the corpus decides
    pd.testing.assert_frame_equal(document_pairs(in_parts(tokens, 7)), whole.head(20), check_exact=True)


@pytest.mark.parametrize("documents", [2, 7])
@pytest.mark.parametrize("n", [1, 3, 4, 33])
def test_widespread_shingles_equal_those_in_memory(monkeypatch, tokens, in_parts, documents, n):
    small(monkeypatch)
    whole = common_shingles(tokens, n=n, max_documents=6)
    assert len(whole) > 2 or n == 33
    found = common_shingles(in_parts(tokens, documents), n=n, max_documents=6)
    pd.testing.assert_frame_equal(found, whole, check_exact=True)


def test_the_sample_in_parts(sample_tokens, sample_parts):
    for measure, options in ((document_pairs, {}), (common_shingles, {"n": 2, "max_documents": 10})):
        whole = measure(sample_tokens, **options)
        assert len(whole) > 9
        pd.testing.assert_frame_equal(measure(sample_parts, **options), whole, check_exact=True)
    assert not list(sample_parts.folder.glob(".engine-*"))


def test_of_no_document_there_is_no_pair(tokens, in_parts):
    none = in_parts(tokens, 7).subset([])
    assert none.n_documents == 0
    for measure in (document_pairs, common_shingles):
        pd.testing.assert_frame_equal(measure(none), measure(tokens.subset([])))
