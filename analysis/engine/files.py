"""The files of a corpus that is read in shards, on this machine or at an address.

Equal bytes and clashing names are found before the files are read separately.
"""

import io
import os
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from analysis.core.errors import CorpusError
from analysis.text.reading.archives import LARGEST_MEMBER, members
from analysis.text.reading.formats.rows import digest
from analysis.text.reading.metadata import MetadataError, names_reader
from analysis.text.reading.planning import Plan, document_ids
from analysis.text.reading.readers import SUFFIXES, Problem, ReadError, Record, ending, read_file, read_stream
from analysis.text.reading.records import LARGEST
from analysis.text.sentences import is_known

_TEXTS = (".txt", ".text", ".md", ".markdown")  # a file is one document, about as long as its bytes
_CHANGED = ("ETag", "etag", "mtime", "LastModified", "last_modified", "created", "sha256")  # identify a remote state


class File(NamedTuple):
    """A file of a corpus, with all that must be known to read it apart from the others."""

    name: str  # its path in the corpus
    place: str  # where it is
    doc_id: str
    size: int
    changed: str
    given: tuple[tuple[str, str], ...] | None  # its row of the metadata table
    originals: tuple[tuple[str, str], ...] = ()  # digests of bytes that an earlier file has, and its name
    taken: tuple[str, ...] = ()  # doc_ids of earlier files that its own could equal
    longest: int = 0  # bytes of the longest text that is known to be in it

    @classmethod
    def at(cls, name: str, place: str, doc_id: str, given: dict[str, str] | None) -> "File":
        """The file at `place` as it is now; one that is not accessible has size 0, and reading it raises."""
        size, changed = _remote_state(place) if is_remote(place) else _state(place)
        row = None if given is None else tuple(given.items())
        return cls(name, place, doc_id, size, changed, row, (), (), _longest(place, size))


def is_remote(place: str | Path) -> bool:
    """Whether `place` is an address, such as ``s3://bucket/news.parquet``, not a path.

    >>> is_remote("s3://bucket/news.parquet"), is_remote("news.parquet")
    (True, False)
    """
    return isinstance(place, str) and "://" in place


def corpus_name(corpus: str | Path) -> str:
    """The name of a corpus among several: that of the folder, or of the file without its ending.

    Bytes that are not UTF-8 are written out as `name_from` does.

    >>> corpus_name("s3://bucket/news/*.parquet"), corpus_name("texts/speeches.csv"), corpus_name("/data/news/1999/..")
    ('news', 'speeches', 'news')
    """
    if is_remote(corpus):
        path = PurePosixPath(str(corpus).partition("://")[2].partition("*")[0])
        return path.stem if path.suffix.lower() in SUFFIXES else path.name
    local = Path(os.path.abspath(Path(corpus).expanduser()))  # noqa: PTH100 - ".." has no name, and a link keeps its own
    name = local.name if local.is_dir() else local.stem
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def open_file(place: str, text_column: str) -> Iterator[Record | Problem]:
    """The documents in the file at `place`, as from `read_file`."""
    if not is_remote(place):
        yield from read_file(place, text_column=text_column)
        return
    system, path = _system(place)
    try:
        with system.open(path, "rb") as file:
            yield from read_stream(file, path, text_column=text_column)
    except OSError as error:
        raise ReadError(f"cannot be opened: {' '.join(str(error).split())}") from None


def plan_remote(address: str, *, language: str, name_pattern: str | None) -> tuple[Plan, dict[str, str]]:
    """The plan of what to read at an address, and the address of each file by its name.

    The address is that of a file or a folder, or a pattern with ``*``: ``file:///data/news.parquet``,
    ``s3://bucket/news/*.parquet``. It is opened by fsspec, from ``lafz[distributed]``, and may need another package,
    such as s3fs. Equal bytes are not looked for. Raises `CorpusError` as `plan_corpus` does, and when the address can't
    be listed.
    """
    if not is_known(language):
        raise CorpusError(f"language {language!r} is not known: use an ISO 639 code such as 'en' or 'ur'")
    try:
        if name_pattern:
            names_reader(name_pattern)
        system, path = _system(address)
        found = system.glob(path) if "*" in path else system.find(path)
    except (ImportError, MetadataError, OSError, ValueError) as error:
        raise CorpusError(f"{address!r}: {' '.join(str(error).split())}") from None
    if not found:
        raise CorpusError(
            f"no file at {address!r}: give the address of a file or a folder, or a pattern such as *.parquet"
        )
    root = path.partition("*")[0].rpartition("/")[0] if "*" in path or found == [path] else path
    shown = sorted((name.removeprefix(root).lstrip("/"), system.unstrip_protocol(name)) for name in found)
    places = {name: place for name, place in shown if not any(shard.startswith(".") for shard in name.split("/"))}
    return Plan({}, document_ids(list(places)), {}, "", name_pattern or None, []), places


def _longest(place: str, size: int) -> int:
    """The bytes of the longest text that is known to be in a file, of those small enough to be read."""
    kind = ending(place).lower()
    if kind in _TEXTS:
        return size if size <= LARGEST else 0
    sizes = _members(place) if kind == ".zip" and not is_remote(place) else ()
    return max((size for name, size in sizes if ending(name).lower() in _TEXTS and size <= LARGEST_MEMBER), default=0)


def _members(place: str) -> list[tuple[str, int]]:
    """The names and sizes of the members of a zip archive; empty for one that can't be read."""
    with suppress(zipfile.BadZipFile, NotImplementedError, OSError, ValueError), zipfile.ZipFile(place) as archive:
        return [(info.filename, info.file_size) for info in archive.infolist() if not info.is_dir()]
    return []


def _state(place: str) -> tuple[int, str]:
    try:
        about = os.stat(place)  # noqa: PTH116 - for many files a Path takes longer than the call
    except OSError:
        return 0, ""
    return about.st_size, str(about.st_mtime_ns)


def _remote_state(place: str) -> tuple[int, str]:
    system, path = _system(place)
    about = system.info(path)
    return int(about.get("size") or 0), repr({key: about.get(key) for key in _CHANGED})


def _system(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path there."""
    try:
        from fsspec.core import url_to_fs  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise CorpusError(f"{address!r} is an address, which needs fsspec: pip install 'lafz[distributed]'") from None
    system, path = url_to_fs(address)
    return system, str(path)


def originals(files: Sequence[File], text_column: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """The digests that each file shares with an earlier one, and the name of the first file that has them.

    The bytes of an archive are those of its members. Only files that have the size of another one are read. A file from
    which no document can be read is nobody's original.
    """
    sizes = [_sizes(file) for file in files]
    files_of = Counter(size for own in sizes for size in own)
    packed = {size for file, own in zip(files, sizes, strict=True) if _is_archive(file) for size in own}
    owners: dict[str, list[File]] = defaultdict(list)
    candidates = [file for file, own in zip(files, sizes, strict=True) if any(files_of[size] > 1 for size in own)]
    # Of many short texts most have the size of another one: a few bytes rule out nearly all of them.
    middles = {file.name: _middle(file) for file in candidates if not _is_archive(file) and file.size not in packed}
    alike = Counter(middles.values())
    for file in candidates:
        if file.name not in middles or alike[middles[file.name]] > 1:
            for found in dict.fromkeys(contents(file.place)):
                owners[found].append(file)
    known: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for found, own in owners.items():
        if len(own) > 1:
            first = next((k for k, file in enumerate(own) if _has_document(file, found, text_column)), len(own))
            for file in own[first + 1 :]:
                known[file.name].append((found, own[first].name))
    return {name: tuple(pairs) for name, pairs in known.items()}


def clashes(files: Sequence[File], text_column: str) -> dict[str, tuple[str, ...]]:
    """For files whose doc_ids may clash with those of an earlier file, the doc_ids of that file.

    Row 1 of ``a.csv`` and the file ``a#1.txt`` are such a pair.
    """
    named = {file.doc_id: k for k, file in enumerate(files)}
    taken: dict[str, set[str]] = defaultdict(set)
    for k, file in enumerate(files):
        for mark in re.finditer("#", file.doc_id):
            if (other := named.get(file.doc_id[: mark.start()], k)) != k:
                first, last = sorted((k, other))
                taken[files[last].name].update(doc_ids(files[first], text_column))
    return {name: tuple(sorted(own)) for name, own in taken.items()}


def doc_ids(file: File, text_column: str) -> Iterator[str]:
    """The doc_ids of the documents of a file, without regard to clashes."""
    try:
        for record in open_file(file.place, text_column):
            if isinstance(record, Record):
                yield file.doc_id + (f"#{record.name}" if record.name else "")
    except ReadError:
        return


def _sizes(file: File) -> set[int]:
    """The size of a file that can be read, of an archive those of its members."""
    if not file.size or is_remote(file.place) or ending(file.place).lower() not in SUFFIXES:
        return set()
    return {size for _, size in _members(file.place)} if _is_archive(file) else {file.size}


def _is_archive(file: File) -> bool:
    return ending(file.place).lower() == ".zip"


def _middle(file: File) -> tuple[int, bytes]:
    """The size of a file, and a few bytes in the middle of it; none of one that can't be read."""
    with suppress(OSError), open(file.place, "rb", buffering=0) as content:  # noqa: PTH123
        content.seek(file.size // 2)
        return file.size, content.read(64)
    return file.size, b""


def contents(path: str | Path) -> Iterator[str]:
    """The SHA-256 of a file, or of each member of an archive; nothing for what can't be read."""
    try:
        with open(path, "rb", buffering=0) as content:  # noqa: PTH123
            if ending(str(path)).lower() == ".zip":
                archive = members(io.BufferedReader(content))
                yield from (digest(member[1]) for member in archive if not isinstance(member, Problem))
            else:
                yield digest(content)
    except (OSError, ReadError):
        return


def _has_document(file: File, found: str, text_column: str) -> bool:
    """Whether a document with the digest `found` can be read from a file."""
    try:
        records = open_file(file.place, text_column)
        return any(isinstance(record, Record) and record.sha256 == found for record in records)
    except ReadError:
        return False
