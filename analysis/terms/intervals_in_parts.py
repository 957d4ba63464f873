"""Bootstrap intervals of the rows of a table of terms from the cells of a corpus in parts, sorted into files by row."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.bootstrap import Draws, draws, intervals
from analysis.terms.cells import Cells, Floats, Ints
from analysis.terms.ngrams import by_value
from analysis.text.buckets import Buckets
from analysis.text.tokens import Ids, offsets_of

CELLS = 500_000  # of a file, about: what is made of them takes up some 80 bytes each beside the resamples


def cell_intervals(
    found: Iterable[tuple[Cells, list[NDArray[Any]]]],
    known: list[NDArray[Any]],
    units: NDArray[Any],
    owner: Ids,
    running: Floats,
    *,
    place: Path,
    weighted: bool,
    resamples: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """The interval of the rate of each row of a table, NaN where its group has fewer than two units.

    `found`: the cells of each part, and the columns of numbers that say of their rows which of the table they are;
    `known`: these columns of the table, which is sorted by the last, the group. `units`: how many cells each row of the
    table has in all. `owner`, `running`: of the units of all parts, one behind the other. Files are kept in `place`.
    """
    group = known[-1]
    file = (np.cumsum(units) - 1).astype(np.int64) // CELLS  # of each row: files of whole rows, side by side
    types = [np.int32, np.int32, np.int32, np.float64 if weighted else np.int32]
    buckets = Buckets(place, types, number=int(file[-1]) + 1, spread=False)
    lookup, before = RowLookup(known), 0
    for cells, columns in found:
        row = lookup.rows(columns)[cells.row]
        unit = np.repeat(cells.order + before, np.diff(cells.begin))
        before += len(cells.owner)
        listed = row >= 0
        buckets.add(file[row[listed]], row[listed], unit[listed], cells.amount[listed])

    order = np.argsort(owner, kind="stable")
    begin = np.searchsorted(owner[order], np.arange(int(owner.max()) + 2))
    position = np.empty(len(order), dtype=np.int32)  # of each unit in its group
    position[order] = np.arange(len(order)) - begin[owner[order]]
    low, high = np.empty((2, len(group)))
    drawn: list[Draws] = []
    of = -1
    for k in range(len(buckets)):
        first, stop = np.searchsorted(file, (k, k + 1)).tolist()
        _, of_row, of_unit, amount = buckets.read(k)
        of_row -= first
        by_row = by_value(of_row)
        of_unit, amount = position[of_unit[by_row]], amount[by_row]
        bounds = offsets_of(np.bincount(of_row, minlength=stop - first))
        changes = np.flatnonzero(np.diff(group[first:stop])) + 1
        for a, b in pairwise([0, *changes.tolist(), stop - first] if stop > first else []):
            if group[first + a] != of:
                of, drawn = int(group[first + a]), []  # no two at a time
                drawn = draws(running[order[begin[of] : begin[of + 1]]], resamples=resamples, seed=seed)
            inside, shape = slice(bounds[a], bounds[b]), (b - a, int(begin[of + 1] - begin[of]))
            own = sparse.csr_array((amount[inside], of_unit[inside], bounds[a : b + 1] - bounds[a]), shape=shape)
            ends = intervals(own, drawn, columns=b - a, resamples=resamples)
            low[first + a : first + b], high[first + a : first + b] = ends
    return low, high


class RowLookup:
    """Finds rows of numbers among known ones, which are distinct.

    >>> lookup = RowLookup([np.array([3, 1, 3]), np.array([0, 0, 7])])
    >>> lookup.rows([np.array([3, 3, 1, 2]), np.array([7, 1, 0, 0])]).tolist()
    [2, -1, 1, -1]
    """

    def __init__(self, known: list[NDArray[Any]]) -> None:
        self._levels: list[tuple[NDArray[Any], Ints]] = []
        code = np.zeros(len(known[0]), dtype=np.int64)  # of what the columns so far hold
        for column in known:
            values, own = np.unique(column, return_inverse=True)
            pairs, code = np.unique(code * len(values) + own, return_inverse=True)
            self._levels.append((values, pairs))
        self._row = np.argsort(code)

    def rows(self, columns: list[NDArray[Any]]) -> Ints:
        """The known row that each row of `columns` is, -1 where it is none."""
        found = np.full(len(columns[0]), -1)
        left, code = np.arange(len(found)), np.zeros(len(found), dtype=np.int64)  # those that may yet be known
        for column, (values, pairs) in zip(columns, self._levels, strict=True):
            own, known = _places(values, column[left])
            left, own = left[known], own[known]
            code, known = _places(pairs, code[known] * len(values) + own)
            left, code = left[known], code[known]
        found[left] = self._row[code]
        return found


def _places(values: NDArray[Any], wanted: NDArray[Any]) -> tuple[Ints, NDArray[np.bool_]]:
    """Where each number that is wanted stands among sorted `values`, one at least, and which of them do."""
    place = np.minimum(np.searchsorted(values, wanted), len(values) - 1)
    return place, values[place] == wanted
