"""The default lexicon on the coded sentences of the sample."""

import pandas as pd
import pytest

from analysis.core.paths import SAMPLE
from analysis.framing.evaluation import frame_scores
from analysis.framing.frames import score_sentences


@pytest.fixture(scope="module")
def coded():
    return pd.read_csv(SAMPLE / "gold" / "frames.csv")


def test_the_twelve_frames(security):
    assert len(security.frames) == 12
    assert security.terms["frame"].value_counts().min() >= 250
    assert (security.terms["note"] != "").all()


def test_what_only_sounds_like_a_frame_has_none(security):
    texts = [
        "The board of the national park met in March.",
        "He suffered a heart attack at the world cup.",  # no attack, no fight
        "The mobile network sells cell phones.",
        "The bench sat until noon.",
        "The secretariat is on the second floor.",
        "Trade rose.",
        "",
    ]
    found = score_sentences(texts, security)
    wrong = found.loc[found["frame"].isin(["threat", "war_and_eradication", "rights_and_accountability"])]
    assert wrong.empty


def test_a_longer_phrase_keeps_its_words_from_another_frame(security):
    texts = ["They spoke of sanctions.", "They spoke of the threat of sanctions."]
    assert score_sentences(texts, security)["threat"].tolist() == [0, 0]


def test_no_two_frames_are_tied_on_the_sample(security, coded):
    scores = score_sentences(coded["sentence"].tolist(), security)
    undecided = scores["frame"].isna() & (scores[security.frames["frame"].tolist()].max(axis=1) > 0)
    assert undecided.mean() < 0.01


def test_the_coded_sentences_of_the_sample(security, coded):
    found, frames = score_sentences(coded["sentence"].tolist(), security)["frame"].tolist(), security.frames["frame"]
    scores = frame_scores(coded["frame"].tolist(), found, frames.tolist()).set_index("frame")
    assert scores.loc["macro", "f1"] >= 0.54  # version 1.0 had .284
    assert scores.loc[frames, "f1"].min() >= 0.28  # threat, of which readers see more than words say
    assert scores.loc["all", "coverage"] >= 0.7
