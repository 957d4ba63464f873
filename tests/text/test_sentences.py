import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.text import sentences as sentences_module
from analysis.text.evaluation import evaluate_sentences, read_conllu
from analysis.text.sentences import LANGUAGES, sentences, sentences_within, train_punkt

sys.path.insert(0, str(Path(__file__).parent))
from reference_sentences import find_sentences_reference

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the labelled data are not beside the repository")


def split(text, language="en", splitter="default"):
    return [text[start:end] for start, end in sentences(text, language, splitter=splitter)]


def check(marked, language="en"):
    """Split the text without its ``|`` and expect a sentence between each two of them."""
    expected = [sentence.strip() for sentence in marked.split("|")]
    assert split(marked.replace("|", ""), language) == expected


ABBREVIATIONS = [
    "Mr. Khan met Dr. Ali.| They spoke.",
    "Lt. Gen. Asim Munir and Maj.-Gen. Sharif came.| They left.",
    "Ch. Nisar, Mohd. Ali and Engr. Dastgir agreed.",
    "In his words: “Gov. Tessori and Assoc. Prof. Zaidi agreed.| They left.”",
    "He works for Acme Inc. and Co. in town.| She does not.",
    "Kids enjoy voc. ed. classes.| They do.",
    "The first day of Feb. next begins soon.",
    "Approx. 5 of them came.| See Art. 5 and Figs. 2 to 4.",
    "He came at 5 p.m. and left.| The U.S. Government knew.",
    "He lives in the U.S.| He works there.",
    "We sell nuts, bolts, etc.| When it rains we do not.",
    "Cats, dogs etc. are there.",
    "He sat.| The art.| Then it began in.| Nobody saw.",
    "J. K. Rowling and George W. Bush met.| They spoke.",
]
QUOTATIONS = [
    '"It is late.| We must go.| Now!| Are you ready?| Yes."',
    "He said: “It is late.| We must go.”| She left.",
    "(It is late.| We must go.)| She left.",
    "He laughed.| (Laughter.)| Then he went on.",
    "He teaches (he was an engineer.) at the university.",
    '"Will it work?" Imran Khan asked.| He left.',
    "“Stop!” Gen. Asim Munir shouted.| He left.",
    '("Will it work?" Imran Khan asked.)| He left.',
    '"Will it work?"| He said that it would.',
    '"Will it work?" she asked.| He left.',
    'The film "What Is Art?" won.| It ended.',
    'He said so.\n|"Most of us know.\n|It is late," he said.',
    'And what will the theme say?| "THE PRESIDENT: I appreciate that.',
]
MARKS = [
    "He works at Yahoo! Inc. in town.| She does not.",
    "He came…| Then he left.| She came...| Then she left.",
    "I was... well, late.| I was … well, late.",
    "Wait!!!| What?!| No.",
    "It cost 3.50 dollars.| Version 2.0.1 came out.",
    "It grew by 3.5 per cent.| 12 Palestinians were killed.| In 2004.| The end.",
    "“It will be less . . . The end may come.”",
]
TAILS = [
    "It is known.[1]| The rest [2] is not.[3][4]| So it goes [5].| Two.",
    'He loved her." [6]| In his memoirs he says so.',
    "We were protected. 4| Even so it ended (Figure 1.6). 5| At the other end it began.",
    "Great! :)| See you there.| I like it :-)| Thanks.",
    "Jonathan Bell. […]| For the other side.",
    "It ended. ====| What follows is new.",
    "I was there, but —| No, she was.| I know she's --| Well, so it is.",
    "KABUL — The government said so.| The Bay — Oakland Bridge — stands.",
]
ADDRESSES = [
    "See www.dawn.com.| It is good.",
    "See www.test.Awesome.com and http://test.Awesome.com/A.Html?b=C.D now.",
    "Write to Jane.Doe@example.com.| I did.| Imran <Imran.Khan@example.com> wrote.",
    "It works.|There were none.| So it ends.",
]
LISTS = [
    "1. The first item.| 2. The second item.",
    "a) The first item.| b) The second item.",
    "• 9. The first item |• 10. The second item",
    "He got 12.| Then he left.",
    "1. ... It ended.| So it goes.",
    'He said: "1. The first. 2. The second."',
]
LINES = [
    "A line that\nis wrapped.| The next\none.",
    "A heading|\n\nA sentence\n|\n\nAnother",
    "A heading|\r\n \t\r\nA sentence|\r\rAnother|\f\fA last|\u2029one",
    "A line\r\nthat is\rwrapped.",
    "It ended.\n\n|***|\n\nIt began.",
    "...and so it went. :)| It ended.",
]


@pytest.mark.parametrize(
    "marked", [*ABBREVIATIONS, *QUOTATIONS, *MARKS, *TAILS, *ADDRESSES, *LISTS, *LINES], ids=lambda marked: marked[:32]
)
def test_english(marked):
    check(marked)


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        ("ur", "کیا حال ہے؟| میرا نام علی ہے۔| اور آپ کا؟"),
        ("ur", "یہ پہلا جملہ ہے۔\n|\nیہ دوسرا ہے۔"),
        ("ar", "هذا خبر.| وهذا خبر آخر؟| نعم!"),
        ("fa", "خوشبختم، آقای رضا.| شما کجایی هستید؟"),
        ("hi", "यह पहला वाक्य है।| यह दूसरा है।"),
        ("de", 'Gut?| "Ja.'),
        ("de", "Er sagte: „Das ist Nr. Zwei.“| Er ging."),
        ("de", "Er kam am 3. Mai.| Dann ging er z.B. nach Berlin."),
        ("ja", "今日は晴れ。|明日は雨。"),
    ],
)
def test_other_languages(language, marked):
    check(marked, language)


def test_spans_are_characters_of_the_text_itself():
    text = "  😀 Né à Pau.\u2003\n Où\xa0? \ud800 Fin. "
    spans = sentences(text)
    assert [text[start:end] for start, end in spans] == ["😀 Né à Pau.", "Où\xa0? \ud800 Fin."]
    assert spans == [(2, 13), (16, 27)]


@pytest.mark.parametrize("text", ["", "   ", "\n\n \t\u2029\xa0"])
def test_nothing_holds_no_sentence(text):
    assert sentences(text) == []


ODD = st.text(
    st.sampled_from("aAbZ é😀漢ا1.?!…۔،:;-—=*)([]\"'“”‘\n\r\t\f\xa0\x85\u2003\u2029\u200c\u0301\x00\ud800/@"),
    max_size=60,
)


@given(text=st.text(st.characters(exclude_categories=())) | ODD, splitter=st.sampled_from(["default", "punkt"]))
@example(text="A\u2003.", splitter="default")  # sentencex panics at such a space
@example(text='." [1] A.\n\n"', splitter="default")
def test_nothing_is_lost(text, splitter):
    at = 0
    for start, end in sentences(text, splitter=splitter):
        assert at <= start < end
        assert text[at:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        at = end
    assert text[at:].strip() == ""


@given(text=ODD, language=st.sampled_from(sorted(LANGUAGES)))
def test_nothing_is_lost_in_any_language(text, language):
    kept = "".join(text[start:end] for start, end in sentences(text, language))
    assert "".join(kept.split()) == "".join(text.split())


@pytest.mark.parametrize("unit", ["word ", "a", '. "', "' ", "“a ", "? (", ":) ", "-", ".", "\n ", "\r", "[1]"])
def test_a_megabyte_of_marks_is_read(unit):
    # Each would take minutes or more if the text were read anew at each mark.
    text = unit * (1_000_000 // len(unit))
    found = sentences(text)
    assert len(found) <= 2
    assert "".join("".join(text[start:end] for start, end in found).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("language", "unit", "count"),
    [
        ("en", 'Mr. Khan said: "It is late. We must go." He joined the U.S. Army. ', 3),
        ("ur", "یہ پہلا جملہ ہے۔ کیا حال ہے؟ ", 2),
        ("de", "„" + "Das ist ein langes Zitat und Herr Maier geht. " * 9 + "Ja.“ sagte er. ", 1),
    ],
)
def test_a_long_paragraph_is_split_as_a_short_one(language, unit, count):
    # The long text is read through a window, whose end falls on each character of the unit in turn.
    once = sentences(unit, language)
    assert len(once) == count
    for shift in range(len(unit)):
        starts = range(shift, shift + 200 * len(unit), len(unit))
        expected = [(start + at, end + at) for at in starts for start, end in once]
        assert sentences(" " * shift + unit * 200, language) == expected


def test_punkt_knows_the_abbreviations():
    assert split("Mr. Khan met Gov. Tessori. They spoke.", splitter="punkt") == [
        "Mr. Khan met Gov. Tessori.",
        "They spoke.",
    ]
    assert split("A heading\n\nA sentence", splitter="punkt") == ["A heading", "A sentence"]


def test_punkt_learns_abbreviations():
    text = "The avdg. Fell."
    learnt = train_punkt(["The avdg. fell. Then the avdg. rose, and the avdg. fell again."] * 9)
    assert sentences(text, splitter="punkt") == [(0, 9), (10, 15)]
    assert sentences("The avdg. fell.", splitter=learnt) == [(0, 15)]
    assert sentences("Mr. Khan fell.", splitter=learnt) == [(0, 14)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"language": "english"}, r"^language 'english' is not known: use one of am, ar, .*, zh$"),
        ({"splitter": "spacy"}, r"^splitter 'spacy' is not known: use one of default, punkt$"),
    ],
)
def test_an_unknown_name_is_refused_in_one_line(options, message):
    with pytest.raises(ValueError, match=message):
        sentences("Text.", **options)


PIECES = st.lists(st.sampled_from([*"aAbZ é漢5.?!…,:;-—*()[]\"'“”’/@% ", "Mr", "U.S", "said", "The", "etc", "I"])).map(
    "".join
)


@given(text=ODD | PIECES)
@example(text='He came.The end; "Why?" Imran Khan asked. 4 Even so [2]. :) I mean -- No.')
def test_equals_its_readable_definition(text):
    line = re.sub("[\n\r\f\u2029]", " ", text)
    assert sentences(line) == find_sentences_reference(line)


@needs_data
@pytest.mark.parametrize("name", ["ewt", "gum"])
def test_equals_its_readable_definition_on_treebanks(name):
    for document in read_conllu(DATA / "ud_dev" / f"en_{name}-ud-dev.conllu"):
        for start, end in document.paragraphs:
            assert sentences(document.text[start:end]) == find_sentences_reference(document.text[start:end])


@pytest.mark.parametrize("unit", [" ", ". Then (Mr. ", ".A", ' "Why?" [1] '])
def test_a_long_paragraph_equals_its_readable_definition(unit):
    # Of some ten thousand tokens: it is looked at in several windows.
    line = unit.join(f"{word} on 5 May{'' if k % 7 else '.'} It" for k, word in enumerate(["said", "The", "so"] * 900))
    assert sentences(line) == find_sentences_reference(line)


@pytest.mark.parametrize("size", [0, 10, 1000])
def test_texts_of_several_languages_are_split_side_by_side(monkeypatch, size):
    monkeypatch.setattr(sentences_module, "BATCH", size)
    texts = ["It rains. We go.", "", "Es regnet. Wir gehen.", "One. Two.", " ", "Three."]
    stretches = np.array([(row, 0, len(text)) for row, text in enumerate(texts)])
    found = sentences_within(texts, stretches, ["en", "en-GB", "de", "EN", "de", "en"])
    assert [texts[stretches[k, 0]][start:end] for start, end, k in found] == [
        "It rains.", "We go.", "Es regnet.", "Wir gehen.", "One.", "Two.", "Three.",
    ]  # fmt: skip
    assert sentences_within([], stretches[:0], []).shape == (0, 3)


BLANK_LINES = [
    "A so.\n\nb",
    "A so. \r\n\t\r\nb",
    "A so\r\rb",
    "A so\n\rb",
    "A so\fb",
    "A so\u2029b",
    "A so\n \x85\u2028 \nb",
]
NO_BLANK_LINES = ["A so\nb", "A so\r\nb", "A so \n\x85 b", "A so\v\vb", "A so\u2028\u2028b", "\n\nA so b\r\n\n"]


@pytest.mark.parametrize(
    ("text", "count"), [(text, 2) for text in BLANK_LINES] + [(text, 1) for text in NO_BLANK_LINES]
)
def test_a_blank_line_ends_a_sentence(text, count):
    assert len(sentences(text)) == len(sentences(text, splitter="punkt")) == count


@pytest.mark.parametrize(("language", "splitter"), [("en", "default"), ("de", "default"), ("en", "punkt")])
def test_stretches_of_a_text_are_split_as_texts_of_their_own(language, splitter):
    text = "A title. (It rains. \n\nWe go! Nobody. Anna kam. Er ging."
    stretches = [(0, 0, 8), (0, 9, 9), (0, 9, 36), (0, 37, len(text)), (2, 0, 5), (3, 3, 9)]
    texts = [text, "No.", "Er \u2029kam", text]  # of the second text, no stretch
    found = sentences_within(texts, np.array(stretches), [language] * 4, splitter=splitter)
    alone = [
        (start + first, end + first, k)
        for k, (row, first, last) in enumerate(stretches)
        for start, end in sentences(texts[row][first:last], language, splitter=splitter)
    ]
    assert [tuple(row) for row in found.tolist()] == alone
    assert len(alone) >= 5


@needs_data
@pytest.mark.parametrize(("name", "everywhere", "inside"), [("ewt", 0.897, 0.924), ("gum", 0.969, 0.98)])
def test_score_on_treebanks(name, everywhere, inside):
    table = evaluate_sentences(DATA / "ud_dev" / f"en_{name}-ud-dev.conllu", sentences)
    assert table["f1"].iloc[0] >= everywhere
    assert table["f1"].iloc[1] >= inside


@needs_data
@pytest.mark.parametrize(
    ("rules", "language", "expected"),
    [("GOLDEN_EN", "en", 44), ("GOLDEN_UR", "ur", 1), ("GOLDEN_AR", "ar", 1), ("GOLDEN_DE", "de", 2)],
)
def test_score_on_golden_rules(rules, language, expected):
    lines = (DATA / "golden_rules" / "golden_rules.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if case["set"] == f"{rules}_RULES_TEST_CASES"]
    right = sum(split(case["text"], language) == [sentence.strip() for sentence in case["sentences"]] for case in cases)
    assert right >= expected
