"""A `Corpus` as integers: the vocabulary ids, characters and sentences of its words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from analysis.core.compiled import compiled
from analysis.text import treebank
from analysis.text.corpus import Corpus, positions
from analysis.text.documents import ByDocument, Offsets
from analysis.text.interning import renumber
from analysis.text.kernels import Words, find_words, fold, is_emoji
from analysis.text.sentences import sentences_within

if TYPE_CHECKING:
    import nltk

SCHEMES = ("frequency", "treebank")

Ids = NDArray[np.int32]
Tokenizer = Callable[[str], Iterable[tuple[int, int]]]  # from a sentence to the spans of its words


@dataclass(frozen=True, repr=False)
class Tokens(ByDocument):
    """The words of a corpus as columns of integers.

    ``vocabulary``: (types,) str, the distinct words. ``ids``: (tokens,) int32, the vocabulary row of each word.
    ``start``, ``end``: (tokens,) int32, its characters in its document. ``document_offsets``: (documents + 1,), the
    words of document d are ``ids[document_offsets[d]:document_offsets[d + 1]]``; ``sentence_offsets``: (sentences + 1,)
    the same for sentences, which never cross a paragraph. ``sentence_segment``: (sentences,) the row of each sentence
    in ``corpus.segments``; ``sentence_start``, ``sentence_end``: (sentences,) its characters, end marks included.
    ``options``: scheme, lowercase, boilerplate, splitter, emoji.
    """

    corpus: Corpus
    vocabulary: NDArray[np.object_]
    ids: Ids
    start: Ids
    end: Ids
    document_offsets: Offsets
    sentence_offsets: Offsets
    sentence_segment: Offsets
    sentence_start: Ids
    sentence_end: Ids
    options: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def n_sentences(self) -> int:
        """The number of sentences."""
        return len(self.sentence_offsets) - 1

    @cached_property
    def document(self) -> Offsets:
        """(tokens,) the position of each word's document in ``corpus.documents``; see `lookup` for a few words."""
        return np.repeat(np.arange(self.n_documents), np.diff(self.document_offsets))

    @cached_property
    def sentence(self) -> Offsets:
        """(tokens,) the number of each word's sentence in the corpus; see `lookup` for a few words."""
        return np.repeat(np.arange(self.n_sentences), np.diff(self.sentence_offsets))

    @cached_property
    def sentence_document(self) -> Offsets:
        """(sentences,) the position of each sentence's document in ``corpus.documents``."""
        return np.searchsorted(self.document_offsets, self.sentence_offsets[:-1], side="right") - 1

    @cached_property
    def _first_sentences(self) -> Offsets:
        """(documents + 1,) the number of the first sentence of each document, and the number of sentences."""
        return np.searchsorted(self.sentence_document, np.arange(self.n_documents + 1))

    def documents(self) -> Iterator[tuple[str, "Tokens"]]:
        """Iterate over the doc_id and words (as `tokens[doc_id]`) of each document.

        Documents of a corpus on disk may differ in their vocabulary: compare words, not ids.

        >>> from analysis.text.corpus import read_texts
        >>> [(doc_id, len(words)) for doc_id, words in tokenize(read_texts(["It rains.", "", "Hail."])).documents()]
        [('0', 2), ('1', 0), ('2', 1)]
        """
        return ((str(doc_id), self.subset([row])) for row, doc_id in enumerate(self.doc_ids))

    def subset(self, rows: ArrayLike) -> "Tokens":
        numbers = positions(rows, self.corpus.documents)
        if len(numbers) == self.n_documents:
            return self  # never modified in place
        words, lines = (_rows(offsets, numbers) for offsets in (self.document_offsets, self._first_sentences))
        bounds = self.corpus.segment_order[1]
        sentences = np.diff(self._first_sentences)[numbers]
        dropped = bounds[numbers] - offsets_of(np.diff(bounds)[numbers])[:-1]  # segments before those of each document
        return Tokens(
            self.corpus.subset(numbers),
            self.vocabulary,
            self.ids[words],
            self.start[words],
            self.end[words],
            offsets_of(np.diff(self.document_offsets)[numbers]),
            offsets_of(np.diff(self.sentence_offsets)[lines]),
            self.sentence_segment[lines] - np.repeat(dropped, sentences),
            self.sentence_start[lines],
            self.sentence_end[lines],
            self.options,
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per word: doc_id, sentence and position (both from 0 in each document), token, start, end."""
        document = self.document
        return pd.DataFrame(
            {
                "doc_id": self.doc_ids[document],
                "sentence": self.sentence - self._first_sentences[document],
                "position": np.arange(len(self)) - self.document_offsets[document],
                "token": self.vocabulary[self.ids],
                "start": self.start,
                "end": self.end,
            }
        )

    def document_term_matrix(self) -> tuple[sparse.csr_array, NDArray[np.object_], NDArray[np.object_]]:
        """Counts as a sparse (documents, types) matrix of int64, with the names of its rows and columns."""
        # The ids of each document are a CSR row with duplicates; summing these works in place, hence the copies.
        kind = np.int32 if len(self) < 1 << 31 else np.int64
        ones = np.ones(len(self), dtype=np.int64)
        row = ones, self.ids.astype(kind), self.document_offsets.astype(kind)
        matrix: sparse.csr_array = sparse.csr_array(row, shape=(self.n_documents, len(self.vocabulary)))
        matrix.sum_duplicates()
        return matrix, self.doc_ids, self.vocabulary

    def to_nltk(self) -> "nltk.Text":
        """The words of all documents as an `nltk.Text`."""
        import nltk  # imported late: it is slow to import

        return nltk.Text(self.vocabulary[self.ids].tolist())


def tokenize(
    corpus: Corpus,
    scheme: str | Tokenizer = "frequency",
    lowercase: bool = True,
    boilerplate: bool = False,
    *,
    splitter: str = "default",
    emoji: bool = True,
) -> Tokens:
    """Tokenize the sentences of `corpus`.

    The `scheme` "frequency" is for counting: it keeps written words whole ("country's", "counter-terrorism") and drops
    punctuation. "treebank" splits clitics off and keeps punctuation, as NLTK's word tokenizer and Universal
    Dependencies do. A custom tokenizer is a function from a sentence to the spans of its words, in order, like
    ``span_tokenize`` of NLTK's tokenizers. Words that differ only in case (unless `lowercase` is false), in Unicode
    composition, or in the kind of apostrophe or hyphen are one type. Titles, headings and paragraphs are included,
    boilerplate only with `boilerplate`. `splitter` names the sentence splitter, see `sentences`. With `emoji` false,
    emoji are no words. Raises `ValueError` for an unknown scheme, and for spans of a custom tokenizer that are empty,
    overlap, or lie outside the sentence.

    >>> from analysis import read_text
    >>> tokens = tokenize(read_text("The country's resolve. AZM-E-ISTEHKAM, or Azm‑e‑Istehkam?"))
    >>> tokens.vocabulary.tolist()
    ['the', "country's", 'resolve', 'azm-e-istehkam', 'or']
    >>> tokens.ids.tolist(), tokens.sentence_offsets.tolist()
    ([0, 1, 2, 3, 4, 3], [0, 3, 6])
    """
    if not callable(scheme) and scheme not in SCHEMES:
        raise ValueError(f"unknown scheme {scheme!r}: use {' or '.join(map(repr, SCHEMES))}")
    with ThreadPoolExecutor(1) as pool:  # compiled word search runs in parallel with Python sentence splitting
        splitting = pool.submit(_sentences, corpus, boilerplate, splitter)
        words = find_words(corpus.texts, lowercase=lowercase) if scheme == "frequency" else None
        found, row, owners = splitting.result()
    if words is None:
        words = _words_by_sentence(corpus.texts, found, owners, lowercase, scheme)
    types = len(words.vocabulary)
    excluded = np.zeros(types, np.bool_) if emoji else is_emoji(words.vocabulary.tolist())
    used, lengths = np.zeros(types, np.bool_), np.zeros(len(found), np.int64)
    columns = words.ids, words.start, words.end
    offsets = words.offsets.copy()
    n, count = _assign_sentences(*columns, offsets, found, owners, excluded, used, lengths)
    for column in columns:
        column.resize(n, refcheck=False)
    if not used.all():
        renumber(words.ids, np.cumsum(used, dtype=np.int32) - np.int32(1))
    return Tokens(
        corpus,
        words.vocabulary[used],
        *columns,
        offsets,
        offsets_of(lengths[:count]),
        row[found[:count, 2]],
        found[:count, 0].astype(np.int32),
        found[:count, 1].astype(np.int32),
        {
            "scheme": "own" if callable(scheme) else scheme,
            "lowercase": lowercase,
            "boilerplate": boilerplate,
            "splitter": splitter,
            "emoji": emoji,
        },
    )


def token_weights(tokens: Tokens, weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Expand `weights`, one per token or per sentence, to one per token; ones for None.

    Raises `ValueError` for another length.

    >>> from analysis import read_text
    >>> token_weights(tokenize(read_text("It rains. We go.")), np.array([0.5, 1.0])).tolist()
    [0.5, 0.5, 1.0, 1.0]
    """
    if weights is None:
        return np.ones(len(tokens))
    if len(weights) == len(tokens):
        return np.asarray(weights, dtype=np.float64)
    if len(weights) != tokens.n_sentences:
        raise ValueError(f"{len(weights)} weights for {len(tokens)} tokens: give one a token, or one a sentence")
    return np.repeat(np.asarray(weights, dtype=np.float64), np.diff(tokens.sentence_offsets))


def _rows(offsets: Offsets, numbers: Offsets) -> Any:
    """The rows of the documents in `numbers`, as a slice (a view, not a copy) if they are adjacent."""
    if not len(numbers):
        return slice(0)
    first, last = numbers[[0, -1]].tolist()
    if last - first == len(numbers) - 1:
        return slice(*offsets[[first, last + 1]].tolist())
    return np.repeat(np.isin(np.arange(len(offsets) - 1), numbers), np.diff(offsets))


def _sentences(corpus: Corpus, boilerplate: bool, splitter: str) -> tuple[Offsets, Offsets, Offsets]:
    """The (sentences, 3) start, end and stretch of each sentence; the segment row of each stretch; and (documents + 1,)
    the offsets of each document's sentences. No sentence crosses a segment.
    """
    order, bounds = corpus.segment_order
    table = corpus.segments
    if not boilerplate:
        kept = (table["kind"] != "boilerplate").to_numpy()[order]
        order, bounds = order[kept], offsets_of(kept)[bounds]
    documents = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    starts, ends = (table[name].to_numpy(np.int64)[order] for name in ("start", "end"))
    languages = corpus.documents["language"].tolist()
    found = sentences_within(corpus.texts, np.stack([documents, starts, ends], 1), languages, splitter=splitter)
    return found, order, np.searchsorted(found[:, 2], bounds)


@compiled
def _assign_sentences(
    ids: Any, start: Any, end: Any, offsets: Any,
    found: Any, owners: Any, excluded: Any, used: Any, lengths: Any,
) -> tuple[int, int]:  # fmt: skip
    """Keep the words that begin in a sentence and the sentences with words, in place; return the number of each.

    A word that ends in the next sentence merges the two. `excluded` types are dropped. Sets `used`, the types that are
    kept, and `lengths`, the number of words of each sentence.
    """
    n = count = word = 0
    for document in range(len(offsets) - 1):
        last = offsets[document + 1]
        offsets[document] = n
        sentence, behind = owners[document], owners[document + 1]
        while sentence < behind:
            first, stop, stretch = found[sentence]
            length = 0
            while word < last and start[word] < stop:
                if start[word] >= first:
                    while end[word] > stop:  # words hold no blanks and so end in their stretch
                        sentence += 1
                        stop = found[sentence, 1]
                    if not excluded[ids[word]]:
                        ids[n], start[n], end[n] = ids[word], start[word], end[word]
                        used[ids[word]] = True
                        n += 1
                        length += 1
                word += 1
            if length:
                found[count, 0], found[count, 1], found[count, 2] = first, stop, stretch
                lengths[count] = length
                count += 1
            sentence += 1
        word = last
    offsets[-1] = n
    return n, count


def _words_by_sentence(
    texts: Sequence[str], found: Offsets, owners: Offsets, lowercase: bool, scheme: str | Tokenizer
) -> Words:
    """The words of another scheme, in the form in which the kernel returns those of the frequency scheme."""
    codes: dict[str, int] = {}
    ids, starts, ends, lengths = [], [], [], []
    for document, text in enumerate(texts):
        bounds = [(start, end) for start, end, _ in found[owners[document] : owners[document + 1]].tolist()]
        words = _own_words(text, bounds, scheme) if callable(scheme) else treebank.find_words(text, bounds)
        lengths.append(len(words))
        for start, end in words:
            ids.append(codes.setdefault(fold(text[start:end], lowercase=lowercase), len(codes)))
            starts.append(start)
            ends.append(end)
    columns = [np.array(column, dtype=np.int32) for column in (ids, starts, ends)]
    return Words(np.array(list(codes), dtype=object), columns[0], columns[1], columns[2], offsets_of(lengths))


def _own_words(text: str, bounds: Sequence[tuple[int, int]], tokenizer: Tokenizer) -> list[tuple[int, int]]:
    """The spans in `text` of the words that a custom `tokenizer` finds in each sentence."""
    words = []
    for begin, stop in bounds:
        sentence, last_end = text[begin:stop], 0
        try:
            spans = [(int(start), int(end)) for start, end in tokenizer(sentence)]
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"the tokenizer gives no pairs of numbers for {sentence[:40]!r}: give the first character of "
                "each word and the one behind its last, as span_tokenize of NLTK's tokenizers does"
            ) from error
        for start, end in spans:
            if not last_end <= start < end <= len(sentence):
                raise ValueError(
                    f"the tokenizer gives the span {(start, end)} of {sentence[:40]!r}: give the first "
                    "character of each word and the one behind its last, in order"
                )
            words.append((begin + start, begin + end))
            last_end = end
    return words


def offsets_of(lengths: Sequence[int] | NDArray[Any]) -> Offsets:
    """The (n + 1,) offsets of adjacent runs with these lengths."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
