"""The words of documents without their sentences, which need most of the time and change no count."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled
from analysis.text.corpus import Corpus
from analysis.text.kernels import find_words
from analysis.text.kernels import is_emoji as emoji_in


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
        from analysis.text.tokens import tokenize  # which counts of the frequency scheme do without

        tokens = tokenize(corpus, scheme, lowercase, boilerplate, emoji=emoji, **options)
        return Words(tokens.vocabulary, tokens.ids, tokens.document_offsets)
    found = find_words(corpus.texts, lowercase=lowercase)
    kept = inside(corpus, found.start, found.offsets, boilerplate)
    if not emoji:
        kept &= ~emoji_in(found.vocabulary.tolist())[found.ids]
    if kept.all():
        return Words(found.vocabulary, found.ids, found.offsets)
    before = np.concatenate([[0], np.cumsum(kept)])
    return Words(found.vocabulary, found.ids[kept], before[found.offsets])


def inside(
    corpus: Corpus, start: NDArray[np.int32], offsets: NDArray[np.int64], boilerplate: bool
) -> NDArray[np.bool_]:
    """Which words, by where they start, are in a segment that is read."""
    order, bounds = corpus.segment_order
    table = corpus.segments
    first, last = (table[name].to_numpy(np.int64)[order] for name in ("start", "end"))
    if not boilerplate:
        last[(table["kind"] == "boilerplate").to_numpy()[order]] = 0  # so that no word is before its end
    kept = np.empty(len(start), dtype=np.bool_)
    _enter(start, offsets, first, last, bounds, kept)
    return kept


@compiled
def _enter(start: Any, offsets: Any, first: Any, last: Any, bounds: Any, kept: Any) -> None:
    """Write into `kept` whether each word starts in a segment; those of a document have the `bounds` of its number."""
    for document in range(len(bounds) - 1):
        segment, behind = bounds[document], bounds[document + 1]
        for word in range(offsets[document], offsets[document + 1]):
            while segment < behind and last[segment] <= start[word]:
                segment += 1
            kept[word] = segment < behind and first[segment] <= start[word]
