"""In which order a corpus is read."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.redundancy.units import Ints
from analysis.text.parted import AnyTokens

Floats = NDArray[np.float64]


def reading_order(tokens: AnyTokens) -> Ints:
    """The documents by date, undated ones last; those of one day, and the undated, in the order of the corpus.

    >>> from analysis import read_text, tokenize
    >>> reading_order(tokenize(read_text("War is near."))).tolist()
    [0]
    """
    dates = tokens.corpus.documents["date"].reset_index(drop=True)
    return dates.sort_values(kind="stable", na_position="last").index.to_numpy(dtype=np.int64)


def share(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    """`part` / `whole`, NaN where `whole` is 0."""
    quotient: Floats = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return quotient
