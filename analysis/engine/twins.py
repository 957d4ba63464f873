"""What the files of a corpus must know of each other, found before they are read apart: same bytes, same names."""

import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from analysis.engine.files import File, is_remote, open_file
from analysis.text.reading.archives import members
from analysis.text.reading.formats.rows import digest
from analysis.text.reading.readers import SUFFIXES, Problem, ReadError, Record


def originals(files: Sequence[File], text_column: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """For files that have bytes which an earlier one has too: the digest of those bytes, and the first one's name.

    The bytes of an archive are those of its members. Files of different sizes differ, so that only those are read of
    which there are two of a size. A file from which no document can be read is nobody's original.
    """
    sizes = Counter(size for file in files for size in _sizes(file))
    owners: dict[str, list[File]] = defaultdict(list)
    for file in files:
        if any(sizes[size] > 1 for size in _sizes(file)):
            for found in dict.fromkeys(contents(Path(file.place))):
                owners[found].append(file)
    known: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for found, own in owners.items():
        if len(own) > 1:
            first = next((k for k, file in enumerate(own) if _gives(file, found, text_column)), len(own))
            for file in own[first + 1 :]:
                known[file.name].append((found, own[first].name))
    return {name: tuple(pairs) for name, pairs in known.items()}


def clashes(files: Sequence[File], text_column: str) -> dict[str, tuple[str, ...]]:
    """For files of which a document may have the doc_id of another file's: the doc_ids of that one, if it is earlier.

    Row 1 of ``a.csv`` and the file ``a#1.txt`` are such a pair.
    """
    named = {file.doc_id: k for k, file in enumerate(files)}
    taken: dict[str, set[str]] = defaultdict(set)
    for k, file in enumerate(files):
        for place in (place for place, character in enumerate(file.doc_id) if character == "#"):
            if (other := named.get(file.doc_id[:place], k)) != k:
                first, last = sorted((k, other))
                taken[files[last].name].update(doc_ids(files[first], text_column))
    return {name: tuple(sorted(own)) for name, own in taken.items()}


def doc_ids(file: File, text_column: str) -> Iterator[str]:
    """The doc_ids that the documents of a file have where no other file could be meant."""
    try:
        for record in open_file(file.place, text_column):
            if isinstance(record, Record):
                yield file.doc_id + (f"#{record.name}" if record.name else "")
    except ReadError:
        return


def _sizes(file: File) -> Iterator[int]:
    """The size of a file that can be read, of an archive those of its members."""
    if not file.size or is_remote(file.place) or Path(file.place).suffix.lower() not in SUFFIXES:
        return
    if Path(file.place).suffix.lower() != ".zip":
        yield file.size
        return
    try:
        with zipfile.ZipFile(file.place) as archive:
            yield from {info.file_size for info in archive.infolist() if not info.is_dir()}
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return


def contents(path: Path) -> Iterator[str]:
    """The SHA-256 of a file, of an archive that of each member; none of what can't be read."""
    try:
        with path.open("rb") as content:
            if path.suffix.lower() == ".zip":
                yield from (digest(part[1]) for part in members(content) if not isinstance(part, Problem))
            else:
                yield digest(content)
    except (OSError, ReadError):
        return


def _gives(file: File, found: str, text_column: str) -> bool:
    """Whether a document with these bytes can be read from a file."""
    try:
        records = open_file(file.place, text_column)
        return any(isinstance(record, Record) and record.sha256 == found for record in records)
    except ReadError:
        return False
