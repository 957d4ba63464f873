"""Tables with rows by document, made shard by shard and written in the order of the documents."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from analysis.core.files import whole_file
from analysis.core.jobs import digest, run_stage, stage_results, work_folder
from analysis.core.progress import Progress
from analysis.core.resources import BASE, PER_CHARACTER, budget
from analysis.engine.columns import read_about, write_about
from analysis.engine.partitions import (
    Partition,
    logged_shards,
    nothing_read,
    plan_partitions,
    problems_of,
    write_problems,
)
from analysis.engine.tables import pieces_in, stream, write_rows
from analysis.text.corpus import Corpus, CorpusError

if TYPE_CHECKING:
    from analysis.framing.lexicon import Lexicon  # slow to import, and not needed for words
    from analysis.scale.sentences import Tally

NAMES = pa.dictionary(pa.int32(), pa.string())  # of text columns between the stages
WITH_SENTENCES = 45  # peak bytes per character when sentences are split and patterns matched
_ROWS = "rows.arrow"


class Counting(NamedTuple):
    """A partition whose words, or hits of a lexicon, are to be counted."""

    key: str
    partition: Partition
    lexicon: "Lexicon | None" = None
    tally: "Tally | None" = None  # occurrences of each sentence in the corpus, for weights of 1/n


class Counted(NamedTuple):
    """Numbers of documents, rows of the table, and problems in reading."""

    documents: int
    rows: int
    problems: int


def in_order(places: Iterable[Path], folder: Path, memory: int) -> Iterator[pa.RecordBatch]:
    """The rows in each folder, unchanged."""
    for place in places:
        yield from pieces_in(place / _ROWS)


def write_by_document(
    function: Callable[[Counting, Path], None],
    corpora: Sequence[str | Path],
    out: str | Path,
    schema: pa.Schema,
    *,
    lexicon: "Lexicon | None" = None,
    rows: Callable[[Iterable[Path], Path, int], Iterator[pa.RecordBatch]] = in_order,
    memory: int,
    adjust_for_redundancy: bool = False,
    client: Any = None,
    work: Path | None = None,
    progress: Progress = lambda what, done, total: None,
    **reading: Any,
) -> Counted:
    """Write the rows that `function` makes of each partition to the table `out`, and the problems beside it.

    `function` gets a task and a folder, and calls `write_rows_of`. `rows` turns the folders, as they come, into the
    rows of the table; it gets a folder to spill to and the bytes of memory that it may use. `memory` is about how many
    bytes all processes together may take, or each worker of a dask `client`. Finished tasks are kept beside `out`, or
    in the folder `work`, and a later call resumes from them: see `work_folder`. `reading` is as in `partitions`. With
    `adjust_for_redundancy` the tasks get the tally of their sentences, of all or of those in the language of the
    `lexicon`. Raises `CorpusError` if no document can be read, and `ValueError` if `out` is a file of the corpus.
    """
    target = Path(out)
    sentences = lexicon is not None or adjust_for_redundancy
    plan = budget(memory, local=client is None, per_character=WITH_SENTENCES if sentences else PER_CHARACTER)
    pieces, plan = plan_partitions(corpora, plan, written=(target, problems_of(target)), **reading)
    tasks = [Counting(digest(piece.key, lexicon.sha256) if lexicon else piece.key, piece, lexicon) for piece in pieces]
    # One shard is counted before another process could start.
    cores = plan.cores if sum(file.size for piece in pieces for file in piece.files) > plan.characters else 1
    with work_folder(target, work) as folder:
        how: dict[str, Any] = {"folder": folder, "client": client, "cores": cores, "progress": progress}
        if adjust_for_redundancy:
            tasks = _adjusted(tasks, partial(run_stage, **how), memory - BASE, plan.cores)
        # The first shards are written while others are counted.
        with closing(stage_results(function, tasks, what="counting", **how)) as found, whole_file(target) as place:
            shards, again = tee(found)
            written = write_rows(rows(shards, folder, memory), schema, place)
            places = list(again)
            documents = sum(read_about(place)["documents"] for place in places)
            if not documents:
                raise CorpusError(nothing_read(corpora, places))
            problems = write_problems(places, target)
    return Counted(documents, written, problems)


def write_rows_of(
    partition: Partition, place: Path, schema: pa.Schema, rows: Callable[[Corpus, int], pa.RecordBatch]
) -> None:
    """Write the `rows` of each shard of a partition to a folder, with the problems and the number of documents."""
    documents = 0
    with stream(place / _ROWS, schema) as written:
        for number, corpus in enumerate(logged_shards(partition, place)):
            documents += len(corpus.texts)
            written.write_batch(rows(corpus, number))
    write_about(place, documents=documents)


def with_fractions(schema: pa.Schema, *names: str) -> pa.Schema:
    """`schema` with the columns `names` as floats, for sums of weights."""
    for name in names:
        schema = schema.set(schema.get_field_index(name), pa.field(name, pa.float64()))
    return schema


def _adjusted(tasks: Sequence[Counting], run: Callable[..., list[Path]], memory: int, threads: int) -> list[Counting]:
    """`tasks` with the tallies of their sentences, see `tallies`; only of those in the language of a lexicon."""
    from analysis.scale.sentences import tallies

    language = tasks[0].lexicon.language if tasks[0].lexicon else None
    found = tallies([task.partition for task in tasks], language, run, memory, threads)
    return [
        task._replace(key=digest(task.key, tally.key), tally=tally) for task, tally in zip(tasks, found, strict=True)
    ]
