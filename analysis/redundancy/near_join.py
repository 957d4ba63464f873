"""All pairs of similar sets of words: a set-similarity join by prefix filter, compiled."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import Floats, compiled
from analysis.text.hashes import Hashes, run_hashes
from analysis.text.tokens import offsets_of
from analysis.text.units import Ints

FEWEST = 5  # words of a unit from which it is compared as a set: one word of four changed is a quarter
ROOM = 1_000_000  # pairs in memory at a time, and those of one set more
STRETCHES = 8  # parts of the larger sets for each of several threads, so that they end at about the same time

Ids = NDArray[np.int32]


class Sets(NamedTuple):
    """Different sets of words, sorted by size; the words of a set rise, and the rarest have the lowest numbers."""

    content: Ids  # the number of each set's content
    begin: Ints
    items: Ids  # those of set k are ``items[begin[k] : begin[k + 1]]``

    def block(self, low: int, stop: int) -> "Sets":
        """The sets from `low` to before `stop`."""
        begin = self.begin[low : stop + 1]
        return Sets(self.content[low:stop], begin - begin[0], self.items[begin[0] : begin[-1]])


def sets_of(ranks: Ids, offsets: Ints, numbers: Hashes | None = None) -> tuple[Ids, Ids, Hashes]:
    """The sets of words of the runs ``ranks[offsets[k] : offsets[k + 1]]``, their sizes, and 128-bit keys, (2, runs).

    The sets are sorted and follow one another. A run of fewer than `FEWEST` words has no set: its key is that of its
    words in order, else that of its set. Keys are made of the ranks, or of two ``numbers`` for each of them.
    """
    items, size = _sets(ranks, offsets, FEWEST)
    one, two = (ranks, items), (ranks, items)
    if numbers is not None:
        one, two = ((own[ranks], own[items]) for own in numbers)
    in_order = run_hashes(one[0], offsets[:-1], np.diff(offsets), two[0])
    of_set = run_hashes(one[1], offsets_of(size)[:-1], size, two[1])
    return items, size, np.where(size > 0, np.stack(of_set) + np.uint64(1), np.stack(in_order))


def join(
    own: Sets,
    others: Iterable[Sets],
    threshold: float,
    types: int,
    *,
    itself: bool = True,
    room: int = ROOM,
    threads: int = 1,
) -> Iterator[tuple[Ids, Ids, Floats]]:
    """The pairs of sets with a similarity of at least `threshold`: two contents and the similarity of each.

    One set is in the block `own`, the other in one of `others`, whose sets grow from block to block; the first of them
    is `own`, unless `itself` is false. Word numbers are below `types`. About `room` pairs come at a time; with several
    `threads` they come in another order.
    """
    index, sizes, number = _index_of(own.begin, own.items, threshold, types), np.diff(own.begin), 0
    # Each thread moves its own ``head`` on, and marks its own ``last``.
    indices = [index, *(index._replace(head=index.head.copy(), last=index.last.copy()) for _ in range(threads - 1))]
    with ThreadPoolExecutor(threads) as pool:
        each = pool.map if threads > 1 else map  # memory that another thread has taken is not given back
        for other in others:
            larger = np.diff(other.begin)
            if cannot_match(sizes[-1], larger[0], threshold):
                return
            block = other.begin, other.items, _bits_of(other.begin, other.items)
            again = itself and not number
            search = partial(
                _similar, block=block, number=number, threshold=threshold, itself=again, room=room // threads
            )
            # Threads work on neighbouring stretches, whose sets are of about the same size and take about as long.
            ends = np.linspace(0, len(larger), (STRETCHES if threads > 1 else 1) * threads + 1).astype(np.int64)
            for first in range(0, len(ends) - 1, threads):
                start, stop = ends[first : first + threads].copy(), ends[first + 1 : first + threads + 1]
                while len(left := np.flatnonzero(start < stop)):
                    found = each(search, [indices[k] for k in left], start[left], stop[left])
                    for k, (one, two, shared, reached) in zip(left, found, strict=True):
                        start[k] = reached
                        yield own.content[one], other.content[two], shared / (sizes[one] + larger[two] - shared)
            number += len(larger)


def cannot_match(size: int, larger: int, threshold: float) -> bool:
    """Whether a set of `size` words is too small to match one of `larger`; rounding may let one more pass."""
    return threshold * larger > size + 1


def comparisons(blocks: Iterable[Sets], threshold: float, types: int) -> int:
    """Upper bound on the pairs of sets that `join` compares in all blocks."""
    together = np.zeros(types + 1, dtype=np.int64)
    for block in blocks:
        together += first_words(block.begin, block.items, threshold, types)[1]
    return int((together**2).sum()) // 2


class _Index(NamedTuple):
    """Inverted lists of the first words of sets."""

    begin: Ints  # as in `Sets`, and so are ``items``
    items: Ids
    head: Ids  # of each word, where the entries of sets that are large enough begin
    tail: Ids  # and where they end
    owner: Ids  # (entries,) the set
    position: Ids  # the place of the word in ``items``
    sizes: Ids  # the size of the set
    signs: NDArray[np.uint64]  # its bits, see `_bits`
    last: Ids  # (sets,) the last set that each was compared with


@compiled
def _index_of(begin: Any, items: Any, threshold: float, types: int) -> Any:
    """The `_Index` of the sets ``items[begin[x] : begin[x + 1]]``, whose word numbers are below `types`."""
    kept, room = first_words(begin, items, threshold, types)
    head = np.cumsum(room).astype(np.int32)
    tail, entries = head.copy(), head[-1]
    owner, position, sizes = np.empty(entries, np.int32), np.empty(entries, np.int32), np.empty(entries, np.int32)
    signs, last = np.empty(entries, np.uint64), np.full(len(kept), -1, np.int32)
    for x in range(len(kept)):
        sign = _bits(items, begin[x], begin[x + 1])
        for i in range(begin[x], begin[x] + kept[x]):
            place = tail[items[i]]
            owner[place], position[place] = x, i
            sizes[place], signs[place] = begin[x + 1] - begin[x], sign
            tail[items[i]] += 1
    return _Index(begin, items, head, tail, owner, position, sizes, signs, last)


@compiled
def _sets(ranks: Any, offsets: Any, few: int) -> Any:
    """The sorted set of words of each unit, one after another, and its size; empty for fewer than `few` words."""
    units = len(offsets) - 1
    items, size = np.empty(len(ranks), dtype=np.int32), np.zeros(units, dtype=np.int32)
    n = 0
    for k in range(units):
        if offsets[k + 1] - offsets[k] < few:
            continue
        words = np.sort(ranks[offsets[k] : offsets[k + 1]])
        for place in range(len(words)):
            if place == 0 or words[place] != words[place - 1]:
                items[n] = words[place]
                n += 1
                size[k] += 1
    return items[:n], size


@compiled
def first_words(begin: Any, items: Any, threshold: float, types: int) -> Any:
    """The number of first words of each set in the index, and of the entries of each word, shifted by one."""
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
def _bits_of(begin: Any, items: Any) -> Any:
    """The bits of all sets, see `_bits`."""
    bits = np.empty(len(begin) - 1, dtype=np.uint64)
    for x in range(len(bits)):
        bits[x] = _bits(items, begin[x], begin[x + 1])
    return bits


@compiled
def _similar(
    own: Any, start: int, stop: int, block: Any, number: int, threshold: float, itself: bool, room: int
) -> Any:
    """The pairs of a set of the index `own` and another set, the words they share, and the next set to go on from.

    `block`: ``begin``, ``items`` and bits of the other sets, sorted by size; they are compared from `start` to before
    `stop`, or until there are `room` pairs. With `itself` they are the sets of the index, each compared with earlier
    ones. `number` is how many sets came in earlier blocks. Two sets that share enough words share one of the first few
    of either, else too few are left (prefix filter).
    """
    begin, items, bits = block
    head, tail, owner, position, last = own.head, own.tail, own.owner, own.position, own.last
    begins, contents, sizes, signs = own.begin, own.items, own.sizes, own.signs
    found = np.empty((1024, 3), dtype=np.int32)
    pairs, x = 0, start
    while x < stop and pairs < room:
        x_end = begin[x + 1]
        size, sign = x_end - begin[x], bits[x]
        smallest = max(int(threshold * size) - 1, 1)  # of the sets that may match; one less, for rounding
        while smallest < size and smallest / size < threshold:
            smallest += 1
        for i in range(begin[x], x_end - smallest + 1):
            word = items[i]
            while head[word] < tail[word] and sizes[head[word]] < smallest:
                head[word] += 1
            other = needed = most = 0
            for at in range(head[word], tail[word]):
                if itself and owner[at] >= x:
                    break
                if sizes[at] != other:
                    other = sizes[at]
                    needed = _needed(size, other, threshold)
                    most = size + other - 2 * needed
                # This filter rejects nearly all, and reads memory in sequence.
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
                    found = np.concatenate((found, np.empty_like(found)))
                found[pairs, 0], found[pairs, 1], found[pairs, 2] = y, x, shared
                pairs += 1
        x += 1
    return found[:pairs, 0], found[:pairs, 1], found[:pairs, 2], x


@compiled
def _needed(x: int, y: int, threshold: float) -> int:
    """The smallest number of words that sets of x and y words must share to reach the threshold."""
    shared = int(threshold / (1.0 + threshold) * (x + y))
    while shared > 0 and shared / (x + y - shared) >= threshold:  # rounding may have put it on either side
        shared -= 1
    while shared / (x + y - shared) < threshold:
        shared += 1
    return shared


@compiled
def _bits(items: Any, first: int, last: int) -> Any:
    """A bitmap with a bit set for each word: two sets differ in at least as many words as their bitmaps in bits."""
    bits = np.uint64(0)
    for k in range(first, last):
        bits |= np.uint64(1) << ((np.uint64(items[k]) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(58))
    return bits


@compiled
def _ones(bits: Any) -> Any:
    """Number of bits set."""
    bits -= (bits >> np.uint64(1)) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def _shared(items: Any, i: int, i_end: int, others: Any, j: int, j_end: int, shared: int, needed: int) -> int:
    """`shared` plus the words that two rising runs have in common; -1 as soon as `needed` is out of reach."""
    while i < i_end and j < j_end:
        if shared + min(i_end - i, j_end - j) < needed:
            return -1
        a, b = items[i], others[j]
        if a == b:
            shared += 1
        i += a <= b
        j += b <= a
    return shared if shared >= needed else -1
