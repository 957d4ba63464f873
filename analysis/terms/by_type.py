"""What is counted for each type of a corpus that may be in parts."""

import numpy as np
from numpy.typing import NDArray

from analysis.text.parted import AnyTokens, parts


def type_counts(tokens: AnyTokens) -> NDArray[np.int64]:
    """(types,) how often each type stands in the whole.

    >>> from analysis import read_text, tokenize
    >>> type_counts(tokenize(read_text("War is war."))).tolist()
    [2, 1]
    """
    count = np.zeros(len(tokens.vocabulary), np.int64)
    for part in parts(tokens):
        count[part.types] += np.bincount(part.tokens.ids, minlength=len(part.types))
    return count
