"""The pairs of documents that share text, in a corpus that need not fit in memory or on one machine."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.core.files import whole_file
from analysis.core.jobs import digest
from analysis.core.resources import BASE
from analysis.engine.columns import read_about
from analysis.engine.pairing import numbered
from analysis.engine.tables import write_rows
from analysis.redundancy.reuse.borrowing import SIDES
from analysis.redundancy.reuse.pairs import shares
from analysis.scale import pair_stages as stages

PER_SHINGLE = 40  # bytes at the peak of grouping a shingle of a document, beside what the engine puts on disk
BATCH = 1 << 16  # pairs of which the rows are made at a time
LEAST = 50 * 10**6  # bytes for a task, however small the memory

PAIRS = pa.schema(
    [("a", pa.string()), ("b", pa.string()), ("shared", pa.int64())]
    + [(name, pa.float64()) for name in ("containment_a", "containment_b", "jaccard")]
    + [("earlier", pa.string())]
)
COMMON = pa.schema([("shingle", pa.string()), ("documents", pa.int64())])


class Found(NamedTuple):
    """What was found: documents, pairs, common shingles (in more than 200 documents), problems in reading."""

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
    ``containment_a``, ``containment_b``, ``jaccard``; and ``earlier`` as `directions` has it. With a `threshold` only
    those of which one document has that share of its shingles in the other. The file is the same, byte for byte,
    whatever `memory` (bytes of all processes on this machine, of each worker with a dask `client`) and the number of
    processes, and after an interruption, from which a second call goes on: see `work_folder`, to which `work` goes.
    The other `options` are ``progress`` and the parameters of `read_corpus` and `tokenize`. Beside `out` are
    ``<stem>.problems.csv``, path and reason, where there are problems; and ``<stem>.common.csv``, the thousand most
    widespread of the common shingles, with in how many documents each is: as `common_shingles` has them.

    Shingles are compared by 128-bit keys, see `redundancy.pairs.keyed` for how unlikely a false one is. The keys are
    cut into ranges, in each of which the documents that share a key are joined; then the documents are cut into blocks,
    in each of which the pairs are counted. Keys in more than 200 documents are counted and never joined. On disk there
    are at the most some 20 bytes for each different shingle of each document, and 4 for each pair that shares it, until
    the table is whole.

    Raises `CorpusError` and `ValueError` as `partitions` does; the first where no document can be read, too, the other
    for a threshold that is no share above 0.
    """
    if threshold is not None and not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold:g}: give a share above 0 and up to 1, such as 0.8")
    target = Path(out)
    with numbered(
        corpora,
        target,
        tables=[common_of(target)],
        task=lambda piece: piece,
        reading_stage=stages.shingled,
        listing_stage=stages.listed,
        memory=memory,
        **options,
    ) as corpus:
        run, cut = corpus.run, _plan(corpus.listing, corpus.about, max(LEAST, memory - BASE), corpus.plan.cores)
        buckets = [stages.Bucket(f"{cut.key}-{k:06d}", cut, k) for k in range(cut.buckets)]
        joins = tuple(map(str, run(stages.joined, buckets, cores=1, what="joining")))
        [weighed] = run(stages.weighed, [stages.Gathering(cut.key, cut, joins)], what="weighing")
        own = digest(cut.key, str(threshold))
        blocks = [stages.Block(f"{own}-{k:06d}", cut, str(weighed), k, threshold) for k in range(cut.blocks)]
        found = tuple(map(str, run(stages.paired, blocks, cores=1, what="pairing")))
        [ordered] = run(stages.ordered, [stages.Gathering(own, cut, found)], what="ordering")
        first = _starts(corpus.read, corpus.about["shards"])
        words = run(stages.worded, stages.wordings(corpus.pieces, first, weighed), what="common words")
        with whole_file(common_of(target)) as place:
            write_rows([_common_rows(weighed, words)], COMMON, place)
        documents = stages.documents_of(corpus.listing, weighed)
        with pq.ParquetFile(ordered / "pairs.parquet") as file:
            batches = (rows(documents, batch) for batch in file.iter_batches(BATCH))
            written = corpus.write(batches, file.metadata.num_rows, PAIRS)
        return Found(corpus.about["documents"], written, read_about(weighed)["common"], corpus.problems)


def common_of(out: Path) -> Path:
    """The table of the most common shingles beside the table `out`."""
    return out.with_name(f"{out.stem}.common.csv")


def _starts(shards: Sequence[Path], numbered: Sequence[tuple[str, int]]) -> list[int]:
    """The number of the first document of each partition; of one without documents that of the next one's."""
    first = {Path(name).parent: base for name, base in reversed(numbered)}
    found: list[int] = []
    after = 1 << 62
    for shard in reversed(shards):
        after = first.get(shard, after)
        found.append(after)
    return found[::-1]


def _plan(listing: Path, about: dict[str, Any], memory: int, threads: int) -> stages.Plan:
    """Buckets and blocks of as many shingles as there is memory for: of larger blocks fewer need what a shingle has."""
    buckets = max(1, -(-about["shingles"] * PER_SHINGLE // memory))
    rows = memory // stages.PER_ROW
    per_block = max(1, min(about["documents"], rows * about["documents"] // max(1, about["shingles"])))
    own = digest(listing.name, str(buckets), str(per_block))
    return stages.Plan(own, str(listing), buckets, per_block, about["documents"], memory, threads)


def rows(documents: stages.Documents, found: pa.RecordBatch) -> pa.RecordBatch:
    """The rows of pairs ``a``, ``b``, ``shared``: the columns of `document_pairs`, and ``earlier`` as `directions`."""
    first, second, shared = (column.to_numpy() for column in found.columns)
    names = (documents.names.take(numbers).cast(pa.string()) for numbers in found.columns[:2])
    a, b = documents.dates[first], documents.dates[second]
    earlier = np.select([a < b, b < a], list(SIDES), "unknown")
    shards = shares(shared, documents.sizes[first], documents.sizes[second])
    return pa.record_batch([*names, shared, *shards.values(), pa.array(earlier, pa.string())], schema=PAIRS)


def _common_rows(weighed: Path, places: Iterable[Path]) -> pa.RecordBatch:
    """The most widespread shingles, as `common_shingles` lists them: ``shingle``, ``documents``."""
    documents = stages.widest(weighed)[2]["documents"].to_pylist()
    words: dict[str, str] = {}
    for place in places:
        words |= json.loads((place / "words.json").read_text(encoding="utf-8"))
    listed = sorted(
        ((words[str(number)], count) for number, count in enumerate(documents)), key=lambda row: (-row[1], row[0])
    )
    return pa.record_batch([[word for word, _ in listed], [count for _, count in listed]], schema=COMMON)
