"""JSON and JSON Lines: one document an object."""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from analysis.text.reading.decoding import decode, marked_encoding
from analysis.text.reading.formats.rows import LONGEST_LINE, Source, demand, digest, document, kind, listed
from analysis.text.reading.records import LARGEST, Problem, ReadError, Record


def read_json(file: BinaryIO, *, text_column: str = "text") -> Iterator[Record | Problem]:
    """One record an object: those of a list (named by number, from 1), those under the keys of an object (named by
    key), or the one that the file is.

    Keys beside `text_column` are metadata; lists and objects among their values stay JSON. What is no object, or has
    no text, is a `Problem`. Control characters in a string, which JSON wants escaped, are read as they are. The file is
    in memory whole, since JSON has no rows. Raises `ReadError` for what is not JSON, and where no object has
    `text_column`.
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
        raise ReadError(f"is JSON but {kind(value)}: make it a list of objects, one a document")
    elif text_column not in value and value and all(isinstance(item, dict) for item in value.values()):
        yield from _documents(((_printable(key), item) for key, item in value.items()), source)
    else:
        demand(text_column, list(value))
        result = document("", value, source)
        if isinstance(result, Problem):
            raise ReadError(result.reason)
        yield result


def read_jsonl(file: BinaryIO, *, text_column: str = "text") -> Iterator[Record | Problem]:
    """One record a line of a JSON Lines file, named by the number of its line; metadata and errors as in `read_json`.

    A line that is not JSON, or not UTF-8 as JSON has to be, is a `Problem`; a blank line is passed over. One line is in
    memory at a time, unless a byte order mark says that the file is UTF-16 or UTF-32.
    """
    start = file.read(4)
    if start.startswith(b"\0") and not marked_encoding(start):
        raise ReadError("begins with a NUL, which JSON does not have: save the file as UTF-8")
    source = Source("jsonl", marked_encoding(start) or "utf-8", digest(file), text_column)
    lines = iter(lambda: file.readline(LONGEST_LINE + 1), b"")
    if not source.encoding.startswith("utf-8"):
        lines = iter(io.BytesIO(_decoded(file)))
    yield from _documents(_values(lines), source)


def _decoded(file: BinaryIO) -> bytes:
    """A file in UTF-16 or UTF-32 as UTF-8; raises `ReadError` where it is too large to be in memory whole."""
    if file.seek(0, io.SEEK_END) > LARGEST:
        raise ReadError(f"is larger than {LARGEST // 10**6} MB and not UTF-8: save it as UTF-8")
    file.seek(0)
    return decode(file.read())[0].encode()


def _values(lines: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """Number and value of each line; in place of a value that cannot be had, a `Problem`."""
    for number, line in enumerate(lines, 1):
        name = str(number)
        if len(line) > LONGEST_LINE:
            yield (
                name,
                Problem(name, f"is longer than {LONGEST_LINE >> 20} MB, and nothing from here on is read: divide it"),
            )
            return
        try:
            if text := line.decode("utf-8-sig" if number == 1 else "utf-8").strip():
                yield name, json.loads(text, strict=False)
        except UnicodeDecodeError as error:
            yield name, Problem(name, f"is not UTF-8 from byte {error.start} on: save the file as UTF-8")
        except (ValueError, RecursionError) as error:
            yield name, Problem(name, f"is not JSON ({error}): write one object a line")


def _documents(values: Iterable[tuple[str, Any]], source: Source) -> Iterator[Record | Problem]:
    """The documents among named values; problems wait for the first: without one, the text column is wrong."""
    waiting: list[Problem] = []
    keys: list[str] = []  # of the first object without the column
    begun = found = False  # whether there was a document, whether there was the column
    for name, value in values:
        if isinstance(value, Problem):
            result: Record | Problem = value
        elif not isinstance(value, dict):
            result = Problem(name, f"is {kind(value)}, not an object: write one object a document")
        elif source.text_column not in value:
            keys = keys or list(value)
            result = Problem(name, f"has no {source.text_column!r} but {listed(list(value))}")
        else:
            found = True
            result = document(name, value, source)
        if isinstance(result, Record) and not begun:
            begun = True
            yield from waiting
            waiting = []
        if begun:
            yield result
        elif isinstance(result, Problem):
            waiting.append(result)
    if keys and not found:
        demand(source.text_column, keys)
    if not begun and not waiting:
        raise ReadError("holds no object: add documents, or leave it out")
    yield from waiting


def _printable(key: str) -> str:
    """A key as it can be printed and saved: JSON admits half a pair of surrogates in it."""
    return key.encode("utf-8", "backslashreplace").decode()
