"""Read a folder, file, table or string as a `Corpus`: documents, their segments, and problems."""

import hashlib
import reprlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.core.compiled import Ints
from analysis.core.errors import CorpusError as CorpusError
from analysis.core.errors import did_you_mean
from analysis.core.paths import located
from analysis.core.progress import bar
from analysis.core.resources import infrequent_gc
from analysis.text.reading.folders import IGNORE, list_files
from analysis.text.reading.formats.rows import Source, check_columns, row_to_record
from analysis.text.reading.metadata import parse_date
from analysis.text.reading.planning import METADATA as METADATA
from analysis.text.reading.planning import column_of, describe, plan_corpus
from analysis.text.reading.readers import Record, read_file
from analysis.text.reading.records import ReadError
from analysis.text.segments import Segment, segments
from analysis.text.sentences import is_known

DOCUMENT_COLUMNS = ["doc_id", "title", "source", "date", "language", "format", "path", "encoding", "sha256", "n_chars"]
SEGMENT_COLUMNS = ["doc_id", "kind", "start", "end", "truncated"]
MOST_COLUMNS = 300  # of ``documents``: unbounded if each file named columns of its own


class Summarized:
    """Mixin: represent an object by a few facts about it instead of its contents."""

    def _kind(self) -> str:
        return type(self).__name__

    def _facts(self) -> dict[str, str]:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{self._kind()}: {', '.join(f'{name} {fact}' for name, fact in self._facts().items())}>"

    def _repr_html_(self) -> str:
        return pd.DataFrame([self._facts()], index=[self._kind()]).to_html(border=0)


@dataclass(frozen=True, repr=False)
class Corpus(Summarized):
    """Documents with their text, segments and metadata.

    ``documents``: one row per document: doc_id, title, source, date (NaT if unknown), language, format, path (from the
    corpus folder), encoding, sha256 (of the file), n_chars, and all further metadata columns. ``segments``: one row per
    segment: doc_id, kind (title, heading, paragraph, boilerplate), start, end (characters), truncated. ``problems``:
    what was left out or is doubtful: path, reason. ``texts``: the text of each document, exactly as decoded.
    """

    documents: pd.DataFrame
    segments: pd.DataFrame
    problems: pd.DataFrame
    texts: Sequence[str]

    def text(self, doc_id: str) -> str:
        """The text of one document. Raises `KeyError` if there is no such document."""
        return self.texts[self.row(doc_id)]

    def row(self, doc_id: str) -> int:
        """The position of one document in ``documents``. Raises `KeyError` if there is no such document."""
        names = self.documents["doc_id"]
        found = np.flatnonzero(names.to_numpy() == doc_id)
        if not len(found):
            near = did_you_mean(doc_id, names)
            raise KeyError(f"no document {doc_id!r}.{near} `corpus.documents.doc_id` lists all {len(names):,}")
        return int(found[0])

    @cached_property
    def segment_order(self) -> tuple[Ints, Ints]:
        """The rows of ``segments`` sorted by document, and (documents + 1,) the offsets of each document in them."""
        owner = pd.Index(self.documents["doc_id"]).get_indexer(pd.Index(self.segments["doc_id"]))
        order = np.argsort(owner, kind="stable")
        return order, np.searchsorted(owner[order], np.arange(len(self.documents) + 1))

    def subset(self, rows: ArrayLike) -> "Corpus":
        """The documents in `rows`, a mask or positions as in `positions`; positions may be in any order."""
        numbers = positions(rows, self.documents, rising=False)
        documents = self.documents.iloc[numbers].reset_index(drop=True)
        order, bounds = self.segment_order
        chosen = [order[bounds[row] : bounds[row + 1]] for row in numbers.tolist()]
        kept = self.segments.iloc[np.concatenate([order[:0], *chosen])].reset_index(drop=True)
        return Corpus(documents, kept, self.problems, tuple(self.texts[row] for row in numbers.tolist()))

    def _kind(self) -> str:
        return "Corpus"  # in memory or not

    def _facts(self) -> dict[str, str]:
        dates = self.documents["date"].dropna()
        return {
            "documents": f"{len(self.documents):,}",
            "characters": f"{self.documents['n_chars'].sum():,}",
            "dates": f"{dates.min().date()} to {dates.max().date()}" if len(dates) else "none",
            "problems": f"{len(self.problems):,}",
        }


def positions(rows: ArrayLike, documents: pd.DataFrame, *, rising: bool = True) -> Ints:
    """The positions in the table `documents` that are selected by `rows`, a mask or positions.

    A mask is a list, array or Series with one True or False per document. A Series is aligned by its index if that
    holds the doc_ids or the labels of ``corpus.documents``; one with another range index goes by position. Positions
    are integers from 0, each once, in rising order (in any order if `rising` is false). Raises `ValueError` for
    anything else.

    >>> documents = read_texts(["Rain.", "Snow.", "Hail."]).documents
    >>> positions([True, False, True], documents).tolist(), positions([0, 2], documents).tolist()
    ([0, 2], [0, 2])
    >>> positions(pd.Series([True, False, False], index=["2", "0", "1"]), documents).tolist()
    [2]
    """
    count = len(documents)
    expected = f"give one True or False for each of the {count:,} documents, or positions from 0 to {count - 1:,}"
    values = np.asarray(rows)
    if values.ndim != 1:
        shown = reprlib.repr(rows) if values.ndim == 0 else f"a table of {values.ndim} dimensions"
        raise ValueError(f"rows is {shown}: {expected}")
    if values.dtype == object:  # such as a boolean column that once had missing values
        values = pd.Series(values).infer_objects().to_numpy()
    if values.dtype == bool:
        if len(values) != count:
            raise ValueError(f"a mask of {len(values):,} values: give one for each of the {count:,} documents")
        return np.sort(_align(rows.index, documents)[values]) if isinstance(rows, pd.Series) else values.nonzero()[0]
    if len(values) and values.dtype.kind not in "iu":
        odd = next((value for value in values.tolist() if not isinstance(value, int)), values[0])
        raise ValueError(f"rows hold {odd!r}: {expected}")
    numbers = values.astype(np.int64)
    if (outside := numbers[(numbers < 0) | (numbers >= count)]).size:
        raise ValueError(f"rows hold {outside[0]}: {expected}")
    ordered = numbers if rising else np.sort(numbers)
    if (early := np.flatnonzero(np.diff(ordered) <= 0)).size:
        before, after = ordered[early[0] : early[0] + 2]
        raise ValueError(f"rows hold {after} after {before}: give each once{', in rising order' if rising else ''}")
    return numbers


def _align(index: "pd.Index[Any]", documents: pd.DataFrame) -> Ints:
    """The position of the document of each label of a mask's index. Raises `ValueError` for other labels."""
    for labels in (documents.index, pd.Index(documents["doc_id"])):
        found = labels.get_indexer(index)
        if np.array_equal(np.sort(found), np.arange(len(documents))):
            return found
    if isinstance(index, pd.RangeIndex):
        return np.arange(len(documents))
    odd = next((label for label in index if label not in set(documents["doc_id"])), index[0])
    raise ValueError(f"a mask with the label {odd!r}: its index must be the doc_ids, or that of `corpus.documents`")


def read_text(text: str, title: str | None = None, source: str | None = None, date: str | None = None) -> Corpus:
    """Make a corpus of one string, with the doc_id "text".

    Raises `CorpusError` for a blank text, one with a lone surrogate, or an invalid date.

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
    """Make a corpus of strings, with the doc_ids "0", "1" and so on. A string may be empty.

    >>> read_texts(["The council met.", "It rose at noon."]).documents["doc_id"].tolist()
    ['0', '1']
    """
    return _assemble([(str(number), "", _record(text), {}) for number, text in enumerate(texts)], "en", [])


def read_frame(frame: Any, text: str = "text", *, language: str = "en", strict: bool = False) -> Corpus:
    """Make a corpus of a table: one document per row, with its text in the column `text` and metadata in all others.

    `frame` is a DataFrame or Series, or anything that becomes one: an Arrow table, a polars frame, a Hugging Face
    dataset, a list of strings or dicts, a dict of names and texts. The doc_id is the column ``doc_id``, else the index.
    The columns ``title``, ``source``, ``date`` and ``language`` mean the same as in `read_corpus`; `language` is the
    default.

    A row without text becomes a row of ``problems``; with `strict` it raises. Raises `CorpusError` for a table without
    that column or without texts, for duplicate names, and for an index with several levels.

    >>> corpus = read_frame(pd.DataFrame({"body": ["The council met.", None], "party": ["Left", "Right"]}), text="body")
    >>> corpus.documents[["doc_id", "party"]].to_dict("records"), corpus.problems["reason"].tolist()
    ([{'doc_id': '0', 'party': 'Left'}], ["its 'body' is empty"])
    """
    table = _as_frame(frame, text)
    if table.columns.nlevels > 1:
        raise CorpusError(f"the table has columns of {table.columns.nlevels} levels: give each column one name")
    try:
        check_columns(text, [str(column) for column in table.columns], "name the one that has the texts (text=...)")
    except ReadError as error:
        raise CorpusError(f"the table {error}") from None
    names = _document_names(table)
    rows = table.drop(columns="doc_id", errors="ignore").astype(object)
    records: list[dict[str, Any]] = rows.where(rows.notna(), None).rename(columns=str).to_dict("records")  # type: ignore[assignment]
    problems: list[tuple[str, str]] = []
    sources = []
    for name, row in zip(names, records, strict=True):
        found = row_to_record(name, row, Source("table", "", "", text))
        if isinstance(found, Record):
            problems += [(name, reason) for reason in found.problems]
            sources.append((name, "", _record(found.text)._replace(format="table", encoding=""), found.metadata))
        else:
            problems.append((name, found.reason))
    corpus = _assemble(sources, language, problems)
    if problems and (strict or not sources):
        raise CorpusError(": ".join(problems[0]))
    if not sources:
        raise CorpusError("the table has no rows: give at least one text")
    return corpus


def _as_frame(frame: Any, text: str) -> pd.DataFrame:
    """Convert what `read_frame` accepts to a DataFrame."""
    if isinstance(frame, dict):
        return pd.DataFrame({"doc_id": list(frame), text: list(frame.values())}, dtype=object)
    if isinstance(frame, list | tuple):
        return pd.DataFrame(frame if frame and isinstance(frame[0], dict) else {text: frame}, dtype=object)
    if isinstance(frame, pd.Series):
        return frame.to_frame(text)
    table = frame.to_pandas() if hasattr(frame, "to_pandas") else frame
    if not isinstance(table, pd.DataFrame):
        raise CorpusError(f"{reprlib.repr(frame)} is no table: give a DataFrame, a list of strings or a dict of texts")
    return table


def _document_names(table: pd.DataFrame) -> list[str]:
    """The doc_ids of the rows of a table."""
    if isinstance(table.index, pd.MultiIndex):
        levels = table.index.nlevels
        raise CorpusError(f"the table has an index of {levels} levels: make columns of it by reset_index()")
    names = [str(name) for name in table.get("doc_id", table.index)]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        cure = "give each document a doc_id of its own" if "doc_id" in table else "call reset_index(drop=True)"
        raise CorpusError(f"{twice[0]!r} names {names.count(twice[0]):,} documents: {cure}")
    return names


def read_corpus(
    path: str | Path,
    metadata: str | Path | pd.DataFrame | None = None,
    language: str = "en",
    strict: bool = False,
    text_column: str = "text",
    name_pattern: str | None = None,
) -> Corpus:
    """Read the corpus in a folder (with its subfolders) or a file; "sample" is the one in the package.

    Text, Markdown, web pages, PDF and Word files are one document each, in the order of their paths. Tables (CSV, JSON,
    Parquet) have one per row, in the column `text_column`; zip archives have those of their members. See
    `analysis.text.reading.readers.read_file`. A file ``.lafzignore`` lists globs of paths to leave out.

    Metadata come, in order of precedence, from `metadata`, from the file itself (front matter, columns), and from its
    name. `metadata` is a table or CSV file with one row per file, named in a column ``file`` (or filename, path,
    doc_id); by default the folder's ``metadata.csv``. `name_pattern`, such as ``"{source}_{date}_{title}"``, parses
    names (see `analysis.text.reading.metadata.names_reader`; "" for none). Without a table and a pattern, names that
    are all alike, as ``1789-Washington.txt``, are parsed by a guessed pattern, which ``problems`` reports. A metadata
    column that ``documents`` has itself gets the prefix "metadata_". `language` is the ISO 639 code of documents that
    name none; an unknown one is read as "und".

    Whatever cannot be read becomes a row of ``problems``; with `strict` the first problem raises. Files with the same
    bytes are all kept, and reported there. Raises `CorpusError` if the path or the metadata do not exist, the pattern
    is invalid, or no document can be read.
    """
    plan = plan_corpus(located(path), metadata, language=language, name_pattern=name_pattern)
    problems = list(plan.problems)
    sources = []
    taken: set[str] = set()
    first_of: dict[str, str] = {}
    with infrequent_gc():
        for name, file in bar(plan.files.items(), what="reading", unit="file"):
            found = read_file(file, text_column=text_column)
            for inside, record, row in describe(name, found, plan.layers(name), first_of, problems):
                # Row 1 of a.csv and the file a#1.txt would have the same name.
                doc_id = plan.doc_ids[name] + inside if plan.doc_ids[name] + inside not in taken else name + inside
                taken.add(doc_id)
                sources.append((doc_id, name + inside, record, row))
        corpus = _assemble(sources, language, problems)
    if strict and problems:
        raise CorpusError(": ".join(problems[0]))
    if not sources:
        reasons = problems[len(plan.problems) :] or problems  # prefer problems inside files
        why = ": ".join(reasons[0]) if reasons else "it holds no file"
        raise CorpusError(f"no document could be read from {str(path)!r}: {why}")
    return corpus


def corpus_files(path: str | Path) -> list[Path]:
    """All files that `read_corpus` looks at, in order, including the ignore list and unreadable ones."""
    root = Path(path).expanduser()
    if not root.is_dir():
        return [root]
    return [root / IGNORE] * (root / IGNORE).is_file() + list(map(Path, list_files(root)[0].values()))


def document_row(
    doc_id: str, name: str, record: Record, row: dict[str, str], language: str, problems: list[tuple[str, str]]
) -> tuple[dict[str, object], list[Segment]]:
    """The row of ``Corpus.documents`` of a document, and its segments; doubts are appended to `problems`."""
    shift = record.body  # front matter stays in the text, so that spans point into the file, but is no segment
    parts = segments(record.text[shift:])
    if shift:
        parts = [Segment(kind, start + shift, end + shift, cut) for kind, start, end, cut in parts]
    headline = next((record.text[part.start : part.end] for part in parts if part.kind == "title"), "")
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
    return base | {column_of(key, row): value for key, value in row.items() if key not in own}, parts


def corpus_of(
    documents: list[dict[str, object]],
    parts: Iterable[Sequence[Segment]],
    texts: Sequence[str],
    problems: list[tuple[str, str]],
) -> Corpus:
    """The corpus of documents as `document_row` returns them."""
    columns = list(dict.fromkeys(chain.from_iterable(documents))) or DOCUMENT_COLUMNS
    if len(columns) > MOST_COLUMNS:
        problems.append(("", f"has {len(columns):,} columns of metadata: the first {MOST_COLUMNS:,} are kept"))
    frame = pd.DataFrame(documents, columns=columns[:MOST_COLUMNS])
    kept = pd.DataFrame(problems, columns=["path", "reason"])
    return Corpus(fill_columns(frame), _segment_table(frame, list(parts)), kept, tuple(texts))


def _segment_table(documents: pd.DataFrame, parts: Sequence[Sequence[Segment]]) -> pd.DataFrame:
    """``Corpus.segments`` of the segments of each document."""
    found = list(chain.from_iterable(parts))
    if not found:
        return pd.DataFrame(columns=SEGMENT_COLUMNS)
    kinds, starts, ends, truncated = zip(*found, strict=True)
    names = pd.Index(dict.fromkeys(kinds))  # take each text from an index: a column of texts is slow to make
    numbers = {name: number for number, name in enumerate(names)}
    columns = (
        pd.Index(documents["doc_id"]).repeat(list(map(len, parts))),
        names.take(list(map(numbers.__getitem__, kinds))),
        *map(np.array, (starts, ends, truncated)),
    )
    return pd.DataFrame(dict(zip(SEGMENT_COLUMNS, columns, strict=True)))


def fill_columns(documents: pd.DataFrame) -> pd.DataFrame:
    """``Corpus.documents`` with missing metadata as "", and dates as datetimes."""
    filled = documents.fillna({column: "" for column in documents.columns if column not in DOCUMENT_COLUMNS})
    filled["date"] = filled["date"].astype("datetime64[s]")
    return filled


def _assemble(
    sources: list[tuple[str, str, Record, dict[str, str]]], language: str, problems: list[tuple[str, str]]
) -> Corpus:
    """The corpus of (doc_id, path, record, metadata row); doubts are appended to `problems`."""
    rows = [document_row(*source, language, problems) for source in sources]
    texts = [record.text for _, _, record, _ in sources]
    return corpus_of([row for row, _ in rows], [parts for _, parts in rows], texts, problems)


def _record(text: str) -> Record:
    """A string as a record. Raises `CorpusError` for a lone surrogate, which no file could hold."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        place = error.start
        raise CorpusError(f"character {place} of the text is half of a character: read it again as UTF-8") from None
    return Record(text, "txt", "utf-8", hashlib.sha256(data).hexdigest())


def _date(value: str, name: str, problems: list[tuple[str, str]]) -> datetime | None:
    """Parse a date; None, with a problem, for an invalid one."""
    date = parse_date(value) if value else None
    if value and date is None:
        problems.append((name, f"date {value!r} is not a date, or could be two: write it as 2024-06-22"))
    return date


def _language(value: str, default: str, name: str, problems: list[tuple[str, str]]) -> str:
    """`value` if it is a known language, `default` if it is empty, else "und", with a problem."""
    if value and not is_known(value):  # not `default`, whose stop words and lexicons would not fit
        problems.append((name, f"language {value!r} is not a known code, such as 'en': read as 'und' (undetermined)"))
        return "und"
    return value or default
