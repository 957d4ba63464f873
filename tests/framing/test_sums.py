"""Sums of weights are rounded alike however the corpus is cut."""

import numpy as np
import pytest

from analysis import tokenize
from analysis.framing.sums import sums
from analysis.text.corpus import read_texts


@pytest.fixture(scope="module")
def militants():
    return tokenize(read_texts(["Militants fled. Militants fled again."] * 40))


def test_parts_make_no_difference_to_the_last_bit(militants, in_parts, security):
    weights = 1 / np.random.default_rng(2).integers(3, 50, militants.n_sentences)
    group = np.arange(militants.n_documents) % 3
    whole, *cuts = (
        sums(tokens, security, weights, group, resamples=20, seed=0)
        for tokens in (militants, in_parts(militants, 1), in_parts(militants, 7))
    )
    column = security.frames["frame"].tolist().index("threat")
    one_by_one = np.zeros(3)
    for document in range(40):  # a hit weighs what its sentence does: two a document
        for weight in weights[2 * document : 2 * document + 2]:
            one_by_one[document % 3] += weight
    assert whole.counts[:, column] == pytest.approx(one_by_one)
    for cut in cuts:
        for one, other in zip(cut, whole, strict=True):
            assert one.tobytes() == other.tobytes()


def test_a_group_of_one_document_has_the_interval_of_its_sentences(militants, in_parts, security):
    group = np.zeros(militants.n_documents, dtype=np.int64)
    group[7] = 1
    column = security.frames["frame"].tolist().index("threat")
    for tokens in (militants, in_parts(militants, 3)):
        found = sums(tokens, security, None, group, resamples=50, seed=0)
        assert found.sentences.tolist() == [78, 2]
        assert found.counts[:, column].tolist() == [78, 2]
        assert found.words.tolist() == [39 * 5, 5]
        # Of its two sentences, one hit in two words and one in three, some draws have twice the one or the other.
        assert found.low[1, column] == pytest.approx(1 / 3)
        assert found.high[1, column] == pytest.approx(1 / 2)
