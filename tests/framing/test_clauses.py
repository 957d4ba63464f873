"""Words of either scheme with the punctuation between them, and the phrases around a verb."""

import pytest

from analysis import read_text, tokenize
from analysis.framing.clauses import COMMA, STOP, Words, phrase_after, subject, words_of


def read(text: str, scheme: str = "frequency") -> Words:
    return words_of(tokenize(read_text(text), scheme=scheme))


@pytest.mark.parametrize("scheme", ["frequency", "treebank"])
def test_punctuation_between_words(scheme: str) -> None:
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
def test_subject(text: str, verb: str, phrase: str | None) -> None:
    words = read(text)
    place = [words.type(word) for word in range(len(words.kinds))].index(verb)
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
def test_phrase_after(text: str, phrase: str) -> None:
    words = read(text)
    assert words.text(0, phrase_after(words, 0)) == phrase
