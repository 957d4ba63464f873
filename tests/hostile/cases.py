"""What a hostile corpus is made of: a file, and what must become of it."""

import random
from collections.abc import Iterator
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


def mutants(name: str, data: bytes, *, count: int, seed: int) -> Iterator[Case]:
    """`data` cut off, with bytes changed, pieces doubled, taken out and moved."""
    chance = random.Random(f"{name} {seed}")
    stem, dot, suffix = name.rpartition(".")
    for number in range(count):
        broken = bytearray(data)
        for _ in range(chance.choice([1, 1, 4, 30])):
            start = chance.randrange(len(broken) + 1)
            piece = slice(start, start + chance.choice([1, 2, 8, 64, 1000]))
            match chance.randrange(6):
                case 0:
                    broken[piece] = b""
                case 1:
                    broken[piece] = bytes(chance.randrange(256) for _ in broken[piece])
                case 2:
                    broken[piece] = broken[piece] * 3
                case 3:
                    broken[piece] = chance.choice(
                        [b"\0" * 8, b"\xff" * 8, b"\x1b[2J", b"99999999999", b'"', b"<", b"{"]
                    )
                case 4:
                    broken[start : start + 1] = (
                        bytes([broken[start] ^ 1 << chance.randrange(8)]) if start < len(broken) else b""
                    )
                case 5 if number % 3 == 0:
                    del broken[start:]
        yield case(f"{stem}-{number}{dot}{suffix}", bytes(broken) or b"\0")
