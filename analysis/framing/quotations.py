"""What stands in quotation marks: straight, curly or angular, double or single, nested, over many paragraphs."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_MARKS = re.compile(r"""["“”„«»‘’‚']""")
_DOUBLE = '"“”„«»'
_CLIPPED = re.compile(r"(?:\d|tis\b|twas\b|em\b|til\b|cause\b|round\b|n\b)", re.IGNORECASE)  # "'tis", "'90s"


class Quotation(NamedTuple):
    """The characters between two quotation marks; `continues`: it goes on from the paragraph before."""

    start: int
    end: int
    continues: bool


def quotations(text: str, paragraphs: Iterable[tuple[int, int]]) -> list[Quotation]:
    """The quotations in the `paragraphs` (start, end) of a text, marks excluded, in order.

    A quotation inside another belongs to the outer one. What is opened and not closed ends with its paragraph; where
    the next paragraph begins with an opening mark it continues there, as long quotations are printed. A single mark
    opens one only where it can be told from an apostrophe.

    >>> text = "“It’s ‘over’,” he said. 'No,' said Ann, 'it isn't.'"
    >>> [text[q.start : q.end] for q in quotations(text, [(0, len(text))])]
    ['It’s ‘over’,', 'No,', "it isn't."]
    """
    found: list[Quotation] = []
    left_open = False
    for start, end in paragraphs:
        own, still_open = _in_paragraph(text, start, end)
        if own and left_open and not text[start : own[0].start].strip("\"“‘„«' \t\n"):
            own[0] = own[0]._replace(continues=True)
        found += own
        left_open = still_open
    return found


def _in_paragraph(text: str, start: int, end: int) -> tuple[list[Quotation], bool]:
    """The quotations of one paragraph, and whether the last is left open."""
    found: list[Quotation] = []
    opened: int | None = None
    passed = start  # what lies before has been read
    for mark in _MARKS.finditer(text, start, end):
        place = mark.start()
        if place < passed:
            continue
        sign = mark.group()
        if opened is not None:
            if sign in _DOUBLE and _closes(text, place, opened):
                found.append(Quotation(opened + 1, place, False))
                opened = None
        elif not _opens(text, place, start, end):
            continue
        elif sign in _DOUBLE:
            opened = place
        elif (closing := _single_end(text, place, end)) is not None:
            found.append(Quotation(place + 1, closing, False))
            passed = closing + 1
    if opened is not None:
        found.append(Quotation(opened + 1, end, False))
    return found, opened is not None


def _opens(text: str, place: int, start: int, end: int) -> bool:
    """Whether a mark can open a quotation: nothing but space or a bracket before it, a word behind it."""
    before = text[place - 1] if place > start else " "
    after = text[place + 1] if place + 1 < end else " "
    if text[place] in "“„«":
        return True
    return (before.isspace() or before in "([{—–-/:") and not after.isspace()


def _closes(text: str, place: int, opened: int) -> bool:
    """Whether a double mark closes the quotation at `opened`."""
    sign = text[place]
    if sign == '"':
        # A straight mark that stands before a word, after a blank, opens one inside.
        return text[opened] == '"' or not text[place - 1].isspace()
    return sign in "”»" or (sign == "“" and text[opened] == "„")


def _single_end(text: str, place: int, end: int) -> int | None:
    """The mark that closes a single quotation: the first that is no apostrophe; if need be, one after a plural "s"."""
    if _CLIPPED.match(text, place + 1):
        return None
    closing = "’'" if text[place] == "‘" else text[place] if text[place] == "'" else "’‘"
    plural = None
    for at in range(place + 2, end):
        after = text[at + 1] if at + 1 < end else " "
        if text[at] not in closing or after.isalnum():
            continue
        if text[at - 1] != "s" or not after.isspace() or at + 1 == end:
            return at
        plural = at if plural is None else plural  # "the soldiers' camp"
    return plural
