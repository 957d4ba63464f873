"""Tables of what each document of a corpus has, made part by part and put together in the order of the documents."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from analysis.core.files import whole_file
from analysis.core.jobs import run_stage, work_folder
from analysis.core.progress import Progress
from analysis.core.resources import Budget
from analysis.engine.partitions import Partition
from analysis.engine.problems import nothing_read, parts_told, write_problems
from analysis.engine.shuffle import read_about, write_about
from analysis.engine.tables import pieces_in, stream, write_rows
from analysis.scale.counting import Task, adjusted
from analysis.text.corpus import Corpus, CorpusError

NAMES = pa.dictionary(pa.int32(), pa.string())  # between the stages a name stands once in each batch
_ROWS = "rows.arrow"


class Counted(NamedTuple):
    """What was counted: documents, rows of the table, problems in reading."""

    documents: int
    rows: int
    problems: int


def write_by_document(
    function: Callable[[Task, Path], None],
    tasks: Sequence[Task],
    corpora: Sequence[str | Path],
    out: Path,
    schema: pa.Schema,
    *,
    adjust: bool,
    language: str | None = None,
    plan: Budget,
    client: Any,
    work: Path | None,
    progress: Progress,
) -> Counted:
    """Write the rows that `function` makes of each task, with `write_part`, to the table `out`; the problems beside it.

    `tasks` are for the partitions of `corpora`; with `adjust` they get the tally of their sentences, of all or of those
    in a language: see `adjusted`. What is finished is kept beside `out`, or in the folder `work`, and not done again:
    see `work_folder`. Raises `CorpusError` where no document can be read.
    """
    # What fits in one part is counted before another process has started.
    cores = plan.cores if sum(file.size for task in tasks for file in task.partition.files) > plan.characters else 1
    with work_folder(out, work) as folder:
        run = partial(run_stage, folder=folder, client=client, cores=cores, progress=progress)
        places = run(function, adjusted(tasks, run, plan, language=language) if adjust else tasks, what="counting")
        documents = sum(read_about(place)["documents"] for place in places)
        if not documents:
            raise CorpusError(nothing_read(corpora, places))
        problems = write_problems(places, out)
        with whole_file(out) as place:
            rows = write_rows(_told(places, progress), schema, place)
    return Counted(documents, rows, problems)


def write_part(
    partition: Partition, place: Path, schema: pa.Schema, rows: Callable[[Corpus, int], pa.RecordBatch]
) -> None:
    """Write the `rows` of each part of a partition, and its number, into the folder `place`.

    How many documents there are is told there too, and what could not be read.
    """
    documents = 0
    with stream(place / _ROWS, schema) as written:
        for number, corpus in enumerate(parts_told(partition, place)):
            documents += len(corpus.texts)
            written.write_batch(rows(corpus, number))
    write_about(place, documents=documents)


def with_fractions(schema: pa.Schema, *names: str) -> pa.Schema:
    """`schema` with the columns `names` as they are where words have weights: sums of them, and no whole numbers."""
    for name in names:
        schema = schema.set(schema.get_field_index(name), pa.field(name, pa.float64()))
    return schema


def _told(places: Sequence[Path], progress: Progress) -> Iterator[pa.RecordBatch]:
    """The rows in each folder, with progress told."""
    for done, place in enumerate(places):
        progress("writing", done, len(places))
        yield from pieces_in(place / _ROWS)
    progress("writing", len(places), len(places))
