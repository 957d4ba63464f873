"""How weights, those of repeated sentences for one, change the count of each word."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.terms.cells import type_counts, type_weights
from analysis.terms.keys import alphabetical, first_of
from analysis.text.parted import names
from analysis.text.stopwords import stopped
from analysis.text.tokens import Tokens


def before_and_after(
    tokens: Tokens,
    weights: NDArray[np.float64],
    *,
    stopwords: Iterable[str] | None = None,
    most: int | None = None,
) -> pd.DataFrame:
    """How `weights` change the count of each word, those that lose most first.

    ``term``; ``count`` as the text stands; ``adjusted``, the sum of the weights; ``lost``, their difference; ``rank``
    and ``adjusted_rank``, the word's place by either count (1 = most; ties in alphabetical order).

    With `most` the table has the first rows only, so many; the ranks are among all words. Raises `ValueError` for
    weights that are neither one a token nor one a sentence.

    >>> from analysis import read_text, tokenize
    >>> from analysis.redundancy.repeats import weights
    >>> tokens = tokenize(read_text("We will win. They said no. We will win."))
    >>> before_and_after(tokens, weights(tokens))[["term", "count", "adjusted", "lost"]].head(2)
       term  count  adjusted  lost
    0    we      2       1.0   1.0
    1  will      2       1.0   1.0
    """
    count, adjusted = type_counts(tokens).astype(np.int32), type_weights(tokens, weights)
    del weights  # of a large corpus they are the most that is here
    rows = alphabetical(tokens)
    rows = rows[(~stopped(tokens.vocabulary, stopwords) & (count > 0))[rows]]
    count, adjusted = count[rows], adjusted[rows]
    # Sums of thirds are off by a last bit; the count of a word that loses nothing is exactly as before.
    np.round(adjusted, 9, out=adjusted)
    lost = count - adjusted
    np.round(lost, 9, out=lost)
    first = first_of(most, -lost, -count)  # of those that lose as much, the most frequent
    lost = lost[first]
    rank, adjusted_rank = _ranks(count, first), _ranks(adjusted, first)
    return pd.DataFrame(
        {
            "term": pd.Series(names(tokens, rows[first]), dtype="str"),
            "count": count[first].astype(np.int64),
            "adjusted": adjusted[first],
            "lost": lost,
            "rank": rank,
            "adjusted_rank": adjusted_rank,
        }
    )


def _ranks(values: NDArray[np.int32] | NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each of `rows` by its value, the most being 1; of those that are equal in their order."""
    rank = np.empty(len(values), dtype=np.int32)
    rank[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1, dtype=np.int32)
    return rank[rows].astype(np.int64)
