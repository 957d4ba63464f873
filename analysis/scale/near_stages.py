"""The later stages on the way to what is nearly the same: sets of words meet where they share one of their first."""

import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.jobs import named
from analysis.engine.shuffle import between, column, ranges, read_slices, rows_between, runs_of, write_columns
from analysis.redundancy.near_join import bits_of
from analysis.redundancy.near_places import MANY, Listed
from analysis.redundancy.units import Ints, cut
from analysis.scale.near_candidates import HALF, candidates, shared_words
from analysis.scale.near_table import Numbers, write_near, write_run
from analysis.scale.near_units import START, parts_of, word_ranks
from analysis.text.tokens import offsets_of

MOST = 1_000_000_000_000  # comparisons of sets that share one of their first words: some hours of one processor
BLOCK = 30_000  # sets with the same word that are compared by one task
COMPARED = 1_000_000_000  # comparisons of words that fewer have, by one task: some seconds

_RECORDS = ("key", "unit", "position", "bits")


class Setting(NamedTuple):
    """That the sets of a part are to be put in order: `number` of the part, what `counted` and `told_apart` made."""

    key: str
    listing: str
    number: int
    words: tuple[str, ...]
    apart: tuple[str, ...]
    threshold: float
    limit: int


class Shelf(NamedTuple):
    """That the first words in a range of keys are to be put together; ``settings``: folders of `ordered_sets`."""

    key: str
    settings: tuple[str, ...]
    low: int
    high: int


class Block(NamedTuple):
    """Rows of a folder that `shelved` made, the keys of the first and the last, and how many comparisons they need."""

    place: str
    low: int
    high: int
    first: int
    last: int
    cost: int


class Meeting(NamedTuple):
    """That the sets in a block are to be compared with each other, or with those of a later block that share a word."""

    key: str
    listing: str
    settings: tuple[str, ...]
    block: Block
    other: Block | None
    threshold: float
    limit: int


def ordered_sets(task: Setting, place: Path) -> None:
    """The contents that stand first in a part: sets in the order of words, first words, copies, and pairs of these."""
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
    rank, single = word_ranks(part, map(Path, task.words))
    size = np.array(column(part, "size"), dtype=np.int64)
    for later in read_slices(list(map(Path, task.apart)), "later", task.number, task.number + 1):
        size[later.astype(np.int64) - base] = 0
    kept = np.flatnonzero(size)
    where, length = runs_of(offsets_of(column(part, "size")), kept)
    owner = np.repeat(np.arange(len(kept), dtype=np.uint64), length) << np.uint64(HALF)
    both = np.sort(owner | rank[column(part, "items")[where]].astype(np.uint64))
    items = (both & np.uint64((1 << HALF) - 1)).astype(np.int32)
    begin = offsets_of(length)
    unit = (kept + base).astype(np.uint32)
    write_columns(place / "sets", unit=unit, begin=begin, items=items)
    position = np.arange(len(items)) - np.repeat(begin[:-1], length)
    long = np.repeat(length, length)
    # Sets that are alike share this share of the larger one's words, and those stand from the first shared one on.
    chosen = np.flatnonzero(((long - position) / long >= task.threshold) & (items >= single))
    key = (items[chosen].astype(np.uint64) << np.uint64(HALF)) | long[chosen].astype(np.uint64)
    order = np.argsort(key, kind="stable")
    own = np.repeat(np.arange(len(kept)), length)[chosen[order]]
    write_columns(place / "first", key=key[order], unit=unit[own], bits=bits_of(begin, items)[own])
    write_columns(place / "first", position=position[chosen[order]].astype(np.int32))


def shelves(settings: Sequence[Path], about: str, limit: int) -> list[Shelf]:
    """The first words of all sets, in ranges of about `limit` of them."""
    found = ranges([column(place / "first", "key") for place in settings], limit)
    folders = tuple(map(str, settings))
    return [Shelf(f"{about}-{k:06d}", folders, *both) for k, both in enumerate(found)]


def shelved(task: Shelf, place: Path) -> None:
    """The first words of all sets in a range of keys, in order, without those of one set; cut into blocks."""
    parts = [Path(setting, "first") for setting in task.settings]
    records = dict(zip(_RECORDS, rows_between(parts, _RECORDS, task.low, task.high), strict=True))
    order = np.argsort(records["key"], kind="stable")
    counts = _groups(records["key"][order])[1]
    kept = counts > 1
    kept[[0, -1] if len(kept) else []] = True  # other ranges may have more of these words
    order = order[np.repeat(kept, counts)]
    for name, values in records.items():
        write_columns(place / "first", **{name: values[order]})
    counts = counts[kept]
    write_columns(place / "first", **_cut(offsets_of(counts)[:-1], counts))


def meetings(
    places: Sequence[Path], listing: str, settings: Sequence[Path], threshold: float, limit: int, unit: str
) -> list[Meeting]:
    """The blocks that `shelved` cut, each with itself and with the later ones that it has a word in common with.

    Raises `ValueError` where there are more than `MOST` comparisons to make.
    """
    blocks = [block for place in places for block in _blocks(place)]
    folders = tuple(map(str, settings))
    found = []
    total = 0
    for k, block in enumerate(blocks):
        total += block.cost
        others: list[Block | None] = [None] if block.cost else []
        for other in _sharing(blocks, k, threshold):
            word = other.first >> HALF
            total += math.prod(len(_of_word(_rows(own, ["key"]), word)["key"]) for own in (block, other))
            others.append(other)
        for partner in others:
            about = named(*map(str, (listing, threshold, limit, block, partner)))
            found.append(Meeting(about, listing, folders, block, partner, threshold, limit))
    if total > MOST:
        raise ValueError(
            f"what is nearly the same is not looked for: so many {unit}s share their rarest words that it would take "
            f"{total:.0e} comparisons, and {MOST:.0e} are made at most: give a higher threshold, or fewer texts"
        )
    return found


def met(task: Meeting, place: Path) -> None:
    """The pairs of places of sets in two blocks, or in one, that are alike and share no earlier word."""
    rows = [_rows(task.block)]
    if task.other:
        word = task.other.first >> HALF
        rows = [_of_word(rows[0], word), _of_word(_rows(task.other), word)]
    stop = len(rows[0]["key"])
    key, unit, position, bits = (np.concatenate([own[name] for own in rows]) for name in _RECORDS)
    bases = [base for _, base in parts_of(task.listing)]
    settings = list(map(Path, task.settings))
    contents, content = np.unique(unit.astype(np.int64), return_inverse=True)
    copies, copied = _lists(settings, "copies", bases, contents)
    units, places = np.unique(copied, return_inverse=True)
    found = Listed(copies, places)
    start = stop if task.other else 0
    while start < len(key):
        one, other, start = candidates(key, position, bits, stop, start, task.threshold, task.limit)
        distinct, back = np.unique(content[np.append(one, other)], return_inverse=True)
        begin, items = _lists(settings, "sets", bases, contents[distinct])
        first, second = back.reshape(2, -1)
        shared = shared_words(begin, items, first, second, position[one])
        size = np.diff(begin)
        similarity = shared / (size[first] + size[second] - shared)
        chosen = similarity >= task.threshold
        found.add(distinct[first[chosen]], distinct[second[chosen]], similarity[chosen])
        if start == len(key) or len(found) > task.limit // 4:
            write_run(place, found, units)
    write_near(place, found, units)


def _copies(task: Setting) -> tuple[Numbers, tuple[Ints, Numbers]]:
    """The first places of contents that stand more than once, and the lists of all their places, in that order."""
    pieces = read_slices(list(map(Path, task.apart)), "copies", task.number, task.number + 1)
    members = np.concatenate([np.empty(0, dtype=np.uint32), *pieces])
    starts = np.flatnonzero(members >= START)
    members &= START - np.uint32(1)
    order = np.argsort(members[starts], kind="stable")
    where, length = runs_of(np.append(starts, len(members)), order)
    return members[starts][order], (offsets_of(length), members[where])


def _groups(key: NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """Where the rows of each word begin, and how many there are."""
    word = key >> np.uint64(HALF)
    starts = np.flatnonzero(np.append(True, word[1:] != word[:-1])[: len(word)])
    return starts, np.diff(np.append(starts, len(word)))


def _cut(starts: Ints, counts: Ints) -> dict[str, Ints]:
    """Where blocks of whole words, or of `BLOCK` rows of one word, begin and the last one ends; their comparisons.

    >>> {name: values.tolist() for name, values in _cut(np.array([0, 3, 5]), np.array([3, 2, 40_000])).items()}
    {'borders': [0, 5, 30005, 40005], 'costs': [4, 449985000, 49995000]}
    """
    cost = counts * (counts - 1) // 2
    wide = counts > BLOCK
    before = np.where(wide, 0, cost).cumsum() // COMPARED
    new = np.append(True, (before[1:] != before[:-1]) | wide[:-1])[: len(counts)]
    inner = [np.arange(start, start + count, BLOCK) for start, count in zip(starts[wide], counts[wide], strict=True)]
    borders = np.unique(np.concatenate([starts[new], *inner, [counts.sum()]])).astype(np.int64)
    costs = np.zeros(len(borders) - 1, dtype=np.int64)
    np.add.at(costs, np.searchsorted(borders, starts[~wide], side="right") - 1, cost[~wide])
    of_wide = np.flatnonzero(np.isin(borders[:-1], np.concatenate([starts[wide], *inner])))
    length = np.diff(borders)[of_wide]
    costs[of_wide] = length * (length - 1) // 2
    return {"borders": borders, "costs": costs}


def _blocks(place: Path) -> Iterator[Block]:
    """The blocks of a folder that `shelved` made."""
    key, borders = column(place / "first", "key"), column(place / "first", "borders").tolist()
    for (low, high), cost in zip(itertools.pairwise(borders), column(place / "first", "costs").tolist(), strict=True):
        yield Block(str(place), low, high, int(key[low]), int(key[high - 1]), cost)


def _sharing(blocks: Sequence[Block], k: int, threshold: float) -> Iterator[Block]:
    """The later blocks that go on with the last word of a block, with sets that are not too large for all of its."""
    word, size = divmod(blocks[k].last, 1 << HALF)
    for other in itertools.islice(blocks, k + 1, None):
        other_word, least = divmod(other.first, 1 << HALF)
        if other_word != word or size / least < threshold:
            return
        yield other


def _rows(block: Block, names: Sequence[str] = _RECORDS) -> dict[str, NDArray[Any]]:
    place = Path(block.place, "first")
    return {name: np.array(column(place, name)[block.low : block.high]) for name in names}


def _of_word(rows: dict[str, NDArray[Any]], word: int) -> dict[str, NDArray[Any]]:
    own = between(rows["key"], word << HALF, (word + 1) << HALF)
    return {name: values[own] for name, values in rows.items()}


def _lists(folders: Sequence[Path], name: str, bases: Sequence[int], numbers: Ints) -> tuple[Ints, NDArray[Any]]:
    """The lists that `ordered_sets` wrote under `name` for contents; one without a list stands for itself."""
    lengths, items = [np.empty(0, dtype=np.int64)], []
    borders = np.searchsorted(numbers, [*bases, np.iinfo(np.int64).max]).tolist()
    for folder, (low, stop) in zip(folders, itertools.pairwise(borders), strict=True):
        if low == stop:
            continue
        own, known = numbers[low:stop], column(folder / name, "unit")
        row = np.searchsorted(known, own.astype(np.uint32))
        there = np.append(known, np.uint32(START))[row] == own
        where, length = runs_of(column(folder / name, "begin"), row[there])
        count = np.ones(len(own), dtype=np.int64)
        count[there] = length
        values = np.repeat(own, count).astype(np.int32)
        values[np.repeat(there, count)] = column(folder / name, "items")[where]
        lengths.append(count)
        items.append(values)
    return offsets_of(np.concatenate(lengths)), np.concatenate([np.empty(0, dtype=np.int32), *items])
