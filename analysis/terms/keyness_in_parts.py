"""Keyness of a corpus in parts: the first rows of the table that `keyness` would make of it in memory."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Bools, Floats, Ints, compiled
from analysis.terms import association
from analysis.terms.ngrams import again, checked, runs, tallied
from analysis.terms.tallies import (
    OWN_WORDS,
    SIGNIFICANT,
    Names,
    Settings,
    Side,
    check_groups,
    check_shared,
    check_sizes,
    frequency_list,
    key_table,
    ranked,
    side,
)
from analysis.text.buckets import Buckets
from analysis.text.parted import LISTED, Parted, names, parts
from analysis.text.stopwords import stopped

AT_ONCE = 500_000  # terms that are compared together
IN_A_FILE = 4_000_000  # running words whose phrases are in memory together
GROUPS = 500  # that can be held against all others: each takes a second, and rows enough to be read
LEAST = 1000  # rows of a group

Counts = NDArray[np.int32]  # (2, types) occurrences, and documents: half of int64, of which there would be four
_HALF = 32  # bits of a count


class FirstByG2:
    """Keeps the first terms by G², of equal ones those with the lowest key, and what the q-values of all depend on."""

    def __init__(self, size: int, other_size: int, most: int) -> None:
        """Keep `most` terms of two sides of so many running words."""
        self._size, self._other_size, self._most = size, other_size, most
        self._pairs, self._times = np.empty(0, np.int64), np.empty(0, np.int64)  # how many terms have the same counts
        self.key, self.counts, self.g2 = np.empty(0, np.int64), np.empty((4, 0), np.int64), np.empty(0)

    def add(self, key: Ints, counts: Ints) -> None:
        """Look at terms: the key and, (4, terms), the counts of either side and the documents of either side."""
        pairs, place, times = np.unique(_paired(counts), return_inverse=True, return_counts=True)
        g2 = self._g2_of(pairs)[place]
        self._tally(pairs, times)
        key, g2 = np.concatenate([self.key, key]), np.concatenate([self.g2, g2])
        counts = np.concatenate([self.counts, counts], axis=1)
        order = association.first_of(g2, key, self._most)
        self.key, self.g2, self.counts = key[order], g2[order], counts[:, order]

    def take_in(self, rest: "FirstByG2", words: NDArray[np.object_]) -> NDArray[np.object_]:
        """Add what `rest` has, of equal ones the first by the alphabet; gives those `words`, of both, that stay."""
        self._tally(rest._pairs, rest._times)
        g2 = np.concatenate([self.g2, rest.g2])
        alphabet = np.empty(len(words), dtype=np.int64)
        alphabet[pd.Series(words, dtype="str").argsort().to_numpy()] = np.arange(len(words))
        order = np.lexsort((alphabet, -g2))[: self._most]
        self.key, self.g2 = np.concatenate([self.key, rest.key])[order], g2[order]
        self.counts = np.concatenate([self.counts, rest.counts], axis=1)[:, order]
        return words[order]

    def q(self) -> Floats:
        """The q-value of each term that is kept, among all that were looked at."""
        return self._every_q()[np.searchsorted(self._pairs, _paired(self.counts))]

    def own(self, significant: float) -> tuple[int, float]:
        """How many terms the first side uses more with a q-value below `significant`; the sum of G² of all it does."""
        count, other = self._unpaired(self._pairs)
        more = count / self._size > other / self._other_size
        sure = more & (self._every_q() < significant)
        g2 = self._g2_of(self._pairs)
        return int(self._times[sure].sum()), float((g2 * self._times)[more].sum())

    def _tally(self, pairs: Ints, times: Ints) -> None:
        times = np.concatenate([self._times, times])
        self._pairs, place = np.unique(np.concatenate([self._pairs, pairs]), return_inverse=True)
        self._times = np.bincount(place, times, minlength=len(self._pairs)).astype(np.int64)

    def _every_q(self) -> Floats:
        """The q-value of each pair of counts (Benjamini and Hochberg), which is that of the last of equal p-values."""
        p = association.p_value(self._g2_of(self._pairs))
        order = np.argsort(p)
        rank = np.cumsum(self._times[order])
        q = p[order] * (rank[-1:] / rank)
        np.minimum.accumulate(q[::-1], out=q[::-1])
        p[order] = np.clip(q, 0, 1)
        return p

    def _g2_of(self, pairs: Ints) -> Floats:
        count, other = self._unpaired(pairs)
        return association.g2_two_cell(count, self._size, other, self._other_size)

    @staticmethod
    def _unpaired(pairs: Ints) -> tuple[Ints, Ints]:
        return pairs >> _HALF, pairs & ((1 << _HALF) - 1)


def against_part(
    target: Parted, reference: Parted, n: int, stopwords: Iterable[str] | None, how: Settings
) -> pd.DataFrame:
    """`keyness` of documents of one corpus in parts against others of it."""
    if (target.folder, target.types) != (reference.folder, reference.types):
        raise ValueError(
            "target and reference are two corpora in parts: compare two parts of one, such as `where` gives"
        )
    if target.form is reference.form and np.array_equal(target.rows, reference.rows):
        raise ValueError("target and reference are the same documents: compare two parts, such as `where` gives")
    dropped = stopped(target.vocabulary, stopwords)
    if n > 1:
        return _phrases_compared(target, reference, n, dropped, how)
    sizes = len(target), len(reference)
    check_sizes(sizes, n)
    first = FirstByG2(*sizes, LISTED)
    _add_words(first, _counted(target), _counted(reference), dropped, how)
    documents = target.n_documents, reference.n_documents
    return _table(names(target, first.key), first, documents, sizes, how)


def against_list(
    target: Parted, reference: pd.DataFrame, n: int, stopwords: Iterable[str] | None, how: Settings
) -> pd.DataFrame:
    """`keyness` of a corpus in parts against a frequency list."""
    if n > 1:
        raise ValueError("a corpus too large for memory is compared with a frequency list by single words, not phrases")
    other_names, listed = frequency_list(reference)
    sizes = len(target), listed.size
    check_sizes(sizes, n)
    rows = target.vocabulary.rows(other_names)
    known, own = rows >= 0, _counted(target)
    other = np.zeros_like(own)
    other[0, rows[known]] = listed.count[known]
    check_shared(own[0], other[0], names(target, np.array([0]))[0], other_names[0])
    first = FirstByG2(*sizes, LISTED)
    _add_words(first, own, other, stopped(target.vocabulary, stopwords), how)
    # What only the list has is no type: it is numbered from the number of types on, and sorted in by name at the end.
    only = np.flatnonzero(~known)
    only = only[ranked(other_names[only], stopwords)]
    only = only[listed.count[only] >= max(how.min_count, 1)]
    rest = FirstByG2(*sizes, LISTED)
    counts = np.zeros((4, len(only)), dtype=np.int64)
    counts[1] = listed.count[only]
    rest.add(np.arange(len(only)), counts)
    words = first.take_in(rest, np.concatenate([names(target, first.key), other_names[only[rest.key]]]))
    return _table(words, first, (target.n_documents, 0), sizes, how)


def each_group(tokens: Parted, by: str, n: int, stopwords: Iterable[str] | None, how: Settings) -> pd.DataFrame:
    """`keyness_by_group` of a corpus in parts."""
    if n > 1:
        raise ValueError("in a corpus too large for memory groups are compared by single words, not by phrases")
    labels, group = tokens.numbered_groups(by)
    words = np.bincount(group, np.diff(tokens.document_offsets)).astype(np.int64)
    used = np.flatnonzero(words).tolist()
    check_groups(by, (labels[row] for row in used))
    if len(used) > GROUPS:
        raise ValueError(f"{by!r} has {len(used):,} values: in a corpus too large for memory compare at most {GROUPS}")
    whole = _counted(tokens)
    kept = np.flatnonzero((whole[0] >= max(how.min_count, 1)) & ~stopped(tokens.vocabulary, stopwords))
    whole = whole[:, kept]
    cells = _cells(tokens, kept, group, len(labels))
    documents = np.bincount(group)
    tables, own_words = [], {}
    for row in used:
        own = np.zeros_like(whole)
        _add(own, *cells.read(row)[1:])
        sizes = int(words[row]), len(tokens) - int(words[row])
        first = FirstByG2(*sizes, max(LISTED // len(used), LEAST))
        for begin in range(0, len(kept), AT_ONCE):
            one, every = (counts[:, begin : begin + AT_ONCE].astype(np.int64) for counts in (own, whole))
            counts = np.stack([one[0], every[0] - one[0], one[1], every[1] - one[1]])
            first.add(kept[begin : begin + AT_ONCE], counts)
        n_documents = int(documents[row]), tokens.n_documents - int(documents[row])
        table = _table(names(tokens, first.key), first, n_documents, sizes, how)
        table.insert(0, by, labels[row])
        tables.append(table)
        own_words[labels[row]] = first.own(SIGNIFICANT)
    every_table = pd.concat(tables, ignore_index=True)
    every_table.attrs[OWN_WORDS] = own_words
    return every_table


def _counted(tokens: Parted) -> Counts:
    """How often each type stands in the whole, and in how many documents."""
    found = np.zeros((2, len(tokens.vocabulary)), dtype=np.int32)
    for part in parts(tokens):
        own = part.tokens
        counts = side(own.ids, own.document_offsets, np.arange(own.n_documents), len(part.types))
        found[0, part.types] += counts.count.astype(np.int32)
        found[1, part.types] += counts.documents.astype(np.int32)
    return found


def _add_words(first: FirstByG2, own: Counts, other: Counts, dropped: Bools, how: Settings) -> None:
    """Look at all types that are not `dropped`."""
    for begin in range(0, len(dropped), AT_ONCE):
        chosen = slice(begin, begin + AT_ONCE)
        often = own[0, chosen].astype(np.int64) + other[0, chosen] >= max(how.min_count, 1)
        rows = begin + np.flatnonzero(often & ~dropped[chosen])
        counts = np.stack([own[0, rows], other[0, rows], own[1, rows], other[1, rows]])
        first.add(rows, counts.astype(np.int64))


def _phrases_compared(target: Parted, reference: Parted, n: int, dropped: Bools, how: Settings) -> pd.DataFrame:
    """The table of phrases, which are numbers until the first of them are known."""
    types = len(dropped)
    checked(types, n, marks=4)
    number = 1 + (len(target) + len(reference)) // IN_A_FILE
    buckets = Buckets(target.folder, [np.int64, np.int8], number=number)
    running = [0, 0]
    for which, tokens in enumerate((target, reference)):
        for part in parts(tokens):
            words, place = runs(part.types[part.tokens.ids], part.tokens.sentence_offsets, n, 0)
            running[which] += len(place)
            kept = ~dropped[words[0]] & ~dropped[words[-1]]
            key = np.zeros(int(kept.sum()), dtype=np.int64)
            for word in words:
                key = key * types + word[kept]
            bounds = np.searchsorted(place[kept], part.tokens.document_offsets)
            buckets.add(key, again(key, bounds) + np.int8(2 * which))
    sizes = running[0], running[1]
    check_sizes(sizes, n)
    first = FirstByG2(*sizes, LISTED)
    for k in range(len(buckets)):
        key, mark = buckets.read(k)
        key, marked = tallied(key, mark, 4)
        often = marked.sum(axis=0) >= max(how.min_count, 1)
        new, repeated, other_new, other_repeated = marked[:, often]
        first.add(key[often], np.stack([new + repeated, other_new + other_repeated, new, other_new]))
    key = first.key
    phrases = names(target, key % types)
    for _ in range(n - 1):
        key = key // types
        phrases = names(target, key % types) + " " + phrases
    return _table(phrases, first, (target.n_documents, reference.n_documents), sizes, how)


def _table(
    terms: Names, first: FirstByG2, documents: tuple[int, int], sizes: tuple[int, int], how: Settings
) -> pd.DataFrame:
    """The table of what `first` kept."""
    own, other, own_documents, other_documents = first.counts
    sides = Side(own, own_documents, sizes[0], documents[0]), Side(other, other_documents, sizes[1], documents[1])
    return key_table(terms, *sides, first.q(), how)


def _cells(tokens: Parted, kept: Ints, group: Ints, groups: int) -> Buckets:
    """A file for each group: the `kept` types that it has in each part, how often, and in how many documents."""
    row = np.full(len(tokens.vocabulary), -1, dtype=np.int32)
    row[kept] = np.arange(len(kept), dtype=np.int32)
    cells = Buckets(tokens.folder, [np.int32] * 4, number=groups, spread=False)
    for part in parts(tokens):
        own = group[part.rows]
        order = np.argsort(own, kind="stable")
        cells.add(*_by_group(part.tokens.ids, part.tokens.document_offsets, order, own, row[part.types]))
    return cells


@compiled
def _by_group(ids: Any, offsets: Any, order: Any, group: Any, row: Any) -> Any:
    """(group, row, count, documents) of each type with a row, the documents in the `order` of their groups."""
    found = np.empty((4, len(ids)), np.int32)
    cell, last = np.full(len(row), -1), np.full(len(row), -1)
    n = 0
    for document in order:
        for place in range(offsets[document], offsets[document + 1]):
            this = ids[place]
            if row[this] < 0:
                continue
            if cell[this] < 0 or found[0, cell[this]] != group[document]:
                cell[this] = n
                found[0, n], found[1, n], found[2, n], found[3, n] = group[document], row[this], 0, 0
                n += 1
            found[2, cell[this]] += 1
            if last[this] != document:
                last[this] = document
                found[3, cell[this]] += 1
    return found[0, :n], found[1, :n], found[2, :n], found[3, :n]


@compiled
def _add(counts: Any, row: Any, count: Any, documents: Any) -> None:
    for k in range(len(row)):
        counts[0, row[k]] += count[k]
        counts[1, row[k]] += documents[k]


def _paired(counts: Ints) -> Ints:
    """The two counts of each term as one number."""
    paired: Ints = counts[0] << _HALF | counts[1]
    return paired
