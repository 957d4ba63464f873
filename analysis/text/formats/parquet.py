"""Parquet: one document a row."""

from collections.abc import Iterator
from typing import BinaryIO

from analysis.text.formats.rows import Source, demand, digest, document
from analysis.text.records import Problem, ReadError, Record

_BATCH = 256  # rows in memory together


def read_parquet(file: BinaryIO, *, text_column: str = "text") -> Iterator[Record | Problem]:
    """One record a row of a Parquet file, named by its number (from 1); columns beside `text_column` are metadata.

    A row without text is a `Problem`; so is, once, all that follows a place where the file is broken. Raises
    `ReadError` for a file that is broken from the start, and for one without that column or without rows.

    >>> import io, pyarrow, pyarrow.parquet
    >>> file = io.BytesIO()
    >>> pyarrow.parquet.write_table(pyarrow.table({"text": ["The council met."], "source": ["Daily"]}), file)
    >>> [found] = read_parquet(file)
    >>> found.text, found.name, found.metadata
    ('The council met.', '1', {'source': 'Daily'})
    """
    import pyarrow as pa  # here, since it takes longer to import than a folder of texts to read
    from pyarrow.parquet import ParquetFile

    source = Source("parquet", "", digest(file), text_column)
    try:
        table = ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        raise ReadError(f"is not a Parquet file, or a broken one ({_line(error)}): export it again") from None
    demand(text_column, table.schema_arrow.names)
    if not table.metadata.num_rows:
        raise ReadError("has no rows: add rows, or leave it out")
    number = 0
    try:
        for group in range(table.num_row_groups):
            for batch in table.iter_batches(_BATCH, row_groups=[group], use_threads=False):
                for row in batch.to_pylist():
                    number += 1
                    yield document(str(number), row, source)
    except (pa.ArrowException, OSError) as error:
        yield Problem(str(number + 1), f"is broken ({_line(error)}), and nothing from here on is read: export it again")


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
