"""What of a corpus could not be read, kept part by part and written beside the table that is made of the corpus."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from analysis.core.files import delete_file, whole_file
from analysis.engine.partitions import Partition, read_parts
from analysis.engine.tables import pieces_in, stream, write_rows
from analysis.text.corpus import Corpus

PROBLEMS = pa.schema([("path", pa.string()), ("reason", pa.string())])

_FILE = "problems.arrow"


def parts_told(partition: Partition, place: Path) -> Iterator[Corpus]:
    """The parts of a partition that have documents, with the problems of all written to the folder `place`."""
    with stream(place / _FILE, PROBLEMS) as problems:
        for corpus in read_parts(partition):
            columns = [pa.array(corpus.problems[name].tolist(), pa.string()) for name in PROBLEMS.names]
            problems.write_batch(pa.record_batch(columns, schema=PROBLEMS))
            if len(corpus.texts):
                yield corpus


def problems_in(places: Sequence[Path]) -> pd.DataFrame:
    """What `parts_told` left in folders, as ``Corpus.problems``."""
    rows = [batch.to_pandas() for batch in _rows(places)]
    table: pd.DataFrame = pd.concat([PROBLEMS.empty_table().to_pandas(), *rows], ignore_index=True)
    return table


def problems_of(out: Path) -> Path:
    """The table of problems beside the table `out`.

    >>> problems_of(Path("counts.parquet")).name
    'counts.problems.csv'
    """
    return out.with_name(f"{out.stem}.problems.csv")


def write_problems(places: Sequence[Path], out: Path) -> int:
    """Write what `parts_told` left in folders to `problems_of(out)`; how many there are. None: an earlier file goes."""
    target = problems_of(out).expanduser()
    if not any(len(batch) for batch in _rows(places)):
        delete_file(target)
        return 0
    with whole_file(target) as new:
        return write_rows(_rows(places), PROBLEMS, new)


def nothing_read(corpora: Sequence[str | Path], places: Sequence[Path]) -> str:
    """Why there is no document, as `read_corpus` says it; from what `parts_told` left in folders."""
    rows = (row for batch in _rows(places) for row in batch.to_pylist())
    why = next((": ".join(row.values()) for row in rows), "it holds no text")
    return f"no document could be read from {', '.join(repr(str(corpus)) for corpus in corpora)}: {why}"


def _rows(places: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    return (batch for place in places for batch in pieces_in(place / _FILE))
