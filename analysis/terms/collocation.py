"""Which words stand together more often than chance would have it: pairs of words, and how strongly they attract."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.terms.first_by_g2 import first_of
from analysis.terms.pair_measures import MEASURES, association_measures, pair_g2
from analysis.terms.pairs_in_parts import frequent_pairs
from analysis.text.compiled import compiled
from analysis.text.parted import LISTED, AnyTokens, Parted, names, parts
from analysis.text.patterns import fitting_types, fold_pattern
from analysis.text.stopwords import stopped
from analysis.text.tokens import Ids, Tokens

__all__ = ["COLUMNS", "MEASURES", "association_measures", "collocations"]

COLUMNS = ["first", "second", "count", "documents", *MEASURES, "first_count", "second_count", "expected"]

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def collocations(
    tokens: AnyTokens,
    window: int | str = 1,
    min_count: int = 1,
    *,
    node: str | None = None,
    stopwords: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Pairs of words that stand together, one row a pair, with how often they do and how strongly they are tied.

    What is counted, N in all (a pair never crosses a sentence):

    - ``window=w``: running pairs, `second` standing 1 to w words after `first`; w = 1 are words side by side. A word
      with k words after it in its sentence begins min(k, w) pairs. The order counts: "a b" and "b a" are two rows.
    - ``window=w`` with `node`: the same pairs read from either end, so that N is twice as many: `second` stands 1 to
      w words before or after `first`, which is the node. (Two like words side by side count twice, once from each.)
    - ``window="sentence"``: sentences that hold both words, however often. N is the number of sentences. `first` comes
      before `second` in the alphabet, unless `first` is a node. No word is paired with itself.

    ``count`` is O11, the pairs (or sentences) with `first` and `second`; ``documents``, the documents that hold such a
    pair; ``first_count`` is O11 + O12, the pairs that begin with `first` (sentences that hold it), whatever the other
    word is; ``second_count`` is O11 + O21; ``expected`` is first_count · second_count / N, the count to expect if the
    words had nothing to do with each other. The measures are those of `association_measures`. The highest ``g2``
    comes first, ties in alphabetical order of first, then second. G2 and chi2 are high for pairs that avoid each other
    as well: these have ``count`` < ``expected`` and ``pmi`` < 0.

    Left out are pairs with a count below `min_count` and pairs with one of `stopwords`; all totals include them. `node`
    is a word, or a pattern in which ``*`` stands for any characters and ``?`` for one: only pairs with a word that it
    fits as `first`, this being asked for even where it is a stop word. Without such a word the table has no rows.

    Of a corpus in parts there are the first `LISTED` rows. Raises `ValueError` for another window (in parts also for
    whole sentences), or a node that is not one word or all wildcard.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("Rule of law. The rule of force. Force of habit."))
    >>> table = collocations(tokens)        # 2 + 3 + 2 pairs: N is 7
    >>> table[["first", "second", "count", "first_count", "second_count", "expected", "pmi"]].round(2).head(2)
      first second  count  first_count  second_count  expected   pmi
    0   the   rule      1            1             1      0.14  2.81
    1  rule     of      2            2             3      0.86  1.22
    >>> collocations(tokens, window="sentence", node="forc*", stopwords={"the"})[["first", "second", "count"]]
       first second  count
    0  force   rule      1
    1  force  habit      1
    2  force     of      2
    """
    if window != "sentence":
        totals = _running_totals(tokens, window, both_ways=node is not None)
    elif not isinstance(tokens, Parted):
        ids, offsets, totals = _whole_sentences(tokens)
    else:
        raise ValueError("a corpus too large for memory has too many pairs in whole sentences: give a number of words")
    least = max(min_count, 1)  # a pair is no more frequent than either of its words
    allowed = ~stopped(tokens.vocabulary, stopwords)
    begins = (allowed if node is None else _nodes(tokens, node)) & (totals.first_count >= least)
    ends = allowed & (totals.second_count >= least)
    if isinstance(tokens, Parted):
        found = frequent_pairs(tokens, totals.reach, node is not None, begins, ends, least)
        first, second, count, documents = _first_by_g2(found, totals)
        alphabet = first, second  # so are the types of parts numbered
    else:
        if window != "sentence":
            ids, offsets = tokens.ids, tokens.sentence_offsets
        first, second, count, documents = _count(
            ids, offsets, tokens.sentence_document, totals.reach, node is not None, begins, ends, least
        )
        rank = np.empty(len(allowed), dtype=np.int64)
        rank[np.argsort(tokens.vocabulary, kind="stable")] = np.arange(len(allowed))
        if window == "sentence" and node is None:
            swapped = rank[first] > rank[second]
            first, second = np.where(swapped, second, first), np.where(swapped, first, second)
        alphabet = rank[first], rank[second]
    measures = association_measures(*totals.cells(first, second, count))
    order = np.lexsort((alphabet[1], alphabet[0], -measures["g2"]))
    values: dict[str, Any] = {"first": names(tokens, first[order]), "second": names(tokens, second[order])}
    values |= {"count": count[order], "documents": documents[order]}
    values |= {name: measures.pop(name).to_numpy()[order] for name in [*MEASURES, "expected"]}
    values |= {"first_count": totals.first_count[first[order]], "second_count": totals.second_count[second[order]]}
    return pd.DataFrame(values, columns=COLUMNS, copy=False)


class _Totals(NamedTuple):
    """How many pairs (sentences) each type begins (is in), how many it ends, how many there are, and how far apart."""

    first_count: Ints
    second_count: Ints
    total: int
    reach: int

    def cells(self, first: Ints, second: Ints, count: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """The four cells of each pair."""
        row, column = self.first_count[first], self.second_count[second]
        return count, row - count, column - count, self.total - row - column + count


def _whole_sentences(tokens: Tokens) -> tuple[Ids, Ints, _Totals]:
    """The sentences with each type once, as ids and where each begins, and the totals."""
    types = len(tokens.vocabulary)
    line = np.repeat(np.arange(tokens.n_sentences), np.diff(tokens.sentence_offsets))
    key = np.sort(line * types + tokens.ids)
    line, ids = np.divmod(key[np.diff(key, prepend=-1) > 0], max(types, 1))
    offsets = np.searchsorted(line, np.arange(tokens.n_sentences + 1))
    holding = np.bincount(ids, minlength=types)
    return ids.astype(np.int32), offsets, _Totals(holding, holding, tokens.n_sentences, len(ids))


def _running_totals(tokens: AnyTokens, window: int | str, *, both_ways: bool) -> _Totals:
    """The totals of running pairs."""
    if not isinstance(window, int) or window < 1:
        raise ValueError(f"window is {window!r}: give a number of words, 1 or more, or 'sentence'")
    first_count, second_count = np.zeros((2, len(tokens.vocabulary)), dtype=np.int64)
    for part in parts(tokens):
        begun, ended = _totals(part.tokens.ids, part.tokens.sentence_offsets, window, len(part.types))
        first_count[part.types] += begun
        second_count[part.types] += ended
    if both_ways:
        first_count = second_count = first_count + second_count
    return _Totals(first_count, second_count, int(first_count.sum()), window)


def _first_by_g2(found: Iterable[Ints], totals: _Totals) -> Ints:
    """The first `LISTED` of the pairs that are `found`."""
    kept, g2 = np.empty((4, 0), dtype=np.int64), np.empty(0)
    for pairs in found:
        g2 = np.append(g2, pair_g2(*totals.cells(*pairs[:3])))
        kept = np.concatenate([kept, pairs], axis=1)
        order = first_of(g2, kept[0] * len(totals.first_count) + kept[1], LISTED)
        kept, g2 = kept[:, order], g2[order]
    return kept


@compiled
def _totals(ids: Any, offsets: Any, reach: int, types: int) -> Any:
    """How many pairs each type begins, and how many it ends."""
    begun, ended = np.zeros(types, np.int64), np.zeros(types, np.int64)
    for line in range(len(offsets) - 1):
        for place in range(offsets[line], offsets[line + 1]):
            begun[ids[place]] += min(reach, offsets[line + 1] - 1 - place)
            ended[ids[place]] += min(reach, place - offsets[line])
    return begun, ended


@compiled
def _count(
    ids: Any, offsets: Any, document: Any, reach: int, both_ways: bool, begins: Any, ends: Any, min_count: int
) -> Any:
    """The pairs of allowed types that are frequent enough: (4, pairs) first, second, count, documents."""
    types = len(begins)
    starts = np.zeros(types + 1, np.int64)
    for i in ids:
        starts[i + 1] += begins[i]
    starts = np.cumsum(starts)
    places, lines = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.int32)  # of each type in turn
    free = starts[:-1].copy()
    for line in range(len(offsets) - 1):
        for place in range(offsets[line], offsets[line + 1]):
            i = ids[place]
            if begins[i]:
                places[free[i]], lines[free[i]] = place, line
                free[i] += 1

    found, n = np.empty((4, 1024), np.int64), 0
    counts, documents = np.zeros(types, np.int64), np.zeros(types, np.int64)
    latest = np.empty(types, np.int64)  # the document in which the pair stood last
    met = np.empty(types, np.int32)
    for first in range(types):
        m = 0
        for k in range(starts[first], starts[first + 1]):
            place, line = places[k], lines[k]
            low = max(offsets[line], place - reach) if both_ways else place + 1
            for other in range(low, min(offsets[line + 1], place + reach + 1)):
                second = ids[other]
                if other == place or not ends[second]:
                    continue
                if counts[second] == 0:
                    met[m] = second
                    m += 1
                if counts[second] == 0 or latest[second] != document[line]:
                    latest[second] = document[line]
                    documents[second] += 1
                counts[second] += 1
        kept = met[:m][counts[met[:m]] >= min_count]
        if n + len(kept) > found.shape[1]:
            larger = np.empty((4, 2 * (n + len(kept))), np.int64)
            for row in range(4):
                for column in range(n):
                    larger[row, column] = found[row, column]
            found = larger
        for second in kept:
            found[0, n], found[1, n], found[2, n], found[3, n] = first, second, counts[second], documents[second]
            n += 1
        for second in met[:m]:
            counts[second] = documents[second] = 0
    return found[:, :n]


def _nodes(tokens: AnyTokens, node: str) -> Bools:
    """Which types are the node."""
    word = fold_pattern(node, lowercase=tokens.options["lowercase"])
    if " " in word:
        raise ValueError(f"node is {node!r}: give one word, or a pattern such as 'secur*'")
    chosen = np.zeros(len(tokens.vocabulary), dtype=bool)
    for part in parts(tokens):
        chosen[part.types[fitting_types(part.tokens, [word]).indices]] = True
    return chosen
