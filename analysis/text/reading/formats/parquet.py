"""Parquet: one document per row."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from analysis.text.reading.formats.rows import Source, check_columns, digest, row_to_record
from analysis.text.reading.records import Problem, ReadError, Record

_BATCH = 256  # rows in memory together
_BATCH_BYTES = 64 << 20  # maximum size of a batch, even if one long text occurs many times
_LEAST = 20 * 10**6  # characters that any file may hold
_RATIO = 200  # maximum ratio of characters to bytes of the file; for natural text it is below 20

_NO_VALUE = (
    ValueError,
    OverflowError,
    LookupError,
)  # invalid UTF-8, a date beyond Python's range, an unknown time zone


class _Unreadable(NamedTuple):
    reason: str


def read_parquet(file: BinaryIO, *, text_column: str = "text") -> Iterator[Record | Problem]:
    """Yield one record per row, named by its number (from 1); columns beside `text_column` are metadata.

    A row without text is a `Problem`. The rest of a file is one `Problem` where it is broken, or once it has yielded
    more than both 20 million characters and 200 times its own size. Raises `ReadError` for a file that is broken from
    the start, lacks that column, has two of one name, or has no rows.
    """
    import pyarrow as pa  # imported late: it takes longer than reading a folder of texts
    from pyarrow.parquet import ParquetFile

    most = max(_LEAST, _RATIO * file.seek(0, 2))
    file.seek(0)
    try:
        table = ParquetFile(file)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ReadError(f"is not a Parquet file, or a broken one ({_line(error)}): export it again") from None
    check_columns(text_column, table.schema_arrow.names)
    if not table.metadata.num_rows:
        raise ReadError("has no rows: add rows, or leave it out")
    source = Source("parquet", "", digest(file), text_column)
    number = size = 0
    try:
        for row in _rows(table):
            number += 1
            name = str(number)
            found = _record(name, row, source)
            size += len(found.text) + sum(map(len, found.metadata.values())) if isinstance(found, Record) else 0
            if size > most:
                yield Problem(name, f"unpacks to more than {_RATIO} times its size: nothing from here on is read")
                return
            yield found
    except (pa.ArrowException, OSError) as error:
        yield Problem(str(number + 1), f"is broken ({_line(error)}), and nothing from here on is read: export it again")


def _record(name: str, row: Mapping[str, Any], source: Source) -> Record | Problem:
    """The record of a row, without its unreadable columns."""
    lost = [column for column, value in row.items() if isinstance(value, _Unreadable)]
    if source.text_column in lost:
        return Problem(name, f"its {source.text_column!r} is not text ({row[source.text_column].reason})")
    found = row_to_record(name, {column: value for column, value in row.items() if column not in lost}, source)
    if isinstance(found, Problem):
        return found
    problems = tuple(f"column {column!a} is left out: it cannot be read ({row[column].reason})" for column in lost)
    return found._replace(problems=found.problems + problems)


def _rows(table: Any) -> Iterator[Mapping[str, Any]]:
    """The rows, with `_Unreadable` in place of what is no Python value."""
    for group in range(table.num_row_groups):
        # A text is no longer than its row group, but a dictionary-encoded one may occur in every row.
        largest = max(1, table.metadata.row_group(group).total_byte_size)
        count = min(_BATCH, max(1, _BATCH_BYTES // largest))
        for batch in table.iter_batches(count, row_groups=[group], use_threads=False):
            try:
                rows = batch.to_pylist()
            except _NO_VALUE:
                places = range(batch.num_rows)
                rows = [{name: _value(batch.column(name)[place]) for name in batch.schema.names} for place in places]
            yield from rows


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except _NO_VALUE as error:
        return _Unreadable(_line(error))


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
