"""Read the documents in a file, in the format that the ending of its name says."""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from analysis.text.reading.archives import members
from analysis.text.reading.decoding import control_characters, decode
from analysis.text.reading.formats.delimited import read_delimited
from analysis.text.reading.formats.json import read_json, read_jsonl
from analysis.text.reading.formats.parquet import read_parquet
from analysis.text.reading.formats.plain import read_plain
from analysis.text.reading.isolation import read_isolated
from analysis.text.reading.records import LARGEST, Problem, ReadError, Record

__all__ = ["SUFFIXES", "Problem", "ReadError", "Record", "decode", "read_file", "read_stream"]

NO_FILE = "is no file but a pipe, a socket or a device, which may never end: left out"
# Errors of this process rather than of the file, which the next file would meet too.
_OWN = (errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC)

_PLAIN = ("txt", "md")
SUFFIXES = {  # file name ending -> format
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".zip": "zip",
}


def read_file(path: str | Path, *, text_column: str = "text") -> Iterator[Record | Problem]:
    """Yield the documents in a file, and a `Problem` for each part that cannot be read, in order.

    The ending of the name gives the format (`SUFFIXES`). A text, web page, PDF or Word file is one document; a table
    has one per row, in the column `text_column`; a zip archive has those of its members. CSV, JSON Lines and Parquet
    files are read a row, archives a member at a time. Control characters are reported; a text in which they exceed 10%
    is a problem. Raises `ReadError`, on the first document, if nothing can be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "news.csv")
    ...     _ = path.write_text("text,source\\nThe council met.,Daily\\n,Wire\\n")
    ...     for found in read_file(path):
    ...         print(type(found).__name__, found.name, found.metadata if isinstance(found, Record) else found.reason)
    Record 1 {'source': 'Daily'}
    Problem 2 line 3: its 'text' is empty
    """
    kind = _format(os.path.basename(path))  # noqa: PTH119 - constructing a Path for each file is slow
    failure = "cannot be opened"
    try:
        if is_endless(path):
            raise ReadError(NO_FILE)
        # A plain file is read by one call.
        with open(path, "rb", buffering=0 if kind in _PLAIN else -1) as file:  # noqa: PTH123
            failure = "cannot be read to its end"
            yield from _report_controls(_read(file, kind, text_column))
    except OSError as error:  # a failing disk or server, or an odd file under /proc
        if error.errno in _OWN:
            raise
        raise ReadError(f"{failure}: {error.strerror or error}") from None


def read_stream(file: BinaryIO, name: str, *, text_column: str = "text") -> Iterator[Record | Problem]:
    """Yield the documents in an open file called `name`, as `read_file` does."""
    yield from _report_controls(_read(file, _format(name), text_column))


def _report_controls(found: Iterable[Record | Problem]) -> Iterator[Record | Problem]:
    """Note the control characters of each text, and turn a text with too many into a problem."""
    for part in found:
        if isinstance(part, Record):
            try:
                if note := control_characters(part.text):
                    part = part._replace(problems=(*part.problems, f"{note}: kept in the text, and no part of a word"))
            except ReadError as error:
                part = Problem(part.name, str(error))
        yield part


def _read(file: BinaryIO, kind: str, text_column: str) -> Iterator[Record | Problem]:
    if not file.read(1):
        raise ReadError("is empty: put text into it, or leave it out")
    file.seek(0)
    match kind:
        case "html" | "pdf" | "docx":
            yield read_isolated(kind, _bounded(file).read())
        case "csv" | "tsv":
            yield from read_delimited(file, kind, text_column=text_column)
        case "json":
            yield from read_json(_bounded(file), text_column=text_column)
        case "jsonl":
            yield from read_jsonl(file, text_column=text_column)
        case "parquet":
            yield from read_parquet(file, text_column=text_column)
        case "zip":
            yield from _read_archive(file, text_column)
        case _:
            yield read_plain(_bounded(file).read(), kind)


def _bounded(file: BinaryIO) -> BinaryIO:
    """Return `file`, unless it is too large to be read into memory: then raise `ReadError`."""
    if file.seek(0, os.SEEK_END) > LARGEST:
        raise ReadError(f"is larger than {LARGEST // 10**6} MB: divide it, or make it a .csv, .jsonl or .parquet file")
    file.seek(0)
    return file


def _read_archive(file: BinaryIO, text_column: str) -> Iterator[Record | Problem]:
    """The documents in a zip archive, named by their member and, after "#", their name in it."""
    for member in members(file):
        if isinstance(member, Problem):
            yield member
            continue
        path, content = member
        try:
            for found in _read(content, _format(path), text_column):
                yield found._replace(name=f"{path}#{found.name}" if found.name else path)
        except ReadError as error:
            yield Problem(path, str(error))


def is_endless(path: str | Path) -> bool:
    """Whether `path` is a pipe, a socket or a device. Raises `OSError` if it cannot be examined.

    >>> is_endless(Path(__file__)), is_endless(Path("/dev/null"))
    (False, True)
    """
    mode = os.stat(path).st_mode  # noqa: PTH116
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def ending(name: str) -> str:
    """The ending of a path's file name, with its dot and in its own case; "" if there is none.

    >>> ending("news.2024/a.tar.GZ"), ending("news.2024/a"), ending(".hidden")
    ('.GZ', '', '')
    """
    last = name.rpartition("/")[2]
    dot = last.rfind(".")
    return last[dot:] if 0 < dot < len(last) - 1 else ""


def _format(name: str) -> str:
    kind = SUFFIXES.get(ending(name).lower())
    if kind is None:
        raise ReadError(f"not a kind of file that is read ({' '.join(SUFFIXES)}): convert it, or leave it out")
    return kind
