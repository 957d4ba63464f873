"""Text that a terminal shows and does not obey."""


def printable(text: str) -> str:
    r"""`text` as one line in which what cannot be seen (escapes, line ends, turns of direction) is written out.

    File names and texts of others come to a terminal in messages, and a name can hold what clears its screen.

    >>> printable("a\n\x1b[2J\u202eb.txt")
    'a\\n\\x1b[2J\\u202eb.txt'
    """
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
