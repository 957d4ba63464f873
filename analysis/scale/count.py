"""Word counts of corpora of any size, by document or in total."""

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
from analysis.text.kernels import count_cells
from analysis.text.words import Words, find

COUNTS = pa.schema([("doc_id", pa.string()), ("term", pa.string()), ("count", pa.int64())])
TOTALS = pa.schema([("term", pa.string()), ("count", pa.int64()), ("documents", pa.int64())])

_KEPT = pa.schema([("doc_id", NAMES), ("term", NAMES), ("count", pa.int32())])  # between the stages


def count(
    corpora: Sequence[str | Path],
    out: str | Path,
    *,
    memory: int,
    adjust_for_redundancy: bool = False,
    **options: Any,
) -> Counted:
    """Write the word counts of each document of `corpora` to the table `out`, a .csv or else a Parquet file.

    One row per document and word, sorted by document and word (code points): ``doc_id``, ``term``, ``count`` (at least
    1), the numbers of ``tokens.document_term_matrix()``. The bytes of the file do not depend on how the work was cut,
    who did it or how often it was interrupted. Files that could not be read are listed in
    ``<stem of out>.problems.csv``, with path and reason.

    With `adjust_for_redundancy` each word weighs 1/n if its sentence occurs n times in all corpora together, as in
    `analysis.redundancy.repeats.weights`. ``count`` is then the sum of these weights, in the order of the text, and has
    a fraction, which is rounded only in a .csv. Each corpus is read twice: first to compare the sentences of all
    shards, by 128-bit keys (`distinct_sentences` has the probability of a false match).

    `memory`, the other `options` and the errors are those of `write_by_document`.

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
    """Write the word counts of all `corpora` together to the table `out`. Return the number of distinct words.

    Columns: ``term`` (sorted by code points), ``count``, ``documents`` (document frequency): the sums of the rows of
    `count`. The vocabulary need not fit in memory. With ``adjust_for_redundancy`` the counts are whole numbers, since n
    words of the weight 1/n add up to 1; ``documents`` does not change.
    """
    return write_by_document(count_words, corpora, out, TOTALS, rows=_added_up, memory=memory, **options).rows


def _added_up(places: Iterable[Path], folder: Path, memory: int) -> Iterator[pa.RecordBatch]:
    """Add up the rows of `count` in each folder to those of `totals`."""
    with database(memory=memory, folder=folder) as engine:
        assert engine.folder
        files = []
        for number, batch in enumerate(in_order(places, folder, memory)):
            terms, width = batch["term"], len(batch["term"].dictionary)
            row, amount = terms.indices.to_numpy(), batch["count"].to_numpy()
            files.append(engine.folder / f"{number:06}.parquet")
            columns = {"count": np.bincount(row, amount, width), "documents": np.bincount(row, minlength=width)}
            write_shard(files[-1], term=terms.dictionary.to_numpy(zero_copy_only=False), **columns)
        if not files:  # no document could be read, which the caller reports
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
            from analysis.scale.sentences import word_weights  # not needed, and slow to import, without weights

            weights = word_weights(task.tally, number, len(words.ids))
        return pa.record_batch(_columns(corpus.documents["doc_id"].tolist(), words, weights), schema=schema)

    write_rows_of(task.partition, place, schema, rows)


def _columns(doc_ids: list[str], words: Words, weights: NDArray[np.float64] | None) -> list[pa.Array]:
    """The columns of `count`, sorted by document and word; `weights` has one number per word."""
    terms = pa.array(words.vocabulary, pa.string())
    by_term = pc.sort_indices(terms).to_numpy()  # by UTF-8 bytes, which is the order of code points
    rank = np.empty(len(by_term), dtype=np.int32)
    rank[by_term] = np.arange(len(by_term), dtype=np.int32)
    term, amount, first = count_cells(rank[words.ids], words.offsets, len(rank), weights)
    document = np.repeat(np.arange(len(doc_ids), dtype=np.int32), np.diff(first))
    return [
        pa.DictionaryArray.from_arrays(pa.array(document), pa.array(doc_ids, pa.string())),
        pa.DictionaryArray.from_arrays(pa.array(term), terms.take(pa.array(by_term))),
        pa.array(amount if weights is not None else amount.astype(np.int32)),
    ]
