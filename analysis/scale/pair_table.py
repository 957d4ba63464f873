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
from analysis.scale.shuffle import column, parts_in, write_columns

PAIRS = pa.schema(
    [("a", pa.string()), ("b", pa.string()), ("shared", pa.int64())]
    + [(name, pa.float64()) for name in ("containment_a", "containment_b", "jaccard")]
    + [("earlier", pa.string())]
)


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
    write_columns(
        place / f"{number:06d}", **{name: values[order].astype(np.uint32) for name, values in found._asdict().items()}
    )


def runs_in(places: Sequence[Path]) -> list[Path]:
    """The runs in folders, in the order in which they were written."""
    return [run for place in places for run in parts_in(place, "shared")]


def pairs_in(runs: Sequence[Path]) -> int:
    """How many pairs runs have together."""
    return sum(len(column(run, "shared")) for run in runs)


def ordered(runs: Sequence[Path], limit: int) -> Iterator[Pairs]:
    """The pairs of all runs, those that share most first, then by a and b; about `limit` of them at a time.

    No document may be the ``a`` of two runs, and those of a later run must be later documents. So of pairs that share
    as many, those of the first run come first, and nothing need be compared between runs.
    """
    most = [int(column(run, "shared")[:1].max(initial=0)) for run in runs]
    count = np.zeros(max(most, default=0) + 1, dtype=np.int64)
    for run in runs:
        shared, number = np.unique(column(run, "shared"), return_counts=True)
        count[shared] += number
    values = np.flatnonzero(count)[::-1]
    for first, stop in cut(count[values], limit):
        pieces = (_between(run, int(values[first]), int(values[stop - 1])) for run in runs)
        if stop - first == 1:
            yield from pieces
            continue
        found = Pairs(*(np.concatenate(values) for values in zip(*pieces, strict=True)))
        order = np.argsort(-found.shared, kind="stable")
        yield Pairs(*(values[order] for values in found))


def rows(documents: Documents, found: Pairs) -> pa.RecordBatch:
    """The rows of `found`: the columns of `document_pairs`, and ``earlier`` as `directions` has it."""
    names = (documents.names.take(pa.array(numbers)).cast(pa.string()) for numbers in (found.a, found.b))
    a, b = documents.dates[found.a], documents.dates[found.b]
    earlier = np.select([a < b, b < a], list(SIDES), "unknown")
    shared = shares(found.shared, documents.sizes[found.a], documents.sizes[found.b])
    return pa.record_batch([*names, found.shared, *shared.values(), pa.array(earlier, pa.string())], schema=PAIRS)


def _between(run: Path, most: int, least: int) -> Pairs:
    """The pairs of a run that share from `least` to `most` shingles."""
    shared = column(run, "shared")
    # The column falls, and what is searched must rise.
    low, high = len(shared) - np.searchsorted(shared[::-1], np.array([most, least - 1], shared.dtype), side="right")
    if low == high:
        return Pairs(*(np.empty(0, dtype=np.int64) for _ in Pairs._fields))
    return Pairs(*(np.array(column(run, name)[low:high], dtype=np.int64) for name in Pairs._fields))
