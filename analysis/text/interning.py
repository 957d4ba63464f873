"""Numbers strings in the order in which they first occur: a hash table over code points, in machine code.

What is looked up often must be found in few and near places of memory. So a string becomes two numbers, its code: up
to 18 ASCII characters of seven bits, or up to 6 others of 21, as they are, and only what is longer is hashed, and then
compared with the string that has the number. Codes are in the order of ids: those of frequent words, which come early,
are together.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled, uncounted

_ASCII, _LOW_ASCII = 18, 9  # characters of seven bits in a code, and in the first of its two numbers
_OTHERS, _LOW_OTHERS = 6, 3  # the same for characters of 21 bits
PADDING = _ASCII  # behind the last string, an array of units must go on for so many more
_MARK = np.uint64(1 << 63)  # in the first number: a hash; in the second: characters of 21 bits
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2 ** 64 divided by the golden ratio (Fibonacci hashing)


class Table(NamedTuple):
    """The strings met so far: string ``k`` is ``units[bounds[k] : bounds[k + 1]]``. Arrays may have room behind."""

    size: int
    slots: NDArray[np.uint32]  # open addressing: a string's id + 1; 0 is a free slot
    codes: NDArray[np.uint64]  # (strings, 2)
    bounds: NDArray[np.int64]
    units: NDArray[np.uint32]


def empty_table() -> Table:
    """A table without strings."""
    return Table(0, np.zeros(2, np.uint32), np.empty((0, 2), np.uint64), np.zeros(1, np.int64), np.empty(0, np.uint32))


def strings(table: Table, begin: int = 0) -> list[str]:
    """The strings of a table by id, from the one with the id `begin` on."""
    bounds = table.bounds[begin : table.size + 1].tolist()
    text = table.units[bounds[0] : bounds[-1]].tobytes().decode("utf-32-le", "surrogatepass")
    return [text[first - bounds[0] : last - bounds[0]] for first, last in pairwise(bounds)]


def intern(
    units: NDArray[np.uint32],
    first: NDArray[np.int32],
    last: NDArray[np.int32],
    ids: NDArray[np.int32],
    table: Table,
) -> Table:
    """Write into `ids` the id of every string ``units[first[k] : last[k]]``, and add to the table what is new.

    The strings do not overlap, none ends in NUL, and `units` goes on for `PADDING` more behind the last of them. The
    table's arrays are filled in place; where one is too short, the table that comes back has a longer one.
    """
    table = _with_room(table, len(ids), len(units))
    codes = np.empty((len(ids), 2), np.uint64)
    _encode(units, first, last, codes)
    return table._replace(size=_number(units, first, last, codes, ids, *table))


def merge(tables: Sequence[Table], order: NDArray[np.int64]) -> tuple[Table, list[NDArray[np.int32]]]:
    """One table with the strings of all `tables`, and for each of these the ids that its strings have in it.

    The strings of the first table, those of the second and so on make a row: `order` has the places in it in the order
    in which they are numbered.
    """
    lengths = np.concatenate([np.diff(table.bounds[: table.size + 1]) for table in tables])
    last = np.cumsum(lengths).astype(np.int32)
    first = last - lengths.astype(np.int32)
    used = [table.units[: table.bounds[table.size]] for table in tables]
    units = np.concatenate([*used, np.zeros(PADDING, np.uint32)])
    ids, ordered = np.empty(len(order), np.int32), np.empty(len(order), np.int32)
    merged = intern(units, first[order], last[order], ordered, empty_table())
    ids[order] = ordered
    return merged, np.split(ids, np.cumsum([table.size for table in tables])[:-1])


def _with_room(table: Table, strings: int, characters: int) -> Table:
    """A table that can take so many more strings of so many characters together, and has half its slots free then."""
    size, slots = table.size + strings, table.slots
    codes, bounds = _lengthened(table.codes, size), _lengthened(table.bounds, size + 1)
    units = _lengthened(table.units, int(bounds[table.size]) + characters)
    if 2 * size > len(slots):
        slots = np.zeros(1 << (2 * size).bit_length(), np.uint32)
        _enter(codes, table.size, slots)
    return Table(table.size, slots, codes, bounds, units)


def _lengthened(array: NDArray[Any], length: int) -> NDArray[Any]:
    """The array, or a copy with room behind it; the room is not written to, so that it takes no memory yet."""
    if len(array) >= length:
        return array
    longer = np.empty((max(length, 2 * len(array)), *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer


@compiled
def _encode(units: Any, first: Any, last: Any, codes: Any) -> None:
    """The two numbers of every string."""
    for k in range(len(codes)):
        begin, length, high = first[k], last[k] - first[k], np.uint64(0)
        low, seen = _packed(units, begin, length, _LOW_ASCII, 7)
        if length > _LOW_ASCII:
            high, more = _packed(units, begin + _LOW_ASCII, length - _LOW_ASCII, _ASCII - _LOW_ASCII, 7)
            seen |= more
        if length > _ASCII or (seen >= 128 and length > _OTHERS):
            low, high = np.uint64(length), np.uint64(0)
            for i in range(begin, begin + length):
                low = (low ^ np.uint64(units[i])) * _SPREAD
            low |= _MARK
        elif seen >= 128:
            low, _ = _packed(units, begin, length, _LOW_OTHERS, 21)
            high, _ = _packed(units, begin + _LOW_OTHERS, length - _LOW_OTHERS, _OTHERS - _LOW_OTHERS, 21)
            high |= _MARK
        codes[k, 0], codes[k, 1] = low, high


@uncounted
def _packed(units: Any, begin: int, length: int, room: int, bits: int) -> Any:
    """The first `room` characters of a string as one number, and the bits that any of them has."""
    packed = seen = np.uint64(0)
    # Always as many turns: a loop as long as the word is a branch that the processor guesses wrong.
    for i in range(room):
        unit = np.uint64(units[np.uint64(begin + i)])
        unit = unit if i < length else np.uint64(0)
        seen |= unit
        packed |= unit << np.uint64(bits * i)
    return packed, seen


@compiled
def _number(
    units: Any, first: Any, last: Any, new: Any, ids: Any,
    size: int, slots: Any, codes: Any, bounds: Any, kept: Any,
) -> int:  # fmt: skip
    """Number the strings, whose codes are `new`, and return how many there are then in the table."""
    one, mask = np.uint64(1), np.uint64(len(slots) - 1)
    for k in range(len(ids)):
        low, high = new[k, 0], new[k, 1]
        slot = _first_slot(low, high, len(slots))
        number = slots[slot]
        while number != 0:
            known = number - one
            if (codes[known, 0] == low and codes[known, 1] == high) and (
                low < _MARK or _equal(units, first[k], last[k], kept, bounds[known], bounds[known + one])
            ):
                break
            slot = (slot + one) & mask
            number = slots[slot]
        if number == 0:
            bounds[size + 1] = bounds[size] + last[k] - first[k]
            for unit in range(last[k] - first[k]):
                kept[bounds[size] + unit] = units[first[k] + unit]
            codes[size, 0], codes[size, 1] = low, high
            size += 1
            slots[slot] = number = np.uint32(size)
        ids[k] = number - one
    return size


@uncounted
def _equal(units: Any, first: int, last: int, kept: Any, known: int, known_last: int) -> bool:
    """Whether ``units[first:last]`` is ``kept[known:known_last]``."""
    if last - first != known_last - known:
        return False
    i = 0
    while first + i < last and units[first + i] == kept[known + i]:
        i += 1
    return first + i == last


@uncounted
def _first_slot(low: Any, high: Any, slots: int) -> Any:
    """Where the search for a code begins: the upper bits of a product are the ones that all of the code has mixed."""
    mixed = ((high * _SPREAD ^ low) * _SPREAD) >> np.uint64(32)
    return mixed * np.uint64(slots) >> np.uint64(32)


@compiled
def _enter(codes: Any, size: int, slots: Any) -> None:
    """Give the first `size` codes each a slot."""
    mask = np.uint64(len(slots) - 1)
    for k in range(size):
        slot = _first_slot(codes[k, 0], codes[k, 1], len(slots))
        while slots[slot] != 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = k + 1


@compiled
def renumber(ids: Any, numbers: Any) -> None:
    """Replace every id ``i`` by ``numbers[i]``, in place."""
    for k in range(len(ids)):
        ids[k] = numbers[ids[k]]


@compiled
def first_uses(forms: Any, numbers: Any, firsts: Any) -> int:
    """Number forms in the order in which strings first take them, and give how many there are.

    `forms`: a number for that of each string; ``numbers[k]`` becomes the new number of string ``k``, and
    ``firsts[number]`` the form that has it.
    """
    codes = np.full(len(firsts), -1, np.int32)
    n = 0
    for k in range(len(forms)):
        if codes[forms[k]] < 0:
            codes[forms[k]] = n
            firsts[n] = forms[k]
            n += 1
        numbers[k] = codes[forms[k]]
    return n
