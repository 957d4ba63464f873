"""The words of documents without their sentences, which need most of the time and change no count."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.text.corpus import Corpus
from analysis.text.kernels import find_words
from analysis.text.kernels import is_emoji as emoji_in
from analysis.text.tokens import tokenize


class Words(NamedTuple):
    """The words of documents: those of document d are ``vocabulary[ids[offsets[d]:offsets[d + 1]]]``."""

    vocabulary: NDArray[np.object_]
    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]


def find(
    corpus: Corpus,
    *,
    scheme: str = "frequency",
    lowercase: bool = True,
    boilerplate: bool = False,
    emoji: bool = True,
    **options: Any,
) -> Words:
    """The words that `tokenize` finds in `corpus` with the same parameters; the vocabulary may have more.

    Every word begins in a segment, and of a segment each character that is not white space is in a sentence: so what
    is in the segments is what is in the sentences. The treebank scheme looks at sentences, and `tokenize` does it.

    >>> from analysis import read_text
    >>> words = find(read_text("It rained. It rained again."))
    >>> words.vocabulary[words.ids].tolist(), words.offsets.tolist()
    (['it', 'rained', 'it', 'rained', 'again'], [0, 5])
    """
    if scheme != "frequency" or options:
        tokens = tokenize(corpus, scheme, lowercase, boilerplate, emoji=emoji, **options)
        return Words(tokens.vocabulary, tokens.ids, tokens.document_offsets)
    found = find_words(corpus.texts, lowercase=lowercase)
    kept = inside(corpus, found.start, found.offsets, boilerplate)
    if not emoji:
        kept &= ~emoji_in(found.vocabulary.tolist())[found.ids]
    before = np.concatenate([[0], np.cumsum(kept)])
    return Words(found.vocabulary, found.ids[kept], before[found.offsets])


def inside(
    corpus: Corpus, start: NDArray[np.int32], offsets: NDArray[np.int64], boilerplate: bool
) -> NDArray[np.bool_]:
    """Which words, by where they start, are in a segment that is read."""
    table = corpus.segments
    table = table if boilerplate else table[(table["kind"] != "boilerplate").to_numpy()]
    # On one axis for all documents a word's segment is a binary search away.
    base = np.cumsum([0, *(len(text) + 1 for text in corpus.texts)])
    rows = dict(zip(corpus.documents["doc_id"], base[:-1].tolist(), strict=True))
    shift = table["doc_id"].map(rows).to_numpy(np.int64)
    first, last = shift + table["start"].to_numpy(np.int64), shift + table["end"].to_numpy(np.int64)
    place = np.repeat(base[:-1], np.diff(offsets)) + start
    segment = np.searchsorted(first, place, side="right") - 1
    if not len(first):
        return np.zeros(len(place), dtype=bool)
    kept: NDArray[np.bool_] = (segment >= 0) & (place < last[segment])
    return kept
