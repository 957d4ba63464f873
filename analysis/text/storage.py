"""`Tokens` in a folder: saved once, opened memory-mapped, and found again by what they were made of."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, overload

import numpy as np
import pyarrow as pa

from analysis.paths import ROOT
from analysis.text.corpus import Corpus, corpus_files, read_corpus
from analysis.text.folders import name_from
from analysis.text.tokens import Tokens, tokenize
from analysis.text.versions import reading_versions

CACHE = "LAFZ_TOKENS"  # environment variable: the folder in which `load_tokens` keeps what it made
KEPT = 4  # corpora that stay in that folder, the last ones used

_ABOUT = "tokens.json"
_ARRAYS = ("ids", "start", "end", "document_offsets", "sentence_offsets")
_SENTENCES = ("sentence_segment", "sentence_start", "sentence_end")
_TABLES = ("documents", "segments", "problems")


class Texts(Sequence[str]):
    """The texts of a corpus in an Arrow column that need not be in memory; each is decoded when it is asked for."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column
        self._last = (-1, "")  # hits come document by document: the last one is mostly the next one too

    def __len__(self) -> int:
        return len(self._column)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return Texts(self._column[index])
        if index != self._last[0]:
            self._last = (index, str(self._column[index].as_py()))
        return self._last[1]


def save_tokens(tokens: Tokens, folder: str | Path) -> None:
    """Write `tokens` with their corpus to the new folder `folder`, as NumPy and Arrow files.

    The folder gets its name when all of it is written. Raises `ValueError` where there is something of that name.
    """
    place = Path(folder).expanduser().absolute()
    if place.exists():
        raise ValueError(f"{str(folder)!r} exists: give the name of a new folder")
    place.parent.mkdir(parents=True, exist_ok=True)
    build = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        for name in (*_ARRAYS, *_SENTENCES):
            np.save(build / f"{name}.npy", getattr(tokens, name))
        for name in _TABLES:
            write_arrow(pa.Table.from_pandas(getattr(tokens.corpus, name), preserve_index=False), build, name)
        for name, words in (("vocabulary", tokens.vocabulary.tolist()), ("texts", list(tokens.corpus.texts))):
            write_arrow(pa.table({name: pa.array(words, pa.large_string())}), build, name)
        (build / _ABOUT).write_text(json.dumps(dict(tokens.options)), encoding="utf-8")
        build.rename(place)
    except BaseException:
        shutil.rmtree(build, ignore_errors=True)
        raise


def open_tokens(folder: str | Path) -> Tokens:
    """The tokens that `save_tokens` wrote to `folder`; arrays and texts stay on disk until they are used.

    Raises `ValueError` where there are none, or not all of them.

    >>> from analysis import read_text
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_tokens(tokenize(read_text("The council met.")), f"{folder}/saved")
    ...     open_tokens(f"{folder}/saved").to_frame()["token"].tolist()
    ['the', 'council', 'met']
    """
    place = Path(folder).expanduser()
    try:
        options = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
        documents, segments, problems = (read_arrow(place, name).to_pandas() for name in _TABLES)
        texts = Texts(read_arrow(place, "texts").column(0))
        vocabulary = np.array(read_arrow(place, "vocabulary").column(0).to_pylist(), dtype=object)
        arrays = {n: np.asarray(np.load(place / f"{n}.npy", mmap_mode="r")) for n in (*_ARRAYS, *_SENTENCES)}
    except (OSError, ValueError, EOFError) as error:  # Arrow's errors are of these kinds
        raise ValueError(f"{str(folder)!r} holds no saved tokens, or not all of them: {error}") from None
    return Tokens(Corpus(documents, segments, problems, texts), vocabulary, **arrays, options=options)


def load_tokens(
    path: str | Path,
    *,
    metadata: str | Path | None = None,
    language: str = "en",
    text_column: str = "text",
    name_pattern: str | None = None,
    cache: str | Path | None = None,
    **options: Any,
) -> Tokens:
    """The words of the corpus at `path`: read and tokenized, or opened as they were the last time.

    The first parameters are those of `read_corpus`, `options` those of `tokenize`. What was made is saved in the folder
    `cache` (the environment variable LAFZ_TOKENS, else ``.cache/tokens`` in the checkout) under a name made of the
    bytes of every file, the parameters, this package's code and the versions of what it reads with, so that a changed
    file or program is never answered from before. The folder holds the four corpora used last; where it can't be
    written, nothing is saved.

    >>> from analysis.paths import SAMPLE
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = load_tokens(SAMPLE, cache=folder)
    ...     again = load_tokens(SAMPLE, cache=folder)
    >>> len(first) == len(again)
    True
    """
    about = {"metadata": metadata, "language": language, "text_column": text_column, "name_pattern": name_pattern}
    folder = Path(cache or os.environ.get(CACHE) or ROOT / ".cache" / "tokens")
    key = _key(Path(path).expanduser(), metadata, about | options)
    saved = folder / key if key else None
    if saved and saved.is_dir():
        try:
            found = open_tokens(saved)
            os.utime(saved)  # used just now: the last to be cleared away
            return found
        except (OSError, ValueError):
            shutil.rmtree(saved, ignore_errors=True)  # damaged: made anew
    found = tokenize(read_corpus(path, **about), **options)  # type: ignore[arg-type]
    if saved:
        with suppress(OSError, ValueError):  # a disk that can't be written to, or another process was first
            save_tokens(found, saved)
            _clear(folder)
            return open_tokens(saved)  # which leaves the memory to others
    return found


def _key(path: Path, metadata: str | Path | None, options: dict[str, Any]) -> str | None:
    """A name for what `load_tokens` makes, from all that it depends on; None where a file can't be read."""
    known = hashlib.sha256(json.dumps([options, reading_versions()], sort_keys=True, default=str).encode())
    root = path if path.is_dir() else path.parent
    code = sorted(Path(__file__).parent.rglob("*.py"))
    files = [(file.name, file) for file in code] + [(name_from(root, file), file) for file in corpus_files(path)]
    try:
        for name, file in files + ([("metadata", Path(metadata).expanduser())] if metadata else []):
            with file.open("rb") as content:
                known.update(f"{name}\0{hashlib.file_digest(content, 'sha256').hexdigest()}\0".encode())
    except OSError:
        return None
    return known.hexdigest()[:32]


def _clear(folder: Path) -> None:
    """Delete all but the newest of what is saved in `folder`."""
    saved = sorted((place for place in folder.iterdir() if place.is_dir()), key=lambda place: place.stat().st_mtime)
    for place in saved[:-KEPT]:
        shutil.rmtree(place, ignore_errors=True)


def write_arrow(table: pa.Table, folder: Path, name: str) -> None:
    """Write `table` to ``<name>.arrow`` in `folder`."""
    with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def read_arrow(folder: Path, name: str) -> pa.Table:
    """What `write_arrow` wrote, on disk until it is used."""
    return pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow"))).read_all()
