"""Chances by permutation: how often what was found comes about when documents, or sentences, are dealt out anew."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

from analysis.core.compiled import Floats, Ints, compiled

DEALT, TOGETHER = 8, 32  # dealings, and choices of headlines, that are drawn before they are added up


def adjusted(p: Floats, least: Floats | None = None, *, level: float = 0.05) -> Floats:
    """p-values adjusted for their number (Benjamini and Hochberg 1995), NaN where they are.

    With `least`, the smallest that each could be, those that could not reach `level` whatever was found are left out of
    the number, and their q is NaN (Gilbert 2005, A modified false discovery rate multiple-comparisons procedure for
    discrete data).

    >>> adjusted(np.array([0.01, np.nan, 0.04])).tolist()
    [0.02, nan, 0.04]
    >>> adjusted(np.array([0.01, 0.6, 0.04]), np.array([0.001, 0.5, 0.002])).tolist()
    [0.02, nan, 0.04]
    """
    q = np.full(len(p), np.nan)
    tested = ~np.isnan(p)
    if least is not None:
        ordered = np.sort(least[tested])
        number = np.arange(1, len(ordered) + 1)
        # The smallest number k of tests of which no more than k could reach level / k.
        fits = np.searchsorted(ordered, level / number, side="right") <= number
        tested &= least <= level / max(int(fits.argmax()) + 1, 1) if len(ordered) else tested
    q[tested] = stats.false_discovery_control(p[tested])
    return q


def permuted(
    hits: sparse.csr_array,
    words: Floats,
    other_hits: sparse.csr_array,
    other_words: Floats,
    permutations: int,
    seed: int,
) -> Floats:
    """(frames,) of random divisions of the documents and the actual one, the share whose rates are as far apart."""
    values = np.column_stack([np.append(words, other_words), sparse.vstack([hits, other_hits]).toarray()])
    size = len(words)
    own = np.empty((permutations + 1, values.shape[1]))
    own[0] = values[:size].sum(axis=0)
    random = np.random.default_rng(seed)
    for row in range(1, permutations + 1):
        own[row] = values[random.choice(len(values), size, replace=False, shuffle=False)].sum(axis=0)
    return _as_far_apart(own, values.sum(axis=0) - own)


def dealt(hits: sparse.csr_array, words: Floats, group: Ints, permutations: int, seed: int) -> Floats:
    """(groups, frames) the same for each group against all others; one dealing of the documents serves all groups."""
    values = np.column_stack([words, hits.toarray()])
    groups = int(group.max()) + 1
    side = group.astype(np.int32)
    total = values.sum(axis=0)

    def apart(members: NDArray[np.int32]) -> Floats:
        own = np.zeros((len(members), groups, values.shape[1]))
        _add_members(values, members, own)
        other = total - own
        rates = np.zeros((2, *own.shape[:2], own.shape[2] - 1))
        for rate, sums in zip(rates, (own, other), strict=True):
            np.divide(sums[..., 1:], sums[..., :1], out=rate, where=sums[..., :1] > 0)
        gap: Floats = np.abs(rates[0] - rates[1])
        return gap

    actual = apart(side[None])[0] * (1 - 1e-9) - 1e-12
    as_far = np.ones(actual.shape)  # the actual one
    random = np.random.default_rng(seed)
    for first in range(0, permutations, DEALT):
        members = np.empty((min(DEALT, permutations - first), len(side)), dtype=np.int32)
        for row in members:
            row[random.permutation(len(values))] = side
        as_far += (apart(members) >= actual).sum(axis=0)
    return as_far / (permutations + 1)


@compiled
def _add_members(values: Any, members: Any, own: Any) -> None:
    """Add to ``own[k, g]`` the rows of `values` that are of group g by row k of `members`; each value is read once."""
    for row in range(len(values)):
        for k in range(len(members)):
            group = members[k, row]
            for column in range(values.shape[1]):
                own[k, group, column] += values[row, column]


def as_headline(
    spans: Ints,
    frame: Ints,
    hits: Floats,
    bounds: Ints,
    words: Ints,
    size: Ints,
    *,
    frames: int,
    permutations: int,
    seed: int,
) -> Floats:
    """(frames,) of random choices of words as headlines and the actual one, the share with as wide a gap of rates.

    Of each document as many words in a row are taken as its title has, which comes first, each such run as likely as
    any other; of a hit that lies across its end the share counts that is in it. `spans`: (hits, 2) the first and the
    last word of each, counted from 0 in its document, in rising order; `frame`; `hits`: what each counts; `bounds`:
    (documents + 1,) the hit at which each document begins; `words`, `size`: (documents,) of each and of its title.
    """
    total = np.append(words.sum(), np.bincount(frame, hits, minlength=frames))
    chosen = np.zeros((permutations + 1, len(total)))
    chosen[:, 0] = size.sum()
    random, begin = np.random.default_rng(seed), np.zeros((TOGETHER, len(words)), dtype=np.int64)  # 0: the actual ones
    _add_windows(spans, frame, hits, bounds, begin[:1], size, chosen[:1])
    for row in range(1, permutations + 1, TOGETHER):
        draws = min(TOGETHER, permutations + 1 - row)
        for draw in range(draws):
            begin[draw] = random.integers(words - size + 1)
        _add_windows(spans, frame, hits, bounds, begin[:draws], size, chosen[row : row + draws])
    return _as_far_apart(chosen, total - chosen)


@compiled
def _add_windows(spans: Any, frame: Any, hits: Any, bounds: Any, begin: Any, size: Any, chosen: Any) -> None:
    """Add to each row of `chosen` the hits in the windows that begin where its draw says, document by document.

    A hit of several words is as likely to lie across an end as its length makes it: if it did not count at all there,
    headlines, which are never cut, would have more of such hits.
    """
    for document in range(len(size)):
        low, high = bounds[document], bounds[document + 1]
        for draw in range(len(begin)):
            first = begin[draw, document]
            stop = first + size[document]
            k = low + np.searchsorted(spans[low:high, 1], first)
            while k < high and spans[k, 0] < stop:
                inside = min(spans[k, 1] + 1, stop) - max(spans[k, 0], first)
                chosen[draw, 1 + frame[k]] += hits[k] * inside / (spans[k, 1] + 1 - spans[k, 0])
                k += 1


def _as_far_apart(one: Floats, other: Floats) -> Floats:
    """(frames,) the share of rows whose two rates are as far apart as those of the first; (rows, words and frames)."""
    rates = np.zeros((2, len(one), one.shape[1] - 1))
    for rate, side in zip(rates, (one, other), strict=True):
        np.divide(side[:, 1:], side[:, :1], out=rate, where=side[:, :1] > 0)
    apart = np.abs(rates[0] - rates[1])
    # Sums in another order differ in their last digits: what is as far apart is to count as such.
    share: Floats = (apart >= apart[0] * (1 - 1e-9) - 1e-12).mean(axis=0)
    return share


def rates(hits: sparse.csr_array, words: Floats) -> Floats:
    """(frames,) hits a thousand words of all documents together, 0 where there are no words."""
    once = np.ones((len(words), 1))
    total = words @ once
    found = np.zeros((hits.shape[1], 1))
    np.divide(1000 * (hits.T.tocsr() @ once), total, out=found, where=total > 0)
    return found[:, 0]
