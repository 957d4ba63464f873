"""What counts as firm, as a report, as a name for the opponent; and the intervals of the shares."""

import numpy as np
import pytest
from scipy.stats import binomtest

from analysis import read_text, tokenize
from analysis.core.intervals import share_intervals
from analysis.core.paths import LEXICONS
from analysis.framing.attribution import attributions
from analysis.framing.frames import matches
from analysis.framing.lexicon import read_lexicon
from analysis.framing.style import firmness, naming, reporting, reports
from analysis.framing.syntax.word_classes import word_lists


@pytest.fixture(scope="module")
def lexicon():
    return read_lexicon(LEXICONS / "style.yml")


FILES = {
    "a.txt": "Terrorists fled. The terrorists certainly lost.",
    "b.txt": "The enemy ran. Clearly it may return.",
    "c.txt": "Militants fled. Perhaps a gunman may have stayed.",
    "metadata.csv": "file,source\na.txt,Army\nb.txt,Army\nc.txt,Wire\n",
}


def test_every_term_of_the_shipped_lexicon_has_a_note(lexicon):
    assert (lexicon.terms["note"] != "").all()
    assert (lexicon.frames["definition"].str.len() > 60).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It may rain.", [("modals_of_possibility", "may")]),
        ("Twelve raids a day in May.", []),
        ("On May 9, Mrs May spoke.", []),
        ("Ten may have fled.", [("modals_of_possibility", "may have")]),
        ("Its military might grew.", []),
        ("By the will of God, of his own free will.", []),
        ("They could not go.", [("modals_of_ability", "could not")]),
        ("We're going to win.", [("modals_of_intention", "going to")]),
        ("We're going to the market.", []),
        ("It was a must.", []),
        ("It has to do with rain.", []),
        ("It is not clear.", [("hedges", "not clear")]),
        ("It is clear that rain fell.", [("boosters", "clear that")]),
        ("About 20 came.", [("hedges", "About 20")]),
        ("A group claimed responsibility.", [("blame_open", "claimed responsibility")]),
        ("It is so-called peace.", [("distancing", "so-called")]),
        ("The terrorist attacks ended.", []),
        ("A fighter jet and a fire fighter.", []),
        ("Barbara saw the tyrannosaur.", []),
    ],
)
def test_words_that_are_two_things(text, expected, lexicon):
    table = matches(tokenize(read_text(text)), lexicon)
    assert [*zip(table["frame"], table["text"], strict=True)] == expected


def test_firmness_by_hand(tokens, lexicon):
    table = firmness(tokens, lexicon, by="source")
    assert table["source"].tolist() == ["Army", "Wire"]
    # Army: certainly, clearly; may. Wire: perhaps, may have.
    assert table[["boosters", "hedges"]].to_numpy().tolist() == [[2, 1], [0, 2]]
    assert table["firmness"].tolist() == pytest.approx([1 / 3, -1.0])
    assert (table["ci_low"] >= -1).all()
    # Of 2 hits in the one sentence of one document none is a booster: Wilson's interval as it is.
    assert table["ci_high"][1] == pytest.approx(2 * binomtest(0, 2).proportion_ci(method="wilson").high - 1)


def test_firmness_leaves_out_boosters_under_a_negation_and_keeps_hedges(lexicon):
    tokens = tokenize(read_text("It was not categorically so. It may not, and it never probably was."))
    assert firmness(tokens, lexicon)[["boosters", "hedges"]].to_numpy().tolist() == [[0, 2]]


def test_a_text_without_hits_has_no_shares(lexicon):
    tokens = tokenize(read_text("It rained."))
    firm, named = firmness(tokens, lexicon), naming(tokens, lexicon)
    assert firm[["boosters", "hedges"]].to_numpy().tolist() == [[0, 0]]
    assert (named["hits"] == 0).all()
    assert firm[["firmness", "ci_low", "ci_high"]].isna().all(axis=None)
    assert named[["share", "ci_low", "ci_high"]].isna().all(axis=None)


def test_naming_shares_by_hand(tokens, lexicon):
    table = naming(tokens, lexicon, by="source")
    assert table.columns.tolist() == ["source", "naming", "hits", "share", "ci_low", "ci_high"]
    ways = [frame for frame in lexicon.frames["frame"] if frame.startswith("naming_")]
    assert table["naming"].tolist() == ways * 2  # those that do not occur too, in the lexicon's order
    hits = table[table["hits"] > 0].set_index(["source", "naming"])
    assert hits.loc["Army", "hits"].to_dict() == {"naming_terrorist": 2, "naming_enemy": 1}
    assert hits.loc["Wire", "hits"].to_dict() == {"naming_militant": 1, "naming_gunman": 1}
    assert hits["share"].tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 2, 1 / 2])


def test_weights_discount_what_is_repeated(lexicon):
    tokens = tokenize(read_text("Terrorists fled.\n\nTerrorists fled.\n\nA gunman stayed."))
    weights = np.array([0.5] * 4 + [1.0] * 3)
    table = naming(tokens, lexicon, weights=weights).query("hits > 0")
    assert table["hits"].tolist() == [1.0, 1.0]  # two halves; one
    assert table["share"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Khan said that it fell.", [("said", "reporting_neutral")]),
        ("Khan insisted that it fell.", [("insisted", "reporting_assertive")]),
        ("The state states that it fell.", [("states", "reporting_neutral")]),
        ("A group claimed responsibility.", []),
        ("He was admitted to hospital.", []),
        ("He admitted that it fell.", [("admitted", "reporting_conceding")]),
        ("“We won,” Khan claimed.", [("claimed", "reporting_doubtful")]),
        ("It fell, according to Khan.", [("according to", "reporting_neutral")]),
        ("Khan did not say that it fell.", []),
        ("“He said that it fell and all is lost.”", []),  # no verb outside the quotation
        ("“We won,” he said, “and they fled the town.”", [("said", "reporting_neutral")]),  # one verb, two pieces
    ],
)
def test_a_verb_counts_where_it_reports(text, expected, lexicon):
    table = reports(tokenize(read_text(text)), lexicon)
    assert [*zip(table["verb"], table["stance"], strict=True)] == expected


def test_a_report_is_led_back_to_its_verb_and_speaker(lexicon):
    text = "It rained. Khan denied that it fell. He added that it stood."
    table = reports(tokenize(read_text(text)), lexicon)
    assert table["speaker"].tolist() == ["Khan", "Khan"]
    assert table["sentence"].tolist() == [1, 2]
    assert [text[start:end] for start, end in zip(table["start"], table["end"], strict=True)] == ["denied", "added"]


def test_every_verb_that_can_report_has_a_stance(lexicon):
    sections = word_lists()
    verbs = sorted(sections["say"] | sections["speak"] | sections["speak_or_noun"] | sections["speaking_on"])
    text = " ".join(f"Officials said this, {verb} that it fell. The officials {verb} that it rained." for verb in verbs)
    table = reports(tokenize(read_text(text)), lexicon)
    assert len(set(table["verb"])) > 200
    assert table.loc[table["stance"] == "unlisted", "verb"].tolist() == []


def test_verbs_that_were_found_with_the_quotations_are_those_of_the_same_texts(lexicon):
    one, other = (tokenize(read_text(text)) for text in ("Khan said that it fell.", "Rao claimed that it rose."))
    attributions(one, aliases={"Khan": "Imran Khan"})
    for tokens, expected in ((other, ("Rao", "claimed")), (one, ("Khan", "said")), (other, ("Rao", "claimed"))):
        assert tuple(reports(tokens, lexicon)[["speaker", "verb"]].iloc[0]) == expected
    attributions(one, aliases={"Khan": "Imran Khan"})
    assert reports(one, lexicon)["speaker"].tolist() == ["Khan"]


def test_reporting_by_speaker_and_by_a_column_of_ones_own(lexicon):
    text = "Khan said that it fell. Khan claimed that it fell. Rao admitted that it did. It fell, Khan said."
    tokens = tokenize(read_text(text))
    table = reports(tokens, lexicon)
    shares = reporting(table, tokens, lexicon, by="speaker").query("hits > 0")
    assert shares[["speaker", "stance", "hits"]].to_numpy().tolist() == [
        ["Khan", "reporting_neutral", 2],
        ["Khan", "reporting_doubtful", 1],
        ["Rao", "reporting_conceding", 1],
    ]
    assert shares["share"].tolist() == pytest.approx([2 / 3, 1 / 3, 1])
    table["side"] = np.where(table["speaker"] == "Khan", "ours", None)
    sides = reporting(table, tokens, lexicon, by="side").query("hits > 0")
    assert sides["side"].tolist() == ["(none)", "ours", "ours"]


def test_reporting_by_metadata_has_groups_that_report_nothing(tokens, lexicon):
    table = reporting(reports(tokens, lexicon), tokens, lexicon, by="source")
    assert sorted(set(table["source"])) == ["Army", "Wire"]
    assert table["share"].isna().all()
    assert table["stance"].iloc[-1] == "unlisted"


def test_a_verb_that_the_lexicon_does_not_list(make_lexicon, security):
    own = make_lexicon("  reporting_plain: {definition: x, terms: [said]}\n")
    tokens = tokenize(read_text("Khan said that it fell. Khan denied that it fell."))
    table = reports(tokens, own)
    assert table["stance"].tolist() == ["reporting_plain", "unlisted"]
    assert reporting(table, tokens, own)["hits"].tolist() == [1, 1]
    for measure, missing in ((firmness, "'boosters'"), (naming, "'naming_'")):
        with pytest.raises(ValueError, match=f"lexicon 'test' has no frame .*{missing}"):
            measure(tokens, own)
    with pytest.raises(ValueError, match="no frame that begins with 'reporting_'"):
        reports(tokens, security)
    with pytest.raises(ValueError, match="no stance 'reporting_neutral'"):
        reporting(table.assign(stance="reporting_neutral"), tokens, own)


def test_the_sentences_of_one_document_are_its_units(lexicon):
    text = "Terrorists, terrorists, terrorists and terrorists fled. Gunmen, gunmen, gunmen and gunmen stayed."
    table = naming(tokenize(read_text(text)), lexicon).query("hits > 0")
    low, high = share_intervals(np.array([[4.0, 0.0], [0.0, 4.0]]))
    assert table["ci_low"].tolist() == low.tolist()
    assert table["ci_high"].tolist() == high.tolist()
