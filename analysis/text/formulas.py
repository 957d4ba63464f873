"""Texts that a spreadsheet would take for a formula: guarded in every CSV that is written, given back when it is read.

One rule for all files: an apostrophe stands before each ``=``, ``+``, ``-`` and ``@``, or its full-width form, that
begins a text, or follows a semicolon, a tab or a line end in it, at which a spreadsheet may part cells. Blanks, control
characters and quotation marks may come between, and so may apostrophes: one is added to those that are there, and one
is taken away, so that every text comes back as it was.
"""

import re

_BETWEEN = r'[\x00-\x08\x0b\x0c\x0e-\x20"\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]*'
_PLACE = rf"((?:^|[;\t\r\n]){_BETWEEN})"
_SIGN = "(?='*[=+@＝＋－＠-])"

FORMULA = _PLACE + _SIGN
GUARD = _PLACE + "'" + _SIGN

_FORMULA, _GUARD = re.compile(FORMULA), re.compile(GUARD)


def guarded(text: str) -> str:
    """`text` as no spreadsheet runs it, and as it is where none would.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("rain; -5%"), guarded("well-read")
    ("'=1+1", "''=1+1", "rain; '-5%", 'well-read')
    """
    return _FORMULA.sub(r"\1'", text)


def restored(text: str) -> str:
    """The text that `guarded` was given.

    >>> restored("'=1+1"), restored("''=1+1"), restored("'tis"), restored("=1+1")
    ('=1+1', "'=1+1", "'tis", '=1+1')
    """
    return _GUARD.sub(r"\1", text)
