"""Embeddings: vectors of texts whose cosine is high if they have the same theme, even without common words."""

import logging
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIZE = 256  # dimensions of a vector
DIGITS = 6  # decimals, to which all machines agree
TELLING = 5.0  # minimum length of a content word's vector: "the" has 1.6, "said" 6.5, "killed" 17
BATCH = 512  # texts whose word vectors are in memory together, about 20 MB for sentences


def available() -> bool:
    """Whether the package with the vectors is installed."""
    return find_spec("wordllama") is not None


def embed(texts: Sequence[str]) -> Floats:
    """Embed texts: (texts, 256) float32, each row of length 1, so that ``a @ b`` is a cosine.

    A row is the mean of the vectors of the text's word pieces, in WordLlama's ``l2_supercat`` (Miller 2024, WordLlama:
    Recycled token embeddings from large language models), trained on English. It captures themes, regardless of word
    order: negation or a change of roles hardly matters. A blank text is a row of zeros.

    The vectors are part of the package; nothing is downloaded. A row depends on its text alone, and is summed in double
    precision and rounded, so that all machines agree. About a thousand sentences a second.

    Raises `ModuleNotFoundError` without the extra "embeddings", `ValueError` for a single text instead of many.

    >>> vectors = embed(["The army attacked the village.", "Troops raided a hamlet.", "Wheat prices fell."])
    >>> vectors.shape
    (3, 256)
    >>> bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2])
    True
    """
    vectors = _means(texts)
    size = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    np.divide(vectors, size, out=vectors, where=size > 0)
    return vectors.round(DIGITS).astype(np.float32)


def means(texts: Sequence[str]) -> Floats:
    """The vectors of `embed` before normalization: (texts, 256) float32.

    Their length reflects how much the words contribute to a theme: "the" has a tenth of the length of "committee".

    >>> the, committee = np.sqrt((means(["the", "committee"]) ** 2).sum(axis=1)).tolist()
    >>> round(the, 1), round(committee, 1)
    (1.6, 15.8)
    """
    return _means(texts).round(DIGITS).astype(np.float32)


def tells(words: Sequence[str]) -> NDArray[np.bool_]:
    """(words,) whether each is a content word: its vector has at least the length `TELLING`.

    >>> tells(["the", "committee"]).tolist()
    [False, True]
    """
    size: NDArray[np.float64] = np.sqrt((means(words).astype(np.float64) ** 2).sum(axis=1))
    return size >= TELLING


def _means(texts: Sequence[str]) -> NDArray[np.float64]:
    if isinstance(texts, str):
        raise ValueError(f"a single text ({texts[:20]!r}) where many are expected: give a list, [text]")
    model = _model()
    vectors = np.zeros((len(texts), SIZE))
    for first in range(0, len(texts), BATCH):
        # One text per call: a call with many starts threads, and a fork after that prints a warning.
        cleaned = [" ".join(text.split()) for text in texts[first : first + BATCH]]
        pieces = [model.tokenizer.encode(text, add_special_tokens=False).ids for text in cleaned]
        length = np.array([len(ids) for ids in pieces])
        filled = np.flatnonzero(length)
        if not len(filled):
            continue
        values = model.embedding[np.concatenate([pieces[row] for row in filled]).astype(np.int64)]
        begin = np.append(0, np.cumsum(length[filled])[:-1])
        sums = np.add.reduceat(values, begin, axis=0, dtype=np.float64)
        vectors[first + filled] = sums / length[filled, None]
    return vectors


@cache
def _model() -> Any:
    if not available():
        raise ModuleNotFoundError("embeddings need the extra 'embeddings': pip install 'lafz[embeddings]'")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    wordllama = import_module("wordllama")
    # Undo the logging configuration of the whole process by its import.
    root.handlers[:] = handlers
    root.setLevel(level)
    folder = Path(str(wordllama.__file__)).parent
    model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
    model.tokenizer.no_padding()
    return model
