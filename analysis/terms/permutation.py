"""A permutation test for terms: documents are dealt out anew over the groups, and the terms counted again.

A document that has a word once is likely to have it again, so a test that takes words as drawn one by one finds
differences between any two sets of documents. Here documents are what is drawn.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import Bools, Floats, Ints, compiled, prefetch
from analysis.core.resources import cores
from analysis.text.hashes import run_begins

SIGNIFICANT = 0.05  # below this adjusted p a term stands out, so that none from there on need be dealt
ENOUGH = 10  # dealings with as high a G² as the actual one, after which a term is dealt no more
TOGETHER = 64  # dealings made at a time
CELLS = 8_000_000  # counts of terms in documents that are in memory at a time
HELD = 8_000_000  # such counts that are kept of the terms left after the first dealings
WORK = 10**9  # bound of the counts added up after the first dealings: a second at most
MOVED, FILLED = 20, 3  # counts that take as long to add up as to deal out a unit, and to set the group of a document


class Pairs(NamedTuple):
    """Terms with a group each."""

    first: Ints  # (pairs,) the first cell of each
    size: Ints  # (pairs,) how many it has
    group: Ints
    document: NDArray[np.int32]  # of each cell
    times: NDArray[np.int32]  # how often the document has the term


class Permutations:
    """Documents dealt out over their groups, and how often terms are then as far apart as they actually are.

    A dealing permutes the groups of the units; a unit is a document with all of its copies. Units with documents in
    several groups stay where they are.

    >>> begin, document, times = np.array([0, 10, 12]), np.array([*range(10), 0, 1]), np.ones(12, dtype=np.int64)
    >>> dealt = Permutations(np.repeat([0, 1], 10), np.full(20, 9), None, 1999, 0)
    >>> dealt.add(begin, document, times, np.array([0, 1]), np.array([0, 0]))  # in ten documents, and in two
    >>> dealt.chances(np.bincount([10, 2])).round(2).tolist()
    [0.0, 0.45]
    """

    def __init__(self, group: Ints, sizes: Ints, copies: Ints | None, permutations: int, seed: int) -> None:
        """Documents by `group`, numbered from 0, with `sizes` running terms; `copies`: an equal number for copies."""
        if permutations < 0:
            raise ValueError(f"permutations is {permutations}: use 0 (no test of documents) or more, such as 1999")
        if copies is not None and len(copies) != len(group):
            raise ValueError(f"copies has {len(copies):,} numbers for {len(group):,} documents: give one a document")
        _, unit = np.unique(np.arange(len(group)) if copies is None else copies, return_inverse=True)
        groups = int(group.max(initial=0)) + 1
        low, high = np.full(unit.max(initial=-1) + 1, groups), np.full(unit.max(initial=-1) + 1, -1)
        np.minimum.at(low, unit, group)
        np.maximum.at(high, unit, group)
        free = low == high
        self._units = np.bincount(low[free], minlength=groups)
        # Labels are dealt for all groups but the largest, which has the rest; its units come last.
        largest = int(self._units.argmax())
        rows = np.flatnonzero(free)
        self._order = rows[np.argsort(low[rows] == largest, kind="stable")]
        kind = np.min_scalar_type(groups)
        self._labels = low[self._order[: len(rows) - self._units[largest]]].astype(kind)
        self._group, self._sizes = group.astype(kind), sizes.astype(np.int64)
        self._undealt = np.where(free[unit], largest, group).astype(kind)
        self._members = np.argsort(unit, kind="stable"), np.searchsorted(np.sort(unit), np.arange(len(free) + 1))
        self._permutations, self._seed = permutations, seed
        self._pending, self._cells = list[Pairs](), 0
        self._done = [tuple(np.empty((4, 0), dtype=np.int64))]  # how far apart in how many dealings, size, group
        self._open: list[Pairs] | None = []

    def min_documents(self, group: int, spread: Ints) -> int:
        """Minimum number of documents with a term for a test of its share in `group`; 0 where there is no test.

        There is none with fewer than two units in the group, or outside of it. ``spread[d]`` is the number of terms in
        d documents. A test of a term in too few documents cannot succeed and costs the others power. The minimum is
        such that a dealing brings all documents to one side for no more than one of the tested terms, and at most the
        number of units on the smaller side (after Tarone 1990, A modified Bonferroni method for discrete data,
        Biometrics 46).

        >>> dealt = Permutations(np.repeat([0, 1], [5, 60]), np.ones(65), None, 1999, 0)
        >>> spreads = [0, 900, 80, 20, 10, 5], [0, 900, 80, 4000, 5000, 5]
        >>> [dealt.min_documents(0, np.array(spread)) for spread in spreads]
        [2, 4]
        """
        units = len(self._order)
        few = min(int(self._units[group]), units - int(self._units[group]))
        if not self._permutations or few < 2:
            return 0
        share = np.cumprod((few - np.arange(few)) / (units - np.arange(few)))  # of dealings with all on the small side
        tests = np.zeros(few)
        tests[: len(spread) - 1] = np.cumsum(spread[::-1])[::-1][1 : few + 1]
        apart = share * tests <= 1
        return int(apart.argmax()) + 1 if apart.any() else few

    def add(self, begin: Ints, document: Ints, times: Ints, term: Ints, group: Ints) -> None:
        """Add pairs of a `term` and a `group` to test; the cells of term t begin at ``begin[t]``, see `Pairs`."""
        used, row = np.unique(term, return_inverse=True)
        size = begin[used + 1] - begin[used]
        cell = run_begins(np.append(begin[used], 0), size)
        cells = document[cell].astype(np.int32), times[cell].astype(np.int32)
        self._pending.append(Pairs((np.cumsum(size) - size)[row], size[row], group.astype(np.int64), *cells))
        self._cells += len(cell)
        if self._cells > CELLS:
            self._deal_first()

    def chances(self, spread: Ints, among: int = 1) -> Floats:
        """(pairs,) p-values in the order of `add`; NaN for terms in fewer documents than the `least`.

        A p-value is the share of dealings with as high a G² as the actual one, which is one of them. After `ENOUGH` of
        those a term is dealt no more (Besag and Clifford 1991, Sequential Monte Carlo p-values, Biometrika 78). If the
        p-values of the terms then left in a group are too coarse to be significant after the adjustment for all tests,
        `among` times as many as terms, these are dealt on until they are not (Sandve, Ferkingstad and Nygård 2011,
        Sequential Monte Carlo multiple testing, Bioinformatics 27), or `WORK` is done.
        """
        self._deal_first()
        least = np.array([self.min_documents(group, spread) or len(spread) for group in range(len(self._units))])
        tests = among * np.array([spread[documents:].sum() for documents in least])
        as_far, dealt, size, group = map(np.concatenate, zip(*self._done, strict=True))
        tested = size >= least[group]
        left = np.flatnonzero(as_far < ENOUGH)
        if self._open and tested[left].any() and size[left][tested[left]].sum() <= HELD:
            pairs = _only(_joined(self._open), tested[left])
            left = left[tested[left]]
            self._deal_on(pairs, tests, as_far, dealt, left)
        stopped = as_far >= ENOUGH
        return np.where(tested, (as_far + ~stopped) / np.maximum(dealt + ~stopped, 1), np.nan)

    def _deal_on(self, pairs: Pairs, tests: Ints, as_far: Ints, dealt: Ints, left: Ints) -> None:
        """Deal on the `pairs`, those `left` of all, until they are settled; update `as_far` and `dealt` of all."""
        actual, own = self._actual(pairs), (as_far[left], dealt[left])
        done, work = self._permutations, 0
        while work < WORK and done < 2 / SIGNIFICANT * tests.max():
            going = own[0] < ENOUGH
            still = np.bincount(pairs.group[going], minlength=len(tests))
            going &= (still * SIGNIFICANT * done < ENOUGH * tests)[pairs.group]
            if not going.any():
                break
            _deal(pairs, *self._next(TOGETHER), actual, going, *own)
            done += TOGETHER
            per_dealing = MOVED * len(self._labels) + FILLED * len(self._group) + int(pairs.size[going].sum())
            work += TOGETHER * per_dealing
        as_far[left], dealt[left] = own

    def _deal_first(self) -> None:
        """Make the first dealings, the same for all pairs, for those that are pending."""
        if not self._pending:
            return
        pairs, self._pending, self._cells = _joined(self._pending), [], 0
        actual, going = self._actual(pairs), np.ones(len(pairs.group), dtype=bool)
        as_far, dealt = np.zeros((2, len(going)), dtype=np.int64)
        self._random, self._dealt_order = np.random.default_rng(self._seed), self._order.copy()
        counts = [min(TOGETHER, self._permutations - done) for done in range(0, self._permutations, TOGETHER)]
        for dealings in prefetch(self._next, counts):
            _deal_together(pairs, dealings, actual, going, as_far, dealt)
        self._done.append((as_far, dealt, pairs.size, pairs.group))
        if self._open is not None:
            self._open.append(_only(pairs, as_far < ENOUGH))
            if sum(len(own.document) for own in self._open) > 2 * HELD:
                self._open = None

    def _actual(self, pairs: Pairs) -> Floats:
        """(pairs,) the evidence in the actual groups."""
        groups = self._group[:, None]
        own = np.bincount(self._group, self._sizes, len(self._units))[:, None]
        evidence = np.empty(len(pairs.group))
        _measure(pairs, groups, *_logarithms(own), evidence)
        return evidence

    def _next(self, count: int) -> tuple[NDArray[Any], Floats, Floats]:
        """The next dealings: (documents, dealings) groups, and their `_logarithms`."""
        numbers = self._random.integers(0, 1 << 32, (count, len(self._labels)), dtype=np.uint32)
        groups = np.repeat(self._undealt[:, None], count, axis=1)
        own = np.repeat(np.bincount(self._undealt, self._sizes, len(self._units))[:, None], count, axis=1)
        _shuffle(numbers, self._labels, self._dealt_order, *self._members, self._sizes, groups, own)
        return groups, *_logarithms(own)


def _logarithms(own: Ints) -> tuple[Floats, Floats]:
    """(groups, dealings) logarithms of the running terms of each group, and of all others."""
    return np.log(np.maximum(own, 1)), np.log(np.maximum(own.sum(axis=0) - own, 1))


def _joined(pieces: list[Pairs]) -> Pairs:
    """Several `Pairs` as one."""
    before = np.cumsum([0, *(len(own.document) for own in pieces[:-1])])
    pieces = [own._replace(first=own.first + base) for own, base in zip(pieces, before, strict=True)]
    return Pairs(*map(np.concatenate, zip(*pieces, strict=True)))


def _only(pairs: Pairs, kept: Bools) -> Pairs:
    """Some of the pairs, with their own cells."""
    size = pairs.size[kept]
    cell = run_begins(np.append(pairs.first[kept], 0), size)
    return Pairs(np.cumsum(size) - size, size, pairs.group[kept], pairs.document[cell], pairs.times[cell])


def _deal_together(
    pairs: Pairs, dealings: tuple[NDArray[Any], Floats, Floats], actual: Floats, going: Bools, as_far: Ints, dealt: Ints
) -> None:
    """Do what `_deal` does, on all cores."""
    bounds = [len(actual) * core // cores() for core in range(cores() + 1)]

    def deal(own: slice) -> None:
        mine = pairs._replace(first=pairs.first[own], size=pairs.size[own], group=pairs.group[own])
        _deal(mine, *dealings, actual[own], going[own], as_far[own], dealt[own])

    with ThreadPoolExecutor(cores()) as pool:
        list(pool.map(deal, map(slice, bounds, bounds[1:])))


@compiled
def _shuffle(
    numbers: Any, labels: Any, order: Any, members: Any, begin: Any, sizes: Any, groups: Any, own: Any
) -> None:
    """Deal the `labels` to units of `order` by each row of random `numbers`; all units start in the largest group."""
    for k in range(len(numbers)):
        for place in range(len(labels)):
            left = np.uint64(len(order) - place)
            other = place + np.int64((np.uint64(numbers[k, place]) * left) >> np.uint64(32))
            order[place], order[other] = order[other], order[place]
            for at in range(begin[order[place]], begin[order[place] + 1]):
                document = members[at]
                own[groups[document, k], k] -= sizes[document]
                own[labels[place], k] += sizes[document]
                groups[document, k] = labels[place]


@compiled
def _count(pairs: Any, pair: int, groups: Any, counts: Any) -> int:
    """Fill `counts` with a term's occurrences in its group in each dealing, and return those in all groups."""
    counts[:] = 0
    total, group, first = 0, pairs.group[pair], pairs.first[pair]
    for cell in range(first, first + pairs.size[pair]):
        number, row = pairs.times[cell], groups[pairs.document[cell]]
        total += number
        for k in range(len(counts)):
            counts[k] += number * (row[k] == group)
    return total


@compiled
def _evidence(count: Any, total: Any, own: Any, others: Any) -> float:
    """Half of the two-cell G² of a count, up to a constant of the term."""
    found, rest = 0.0, total - count
    if count > 0:
        found += count * (np.log(count) - own)
    if rest > 0:
        found += rest * (np.log(rest) - others)
    return found


@compiled
def _measure(pairs: Any, groups: Any, own: Any, others: Any, evidence: Any) -> None:
    """Fill `evidence` for each pair in a single dealing."""
    counts = np.empty(1, dtype=np.int32)
    for pair, group in enumerate(pairs.group):
        total = _count(pairs, pair, groups, counts)
        evidence[pair] = _evidence(counts[0], total, own[group, 0], others[group, 0])


@compiled
def _deal(pairs: Any, groups: Any, own: Any, others: Any, actual: Any, going: Any, as_far: Any, dealt: Any) -> None:
    """Count the dealings, `dealt`, and those `as_far` apart, of the pairs that are `going`, up to `ENOUGH`."""
    counts = np.empty(groups.shape[1], dtype=np.int32)
    for pair, group in enumerate(pairs.group):
        if not going[pair]:
            continue
        total = _count(pairs, pair, groups, counts)
        # Logarithms are good to some nine digits, and equal counts must compare as equal.
        least = actual[pair] - 1e-9 * (1 + abs(actual[pair]))
        for k in range(len(counts)):
            dealt[pair] += 1
            if _evidence(counts[k], total, own[group, k], others[group, k]) >= least:
                as_far[pair] += 1
                if as_far[pair] == ENOUGH:
                    going[pair] = False
                    break
