"""Chances by permutation: how often what was found comes about when documents, or sentences, are dealt out anew."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

from analysis.framing.counting import Floats, Ints, gather


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
    member = gather(group, int(group.max()) + 1)
    total = values.sum(axis=0)

    def apart(own: Floats) -> Floats:
        other = total - own
        rates = np.zeros((2, len(own), own.shape[1] - 1))
        for rate, side in zip(rates, (own, other), strict=True):
            np.divide(side[:, 1:], side[:, :1], out=rate, where=side[:, :1] > 0)
        gap: Floats = np.abs(rates[0] - rates[1])
        return gap

    actual = apart(member @ values) * (1 - 1e-9) - 1e-12
    as_far = np.ones(actual.shape)  # the actual one
    random = np.random.default_rng(seed)
    for _ in range(permutations):
        as_far += apart(member @ values[random.permutation(len(values))]) >= actual
    return as_far / (permutations + 1)


def as_headline(
    hits: sparse.csr_array, words: Floats, document: Ints, title: NDArray[np.bool_], permutations: int, seed: int
) -> Floats:
    """(frames,) of random choices of sentences as headlines and the actual one, the share with as wide a gap.

    Of each document as many sentences in a row are taken as its title has, each such run as likely as any other.
    """
    values = np.column_stack([words, hits.toarray()])
    before = np.concatenate([np.zeros((1, values.shape[1])), values.cumsum(axis=0)])
    first = np.flatnonzero(np.diff(document, prepend=-1))
    size = np.add.reduceat(title.astype(np.int64), first)
    starts = np.diff(first, append=len(document)) - size + 1
    chosen = np.empty((permutations + 1, values.shape[1]))
    chosen[0] = values[title].sum(axis=0)
    random = np.random.default_rng(seed)
    for row in range(1, permutations + 1):
        begin = first + random.integers(starts)
        chosen[row] = (before[begin + size] - before[begin]).sum(axis=0)
    return _as_far_apart(chosen, values.sum(axis=0) - chosen)


def _as_far_apart(one: Floats, other: Floats) -> Floats:
    """(frames,) the share of rows whose two rates are as far apart as those of the first; (rows, words and frames)."""
    rates = np.zeros((2, len(one), one.shape[1] - 1))
    for rate, side in zip(rates, (one, other), strict=True):
        np.divide(side[:, 1:], side[:, :1], out=rate, where=side[:, :1] > 0)
    apart = np.abs(rates[0] - rates[1])
    # Sums in another order differ in their last digits: what is as far apart is to count as such.
    share: Floats = (apart >= apart[0] * (1 - 1e-9) - 1e-12).mean(axis=0)
    return share
