"""Chances by permutation, against the same draws added up in the plainest way."""

import numpy as np
import pytest
from scipy import sparse

from analysis.framing import permutations
from analysis.framing.permutations import adjust_p, headline_p, shift_p

RANDOM = np.random.default_rng(4)
WORDS = RANDOM.integers(3, 20, 28).astype(float)
HITS = RANDOM.integers(0, 3, (28, 3)) * 0.3


def gap(one, whole):
    other = whole - one
    return np.abs(one[1:] / one[0] - other[1:] / other[0])


@pytest.mark.parametrize("together", [3, 32])
def test_words_in_the_place_of_headlines(together, monkeypatch):
    monkeypatch.setattr(permutations, "HEADLINES", together)
    words, size = np.array([30, 12, 50, 9]), np.array([5, 4, 9, 8])
    spans = [[(0, 1), (4, 4), (9, 11)], [], [(2, 2), (3, 3), (8, 9), (30, 34)], [(0, 7), (8, 8)]]
    bounds = np.cumsum([0, *map(len, spans)])
    frame = np.array([0, 1, 0, 0, 1, 1, 0, 0, 1])

    def of_windows(begin):
        total = np.append(size.sum(), np.zeros(2))
        for document, first in enumerate(begin):
            for k, (low, high) in enumerate(spans[document], bounds[document]):
                inside = len(set(range(low, high + 1)) & set(range(first, first + size[document])))
                total[1 + frame[k]] += inside / (high + 1 - low)
        return total

    random = np.random.default_rng(9)
    whole, actual = np.append(words.sum(), np.bincount(frame)), of_windows([0] * 4)
    assert actual[1:].tolist() == [3, 2.5]
    drawn = [gap(of_windows(random.integers(words - size + 1)), whole) for _ in range(40)]
    expected = np.mean([own >= gap(actual, whole) - 1e-12 for own in [gap(actual, whole), *drawn]], axis=0)
    flat = np.array([span for own in spans for span in own])
    found = headline_p(flat, frame, bounds, words, size, frames=2, permutations=40, seed=9)
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("together", [3, 8])
def test_documents_dealt_out(together, monkeypatch):
    monkeypatch.setattr(permutations, "DIVISIONS", together)
    values, group = np.column_stack([WORDS, HITS]), np.arange(28) % 3
    random = np.random.default_rng(9)
    orders = [np.arange(28), *(random.permutation(28) for _ in range(40))]
    apart = np.array(
        [[gap(values[order[group == g]].sum(axis=0), values.sum(axis=0)) for g in range(3)] for order in orders]
    )
    expected = (apart >= apart[0] - 1e-12).mean(axis=0)
    assert shift_p(sparse.csr_array(HITS), WORDS, group, 40, 9).tolist() == expected.tolist()


def test_what_could_not_be_found_is_no_test():
    p, least = np.array([0.004, 0.03, 0.9, 0.9, np.nan]), np.array([1e-4, 1e-3, 0.04, 0.2, np.nan])
    # one test could reach .05, as three could; two .05 / 2, as two could: two are made
    assert adjust_p(p, least).tolist() == pytest.approx([0.008, 0.03, *[np.nan] * 3], nan_ok=True)
    assert adjust_p(p).tolist() == pytest.approx([0.016, 0.06, 0.9, 0.9, np.nan], nan_ok=True)
    assert adjust_p(np.array([]), np.array([])).tolist() == []
