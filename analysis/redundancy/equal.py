"""Which sentences or paragraphs are equal, in a corpus that is in memory and in one that is in parts."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.redundancy.hashes import run_hashes
from analysis.redundancy.units import groups, units
from analysis.text.buckets import Buckets
from analysis.text.compiled import compiled
from analysis.text.parted import AnyTokens, Parted, parts

BUCKET = 500_000  # units that are compared with one another at a time


class Equal(NamedTuple):
    """Of each sentence or paragraph of a corpus ``group``, a number that those with the same words in the same order
    share, and ``times``, how many they are. In a corpus in parts the number is the place of the first, from 0."""

    group: NDArray[Any]
    times: NDArray[Any]


def equal_units(tokens: AnyTokens, unit: str) -> Equal:
    """Which sentences or paragraphs (`unit`) are equal; raises `ValueError` for another unit.

    >>> from analysis import read_text, tokenize
    >>> group, times = equal_units(tokenize(read_text("We will. They left. We will!")), "sentence")
    >>> group.tolist(), times.tolist()
    ([0, 1, 0], [2, 1, 2])
    """
    if isinstance(tokens, Parted):
        return _equal_in_parts(tokens, unit)
    group = groups(tokens.ids, units(tokens, unit)[0])
    return Equal(group, np.bincount(group, minlength=1)[group])


def _equal_in_parts(tokens: Parted, unit: str) -> Equal:
    """By two hashes of the words of each unit, those of one first hash together: the words themselves stay on disk."""
    buckets = Buckets(tokens.folder, [np.uint64, np.uint64, np.int32], number=tokens.n_sentences // BUCKET + 1)
    seen = 0
    for part in parts(tokens):
        offsets = units(part.tokens, unit)[0]
        one, two = run_hashes(part.types[part.tokens.ids], offsets[:-1], np.diff(offsets))
        buckets.add(one, two, np.arange(seen, seen + len(one), dtype=np.int32))
        seen += len(one)
    group, times = np.empty(seen, dtype=np.int32), np.zeros(seen, dtype=np.int32)
    for k in range(len(buckets)):
        _match(*buckets.read(k), group, times)
    return Equal(group, times)


@compiled
def _match(one: Any, two: Any, place: Any, group: Any, times: Any) -> None:
    """Set at each `place` the first place with the same two hashes, and how many there are; places rise."""
    size = 16
    while size < 2 * len(place):
        size *= 2
    known = np.full(size, -1, dtype=np.int32)  # the row in which a pair of hashes was met first
    for row in range(len(place)):
        slot = np.int64(two[row] & np.uint64(size - 1))
        while known[slot] >= 0 and (one[known[slot]] != one[row] or two[known[slot]] != two[row]):
            slot = (slot + 1) & (size - 1)
        if known[slot] < 0:
            known[slot] = row
        first = place[known[slot]]
        group[place[row]] = first
        times[first] += 1
    for row in range(len(place)):
        times[place[row]] = times[group[place[row]]]
