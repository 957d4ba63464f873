"""Which words carry a text: counts of words and n-grams, with rates, spread over documents and intervals."""

from collections.abc import Iterable
from math import comb
from typing import Any

import numpy as np
import pandas as pd

from analysis.core.compiled import Floats, Ints
from analysis.core.intervals import Sums, intervals_of
from analysis.terms.cells import Groups, check_ngrams, counted_terms, groups_of, type_counts
from analysis.terms.dispersion import dispersion
from analysis.terms.diversity import diversity
from analysis.terms.keys import (
    Columns,
    alphabet,
    alphabetical,
    argsort_small,
    first_of,
    key_buckets,
    rank_of,
    split_terms,
    sum_by_key,
)
from analysis.terms.trends import trends
from analysis.terms.zipf import zipf
from analysis.text.buckets import Buckets
from analysis.text.shards import names, shard_weights, shards
from analysis.text.stopwords import stopped
from analysis.text.tokens import Tokens

# The measures of single words in one place; the modules that they come from have the rest.
__all__ = ["before_and_after", "dispersion", "diversity", "terms", "trends", "zipf"]

COLUMNS = ["term", "count", "per_million", "documents", "document_share", "tf_idf", "ci_low", "ci_high"]

AT_LEAST = 1000  # rows of a group


def terms(
    tokens: Tokens,
    by: str | None = None,
    n: int = 1,
    stopwords: Iterable[str] | None = None,
    weights: Floats | None = None,
    min_count: int = 1,
    *,
    skip: int = 0,
    most: int | None = None,
) -> pd.DataFrame:
    r"""Words, or `n` words in a row within one sentence, with how often and how widely they are used.

    One row a term (and a group, with the metadata column `by`, then the first column), the most frequent first:

    - ``count``: occurrences; with `weights` (one number a token, or one a sentence), the sum of their weights, that of
      an n-gram being the weight of its first word;
    - ``per_million``: ``count`` a million running words (for n > 1: running n-grams), stop words included;
    - ``documents``, ``document_share``: the documents of the group that hold the term, and their share (0 to 1);
    - ``tf_idf``: ``count`` · (ln((1 + N) / (1 + df)) + 1), N documents in the corpus, df of them with the term: the
      smooth variant without normalisation, as scikit-learn's ``TfidfTransformer(norm=None)`` summed over documents;
    - ``ci_low``, ``ci_high``: 95% interval of ``per_million`` over the documents of the group, or the sentences of its
      only document, see `analysis.core.intervals.intervals_of`; NaN with fewer than five of them.

    With `skip` > 0 the terms are k-skip-n-grams, k = `skip`: any n words of one sentence in their order, with at most k
    words in all left out between them (Guthrie et al. 2006, A Closer Look at Skip-gram Modelling). Each choice of
    places is one occurrence.

    Left out are terms that begin or end with one of `stopwords`, and those that occur less than `min_count` times,
    whatever they weigh. Raises `ValueError` for n < 1, skip < 0, an unknown column, or weights of another length.

    With `most` the table has its first `most` rows. With `by` these are the first rows of each group, `most` over the
    number of groups or 1,000 (fewer of more than 1,000 groups), and the rows of as many terms that are the most
    frequent of all groups together.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("To be or not to be. Be quick."))
    >>> terms(tokens)[["term", "count", "documents"]]
        term  count  documents
    0     be      3          1
    1     to      2          1
    2    not      1          1
    3     or      1          1
    4  quick      1          1
    >>> terms(tokens, n=2, skip=1)["term"].tolist()[:4]
    ['to be', 'be not', 'be or', 'be quick']
    """
    check_ngrams(n, skip)
    groups, words = groups_of(tokens, by), alphabet(tokens, stopwords=stopwords)
    owners, runnings = [], []
    kind: Any = np.int64 if weights is None else np.float64
    types = [np.int32, np.int32, kind, kind, *[np.float64] * (weights is not None)]
    at_most = len(tokens) * comb(n - 1 + skip, skip)
    buckets = key_buckets(tokens, radices=words.radices(n, len(groups.names)), values=types, rows=at_most)
    options: dict[str, Any] = {"codes": words.codes[0], "skip": skip, "weights": weights, "min_count": min_count}
    for cells, keys in counted_terms(tokens, words, groups, n, **options):
        owners.append(cells.owner)
        runnings.append(cells.running)
        size = np.repeat(cells.running[cells.order], np.diff(cells.begin))  # of the unit of each cell
        numbers = [np.bincount(cells.row, cells.times), np.bincount(cells.row, cells.amount != 0)]
        numbers += [np.bincount(cells.row, cells.amount * other) for other in (cells.amount, size)]
        if weights is not None:
            numbers.append(np.bincount(cells.row, cells.amount))
        order = argsort_small(cells.term)  # sorted pieces are soon sorted together
        buckets.add(*(column[order] for column in (*keys, *numbers)))
    owner, running = np.concatenate(owners), np.concatenate(runnings)
    rows = _first_rows(buckets, len(keys), groups, min_count, most)
    del buckets  # and its files
    group, counts, documents = (rows[name].to_numpy() for name in ("group", "counts", "documents"))
    known = [rows[key].to_numpy() for key in range(len(keys))]
    sizes = (
        np.bincount(owner, shard, minlength=len(groups.names))[group] for shard in (running, running**2, running > 0)
    )
    sums = Sums(counts, counts, rows["square"].to_numpy(), rows["product"].to_numpy(), *sizes)
    low, high = intervals_of(sums)
    total = sums.size
    table = pd.DataFrame(
        {
            "term": words.terms(known, n, len(groups.names)),
            "count": counts.astype(np.int64 if weights is None else np.float64, copy=False),
            "per_million": np.divide(1e6 * counts, total, out=np.zeros(len(total)), where=total > 0),
            "documents": documents,
            "document_share": documents / groups.sizes[group],
            "tf_idf": counts * rows["idf"].to_numpy(),
            "ci_low": 1e6 * low,
            "ci_high": 1e6 * high,
        },
        copy=False,  # a copy of millions of rows takes as long as the counting
    )
    if by is not None:
        table.insert(0, by, groups.names.take(group))
    return table


def before_and_after(
    tokens: Tokens, weights: Floats, *, stopwords: Iterable[str] | None = None, most: int | None = None
) -> pd.DataFrame:
    """How `weights`, such as those of repeated sentences, change the count of each word, the largest loss first.

    ``term``; ``count``; ``adjusted``, the sum of the weights; ``lost``, their difference; ``rank`` and
    ``adjusted_rank``, the word's place among all words by either count (1 = most; ties in alphabetical order). With
    `most` the table has its first `most` rows. Raises `ValueError` for weights that are neither one a token nor one a
    sentence.

    >>> from analysis import read_text, tokenize
    >>> from analysis.redundancy.repeats import weights
    >>> tokens = tokenize(read_text("We will win. They said no. We will win."))
    >>> before_and_after(tokens, weights(tokens))[["term", "count", "adjusted", "lost"]].head(2)
       term  count  adjusted  lost
    0    we      2       1.0   1.0
    1  will      2       1.0   1.0
    """
    count, adjusted = type_counts(tokens).astype(np.int32), np.zeros(len(tokens.vocabulary))
    for shard in shards(tokens):
        adjusted[shard.types] += np.bincount(shard.tokens.ids, shard_weights(tokens, weights, shard), len(shard.types))
    del weights  # the largest array here, of a large corpus
    rows = alphabetical(tokens)
    rows = rows[(~stopped(tokens.vocabulary, stopwords) & (count > 0))[rows]]
    count, adjusted = count[rows], adjusted[rows]
    # Sums of thirds are off by a last bit; the count of a word that loses nothing is exactly as before.
    np.round(adjusted, 9, out=adjusted)
    lost = count - adjusted
    np.round(lost, 9, out=lost)
    first = first_of(most, -lost, -count)
    table = pd.DataFrame({"term": pd.Series(names(tokens, rows[first]), dtype="str")})
    table = table.assign(count=count[first].astype(np.int64), adjusted=adjusted[first], lost=lost[first])
    for name, values in (("rank", count), ("adjusted_rank", adjusted)):
        table[name] = 1 + rank_of(np.argsort(-values, kind="stable"))[first].astype(np.int64)
    return table


def _first_rows(buckets: Buckets, keys: int, groups: Groups, min_count: int, most: int | None) -> pd.DataFrame:
    """The rows of `_rows` that the table shows, in its order."""
    number = len(groups.names)
    each = most
    if most is not None and number > 1:
        each = max(most // number, min(AT_LEAST, 10 * most // number), 1)
    least, lightest = np.zeros(number), 0.0  # of those that are first so far
    rows = pd.DataFrame()
    for k in range(len(buckets)):
        more = _rows(buckets.read(k), keys, groups, min_count)
        more = more[(more["counts"] >= least[more["group"]]) | (more["weight"] >= lightest)]
        rows = pd.concat([rows, more], ignore_index=True) if k else more
        if each is None or len(rows) <= each:
            continue
        rows = rows.iloc[_order(rows, keys, "group", "counts")]
        place = rows.groupby("group").cumcount().to_numpy()
        last = rows[place == each - 1]
        least[last["group"]] = last["counts"]
        kept, lightest = place < each, np.inf
        if number > 1:  # beside those of the terms that are first in all groups together
            of_all = _order(rows, keys, "weight")
            term, _ = split_terms([rows[key].to_numpy()[of_all] for key in range(keys)], number)
            kept[of_all[term < each]] = True
            lightest = rows["weight"].to_numpy()[of_all[term == each - 1]].max(initial=0.0)
        rows = rows[kept]
    return rows.iloc[_order(rows, keys, "group", "counts")]


def _order(rows: pd.DataFrame, keys: int, *first: str) -> Ints:
    """The order of the rows by the columns `first`, numbers falling, and then by their keys."""
    by = [rows[name] if name == "group" else -rows[name] for name in first]
    return np.lexsort([*(rows[key] for key in reversed(range(keys))), *reversed(by)])


def _rows(columns: Columns, keys: int, groups: Groups, min_count: int) -> pd.DataFrame:
    """The terms of a bucket: their key, as columns 0, 1 ..., what `Sums` needs, idf, and count in all groups."""
    columns = sum_by_key(columns, keys)
    times, units, square, product, *amount = columns[keys:]
    term, group = split_terms(columns[:keys], len(groups.names))
    # Sums of thirds are off by a last bit, and would break ties.
    counts = amount[0].round(9) if amount else times
    documents = np.minimum(units, groups.sizes[group])  # the units of a group's only document are its sentences
    idf = (np.log((1 + len(groups.of)) / (1 + np.bincount(term, documents))) + 1)[term]
    found: dict[Any, Any] = dict(enumerate(columns[:keys]))
    found |= {"group": group, "counts": counts, "documents": documents, "square": square, "product": product}
    found |= {"idf": idf, "weight": np.bincount(term, counts)[term]}
    return pd.DataFrame(found, copy=False)[times >= min_count]
