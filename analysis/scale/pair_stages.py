"""The stages on the way to document pairs: what each reads from the one before, and leaves in a folder for the next."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analysis.redundancy.pair_lists import Numbers, cut
from analysis.redundancy.pair_sums import summed, trimmed
from analysis.redundancy.reuse import FEWEST, is_reuse
from analysis.scale.names import named
from analysis.scale.pair_common import write_common, write_widest
from analysis.scale.pair_join import Records, gathered, lists, records
from analysis.scale.pair_keys import keyed_shingles
from analysis.scale.pair_table import Documents, Pairs, write_run
from analysis.scale.pairing import Listing
from analysis.scale.partitions import Partition
from analysis.scale.problems import parts_told
from analysis.scale.shuffle import (
    column,
    column_rows,
    parts_in,
    read_about,
    read_slices,
    share,
    slice_sizes,
    text_columns,
    texts_of,
    write_about,
    write_columns,
    write_slices,
)
from analysis.text.tokens import tokenize

READ = 4  # times the shingles in memory at a time: lists that are counted with, of four bytes a document
_LARGEST = 1 << 31  # documents: a bit of each number is taken, see `pair_lists.START`


class Plan(NamedTuple):
    """How the work is cut: into so many buckets of keys, and blocks of so many documents.

    ``listing``: the folder that `listed` made; ``limit``: shingles or pairs that are in memory at a time, about.
    """

    key: str
    listing: str
    buckets: int
    per_block: int
    documents: int
    limit: int

    @property
    def blocks(self) -> int:
        return -(-self.documents // self.per_block)


class Dividing(NamedTuple):
    """That it is to be told where in each part the keys of each bucket stand."""

    key: str
    plan: Plan


class Bucket(NamedTuple):
    """That the documents with the same shingles are to be found, for one range of keys; ``divided``: what `divided`
    made."""

    key: str
    plan: Plan
    divided: str
    number: int


class Weighing(NamedTuple):
    """That the shingles of each document are to be counted: the folders that `joined` made."""

    key: str
    plan: Plan
    joins: tuple[str, ...]


class Span(NamedTuple):
    """That pairs are to be counted whose first document is from `first` to before `stop`, all in the blocks given.

    ``weighed``: the folder that `weighed` made, in which the names of those of `joined` stand; ``threshold``: the
    share that one document has of the other's shingles, at least, or None.
    """

    key: str
    plan: Plan
    weighed: str
    blocks: tuple[int, int]
    first: int
    stop: int
    threshold: float | None


def shingled(partition: Partition, place: Path) -> None:
    """The shingles of a partition's documents by key, part by part, with the documents' names and dates."""
    for number, corpus in enumerate(parts_told(partition, place)):
        high, low, document, sizes = keyed_shingles(tokenize(corpus, **dict(partition.options)))
        part = place / f"{number:06d}"
        write_columns(part, high=high, low=low, document=document, sizes=sizes)
        write_columns(part, dates=corpus.documents["date"].to_numpy(dtype="datetime64[s]"))
        write_columns(part, **text_columns(corpus.documents["doc_id"].tolist()))


def listed(task: Listing, place: Path) -> None:
    """The documents of all parts in a row, and which number the first one of each part has."""
    parts = [part for folder in map(Path, task.folders) for part in parts_in(folder, "sizes")]
    counts = [len(column(part, "sizes")) for part in parts]
    total = sum(counts)
    if total >= _LARGEST:
        raise ValueError(f"{total:,} documents are too many: pairs can be found among {_LARGEST - 1:,}")
    bases = np.append(0, np.cumsum(counts, dtype=np.int64)).tolist()
    for name, kind in (("sizes", np.int64), ("dates", "datetime64[s]")):
        whole = np.lib.format.open_memmap(place / f"{name}.npy", "w+", kind, (total,))
        for base, count, part in zip(bases, counts, parts, strict=False):
            whole[base : base + count] = column(part, name)
        whole.flush()
    ends = np.lib.format.open_memmap(place / "ends.npy", "w+", np.int64, (total + 1,))
    with (place / "letters").open("wb") as letters:
        for base, count, part in zip(bases, counts, parts, strict=False):
            ends[base : base + count + 1] = letters.tell() + column(part, "ends")
            letters.write(column(part, "letters").tobytes())
    ends.flush()
    known = [[str(part), base] for part, base in zip(parts, bases, strict=False)]
    write_about(place, parts=known, documents=total, shingles=sum(len(column(part, "high")) for part in parts))


def divided(task: Dividing, place: Path) -> None:
    """Where the keys of each bucket, and behind the last one's the end, stand in each part: (buckets + 1, parts)."""
    plan = task.plan
    parts = read_about(Path(plan.listing))["parts"]
    lowest = np.array([share(number, plan.buckets)[0] for number in range(plan.buckets)], dtype=np.uint64)
    whole = np.lib.format.open_memmap(place / "bounds.npy", "w+", np.int64, (plan.buckets + 1, len(parts)))
    for number, (part, _) in enumerate(parts):
        high = column(Path(part), "high")
        whole[:-1, number] = np.searchsorted(high, lowest)
        whole[-1, number] = len(high)
    whole.flush()


def joined(task: Bucket, place: Path) -> None:
    """The documents of each shingle in a bucket, for each block of documents; and those of shingles put aside."""
    plan = task.plan

    def put_aside(document: Numbers) -> None:
        if len(document):
            document = np.sort(document)
            write_slices(place, "aside", document, np.bincount(document // plan.per_block, minlength=plan.blocks))

    found = gathered(_records(task), plan.limit, put_aside)
    write_common(place, found)
    for members, block in lists(found, plan.per_block, plan.limit):
        write_slices(place, "lists", members, np.bincount(block, minlength=plan.blocks))


def weighed(task: Weighing, place: Path) -> None:
    """How many shingles each document has that are not put aside; which ones are; how long each block's lists are."""
    plan, joins = task.plan, [Path(join) for join in task.joins]
    sizes = np.lib.format.open_memmap(place / "sizes.npy", "w+", np.int64, (plan.documents,))
    given = np.load(Path(plan.listing, "sizes.npy"), mmap_mode="r")
    aside = slice_sizes(joins, "aside", plan.blocks)
    for first, stop in cut(aside, plan.limit):
        own = slice(first * plan.per_block, stop * plan.per_block)
        sizes[own] = given[own]
        for document in read_slices(joins, "aside", first, stop):
            sizes[own] -= np.bincount(document - np.uint32(own.start), minlength=len(given[own]))
    sizes.flush()
    np.save(place / "volumes.npy", slice_sizes(joins, "lists", plan.blocks))
    write_about(place, joins=task.joins, common=write_widest(place, joins))


def paired(task: Span, place: Path) -> None:
    """The pairs held to be reuse whose first document is in a span, in runs as `pair_table.ordered` wants them."""
    plan = task.plan
    joins = [Path(join) for join in read_about(Path(task.weighed))["joins"]]
    sizes = np.load(Path(task.weighed, "sizes.npy"), mmap_mode="r")
    lists = trimmed(read_slices(joins, "lists", *task.blocks), task.first, task.stop)
    kept: list[Pairs] = []
    waiting = 0
    for a, b, shared in summed(
        lists, task.first, task.stop, least=FEWEST, per_block=plan.per_block, limit=plan.limit // 2
    ):
        size_a, size_b = sizes[a], sizes[b]
        chosen = is_reuse(shared, size_a, size_b)
        if task.threshold is not None:
            chosen &= np.maximum(shared / size_a, shared / size_b) >= task.threshold
        kept.append(Pairs(a[chosen], b[chosen], shared[chosen]))
        waiting += int(chosen.sum())
        if waiting > plan.limit // 2:
            write_run(place, _together(kept))
            kept, waiting = [], 0
    if waiting:
        write_run(place, _together(kept))


def spans(plan: Plan, weighed: Path, threshold: float | None) -> list[Span]:
    """All documents, cut so that the lists of each span are `READ` times `plan.limit` long, or a little more."""
    volumes = np.load(weighed / "volumes.npy")
    found = []
    for low, high in cut(volumes, READ * plan.limit):
        first, stop = low * plan.per_block, min(plan.documents, high * plan.per_block)
        pieces = min(stop - first, -(-int(volumes[low:high].sum()) // (READ * plan.limit))) if high - low == 1 else 1
        borders = np.linspace(first, stop, max(1, pieces) + 1).astype(int).tolist()
        for start, end in pairwise(borders):
            about = named(plan.key, str(threshold), str(start), str(end))
            found.append(Span(about, plan, str(weighed), (low, high), start, end, threshold))
    return found


def opened(listing: Path, weighed: Path) -> Documents:
    """The documents that `listed` numbered and `weighed` counted the shingles of; they stay on disk."""
    ends = np.load(listing / "ends.npy", mmap_mode="r")
    letters = np.memmap(listing / "letters", dtype=np.uint8, mode="r")
    dates = np.load(listing / "dates.npy", mmap_mode="r")
    return Documents(texts_of(ends, letters), dates, np.load(weighed / "sizes.npy", mmap_mode="r"))


def _records(task: Bucket) -> Iterator[Records]:
    """The records of a bucket, part by part: the keys whose first half is in its share of all numbers."""
    bounds = np.array(np.load(Path(task.divided, "bounds.npy"), mmap_mode="r")[task.number : task.number + 2])
    parts = read_about(Path(task.plan.listing))["parts"]
    for (name, base), first, stop in zip(parts, *bounds.tolist(), strict=True):
        if first < stop:
            own = slice(first, stop)
            high, low, document = (column_rows(Path(name), column, own) for column in ("high", "low", "document"))
            yield records(high, low, document + np.uint32(base))


def _together(kept: Sequence[Pairs]) -> Pairs:
    return Pairs(*(np.concatenate(values) for values in zip(*kept, strict=True)))
