"""Partition rows of numbers by a key, on disk or in memory."""

import mmap
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.core.files import scratch_folder

MIXER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio, for Fibonacci hashing (Knuth)


class Buckets:
    """Rows of numbers in buckets by key; the rows of a bucket stay in the order of `add`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     buckets = Buckets(Path(folder), [np.int64, np.int32], number=2, spread=False)
    ...     buckets.add(np.array([1, 0, 3]), np.array([10, 20, 30]))
    ...     buckets.add(np.array([0]), np.array([40]))
    ...     [[column.tolist() for column in buckets.read(k)] for k in range(2)]
    [[[0, 0], [20, 40]], [[1, 3], [10, 30]]]
    """

    def __init__(
        self, place: Path | None, types: Sequence[Any], *, number: int, spread: bool = True, alike: int = 1
    ) -> None:
        """Make `number` buckets of rows with columns of the `types`, the first of which is the key.

        They are files in a temporary folder in `place`, or in memory if that is None. The bucket is that of the key's
        hash with `spread`, else of the key itself, modulo `number`. Keys with the same quotient by `alike` are in one
        bucket.
        """
        self._folder = None if place is None else scratch_folder(self, place, "buckets")
        self.types = [np.dtype(kind) for kind in types]
        self._held: list[list[list[NDArray[Any]]]] = [[[] for _ in types] for _ in range(number)]
        self.number, self._spread, self._alike = number, spread, alike

    def __len__(self) -> int:
        return self.number

    def add(self, key: NDArray[Any], *columns: NDArray[Any]) -> None:
        """Add rows: their keys, and their other columns."""
        order: Any = slice(None)
        bounds = [0, len(key)]
        if self.number > 1:
            which = (key if self._alike == 1 else key // self._alike).astype(np.uint64)
            if self._spread:
                which = (which * MIXER) >> np.uint64(40)
            bucket = (which % np.uint64(self.number)).astype(np.uint16 if self.number < 1 << 16 else np.int64)
            order = np.argsort(bucket, kind="stable")
            bounds = np.searchsorted(bucket[order], np.arange(self.number + 1)).tolist()
        for column, (kind, values) in enumerate(zip(self.types, (key, *columns), strict=True)):
            ordered = values[order].astype(kind, copy=False)
            for k in range(self.number):
                rows = ordered[bounds[k] : bounds[k + 1]]
                if self._folder is None:
                    self._held[k][column].append(rows)
                elif len(rows):
                    with (self._folder / f"{k}-{column}").open("ab") as file:
                        rows.tofile(file)

    def read(self, k: int) -> list[NDArray[Any]]:
        """The columns of the rows in bucket `k`."""
        if self._folder is None:
            held = zip(self._held[k], self.types, strict=True)
            return [np.concatenate([np.empty(0, kind), *pieces]) for pieces, kind in held]
        files = [self._folder / f"{k}-{column}" for column in range(len(self.types))]
        pairs = zip(files, self.types, strict=True)
        return [np.fromfile(file, kind) if file.exists() else np.empty(0, kind) for file, kind in pairs]


class Columns:
    """Columns of numbers that are written piece by piece, and then read as arrays.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     columns = Columns(Path(folder))
    ...     for piece in ([1, 2], [], [3]):
    ...         columns.add("days", np.array(piece, dtype=np.int32))
    ...     columns.array("days", np.int32).tolist()
    [1, 2, 3]
    """

    def __init__(self, place: Path | None = None) -> None:
        """Store them in a temporary folder in `place`, or in memory without one."""
        self._folder = scratch_folder(self, place, "columns") if place else None
        self._pieces: defaultdict[str, list[NDArray[Any]]] = defaultdict(list)
        self._maps: dict[str, mmap.mmap] = {}

    def add(self, name: str, values: NDArray[Any]) -> None:
        """Append `values` to a column; all must be of one type."""
        if self._folder is None:
            self._pieces[name].append(values.ravel())
            return
        with (self._folder / name).open("ab") as file:
            np.ascontiguousarray(values).tofile(file)

    def array(self, name: str, kind: Any) -> NDArray[Any]:
        """All values of a column, to which no more may be added. Changes to the array stay in memory."""
        if self._folder is None:
            self._pieces[name] = [np.concatenate([np.empty(0, dtype=kind), *self._pieces[name]])]
            return self._pieces[name][0]
        if not (self._folder / name).stat().st_size:
            return np.empty(0, dtype=kind)
        if name not in self._maps:
            with (self._folder / name).open("rb") as file:
                # Not read-only, for which compiled loops would be compiled again.
                self._maps[name] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        return np.frombuffer(self._maps[name], dtype=kind)

    def release(self) -> None:
        """Release the memory of the arrays, which stay readable."""
        if hasattr(mmap, "MADV_DONTNEED"):  # else the system does so when memory is short
            for mapped in self._maps.values():
                mapped.madvise(mmap.MADV_DONTNEED)
