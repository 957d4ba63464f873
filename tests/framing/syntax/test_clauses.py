"""Words of either scheme with the punctuation between them, and the phrases around a verb."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.core.paths import LEXICONS
from analysis.framing.attribution import attributions
from analysis.framing.lexicon import read_lexicon
from analysis.framing.roles import roles
from analysis.framing.style import reports
from analysis.framing.syntax import clauses
from analysis.framing.syntax.clauses import COMMA, STOP, phrase_after, subject, words_of
from analysis.framing.voice import passives
from analysis.text.corpus import read_texts


def read(text, scheme="frequency"):
    return words_of(tokenize(read_text(text), scheme=scheme))


@pytest.mark.parametrize("scheme", ["frequency", "treebank"])
def test_punctuation_between_words(scheme):
    words = read("Lt. Khan, the “old” man (70), left. So?", scheme)
    # Lt Khan the old man 70 left | So: the period of "Lt." and quotation marks separate nothing.
    assert words.marks == [STOP, 0, COMMA, 0, 0, STOP, STOP, STOP]


@pytest.mark.parametrize(
    ("text", "verb", "phrase"),
    [
        ("The head of the town was seen", "was", "The head of the town"),
        ("He says the old town was seen", "was", "the old town"),
        ("Ann, my aunt, was seen", "was", "Ann"),
        ("The man who runs it was seen", "was", "The man"),
        ("The man who was there was seen", "seen", None),
        ("and was seen", "was", None),
        ("It rained: was", "was", None),
    ],
)
def test_subject(text, verb, phrase):
    words = read(text)
    place = words.types.index(verb)
    found = subject(words, place)
    assert (None if found is None else words.text(*found)) == phrase


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("the head of the town in June", "the head of the town"),
        ("Ann and her aunt yesterday", "Ann and her aunt"),
        ("Ann and the town was lost", "Ann"),
        ("men carrying the flag", "men"),
        ("police, who left", "police"),
    ],
)
def test_phrase_after(text, phrase):
    words = read(text)
    assert words.text(0, phrase_after(words, 0)) == phrase


def test_what_is_found_does_not_depend_on_the_documents_looked_at_together(monkeypatch):
    texts = (
        "“It is late,” Khan said. They did not say what they have",  # a perfect, if it went on
        "Got caught. “It rained all day long",  # a quotation left open
        "Said no one. The men were told to wait. Khan said “No one knows how this ends.”",
        "The Senate confirmed him. Troops attacked",  # a verb at the very end
        "...",
        "The militants were buried by villagers.",
    )
    tokens = tokenize(read_texts(texts))
    actors, style = (read_lexicon(LEXICONS / name) for name in ("actors.yml", "style.yml"))

    def found():
        return [roles(tokens, actors), passives(tokens), attributions(tokens), reports(tokens, style)]

    together = found()
    assert [len(table) > 0 for table in together] == [True] * 4
    monkeypatch.setattr(clauses, "AT_ONCE", 1)
    for one, other in zip(together, found(), strict=True):
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("scheme", ["frequency", "treebank"])
@pytest.mark.parametrize(
    "texts",
    [
        ("It was told by the", "Tenth. It rained."),  # "by the tenth" would be a day
        ("They kept", "Cases from being told."),
        ("It was he", "'s told that it was."),  # "he's told" would be a passive
        ("He was taken", "-            It was told."),  # 12 characters, then one: as in "taken-it"
        ("Khan said", "          : “Hello to all of you.” Yes"),
    ],
)
def test_what_is_found_in_a_document_does_not_depend_on_the_one_before(texts, scheme):
    tokens = tokenize(read_texts(texts), scheme=scheme)
    style = read_lexicon(LEXICONS / "style.yml")
    for measure in (passives, attributions, partial(reports, lexicon=style)):
        alone = [measure(tokens.subset(np.array([row]))) for row in range(2)]
        apart = pd.concat([table for table in alone if len(table)] or alone[:1], ignore_index=True)
        pd.testing.assert_frame_equal(measure(tokens), apart)


def test_what_keeps_someone_from_a_thing_stands_in_its_sentence():
    for text, patient in (("They kept. Cases from being told.", None), ("They kept cases from being told.", "cases")):
        assert passives(tokenize(read_text(text)))["patient"].tolist() == [patient]
