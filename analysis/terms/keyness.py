"""Which words one corpus uses more, or less, than another: keyness.

The terms of each part of either side are counted, group by group, and what they count in all parts is added up. Then
each group is held against all the others.
"""

from collections.abc import Iterable, Sequence
from operator import eq

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Ints
from analysis.terms.cells import Groups, counted_terms
from analysis.terms.keys import Alphabet, alphabet, key_buckets, of_terms, pack, summed
from analysis.terms.ngrams import check
from analysis.terms.tallies import (
    COLUMNS,
    OWN_WORDS,
    SIGNIFICANT,
    FirstByG2,
    Settings,
    check_groups,
    check_sizes,
    frequency_list,
    key_table,
)
from analysis.text.buckets import Buckets
from analysis.text.parted import parts
from analysis.text.stopwords import stopped
from analysis.text.tokens import Tokens, offsets_of

__all__ = ["COLUMNS", "keyness", "keyness_by_group"]

AT_MOST = 10**9  # terms that are compared, each as often as there are groups: some twenty minutes
LEAST = 1000  # rows of a group


def keyness(
    target: Tokens,
    reference: Tokens | pd.DataFrame,
    *,
    n: int = 1,
    stopwords: Iterable[str] | None = None,
    min_count: int = 1,
    k: float = 1.0,
    prior: float = 500.0,
    most: int | None = None,
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

    With `most` there are the first rows only, so many; ``q`` is that of all.

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
    target_group = np.zeros(target.n_documents, dtype=np.int64)
    if isinstance(reference, pd.DataFrame):
        listed, times = frequency_list(reference)
        ends = [(split[0], split[-1]) for split in (term.split(" ") for term in listed)]
        kept = ~stopped(np.array(ends, dtype=object).reshape(-1), stopwords).reshape(-1, 2).any(axis=1) & (times > 0)
        # A term of fewer words than `n` is filled up with empty ones, and is one of the list alone.
        split = [[*own, *[""] * (n - len(own))] for own in (term.split(" ", n - 1) for term in listed[kept])]
        words = alphabet(target, stopwords=stopwords, more=[word for own in split for word in own])
        buckets, sizes = _counted(words, n, 2, [(target, target_group)])
        sizes[1] = times.sum()
        keys = pack([*words.codes[-1].reshape(-1, n).T, np.ones(len(split))], words.radices(n, 2))
        buckets.add(*keys, times[kept], np.zeros(len(split)))
    else:
        _check_sides(target, reference)
        words = alphabet(target, reference, stopwords=stopwords)
        sides = [(target, target_group), (reference, np.ones(reference.n_documents, dtype=np.int64))]
        buckets, sizes = _counted(words, n, 2, sides)
    check_sizes(sizes, n)
    (first,), shared = _first_terms(buckets, sizes, [0], how, most)
    keys, counts, q = first.rows()
    terms = words.terms(keys, n, 2)
    if not isinstance(reference, pd.DataFrame):
        return key_table(terms, counts, q, first.sizes, (target.n_documents, reference.n_documents), how)
    if not shared:
        own = next(part.tokens for part in parts(target) if len(part.tokens))
        said = f"it begins {listed[0]!r}, the target {' '.join(own.vocabulary[own.ids[:n]])!r}"
        raise ValueError(f"the reference table shares no term with the target: {said}")
    terms = pd.Series(terms).str.rstrip(" ").array if n > 1 else terms
    return key_table(terms, counts, q, first.sizes, (target.n_documents, 0), how)


def keyness_by_group(
    tokens: Tokens,
    by: str,
    *,
    n: int = 1,
    stopwords: Iterable[str] | None = None,
    min_count: int = 1,
    k: float = 1.0,
    prior: float = 500.0,
    most: int | None = None,
) -> pd.DataFrame:
    """Each group of the metadata column `by` against all other documents: `keyness`, with the group as first column.

    Groups in alphabetical order, each with its own ``q``; `by` empty makes the group "(none)". A group without words
    has no rows. With `most` each group has its first rows, `most` shared among the groups, but 1,000 at least; how many
    words it has of its own, which `most_distinct` asks for, is in the table's ``attrs``. Raises `ValueError` for an
    unknown column, where fewer than two groups have words, and where a thousand million rows were to be compared.

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
    labels, group = tokens.numbered_groups(by)
    words = alphabet(tokens, stopwords=stopwords)
    buckets, sizes = _counted(words, n, len(labels), [(tokens, group)])
    used = np.flatnonzero(sizes).tolist()
    check_groups(by, (labels[row] for row in used))
    each = None if most is None else max(most // len(used), LEAST)
    documents = np.bincount(group, minlength=len(labels)).tolist()
    tables, own_words = [], {}
    for row, first in zip(used, _first_terms(buckets, sizes, used, how, each)[0], strict=True):
        sides = documents[row], tokens.n_documents - documents[row]
        keys, counts, q = first.rows()
        table = key_table(words.terms(keys, n, len(labels)), counts, q, first.sizes, sides, how)
        table.insert(0, by, labels[row])
        tables.append(table)
        own_words[labels[row]] = first.own(SIGNIFICANT)
    every = pd.concat(tables, ignore_index=True)
    every.attrs[OWN_WORDS] = own_words
    return every


def _check_sides(target: Tokens, reference: Tokens) -> None:
    """Raise `ValueError` where both sides are the same words, or were tokenized differently."""
    if target is reference or (
        target.doc_ids.tolist() == reference.doc_ids.tolist()
        and np.array_equal(target.document_offsets, reference.document_offsets)
        and np.array_equal(_starts(target), _starts(reference))
        and all(map(eq, target.corpus.texts, reference.corpus.texts))
    ):
        raise ValueError("target and reference are the same documents: compare two parts, such as `where` gives")
    for option in ("scheme", "lowercase"):
        one, two = target.options.get(option), reference.options.get(option)
        if one != two:
            raise ValueError(f"the target has {option}={one!r}, the reference {option}={two!r}: tokenize both alike")


def _starts(tokens: Tokens) -> Ints:
    """(documents,) the sum of the places at which the words of each begin."""
    every = [np.diff(offsets_of(part.tokens.start)[part.tokens.document_offsets]) for part in parts(tokens)]
    return np.concatenate(every)


def _counted(
    words: Alphabet, n: int, groups: int, corpora: Sequence[tuple[Tokens, Ints]]
) -> tuple[Buckets, NDArray[np.int64]]:
    """How often each term of `n` words is in each group, and in how many documents of it; the running terms of each.

    `corpora`: each with (documents,) the group of each document. A row is a key, see `keys.pack`, and the two counts.
    """
    tokens = [corpus for corpus, _ in corpora]
    radices = words.radices(n, groups)
    buckets = key_buckets(*tokens, radices=radices, values=[np.int64, np.int64], rows=sum(map(len, tokens)))
    sizes = np.zeros(groups, dtype=np.int64)
    for (corpus, group), codes in zip(corpora, words.codes, strict=False):  # the words of a list have codes, too
        of = Groups(group.astype(np.int32), range(groups), np.bincount(group), np.zeros(len(group), dtype=bool))
        for cells, keys in counted_terms(corpus, words, of, n, codes=codes):
            sizes += np.bincount(cells.owner, cells.running, minlength=groups).astype(np.int64)
            buckets.add(*keys, np.bincount(cells.row, cells.times), np.bincount(cells.row))
    return buckets, sizes


def _first_terms(
    buckets: Buckets, sizes: NDArray[np.int64], compared: Sequence[int], how: Settings, most: int | None
) -> tuple[list[FirstByG2], bool]:
    """The first terms of each of the groups that are `compared` with all others; whether groups share a term at all."""
    whole, groups, shared = int(sizes.sum()), len(sizes), False
    sides = [(int(sizes[row]), whole - int(sizes[row])) for row in compared]
    found = [FirstByG2(*side, most) for side in sides]
    for k in range(len(buckets)):
        *keys, count, documents = summed(buckets.read(k), len(buckets.types) - 2)
        term, group = of_terms(keys, groups)
        begins = np.flatnonzero(np.diff(term, prepend=-1))
        shared |= len(begins) < len(term)
        every = np.stack([np.bincount(term, count), np.bincount(term, documents)]).astype(np.int64)
        often = every[0] >= max(how.min_count, 1)
        if often.sum() * len(compared) * len(buckets) > AT_MOST:
            said = f"{len(compared):,} groups with {often.sum() * len(buckets):,} terms"
            raise ValueError(f"{said} are too many to compare: take fewer groups, or a higher min_count")
        own_keys = [key[begins][often] for key in (*keys[:-1], keys[-1] - group)]
        every, place = every[:, often], np.cumsum(often) - 1
        rows = np.flatnonzero(often[term])
        rows = rows[np.argsort(group[rows], kind="stable")]
        bounds = np.searchsorted(group[rows], np.arange(groups + 1))
        for row, first in zip(compared, found, strict=True):
            mine = rows[bounds[row] : bounds[row + 1]]
            own = np.zeros_like(every)
            own[:, place[term[mine]]] = count[mine], documents[mine]
            rest = every - own
            first.add(own_keys, np.stack([own[0], rest[0], own[1], rest[1]]))
    return found, shared
