"""How often each document of a corpus uses each word, counted part by part."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.publish.places import whole_file
from analysis.scale.partitions import Partition, partitions, read_parts
from analysis.scale.resources import budget
from analysis.scale.stages import Progress, run_stage, work_folder
from analysis.scale.tables import pieces_in, stream, write_rows
from analysis.scale.words import Words, find
from analysis.text.corpus import CorpusError

COUNTS = pa.schema([("doc_id", pa.string()), ("term", pa.string()), ("count", pa.int64())])
PROBLEMS = pa.schema([("path", pa.string()), ("reason", pa.string())])

# As they are kept between the stages: a name stands once in each batch.
_NAMES = pa.dictionary(pa.int32(), pa.string())
_KEPT = pa.schema([("doc_id", _NAMES), ("term", _NAMES), ("count", pa.int32())])
_ROWS, _TERMS, _PROBLEMS, _ABOUT = "rows.arrow", "terms.arrow", "problems.arrow", "about.json"


class Counted(NamedTuple):
    """What was counted: documents, rows of the table, problems in reading."""

    documents: int
    rows: int
    problems: int


def count(
    corpora: Sequence[str | Path],
    out: str | Path,
    *,
    memory: int,
    client: Any = None,
    work: Path | None = None,
    progress: Progress = lambda what, done, total: None,
    **reading: Any,
) -> Counted:
    """Write how often each document of `corpora` uses each word to the table `out`, .csv or else Parquet.

    One row a document and word, in the order of the documents and then of the words, by code point: ``doc_id``,
    ``term``, ``count`` (1 or more). They are the numbers of ``tokens.document_term_matrix()``. The bytes of the file do
    not depend on how the work was cut, by whom it was done or how often it was interrupted: what is finished is kept
    beside `out` (or in the folder `work`) and not done again, see `work_folder`. The corpus' problems are in
    ``<stem of out>.problems.csv``, path and reason, in the order of the documents.

    `memory` is how many bytes all processes together may take, about, or with a dask `client` each worker. `reading`
    is as in `partitions`, several corpora too. Raises `CorpusError` where no document can be read.

    >>> import tempfile
    >>> from analysis.paths import SAMPLE
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = count([SAMPLE], f"{folder}/counts.csv", memory=10**9)
    ...     print(*Path(folder, "counts.csv").read_text().splitlines()[:3])
    ...     done.documents
    doc_id,term,count 2024-06-22-communique-1,a,10 2024-06-22-communique-1,absence,1
    26
    """
    target = Path(out)
    plan = budget(memory, local=client is None)
    tasks = partitions(corpora, characters=plan.characters, **reading)
    # What fits in one part is counted before another process has started.
    cores = plan.cores if sum(file.size for task in tasks for file in task.files) > plan.characters else 1
    with work_folder(target, work) as folder:
        places = run_stage(count_words, tasks, folder, client=client, cores=cores, what="counting", progress=progress)
        documents = sum(json.loads((place / _ABOUT).read_text())["documents"] for place in places)
        if not documents:
            raise CorpusError(_nothing(corpora, places))
        problems = write_problems(_tables(places, _PROBLEMS), target)
        with whole_file(target) as place:
            rows = write_rows(_told(_tables(places, _ROWS), len(places), progress), COUNTS, place)
    return Counted(documents, rows, problems)


def problems_of(out: Path) -> Path:
    """The table of problems beside the table `out`.

    >>> problems_of(Path("counts.parquet")).name
    'counts.problems.csv'
    """
    return out.with_name(f"{out.stem}.problems.csv")


def write_problems(parts: Iterable[Iterable[pa.RecordBatch]], out: Path) -> int:
    """Write the rows (path, reason) to `problems_of(out)` and say how many there are; none: an earlier file goes.

    >>> import tempfile
    >>> batch = pa.record_batch({"path": ["a.txt"], "reason": ["is empty"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write_problems([[batch]], Path(folder, "counts.csv"))
    ...     written, Path(folder, "counts.problems.csv").exists()
    (1, True)
    """
    place = problems_of(out).expanduser()
    with whole_file(place) as new:
        number = write_rows(parts, PROBLEMS, new)
    if not number:
        place.unlink()
    return number


def count_words(partition: Partition, place: Path) -> None:
    """Count a partition into the folder `place`: rows, problems, and how many documents it has."""
    documents = 0
    with stream(place / _ROWS, _KEPT) as rows, stream(place / _PROBLEMS, PROBLEMS) as problems:
        for corpus in read_parts(partition):
            columns = [pa.array(corpus.problems[name].tolist(), pa.string()) for name in PROBLEMS.names]
            problems.write_batch(pa.record_batch(columns, schema=PROBLEMS))
            documents += len(corpus.texts)
            if len(corpus.texts):
                rows.write_batch(_rows(corpus.documents["doc_id"].tolist(), find(corpus, **dict(partition.options))))
    (place / _ABOUT).write_text(json.dumps({"documents": documents}))


def _rows(doc_ids: list[str], words: Words) -> pa.RecordBatch:
    """The counts of documents, in their order and that of the words."""
    terms = pa.array(words.vocabulary, pa.string())
    order = pc.sort_indices(terms).to_numpy()  # of UTF-8 bytes, which is that of code points
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    # A document and a word as one number, so that one sort brings equal ones together and all in order.
    document = np.repeat(np.arange(len(doc_ids)), np.diff(words.offsets))
    keys = np.sort(document * len(rank) + rank[words.ids])
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    document, term = np.divmod(keys[first], max(1, len(rank)))
    columns = [
        pa.DictionaryArray.from_arrays(pa.array(document.astype(np.int32)), pa.array(doc_ids, pa.string())),
        pa.DictionaryArray.from_arrays(pa.array(term.astype(np.int32)), terms.take(pa.array(order))),
        pa.array(np.diff(first, append=len(keys)).astype(np.int32)),
    ]
    return pa.record_batch(columns, schema=_KEPT)


def _tables(places: Sequence[Path], name: str) -> Iterator[Iterator[pa.RecordBatch]]:
    for place in places:
        yield pieces_in(place / name)


def _told(parts: Iterator[Any], total: int, progress: Progress) -> Iterator[Any]:
    """The parts as they are, with progress told."""
    for done, part in enumerate(parts):
        progress("writing", done, total)
        yield part
    progress("writing", total, total)


def _nothing(corpora: Sequence[str | Path], places: Sequence[Path]) -> str:
    """Why there is no document, as `read_corpus` says it."""
    first = next((batch.slice(0, 1) for place in places for batch in pieces_in(place / _PROBLEMS) if len(batch)), None)
    why = ": ".join(first.to_pylist()[0].values()) if first else "it holds no text"
    return f"no document could be read from {', '.join(repr(str(corpus)) for corpus in corpora)}: {why}"
