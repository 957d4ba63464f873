"""Metadata of documents: tables with one row per file, patterns of file names, and dates."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from analysis.core.csv_files import restored
from analysis.text.reading.readers import ReadError, decode, ending

FILE_COLUMNS = ("file", "filename", "path", "doc_id")  # a metadata table names its files in the first of these
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}  # in order of preference

# Unambiguous date formats besides ISO 8601, by the NumPy unit of what they name.
_FORMATS = {
    "D": ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%Y/%m/%d", "%Y.%m.%d"),
    "M": ("%Y-%m", "%B %Y"),
    "Y": ("%Y",),
}
FEW = 3  # minimum number of file names that must share a pattern
_DATE_IN_NAME = re.compile(r"(?<!\d)(?:1[4-9]|20)\d{2}(?:[-.]?\d{2}){0,2}(?!\d)")
_TWO_NUMBERS_FIRST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")


class MetadataError(ValueError):
    """An unusable metadata table; the message says why and what was expected."""


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV table as text, stripping blanks and spreadsheet guards from names and values.

    The delimiter is the one of comma, semicolon and tab that splits the first line into the most names. Raises
    `MetadataError` for a missing file, one that is not text, or a row with more values than the header has names.
    """
    rows, delimiter = read_rows(path)
    names = [restored(name.strip()) for name in rows[0]] if rows else []
    while names and not names[-1]:
        names.pop()
    twice = [name for name, count in Counter(names).items() if count > 1]
    if not names or twice:
        what = f"the column {twice[0]!r} twice" if twice else "no header"
        raise MetadataError(f"{path.name} has {what}: its first line must name each column once")
    table = []
    for number, row in enumerate(rows[1:], start=2):
        values = [restored(value.strip()) for value in row]
        if any(values[len(names) :]):
            raise MetadataError(
                f"{path.name} row {number} has {len(values)} values for {len(names)} columns: "
                f"put values that hold a {DELIMITERS[delimiter]} in double quotes"
            )
        if any(values):
            table.append((values + [""] * len(names))[: len(names)])
    return pd.DataFrame(table, columns=names, dtype=object)


def read_rows(path: Path) -> tuple[list[list[str]], str]:
    """The rows of a CSV file as written, and its delimiter. Raises `MetadataError` as `read_table` does."""
    if not path.is_file():
        raise MetadataError(f"no such table: {str(path)!r}: give a CSV file whose first line names its columns")
    try:
        text, _ = decode(path.read_bytes())
        delimiter = max(DELIMITERS, key=lambda candidate: _header_width(text, candidate))
        return list(_csv(text, delimiter)), delimiter
    except (ReadError, csv.Error) as error:
        raise MetadataError(f"{path.name} is not a CSV table: {error}") from None
    except OSError as error:
        raise MetadataError(f"{path.name} cannot be read: {error.strerror}") from None


def _csv(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)


def _header_width(text: str, delimiter: str) -> int:
    """The number of names in the first row, 0 if it is malformed with this delimiter."""
    try:
        return len(next(_csv(text, delimiter), []))
    except csv.Error:
        return 0


def rows_by_file(
    table: pd.DataFrame, label: str, files: Iterable[str], problems: list[tuple[str, str]]
) -> dict[str, dict[str, str]]:
    """Map each of `files` to its row of `table`, which may name it with or without its ending.

    Rows without a file, and further rows for a file, are appended to `problems`; `label` names the table in messages.
    Raises `MetadataError` if no column names the files.
    """
    key = next((column for column in FILE_COLUMNS if column in table.columns), None)
    if key is None:
        columns = ", ".join(map(str, table.columns))
        raise MetadataError(f"{label} has the columns {columns}: one called 'file' must name each row's file")
    named = {stem(file): file for file in files} | {file: file for file in files}
    found: dict[str, dict[str, str]] = {}
    for row in table.astype(object).where(table.notna(), "").astype(str).to_dict("records"):
        name = PurePosixPath(row[key].strip()).as_posix()
        # Backslashes separate folders in tables from Windows; elsewhere they may be part of a name, so try that first.
        file = named.get(name) or named.get(name := PurePosixPath(name.replace("\\", "/")).as_posix())
        if file is None:
            problems.append((name, f"has a row in {label} but there is no such file: add the file, or drop the row"))
        elif file in found:
            problems.append((file, f"has more than one row in {label}: the first is used"))
        else:
            found[file] = {str(column): value.strip() for column, value in row.items() if column != key}
    return found


def names_reader(pattern: str) -> Callable[[str], dict[str, str] | None]:
    """Return a function that parses a file's path by `pattern` into its fields, or None if it does not match.

    A pattern is a file name without its ending, with fields in braces: ``"{source}_{date}_{title}"``, or, with the
    folder, ``"{source}/{date}_{title}"``. ``{date}`` matches digits, optionally separated by ``-`` or ``.``; other
    fields match as little as they can. Raises `MetadataError` for a pattern without fields, with a repeated field, or
    with adjacent ones.

    >>> names_reader("{source}_{date}_{title}")("news/Daily_A_2024-06-22_New_operation.txt")
    {'source': 'Daily_A', 'date': '2024-06-22', 'title': 'New_operation'}
    """
    pieces = re.split(r"\{([^{}]*)\}", pattern)
    literals, fields = pieces[::2], pieces[1::2]
    faults = {
        "has no field": not fields,
        "has a brace that does not belong to a field": any(set("{}") & set(literal) for literal in literals),
        "has a field that is no word": not all(field.isidentifier() for field in fields),
        "names a field twice": len(set(fields)) < len(fields),
        "has two fields with nothing between them": not all(literals[1:-1]),
    }
    if fault := next((fault for fault, found in faults.items() if found), None):
        raise MetadataError(f"file-name pattern {pattern!r} {fault}: write it as '{{source}}_{{date}}_{{title}}'")
    date = r"\d{4}(?:[-.]?\d{2}){0,2}|\d{1,2}[-.]\d{1,2}[-.]\d{4}"
    expression = re.escape(literals[0])
    for field, literal in zip(fields, literals[1:], strict=True):
        expression += f"(?P<{field}>{date if field == 'date' else '[^/]+?'}){re.escape(literal)}"
    compiled = re.compile(expression)
    depth = pattern.count("/") + 1

    def read(name: str) -> dict[str, str] | None:
        found = compiled.fullmatch("/".join(stem(name).split("/")[-depth:]))
        return found.groupdict() if found else None

    return read


def pattern_of_names(names: Sequence[str]) -> tuple[str, int]:
    """The pattern (see `names_reader`) that most of the file `names` match, and how many do; "" if there is none.

    Matching names have a date and the same separator (``_``, ``-`` or a blank). A recurring part beside the date is
    the source; anything else is called ``name``, since a headline in the text makes a better title. At least `FEW`
    names must match.

    >>> pattern_of_names(["1789-Washington.txt", "1793-Washington.txt", "1797-Adams.txt"])
    ('{date}-{source}', 3)
    >>> pattern_of_names([f"2024-06-{day}_{paper}_day_{day}.txt" for day in (22, 23) for paper in ("dawn", "dusk")])
    ('{date}_{source}_{name}', 4)
    """
    shapes: dict[tuple[bool, str, bool], list[tuple[str, str]]] = {}
    for name in names:
        own = stem(name.rpartition("/")[2])
        found = next((date for date in _DATE_IN_NAME.finditer(own) if parse_date(date[0])), None)
        if not found:
            continue
        left, right = own[: found.start()], own[found.end() :]
        sign = right[:1] or left[-1:] or "_"
        if sign in ("_", "-", " ") and left[-1:] in ("", sign) and right[:1] in ("", sign):
            shapes.setdefault((bool(left), sign, bool(right)), []).append((left[:-1], right[1:]))
    if not shapes:
        return "", 0
    (before, sign, after), parts = max(shapes.items(), key=lambda shape: len(shape[1]))
    fields = ["{date}"]
    if before:
        fields.insert(0, "{source}" if after or _recur(parts, 0) else "{name}")
    if after and (before or not _recur(parts, 1)):
        fields.append("{name}")
        firsts = [(first, rest.partition(sign)[0]) for first, rest in parts if sign in rest]
        if not before and len(firsts) == len(parts) and _recur(firsts, 1):
            fields.insert(1, "{source}")
    elif after:
        fields.append("{source}")
    pattern = sign.join(fields)
    fit = sum(read is not None and parse_date(read["date"]) is not None for read in map(names_reader(pattern), names))
    return (pattern, fit) if fit >= FEW else ("", 0)


def _recur(parts: Sequence[tuple[str, str]], place: int) -> bool:
    """Whether some names agree in the part before (0) or after (1) their date."""
    return len({part[place] for part in parts}) < len(parts)


def parse_date(value: str) -> datetime | None:
    """Parse `value` as a day or a time (in UTC if it names a zone); None if it is neither, or ambiguous.

    Relative dates such as "today" are not dates.

    >>> parse_date("2024-06-22"), parse_date("22 June 2024") == parse_date("22/06/2024"), parse_date("12/06/2024")
    (datetime.datetime(2024, 6, 22, 0, 0), True, None)
    """
    found = _dated(value)
    return found[0] if found else None


def date_span(value: str) -> tuple[np.datetime64, np.datetime64] | None:
    """The start of the year, month, day or second that `value` names, and of the next one; None as in `parse_date`.

    >>> [str(day) for day in date_span("1990") or ()], [str(day) for day in date_span("2024-06-22") or ()]
    (['1990-01-01T00:00:00', '1991-01-01T00:00:00'], ['2024-06-22T00:00:00', '2024-06-23T00:00:00'])
    """
    found = _dated(value)
    if found is None:
        return None
    first = np.datetime64(found[0]).astype(f"datetime64[{found[1]}]")
    following = first + np.array(1, f"timedelta64[{found[1]}]")
    return first.astype("datetime64[s]"), following.astype("datetime64[s]")


def _dated(value: str) -> tuple[datetime, str] | None:
    """The date that `value` names, and its NumPy unit: Y, M, D, or s for a time."""
    value = " ".join(value.split())
    try:
        date = datetime.fromisoformat(value)
        return (date.astimezone(UTC).replace(tzinfo=None) if date.tzinfo else date), "s" if len(value) > 10 else "D"
    except ValueError:
        pass
    for unit, formats in _FORMATS.items():
        for pattern in formats:
            with suppress(ValueError):
                return datetime.strptime(value, pattern), unit
    dates = set()
    if numbers := _TWO_NUMBERS_FIRST.fullmatch(value):
        first, second, year = int(numbers[1]), int(numbers[3]), int(numbers[4])
        for month, day in ((first, second), (second, first)):
            with suppress(ValueError):
                dates.add(datetime(year, month, day))
    return (dates.pop(), "D") if len(dates) == 1 else None


def stem(name: str) -> str:
    """A path without the ending of its file name."""
    return name.removesuffix(ending(name))
