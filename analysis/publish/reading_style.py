"""How frames look in the reading view: a colour, a line and a short code for each."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import regex

from analysis.publish.colours import COLOURS

CODE = 4  # letters of a frame's code, before a number
HUES = [colour for name, colour in COLOURS.items() if name != "black"]
LINES = ("solid", "dashed", "double")  # under a match: with eight hues, all of 24 frames look different

_CSS = Path(__file__).with_name("reading.css")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")


def codes(labels: Sequence[str]) -> list[str]:
    """A short code for each label, no two the same: initials, or more letters where these are taken.

    Small words of up to three letters are passed over, but not the first, and so is what a label has in parentheses; a
    label without a letter gets a number.

    >>> codes(["Law and prosecution", "Local press", "Threat (not valid here)", "Threat", "جنگ", "—"])
    ['LP', 'LoP', 'Th', 'Thr', 'جن', '6']
    """
    found: list[str] = []
    taken: set[str] = set()
    for place, label in enumerate(labels, 1):
        code = next(code for code in _candidates(label, place) if code.casefold() not in taken)
        taken.add(code.casefold())
        found.append(code)
    return found


def _candidates(label: str, place: int) -> Iterator[str]:
    words = _WORD.findall(regex.sub(r"\(.*?\)", "", label))
    words = [word for at, word in enumerate(words) if at == 0 or len(word) > 3 or word[0].isupper()]
    letters = [regex.findall(r"\X", word) for word in words[:CODE]]
    first, rest = (letters or [[]])[0], "".join(word[0].upper() for word in letters[1:])
    start = "".join(first[:1]).upper()
    for length in range(1 if rest else 2, CODE + 1) if first else ():
        yield start + "".join(first[1:length]) + rest
    for number in count(place):
        yield f"{start}{rest}{number}"


def style_sheet(names: Sequence[str]) -> str:
    """The style sheet: colours, code and off switch of each frame, then what is the same for all views."""
    rules = []
    for number, (name, code) in enumerate(zip(names, codes(names), strict=True)):
        colour, line = HUES[number % len(HUES)], LINES[number % len(LINES)]
        rules.append(
            f".lafz-r .f{number}{{--b:{_mixed(colour, 255, 0.7)};--u:{line} {_mixed(colour, 0, 0.25)};"
            f"--c:{_css_text(code)};--l:{_css_text(f' ({name})')}}}"
            f".lafz-r:has(.s{number}:not(:checked)) .f{number}{{all:unset;--c:none;--n:none}}"
        )
    return "".join(rules) + _CSS.read_text(encoding="utf-8").partition("*/")[2].replace("\n", "")


def _mixed(colour: str, with_level: int, share: float) -> str:
    """A colour with `share` of white (255) or black (0) in it."""
    levels = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(level + (with_level - level) * share):02x}" for level in levels)


def _css_text(text: str) -> str:
    """`text` as a string of a style sheet: whatever could end the string, or the sheet, is a number."""
    letters = (letter if letter.isascii() and letter.isalnum() else f"\\{ord(letter):x} " for letter in text)
    return f'"{"".join(letters)}"'
