"""Tables that need not fit in memory: streams of batches between stages, and CSV or Parquet files."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.core.csv_files import write_csv

ROWS = 1 << 18  # of a row group, whatever the batches, so that the bytes depend on the rows alone


@contextmanager
def stream(path: Path, schema: pa.Schema) -> Iterator[Any]:
    """A writer of record batches to a new file."""
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, schema, options=options) as writer:
        yield writer


def pieces_in(path: Path) -> Iterator[pa.RecordBatch]:
    """The record batches in a file that `stream` wrote."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_stream(file) as batches:
        yield from batches


def write_rows(batches: Iterable[pa.RecordBatch], schema: pa.Schema, out: Path) -> int:
    """Write the rows of `batches` to `out`, as .csv or else as Parquet; return the number of rows.

    Dictionaries become plain texts. The bytes depend on the rows alone.
    """
    rows = 0
    groups = _row_groups(batches, schema)
    if out.suffix.lower() == ".csv":
        with out.open("w", encoding="utf-8", newline="") as file:
            write_csv(schema.empty_table().to_pandas(), file)
            for table in groups:
                lines = io.StringIO(newline="")
                write_csv(table.to_pandas(), lines)
                file.write(lines.getvalue().partition("\n")[2])  # without the header
                rows += len(table)
        return rows
    with pq.ParquetWriter(out, schema, compression="zstd", compression_level=1) as writer:
        for table in groups:
            writer.write_table(table, row_group_size=ROWS)
            rows += len(table)
    return rows


def _row_groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows of the batches in tables of `ROWS` rows."""
    waiting: list[pa.Table] = []
    size = 0
    for batch in batches:
        table = pa.Table.from_batches([batch])
        while len(table):
            piece = table.slice(0, ROWS - size)
            table = table.slice(len(piece))
            waiting.append(piece.cast(schema))
            size += len(piece)
            if size == ROWS:
                yield pa.concat_tables(waiting).combine_chunks()
                waiting, size = [], 0
    if size:
        yield pa.concat_tables(waiting).combine_chunks()
