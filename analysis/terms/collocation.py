"""Which words occur together more often than chance would have it: pairs of words, and how strongly they attract."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlog1py

from analysis.core.compiled import Bools, Floats, Ints, compiled, prefetch
from analysis.terms.keys import FirstRows, alphabetical, key_buckets, rank_of, split_terms, sum_by_key
from analysis.text.documents import Offsets
from analysis.text.patterns import fitting_types, fold_pattern
from analysis.text.shards import Shard, names, shards
from analysis.text.stopwords import stopped
from analysis.text.tokens import Ids, Tokens

MEASURES = "g2 chi2 pmi mi3 npmi dice log_dice t_score z_score delta_p_forward delta_p_backward".split()
COLUMNS = ["first", "second", "count", "documents", *MEASURES, "first_count", "second_count", "expected"]


def collocations(
    tokens: Tokens,
    window: int | str = 1,
    min_count: int = 1,
    *,
    node: str | None = None,
    stopwords: Iterable[str] | None = None,
    most: int | None = None,
) -> pd.DataFrame:
    """Pairs of words that occur together, one row a pair, with how often they do and how strongly they are tied.

    A pair never crosses a sentence. N counts:

    - ``window=w``: running pairs, `second` 1 to w words after `first` (w = 1: side by side), in this order;
    - ``window=w`` with `node`: the same pairs read from either end, so that N is twice as many: `second` is 1 to w
      words before or after `first`, which is the node. (Two like words side by side count twice, once from each.)
    - ``window="sentence"``: sentences. A pair counts once in each that holds both words; `first` comes before `second`
      in the alphabet, unless it is a node. No word is paired with itself.

    ``count`` is O11, the pairs (or sentences) with both words; ``documents``, the documents that hold such a pair;
    ``first_count`` is O11 + O12, the pairs that begin with `first` (sentences that hold it); ``second_count`` is
    O11 + O21; ``expected`` is first_count · second_count / N. The measures are those of `association_measures`. Rows
    are sorted by falling ``g2``, then by first and second. G2 and chi2 are high for pairs that avoid each other too:
    these have ``count`` < ``expected`` and ``pmi`` < 0.

    Left out are pairs with a count below `min_count` and pairs with one of `stopwords`; all totals include them. `node`
    is a word, or a pattern in which ``*`` stands for any characters and ``?`` for one: only pairs with a `first` that
    fits it, even a stop word. With `most` the table has its first `most` rows. Raises `ValueError` for another window,
    or a node that is not one word or all wildcard.

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
    totals = _totals_of(tokens, window, both_ways=node is not None)
    alphabet, least = alphabetical(tokens), max(min_count, 1)
    types = max(len(alphabet), 1)
    rows = FirstRows(most)
    for key, count, documents in _counted(tokens, window, totals, alphabet, least, node, stopwords):
        often = count >= least
        key, count, documents = key[often], count[often].astype(np.int64), documents[often].astype(np.int64)
        first, second = alphabet[np.stack(np.divmod(key, types))]
        rows.add(-_pair_g2(*totals.cells(first, second, count)), key, count, documents)
    _, key, count, documents = rows.rows()
    first, second = alphabet[np.stack(np.divmod(key, types))]
    measures = association_measures(*totals.cells(first, second, count))
    values: dict[str, Any] = {"first": names(tokens, first), "second": names(tokens, second)}
    values |= {"count": count, "documents": documents}
    values |= {name: measures.pop(name).to_numpy() for name in [*MEASURES, "expected"]}
    values |= {"first_count": totals.first_count[first, 0], "second_count": totals.second_count[second, 0]}
    return pd.DataFrame(values, columns=COLUMNS, copy=False)


class _Totals(NamedTuple):
    """Totals of some types, of running pairs or of sentences, in groups of documents."""

    row: Ints  # (types,) the row of each type below, -1 for none
    first_count: Ints  # (rows, groups) the pairs that each begins, or the sentences that it is in
    second_count: Ints  # (rows, groups) the pairs that each ends, or the same sentences
    total: Ints  # (groups,)

    def cells(self, first: Ints, second: Ints, count: Ints, group: Ints | int = 0) -> tuple[Ints, Ints, Ints, Ints]:
        """The four cells of each pair in its group."""
        row, column = self.first_count[self.row[first], group], self.second_count[self.row[second], group]
        return count, row - count, column - count, self.total[group] - row - column + count


def _counted(
    tokens: Tokens,
    window: int | str,
    totals: _Totals,
    alphabet: NDArray[Any],
    least: int,
    node: str | None,
    stopwords: Iterable[str] | None,
    group: Ints | None = None,
) -> Iterator[list[NDArray[Any]]]:
    """Yield the pairs of allowed words by bucket: key, count and documents, in the order of the keys.

    A key has the alphabetical numbers of first and second, and the group; `group` is that of each document, by default
    one for all. Words that occur less than `least` times in all are left out.
    """
    allowed = ~stopped(tokens.vocabulary, stopwords)  # a pair is no more frequent than either of its words
    begins = (allowed if node is None else _nodes(tokens, node)) & (totals.first_count[:, 0] >= least)
    ends = allowed & (totals.second_count[:, 0] >= least)
    rank = rank_of(alphabet).astype(np.int64)
    types, groups = max(len(rank), 1), 1 if group is None else int(group.max(initial=0)) + 1
    pairs = int(totals.total[0])
    if window == "sentence":
        pairs = sum(int((np.diff(shard.tokens.sentence_offsets) ** 2).sum()) for shard in shards(tokens))
    most = min(pairs, int(totals.first_count[begins].sum()))
    buckets = key_buckets(tokens, radices=[types, types, groups], values=[np.int32, np.int32], rows=most)

    def of_shard(shard: Shard) -> Ids:
        own = shard.tokens
        ids, offsets, reach = _lines(own, window)
        whole = groups == 1 and own.n_documents == tokens.n_documents
        of = np.zeros(own.n_documents, dtype=np.int64) if group is None else group[shard.rows]
        line_group = of[own.sentence_document]
        lines = np.argsort(line_group, kind="stable")
        allowed = begins[shard.types], ends[shard.types]
        fewest = least if whole else 1  # where there is more to come, a pair may still become frequent
        found: Ids = _count(
            ids, offsets, own.sentence_document, lines, line_group, reach, node is not None, *allowed, fewest
        )
        found[:2] = shard.types[found[:2]]
        return found

    for counted in prefetch(of_shard, shards(tokens)):
        first, second = rank[counted[0]], rank[counted[1]]
        if window == "sentence" and node is None:
            first, second = np.minimum(first, second), np.maximum(first, second)
        buckets.add((first * types + second) * groups + counted[2], *counted[3:])
    for k in range(len(buckets)):
        yield sum_by_key(buckets.read(k))


def _totals_of(
    tokens: Tokens,
    window: int | str,
    *,
    both_ways: bool,
    chosen: Ints | None = None,
    group: Ints | None = None,
    groups: int = 1,
) -> _Totals:
    """Count the totals of the `chosen` types (default: all), of pairs read from both ends if `both_ways`.

    `group` is that of each document, by default one for all.
    """
    if window != "sentence" and (not isinstance(window, int) or window < 1):
        raise ValueError(f"window is {window!r}: give a number of words, 1 or more, or 'sentence'")
    chosen = np.arange(len(tokens.vocabulary)) if chosen is None else chosen
    row = np.full(len(tokens.vocabulary), -1, dtype=np.int64)
    row[chosen] = np.arange(len(chosen))
    first_count, total = np.zeros((len(chosen), groups), dtype=np.int64), np.zeros(groups, dtype=np.int64)
    second_count = first_count if both_ways or window == "sentence" else np.zeros_like(first_count)
    for shard in shards(tokens):
        ids, offsets, reach = _lines(shard.tokens, window)
        of = np.zeros(shard.tokens.n_documents, dtype=np.int64) if group is None else group[shard.rows]
        of = of[shard.tokens.sentence_document]
        reach = reach if isinstance(window, int) else 0
        _add_totals(ids, offsets, of, reach, row[shard.types], first_count, second_count, total)
    return _Totals(row, first_count, second_count, total * (1 + (both_ways and isinstance(window, int))))


def _lines(tokens: Tokens, window: int | str) -> tuple[Ids, Offsets, int]:
    """The ids in which pairs are counted, the offsets of their sentences, and how far apart a pair may be."""
    if isinstance(window, int):
        return tokens.ids, tokens.sentence_offsets, window
    # Each type once a sentence.
    types = max(len(tokens.vocabulary), 1)
    line = np.repeat(np.arange(tokens.n_sentences), np.diff(tokens.sentence_offsets))
    key = np.sort(line * types + tokens.ids)
    line, ids = np.divmod(key[np.diff(key, prepend=-1) > 0], types)
    return ids.astype(np.int32), np.searchsorted(line, np.arange(tokens.n_sentences + 1)), len(ids)


@compiled
def _add_totals(ids: Any, offsets: Any, group: Any, reach: int, row: Any, begun: Any, ended: Any, total: Any) -> None:
    """Add the pairs that each type begins and ends, and all, by the group of the sentence; with `reach` 0 sentences."""
    for line in range(len(offsets) - 1):
        total[group[line]] += reach == 0
        for place in range(offsets[line], offsets[line + 1]):
            after = min(reach, offsets[line + 1] - 1 - place)
            total[group[line]] += after
            if row[ids[place]] >= 0:
                begun[row[ids[place]], group[line]] += after if reach else 1
                ended[row[ids[place]], group[line]] += min(reach, place - offsets[line])


@compiled
def _count(
    ids: Any,
    offsets: Any,
    document: Any,
    order: Any,
    group: Any,
    reach: int,
    both_ways: bool,
    begins: Any,
    ends: Any,
    min_count: int,
) -> Any:
    """The pairs of allowed types that are frequent enough: (5, pairs) first, second, group, count, documents.

    `order` has the sentences group by group, `group` the one of each sentence.
    """
    types = len(begins)
    starts = np.zeros(types + 1, np.int64)
    for i in ids:
        starts[i + 1] += begins[i]
    starts = np.cumsum(starts)
    places, lines = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.int32)  # of each type in turn
    free = starts[:-1].copy()
    for line in order:
        for place in range(offsets[line], offsets[line + 1]):
            i = ids[place]
            if begins[i]:
                places[free[i]], lines[free[i]] = place, line
                free[i] += 1

    found, n = np.empty((1024, 5), np.int32), 0
    counts, documents = np.zeros(types, np.int64), np.zeros(types, np.int64)
    latest = np.empty(types, np.int64)  # the last document with the pair
    seconds = np.empty(types, np.int32)  # the m types found so far beside the first
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
                    seconds[m] = second
                    m += 1
                if counts[second] == 0 or latest[second] != document[line]:
                    latest[second] = document[line]
                    documents[second] += 1
                counts[second] += 1
            if k + 1 < starts[first + 1] and group[lines[k + 1]] == group[line]:
                continue
            kept = seconds[:m][counts[seconds[:m]] >= min_count]
            if n + len(kept) > len(found):
                found = np.concatenate((found, np.empty((n + len(kept), 5), np.int32)))
            for second in kept:
                found[n, 0], found[n, 1], found[n, 2] = first, second, group[line]
                found[n, 3], found[n, 4] = counts[second], documents[second]
                n += 1
            for second in seconds[:m]:
                counts[second] = documents[second] = 0
            m = 0
    return found[:n].T.copy()


def _nodes(tokens: Tokens, node: str) -> Bools:
    """Which types are the node."""
    word = fold_pattern(node, lowercase=tokens.options["lowercase"])
    if " " in word:
        raise ValueError(f"node is {node!r}: give one word, or a pattern such as 'secur*'")
    chosen: Bools = np.isin(np.arange(len(tokens.vocabulary)), fitting_types(tokens, [word]).indices)
    return chosen


def collocates_by_group(
    tokens: Tokens,
    by: str,
    node: str,
    *,
    window: int | str = 5,
    min_count: int = 2,
    stopwords: Iterable[str] | None = None,
) -> pd.DataFrame:
    """What each group of the metadata column `by` says beside one word, a row a group and collocate.

    ``first`` (fits `node`), ``second``, ``count``, ``documents``, ``expected``, ``g2`` and ``log_dice`` are those of
    `collocations` in the group's documents, of pairs with at least `min_count` occurrences there and more than
    expected; ``overall`` is their ``log_dice`` in all documents. logDice does not depend on the amount of text, so that
    groups can be compared by it: one more is a tie twice as close (Rychlý 2008). No test is made.

    Groups are in rising order, each with its closest ties first. Raises `ValueError` for an unknown column, and as
    `collocations` does.

    >>> from analysis import tokenize
    >>> from analysis.text.corpus import read_frame
    >>> texts = {"text": ["Just war. A just war.", "Total war, total war, just so."], "source": ["A", "B"]}
    >>> tokens = tokenize(read_frame(pd.DataFrame(texts)))
    >>> table = collocates_by_group(tokens, "source", "war", window=1)
    >>> table[["source", "first", "second", "count", "log_dice", "overall"]].round(2)
      source first second  count  log_dice  overall
    0      A   war   just      2     13.68    13.13
    1      B   war  total      3     13.78    13.42
    """
    groups, group = tokens.numbered_groups(by)
    totals = _totals_of(tokens, window, both_ways=True)
    alphabet, least = alphabetical(tokens), max(min_count, 1)
    found = []
    for key, count, documents in _counted(tokens, window, totals, alphabet, least, node, stopwords, group):
        pair, of = split_terms([key], len(groups))
        overall = np.bincount(pair, count).astype(np.int64)[pair]
        rows = np.stack([key // max(len(groups), 1), of, count, documents, overall])
        found.append(rows[:, count >= least].astype(np.int64))
    key, of, count, documents, overall = np.concatenate(found, axis=1)
    first, second = alphabet[np.stack(np.divmod(key, max(len(alphabet), 1)))]
    chosen = np.union1d(first, second)
    own = _totals_of(tokens, window, both_ways=True, chosen=chosen, group=group, groups=len(groups))
    table = association_measures(*own.cells(first, second, count, of))[["expected", "g2", "log_dice"]]
    table["overall"] = association_measures(*totals.cells(first, second, overall))["log_dice"]
    table = table.assign(first=names(tokens, first), second=names(tokens, second), count=count, documents=documents)
    table[by] = np.array(groups, dtype=object)[of]
    table = table.iloc[np.lexsort([key, -table["log_dice"], of])]  # keys of pairs are in alphabetical order
    columns = [by, "first", "second", "count", "documents", "expected", "g2", "log_dice", "overall"]
    return table.loc[table["count"] > table["expected"], columns].reset_index(drop=True)


def association_measures(o11: ArrayLike, o12: ArrayLike, o21: ArrayLike, o22: ArrayLike) -> pd.DataFrame:
    """How strongly two words are tied, from the four cells of their table: one row a table, one column a measure.

    `o11` counts both words, `o12` `first` without `second`, `o21` `second` without `first`, `o22` neither; each is an
    array of (tables,) or a number. With R = O11 + O12, C = O11 + O21, N the sum of all four, and E = row total · column
    total / N for each cell (E11 is the column ``expected``):

    - ``g2`` = 2 Σ O ln(O / E) over the four cells (Dunning 1993, Accurate Methods for the Statistics of Surprise and
      Coincidence). From 0, as expected, upward; it grows with the amount of text. 3.84 is p = 0.05 for one table.
    - ``chi2`` = N (O11·O22 - O12·O21)² / (R·C·(N-R)·(N-C)): Pearson's, without Yates' correction (Manning and Schütze
      1999, Foundations of Statistical Natural Language Processing, 5.3.3). From 0 up to N; unsafe where E11 < 5.
    - ``pmi`` = log2(O11 / E11), in bits (Church and Hanks 1990, Word Association Norms, Mutual Information, and
      Lexicography). 0 as expected; high for rare words above all.
    - ``mi3`` = log2(O11³ / E11), which favours the rare less (Daille 1994, Approche mixte pour l'extraction automatique
      de terminologie, with E11 for R·C, as usual today).
    - ``npmi`` = pmi / -log2(O11 / N) (Bouma 2009, Normalized (Pointwise) Mutual Information in Collocation Extraction).
      -1 never together, 0 as expected, 1 never apart.
    - ``dice`` = 2 O11 / (R + C) (Dice 1945). 0 never together, 1 never apart.
    - ``log_dice`` = 14 + log2(dice) (Rychlý 2008, A Lexicographer-Friendly Association Score). 14 never apart, one less
      for half as much.
    - ``t_score`` = (O11 - E11) / √O11 (Church, Gale, Hanks and Hindle 1991, Using Statistics in Lexical Analysis).
      0 as expected; high for frequent pairs.
    - ``z_score`` = (O11 - E11) / √E11 (Dennis 1965, The Construction of a Thesaurus Automatically from a Sample of
      Text). 0 as expected; high for rare words.
    - ``delta_p_forward`` = O11 / R - O21 / (N - R): how much likelier `second` is where `first` is there (ΔP(2|1),
      Gries 2013, 50-something Years of Work on Collocations). -1 to 1, 0 as expected. ``delta_p_backward`` =
      O11 / C - O12 / (N - C), the reverse.

    Where O11 is 0 the logarithms are -inf; 0 / 0 is NaN, as in chi2 and delta_p_forward where every pair begins with
    `first`. Raises `ValueError` for a negative cell, or a table in which nothing is counted.

    >>> association_measures(10, 0, 3, 31764)[["g2", "expected"]].round(2)      # printed by Dunning, p. 72
           g2  expected
    0  167.23       0.0
    """
    cells = np.broadcast_arrays(*(np.atleast_1d(np.asarray(cell, dtype=np.float64)) for cell in (o11, o12, o21, o22)))
    for name, cell in zip(("o11", "o12", "o21", "o22"), cells, strict=True):
        if not (cell >= 0).all():
            raise ValueError(f"{name} is {cell[~(cell >= 0)][0]:g}: a cell is a count, 0 or more")
    together, only_first, only_second, neither = cells
    row, column = together + only_first, together + only_second
    no_row, no_column = only_second + neither, only_first + neither
    total = row + no_row
    if not total.all():
        raise ValueError("a table has four cells of 0: leave out tables in which nothing is counted")
    expected = row * column / total
    surplus = together - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        pmi = np.log2(together / expected)
        dice = 2 * together / (row + column)
        return pd.DataFrame(
            {
                "g2": _pair_g2(together, only_first, only_second, neither),
                "chi2": surplus / expected * surplus * total / no_row * total / no_column,
                "pmi": pmi,
                "mi3": pmi + 2 * np.log2(together),
                "npmi": np.where((together == 0) & (expected > 0), -1.0, pmi / -np.log2(together / total)),
                "dice": dice,
                "log_dice": 14 + np.log2(dice),
                "t_score": surplus / np.sqrt(together),
                "z_score": surplus / np.sqrt(expected),
                "delta_p_forward": together / row - only_second / no_row,
                "delta_p_backward": together / column - only_first / no_column,
                "expected": expected,
            }
        )


def _pair_g2(
    together: NDArray[Any], only_first: NDArray[Any], only_second: NDArray[Any], neither: NDArray[Any]
) -> Floats:
    """The ``g2`` of `association_measures` alone."""
    together, only_first, only_second, neither = (
        cell.astype(np.float64) for cell in (together, only_first, only_second, neither)
    )
    row, column = together + only_first, together + only_second
    no_row, no_column = only_second + neither, only_first + neither
    total = row + no_row
    expected = row * column / total
    # In every cell O is E plus or minus the same surplus, and ln(1 + surplus / E) is exact where O / E is nearly 1.
    surplus = together - expected
    g2 = np.zeros_like(expected)
    for cell, sign, e in (
        (together, 1, expected),
        (only_first, -1, row * no_column / total),
        (only_second, -1, no_row * column / total),
        (neither, 1, no_row * no_column / total),
    ):
        g2 += xlog1py(cell, np.maximum(sign * np.divide(surplus, e, out=np.zeros_like(e), where=e > 0), -1))
    return np.maximum(2 * g2, 0)
