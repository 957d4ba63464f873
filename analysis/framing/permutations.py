"""Chances by permutation: how often what was found comes about when documents, or sentences, are dealt out anew."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

from analysis.core.compiled import Floats, Ints, compiled

DEALT, TOGETHER = 8, 32  # dealings, and choices of headlines, that are drawn before they are added up


def adjusted(p: Floats) -> Floats:
    """p-values adjusted for their number (Benjamini and Hochberg 1995), NaN where they are.

    >>> adjusted(np.array([0.01, np.nan, 0.04])).tolist()
    [0.02, nan, 0.04]
    """
    q = np.full(len(p), np.nan)
    tested = ~np.isnan(p)
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
    hits: sparse.csr_array, words: Floats, sentences: Ints, size: Ints, actual: Floats, permutations: int, seed: int
) -> Floats:
    """(frames,) of random choices of sentences as headlines and the actual one, the share with as wide a gap.

    Of each document as many sentences in a row are taken as its title has, each such run as likely as any other.
    `hits` (sentences, frames) and `words` are of the sentences of all documents, of which each has so many in
    `sentences`, and so many in its title in `size`; `actual`: words and hits of all titles.
    """
    first, starts = np.cumsum(sentences) - sentences, sentences - size + 1
    chosen = np.zeros((permutations + 1, len(actual)))
    chosen[0] = actual
    total = np.append(words.sum(), np.bincount(hits.indices, hits.data, minlength=len(actual) - 1))
    random = np.random.default_rng(seed)
    begin = np.empty((TOGETHER, len(first)), dtype=np.int64)
    for row in range(1, permutations + 1, TOGETHER):
        draws = min(TOGETHER, permutations + 1 - row)
        for draw in range(draws):
            begin[draw] = random.integers(starts)
        begin[:draws] += first
        _add_runs(words, hits.indptr, hits.indices, hits.data, begin[:draws], size, chosen[row : row + draws])
    return _as_far_apart(chosen, total - chosen)


@compiled
def _add_runs(words: Any, before: Any, frame: Any, hits: Any, begin: Any, size: Any, chosen: Any) -> None:
    """Add to each row of `chosen` the words and hits of the runs its draw names, document by document."""
    for document in range(len(size)):
        for draw in range(len(begin)):
            for line in range(begin[draw, document], begin[draw, document] + size[document]):
                chosen[draw, 0] += words[line]
                for k in range(before[line], before[line + 1]):
                    chosen[draw, 1 + frame[k]] += hits[k]


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
