"""Numbers that are too many for memory, sorted into files by a key, so that equal keys come together in one of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.core.files import scratch_folder

MIXER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: its multiples spread evenly (Knuth, Fibonacci hash)


class Buckets:
    """Rows of numbers in so many files, each row in that of its key; the rows of a file stay in the order of `add`.

    Without a place for files all rows are in one bucket, in memory.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     buckets = Buckets(Path(folder), [np.int64, np.int32], number=2, spread=False)
    ...     buckets.add(np.array([1, 0, 3]), np.array([10, 20, 30]))
    ...     buckets.add(np.array([0]), np.array([40]))
    ...     [[column.tolist() for column in buckets.read(k)] for k in range(2)]
    [[[0, 0], [20, 40]], [[1, 3], [10, 30]]]
    """

    def __init__(self, place: Path | None, types: Sequence[Any], *, number: int, spread: bool = True) -> None:
        """Files in a new folder in `place`, which goes with this object, for rows of numbers of the `types`.

        The first is the key: with `spread` its file is one of `number` by a hash, else by the key itself, modulo.
        """
        self._folder = scratch_folder(self, place, "buckets") if place else None
        self._types = [np.dtype(kind) for kind in types]
        self.number, self._spread = number if place else 1, spread
        self._kept: list[list[NDArray[Any]]] = []

    def __len__(self) -> int:
        return self.number

    def add(self, key: NDArray[Any], *columns: NDArray[Any]) -> None:
        """Add rows: a key and the other numbers of each."""
        if self._folder is None:
            columns = (key, *columns)
            self._kept.append([values.astype(k, copy=False) for k, values in zip(self._types, columns, strict=True)])
            return
        which = key.astype(np.uint64)
        if self._spread:
            which = (which * MIXER) >> np.uint64(40)
        bucket = (which % np.uint64(self.number)).astype(np.uint16 if self.number < 1 << 16 else np.int64)
        order = np.argsort(bucket, kind="stable")
        bounds = np.searchsorted(bucket[order], np.arange(self.number + 1)).tolist()
        for column, (kind, values) in enumerate(zip(self._types, (key, *columns), strict=True)):
            ordered = values[order].astype(kind, copy=False)
            for k in range(self.number):
                if bounds[k] < bounds[k + 1]:
                    with (self._folder / f"{k}-{column}").open("ab") as file:
                        ordered[bounds[k] : bounds[k + 1]].tofile(file)

    def read(self, k: int) -> list[NDArray[Any]]:
        """The rows of file `k`, as a column for each type."""
        if self._folder is None:
            pieces = self._kept or [[np.empty(0, kind) for kind in self._types]]
            return [np.concatenate(of) if len(of) > 1 else of[0] for of in zip(*pieces, strict=True)]
        files = [self._folder / f"{k}-{column}" for column in range(len(self._types))]
        pairs = zip(files, self._types, strict=True)
        return [np.fromfile(file, kind) if file.exists() else np.empty(0, kind) for file, kind in pairs]
