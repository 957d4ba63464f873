"""The sentences about words, frames and style say what the tables say."""

import numpy as np
import pandas as pd
import pytest

from analysis import tokenize
from analysis.framing.counting import Fit
from analysis.publish.findings import framing, manner, terms
from analysis.publish.findings.wording import listed

LABELS = {"war": "War", "law": "Law"}
MARKED = {"war": "War (not valid here)", "law": "Law"}
OPPONENTS = {"naming_rebel": "Opponent: rebel", "naming_gunman": "Opponent: gunman"}


def frame(columns, *rows, **same):
    return pd.DataFrame(list(rows), columns=columns.split()).assign(**same)


def profile(*rows):
    return frame("frame hits per_1000_words", *rows)


def pairs(*rows, direction="together", q=0.01):
    return frame("frame_a frame_b both expected", *rows, direction=direction, q=q)


def headlines(hits):
    return frame(
        "frame direction headline_per_1000 body_per_1000 headline_hits q",
        ("war", "body", 1.0, 4.0, 0, 0.01),
        ("law", "headline", 9.0, 3.0, hits, 0.02),
    )


def actors(*counts):
    table = frame("acts acted_upon", *counts)
    table = table.assign(actor=list("abcd")[: len(counts)], active_share=table["acts"] / table.sum(axis=1))
    return manner.actors(table, {"a": "Army", "b": "Bench", "c": "Crowd", "d": "Daily"})


LESS, THAN = "less of war (not valid here; 1.0 against 4.0", "than chance explains."
TIMES = "times that they are subject or object"
MORE_OFTEN = "shares a sentence with war (not valid here) more often than chance explains"
NO_TERM = "No term of the lexicon occurs in the text."
NO_WORDS = frame("term count documents")
NO_SHARED = "No two frames share a sentence more often than chance explains."
FEW_SHARED = "Too few sentences speak of two frames for any to be seen to go together."
FEW_WORDS = "Too few words recur for any to be seen to come with war."
WORDS = frame("term sentences expected q", ("raid", 1, 0.1, 0.01), ("bomb", 4, 2.0, 0.2))
USED = frame("pattern greedy hits weight", ("war", False, 0, 1.0), ("law", False, 0, 1.0))
NONE_OCCURS = "None of the terms occurs in these texts."
MET = "The lexicon meets 1.3% of the words, in 10% of the sentences"
POORLY = "it fits these texts poorly, and their frame profile tells little."
FIRM = frame("boosters hedges firmness ci_low ci_high", (0, 0, np.nan, np.nan, np.nan))
NAMED = frame("naming hits share", ("naming_rebel", 0, 0.0), ("naming_gunman", 1, 1.0))
PASSIVE = frame("agent patient", (None, "It"))
TWICE = pd.concat([PASSIVE, PASSIVE], ignore_index=True)  # "it" is no one that could be named
HEARD = frame(
    "speaker statements quoted_words share", ("He", 2, 60, 0.6), ("The mayor", 2, 30, 0.3), (None, 2, 10, 0.1)
)
MAYOR = "Of those named, the mayor is quoted most (30% of the quoted words); 60% have a pronoun only"
ONE_EACH = frame("speaker statements quoted_words share", ("The mayor", 1, 9, 0.75), ("Ann", 1, 3, 0.25))
NAMELESS = HEARD.assign(speaker=["An official", "two men", "The mayor"], statements=[9, 3, 2], share=[0.6, 0.2, 0.2])
SILENT = "Nothing between quotation marks is anyone's speech."
SAID = [
    (terms.top_terms, [NO_WORDS, "phrases"], "There are no phrases, stop words aside."),
    (
        terms.top_terms,
        [frame("term count documents", ("plan", 2, 1))],
        "The words used most, stop words aside: “plan” (twice).",
    ),
    (terms.vocabulary, [frame("rank count"), 0], "There is no word."),
    (terms.vocabulary, [frame("rank count", (1, 1)), 1], "There is no second word."),
    (framing.leading_frames, [profile(("war", 0, 0.0)), LABELS], NO_TERM),
    (
        framing.leading_frames,
        [profile(("law", 40, 1234.56), ("war", 1, 0.034)), LABELS],
        "The frames used most: law (1,234.6 hits per 1,000 words) and war (0.03).",
    ),
    (
        framing.leading_frames,
        [profile(("war", 2, 2.0), ("law", 1, 1.0)), MARKED],
        "The frames used most: war (not valid here; 2.0 hits per 1,000 words) and law (1.0).",
    ),
    (framing.absent_frames, [profile(("war", 0, 0), ("law", 3, 3)), LABELS], "No term speaks of war."),
    (framing.absent_frames, [profile(("law", 3, 3)), LABELS], None),
    (framing.absent_frames, [profile(("war", 0, 0)), LABELS], None),  # leading_frames says that no term occurs
    (
        framing.headlines,
        [headlines(hits=2), MARKED],
        f"Headlines speak more of law (9.0 against 3.0 in the texts) and {LESS}) {THAN}",
    ),
    (
        framing.headlines,
        [headlines(hits=1), MARKED],
        f"Headlines speak {LESS} in the texts) {THAN}",
    ),
    (
        framing.cooccurrence,
        [pairs(("law", "war", 9, 3.1), ("law", "war", 4, 0.04)), MARKED],
        f"Law {MORE_OFTEN} (9 sentences, 3.1 expected), as does law with war (not valid here; 4, 0.04).",
    ),
    (framing.cooccurrence, [pairs(("war", "law", 3, 1.0), direction="unclear", q=0.3), LABELS], NO_SHARED),
    (framing.cooccurrence, [pairs(("war", "law", 1, 0.1)), LABELS], NO_SHARED),
    (framing.cooccurrence, [pairs(), LABELS], FEW_SHARED),
    (framing.cooccurrence, [pairs(("war", "law", 3, 1.0), direction="unclear", q=np.nan), LABELS], FEW_SHARED),
    (framing.frame_words, [WORDS, "War"], "No other word appears with war more often than chance explains."),
    (framing.frame_words, [WORDS.head(0), "War"], FEW_WORDS),
    (framing.frame_words, [WORDS.assign(q=np.nan), "War"], FEW_WORDS),
    (framing.greedy_terms, [USED], NONE_OCCURS),
    (framing.greedy_terms, [USED.assign(hits=[3, 0], weight=[0.0, 1.0])], NONE_OCCURS),  # an exclude is no term
    (
        framing.greedy_terms,
        [USED.assign(hits=[0, 1])],
        "1 term of the lexicon occurs, and none takes nearly whatever it meets.",
    ),
    (framing.lexicon_fit, [Fit("good", 0.8, 0.2, 0.1)], None),
    (framing.lexicon_fit, [Fit("none", 0, 0, 0)], NO_TERM),
    (framing.lexicon_fit, [Fit("poor", 0.1, 0.013, 0.46)], f"{MET}: {POORLY}"),
    (
        framing.lexicon_fit,
        [Fit("poor", 0.1, 0.013, 0.5)],
        f"{MET}, and five of its terms have 50% of the hits: {POORLY}",
    ),
    (manner.firmness, [None], "The lexicon of style has no hedges and boosters to count."),
    (manner.firmness, [FIRM], "No hedge and no booster appears."),
    (manner.naming, [NAMED, OPPONENTS], "The armed opponent is named once: as gunman."),
    (manner.naming, [NAMED.assign(hits=[0, 2]), OPPONENTS], "The armed opponent is named twice: both times as gunman."),
    (manner.naming, [NAMED.assign(hits=0), OPPONENTS], "No word of the list names the armed opponent."),
    (
        actors,
        [(5, 0), (1, 4), (9, 0), (0, 4)],
        f"Most often acting: army (5 of the 5 {TIMES}) and crowd (9 of 9); least often: bench (1 of 5).",
    ),
    (actors, [(3, 3), (4, 4)], "No actor acts more often than another: army (3 of 6) and bench (4 of 8)."),
    (actors, [(3, 3)], "Army alone is subject or object 5 times or more, and acts in 3 of 6."),
    (actors, [(2, 2)], "No actor is subject or object 5 times: too few to say who acts."),
    (manner.passives, [PASSIVE.head(0)], "There is no passive."),
    (manner.passives, [PASSIVE], "The one passive does not say who acts."),
    (manner.passives, [TWICE], "None of the 2 passives says who acts."),
    (manner.passives, [TWICE.assign(patient="all", agent="him")], "2 of the 2 passives say who acts."),
    (manner.speakers, [HEARD], f"{MAYOR} and 10% have no speaker."),
    (manner.speakers, [HEARD.head(2)], f"{MAYOR}."),
    (
        manner.speakers,
        [HEARD.head(1)],
        "No speaker is named more than once; 60% of the quoted words have a pronoun only.",
    ),
    (
        manner.speakers,
        [HEARD.tail(1).assign(share=1.0)],
        "No speaker is named more than once; 100% of the quoted words have no speaker.",
    ),
    (manner.speakers, [HEARD.assign(quoted_words=0)], SILENT),
    (manner.speakers, [HEARD.head(0)], SILENT),
    (manner.speakers, [ONE_EACH], "No speaker is named more than once."),
    (manner.speakers, [ONE_EACH.head(1)], "The one quotation is of the mayor."),
    (manner.speakers, [ONE_EACH.head(1).assign(speaker=None)], "The one quotation has no speaker."),
    (
        manner.speakers,
        [ONE_EACH.assign(statements=2)],
        "Of those named, the mayor (75% of the quoted words) and Ann (25%) are quoted most.",
    ),
    (
        manner.speakers,
        [NAMELESS],
        "Of those named, the mayor is quoted most (20% of the quoted words); 80% have a speaker without a name.",
    ),
    (listed, [[]], ""),
    (listed, [["a"]], "a"),
    (listed, [["a", "b"]], "a and b"),
]


@pytest.mark.parametrize(("finding", "given", "said"), SAID)
def test_a_finding_says_what_its_table_says(finding, given, said):
    assert finding(*given) == said


def test_both_sides_stand_out_in_one_sentence():
    table = frame(
        "term key q_documents per_million reference_per_million documents reference_documents",
        ("jirga", "target", 0.01, 80.0, 10.0, 5, 1),
        ("truce", "reference", 0.02, 4.0, 20.0, 1, 9),
        ("rain", "target", 0.2, 9.0, 1.0, 3, 1),
    )
    first = "Radio stands out by “jirga” (8 times the rate of the others, in 5 of 7 documents)"
    second = "he others stand out by “truce” (5 times the rate of Radio, in 9 of 12 documents)."
    assert terms.key_words(table, "Radio", "the others", (7, 12)) == f"{first}; t{second}"
    assert terms.key_words(table[1:], "Radio", "the others", (7, 12)) == f"T{second}"
    unknown = table.assign(q_documents=np.nan)
    for sides, documents, said in (
        (("Radio", "Daily"), (7, 12), "no word is in enough documents of Radio and Daily, copies of a text being one."),
        (("Radio", "Daily"), (1, 12), "Radio has 1 document, and"),
        (("Radio", "general"), (7, None), "the list general does not say"),
    ):
        assert said in terms.key_words(unknown, *sides, documents)


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
    assert terms.stop_words_aside(stopwords, languages) == said
    assert terms.top_terms(NO_WORDS, aside=said) == f"There are no words, {said}."


def test_languages_and_their_stop_lists_are_named(make_corpus):
    files = {"a.txt": "The war.", "b.txt": "De guerra.", "c.txt": "دا جګړه.", "d.txt": "战争。"}
    metadata = "file,language\na.txt,en-GB\nb.txt,es_MX\nc.txt,ps\nd.txt,zh\n"
    tokens = tokenize(make_corpus(files | {"metadata.csv": metadata}))
    assert terms.what_is_counted(tokens, "data/stopwords", {"the", "de"}) == (
        "Words are counted as written; 2 of the 7 different ones, by the stop lists data/stopwords and stopwordsiso "
        "(for es), are counted and not ranked, whatever the language of the document. "
        "The lists of stopwordsiso hold some words of content too. "
        "No stop list is used for ps (1 of 4 documents): function words are ranked like all others. "
        "Text in zh (1 of 4 documents) is not cut into words: what is between blanks and punctuation is counted "
        "as one."
    )
    every = "Words are counted as written; all of them are ranked."
    assert terms.what_is_counted(tokens.where(language="ps"), "data/stopwords", set()) == (
        f"{every} No stop list is used for ps: function words are ranked like all others."
    )
    assert terms.what_is_counted(tokens.where(language="ps"), "", set()) == every


def test_why_a_frame_cannot_be_told_is_said_for_each_reason(security):
    measured = pd.DataFrame({"frame": ["threat", "sacrifice", "diplomacy"], "alpha": [0.9, np.nan, 0.5]})
    measured = measured.assign(threshold=0.5, state=["supported", "uncertain", "uncertain"])
    assert framing.validity(measured, security) == (
        "Human coders bear the lexicon out (an F1 of 0.5 or more) on 1 of its 3 frames (threat); for 1 the coded "
        "sentences leave it open; on 1 the coders agree too little."
    )
    failed = framing.validity(measured.assign(state="failed", alpha=0.9), security)
    assert failed.endswith("on none of its 3 frames, not on threat, sacrifice and diplomacy.")


def test_the_frames_that_the_lexicon_errs_about_most_come_first(security):
    table = pd.DataFrame({"frame": ["threat", "sacrifice", "diplomacy"], "raw_share": [0.1, 0.3, 0.5]})
    table = table.assign(share=[0.11, 0.2, 0.2], ci_low=[0.05, 0.16, 0.15], ci_high=[0.2, 0.25, 0.3])
    assert framing.corrected_shares(table, security, top=2) == (
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
    whole = framing.shifts(table.assign(direction="unclear"), "source", LABELS)
    assert said in whole
    assert ("Half" in whole) == ("Half" in said)


def test_who_is_acted_upon_most_is_told_by_name_where_counts_are_equal():
    names = ["The b", "a", "C", "the B", "A", None, "c", "d", "d", "it", "it", "it"]
    table = pd.DataFrame({"agent": None, "patient": [*names, "c", "the b", "a"]})
    for top in (2, 3, 9):  # of three with one count none is left out for want of room
        names = listed([f"“{name}” (3 times)" for name in ("a", "c", "the b")])
        assert manner.passives(table, top=top).endswith(f"Acted upon most: {names}.")
