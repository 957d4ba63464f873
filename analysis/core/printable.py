"""Texts with their control characters written out, for terminals, pages and figures."""

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NO_SPACE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")  # all but HTML's white space


def printable(text: str) -> str:
    r"""Escape what a terminal would obey or not show: escapes, line ends, changes of direction.

    >>> printable("a\n\x1b[2J\u202eb.txt")
    'a\\n\\x1b[2J\\u202eb.txt'
    """
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def visible(name: str) -> str:
    r"""Escape the control characters of a name, line ends among them, for a page or a figure.

    Fonts have no sign for them, and XML may not hold them. Format characters that shape letters (ZWNJ) stay.

    >>> visible("a\n\x1b[31mb.txt")
    'a\\n\\x1b[31mb.txt'
    """
    return _CONTROL.sub(_written, name)


def visible_text(text: str) -> str:
    r"""Escape the control characters of a text or a whole page, but for white space.

    >>> visible_text("The coun\0cil\nmet.")
    'The coun\\x00cil\nmet.'
    """
    return _NO_SPACE.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
