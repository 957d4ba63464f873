"""Tables of what each document of a corpus has, made part by part and put together in the order of the documents."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from analysis.progress import Progress
from analysis.publish.places import whole_file
from analysis.scale.counting import Counting, adjusted, language
from analysis.scale.problems import nothing_read, parts_told, write_problems
from analysis.scale.resources import Budget
from analysis.scale.sentence_stages import spoken
from analysis.scale.stages import run_stage, work_folder
from analysis.scale.tables import pieces_in, stream, write_rows
from analysis.text.corpus import Corpus, CorpusError

NAMES = pa.dictionary(pa.int32(), pa.string())  # between the stages a name stands once in each batch
_ROWS, _ABOUT = "rows.arrow", "about.json"


class Counted(NamedTuple):
    """What was counted: documents, rows of the table, problems in reading."""

    documents: int
    rows: int
    problems: int


def write_by_document(
    function: Callable[[Counting, Path], None],
    tasks: Sequence[Counting],
    corpora: Sequence[str | Path],
    out: Path,
    schema: pa.Schema,
    *,
    adjust: bool,
    plan: Budget,
    client: Any,
    work: Path | None,
    progress: Progress,
) -> Counted:
    """Write the rows that `function` makes of each task, with `write_part`, to the table `out`; the problems beside it.

    `tasks` are for the partitions of `corpora`; with `adjust` they get the tally of their sentences, `adjusted`. What
    is finished is kept beside `out`, or in the folder `work`, and not done again: see `work_folder`. Raises
    `CorpusError` where no document can be read.
    """
    # What fits in one part is counted before another process has started.
    cores = plan.cores if sum(file.size for task in tasks for file in task.partition.files) > plan.characters else 1
    with work_folder(out, work) as folder:
        run = partial(run_stage, folder=folder, client=client, cores=cores, progress=progress)
        places = run(function, adjusted(tasks, run, plan) if adjust else tasks, what="counting")
        documents = sum(json.loads((place / _ABOUT).read_text())["documents"] for place in places)
        if not documents:
            raise CorpusError(nothing_read(corpora, places))
        problems = write_problems(places, out)
        with whole_file(out) as place:
            rows = write_rows(_told(places, progress), schema, place)
    return Counted(documents, rows, problems)


def write_part(task: Counting, place: Path, schema: pa.Schema, rows: Callable[[Corpus, int], pa.RecordBatch]) -> None:
    """Write the `rows` of each part of a partition into the folder `place`, its problems, and how many documents.

    `rows` is given what of a part is in the language that is counted, and the part's number.
    """
    documents = 0
    with stream(place / _ROWS, schema) as written:
        for number, corpus in enumerate(parts_told(task.partition, place)):
            documents += len(corpus.texts)
            written.write_batch(rows(spoken(corpus, language(task)), number))
    (place / _ABOUT).write_text(json.dumps({"documents": documents}))


def _told(places: Sequence[Path], progress: Progress) -> Iterator[Iterator[pa.RecordBatch]]:
    """The rows in each folder, with progress told."""
    for done, place in enumerate(places):
        progress("writing", done, len(places))
        yield pieces_in(place / _ROWS)
    progress("writing", len(places), len(places))
