"""How often each document of a corpus uses each word, counted part by part."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.progress import Progress
from analysis.publish.places import whole_file
from analysis.scale.partitions import Partition, partitions
from analysis.scale.problems import nothing_read, parts_told, write_problems
from analysis.scale.resources import budget
from analysis.scale.stages import run_stage, work_folder
from analysis.scale.tables import pieces_in, stream, write_rows
from analysis.scale.words import Words, find
from analysis.text.corpus import CorpusError

COUNTS = pa.schema([("doc_id", pa.string()), ("term", pa.string()), ("count", pa.int64())])

# As they are kept between the stages: a name stands once in each batch.
_NAMES = pa.dictionary(pa.int32(), pa.string())
_KEPT = pa.schema([("doc_id", _NAMES), ("term", _NAMES), ("count", pa.int32())])
_ROWS, _ABOUT = "rows.arrow", "about.json"


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
            raise CorpusError(nothing_read(corpora, places))
        problems = write_problems(places, target)
        with whole_file(target) as place:
            rows = write_rows(_told(places, progress), COUNTS, place)
    return Counted(documents, rows, problems)


def count_words(partition: Partition, place: Path) -> None:
    """Count a partition into the folder `place`: rows, problems, and how many documents it has."""
    documents = 0
    with stream(place / _ROWS, _KEPT) as rows:
        for corpus in parts_told(partition, place):
            documents += len(corpus.texts)
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


def _told(places: Sequence[Path], progress: Progress) -> Iterator[Iterator[pa.RecordBatch]]:
    """The rows in each folder, with progress told."""
    for done, place in enumerate(places):
        progress("writing", done, len(places))
        yield pieces_in(place / _ROWS)
    progress("writing", len(places), len(places))
