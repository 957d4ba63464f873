"""What is repeated almost verbatim, in a corpus that need not fit in memory or on one machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.core.jobs import digest
from analysis.core.resources import BASE
from analysis.engine.columns import column, read_about, texts_of
from analysis.engine.pairing import PER_CHARACTER, numbered
from analysis.redundancy.reuse.borrowing import SIDES
from analysis.scale import near_stages as stages
from analysis.text.units import UNITS

PER_RECORD = 100  # bytes at the peak of comparing a word of a set, or a pair of places
BATCH = 1 << 16  # pairs of which the rows are made at a time
MOST = 1_000_000_000_000  # comparisons of sets that share one of their first words: some hours of one processor

NEAR = pa.schema(
    [
        (f"{side}_{name}", kind)
        for side in SIDES
        for name, kind in (("doc", pa.string()), ("start", pa.int64()), ("end", pa.int64()))
    ]
    + [("similarity", pa.float64()), ("omitted", pa.int64())]
)


class Found(NamedTuple):
    """What was found: documents, sentences or paragraphs in them, pairs listed and omitted, problems in reading."""

    documents: int
    units: int
    pairs: int
    omitted: int
    problems: int


def near(
    corpora: Sequence[str | Path],
    out: str | Path,
    *,
    memory: int,
    threshold: float = 0.8,
    unit: str = "sentence",
    **options: Any,
) -> Found:
    """Write the pairs of sentences or paragraphs that are nearly the same, in one corpus or several, to `out`.

    The rows are those of `near_repeats` for all documents together, in its order: ``a_doc``, ``a_start``, ``a_end``,
    ``b_doc``, ``b_start``, ``b_end``, ``similarity``, ``omitted``; `out` ends in .parquet or .csv. The file is the
    same, byte for byte, whatever `memory` (bytes of all processes on this machine, of each worker with a dask `client`)
    and the number of processes, and after an interruption, from which a second call goes on: see `work_folder`, to
    which `work` goes. The other `options` are ``progress`` and the parameters of `read_corpus` and `tokenize`. Problems
    in reading are in ``<stem>.problems.csv``, path and reason, beside `out`.

    No pair is missed: the search is that of `near_repeats`. The different sets of words are put in one row, by size,
    and cut into blocks; each block is compared with itself and with later ones, as far as sets of their sizes can be
    alike (prefixes of the rarest words, Bayardo, Ma and Srikant 2007, Scaling up all pairs similarity search). Contents
    are told apart by 128-bit keys. On disk there are a few bytes for each character, and 16 for each row, until the
    table is whole.

    Raises `CorpusError` and `ValueError` as `partitions` does; the first where no document can be read, too, the other
    for a threshold that is no share above 0, for another `unit`, and where more than `MOST` comparisons would be
    needed.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold:g}: give a share above 0 and up to 1, such as 0.8")
    if unit not in UNITS:
        raise ValueError(f"unknown unit {unit!r}: use {' or '.join(map(repr, UNITS))}")
    with numbered(
        corpora,
        Path(out),
        task=lambda piece: stages.Reading(digest(piece.key, unit), piece, unit),
        reading_stage=stages.units_read,
        listing_stage=stages.numbered_units,
        memory=memory,
        **options,
    ) as corpus:
        run, limit = corpus.run, corpus.plan.characters * PER_CHARACTER // PER_RECORD
        engine = memory - BASE, corpus.plan.cores
        key = digest(corpus.listing.name, str(threshold))
        uniting = stages.Uniting(key, str(corpus.listing), float(threshold), *engine)
        [united] = run(stages.united, [uniting], what="numbering words")
        if (comparisons := read_about(united)["comparisons"]) > MOST:
            raise ValueError(
                f"what is nearly the same is not looked for: so many {unit}s share their rarest words that it would "
                f"take {comparisons:.0e} comparisons, and {MOST:.0e} are made at most: give a higher threshold, or "
                "fewer texts"
            )
        folders = run(stages.copied, stages.copyings(united, limit), what="copies")
        folders += run(stages.met, stages.meetings(united, float(threshold), limit), what="comparing")
        names = tuple(map(str, folders))
        settling = stages.Settling(digest(*names), names, corpus.about["units"], *engine)
        [settled] = run(stages.settled, [settling], what="settling")
        with pq.ParquetFile(settled / "pairs.parquet") as file:
            batches = (_rows(corpus.listing, settled, batch) for batch in file.iter_batches(BATCH))
            written = corpus.write(batches, file.metadata.num_rows, NEAR)
        skipped = read_about(settled)["omitted"]
        return Found(corpus.about["documents"], corpus.about["units"], written, skipped, corpus.problems)


def _rows(listing: Path, settled: Path, pairs: pa.RecordBatch) -> pa.RecordBatch:
    """The rows of the table for pairs of places."""
    units = listing / "all"
    names = texts_of(units)
    document, start, end = (column(units, name) for name in ("document", "start", "end"))
    a, b, similarity = (values.to_numpy() for values in pairs.columns)
    columns: list[Any] = []
    for places in (a, b):
        columns += names.take(pa.array(document[places])).cast(pa.string()), start[places], end[places]
    columns += similarity, stages.omitted(settled, a, b)
    arrays = [pa.array(values).cast(kind) for values, kind in zip(columns, NEAR.types, strict=True)]
    return pa.record_batch(arrays, schema=NEAR)
