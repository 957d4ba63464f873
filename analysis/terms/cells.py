"""What stands where: the occurrences of terms in documents, or in the sentences of one, counted."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Floats, Ints, compiled
from analysis.terms.keys import Alphabet, Columns, pack
from analysis.terms.ngrams import numbered, runs
from analysis.text.parted import Part, part_weights, parts
from analysis.text.tokens import Ids, Tokens


class Groups(NamedTuple):
    """``of``: (documents,) the group of each, as a number; ``names``: the sorted names of the groups.

    ``sizes``: how many documents each group has; ``alone``: (documents,) which are the only one of theirs.
    """

    of: Ids
    names: Any
    sizes: NDArray[Any]
    alone: NDArray[np.bool_]

    def within(self, part: Part) -> "Groups":
        """Those of the documents of a part."""
        return self._replace(of=self.of[part.rows], alone=self.alone[part.rows])


class Cells(NamedTuple):
    """One row a group and term in it, one cell a unit and row in it: a unit is a document, or a sentence (`counted`).

    ``group``, ``term`` of each row, the rows of a group side by side; ``row``, ``times`` (occurrences) and ``amount``
    (with the weights) of each cell; ``begin``: where the cells of each unit begin, the units ordered by group.
    ``owner``: the group of each unit; ``running``: what each has of all terms; ``order``: the units ordered by group.
    """

    group: Ids
    term: Ids
    row: Ids
    times: Ids
    amount: Floats
    begin: Ints
    owner: Ids
    running: NDArray[Any]
    order: Ints


def groups_of(tokens: Tokens, by: str | None) -> Groups:
    """The documents in groups by the metadata column `by`, all in one without it."""
    names, group = tokens.numbered_groups(by)
    sizes = np.bincount(group, minlength=len(names))
    return Groups(group.astype(np.int32), pd.Series(names, dtype="str").array, sizes, sizes[group] == 1)


def inverse_frequency(documents: NDArray[Any], of: int) -> Floats:
    """The smooth idf of terms that stand in so many `documents` of all."""
    frequency: Floats = np.log((1 + of) / (1 + documents)) + 1
    return frequency


def counted(
    tokens: Tokens, term: Ids, place: NDArray[Any] | slice, terms: int, *, groups: Groups, weights: Floats | None
) -> Cells:
    """The cells of occurrences, each of a `term` (-1: not to be counted) at a `place` in the text.

    The units are the documents, which are in `groups`, or, where one is alone in its group, its sentences: what is
    drawn for the intervals.
    """
    unit, owner = _units(tokens, groups.of, groups.alone)
    unit = unit[place]
    amount = None if weights is None else weights[place]
    begin = np.searchsorted(unit, np.arange(len(owner) + 1))
    sums: Any = np.diff(begin) if amount is None else np.bincount(unit, amount, minlength=len(owner))
    order = np.argsort(owner, kind="stable")
    weight = np.empty(0) if amount is None else amount
    own, number, row, times, amount, bounds = count_cells(term, weight, begin, order, owner, terms)
    return Cells(own, number, row, times, amount, bounds, owner, sums.astype(np.float64), order)


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
    """The cells of the terms of `n` words in each part, and the key of each of their rows, see `keys.pack`.

    ``codes``: those of `tokens` in `words`. Stop words are left out, and of a corpus in one part what is rare in it.
    """
    for part in parts(tokens):
        place: Any = slice(None)
        term, own = part.tokens.ids, [codes[part.types]]
        if n > 1:
            # In alphabetical order, but numbered within the part: of the whole there may be ten times as many words.
            order = np.argsort(own[0])
            rank = np.empty(len(order), dtype=np.int32)
            rank[order] = np.arange(len(order), dtype=np.int32)
            running, place = runs(rank[term], part.tokens.sentence_offsets, n, skip)
            term, words_of = numbered(running)
            own = [own[0][order][word] for word in words_of]
        kept = ~words.dropped[own[0]] & ~words.dropped[own[-1]]
        if part.tokens.n_documents == tokens.n_documents:  # a group may still have too few of what all have enough of
            kept &= np.bincount(term, minlength=len(kept)) >= min_count
        term = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)[term]
        amount = part_weights(tokens, weights, part)
        cells = counted(part.tokens, term, place, int(kept.sum()), groups=groups.within(part), weights=amount)
        digits = [*(word[kept][cells.term] for word in own), cells.group]
        yield cells, pack(digits, words.radices(n, len(groups.names)))


def _units(tokens: Tokens, group: Ids, alone: NDArray[np.bool_]) -> tuple[Ids, Ids]:
    """The unit of each word, and the group of each unit."""
    document = tokens.sentence_document
    first = np.searchsorted(document, np.arange(tokens.n_documents + 1))
    units = np.where(alone, np.diff(first), 1)
    base = np.cumsum(units) - units
    of_sentence = base[document] + alone[document] * (np.arange(tokens.n_sentences) - first[document])
    return np.repeat(of_sentence.astype(np.int32), np.diff(tokens.sentence_offsets)), np.repeat(group, units)


@compiled
def count_cells(term: Any, weight: Any, begin: Any, order: Any, owner: Any, terms: int) -> Any:
    """The `Cells` of occurrences, each of a term (-1: not counted) and a weight (none: 1), by unit in `order`."""
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
    """(types,) how often each type appears in the whole.

    >>> from analysis import read_text, tokenize
    >>> type_counts(tokenize(read_text("War is war."))).tolist()
    [2, 1]
    """
    count = np.zeros(len(tokens.vocabulary), np.int64)
    for part in parts(tokens):
        count[part.types] += np.bincount(part.tokens.ids, minlength=len(part.types))
    return count


def type_weights(tokens: Tokens, weights: Floats) -> Floats:
    """(types,) the sum of the weights, one a token or one a sentence, of the places of each type.

    Raises `ValueError` for weights of another length.

    >>> from analysis import read_text, tokenize
    >>> type_weights(tokenize(read_text("War is war.")), np.array([0.5, 1.0, 0.25])).tolist()
    [0.75, 1.0]
    """
    total = np.zeros(len(tokens.vocabulary))
    for part in parts(tokens):
        total[part.types] += np.bincount(part.tokens.ids, part_weights(tokens, weights, part), len(part.types))
    return total
