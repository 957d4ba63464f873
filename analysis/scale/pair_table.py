"""The table of document pairs, put in order from runs of pairs that need not fit in memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.redundancy.pair_lists import Ints, cut
from analysis.redundancy.pasting import SIDES
from analysis.redundancy.reuse import shares

PAIRS = pa.schema(
    [("a", pa.string()), ("b", pa.string()), ("shared", pa.int64())]
    + [(name, pa.float64()) for name in ("containment_a", "containment_b", "jaccard")]
    + [("earlier", pa.string())]
)

_RUN = ("a", "b", "shared")


class Pairs(NamedTuple):
    """Pairs of documents: their numbers in the corpus, the earlier first, and how many shingles both have."""

    a: Ints
    b: Ints
    shared: Ints


class Documents(NamedTuple):
    """All documents of a corpus, on disk: names, days (NaT where unknown) and sizes in shingles."""

    names: pa.Array
    dates: NDArray[np.datetime64]
    sizes: Ints


def write_run(place: Path, found: Pairs) -> None:
    """Write pairs in the order of the table as one more run in the folder `place`."""
    order = np.lexsort((found.b, found.a, -found.shared))
    number = len(list(place.glob("*.shared.npy")))
    for name, column in zip(_RUN, found, strict=True):
        np.save(place / f"{number:06d}.{name}.npy", column[order].astype(np.uint32))


def runs_in(places: Sequence[Path]) -> list[Path]:
    """The runs in folders, in the order in which they were written; each is its path but for the last ``.a.npy``."""
    return [run.with_suffix("").with_suffix("") for place in places for run in sorted(place.glob("*.shared.npy"))]


def pairs_in(runs: Sequence[Path]) -> int:
    """How many pairs runs have together."""
    return sum(len(_column(run, "shared")) for run in runs)


def ordered(runs: Sequence[Path], limit: int) -> Iterator[Pairs]:
    """The pairs of all runs, those that share most first, then by a and b; about `limit` of them at a time.

    No document may be the ``a`` of two runs, and those of a later run must be later documents. So of pairs that share
    as many, those of the first run come first, and nothing need be compared between runs.
    """
    most = [int(_column(run, "shared")[:1].max(initial=0)) for run in runs]
    count = np.zeros(max(most, default=0) + 1, dtype=np.int64)
    for run in runs:
        shared, number = np.unique(_column(run, "shared"), return_counts=True)
        count[shared] += number
    values = np.flatnonzero(count)[::-1]
    for first, stop in cut(count[values], limit):
        pieces = (_between(run, int(values[first]), int(values[stop - 1])) for run in runs)
        if stop - first == 1:
            yield from pieces
            continue
        found = Pairs(*(np.concatenate(column) for column in zip(*pieces, strict=True)))
        order = np.argsort(-found.shared, kind="stable")
        yield Pairs(*(column[order] for column in found))


def rows(documents: Documents, found: Pairs) -> pa.RecordBatch:
    """The rows of `found`: the columns of `document_pairs`, and ``earlier`` as `directions` has it."""
    names = (documents.names.take(pa.array(numbers)).cast(pa.string()) for numbers in (found.a, found.b))
    a, b = documents.dates[found.a], documents.dates[found.b]
    earlier = np.select([a < b, b < a], list(SIDES), "unknown")
    shared = shares(found.shared, documents.sizes[found.a], documents.sizes[found.b])
    return pa.record_batch([*names, found.shared, *shared.values(), pa.array(earlier, pa.string())], schema=PAIRS)


def _column(run: Path, name: str) -> NDArray[np.uint32]:
    column: NDArray[np.uint32] = np.load(run.with_name(f"{run.name}.{name}.npy"), mmap_mode="r")
    return column


def _between(run: Path, most: int, least: int) -> Pairs:
    """The pairs of a run that share from `least` to `most` shingles."""
    shared = _column(run, "shared")
    # The column falls, and what is searched must rise.
    low, high = len(shared) - np.searchsorted(shared[::-1], np.array([most, least - 1], shared.dtype), side="right")
    if low == high:
        return Pairs(*(np.empty(0, dtype=np.int64) for _ in _RUN))
    return Pairs(*(np.array(_column(run, name)[low:high], dtype=np.int64) for name in _RUN))
