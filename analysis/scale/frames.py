"""How much each document of a corpus speaks of each frame of a lexicon, counted shard by shard."""

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
_SUMS = ("hits", "words")  # the columns that have fractions where words have weights
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
    """Write how much each document of `corpora` speaks of each frame of `lexicon` to the table `out`, .csv or Parquet.

    One row a document and frame, zeros too, in the order of the documents and of the lexicon: ``doc_id``, ``frame``,
    ``hits`` (matches that count), ``score`` (the sum of their terms' weights), ``sentences_with_hit``, and of the whole
    document ``words`` and ``sentences``. Sums of rows, over all documents or over a group, are what
    `analysis.framing.frames.profile` takes its rates of: 1000 · hits / words, sentences_with_hit / sentences. Documents
    in another language than the lexicon's have no rows, since it finds nothing there. All else is as with
    `analysis.scale.count.count`. With `adjust_for_redundancy` hits, score and words are sums of weights, those of a
    match's and a word's sentence, and numbers with a fraction: 1/n where it appears n times in the documents of the
    lexicon's language.

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
    """The columns of the rows of documents; `weights`: of each word, all 1 without them."""
    frames, documents = lexicon.frames["frame"].tolist(), tokens.n_documents
    counted = count(tokens, lexicon)
    member = gather(tokens.sentence_document, documents)
    weighted = member.copy()
    if weights is not None:
        # A match is in one sentence, and weighs what that does. Sums go through a document's sentences in order.
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
