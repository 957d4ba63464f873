"""The table of what is nearly the same, put in order from runs of pairs of places that need not fit in memory."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.redundancy.near_join import FULL, places_of_pairs
from analysis.redundancy.pair_lists import Ints, Numbers, cut
from analysis.redundancy.pasting import SIDES
from analysis.scale.shuffle import column, parts_in, ranges, rows_between, texts_of, write_columns

NEAR = pa.schema(
    [
        (f"{side}_{name}", kind)
        for side in SIDES
        for name, kind in (("doc", pa.string()), ("start", pa.int64()), ("end", pa.int64()))
    ]
    + [("similarity", pa.float64())]
)

Parts = Sequence[tuple[Path, int]]  # of the corpus, each with the number of its first sentence or paragraph

_HALF = np.uint64(32)


class Alike(NamedTuple):
    """Pairs of contents, as the rows of lists of their places, and how similar they are."""

    first: Ints
    second: Ints
    similarity: NDArray[np.float64]


def write_places(place: Path, found: Alike, begin: Ints, places: Numbers, limit: int) -> None:
    """Write the pairs of places that pairs of contents stand for, in runs of about `limit` at the most.

    The places of content k are ``places[begin[k] : begin[k + 1]]``; which of them are paired is told by
    `near_join.places_of_pairs`.
    """
    copies = np.diff(begin)
    m, n = copies[found.first], copies[found.second]
    for low, stop in cut(np.minimum(m * n, np.maximum(FULL, m + n)), limit):
        first, second = found.first[low:stop], found.second[low:stop]
        a, b, pair = places_of_pairs(first, second, begin, places, FULL)
        both = (a.astype(np.uint64) << _HALF) | b.astype(np.uint64)
        order = np.argsort(both)
        number = len(list(place.glob("*.both.npy")))
        similarity = found.similarity[low:stop][pair[order]]
        write_columns(place / f"{number:06d}", both=both[order], similarity=similarity)


def runs_in(places: Sequence[Path]) -> list[Path]:
    """The runs in folders."""
    return [run for place in places for run in parts_in(place, "both")]


def pairs_in(runs: Sequence[Path]) -> int:
    """How many pairs runs have together."""
    return sum(len(column(run, "both")) for run in runs)


def ordered(runs: Sequence[Path], limit: int) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.float64]]]:
    """The pairs of all runs in the order of the text, each one number, and how similar: about `limit` at a time."""
    for low, high in ranges([column(run, "both") for run in runs], limit) if runs else []:
        both, similarity = rows_between(runs, ["both", "similarity"], low, high)
        order = np.argsort(both)
        yield both[order], similarity[order]


def rows(parts: Parts, both: NDArray[np.uint64], similarity: NDArray[np.float64]) -> pa.RecordBatch:
    """The rows of the table for pairs of places."""
    sides = (both >> _HALF, both & np.uint64((1 << 32) - 1))
    columns = [values for side in sides for values in _spans(parts, side.astype(np.int64))]
    return pa.record_batch([*columns, similarity], schema=NEAR)


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
