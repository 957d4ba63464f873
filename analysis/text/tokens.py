"""A `Corpus` as integers: every word coded once, with its place in the text and its sentence."""

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
from analysis.text.words import count_cells

if TYPE_CHECKING:
    import nltk

SCHEMES = ("frequency", "treebank")

Ids = NDArray[np.int32]
Tokenizer = Callable[[str], Iterable[tuple[int, int]]]  # from a sentence to the characters of its words


@dataclass(frozen=True, repr=False)
class Tokens(ByDocument):
    """The words of a corpus as columns of integers.

    ``vocabulary``: (types,) str, the distinct words. ``ids``: (tokens,) int32, the row of each word in the vocabulary.
    ``start``, ``end``: (tokens,) int32, its characters in its document. ``document_offsets``: (documents + 1,), the
    words of document d are ``ids[document_offsets[d]:document_offsets[d + 1]]``; ``sentence_offsets``: (sentences + 1,)
    the same for sentences, which never cross a paragraph. ``sentence_segment``: (sentences,) the row of each
    sentence's segment in ``corpus.segments``; ``sentence_start``, ``sentence_end``: (sentences,) its characters, end
    marks included.
    ``options``: what made the words: scheme, lowercase, boilerplate, splitter, emoji.
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
        """How many sentences there are."""
        return len(self.sentence_offsets) - 1

    @cached_property
    def document(self) -> Offsets:
        """(tokens,) the position of each word's document in ``corpus.documents``; for a few words, see `lookup`."""
        return np.repeat(np.arange(self.n_documents), np.diff(self.document_offsets))

    @cached_property
    def sentence(self) -> Offsets:
        """(tokens,) the number of each word's sentence, counted through the corpus; for a few words, see `lookup`."""
        return np.repeat(np.arange(self.n_sentences), np.diff(self.sentence_offsets))

    @cached_property
    def sentence_document(self) -> Offsets:
        """(sentences,) the position of each sentence's document in ``corpus.documents``."""
        return np.searchsorted(self.document_offsets, self.sentence_offsets[:-1], side="right") - 1

    @cached_property
    def _first_sentences(self) -> Offsets:
        """(documents + 1,) the number of the first sentence of each document, and how many sentences there are."""
        return np.searchsorted(self.sentence_document, np.arange(self.n_documents + 1))

    def documents(self) -> Iterator[tuple[str, "Tokens"]]:
        """Each document in the order of the corpus: its doc_id and its words, as `tokens[doc_id]` gives them.

        The words of one document are in memory. The vocabulary is that of the whole, or of a shard of a corpus that is
        on disk: compare the words of two documents, not their ids. A `Tokens` itself is not iterated over, as its
        length is the number of words.

        >>> from analysis.text.corpus import read_texts
        >>> [(doc_id, len(words)) for doc_id, words in tokenize(read_texts(["It rains.", "", "Hail."])).documents()]
        [('0', 2), ('1', 0), ('2', 1)]
        """
        return ((str(doc_id), self.subset([row])) for row, doc_id in enumerate(self.doc_ids))

    def subset(self, rows: ArrayLike) -> "Tokens":
        numbers = positions(rows, self.corpus.documents)
        if len(numbers) == self.n_documents:
            return self  # nothing is ever written into a `Tokens`
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
        """One row a word: doc_id, sentence and position (both from 0 in each document), token, start, end."""
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
        indices, data, indptr = count_cells(self.ids, self.document_offsets, len(self.vocabulary))
        shape = self.n_documents, len(self.vocabulary)
        return sparse.csr_array((data, indices, indptr), shape=shape), self.doc_ids, self.vocabulary

    def to_nltk(self) -> "nltk.Text":
        """The words, all documents in a row, as an `nltk.Text`."""
        import nltk  # takes longer to import than all the rest

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
    """The words of `corpus`, sentence by sentence.

    `scheme` "frequency" takes a written word as one ("country's", "counter-terrorism", "AZM-E-ISTEHKAM"), drops
    punctuation and is for counting; "treebank" splits clitics off and keeps punctuation, as NLTK's word tokenizer and
    Universal Dependencies do. A tokenizer of one's own is a function that takes a sentence and gives the span of each
    of its words, in order, as ``span_tokenize`` of NLTK's tokenizers does. Words that differ only in case (unless
    `lowercase` is false), in Unicode composition, or in the kind of apostrophe or hyphen are one type. Titles, headings
    and paragraphs are read; boilerplate with `boilerplate`. `splitter` names the sentence splitter, see `sentences`.
    Emoji are words, but not with `emoji` false. Raises `ValueError` for an unknown scheme, and for spans of a tokenizer
    that are empty, overlap, or lie outside.

    >>> from analysis import read_text
    >>> tokens = tokenize(read_text("The country's resolve. AZM-E-ISTEHKAM, or Azm‑e‑Istehkam?"))
    >>> tokens.vocabulary.tolist()
    ['the', "country's", 'resolve', 'azm-e-istehkam', 'or']
    >>> tokens.ids.tolist(), tokens.sentence_offsets.tolist()
    ([0, 1, 2, 3, 4, 3], [0, 3, 6])
    """
    if not callable(scheme) and scheme not in SCHEMES:
        raise ValueError(f"unknown scheme {scheme!r}: use {' or '.join(map(repr, SCHEMES))}")
    with ThreadPoolExecutor(1) as pool:  # machine code of the one runs beside Python of the other
        splitting = pool.submit(_sentences, corpus, boilerplate, splitter)
        words = find_words(corpus.texts, lowercase=lowercase) if scheme == "frequency" else None
        found, row, owners = splitting.result()
    if words is None:
        words = _words_by_sentence(corpus.texts, found, owners, lowercase, scheme)
    types = len(words.vocabulary)
    left_out = np.zeros(types, np.bool_) if emoji else is_emoji(words.vocabulary.tolist())
    used, lengths = np.zeros(types, np.bool_), np.zeros(len(found), np.int64)
    columns = words.ids, words.start, words.end
    offsets = words.offsets.copy()
    n, count = _put_into_sentences(*columns, offsets, found, owners, left_out, used, lengths)
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
    """`weights`, one number a token or one a sentence, as an array of one a token; ones where there are none.

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
    """The rows of the documents in `numbers`: a slice, by which nothing is copied, where they are neighbours."""
    if not len(numbers):
        return slice(0)
    first, last = numbers[[0, -1]].tolist()
    if last - first == len(numbers) - 1:
        return slice(*offsets[[first, last + 1]].tolist())
    return np.repeat(np.isin(np.arange(len(offsets) - 1), numbers), np.diff(offsets))


def _sentences(corpus: Corpus, boilerplate: bool, splitter: str) -> tuple[Offsets, Offsets, Offsets]:
    """The sentences as (sentences, 3), start, end and stretch; of each stretch its row in the table of segments.

    The third are (documents + 1,) where the sentences of each begin. Segments are hard walls.
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
def _put_into_sentences(
    ids: Any, start: Any, end: Any, offsets: Any,
    found: Any, owners: Any, left_out: Any, used: Any, lengths: Any,
) -> tuple[int, int]:  # fmt: skip
    """Keep the words that begin in a sentence and the sentences that have one, in place, and give how many they are.

    A word whose end is in the next sentence makes one of the two. `left_out`: the types that are kept in no case;
    `used`: those that are; `lengths`: the words of each sentence.
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
                    while end[word] > stop:  # a word holds no blank and so ends in its stretch
                        sentence += 1
                        stop = found[sentence, 1]
                    if not left_out[ids[word]]:
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
    """The words of another scheme in the form in which the kernel gives those of the frequency scheme."""
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
    """The spans in `text` of the words that a `tokenizer` finds in each of its sentences."""
    words = []
    for begin, stop in bounds:
        beyond = begin
        try:
            spans = [(int(first), int(last)) for first, last in tokenizer(text[begin:stop])]
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"the tokenizer gives no pairs of numbers for {text[begin:stop][:40]!r}: give the first character of "
                "each word and the one behind its last, as span_tokenize of NLTK's tokenizers does"
            ) from error
        for first, last in spans:
            start, end = begin + first, begin + last
            if not beyond <= start < end <= stop:
                raise ValueError(
                    f"the tokenizer gives the span {(first, last)} of {text[begin:stop][:40]!r}: give the first "
                    "character of each word and the one behind its last, in order"
                )
            words.append((start, end))
            beyond = end
    return words


def offsets_of(lengths: Sequence[int] | NDArray[Any]) -> Offsets:
    """Where runs of these lengths begin when they follow one another, and where the last ends."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
