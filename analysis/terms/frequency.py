"""Which words carry a text: counts of words and n-grams, with rates, spread over documents and intervals."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.bootstrap import Floats, rate_intervals
from analysis.terms.dispersion import dispersion
from analysis.terms.diversity import diversity
from analysis.terms.ngrams import by_value, joined, ngrams, numbered, running_ngrams
from analysis.terms.trends import trends
from analysis.terms.zipf import zipf
from analysis.text.compiled import compiled
from analysis.text.stopwords import stopped
from analysis.text.tokens import Ids, Tokens, token_weights

# What is counted over and over is asked for in one place; the modules that these come from have the rest.
__all__ = ["before_and_after", "dispersion", "diversity", "ngrams", "terms", "trends", "zipf"]

COLUMNS = ["term", "count", "per_million", "documents", "document_share", "tf_idf", "ci_low", "ci_high"]

Ints = NDArray[np.int64]


def terms(
    tokens: Tokens,
    by: str | None = None,
    n: int = 1,
    stopwords: Iterable[str] | None = None,
    weights: NDArray[np.float64] | None = None,
    min_count: int = 1,
    *,
    skip: int = 0,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Words, or `n` words in a row within one sentence, with how often and how widely they are used.

    One row a term (and a group, with the metadata column `by`, then the first column), the most frequent first:

    - ``count``: occurrences; with `weights` (one number a token), their sum over the occurrences, where an n-gram has
      the weight of its first word;
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
    `ValueError` for n < 1, skip < 0, an unknown column, or weights that are not one a token.

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
    vocabulary, words, place = running_ngrams(tokens, n, skip)
    term, words = numbered(words)
    dropped = stopped(vocabulary, stopwords)
    # What is nowhere listed need not be counted; a group may still have too few of what is.
    listed = (np.bincount(term, minlength=len(words[0])) >= min_count) & ~dropped[words[0]] & ~dropped[words[-1]]
    words = [word[listed] for word in words]
    term = np.where(listed, np.cumsum(listed) - 1, -1).astype(np.int32)[term]

    group, labels = _groups(tokens, by)
    unit, owner = _units(tokens, group)
    unit = unit[place]
    amount = None if weights is None else token_weights(tokens, weights)[place]
    begin = np.searchsorted(unit, np.arange(len(owner) + 1))
    sums = np.diff(begin) if amount is None else np.bincount(unit, amount, minlength=len(owner))
    running = sums.astype(np.float64)
    total = np.bincount(owner, running, minlength=len(labels))
    size = np.bincount(group, minlength=len(labels))

    order = np.argsort(owner, kind="stable")
    cells = _Cells(*_count(term, np.empty(0) if amount is None else amount, begin, order, owner, len(words[0])))
    here, term = cells.group, cells.term
    times = np.bincount(cells.row, cells.times, minlength=len(here))
    if amount is None:
        count, units = times, np.bincount(cells.row, minlength=len(here))
    else:
        # Sums of thirds are off by a last bit; words of the same count are to stand in alphabetical order all the same.
        count = np.bincount(cells.row, cells.amount, minlength=len(here)).round(9)
        units = np.bincount(cells.row, cells.amount != 0, minlength=len(here)).astype(np.int64)
    documents = np.minimum(units, size[here])  # the units of a group's only document are its sentences
    idf = np.log((1 + tokens.n_documents) / (1 + np.bincount(term, documents, minlength=len(words[0])))) + 1

    rows = np.flatnonzero(times >= min_count)
    rows = rows[by_value(term[rows])]  # terms are numbered in alphabetical order
    rows = rows[np.argsort(-count[rows], kind="stable")]
    rows = rows[by_value(here[rows])]
    low, high = _intervals(cells, rows, order, owner, running, resamples=resamples, seed=seed)
    here, term, count, documents = here[rows], term[rows], count[rows], documents[rows]
    total, size = total[here], size[here]
    table = pd.DataFrame(
        {
            "term": joined(vocabulary, words).take(term),
            "count": count if weights is not None else count.astype(np.int64),
            "per_million": np.divide(1e6 * count, total, out=np.zeros(len(count)), where=total > 0),
            "documents": documents,
            "document_share": documents / size,
            "tf_idf": count * idf[term],
            "ci_low": 1e6 * low,
            "ci_high": 1e6 * high,
        },
        copy=False,  # the columns are new, and a second copy of millions of rows takes as long as the counting
    )
    if by is not None:
        table.insert(0, by, labels.take(here))
    return table


def _groups(tokens: Tokens, by: str | None) -> tuple[Ids, Any]:
    """The group of each document, as a number, and the sorted names of the groups."""
    if by is None:
        return np.zeros(tokens.n_documents, dtype=np.int32), [""]
    labels, group = np.unique(tokens.groups(by).to_numpy(dtype=object), return_inverse=True)
    return group.astype(np.int32), pd.Series(labels, dtype="str").array


def _units(tokens: Tokens, group: Ids) -> tuple[Ids, Ids]:
    """What is drawn for the intervals: the unit of each word, and the group of each unit.

    A unit is a document or, where a group has only one, a sentence.
    """
    alone = np.bincount(group)[group] == 1
    document = tokens.sentence_document
    first = np.searchsorted(document, np.arange(tokens.n_documents + 1))
    units = np.where(alone, np.diff(first), 1)
    base = np.cumsum(units) - units
    of_sentence = base[document] + alone[document] * (np.arange(tokens.n_sentences) - first[document])
    return np.repeat(of_sentence.astype(np.int32), np.diff(tokens.sentence_offsets)), np.repeat(group, units)


class _Cells(NamedTuple):
    """What stands where: one row a group and term in it, one cell a unit and row in it.

    ``group``, ``term`` of each row, the rows of a group side by side; ``row``, ``times`` (occurrences) and ``amount``
    (with the weights) of each cell; ``begin``: where the cells of each unit begin, the units ordered by group.
    """

    group: Ids
    term: Ids
    row: Ids
    times: Ids
    amount: Floats
    begin: Ints


@compiled
def _count(term: Any, weight: Any, begin: Any, order: Any, owner: Any, terms: int) -> Any:
    """The `_Cells` of occurrences, each of a term (-1: not to be counted) and a weight (none: all weigh 1).

    `begin`: where the occurrences of each unit begin; `order`: the units in the order of their group, the `owner`.
    """
    group, number, row = np.empty_like(term), np.empty_like(term), np.empty_like(term)
    times, amount = np.empty_like(term), np.empty(len(term))
    bounds = np.zeros(len(order) + 1, dtype=np.int64)
    last_row, last_cell = np.full(terms, -1), np.full(terms, -1)  # of each term
    rows = cells = group_row = 0
    for at, unit in enumerate(order):
        first_cell = cells
        if at == 0 or owner[order[at - 1]] != owner[unit]:
            group_row = rows
        for place in range(begin[unit], begin[unit + 1]):
            this = term[place]
            if this < 0:
                continue
            if last_row[this] < group_row:
                group[rows], number[rows] = owner[unit], this
                last_row[this] = rows
                rows += 1
            if last_cell[this] < first_cell:
                row[cells], times[cells], amount[cells] = last_row[this], 0, 0.0
                last_cell[this] = cells
                cells += 1
            cell = last_cell[this]
            times[cell] += 1
            amount[cell] += weight[place] if len(weight) else 1.0
        bounds[at + 1] = cells
    return group[:rows], number[:rows], row[:cells], times[:cells], amount[:cells], bounds


def _intervals(
    cells: _Cells, rows: Ints, order: Ints, owner: Ids, running: Floats, *, resamples: int, seed: int
) -> tuple[Floats, Floats]:
    """The interval of the rate of each of `rows`, which are sorted by group."""
    low, high = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    if not resamples:
        return low, high
    groups = np.arange(owner.max(initial=-1) + 2)
    units, first, listed = (np.searchsorted(of, groups) for of in (owner[order], cells.group, cells.group[rows]))
    for group in groups[:-1]:
        own, chosen = slice(*units[group : group + 2]), slice(*listed[group : group + 2])
        begin = cells.begin[own.start : own.stop + 1]
        inside = slice(begin[0], begin[-1])
        shape = (own.stop - own.start, first[group + 1] - first[group])
        counts = sparse.csr_array(
            (cells.amount[inside], cells.row[inside] - first[group], begin - begin[0]), shape=shape
        )
        low[chosen], high[chosen] = rate_intervals(
            counts[:, rows[chosen] - first[group]], running[order[own]], resamples=resamples, seed=seed
        )
    return low, high


def before_and_after(
    tokens: Tokens, weights: NDArray[np.float64], *, stopwords: Iterable[str] | None = None
) -> pd.DataFrame:
    """How `weights` change the count of each word, those that lose most first.

    ``term``; ``count`` as the text stands; ``adjusted``, the sum of the weights; ``lost``, their difference; ``rank``
    and ``adjusted_rank``, the word's place by either count (1 = most; ties in alphabetical order).

    >>> from analysis import read_text, tokenize
    >>> from analysis.redundancy.repeats import weights
    >>> tokens = tokenize(read_text("We will win. They said no. We will win."))
    >>> before_and_after(tokens, weights(tokens))[["term", "count", "adjusted", "lost"]].head(2)
       term  count  adjusted  lost
    0    we      2       1.0   1.0
    1  will      2       1.0   1.0
    """
    before = terms(tokens, stopwords=stopwords, resamples=0)
    after = terms(tokens, stopwords=stopwords, weights=weights, resamples=0)
    table = before[["term", "count"]].assign(rank=np.arange(1, len(before) + 1))
    after = after[["term", "count"]].assign(adjusted_rank=np.arange(1, len(after) + 1))
    table = table.merge(after.rename(columns={"count": "adjusted"}), on="term", validate="one_to_one")
    # Sums of thirds are off by a last bit; the count of a word that loses nothing is exactly as before.
    table["adjusted"] = table["adjusted"].round(9)
    table["lost"] = (table["count"] - table["adjusted"]).round(9)
    order = table.sort_values(["lost", "count", "term"], ascending=[False, False, True], ignore_index=True)
    return order[["term", "count", "adjusted", "lost", "rank", "adjusted_rank"]]
