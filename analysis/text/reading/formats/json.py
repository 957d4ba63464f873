"""JSON and JSON Lines: one document per object."""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from analysis.text.reading.decoding import decode, marked_encoding
from analysis.text.reading.formats.rows import (
    LONGEST_LINE,
    Source,
    check_columns,
    describe_type,
    digest,
    listed,
    row_to_record,
)
from analysis.text.reading.records import LARGEST, Problem, ReadError, Record


def read_json(file: BinaryIO, *, text_column: str = "text") -> Iterator[Record | Problem]:
    """Yield one record per object: of a list (named by number, from 1), of an object of objects (named by key), or the
    file itself.

    Keys beside `text_column` are metadata, with nested values as JSON. An item that is no object, or has no text, is a
    `Problem`. Unescaped control characters are accepted. The whole file is in memory. Raises `ReadError` if it is not
    JSON, or no object has `text_column`.
    """
    data = file.read()
    text, encoding = decode(data)
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise ReadError(f"is not JSON ({error}): export it again, or correct it") from None
    source = Source("json", encoding, hashlib.sha256(data).hexdigest(), text_column)
    if isinstance(value, list):
        yield from _documents(((str(number), item) for number, item in enumerate(value, 1)), source)
    elif not isinstance(value, dict):
        raise ReadError(f"is JSON but {describe_type(value)}: make it a list of objects, one a document")
    elif text_column not in value and value and all(isinstance(item, dict) for item in value.values()):
        # JSON allows lone surrogates in a key; as a name it must be printable.
        keys = (key.encode("utf-8", "backslashreplace").decode() for key in value)
        yield from _documents(zip(keys, value.values(), strict=True), source)
    else:
        check_columns(text_column, list(value))
        result = row_to_record("", value, source)
        if isinstance(result, Problem):
            raise ReadError(result.reason)
        yield result


def read_jsonl(file: BinaryIO, *, text_column: str = "text") -> Iterator[Record | Problem]:
    """Yield one record per line, named by the line's number; metadata and errors are as in `read_json`.

    A line that is not JSON in UTF-8 is a `Problem`; blank lines are skipped. One line is in memory at a time, unless a
    byte order mark says that the file is UTF-16 or UTF-32.
    """
    start = file.read(4)
    if start.startswith(b"\0") and not marked_encoding(start):
        raise ReadError("begins with a NUL, which JSON does not have: save the file as UTF-8")
    source = Source("jsonl", marked_encoding(start) or "utf-8", digest(file), text_column)
    lines = iter(lambda: file.readline(LONGEST_LINE + 1), b"")
    if not source.encoding.startswith("utf-8"):
        if file.seek(0, io.SEEK_END) > LARGEST:
            raise ReadError(f"is larger than {LARGEST // 10**6} MB and not UTF-8: save it as UTF-8")
        file.seek(0)
        lines = iter(io.BytesIO(decode(file.read())[0].encode()))
    yield from _documents(_parse(lines), source)


def _parse(lines: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """The number and value of each line, or a `Problem` in place of the value."""
    for number, line in enumerate(lines, 1):
        name = str(number)
        if len(line) > LONGEST_LINE:
            reason = f"is longer than {LONGEST_LINE >> 20} MB, and nothing from here on is read: divide it"
            yield name, Problem(name, reason)
            return
        try:
            if text := line.decode("utf-8-sig" if number == 1 else "utf-8").strip():
                yield name, json.loads(text, strict=False)
        except UnicodeDecodeError as error:
            yield name, Problem(name, f"is not UTF-8 from byte {error.start} on: save the file as UTF-8")
        except (ValueError, RecursionError) as error:
            yield name, Problem(name, f"is not JSON ({error}): write one object a line")


def _documents(values: Iterable[tuple[str, Any]], source: Source) -> Iterator[Record | Problem]:
    """The documents among named values. Problems wait for the first record: without any, the text column is wrong."""
    waiting: list[Problem] = []
    keys: list[str] = []  # of the first object without the text column
    has_record = has_column = False
    for name, value in values:
        if isinstance(value, Problem):
            result: Record | Problem = value
        elif not isinstance(value, dict):
            result = Problem(name, f"is {describe_type(value)}, not an object: write one object a document")
        elif source.text_column not in value:
            keys = keys or list(value)
            result = Problem(name, f"has no {source.text_column!r} but {listed(list(value))}")
        else:
            has_column = True
            result = row_to_record(name, value, source)
        if isinstance(result, Problem) and not has_record:
            waiting.append(result)
            continue
        has_record = True
        yield from waiting
        waiting = []
        yield result
    if keys and not has_column:
        check_columns(source.text_column, keys)
    if not has_record and not waiting:
        raise ReadError("holds no object: add documents, or leave it out")
    yield from waiting
