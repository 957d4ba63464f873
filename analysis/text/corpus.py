"""A folder, a file or a string as a `Corpus`: the documents, their segments, and what could not be read."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.progress import bar
from analysis.text.folders import IGNORE, list_files, name_from
from analysis.text.metadata import MetadataError, names_reader, parse_date, read_table, rows_by_file, stem
from analysis.text.readers import Problem, ReadError, Record, read_file
from analysis.text.segments import segments
from analysis.text.sentences import is_known

METADATA = "metadata.csv"  # the table that describes the files of a folder
DOCUMENT_COLUMNS = ["doc_id", "title", "source", "date", "language", "format", "path", "encoding", "sha256", "n_chars"]

IntArray = NDArray[np.int64]


class CorpusError(ValueError):
    """A corpus that cannot be read; the message names the bad value, what was expected and what to do."""


@dataclass(frozen=True)
class Corpus:
    """Documents with their text, segments and metadata.

    ``documents``: one row a document: doc_id, title, source, date (datetime, NaT where unknown), language, format, path
    (from the corpus folder), encoding, sha256 (of the file's bytes), n_chars, and every further metadata column.
    ``segments``: one row a segment: doc_id, kind (title, heading, paragraph, boilerplate), start, end (characters),
    truncated. ``problems``: what was left out or is doubtful: path, reason. ``texts``: the text of each document,
    in the order of ``documents``, exactly as decoded.
    """

    documents: pd.DataFrame
    segments: pd.DataFrame
    problems: pd.DataFrame
    texts: Sequence[str]

    def text(self, doc_id: str) -> str:
        """The text of one document; raises `KeyError` when there is no such document."""
        found = np.flatnonzero(self.documents["doc_id"].to_numpy() == doc_id)
        if not len(found):
            raise KeyError(f"no document {doc_id!r}; `corpus.documents.doc_id` lists all {len(self.texts)}")
        return self.texts[int(found[0])]

    def subset(self, rows: IntArray) -> "Corpus":
        """The corpus of the documents in `rows` (positions in ``documents``), in that order."""
        documents = self.documents.iloc[rows].reset_index(drop=True)
        owner = pd.Index(self.documents["doc_id"]).get_indexer(pd.Index(self.segments["doc_id"]))
        order = np.argsort(owner, kind="stable")
        bounds = np.searchsorted(owner[order], np.arange(len(self.documents) + 1))
        chosen = [order[bounds[row] : bounds[row + 1]] for row in np.asarray(rows).tolist()]
        kept = self.segments.iloc[np.concatenate([order[:0], *chosen])].reset_index(drop=True)
        return Corpus(documents, kept, self.problems, tuple(self.texts[int(row)] for row in rows))


def read_text(text: str, title: str | None = None, source: str | None = None, date: str | None = None) -> Corpus:
    """One string as a corpus of one document, ``doc_id`` "text".

    Raises `CorpusError` for a text without a character in it, one that is not Unicode, or a date that is not one.

    >>> corpus = read_text("The council met. It rose at noon.", source="Daily")
    >>> corpus.segments[["kind", "start", "end"]].to_dict("records")
    [{'kind': 'paragraph', 'start': 0, 'end': 33}]
    """
    if not text.strip():
        raise CorpusError("the text is empty: give at least one word")
    given = {"title": title or "", "source": source or "", "date": date or ""}
    problems: list[tuple[str, str]] = []
    corpus = _assemble([("text", "", _record(text), given)], "en", problems)
    if problems:
        raise CorpusError(problems[0][1])
    return corpus


def read_texts(texts: Iterable[str]) -> Corpus:
    """Strings as a corpus, one document each, ``doc_id`` "0", "1" and so on; a string may be empty.

    >>> read_texts(["The council met.", "It rose at noon."]).documents["doc_id"].tolist()
    ['0', '1']
    """
    return _assemble([(str(number), "", _record(text), {}) for number, text in enumerate(texts)], "en", [])


def read_corpus(
    path: str | Path,
    metadata: str | Path | pd.DataFrame | None = None,
    language: str = "en",
    strict: bool = False,
    text_column: str = "text",
    name_pattern: str | None = None,
) -> Corpus:
    """The corpus in a folder (with all below it) or a file.

    Text, Markdown, web pages, PDF and Word files are one document each, in the order of their paths; tables (CSV, JSON,
    Parquet) have one in each row, in the column `text_column`, and zip archives those of their members: see
    `analysis.text.readers.read_file`. What the file itself says of a document (front matter, columns) is metadata.

    `metadata` is a table or a CSV file with one row a file, named in a column ``file`` (or filename, path, doc_id); by
    default the folder's own ``metadata.csv``. It goes over what the file says, and that over `name_pattern`, what the
    file's name says: ``"{source}_{date}_{title}"``, see `analysis.text.metadata.names_reader`. Title, source, date and
    language describe the document; all else is kept, with "metadata_" before a name that ``documents`` has itself.
    `language` is the ISO 639 code of documents for which none is named. A file ``.lafzignore`` lists, one glob a line,
    what is no part of the corpus.

    Whatever cannot be read is a row in ``problems`` and the rest goes on; files of the same bytes are all kept, and
    said to be the same there. With `strict` the first problem raises. Raises `CorpusError` when the path or the
    metadata does not exist, when the pattern is none, or when no document can be read.
    """
    if not is_known(language):
        raise CorpusError(f"language {language!r} is not known: use an ISO 639 code such as 'en' or 'ur'")
    root = Path(path).expanduser()
    if not root.exists():
        raise CorpusError(f"no such file or folder: {str(path)!r}: give a folder of texts, or one text file")
    try:
        files, problems = list_files(root) if root.is_dir() else ([root], [])
        names = {name_from(root if root.is_dir() else root.parent, file): file for file in files}
        table, label = _table(metadata, root)
        names = {name: file for name, file in names.items() if table is None or not _is_same(file, label, root)}
        strays: list[tuple[str, str]] = []
        given = {} if table is None else rows_by_file(table, label, names, strays)
        named = names_reader(name_pattern) if name_pattern else None
    except (MetadataError, ReadError) as error:
        raise CorpusError(str(error)) from None
    if root.is_dir():  # the metadata of a folder may well be given for one of its files
        problems += strays
    doc_ids = _doc_ids(list(names))
    sources = []
    taken: set[str] = set()
    first_of: dict[str, str] = {}  # digest -> the file that had these bytes first
    for name, file in bar(names.items(), what="reading", unit="file"):
        in_name = named(name) if named else {}
        if in_name is None:
            problems.append((name, f"its name does not fit {name_pattern!r}: nothing is known from it"))
        for record in _read(name, file, text_column, problems):
            inside = f"#{record.name}" if record.name else ""
            original = first_of.setdefault(record.sha256, name)
            if original != name:
                problems.append((name + inside, f"has the same bytes as {original}: both are kept"))
            if table is not None and name not in given and not record.metadata and not in_name:
                problems.append((name, f"has no row in {label}: read without title, source and date"))
            row = _layers(in_name or {}, record.metadata, given.get(name, {}))
            # Row 1 of a.csv and the file a#1.txt would have one name.
            doc_id = doc_ids[name] + inside if doc_ids[name] + inside not in taken else name + inside
            taken.add(doc_id)
            sources.append((doc_id, name + inside, record, row))
    corpus = _assemble(sources, language, problems)
    if strict and problems:
        raise CorpusError(": ".join(problems[0]))
    if not sources:
        why = f"{problems[0][0]}: {problems[0][1]}" if problems else "it holds no file"
        raise CorpusError(f"no document could be read from {str(path)!r}: {why}")
    return corpus


def corpus_files(path: str | Path) -> list[Path]:
    """Every file that `read_corpus` looks at, in order: documents, metadata, ignore list, and what it cannot read."""
    root = Path(path).expanduser()
    if not root.is_dir():
        return [root]
    return [root / IGNORE] * (root / IGNORE).is_file() + list_files(root)[0]


def _read(name: str, file: Path, text_column: str, problems: list[tuple[str, str]]) -> Iterator[Record]:
    """The documents in one file; what cannot be read joins `problems`."""
    try:
        for part in read_file(file, text_column=text_column):
            inside = f"{name}#{part.name}" if part.name else name
            if isinstance(part, Problem):
                problems.append((inside, part.reason))
            else:
                problems += [(inside, problem) for problem in part.problems]
                yield part
    except ReadError as error:
        problems.append((name, str(error)))


def _assemble(
    sources: list[tuple[str, str, Record, dict[str, str]]], language: str, problems: list[tuple[str, str]]
) -> Corpus:
    """The corpus of (doc_id, path, record, metadata row) in the order given; doubtful dates join `problems`."""
    documents, found = [], []
    for doc_id, name, record, row in sources:
        # What stands before the body is front matter: in the text, so that spans point into the file, and not counted.
        shift = record.body
        parts = [(kind, start + shift, end + shift, cut) for kind, start, end, cut in segments(record.text[shift:])]
        found += [(doc_id, *part) for part in parts]
        headline = next((record.text[start:end] for kind, start, end, _ in parts if kind == "title"), "")
        base: dict[str, object] = {
            "doc_id": doc_id,
            "title": row.get("title") or headline,
            "source": row.get("source", ""),
            "date": _date(row.get("date", ""), name, problems),
            "language": _language(row.get("language", ""), language, name, problems),
            "format": record.format,
            "path": name,
            "encoding": record.encoding,
            "sha256": record.sha256,
            "n_chars": len(record.text),
        }
        own = {"title", "source", "date", "language"}
        further = {f"metadata_{key}" if key in base else key: value for key, value in row.items() if key not in own}
        documents.append(base | further)
    frame = pd.DataFrame(documents, columns=None if documents else DOCUMENT_COLUMNS)
    frame = frame.fillna({column: "" for column in frame.columns if column not in DOCUMENT_COLUMNS})
    frame["date"] = frame["date"].astype("datetime64[s]")
    return Corpus(
        frame,
        pd.DataFrame(found, columns=["doc_id", "kind", "start", "end", "truncated"]),
        pd.DataFrame(problems, columns=["path", "reason"]),
        tuple(record.text for _, _, record, _ in sources),
    )


def _record(text: str) -> Record:
    """A string as a record; raises `CorpusError` for a lone surrogate, which no file could hold."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise CorpusError(
            f"character {error.start} of the text is half of a character: read it again as UTF-8"
        ) from None
    return Record(text, "txt", "utf-8", hashlib.sha256(data).hexdigest())


def _table(metadata: str | Path | pd.DataFrame | None, root: Path) -> tuple[pd.DataFrame | None, str]:
    """The metadata table, if there is one, and what it is called in a message."""
    if isinstance(metadata, pd.DataFrame):
        return metadata, "the metadata"
    if metadata is not None:
        return read_table(Path(metadata).expanduser()), str(metadata)
    beside = root / METADATA
    return (read_table(beside), METADATA) if root.is_dir() and beside.is_file() else (None, "")


def _is_same(file: Path, label: str, root: Path) -> bool:
    """Whether `file` is the metadata table itself."""
    if file in (root / METADATA, Path(label)):
        return True
    return Path(label).is_file() and file.is_file() and file.samefile(label)


def _doc_ids(names: list[str]) -> dict[str, str]:
    """Each path's doc_id: the path without its ending, where no other file could be meant by that."""
    stems = {name: stem(name) for name in names}
    count = Counter([*stems.values(), *names])  # a stem that is the name of another file could mean that one
    return {name: own if count[own] == 1 else name for name, own in stems.items()}


def _layers(*rows: dict[str, str]) -> dict[str, str]:
    """The rows put over one another; what a row leaves empty does not cover what is below."""
    keys = dict.fromkeys(key for row in rows for key in row)
    return {key: next((row[key] for row in reversed(rows) if row.get(key)), "") for key in keys}


def _date(value: str, name: str, problems: list[tuple[str, str]]) -> datetime | None:
    """`value` as a day or a time; None, with a problem row, where it is neither."""
    date = parse_date(value) if value else None
    if value and date is None:
        problems.append((name, f"date {value!r} is not a date, or could be two: write it as 2024-06-22"))
    return date


def _language(value: str, default: str, name: str, problems: list[tuple[str, str]]) -> str:
    """`value` where its sentences can be split; else `default`, with a problem row where there was a value."""
    if value and not is_known(value):
        problems.append((name, f"language {value!r} is not a known ISO 639 code: read as {default!r}"))
    return value if is_known(value) else default
