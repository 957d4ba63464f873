"""How often each document of a corpus uses each word, counted part by part."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.progress import Progress
from analysis.scale.by_document import NAMES, Counted, write_by_document, write_part
from analysis.scale.partitions import Partition, partitions
from analysis.scale.resources import budget
from analysis.scale.words import Words, find
from analysis.text.corpus import Corpus

COUNTS = pa.schema([("doc_id", pa.string()), ("term", pa.string()), ("count", pa.int64())])

_KEPT = pa.schema([("doc_id", NAMES), ("term", NAMES), ("count", pa.int32())])  # as it is between the stages


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
    plan = budget(memory, local=client is None)
    tasks = partitions(corpora, characters=plan.characters, **reading)
    how = {"client": client, "work": work, "progress": progress}
    return write_by_document(count_words, tasks, corpora, Path(out), COUNTS, plan=plan, **how)


def count_words(partition: Partition, place: Path) -> None:
    """Count a partition into the folder `place`."""

    def rows(corpus: Corpus) -> pa.RecordBatch:
        return _rows(corpus.documents["doc_id"].tolist(), find(corpus, **dict(partition.options)))

    write_part(partition, place, _KEPT, rows)


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
