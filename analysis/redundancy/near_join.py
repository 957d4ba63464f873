"""Sets of words that are alike: all pairs, found by their rarest words. Machine code on integers."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled
from analysis.redundancy.units import Ints

FEWEST = 5  # words of a unit from which shared words say something: one word of four changed is a quarter
ROOM = 1_000_000  # pairs that are in memory at a time, and those of one set more

Ids = NDArray[np.int32]


def join(begin: Ints, items: Ids, threshold: float) -> Iterator[tuple[Ids, Ids, Ids]]:
    """The pairs of sets of a similarity of at least `threshold`, and how many words they share: about `ROOM` at a time.

    The sets ``items[begin[k] : begin[k + 1]]`` stand in the order of their sizes, their words in that of their numbers.

    >>> pieces = join(np.array([0, 2, 5]), np.array([1, 2, 1, 2, 3], dtype=np.int32), 0.5)
    >>> [[column.tolist() for column in piece] for piece in pieces]
    [[[0], [1], [2]]]
    """
    own = index(begin, items, threshold, int(items.max(initial=-1)) + 1)
    return alike(own, begin, items, own.bits, 0, threshold, True)


class Index(NamedTuple):
    """The sets in which those that are alike are looked for, by their first words.

    ``begin``, ``items``: as in `join`; ``bits``: see `_bits`; ``kept``: how many first words of a set suffice to find
    it, for sets of its size and more. ``owner``, ``position``, ``sizes``, ``signs``: of each first word its set, its
    place in ``items``, how many words the set has and its bits, word by word; of each word, those that have it go from
    ``head``, where they are large enough, to ``tail``. ``last``: the last set that met each.
    """

    begin: Ints
    items: Ids
    bits: NDArray[np.uint64]
    kept: Ints
    head: Ids
    tail: Ids
    owner: Ids
    position: Ids
    sizes: Ids
    signs: NDArray[np.uint64]
    last: Ids


def index(begin: Ints, items: Ids, threshold: float, types: int) -> Index:
    """Room for sets of words that are numbered from 0 to below `types`; `met` fills it."""
    kept, room = first_words(begin, items, threshold, types)
    head = np.cumsum(room, dtype=np.int32)
    size = int(head[-1])
    owner, position, sizes = np.empty((3, size), dtype=np.int32)
    signs = np.empty(size, dtype=np.uint64)
    last = np.full(len(kept), -1, dtype=np.int32)
    return Index(begin, items, bits_of(begin, items), kept, head, head.copy(), owner, position, sizes, signs, last)


def alike(
    own: Index, begin: Ints, items: Ids, bits: NDArray[np.uint64], number: int, threshold: float, enters: bool
) -> Iterator[tuple[Ids, Ids, Ids]]:
    """What `met` finds, about `ROOM` pairs at a time."""
    start = 0
    while start < len(begin) - 1:
        first, second, shared, start = met(own, begin, items, bits, number, threshold, enters, start, ROOM)
        yield first, second, shared


@compiled
def first_words(begin: Any, items: Any, threshold: float, types: int) -> Any:
    """How many first words of each set are in the index, and how often each word then is, one place further on."""
    kept = np.zeros(len(begin) - 1, dtype=np.int64)
    room = np.zeros(types + 1, dtype=np.int32)
    for x in range(len(kept)):
        size = begin[x + 1] - begin[x]
        if size > 0:
            kept[x] = size - _needed(size, size, threshold) + 1
        for i in range(begin[x], begin[x] + kept[x]):
            room[items[i] + 1] += 1
    return kept, room


@compiled
def bits_of(begin: Any, items: Any) -> Any:
    """The bits of all sets, see `_bits`."""
    bits = np.empty(len(begin) - 1, dtype=np.uint64)
    for x in range(len(bits)):
        bits[x] = _bits(items, begin[x], begin[x + 1])
    return bits


@compiled
def met(
    own: Any, begin: Any, items: Any, bits: Any, number: int, threshold: float, enters: bool, start: int, room: int
) -> Any:
    """The sets of an index that others are alike, to at least `threshold`; the others; how many words they share.

    `own` is an `Index`; ``items[begin[k] : begin[k + 1]]`` with their `bits` are the others, in the order of their
    sizes and none smaller than those that the index was asked for before, which are `number`. With `enters` each other
    one is the next set of the index itself, and enters it then. It begins with the other one `start`, and ends after
    the one with which there are `room` pairs or more; the last number returned is that of the next one.

    Two that share enough words share one of the first few of either, else too few are left: so each set looks only for
    those met before that have one of its first words among theirs. Where both have met such a word for the first time,
    they share it and at most what stands behind it on either side.
    """
    head, tail, owner, position, last = own.head, own.tail, own.owner, own.position, own.last
    begins, contents, sizes, signs = own.begin, own.items, own.sizes, own.signs
    found = np.empty((1024, 3), dtype=np.int32)
    pairs, x = 0, start
    while x < len(begin) - 1 and pairs < room:
        x_end = begin[x + 1]
        size, sign = x_end - begin[x], bits[x]
        smallest = max(int(threshold * size) - 1, 1)  # words of a set that can be alike; one less: products are rounded
        while smallest < size and smallest / size < threshold:
            smallest += 1
        for i in range(begin[x], x_end - smallest + 1):
            word = items[i]
            while head[word] < tail[word] and sizes[head[word]] < smallest:
                head[word] += 1
            other = needed = most = 0
            for at in range(head[word], tail[word]):
                if sizes[at] != other:
                    other = sizes[at]
                    needed = _needed(size, other, threshold)
                    most = size + other - 2 * needed
                # What nearly all others fail comes first, and looks at nothing but what stands in a row.
                if _ones(sign ^ signs[at]) > most:
                    continue
                y = owner[at]
                if last[y] == number + x:
                    continue
                last[y] = number + x
                j, y_end = position[at], begins[y + 1]
                if min(x_end - i, y_end - j) < needed:
                    continue
                shared = _shared(items, i + 1, x_end, contents, j + 1, y_end, 1, needed)
                if shared < 0:
                    continue
                if pairs == len(found):
                    longer = np.empty((2 * pairs, 3), dtype=np.int32)
                    for row in range(pairs):
                        for column in range(3):
                            longer[row, column] = found[row, column]
                    found = longer
                found[pairs, 0], found[pairs, 1], found[pairs, 2] = y, x, shared
                pairs += 1
        if enters:
            for i in range(begin[x], begin[x] + own.kept[x]):
                place = tail[items[i]]
                owner[place], position[place], sizes[place], signs[place] = x, i, size, sign
                tail[items[i]] += 1
        x += 1
    return found[:pairs, 0], found[:pairs, 1], found[:pairs, 2], x


@compiled
def _needed(x: int, y: int, threshold: float) -> int:
    """How many words sets of x and y words must share: the smallest number whose similarity reaches the threshold."""
    shared = int(threshold / (1.0 + threshold) * (x + y))
    while shared > 0 and shared / (x + y - shared) >= threshold:  # rounding may have put it on either side
        shared -= 1
    while shared / (x + y - shared) < threshold:
        shared += 1
    return shared


@compiled
def _bits(items: Any, first: int, last: int) -> Any:
    """64 bits, one set for each word: two sets differ in at least as many words as their bits do."""
    bits = np.uint64(0)
    for k in range(first, last):
        bits |= np.uint64(1) << ((np.uint64(items[k]) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(58))
    return bits


@compiled
def _ones(bits: Any) -> Any:
    """How many of 64 bits are set."""
    # Stands in `analysis.scale.near_candidates` too: a compiled function calls none of another module, see `compiled`.
    bits -= (bits >> np.uint64(1)) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def _shared(items: Any, i: int, i_end: int, others: Any, j: int, j_end: int, shared: int, needed: int) -> int:
    """`shared` and the common words of two rising runs; -1 as soon as `needed` is out of reach."""
    while i < i_end and j < j_end:
        if shared + min(i_end - i, j_end - j) < needed:
            return -1
        a, b = items[i], others[j]
        if a == b:
            shared += 1
        i += a <= b
        j += b <= a
    return shared if shared >= needed else -1
