"""The table of terms of a corpus in parts: counted through files, of which one is in memory, and listed to a limit.

What stands in a part is counted and sorted into files by term, so that each file has all there is to know of its terms;
of these the first in the order of the table are kept. A second reading finds the documents in which they appear.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import comb
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.bootstrap import Draws, draws, intervals
from analysis.core.compiled import Floats, Ints
from analysis.terms.cells import Cells, Groups, Listed, counted, inverse_frequency
from analysis.terms.ngrams import by_value, check, joined, numbered, runs
from analysis.text.buckets import Buckets
from analysis.text.parted import LISTED, Parted, part_weights, parts
from analysis.text.stopwords import stopped
from analysis.text.tokens import Ids, offsets_of

AT_LEAST = 1000  # rows of a group
ROWS, TOGETHER = 2_000_000, 400_000  # of a file, about; of how many the first are found at a time
CELLS = 500_000  # of a file, about: what is made of them takes up some 80 bytes each beside the resamples


class _Rows(NamedTuple):
    """Some rows of the table, as columns.

    ``keys``: the numbers that say the term and stand in the order of the alphabet, see `_found`; ``units``: how many
    documents, or sentences, the row is counted in; ``idf``, and ``weight``, the count in all groups, are of the term.
    """

    keys: list[NDArray[Any]]
    group: NDArray[Any]
    counts: NDArray[Any]
    documents: Ints
    units: NDArray[Any]
    idf: Floats
    weight: Floats

    def take(self, rows: NDArray[Any]) -> "_Rows":
        """Those at the places `rows`, or where they are true."""
        return _Rows([key[rows] for key in self.keys], *(column[rows] for column in self[1:]))

    def order(self, *first: NDArray[Any]) -> Ints:
        """Their places in the order of the columns `first`, of the terms and of the groups."""
        return np.lexsort((self.group, *reversed(self.keys), *reversed(first)))


def listed_in_parts(
    tokens: Parted,
    groups: Groups,
    n: int,
    *,
    stopwords: Iterable[str] | None,
    weights: Floats | None,
    min_count: int,
    skip: int,
    resamples: int,
    seed: int,
) -> Listed:
    """The rows that the table of `terms` has of a corpus in parts."""
    check(n, skip)
    dropped = stopped(tokens.vocabulary, stopwords)
    owners, runnings = [], []
    buckets = _buckets(tokens, groups, n, skip, weighted=weights is not None)
    for cells, keys in _found(tokens, groups, n, skip, dropped, weights):
        owners.append(cells.owner)
        runnings.append(cells.running)
        if weights is None:
            times, units = np.bincount(cells.row, cells.times), np.bincount(cells.row)
            buckets.add(*keys, cells.group, times, units)
        else:  # numbers of which the sum depends on the order, which is to be that of the text
            row = cells.row
            buckets.add(*(key[row] for key in keys), cells.group[row], cells.times, cells.amount)
    owner, running = np.concatenate(owners), np.concatenate(runnings)
    rows = _first_rows(buckets, groups, min_count, weighted=weights is not None)
    del buckets  # and its files
    low, high = np.full((2, len(rows.counts)), np.nan)
    if resamples and len(rows.counts):
        found = ((cells, [*keys, cells.group]) for cells, keys in _found(tokens, groups, n, skip, dropped, weights))
        known = [*rows.keys, rows.group]
        options: dict[str, Any] = {"weighted": weights is not None, "resamples": resamples, "seed": seed}
        low, high = _cell_intervals(found, known, rows.units, owner, running, place=tokens.folder, **options)
    total = np.bincount(owner, running, minlength=len(groups.names))
    names = _names(tokens, rows.keys, n)
    return Listed(names, rows.group, rows.counts, rows.documents, rows.idf, low, high, total)


def _rows_each(groups: int) -> int:
    """How many rows each of so many groups lists: `LISTED` in all, or `AT_LEAST` of each if that is more."""
    return max(LISTED // groups, min(AT_LEAST, 10 * LISTED // groups), 1)


def _found(
    tokens: Parted, groups: Groups, n: int, skip: int, dropped: NDArray[np.bool_], weights: Floats | None
) -> Iterator[tuple[Cells, list[NDArray[Any]]]]:
    """The cells of each part, and the keys of each of their rows: vocabulary rows, those of two words as one number."""
    for part in parts(tokens):
        running, place = runs(part.tokens.ids, part.tokens.sentence_offsets, n, skip)
        term, words = numbered(running)
        out = dropped[part.types]
        kept = ~out[words[0]] & ~out[words[-1]]
        term = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)[term]
        keys: list[NDArray[Any]] = [part.types[word[kept]] for word in words]
        if n > 1:
            keys[:2] = [keys[0] * np.int64(len(tokens.vocabulary)) + keys[1]]
        amount = part_weights(tokens, weights, part)
        cells = counted(part.tokens, term, place, len(keys[0]), groups=groups.within(part), weights=amount)
        yield cells, [key[cells.term] for key in keys]


def _buckets(tokens: Parted, groups: Groups, n: int, skip: int, *, weighted: bool) -> Buckets:
    """Files for the keys, the group, the occurrences and the units of rows, or with weights the sum of each cell."""
    most = len(tokens) * comb(n - 1 + skip, skip)
    types = [np.int32] if n == 1 else [np.int64, *[np.int32] * (n - 2)]
    columns = [*types, np.min_scalar_type(len(groups.names)), np.int32, np.float64 if weighted else np.int32]
    return Buckets(tokens.folder, columns, number=most // ROWS + 1)


def _first_rows(buckets: Buckets, groups: Groups, min_count: int, *, weighted: bool) -> _Rows:
    """The first rows of each group, and those of the terms that are first in all, in the order of the table."""
    each = _rows_each(len(groups.names))
    least, lightest = np.zeros(len(groups.names)), 0.0  # of those that are first so far
    found: list[_Rows] = []
    for k in range(len(buckets)):
        rows = _summed(buckets.read(k), groups, min_count, weighted=weighted)
        found.append(rows.take((rows.counts >= least[rows.group]) | (rows.weight >= lightest)))
        if k + 1 < len(buckets) and sum(len(piece.counts) for piece in found) < TOGETHER:
            continue
        rows = _together(found)
        place = _places_in_group(rows)
        kept, last = place < each, place == each - 1
        least[rows.group[last]] = rows.counts[last]
        lightest = np.inf
        if len(groups.names) > 1:
            place = _places_in_all(rows)
            kept |= place < each
            lightest = rows.weight[place == each - 1].max(initial=0.0)
        found = [rows.take(kept)]
    rows = found[0]
    return rows.take(rows.order(rows.group, -rows.counts))


def _together(pieces: list[_Rows]) -> _Rows:
    """The rows of all pieces."""
    keys, *columns = zip(*pieces, strict=True)
    return _Rows([np.concatenate(key) for key in zip(*keys, strict=True)], *map(np.concatenate, columns))


def _places_in_group(rows: _Rows) -> Ints:
    """How many rows of its group stand before each in the order of the table."""
    order = rows.order(rows.group, -rows.counts)
    group = rows.group[order]
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - np.searchsorted(group, group)
    return place


def _places_in_all(rows: _Rows) -> Ints:
    """How many terms have a higher count in all groups than that of each row, or stand before it in the alphabet."""
    order = rows.order(-rows.weight)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.cumsum(_changes([key[order] for key in rows.keys])) - 1
    return place


def _changes(columns: list[NDArray[Any]]) -> NDArray[np.bool_]:
    """Which rows of sorted columns differ from the one before: the first, and each that is new."""
    new = np.ones(len(columns[0]), dtype=bool)
    new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return new


def _summed(columns: list[NDArray[Any]], groups: Groups, min_count: int, *, weighted: bool) -> _Rows:
    """The rows of all terms of a file."""
    *keys, group, times, amount = columns
    order = np.lexsort((group, *reversed(keys)))
    keys, group, times, amount = [key[order] for key in keys], group[order], times[order], amount[order]
    of_term = _changes(keys)
    first = _changes([*keys, group])
    row, term = np.cumsum(first) - 1, (np.cumsum(of_term) - 1)[first]
    keys, group, occurrences = [key[first] for key in keys], group[first], np.bincount(row, times)
    if weighted:  # rounded as in memory
        count, units, documents = np.bincount(row, amount).round(9), np.bincount(row), np.bincount(row, amount != 0)
    else:
        count, units = occurrences, np.bincount(row, amount)
        documents = units
    documents = np.minimum(documents.astype(np.int64), groups.sizes[group])
    idf = inverse_frequency(np.bincount(term, documents), len(groups.of))[term]
    rows = _Rows(keys, group, count, documents, units, idf, np.bincount(term, count)[term])
    return rows.take(occurrences >= min_count)


def _names(tokens: Parted, keys: list[NDArray[Any]], n: int) -> Any:
    """The terms that the keys say."""
    first = divmod(keys[0], len(tokens.vocabulary)) if n > 1 else keys[:1]
    words = np.stack([*first, *keys[1:]])
    used, places = np.unique(words, return_inverse=True)
    return joined(pd.Series(tokens.vocabulary.names(used), dtype="str"), list(places.reshape(words.shape)))


def _cell_intervals(
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
    """The interval of the rate of each row of a table, NaN where its group has fewer than two units."""
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
