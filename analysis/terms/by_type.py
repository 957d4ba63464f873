"""What is counted for each type of the vocabulary, part by part: its occurrences, or their weights."""

import numpy as np
from numpy.typing import NDArray

from analysis.text.parted import AnyTokens, part_weights, parts


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


def type_weights(tokens: AnyTokens, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """(types,) the sum of the weights, one a token or one a sentence, of the places of each type.

    Raises `ValueError` for weights of another length.

    >>> from analysis import read_text, tokenize
    >>> type_weights(tokenize(read_text("War is war.")), np.array([0.5, 1.0, 0.25])).tolist()
    [0.75, 1.0]
    """
    total = np.zeros(len(tokens.vocabulary))
    for part in parts(tokens):
        total[part.types] += np.bincount(part.tokens.ids, part_weights(tokens, weights, part), len(part.types))
    return total
