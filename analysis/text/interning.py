"""Numbers strings in the order in which they first occur: a hash table over code points, in machine code."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.text.compiled import compiled

SHORT = 9  # characters that are looked at together; behind the last span, an array of units needs as many more


class Table(NamedTuple):
    """The strings met so far: string ``k`` is ``units[bounds[k] : bounds[k + 1]]``."""

    slots: NDArray[np.uint64]  # open addressing, in pairs: a string's code, and its id + 1; 0 is a free slot
    bounds: NDArray[np.int64]
    units: NDArray[np.uint32]
    size: NDArray[np.int64]  # (1,): how many strings


def empty_table() -> Table:
    """A table without strings.

    >>> int(empty_table().size[0])
    0
    """
    strings = 1 << 11
    return Table(
        np.zeros(4 * strings, np.uint64),
        np.zeros(strings + 1, np.int64),
        np.empty(SHORT, np.uint32),
        np.zeros(1, np.int64),
    )


def strings(table: Table) -> list[str]:
    """The strings of a table, by id."""
    bounds = table.bounds[: int(table.size[0]) + 1].tolist()
    text = table.units[: bounds[-1]].tobytes().decode("utf-32-le", "surrogatepass")
    return [text[first:last] for first, last in pairwise(bounds)]


def intern(
    units: NDArray[np.uint32],
    first: NDArray[np.int32],
    last: NDArray[np.int32],
    kind: NDArray[np.uint8],
    mapping: NDArray[np.uint8],
    ids: NDArray[np.int32],
    table: Table,
) -> Table:
    """Write into `ids` the id of every string ``units[first[k] : last[k]]``, and add to the table what is new.

    An ASCII character ``c`` of string ``k`` is taken as ``mapping[kind[k], c]``, any other as it is. No string may
    end in NUL, and `units` must go on for `SHORT` more behind the last string. The table's arrays are filled in
    place; where one is full, the table that comes back has a larger one.

    >>> units = np.frombuffer(("to be or Not to be" + SHORT * " ").encode("utf-32-le"), np.uint32)
    >>> first, last = (np.array(x, np.int32) for x in ([0, 3, 6, 9, 13, 16], [2, 5, 8, 12, 15, 18]))
    >>> kind, mapping, ids = np.zeros(6, np.uint8), np.arange(128, dtype=np.uint8)[None], np.empty(6, np.int32)
    >>> table = intern(units, first, last, kind, mapping, ids, empty_table())
    >>> strings(table), ids.tolist()
    (['to', 'be', 'or', 'Not'], [0, 1, 2, 3, 0, 1])
    """
    codes = np.empty(len(ids), np.uint64)
    _encode(units, first, last, kind, mapping, codes)
    room = int(table.bounds[table.size[0]]) + len(units)
    if len(table.units) < room:
        table = table._replace(units=_lengthened(table.units, max(room, 2 * len(table.units))))
    done = 0
    while (done := _number(units, first, last, kind, mapping, codes, ids, done, *table)) < len(ids):
        slots = np.zeros(2 * len(table.slots), np.uint64)
        _move(table.slots, slots)
        table = table._replace(slots=slots, bounds=_lengthened(table.bounds, len(slots) // 4 + 1))
    return table


def merge(table: Table, other: Table) -> tuple[Table, NDArray[np.int32]]:
    """The table with the strings of another one added, and the id that each of those has in it."""
    n = int(other.size[0])
    bounds = other.bounds[: n + 1].astype(np.int32)
    units = other.units.view()
    units.flags.writeable = False  # like a text's own: another type of array would be compiled once more
    ids, as_is = np.empty(n, np.int32), np.arange(128, dtype=np.uint8)[None]
    return intern(units, bounds[:-1], bounds[1:], np.zeros(n, np.uint8), as_is, ids, table), ids


def _lengthened(array: NDArray[Any], length: int) -> NDArray[Any]:
    """A copy with room behind it; the room is not written to, so that it takes no memory yet."""
    longer = np.empty(length, array.dtype)
    longer[: len(array)] = array
    return longer


@compiled
def _encode(units: Any, first: Any, last: Any, kind: Any, mapping: Any, codes: Any) -> None:
    """One number for each string: up to `SHORT` ASCII characters as they are, else a hash with the upper bit set."""
    for k in range(len(codes)):
        length, begin, row = last[k] - first[k], np.uint64(first[k]), kind[k]
        # Always as many turns: a loop as long as the word is a branch that the processor guesses wrong.
        code, seen = np.uint64(0), np.uint32(length > SHORT) << np.uint32(7)
        for i in range(SHORT):
            unit = units[begin + np.uint64(i)] if i < length else np.uint32(0)
            seen |= unit
            code |= np.uint64(mapping[row, unit & np.uint32(127)]) << np.uint64(7 * i)
        if seen >= 128:
            code = np.uint64(length)
            for i in range(first[k], last[k]):
                unit = units[i]
                if unit < 128:
                    unit = np.uint32(mapping[row, unit])
                code = (code ^ np.uint64(unit)) * np.uint64(0x9E3779B97F4A7C15)
            code |= np.uint64(1 << 63)
        codes[k] = code


@compiled
def _first_slot(code: Any, slots: int) -> Any:
    """Where the search for a code begins (Fibonacci hashing: of the product, the upper bits are the good ones)."""
    return (code * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(31) & np.uint64(slots - 2)


@compiled
def _number(
    units: Any, first: Any, last: Any, kind: Any, mapping: Any, codes: Any, ids: Any, done: int,
    slots: Any, bounds: Any, kept: Any, size: Any,
) -> int:  # fmt: skip
    """Number the strings from `done` on, and return how many are done: not all if half the slots are taken before."""
    one, two, hashed, mask = np.uint64(1), np.uint64(2), np.uint64(1 << 63), np.uint64(len(slots) - 1)
    n = size[0]
    for k in range(done, len(ids)):
        code, begin, length = codes[k], first[k], last[k] - first[k]
        slot = _first_slot(code, len(slots))
        number = slots[slot + one]
        while number != 0:
            if slots[slot] == code:
                if code < hashed:
                    break
                known = bounds[number - one]
                if bounds[number] - known == length:
                    i = 0
                    while i < length:
                        unit = units[begin + i]
                        if unit < 128:
                            unit = np.uint32(mapping[kind[k], unit])
                        if kept[known + i] != unit:
                            break
                        i += 1
                    if i == length:
                        break
            slot = (slot + two) & mask
            number = slots[slot + one]
        if number == 0:
            if 4 * (n + 1) >= len(slots):
                size[0] = n
                return k
            for i in range(length):
                unit = units[begin + i]
                kept[bounds[n] + i] = mapping[kind[k], unit] if unit < 128 else unit
            bounds[n + 1] = bounds[n] + length
            n += 1
            number = np.uint64(n)
            slots[slot], slots[slot + one] = code, number
        ids[k] = np.int64(number) - 1
    size[0] = n
    return len(ids)


@compiled
def _move(old: Any, slots: Any) -> None:
    """Enter all codes of one table of slots into another."""
    mask = np.uint64(len(slots) - 1)
    for k in range(0, len(old), 2):
        if old[k + 1] != 0:
            slot = _first_slot(old[k], len(slots))
            while slots[slot + np.uint64(1)] != 0:
                slot = (slot + np.uint64(2)) & mask
            slots[slot], slots[slot + np.uint64(1)] = old[k], old[k + 1]


@compiled
def renumber(ids: Any, numbers: Any) -> None:
    """Replace every id ``i`` by ``numbers[i]``, in place.

    >>> ids = np.array([0, 1, 1], np.int32)
    >>> renumber(ids, np.array([7, 4], np.int32))
    >>> ids.tolist()
    [7, 4, 4]
    """
    for k in range(len(ids)):
        ids[k] = numbers[ids[k]]
