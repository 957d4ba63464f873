"""What a hostile corpus is made of: a file, and what must become of it."""

from typing import NamedTuple

WORDS = "The council met on Monday"  # stands in every file whose text can be had


class Case(NamedTuple):
    """A file of the corpus: its path below the folder, its bytes, and what reading it must give.

    `shows` stands in the text of a document of the file, whatever the white space between its words; `says` stands in
    the reason of a problem of the file. A file with neither is so broken that either will do, but one there must be.
    """

    name: bytes
    data: bytes
    shows: str = ""
    says: str = ""


def case(name: str | bytes, data: str | bytes, shows: str = "", says: str = "") -> Case:
    named = name.encode() if isinstance(name, str) else name
    return Case(named, data.encode() if isinstance(data, str) else data, shows, says)
