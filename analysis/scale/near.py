"""The sentences or paragraphs that are nearly the same, in a corpus that need not fit in memory or on one machine."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analysis.core.jobs import digest
from analysis.core.resources import BASE
from analysis.engine.columns import (
    column,
    new_column,
    read_about,
    text_columns,
    texts_of,
    write_about,
    write_batches,
    write_by_key,
    write_columns,
)
from analysis.engine.database import Database, database, scan, write_shard
from analysis.engine.pairing import LARGEST, PER_CHARACTER, Numbered, numbered_corpus
from analysis.engine.partitions import Partition, logged_shards
from analysis.redundancy.near_join import Sets, cannot_match, first_words, join, sets_of
from analysis.redundancy.near_places import MANY, NONE, PlacePairs, is_listed
from analysis.redundancy.reuse.borrowing import SIDES
from analysis.text.hashes import digests, run_begins
from analysis.text.lookup import distinct, document_of
from analysis.text.tokens import Tokens, offsets_of, tokenize
from analysis.text.units import UNITS, Ints, release, units

PER_RECORD = 100  # bytes at the peak of comparing a word of a set, or a pair of places
BATCH = 1 << 16  # pairs of which the rows are made at a time
MOST = 1_000_000_000_000  # comparisons of sets that share one of their first words: some hours of one processor
BLOCKS = 16  # blocks of sets at least, so that there is work for all, as long as each has `FEW` words
FEW = 1_000_000

NEAR = pa.schema(
    [
        (f"{side}_{name}", kind)
        for side in SIDES
        for name, kind in (("doc", pa.string()), ("start", pa.int64()), ("end", pa.int64()))
    ]
    + [("similarity", pa.float64()), ("omitted", pa.int64())]
)
_PAIRS = pa.schema([("a", pa.int32()), ("b", pa.int32()), ("similarity", pa.float64())])

Ids = NDArray[np.int32]


class Found(NamedTuple):
    """Number of documents, of sentences or paragraphs, of pairs listed and omitted, and of problems in reading."""

    documents: int
    units: int
    pairs: int
    omitted: int
    problems: int


def near(
    corpora: Sequence[str | Path],
    out: str | Path,
    *,
    memory: int,
    threshold: float = 0.8,
    unit: str = "sentence",
    **options: Any,
) -> Found:
    """Write the pairs of sentences or paragraphs that are nearly the same, in one corpus or several, to `out`.

    The rows are those of `near_repeats` for all documents together, in its order: ``a_doc``, ``a_start``, ``a_end``,
    ``b_doc``, ``b_start``, ``b_end``, ``similarity``, ``omitted``; `out` ends in .parquet or .csv. The file is the
    same, byte for byte, whatever `memory` (bytes of all processes on this machine, or of each worker of a dask
    `client`) and the number of processes. A call that follows an interrupted one resumes it, from `work_folder`, to
    which `work` goes. The other `options` are ``progress`` and the parameters of `read_corpus` and `tokenize`. Problems
    in reading are written to ``<stem>.problems.csv`` (path, reason), beside `out`.

    No pair is missed: the search is that of `near_repeats`. The different sets of words are sorted by size and divided
    into blocks; each block is compared with itself and with later ones, as far as sets of their sizes can be alike
    (prefixes of the rarest words, Bayardo, Ma and Srikant 2007, Scaling up all pairs similarity search). Contents are
    identified by 128-bit keys. Until the table is whole the disk holds a few bytes for each character, and 16 for each
    row.

    Raises `CorpusError` and `ValueError` as `partitions` does; `CorpusError` where no document can be read, and
    `ValueError` for a threshold that is not above 0 and at most 1, for another `unit`, and where more than `MOST`
    comparisons would be needed.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold:g}: give a share above 0 and up to 1, such as 0.8")
    if unit not in UNITS:
        raise ValueError(f"unknown unit {unit!r}: use {' or '.join(map(repr, UNITS))}")
    with numbered_corpus(
        corpora,
        Path(out),
        task=lambda piece: Reading(digest(piece.key, unit), piece, unit),
        read=read_units,
        columns=("start", "end", "document"),
        unit=unit,
        memory=memory,
        **options,
    ) as corpus:
        run, limit = corpus.run, corpus.plan.characters * PER_CHARACTER // PER_RECORD
        engine = memory - BASE, corpus.plan.cores
        key = digest(corpus.whole.name, str(threshold))
        [merged] = run(
            merge_contents, [Merge(key, str(corpus.whole), float(threshold), *engine)], what="numbering words"
        )
        if (comparisons := read_about(merged)["comparisons"]) > MOST:
            raise ValueError(
                f"what is nearly the same is not looked for: so many {unit}s share their rarest words that it would "
                f"take {comparisons:.0e} comparisons, and {MOST:.0e} are made at most: give a higher threshold, or "
                "fewer texts"
            )
        folders = run(pair_copies, copy_ranges(merged, limit), what="copies")
        folders += run(compare_blocks, block_pairs(merged, float(threshold), limit), what="comparing")
        names = tuple(map(str, folders))
        [ordered] = run(sort_pairs, [Sorting(digest(*names), names, corpus.about["rows"], *engine)], what="sorting")
        with pq.ParquetFile(ordered / "pairs.parquet") as file:
            batches = (_rows(corpus, ordered, batch) for batch in file.iter_batches(BATCH))
            written = corpus.write(batches, file.metadata.num_rows, NEAR)
        omitted = read_about(ordered)["omitted"]
        return Found(corpus.about["documents"], corpus.about["rows"], written, omitted, corpus.problems)


class Reading(NamedTuple):
    """A partition of which the sentences or the paragraphs are read."""

    key: str
    partition: Partition
    unit: str


class Merge(NamedTuple):
    """All shards, whose words are numbered and whose contents are merged."""

    key: str
    whole: str  # the folder that `concatenate` made
    threshold: float
    memory: int  # that the engine may take
    threads: int


class CopyRange(NamedTuple):
    """The rows ``low`` to before ``stop`` of ``copies``, which pair with each other."""

    key: str
    merged: str  # the folder that `merge_contents` made
    low: int
    stop: int


class BlockPair(NamedTuple):
    """Two blocks of sets, or one twice, to be compared: first and last row of each, and the pairs kept in memory."""

    key: str
    merged: str
    own: tuple[int, int]
    other: tuple[int, int]
    threshold: float
    room: int


class Sorting(NamedTuple):
    """The folders of all pairs, to be sorted, and the number of sentences or paragraphs."""

    key: str
    folders: tuple[str, ...]
    units: int
    memory: int
    threads: int


def read_units(task: Reading, place: Path) -> None:
    """Write the places, words and contents of the sentences or paragraphs of a partition, shard by shard."""
    for number, corpus in enumerate(logged_shards(task.partition, place)):
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
    write_columns(shard, size=size, items=number.astype(np.int32))  # size 0: too short for a set; items: rows of words
    write_shard(_table(shard, "contents"), high=high, low=low, row=np.arange(len(high), dtype=np.int32))
    sets = np.bincount(number, minlength=len(used))
    write_shard(_table(shard, "words"), high=words[used, 0], low=words[used, 1], sets=sets)


def _table(shard: Path, name: str) -> Path:
    return shard.with_name(f"{shard.name}.{name}.parquet")


def merge_contents(task: Merge, place: Path) -> None:
    """Number the words of all shards, those in the fewest sets first; find copies; sort the different sets by size.

    ``copies``: ``first`` and ``unit`` of contents that appear more than once, sorted. ``sets``: ``unit``, the first
    with that set, ``begin`` and ``items`` as in `Sets`. ``comparisons`` is counted as in `near_join.comparisons`.
    """
    shards = [(Path(shard), base) for shard, base, _ in read_about(Path(task.whole))["shards"]]
    with database(memory=task.memory, threads=task.threads, folder=place) as engine:
        # Words in as many sets are sorted by key, so that the numbers do not depend on the shards.
        words = [_table(shard, "words") for shard, _ in shards]
        rarest_first = "row_number() OVER (ORDER BY sum(sets), high, low) - 1"
        vocabularies = write_by_key(engine, words, rarest_first, place / "words", number=np.uint32)
        _write_copies(engine, shards, place)
    number = column(place / "words", "number")
    types = int(number.max()) + 1 if len(number) else 0
    if types > LARGEST:
        raise ValueError(f"{types:,} different words are too many: give texts with {LARGEST:,} at the most")
    write_about(place, types=types, comparisons=_write_sets(shards, place, task.threshold, types, vocabularies))


def _write_copies(engine: Database, shards: Sequence[tuple[Path, int]], place: Path) -> None:
    """Write ``copies``, see `merge_contents`, and ``later``: those that are not the first of their content."""
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


def _write_sets(
    shards: Sequence[tuple[Path, int]], place: Path, threshold: float, types: int, vocabularies: Sequence[int]
) -> int:
    """Write ``sets``, see `merge_contents`; return the comparisons they take. `vocabularies`: words of each shard.

    A counting sort: where the sets of each size begin is known before any is written.
    """
    number, later = column(place / "words", "number"), column(place / "later", "unit")

    def sizes(shard: Path, base: int) -> Ids:
        """The words in the set of each unit, 0 where an earlier unit has the same content."""
        size: Ids = np.array(column(shard, "size"))
        low, stop = np.searchsorted(later, np.array([base, base + len(size)], dtype=np.int32))
        size[later[low:stop] - base] = 0
        return size

    largest = max((int(column(shard, "size").max(initial=0)) for shard, _ in shards), default=0)
    count = np.zeros(largest + 1, dtype=np.int64)
    for shard, base in shards:
        count += np.bincount(sizes(shard, base), minlength=largest + 1)
    count[0] = 0
    row, item = offsets_of(count), offsets_of(count * np.arange(largest + 1))  # of the next set of each size
    unit, begin, items = (
        new_column(place / "sets", "unit", np.int32, row[-1]),
        new_column(place / "sets", "begin", np.int64, row[-1] + 1),
        new_column(place / "sets", "items", np.int32, item[-1]),
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
        # The words of each set in rising order: sorted together with the number of the set in the upper 32 bits.
        words = number[first:stop][column(shard, "items")[where]].astype(np.uint64)
        words |= np.repeat(np.arange(len(kept), dtype=np.uint64) << np.uint64(32), length)
        words = (np.sort(words) & np.uint64(0xFFFFFFFF)).astype(np.int32)
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


def copy_ranges(merged: Path, limit: int) -> list[CopyRange]:
    """Ranges of ``copies`` that make about `limit` pairs each, or have one content."""
    first = column(merged / "copies", "first")
    cuts = first[:: max(1, limit // (MANY + 1))]
    borders = np.unique(np.append(np.searchsorted(first, cuts), len(first))).tolist()
    return [CopyRange(f"{merged.name}-{low:010}-{stop:010}", str(merged), low, stop) for low, stop in pairwise(borders)]


def pair_copies(task: CopyRange, place: Path) -> None:
    """Write the pairs of places of equal contents."""
    first, unit = (column(Path(task.merged, "copies"), name)[task.low : task.stop] for name in ("first", "unit"))
    begin = np.append(np.flatnonzero(np.diff(first, prepend=-1)), len(first))
    units, places = np.unique(unit, return_inverse=True)
    found, contents = PlacePairs(begin, places), np.arange(len(begin) - 1)
    found.add(contents, contents, np.ones(len(contents)))
    _write_pairs(place, found, units)
    _write_counts(place, found, units)


def block_pairs(merged: Path, threshold: float, limit: int) -> list[BlockPair]:
    """Blocks of about `limit` words, each with itself and with later ones, as far as their sets can be alike."""
    begin = column(merged / "sets", "begin")
    limit = min(limit, max(FEW, int(begin[-1]) // BLOCKS))
    borders = np.unique(np.append(np.searchsorted(begin, np.arange(0, begin[-1], limit)), len(begin) - 1)).tolist()
    blocks = list(pairwise(borders))
    found = []
    for k, own in enumerate(blocks):
        for other in blocks[k:]:
            if cannot_match(begin[own[1]] - begin[own[1] - 1], begin[other[0] + 1] - begin[other[0]], threshold):
                break
            key = f"{merged.name}-{own[0]:010}-{own[1]:010}-{other[0]:010}-{other[1]:010}"
            found.append(BlockPair(key, str(merged), own, other, threshold, limit // 4))
    return found


def compare_blocks(task: BlockPair, place: Path) -> None:
    """Write the pairs of places whose sets, in two blocks or in one, are alike."""
    merged = Path(task.merged)
    types = read_about(merged)["types"]
    own = _block(merged, *task.own)
    other = own if task.other == task.own else _block(merged, *task.other)
    contents = distinct(np.append(own.content, other.content))
    begin, copies = _copies_of(merged, contents)
    units, places = np.unique(copies, return_inverse=True)
    found = PlacePairs(begin, places)
    for one, two, similarity in join(own, [other], task.threshold, types, itself=other is own, room=task.room):
        found.add(np.searchsorted(contents, one), np.searchsorted(contents, two), similarity)
        if len(found) > task.room:
            _write_pairs(place, found, units)
    _write_pairs(place, found, units)
    _write_counts(place, found, units)


def _block(merged: Path, low: int, stop: int) -> Sets:
    """The sets from `low` to before `stop`, in memory."""
    unit, begin, items = (column(merged / "sets", name) for name in ("unit", "begin", "items"))
    own = begin[low : stop + 1]
    return Sets(np.array(unit[low:stop]), own - own[0], np.array(items[own[0] : own[-1]]))


def _copies_of(merged: Path, contents: Ids) -> tuple[Ints, Ids]:
    """All places of contents, each given by its first place: where those of each begin, and the places."""
    first, unit = (column(merged / "copies", name) for name in ("first", "unit"))
    low, stop = (np.searchsorted(first, contents, side) for side in ("left", "right"))
    several = stop > low
    length = np.where(several, stop - low, 1)
    places = np.repeat(contents, length)
    places[np.repeat(several, length)] = unit[run_begins(np.append(low[several], 0), length[several])]
    return offsets_of(length), places


def _write_pairs(place: Path, found: PlacePairs, units: Ids) -> None:
    """Write the pairs that `found` holds, and take them out of it; place k is ``units[k]``."""
    a, b, similarity = found.take()
    if len(a):
        number = len(list(place.glob("*.parquet")))
        write_shard(place / f"{number:06d}.parquet", a=units[a], b=units[b], similarity=similarity)


def _write_counts(place: Path, found: PlacePairs, units: Ids) -> None:
    """Write ``earlier`` and ``closest``, see `is_listed`, of the places that are in a pair."""
    near = np.flatnonzero(found.closest != NONE)
    write_columns(place / "near", unit=units[near], earlier=found.earlier[near], closest=units[found.closest[near]])


def sort_pairs(task: Sorting, place: Path) -> None:
    """Write the pairs that are rows of the table, in its order, to ``pairs.parquet``.

    ``near``: ``earlier`` and ``closest`` of each place, see `is_listed`, and ``left``: how many earlier places it is
    not listed with.
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
                listed = is_listed(a, b, earlier, closest)
                np.subtract.at(left, b[listed], 1)
                pairs.write_batch(batch.filter(pa.array(listed)))
    write_about(place, omitted=int(left.sum()))


def _rows(corpus: Numbered, ordered: Path, pairs: pa.RecordBatch) -> pa.RecordBatch:
    """The rows of the table for pairs of places."""
    units = corpus.whole / "all"
    names = texts_of(units)
    document, start, end = (column(units, name) for name in ("document", "start", "end"))
    _, rows, documents = zip(*corpus.about["shards"], strict=True)  # the first ones of each shard
    a, b, similarity = (values.to_numpy() for values in pairs.columns)
    columns: list[Any] = []
    for places in (a, b):
        numbers = document[places] + np.array(documents)[np.searchsorted(rows, places, side="right") - 1]
        columns += names.take(pa.array(numbers)).cast(pa.string()), start[places], end[places]
    closest, left = (column(ordered / "near", name) for name in ("closest", "left"))
    columns += similarity, np.where(closest[b] == a, left[b], 0)
    arrays = [pa.array(values).cast(kind) for values, kind in zip(columns, NEAR.types, strict=True)]
    return pa.record_batch(arrays, schema=NEAR)
