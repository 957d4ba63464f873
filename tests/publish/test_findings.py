"""The sentences say what the tables say."""

import numpy as np
import pandas as pd
import pytest

from analysis import tokenize
from analysis.framing.counting import Fit
from analysis.publish.findings import manner
from analysis.publish.findings.framing import (
    absent_frames,
    cooccurrence,
    corrected_shares,
    frame_words,
    greedy_terms,
    headlines,
    leading_frames,
    lexicon_fit,
    shifts,
    validity,
)
from analysis.publish.findings.redundancy import repeated_shares
from analysis.publish.findings.terms import key_words, stop_words_aside, top_terms, vocabulary, what_is_counted
from analysis.publish.findings.wording import listed

LABELS = {"war": "War", "law": "Law"}


def test_an_empty_table_is_said_to_be_empty():
    empty = pd.DataFrame({"term": [], "count": [], "documents": []})
    assert top_terms(empty, "phrases") == "There are no phrases, stop words aside."
    profile = pd.DataFrame({"frame": ["war"], "hits": [0], "per_1000_words": [0.0]})
    assert leading_frames(profile, LABELS) == "No term of the lexicon occurs in the text."


def test_one_word_is_a_list_of_one():
    one = pd.DataFrame({"term": ["plan"], "count": [2], "documents": [1]})
    assert top_terms(one) == "The words used most, stop words aside: “plan” (twice)."


def test_both_sides_stand_out_in_one_sentence():
    table = pd.DataFrame(
        [
            ("jirga", "target", 0.01, 80.0, 10.0, 5, 1),
            ("truce", "reference", 0.02, 4.0, 20.0, 1, 9),
            ("rain", "target", 0.2, 9.0, 1.0, 3, 1),
        ],
        columns=[
            "term",
            "key",
            "q_documents",
            "per_million",
            "reference_per_million",
            "documents",
            "reference_documents",
        ],
    )
    first = "Radio stands out by “jirga” (8 times the rate of the others, in 5 of 7 documents)"
    second = "he others stand out by “truce” (5 times the rate of Radio, in 9 of 12 documents)."
    assert key_words(table, "Radio", "the others", (7, 12)) == f"{first}; t{second}"
    assert key_words(table[1:], "Radio", "the others", (7, 12)) == f"T{second}"
    unknown = table.assign(q_documents=np.nan)
    assert key_words(unknown, "Radio", "Daily", (7, 12)).endswith(
        "no word is in enough documents of Radio and Daily, copies of a text being one."
    )
    assert "Radio has 1 document, and" in key_words(unknown, "Radio", "Daily", (1, 12))
    assert "the list general does not say" in key_words(unknown, "Radio", "general", (7, None))


@pytest.mark.parametrize(
    ("stopwords", "languages", "said"),
    [
        ("data/stopwords", ["en", "es-MX", "ur"], "stop words aside"),
        ("data/stopwords", ["en", "ps", "th", "en"], "stop words aside except in ps and th"),
        ("data/stopwords", ["ps"], "stop words included (no stop list fits ps)"),
        ("stopwordsiso", ["zh", "ja"], "stop words included (no stop list fits ja and zh)"),
        ("my.txt", ["ps"], "stop words aside"),
        ("", ["en", "ps"], "stop words included"),
    ],
)
def test_stop_words_are_left_out_only_of_languages_that_have_a_list(stopwords, languages, said):
    assert stop_words_aside(stopwords, languages) == said
    nothing = pd.DataFrame({"term": [], "count": [], "documents": []})
    assert top_terms(nothing, aside=said) == f"There are no words, {said}."


@pytest.mark.parametrize(("words", "said"), [(0, "There is no word."), (1, "There is no second word.")])
def test_fewer_than_two_words_have_no_variety(words, said):
    assert vocabulary(pd.DataFrame({"rank": [1], "count": [1]}).head(words), words) == said


def test_languages_and_their_stop_lists_are_named(make_corpus):
    files = {"a.txt": "The war.", "b.txt": "De guerra.", "c.txt": "دا جګړه.", "d.txt": "战争。"}
    metadata = "file,language\na.txt,en-GB\nb.txt,es_MX\nc.txt,ps\nd.txt,zh\n"
    tokens = tokenize(make_corpus(files | {"metadata.csv": metadata}))
    assert what_is_counted(tokens, "data/stopwords", {"the", "de"}) == (
        "Words are counted as written; 2 of the 7 different ones, by the stop lists data/stopwords and stopwordsiso "
        "(for es), are counted and not ranked, whatever the language of the document. "
        "The lists of stopwordsiso hold some words of content too. "
        "No stop list is used for ps (1 of 4 documents): function words are ranked like all others. "
        "Text in zh (1 of 4 documents) is not cut into words: what is between blanks and punctuation is counted "
        "as one."
    )
    assert what_is_counted(tokens.where(language="ps"), "data/stopwords", set()) == (
        "Words are counted as written; all of them are ranked. "
        "No stop list is used for ps: function words are ranked like all others."
    )
    assert what_is_counted(tokens.where(language="ps"), "", set()) == (
        "Words are counted as written; all of them are ranked."
    )


def test_frames_without_a_hit_are_named():
    profile = pd.DataFrame({"frame": ["war", "law"], "hits": [0, 3]})
    assert absent_frames(profile, LABELS) == "No term speaks of war."
    assert absent_frames(profile.tail(1), LABELS) is None
    assert absent_frames(profile.head(1), LABELS) is None  # leading_frames has said that no term occurs


def test_no_repetition_is_said_plainly():
    shares = pd.DataFrame({"words": [10], "within": [0], "across": [0], "repeated": [0]})
    assert repeated_shares(shares) == "No sentence is repeated verbatim."


def test_one_document_has_no_other():
    shares = pd.DataFrame({"words": [10], "within": [4], "across": [0], "repeated": [4]})
    assert repeated_shares(shares) == "40% of the words are in sentences repeated verbatim."


def test_lists_read_as_lists():
    assert [listed(w) for w in ([], ["a"], ["a", "b"])] == ["", "a", "a and b"]


def test_a_small_rate_is_not_said_to_be_nothing():
    profile = pd.DataFrame({"frame": ["law", "war"], "hits": [40, 1], "per_1000_words": [1234.56, 0.034]})
    said = "The frames used most: law (1,234.6 hits per 1,000 words) and war (0.03)."
    assert leading_frames(profile, LABELS) == said


def test_a_mark_on_a_label_and_its_rate_share_their_brackets():
    labels = {"war": "War (not valid here)", "law": "Law"}
    profile = pd.DataFrame({"frame": ["war", "law"], "hits": [2, 1], "per_1000_words": [2.0, 1.0]})
    said = "The frames used most: war (not valid here; 2.0 hits per 1,000 words) and law (1.0)."
    assert leading_frames(profile, labels) == said
    table = pd.DataFrame({"frame": ["war", "law"], "direction": ["body", "headline"], "q": [0.01, 0.02]})
    table = table.assign(headline_per_1000=[1.0, 9.0], body_per_1000=[4.0, 3.0], headline_hits=[0, 2])
    said = (
        "Headlines speak more of law (9.0 against 3.0 in the texts) and less of war (not valid here; 1.0 against 4.0)"
    )
    assert headlines(table, labels) == f"{said} than chance explains."
    once = "Headlines speak less of war (not valid here; 1.0 against 4.0 in the texts) than chance explains."
    assert headlines(table.assign(headline_hits=1), labels) == once  # a single hit of law is not told of
    pairs = pd.DataFrame(
        {"frame_a": ["law", "law"], "frame_b": ["war", "war"], "both": [9, 4], "expected": [3.1, 0.04]}
    )
    assert cooccurrence(pairs.assign(direction="together", q=0.01), labels) == (
        "Law shares a sentence with war (not valid here) more often than chance explains (9 sentences, 3.1 expected), "
        "as does law with war (not valid here; 4, 0.04)."
    )


def test_terms_that_do_not_occur_take_nothing():
    used = pd.DataFrame({"pattern": ["war", "law"], "greedy": False, "hits": [0, 0], "weight": 1.0})
    assert greedy_terms(used) == "None of the terms occurs in these texts."
    assert greedy_terms(used.assign(hits=[0, 1])).startswith("1 term of the lexicon occurs, and none takes")
    excluded = used.assign(hits=[3, 0], weight=[0.0, 1.0])  # an exclude is no term
    assert greedy_terms(excluded) == "None of the terms occurs in these texts."


def test_how_poorly_a_lexicon_fits_is_said_with_its_shares():
    assert lexicon_fit(Fit("good", 0.8, 0.2, 0.1)) is None
    assert lexicon_fit(Fit("none", 0, 0, 0)) == "No term of the lexicon occurs in the text."
    poorly = "it fits these texts poorly, and their frame profile tells little."
    met = "The lexicon meets 1.3% of the words, in 10% of the sentences"
    assert lexicon_fit(Fit("poor", 0.1, 0.013, 0.46)) == f"{met}: {poorly}"
    assert lexicon_fit(Fit("poor", 0.1, 0.013, 0.5)) == f"{met}, and five of its terms have 50% of the hits: {poorly}"


def test_why_a_frame_cannot_be_told_is_said_for_each_reason(security):
    measured = pd.DataFrame({"frame": ["threat", "sacrifice", "diplomacy"], "alpha": [0.9, np.nan, 0.5]})
    measured = measured.assign(threshold=0.5, state=["supported", "uncertain", "uncertain"])
    assert validity(measured, security) == (
        "Human coders bear the lexicon out (an F1 of 0.5 or more) on 1 of its 3 frames (threat); for 1 the coded "
        "sentences leave it open; on 1 the coders agree too little."
    )
    failed = validity(measured.assign(state="failed", alpha=0.9), security)
    assert failed.endswith("on none of its 3 frames, not on threat, sacrifice and diplomacy.")


def test_the_frames_that_the_lexicon_errs_about_most_come_first(security):
    table = pd.DataFrame({"frame": ["threat", "sacrifice", "diplomacy"], "raw_share": [0.1, 0.3, 0.5]})
    table = table.assign(share=[0.11, 0.2, 0.2], ci_low=[0.05, 0.16, 0.15], ci_high=[0.2, 0.25, 0.3])
    assert corrected_shares(table, security, top=2) == (
        "Coders find diplomacy in 20% of the sentences (95% interval 15% to 30%) and sacrifice in 20% (16% to 25%); "
        "the lexicon alone says 50% and 30%."
    )


@pytest.mark.parametrize(
    ("documents", "q", "said"),
    [
        ([1, 1], [np.nan, np.nan], "Too few documents to say whether any source is set apart"),
        ([6, 9], [0.3, 0.4], "No source is set apart from the others by more than chance explains."),
        ([2, 9], [0.3, 0.4], "Half of them have at most 2 documents: only wide gaps would show."),
    ],
)
def test_groups_that_are_not_apart_are_few_documents_only_where_they_are(documents, q, said):
    table = pd.DataFrame({"source": ["A", "B"], "frame": "war", "documents": documents, "q": q})
    whole = shifts(table.assign(direction="unclear"), "source", LABELS)
    assert said in whole
    assert ("Half" in whole) == ("Half" in said)


def test_frames_and_words_that_share_sentences_with_nothing():
    pairs = pd.DataFrame({"frame_a": ["war"], "frame_b": ["law"], "both": [3], "direction": ["unclear"], "q": [0.3]})
    for table in (pairs, pairs.assign(both=1, direction="together", q=0.01)):
        assert cooccurrence(table, LABELS) == "No two frames share a sentence more often than chance explains."
    for table in (pairs.head(0), pairs.assign(q=np.nan)):
        assert cooccurrence(table, LABELS) == "Too few sentences speak of two frames for any to be seen to go together."
    none = pd.DataFrame({"term": ["raid", "bomb"], "sentences": [1, 4], "expected": [0.1, 2.0], "q": [0.01, 0.2]})
    assert frame_words(none, "War") == "No other word appears with war more often than chance explains."
    for table in (none.head(0), none.assign(q=np.nan)):
        assert frame_words(table, "War") == "Too few words recur for any to be seen to come with war."


def test_no_style_to_count_is_not_a_text_without_style():
    assert manner.firmness(None) == "The lexicon of style has no hedges and boosters to count."
    nothing = pd.DataFrame({"boosters": [0], "hedges": [0], "firmness": [np.nan], "ci_low": np.nan, "ci_high": np.nan})
    assert manner.firmness(nothing) == "No hedge and no booster appears."


def test_the_opponent_named_once():
    labels = {"naming_rebel": "Opponent: rebel", "naming_gunman": "Opponent: gunman"}
    table = pd.DataFrame({"naming": list(labels), "hits": [0, 1], "share": [0.0, 1.0]})
    assert manner.naming(table, labels) == "The armed opponent is named once: as gunman."
    twice = table.assign(hits=[0, 2])
    assert manner.naming(twice, labels) == "The armed opponent is named twice: both times as gunman."
    assert manner.naming(table.assign(hits=0), labels) == "No word of the list names the armed opponent."


def actors(*counts):
    table = pd.DataFrame(counts, columns=["acts", "acted_upon"])
    table = table.assign(actor=list("abcd")[: len(counts)], active_share=table["acts"] / table.sum(axis=1))
    return manner.actors(table, {"a": "Army", "b": "Bench", "c": "Crowd", "d": "Daily"})


def test_actors_that_are_level_share_their_place():
    first = "Most often acting: army (5 of the 5 times that they are subject or object) and crowd (9 of 9)"
    assert actors((5, 0), (1, 4), (9, 0), (0, 4)) == f"{first}; least often: bench (1 of 5)."
    assert actors((3, 3), (4, 4)) == "No actor acts more often than another: army (3 of 6) and bench (4 of 8)."
    assert actors((3, 3)) == "Army alone is subject or object 5 times or more, and acts in 3 of 6."
    assert actors((2, 2)) == "No actor is subject or object 5 times: too few to say who acts."


def test_passives_one_or_none():
    table = pd.DataFrame({"agent": pd.Series([None], dtype=object), "patient": ["It"]})
    assert manner.passives(table.head(0)) == "There is no passive."
    assert manner.passives(table) == "The one passive does not say who acts."
    twice = pd.concat([table, table], ignore_index=True)  # "it" is no one that could be told
    assert manner.passives(twice) == "None of the 2 passives says who acts."
    assert manner.passives(twice.assign(patient="all", agent="him")) == "2 of the 2 passives say who acts."


def test_a_pronoun_is_nobody_that_is_heard():
    shares = pd.DataFrame(
        {"speaker": ["He", "The mayor", None], "statements": 2, "quoted_words": [60, 30, 10], "share": [0.6, 0.3, 0.1]}
    )
    said = "Of those named, the mayor is quoted most (30% of the quoted words); 60% have a pronoun only and 10% have "
    assert manner.speakers(shares) == f"{said}no speaker."
    assert manner.speakers(shares.head(2)) == said.replace(" and 10% have ", ".")
    assert manner.speakers(shares.head(1)) == (
        "No speaker is named more than once; 60% of the quoted words have a pronoun only."
    )
    unknown = shares.tail(1).assign(share=1.0)
    assert manner.speakers(unknown) == "No speaker is named more than once; 100% of the quoted words have no speaker."
    silent = "Nothing between quotation marks is anyone's speech."
    assert manner.speakers(shares.assign(quoted_words=0)) == manner.speakers(shares.head(0)) == silent


def test_one_quotation_is_no_pattern():
    shares = pd.DataFrame(
        {"speaker": ["The mayor", "Ann"], "statements": 1, "quoted_words": [9, 3], "share": [0.75, 0.25]}
    )
    assert manner.speakers(shares) == "No speaker is named more than once."
    assert manner.speakers(shares.head(1)) == "The one quotation is of the mayor."
    assert manner.speakers(shares.head(1).assign(speaker=None)) == "The one quotation has no speaker."
    assert manner.speakers(shares.assign(statements=2)) == (
        "Of those named, the mayor (75% of the quoted words) and Ann (25%) are quoted most."
    )


def test_an_official_is_nobody_by_name():
    shares = pd.DataFrame({"speaker": ["An official", "two men", "The mayor"], "statements": [9, 3, 2]})
    shares = shares.assign(quoted_words=[60, 20, 20], share=[0.6, 0.2, 0.2])
    assert manner.speakers(shares) == (
        "Of those named, the mayor is quoted most (20% of the quoted words); 80% have a speaker without a name."
    )


def test_who_is_acted_upon_most_is_told_by_name_where_counts_are_equal():
    names = ["The b", "a", "C", "the B", "A", None, "c", "d", "d", "it", "it", "it"]
    table = pd.DataFrame({"agent": None, "patient": [*names, "c", "the b", "a"]})
    for top in (2, 3, 9):  # of three with one count none is left out for want of room
        names = listed([f"“{name}” (3 times)" for name in ("a", "c", "the b")])
        assert manner.passives(table, top=top).endswith(f"Acted upon most: {names}.")
