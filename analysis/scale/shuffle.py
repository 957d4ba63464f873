"""Numbers on their way from one stage to the next: written together, read by what they are for."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

WHOLE = 1 << 64  # above all numbers of 64 bits


def write_slices(place: Path, name: str, values: NDArray[Any], counts: Ints) -> None:
    """Write `values`, of which ``counts[k]`` are for receiver k, those for the first receiver first.

    The files stand in `place` under `name`. Each call writes a piece of its own; a receiver gets all of them.
    """
    number = len(list(place.glob(f"{name}-*.bounds.npy")))
    np.save(place / f"{name}-{number:06d}.npy", values)
    np.save(place / f"{name}-{number:06d}.bounds.npy", np.append(0, np.cumsum(counts, dtype=np.int64)))


def read_slices(places: Sequence[Path], name: str, first: int, stop: int) -> Iterator[NDArray[Any]]:
    """What `write_slices` wrote for the receivers from `first` to before `stop`, piece by piece, in memory.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     place = Path(folder)
    ...     write_slices(place, "days", np.array([5, 6, 7]), np.array([1, 0, 2]))
    ...     write_slices(place, "days", np.array([8]), np.array([0, 0, 1]))
    ...     [piece.tolist() for piece in read_slices([place], "days", 1, 3)]
    [[6, 7], [8]]
    """
    for place in places:
        for bounds in sorted(place.glob(f"{name}-*.bounds.npy")):
            low, high = np.load(bounds, mmap_mode="r")[[first, stop]].tolist()
            if low < high:
                values = np.load(bounds.with_name(bounds.name.replace(".bounds", "")), mmap_mode="r")
                yield np.array(values[low:high])


def slice_sizes(places: Sequence[Path], name: str, receivers: int) -> Ints:
    """How many values each receiver gets: (receivers,)."""
    sizes = np.zeros(receivers, dtype=np.int64)
    for place in places:
        for bounds in sorted(place.glob(f"{name}-*.bounds.npy")):
            sizes += np.diff(np.load(bounds))
    return sizes


def write_columns(part: Path, **columns: NDArray[Any]) -> None:
    """Write arrays that belong together: the files are `part` with the name of each added."""
    for name, values in columns.items():
        np.save(part.with_name(f"{part.name}.{name}.npy"), values)


def column(part: Path, name: str) -> NDArray[Any]:
    """One of the arrays that `write_columns` wrote; it stays on disk."""
    found: NDArray[Any] = np.load(part.with_name(f"{part.name}.{name}.npy"), mmap_mode="r")
    return found


def ranges(columns: Sequence[NDArray[np.uint64]], limit: int) -> list[tuple[int, int]]:
    """All numbers of 64 bits, cut into ranges in which about `limit` values of the columns are, each its own part.

    The columns rise. A range is its first number and the one behind its last. What is equal is never cut, so that a
    range has more where a value stands there often.

    >>> ranges([np.arange(8, dtype=np.uint64), np.array([2, 2, 3], dtype=np.uint64)], 6)
    [(0, 3), (3, 18446744073709551616)]
    """
    step = max(1, limit // (4 * max(1, len(columns))))
    samples = np.sort(np.concatenate([np.empty(0, dtype=np.uint64), *(values[::step] for values in columns)]))
    inner = np.unique(samples[limit // step :: limit // step]).tolist()
    return list(pairwise([0, *(value for value in inner if value), WHOLE]))


def between(values: NDArray[np.uint64], low: int, high: int) -> slice:
    """Where in a rising column the numbers of a range stand.

    >>> between(np.array([2, 3, 3, 7], dtype=np.uint64), 3, 7)
    slice(1, 3, None)
    """
    first = np.searchsorted(values, np.uint64(low), side="left")
    return slice(int(first), int(np.searchsorted(values, np.uint64(high - 1), side="right")))


def runs_of(begin: NDArray[Any], rows: NDArray[Any]) -> tuple[Ints, Ints]:
    """Where the values of some rows stand whose own go from ``begin[k]`` to ``begin[k + 1]``, and how many each has.

    >>> places, lengths = runs_of(np.array([0, 2, 2, 5]), np.array([2, 0]))
    >>> places.tolist(), lengths.tolist()
    ([2, 3, 4, 0, 1], [3, 2])
    """
    first = np.asarray(begin[rows], dtype=np.int64)
    lengths = np.asarray(begin[rows + 1], dtype=np.int64) - first
    before = np.cumsum(lengths) - lengths
    return np.repeat(first - before, lengths) + np.arange(lengths.sum()), lengths
