"""A corpus, or several, in partitions that are read one at a time: the same documents and problems in any division."""

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from analysis.core.files import delete_file, whole_file
from analysis.core.resources import Budget, check_length
from analysis.core.versions import code_version
from analysis.engine.files import File, clashes, corpus_name, doc_ids, is_remote, open_file, originals, plan_remote
from analysis.engine.tables import pieces_in, stream, write_rows
from analysis.text.corpus import Corpus, CorpusError, corpus_of, document_row
from analysis.text.reading.planning import METADATA, Layers, Plan, describe, plan_corpus
from analysis.text.segments import Segment

PROBLEMS = pa.schema([("path", pa.string()), ("reason", pa.string())])

_FILE = "problems.arrow"
_TOKENIZING = ("scheme", "lowercase", "boilerplate", "splitter", "emoji")  # parameters of `tokenize`


class Partition(NamedTuple):
    """Files of one corpus, a few small ones or one large one, with all that must be known to read them.

    ``key`` names what is made of them: a digest of the name, place, size, modification time and metadata of each file,
    of every reading parameter, and of the versions of this package and its readers. The bytes are not in it, since they
    would have to be read twice.
    """

    key: str
    files: tuple[File, ...]
    corpus: str  # put before each doc_id and path, "" for one corpus
    label: str  # as in `Layers`, and so is `pattern`
    pattern: str | None
    language: str
    text_column: str
    options: tuple[tuple[str, Any], ...]
    problems: tuple[tuple[str, str], ...]  # found before any file was read
    characters: int  # of a shard, about, at most
    room: int = sys.maxsize  # as in `Budget`, for one document
    each: int = 1


def plan_partitions(corpora: Sequence[str | Path], plan: Budget, **reading: Any) -> tuple[list[Partition], Budget]:
    """The `partitions` that a plan has room for, and the plan: with one process, if only one has room for a text.

    Raises `ParameterError` for a text that is longer still, before any is read; of a table, a page, a PDF or a Word
    file `read_shards` raises it. Others as `partitions`.
    """
    pieces = partitions(corpora, characters=plan.characters, room=plan.alone, each=plan.each, **reading)
    longest = max(file.longest for piece in pieces for file in piece.files)
    if longest * plan.each > plan.room:
        plan = plan._replace(cores=1, room=plan.alone)
    return [piece._replace(room=plan.room) for piece in pieces], plan


def partitions(
    corpora: Sequence[str | Path],
    *,
    characters: int,
    room: int = sys.maxsize,
    each: int = 1,
    written: Sequence[Path] = (),
    metadata: str | Path | None = None,
    language: str = "en",
    text_column: str = "text",
    name_pattern: str | None = None,
    **options: Any,
) -> list[Partition]:
    """The partitions of one corpus or several, in the order of their documents.

    Small files are grouped up to `characters` bytes; a larger table or archive is a partition of its own, which
    `read_shards` reads in several shards. `room` and `each` are as in `Budget`, for one document. `written` are the
    tables to be made of the corpora. The other parameters are those of `read_corpus` and, as `options`, of `tokenize`.
    A corpus may be an address such as ``s3://bucket/news/*.parquet`` too, see `plan_remote`.

    With several corpora each doc_id and path is preceded by the name of its corpus: ``speeches/1999``. Raises
    `CorpusError` as `read_corpus` does, for two corpora of one name, and for none; `ValueError` for an unknown option,
    and when a table of `written` would replace texts or metadata that are read.
    """
    if not corpora:
        raise CorpusError("no corpus: give a folder of texts, or one text file")
    if unknown := sorted(set(options) - set(_TOKENIZING)):
        raise ValueError(f"{unknown[0]!r} is no parameter of reading or of {', '.join(_TOKENIZING)}")
    about: dict[str, Any] = {"language": language, "text_column": text_column, "room": room, "each": each}
    about["options"] = tuple(sorted(options.items()))
    found = []
    for name, corpus in _by_name(corpora).items():
        if is_remote(corpus):
            if metadata is not None:
                raise CorpusError(
                    f"metadata {str(metadata)!r} goes with a folder, not with {str(corpus)!r}: leave it out"
                )
            plan, places = plan_remote(str(corpus), language=language, name_pattern=name_pattern)
        else:
            plan = plan_corpus(corpus, metadata, language=language, name_pattern=name_pattern)
            here = Path.cwd()
            places = {file: os.path.join(here, path) for file, path in plan.files.items()}  # noqa: PTH118
        if not places:
            why = ": ".join(plan.problems[0]) if plan.problems else "it holds no file"
            raise CorpusError(f"no document could be read from {str(corpus)!r}: {why}")
        files = _files(plan, places, text_column, room, each)
        _check_overwrites(written, files, Path(metadata or Path(corpus, METADATA)), text_column)
        found += _group_files(plan, files, name if len(corpora) > 1 else "", characters, about)
    return found


def read_shards(partition: Partition) -> Iterator[Corpus]:
    """The documents of a partition, in order, in corpora of about ``partition.characters`` characters at most.

    A longer document is a corpus by itself, and the last corpus may have problems and no document. Together they have
    what `read_corpus` returns: doc_ids, metadata (in the columns that the documents of a shard have), segments,
    problems.
    """
    documents: list[dict[str, object]] = []
    segments: list[list[Segment]] = []
    texts: list[str] = []
    problems = list(partition.problems)
    size = 0
    for file in partition.files:
        layers = Layers(None if file.given is None else dict(file.given), partition.label, partition.pattern)
        found = open_file(file.place, partition.text_column)
        for inside, record, row in describe(file.name, found, layers, dict(file.originals), problems):
            check_length(file.name + inside, len(record.text), partition.room, partition.each)
            if size and size + len(record.text) > partition.characters:
                yield corpus_of(documents, segments, texts, _prefixed(partition, problems))
                documents, segments, texts, size = [], [], [], 0
                problems.clear()  # the same list, to which `describe` appends
            doc_id = file.doc_id + inside if file.doc_id + inside not in file.taken else file.name + inside
            about, own = document_row(doc_id, file.name + inside, record, row, partition.language, problems)
            if partition.corpus:
                about |= {key: f"{partition.corpus}/{about[key]}" for key in ("doc_id", "path")}
            documents.append(about)
            segments.append(own)
            texts.append(record.text)
            size += len(record.text)
    yield corpus_of(documents, segments, texts, _prefixed(partition, problems))


def read_texts(partition: Partition) -> Iterator[Corpus]:
    """`read_shards`, without corpora that have no document."""
    return (shard for shard in read_shards(partition) if len(shard.texts))


def _by_name(corpora: Sequence[str | Path]) -> dict[str, str | Path]:
    """The corpora by their names; raises `CorpusError` where two have one."""
    found: dict[str, str | Path] = {}
    for corpus in corpora:
        name = corpus_name(corpus)
        if name in found:
            raise CorpusError(
                f"{str(found[name])!r} and {str(corpus)!r} are both called {name!r}, and the name tells "
                "their documents apart: rename one, or put both into one folder"
            )
        found[name] = corpus
    return found


def _files(plan: Plan, places: Mapping[str, str], text_column: str, room: int, each: int) -> list[File]:
    """The files of a plan, each with what it must know of the others."""
    files = [File.at(name, place, plan.doc_ids[name], plan.given.get(name)) for name, place in places.items()]
    for file in files:
        check_length(file.name, file.longest, room, each)
    first_of, taken = originals(files, text_column), clashes(files, text_column)
    if not first_of and not taken:
        return files
    return [file._replace(originals=first_of.get(file.name, ()), taken=taken.get(file.name, ())) for file in files]


def _check_overwrites(tables: Sequence[Path], files: Sequence[File], metadata: Path, text_column: str) -> None:
    """Raise `ValueError` when a table would replace texts or metadata; an earlier table may be replaced."""
    for table in (table for table in tables if table.expanduser().is_file()):
        about = table.expanduser().stat()
        alike = [file for file in files if file.size == about.st_size and _is_same_file(file.place, about)]
        if _is_same_file(metadata.expanduser(), about) or any(next(doc_ids(file, text_column), "") for file in alike):
            raise ValueError(f"{str(table)!r} is read and would be written over: give the table another name or folder")


def _is_same_file(place: str | Path, about: os.stat_result) -> bool:
    """Whether the local file at `place` is the one that `about` describes."""
    path = Path(str(place).removeprefix("file://"))
    return path.is_file() and os.path.samestat(path.stat(), about)


def _group_files(plan: Plan, files: list[File], corpus: str, characters: int, about: dict[str, Any]) -> list[Partition]:
    """Group consecutive files up to `characters` bytes; a larger file is a group by itself."""
    groups: list[list[File]] = [[]]
    size = 0
    for file in files:
        if groups[-1] and size + file.size > characters:
            groups.append([])
            size = 0
        groups[-1].append(file)
        size += file.size
    found = []
    for number, group in enumerate(groups):
        problems = tuple(plan.problems) if number == 0 else ()
        own = Partition(
            "", tuple(group), corpus, plan.label, plan.pattern, **about, problems=problems, characters=characters
        )
        known = [own._replace(characters=0, room=0, each=0), code_version()]
        found.append(own._replace(key=hashlib.sha256(repr(known).encode()).hexdigest()[:32]))
    return found


def _prefixed(partition: Partition, problems: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The problems, each path preceded by the name of the corpus."""
    return [(f"{partition.corpus}/{path}" if partition.corpus else path, reason) for path, reason in problems]


def logged_shards(partition: Partition, place: Path) -> Iterator[Corpus]:
    """The shards of a partition that have documents; the problems of all are written to the folder `place`."""
    with stream(place / _FILE, PROBLEMS) as problems:
        for corpus in read_shards(partition):
            columns = [pa.array(corpus.problems[name].tolist(), pa.string()) for name in PROBLEMS.names]
            problems.write_batch(pa.record_batch(columns, schema=PROBLEMS))
            if len(corpus.texts):
                yield corpus


def problems_in(places: Sequence[Path]) -> pd.DataFrame:
    """The problems that `logged_shards` wrote to folders, as ``Corpus.problems``."""
    rows = [batch.to_pandas() for batch in _rows(places)]
    table: pd.DataFrame = pd.concat([PROBLEMS.empty_table().to_pandas(), *rows], ignore_index=True)
    return table


def problems_of(out: Path) -> Path:
    """The table of problems beside the table `out`."""
    return out.with_name(f"{out.stem}.problems.csv")


def write_problems(places: Sequence[Path], out: Path) -> int:
    """Write the problems in folders to `problems_of(out)`, or delete that file if there are none; return how many."""
    target = problems_of(out).expanduser()
    if not any(len(batch) for batch in _rows(places)):
        delete_file(target)
        return 0
    with whole_file(target) as new:
        return write_rows(_rows(places), PROBLEMS, new)


def nothing_read(corpora: Sequence[str | Path], places: Sequence[Path]) -> str:
    """The message of `read_corpus` for a corpus without a document, with the first problem in folders."""
    rows = (row for batch in _rows(places) for row in batch.to_pylist())
    why = next((": ".join(row.values()) for row in rows), "it holds no text")
    return f"no document could be read from {', '.join(repr(str(corpus)) for corpus in corpora)}: {why}"


def _rows(places: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    return (batch for place in places for batch in pieces_in(place / _FILE))
