"""How often a corpus of any size uses each word: counts of parts, each in the order of the words, merged."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.core.files import whole_file
from analysis.core.jobs import named, run_stage, work_folder
from analysis.core.progress import Progress
from analysis.core.resources import budget
from analysis.engine.partitions import planned
from analysis.engine.problems import nothing_read, parts_told, problems_of, write_problems
from analysis.engine.tables import pieces_in, stream, write_rows
from analysis.scale.counting import PER_CHARACTER, WordCounting, adjusted
from analysis.scale.sentence_stages import words_once
from analysis.scale.words import find
from analysis.text.corpus import CorpusError

TOTALS = pa.schema([("term", pa.string()), ("count", pa.int64()), ("documents", pa.int64())])

BATCH = 1 << 14  # terms of a run that are in memory at a time
_RUNS = 64  # that are merged at a time


class Merge(NamedTuple):
    """Runs to be merged to one."""

    key: str
    runs: tuple[str, ...]


def totals(
    corpora: Sequence[str | Path],
    out: str | Path,
    *,
    memory: int,
    adjust_for_redundancy: bool = False,
    client: Any = None,
    work: Path | None = None,
    progress: Progress = lambda what, done, total: None,
    **reading: Any,
) -> int:
    """Write how often `corpora` use each word to the table `out`, .csv or else Parquet; how many words there are.

    ``term`` (in the order of code points), ``count`` (of its tokens), ``documents`` (in which it stands): the sums of
    what `analysis.scale.count.count` writes. All else is as there; the vocabulary need not fit in memory either. With
    `adjust_for_redundancy` the counts are what the weights there sum to: n tokens of the weight 1/n come to 1, so they
    are whole numbers, those of the tokens in the different sentences. ``documents`` is the same with and without.
    """
    target = Path(out)
    more = {"per_character": PER_CHARACTER} if adjust_for_redundancy else {}
    plan = budget(memory, local=client is None, **more)
    pieces, plan = planned(corpora, plan, written=(target, problems_of(target)), **reading)
    tasks = [WordCounting(piece.key, piece) for piece in pieces]
    with work_folder(target, work) as folder:
        run = partial(run_stage, folder=folder, client=client, cores=plan.cores, progress=progress)
        if adjust_for_redundancy:
            tasks = adjusted(tasks, run, plan)
        places = run(count_terms, tasks)
        runs = [path for place in places for path in sorted(place.glob("[0-9]*.arrow"))]
        if not runs:
            raise CorpusError(nothing_read(corpora, places))
        write_problems(places, target)
        while len(runs) > _RUNS:
            runs = [place / "0.arrow" for place in run(merge_terms, _merges(runs))]
        with whole_file(target) as place:
            return write_rows(merged([pieces_in(path) for path in runs]), TOTALS, place)


def count_terms(task: WordCounting, place: Path) -> None:
    """Count the words of a partition into the folder `place`, one run for each of its parts."""
    options = dict(task.partition.options)
    for number, corpus in enumerate(parts_told(task.partition, place)):
        words = find(corpus, **options)
        counted = words.ids[words_once(task.tally, number, len(words.ids))] if task.tally else words.ids
        document = np.repeat(np.arange(len(corpus.texts)), np.diff(words.offsets))
        width = len(words.vocabulary)
        cells = np.unique(document * width + words.ids)
        counts = [np.bincount(counted, minlength=width), np.bincount(cells % max(1, width), minlength=width)]
        columns = [pa.array(words.vocabulary, pa.string()), *(pa.array(column.astype(np.int64)) for column in counts)]
        table = pa.table(columns, schema=TOTALS)
        used = table.filter(pc.greater(table["documents"], 0))
        _write_run(place / f"{number:06}.arrow", _batches(used.sort_by("term")))


def merge_terms(task: Merge, place: Path) -> None:
    """Merge runs to one in the folder `place`."""
    _write_run(place / "0.arrow", merged([pieces_in(Path(run)) for run in task.runs]))


def merged(runs: Sequence[Iterator[pa.RecordBatch]]) -> Iterator[pa.RecordBatch]:
    """The sums of runs of (term, count, documents), each in the order of the terms, as one; a batch of each at a time.

    >>> runs = [[("a", 1), ("c", 2)], [("b", 1), ("c", 3)]]
    >>> tables = [pa.table([[t for t, _ in run], [n for _, n in run], [1, 1]], schema=TOTALS) for run in runs]
    >>> [row for batch in merged([iter(one.to_batches()) for one in tables]) for row in batch.to_pylist()][-1]
    {'term': 'c', 'count': 5, 'documents': 2}
    """
    heads = [(batch, run) for run in runs if (batch := next(run, None)) is not None]
    while heads:
        # What no batch has beyond its last term can't come again in the batches that follow.
        bound = min(batch["term"][-1].as_py() for batch, _ in heads)
        taken, left = [], []
        for batch, run in heads:
            size = pc.sum(pc.less_equal(batch["term"], bound)).as_py()
            taken.append(batch.slice(0, size))
            rest = batch.slice(size) if size < len(batch) else next(run, None)
            if rest is not None:
                left.append((rest, run))
        heads = left
        sums = pa.Table.from_batches(taken).group_by("term").aggregate([("count", "sum"), ("documents", "sum")])
        table = sums.select(["term", "count_sum", "documents_sum"]).rename_columns(TOTALS.names).sort_by("term")
        yield from _batches(table)


def _merges(runs: Sequence[Path]) -> list[Merge]:
    groups = [tuple(map(str, runs[first : first + _RUNS])) for first in range(0, len(runs), _RUNS)]
    return [Merge(named(*group), group) for group in groups]


def _batches(table: pa.Table) -> Iterator[pa.RecordBatch]:
    """The rows of a table in batches of which many fit in memory."""
    yield from table.combine_chunks().to_batches(max_chunksize=BATCH)


def _write_run(path: Path, batches: Iterator[pa.RecordBatch]) -> None:
    with stream(path, TOTALS) as writer:
        for batch in batches:
            writer.write_batch(batch)
