"""The lexicons that are shipped: on labelled data, on plain and tricky sentences, and what their authors promise."""

import fnmatch
import re

import pandas as pd
import pytest

from analysis import tokenize
from analysis.core.paths import LEXICONS, ROOT, SAMPLE
from analysis.framing.evaluation import frame_scores
from analysis.framing.frames import score_sentences
from analysis.framing.lexicon import read_lexicon
from analysis.text.corpus import read_texts


@pytest.mark.parametrize("path", sorted(LEXICONS.glob("*.yml")), ids=lambda path: path.stem)
def test_the_shipped_lexicons_are_sound(path):
    lexicon = read_lexicon(path)
    assert set(lexicon.terms["frame"]) == set(lexicon.frames["frame"])
    assert lexicon.frames["definition"].str.len().gt(20).all()
    assert lexicon.terms["weight"].between(0.1, 2).all()
    assert not set(lexicon.excludes["pattern"]) & set(lexicon.terms["pattern"])  # an exclude would silence the term


@pytest.mark.parametrize("name", ["security_communication", "gun_violence", "actors"])
def test_every_pattern_is_written_as_tokens_are(name):
    """A pattern like "u.n.", "smith & wesson" or "women, children" would never be found."""
    lexicon = read_lexicon(LEXICONS / f"{name}.yml")
    patterns = [*lexicon.terms["pattern"], *lexicon.excludes["pattern"]]
    texts = [pattern.replace(" ... ", " ").replace("*", "x").replace("?", "x") for pattern in patterns]
    tokens = tokenize(read_texts(texts), boilerplate=True)
    words = pd.Series(tokens.vocabulary[tokens.ids]).groupby(tokens.document).agg(" ".join)
    assert [text for text, found in zip(texts, words, strict=True) if text != found] == []


@pytest.mark.parametrize("name", ["security_communication", "gun_violence"])
def test_no_single_words_of_two_frames_tie(name):
    assert read_lexicon(LEXICONS / f"{name}.yml").terms.groupby("weight")["frame"].nunique().eq(1).all()


@pytest.mark.parametrize("name", ["security_communication", "style"])
def test_a_reader_finds_a_term_where_the_alphabet_has_it(name):
    for _, terms in read_lexicon(LEXICONS / f"{name}.yml").terms.groupby("frame"):
        assert terms["pattern"].tolist() == sorted(terms["pattern"])


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


CORPUS = ROOT.parent / "shared" / "data" / "gvfc" / "GVFC_extension_multimodal.csv"

GUN_FRAMES = (
    "second_amendment gun_control politics mental_health public_safety race_ethnicity public_opinion society_culture "
    "economic_consequences"
).split()

HEADLINES = {
    "Shop owner says the Second Amendment is his only permit": "second_amendment",
    "Gun rights group defends stand your ground law": "second_amendment",
    "Universal background checks pass in Oregon": "gun_control",
    "Judge upholds ban on high-capacity magazines": "gun_control",
    "President Biden meets senators on guns": "politics",
    "Obama's tears: why the bill failed": "politics",
    "Gunman had stopped taking his medication, psychiatrist says": "mental_health",
    "Neighbors knew him as a troubled loner": "mental_health",
    "District buys metal detectors and holds lockdown drills": "public_safety",
    "Ohio teachers may bring guns to class": "public_safety",
    "White supremacist charged with hate crime in El Paso": "race_ethnicity",
    "Black drivers are stopped and searched for guns more often": "race_ethnicity",
    "Thousands march in cities across the country": "public_opinion",
    "Vigil for bakery shooting victims draws whole town": "public_opinion",
    "Do violent video games make young men shoot?": "society_culture",
    "Gun culture, masculinity and what boys are told": "society_culture",
    "Walmart stops selling handgun ammunition": "economic_consequences",
    "Shares of gun makers fall as investors divest": "economic_consequences",
}


@pytest.fixture(scope="module")
def guns():
    return read_lexicon(LEXICONS / "gun_violence.yml")


def test_headlines(guns):
    assert guns.frames["frame"].tolist() == GUN_FRAMES
    found = score_sentences(list(HEADLINES), guns)["frame"].tolist()
    assert dict(zip(HEADLINES, found, strict=True)) == HEADLINES
    others = ["The museum opens in March.", "Black Friday was warm and dry.", ""]
    assert score_sentences(others, guns)["frame"].tolist() == [None, None, None]


@pytest.mark.skipif(not CORPUS.is_file(), reason="the labelled data beside the repository (shared/data) is not there")
def test_the_corpus_with_these_frames(guns):
    table = pd.read_csv(CORPUS, dtype=str)
    table = table[table["Q1 Relevant"] == "1"]
    gold = [GUN_FRAMES[int(theme) - 1] for theme in table["Q3 Theme1"]]
    scores = frame_scores(gold, score_sentences(table["headline"].tolist(), guns)["frame"].tolist(), GUN_FRAMES)
    scores = scores.set_index("frame")
    assert len(table) == 1300
    assert scores.loc["macro", "f1"] >= 0.65  # a plain list of seed words has .457, a trained TF-IDF model .620
    assert scores.loc["all", "coverage"] > 0.95


DIMENSIONS = (  # in the order of the codebook
    "economic capacity_and_resources morality fairness constitutionality crime_and_punishment security_and_defence "
    "health_and_safety quality_of_life cultural_identity public_opinion political policy external_relations other"
).split()

SENTENCES = """
economic
    Higher duties pushed the price of a carton above $60, and shops across the state line did a brisk trade.
    The airline lost 40 million pounds last quarter and will cut 900 jobs.
capacity_and_resources
    The ministry lacks the staff and the money to process so many claims.
    Applicants wait as long as six years because the office is short of clerks.
    The state of the art laboratory can test 5,000 samples a day.
morality
    The archbishop said that no one has the right to take a life that God has given.
    Forgiveness, not revenge, is what the widow asked for in her prayers.
fairness
    Activists say that airport screeners single out Muslims because of how they look.
    Lawyers for the group say black defendants are far more likely to be sentenced to die; the bias is racial.
constitutionality
    The high court struck down the ban and said that it breaches the right to privacy.
    The right to bear arms is written into the constitution.
    He applied for asylum and was granted a green card two years later.
crime_and_punishment
    The man was sentenced to 15 years for smuggling people across the desert.
    He was given a death sentence for the murder.
security_and_defence
    The wall is needed to keep terrorists out of the country, he told the crowd.
    More women are buying handguns for self-defense, the dealers said.
health_and_safety
    The trial of the vaccine showed that two doses protect children against the disease.
    The clinic treats veterans for depression and addiction.
    The attacks of asthma stopped, and so did the heart attacks, the doctors said.
quality_of_life
    The twins were four when their parents were sent back, and they have lived with an aunt since.
    The two men met at college, fell in love and have made a home together.
cultural_identity
    The film won three awards and made its star a household name.
    Guns have been a part of the frontier tradition for two centuries.
public_opinion
    Six in ten respondents to the poll said the war was a mistake.
    Public support for the operation has fallen since the spring.
political
    Republicans hope that the issue will bring conservative voters to the polls in November.
    The party expects to hold its seat in the by-election.
policy
    The senator's bill would ban the sale of rifles to anyone under 21.
    Under the plan, workers could stay for three years and then would have to go home.
external_relations
    The United Nations urged Washington to close the camp.
    Europe has watched the American debate with dismay.
other
    The bank of the river is home to otters and kingfishers.
    She beat the top seed on the tennis court.
    The telescope has found water vapour around a distant planet.
"""


@pytest.fixture(scope="module")
def policy():
    return read_lexicon(LEXICONS / "policy_frames.yml")


def test_the_dimensions_are_those_of_the_codebook(policy):
    assert policy.frames["frame"].tolist() == DIMENSIONS
    assert policy.frames.set_index("frame").loc["constitutionality", "label"] == (
        "Legality, constitutionality and jurisdiction"
    )
    assert policy.terms["note"].str.len().gt(0).all()


def test_each_sentence_gets_the_frame_a_coder_would_give(policy):
    blocks = (re.split(r"\n    ", block) for block in re.split(r"\n(?=\w)", SENTENCES.strip()))
    pairs = [(frame, sentence) for frame, *sentences in blocks for sentence in sentences]
    assert {frame for frame, _ in pairs} == set(DIMENSIONS)
    found = score_sentences([sentence for _, sentence in pairs], policy)["frame"].tolist()
    wrong = [(got, frame, text) for got, (frame, text) in zip(found, pairs, strict=True) if got != frame]
    assert not wrong


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("They sat on the banks of the Nile.", "economic"),
        ("Guests drank tea in the tennis court's pavilion.", "constitutionality"),
        ("Her mother-in-law waved.", "constitutionality"),
        ("The hall was a state of the art one.", "political"),
        ("The column was on the left side.", "political"),
        ("It was body language.", "cultural_identity"),
        ("An insurance policy lay there.", "policy"),
        ("He read a novel approach into it.", "cultural_identity"),
        ("They took part in a clinical trial.", "crime_and_punishment"),
        ("He is the attorney general.", "security_and_defence"),
    ],
)
def test_words_in_another_sense_do_not_count(text, frame, policy):
    assert score_sentences([text], policy)[frame].tolist() == [0]


@pytest.mark.parametrize(
    ("text", "frame", "weight"),
    [
        ("The court met.", "constitutionality", 1.0),
        ("The republicans met.", "political", 1.2),
        ("The republican's friend left.", "political", 1.2),  # a possessive is one token
        ("Neither labour unions nor labor unions met.", "economic", 1.4),  # both spellings; negated words count too
    ],
)
def test_weights(text, frame, weight, policy):
    # The thousandths only decide between frames that would come out even.
    assert score_sentences([text], policy)[frame].item() == pytest.approx(weight, abs=0.02)


def test_no_topic_word_of_each_of_two_frames_leaves_a_sentence_undecided(policy):
    # Of two frames with one word each and the same weight the rarer frame goes first: their thousandths differ.
    thousandths = policy.terms.assign(rest=(policy.terms["weight"] * 1000).round() % 50).groupby("frame")["rest"]
    assert thousandths.nunique().eq(1).all()
    assert sorted(thousandths.first()) == list(range(len(DIMENSIONS)))


def test_an_exclude_phrase_does_not_silence_a_term(policy):
    # "death sentence" as an exclude of health would win over the equally long "death sentence*" of crime.
    terms = [term.split() for term in policy.terms["pattern"] if " " in term and "..." not in term]
    for phrase in policy.excludes["pattern"][policy.excludes["pattern"].str.contains(" ")]:
        words = phrase.split()
        same_length = [term for term in terms if len(term) == len(words)]
        assert not [term for term in same_length if all(map(fnmatch.fnmatchcase, words, term))], phrase
