"""Tables with a row for each of many places: a DataFrame, or of a corpus in parts one that is kept on disk."""

import mmap
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from analysis.core.files import scratch_folder
from analysis.text.parted import AnyTokens, Part, Parted, parts
from analysis.text.tokens import Tokens

P = ParamSpec("P")


class LongTable:
    """A table that is made, kept and read part by part, the rows of each part behind those of the one before."""

    def __init__(self, pieces: Iterable[pd.DataFrame], place: Path) -> None:
        """Write `pieces`, one at least, to files in a new folder in `place`, which goes with this table."""
        folder = scratch_folder(self, place, "table")
        self._files: list[Path] = []
        self._length = 0
        self._objects: list[str] = []  # columns whose values may be of any kind, which Arrow would give back as texts
        for number, piece in enumerate(pieces):
            file = folder / f"{number:05}.arrow"
            table = pa.Table.from_pandas(piece, preserve_index=False)
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            with pa.OSFile(str(file), "wb") as out, pa.ipc.new_file(out, table.schema, options=options) as writer:
                writer.write_table(table)
            self._objects = [str(name) for name in piece.columns if piece[name].dtype == object]
            self._files.append(file)
            self._length += len(piece)

    def __len__(self) -> int:
        return self._length

    def parts(self) -> Iterator[pd.DataFrame]:
        """The rows of each part, with an index from 0."""
        for file in self._files:
            with pa.OSFile(str(file), "rb") as opened:
                table = pa.ipc.open_file(opened).read_all().to_pandas()
            for name in self._objects:
                column = table[name].astype(object)
                table[name] = column.where(column.notna(), None)
            yield table

    def head(self, rows: int) -> pd.DataFrame:
        """The first `rows` rows."""
        found: list[pd.DataFrame] = []
        for part in self.parts():
            found.append(part.head(rows - sum(map(len, found))))
            if sum(map(len, found)) >= rows:
                break
        return pd.concat(found, ignore_index=True)


AnyTable = pd.DataFrame | LongTable


def table_of(tokens: AnyTokens, pieces: Iterator[pd.DataFrame]) -> AnyTable:
    """The rows of each part of `tokens`, one after another: a table that is kept on disk where they are in parts."""
    return LongTable(pieces, tokens.folder) if isinstance(tokens, Parted) else next(pieces)


def by_part(
    measure: Callable[Concatenate[Tokens, P], pd.DataFrame], tokens: AnyTokens, *args: P.args, **options: P.kwargs
) -> AnyTable:
    """The table that `measure` makes of `tokens`; of a corpus in parts that of each part, one after another.

    For measures whose rows of a document do not depend on the other documents. Raises what `measure` raises.

    >>> from analysis import read_text, tokenize
    >>> def words(tokens):
    ...     return pd.DataFrame({"words": [len(tokens)]})
    >>> by_part(words, tokenize(read_text("It rains.")))["words"].tolist()
    [2]
    """
    return table_of(tokens, (measure(part.tokens, *args, **options) for part in parts(tokens)))


def table_parts(table: AnyTable) -> Iterator[pd.DataFrame]:
    """The rows of a table part by part: a DataFrame is one part."""
    return table.parts() if isinstance(table, LongTable) else iter([table])


def columns_of(table: AnyTable) -> list[Any]:
    """The names of the columns of a table."""
    return list((table.head(0) if isinstance(table, LongTable) else table).columns)


def documents_of(rows: pd.DataFrame, documents: "pd.Index[str]") -> NDArray[np.int64]:
    """The place among `documents`, their names, of the document that each row has in its column ``doc_id``.

    Raises `ValueError` for a document that is not there.

    >>> documents_of(pd.DataFrame({"doc_id": ["b", "a", "b"]}), pd.Index(["a", "b"])).tolist()
    [1, 0, 1]
    """
    document = documents.get_indexer(pd.Index(rows["doc_id"]))
    if (document < 0).any():
        other = rows["doc_id"].iloc[int((document < 0).argmax())]
        raise ValueError(f"the table is about document {other!r}, which is not in the tokens: give its own tokens")
    return document


def own_rows(table: AnyTable, tokens: AnyTokens) -> Iterator[tuple[Part, pd.DataFrame, NDArray[np.int64]]]:
    """The parts of `tokens`, each with the rows of `table` that are about it, and the document of each row in the part.

    `table` is one that was made of these `tokens`, by `by_part` where they are in parts. Raises `ValueError` for a
    table of others.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("It rains."))
    >>> [row.tolist() for _, _, row in own_rows(pd.DataFrame({"doc_id": tokens.doc_ids}), tokens)]
    [[0]]
    """
    for part, rows in zip_longest(parts(tokens), table_parts(table)):
        if part is None or rows is None:
            raise ValueError("the table was made of other parts than the tokens have: give its own tokens")
        yield part, rows, documents_of(rows, pd.Index(part.tokens.doc_ids))


class Columns:
    """Numbers that are written piece by piece, column by column, and then read as arrays.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     columns = Columns(Path(folder))
    ...     for piece in ([1, 2], [], [3]):
    ...         columns.add("days", np.array(piece, dtype=np.int32))
    ...     columns.array("days", np.int32).tolist()
    [1, 2, 3]
    """

    def __init__(self, place: Path) -> None:
        """Files in a new folder in `place`, which goes with this object."""
        self._folder = scratch_folder(self, place, "columns")
        self._maps: dict[str, mmap.mmap] = {}

    def add(self, name: str, values: NDArray[Any]) -> None:
        """Write `values` behind those that the column has; all of a column are of one type."""
        with (self._folder / name).open("ab") as file:
            np.ascontiguousarray(values).tofile(file)

    def array(self, name: str, kind: Any) -> NDArray[Any]:
        """All values of a column of this type, to which no more are added; what is written there stays in memory."""
        if not (self._folder / name).stat().st_size:
            return np.empty(0, dtype=kind)
        if name not in self._maps:
            with (self._folder / name).open("rb") as file:
                # Not read-only, for which loops would be compiled a second time.
                self._maps[name] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        return np.frombuffer(self._maps[name], dtype=kind)

    def release(self) -> None:
        """Let go of the memory that the arrays took up since they were last let go; they can be read on."""
        if hasattr(mmap, "MADV_DONTNEED"):  # where it is missing, the system does so itself when memory is short
            for mapped in self._maps.values():
                mapped.madvise(mmap.MADV_DONTNEED)
