"""Find the document, sentence or word of a place in the text by binary search."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.text.documents import Offsets
from analysis.text.tokens import Tokens


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The distinct integers of `values`, sorted, as `np.unique` has them.

    NumPy hashes them, which takes 60 times as long as sorting for millions of which most are distinct.

    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(values)
    found: NDArray[Any] = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return found


def document_of(tokens: Tokens, places: ArrayLike) -> Offsets:
    """The document, by position in ``corpus.documents``, of the words at `places`."""
    return np.searchsorted(tokens.document_offsets, places, side="right") - 1


def sentence_of(tokens: Tokens, places: ArrayLike) -> Offsets:
    """The sentence, numbered through the corpus, of the words at `places`."""
    return np.searchsorted(tokens.sentence_offsets, places, side="right") - 1


def sentence_in_document(tokens: Tokens, places: NDArray[Any]) -> Offsets:
    """The sentence, numbered from 0 in each document, of the words at `places`.

    >>> from analysis import load_tokens
    >>> sentence_in_document(load_tokens(["Rain.", "It is. Rain fell."]), np.array([0, 2, 4])).tolist()
    [0, 0, 1]
    """
    return sentence_of(tokens, places) - first_sentences(tokens)[document_of(tokens, places)]


def first_sentences(tokens: Tokens) -> Offsets:
    """(documents,) the number of the first sentence of each document, or of the next one if it has none.

    >>> from analysis.text.corpus import read_texts
    >>> from analysis.text.tokens import tokenize
    >>> first_sentences(tokenize(read_texts(["It is. Rain fell.", "", "War."]))).tolist()
    [0, 2, 2]
    """
    return np.searchsorted(tokens.sentence_document, np.arange(tokens.n_documents))


def word_at(tokens: Tokens, document: Offsets, character: NDArray[Any]) -> Offsets:
    """The first word of each `document` that begins at or after its `character`; else the one after the document."""
    low, high = tokens.document_offsets[document], tokens.document_offsets[document + 1]
    while (is_open := low < high).any():
        middle = (low + high) // 2
        before = is_open & (tokens.start[np.where(is_open, middle, 0)] < character)
        low, high = np.where(before, middle + 1, low), np.where(is_open & ~before, middle, high)
    return low


def document_starts(tokens: Tokens) -> Offsets:
    """The start of each document in the concatenation of all texts, separated by one character.

    ``document_starts(tokens)[document] + character`` is a single sortable number for a character of a document.

    >>> from analysis import load_tokens
    >>> document_starts(load_tokens(["War.", "Peace."])).tolist()
    [0, 5]
    """
    lengths = np.array([len(text) + 1 for text in tokens.corpus.texts], dtype=np.int64)
    return np.cumsum(lengths) - lengths


def document_ranges(tokens: Tokens, words: int) -> list[tuple[int, int]]:
    """Cut the documents into ranges (first, stop) of about `words` words each, to bound the memory of a computation.

    >>> from analysis import load_tokens
    >>> document_ranges(load_tokens(["Rain.", "To be or not.", "It is.", "War."]), 3)
    [(0, 2), (2, 3), (3, 4)]
    """
    cuts = np.searchsorted(tokens.document_offsets, np.arange(0, len(tokens), words)).tolist()
    return list(pairwise(sorted({0, *cuts, tokens.n_documents})))
