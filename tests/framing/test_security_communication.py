"""The default lexicon on sentences written for this test, and on the coded sentences of the sample."""

import pandas as pd
import pytest

from analysis.core.paths import SAMPLE
from analysis.framing.evaluation import frame_scores
from analysis.framing.frames import score_sentences

FRAMES = (
    "threat war_and_eradication resolve_and_renewal national_unity law_and_prosecution diplomacy "
    "development_and_welfare narrative_and_information sacrifice civilian_harm rights_and_accountability "
    "denial_and_dissent"
).split()

SENTENCES = {
    "threat": [
        "Masked men on motorcycles were seen near the school gate.",
        "Shopkeepers have received threatening letters and extortion calls.",
        "Intelligence agencies warn of an imminent attack on the harbour.",
        "A sleeper cell in the capital had planned to target commuters.",
        "No group has claimed responsibility for the car bomb.",
    ],
    "war_and_eradication": [
        "Troops cleared the last hideouts in a pre-dawn raid.",
        "Helicopter gunships pounded positions along the ridge.",
        "The ministry approved a new offensive against the insurgents.",
        "Six militants were killed in an exchange of fire.",
        "The war on terror must be won.",  # and not threat
    ],
    "resolve_and_renewal": [
        "We will not rest until the job is done, whatever the cost.",
        "The chief minister reaffirmed an unwavering commitment.",
        "There will be no turning back this time.",
        "The plan has been given a new lease of life.",
        "The nation's resolve cannot be shaken.",
    ],
    "national_unity": [
        "All parties spoke with one voice.",
        "The elders agreed to join hands across the valley.",
        "Leaders of every faith stood shoulder to shoulder.",
        "Parliament adopted the text unanimously.",
        "Party differences were put aside for the sake of consensus.",
    ],
    "law_and_prosecution": [
        "The suspects will be prosecuted in court.",
        "Both accused were acquitted for want of evidence.",
        "The judge adjourned the hearing after the witness failed to appear.",
        "A bill on electronic evidence was tabled.",
        "Police charged him under the anti-terrorism act.",
    ],
    "diplomacy": [
        "The ambassador was summoned over cross-border fire.",
        "Envoys held talks on reopening the border crossing.",
        "The two countries signed a memorandum of understanding.",
        "The ceasefire was brokered by a neighbouring state.",
        "Islands and mainland restored bilateral relations.",
    ],
    "development_and_welfare": [
        "The district has been promised clinics, link roads and clean water.",
        "Flour prices have doubled and jobs are scarce.",
        "A fund will pay for new schools and a solar grid.",
        "Poverty and neglect are among the root causes.",
    ],
    "narrative_and_information": [
        "Rumours spread on social media within the hour.",
        "Preachers were given the text of a sermon.",
        "Officials want a counter-narrative to extremist propaganda.",
        "The video was doctored, fact-checkers found.",
        "It is a euphemism, and a slogan at that.",
    ],
    "sacrifice": [
        "The coffins were draped in the national flag.",
        "She lost a brother in the line of duty.",
        "Wreaths were laid for the fallen.",
        "They laid down their lives for the homeland.",
        "Four constables were buried with full honours.",
    ],
    "civilian_harm": [
        "Families fled their homes on foot.",
        "A stray mortar shell killed three children.",
        "The displaced sleep in tents and in rented rooms.",
        "Two passers-by were caught in the crossfire.",
        "The market was reduced to rubble.",
    ],
    "rights_and_accountability": [
        "Hundreds are held without charge.",
        "Relatives asked for the whereabouts of the missing.",
        "The commission called for an independent inquiry into torture.",
        "Detainees must be brought before a magistrate.",
        "The ministry has to answer to parliament for its accounts, auditors said.",
    ],
    "denial_and_dissent": [
        "The spokesman denied the reports as baseless.",
        "Opposition members walked out in protest.",
        "Critics doubt that the plan will work.",
        "There is no question of an operation, an official clarified.",
        "The elders refused to sign.",
    ],
}


def test_the_twelve_frames(security):
    assert security.frames["frame"].tolist() == FRAMES
    assert security.terms["frame"].value_counts().min() >= 250
    assert (security.terms["note"] != "").all()


@pytest.mark.parametrize("frame", FRAMES)
def test_sentences(security, frame):
    found = score_sentences(SENTENCES[frame], security)["frame"].tolist()
    assert dict(zip(SENTENCES[frame], found, strict=True)) == dict.fromkeys(SENTENCES[frame], frame)


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


def test_no_two_frames_are_tied_on_the_sample(security):
    gold = pd.read_csv(SAMPLE / "gold" / "frames.csv")
    scores = score_sentences(gold["sentence"].tolist(), security)
    undecided = scores["frame"].isna() & (scores[FRAMES].max(axis=1) > 0)
    assert undecided.mean() < 0.01


def test_the_coded_sentences_of_the_sample(security):
    gold = pd.read_csv(SAMPLE / "gold" / "frames.csv")
    found = score_sentences(gold["sentence"].tolist(), security)["frame"].tolist()
    scores = frame_scores(gold["frame"].tolist(), found, FRAMES).set_index("frame")
    assert scores.loc["macro", "f1"] >= 0.54  # version 1.0 had .284
    assert scores.loc["all", "coverage"] >= 0.7
