"""How weights, those of repeated sentences for one, change the count of each word."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.terms.cells import counted, groups_of
from analysis.text.parted import LISTED, AnyTokens, Parted, names, part_weights, parts
from analysis.text.stopwords import stopped
from analysis.text.tokens import Tokens


def before_and_after(
    tokens: AnyTokens, weights: NDArray[np.float64], *, stopwords: Iterable[str] | None = None
) -> pd.DataFrame:
    """How `weights` change the count of each word, those that lose most first.

    ``term``; ``count`` as the text stands; ``adjusted``, the sum of the weights; ``lost``, their difference; ``rank``
    and ``adjusted_rank``, the word's place by either count (1 = most; ties in alphabetical order).

    Of a corpus in parts the table has the first `LISTED` rows; the ranks are among all words.

    >>> from analysis import read_text, tokenize
    >>> from analysis.redundancy.repeats import weights
    >>> tokens = tokenize(read_text("We will win. They said no. We will win."))
    >>> before_and_after(tokens, weights(tokens))[["term", "count", "adjusted", "lost"]].head(2)
       term  count  adjusted  lost
    0    we      2       1.0   1.0
    1  will      2       1.0   1.0
    """
    count, adjusted = _sums(tokens, weights)
    kept = ~stopped(tokens.vocabulary, stopwords) & (count > 0)
    rows = np.flatnonzero(kept).astype(np.int32)
    if isinstance(tokens, Tokens):  # of which the types are not in alphabetical order
        rows = rows[pd.Series(names(tokens, rows), dtype="str").argsort().to_numpy()]
    # Sums of thirds are off by a last bit; the count of a word that loses nothing is exactly as before.
    count, adjusted = count[rows], adjusted[rows].round(9)
    rank, adjusted_rank = _ranks(-count), _ranks(-adjusted)
    lost = (count - adjusted).round(9)
    first = np.lexsort((-count, -lost))[: LISTED if isinstance(tokens, Parted) else None]
    return pd.DataFrame(
        {
            "term": pd.Series(names(tokens, rows[first]), dtype="str"),
            "count": count[first].astype(np.int64),
            "adjusted": adjusted[first],
            "lost": lost[first],
            "rank": rank[first].astype(np.int64),
            "adjusted_rank": adjusted_rank[first].astype(np.int64),
        }
    )


def _sums(tokens: AnyTokens, weights: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """(types,) how often each type stands in the whole, and the sum of the weights."""
    count = np.zeros(len(tokens.vocabulary), dtype=np.int32)
    adjusted = np.zeros(len(tokens.vocabulary))
    groups = groups_of(tokens, None)
    for part in parts(tokens):
        ids, every = part.tokens.ids, np.arange(len(part.tokens))
        amount = part_weights(tokens, weights, part)
        cells = counted(part.tokens, ids, every, len(part.types), groups=groups.within(part), weights=amount)
        types = part.types[cells.term[cells.row]]
        np.add.at(count, types, cells.times)
        np.add.at(adjusted, types, cells.amount)  # one after the other: the sum depends on the order
    return count, adjusted


def _ranks(values: NDArray[np.int32] | NDArray[np.float64]) -> NDArray[np.int32]:
    """The place of each of `values`, the least being 1; those that are equal in their order."""
    rank = np.empty(len(values), dtype=np.int32)
    rank[np.argsort(values, kind="stable")] = np.arange(1, len(values) + 1, dtype=np.int32)
    return rank
