"""The numbers of a text against scikit-learn's, and against sums on paper."""

import math

import numpy as np
import pytest

from analysis.framing.features import KINDS, Features, fit, transform
from analysis.framing.lexicon import Lexicon
from analysis.text import embeddings

TEXTS = ["the tax rose", "the tax fell", "the army fell back and back", "army back"]
LABELS = np.array(["economy", "economy", "war", "war"], dtype=object)
FRAMES = """\
  war: {definition: A fight., terms: [army, {pattern: back, weight: 0.5}]}
  article: {definition: A word in all texts., terms: [the, and]}
"""


def columns(features: Features, kind: str) -> list[int]:
    names = features.names()
    return names.index[names["kind"] == kind].tolist()


def test_words_and_pieces_weigh_what_scikit_learn_gives_them() -> None:
    vectorizers = pytest.importorskip("sklearn.feature_extraction.text")
    features, rows = fit(TEXTS, LABELS, [])
    words = vectorizers.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    expected = words.fit_transform(TEXTS).toarray()
    assert features.words == tuple(words.get_feature_names_out())
    assert rows[:, columns(features, "word")].toarray() == pytest.approx(expected, abs=1e-6)

    def cut(text: str) -> list[str]:
        padded = [f" {word} " for word in text.split()]
        return [word[i : i + n] for word in padded for n in (3, 4, 5) for i in range(len(word) - n + 1)]

    pieces = vectorizers.TfidfVectorizer(analyzer=cut, sublinear_tf=True, min_df=2)
    expected = pieces.fit_transform(TEXTS).toarray()
    assert features.pieces == tuple(pieces.get_feature_names_out())
    assert rows[:, columns(features, "characters")].toarray() == pytest.approx(expected, abs=1e-6)


def test_the_weight_of_a_word_by_hand() -> None:
    features, rows = fit(["a b b", "a b", "a"], np.array(["x", "y", "y"], dtype=object), [])
    assert features.words == ("a", "a b", "b")  # "b b" stands in one text only
    idf_b = 1 + math.log(4 / 3)  # three texts, two with it, one added to both; "a" stands in all: 1
    raw = np.array([1, idf_b, (1 + math.log(2)) * idf_b])
    assert rows[[0], :][:, columns(features, "word")].toarray()[0] == pytest.approx(raw / np.linalg.norm(raw), abs=1e-6)


def test_a_pair_does_not_cross_the_end_of_a_sentence() -> None:
    features, _ = fit(["Taxes rose. Armies fell."] * 2, LABELS[[0, 2]], [])
    assert features.words == ("armies", "armies fell", "fell", "rose", "taxes", "taxes rose")


def test_frames_count_as_far_as_they_follow_the_labels(lexicon: Lexicon) -> None:
    features, rows = fit(TEXTS, LABELS, [lexicon])
    # war: 0, 0, 1 + 2 * .5, 1 + .5, of which ln(1 + w). article: one, one, two ("the", "and") and none.
    war, article = np.log1p([0, 0, 2, 1.5]), np.log1p([1, 1, 2, 0])
    ratios = []
    for column in (war, article):
        between = sum(2 * (column[part].mean() - column.mean()) ** 2 for part in (slice(0, 2), slice(2, 4)))
        share = between / ((column - column.mean()) ** 2).sum()
        ratios.append(math.sqrt(max(0, 1 - (1 - share) * 3 / 2)))  # 4 - 1 texts, 4 - 2 labels
    assert ratios[0] > 0.98  # and the other is nothing
    assert ratios[1] == 0
    assert features.frame_weights == pytest.approx(ratios, abs=1e-6)
    expected = np.column_stack([war, article]) * ratios
    assert rows[:, columns(features, "frame")].toarray() == pytest.approx(expected, abs=1e-6)
    assert features.names()["feature"][columns(features, "frame")].tolist() == ["test/war", "test/article"]


def test_a_row_depends_on_its_own_text(lexicon: Lexicon) -> None:
    features, rows = fit(TEXTS, LABELS, [lexicon])
    assert rows.shape == (4, len(features.names()))
    new = ["unheard", "", *TEXTS[::-1]]
    together = transform(features, new).toarray()
    assert (together[2:] == rows.toarray()[::-1]).all()
    assert all((transform(features, [text]).toarray()[0] == row).all() for text, row in zip(new, together, strict=True))
    assert not together[1].any()
    assert transform(features, []).shape == (0, rows.shape[1])


def test_sentence_vectors_stand_at_the_end_where_they_are_installed() -> None:
    features, rows = fit(TEXTS, LABELS, [])
    last = columns(features, "embedding")
    assert features.embedded == embeddings.available()
    assert list(dict.fromkeys(features.names()["kind"])) == [kind for kind in KINDS if columns(features, kind)]
    if not features.embedded:
        pytest.skip("the extra 'embeddings' is not installed")
    assert rows[:, last].toarray() == pytest.approx(embeddings.embed(TEXTS), abs=1e-7)
