"""The classes of characters."""

import unicodedata

import numpy as np
import pytest

from analysis.text import scanner
from analysis.text.characters import character_classes


@pytest.mark.parametrize(
    ("characters", "name"),
    [
        ("AÉЯǅ", "UPPER"),
        ("aéя", "LOWER"),
        ("ل中ªʻ", "LETTER"),
        ("5٥½²Ⅳ", "DIGIT"),
        ("\u0301\u064e\u093f\u20dd", "MARK"),
        ("'’‘ʼ", "APOSTROPHE"),
        ("-‐‑־", "HYPHEN"),
        ("_\u200c\u200d\u00ad", "JOINER"),
        ("🙂☀❤🏽", "PICTOGRAPH"),
        ("©™〰", "SYMBOL"),
        ("🇵", "REGIONAL"),
        ("–—−\n \u00a0\u200b!$+★\ud800\U0010ffff", "OTHER"),
    ],
)
def test_class(characters, name):
    codes = character_classes()[[ord(c) for c in characters]]
    assert set(codes.tolist()) == {getattr(scanner, name)}


def test_every_letter_of_this_python_has_a_class():
    table = character_classes()
    letters = [p for p in range(0x110000) if unicodedata.category(chr(p))[0] in "LMN" and p != 0x2BC]
    assert np.isin(table[letters], range(scanner.UPPER, scanner.MARK + 1)).all()
    assert np.isin(table, range(scanner.UPPER, scanner.MARK + 1)).sum() == len(letters)
