"""Which document, sentence or word a place belongs to: a search for each place asked for, no column for all words."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.text.tokens import Offsets, Tokens


def document_of(tokens: Tokens, places: ArrayLike) -> Offsets:
    """The position in ``corpus.documents`` of the document of the words at `places`.

    >>> from analysis.text.corpus import read_texts
    >>> from analysis.text.tokens import tokenize
    >>> document_of(tokenize(read_texts(["Rain.", "It is."])), np.array([0, 2])).tolist()
    [0, 1]
    """
    return np.searchsorted(tokens.document_offsets, places, side="right") - 1


def sentence_of(tokens: Tokens, places: ArrayLike) -> Offsets:
    """The number of the sentence of the words at `places`, counted through the corpus.

    >>> from analysis import read_text, tokenize
    >>> sentence_of(tokenize(read_text("It is. Rain fell.")), np.array([1, 2])).tolist()
    [0, 1]
    """
    return np.searchsorted(tokens.sentence_offsets, places, side="right") - 1


def word_at(tokens: Tokens, document: Offsets, character: NDArray[Any]) -> Offsets:
    """The first word of each `document` that begins at its `character` or behind; else the one after the document.

    >>> from analysis import read_text, tokenize
    >>> word_at(tokenize(read_text("To be or not.")), np.array([0, 0, 0]), np.array([3, 4, 99])).tolist()
    [1, 2, 4]
    """
    low, high = tokens.document_offsets[document], tokens.document_offsets[document + 1]
    while (apart := low < high).any():
        middle = (low + high) // 2
        before = apart & (tokens.start[np.where(apart, middle, 0)] < character)
        low, high = np.where(before, middle + 1, low), np.where(apart & ~before, middle, high)
    return low


def parts(tokens: Tokens, words: int) -> list[tuple[int, int]]:
    """The documents in stretches of about `words` words, each as its first document and the one after its last.

    For work that takes up much for each word and knows no more than one document.

    >>> from analysis.text.corpus import read_texts
    >>> from analysis.text.tokens import tokenize
    >>> parts(tokenize(read_texts(["Rain.", "To be or not.", "It is.", "War."])), 3)
    [(0, 2), (2, 3), (3, 4)]
    """
    cuts = np.searchsorted(tokens.document_offsets, np.arange(0, len(tokens), words)).tolist()
    return list(pairwise(sorted({0, *cuts, tokens.n_documents})))
