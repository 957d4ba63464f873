"""The table of what is nearly the same, put in order from runs of pairs of places that need not fit in memory."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.engine.shuffle import column, parts_in, ranges, rows_between, texts_of, write_about, write_columns
from analysis.redundancy.near_places import NONE, Listed, listed
from analysis.redundancy.reuse.borrowing import SIDES
from analysis.text.units import Ints

NEAR = pa.schema(
    [
        (f"{side}_{name}", kind)
        for side in SIDES
        for name, kind in (("doc", pa.string()), ("start", pa.int64()), ("end", pa.int64()))
    ]
    + [("similarity", pa.float64()), ("omitted", pa.int64())]
)

Numbers = NDArray[np.uint32]
Parts = Sequence[tuple[Path, int]]  # of the corpus, each with the number of its first sentence or paragraph

_HALF = np.uint64(32)


class Settling(NamedTuple):
    """That what tasks say of the same places is to be put together; ``folders``: theirs; ``units``: all places."""

    key: str
    folders: tuple[str, ...]
    units: int


def write_run(place: Path, found: Listed, units: Numbers) -> None:
    """Write the pairs of places that `found` has by now, as a run, and forget them; place k is ``units[k]``."""
    a, b, similarity = found.take()
    if len(a):
        both = (units[a].astype(np.uint64) << _HALF) | units[b].astype(np.uint64)
        order = np.argsort(both)
        number = len(list(place.glob("*.both.npy")))
        write_columns(place / f"{number:06d}", both=both[order], similarity=similarity[order])


def write_near(place: Path, found: Listed, units: Numbers) -> None:
    """Write how many earlier places each is like, and the first of all: of those that are like any."""
    near = np.flatnonzero(found.closest != NONE)
    write_columns(place / "near", unit=units[near], earlier=found.earlier[near], closest=units[found.closest[near]])


def settled(task: Settling, place: Path) -> None:
    """For each place what `near_places.listed` asks for, and how many pairs with earlier ones are not listed."""
    earlier, closest, left = (
        np.asarray(np.lib.format.open_memmap(place / f"near.{name}.npy", "w+", np.int32, (task.units,)))
        for name in ("earlier", "closest", "left")
    )
    closest[:] = NONE
    for folder in map(Path, task.folders):
        unit = column(folder / "near", "unit")
        earlier[unit] += column(folder / "near", "earlier")
        closest[unit] = np.minimum(closest[unit], column(folder / "near", "closest"))
    left[:] = earlier
    pairs = 0
    for run in runs_in(list(map(Path, task.folders))):
        a, b = _sides(column(run, "both"))
        shown = listed(a, b, earlier, closest)
        np.subtract.at(left, b[shown], 1)
        pairs += int(shown.sum())
    write_about(place, pairs=pairs, omitted=int(left.sum()))


def runs_in(places: Sequence[Path]) -> list[Path]:
    """The runs in folders."""
    return [run for place in places for run in parts_in(place, "both")]


def ordered(
    runs: Sequence[Path], counts: Path, limit: int
) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.float64], Ints]]:
    """The pairs of all runs that are listed, in the order of the text, about `limit` at a time.

    Each is one number; how similar; and `omitted`, as in `near_places.Listed.rows`. `counts` is what `settled` made.
    """
    earlier, closest, left = (column(counts / "near", name) for name in ("earlier", "closest", "left"))
    for low, high in ranges([column(run, "both") for run in runs], limit) if runs else []:
        both, similarity = rows_between(runs, ["both", "similarity"], low, high)
        shown = np.flatnonzero(listed(*_sides(both), earlier, closest))
        order = shown[np.argsort(both[shown])]
        a, b = _sides(both[order])
        yield both[order], similarity[order], np.where(closest[b] == a, left[b], 0).astype(np.int64)


def rows(parts: Parts, both: NDArray[np.uint64], similarity: NDArray[np.float64], omitted: Ints) -> pa.RecordBatch:
    """The rows of the table for pairs of places."""
    columns = [values for side in _sides(both) for values in _spans(parts, side)]
    return pa.record_batch([*columns, similarity, omitted], schema=NEAR)


def _sides(both: NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """The earlier and the later place of each pair."""
    return (both >> _HALF).astype(np.int64), (both & np.uint64((1 << 32) - 1)).astype(np.int64)


def _spans(parts: Parts, places: Ints) -> tuple[pa.Array, Ints, Ints]:
    """Name of the document, first and last character of sentences or paragraphs by their numbers."""
    distinct, back = np.unique(places, return_inverse=True)
    names: list[Any] = [pa.array([], pa.large_string())]
    starts, ends = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    bases = [base for _, base in parts]
    borders = np.searchsorted(distinct, [*bases, np.iinfo(np.int64).max]).tolist()
    for (part, base), (low, stop) in zip(parts, pairwise(borders), strict=True):
        if low < stop:
            own = distinct[low:stop] - base
            names.append(
                texts_of(column(part, "ends"), column(part, "letters")).take(pa.array(column(part, "document")[own]))
            )
            starts.append(column(part, "start")[own].astype(np.int64))
            ends.append(column(part, "end")[own].astype(np.int64))
    all_names = pa.concat_arrays(names).take(pa.array(back)).cast(pa.string())
    return all_names, np.concatenate(starts)[back], np.concatenate(ends)[back]
