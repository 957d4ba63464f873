"""How often two things share a sentence by chance, each keeping the number of its sentences in every document.

A thing in m of a document's sentences is in sentence s, of l of its W words, with chance ``1 - (1 - l/W)^x``: that of x
occurrences at random words, with x such that the expected number of sentences is m. Long sentences thus have more of
everything, and the topics of a document make no difference.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analysis.core.compiled import Floats, compiled

SUMS = 4  # of the shared sentences: mean, variance, smallest and largest possible number
FEW = 4  # sentences of a document, below which their lengths all but fix where a thing is


def tails(shared: NDArray[Any], sums: Floats) -> tuple[Floats, Floats]:
    """Return the upper and lower mid-p tail of numbers of shared sentences; NaN if only one number is possible.

    `sums`: (SUMS, n), added up over documents. The distribution is the binomial between the smallest and the largest
    possible number with the same mean and variance: a hypergeometric count is a sum of independent trials (Vatutin and
    Mikhailov 1982, Limit theorems for the number of empty cells), which that binomial approximates (Peköz, Röllin,
    Čekanavičius and Shwartz 2009, A three-parameter binomial approximation). A tail has half of the actual number's
    chance, without which so small counts would hardly ever be significant (Lancaster 1961, Significance tests in
    discrete distributions).
    """
    mean, variance, fewest, most = sums
    free = np.where(most > fewest, most - fewest, np.nan)
    mean = np.clip(mean - fewest, 0, free)
    with np.errstate(divide="ignore", invalid="ignore"):
        trials = np.where(mean > variance, mean**2 / (mean - variance), np.inf)
    trials = np.maximum(np.minimum(trials, 1e15), free)
    chance = mean / trials
    count = np.clip(shared - fewest, 0, trials)
    # Each tail as (P(more) + P(at least as many)) / 2, which loses no digits.
    from_count = np.maximum(count, 1), trials - np.maximum(count, 1) + 1, chance
    from_next = count + 1, np.maximum(trials - count, 1e-9), chance
    some, room = count > 0, count < trials
    upper = np.where(some, special.betainc(*from_count), 1.0) + np.where(room, special.betainc(*from_next), 0.0)
    lower = np.where(room, special.betaincc(*from_next), 1.0) + np.where(some, special.betaincc(*from_count), 0.0)
    nothing = 0 * trials  # NaN if only one number is possible
    return upper / 2 + nothing, lower / 2 + nothing


@compiled
def add_pairs(words: Any, bounds: Any, has: Any, shared: Any, sums: Any) -> None:
    """Add to ``shared[a, b]`` the sentences with both of two columns of `has`, and to ``sums[:, a, b]`` the `SUMS`.

    `words`: (sentences,) their lengths; `has`: (sentences, things); `bounds`: (documents + 1,) first sentences.
    """
    things = has.shape[1]
    for document in range(len(bounds) - 1):
        first, stop = bounds[document], bounds[document + 1]
        size = words[first:stop]
        chance, many = np.empty((things, len(size))), np.zeros(things, np.int64)
        for a in range(things):
            many[a] = has[first:stop, a].sum()
            if many[a]:
                _fill(size, many[a], chance[a])
        for a in range(things):
            for b in range(a, things):
                if many[a] and many[b]:
                    both = (has[first:stop, a] & has[first:stop, b]).sum()
                    shared[a, b] += both
                    if a < b:
                        _add_shared(size, chance[a], chance[b], many[a], many[b], both, sums[:, a, b])


@compiled
def add_words(bounds: Any, begin: Any, end: Any, types: Any, framed: Any, kept: Any, counts: Any, sums: Any) -> None:
    """Add to `counts` and `sums` the sentences that each type shares with those that are `framed`.

    ``counts[:, t]``: sentences with both, sentences with the type alone, documents with both. `bounds`: (documents +
    1,) first sentences; `begin`, `end`: (sentences,) their words; `types`: of each word; `kept`: whether it counts.
    """
    seen = np.full(counts.shape[1], -1)
    many, both = np.zeros(counts.shape[1], np.int64), np.zeros(counts.shape[1], np.int64)
    for document in range(len(bounds) - 1):
        first, stop = bounds[document], bounds[document + 1]
        own = framed[first:stop].sum()
        found = [types[0] for _ in range(0)]  # an empty list whose type numba knows
        for line in range(first, stop):
            for k in range(begin[line], end[line]):
                if kept[k] and seen[types[k]] != line:
                    if not many[types[k]]:
                        found.append(types[k])
                    seen[types[k]] = line
                    many[types[k]] += 1
                    both[types[k]] += framed[line]
        size = (end[first:stop] - begin[first:stop]).astype(np.float64)
        chance, other = np.empty(len(size)), np.empty(len(size))
        _fill(size, own, chance)
        known = np.full((len(size) + 1, SUMS), -1.0)  # by the number of a type's sentences
        for t in found:
            n = many[t]
            if len(size) < FEW:
                _add_shared(size, chance, other, own, n, both[t], sums[:, t])
            elif own:
                if known[n, 0] < 0:
                    known[n] = 0
                    _fill(size, n, other)
                    _add_shared(size, chance, other, own, n, 0, known[n])
                sums[:, t] += known[n]
            counts[0, t] += both[t]
            counts[1, t] += n - both[t]
            counts[2, t] += both[t] > 0
            many[t] = both[t] = 0


@compiled
def _fill(words: Any, many: Any, chance: Any) -> None:
    """Fill in the chance of each sentence of a document to be one of `many`."""
    total, sentences = words.sum(), len(words)
    if many >= sentences:
        chance[:] = 1
        return
    miss = np.log1p(-words / total)
    x = float(many)  # from the left, where Newton's steps on a concave function do not overshoot
    for _ in range(60):
        none = np.exp(miss * x)
        step = (many - (sentences - none.sum())) / -(miss * none).sum()
        x += step
        if step <= 1e-12 * x:
            break
    chance[:] = 1 - np.exp(miss * x)


@compiled
def _add_shared(words: Any, one: Any, other: Any, m: Any, n: Any, both: Any, sums: Any) -> None:
    """Add to `sums` those of the sentences that things in m and n sentences share, of chances `one` and `other`."""
    total, sentences = words.sum(), len(words)
    if sentences < FEW:  # the actual number, with nothing left to chance
        for k in (0, 2, 3):
            sums[k] += both
        return
    sums[2] += max(m + n - sentences, 0)
    sums[3] += min(m, n)
    if min(m, n) == 0 or max(m, n) >= sentences:
        sums[0] += min(m, n)
        return
    # The covariance of the m sentences is that of Hájek 1964: diag(v) - v v' / sum(v).
    grow = sentences / (sentences - 1)
    v, w = grow * one * (1 - one), grow * other * (1 - other)
    v_sum, w_sum = v.sum(), w.sum()
    crowded = -np.expm1(-m * n * words / total / (total - words))  # two occurrences cannot be the same word
    sums[0] += (one * other - (1 - one) * (1 - other) * crowded).sum()
    own = (v * (other - (v * other).sum() / v_sum) ** 2).sum() + (w * (one - (w * one).sum() / w_sum) ** 2).sum()
    each = v * w
    cross = (each * (1 - v / v_sum) * (1 - w / w_sum)).sum() + (each.sum() ** 2 - (each**2).sum()) / v_sum / w_sum
    sums[1] += own + cross
