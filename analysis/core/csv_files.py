"""Tables as CSV: numbers with a stated number of digits, so that two machines write the same bytes.

No text runs as a formula in a spreadsheet: an apostrophe is put before each ``=``, ``+``, ``-`` and ``@``, or its
full-width form, that begins a text, or follows a semicolon, a tab or a line end in it, at which a spreadsheet may part
cells. Blanks, control characters and quotation marks may come between, and so may apostrophes: one is added on writing
and one removed on reading, so that every text comes back as it was.
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

DIGITS = 6  # significant digits of a written number: the last bits differ between processors, these do not
DAY = "%Y-%m-%d"  # a date, as written
BLOCK = 1 << 15  # rows that are made into text at a time

# No guard can apply to a text that begins with a letter or digit and has nothing at which a spreadsheet parts cells.
_HARMLESS = re.compile(r"[^\W_][^;\t\r\n]*\Z")
_QUOTED = re.compile('[",\r\n]')
_BETWEEN = r'[\x00-\x08\x0b\x0c\x0e-\x20"\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]*'
_PLACE = rf"((?:^|[;\t\r\n]){_BETWEEN})"
_SIGN = "(?='*[=+@＝＋－＠-])"
FORMULA = _PLACE + _SIGN
GUARD = _PLACE + "'" + _SIGN
_FORMULA, _GUARD = re.compile(FORMULA), re.compile(GUARD)
LONGEST = 2**31 - 1  # characters of a cell; the most that the csv module takes on every system


def write_csv(table: pd.DataFrame, path: Path | TextIO) -> None:
    """`table` as CSV, UTF-8, ``\\n`` line ends, numbers with `DIGITS` significant digits, dates as ISO days.

    Texts, names of columns too, are written as `guarded` gives them: no spreadsheet runs one.
    """
    if isinstance(path, Path):
        with path.open("w", encoding="utf-8", newline="") as file:
            _write_rows(table, file)
    else:
        _write_rows(table, path)


def _write_rows(table: pd.DataFrame, file: TextIO) -> None:
    """`table` to `file`, a block of rows at a time, so that a long table isn't in memory as text all at once."""
    file.write(_lines([[_in_csv(str(name))] for name in table.columns]))
    for start in range(0, len(table), BLOCK):
        block = table.iloc[start : start + BLOCK]
        file.write(_lines([_cells(block.iloc[:, place]) for place in range(len(table.columns))]))


def _lines(columns: list[list[str]]) -> str:
    """Columns of finished cells as lines; an empty cell that is alone in its row has quotes, or there were no row."""
    rows = [cell or '""' for cell in columns[0]] if len(columns) == 1 else map(",".join, zip(*columns, strict=True))
    return "\n".join([*rows, ""]) if columns else "\n"


def _cells(column: pd.Series) -> list[str]:
    """Each value of `column` as written in a CSV: what is frequent is worked out once for all its places."""
    if pd.api.types.is_float_dtype(column.dtype):
        bits = column.to_numpy(dtype=np.float64, na_value=np.nan).view(np.int64)  # 0 and -0 are equal, but two texts
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
    """Each number with `DIGITS` significant digits, "" for one that is missing; all at once, which is the quickest."""
    return (f"%.{DIGITS}g\n" * len(values) % tuple(values)).replace("nan", "").split("\n")[:-1]


def _by_value(column: pd.Series | NDArray[Any], written: Callable[[Any], list[str]]) -> list[str]:
    """What `written` makes of the different values of `column`, at each of their places; "" where there is none."""
    place, values = pd.factorize(column)
    cells: list[str] = np.array([*written(values), ""], dtype=object)[place].tolist()  # -1 is what is missing
    return cells


def _in_csv(cell: Any) -> str:
    """One cell that is there: a text guarded, a time as a day, anything with a sign of the format in quotes."""
    if isinstance(cell, str):
        text = cell if _HARMLESS.match(cell) else guarded(cell)
    else:
        text = cell.strftime(DAY) if isinstance(cell, datetime | pd.Period) else str(cell)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def guarded(text: str) -> str:
    """`text` as no spreadsheet runs it, and as it is where none would.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("rain; -5%"), guarded("well-read")
    ("'=1+1", "''=1+1", "rain; '-5%", 'well-read')
    """
    return _FORMULA.sub(r"\1'", text)


def restored(text: str) -> str:
    """The text that `guarded` was given."""
    return _GUARD.sub(r"\1", text)


def csv_rows(file: TextIO) -> Iterator[list[str]]:
    """The rows of `file`, the names of the columns first; raises `csv.Error` where it is no CSV.

    A shared passage may well be longer than the 131,072 characters with which the csv module stops of itself.

    >>> import io
    >>> [len(cell) for row in csv_rows(io.StringIO("text\\n" + 200_000 * "a")) for cell in row]
    [4, 200000]
    """
    csv.field_size_limit(LONGEST)  # of the module, not of a reader; that it is higher takes nothing from others
    return csv.reader(file, strict=True)
