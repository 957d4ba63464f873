"""Save `Tokens` to a folder, and open them memory-mapped."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.core.files import whole_folder
from analysis.text.corpus import Corpus
from analysis.text.tokens import Tokens

_ABOUT = "tokens.json"
_ARRAYS = ("ids", "start", "end", "document_offsets", "sentence_offsets")
_SENTENCES = ("sentence_segment", "sentence_start", "sentence_end")
_TABLES = ("documents", "segments", "problems")


class Texts(Sequence[str]):
    """The texts of a corpus in an Arrow column, possibly on disk; each is decoded when it is accessed."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column
        self._last = (-1, "")  # cache: accesses come document by document

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


@dataclass(frozen=True, repr=False)
class StoredCorpus(Corpus):
    """A corpus in a folder, whose tables are loaded from `stored` on first access."""

    stored: Mapping[str, pa.Table]
    documents: pd.DataFrame = field(init=False)
    segments: pd.DataFrame = field(init=False)
    problems: pd.DataFrame = field(init=False)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name not in _TABLES:
            raise AttributeError(name)
        table: pd.DataFrame = self.stored[name].to_pandas()
        vars(self)[name] = table
        return table


def save_tokens(tokens: Tokens, folder: str | Path) -> None:
    """Write `tokens` and their corpus to the new folder `folder`, as NumPy and Arrow files.

    The folder appears only when it is complete. Raises `ValueError` if it exists already.
    """
    with whole_folder(folder) as build:
        for name in (*_ARRAYS, *_SENTENCES):
            np.save(build / f"{name}.npy", getattr(tokens, name))
        for name in _TABLES:
            write_arrow(pa.Table.from_pandas(getattr(tokens.corpus, name), preserve_index=False), build, name)
        for name, words in (("vocabulary", tokens.vocabulary.tolist()), ("texts", list(tokens.corpus.texts))):
            write_arrow(pa.table({name: pa.array(words, pa.large_string())}), build, name)
        (build / _ABOUT).write_text(json.dumps(dict(tokens.options)), encoding="utf-8")


def open_tokens(folder: str | Path) -> Tokens:
    """Open the tokens that `save_tokens` wrote to `folder`; arrays and texts stay on disk until they are used.

    Raises `ValueError` if they are missing or incomplete.

    >>> import tempfile
    >>> from analysis import read_text, tokenize
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_tokens(tokenize(read_text("The council met.")), f"{folder}/saved")
    ...     open_tokens(f"{folder}/saved").to_frame()["token"].tolist()
    ['the', 'council', 'met']
    """
    place = Path(folder).expanduser()
    try:
        options = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
        tables = {name: read_arrow(place, name) for name in _TABLES}
        texts = Texts(read_arrow(place, "texts").column(0))
        vocabulary = np.array(read_arrow(place, "vocabulary").column(0).to_pylist(), dtype=object)
        arrays = {n: np.asarray(np.load(place / f"{n}.npy", mmap_mode="r")) for n in (*_ARRAYS, *_SENTENCES)}
    except (OSError, ValueError, EOFError) as error:  # Arrow's errors are of these kinds
        raise ValueError(f"{str(folder)!r} holds no saved tokens, or not all of them: {error}") from None
    return Tokens(StoredCorpus(texts, tables), vocabulary, **arrays, options=options)


def are_tokens(folder: Path) -> bool:
    """Whether `folder` was made by `save_tokens`."""
    return (folder / _ABOUT).is_file()


def write_arrow(table: pa.Table, folder: Path, name: str) -> None:
    """Write `table` to ``<name>.arrow`` in `folder`."""
    with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def read_arrow(folder: Path, name: str) -> pa.Table:
    """Memory-map what `write_arrow` wrote."""
    return pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow"))).read_all()
