"""Rates of documents drawn again are those of the resamples of all other intervals."""

import numpy as np
import pytest
from scipy import sparse

from analysis.bootstrap import multiplicities
from analysis.framing import resampling
from analysis.framing.resampling import drawn_rates, rates

HITS = sparse.csr_array(np.array([[1.0, 0, 0.3], [0, 0, 0.1], [2, 0, 0.7], [0, 5, 0]]))


@pytest.mark.parametrize("words", [[3.0, 9, 4, 8], [3.1, 0.7, 4.3, 8.9]])
@pytest.mark.parametrize("width", [3, 64])
def test_documents_are_drawn_as_for_all_intervals(words, width, monkeypatch):
    monkeypatch.setattr(resampling, "WIDTH", width)
    monkeypatch.setattr(resampling, "BATCH", 8)
    size = np.array(words)
    found, again = drawn_rates([(HITS, size), (2 * HITS, size)], 50, 3)
    times = np.hstack([*multiplicities(4, 50, 3)]).astype(float)
    assert found == pytest.approx(1000 * (HITS.T @ times) / (size @ times))
    assert again == pytest.approx(2 * found)


def test_no_words_no_rate():
    none = np.zeros(4)
    assert drawn_rates([(HITS, none)], 5, 0)[0].tolist() == np.zeros((3, 5)).tolist()
    assert rates(HITS, none).tolist() == [0, 0, 0]
    assert rates(HITS, np.full(4, 5.0)).tolist() == pytest.approx([150, 250, 55])
