"""How often two things share a sentence by chance, each keeping the number of its sentences in every document.

What is in m of a document's sentences is in sentence s, of l words among W, with chance ``1 - (1 - l/W)^x``: that of x
occurrences that fall on the words at random, x being such that m sentences are expected to have one. So a long sentence
has more of everything, and what a document dwells on makes no difference.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analysis.core.compiled import Floats, compiled

SUMS = 4  # of what two things share: its mean, its variance, the fewest and the most that can be
FEW = 4  # sentences of a document, below which their lengths say too much of where a thing is for chance to be reckoned


def tails(shared: NDArray[Any], sums: Floats) -> tuple[Floats, Floats]:
    """The chance of more shared sentences, and of fewer, each with half that of as many; NaN where none is left to it.

    `sums`: (SUMS, n), added up over documents. The chances are those of a binomial variable between the fewest and the
    most that can be, of the same mean and variance: a hypergeometric count is a sum of independent trials (Vatutin and
    Mikhailov 1982, Limit theorems for the number of empty cells), which such a variable is near to (Peköz, Röllin,
    Čekanavičius and Shwartz 2009, A three-parameter binomial approximation). Half of the actual case, since counts so
    small would else be found too seldom (Lancaster 1961, Significance tests in discrete distributions).
    """
    trials, chance = _binomial(sums)
    count = np.clip(shared - sums[2], 0, trials)
    many = np.where(count > 0, special.betainc(np.maximum(count, 1), trials - np.maximum(count, 1) + 1, chance), 1.0)
    few = np.where(count < trials, special.betaincc(count + 1, np.maximum(trials - count, 1e-9), chance), 1.0)
    # P(more) + P(as many) / 2, from the tail that is the smaller one, in which no digits are lost.
    more = np.where(count < trials, special.betainc(count + 1, np.maximum(trials - count, 1e-9), chance), 0.0)
    less = np.where(count > 0, special.betaincc(np.maximum(count, 1), trials - np.maximum(count, 1) + 1, chance), 0.0)
    none = 0 * trials  # NaN where there is nothing to choose
    return (many + more) / 2 + none, (few + less) / 2 + none


def _binomial(sums: Floats) -> tuple[Floats, Floats]:
    """The number of trials and the chance of each of the binomial variable, NaN where nothing is left to chance."""
    mean, variance, fewest, most = sums
    free = np.where(most > fewest, most - fewest, np.nan)
    mean = np.clip(mean - fewest, 0, free)
    with np.errstate(divide="ignore", invalid="ignore"):
        trials = np.where(mean > variance, mean**2 / (mean - variance), np.inf)
    trials = np.maximum(np.minimum(trials, 1e15), free)
    return trials, mean / trials


@compiled
def add_pairs(words: Any, bounds: Any, has: Any, shared: Any, sums: Any) -> None:
    """Add to ``shared[a, b]`` the sentences with both of two columns of `has`, to ``sums[:, a, b]`` what is expected.

    `words`: (sentences,) their lengths; `has`: (sentences, things); ``bounds``: (documents + 1,) where each begins.
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
def add_words(bounds: Any, begin: Any, end: Any, types: Any, spoken: Any, kept: Any, counts: Any, sums: Any) -> None:
    """Add what each type has to do with the sentences that are `spoken`: to `counts` and, expected, to `sums`.

    ``counts[:, t]``: the sentences of both, those with the type alone, and the documents of both. `bounds`:
    (documents + 1,) the sentences at which each begins; `begin`, `end`: (sentences,) the first word of each and the one
    after its last; `types`: of each word, and `kept`: whether it counts.
    """
    seen = np.full(counts.shape[1], -1)
    many, both = np.zeros(counts.shape[1], np.int64), np.zeros(counts.shape[1], np.int64)
    for document in range(len(bounds) - 1):
        first, stop = bounds[document], bounds[document + 1]
        own = spoken[first:stop].sum()
        met = [types[0] for _ in range(0)]
        for line in range(first, stop):
            for k in range(begin[line], end[line]):
                if kept[k] and seen[types[k]] != line:
                    if not many[types[k]]:
                        met.append(types[k])
                    seen[types[k]] = line
                    many[types[k]] += 1
                    both[types[k]] += spoken[line]
        size = (end[first:stop] - begin[first:stop]).astype(np.float64)
        chance, other = np.empty(len(size)), np.empty(len(size))
        _fill(size, own, chance)
        known = np.full((len(size) + 1, SUMS), -1.0)  # types in as many sentences of a document have the same chances
        for t in met:
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
    """Fill in the `chance` of each sentence of a document to be one of `many`."""
    total, sentences = words.sum(), len(words)
    if many >= sentences:
        chance[:] = 1
        return
    missed = np.log1p(-words / total)
    x = float(many)  # from the left, where Newton's steps on a concave function never go too far
    for _ in range(60):
        none = np.exp(missed * x)
        step = (many - (sentences - none.sum())) / -(missed * none).sum()
        x += step
        if step <= 1e-12 * x:
            break
    chance[:] = 1 - np.exp(missed * x)


@compiled
def _add_shared(words: Any, one: Any, other: Any, m: Any, n: Any, both: Any, sums: Any) -> None:
    """Add to `sums` what things in m and n sentences, of chances `one` and `other`, are to share of a document."""
    total, sentences = words.sum(), len(words)
    if sentences < FEW:  # that is what they share, and nothing is left to chance
        for k in (0, 2, 3):
            sums[k] += both
        return
    sums[2] += max(m + n - sentences, 0)
    sums[3] += min(m, n)
    if min(m, n) == 0 or max(m, n) >= sentences:
        sums[0] += min(m, n)
        return
    # As the sentences are m in all, their covariance is that of Hájek 1964: diag(v) - v v' / sum(v).
    grow = sentences / (sentences - 1)
    v, w = grow * one * (1 - one), grow * other * (1 - other)
    v_sum, w_sum = v.sum(), w.sum()
    crowded = -np.expm1(-m * n * words / total / (total - words))  # two occurrences cannot be the same word
    sums[0] += (one * other - (1 - one) * (1 - other) * crowded).sum()
    own = (v * (other - (v * other).sum() / v_sum) ** 2).sum() + (w * (one - (w * one).sum() / w_sum) ** 2).sum()
    each = v * w
    cross = (each * (1 - v / v_sum) * (1 - w / w_sum)).sum() + (each.sum() ** 2 - (each**2).sum()) / v_sum / w_sum
    sums[1] += own + cross
