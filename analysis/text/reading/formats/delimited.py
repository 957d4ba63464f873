"""CSV and TSV: one document per row."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from analysis.text.reading.decoding import stream_encoding
from analysis.text.reading.formats.rows import LONGEST_LINE, Source, check_columns, digest, row_to_record
from analysis.text.reading.records import Problem, ReadError, Record

_DELIMITERS = ",;\t|"
_HEADER = 1 << 16  # characters within which the first row ends


def read_delimited(file: BinaryIO, kind: str = "csv", *, text_column: str = "text") -> Iterator[Record | Problem]:
    """Yield one record per row, named by its number (from 1); columns beside `text_column` are metadata.

    The delimiter is the one of comma, semicolon, tab and bar with which the first row names `text_column`, else has
    most fields; quotes are as in RFC 4180. A row with too few or too many fields, a wrong or unclosed quote, or no
    text is a `Problem` that names its line. One row is in memory at a time. Raises `ReadError` for a file without that
    column or without rows.
    """
    source = Source(kind, stream_encoding(file), digest(file), text_column)
    # The csv module's default limit, which is global, is too low for long reports; raising it harms no other user.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_LINE))
    stream = io.TextIOWrapper(file, encoding=source.encoding, newline="")
    try:
        yield from _rows(stream, source)
    finally:
        stream.detach()  # else it would close the caller's file


def _rows(stream: io.TextIOWrapper, source: Source) -> Iterator[Record | Problem]:
    try:
        delimiter = _detect_delimiter(stream.read(_HEADER), source.text_column)
    except UnicodeDecodeError as error:
        raise ReadError(_reason(error, source.encoding)) from None
    stream.seek(0)
    rows = _numbered(stream, delimiter)
    _, header = next(rows, (1, []))
    if not header:
        raise ReadError("is empty: add a row of column names and rows, or leave it out")
    if isinstance(header, str):
        raise ReadError(f"its first row {header}")
    names = [name.strip() for name in header]
    check_columns(source.text_column, names)
    columns = [name or f"column {number}" for number, name in enumerate(names, 1)]
    number = 0
    for number, (line, row) in enumerate(rows, 1):
        if isinstance(row, str):
            result: Record | Problem = Problem(str(number), row)
        elif len(row) != len(columns):
            reason = f"has {len(row)} fields, not {len(columns)} as the first row: quote fields with {delimiter!r}"
            result = Problem(str(number), reason)
        else:
            result = row_to_record(str(number), dict(zip(columns, row, strict=True)), source)
        yield result if isinstance(result, Record) else Problem(result.name, f"line {line}: {result.reason}")
    if not number:
        raise ReadError("has no row below the column names: add rows, or leave it out")


def _numbered(stream: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row, or why it cannot be read, with the number of the line on which it begins."""
    lines = _Lines(stream)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line, lines.taken = rows.line_num + 1, 0
        try:
            row = next(rows, None)
        except _TooLongError:
            yield line, f"is longer than {LONGEST_LINE >> 20} MB; nothing from here on is read: is a quote not closed?"
            return
        except csv.Error as error:
            yield line, _reason(error, stream.encoding)
        except UnicodeDecodeError as error:
            yield line, _reason(error, stream.encoding)
            return
        else:
            if row is None:
                return
            if row:  # not a blank line
                yield line, row


class _TooLongError(ValueError):
    """A row that would fill the memory."""


class _Lines:
    """The lines of a stream for the csv module; raises `_TooLongError` if those of a row are too long together."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self.taken = 0  # characters since the row began

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(LONGEST_LINE + 1)
        self.taken += len(line)
        if self.taken > LONGEST_LINE:
            raise _TooLongError
        if not line:
            raise StopIteration
        return line


def _detect_delimiter(start: str, text_column: str) -> str:
    """The delimiter of a table that begins with `start`."""

    def fit(delimiter: str) -> tuple[bool, int]:
        try:
            rows = csv.reader(io.StringIO(start), delimiter=delimiter)
            names = [name.strip() for name in next(filter(None, rows), [])]
        except csv.Error:
            names = []
        return text_column in names, len(names)

    return max(_DELIMITERS, key=fit)


def _reason(error: csv.Error | UnicodeDecodeError, encoding: str) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"is not {encoding}, as all before it is; nothing from here on is read: save the file as UTF-8"
    if "unexpected end" in str(error):
        return "opens a quote that is never closed; nothing from here on is read: close it"
    return f"cannot be told into fields ({error}): double each quote inside a quoted field"
