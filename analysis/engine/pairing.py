"""The first and the last step of a search for pairs: read and number a corpus, write the table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from analysis.core.files import whole_file
from analysis.core.jobs import digest, run_stage, work_folder
from analysis.core.progress import Progress
from analysis.core.resources import Budget, budget
from analysis.engine.columns import column, join_columns, join_texts, read_about, shards_in, write_about
from analysis.engine.partitions import Partition, nothing_read, plan_partitions, problems_of, write_problems
from analysis.engine.tables import write_rows
from analysis.text.corpus import CorpusError
from analysis.text.tokens import offsets_of

PER_CHARACTER = 45  # bytes at the peak of reading a character with its sentences, and making records of its words
LARGEST = (1 << 31) - 1  # rows


class Shards(NamedTuple):
    """Shards to be concatenated; the first of ``columns`` has a value for each row, ``unit`` is what a row is."""

    key: str
    folders: tuple[str, ...]  # of the partitions
    columns: tuple[str, ...]
    unit: str


class Numbered(NamedTuple):
    """A corpus that has been read and whose rows (documents or sentences) are numbered throughout."""

    pieces: list[Partition]
    read: list[Path]  # the folder of each piece
    whole: Path  # the folder that `concatenate` made of these
    about: dict[str, Any]  # ``shards``, ``rows``, ``documents``: see `concatenate`
    problems: int  # in reading
    plan: Budget
    run: Callable[..., list[Path]]  # run a stage: function, tasks, ``what`` the progress calls it
    write: Callable[[Iterable[pa.RecordBatch], int, pa.Schema], int]  # see `_write_pairs`


def concatenate(task: Shards, place: Path) -> None:
    """Write the columns and the document names of all shards as those of ``all``, and number their rows.

    In `read_about` are ``shards`` (path, first row and first document of each), ``rows`` and ``documents``. Raises
    `ValueError` for more than `LARGEST` rows.
    """
    shards = [shard for folder in task.folders for shard in shards_in(Path(folder), task.columns[0])]
    rows = offsets_of([len(column(shard, task.columns[0])) for shard in shards]).tolist()
    documents = offsets_of([len(column(shard, "ends")) - 1 for shard in shards]).tolist()
    if rows[-1] > LARGEST:
        raise ValueError(f"{rows[-1]:,} {task.unit}s are too many to compare: give texts with {LARGEST:,} at the most")
    if shards:
        join_columns(shards, place / "all", *task.columns)
        join_texts(shards, place / "all")
    listed = list(zip(map(str, shards), rows, documents, strict=False))
    write_about(place, shards=listed, rows=rows[-1], documents=documents[-1])


@contextmanager
def numbered_corpus(
    corpora: Sequence[str | Path],
    out: Path,
    *,
    tables: Sequence[Path] = (),
    task: Callable[[Partition], Any],
    read: Callable[[Any, Path], None],
    columns: tuple[str, ...],
    unit: str,
    memory: int,
    client: Any = None,
    work: Path | None = None,
    progress: Progress = lambda what, done, total: None,
    **reading: Any,
) -> Iterator[Numbered]:
    """Read the corpora and number their rows; the folder for the stages lasts as long as the block.

    The stage `read` runs on the `task` of each partition; `columns` and `unit` are those of `Shards`. The pairs go to
    the table `out`, problems to `problems_of(out)`; `tables` are the other files to be written. Raises `CorpusError`
    where no document can be read, and what `partitions` raises.
    """
    plan = budget(memory, local=client is None, per_character=PER_CHARACTER)
    pieces, own = plan_partitions(corpora, plan, written=(out, problems_of(out), *tables), **reading)
    with work_folder(out, work) as folder:
        run = partial(run_stage, folder=folder, client=client, cores=own.cores, progress=progress)
        short = partial(run, short=True)
        places = run(read, [task(piece) for piece in pieces], what="reading")
        folders = tuple(map(str, places))
        [whole] = short(concatenate, [Shards(digest(*folders), folders, columns, unit)], what="numbering")
        about = read_about(whole)
        if not about["documents"]:
            raise CorpusError(nothing_read(corpora, places))
        write = partial(_write_pairs, out, progress)
        yield Numbered(pieces, places, whole, about, write_problems(places, out), plan, short, write)


def _write_pairs(
    out: Path, progress: Progress, batches: Iterable[pa.RecordBatch], total: int, schema: pa.Schema
) -> int:
    """Write `batches`, of `total` rows, to the table `out`; return the number of rows."""

    def reported() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in batches:
            progress("writing", done, total)
            yield batch
            done += len(batch)
        progress("writing", done, total)

    with whole_file(out) as place:
        return write_rows(reported(), schema, place)
