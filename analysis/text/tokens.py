"""A `Corpus` as integers: every word coded once, with its place in the text and its sentence."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from analysis.core.progress import bar
from analysis.core.resources import cores
from analysis.text import treebank
from analysis.text.corpus import Corpus, positions
from analysis.text.documents import ByDocument, Offsets
from analysis.text.kernels import Words, find_words, fold, is_emoji
from analysis.text.sentences import sentences_within

if TYPE_CHECKING:
    import nltk

SCHEMES = ("frequency", "treebank")

Ids = NDArray[np.int32]
Tokenizer = Callable[[str], Iterable[tuple[int, int]]]  # from a sentence to the characters of its words

_SPAN = np.dtype([(name, np.int64) for name in ("document", "segment", "start", "end")])


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
        found = np.ones(len(self), dtype=np.int64), (self.document, self.ids)
        matrix = sparse.csr_array(found, shape=(self.n_documents, len(self.vocabulary)))
        matrix.sum_duplicates()
        return matrix, self.doc_ids, self.vocabulary

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
    spans = _sentence_spans(corpus, boilerplate, splitter)
    if scheme == "frequency":
        words = find_words(corpus.texts, lowercase=lowercase)
    else:
        words = _words_by_sentence(corpus.texts, spans, lowercase, scheme)
    # On one axis for all documents a word's sentence is a binary search away.
    base = offsets_of([len(text) + 1 for text in corpus.texts])
    place = np.repeat(base[:-1], np.diff(words.offsets)) + words.start
    sentence = np.searchsorted(base[spans["document"]] + spans["start"], place, side="right") - 1
    if len(spans):
        inside = (sentence >= 0) & (place < (base[spans["document"]] + spans["end"])[sentence])
        spans, sentence = _whole_words(spans, sentence, words.end, inside)
    else:
        inside = np.zeros(len(place), dtype=bool)
    if not emoji:
        inside &= ~is_emoji(words.vocabulary.tolist())[words.ids]
    lengths = np.bincount(sentence[inside], minlength=len(spans))
    spans = spans[lengths > 0]
    kept_before = np.concatenate([[0], np.cumsum(inside)])
    return Tokens(
        corpus,
        *_used(words.vocabulary, words.ids[inside]),
        words.start[inside],
        words.end[inside],
        kept_before[words.offsets],
        offsets_of(lengths[lengths > 0]),
        spans["segment"].astype(np.int64),
        spans["start"].astype(np.int32),
        spans["end"].astype(np.int32),
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


def _sentence_spans(corpus: Corpus, boilerplate: bool, splitter: str) -> NDArray[Any]:
    """One record a sentence: document, segment, start, end; segments are hard walls."""
    rows = {doc_id: row for row, doc_id in enumerate(corpus.documents["doc_id"])}
    table = corpus.segments
    document = table["doc_id"].map(rows).to_numpy()
    kept = np.flatnonzero(boilerplate | (table["kind"] != "boilerplate").to_numpy())
    bounds = list(zip(table["start"].to_numpy()[kept].tolist(), table["end"].to_numpy()[kept].tolist(), strict=True))
    first = np.flatnonzero(np.diff(document[kept], prepend=-1))  # of each document's segments
    languages = corpus.documents["language"].tolist()

    def split(run: tuple[int, int]) -> NDArray[Any]:
        begin, end = run
        row = document[kept[begin]]
        found = sentences_within(corpus.texts[row], bounds[begin:end], languages[row], splitter=splitter)
        own = np.empty(len(found), _SPAN)
        own["document"], own["segment"] = row, kept[begin + found[:, 2]]
        own["start"], own["end"] = found[:, 0], found[:, 1]
        return own

    runs = list(itertools.pairwise([*first.tolist(), len(kept)]))
    with ThreadPoolExecutor(cores()) as pool:
        spans = list(bar(pool.map(split, runs), what="splitting", unit="document", total=len(runs)))
    return np.concatenate([np.empty(0, _SPAN), *spans])


def _whole_words(
    spans: NDArray[Any], sentence: Offsets, end: Ids, inside: NDArray[np.bool_]
) -> tuple[NDArray[Any], Offsets]:
    """The sentences with those put together whose border cuts a word in two, and each word's sentence then."""
    cut = np.unique(sentence[inside & (end > spans["end"][sentence])])
    if not len(cut):
        return spans, sentence
    begins = np.ones(len(spans), dtype=bool)
    begins[cut + 1] = False  # a word holds no blank and so ends in its segment: there is a next sentence
    whole = spans[begins]
    whole["end"] = spans["end"][np.append(np.flatnonzero(begins)[1:], len(spans)) - 1]
    return whole, np.cumsum(begins)[sentence] - 1


def _words_by_sentence(texts: Sequence[str], spans: NDArray[Any], lowercase: bool, scheme: str | Tokenizer) -> Words:
    """The words of another scheme in the form in which the kernel gives those of the frequency scheme."""
    codes: dict[str, int] = {}
    ids, starts, ends, lengths = [], [], [], []
    for document, text in enumerate(texts):
        own = spans[spans["document"] == document]
        bounds = list(zip(own["start"].tolist(), own["end"].tolist(), strict=True))
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


def _used(vocabulary: NDArray[np.object_], ids: Ids) -> tuple[NDArray[np.object_], Ids]:
    """`vocabulary` without the types that no id names, and the ids that go with it."""
    used = np.zeros(len(vocabulary), dtype=bool)
    used[ids] = True
    return vocabulary[used], (np.cumsum(used, dtype=np.int32) - np.int32(1))[ids]


def offsets_of(lengths: Sequence[int] | NDArray[Any]) -> Offsets:
    """Where runs of these lengths begin when they follow one another, and where the last ends."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
