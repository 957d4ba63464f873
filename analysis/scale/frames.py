"""Frame counts by document, of corpora of any size."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.core.intervals import gather
from analysis.framing.counting import amounts, count
from analysis.framing.lexicon import Lexicon
from analysis.scale.by_document import NAMES, Counted, Counting, with_fractions, write_by_document, write_rows_of
from analysis.scale.sentences import documents_in, word_weights
from analysis.text.corpus import Corpus
from analysis.text.tokens import Tokens, tokenize

FRAME_COUNTS = pa.schema(
    [
        ("doc_id", pa.string()),
        ("frame", pa.string()),
        ("hits", pa.int64()),
        ("score", pa.float64()),
        ("sentences_with_hit", pa.int64()),
        ("words", pa.int64()),
        ("sentences", pa.int64()),
    ]
)
_SUMS = ("hits", "words")  # columns that are sums of weights
_KEPT = FRAME_COUNTS.set(0, pa.field("doc_id", NAMES)).set(1, pa.field("frame", NAMES))


def frame_counts(
    corpora: Sequence[str | Path],
    lexicon: Lexicon,
    out: str | Path,
    *,
    memory: int,
    adjust_for_redundancy: bool = False,
    **options: Any,
) -> Counted:
    """Write the hits of each frame of `lexicon` in each document of `corpora` to the table `out`, .csv or Parquet.

    One row per document and frame, with zeros, in the order of the documents and of the lexicon: ``doc_id``, ``frame``,
    ``hits``, ``score`` (the sum of the weights of the matched terms), ``sentences_with_hit``, and the ``words`` and
    ``sentences`` of the document. From sums of rows, over all documents or a group, follow the rates of
    `analysis.framing.frames.profile`: 1000 · hits / words and sentences_with_hit / sentences. Documents in another
    language than the lexicon's have no rows. With `adjust_for_redundancy` hits, score and words are sums of weights:
    1/n for a sentence that occurs n times in the documents of the lexicon's language. All else is as in
    `analysis.scale.count.count`.

    >>> import tempfile
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import SAMPLE
    >>> lexicon = read_lexicon("security_communication")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = frame_counts([SAMPLE], lexicon, f"{folder}/frames.csv", memory=10**9)
    ...     print(*Path(folder, "frames.csv").read_text().splitlines()[:2], sep="\\n")
    doc_id,frame,hits,score,sentences_with_hit,words,sentences
    2024-06-22-communique-1,threat,7,1.25,5,495,22
    """
    schema = with_fractions(FRAME_COUNTS, *_SUMS) if adjust_for_redundancy else FRAME_COUNTS
    options |= {"memory": memory, "adjust_for_redundancy": adjust_for_redundancy, "lexicon": lexicon}
    return write_by_document(count_frames, corpora, out, schema, **options)


def count_frames(task: Counting, place: Path) -> None:
    """Count the frames of a partition into the folder `place`."""
    schema, lexicon = with_fractions(_KEPT, *_SUMS) if task.tally else _KEPT, task.lexicon
    assert lexicon

    def rows(corpus: Corpus, number: int) -> pa.RecordBatch:
        tokens = tokenize(documents_in(corpus, lexicon.language), **dict(task.partition.options))
        weights = task.tally and word_weights(task.tally, number, len(tokens))
        columns = _columns(tokens, lexicon, weights)
        return pa.record_batch(
            [pa.array(each).cast(kind) for each, kind in zip(columns, schema.types, strict=True)], schema
        )

    write_rows_of(task.partition, place, schema, rows)


def _columns(tokens: Tokens, lexicon: Lexicon, weights: NDArray[np.float64] | None) -> list[Any]:
    """The columns of `frame_counts`; `weights` has one number per word."""
    frames, documents = lexicon.frames["frame"].tolist(), tokens.n_documents
    counted = count(tokens, lexicon)
    member = gather(tokens.sentence_document, documents)
    weighted = member.copy()
    if weights is not None:
        # A match has the weight of its sentence. Sums follow the order of a document's sentences.
        weighted.data = weights[tokens.sentence_offsets[weighted.indices]]
    score = (weighted @ counted.scores).toarray()
    number = np.repeat(np.arange(documents, dtype=np.int32), len(frames))
    frame = np.tile(np.arange(len(frames), dtype=np.int32), documents)
    return [
        pa.DictionaryArray.from_arrays(pa.array(number), pa.array(tokens.doc_ids.tolist(), pa.string())),
        pa.DictionaryArray.from_arrays(pa.array(frame), pa.array(frames, pa.string())),
        (weighted @ counted.hits).toarray().ravel(),
        (amounts(score, whole=False) if weights is None else score).ravel(),
        (member @ (counted.hits > 0)).toarray().ravel(),
        (weighted @ counted.words)[number],
        member.sum(axis=1)[number],
    ]
