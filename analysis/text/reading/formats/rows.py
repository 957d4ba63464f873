"""Shared by the formats that hold one document per row or object."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

from analysis.core.errors import did_you_mean
from analysis.text.reading.records import Problem, ReadError, Record

LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # cannot be encoded
LONGEST_LINE = 64 << 20  # bytes or characters of one row, of which several copies are in memory
MOST_COLUMNS = 250  # of one document, beside its text
_SHOWN = 30  # column names in a message
_KINDS = {bool: "a truth value", int: "a number", float: "a number", list: "a list", dict: "an object"}


class Source(NamedTuple):
    """What all records of a file have in common, and the column of their text."""

    format: str
    encoding: str
    sha256: str
    text_column: str


def row_to_record(name: str, row: Mapping[str, Any], source: Source) -> Record | Problem:
    """Make a record of a row, with its other columns as metadata; a `Problem` if its text is missing or not text.

    >>> row_to_record("1", {"text": "The council met.", "year": 2024}, Source("json", "utf-8", "", "text")).metadata
    {'year': '2024'}
    >>> row_to_record("2", {"text": None}, Source("json", "utf-8", "", "text"))
    Problem(name='2', reason="its 'text' is empty")
    """
    text = row[source.text_column]
    if text is not None and not isinstance(text, str):
        return Problem(name, f"its {source.text_column!r} is {describe_type(text)}, not text")
    if not text or not text.strip():
        return Problem(name, f"its {source.text_column!r} is empty")
    if lone := LONE_SURROGATE.search(text):
        reason = f"its {source.text_column!r} holds U+{ord(lone[0]):04X}, which is no character: write the text anew"
        return Problem(name, reason)
    others = [key for key in row if key != source.text_column]
    metadata, problems = {}, []
    for key in others[:MOST_COLUMNS]:
        try:
            value = as_text(row[key])
        except (ValueError, RecursionError) as error:
            problems.append(f"column {key!a} is left out: it cannot be written as text ({error})")
            continue
        if LONE_SURROGATE.search(key + value):
            problems.append(f"column {key!a} is left out: it holds what is no character")
        else:
            metadata[key] = value
    if len(others) > MOST_COLUMNS:
        problems.append(f"has {len(others):,} columns beside its text: the first {MOST_COLUMNS:,} are kept")
    return Record(text, source.format, source.encoding, source.sha256, name, metadata, tuple(problems))


def as_text(value: Any) -> str:
    """A value as text: None as "", dates in ISO format, numbers, lists and objects as JSON.

    >>> as_text(None), as_text("no"), as_text(1.5), as_text(["a", {"b": True}])
    ('', 'no', '1.5', '["a", {"b": true}]')
    """
    if value is None or isinstance(value, str):
        return value or ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return json.dumps(value, ensure_ascii=False, default=str)


def check_columns(
    text_column: str, columns: list[str], cure: str = "give the one with the text as text_column"
) -> None:
    """Raise `ReadError` if `text_column` is not among `columns`, or one of them occurs twice."""
    if text_column not in columns:
        hint = did_you_mean(text_column, columns[:_SHOWN])
        raise ReadError(f"has no column {text_column!r} but {listed(columns)}: {cure}" + (hint and f".{hint}"))
    if twice := [name for name, count in Counter(columns).items() if name and count > 1]:
        raise ReadError(f"has more than one column {twice[0]!r}: give each column a name of its own")


def listed(names: list[str]) -> str:
    """The first 30 column names, for a message."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(map(repr, names[:_SHOWN])) or "none at all") + more


def describe_type(value: Any) -> str:
    """The type of a value, in words: "a list", "empty"."""
    return "empty" if value is None else _KINDS.get(type(value), f"of type {type(value).__name__}")


def digest(file: BinaryIO) -> str:
    """The SHA-256 of a stream, in hexadecimal. Rewinds the stream."""
    file.seek(0)
    found = hashlib.sha256()
    while piece := file.read(1 << 16):  # larger buffers would be allocated anew each time
        found.update(piece)
    file.seek(0)
    return found.hexdigest()
