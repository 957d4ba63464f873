"""How often each document of a corpus uses each word, counted part by part."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.core.progress import Progress
from analysis.core.resources import budget
from analysis.engine.partitions import planned
from analysis.engine.problems import problems_of
from analysis.scale.by_document import NAMES, Counted, with_fractions, write_by_document, write_part
from analysis.scale.counting import PER_CHARACTER, WordCounting
from analysis.scale.sentence_stages import word_weights
from analysis.scale.words import Words, find
from analysis.text.corpus import Corpus

COUNTS = pa.schema([("doc_id", pa.string()), ("term", pa.string()), ("count", pa.int64())])

_KEPT = pa.schema([("doc_id", NAMES), ("term", NAMES), ("count", pa.int32())])  # as it is between the stages


def count(
    corpora: Sequence[str | Path],
    out: str | Path,
    *,
    memory: int,
    adjust_for_redundancy: bool = False,
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

    With `adjust_for_redundancy` each word weighs 1/n where its sentence stands n times in all corpora together, as
    `analysis.redundancy.repeats.weights` has it, and ``count`` is the sum of the weights, a number with a fraction:
    added up within the document in the order of the text, and rounded only in a .csv. What was said n times then
    counts once.
    Each corpus is read twice: first the sentences of all parts are compared, by 128-bit keys (`distinct_sentences`
    says how unlikely a false equality is).

    `memory` is how many bytes all processes together may take, about, or with a dask `client` each worker. `reading`
    is as in `partitions`, several corpora too. Raises `CorpusError` where no document can be read, and `ValueError`
    where a table would be written over a file that is read.

    >>> import tempfile
    >>> from analysis.core.paths import SAMPLE
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = count([SAMPLE], f"{folder}/counts.csv", memory=10**9)
    ...     print(*Path(folder, "counts.csv").read_text().splitlines()[:3])
    ...     done.documents
    doc_id,term,count 2024-06-22-communique-1,a,10 2024-06-22-communique-1,absence,1
    26
    """
    more = {"per_character": PER_CHARACTER} if adjust_for_redundancy else {}
    plan = budget(memory, local=client is None, **more)
    written = (Path(out), problems_of(Path(out)))
    pieces, plan = planned(corpora, plan, written=written, **reading)
    tasks = [WordCounting(piece.key, piece) for piece in pieces]
    schema = with_fractions(COUNTS, "count") if adjust_for_redundancy else COUNTS
    how = {"adjust": adjust_for_redundancy, "client": client, "work": work, "progress": progress}
    return write_by_document(count_words, tasks, corpora, Path(out), schema, plan=plan, **how)


def count_words(task: WordCounting, place: Path) -> None:
    """Count a partition into the folder `place`."""
    options = dict(task.partition.options)
    schema = with_fractions(_KEPT, "count") if task.tally else _KEPT

    def rows(corpus: Corpus, number: int) -> pa.RecordBatch:
        words = find(corpus, **options)
        weights = task.tally and word_weights(task.tally, number, len(words.ids))
        return pa.record_batch(_columns(corpus.documents["doc_id"].tolist(), words, weights), schema=schema)

    write_part(task.partition, place, schema, rows)


def _columns(doc_ids: list[str], words: Words, weights: NDArray[np.float64] | None) -> list[pa.Array]:
    """The counts of documents, in their order and that of the words; `weights`: of each word, all 1 without them."""
    terms = pa.array(words.vocabulary, pa.string())
    by_term = pc.sort_indices(terms).to_numpy()  # of UTF-8 bytes, which is that of code points
    rank = np.empty(len(by_term), dtype=np.int64)
    rank[by_term] = np.arange(len(by_term))
    # A document and a word as one number, so that one sort brings equal ones together and all in order.
    keys = np.repeat(np.arange(len(doc_ids)), np.diff(words.offsets)) * len(rank) + rank[words.ids]
    amount: NDArray[Any]
    if weights is None:
        keys.sort()
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        amount = np.diff(first, append=len(keys)).astype(np.int32)
    else:
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        # Added up one after the other in the order of the text, so that no cut makes a last bit another.
        amount = np.bincount(np.repeat(np.arange(len(first)), np.diff(first, append=len(keys))), weights[order])
    document, term = np.divmod(keys[first], max(1, len(rank)))
    return [
        pa.DictionaryArray.from_arrays(pa.array(document.astype(np.int32)), pa.array(doc_ids, pa.string())),
        pa.DictionaryArray.from_arrays(pa.array(term.astype(np.int32)), terms.take(pa.array(by_term))),
        pa.array(amount),
    ]
