"""The pairs of documents that share text, in a corpus that need not fit in memory or on one machine."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from analysis.progress import Progress
from analysis.publish.places import whole_file
from analysis.scale import pair_common
from analysis.scale import pair_stages as stages
from analysis.scale.names import named
from analysis.scale.pair_table import PAIRS, Documents, ordered, pairs_in, rows, runs_in
from analysis.scale.partitions import partitions
from analysis.scale.problems import nothing_read, write_problems
from analysis.scale.resources import budget
from analysis.scale.stages import run_stage, work_folder
from analysis.scale.tables import write_rows
from analysis.text.corpus import CorpusError

FEW = 4  # tasks a process: with fewer, starting processes takes longer than the work
PER_CHARACTER = 45  # bytes at the peak of making shingles of a character
PER_SHINGLE = 90  # bytes at the peak of sorting a shingle's records, or of counting with its lists


class Found(NamedTuple):
    """What was found: documents, pairs, shingles put aside (in more than 200 documents), problems in reading."""

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
    client: Any = None,
    work: Path | None = None,
    progress: Progress = lambda what, done, total: None,
    **reading: Any,
) -> Found:
    """Write the pairs of documents held to be reuse, in one corpus or several, to `out` (.parquet or .csv).

    The rows are those of `document_pairs` for all documents together, in its order: ``a``, ``b``, ``shared``,
    ``containment_a``, ``containment_b``, ``jaccard``; and ``earlier`` as `directions` has it. With a `threshold` only
    those of which one document has that share of its shingles in the other. The file is the same, byte for byte,
    whatever `memory` (bytes of all processes on this machine, of each worker with a dask `client`) and the number of
    processes, and after an interruption, from which a second call goes on: see `work_folder`, to which `work` goes.
    `reading` are the parameters of `read_corpus` and `tokenize`. Beside `out` stand ``<stem>.problems.csv``, path and
    reason, where there are problems; and ``<stem>.common.csv``, the thousand most widespread of the shingles that are
    put aside, with in how many documents each is: as `common_shingles` has them.

    Shingles are compared by 128-bit keys, see `keyed_shingles` for how unlikely a false one is. The keys are cut into
    ranges, in each of which the documents that share a key are listed; then the documents are cut into spans, in each
    of which the lists are counted out. Keys in more than 200 documents are counted and never listed. On disk there are
    at the most some 20 bytes for each different shingle of each document, and 4 for each pair that shares it, until
    the table is whole.

    Raises `CorpusError` as `partitions` does and where no document can be read, `ValueError` for a threshold that is
    no share above 0.
    """
    if threshold is not None and not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold:g}: give a share above 0 and up to 1, such as 0.8")
    target = Path(out)
    cores, characters = budget(memory, local=client is None, per_character=PER_CHARACTER)
    limit = characters * PER_CHARACTER // PER_SHINGLE
    pieces = partitions(corpora, characters=characters, **reading)
    with work_folder(target, work) as folder:

        def run(function: Any, tasks: Sequence[Any], what: str) -> list[Path]:
            own = cores if len(tasks) >= FEW * cores or function is stages.shingled else 1
            return run_stage(function, tasks, folder, client=client, cores=own, what=what, progress=progress)

        parts = run(stages.shingled, pieces, "reading")
        key = named(*map(str, parts))
        [listing] = run(stages.listed, [stages.Listing(key, tuple(map(str, parts)))], "numbering")
        about = stages.read_about(listing)
        if not about["documents"]:
            raise CorpusError(nothing_read(corpora, parts))
        problems = write_problems(parts, target)
        plan = _plan(key, listing, about, limit)
        buckets = [stages.Bucket(f"{plan.key}-{k:06d}", plan, k) for k in range(plan.buckets)]
        joins = tuple(map(str, run(stages.joined, buckets, "joining")))
        [weighed] = run(stages.weighed, [stages.Weighing(plan.key, plan, joins)], "weighing")
        runs = runs_in(run(stages.paired, stages.spans(plan, weighed, threshold), "pairing"))
        first = _starts(parts, about["parts"])
        words = run(pair_common.worded, pair_common.wordings(pieces, first, weighed), "common words")
        with whole_file(common_of(target)) as place:
            write_rows([[pair_common.common_rows(weighed, words)]], pair_common.COMMON, place)
        with whole_file(target) as place:
            written = write_rows(_rows(stages.opened(listing, weighed), runs, limit, progress), PAIRS, place)
        return Found(about["documents"], written, stages.read_about(weighed)["common"], problems)


def common_of(out: Path) -> Path:
    """The table of the most common shingles beside the table `out`.

    >>> common_of(Path("pairs.parquet")).name
    'pairs.common.csv'
    """
    return out.with_name(f"{out.stem}.common.csv")


def _starts(parts: Sequence[Path], numbered: Sequence[tuple[str, int]]) -> list[int]:
    """The number of the first document of each partition; of one without documents that of the next one's."""
    first = {Path(name).parent: base for name, base in reversed(numbered)}
    found: list[int] = []
    after = 1 << 62
    for part in reversed(parts):
        after = first.get(part, after)
        found.append(after)
    return found[::-1]


def _plan(key: str, listing: Path, about: dict[str, Any], limit: int) -> stages.Plan:
    """Buckets of half of `limit` shingles, so that a round of putting aside is rare; blocks of as many or fewer."""
    pieces = max(1, -(-2 * int(about["shingles"]) // limit))
    per_block = max(1, int(about["documents"]) // (2 * pieces))
    own = named(key, str(pieces), str(per_block), str(limit))
    return stages.Plan(own, str(listing), pieces, per_block, about["documents"], limit)


def _rows(documents: Documents, runs: Sequence[Path], limit: int, progress: Progress) -> Iterator[list[pa.RecordBatch]]:
    """The rows of the table, with progress told."""
    total, done = pairs_in(runs), 0
    for found in ordered(runs, limit // 4):  # a row is some times as large as the numbers it is made of
        progress("writing", done, total)
        yield [rows(documents, found)]
        done += len(found.a)
    progress("writing", done, total)
