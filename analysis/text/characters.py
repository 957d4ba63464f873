"""Which characters belong to the classes that the frequency scheme tells apart, for every code point of Unicode."""

import unicodedata
from collections import defaultdict
from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.text import scanner

APOSTROPHES = "'’‘ʼ`´＇"
HYPHENS = "-֊־᐀᠆‐‑⸗゠﹣－"
SOFT_HYPHEN = "\u00ad"
JOINERS = "_·׳״\u200c\u200d" + SOFT_HYPHEN  # ZWNJ and ZWJ
SEPARATORS = ",:/⁄٫٬"  # between digits only
PERCENTS = "%‰٪﹪％"

# Emoji by Unicode's emoji-data.txt. From U+1F300 whole blocks are taken, so that an emoji that is newer than
# Python's own tables is one too; below, the characters with the property Emoji that are pictures by themselves ...
_PICTOGRAPHS = """
    231A-231B 23E9-23F3 23F8-23FA 25FD-25FE 2600-2604 260E 2611 2614-2615 2618 261D 2620 2622-2623 2626 262A
    262E-262F 2638-263A 2640 2642 2648-2653 265F-2660 2663 2665-2666 2668 267B 267E-267F 2692-2697 2699 269B-269C
    26A0-26A1 26A7 26AA-26AB 26B0-26B1 26BD-26BE 26C4-26C5 26C8 26CE-26CF 26D1 26D3-26D4 26E9-26EA 26F0-26F5
    26F7-26FA 26FD 2702 2705 2708-270D 270F 2712 2714 2716 271D 2721 2728 2733-2734 2744 2747 274C 274E 2753-2755
    2757 2763-2764 2795-2797 27A1 27B0 27BF 2B1B-2B1C 2B50 2B55 1F004 1F0CF 1F170-1F171 1F17E-1F17F 1F18E
    1F191-1F19A 1F201-1F202 1F21A 1F22F 1F232-1F23A 1F250-1F251 1F300-1F64F 1F680-1F6FF 1F7E0-1F7F0 1F900-1F9FF
    1FA70-1FAFF
"""
# ... and those (©, ™, arrows, bullets) that are mostly plain signs: emoji only with U+FE0F behind them.
_SYMBOLS = """
    A9 AE 203C 2049 2122 2194-2199 21A9-21AA 2328 23CF 24C2 25AA-25AB 25B6 25C0 25FB-25FC 2934-2935 2B05-2B07
    3030 303D 3297 3299
"""
_REGIONAL = "1F1E6-1F1FF"

_CATEGORIES = {
    **dict.fromkeys(("Lu", "Lt"), scanner.UPPER),
    "Ll": scanner.LOWER,
    **dict.fromkeys(("Lm", "Lo"), scanner.LETTER),
    **dict.fromkeys(("Nd", "Nl", "No"), scanner.DIGIT),
    **dict.fromkeys(("Mn", "Mc", "Me"), scanner.MARK),
}
# Planes 4 to 13 are empty, 15 and 16 private: asking only about the others takes a quarter of the time.
_USED_PLANES = (range(0x40000), range(0xE0000, 0xF0000))


@cache
def character_classes() -> NDArray[np.uint8]:
    """The class of every code point, ``(0x110000,)`` uint8, by the general categories of this Python's Unicode."""
    table = np.zeros(0x110000, np.uint8)
    codes = defaultdict(lambda: scanner.OTHER, _CATEGORIES)
    for plane in _USED_PLANES:
        categories = map(unicodedata.category, map(chr, plane))
        table[plane.start : plane.stop] = np.frombuffer(bytes(map(codes.__getitem__, categories)), np.uint8)
    for ranges, code in ((_PICTOGRAPHS, scanner.PICTOGRAPH), (_SYMBOLS, scanner.SYMBOL), (_REGIONAL, scanner.REGIONAL)):
        for first, last in _code_points(ranges):
            table[first : last + 1] = code
    for characters, code in (
        (".", scanner.STOP),
        (APOSTROPHES, scanner.APOSTROPHE),
        (HYPHENS, scanner.HYPHEN),
        (JOINERS, scanner.JOINER),
        (SEPARATORS, scanner.SEPARATOR),
        (PERCENTS, scanner.PERCENT),
        ("@", scanner.AT),
        ("#", scanner.HASH),
        ("*", scanner.ASTERISK),
    ):
        table[[ord(c) for c in characters]] = code
    table.flags.writeable = False
    return table


def _code_points(ranges: str) -> list[tuple[int, int]]:
    """The first and last code point of each range, such as "A9 2194-2199"."""
    pairs = (item.partition("-") for item in ranges.split())
    return [(int(first, 16), int(last or first, 16)) for first, _, last in pairs]
