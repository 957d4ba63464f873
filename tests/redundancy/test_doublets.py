"""What is said twice: by hand, and against the labels of the sample."""

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from analysis import Tokens, read_text, tokenize
from analysis.core.paths import ROOT, SAMPLE
from analysis.redundancy.doublets import _LIST, doublets
from analysis.text.corpus import read_texts

COLUMNS = ["doc_id", "start", "end", "first", "second", "score"]
ARTICLE = ROOT.parent / "shared" / "articles" / "azm-e-istehkam.txt"


def pairs(text: str, scheme: str = "frequency", **options: float) -> list[tuple[str, str]]:
    table = doublets(tokenize(read_text(text), scheme), **options)
    return list(zip(table["first"], table["second"], strict=True))


def test_by_hand() -> None:
    text = "Police and soldiers heard of it. Null and void, it was revitalized and renewed, the Minister said."
    table = doublets(tokenize(read_text(text)))
    assert table.columns.tolist() == COLUMNS
    # revitalized and renewed: 1 - (1 - .7) (1 - .2) (1 - .1) (1 - .1), for meaning, re-, -ed and r; null and void: .7
    assert table.to_numpy().tolist() == [
        ["text", 55, 78, "revitalized", "renewed", 0.8056],
        ["text", 33, 46, "null", "void", 0.7],
    ]


@pytest.mark.parametrize("scheme", ["frequency", "treebank"])
@pytest.mark.parametrize("joint", [" and ", " or ", " & ", " AND ", "  and "])
def test_joints(joint: str, scheme: str) -> None:
    assert pairs(f"We need “trust{joint}confidence” now.", scheme) == [("trust", "confidence")]


def test_quotation_marks_between() -> None:
    assert pairs("We need “trust” and “confidence” now.") == [("trust", "confidence")]


@pytest.mark.parametrize("scheme", ["frequency", "treebank"])
@pytest.mark.parametrize(
    "text",
    [
        "We need trust, and confidence.",
        "We need trust and, well, confidence.",
        "We need trust. And confidence.",
        "We need trust/confidence.",
        "We need trust and the confidence.",
        "We need money, trust and confidence.",  # a list
        "We see the difference between trust and confidence.",
        "We need both trust & confidence.",
        "We need more trust and more and more.",
        "Law and laws, needed and needing.",  # a word and its inflection
        "Revised and reissued.",  # form alone
        "And trust, and",
        "&",
    ],
)
def test_what_is_no_doublet(text: str, scheme: str) -> None:
    assert pairs(text, scheme) == []


def test_inflections_and_parallel_classes() -> None:
    text = "He assesses and evaluates. It tackled and eradicated it. They are stopping and halting."
    assert pairs(text) == [("tackled", "eradicated"), ("stopping", "halting"), ("assesses", "evaluates")]
    assert pairs("Clearly and simply. Plainly and evident. Worries and anxieties.") == [("worries", "anxieties")]
    assert pairs("The wisest and soundest. The wisest and sound.") == [("wisest", "soundest")]
    # as they are listed, whatever their endings: adjectives in -ly and -ing
    assert pairs("Peaceful and friendly. Inflexible and uncompromising.") == [
        ("peaceful", "friendly"), ("inflexible", "uncompromising")
    ]  # fmt: skip


def test_two_qualities_of_one_stem() -> None:
    # unshaken, unshakeable: one group, one stem, un-, u: 1 - .3 * .4 * .8 * .9
    # regrettable, regretful: one stem, re-, r: 1 - .4 * .8 * .9
    table = doublets(tokenize(read_text("They stand unshaken and unshakeable. It is regrettable and regretful.")))
    assert table["score"].tolist() == [0.9136, 0.712]
    assert pairs("Developed and developing countries have iron-enriched and iron-fortified flour.") == []


def test_said_to_be_one() -> None:
    table = doublets(tokenize(read_text("They spoke with one mind and one voice. They took one cow and one goat.")))
    assert table.to_numpy().tolist() == [["text", 16, 38, "one mind", "one voice", 0.6]]
    assert pairs("Every hope and every aspiration.") == [("every hope", "every aspiration")]


def test_enumerations_are_kept_apart_and_can_be_seen() -> None:
    text = "Various senior civilian, military, and law enforcement officers met police and soldiers."
    assert pairs(text) == []
    assert pairs(text, min_score=0) == [("police", "soldiers")]


def test_english_only_and_documents_apart() -> None:
    tokens = tokenize(read_texts(["Trust and", "confidence.", "Trust and confidence."]))
    assert doublets(tokens)["doc_id"].tolist() == ["2"]
    documents = tokens.corpus.documents.assign(language=["en", "en", "ur"])
    urdu = dataclasses.replace(tokens, corpus=dataclasses.replace(tokens.corpus, documents=documents))
    assert doublets(urdu).empty


@pytest.mark.parametrize("texts", [[], ["© 2024 The Daily"], ["It rained."], ["And"]])
def test_nothing_there(texts: list[str]) -> None:
    table = doublets(tokenize(read_texts(texts)))
    assert table.columns.tolist() == COLUMNS
    assert table.empty


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_score_that_is_none(score: float) -> None:
    with pytest.raises(ValueError, match=r"min_score is \S+: use a number from 0 to 1"):
        doublets(tokenize(read_text("It rained.")), min_score=score)


def test_the_list_is_well_formed() -> None:
    lines = [line for line in _LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert all(len(line.split()) > 1 for line in lines)
    assert all(len(set(line.split())) == len(line.split()) for line in lines)
    assert all(":" not in line or (line.count(": ") == 1 and line.index(":") == line.index(" ") - 1) for line in lines)
    assert all(line == line.lower() for line in lines)


def test_the_labels_of_the_sample(sample_tokens: Tokens) -> None:
    gold = pd.read_csv(SAMPLE / "gold" / "doublets.csv")
    names = sample_tokens.corpus.documents.set_index("path")["doc_id"]
    gold["doc_id"] = gold["file"].map(names)
    twice, two = (
        set(gold.loc[gold["doublet"] == value, ["doc_id", "start", "end"]].itertuples(index=False, name=None))
        for value in (1, 0)
    )
    found = set(doublets(sample_tokens)[["doc_id", "start", "end"]].itertuples(index=False, name=None))
    assert len(found & twice) / len(twice) >= 0.95
    assert not found & two
    assert len(found & twice) / len(found) >= 0.95  # every doublet that the coder saw is labelled


def test_labelled_pairs() -> None:
    """Pairs of one article and of inaugural addresses, labelled by the rule of the sample's coding instructions.

    The list was extended with many of them in view: this holds what was reached, and says nothing of other texts.
    """
    gold = pd.read_csv(Path(__file__).with_name("coordinations.csv"))
    texts = [f"They spoke of {a} and {b} again." for a, b in zip(gold["first"], gold["second"], strict=True)]
    found = gold.index.isin(doublets(tokenize(read_texts(texts)))["doc_id"].astype(int))
    right = (found & (gold["doublet"] == 1)).sum()
    assert right / found.sum() >= 0.9  # precision
    assert right / gold["doublet"].sum() >= 0.8  # recall


@pytest.mark.skipif(not ARTICLE.is_file(), reason="the article beside the repository (shared/articles) is not there")
def test_the_article() -> None:
    found = pairs(ARTICLE.read_text(encoding="utf-8"))
    assert found.count(("revitalized", "renewed")) == 2
    assert {("robust", "unified"), ("thorough", "resolute"), ("survival", "well-being")} <= set(found)
    assert {("terrorism", "extremism"), ("politics", "diplomacy")} <= set(found)
    assert not {("military", "law"), ("provinces", "gilgit-baltistan")} & set(found)


def test_doublets_of_a_corpus_in_shards_are_sorted_as_one_table(sharded, sample_tokens, sample_shards):
    texts = ["Trust and confidence. Firm & resolute.", "", "It was revitalized and renewed.", "Rain. It is."]
    made = tokenize(read_texts([*texts, "Firm and resolute. Unshaken and unshakeable. Null and void.", "", texts[0]]))
    for whole, cut in ((made, sharded(made, 2)), (made, sharded(made, 3)), (sample_tokens, sample_shards)):
        for least in (0.0, 0.5, 1.0):
            table = doublets(whole, min_score=least)
            pd.testing.assert_frame_equal(doublets(cut, min_score=least), table, check_exact=True)
