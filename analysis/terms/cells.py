"""The occurrences of terms counted by document, or by the sentences of a group's only document."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Bools, Floats, Ints, compiled, prefetch
from analysis.terms.keys import Alphabet, Columns, argsort_small, pack, rank_of, starts_of_keys
from analysis.text.documents import Offsets
from analysis.text.shards import Shard, shard_weights, shards
from analysis.text.tokens import Ids, Tokens


class Groups(NamedTuple):
    """The documents in groups."""

    of: Ids  # (documents,) the number of each document's group
    names: Any  # of the groups, sorted
    sizes: NDArray[Any]  # documents of each group
    alone: Bools  # (documents,) which are the only one of theirs


class Cells(NamedTuple):
    """One row a group and term in it, one cell a unit and row in it.

    A unit is what the intervals are over: a document, or a sentence of a group's only document.
    """

    group: Ids  # of each row, the rows of a group side by side
    term: Ids  # of each row
    row: Ids  # of each cell, as the next two
    times: Ids  # occurrences
    amount: Floats  # with the weights
    begin: Ints  # where the cells of each unit begin, the units ordered by group
    owner: Ids  # the group of each unit
    running: NDArray[Any]  # what each unit has of all terms
    order: Ints  # the units ordered by group


def groups_of(tokens: Tokens, by: str | None) -> Groups:
    """The documents in groups by the metadata column `by`, all in one without it."""
    names, group = tokens.numbered_groups(by)
    sizes = np.bincount(group, minlength=len(names))
    return Groups(group.astype(np.int32), pd.Series(names, dtype="str").array, sizes, sizes[group] == 1)


def check_ngrams(n: int, skip: int = 0) -> None:
    """Raise `ValueError` where there are no n-grams of `n` words that leave out `skip`."""
    if n < 1:
        raise ValueError(f"n is {n}: use 1 for words, 2 for pairs of words, and so on")
    if skip < 0:
        raise ValueError(f"skip is {skip}: use 0 for words in a row, 1 to leave out one word between them, and so on")


def counted_terms(
    tokens: Tokens,
    words: Alphabet,
    groups: Groups,
    n: int,
    *,
    codes: Ids,
    skip: int = 0,
    weights: Floats | None = None,
    min_count: int = 1,
) -> Iterator[tuple[Cells, Columns]]:
    """Yield the cells of the terms of `n` words of each shard, without stop words, and the keys of their rows."""
    radices, whole = words.radices(n, len(groups.names)), tokens.n_documents

    def of_shard(shard: Shard) -> tuple[Cells, Columns]:
        place: Any = slice(None)
        term, own = shard.tokens.ids, [codes[shard.types]]
        if n > 1:
            # Numbered within the shard, in alphabetical order: the whole may have ten times as many words.
            order = np.argsort(own[0])
            running, place = _running(rank_of(order)[term], shard.tokens.sentence_offsets, n, skip)
            term, words_of = _numbered(running)
            own = [own[0][order][word] for word in words_of]
        kept = ~words.dropped[own[0]] & ~words.dropped[own[-1]]
        if shard.tokens.n_documents == whole:  # a group may still have too few
            kept &= np.bincount(term, minlength=len(kept)) >= min_count
        term = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)[term]
        amount = shard_weights(tokens, weights, shard)
        unit, owner = _units(shard.tokens, groups.of[shard.rows], groups.alone[shard.rows])
        cells = _counted(term, unit[place], owner, None if amount is None else amount[place], int(kept.sum()))
        return cells, pack([*(word[kept][cells.term] for word in own), cells.group], radices)

    return prefetch(of_shard, shards(tokens))


def _running(ids: Ids, sentence_offsets: Offsets, n: int, skip: int) -> tuple[list[Ids], Ids]:
    """The `n` ids of each running n-gram of a sentence, with up to `skip` left out, and its first place."""
    ends = np.repeat(sentence_offsets[1:].astype(np.int32), np.diff(sentence_offsets))
    left = ends - np.arange(len(ids), dtype=np.int32)  # the words of the sentence from here on
    steps = [(0, *rest) for rest in combinations(range(1, n + skip), n - 1)]
    places = [np.flatnonzero(left > step[-1]).astype(np.int32) for step in steps]
    words = [
        np.concatenate([ids[place + step[at]] for place, step in zip(places, steps, strict=True)]) for at in range(n)
    ]
    place = np.concatenate(places)
    if skip:
        order = np.argsort(place, kind="stable")
        place, words = place[order], [word[order] for word in words]
    return words, place


def _numbered(words: list[Ids]) -> tuple[Ids, list[Ids]]:
    """The number of each running n-gram among the distinct ones, in their order, and the words of these."""
    order = argsort_small(words[-1])
    for word in words[-2::-1]:
        order = order[argsort_small(word[order])]
    words = [word[order] for word in words]
    new = starts_of_keys(words)
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.cumsum(new, dtype=np.int32) - np.int32(1)
    return number, [word[new] for word in words]


def _units(tokens: Tokens, group: Ids, alone: Bools) -> tuple[Ids, Ids]:
    """The unit of each word, and the group of each unit."""
    document = tokens.sentence_document
    first = np.searchsorted(document, np.arange(tokens.n_documents + 1))
    units = np.where(alone, np.diff(first), 1)
    base = np.cumsum(units) - units
    of_sentence = base[document] + alone[document] * (np.arange(tokens.n_sentences) - first[document])
    return np.repeat(of_sentence.astype(np.int32), np.diff(tokens.sentence_offsets)), np.repeat(group, units)


def _counted(term: Ids, unit: Ids, owner: Ids, amount: Floats | None, terms: int) -> Cells:
    """The cells of occurrences, each of a `term` (-1: not counted) in a `unit`; `owner`: the group of each unit."""
    begin = np.searchsorted(unit, np.arange(len(owner) + 1))
    sums: Any = np.diff(begin) if amount is None else np.bincount(unit, amount, minlength=len(owner))
    order = np.argsort(owner, kind="stable")
    weight = np.empty(0) if amount is None else amount
    cells = count_cells(term, weight, begin, order, owner, terms)
    return Cells._make([*cells, owner, sums.astype(np.float64), order])


@compiled
def count_cells(term: Any, weight: Any, begin: Any, order: Any, owner: Any, terms: int) -> Any:
    """The first six columns of `Cells`; without any `weight` each occurrence counts 1."""
    group, number, row = np.empty_like(term), np.empty_like(term), np.empty_like(term)
    times, amount = np.empty_like(term), np.empty(len(term))
    bounds = np.zeros(len(order) + 1, dtype=np.int64)
    last_row, last_cell = np.full(terms, -1), np.full(terms, -1)  # of each term
    rows = cells = group_row = 0
    for at, unit in enumerate(order):
        first_cell = cells
        if at == 0 or owner[order[at - 1]] != owner[unit]:
            group_row = rows
        for place in range(begin[unit], begin[unit + 1]):
            this = term[place]
            if this < 0:
                continue
            if last_row[this] < group_row:
                group[rows], number[rows] = owner[unit], this
                last_row[this] = rows
                rows += 1
            if last_cell[this] < first_cell:
                row[cells], times[cells], amount[cells] = last_row[this], 0, 0.0
                last_cell[this] = cells
                cells += 1
            cell = last_cell[this]
            times[cell] += 1
            amount[cell] += weight[place] if len(weight) else 1.0
        bounds[at + 1] = cells
    return group[:rows], number[:rows], row[:cells], times[:cells], amount[:cells], bounds


def type_counts(tokens: Tokens) -> Ints:
    """(types,) the occurrences of each type in the whole."""
    count = np.zeros(len(tokens.vocabulary), np.int64)
    for shard in shards(tokens):
        count[shard.types] += np.bincount(shard.tokens.ids, minlength=len(shard.types))
    return count
