"""Which words carry a text: counts of words and n-grams, with rates, spread over documents and intervals.

The terms of each part of a corpus are counted, and what they count in all parts is added up, term by term. A second
reading of the parts finds the documents in which those terms appear that the table has.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise
from math import comb
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.bootstrap import Draws, draws, intervals
from analysis.terms.adjusted import before_and_after
from analysis.terms.cells import Cells, Groups, counted, groups_of, inverse_frequency
from analysis.terms.dispersion import dispersion
from analysis.terms.diversity import diversity
from analysis.terms.keys import Alphabet, Columns, alphabet, folder_of, key_buckets, of_terms, pack, rows_of, summed
from analysis.terms.ngrams import by_value, check, ngrams, numbered, runs
from analysis.terms.trends import trends
from analysis.terms.zipf import zipf
from analysis.text.buckets import Buckets
from analysis.text.compiled import Floats, Ints
from analysis.text.parted import AnyTokens, part_weights, parts
from analysis.text.tokens import Ids, offsets_of

# What is counted over and over is asked for in one place; the modules that these come from have the rest.
__all__ = ["before_and_after", "dispersion", "diversity", "ngrams", "terms", "trends", "zipf"]

COLUMNS = ["term", "count", "per_million", "documents", "document_share", "tf_idf", "ci_low", "ci_high"]

AT_LEAST = 1000  # rows of a group
CELLS = 500_000  # about, whose intervals are made together: what is made of them takes some 80 bytes each


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
    most: int | None = None,
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

    With `most` the table has the first rows only, so many. With `by` they are the first of each group, `most` over the
    number of groups or 1,000 (fewer of more than 1,000 groups), and the rows of as many terms that are the most
    frequent of all groups together. Each row has the values that it has in the whole table.

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
    check(n, skip)
    groups, words = groups_of(tokens, by), alphabet(tokens, stopwords=stopwords)
    count = partial(_counted, tokens, words, groups, n=n, skip=skip, weights=weights, min_count=min_count)
    owners, runnings = [], []
    types = [np.int32, np.int32] if weights is None else [np.int32, np.int32, np.float64]
    at_most = len(tokens) * comb(n - 1 + skip, skip)
    buckets = key_buckets(tokens, radices=words.radices(n, len(groups.names)), values=types, rows=at_most)
    for cells, keys in count():
        owners.append(cells.owner)
        runnings.append(cells.running)
        numbers = [np.bincount(cells.row, cells.times), np.bincount(cells.row, cells.amount != 0)]
        if weights is not None:
            numbers.append(np.bincount(cells.row, cells.amount))
        order = by_value(cells.term)  # sorted pieces are soon sorted together
        buckets.add(*(column[order] for column in (*keys, *numbers)))
    # What was counted of a corpus in one part is at hand still, that of several is counted again.
    again = [(cells, keys)] if len(owners) == 1 else count()
    owner, running = np.concatenate(owners), np.concatenate(runnings)
    rows = _first_rows(buckets, groups, min_count, most)
    del buckets  # and its files
    low, high = np.full((2, len(rows.counts)), np.nan)
    if resamples and len(rows.counts):
        room = partial(Buckets, folder_of(tokens))
        low, high = _intervals(again, rows, owner, running, room, resamples=resamples, seed=seed)
    total = np.bincount(owner, running, minlength=len(groups.names))[rows.group]
    table = pd.DataFrame(
        {
            "term": words.terms(rows.keys, n, len(groups.names)),
            "count": rows.counts.astype(np.int64 if weights is None else np.float64, copy=False),
            "per_million": np.divide(1e6 * rows.counts, total, out=np.zeros(len(total)), where=total > 0),
            "documents": rows.documents,
            "document_share": rows.documents / groups.sizes[rows.group],
            "tf_idf": rows.counts * rows.idf,
            "ci_low": 1e6 * low,
            "ci_high": 1e6 * high,
        },
        copy=False,  # the columns are new, and a second copy of millions of rows takes as long as the counting
    )
    if by is not None:
        table.insert(0, by, groups.names.take(rows.group))
    return table


class _Rows(NamedTuple):
    """Some rows of the table, as columns.

    ``keys``: the term and the group, see `pack`; ``units``: how many documents, or sentences, the row is counted in;
    ``idf``, and ``weight``, the count in all groups, are of the term.
    """

    keys: Columns
    group: NDArray[Any]
    counts: NDArray[Any]
    documents: Ints
    units: NDArray[Any]
    idf: Floats
    weight: NDArray[Any]

    def take(self, rows: NDArray[Any]) -> "_Rows":
        """Those at the places `rows`, or where they are true."""
        return _Rows([key[rows] for key in self.keys], *(column[rows] for column in self[1:]))

    def order(self, *first: NDArray[Any]) -> Ints:
        """Their places in the order of the columns `first`, of the terms and of the groups."""
        return np.lexsort((*reversed(self.keys), *reversed(first)))


def _counted(
    tokens: AnyTokens,
    words: Alphabet,
    groups: Groups,
    *,
    n: int,
    skip: int,
    weights: Floats | None,
    min_count: int,
) -> Iterator[tuple[Cells, Columns]]:
    """The cells of each part, and the key of each of their rows."""
    for part in parts(tokens):
        running, place = runs(words.codes[0][part.types][part.tokens.ids], part.tokens.sentence_offsets, n, skip)
        term, own = numbered(running)
        kept = ~words.dropped[own[0]] & ~words.dropped[own[-1]]
        if part.tokens.n_documents == tokens.n_documents:  # a group may still have too few of what all have enough of
            kept &= np.bincount(term, minlength=len(kept)) >= min_count
        term = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)[term]
        amount = part_weights(tokens, weights, part)
        cells = counted(part.tokens, term, place, int(kept.sum()), groups=groups.within(part), weights=amount)
        digits = [*(word[kept][cells.term] for word in own), cells.group]
        yield cells, pack(digits, words.radices(n, len(groups.names)))


def _first_rows(buckets: Buckets, groups: Groups, min_count: int, most: int | None) -> _Rows:
    """The rows of the table in its order."""
    number = len(groups.names)
    each = most
    if most is not None and number > 1:
        each = max(most // number, min(AT_LEAST, 10 * most // number), 1)
    least, lightest = np.zeros(number), 0.0  # of those that are first so far
    found: list[_Rows] = []
    for k in range(len(buckets)):
        rows = _rows(buckets.read(k), groups, min_count)
        found.append(rows.take((rows.counts >= least[rows.group]) | (rows.weight >= lightest)) if found else rows)
        if each is None or sum(len(piece.counts) for piece in found) <= each:
            continue
        rows = _together(found)
        place = _places_in_group(rows)
        kept, last = place < each, place == each - 1
        least[rows.group[last]] = rows.counts[last]
        lightest = np.inf
        if number > 1:
            place = _places_in_all(rows, number)
            kept |= place < each
            lightest = rows.weight[place == each - 1].max(initial=0.0)
        found = [rows.take(kept)]
    rows = _together(found)
    return rows.take(rows.order(rows.group, -rows.counts))


def _rows(columns: Columns, groups: Groups, min_count: int) -> _Rows:
    """The rows of all terms of a bucket."""
    values = 2 if columns[-1].dtype.kind != "f" else 3
    columns = summed(columns, len(columns) - values)
    keys, (times, units, *amount) = columns[:-values], columns[-values:]
    term, group = of_terms(keys, len(groups.names))
    # Sums of thirds are off by a last bit; words of the same count are to be in alphabetical order all the same.
    counts = amount[0].round(9) if amount else times
    documents = np.minimum(units, groups.sizes[group])  # the units of a group's only document are its sentences
    idf = inverse_frequency(np.bincount(term, documents), len(groups.of))[term]
    rows = _Rows(keys, group, counts, documents, units, idf, np.bincount(term, counts)[term])
    return rows.take(times >= min_count)


def _together(pieces: list[_Rows]) -> _Rows:
    """The rows of all pieces."""
    keys, *columns = zip(*pieces, strict=True)
    return _Rows([np.concatenate(key) for key in zip(*keys, strict=True)], *map(np.concatenate, columns))


def _places_in_group(rows: _Rows) -> Ints:
    """How many rows of its group are before each in the order of the table."""
    order = rows.order(rows.group, -rows.counts)
    group = rows.group[order]
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - np.searchsorted(group, group)
    return place


def _places_in_all(rows: _Rows, groups: int) -> Ints:
    """How many terms have a higher count in all groups than that of each row, or are before it in the alphabet."""
    order = rows.order(-rows.weight)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = of_terms([key[order] for key in rows.keys], groups)[0]
    return place


def _intervals(
    found: Iterable[tuple[Cells, Columns]],
    rows: _Rows,
    owner: Ids,
    running: Floats,
    room: Callable[..., Buckets],
    *,
    resamples: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """The interval of the rate of each row of the table, NaN where its group has fewer than two units.

    ``owner``, ``running``: the group of each unit, and what it has of all terms.
    """
    file = (np.cumsum(rows.units) - 1).astype(np.int64) // CELLS  # of each row: files of whole rows, side by side
    number = int(file[-1]) + 1
    types = [np.int32, np.int32, np.int32, np.float64 if rows.counts.dtype.kind == "f" else np.int32]
    buckets, before = room(types, number=number, spread=False), 0
    for cells, keys in found:
        row = rows_of(rows.keys, keys)[cells.row]
        unit = np.repeat(cells.order + before, np.diff(cells.begin))
        before += len(cells.owner)
        listed = row >= 0
        buckets.add(file[row[listed]], row[listed], unit[listed], cells.amount[listed])

    order = np.argsort(owner, kind="stable")
    begin = np.searchsorted(owner[order], np.arange(int(owner.max()) + 2))
    position = np.empty(len(order), dtype=np.int32)  # of each unit in its group
    position[order] = np.arange(len(order)) - begin[owner[order]]
    low, high = np.empty((2, len(file)))
    drawn: list[Draws] = []
    of = -1
    for k in range(number):
        first, stop = np.searchsorted(file, (k, k + 1)).tolist()
        _, of_row, of_unit, amount = buckets.read(k)
        of_row -= first
        by_row = by_value(of_row)
        of_unit, amount = position[of_unit[by_row]], amount[by_row]
        bounds = offsets_of(np.bincount(of_row, minlength=stop - first))
        edges = np.flatnonzero(np.diff(rows.group[first:stop])) + 1
        for a, b in pairwise([0, *edges.tolist(), stop - first] if stop > first else []):
            if rows.group[first + a] != of:
                of, drawn = int(rows.group[first + a]), []  # no two at a time
                drawn = draws(running[order[begin[of] : begin[of + 1]]], resamples=resamples, seed=seed)
            inside, shape = slice(bounds[a], bounds[b]), (b - a, int(begin[of + 1] - begin[of]))
            own = sparse.csr_array((amount[inside], of_unit[inside], bounds[a : b + 1] - bounds[a]), shape=shape)
            ends = intervals(own, drawn, columns=b - a, resamples=resamples)
            low[first + a : first + b], high[first + a : first + b] = ends
    return low, high
