"""The later stages on the way to what is nearly the same: sets of words by size, in blocks that are compared."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.jobs import named
from analysis.engine.shuffle import (
    between,
    column,
    column_rows,
    ranges,
    read_about,
    read_slices,
    runs_of,
    write_about,
    write_columns,
)
from analysis.redundancy.near_join import Sets, apart, first_words, join
from analysis.redundancy.near_places import MANY, Listed
from analysis.scale.near_table import Numbers, write_near, write_run
from analysis.scale.near_units import START, parts_of, word_ranks
from analysis.text.tokens import offsets_of
from analysis.text.units import Ints, cut

MOST = 1_000_000_000_000  # comparisons of sets that share one of their first words: some hours of one processor
PIECES = 16  # blocks, at least, so that there is work for all, where each then has as many words as `FEW`
FEW = 1_000_000
HALF, LAST = np.uint64(32), np.uint64((1 << 32) - 1)  # a key is how many words a set has, and then whose it is


class Setting(NamedTuple):
    """That the sets of a part are to be put in order: `number` of the part, what `counted` and `told_apart` made."""

    key: str
    listing: str
    number: int
    words: tuple[str, ...]
    apart: tuple[str, ...]
    threshold: float
    limit: int


class Gathering(NamedTuple):
    """That the sets in a range of keys are to be put together; ``settings``: the folders of `ordered_sets`."""

    key: str
    settings: tuple[str, ...]
    low: int
    high: int


class Meeting(NamedTuple):
    """That the sets in a block are to be compared with each other, or with those of a later block of larger ones."""

    key: str
    listing: str
    settings: tuple[str, ...]
    block: str
    other: str | None
    threshold: float
    limit: int
    words: int


def ordered_sets(task: Setting, place: Path) -> None:
    """The contents that appear first in a part: sets by size, their first words, copies, and pairs of these."""
    part, base = parts_of(task.listing)[task.number]
    first, copies = _copies(task)
    write_columns(place / "copies", unit=first, begin=copies[0], items=copies[1])
    units, places = np.unique(copies[1], return_inverse=True)
    found = Listed(copies[0], places)
    for low, stop in cut((MANY + 1) * np.diff(copies[0]), task.limit):
        alone = np.arange(low, stop)
        found.add(alone, alone, np.ones(len(alone)))
        write_run(place, found, units)
    write_near(place, found, units)
    rank, words = word_ranks(part, map(Path, task.words))
    size = np.array(column(part, "size"), dtype=np.int64)
    for later in read_slices(list(map(Path, task.apart)), "later", task.number, task.number + 1):
        size[later.astype(np.int64) - base] = 0
    kept = np.flatnonzero(size)
    kept = kept[np.argsort(size[kept], kind="stable")]
    where, length = runs_of(offsets_of(column(part, "size")), kept)
    owner = np.repeat(np.arange(len(kept), dtype=np.uint64), length) << HALF
    items = (np.sort(owner | rank[column(part, "items")[where]].astype(np.uint64)) & LAST).astype(np.int32)
    begin = offsets_of(length)
    write_columns(place / "sets", key=(length.astype(np.uint64) << HALF) | (kept + base).astype(np.uint64))
    write_columns(place / "sets", begin=begin, items=items)
    times = first_words(begin, items, task.threshold, words)[1][1:]
    write_columns(place / "first", word=np.flatnonzero(times).astype(np.int32), times=times[times > 0])
    write_about(place, words=words)


def blocks(settings: Sequence[Path], about: str, limit: int) -> list[Gathering]:
    """All sets by their keys, which are size and place, in ranges with about `limit` of their words."""
    begins = [column(place / "sets", "begin") for place in settings]
    limit = min(limit, max(FEW, sum(int(begin[-1]) for begin in begins) // PIECES))
    step = max(1, limit // (4 * len(begins)))
    keys = []
    for place, begin in zip(settings, begins, strict=True):
        row = np.searchsorted(begin, np.arange(0, begin[-1], step), side="right") - 1
        keys.append(column(place / "sets", "key")[row])
    folders = tuple(map(str, settings))
    found = ranges(keys, limit // step)
    return [Gathering(f"{about}-{k:06d}", folders, *both) for k, both in enumerate(found)]


def gathered(task: Gathering, place: Path) -> None:
    """The sets in a range of keys, in the order of these."""
    keys, lengths, words = [], [], []
    for setting in map(Path, task.settings):
        own = between(column(setting / "sets", "key"), task.low, task.high)
        begin = column_rows(setting / "sets", "begin", slice(own.start, own.stop + 1))
        keys.append(column_rows(setting / "sets", "key", own))
        lengths.append(np.diff(begin))
        words.append(column_rows(setting / "sets", "items", slice(int(begin[0]), int(begin[-1]))))
    key, order = np.concatenate(keys), np.argsort(np.concatenate(keys), kind="stable")
    where, length = runs_of(offsets_of(np.concatenate(lengths)), order)
    unit = (key[order] & LAST).astype(np.int32)
    write_columns(place / "sets", unit=unit, begin=offsets_of(length), items=np.concatenate(words)[where])


def meetings(
    places: Sequence[Path], listing: str, settings: Sequence[Path], threshold: float, limit: int, unit: str
) -> list[Meeting]:
    """The blocks that `gathered` made, each with itself and with the later ones whose sets are not too large for its.

    Raises `ValueError` where there are more than `MOST` comparisons to make.
    """
    words = read_about(settings[0])["words"]
    together = np.zeros(words, dtype=np.int64)
    for setting in settings:
        together[column(setting / "first", "word")] += column(setting / "first", "times")
    if (total := int((together**2).sum()) // 2) > MOST:
        raise ValueError(
            f"what is nearly the same is not looked for: so many {unit}s share their rarest words that it would take "
            f"{total:.0e} comparisons, and {MOST:.0e} are made at most: give a higher threshold, or fewer texts"
        )
    folders, found = tuple(map(str, settings)), []
    filled = [(str(place), begin) for place in places if len(begin := column(place / "sets", "begin")) > 1]
    for k, (block, own) in enumerate(filled):
        for other, begin in filled[k:]:
            if apart(own[-1] - own[-2], begin[1] - begin[0], threshold):
                break
            partner = None if other == block else other
            about = named(*map(str, (listing, threshold, limit, block, partner)))
            found.append(Meeting(about, listing, folders, block, partner, threshold, limit, words))
    return found


def met(task: Meeting, place: Path) -> None:
    """The pairs of places of sets in two blocks, or in one, that are alike."""
    own = _sets(task.block)
    other = _sets(task.other) if task.other else own
    bases = [base for _, base in parts_of(task.listing)]
    contents = np.unique(np.append(own.content, other.content)).astype(np.int64)
    copies, copied = _copies_of(list(map(Path, task.settings)), bases, contents)
    units, places = np.unique(copied, return_inverse=True)
    found = Listed(copies, places)
    room = task.limit // 4
    for one, two, similarity in join(own, [other], task.threshold, task.words, itself=other is own, room=room):
        found.add(np.searchsorted(contents, one), np.searchsorted(contents, two), similarity)
        if len(found) > room:
            write_run(place, found, units)
    write_run(place, found, units)
    write_near(place, found, units)


def _sets(block: str) -> Sets:
    """The sets of a block that `gathered` made."""
    unit, begin, items = (np.array(column(Path(block, "sets"), name)) for name in ("unit", "begin", "items"))
    return Sets(unit, begin, items)


def _copies(task: Setting) -> tuple[Numbers, tuple[Ints, Numbers]]:
    """The first places of contents that appear more than once, and the lists of all their places, in that order."""
    pieces = read_slices(list(map(Path, task.apart)), "copies", task.number, task.number + 1)
    members = np.concatenate([np.empty(0, dtype=np.uint32), *pieces])
    starts = np.flatnonzero(members >= START)
    members &= START - np.uint32(1)
    order = np.argsort(members[starts], kind="stable")
    where, length = runs_of(np.append(starts, len(members)), order)
    return members[starts][order], (offsets_of(length), members[where])


def _copies_of(folders: Sequence[Path], bases: Sequence[int], numbers: Ints) -> tuple[Ints, NDArray[Any]]:
    """All places of contents, as `ordered_sets` wrote them; one that is not there has no other than the first."""
    lengths, items = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int32)]
    borders = np.searchsorted(numbers, [*bases, np.iinfo(np.int64).max]).tolist()
    for folder, (low, stop) in zip(folders, itertools.pairwise(borders), strict=True):
        if low == stop:
            continue
        own, known = numbers[low:stop], column(folder / "copies", "unit")
        row = np.searchsorted(known, own.astype(np.uint32))
        there = np.append(known, np.uint32(START))[row] == own
        where, length = runs_of(column(folder / "copies", "begin"), row[there])
        count = np.ones(len(own), dtype=np.int64)
        count[there] = length
        values = np.repeat(own, count).astype(np.int32)
        values[np.repeat(there, count)] = column(folder / "copies", "items")[where]
        lengths.append(count)
        items.append(values)
    return offsets_of(np.concatenate(lengths)), np.concatenate(items)
