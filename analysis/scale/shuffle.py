"""Numbers on their way from one stage to the next: written together, read by what they are for."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


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
