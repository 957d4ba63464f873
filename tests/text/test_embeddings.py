"""Vectors of texts: the package's own pooling, the promises on empty texts, order and silence, and what is near."""

import logging
import sys

import numpy as np
import pytest

from analysis.text import embeddings
from analysis.text.embeddings import SIZE, available, embed, means

pytestmark = pytest.mark.skipif(not available(), reason="the extra 'embeddings' (wordllama) is not installed")

TEXTS = ["The army attacked the village at night.", "Wheat prices fell.", "دہشت گردی کے خلاف", "counter-terrorism"]


def test_equals_the_mean_of_the_vectors_of_the_word_pieces() -> None:
    model = embeddings._model()
    for text, row, plain in zip(TEXTS, embed(TEXTS), means(TEXTS), strict=True):
        mean = model.embedding[model.tokenizer.encode(text, add_special_tokens=False).ids].mean(axis=0)
        np.testing.assert_allclose(row, mean / np.linalg.norm(mean), atol=1e-5)
        np.testing.assert_allclose(plain, mean, atol=1e-4)


def test_equals_what_the_package_itself_gives() -> None:
    theirs = embeddings._model().embed(TEXTS[1:2], norm=True)
    np.testing.assert_allclose(embed(TEXTS[1:2]), theirs, atol=1e-5)


def test_rows_are_of_length_one_and_those_of_empty_texts_zero() -> None:
    vectors = embed([TEXTS[0], "", " \n\t", TEXTS[1], ""])
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 0, 1, 0], abs=1e-5)
    assert embed(["", " "]).any() == np.False_
    assert embed([]).shape == (0, SIZE)


def test_a_row_depends_on_its_text_alone() -> None:
    many = [f"{text} {number}" for number in range(embeddings.BATCH) for text in TEXTS]  # more than one batch
    together = embed(many)
    for row in (0, 5, embeddings.BATCH - 1, embeddings.BATCH, len(many) - 1):
        assert (embed([many[row]])[0] == together[row]).all()
    assert (together == together.round(6)).all()


def test_a_line_break_is_a_blank() -> None:
    assert (embed(["The army\n  attacked"]) == embed([" The army attacked "])).all()


def test_near_is_what_has_the_same_theme_without_a_word_in_common() -> None:
    vectors = embed(["The army attacked the village.", "Troops raided a hamlet.", "Wheat prices fell sharply."])
    cosine = vectors @ vectors.T
    assert cosine[0, 1] > 0.3 > cosine[0, 2]


def test_loading_leaves_the_log_of_the_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])  # as in a process that has not set up any; the test runner has
    before = root.level
    embeddings._model.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0] == "wordllama" and "algorithms" not in name]:
        del sys.modules[name]
    embed(["word"])
    assert (root.handlers, root.level) == ([], before)


def test_one_text_in_place_of_many_is_refused() -> None:
    with pytest.raises(ValueError, match=r"single text \('The army attacked"):
        embed("The army attacked the village.")


def test_without_the_package_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wordllama", None)
    embeddings._model.cache_clear()
    assert not available()
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'lafz\[embeddings\]'"):
        embed(["word"])
    embeddings._model.cache_clear()
