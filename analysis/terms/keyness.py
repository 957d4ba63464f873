"""Which words one corpus uses more, or less, than another: keyness."""

from collections.abc import Iterable
from operator import eq

import numpy as np
import pandas as pd
from scipy import stats

from analysis.terms import association
from analysis.terms.keyness_in_parts import against_list, against_part, each_group
from analysis.terms.ngrams import check
from analysis.terms.tallies import (
    COLUMNS,
    Names,
    Settings,
    Side,
    check_groups,
    check_shared,
    check_sizes,
    counted,
    counted_phrases,
    frequency_list,
    key_table,
    ranked,
    running,
    side,
)
from analysis.text.parted import AnyTokens, Parted
from analysis.text.tokens import Tokens

__all__ = ["COLUMNS", "keyness", "keyness_by_group"]


def keyness(
    target: AnyTokens,
    reference: AnyTokens | pd.DataFrame,
    *,
    n: int = 1,
    stopwords: Iterable[str] | None = None,
    min_count: int = 1,
    k: float = 1.0,
    prior: float = 500.0,
) -> pd.DataFrame:
    """Words, or `n` words in a row within one sentence, compared between two corpora.

    `reference` is the corpus that `target` is held against, or a frequency list: a table with the columns ``term`` and
    ``count``, one row a term. It must be the whole list, since its counts add up to the size of the reference.

    One row a term of either side, by ``g2`` from high to low, then by the alphabet. The formulas and their sources are
    those of `analysis.terms.association`:

    - ``key``: the side that uses the term at the higher rate, "target" or "reference", or "neither". It is only a
      direction: whether the difference is one, say ``p`` and ``q``, and how large it is, ``log_ratio``;
    - ``count``, ``reference_count``: occurrences; ``per_million``, ``reference_per_million``: a million running words
      (for n > 1: running n-grams), stop words included; ``documents``, ``reference_documents``: documents with the
      term, NaN for a frequency list;
    - ``g2``: log-likelihood over two cells (Rayson and Garside 2000), 0 = alike and never negative; ``g2_four_cell``:
      over four (Dunning 1993); ``p``: the probability of so high a ``g2`` by chance; ``q``: ``p`` adjusted for the
      number of terms in the table (Benjamini and Hochberg 1995): of those with q < 0.05 about 5% at most are chance;
    - ``chi2``, ``chi2_yates``: Pearson's, without and with Yates' correction; ``fisher_p``: Fisher's exact test;
    - ``log_ratio``, ``ci_low``, ``ci_high``: binary logarithm of the ratio of the two rates (Hardie 2014) and its 95%
      interval (Katz et al. 1978). Above 0 = more in the target, 1 = twice the rate; a count of 0 is taken as 0.5;
    - ``pct_diff`` (0 = alike, infinite where the reference never has the term), ``diff_coefficient`` (-1 to 1),
      ``odds_ratio`` (1 = alike), ``simple_maths`` (1 = alike; `k` occurrences a million words added on both sides);
    - ``bic``: ``g2`` - ln N (Wilson 2013), above 10 very strong evidence, below 0 evidence for equal use;
    - ``log_odds_z``: weighted log odds (Monroe et al. 2008) under a prior of both sides together, `prior` words
      strong; above 0 = more in the target;
    - ``dispersion_g2``, ``dispersion_p``: ``g2`` and ``p`` of the numbers of documents with the term among all
      documents in place of its occurrences among all words (Egbert and Biber 2019, Incorporating text dispersion into
      keyword analyses), so that one loud document makes no key word; NaN for a frequency list.

    All tests take words as drawn one by one. Words come in texts, so p is too small: trust ``dispersion_p`` more.
    Left out are terms that begin or end with one of `stopwords`, and those that occur less than `min_count` times in
    both sides together; both still count among the running words, but not in ``q``. Raises `ValueError` for a side
    without words, two sides that are the same documents or were tokenized differently, a table that is no frequency
    list or shares no term, and n < 1, k <= 0 or prior <= 0.

    Of a corpus in parts there are the first `LISTED` rows; ``q`` is that of all. Both sides must be documents of it, or
    the reference a frequency list, for single words. Raises `ValueError` for others.

    >>> from analysis import read_text, tokenize
    >>> target = tokenize(read_text("War and war and war."))
    >>> reference = tokenize(read_text("Peace and trade. Trade and war and rest."))
    >>> keyness(target, reference)[["term", "key", "count", "reference_count", "g2", "log_ratio"]].round(2).head(3)
        term        key  count  reference_count    g2  log_ratio
    0    war     target      3                1  2.21       2.26
    1  trade  reference      0                2  1.94      -1.32
    2  peace  reference      0                1  0.97      -0.32
    """
    check(n)
    how = Settings(min_count, k, prior)
    if isinstance(target, Parted) and isinstance(reference, pd.DataFrame):
        return against_list(target, reference, n, stopwords, how)
    if isinstance(target, Parted) and isinstance(reference, Parted):
        return against_part(target, reference, n, stopwords, how)
    if isinstance(target, Parted) or isinstance(reference, Parted):
        raise ValueError("one side is in memory and the other in parts: compare two parts of one corpus")
    if isinstance(reference, Tokens):
        _check_sides(target, reference)
        if n > 1 and target.vocabulary is reference.vocabulary:
            names, own, other = counted_phrases(target, reference, n, stopwords, min_count)
            check_sizes((own.size, other.size), n)
            return _compared(names, own, other, how)
    names, own = counted(target, n)
    other_names, other = frequency_list(reference) if isinstance(reference, pd.DataFrame) else counted(reference, n)
    check_sizes((own.size, other.size), n)
    if other_names is not names:
        names, own, other = _aligned(names, own, other_names, other)
    if isinstance(reference, pd.DataFrame):
        check_shared(own.count, other.count, names[0], other_names[0])
    rows = ranked(names, stopwords)
    return _compared(names[rows], own.at(rows), other.at(rows), how)


def keyness_by_group(
    tokens: AnyTokens,
    by: str,
    *,
    n: int = 1,
    stopwords: Iterable[str] | None = None,
    min_count: int = 1,
    k: float = 1.0,
    prior: float = 500.0,
) -> pd.DataFrame:
    """Each group of the metadata column `by` against all other documents: `keyness`, with the group as first column.

    Groups in alphabetical order, each with its own ``q``; `by` empty makes the group "(none)". A group without words
    has no rows. Raises `ValueError` for an unknown column, and where fewer than two groups have words.

    Of a corpus in parts each group has its first rows, `LISTED` shared among the groups, but 1,000 at least; how many
    words it has of its own, which `most_distinct` asks for, is in the table's ``attrs``. Raises `ValueError` for more
    than 500 groups, and for phrases.

    >>> from analysis import tokenize
    >>> from analysis.text.corpus import read_texts
    >>> tokens = tokenize(read_texts(["War, war, war.", "Peace and trade.", "Trade and war."]))
    >>> table = keyness_by_group(tokens, "doc_id")
    >>> table.groupby("doc_id").head(1)[["doc_id", "term", "key", "count", "reference_count"]]
      doc_id   term        key  count  reference_count
    0      0    war     target      3                1
    4      1    war  reference      0                4
    8      2  peace  reference      0                1
    """
    check(n)
    how = Settings(min_count, k, prior)
    if isinstance(tokens, Parted):
        return each_group(tokens, by, n, stopwords, how)
    labels, group = tokens.numbered_groups(by)
    names, ids, bounds = running(tokens, n)
    rows = ranked(names, stopwords)
    every = [side(ids, bounds, np.flatnonzero(group == number), len(names)) for number in range(len(labels))]
    sides = {label: side.at(rows) for label, side in zip(labels, every, strict=True) if side.size}
    check_groups(by, sides)
    whole = side(ids, bounds, np.arange(tokens.n_documents), len(names)).at(rows)
    tables = []
    for label, own in sides.items():
        table = _compared(names[rows], own, whole.without(own), how)
        table.insert(0, by, label)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _check_sides(target: Tokens, reference: Tokens) -> None:
    if target is reference or (
        target.doc_ids.tolist() == reference.doc_ids.tolist()
        and np.array_equal(target.start, reference.start)
        and all(map(eq, target.corpus.texts, reference.corpus.texts))
    ):
        raise ValueError("target and reference are the same documents: compare two parts, such as `where` gives")
    for option in ("scheme", "lowercase"):
        one, two = target.options.get(option), reference.options.get(option)
        if one != two:
            raise ValueError(f"the target has {option}={one!r}, the reference {option}={two!r}: tokenize both alike")


def _aligned(names: Names, own: Side, other_names: Names, other: Side) -> tuple[Names, Side, Side]:
    """Two sides over the terms of either: the target's, then those that only the reference has."""
    rows = pd.Index(other_names, dtype=object).get_indexer(pd.Index(names, dtype=object))
    missing = np.ones(len(other_names), dtype=bool)
    missing[rows[rows >= 0]] = False
    added = np.flatnonzero(missing)
    own_rows = np.concatenate([np.arange(len(names)), np.full(len(added), -1)])
    return np.append(names, other_names[added]), own.at(own_rows), other.at(np.concatenate([rows, added]))


def _compared(names: Names, own: Side, other: Side, how: Settings) -> pd.DataFrame:
    """The table of two sides over the same terms in alphabetical order."""
    rows = np.flatnonzero(own.count + other.count >= max(how.min_count, 1))
    g2 = association.g2_two_cell(own.count[rows], own.size, other.count[rows], other.size)
    order = np.argsort(-g2, kind="stable")
    rows, p = rows[order], association.p_value(g2[order])
    q = stats.false_discovery_control(p) if len(p) else p
    return key_table(names[rows], own.at(rows), other.at(rows), q, how)
