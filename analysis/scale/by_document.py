"""Tables of what each document of a corpus has, made shard by shard and put together in the order of the documents."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from analysis.core.files import whole_file
from analysis.core.jobs import named, run_stage, stage_results, work_folder
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
    from analysis.framing.lexicon import Lexicon  # which words alone do without
    from analysis.scale.sentences import Tally

NAMES = pa.dictionary(pa.int32(), pa.string())  # between the stages a batch has each name once
WITH_SENTENCES = 45  # bytes at the peak of tokenizing a character with its sentences, and of finding patterns in it
_ROWS = "rows.arrow"


class Counting(NamedTuple):
    """A partition of which the words are counted, or what speaks of the frames of a lexicon."""

    key: str
    partition: Partition
    lexicon: "Lexicon | None" = None
    tally: "Tally | None" = None  # with it a word weighs 1/n where its sentence appears n times in the corpus


class Counted(NamedTuple):
    """What was counted: documents, rows of the table, problems in reading."""

    documents: int
    rows: int
    problems: int


def in_order(places: Iterable[Path], folder: Path, memory: int) -> Iterator[pa.RecordBatch]:
    """The rows in each folder."""
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
    """Write the rows that `function` makes of each shard, with `write_rows_of`, to the table `out`, and the problems.

    `rows` makes the rows of the table of the folders of all shards, as they come, with a folder for what finds no room
    in so many bytes of memory. `memory` is how many bytes all processes together may take, about, or with a dask
    `client` each worker. What is finished is kept beside `out`, or in the folder `work`, and not done again: see
    `work_folder`. `reading` is as in `partitions`. With `adjust_for_redundancy` the tasks get the tally of their
    sentences, of all or of those in the language of the `lexicon`. Raises `CorpusError` where no document can be read,
    and `ValueError` where a table would be written over a file that is read.
    """
    target = Path(out)
    sentences = lexicon is not None or adjust_for_redundancy
    plan = budget(memory, local=client is None, per_character=WITH_SENTENCES if sentences else PER_CHARACTER)
    pieces, plan = plan_partitions(corpora, plan, written=(target, problems_of(target)), **reading)
    tasks = [Counting(named(piece.key, lexicon.sha256) if lexicon else piece.key, piece, lexicon) for piece in pieces]
    # What fits in one shard is counted before another process has started.
    cores = plan.cores if sum(file.size for piece in pieces for file in piece.files) > plan.characters else 1
    with work_folder(target, work) as folder:
        how: dict[str, Any] = {"folder": folder, "client": client, "cores": cores, "progress": progress}
        if adjust_for_redundancy:
            tasks = _adjusted(tasks, partial(run_stage, **how), memory - BASE, plan.cores)
        # The first shards are written while the others are counted.
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
    """Write the `rows` of each shard of a partition, how many documents there are, and problems to a folder."""
    documents = 0
    with stream(place / _ROWS, schema) as written:
        for number, corpus in enumerate(logged_shards(partition, place)):
            documents += len(corpus.texts)
            written.write_batch(rows(corpus, number))
    write_about(place, documents=documents)


def with_fractions(schema: pa.Schema, *names: str) -> pa.Schema:
    """`schema` with the columns `names` as they are where words have weights: sums of them, and no whole numbers."""
    for name in names:
        schema = schema.set(schema.get_field_index(name), pa.field(name, pa.float64()))
    return schema


def _adjusted(tasks: Sequence[Counting], run: Callable[..., list[Path]], memory: int, threads: int) -> list[Counting]:
    """`tasks`, each with the tally of its sentences, see `tallies`; what a lexicon cannot read is in none."""
    from analysis.scale.sentences import tallies

    language = tasks[0].lexicon.language if tasks[0].lexicon else None
    found = tallies([task.partition for task in tasks], language, run, memory, threads)
    return [
        task._replace(key=named(task.key, tally.key), tally=tally) for task, tally in zip(tasks, found, strict=True)
    ]
