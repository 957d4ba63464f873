"""Terms as numbers: words in alphabetical order, terms of several words as keys, and sums by key."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Bools, Ints
from analysis.text.buckets import Buckets
from analysis.text.shards import Vocabulary, folder_of, names
from analysis.text.stopwords import stopped
from analysis.text.tokens import Ids, Tokens

ROWS = 2_000_000  # of a bucket, about, where not all rows are in memory
FILES = 4_000  # for each column, at most: opening more would take longer than adding up

Columns = list[NDArray[Any]]


class Alphabet(NamedTuple):
    """The words of one or several corpora, numbered in alphabetical order (by code point)."""

    codes: list[Ids]  # for each corpus, (types,) the number of each type
    size: int  # how many words there are
    dropped: Bools  # (size,) which are stop words
    names: Callable[[NDArray[Any]], NDArray[np.object_]]  # from numbers to words

    def radices(self, n: int, groups: int) -> list[int]:
        """The radices of a key of `n` words and a group, see `pack`."""
        return [*[self.size] * n, groups]

    def terms(self, keys: Columns, n: int, groups: int) -> Any:
        """The terms, with blanks between their words, of keys of `n` words and a group."""
        numbers = np.stack(unpack(keys, self.radices(n, groups))[:n])
        used, places = np.unique(numbers, return_inverse=True)
        words = pd.Series(self.names(used), dtype="str").array
        after = " " + words
        first, *rest = places.reshape(numbers.shape)
        terms = words.take(first)
        for place in rest:
            terms = terms + after.take(place)
        return terms


def alphabet(*corpora: Tokens, stopwords: Iterable[str] | None = None, more: Sequence[str] | None = None) -> Alphabet:
    """The words of the `corpora`, and of `more`, whose numbers are then the last of ``codes``."""
    first = corpora[0]
    if more is None and all(tokens.vocabulary is first.vocabulary for tokens in corpora):
        order = alphabetical(first)
        out = stopped(first.vocabulary, stopwords)[order]
        return Alphabet([rank_of(order)] * len(corpora), len(order), out, lambda rows: names(first, order[rows]))
    lists = [names(tokens, np.arange(len(tokens.vocabulary))) for tokens in corpora]
    if more is not None:
        lists.append(np.array(more, dtype=object))
    number, distinct = pd.factorize(pd.Series(np.concatenate(lists), dtype="str"))
    order = distinct.argsort()
    words = distinct[order].to_numpy(dtype=object)
    found = np.split(rank_of(order)[number], np.cumsum([len(own) for own in lists[:-1]]))
    return Alphabet(found, len(words), stopped(words, stopwords), lambda rows: words[rows])


def alphabetical(tokens: Tokens) -> NDArray[Any]:
    """The types in alphabetical order."""
    if isinstance(tokens.vocabulary, Vocabulary):  # of a sharded corpus, numbered in this order
        return np.arange(len(tokens.vocabulary), dtype=np.int32)
    return pd.Series(tokens.vocabulary, dtype="str").argsort().to_numpy()


def rank_of(order: NDArray[Any]) -> Ids:
    """(rows,) the place of each row in an `order` of all rows, such as `argsort` gives."""
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank


def argsort_small(values: Ids) -> Ids:
    """A stable argsort of small integers: a sparse transpose, by counting, is far faster than sorting."""
    rows = np.arange(len(values), dtype=np.int32)
    shape = (1, int(values.max(initial=0)) + 1)
    return sparse.csr_array((rows, values, np.array([0, len(values)], dtype=np.int32)), shape=shape).tocsc().data


def pack(digits: Sequence[NDArray[Any]], radices: Sequence[int]) -> Columns:
    """Pack digits, each below its radix, into as few 64-bit columns as hold them; the columns sort as the digits do."""
    given = iter(digits)
    columns = []
    for own in _columns(radices):
        column = next(given).astype(np.int64)
        for radix in own[1:]:
            column = column * radix + next(given)
        columns.append(column)
    return columns


def unpack(columns: Columns, radices: Sequence[int]) -> Columns:
    """The digits that `pack` packed."""
    digits = []
    for column, own in zip(columns, _columns(radices), strict=True):
        found = []
        for radix in reversed(own[1:]):
            column, digit = np.divmod(column, radix)
            found.append(digit)
        digits += [column, *reversed(found)]
    return digits


def _columns(radices: Sequence[int]) -> list[list[int]]:
    """The radices of the digits in each column."""
    columns: list[list[int]] = []
    size = 0
    for radix in radices:
        if not columns or size * radix >= 1 << 63:
            columns.append([])
            size = 1
        columns[-1].append(radix)
        size *= max(radix, 1)
    return columns


def key_buckets(*corpora: Tokens, radices: Sequence[int], values: Sequence[Any], rows: int) -> Buckets:
    """Buckets for at most `rows` rows of a key, its last radix the group's, and `values`; a term is in one bucket."""
    place = next(filter(None, map(folder_of, corpora)), None)
    types = [*[np.int64] * len(_columns(radices)), *values]
    return Buckets(place, types, number=1 if place is None else min(rows // ROWS + 1, FILES), alike=max(radices[-1], 1))


def sum_by_key(columns: Columns, keys: int = 1) -> Columns:
    """The rows of `columns` summed by key, the first `keys` columns, and sorted by it."""
    if keys > 1:
        order = np.lexsort(columns[keys - 1 :: -1])
    else:  # integers have the same sum in any order, and an unstable sort is far faster
        order = np.argsort(columns[0], kind="stable" if any(v.dtype.kind == "f" for v in columns) else None)
    columns = [column[order] for column in columns]
    begins = starts_of_keys(columns[:keys])
    first = np.flatnonzero(begins)
    if len(first) == len(order):
        return columns
    row = np.cumsum(begins) - 1
    # The order of adding is part of a sum of floats: `bincount` adds one number after the other.
    sums = [
        np.bincount(row, v) if v.dtype.kind == "f" else np.add.reduceat(v, first, dtype=np.int64)
        for v in columns[keys:]
    ]
    return [*(key[first] for key in columns[:keys]), *sums]


def starts_of_keys(columns: Columns) -> Bools:
    """Which rows of sorted columns differ from the one before, the first included."""
    new = np.ones(len(columns[0]), dtype=bool)
    new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return new


def split_terms(keys: Columns, groups: int) -> tuple[Ints, Ints]:
    """The term, numbered from 0, and the group of each of sorted keys."""
    last, group = np.divmod(keys[-1], max(groups, 1))
    return np.cumsum(starts_of_keys([*keys[:-1], last])) - 1, group


def key_index(keys: Columns) -> pd.Index:
    """Keys as an index."""
    return pd.MultiIndex.from_arrays(keys) if len(keys) > 1 else pd.Index(keys[0])


class FirstRows:
    """Keeps the first `most` rows (None: all) of those added, in the order of `first_of`."""

    def __init__(self, most: int | None) -> None:
        self._most, self._held, self._last = most, list[Columns](), np.inf

    def add(self, *columns: NDArray[Any]) -> None:
        """Add rows."""
        near = columns[0] <= self._last
        self._held.append([column[near] for column in columns])
        if self._most is not None and sum(len(piece[0]) for piece in self._held) > 2 * self._most:
            self._held = [self.rows()]
            self._last = self._held[0][0].max(initial=-np.inf)

    def rows(self) -> Columns:
        """The rows that are kept, in their order."""
        columns = [np.concatenate(column) for column in zip(*self._held, strict=True)]
        order = first_of(self._most, *columns)
        return [column[order] for column in columns]


def first_of(most: int | None, *columns: NDArray[Any]) -> Ints:
    """The first `most` rows (None: all) sorted by the first of `columns`, ties by those that follow."""
    rows = np.arange(len(columns[0]))
    if most is not None and len(rows) > most:  # most of them are never sorted
        rows = np.flatnonzero(columns[0] <= np.partition(columns[0], most - 1)[most - 1])
    order: Ints = rows[np.lexsort([column[rows] for column in reversed(columns)])]
    return order[:most]
