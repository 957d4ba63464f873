"""How often each document of a corpus uses each word, or all of it, counted shard by shard."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.engine.database import database, scan, write_shard
from analysis.scale.by_document import (
    NAMES,
    Counted,
    Counting,
    in_order,
    with_fractions,
    write_by_document,
    write_rows_of,
)
from analysis.text.corpus import Corpus
from analysis.text.words import Words, count_cells, find

COUNTS = pa.schema([("doc_id", pa.string()), ("term", pa.string()), ("count", pa.int64())])
TOTALS = pa.schema([("term", pa.string()), ("count", pa.int64()), ("documents", pa.int64())])

_KEPT = pa.schema([("doc_id", NAMES), ("term", NAMES), ("count", pa.int32())])  # as it is between the stages


def count(
    corpora: Sequence[str | Path],
    out: str | Path,
    *,
    memory: int,
    adjust_for_redundancy: bool = False,
    **options: Any,
) -> Counted:
    """Write how often each document of `corpora` uses each word to the table `out`, .csv or else Parquet.

    One row a document and word, in the order of the documents and then of the words, by code point: ``doc_id``,
    ``term``, ``count`` (1 or more). They are the numbers of ``tokens.document_term_matrix()``. The bytes of the file do
    not depend on how the work was cut, by whom it was done or how often it was interrupted. The corpus' problems are in
    ``<stem of out>.problems.csv``, path and reason, in the order of the documents.

    With `adjust_for_redundancy` each word weighs 1/n where its sentence appears n times in all corpora together, as
    `analysis.redundancy.repeats.weights` has it, and ``count`` is the sum of the weights, a number with a fraction:
    added up within the document in the order of the text, and rounded only in a .csv. What was said n times then
    counts once. Each corpus is read twice: first the sentences of all shards are compared, by 128-bit keys
    (`distinct_sentences` says how unlikely a false equality is).

    `memory` and the other `options` are as in `write_by_document`, and so is what is raised.

    >>> import tempfile
    >>> from analysis.core.paths import SAMPLE
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = count([SAMPLE], f"{folder}/counts.csv", memory=10**9)
    ...     print(*Path(folder, "counts.csv").read_text().splitlines()[:3])
    ...     done.documents
    doc_id,term,count 2024-06-22-communique-1,a,10 2024-06-22-communique-1,absence,1
    26
    """
    schema = with_fractions(COUNTS, "count") if adjust_for_redundancy else COUNTS
    options |= {"memory": memory, "adjust_for_redundancy": adjust_for_redundancy}
    return write_by_document(count_words, corpora, out, schema, **options)


def totals(corpora: Sequence[str | Path], out: str | Path, *, memory: int, **options: Any) -> int:
    """Write how often `corpora` use each word to the table `out`, .csv or else Parquet; how many words there are.

    ``term`` (in the order of code points), ``count`` (of its tokens), ``documents`` (that have it): the sums of what
    `count` writes. All else is as there; the vocabulary need not fit in memory either. With ``adjust_for_redundancy``
    the counts are what the weights sum to: n tokens of the weight 1/n come to 1, so they are whole numbers, those of
    the tokens in the different sentences. ``documents`` is the same with and without.
    """
    return write_by_document(count_words, corpora, out, TOTALS, rows=_added_up, memory=memory, **options).rows


def _added_up(places: Iterable[Path], folder: Path, memory: int) -> Iterator[pa.RecordBatch]:
    """The rows of `totals`, from those of `count` in each folder."""
    with database(memory=memory, folder=folder) as engine:
        assert engine.folder
        files = []
        for number, batch in enumerate(in_order(places, folder, memory)):
            terms, width = batch["term"], len(batch["term"].dictionary)
            row, amount = terms.indices.to_numpy(), batch["count"].to_numpy()
            files.append(engine.folder / f"{number:06}.parquet")
            columns = {"count": np.bincount(row, amount, width), "documents": np.bincount(row, minlength=width)}
            write_shard(files[-1], term=terms.dictionary.to_numpy(zero_copy_only=False), **columns)
        if not files:  # no document could be read, which is told when all are known
            return
        yield from engine.batches(
            "SELECT term, round(sum(count))::BIGINT AS count, sum(documents)::BIGINT AS documents "
            f"FROM {scan(files)} WHERE documents > 0 GROUP BY term ORDER BY term"
        )


def count_words(task: Counting, place: Path) -> None:
    """Count a partition into the folder `place`."""
    options = dict(task.partition.options)
    schema = with_fractions(_KEPT, "count") if task.tally else _KEPT

    def rows(corpus: Corpus, number: int) -> pa.RecordBatch:
        words = find(corpus, **options)
        weights = None
        if task.tally:
            from analysis.scale.sentences import word_weights  # which counts alone do without

            weights = word_weights(task.tally, number, len(words.ids))
        return pa.record_batch(_columns(corpus.documents["doc_id"].tolist(), words, weights), schema=schema)

    write_rows_of(task.partition, place, schema, rows)


def _columns(doc_ids: list[str], words: Words, weights: NDArray[np.float64] | None) -> list[pa.Array]:
    """The counts of documents, in their order and that of the words; `weights`: of each word, all 1 without them."""
    terms = pa.array(words.vocabulary, pa.string())
    by_term = pc.sort_indices(terms).to_numpy()  # of UTF-8 bytes, which is that of code points
    rank = np.empty(len(by_term), dtype=np.int32)
    rank[by_term] = np.arange(len(by_term), dtype=np.int32)
    term, amount, first = count_cells(rank[words.ids], words.offsets, len(rank), weights)
    document = np.repeat(np.arange(len(doc_ids), dtype=np.int32), np.diff(first))
    return [
        pa.DictionaryArray.from_arrays(pa.array(document), pa.array(doc_ids, pa.string())),
        pa.DictionaryArray.from_arrays(pa.array(term), terms.take(pa.array(by_term))),
        pa.array(amount if weights is not None else amount.astype(np.int32)),
    ]
