"""The stages on the way to document pairs: what each reads from the one before, and leaves in a folder for the next."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

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
    texts_of,
    write_about,
    write_columns,
)
from analysis.engine.database import database, parts_of, scan, write_shard
from analysis.engine.pairing import Listing
from analysis.engine.partitions import Partition, read_texts, shards_told
from analysis.redundancy.reuse import pairs as joins
from analysis.redundancy.reuse.pairs import FEWEST, WIDEST, Ints, is_reuse, keyed
from analysis.text.tokens import offsets_of
from analysis.text.words import find

PER_ROW = 20  # bytes at the peak of counting with a shingle of a document that others have too
LISTED = 1_000  # common shingles whose words are found: the most widespread ones
_LARGEST = 1 << 31  # documents
_PER_BUCKET = 40  # bits by which the keys of a bucket are numbered apart from those of others


class Plan(NamedTuple):
    """How the work is cut: into buckets of keys, and blocks of documents."""

    key: str
    listing: str  # the folder that `listed` made
    buckets: int
    per_block: int  # documents
    documents: int
    memory: int  # bytes that a task may take beside what each process needs
    threads: int  # of the engine

    @property
    def blocks(self) -> int:
        return -(-self.documents // self.per_block)


class Bucket(NamedTuple):
    """One range of keys, of which the documents that share a shingle are found."""

    key: str
    plan: Plan
    number: int


class Gathering(NamedTuple):
    """The folders that `joined` made of all buckets, or `paired` of all blocks, from which one result is made."""

    key: str
    plan: Plan
    folders: tuple[str, ...]


class Block(NamedTuple):
    """A block of documents, whose pairs with all later ones are counted."""

    key: str
    plan: Plan
    weighed: str  # the folder that `weighed` made
    number: int
    threshold: float | None  # the share that one document has of the other's shingles, at least


class Wording(NamedTuple):
    """A partition in which the words of common shingles are found; their keys are in the folder `weighed`."""

    key: str
    partition: Partition
    weighed: str


class Documents(NamedTuple):
    """All documents of a corpus, on disk: names, days (NaT where unknown) and sizes in shingles."""

    names: pa.Array
    dates: NDArray[np.datetime64]
    sizes: Ints


def shingled(partition: Partition, place: Path) -> None:
    """The shingles of a partition's documents by key, shard by shard, with the documents' names and dates."""
    for number, corpus in enumerate(shards_told(partition, place)):
        found = keyed(find(corpus, **dict(partition.options)))
        shard = place / f"{number:06d}"
        write_shard(shard.with_suffix(".parquet"), high=found.high, low=found.low, document=found.document)
        write_columns(shard, sizes=found.sizes, dates=corpus.documents["date"].to_numpy(dtype="datetime64[s]"))
        write_columns(shard, **text_columns(corpus.documents["doc_id"].tolist()))


def listed(task: Listing, place: Path) -> None:
    """The documents of all shards in a row, and which number the first one of each shard has."""
    shards = [shard for folder in map(Path, task.folders) for shard in shards_in(folder, "sizes")]
    bases = offsets_of([len(column(shard, "sizes")) for shard in shards]).tolist()
    if bases[-1] >= _LARGEST:
        raise ValueError(f"{bases[-1]:,} documents are too many: pairs can be found among {_LARGEST - 1:,}")
    if shards:
        join_columns(shards, place / "all", "sizes", "dates")
        join_texts(shards, place / "all")
    known = [[str(shard), base] for shard, base in zip(shards, bases, strict=False)]
    shingles = sum(int(column(shard, "sizes").sum()) for shard in shards)
    write_about(place, shards=known, documents=bases[-1], shingles=shingles)


def joined(task: Bucket, place: Path) -> None:
    """The documents of each shingle in a bucket, for each block of documents; and the shingles that are too common.

    ``common.parquet``: their keys; ``aside.parquet``: how many shingles of each document they are.
    """
    plan = task.plan
    shards = read_about(Path(plan.listing))["shards"]
    files = scan([Path(shard).with_suffix(".parquet") for shard, _ in shards])
    low, high = ((1 << 64) * number // plan.buckets for number in (task.number, task.number + 1))
    own = f"high BETWEEN CAST({low} AS UBIGINT) AND CAST({high - 1} AS UBIGINT)"
    shingles = (
        f"(SELECT high, low, document + base AS document FROM {files} JOIN shards USING (file_index) WHERE {own})"
    )
    with database(memory=plan.memory, threads=plan.threads, folder=place) as engine:
        bases = np.array([base for _, base in shards], dtype=np.uint32)
        engine.relate("shards", file_index=np.arange(len(bases), dtype=np.uint64), base=bases)
        joins.group(engine, shingles, WIDEST)
        engine.write(joins.COMMON, place / "common.parquet")
        engine.write(joins.ASIDE, place / "aside.parquet")
        members = joins.members(shingles, base=task.number << _PER_BUCKET)
        if plan.blocks == 1:
            (place / "members" / "block=0").mkdir(parents=True)
            engine.write(members, place / "members" / "block=0" / "all.parquet")
        else:
            engine.run(f"CREATE TABLE members AS {members}")
            engine.write(joins.in_blocks("members", plan.per_block), place / "members", by="block")


def weighed(task: Gathering, place: Path) -> None:
    """How many shingles each document has without the common ones, and which of these are most widespread."""
    plan, folders = task.plan, [Path(folder) for folder in task.folders]
    sizes = new_column(place / "all", "sizes", np.int64, plan.documents)
    sizes[:] = column(Path(plan.listing, "all"), "sizes")
    with database(memory=plan.memory, threads=plan.threads, folder=place) as engine:
        aside, common = (scan([own / f"{name}.parquet" for own in folders]) for name in ("aside", "common"))
        for batch in engine.batches(f"SELECT document, aside FROM {aside}"):
            np.subtract.at(sizes, *(values.to_numpy() for values in batch.columns))
        best = f"SELECT * FROM {common} ORDER BY documents DESC, high, low LIMIT {LISTED}"
        engine.write(best, place / "widest.parquet")
        total = int(engine.columns(f"SELECT count(*) AS total FROM {common}")["total"][0])
    write_about(place, joins=task.folders, common=total)


def paired(task: Block, place: Path) -> None:
    """The pairs held to be reuse whose first document is in a block."""
    plan = task.plan
    folders = map(Path, read_about(Path(task.weighed))["joins"])
    buckets = [files for folder in folders if (files := parts_of(folder / "members", "block", task.number))]
    total = sum(pq.read_metadata(file).num_rows for files in buckets for file in files)
    sizes = column(Path(task.weighed, "all"), "sizes")
    first = task.number * plan.per_block
    stop = min(plan.documents, first + plan.per_block)
    number = 0
    for low, high in joins.ranges(first, stop, total, plan.memory // PER_ROW):
        chunks = [partial(_members, files) for files in buckets]
        for a, b, shared in joins.counted(chunks, low, high, least=FEWEST, threads=plan.threads):
            chosen = is_reuse(shared, sizes[a], sizes[b])
            if task.threshold is not None:
                chosen &= np.maximum(shared / sizes[a], shared / sizes[b]) >= task.threshold
            if chosen.any():
                write_shard(place / f"{number:06d}.parquet", a=a[chosen], b=b[chosen], shared=shared[chosen])
                number += 1


def _members(files: Sequence[Path]) -> joins.Members:
    """The numbers of a bucket's keys, and the documents that have them, as `joined` left them for a block."""
    table = pa.concat_tables([pq.read_table(file, partitioning=None) for file in files])
    return table["number"].to_numpy(), table["document"].to_numpy()


def ordered(task: Gathering, place: Path) -> None:
    """All pairs in the order of the table, in ``pairs.parquet``: those that share most first, then by a and b."""
    files = [file for block in map(Path, task.folders) for file in sorted(block.glob("*.parquet"))]
    pairs = scan(files) if files else "(SELECT 0 AS a, 0 AS b, 0 AS shared WHERE false)"
    with database(memory=task.plan.memory, threads=task.plan.threads, folder=place) as engine:
        engine.write(f"SELECT a, b, shared FROM {pairs} ORDER BY shared DESC, a, b", place / "pairs.parquet")


def worded(task: Wording, place: Path) -> None:
    """The words of the most widespread shingles that a partition has, by their place among these."""
    high, low, _ = widest(Path(task.weighed))
    found: dict[int, str] = {}
    for corpus in read_texts(task.partition):
        found |= joins.wordings(find(corpus, **dict(task.partition.options)), high, low)
    (place / "words.json").write_text(json.dumps(found), encoding="utf-8")


def widest(weighed: Path) -> tuple[joins.Keys, joins.Keys, pa.Table]:
    """The halves of the keys that `weighed` listed, and ``documents`` and ``first`` of each."""
    table = pq.read_table(weighed / "widest.parquet", partitioning=None)
    return table["high"].to_numpy(), table["low"].to_numpy(), table.select(["documents", "first"])


def documents_of(listing: Path, weighed: Path) -> Documents:
    """The documents that `listed` numbered and `weighed` counted the shingles of; they stay on disk."""
    listed = listing / "all"
    return Documents(texts_of(listed), column(listed, "dates"), column(weighed / "all", "sizes"))


def wordings(pieces: Sequence[Partition], starts: Sequence[int], weighed: Path) -> list[Wording]:
    """The partitions in which such a shingle appears first; `starts` are the numbers of their first documents."""
    first = np.unique(widest(weighed)[2]["first"].to_numpy())
    chosen = np.unique(np.searchsorted(np.asarray(starts), first.astype(np.int64), side="right") - 1)
    return [Wording(f"{weighed.name}-{k:06d}", pieces[k], str(weighed)) for k in chosen.tolist()]
