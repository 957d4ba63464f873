"""What the searches for pairs, of documents and of what is in them, begin and end with."""

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
from analysis.engine.columns import read_about
from analysis.engine.partitions import Partition, nothing_read, planned, problems_of, write_problems
from analysis.engine.tables import write_rows
from analysis.text.corpus import CorpusError

PER_CHARACTER = 45  # bytes at the peak of reading a character with its sentences, and making records of its words


class Listing(NamedTuple):
    """All that is read, to be numbered in one row; ``folders``: what the first stage made of each partition."""

    key: str
    folders: tuple[str, ...]


class Numbered(NamedTuple):
    """A corpus that has been read, and all in it numbered, for a search for pairs to go on from."""

    pieces: list[Partition]
    read: list[Path]  # the folder that the first stage made of each piece
    listing: Path  # the folder that was made of these
    about: dict[str, Any]  # what that tells
    problems: int  # in reading
    plan: Budget
    run: Callable[..., list[Path]]  # does a stage: of a function, its tasks and a name for the work
    write: Callable[[Iterable[pa.RecordBatch], int, pa.Schema], int]  # see `_write_pairs`


@contextmanager
def numbered(
    corpora: Sequence[str | Path],
    out: Path,
    *,
    tables: Sequence[Path] = (),
    task: Callable[[Partition], Any],
    reading_stage: Callable[[Any, Path], None],
    listing_stage: Callable[[Listing, Path], None],
    memory: int,
    client: Any = None,
    work: Path | None = None,
    progress: Progress = lambda what, done, total: None,
    **reading: Any,
) -> Iterator[Numbered]:
    """The corpora read and numbered; the folder for the stages is there as long as the block lasts.

    `task` makes of a partition what `reading_stage` does; `listing_stage` is given the `Listing` of all. The pairs go
    to the table `out`, problems to `problems_of(out)`, and `tables` are what else will be written. Raises `CorpusError`
    where no document can be read, and what `partitions` raises.
    """
    plan = budget(memory, local=client is None, per_character=PER_CHARACTER)
    pieces, own = planned(corpora, plan, written=(out, problems_of(out), *tables), **reading)
    with work_folder(out, work) as folder:
        run = partial(run_stage, folder=folder, client=client, cores=own.cores, progress=progress)
        short = partial(run, short=True)
        read = run(reading_stage, [task(piece) for piece in pieces], what="reading")
        folders = tuple(map(str, read))
        [listing] = short(listing_stage, [Listing(digest(*folders), folders)], what="numbering")
        about = read_about(listing)
        if not about["documents"]:
            raise CorpusError(nothing_read(corpora, read))
        write = partial(_write_pairs, out, progress)
        yield Numbered(pieces, read, listing, about, write_problems(read, out), plan, short, write)


def _write_pairs(
    out: Path, progress: Progress, batches: Iterable[pa.RecordBatch], total: int, schema: pa.Schema
) -> int:
    """Write the rows of `batches`, `total` in all, to the table `out`, with progress told; how many there are."""
    with whole_file(out) as place:
        return write_rows(_told(batches, total, progress), schema, place)


def _told(batches: Iterable[pa.RecordBatch], total: int, progress: Progress) -> Iterator[pa.RecordBatch]:
    done = 0
    for batch in batches:
        progress("writing", done, total)
        yield batch
        done += len(batch)
    progress("writing", done, total)
