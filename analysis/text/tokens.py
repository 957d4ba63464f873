"""A `Corpus` as integers: the vocabulary ids, characters and sentences of its words."""

import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from analysis.core.compiled import compiled
from analysis.text import treebank
from analysis.text.corpus import Corpus, Summarized, positions
from analysis.text.documents import Offsets, group_names, matching, metadata_column
from analysis.text.interning import renumber
from analysis.text.kernels import Words, count_cells, find_words, fold, is_emoji
from analysis.text.sentences import primary, sentences_within

if TYPE_CHECKING:
    import nltk

SCHEMES = ("frequency", "treebank")

Ids = NDArray[np.int32]
Tokenizer = Callable[[str], Iterable[tuple[int, int]]]  # from a sentence to the spans of its words


@dataclass(frozen=True, repr=False)
class Tokens(Summarized):
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

    @property
    def n_documents(self) -> int:
        """The number of documents."""
        return len(self.document_offsets) - 1

    @property
    def doc_ids(self) -> NDArray[np.object_]:
        """(documents,) the doc_id of each document."""
        return self.corpus.documents["doc_id"].to_numpy(dtype=object)

    @property
    def languages(self) -> NDArray[np.object_]:
        """(documents,) the language of each document, in lower case and without region: "en" for "en-GB"."""
        return self.corpus.documents["language"].map(primary).to_numpy(dtype=object)

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

    def documents(self) -> Iterator[tuple[str, Self]]:
        """Iterate over the doc_id and words (as `tokens[doc_id]`) of each document.

        Documents of a corpus on disk may differ in their vocabulary: compare words, not ids.

        >>> from analysis.text.corpus import read_texts
        >>> [(doc_id, len(words)) for doc_id, words in tokenize(read_texts(["It rains.", "", "Hail."])).documents()]
        [('0', 2), ('1', 0), ('2', 1)]
        """
        return ((str(doc_id), self.subset([row])) for row, doc_id in enumerate(self.doc_ids))

    def groups(self, by: str) -> pd.Series:
        """The group of each document: its value in the metadata column `by`, "(none)" if that is empty.

        Dates are grouped by day. Raises `ValueError` if there is no such column.
        """
        return group_names(metadata_column(self.corpus.documents, by))

    def numbered_groups(self, by: str | None) -> tuple[list[str], Offsets]:
        """The sorted names of the `groups` of `by`, and (documents,) the number of each document's group.

        Without `by`, all documents are in one group named "".
        """
        if by is None:
            return [""], np.zeros(self.n_documents, dtype=np.int64)
        groups = self.groups(by).to_numpy(dtype=object)
        names = sorted(set(groups))
        return names, pd.Index(names, dtype=object).get_indexer(groups)

    def where(self, condition: Callable[[pd.DataFrame], ArrayLike] | None = None, /, **conditions: Any) -> Self:
        """Select the documents whose metadata meet all `conditions`: ``where(source="Daily")``.

        A list matches any of its values; a date is a day, "2024-06-22". Suffixes select otherwise:

        - ``source__not="Daily"`` excludes; ``source__in=["Daily", "Wire"]`` is the same as the list;
        - ``__ge``, ``__gt``, ``__le``, ``__lt`` compare dates as dates, numbers as numbers, other texts by code point.
          A year or a month stands for all of it: ``date__ge="1990"`` is from 1 January 1990, ``date__gt="1990"`` from
          1991, ``date__le="1990"`` to the end of 1990;
        - ``title__contains="war"`` matches a substring, case-sensitively.

        A missing value meets no comparison and contains nothing. `condition` is a function from the table
        ``corpus.documents`` to what `subset` accepts: ``where(lambda d: d["n_chars"] > 100)``. If the metadata have no
        column ``words``, it is the number of words of each document. Raises `ValueError` for an unknown column or
        suffix, an incomparable value, and an empty selection.

        >>> from analysis import load_tokens
        >>> tokens = load_tokens(["Rain.", "It rains.", "It is raining now."])
        >>> tokens.where(words__ge=2).doc_ids.tolist(), tokens.where(lambda d: d["n_chars"] < 10).doc_ids.tolist()
        (['1', '2'], ['0', '1'])
        """
        documents = self.corpus.documents
        table = documents.assign(words=documents.get("words", np.diff(self.document_offsets)))
        shown = [f"{name}={value!r}" for name, value in conditions.items()]
        kept = np.ones(self.n_documents, dtype=bool)
        for name, value in conditions.items():
            kept &= matching(table, name, value)
        if callable(condition):
            shown.append("what the function asks for")
            kept &= np.isin(np.arange(self.n_documents), positions(condition(table), documents))
        elif condition is not None:
            kind = type(condition).__name__
            raise ValueError(f"where() of a {kind}: give a function, or name=value; subset() takes a mask")
        if not kept.any():
            raise ValueError(f"no document with {', '.join(shown)}: compare `corpus.documents`")
        return self.subset(kept)

    def __getitem__(self, doc_id: str) -> Self:
        """The words of one document. Raises `KeyError` for an unknown doc_id, `TypeError` for what is not a str.

        >>> from analysis import load_tokens
        >>> len(load_tokens(["Rain.", "It rains."])["1"])
        2
        """
        if not isinstance(doc_id, str):  # iteration would ask for 0, 1 and so on
            shown = reprlib.repr(doc_id)
            raise TypeError(f"{shown} is no doc_id: subset() takes a mask or positions, documents() goes through all")
        return self.subset([self.corpus.row(doc_id)])

    def group_by(self, column: str) -> Iterator[tuple[str, Self]]:
        """The name and words of each of the `groups` of a metadata column, sorted by name.

        Raises `ValueError` if there is no such column.

        >>> from analysis.text.corpus import read_texts
        >>> corpus = read_texts(["Rain.", "It rains.", "Hail."])
        >>> corpus.documents["source"] = ["Wire", "Daily", "Wire"]
        >>> [(source, words.doc_ids.tolist()) for source, words in tokenize(corpus).group_by("source")]
        [('Daily', ['1']), ('Wire', ['0', '2'])]
        """
        names, group = self.numbered_groups(column)
        return ((name, self.subset(group == number)) for number, name in enumerate(names))

    def sample(self, n: int, seed: int = 0) -> Self:
        """Draw `n` documents at random without replacement, in the order of the corpus.

        Raises `ValueError` for more documents than there are, or none.

        >>> from analysis import load_tokens
        >>> load_tokens(["Rain.", "It rains.", "Hail.", "Snow."]).sample(2, seed=1).doc_ids.tolist()
        ['1', '2']
        """
        if n not in range(1, self.n_documents + 1):
            raise ValueError(f"a sample of {n} documents: give a whole number from 1 to {self.n_documents:,}")
        drawn = np.random.default_rng(seed).choice(self.n_documents, n, replace=False, shuffle=False)
        return self.subset(np.sort(drawn))

    def subset(self, rows: ArrayLike) -> Self:
        """Select the documents in `rows`: a mask, or positions in rising order.

        See `analysis.text.corpus.positions`. Raises `ValueError` for anything else.
        """
        numbers = positions(rows, self.corpus.documents)
        if len(numbers) == self.n_documents:
            return self  # never modified in place
        words, lines = (_rows(offsets, numbers) for offsets in (self.document_offsets, self._first_sentences))
        bounds = self.corpus.segment_order[1]
        sentences = np.diff(self._first_sentences)[numbers]
        dropped = bounds[numbers] - offsets_of(np.diff(bounds)[numbers])[:-1]  # segments before those of each document
        return replace(
            self,
            corpus=self.corpus.subset(numbers),
            ids=self.ids[words],
            start=self.start[words],
            end=self.end[words],
            document_offsets=offsets_of(np.diff(self.document_offsets)[numbers]),
            sentence_offsets=offsets_of(np.diff(self.sentence_offsets)[lines]),
            sentence_segment=self.sentence_segment[lines] - np.repeat(dropped, sentences),
            sentence_start=self.sentence_start[lines],
            sentence_end=self.sentence_end[lines],
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
        indices, data, indptr = count_cells(self.ids, self.document_offsets, len(self.vocabulary))
        shape = self.n_documents, len(self.vocabulary)
        return sparse.csr_array((data, indices, indptr), shape=shape), self.doc_ids, self.vocabulary

    def to_nltk(self) -> "nltk.Text":
        """The words of all documents as an `nltk.Text`."""
        import nltk  # imported late: it is slow to import

        return nltk.Text(self.vocabulary[self.ids].tolist())

    def _facts(self) -> dict[str, str]:
        sizes = {"documents": self.n_documents, "words": len(self), "types": len(self.vocabulary)}
        counts = {name: f"{size:,}" for name, size in (sizes | {"sentences": self.n_sentences}).items()}
        return counts | {"scheme": str(self.options["scheme"])}


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
