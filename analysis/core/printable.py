"""Text that a terminal shows and does not obey, and names and texts of which a reader sees every character."""

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NO_SPACE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")  # but for what HTML takes for white space


def printable(text: str) -> str:
    r"""`text` as one line in which what cannot be seen (escapes, line ends, turns of direction) is written out.

    File names and texts of others come to a terminal in messages, and a name can hold what clears its screen.

    >>> printable("a\n\x1b[2J\u202eb.txt")
    'a\\n\\x1b[2J\\u202eb.txt'
    """
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def visible(name: str) -> str:
    r"""`name` with its control characters written out, line ends among them: as a page or a figure has it.

    No picture has a sign for them, and XML may not hold them. What is not seen but shapes letters (ZWNJ) stays.

    >>> visible("a\n\x1b[31mb.txt")
    'a\\n\\x1b[31mb.txt'
    """
    return _CONTROL.sub(_written, name)


def visible_text(text: str) -> str:
    r"""`text`, be it a document's or a whole page, with its control characters but for white space written out.

    >>> visible_text("The coun\0cil\nmet.")
    'The coun\\x00cil\nmet.'
    """
    return _NO_SPACE.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
