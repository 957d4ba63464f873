"""What reading a file gives: documents as records, the parts that could not be read as problems."""

import importlib
from types import ModuleType
from typing import NamedTuple

LARGEST = 500 * 10**6  # bytes of a file that is in memory whole


class ReadError(ValueError):
    """A file whose text cannot be had; the message says in one line why and what to do."""


class Record(NamedTuple):
    """One document as written in a file.

    ``text`` is all of it; ``body`` is the offset of its first character after front matter. ``sha256`` is the digest of
    the bytes of the file, or of the archive member, that the document stands in. ``name`` says where inside the file:
    a row number, a member's path, both joined by "#", or "" where the file is the document. ``metadata`` is what the
    file says about it (title, source, date, language and whatever else, all as text); ``problems`` is what was dropped
    or is doubtful.
    """

    text: str
    format: str
    encoding: str  # "" where the format has none of its own
    sha256: str
    name: str = ""
    metadata: dict[str, str] = {}  # noqa: RUF012 - a default that nobody writes to
    problems: tuple[str, ...] = ()
    body: int = 0


class Problem(NamedTuple):
    """A part of a file that could not be read while the rest goes on: its name as in `Record`, and why."""

    name: str
    reason: str


def optional(module: str, extra: str) -> ModuleType:
    """The module of that name; raises `ReadError` naming the extra of this package that brings it.

    >>> optional("json", "html").__name__
    'json'
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ReadError(f"reading {extra} needs the extra '{extra}': pip install \"lafz[{extra}]\"") from None
