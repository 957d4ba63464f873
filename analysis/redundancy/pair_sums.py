"""How many shingles documents share, a few documents at a time, from the lists of documents that have the same one."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from analysis.redundancy.pair_lists import Ints, Numbers
from analysis.text.compiled import compiled

UNMARKED = np.uint32((1 << 31) - 1)  # all but `START`; written out, since compiled functions have it: see `compiled`


def trimmed(pieces: Iterable[Numbers], first: int, stop: int) -> Numbers:
    """The lists of `pieces` from their first document that is `first` or later, where it is before `stop`.

    >>> from analysis.redundancy.pair_lists import START
    >>> lists = np.array([1 + START, 5, 9], dtype=np.uint32)
    >>> (trimmed([lists], 2, 6) & UNMARKED).tolist(), len(trimmed([lists], 6, 9))
    ([5, 9], 0)
    """
    kept = [np.empty(0, dtype=np.uint32)]
    kept += [_trimmed(piece, np.uint32(first), np.uint32(stop)) for piece in pieces]
    return np.concatenate(kept)


def summed(
    lists: Numbers, first: int, stop: int, *, least: int, per_block: int, limit: int
) -> Iterator[tuple[Ints, Ints, Ints]]:
    """The pairs with `least` shared shingles or more whose first document is from `first` to before `stop`.

    `lists` are those of each key that such a document has, for each block of `per_block`: see `pair_lists.lists`.
    Yields the first documents, which rise, the second ones, and how many shingles they share, about `limit` pairs at
    a time.
    """
    places, bounds, work, largest = _places(lists, first, stop, per_block)
    # The pairs of one document: as many as shingles that others have, or as others, whichever are fewer.
    most = min(int(work.max(initial=0)), int(largest) + 1 - first)
    table = np.full(1 << max(4, (2 * most).bit_length()), -1, dtype=np.int64)
    counts = np.zeros(len(table), dtype=np.int64)
    found = np.empty((3, max(limit, most)), dtype=np.int64)
    row = 0
    while row < stop - first:
        row, size = _sum(lists, places, bounds, row, least, table, counts, found)
        if size:
            yield found[0, :size] + first, found[1, :size].copy(), found[2, :size].copy()


@compiled
def _trimmed(piece: Any, first: Any, stop: Any) -> Any:
    """The lists of one piece, as `trimmed` has them."""
    kept = np.empty_like(piece)
    size = here = 0
    while here < len(piece):
        head, here = here, here + 1
        while here < len(piece) and piece[here] <= UNMARKED:
            here += 1
        while head < here and piece[head] & UNMARKED < first:
            head += 1
        if here - head >= 2 and piece[head] & UNMARKED < stop:
            kept[size : size + here - head] = piece[head:here]
            kept[size] |= UNMARKED + np.uint32(1)
            size += here - head
    return kept[:size].copy()


@compiled
def _places(lists: Any, first: Any, stop: Any, per_block: Any) -> tuple[Any, Any, Any, Any]:
    """Where the documents from `first` to before `stop` stand in lists, other than last.

    A key has a list in each block, which goes on behind the block, and each pair must be counted in one: a place is
    left out behind the block in which its list begins. Returns the places of one document after the other, where those
    of each begin, how many documents stand behind them in the lists, and the largest number of all documents.
    """
    bounds = np.zeros(stop - first + 1, dtype=np.int64)
    work = np.zeros(stop - first, dtype=np.int64)
    places = np.empty(0, dtype=np.int64)
    largest = np.int64(first - 1)
    for fill in (False, True):
        here = 0
        while here < len(lists):
            head, here = here, here + 1
            while here < len(lists) and lists[here] <= UNMARKED:
                here += 1
            largest = max(largest, np.int64(lists[here - 1] & UNMARKED))
            border = min(stop, (np.int64(lists[head] & UNMARKED) // per_block + 1) * per_block)
            for place in range(head, here - 1):
                document = np.int64(lists[place] & UNMARKED)
                if document >= border:
                    break
                own = document - first
                if own >= 0 and fill:
                    places[bounds[own]] = place
                    bounds[own] += 1
                elif own >= 0:
                    bounds[own + 1] += 1
                    work[own] += here - 1 - place
        if not fill:
            bounds = np.cumsum(bounds)
            places = np.empty(bounds[-1], dtype=np.int64)
    bounds[1:] = bounds[:-1].copy()  # each was moved on by what it has
    bounds[0] = 0
    return places, bounds, work, largest


@compiled
def _sum(
    lists: Any, places: Any, bounds: Any, row: Any, least: Any, table: Any, counts: Any, found: Any
) -> tuple[int, int]:
    """Fill `found` with the pairs of the documents from `row` on; the first that found no room, and the pairs."""
    mask = len(table) - 1
    touched = np.empty(len(table), dtype=np.int64)
    size = 0
    while row < len(bounds) - 1:
        used, fit = 0, 0
        for k in range(bounds[row], bounds[row + 1]):
            j = places[k] + 1
            while j < len(lists) and lists[j] <= UNMARKED:
                other = np.int64(lists[j])
                slot = (other * 0x9E3779B1 >> 15) & mask
                while table[slot] >= 0 and table[slot] != other:
                    slot = (slot + 1) & mask
                if table[slot] < 0:
                    table[slot] = other
                    touched[used] = slot
                    used += 1
                counts[slot] += 1
                fit += counts[slot] == least
                j += 1
        full = size + fit > found.shape[1]
        for k in range(used):
            slot = touched[k]
            if not full and counts[slot] >= least:
                found[0, size], found[1, size], found[2, size] = row, table[slot], counts[slot]
                size += 1
            table[slot], counts[slot] = -1, 0
        if full:
            break
        row += 1
    return row, size
