"""Tables with a row for each of many places: a DataFrame, or of a corpus in parts one that is kept on disk."""

import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from analysis.places import scratch_folder


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


def table_parts(table: AnyTable) -> Iterator[pd.DataFrame]:
    """The rows of a table part by part: a DataFrame is one part."""
    return table.parts() if isinstance(table, LongTable) else iter([table])


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
