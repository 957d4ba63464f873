"""Places of characters that tell documents apart."""

import numpy as np
from numpy.typing import NDArray

from analysis.text.tokens import Tokens


def starts(tokens: Tokens) -> NDArray[np.int64]:
    """Where each document begins when the texts are set in a row, each with one character behind it.

    ``starts(tokens)[document] + character`` is one number for a character of a document: the words of a corpus are in
    its order, and a span finds its words by a search.

    >>> from analysis.text.corpus import read_texts
    >>> from analysis.text.tokens import tokenize
    >>> starts(tokenize(read_texts(["War.", "Peace."]))).tolist()
    [0, 5]
    """
    lengths = np.array([len(text) + 1 for text in tokens.corpus.texts], dtype=np.int64)
    return np.cumsum(lengths) - lengths
