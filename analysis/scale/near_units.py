"""The first stages on the way to what is nearly the same: sentences or paragraphs read, their words and contents."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.jobs import named
from analysis.engine.pairing import Listing
from analysis.engine.partitions import Partition
from analysis.engine.problems import parts_told
from analysis.engine.shuffle import (
    between,
    column,
    parts_in,
    ranges,
    read_about,
    rows_between,
    text_columns,
    write_about,
    write_columns,
    write_slices,
)
from analysis.redundancy.near_join import sets_of
from analysis.scale.near_table import Parts
from analysis.scale.sentence_keys import grouped
from analysis.text.hashes import digests
from analysis.text.lookup import document_of
from analysis.text.tokens import Tokens, tokenize
from analysis.text.units import Ints, units

START = np.uint32(1 << 31)  # added to the first of a list
_LARGEST = 1 << 31  # sentences or paragraphs, and words: a bit of each number is taken, see `START`


class Reading(NamedTuple):
    """That the sentences or the paragraphs of a partition are to be read."""

    key: str
    partition: Partition
    unit: str


class Range(NamedTuple):
    """That what all parts say of the keys in a range is to be put together; `listing`: the folder of `listed`."""

    key: str
    listing: str
    low: int
    high: int


def units_read(task: Reading, place: Path) -> None:
    """The sentences or paragraphs of a partition, part by part: where they are, their words and their contents."""
    for number, corpus in enumerate(parts_told(task.partition, place)):
        tokens = tokenize(corpus, **dict(task.partition.options))
        offsets, start, end = units(tokens, task.unit)
        spans = {"start": start, "end": end, "document": document_of(tokens, offsets[:-1])}
        part = place / f"{number:06d}"
        write_columns(part, **{name: values.astype(np.int32) for name, values in spans.items()})
        write_columns(part, **text_columns(corpus.documents["doc_id"].tolist()), **_contents(tokens, offsets))


def listed(task: Listing, place: Path) -> None:
    """All parts, with the number of the first sentence or paragraph of each, and how many documents they have."""
    found = [part for folder in map(Path, task.folders) for part in parts_in(folder, "start")]
    bases = np.append(0, np.cumsum([len(column(part, "start")) for part in found], dtype=np.int64)).tolist()
    if bases[-1] >= _LARGEST:
        raise ValueError(f"{bases[-1]:,} places are too many to compare: give texts with {_LARGEST - 1:,} at the most")
    parts = [[str(part), base] for part, base in zip(found, bases, strict=False)]
    write_about(place, parts=parts, documents=sum(len(column(part, "ends")) - 1 for part in found), units=bases[-1])


def parts_of(listing: str | Path) -> Parts:
    """The parts that `listed` listed."""
    return [(Path(part), base) for part, base in read_about(Path(listing))["parts"]]


def key_ranges(listing: Path, name: str, limit: int) -> list[Range]:
    """The keys in a column of all parts, in ranges with about `limit` of them."""
    found = ranges([column(part, name) for part, _ in parts_of(listing)], limit)
    about = named(listing.name, name, str(limit))
    return [Range(f"{about}-{k:06d}", str(listing), *both) for k, both in enumerate(found)]


def counted(task: Range, place: Path) -> None:
    """The different words of a range of keys, in how many sets each is, and its place among those in as many."""
    parts = [part for part, _ in parts_of(task.listing)]
    high, low, sets = rows_between(parts, ["word_high", "word_low", "word_sets"], task.low, task.high)
    order, starts = grouped(high, low)
    first = order[starts]
    total = np.add.reduceat(sets[order], starts) if len(starts) else sets
    values, which, number = np.unique(total, return_inverse=True, return_counts=True)
    rank = np.empty(len(total), dtype=np.int64)
    rank[np.argsort(which, kind="stable")] = np.arange(len(total))
    rank -= (np.cumsum(number) - number)[which]
    write_columns(place / "words", high=high[first], low=low[first], sets=total, rank=rank)
    write_columns(place / "words", values=values, number=number)


def word_ranks(part: Path, places: Iterable[Path]) -> tuple[NDArray[np.int32], int]:
    """The number of each word of a part, that in the fewest sets first; and how many words there are.

    `places` are the folders that `counted` made. Words in as many sets stand in the order of their keys, so all parts
    get the same numbers, whatever the ranges were.
    """
    words = [place / "words" for place in places]
    values = np.concatenate([column(own, "values") for own in words])
    number = np.concatenate([column(own, "number") for own in words])
    if number.sum() >= _LARGEST:
        raise ValueError(f"{number.sum():,} different words are too many: give texts with {_LARGEST - 1:,} at the most")
    by_value = np.argsort(values, kind="stable")
    before = np.empty(len(values), dtype=np.int64)
    before[by_value] = np.cumsum(number[by_value]) - number[by_value]
    high, low = column(part, "word_high"), column(part, "word_low")
    found = np.empty(len(high), dtype=np.int32)
    done = seen = 0
    for own in words:
        known, known_low = column(own, "high"), column(own, "low")
        stop = int(np.searchsorted(high, known[-1], side="right")) if len(known) else done
        row = np.searchsorted(known, high[done:stop])
        while len(again := np.flatnonzero(known_low[row] != low[done:stop])):
            row[again] += 1  # another word has the same first half
        of_range = column(own, "values")
        which = np.searchsorted(of_range, column(own, "sets")[row])
        found[done:stop] = before[seen + which] + column(own, "rank")[row]
        done, seen = stop, seen + len(of_range)
    return found, int(number.sum())


def told_apart(task: Range, place: Path) -> None:
    """Of contents in a range of keys that appear more than once, the places: for the part in which each appears first.

    Those behind the first are told to their own parts, too, which have no content of their own there.
    """
    parts = parts_of(task.listing)
    pieces = []
    for part, base in parts:
        own = between(column(part, "high"), task.low, task.high)
        high, low, row = (np.array(column(part, name)[own]) for name in ("high", "low", "row"))
        pieces.append([high, low, row.astype(np.int64) + base])
    high, low, unit = (np.concatenate(values) for values in zip(*pieces, strict=True))
    order, starts = grouped(high, low)
    copies = np.diff(np.append(starts, len(order)))
    again = np.repeat(copies > 1, copies)
    unit, begins = unit[order][again], np.isin(np.flatnonzero(again), starts)
    bases = [base for _, base in parts]

    def send(name: str, values: NDArray[np.uint32], place_of: Ints) -> None:
        part = np.searchsorted(bases, place_of, side="right") - 1
        by_part = np.argsort(part, kind="stable")
        write_slices(place, name, values[by_part], np.bincount(part, minlength=len(parts)))

    send("later", unit[~begins].astype(np.uint32), unit[~begins])
    marked = unit.astype(np.uint32) | np.where(begins, START, np.uint32(0))
    send("copies", marked, np.repeat(unit[begins], copies[copies > 1]))


def _contents(tokens: Tokens, offsets: Ints) -> dict[str, NDArray[Any]]:
    r"""The contents of sentences or paragraphs as keys, and the sets of words of the long ones.

    ``high``, ``low``: the halves of the key of each content, which rise, and ``row``: whose it is. ``size``: words in
    the set of each unit, 0 for a short one; ``items``: the sets one behind the other, as rows of the words that are in
    any. ``word_high``, ``word_low``: keys of those words, which rise; ``word_sets``: in how many sets each is.

    A word has a 128-bit number, the BLAKE2b digest of its letters; the words of a set stand in the order of these. Two
    of *n* different contents have one key with a probability of about :math:`n^2 / 2^{129}`, see `near_join.sets_of`.
    """
    words = digests(tokens.vocabulary, 1)[:, 0]
    order = np.lexsort((words[:, 1], words[:, 0]))
    row = np.empty(len(order), dtype=np.int32)
    row[order] = np.arange(len(order), dtype=np.int32)
    words = words[order]
    items, size, keys = sets_of(row[tokens.ids], offsets, words.T)
    used, number = np.unique(items, return_inverse=True)
    by_key = np.lexsort(keys[::-1])
    return {
        "high": keys[0, by_key],
        "low": keys[1, by_key],
        "row": by_key.astype(np.int32),
        "size": size,
        "items": number.astype(np.int32),
        "word_high": words[used, 0],
        "word_low": words[used, 1],
        "word_sets": np.bincount(number, minlength=len(used)),
    }
