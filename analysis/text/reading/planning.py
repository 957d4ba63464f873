"""Plan the reading of a corpus: its files, their doc_ids, and the metadata of their documents."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis.core.errors import CorpusError
from analysis.text.reading.folders import list_files, name_from
from analysis.text.reading.metadata import MetadataError, names_reader, pattern_of_names, read_table, rows_by_file, stem
from analysis.text.reading.readers import Problem, ReadError, Record
from analysis.text.sentences import is_known

METADATA = "metadata.csv"  # the table that describes the files of a folder
OWN_COLUMNS = {"doc_id", "format", "path", "encoding", "sha256", "n_chars"}  # which metadata never overwrite


class Layers(NamedTuple):
    """Metadata of a file's documents from outside the file."""

    given: dict[str, str] | None  # its row of the metadata table
    label: str  # the name of that table, "" if there is none
    pattern: str | None  # the `name_pattern`


class Plan(NamedTuple):
    """The files of a corpus in order, and what is known before they are opened."""

    files: dict[str, str]  # full paths by name
    doc_ids: dict[str, str]
    given: dict[str, dict[str, str]]
    label: str
    pattern: str | None
    problems: list[tuple[str, str]]

    def layers(self, name: str) -> Layers:
        return Layers(self.given.get(name), self.label, self.pattern)


def plan_corpus(
    path: str | Path,
    metadata: str | Path | pd.DataFrame | None = None,
    *,
    language: str = "en",
    name_pattern: str | None = None,
) -> Plan:
    """Plan what `read_corpus` will read. Raises `CorpusError` as it does."""
    if not is_known(language):
        raise CorpusError(f"language {language!r} is not known: use an ISO 639 code such as 'en' or 'ur'")
    root = Path(path).expanduser()
    if not root.exists():
        raise CorpusError(
            f"no such file or folder: {str(path)!r}: give a folder of texts, or one text file"
            + (" (texts themselves go into a list)" if " " in str(path).strip() else "")
        )
    try:
        names, problems = list_files(root) if root.is_dir() else ({name_from(root.parent, root): str(root)}, [])
        table, label = _table(metadata, root)
        if table is not None:
            names = {name: file for name, file in names.items() if not _is_same(file, metadata, root)}
        strays: list[tuple[str, str]] = []
        given = {} if table is None else rows_by_file(table, label, names, strays)
        _report_renamed(next(iter(given.values()), {}), set(), Path(label).name, problems)
        if name_pattern:
            names_reader(name_pattern)
    except (MetadataError, ReadError) as error:
        raise CorpusError(str(error)) from None
    if root.is_dir():  # for a single file, rows about its neighbours are no problem
        problems += strays
    if name_pattern is None and table is None:
        name_pattern = _guess_pattern(list(names), problems)
    return Plan(names, document_ids(list(names)), given, label, name_pattern or None, problems)


def _guess_pattern(names: list[str], problems: list[tuple[str, str]]) -> str | None:
    """The pattern that all `names` match, if any; one that most match is proposed in `problems`."""
    pattern, fit = pattern_of_names(names)
    if 0 < fit == len(names):
        used = f"its name, as all {fit:,}, was read by the name_pattern {pattern!r}: give another, or '' to read none"
        problems.append((names[0], used))
        return pattern
    if fit > len(names) / 2:
        read_name = names_reader(pattern)
        odd = next(name for name in names if read_name(name) is None)
        most = f"{fit:,} of {len(names):,}"
        problems.append((odd, f"its name does not fit {pattern!r}, as {most} do: give that as name_pattern to use it"))
    return None


def describe(
    name: str,
    found: Iterable[Record | Problem],
    layers: Layers,
    first_of: dict[str, str],
    problems: list[tuple[str, str]],
) -> Iterator[tuple[str, Record, dict[str, str]]]:
    """Yield the documents `found` in the file `name`: their place in it ("#1", or ""), record and merged metadata.

    `first_of` maps digests to the first file with those bytes, and is updated. Problems and doubts are appended to
    `problems`.
    """
    in_name = names_reader(layers.pattern)(name) if layers.pattern else {}
    reported = set(layers.given or {})  # by `plan_corpus`
    if in_name is None:
        problems.append((name, f"its name does not fit {layers.pattern!r}: nothing is known from it"))
    for record in _records(name, found, problems):
        inside = f"#{record.name}" if record.name else ""
        original = first_of.setdefault(record.sha256, name)
        if original != name:
            problems.append((name + inside, f"has the same bytes as {original}: both are kept"))
        if layers.label and layers.given is None and not record.metadata and not in_name:
            problems.append((name, f"has no row in {layers.label}: read without title, source and date"))
        row = _merge(in_name or {}, record.metadata, layers.given or {})
        _report_renamed(row, reported, name, problems)
        reported.update(row)
        yield inside, record, row


def column_of(key: str, row: dict[str, str]) -> str:
    """The column for a document's metadata `key`: renamed if ``documents`` has a column of that name itself.

    >>> column_of("doc_id", {"doc_id": "7", "metadata_doc_id": "8"}), column_of("region", {"region": "north"})
    ('metadata_metadata_doc_id', 'region')
    """
    name = key
    while name in OWN_COLUMNS or (name != key and name in row):
        name = f"metadata_{name}"
    return name


def _report_renamed(row: dict[str, str], reported: set[str], where: str, problems: list[tuple[str, str]]) -> None:
    """Append to `problems` the metadata of `row` that are renamed, except those already `reported`."""
    for key in row:
        if key in OWN_COLUMNS - reported:
            own = f"documents have a {key!r} of their own"
            problems.append((where, f"its {key!r} is kept in the column {column_of(key, row)!r}: {own}"))


def _records(name: str, found: Iterable[Record | Problem], problems: list[tuple[str, str]]) -> Iterator[Record]:
    """Yield the records `found` in a file, and append its problems to `problems`."""
    try:
        for part in found:
            inside = f"{name}#{part.name}" if part.name else name
            if isinstance(part, Problem):
                problems.append((inside, part.reason))
            else:
                problems += [(inside, problem) for problem in part.problems]
                yield part
    except ReadError as error:
        problems.append((name, str(error)))


def _table(metadata: str | Path | pd.DataFrame | None, root: Path) -> tuple[pd.DataFrame | None, str]:
    """The metadata table, if there is one, and its name in messages."""
    if isinstance(metadata, pd.DataFrame):
        return metadata, "the metadata"
    if metadata is not None:
        return read_table(Path(metadata).expanduser()), Path(metadata).name  # reports do not name folders
    beside = root / METADATA
    return (read_table(beside), METADATA) if root.is_dir() and beside.is_file() else (None, "")


def _is_same(file: str, metadata: str | Path | pd.DataFrame | None, root: Path) -> bool:
    """Whether `file` is the metadata table, or the folder's own that another one replaces."""
    if file == os.path.join(root, METADATA):  # noqa: PTH118 - as `list_files` puts them together
        return True
    try:
        return isinstance(metadata, str | Path) and Path(file).samefile(Path(metadata).expanduser())
    except OSError:  # one of them is missing or cannot be examined
        return False


def document_ids(names: list[str]) -> dict[str, str]:
    """The doc_id of each path: the path without its ending, if that is unambiguous."""
    stems = {name: stem(name) for name in names}
    count = Counter([*stems.values(), *names])  # a stem may also be the name of another file
    return {name: own if count[own] == 1 else name for name, own in stems.items()}


def _merge(*rows: dict[str, str]) -> dict[str, str]:
    """Merge rows, later over earlier ones; empty values do not override."""
    keys = dict.fromkeys(key for row in rows for key in row)
    return {key: next((row[key] for row in reversed(rows) if row.get(key)), "") for key in keys}
