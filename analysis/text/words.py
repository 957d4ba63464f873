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


def count_cells(
    ids: NDArray[np.int32], offsets: NDArray[np.int64], n_types: int, weights: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.int32], NDArray[Any], NDArray[np.int64]]:
    """Count the types of each document, as the ``indices``, ``data`` and ``indptr`` of a sparse matrix in CSR form.

    `ids` are those of `Words`. The types of a document are in rising order. With `weights`, one a word, the data are
    their sums, added up in the order of the text, so that the last bit does not depend on what is counted together.

    >>> indices, data, indptr = count_cells(np.array([2, 0, 2, 1], np.int32), np.array([0, 3, 4]), 3)
    >>> indices.tolist(), data.tolist(), indptr.tolist()
    ([0, 2, 1], [1, 2, 1], [0, 2, 3])
    """
    each = np.empty(0, dtype=np.int64) if weights is None else weights
    indices, data = np.empty(len(ids), dtype=np.int32), np.empty(len(ids), dtype=each.dtype)
    indptr = np.zeros(len(offsets), dtype=np.int64)
    sums, latest = np.empty(n_types, dtype=each.dtype), np.full(n_types, -1, dtype=np.int32)
    n_cells = _count(ids, offsets, each, sums, latest, indices, data, indptr)
    return indices[:n_cells].copy(), data[:n_cells].copy(), indptr


@compiled
def _count(ids: Any, offsets: Any, weights: Any, sums: Any, latest: Any, indices: Any, data: Any, indptr: Any) -> int:
    """Fill the cells of `count_cells` in; `latest` is the last document with each type, `sums` what it has of it."""
    cell = 0
    for document in range(len(offsets) - 1):
        first = cell
        for word in range(offsets[document], offsets[document + 1]):
            term = ids[word]
            if latest[term] != document:
                latest[term] = document
                sums[term] = 0
                indices[cell] = term
                cell += 1
            sums[term] += weights[word] if len(weights) else 1
        indices[first:cell].sort()
        for place in range(first, cell):
            data[place] = sums[indices[place]]
        indptr[document + 1] = cell
    return cell
