"""How many shingles documents share, a few documents at a time, from the lists of documents that have the same one."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from analysis.redundancy.pair_lists import START, Ints, Numbers
from analysis.text.compiled import compiled

UNMARKED = np.uint32(START - 1)


def trimmed(pieces: Iterable[Numbers], first: int, stop: int) -> Numbers:
    """The lists of `pieces` from their first document that is `first` or later, where it is before `stop`.

    >>> lists = np.array([1 + START, 5, 9], dtype=np.uint32)
    >>> (trimmed([lists], 2, 6) & UNMARKED).tolist(), len(trimmed([lists], 6, 9))
    ([5, 9], 0)
    """
    kept = [np.empty(0, dtype=np.uint32)]
    for piece in pieces:
        starts = np.flatnonzero(piece >= START)
        document = piece & UNMARKED
        later = document >= first
        count = np.add.reduceat(later, starts, dtype=np.int64)
        ends = np.append(starts, len(piece))[1:]
        heads = ends - count
        used = (count >= 2) & (document[np.minimum(heads, len(piece) - 1)] < stop)
        document[heads[used]] |= START
        kept.append(document[later & np.repeat(used, ends - starts)])
    return np.concatenate(kept)


def summed(
    lists: Numbers, first: int, stop: int, *, least: int, per_block: int, limit: int
) -> Iterator[tuple[Ints, Ints, Ints]]:
    """The pairs with `least` shared shingles or more whose first document is from `first` to before `stop`.

    `lists` are those of each key that such a document has, for each block of `per_block`: see `pair_lists.lists`.
    Yields the first documents, which rise, the second ones, and how many shingles they share, about `limit` pairs at
    a time.
    """
    starts = np.flatnonzero(lists >= START)
    document = lists & UNMARKED
    lengths = np.diff(np.append(starts, len(lists)))
    ends = np.repeat(starts + lengths, lengths)
    # A key has a list in each block, which goes on behind the block, and each pair must be counted in one.
    block = document // np.uint32(per_block)
    places = np.flatnonzero((document < stop) & (block == np.repeat(block[starts], lengths)))
    places = places[places + 1 < ends[places]]
    places = places[np.argsort(document[places], kind="stable")]
    ends = ends[places]
    bounds = np.searchsorted(document[places], np.arange(first, stop + 1))
    work = np.append(0, np.cumsum(ends - places - 1))
    # The pairs of one document: as many as shingles that others have, or as others, whichever are fewer.
    most = min(int(np.diff(work[bounds]).max(initial=0)), int(document.max(initial=0)) + 1 - first)
    table = np.full(1 << max(4, (2 * most).bit_length()), -1, dtype=np.int64)
    counts = np.zeros(len(table), dtype=np.int64)
    found = np.empty((3, max(limit, most)), dtype=np.int64)
    row = 0
    while row < stop - first:
        row, size = _sum(document, places, ends, bounds, row, least, table, counts, found)
        if size:
            yield found[0, :size] + first, found[1, :size].copy(), found[2, :size].copy()


@compiled
def _sum(
    document: Any, places: Any, ends: Any, bounds: Any, row: Any, least: Any, table: Any, counts: Any, found: Any
) -> tuple[int, int]:
    """Fill `found` with the pairs of the documents from `row` on; the first that found no room, and the pairs."""
    mask = len(table) - 1
    touched = np.empty(len(table), dtype=np.int64)
    size = 0
    while row < len(bounds) - 1:
        used, fit = 0, 0
        for k in range(bounds[row], bounds[row + 1]):
            for j in range(places[k] + 1, ends[k]):
                other = np.int64(document[j])
                slot = (other * 0x9E3779B1 >> 15) & mask
                while table[slot] >= 0 and table[slot] != other:
                    slot = (slot + 1) & mask
                if table[slot] < 0:
                    table[slot] = other
                    touched[used] = slot
                    used += 1
                counts[slot] += 1
                fit += counts[slot] == least
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
