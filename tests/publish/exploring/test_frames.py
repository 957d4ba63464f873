"""Frames are marked in the document that is chosen, and counted as the chosen terms count, by hand."""

import re

import pandas as pd
import pytest

from analysis import tokenize
from analysis.core.paths import LEXICONS, SAMPLE
from analysis.framing.lexicon import read_lexicon
from analysis.publish.exploring.frames import frames, lexicon_files, reading
from tests.publish.exploring.panel_content import control, rows, shown

FILES = {
    "a.txt": "The militants fled the valley at dawn. The judge heard the case. The militants fled the valley at dawn.",
    "b.txt": "The judge heard <b>nothing</b>.",
    "c.txt": "جنگ ختم judge ہوئی۔",
    "metadata.csv": (
        "file,title,source,date,language\na.txt,Dawn,Daily,2024-06-22,en\nb.txt,Court,Wire,2024-07-01,en\nc.txt,,,,ur\n"
    ),
}
LEXICON = """name: two
version: 1
language: en
frames:
  threat: {label: Threat, definition: danger, terms: [{pattern: militant*, weight: 0.3}, {pattern: fled, weight: 0.5}]}
  law: {label: Law & order, definition: courts, terms: [judge]}
"""


@pytest.fixture
def lexicon(tmp_path):
    path = tmp_path / "two.yml"
    path.write_text(LEXICON, encoding="utf-8")
    return path


def marked(panel):
    return re.findall('<mark class="f[^>]*title="(.*?)">(.*?)</mark>', shown(panel))


def rates(panel):
    """Label, hits and rate of each row of the table of frames."""
    return [[row[0], *map(float, row[1:3])] for row in rows(panel)]


def test_control_characters_in_the_names_of_documents_are_written_out(make_corpus, lexicon):
    panel = reading(tokenize(make_corpus({"a\x01\nb.txt": "The judge fled."})), [lexicon])
    assert control(panel, "document").options == (("a\\x01\\nb", 0),)


def test_a_document_is_found_by_its_title_source_or_date(tokens, lexicon):
    panel = reading(tokens, [lexicon])
    find, document = control(panel, "find"), control(panel, "document")
    assert document.description == "3 documents"
    assert [label for label, _ in document.options] == [
        "2024-06-22 · Daily · Dawn · a",
        "2024-07-01 · Wire · Court · b",
        "c",
    ]
    for typed, row in (("COURT", 1), ("wire", 1), ("2024-06", 0), ("dawn", 0)):
        find.value = typed
        assert (document.description, document.value) == ("1 document", row)
    assert [text for _, text in marked(panel)] == ["militants", "fled", "judge", "militants", "fled"]
    find.value = "<x>"
    assert shown(panel) == "<p>No document has “&lt;x&gt;” in its name, title, source or date.</p></div>"
    find.value = ""
    assert document.value == 0


def test_the_chosen_document_shows_its_frames_and_repeats(tokens, lexicon):
    panel = reading(tokens, [lexicon])
    assert [text for _, text in marked(panel)] == ["militants", "fled", "judge", "militants", "fled"]
    assert shown(panel).count('data-n="2"') == 2  # one sentence twice
    control(panel, "document").value = 1
    assert marked(panel) == [("Law &amp; order", "judge")]
    assert "&lt;b&gt;nothing&lt;/b&gt;" in shown(panel)
    control(panel, "document").value = 2
    assert marked(panel) == []
    assert "<p>No frames: lexicon &#x27;two&#x27; is in &#x27;en&#x27; and the documents are in ur" in shown(panel)
    assert "جنگ" in shown(panel)


def test_another_lexicon_is_one_of_the_list_or_a_file(tokens, lexicon, tmp_path):
    panel = reading(tokens, [LEXICONS / "actors.yml", lexicon])
    control(panel, "lexicon").label = "two"
    assert len(marked(panel)) == 5
    other = tmp_path / "other.yml"
    other.write_text(LEXICON.replace("judge", "valley"), encoding="utf-8")
    control(panel, "file").value = str(other)
    assert [text for title, text in marked(panel) if title.startswith("Law")] == ["valley", "valley"]
    control(panel, "file").value = "no such.yml"
    assert shown(panel).startswith("<p>No such lexicon: ")
    other.write_text(LEXICON.replace("judge", "case"), encoding="utf-8")  # changed since it was read
    control(panel, "file").value = str(other)
    assert [text for title, text in marked(panel) if title.startswith("Law")] == ["case"]


def test_frames_are_counted_with_and_without_light_terms(tokens, lexicon):
    panel = frames(tokens, [lexicon], by="source")
    # 7 + 5 + 7 words in a and 6 in b (b, nothing, b); c is in another language.
    words = 19 + 6
    assert len(tokens.where(source=["Daily", "Wire"])) == words
    assert rates(panel) == [["Threat", 4, 1000 * 4 / words], ["Law & order", 2, 1000 * 2 / words]]
    control(panel, "weight").value = 0.5  # "fled" stays; of equal rates the lexicon's order
    assert rates(panel) == [["Threat", 2, 1000 * 2 / words], ["Law & order", 2, 1000 * 2 / words]]
    control(panel, "weight").value = 0.6
    assert [row[:2] for row in rates(panel)] == [["Law & order", 2], ["Threat", 0]]
    assert "two, 1 terms. Lines are the range over" in shown(panel)
    control(panel, "group").value = "Wire"
    assert [row[:2] for row in rates(panel)] == [["Law & order", 1], ["Threat", 0]]


def test_the_sentences_behind_the_rates_are_escaped_and_a_silent_group_is_said_to_be(tokens, lexicon):
    panel = frames(tokens, [lexicon], by="source")
    assert "The judge heard &lt;b&gt;nothing&lt;/b&gt;." in shown(panel)
    sentences = re.findall("<td[^>]*>([^<]*)</td>", shown(panel).rpartition("<tbody>")[2])[2::4]
    assert len(sentences) == 4  # three of a, one of b
    control(panel, "group").value = "Wire"
    sentences = re.findall("<td[^>]*>([^<]*)</td>", shown(panel).rpartition("<tbody>")[2])[2::4]
    assert sentences == ["The judge heard &lt;b&gt;nothing&lt;/b&gt;."]
    control(panel, "weight").value = 0.4
    assert "militant" not in shown(panel)
    control(panel, "group").value = "(none)"
    assert shown(panel).startswith("<p>Lexicon &#x27;two&#x27; is in &#x27;en&#x27; and the documents are in ur")
    control(panel, "group").value = "Wire"
    lexicon.write_text(LEXICON.replace("judge", "trial"), encoding="utf-8")
    control(panel, "weight").value = 0.5
    assert shown(panel) == "<p>No term of the lexicon occurs here.</p></div>"


def test_what_coders_did_not_bear_out_is_marked(sample_tokens):
    validity = SAMPLE / "gold" / "validity.yml"
    files = lexicon_files("data/lexicons/security_communication.yml")
    assert len(files) == len(set(files)) == len(list(LEXICONS.glob("*.yml")))
    panel = frames(sample_tokens, files, validity=validity)
    labels = {row[0] for row in rates(panel)}
    assert {"Threat (not valid here)", "War and eradication (uncertain)", "Diplomacy"} <= labels
    control(panel, "lexicon").label = "actors"
    assert shown(panel).startswith(
        "<p>Not held against coders: validity.yml was made for lexicon security_communication"
    )
    hits = pd.Series({label: hits for label, hits, _ in rates(panel)})
    assert hits.sum() > 0
    assert len(hits) == len(read_lexicon(LEXICONS / "actors.yml").frames)
