"""How the use of words changes over time: rates by day, week, month, year or decade, and tests for a trend."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, stats

from analysis.core.compiled import Ints
from analysis.core.intervals import gather, rate_intervals
from analysis.text.lookup import document_of, sentence_of
from analysis.text.periods import periods
from analysis.text.shards import shard_weights, shards, types_of
from analysis.text.tokens import Tokens

LEVEL = 0.05  # of the false discovery rate below which a trend has a direction


def trends(
    tokens: Tokens,
    terms: Iterable[str],
    *,
    every: str = "month",
    weights: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """The rate of each of `terms`, words or several with blanks between, in each period from the first to the last.

    One row a term, in the order given, and a period:

    - ``period``: its first day; a week begins on Monday;
    - ``term``; ``count``: its occurrences, within one sentence each; with `weights` (one number a token, or one a
      sentence), the sum of the weights of their first words;
    - ``words``: the running words of the period; with `weights`, their sum;
    - ``documents``: the documents of the period that hold the term, out of ``period_documents``;
    - ``per_million``: ``count`` a million ``words``; NaN in a period without words;
    - ``ci_low``, ``ci_high``: its 95% interval over the documents of the period, see
      `analysis.core.intervals.intervals_of`; NaN with fewer than five documents.

    Documents without a date, see `analysis.text.periods.undated`, are left out. Raises `ValueError` when there is no
    other document, when `every` is not one of "day", "week", "month", "year" and "decade", when a term does not occur,
    or when weights are of another length.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("War is near. Peace is far.", date="2024-06-22"))
    >>> trends(tokens, ["is", "is far"])[["period", "term", "count", "words"]]
          period    term  count  words
    0 2024-06-01      is      2      6
    1 2024-06-01  is far      1      6
    """
    if isinstance(terms, str):
        raise ValueError(f"terms is {terms!r}: give a collection of terms, such as [{terms!r}]")
    terms = list(dict.fromkeys(terms))
    first_days, period = periods(tokens, every)
    counts, sizes = _counts(tokens, terms, weights)

    low, high = rate_intervals(counts, sizes, period, len(first_days))
    inside = gather(period, len(first_days))
    count, documents = (inside @ counts).toarray().round(9), (inside @ (counts != 0)).toarray()
    words = (inside @ sizes)[:, None]
    rate = np.divide(1e6 * count, words, out=np.full(count.shape, np.nan), where=words > 0)

    kind = np.int64 if weights is None else np.float64
    return pd.DataFrame(
        {
            "period": np.tile(first_days, len(terms)),
            "term": pd.Series(np.repeat(np.array(terms, dtype=object), len(first_days)), dtype="str"),
            "count": count.T.ravel().astype(kind),
            "words": np.tile(words.ravel(), len(terms)).astype(kind),
            "documents": documents.T.ravel().astype(np.int64),
            "period_documents": np.tile(np.bincount(period[period >= 0], minlength=len(first_days)), len(terms)),
            "per_million": rate.T.ravel(),
            "ci_low": 1e6 * low.T.ravel(),
            "ci_high": 1e6 * high.T.ravel(),
        }
    )


def trend_tests(table: pd.DataFrame) -> pd.DataFrame:
    """Whether the rate of each term in a table of `trends` rises or falls with time.

    One row a term, the smallest p first (ties in alphabetical order, terms without a test last):

    - ``periods``: those with words, and so a rate; the others are left out;
    - ``tau``: Kendall's tau-b of the rates and the order of their periods, see `scipy.stats.kendalltau` (Kendall 1945,
      The treatment of ties in ranking problems; as a test for trend: Mann 1945, Nonparametric tests against trend):
      1 = the rate never falls, -1 = it never rises, 0 = as many pairs of periods fall as rise;
    - ``p``: two-sided, of tau 0; NaN, as is tau, with fewer than four periods or a rate that never changes;
    - ``q``: p adjusted for the terms of the table that have one (Benjamini and Hochberg 1995, Controlling the false
      discovery rate);
    - ``direction``: "rising" or "falling" with q up to 0.05, else "unclear".

    The test takes the periods for independent. Where each resembles the one before, as in the news, p is too small, and
    longer periods help.

    >>> table = pd.DataFrame({"term": "war", "period": pd.date_range("2024-01-01", periods=5), "per_million": range(5)})
    >>> trend_tests(table).round(4)  # of the 120 orders of five rates, two are as steady
      term  periods  tau       p       q direction
    0  war        5  1.0  0.0167  0.0167    rising
    """
    rows = []
    for term, own in table.sort_values("period").groupby("term"):
        # Rates that the weights of copies make equal up to a last bit are ties.
        rates = own["per_million"].dropna().to_numpy(dtype=np.float64).round(6)
        tau = p = np.nan
        if len(rates) >= 4 and np.ptp(rates) > 0:
            tau, p = stats.kendalltau(np.arange(len(rates)), rates)
        rows.append((term, len(rates), tau, p))
    tests = pd.DataFrame(rows, columns=["term", "periods", "tau", "p"])
    tests = tests.astype({"term": "str", "periods": np.int64, "tau": np.float64, "p": np.float64})
    tested = tests["p"].notna()
    tests["q"] = np.nan
    tests.loc[tested, "q"] = stats.false_discovery_control(tests.loc[tested, "p"])
    sure = tests["q"] <= LEVEL
    tests["direction"] = np.select(
        [sure & (tests["tau"] > 0), sure & (tests["tau"] < 0)], ["rising", "falling"], "unclear"
    )
    return tests.sort_values(["p", "term"], ignore_index=True)


def _counts(tokens: Tokens, terms: list[str], weights: NDArray[np.float64] | None) -> tuple[Any, Any]:
    """The amount of each term in each document, sparse (documents, terms), and of all words."""
    split = [term.split(" ") for term in terms]
    types = types_of(tokens, [word for words in split for word in words])
    bounds = np.cumsum([0, *map(len, split)]).tolist()
    found: list[Any] = []
    sizes: list[NDArray[Any]] = []
    times = np.zeros(len(terms), dtype=np.int64)
    for shard in shards(tokens):
        amount = shard_weights(tokens, weights, shard)
        ids = pd.Index(shard.types).get_indexer(pd.Index(types))  # -1 where the shard does not have the word
        places = [_places(shard.tokens, ids[first:stop]) for first, stop in pairwise(bounds)]
        here = np.array([len(place) for place in places], dtype=np.int64)
        times += here
        place = np.concatenate([np.zeros(0, dtype=np.int64), *places])
        column = np.repeat(np.arange(len(terms)), here)
        values = np.ones(len(place)) if amount is None else amount[place]
        shape = (shard.tokens.n_documents, len(terms))
        found.append(sparse.csr_array((values, (document_of(shard.tokens, place), column)), shape=shape))
        lengths = np.diff(shard.tokens.document_offsets)
        owner = np.repeat(np.arange(len(lengths)), lengths)
        sizes.append(np.bincount(owner, amount, minlength=len(lengths)).astype(np.float64))
    for term, count in zip(terms, times.tolist(), strict=True):
        if not count:
            raise ValueError(f"{term!r} does not occur: give terms as the table of `terms` has them")
    return sparse.vstack(found, format="csr"), np.concatenate(sizes)


def _places(tokens: Tokens, ids: Ints) -> Ints:
    """The places where the term of the words `ids` begins."""
    place = np.flatnonzero(tokens.ids == ids[0])
    for step, word in enumerate(ids[1:], start=1):
        place = place[place + step < len(tokens)]
        inside = sentence_of(tokens, place + step) == sentence_of(tokens, place)
        place = place[inside & (tokens.ids[place + step] == word)]
    return place
