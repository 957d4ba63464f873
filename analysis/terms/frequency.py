"""Which words carry a text: counts of words and n-grams, with rates, spread over documents and intervals."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.bootstrap import rate_intervals
from analysis.core.compiled import Floats, Ints
from analysis.terms.adjusted import before_and_after
from analysis.terms.cells import Cells, Groups, Listed, counted, groups_of, inverse_frequency
from analysis.terms.dispersion import dispersion
from analysis.terms.diversity import diversity
from analysis.terms.ngrams import by_value, joined, ngrams, numbered, running_ngrams
from analysis.terms.terms_in_parts import listed_in_parts
from analysis.terms.trends import trends
from analysis.terms.zipf import zipf
from analysis.text.parted import AnyTokens, Parted
from analysis.text.stopwords import stopped
from analysis.text.tokens import Tokens, token_weights

# What is counted over and over is asked for in one place; the modules that these come from have the rest.
__all__ = ["before_and_after", "dispersion", "diversity", "ngrams", "terms", "trends", "zipf"]

COLUMNS = ["term", "count", "per_million", "documents", "document_share", "tf_idf", "ci_low", "ci_high"]


def terms(
    tokens: AnyTokens,
    by: str | None = None,
    n: int = 1,
    stopwords: Iterable[str] | None = None,
    weights: Floats | None = None,
    min_count: int = 1,
    *,
    skip: int = 0,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Words, or `n` words in a row within one sentence, with how often and how widely they are used.

    One row a term (and a group, with the metadata column `by`, then the first column), the most frequent first:

    - ``count``: occurrences; with `weights` (one number a token, or one a sentence), their sum over the occurrences,
      where an n-gram has the weight of its first word;
    - ``per_million``: ``count`` a million running words (for n > 1: running n-grams), stop words included;
    - ``documents``, ``document_share``: the documents of the group that hold the term, and their share (0 to 1);
    - ``tf_idf``: ``count`` · (ln((1 + N) / (1 + df)) + 1), N documents in the corpus, df of them with the term: the
      smooth variant without normalisation, as scikit-learn's ``TfidfTransformer(norm=None)`` summed over documents;
    - ``ci_low``, ``ci_high``: 95% bootstrap interval of ``per_million``, over the documents of the group, or over its
      sentences where it is one document (`resamples` draws from `seed`; NaN with fewer than two units).

    With `skip` > 0 the terms are the k-skip-n-grams of Guthrie et al. (2006, A Closer Look at Skip-gram Modelling),
    k = `skip`: any n words of one sentence in their order, with at most k words in all left out between the first and
    the last. They include the n-grams without a gap; each choice of places is one occurrence.

    Left out are terms that begin or end with one of `stopwords`, and those that occur less than `min_count` times,
    whatever they weigh. The table has no rows where n is larger than any sentence, or every word is stopped. Raises
    `ValueError` for n < 1, skip < 0, an unknown column, or weights of another length.

    Of a corpus in parts the table has the first rows only, `LISTED`, each of which says what it says in the whole
    table. With `by` they are the first of each group, `LISTED` over the number of groups or 1,000 (fewer of more than
    1,000 groups), and the rows of as many terms that are the most frequent of all groups together.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("To be or not to be. Be quick."))
    >>> terms(tokens, resamples=0)[["term", "count", "documents"]]
        term  count  documents
    0     be      3          1
    1     to      2          1
    2    not      1          1
    3     or      1          1
    4  quick      1          1
    >>> terms(tokens, n=2, skip=1, resamples=0)["term"].tolist()[:4]
    ['to be', 'be not', 'be or', 'be quick']
    """
    groups = groups_of(tokens, by)
    options: dict[str, Any] = {"stopwords": stopwords, "weights": weights, "min_count": min_count, "skip": skip}
    options |= {"resamples": resamples, "seed": seed}
    if isinstance(tokens, Parted):
        found = listed_in_parts(tokens, groups, n, **options)
    else:
        found = _listed(tokens, groups, n, **options)
    count, total = found.counts, found.total[found.group]
    table = pd.DataFrame(
        {
            "term": found.term,
            "count": count.astype(np.int64 if weights is None else np.float64, copy=False),
            "per_million": np.divide(1e6 * count, total, out=np.zeros(len(count)), where=total > 0),
            "documents": found.documents,
            "document_share": found.documents / groups.sizes[found.group],
            "tf_idf": count * found.idf,
            "ci_low": 1e6 * found.low,
            "ci_high": 1e6 * found.high,
        },
        copy=False,  # the columns are new, and a second copy of millions of rows takes as long as the counting
    )
    if by is not None:
        table.insert(0, by, groups.names.take(found.group))
    return table


def _listed(
    tokens: Tokens,
    groups: Groups,
    n: int,
    *,
    stopwords: Iterable[str] | None,
    weights: Floats | None,
    min_count: int,
    skip: int,
    resamples: int,
    seed: int,
) -> Listed:
    """The rows of the table of `terms`."""
    vocabulary, words, place = running_ngrams(tokens, n, skip)
    term, words = numbered(words)
    dropped = stopped(vocabulary, stopwords)
    # What is nowhere listed need not be counted; a group may still have too few of what is.
    listed = (np.bincount(term, minlength=len(words[0])) >= min_count) & ~dropped[words[0]] & ~dropped[words[-1]]
    words = [word[listed] for word in words]
    term = np.where(listed, np.cumsum(listed) - 1, -1).astype(np.int32)[term]

    amount = None if weights is None else token_weights(tokens, weights)
    cells = counted(tokens, term, place, len(words[0]), groups=groups, weights=amount)
    here, term = cells.group, cells.term
    times = np.bincount(cells.row, cells.times, minlength=len(here))
    count: NDArray[Any]
    if amount is None:
        count, units = times, np.bincount(cells.row, minlength=len(here))
    else:
        # Sums of thirds are off by a last bit; words of the same count are to stand in alphabetical order all the same.
        count = np.bincount(cells.row, cells.amount, minlength=len(here)).round(9)
        units = np.bincount(cells.row, cells.amount != 0, minlength=len(here)).astype(np.int64)
    documents = np.minimum(units, groups.sizes[here])  # the units of a group's only document are its sentences
    idf = inverse_frequency(np.bincount(term, documents, minlength=len(words[0])), tokens.n_documents)

    rows = np.flatnonzero(times >= min_count)
    rows = rows[by_value(term[rows])]  # terms are numbered in alphabetical order
    rows = rows[np.argsort(-count[rows], kind="stable")]
    rows = rows[by_value(here[rows])]
    low, high = _intervals(cells, rows, resamples=resamples, seed=seed)
    total = np.bincount(cells.owner, cells.running, minlength=len(groups.names))
    names = joined(vocabulary, words).take(term[rows])
    return Listed(names, here[rows], count[rows], documents[rows], idf[term[rows]], low, high, total)


def _intervals(cells: Cells, rows: Ints, *, resamples: int, seed: int) -> tuple[Floats, Floats]:
    """The interval of the rate of each of `rows`, which are sorted by group."""
    low, high = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    if not resamples:
        return low, high
    groups = np.arange(cells.owner.max(initial=-1) + 2)
    sorted_by_group = cells.owner[cells.order], cells.group, cells.group[rows]
    units, first, listed = (np.searchsorted(of, groups) for of in sorted_by_group)
    for group in groups[:-1]:
        own, chosen = slice(*units[group : group + 2]), slice(*listed[group : group + 2])
        begin = cells.begin[own.start : own.stop + 1]
        inside = slice(begin[0], begin[-1])
        shape = (own.stop - own.start, first[group + 1] - first[group])
        counts = sparse.csr_array(
            (cells.amount[inside], cells.row[inside] - first[group], begin - begin[0]), shape=shape
        )
        sizes = cells.running[cells.order[own]]
        low[chosen], high[chosen] = rate_intervals(
            counts[:, rows[chosen] - first[group]], sizes, resamples=resamples, seed=seed
        )
    return low, high
