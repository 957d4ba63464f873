"""What is repeated almost word for word in a corpus in parts: the sets of words on disk, compared block by block."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.redundancy.hashes import Hashes, run_hashes
from analysis.redundancy.near_join import FEWEST, Ids, alike, bits_of, first_words, index
from analysis.redundancy.near_places import Listed, of_contents
from analysis.redundancy.shingles import numbered
from analysis.redundancy.units import Ints, units
from analysis.text.buckets import Buckets
from analysis.text.compiled import compiled
from analysis.text.long_tables import Columns, LongTable
from analysis.text.lookup import document_of
from analysis.text.parted import Parted, parts
from analysis.text.tokens import offsets_of

CONTENTS = 1_000_000  # units whose contents are told apart at a time
WORDS = 6_000_000  # words in all the sets of a block: each is compared with itself and with the later ones
ROWS = 250_000  # rows of a table that are made at a time
MOST = 30_000_000_000  # pairs that share one of their rarest words: so many take some minutes


class _Block(NamedTuple):
    """Sets of words by size: the first unit with each, where each begins in ``items``, the least and the most words."""

    unit: Ids
    begin: Ints
    items: Ids
    least: int
    most: int


def near_in_parts(tokens: Parted, threshold: float, unit: str) -> LongTable:
    """The table of `near.near_repeats`, on disk."""
    columns = Columns(tokens.folder)
    content, sizes = _contents(tokens, unit, columns)
    found = of_contents(content)
    _compare(found, columns, content, sizes, threshold, len(tokens.vocabulary))
    a, b, similarity, omitted = found.rows()
    places = np.unique(np.append(a, b))
    sides = {"a": np.searchsorted(places, a), "b": np.searchsorted(places, b)}
    spans = _spans(tokens, unit, places)
    names = pd.Series(tokens.doc_ids, dtype="str").array

    def rows(chosen: slice) -> pd.DataFrame:
        table: dict[str, Any] = {}
        for side, place in sides.items():
            document, start, end = spans[:, place[chosen]]
            table |= {f"{side}_doc": names.take(document), f"{side}_start": start, f"{side}_end": end}
        return pd.DataFrame(table | {"similarity": similarity[chosen], "omitted": omitted[chosen]})

    return LongTable((rows(slice(low, low + ROWS)) for low in range(0, max(len(a), 1), ROWS)), tokens.folder)


def _contents(tokens: Parted, unit: str, columns: Columns) -> tuple[Ids, list[int]]:
    """The first unit with the content of each unit, and the sizes of the sets of words that are in `columns`."""
    rank = _rank(tokens)
    buckets = Buckets(tokens.folder, [np.uint64, np.uint64, np.int32], number=tokens.n_sentences // CONTENTS + 1)
    sizes: set[int] = set()
    before = 0
    for part in parts(tokens):
        offsets = units(part.tokens, unit)[0]
        ranks = rank[part.types[part.tokens.ids]]
        items, size = _sets(ranks, offsets, FEWEST)
        buckets.add(*_keys(ranks, offsets, items, size), np.arange(before, before + len(size)))
        begin = offsets_of(size)
        for one in np.unique(size[size > 0]).tolist():
            rows = np.flatnonzero(size == one)
            columns.add(f"{one}", items[begin[rows][:, np.newaxis] + np.arange(one)])
            columns.add(f"{one} units", (rows + before).astype(np.int32))
            sizes.add(one)
        before += len(size)
    content = np.empty(before, dtype=np.int32)
    for k in range(len(buckets)):
        high, low, own = buckets.read(k)
        number = numbered(high, low)
        first = np.flatnonzero(np.diff(np.maximum.accumulate(number), prepend=-1) > 0)
        content[own] = own[first][number]
    return content, sorted(sizes)


def _rank(tokens: Parted) -> Ids:
    """The place of each type among all, the rarest first."""
    counts = np.zeros(len(tokens.vocabulary), dtype=np.int32)
    for part in parts(tokens):
        counts[part.types] += np.bincount(part.tokens.ids, minlength=len(part.types)).astype(np.int32)
    rank = np.empty(len(counts), dtype=np.int32)
    rank[np.argsort(counts, kind="stable")] = np.arange(len(counts), dtype=np.int32)
    return rank


def _compare(found: Listed, columns: Columns, content: Ids, sizes: list[int], threshold: float, types: int) -> None:
    """Add the pairs of contents that are alike, each as its first unit, and how similar they are."""
    blocks = list(_cut(columns, sizes))
    room = np.zeros(types + 1, dtype=np.int64)
    for pieces in blocks:
        own = _block(columns, content, pieces)
        room += first_words(own.begin, own.items, threshold, types)[1]
    if (hits := int((room**2).sum()) // 2) > MOST:
        raise ValueError(
            f"what is nearly the same is not looked for: with {len(content):,} places to compare, of which many share "
            f"their rarest words, it would take {hits:.0e} comparisons, and {MOST:.0e} are made at most"
        )
    del room
    for k, pieces in enumerate(blocks):
        own = _block(columns, content, pieces)
        indexed = index(own.begin, own.items, threshold, types)
        number = 0
        for later, others in enumerate(blocks[k:]):
            other = own if later == 0 else _block(columns, content, others)
            if threshold * other.least > own.most + 1:
                break
            bits = indexed.bits if later == 0 else bits_of(other.begin, other.items)
            for one, two, shared in alike(indexed, other.begin, other.items, bits, number, threshold, later == 0):
                total = np.diff(own.begin)[one] + np.diff(other.begin)[two]
                found.add(own.unit[one], other.unit[two], shared / (total - shared))
            number += len(other.unit)


def _cut(columns: Columns, sizes: list[int]) -> Iterator[list[tuple[int, int, int]]]:
    """The sets in blocks of about `WORDS` words: sizes, the first and the last one of each size."""
    waiting: list[tuple[int, int, int]] = []
    room = WORDS
    for size in sizes:
        rows = len(columns.array(f"{size} units", np.int32))
        low = 0
        while low < rows:
            high = min(rows, low + max(1, room // size))
            waiting.append((size, low, high))
            room -= size * (high - low)
            low = high
            if room < size:
                yield waiting
                waiting, room = [], WORDS
    if waiting:
        yield waiting


def _block(columns: Columns, content: Ids, pieces: list[tuple[int, int, int]]) -> _Block:
    """The different sets of a block."""
    unit, items, lengths = [], [], []
    for size, low, high in pieces:
        own = columns.array(f"{size} units", np.int32)[low:high]
        first = content[own] == own
        unit.append(own[first])
        items.append(columns.array(f"{size}", np.int32)[low * size : high * size].reshape(-1, size)[first].ravel())
        lengths.append(np.full(len(unit[-1]), size))
    columns.release()
    begin = offsets_of(np.concatenate(lengths))
    return _Block(np.concatenate(unit), begin, np.concatenate(items), pieces[0][0], pieces[-1][0])


def _spans(tokens: Parted, unit: str, places: Ids) -> NDArray[np.int64]:
    """Document, first and last character of the units that are `places`, in rising order: (3, places)."""
    spans = np.empty((3, len(places)), dtype=np.int64)
    before = 0
    for part in parts(tokens):
        offsets, start, end = units(part.tokens, unit)
        low, high = np.searchsorted(places, (before, before + len(start))).tolist()
        own = places[low:high] - before
        spans[:, low:high] = document_of(part.tokens, offsets[own]) + part.document, start[own], end[own]
        before += len(start)
    return spans


def _keys(ranks: Ids, offsets: Ints, items: Ids, size: Ints) -> tuple[Hashes, Hashes]:
    """Two numbers for the content of each unit: its set of words, where it has one, else its words in order."""
    in_order = run_hashes(ranks, offsets[:-1], np.diff(offsets))
    sets = run_hashes(items, offsets_of(size)[:-1], size)
    one, two = (np.where(size > 0, of_set + np.uint64(1), own) for of_set, own in zip(sets, in_order, strict=True))
    return one, two


@compiled
def _sets(ranks: Any, offsets: Any, few: int) -> Any:
    """The set of words of each unit, rising, one after another, and its size; empty for fewer than `few` words."""
    units_ = len(offsets) - 1
    items, size = np.empty(len(ranks), dtype=np.int32), np.zeros(units_, dtype=np.int64)
    n = 0
    for k in range(units_):
        if offsets[k + 1] - offsets[k] < few:
            continue
        words = np.sort(ranks[offsets[k] : offsets[k + 1]])
        for place in range(len(words)):
            if place == 0 or words[place] != words[place - 1]:
                items[n] = words[place]
                n += 1
                size[k] += 1
    return items[:n], size
