"""The rows of a CSV file that a run wrote, however long its cells are."""

import csv
from collections.abc import Iterator
from typing import TextIO

LONGEST = 2**31 - 1  # characters of a cell; the most that the csv module takes on every system


def csv_rows(file: TextIO) -> Iterator[list[str]]:
    """The rows of `file`, the names of the columns first; raises `csv.Error` where it is no CSV.

    A shared passage may well be longer than the 131,072 characters with which the csv module stops of itself.

    >>> import io
    >>> [len(cell) for row in csv_rows(io.StringIO("text\\n" + 200_000 * "a")) for cell in row]
    [4, 200000]
    """
    csv.field_size_limit(LONGEST)  # of the module, not of a reader; that it is higher takes nothing from others
    return csv.reader(file, strict=True)
