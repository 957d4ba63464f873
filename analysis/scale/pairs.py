"""The pairs of documents that share text, in a corpus that need not fit in memory or on one machine."""

import json
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analysis.core.files import whole_file
from analysis.core.jobs import digest
from analysis.core.resources import BASE
from analysis.engine.columns import column, new_column, read_about, text_columns, texts_of, write_about, write_columns
from analysis.engine.database import database, parts_of, scan, write_shard
from analysis.engine.pairing import Numbered, numbered_corpus
from analysis.engine.partitions import Partition, logged_shards, read_texts
from analysis.engine.tables import write_rows
from analysis.redundancy.reuse import pairs as joins
from analysis.redundancy.reuse.borrowing import SIDES
from analysis.redundancy.reuse.pairs import FEWEST, WIDEST, Ints, is_reuse, keyed, shares
from analysis.text.words import find

PER_SHINGLE = 40  # bytes at the peak of grouping a shingle of a document, beside what the engine puts on disk
PER_ROW = 20  # bytes at the peak of counting with a shingle of a document that others have too
BATCH = 1 << 16  # pairs of which the rows are made at a time
LEAST = 50 * 10**6  # bytes for a task, however small the memory
LISTED = 1_000  # common shingles whose words are found: the most widespread ones
_PER_BUCKET = 40  # bits by which the key numbers of a bucket are set apart from those of others

PAIRS = pa.schema(
    [("a", pa.string()), ("b", pa.string()), ("shared", pa.int64())]
    + [(name, pa.float64()) for name in ("containment_a", "containment_b", "jaccard")]
    + [("earlier", pa.string())]
)
COMMON = pa.schema([("shingle", pa.string()), ("documents", pa.int64())])


class Found(NamedTuple):
    """Number of documents, pairs, common shingles (in more than 200 documents) and problems in reading."""

    documents: int
    pairs: int
    common: int
    problems: int


def pairs(
    corpora: Sequence[str | Path],
    out: str | Path,
    *,
    memory: int,
    threshold: float | None = None,
    **options: Any,
) -> Found:
    """Write the pairs of documents held to be reuse, in one corpus or several, to `out` (.parquet or .csv).

    The rows are those of `document_pairs` for all documents together, in its order: ``a``, ``b``, ``shared``,
    ``containment_a``, ``containment_b``, ``jaccard``; and ``earlier`` as in `directions`. With a `threshold` only those
    of which one document has that share of its shingles in the other. The file is the same, byte for byte, whatever
    `memory` (bytes of all processes on this machine, or of each worker of a dask `client`) and the number of processes.
    A call that follows an interrupted one resumes it, from `work_folder`, to which `work` goes. The other `options` are
    ``progress`` and the parameters of `read_corpus` and `tokenize`. Beside `out` are written ``<stem>.problems.csv``
    (path, reason), if there are any, and ``<stem>.common.csv``: the thousand most widespread of the common shingles, as
    in `common_shingles`.

    Shingles are compared by 128-bit keys; `redundancy.reuse.pairs.keyed` gives the odds of a false match. Each range of
    keys (bucket) is grouped by key; then the pairs of each block of documents are counted. Keys in more than 200
    documents are counted and never joined. Until the table is whole the disk holds at most some 20 bytes for each
    different shingle of each document, and 4 for each pair that shares it.

    Raises `CorpusError` and `ValueError` as `partitions` does; `CorpusError` where no document can be read, and
    `ValueError` for a threshold that is not above 0 and at most 1.
    """
    if threshold is not None and not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold:g}: give a share above 0 and up to 1, such as 0.8")
    target = Path(out)
    with numbered_corpus(
        corpora,
        target,
        tables=[common_of(target)],
        task=lambda piece: piece,
        read=read_shingles,
        columns=("sizes", "dates"),
        unit="document",
        memory=memory,
        **options,
    ) as corpus:
        run, plan = corpus.run, _plan(corpus.whole, max(LEAST, memory - BASE), corpus.plan.cores)
        buckets = [Bucket(f"{plan.key}-{k:06d}", plan, k) for k in range(plan.buckets)]
        groups = tuple(map(str, run(group_bucket, buckets, cores=1, what="joining")))
        [counts] = run(count_shingles, [Results(plan.key, plan, groups)], what="counting shingles")
        key = digest(plan.key, str(threshold))
        blocks = [Block(f"{key}-{k:06d}", plan, str(counts), k, threshold) for k in range(plan.blocks)]
        found = tuple(map(str, run(pair_block, blocks, cores=1, what="pairing")))
        [ordered] = run(sort_pairs, [Results(key, plan, found)], what="sorting")
        words = run(find_words, _word_tasks(corpus, counts), what="common words")
        with whole_file(common_of(target)) as place:
            write_rows([_common_rows(counts, words)], COMMON, place)
        documents = Documents(
            texts_of(corpus.whole / "all"), column(corpus.whole / "all", "dates"), column(counts / "all", "sizes")
        )
        with pq.ParquetFile(ordered / "pairs.parquet") as file:
            batches = (rows(documents, batch) for batch in file.iter_batches(BATCH))
            written = corpus.write(batches, file.metadata.num_rows, PAIRS)
        return Found(corpus.about["documents"], written, read_about(counts)["common"], corpus.problems)


def common_of(out: Path) -> Path:
    """The table of the most common shingles beside the table `out`."""
    return out.with_name(f"{out.stem}.common.csv")


class Plan(NamedTuple):
    """How the work is divided: into buckets of keys, and blocks of documents."""

    key: str
    whole: str  # the folder that `concatenate` made
    buckets: int
    per_block: int  # documents
    documents: int
    memory: int  # bytes that a task may take beside what each process needs
    threads: int  # of the engine

    @property
    def blocks(self) -> int:
        return -(-self.documents // self.per_block)


class Bucket(NamedTuple):
    """A range of keys, to be grouped."""

    key: str
    plan: Plan
    number: int


class Results(NamedTuple):
    """The folders of all buckets or blocks, to be combined."""

    key: str
    plan: Plan
    folders: tuple[str, ...]


class Block(NamedTuple):
    """A block of documents, whose pairs with all later documents are counted."""

    key: str
    plan: Plan
    counts: str  # the folder that `count_shingles` made
    number: int
    threshold: float | None  # the share that one document has of the other's shingles, at least


class WordTask(NamedTuple):
    """A partition in which the words of common shingles are found; their keys are in the folder `counts`."""

    key: str
    partition: Partition
    counts: str


class Documents(NamedTuple):
    """All documents of a corpus, on disk: names, days (NaT where unknown) and sizes in shingles."""

    names: pa.Array
    dates: NDArray[np.datetime64]
    sizes: Ints


def _plan(whole: Path, memory: int, threads: int) -> Plan:
    """Choose the largest buckets and blocks that fit in `memory`: the larger the blocks, the fewer need a key."""
    documents = read_about(whole)["documents"]
    shingles = int(column(whole / "all", "sizes").sum())
    buckets = max(1, -(-shingles * PER_SHINGLE // memory))
    per_block = max(1, min(documents, memory // PER_ROW * documents // max(1, shingles)))
    key = digest(whole.name, str(buckets), str(per_block))
    return Plan(key, str(whole), buckets, per_block, documents, memory, threads)


def read_shingles(partition: Partition, place: Path) -> None:
    """Write the shingles of each document as keys, shard by shard, with the documents' names and dates."""
    for number, corpus in enumerate(logged_shards(partition, place)):
        found = keyed(find(corpus, **dict(partition.options)))
        shard = place / f"{number:06d}"
        write_shard(shard.with_suffix(".parquet"), high=found.high, low=found.low, document=found.document)
        write_columns(shard, sizes=found.sizes, dates=corpus.documents["date"].to_numpy(dtype="datetime64[s]"))
        write_columns(shard, **text_columns(corpus.documents["doc_id"].tolist()))


def group_bucket(task: Bucket, place: Path) -> None:
    """Write the documents of each key in a bucket, for each block of documents; and the keys that are too common.

    ``common.parquet``: those keys; ``aside.parquet``: how many of them each document has.
    """
    plan = task.plan
    shards = read_about(Path(plan.whole))["shards"]
    files = scan([Path(shard).with_suffix(".parquet") for shard, *_ in shards])
    low, high = ((1 << 64) * number // plan.buckets for number in (task.number, task.number + 1))
    own = f"high BETWEEN CAST({low} AS UBIGINT) AND CAST({high - 1} AS UBIGINT)"
    shingles = (
        f"(SELECT high, low, document + base AS document FROM {files} JOIN shards USING (file_index) WHERE {own})"
    )
    with database(memory=plan.memory, threads=plan.threads, folder=place) as engine:
        bases = np.array([base for _, base, _ in shards], dtype=np.uint32)
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


def count_shingles(task: Results, place: Path) -> None:
    """Write how many shingles each document has without the common ones, and the most widespread of these."""
    plan, folders = task.plan, [Path(folder) for folder in task.folders]
    sizes = new_column(place / "all", "sizes", np.int64, plan.documents)
    sizes[:] = column(Path(plan.whole, "all"), "sizes")
    with database(memory=plan.memory, threads=plan.threads, folder=place) as engine:
        aside, common = (scan([own / f"{name}.parquet" for own in folders]) for name in ("aside", "common"))
        for batch in engine.batches(f"SELECT document, aside FROM {aside}"):
            np.subtract.at(sizes, *(values.to_numpy() for values in batch.columns))
        widest = f"SELECT * FROM {common} ORDER BY documents DESC, high, low LIMIT {LISTED}"
        engine.write(widest, place / "widest.parquet")
        total = int(engine.columns(f"SELECT count(*) AS total FROM {common}")["total"][0])
    write_about(place, groups=task.folders, common=total)


def pair_block(task: Block, place: Path) -> None:
    """Write the pairs held to be reuse whose first document is in a block."""
    plan, counts = task.plan, Path(task.counts)
    buckets = [
        files
        for folder in read_about(counts)["groups"]
        if (files := parts_of(Path(folder, "members"), "block", task.number))
    ]
    total = sum(pq.read_metadata(file).num_rows for files in buckets for file in files)
    sizes = column(counts / "all", "sizes")
    first = task.number * plan.per_block
    stop = min(plan.documents, first + plan.per_block)
    number = 0
    for low, high in joins.ranges(first, stop, total, plan.memory // PER_ROW):
        chunks = [partial(_members, files) for files in buckets]
        for a, b, shared in joins.count_chunks(chunks, low, high, least=FEWEST, threads=plan.threads):
            chosen = is_reuse(shared, sizes[a], sizes[b])
            if task.threshold is not None:
                chosen &= np.maximum(shared / sizes[a], shared / sizes[b]) >= task.threshold
            if chosen.any():
                write_shard(place / f"{number:06d}.parquet", a=a[chosen], b=b[chosen], shared=shared[chosen])
                number += 1


def _members(files: Sequence[Path]) -> joins.Members:
    """The key numbers of a bucket that a block needs, and the documents that have them."""
    table = pa.concat_tables([pq.read_table(file, partitioning=None) for file in files])
    return table["number"].to_numpy(), table["document"].to_numpy()


def sort_pairs(task: Results, place: Path) -> None:
    """Write the pairs of all blocks to ``pairs.parquet``: those that share most first, then by a and b."""
    files = [file for block in map(Path, task.folders) for file in sorted(block.glob("*.parquet"))]
    found = scan(files) if files else "(SELECT 0 AS a, 0 AS b, 0 AS shared WHERE false)"
    with database(memory=task.plan.memory, threads=task.plan.threads, folder=place) as engine:
        engine.write(f"SELECT a, b, shared FROM {found} ORDER BY shared DESC, a, b", place / "pairs.parquet")


def _word_tasks(corpus: Numbered, counts: Path) -> list[WordTask]:
    """The partitions in which one of the most widespread shingles appears first."""
    paths, bases, _ = zip(*corpus.about["shards"], strict=True)
    first = pq.read_table(counts / "widest.parquet", partitioning=None)["first"].to_numpy().astype(np.int64)
    shards = np.unique(np.searchsorted(bases, first, side="right") - 1).tolist()
    folders = {Path(paths[shard]).parent for shard in shards}
    return [
        WordTask(f"{counts.name}-{number:06d}", piece, str(counts))
        for number, (piece, folder) in enumerate(zip(corpus.pieces, corpus.read, strict=True))
        if folder in folders
    ]


def find_words(task: WordTask, place: Path) -> None:
    """Write the words of the most widespread shingles that a partition has, by their row in ``widest.parquet``."""
    table = pq.read_table(Path(task.counts, "widest.parquet"), partitioning=None)
    high, low = table["high"].to_numpy(), table["low"].to_numpy()
    found: dict[int, str] = {}
    for corpus in read_texts(task.partition):
        found |= joins.wordings(find(corpus, **dict(task.partition.options)), high, low)
    (place / "words.json").write_text(json.dumps(found), encoding="utf-8")


def _common_rows(counts: Path, places: Iterable[Path]) -> pa.RecordBatch:
    """The most widespread shingles, as `common_shingles` lists them: ``shingle``, ``documents``."""
    documents = pq.read_table(counts / "widest.parquet", partitioning=None)["documents"].to_pylist()
    words: dict[str, str] = {}
    for place in places:
        words |= json.loads((place / "words.json").read_text(encoding="utf-8"))
    table = sorted(
        ((words[str(number)], count) for number, count in enumerate(documents)), key=lambda row: (-row[1], row[0])
    )
    return pa.record_batch([[word for word, _ in table], [count for _, count in table]], schema=COMMON)


def rows(documents: Documents, found: pa.RecordBatch) -> pa.RecordBatch:
    """The rows of the table for pairs ``a``, ``b``, ``shared`` of document numbers."""
    first, second, shared = (column.to_numpy() for column in found.columns)
    names = (documents.names.take(numbers).cast(pa.string()) for numbers in found.columns[:2])
    a, b = documents.dates[first], documents.dates[second]
    earlier = np.select([a < b, b < a], list(SIDES), "unknown")
    columns = shares(shared, documents.sizes[first], documents.sizes[second])
    return pa.record_batch([*names, shared, *columns.values(), pa.array(earlier, pa.string())], schema=PAIRS)
