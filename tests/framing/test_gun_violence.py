"""The gun-violence lexicon on headlines written for this test, and on the corpus whose frames it has."""

import pandas as pd
import pytest

from analysis.core.paths import LEXICONS, ROOT
from analysis.framing.evaluation import frame_scores
from analysis.framing.frames import score_sentences
from analysis.framing.lexicon import read_lexicon

CORPUS = ROOT.parent / "shared" / "data" / "gvfc" / "GVFC_extension_multimodal.csv"

FRAMES = (
    "second_amendment gun_control politics mental_health public_safety race_ethnicity public_opinion society_culture "
    "economic_consequences"
).split()

HEADLINES = {
    "Shop owner says the Second Amendment is his only permit": "second_amendment",
    "Concealed carry holders ask for the right to bear arms on buses": "second_amendment",
    "Gun rights group defends stand your ground law": "second_amendment",
    "County adopts red flag law after a year of hearings": "gun_control",
    "Universal background checks pass in Oregon": "gun_control",
    "Police collect 80 rifles at weekend gun buyback": "gun_control",
    "Judge upholds ban on high-capacity magazines": "gun_control",
    "President Biden meets senators on guns": "politics",
    "Obama's tears: why the bill failed": "politics",
    "Republican candidate returns N.R.A. donation": "politics",
    "Gunman had stopped taking his medication, psychiatrist says": "mental_health",
    "Driver fired three shots in road rage dispute": "mental_health",
    "Neighbors knew him as a troubled loner": "mental_health",
    "District buys metal detectors and holds lockdown drills": "public_safety",
    "Ohio teachers may bring guns to class": "public_safety",
    "Tip helped police foil plot against middle school": "public_safety",
    "White supremacist charged with hate crime in El Paso": "race_ethnicity",
    "Black drivers are stopped and searched for guns more often": "race_ethnicity",
    "Mosque shooting fed by anti-Muslim websites": "race_ethnicity",
    "Thousands march in cities across the country": "public_opinion",
    "Vigil for bakery shooting victims draws whole town": "public_opinion",
    "Poll: most parents fear the next attack": "public_opinion",
    "Do violent video games make young men shoot?": "society_culture",
    "Gun culture, masculinity and what boys are told": "society_culture",
    "Walmart stops selling handgun ammunition": "economic_consequences",
    "Shares of gun makers fall as investors divest": "economic_consequences",
    "Insurers drop rifle club over boycott": "economic_consequences",
}


@pytest.fixture(scope="module")
def lexicon():
    return read_lexicon(LEXICONS / "gun_violence.yml")


def test_the_nine_frames(lexicon):
    assert lexicon.frames["frame"].tolist() == FRAMES
    assert lexicon.terms["frame"].value_counts().min() >= 40


def test_headlines(lexicon):
    found = score_sentences(list(HEADLINES), lexicon)["frame"].tolist()
    assert dict(zip(HEADLINES, found, strict=True)) == HEADLINES


def test_what_has_nothing_to_do_with_guns_has_no_frame(lexicon):
    texts = ["The museum opens in March.", "Black Friday was warm and dry.", ""]
    assert score_sentences(texts, lexicon)["frame"].tolist() == [None, None, None]


@pytest.mark.skipif(not CORPUS.is_file(), reason="the labelled data beside the repository (shared/data) is not there")
def test_the_corpus_with_these_frames(lexicon):
    table = pd.read_csv(CORPUS, dtype=str)
    table = table[table["Q1 Relevant"] == "1"]
    gold = [FRAMES[int(theme) - 1] for theme in table["Q3 Theme1"]]
    scores = frame_scores(gold, score_sentences(table["headline"].tolist(), lexicon)["frame"].tolist(), FRAMES)
    scores = scores.set_index("frame")
    assert len(table) == 1300
    assert scores.loc["macro", "f1"] >= 0.65  # a plain list of seed words has .457, a trained TF-IDF model .620
    assert scores.loc["all", "coverage"] > 0.95
