"""How much each document of a corpus speaks of each frame of a lexicon, counted part by part."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from analysis.framing.counting import amounts, count, gather
from analysis.framing.lexicon import Lexicon
from analysis.progress import Progress
from analysis.scale.by_document import NAMES, Counted, write_by_document, write_part
from analysis.scale.partitions import Partition, partitions
from analysis.scale.resources import budget
from analysis.text.corpus import Corpus
from analysis.text.tokens import tokenize

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
PER_CHARACTER = 45  # bytes at the peak of tokenizing a character and looking for patterns in it

_KEPT = FRAME_COUNTS.set(0, pa.field("doc_id", NAMES)).set(1, pa.field("frame", NAMES))


class Search(NamedTuple):
    """A lexicon to be looked for in a partition."""

    key: str
    partition: Partition
    lexicon: Lexicon


def frame_counts(
    corpora: Sequence[str | Path],
    lexicon: Lexicon,
    out: str | Path,
    *,
    memory: int,
    client: Any = None,
    work: Path | None = None,
    progress: Progress = lambda what, done, total: None,
    **reading: Any,
) -> Counted:
    """Write how much each document of `corpora` speaks of each frame of `lexicon` to the table `out`, .csv or Parquet.

    One row a document and frame, zeros too, in the order of the documents and of the lexicon: ``doc_id``, ``frame``,
    ``hits`` (matches that count), ``score`` (the sum of their terms' weights), ``sentences_with_hit``, and of the whole
    document ``words`` and ``sentences``. Sums of rows, over all documents or over a group, are what
    `analysis.framing.frames.profile` takes its rates of: 1000 · hits / words, sentences_with_hit / sentences. Documents
    in another language than the lexicon's have no rows, since it finds nothing there. All else is as with
    `analysis.scale.count.count`.

    >>> import tempfile
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.paths import LEXICONS, SAMPLE
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = frame_counts([SAMPLE], lexicon, f"{folder}/frames.csv", memory=10**9)
    ...     print(*Path(folder, "frames.csv").read_text().splitlines()[:2], sep="\\n")
    doc_id,frame,hits,score,sentences_with_hit,words,sentences
    2024-06-22-communique-1,threat,7,1.25,5,495,22
    """
    plan = budget(memory, local=client is None, per_character=PER_CHARACTER)
    tasks = []
    for partition in partitions(corpora, characters=plan.characters, **reading):
        known = f"{partition.key} {lexicon.sha256}"
        tasks.append(Search(hashlib.sha256(known.encode()).hexdigest()[:32], partition, lexicon))
    how = {"client": client, "work": work, "progress": progress}
    return write_by_document(count_frames, tasks, corpora, Path(out), FRAME_COUNTS, plan=plan, **how)


def count_frames(task: Search, place: Path) -> None:
    """Count the frames of a partition into the folder `place`."""

    def rows(corpus: Corpus) -> pa.RecordBatch:
        return _rows(corpus, task.lexicon, dict(task.partition.options))

    write_part(task.partition, place, _KEPT, rows)


def _rows(corpus: Corpus, lexicon: Lexicon, options: dict[str, Any]) -> pa.RecordBatch:
    """The rows of the documents in the lexicon's language."""
    languages = corpus.documents["language"].str.split("-").str[0].str.lower()
    corpus = corpus.subset(np.flatnonzero((languages == lexicon.language).to_numpy()))
    frames = lexicon.frames["frame"].tolist()
    documents, width = len(corpus.texts), len(frames)
    tokens = tokenize(corpus, **options)
    counted = count(tokens, lexicon)
    by_document = gather(tokens.sentence_document, documents)
    number = np.repeat(np.arange(documents, dtype=np.int32), width)
    frame = np.tile(np.arange(width, dtype=np.int32), documents)
    columns = [
        pa.DictionaryArray.from_arrays(pa.array(number), pa.array(corpus.documents["doc_id"].tolist(), pa.string())),
        pa.DictionaryArray.from_arrays(pa.array(frame), pa.array(frames, pa.string())),
        *(
            pa.array(amounts((by_document @ each).toarray().ravel(), whole=whole))
            for each, whole in ((counted.hits, True), (counted.scores, False), (counted.hits > 0, True))
        ),
        pa.array(np.diff(tokens.document_offsets)[number]),
        pa.array(np.bincount(tokens.sentence_document, minlength=documents)[number]),
    ]
    return pa.record_batch(columns, schema=_KEPT)
