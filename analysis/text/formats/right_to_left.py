"""Lines of a page in which words run from right to left, put in the order in which they are read."""

import unicodedata
from collections.abc import Sequence
from itertools import groupby, pairwise

_LAM, _ALEFS = "ل", frozenset("اأإآٱ")  # drawn as one sign, lam being read first


def is_right_to_left(text: str) -> bool:
    """Whether most letters of `text` are of a script that is written from right to left.

    >>> is_right_to_left("22 جون کو"), is_right_to_left("on 22 June")
    (True, False)
    """
    directions = [unicodedata.bidirectional(character) for character in text]
    return sum(d in ("R", "AL") for d in directions) > directions.count("L")


def reading_order(text: str, middles: Sequence[float]) -> str:
    """The characters of a line in the order of reading; `middles` says where each stands, from the left of the page.

    A file lists what it draws in any order: words from right to left stand in it letter by letter as they are read in
    one place, as they are seen in the next. What its place shows to be the order of seeing is turned round: the letters
    of a word, the words of a stretch in such a script, and the stretches of a line that is mostly in one. Words are
    what stands between blanks; a mark stays behind its letter.

    >>> reading_order("abc هید", [1, 2, 3, 4, 5, 6, 7])
    'abc دیه'
    >>> reading_order("دیه", [3, 2, 1])
    'دیه'
    """
    if not any(unicodedata.bidirectional(character) in ("R", "AL") for character in text):
        return text
    words = []
    place = 0
    for word in text.split(" "):
        if word:
            own = middles[place : place + len(word)]
            words.append((_letters(word, own) if _has_letters(word, "R", "AL") else word, sum(own) / len(own)))
        place += len(word) + 1
    stretches = [_turned(stretch) for stretch in _stretches(words)]
    middle = [sum(at for _, at in stretch) / len(stretch) for stretch in stretches]
    if is_right_to_left(text) and _rises(middle):
        stretches.reverse()
    return " ".join(word for stretch in stretches for word, _ in stretch)


def _has_letters(word: str, *directions: str) -> bool:
    return any(unicodedata.bidirectional(character) in directions for character in word)


def _letters(word: str, middles: Sequence[float]) -> str:
    """The letters of a word, turned round where each stands to the right of the one before it."""
    letters: list[str] = []
    places: list[float] = []
    for character, middle in zip(word, middles, strict=True):
        if letters and unicodedata.combining(character):
            letters[-1] += character
        elif letters and middle == places[-1]:  # one sign for two letters, which may be listed in either order
            is_alef_first = letters[-1] in _ALEFS and character == _LAM
            letters[-1] = character + letters[-1] if is_alef_first else letters[-1] + character
        else:
            letters.append(character)
            places.append(middle)
    return "".join(letters[::-1] if _rises(places) else letters)


def _stretches(words: Sequence[tuple[str, float]]) -> list[list[tuple[str, float]]]:
    """The words in stretches of one direction; what has none, a number say, goes with those before it."""
    direction, directions = False, []
    for word, _ in words:
        if _has_letters(word, "R", "AL"):
            direction = True
        elif _has_letters(word, "L"):
            direction = False
        directions.append(direction)
    pairs = zip(directions, words, strict=True)
    return [[word for _, word in group] for _, group in groupby(pairs, key=lambda pair: pair[0])]


def _turned(stretch: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """A stretch from right to left in the order of reading; one from left to right is already."""
    turned = any(_has_letters(word, "R", "AL") for word, _ in stretch) and _rises([at for _, at in stretch])
    return stretch[::-1] if turned else stretch


def _rises(places: Sequence[float]) -> bool:
    """Whether most of `places` lie to the right of the one before."""
    steps = [after - before for before, after in pairwise(places)]
    return sum(step > 0 for step in steps) > sum(step < 0 for step in steps)
