"""Tables as CSV, the same bytes on every machine.

No text runs as a formula in a spreadsheet: an apostrophe is put before each ``=``, ``+``, ``-`` and ``@``, or its
full-width form, at the beginning of a text or after a semicolon, tab or line end, where a spreadsheet may begin a cell.
Blanks, control characters, quotation marks and apostrophes may come between. One apostrophe is added on writing and one
removed on reading, so that every text comes back as it was.
"""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DIGITS = 6  # significant digits of a number: further ones differ between processors
DAY = "%Y-%m-%d"
BLOCK = 1 << 15  # rows converted to text at a time

# Begins with a letter or digit and has nothing at which a spreadsheet splits cells: needs no guard.
_HARMLESS = re.compile(r"[^\W_][^;\t\r\n]*\Z")
_QUOTED = re.compile('[",\r\n]')
_BETWEEN = r'[\x00-\x08\x0b\x0c\x0e-\x20"\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]*'
_PLACE = rf"((?:^|[;\t\r\n]){_BETWEEN})"
_SIGN = "(?='*[=+@＝＋－＠-])"
FORMULA = _PLACE + _SIGN
GUARD = _PLACE + "'" + _SIGN
_FORMULA, _GUARD = re.compile(FORMULA), re.compile(GUARD)
LONGEST = 2**31 - 1  # characters of a cell: the largest limit that the csv module takes on every system


def write_csv(table: pd.DataFrame, path: Path | TextIO) -> None:
    """Write `table` as UTF-8 with ``\\n`` line ends, `DIGITS` significant digits, ISO days and `guarded` texts."""
    if isinstance(path, Path):
        with path.open("w", encoding="utf-8", newline="") as file:
            write_csv(table, file)
        return
    path.write(_lines([[_in_csv(str(name))] for name in table.columns]))
    for start in range(0, len(table), BLOCK):  # the text of a whole table may need much more memory
        block = table.iloc[start : start + BLOCK]
        path.write(_lines([_cells(block.iloc[:, place]) for place in range(len(table.columns))]))


def _lines(columns: list[list[str]]) -> str:
    """The lines of a CSV file from columns of cells; a row of one empty cell needs quotes, or it would be no row."""
    rows = [cell or '""' for cell in columns[0]] if len(columns) == 1 else map(",".join, zip(*columns, strict=True))
    return "\n".join([*rows, ""]) if columns else "\n"


def _cells(column: pd.Series) -> list[str]:
    """The cells of a column; each distinct value is converted once."""
    if pd.api.types.is_float_dtype(column.dtype):
        bits = column.to_numpy(dtype=np.float64, na_value=np.nan).view(np.int64)  # distinguishes 0 and -0
        return _by_value(bits, lambda values: _digits(values.view(np.float64).tolist()))
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _by_value(column, lambda days: list(pd.DatetimeIndex(days).strftime(DAY)))
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biu":
        return _by_value(column.to_numpy(), lambda values: [str(value) for value in values.tolist()])
    if pd.api.types.infer_dtype(column, skipna=True) == "string":
        return _by_value(column, lambda texts: [_in_csv(text) for text in texts])
    missing = column.isna()
    return ["" if none else _in_csv(cell) for cell, none in zip(column.astype(object), missing, strict=True)]


def _digits(values: list[float]) -> list[str]:
    """The cells of numbers, "" for NaN; formatting all at once is the fastest."""
    return (f"%.{DIGITS}g\n" * len(values) % tuple(values)).replace("nan", "").split("\n")[:-1]


def _by_value(column: pd.Series | NDArray[Any], written: Callable[[Any], list[str]]) -> list[str]:
    """Apply `written` to the distinct values of `column`; return a cell for each row, "" where the value is missing."""
    place, values = pd.factorize(column)
    cells: list[str] = np.array([*written(values), ""], dtype=object)[place].tolist()  # a missing value is at -1
    return cells


def _in_csv(cell: Any) -> str:
    """A value that is not missing as a cell, in quotes where it needs them."""
    if isinstance(cell, str):
        text = cell if _HARMLESS.match(cell) else guarded(cell)
    else:
        text = cell.strftime(DAY) if isinstance(cell, datetime | pd.Period) else str(cell)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def guarded(text: str) -> str:
    """Put an apostrophe where a spreadsheet would begin a formula.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("rain; -5%"), guarded("well-read")
    ("'=1+1", "''=1+1", "rain; '-5%", 'well-read')
    """
    return _FORMULA.sub(r"\1'", text)


def restored(text: str) -> str:
    """Undo `guarded`."""
    return _GUARD.sub(r"\1", text) if "'" in text else text  # most cells have none


def csv_rows(file: TextIO) -> Iterator[list[str]]:
    """The rows of `file`, the column names first; raises `csv.Error` where it is no CSV.

    Cells may be longer than the csv module's default limit of 131,072 characters.

    >>> import io
    >>> [len(cell) for row in csv_rows(io.StringIO("text\\n" + 200_000 * "a")) for cell in row]
    [4, 200000]
    """
    csv.field_size_limit(LONGEST)  # global to the module; a higher limit harms no other reader
    return csv.reader(file, strict=True)
