"""What the searches for pairs, of documents and of what is in them, begin and end with."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from analysis.core.files import whole_file
from analysis.core.jobs import named, run_stage, work_folder
from analysis.core.progress import Progress
from analysis.core.resources import Budget
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
    """A corpus that has been read, and all in it numbered.

    ``pieces``: its partitions; ``read``: the folder that the first stage made of each; ``listing``: the folder that was
    made of these, and ``about`` what it tells; ``problems``: how many there were in reading.
    """

    pieces: list[Partition]
    read: list[Path]
    listing: Path
    about: dict[str, Any]
    problems: int


@contextmanager
def numbered(
    corpora: Sequence[str | Path],
    out: Path,
    *,
    tables: Sequence[Path] = (),
    plan: Budget,
    task: Callable[[Partition], Any],
    reading_stage: Callable[[Any, Path], None],
    listing_stage: Callable[[Listing, Path], None],
    client: Any,
    work: Path | None,
    progress: Progress,
    **reading: Any,
) -> Iterator[tuple[Numbered, Callable[..., list[Path]]]]:
    """What a search for pairs goes on from, and what does its stages: of a function, its tasks and a name for the work.

    `task` makes of a partition what `reading_stage` does; `listing_stage` is given the `Listing` of all. The pairs go
    to the table `out`, problems to `problems_of(out)`, and `tables` are what else will be written. The
    folder for the stages is there as long as the block lasts. Raises `CorpusError` where no document can be read, and
    what `partitions` raises.
    """
    written = (out, problems_of(out), *tables)
    pieces, plan = planned(corpora, plan, written=written, **reading)
    with work_folder(out, work) as folder:
        run = partial(run_stage, folder=folder, client=client, cores=plan.cores, progress=progress)
        short = partial(run, short=True)
        read = run(reading_stage, [task(piece) for piece in pieces], what="reading")
        folders = tuple(map(str, read))
        [listing] = short(listing_stage, [Listing(named(*folders), folders)], what="numbering")
        about = read_about(listing)
        if not about["documents"]:
            raise CorpusError(nothing_read(corpora, read))
        yield Numbered(pieces, read, listing, about, write_problems(read, out)), short


def write_pairs(batches: Iterable[pa.RecordBatch], total: int, schema: pa.Schema, out: Path, progress: Progress) -> int:
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
