"""Sentences for coders: which are drawn, how many of each kind, and for how many each stands."""

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.framing.coding import codes, draw_sheet

NEGATION = 'negation: {window: 3, words: [not, "no"]}\n'
FRAMES = """\
  war_and_peace: {label: War & peace, definition: A fight., terms: [war, battle], excludes: ["war of words"]}
  law: {label: Law, definition: Courts., terms: [court, {pattern: judge, weight: 0.5}]}
"""


@pytest.fixture
def lexicon(make_lexicon):
    return make_lexicon(FRAMES, NEGATION)


def tokens_of(*paragraphs):
    return tokenize(read_text("\n\n".join(paragraphs)), boilerplate=True)


STRATA = {
    "The war and the battle went on.": "war_and_peace",
    "The war in court, a war.": "law",  # of two frames the rarer: two sentences have "law" below, three have "war"
    "A war, and a battle lost.": "war_and_peace",
    "There was no war.": "(near)",  # negated
    "There was no war, yet the battle.": "war_and_peace",  # one of two is not
    "A war of words.": "(near)",  # an exclude
    "A war at court here.": "(near)",  # as much of one as of the other
    "It rained.": "(none)",
}


def test_strata(lexicon):
    sheet = draw_sheet(tokens_of(*STRATA), lexicon)
    assert dict(zip(sheet["sentence"], sheet["stratum"], strict=True)) == STRATA
    assert sheet["weight"].tolist() == [1] * 8


def words(count, what):
    return [f"{what} {number}." for number in range(count)]


def test_each_stratum_has_its_share_and_what_it_lacks_goes_to_the_others(lexicon):
    corpus = [*words(100, "A war"), *words(2, "A court"), *words(50, "No war"), *words(300, "Rain")]
    sheet = draw_sheet(tokens_of(*corpus), lexicon, size=40)
    counts = sheet["stratum"].value_counts()
    # 10, 10, 6 and 14 of 40; the eight that there are no courts for are shared out as 10 : 6 : 14, most to (none).
    assert counts.to_dict() == {"war_and_peace": 13, "law": 2, "(near)": 8, "(none)": 17} or counts.sum() == 40
    assert counts["law"] == 2
    assert (counts[["war_and_peace", "(near)", "(none)"]] / 38).tolist() == pytest.approx(
        [1 / 3, 0.2, 7 / 15], abs=0.02
    )
    weight = sheet.groupby("stratum")["weight"].sum()
    assert weight.to_dict() == pytest.approx({"war_and_peace": 100, "law": 2, "(near)": 50, "(none)": 300})
    chance = sheet.groupby("stratum")["probability"].agg(["min", "max"])
    assert chance.loc["law"].tolist() == [1, 1]
    assert chance.loc["(none)"].tolist() == pytest.approx([counts["(none)"] / 300] * 2)


def test_a_sentence_that_stands_often_is_coded_once_at_one_of_its_places(lexicon):
    tokens = tokens_of("It rained.", "A war.", "It  rained.", "It snowed.", "It rained.")
    own = draw_sheet(tokens, lexicon).set_index("sentence")
    assert own["weight"].to_dict() == {"It rained.": 3, "A war.": 1, "It snowed.": 1}
    assert own["probability"].to_dict() == {"It rained.": 1, "A war.": 1, "It snowed.": 1}
    places = [draw_sheet(tokens, lexicon, seed=n).set_index("sentence").loc["It rained.", "start"] for n in range(60)]
    assert {*places} == {0, 20, 45}
    assert np.mean(np.array(places) == 0) == pytest.approx(1 / 3, abs=0.2)
    one = draw_sheet(tokens, lexicon, size=2)
    assert one.set_index("stratum")["weight"].to_dict() == {"war_and_peace": 1, "(none)": 4}  # whichever was drawn


def test_context_stays_in_the_document_and_the_span_in_the_text(lexicon, make_corpus):
    tokens = tokenize(make_corpus({"a.txt": "It  rained. A war. It snowed.", "b.txt": "Court met. It blew."}))
    sheet = draw_sheet(tokens, lexicon).sort_values(["doc_id", "start"])
    assert sheet[["before", "sentence", "after"]].to_numpy().tolist() == [
        ["", "It rained.", "A war."],
        ["It rained.", "A war.", "It snowed."],
        ["A war.", "It snowed.", ""],
        ["", "Court met.", "It blew."],
        ["Court met.", "It blew.", ""],
    ]
    spans = sheet[["doc_id", "start", "end"]].itertuples(index=False, name=None)
    texts = [tokens.corpus.text(doc_id)[start:end] for doc_id, start, end in spans]
    assert texts == ["It  rained.", "A war.", "It snowed.", "Court met.", "It blew."]


def test_the_seed_decides_which_and_in_which_order(lexicon):
    tokens = tokens_of(*words(50, "A war"), *words(200, "Rain"))
    one = draw_sheet(tokens, lexicon, size=30, seed=1)
    pd.testing.assert_frame_equal(one, draw_sheet(tokens, lexicon, size=30, seed=1))
    other = draw_sheet(tokens, lexicon, size=30, seed=2)
    assert set(one["item"]) != set(other["item"])
    both = one.merge(other, on="item")
    assert (both["sentence_x"] == both["sentence_y"]).all()  # an item has one name in every sheet
    runs = (one["stratum"] != one["stratum"].shift()).sum()
    assert runs > 5  # not one stratum after the other


def test_weighted_counts_are_right_on_average(lexicon):
    corpus = [*words(60, "A war"), *words(20, "A court"), *words(30, "Rain fell"), *words(90, "Snow fell")]
    tokens = tokens_of(*corpus, *["Rain fell 1."] * 5)
    estimates = []
    for seed in range(300):
        sheet = draw_sheet(tokens, lexicon, size=40, seed=seed)
        estimates.append(sheet.loc[sheet["sentence"].str.startswith("Rain"), "weight"].sum())
    error = np.std(estimates) / np.sqrt(300)
    assert np.mean(estimates) == pytest.approx(35, abs=4 * error)  # the 30, and five more times one of them
    assert error < 1


def test_what_no_sheet_can_be_drawn_from(lexicon, make_lexicon):
    for text, options, message in (
        ("\n\n".join(STRATA), {"size": 3}, "size=3: the sentences are of 4 kinds"),
        ("A war.", {"coders": 0}, "coders=0"),
        ("© 2024 The Daily", {}, "no sentence"),
    ):
        with pytest.raises(ValueError, match=message):
            draw_sheet(tokenize(read_text(text)), lexicon, **options)
    with pytest.raises(ValueError, match="a frame 'None', the code for no frame"):
        codes(make_lexicon(FRAMES.replace("  law:", "  None:")))
