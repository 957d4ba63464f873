"""Chances by permutation, against the same draws added up in the plainest way."""

import numpy as np
import pytest
from scipy import sparse

from analysis.framing import permutations
from analysis.framing.permutations import as_headline, dealt, rates

RANDOM = np.random.default_rng(4)
SENTENCES, TITLES = np.array([4, 2, 7, 3, 12]), np.array([1, 1, 2, 1, 3])
WORDS = RANDOM.integers(3, 20, 28).astype(float)
HITS = RANDOM.integers(0, 3, (28, 3)) * 0.3
FEW = sparse.csr_array(np.array([[1.0, 0, 0.3], [0, 0, 0.1], [2, 0, 0.7], [0, 5, 0]]))


def gap(one, whole):
    other = whole - one
    return np.abs(one[1:] / one[0] - other[1:] / other[0])


@pytest.mark.parametrize("together", [3, 32])
def test_sentences_in_the_place_of_headlines(together, monkeypatch):
    monkeypatch.setattr(permutations, "TOGETHER", together)
    values = np.column_stack([WORDS, HITS])
    first = np.cumsum(SENTENCES) - SENTENCES

    def of_runs(begin):
        return sum(values[b : b + size].sum(axis=0) for b, size in zip(begin, TITLES, strict=True))

    random = np.random.default_rng(9)
    whole, actual = values.sum(axis=0), of_runs(first)
    drawn = [gap(of_runs(first + random.integers(SENTENCES - TITLES + 1)), whole) for _ in range(40)]
    expected = np.mean([own >= gap(actual, whole) - 1e-12 for own in [gap(actual, whole), *drawn]], axis=0)
    assert as_headline(sparse.csr_array(HITS), WORDS, SENTENCES, TITLES, actual, 40, 9).tolist() == expected.tolist()


@pytest.mark.parametrize("together", [3, 8])
def test_documents_dealt_out(together, monkeypatch):
    monkeypatch.setattr(permutations, "DEALT", together)
    values, group = np.column_stack([WORDS, HITS]), np.arange(28) % 3
    random = np.random.default_rng(9)
    orders = [np.arange(28), *(random.permutation(28) for _ in range(40))]
    apart = np.array(
        [[gap(values[order[group == g]].sum(axis=0), values.sum(axis=0)) for g in range(3)] for order in orders]
    )
    expected = (apart >= apart[0] - 1e-12).mean(axis=0)
    assert dealt(sparse.csr_array(HITS), WORDS, group, 40, 9).tolist() == expected.tolist()


def test_no_words_no_rate():
    none = np.zeros(4)
    assert rates(FEW, none).tolist() == [0, 0, 0]
    assert rates(FEW, np.full(4, 5.0)).tolist() == pytest.approx([150, 250, 55])
