"""Texts as vectors of meaning: near each other where they speak of the same thing, with or without a word in common."""

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

SIZE = 256  # numbers of a vector
DIGITS = 6  # decimals that are kept: far fewer than a vector says, and enough that machines agree
TELLING = 5.0  # length of a content word's vector at least: that of "the" is 1.6, "said" 6.5, "killed" 17
BATCH = 512  # texts whose word vectors are in memory at once, some 20 MB for sentences


def available() -> bool:
    """Whether the package that holds the vectors is installed."""
    return find_spec("wordllama") is not None


def embed(texts: Sequence[str]) -> Floats:
    """One vector a text: (texts, 256) float32, each row of length 1, so that ``a @ b`` is the cosine of two of them.

    A text is the mean of the vectors of its word pieces, whatever their order: those of WordLlama's ``l2_supercat``
    (Miller 2024, WordLlama: Recycled token embeddings from large language models), learnt from English texts, upper
    and lower case apart. So two sentences are near that have the same theme; a negation or a change of roles hardly
    moves them. A text without a character in it is a row of zeros, and its cosine with anything is 0.

    The vectors come inside the package, and nothing is ever downloaded. A row depends on its text alone, not on the
    others it is given with; sums are taken in double precision one word piece after the other and rounded to six
    decimals, so that machines agree. Some thousand sentences a second.

    Raises `ModuleNotFoundError` without the extra "embeddings", `ValueError` for a single text in place of many.

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
    """The vectors of `embed` at their own length, which says how much a text's words tell: (texts, 256) float32.

    The vectors were learnt as plain means, so a word that says little of a theme came to be short: "the" has about a
    tenth of the length of "committee". The vector of several words is about the mean of theirs.

    >>> the, committee = np.sqrt((means(["the", "committee"]) ** 2).sum(axis=1)).tolist()
    >>> round(the, 1), round(committee, 1)
    (1.6, 15.8)
    """
    return _means(texts).round(DIGITS).astype(np.float32)


def tells(words: Sequence[str]) -> NDArray[np.bool_]:
    """(words,) whether each is a content word: its vector has the length `TELLING` or more.

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
        pieces = [_pieces(model, text) for text in texts[first : first + BATCH]]
        length = np.array([len(ids) for ids in pieces])
        filled = np.flatnonzero(length)
        if not len(filled):
            continue
        values = model.embedding[np.concatenate([pieces[row] for row in filled]).astype(np.int64)]
        begin = np.append(0, np.cumsum(length[filled])[:-1])
        sums = np.add.reduceat(values, begin, axis=0, dtype=np.float64)
        vectors[first + filled] = sums / length[filled, None]
    return vectors


def _pieces(model: Any, text: str) -> list[int]:
    """The word pieces of a text as numbers; a line break in the midst of a sentence is a blank."""
    # One text a call: a call with many starts threads, and a fork after that prints a warning.
    ids: list[int] = model.tokenizer.encode(" ".join(text.split()), add_special_tokens=False).ids
    return ids


@cache
def _model() -> Any:
    """The vectors and the word pieces, loaded once."""
    if not available():
        raise ModuleNotFoundError("embeddings need the extra 'embeddings': pip install 'lafz[embeddings]'")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    wordllama = import_module("wordllama")
    # Its import sets up the log of the whole process to print what any package says; that is not its business.
    root.handlers[:] = handlers
    root.setLevel(level)
    folder = Path(str(wordllama.__file__)).parent
    model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
    model.tokenizer.no_padding()
    return model
