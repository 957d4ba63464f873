"""What the formats share that hold one document a row, or one object a document."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

from analysis.core.errors import did_you_mean
from analysis.text.reading.records import Problem, ReadError, Record

HALF = re.compile("[\ud800-\udfff]")  # of a pair of surrogates: it cannot be saved as text
LONGEST_LINE = 64 << 20  # bytes or characters of one row; several copies of it are in memory
MOST_COLUMNS = 250  # beside the text, of one document
_SHOWN = 30  # column names in a message
_KINDS = {bool: "a truth value", int: "a number", float: "a number", list: "a list", dict: "an object"}


class Source(NamedTuple):
    """What all records of one file have in common, and the name of the column that holds their text."""

    format: str
    encoding: str
    sha256: str
    text_column: str


def document(name: str, row: Mapping[str, Any], source: Source) -> Record | Problem:
    """The row as a document, its other columns as metadata; a `Problem` where its text is missing or no text.

    >>> document("1", {"text": "The council met.", "year": 2024}, Source("json", "utf-8", "", "text")).metadata
    {'year': '2024'}
    >>> document("2", {"text": None}, Source("json", "utf-8", "", "text"))
    Problem(name='2', reason="its 'text' is empty")
    """
    text = row[source.text_column]
    if text is not None and not isinstance(text, str):
        return Problem(name, f"its {source.text_column!r} is {kind(text)}, not text")
    if not text or not text.strip():
        return Problem(name, f"its {source.text_column!r} is empty")
    if trouble := HALF.search(text):
        reason = f"its {source.text_column!r} holds U+{ord(trouble[0]):04X}, which is no character: write the text anew"
        return Problem(name, reason)
    others = [key for key in row if key != source.text_column]
    metadata, problems = {}, []
    for key in others[:MOST_COLUMNS]:
        try:
            value = as_text(row[key])
        except (ValueError, RecursionError) as error:
            problems.append(f"column {key!a} is left out: it cannot be written as text ({error})")
            continue
        if HALF.search(key + value):
            problems.append(f"column {key!a} is left out: it holds what is no character")
        else:
            metadata[key] = value
    if len(others) > MOST_COLUMNS:
        problems.append(f"has {len(others):,} columns beside its text: the first {MOST_COLUMNS:,} are kept")
    return Record(text, source.format, source.encoding, source.sha256, name, metadata, tuple(problems))


def as_text(value: Any) -> str:
    """A value as text: none as "", a day as 2024-06-22, numbers, lists and objects as JSON.

    >>> as_text(None), as_text("no"), as_text(1.5), as_text(["a", {"b": True}])
    ('', 'no', '1.5', '["a", {"b": true}]')
    """
    if value is None or isinstance(value, str):
        return value or ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return json.dumps(value, ensure_ascii=False, default=str)


def demand(text_column: str, columns: list[str]) -> None:
    """Raises `ReadError` naming `columns` where `text_column` is not among them, or one of them is there twice.

    >>> demand("text", ["id"])
    Traceback (most recent call last):
    analysis.text.reading.records.ReadError: has no column 'text' but 'id': give the one with the text as text_column
    """
    if text_column not in columns:
        hint = did_you_mean(text_column, columns[:_SHOWN])
        raise ReadError(
            f"has no column {text_column!r} but {listed(columns)}: give the one with the text as text_column"
            + (hint and f".{hint}")
        )
    if twice := [name for name, count in Counter(columns).items() if name and count > 1]:
        raise ReadError(f"has more than one column {twice[0]!r}: give each column a name of its own")


def listed(names: list[str]) -> str:
    """Column names for a message, the first 30 of them.

    >>> listed(["id", "body"])
    "'id', 'body'"
    """
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(map(repr, names[:_SHOWN])) or "none at all") + more


def kind(value: Any) -> str:
    """What a value is, in words.

    >>> kind(["a"]), kind(None)
    ('a list', 'empty')
    """
    return "empty" if value is None else _KINDS.get(type(value), f"of type {type(value).__name__}")


def digest(file: BinaryIO) -> str:
    """SHA-256 of a stream, in hexadecimal; the stream is left at its beginning.

    >>> import io
    >>> digest(io.BytesIO(b"The council met."))[:16]
    '299817c23512b0fe'
    """
    file.seek(0)
    found = hashlib.sha256()
    while piece := file.read(1 << 16):  # a larger one would be new pages each time
        found.update(piece)
    file.seek(0)
    return found.hexdigest()
