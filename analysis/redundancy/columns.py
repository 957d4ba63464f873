"""Columns of numbers on disk, read as arrays of which only what was touched last is in memory."""

import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.places import scratch_folder


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
