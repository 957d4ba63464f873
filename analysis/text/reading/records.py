"""The results of reading a file: records of documents, and problems."""

import importlib
from types import ModuleType
from typing import NamedTuple

LARGEST = 500 * 10**6  # bytes of a file that is read into memory whole


class ReadError(ValueError):
    """A file that cannot be read; the message says in one line why and what to do."""


class Record(NamedTuple):
    """One document as written in a file."""

    text: str
    format: str
    encoding: str  # "" if the format has none of its own
    sha256: str  # of the bytes of the file, or of the archive member
    name: str = ""  # inside the file: a row number, a member's path, both joined by "#", or ""
    metadata: dict[str, str] = {}  # noqa: RUF012 - what the file says about the document; never written to
    problems: tuple[str, ...] = ()  # what was dropped or is doubtful
    body: int = 0  # offset of the first character after front matter


class Problem(NamedTuple):
    """A part of a file that could not be read: its name as in `Record`, and why."""

    name: str
    reason: str


def optional(module: str, extra: str) -> ModuleType:
    """Import an optional module; raise `ReadError` naming the extra that provides it if it is missing."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ReadError(f"reading {extra} needs the extra '{extra}': pip install \"lafz[{extra}]\"") from None
