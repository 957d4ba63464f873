"""What is said about the documents: a table with one row a file, and its dates."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from analysis.core.csv_files import restored
from analysis.text.reading.readers import ReadError, decode, ending

FILE_COLUMNS = ("file", "filename", "path", "doc_id")  # a metadata table names its files in the first of these
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}  # of two that fit alike, the earlier one

# Ways to write a date that can be read in one way only, beside ISO 8601, and numpy's unit of what each names.
_FORMATS = {
    "%d %B %Y": "D",
    "%d %b %Y": "D",
    "%B %d, %Y": "D",
    "%b %d, %Y": "D",
    "%B %d %Y": "D",
    "%Y/%m/%d": "D",
    "%Y.%m.%d": "D",
    "%Y-%m": "M",
    "%B %Y": "M",
    "%Y": "Y",
}
FEW = 3  # file names that must agree before a pattern is seen in them
_DATE_IN_NAME = re.compile(r"(?<!\d)(?:1[4-9]|20)\d{2}(?:[-.]?\d{2}){0,2}(?!\d)")
_TWO_NUMBERS_FIRST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")


class MetadataError(ValueError):
    """A metadata table that cannot be used; the message says why and what was expected."""


def read_table(path: Path) -> pd.DataFrame:
    """The CSV table in `path` as texts, names and values without blanks around them and guards before them.

    Its delimiter is a comma, a semicolon or a tab, whichever parts its first line into the most names. Raises
    `MetadataError` when it is not there, is not text, or has a row with more values than the header has names.
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
    """The rows of a CSV file as written, and its delimiter; raises `MetadataError` as `read_table` does."""
    if not path.is_file():
        raise MetadataError(f"no such table: {str(path)!r}: give a CSV file whose first line names its columns")
    try:
        text, _ = decode(path.read_bytes())
        delimiter = max(DELIMITERS, key=lambda one: _names(text, one))
        return list(_csv(text, delimiter)), delimiter
    except (ReadError, csv.Error) as error:
        raise MetadataError(f"{path.name} is not a CSV table: {error}") from None
    except OSError as error:
        raise MetadataError(f"{path.name} cannot be read: {error.strerror}") from None


def _csv(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)


def _names(text: str, delimiter: str) -> int:
    """Into how many names a delimiter parts the first row, 0 where it can't be the delimiter."""
    try:
        return len(next(_csv(text, delimiter), []))
    except csv.Error:
        return 0


def rows_by_file(
    table: pd.DataFrame, label: str, files: Iterable[str], problems: list[tuple[str, str]]
) -> dict[str, dict[str, str]]:
    """Each file's row of `table`; a row may name its file with or without the ending.

    `label` is what the table is called in an error, `files` are the paths there are. Rows without a file, and further
    rows of one file, join `problems`. Raises `MetadataError` when no column names the files.
    """
    key = next((column for column in FILE_COLUMNS if column in table.columns), None)
    if key is None:
        columns = ", ".join(map(str, table.columns))
        raise MetadataError(f"{label} has the columns {columns}: one called 'file' must name each row's file")
    named = {stem(file): file for file in files} | {file: file for file in files}
    found: dict[str, dict[str, str]] = {}
    for row in table.astype(object).where(table.notna(), "").astype(str).to_dict("records"):
        name = PurePosixPath(row[key].strip()).as_posix()
        # A table made on Windows has a backslash between folders; elsewhere it may be part of a name, which goes first.
        file = named.get(name) or named.get(name := PurePosixPath(name.replace("\\", "/")).as_posix())
        if file is None:
            problems.append((name, f"has a row in {label} but there is no such file: add the file, or drop the row"))
        elif file in found:
            problems.append((file, f"has more than one row in {label}: the first is used"))
        else:
            found[file] = {str(column): value.strip() for column, value in row.items() if column != key}
    return found


def names_reader(pattern: str) -> Callable[[str], dict[str, str] | None]:
    """A function that takes a file's path apart by `pattern`, and gives None for one that does not fit.

    A pattern is a file name without its ending, in which ``{source}``, ``{date}`` and whatever other names in braces
    stand for what varies: ``"{source}_{date}_{title}"``, or, with the folder, ``"{source}/{date}_{title}"``. A date is
    digits, with or without ``-`` or ``.`` between them; each other field takes as little as it can, the last the rest.
    Raises `MetadataError` for a pattern without a field, with one twice, or with two that nothing keeps apart.

    >>> names_reader("{source}_{date}_{title}")("news/Daily_A_2024-06-22_New_operation.txt")
    {'source': 'Daily_A', 'date': '2024-06-22', 'title': 'New_operation'}
    """
    pieces = re.split(r"\{([^{}]*)\}", pattern)
    literals, fields = pieces[::2], pieces[1::2]
    trouble = (
        "has no field"
        if not fields
        else "has a brace that does not belong to a field"
        if any(set("{}") & set(literal) for literal in literals)
        else "has a field that is no word"
        if not all(field.isidentifier() for field in fields)
        else "names a field twice"
        if len(set(fields)) < len(fields)
        else "has two fields with nothing between them"
        if not all(literals[1:-1])
        else ""
    )
    if trouble:
        raise MetadataError(f"file-name pattern {pattern!r} {trouble}: write it as '{{source}}_{{date}}_{{title}}'")
    date = r"\d{4}(?:[-.]?\d{2}){0,2}|\d{1,2}[-.]\d{1,2}[-.]\d{4}"
    written = re.escape(literals[0])
    for field, literal in zip(fields, literals[1:], strict=True):
        written += f"(?P<{field}>{date if field == 'date' else '[^/]+?'}){re.escape(literal)}"
    expression = re.compile(written)
    depth = pattern.count("/") + 1

    def read(name: str) -> dict[str, str] | None:
        found = expression.fullmatch("/".join(stem(name).split("/")[-depth:]))
        return found.groupdict() if found else None

    return read


def pattern_of_names(names: Sequence[str]) -> tuple[str, int]:
    """The pattern by which most of the file `names` can be read (see `names_reader`), and how many can; "" for none.

    Each such name has a date, and the same sign (``_``, ``-`` or a blank) between its parts. What recurs beside the
    date is the source, whatever else is there is called ``name``: a headline in the text is a better title. At least
    three names must agree.

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
    """Whether what names have before (0) or behind (1) their date is in some of them the same."""
    return len({part[place] for part in parts}) < len(parts)


def parse_date(value: str) -> datetime | None:
    """`value` as a day or a time (UTC where it names a zone), None where it is neither or can be read in two ways.

    Never asks the clock: "today" is no date.

    >>> parse_date("2024-06-22"), parse_date("22 June 2024") == parse_date("22/06/2024"), parse_date("12/06/2024")
    (datetime.datetime(2024, 6, 22, 0, 0), True, None)
    """
    found = _dated(value)
    return found[0] if found else None


def date_span(value: str) -> tuple[np.datetime64, np.datetime64] | None:
    """When the year, month, day or second that `value` names begins, and when the next one does; None as `parse_date`.

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
    """The date that `parse_date` gives, and numpy's unit of what `value` names: Y, M, D, or s for a time."""
    value = " ".join(value.split())
    try:
        date = datetime.fromisoformat(value)
        return (date.astimezone(UTC).replace(tzinfo=None) if date.tzinfo else date), "s" if len(value) > 10 else "D"
    except ValueError:
        pass
    for pattern, unit in _FORMATS.items():
        try:
            return datetime.strptime(value, pattern), unit
        except ValueError:
            continue
    numbers = _TWO_NUMBERS_FIRST.fullmatch(value)
    if not numbers:
        return None
    first, second, year = int(numbers[1]), int(numbers[3]), int(numbers[4])
    ways = {(month, day) for month, day in ((first, second), (second, first)) if 1 <= month <= 12 and 1 <= day <= 31}
    if len(ways) != 1:
        return None
    try:
        return datetime(year, *ways.pop()), "D"
    except ValueError:
        return None


def stem(name: str) -> str:
    """A path without the ending of its file name."""
    return name.removesuffix(ending(name))
