"""What goes from one stage to the next: numbers, texts as numbers, and what a stage tells of its result."""

import itertools
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]

WHOLE = 1 << 64  # above all numbers of 64 bits

_ABOUT = "about.json"


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
        for number in itertools.count():
            try:
                low, *_, high = _rows(place / f"{name}-{number:06d}.bounds.npy", first, stop + 1).tolist()
            except FileNotFoundError:
                break
            if low < high:
                yield _rows(place / f"{name}-{number:06d}.npy", low, high)


def write_columns(part: Path, **columns: NDArray[Any]) -> None:
    """Write arrays that belong together: the files are `part` with the name of each added."""
    for name, values in columns.items():
        np.save(part.with_name(f"{part.name}.{name}.npy"), values)


def column(part: Path, name: str) -> NDArray[Any]:
    """One of the arrays that `write_columns` wrote; it stays on disk."""
    found: NDArray[Any] = np.load(part.with_name(f"{part.name}.{name}.npy"), mmap_mode="r")
    return found


def column_rows(part: Path, name: str, own: slice) -> NDArray[Any]:
    """Some rows of such an array, in memory.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_columns(Path(folder, "a"), rain=np.array([10, 30, 70]))
    ...     column_rows(Path(folder, "a"), "rain", slice(1, 3)).tolist()
    [30, 70]
    """
    return _rows(part.with_name(f"{part.name}.{name}.npy"), own.start, own.stop)


def parts_in(place: Path, name: str) -> list[Path]:
    """What `write_columns` wrote into a folder with a column `name`, in the order of the names.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_columns(Path(folder, "b"), days=np.arange(3))
    ...     write_columns(Path(folder, "a"), days=np.arange(2))
    ...     [(part.name, len(column(part, "days"))) for part in parts_in(Path(folder), "days")]
    [('a', 2), ('b', 3)]
    """
    return [file.with_name(file.name.removesuffix(f".{name}.npy")) for file in sorted(place.glob(f"*.{name}.npy"))]


def text_columns(texts: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Texts as columns for `write_columns`: ``letters``, in UTF-8, and where each text ends in them, ``ends``, after 0.

    >>> {name: values.tolist() for name, values in text_columns(["a", "bc"]).items()}
    {'ends': [0, 1, 3], 'letters': [97, 98, 99]}
    """
    _, ends, letters = pa.array(texts, pa.large_string()).buffers()
    return {
        "ends": np.frombuffer(ends, dtype=np.int64, count=len(texts) + 1),
        "letters": np.frombuffer(letters or b"", dtype=np.uint8),
    }


def texts_of(ends: NDArray[np.int64], letters: NDArray[np.uint8]) -> pa.Array:
    """The texts of such columns, which stay on disk where they are there."""
    return pa.LargeStringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(letters))


def write_about(place: Path, **about: Any) -> None:
    """Write what a stage tells of its result, beside that."""
    (place / _ABOUT).write_text(json.dumps(about), encoding="utf-8")


def read_about(place: Path) -> dict[str, Any]:
    """What a stage told of its result."""
    about: dict[str, Any] = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
    return about


def share(number: int, of: int) -> tuple[int, int]:
    """The range `number` of all numbers of 64 bits cut into `of` equal ones: its first, and the one behind its last.

    >>> share(1, 2)
    (9223372036854775808, 18446744073709551616)
    """
    return number * WHOLE // of, (number + 1) * WHOLE // of


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
    return list(itertools.pairwise([0, *(value for value in inner if value), WHOLE]))


def between(values: NDArray[np.uint64], low: int, high: int) -> slice:
    """Where in a rising column the numbers of a range stand.

    >>> between(np.array([2, 3, 3, 7], dtype=np.uint64), 3, 7)
    slice(1, 3, None)
    """
    first = np.searchsorted(values, np.uint64(low), side="left")
    return slice(int(first), int(np.searchsorted(values, np.uint64(high - 1), side="right")))


def rows_between(parts: Sequence[Path], names: Sequence[str], low: int, high: int) -> list[NDArray[Any]]:
    """The rows of all parts in which the first of the columns `names`, which rises, is in a range; in memory.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     parts = [Path(folder, name) for name in "ab"]
    ...     for part in parts:
    ...         write_columns(part, day=np.array([1, 3, 7], dtype=np.uint64), rain=np.array([10, 30, 70]))
    ...     [values.tolist() for values in rows_between(parts, ["day", "rain"], 3, 8)]
    [[3, 7, 3, 7], [30, 70, 30, 70]]
    """
    pieces = []
    for part in parts:
        own = between(column(part, names[0]), low, high)
        pieces.append([column_rows(part, name, own) for name in names])
    return [np.concatenate(values) for values in zip(*pieces, strict=True)]


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


def _rows(file: Path, low: int, stop: int) -> NDArray[Any]:
    """Some rows of the numbers in a file: they are read, and not mapped, which takes far longer where they are few."""
    kind, begin = _layout(file)
    found: NDArray[Any] = np.fromfile(file, kind, stop - low, offset=begin + low * kind.itemsize)
    if len(found) < stop - low:
        raise OSError(f"{str(file)!r} ends before row {stop}: delete the work folder and start again")
    return found


@lru_cache(1 << 14)
def _layout(file: Path) -> tuple[np.dtype[Any], int]:
    """The type of the numbers in a file, and where they begin; a name stands for one type of numbers."""
    with file.open("rb") as opened:
        np.lib.format.read_magic(opened)
        _, _, kind = np.lib.format.read_array_header_1_0(opened)
        return kind, opened.tell()
