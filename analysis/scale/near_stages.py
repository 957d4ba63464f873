"""The stages on the way to what is nearly the same: what each reads from the one before, and leaves for the next."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analysis.engine.columns import (
    column,
    join_columns,
    join_texts,
    new_column,
    read_about,
    shards_in,
    text_columns,
    write_about,
    write_batches,
    write_columns,
    write_of_keys,
)
from analysis.engine.database import Database, database, scan, write_shard
from analysis.engine.pairing import Listing
from analysis.engine.partitions import Partition, shards_told
from analysis.redundancy.near_join import Sets, apart, first_words, join, sets_of
from analysis.redundancy.near_places import MANY, NONE, Listed, listed
from analysis.text.hashes import digests, run_begins
from analysis.text.lookup import document_of
from analysis.text.tokens import Tokens, offsets_of, tokenize
from analysis.text.units import Ints, release, units

LARGEST = (1 << 31) - 1  # sentences or paragraphs, and different words
PIECES = 16  # blocks, at least, so that there is work for all, where each then has as many words as `FEW`
FEW = 1_000_000

Parts = Sequence[tuple[Path, int]]  # of the corpus, each with the number of its first sentence or paragraph
Numbers = NDArray[np.int32]
_PAIRS = pa.schema([("a", pa.int32()), ("b", pa.int32()), ("similarity", pa.float64())])


class Reading(NamedTuple):
    """A partition of which the sentences or the paragraphs are read."""

    key: str
    partition: Partition
    unit: str


class Uniting(NamedTuple):
    """All shards, of which the words are numbered, equal contents found, and the sets of words put in a row by size."""

    key: str
    listing: str  # the folder of `numbered_units`
    threshold: float
    memory: int  # that the engine may take
    threads: int


class Copying(NamedTuple):
    """The rows ``low`` to before ``stop`` of the copies that `united` found, which pair with each other."""

    key: str
    united: str
    low: int
    stop: int


class Meeting(NamedTuple):
    """Two blocks of sets, or one twice, that are compared: as first and last row, with room for so many pairs."""

    key: str
    united: str
    own: tuple[int, int]
    other: tuple[int, int]
    threshold: float
    room: int


class Settling(NamedTuple):
    """The folders of all pairs, which are put in order, and how many sentences or paragraphs there are."""

    key: str
    folders: tuple[str, ...]
    units: int
    memory: int
    threads: int


def units_read(task: Reading, place: Path) -> None:
    """The sentences or paragraphs of a partition, shard by shard: where they are, their words and their contents."""
    for number, corpus in enumerate(shards_told(task.partition, place)):
        tokens = tokenize(corpus, **dict(task.partition.options))
        offsets, start, end = units(tokens, task.unit)
        spans = {"start": start, "end": end, "document": document_of(tokens, offsets[:-1])}
        shard = place / f"{number:06d}"
        write_columns(shard, **{name: values.astype(np.int32) for name, values in spans.items()})
        write_columns(shard, **text_columns(corpus.documents["doc_id"].tolist()))
        _write_contents(tokens, offsets, shard)


def _write_contents(tokens: Tokens, offsets: Ints, shard: Path) -> None:
    r"""Write the contents of sentences or paragraphs as keys, and the sets of words of the long ones.

    A word has a 128-bit number, the BLAKE2b digest of its letters; the words of a set are in the order of these. Two of
    *n* different contents have one key with a probability of about :math:`n^2 / 2^{129}`, see `near_join.sets_of`.
    """
    words = digests(tokens.vocabulary, 1)[:, 0]
    order = np.lexsort((words[:, 1], words[:, 0]))
    row = np.empty(len(order), dtype=np.int32)
    row[order] = np.arange(len(order), dtype=np.int32)
    words = words[order]
    items, size, (high, low) = sets_of(row[tokens.ids], offsets, words.T)
    used, number = np.unique(items, return_inverse=True)
    write_columns(shard, size=size, items=number.astype(np.int32))  # of each unit, 0 of a short one; rows of the words
    write_shard(_table(shard, "contents"), high=high, low=low, row=np.arange(len(high), dtype=np.int32))
    sets = np.bincount(number, minlength=len(used))
    write_shard(_table(shard, "words"), high=words[used, 0], low=words[used, 1], sets=sets)


def numbered_units(task: Listing, place: Path) -> None:
    """All shards, with the number of the first sentence or paragraph of each; ``all``: where each is, and the names."""
    found = [shard for folder in map(Path, task.folders) for shard in shards_in(folder, "start")]
    bases = offsets_of([len(column(shard, "start")) for shard in found]).tolist()
    documents = offsets_of([len(column(shard, "ends")) - 1 for shard in found]).tolist()
    if bases[-1] > LARGEST:
        raise ValueError(f"{bases[-1]:,} places are too many to compare: give texts with {LARGEST:,} at the most")
    if found:
        join_columns(found, place / "all", "start", "end", "document")
        join_texts(found, place / "all")
        document = column(place / "all", "document", mode="r+")
        for (base, stop), before in zip(pairwise(bases), documents, strict=False):
            document[base:stop] += before
    shards = [[str(shard), base] for shard, base in zip(found, bases, strict=False)]
    write_about(place, shards=shards, documents=documents[-1], units=bases[-1])


def parts_of(listing: str | Path) -> Parts:
    """The shards that `numbered_units` listed."""
    return [(Path(shard), base) for shard, base in read_about(Path(listing))["shards"]]


def united(task: Uniting, place: Path) -> None:
    """The words of all shards by number, those in the fewest sets first; copies; and each different set of words once.

    ``copies``: ``first`` and ``unit`` of contents that appear more than once, in their order. ``sets``: ``unit``, the
    first with that set, ``begin`` and ``items`` as in `Sets`. ``comparisons``: as `near_join.comparisons` counts them.
    """
    shards = parts_of(task.listing)
    with database(memory=task.memory, threads=task.threads, folder=place) as engine:
        # Words in as many sets are in the order of their keys, so that no cut makes another order.
        words = [_table(shard, "words") for shard, _ in shards]
        rarest_first = "row_number() OVER (ORDER BY sum(sets), high, low) - 1"
        vocabularies = write_of_keys(engine, words, rarest_first, place / "words", number=np.uint32)
        _write_copies(engine, shards, place)
    number = column(place / "words", "number")
    types = int(number.max()) + 1 if len(number) else 0
    if types > LARGEST:
        raise ValueError(f"{types:,} different words are too many: give texts with {LARGEST:,} at the most")
    write_about(place, types=types, comparisons=_place_sets(shards, place, task.threshold, types, vocabularies))


def _write_copies(engine: Database, shards: Parts, place: Path) -> None:
    """Write ``copies`` as `united` has them, and ``later``: those that are not the first of their content, in order."""
    engine.relate(
        "shards",
        file_index=np.arange(len(shards), dtype=np.uint64),
        base=np.array([base for _, base in shards], dtype=np.int32),
    )
    files = scan([_table(shard, "contents") for shard, _ in shards])
    contents = f"(SELECT high, low, base + row AS unit FROM {files} JOIN shards USING (file_index))"
    engine.run(
        f"CREATE TABLE copies AS SELECT first, unit FROM {contents} JOIN (SELECT high, low, min(unit) AS first "
        f"FROM {contents} GROUP BY high, low HAVING count(*) > 1) USING (high, low)"
    )
    [copies], [later] = engine.columns("SELECT count(*), count(*) FILTER (unit > first) FROM copies").values()
    in_order = engine.batches("SELECT first, unit FROM copies ORDER BY first, unit")
    write_batches(place / "copies", in_order, int(copies), first=np.int32, unit=np.int32)
    in_order = engine.batches("SELECT unit FROM copies WHERE unit > first ORDER BY unit")
    write_batches(place / "later", in_order, int(later), unit=np.int32)


def _place_sets(shards: Parts, place: Path, threshold: float, types: int, vocabularies: Sequence[int]) -> int:
    """Write ``sets`` as `united` has them; how many comparisons they take. `vocabularies`: words of each shard."""
    number, later = column(place / "words", "number"), column(place / "later", "unit")

    def sizes(shard: Path, base: int) -> Numbers:
        """How many words each unit's set has, 0 where an earlier unit has it."""
        size: Numbers = np.array(column(shard, "size"))
        low, stop = np.searchsorted(later, np.array([base, base + len(size)], dtype=np.int32))
        size[later[low:stop] - base] = 0
        return size

    largest = max((int(column(shard, "size").max(initial=0)) for shard, _ in shards), default=0)
    count = sum(
        (np.bincount(sizes(*shard), minlength=largest + 1) for shard in shards), np.zeros(largest + 1, np.int64)
    )
    count[0] = 0
    row, item = offsets_of(count), offsets_of(count * np.arange(largest + 1))  # of the first set of each size
    sets = place / "sets"
    unit, begin, items = (
        new_column(sets, "unit", np.int32, row[-1]),
        new_column(sets, "begin", np.int64, row[-1] + 1),
        new_column(sets, "items", np.int32, item[-1]),
    )
    begin[-1] = item[-1]
    together = np.zeros(types + 1, dtype=np.int64)
    for (shard, base), first, stop in zip(shards, offsets_of(vocabularies), np.cumsum(vocabularies), strict=False):
        size = sizes(shard, base)
        kept = np.flatnonzero(size)
        kept = kept[np.argsort(size[kept], kind="stable")]
        length = size[kept].astype(np.int64)
        begins = offsets_of(length)
        where = run_begins(np.append(offsets_of(column(shard, "size"))[kept], 0), length)
        words = _each_rising(number[first:stop][column(shard, "items")[where]], begins)
        together += first_words(begins, words, threshold, types)[1]
        within = np.arange(len(kept)) - np.searchsorted(length, length)  # which of the shard's sets of its size
        unit[row[length] + within] = kept + base
        to = item[length] + within * length
        begin[row[length] + within] = to
        items[run_begins(np.append(to, 0), length)] = words
        for written in (unit, begin, items):
            release(written)
        added = np.bincount(length, minlength=largest + 1)
        row[:-1] += added
        item[:-1] += added * np.arange(largest + 1)
    return int((together**2).sum()) // 2


def _each_rising(words: NDArray[np.uint32], begin: Ints) -> Numbers:
    """The words of each set in rising order."""
    owner = np.repeat(np.arange(len(begin) - 1, dtype=np.uint64) << np.uint64(32), np.diff(begin))
    return (np.sort(owner | words) & np.uint64((1 << 32) - 1)).astype(np.int32)


def copied(task: Copying, place: Path) -> None:
    """The pairs of places of equal contents."""
    first, unit = (column(Path(task.united, "copies"), name)[task.low : task.stop] for name in ("first", "unit"))
    begin = np.append(np.flatnonzero(np.diff(first, prepend=-1)), len(first))
    units, places = np.unique(unit, return_inverse=True)
    found, contents = Listed(begin, places), np.arange(len(begin) - 1)
    found.add(contents, contents, np.ones(len(contents)))
    _write_run(place, found, units)
    _write_near(place, found, units)


def copyings(united: Path, limit: int) -> list[Copying]:
    """The copies in ranges that make about `limit` pairs, or have one content."""
    first = column(united / "copies", "first")
    cuts = first[:: max(1, limit // (MANY + 1))]
    borders = np.unique(np.append(np.searchsorted(first, cuts), len(first))).tolist()
    return [Copying(f"{united.name}-{low:010}-{stop:010}", str(united), low, stop) for low, stop in pairwise(borders)]


def meetings(united: Path, threshold: float, limit: int) -> list[Meeting]:
    """Blocks with about `limit` words of sets, each with itself and with later ones, as far as sets can be alike."""
    begin = column(united / "sets", "begin")
    limit = min(limit, max(FEW, int(begin[-1]) // PIECES))
    borders = np.unique(np.append(np.searchsorted(begin, np.arange(0, begin[-1], limit)), len(begin) - 1)).tolist()
    blocks = list(pairwise(borders))
    found = []
    for k, own in enumerate(blocks):
        for other in blocks[k:]:
            if apart(begin[own[1]] - begin[own[1] - 1], begin[other[0] + 1] - begin[other[0]], threshold):
                break
            key = f"{united.name}-{own[0]:010}-{own[1]:010}-{other[0]:010}-{other[1]:010}"
            found.append(Meeting(key, str(united), own, other, threshold, limit // 4))
    return found


def met(task: Meeting, place: Path) -> None:
    """The pairs of places of sets in two blocks, or in one, that are alike."""
    folder = Path(task.united)
    types = read_about(folder)["types"]
    own = _sets(folder, *task.own)
    other = own if task.other == task.own else _sets(folder, *task.other)
    contents = np.unique(np.append(own.content, other.content))
    begin, copies = _copies_of(folder, contents)
    units, places = np.unique(copies, return_inverse=True)
    found = Listed(begin, places)
    for one, two, similarity in join(own, [other], task.threshold, types, itself=other is own, room=task.room):
        found.add(np.searchsorted(contents, one), np.searchsorted(contents, two), similarity)
        if len(found) > task.room:
            _write_run(place, found, units)
    _write_run(place, found, units)
    _write_near(place, found, units)


def _sets(united: Path, low: int, stop: int) -> Sets:
    """A block of the sets, in memory."""
    unit, begin, items = (column(united / "sets", name) for name in ("unit", "begin", "items"))
    own = begin[low : stop + 1]
    return Sets(np.array(unit[low:stop]), own - own[0], np.array(items[own[0] : own[-1]]))


def _copies_of(united: Path, contents: Numbers) -> tuple[Ints, Numbers]:
    """All places of contents, each given as its first: where those of each begin, and they themselves."""
    first, unit = (column(united / "copies", name) for name in ("first", "unit"))
    low, stop = (np.searchsorted(first, contents, side) for side in ("left", "right"))
    several = stop > low
    length = np.where(several, stop - low, 1)
    places = np.repeat(contents, length)
    places[np.repeat(several, length)] = unit[run_begins(np.append(low[several], 0), length[several])]
    return offsets_of(length), places


def _write_run(place: Path, found: Listed, units: Numbers) -> None:
    """Write the pairs of places that `found` has by now, and forget them; place k is ``units[k]``."""
    a, b, similarity = found.take()
    if len(a):
        number = len(list(place.glob("*.parquet")))
        write_shard(place / f"{number:06d}.parquet", a=units[a], b=units[b], similarity=similarity)


def _write_near(place: Path, found: Listed, units: Numbers) -> None:
    """Write how many earlier places each is like, and the first of all: of those that are like any."""
    near = np.flatnonzero(found.closest != NONE)
    write_columns(place / "near", unit=units[near], earlier=found.earlier[near], closest=units[found.closest[near]])


def settled(task: Settling, place: Path) -> None:
    """The pairs that are rows of the table, in its order: ``pairs.parquet``.

    ``near``: for each place what `near_places.listed` asks for, and with how many earlier ones it is not ``left``.
    """
    folders = list(map(Path, task.folders))
    earlier, closest, left = (
        new_column(place / "near", name, np.int32, task.units) for name in ("earlier", "closest", "left")
    )
    closest[:] = NONE
    for folder in folders:
        unit = column(folder / "near", "unit")
        earlier[unit] += column(folder / "near", "earlier")
        closest[unit] = np.minimum(closest[unit], column(folder / "near", "closest"))
    left[:] = earlier
    files = [file for folder in folders for file in sorted(folder.glob("*.parquet"))]
    with (
        database(memory=task.memory, threads=task.threads, folder=place) as engine,
        pq.ParquetWriter(place / "pairs.parquet", _PAIRS) as pairs,
    ):
        if files:
            for batch in engine.batches(f"SELECT a, b, similarity FROM {scan(files)} ORDER BY a, b"):
                a, b = batch["a"].to_numpy(), batch["b"].to_numpy()
                shown = listed(a, b, earlier, closest)
                np.subtract.at(left, b[shown], 1)
                pairs.write_batch(batch.filter(pa.array(shown)))
    write_about(place, omitted=int(left.sum()))


def omitted(settled: Path, a: Any, b: Any) -> Ints:
    """The column of that name, as in `near_places.Listed.rows`, for pairs of places."""
    closest, left = (column(settled / "near", name) for name in ("closest", "left"))
    return np.where(closest[b] == a, left[b], 0).astype(np.int64)


def _table(shard: Path, name: str) -> Path:
    return shard.with_name(f"{shard.name}.{name}.parquet")
