"""Sets of words that have a word among their first ones, and so may be alike. Machine code on integers."""

from typing import Any

import numpy as np

from analysis.core.compiled import compiled

HALF = 32  # bits: a key is the number of a word, and behind it how many words the set has


@compiled
def candidates(keys: Any, positions: Any, bits: Any, stop: int, start: int, threshold: float, room: int) -> Any:
    """The pairs of rows that may be of sets alike to at least `threshold`, the smaller set first; where to go on.

    Row by row: a word and the number of words of a set that has it (`keys`, which rise), the word's place in the set,
    and its bits as `near_join.bits_of` has them. Rows before `stop` are compared with later ones of the same word, from
    the row `start` on; where `stop` is not the end, all rows have one word. After the row with which the sets found
    have `room` words in all, it ends, and the last number returned is that of the next row.

    Where two sets meet in the first word that they share, they have at most it and what stands behind it in common;
    and two sets differ in at least as many words as their bits do. Both bounds hold for every pair that is left out.
    """
    found = np.empty((1024, 2), dtype=np.int32)
    pairs, head, x = 0, 0, start
    words = np.int64(0)
    mask, shift = np.uint64((1 << HALF) - 1), np.uint64(HALF)
    while x < len(keys) and words < room:
        word, size = keys[x] >> shift, np.int64(keys[x] & mask)
        last = min(x, stop)
        while head < last and (keys[head] >> shift < word or np.int64(keys[head] & mask) / size < threshold):
            head += 1
        behind = size - positions[x]
        other = most = np.int64(0)
        needed = 0
        for y in range(head, last):
            smaller = np.int64(keys[y] & mask)
            if smaller != other:
                other = smaller
                needed = int(threshold / (1.0 + threshold) * (size + other))  # rounded down, and never too high
                while needed / (size + other - needed) < threshold:
                    needed += 1
                most = size + other - 2 * needed
            # What nearly all others fail comes first.
            if _ones(bits[x] ^ bits[y]) > most or min(behind, other - positions[y]) < needed:
                continue
            if pairs == len(found):
                longer = np.empty((2 * pairs, 2), dtype=np.int32)
                for row in range(pairs):
                    longer[row, 0], longer[row, 1] = found[row, 0], found[row, 1]
                found = longer
            found[pairs, 0], found[pairs, 1] = y, x
            pairs += 1
            words += size + other
        x += 1
    return found[:pairs, 0], found[:pairs, 1], x


@compiled
def shared_words(begin: Any, items: Any, first: Any, second: Any, positions: Any) -> Any:
    """How many words pairs of sets share; 0 where an earlier word of the first set than that at its position is shared.

    The sets are ``items[begin[k] : begin[k + 1]]``, which rise.
    """
    found = np.zeros(len(first), dtype=np.int64)
    for pair in range(len(first)):
        i, i_end = begin[first[pair]], begin[first[pair] + 1]
        j, j_end = begin[second[pair]], begin[second[pair] + 1]
        met = i + positions[pair]
        while i < i_end and j < j_end:
            a, b = items[i], items[j]
            if a == b:
                if i < met:
                    found[pair] = 0
                    break
                found[pair] += 1
            i += a <= b
            j += b <= a
    return found


@compiled
def _ones(bits: Any) -> Any:
    """How many of 64 bits are set."""
    # Stands in `analysis.redundancy.near_join` too: a compiled function calls none of another module, see `compiled`.
    bits -= (bits >> np.uint64(1)) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))
