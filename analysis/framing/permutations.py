"""Permutation tests: how often random divisions of documents, or random headlines, differ as much."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

from analysis.core.compiled import Floats, Ints, compiled, prefetch

LEVEL = 0.05  # of the false discovery rate up to which a difference has a direction
DIVISIONS, HEADLINES = 8, 32  # permutations that are drawn before they are summed


def adjust_p(p: Floats, least: Floats | None = None) -> Floats:
    """Adjust p-values for their number (Benjamini and Hochberg 1995); NaN stays NaN.

    With `least`, the smallest attainable value of each, tests that cannot reach 0.05 do not count and have q NaN
    (Gilbert 2005, A modified false discovery rate multiple-comparisons procedure for discrete data).

    >>> adjust_p(np.array([0.01, 0.6, 0.04]), np.array([0.001, 0.5, 0.002])).tolist()
    [0.02, nan, 0.04]
    """
    q = np.full(len(p), np.nan)
    tested = ~np.isnan(p)
    if least is not None:
        ordered = np.sort(least[tested])
        number = np.arange(1, len(ordered) + 1)
        # The smallest number k of tests of which no more than k could reach LEVEL / k.
        fits = np.searchsorted(ordered, LEVEL / number, side="right") <= number
        tested &= least <= LEVEL / max(int(fits.argmax()) + 1, 1) if len(ordered) else tested
    q[tested] = stats.false_discovery_control(p[tested])
    return q


def shift_p(hits: sparse.csr_array, words: Floats, group: Ints, permutations: int, seed: int) -> Floats:
    """Return (groups, frames) how often a group's rate differs as much from the others' in random divisions.

    The share is of the permutations and the actual division; one permutation serves all groups.
    """
    values = np.column_stack([words, hits.toarray()])
    total, side = values.sum(axis=0), group.astype(np.int32)

    def gaps(members: NDArray[np.int32]) -> Floats:
        sums = np.zeros((len(members), int(group.max()) + 1, len(total)))
        _add_members(values, members, sums)
        return _gaps(sums, total)

    actual = gaps(side[None])[0]
    as_wide = np.ones(actual.shape)  # the actual division
    random = np.random.default_rng(seed)

    def divisions(first: int) -> NDArray[np.int32]:
        members = np.empty((min(DIVISIONS, permutations - first), len(side)), dtype=np.int32)
        for row in members:
            row[random.permutation(len(values))] = side
        return members

    for members in prefetch(divisions, range(0, permutations, DIVISIONS)):
        as_wide += _reach(gaps(members), actual).sum(axis=0)
    return as_wide / (permutations + 1)


@compiled
def _add_members(values: Any, members: Any, own: Any) -> None:
    """Add to ``own[k, g]`` the rows of `values` in group g by row k of `members`; each value is read once."""
    for row in range(len(values)):
        for k in range(len(members)):
            group = members[k, row]
            for column in range(values.shape[1]):
                own[k, group, column] += values[row, column]


def headline_p(
    spans: Ints, frame: Ints, bounds: Ints, words: Ints, size: Ints, *, frames: int, permutations: int, seed: int
) -> Floats:
    """Return (frames,) the share of random headlines, and the actual ones, with as wide a gap of rates.

    A random headline is any run of as many words of the document as its title has, all equally likely; a hit across its
    end counts in part. `spans`: (hits, 2) first and last word, counted from 0 in the document, which begins with its
    title, in rising order; `frame` of each; `bounds`: (documents + 1,) the hit at which each document begins; `words`,
    `size`: (documents,) the words of each and of its title.
    """
    total = np.append(words.sum(), np.bincount(frame, minlength=frames)).astype(np.float64)
    chosen = np.zeros((permutations + 1, len(total)))
    chosen[:, 0] = size.sum()
    random, begin = np.random.default_rng(seed), np.zeros((HEADLINES, len(words)), dtype=np.int64)  # 0: the actual ones
    _add_windows(spans, frame, bounds, begin[:1], size, chosen[:1])
    for row in range(1, permutations + 1, HEADLINES):
        draws = min(HEADLINES, permutations + 1 - row)
        for draw in range(draws):
            begin[draw] = random.integers(words - size + 1)
        _add_windows(spans, frame, bounds, begin[:draws], size, chosen[row : row + draws])
    gaps = _gaps(chosen, total)
    share: Floats = _reach(gaps, gaps[0]).mean(axis=0)
    return share


@compiled
def _add_windows(spans: Any, frame: Any, bounds: Any, begin: Any, size: Any, chosen: Any) -> None:
    """Add to each row of `chosen` the hits in the windows that begin at its draw, document by document."""
    # Without the part of a hit across an end, headlines, which are never cut, would have more such hits.
    for document in range(len(size)):
        low, high = bounds[document], bounds[document + 1]
        for draw in range(len(begin)):
            first = begin[draw, document]
            stop = first + size[document]
            k = low + np.searchsorted(spans[low:high, 1], first)
            while k < high and spans[k, 0] < stop:
                inside = min(spans[k, 1] + 1, stop) - max(spans[k, 0], first)
                chosen[draw, 1 + frame[k]] += inside / (spans[k, 1] + 1 - spans[k, 0])
                k += 1


def _gaps(own: Floats, total: Floats) -> Floats:
    """Return (..., frames) the gaps between a side's rates and the rest's, from sums (..., words and frames)."""
    rates = np.zeros((2, *own.shape[:-1], own.shape[-1] - 1))
    for rate, sums in zip(rates, (own, total - own), strict=True):
        np.divide(sums[..., 1:], sums[..., :1], out=rate, where=sums[..., :1] > 0)
    gaps: Floats = np.abs(rates[0] - rates[1])
    return gaps


def _reach(gaps: Floats, actual: Floats) -> NDArray[np.bool_]:
    """Return which gaps are as wide as the actual ones, whatever the last digits of their sums."""
    return gaps >= actual * (1 - 1e-9) - 1e-12
