"""Tokens of a corpus that does not fit in memory, in shards with a common vocabulary.

A measure that iterates over `shards` gives the same result for `Tokens`, which are one shard, and for `ShardedTokens`
of any partition, provided that it keeps results by document, or adds them up in the order of the text.
"""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Self, overload

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from analysis.text.corpus import MOST_COLUMNS, SEGMENT_COLUMNS, Corpus, fill_columns, positions
from analysis.text.documents import Offsets
from analysis.text.storage import Texts, open_tokens, read_arrow, write_arrow
from analysis.text.tokens import Ids, Tokens, offsets_of, token_weights

LISTED = 100_000  # maximum number of rows of a table made from a sharded corpus

ABOUT = "shards.json"
_COLUMNS = ("ids", "start", "end", "sentence_offsets", "sentence_segment", "sentence_start", "sentence_end")

Form = Callable[[Tokens, int], Tokens]  # transforms the words of a shard, given these and its number


class Vocabulary:
    """The distinct words of all shards, sorted by code point, on disk until they are accessed."""

    def __init__(self, words: pa.ChunkedArray) -> None:
        self._words = words

    def __len__(self) -> int:
        return len(self._words)

    def __getitem__(self, rows: NDArray[Any]) -> NDArray[np.object_]:
        """The words in `rows`."""
        return np.array(self._words.take(pa.array(rows)).to_pylist(), dtype=object)

    def tolist(self) -> list[str]:
        """All words."""
        words: list[str] = self._words.to_pylist()
        return words

    def rows(self, words: Iterable[str]) -> Offsets:
        """The row of each of a few words, -1 for unknown ones."""
        found = []
        for word in words:
            row = bisect_left(range(len(self)), word, key=lambda place: self._words[place].as_py())
            found.append(row if row < len(self) and self._words[row].as_py() == word else -1)
        return np.array(found, dtype=np.int64)


class Shard(NamedTuple):
    """A shard of a corpus, and its place in the whole."""

    tokens: Tokens  # with a vocabulary of its own
    types: Ids  # the row of each type of `tokens` in the vocabulary of the whole
    document: int = 0  # number of its first document in the whole
    sentence: int = 0
    word: int = 0
    number: int = 0  # among the shards of the folder, some of which may have no document of the whole

    @property
    def rows(self) -> slice:
        """The rows of its documents in the whole."""
        return slice(self.document, self.document + self.tokens.n_documents)


@dataclass(frozen=True, repr=False)
class ShardedTokens(Tokens):
    """The tokens of a corpus in a folder made by `join_shards`, with one shard in memory at a time.

    ``corpus`` has the documents and problems of all shards, and loads segments and texts when they are accessed. So are
    the columns of words and sentences, which then take as much memory as in `Tokens`: iterate over `shards` instead.
    """

    vocabulary: Vocabulary  # type: ignore[assignment]  # indexed by an array, as an array is
    folder: Path
    sentences: Offsets  # (documents + 1,) the number of the first sentence of each document
    rows: Offsets  # (documents,) the place of each document in the folder
    types: Path  # folder with the ``types`` of each shard
    form: Form | None = None  # such as stemming
    ids: Ids = field(init=False)
    start: Ids = field(init=False)
    end: Ids = field(init=False)
    sentence_offsets: Offsets = field(init=False)
    sentence_segment: Offsets = field(init=False)
    sentence_start: Ids = field(init=False)
    sentence_end: Ids = field(init=False)

    def __getattr__(self, name: str) -> Any:
        """Load the columns of words and sentences on first access."""
        if name not in _COLUMNS:
            raise AttributeError(name)
        return self._whole[name]

    @cached_property
    def _whole(self) -> dict[str, NDArray[Any]]:
        own = list(self.shards())
        columns = _columns([shard.tokens for shard in own])
        none = np.empty(0, dtype=np.int32)
        return columns | {"ids": np.concatenate([none, *(shard.types[shard.tokens.ids] for shard in own)])}

    def __len__(self) -> int:
        return int(self.document_offsets[-1])

    @property
    def n_sentences(self) -> int:
        """The number of sentences."""
        return int(self.sentences[-1])

    def subset(self, rows: ArrayLike) -> Self:
        numbers = positions(rows, self.corpus.documents)
        if len(numbers) == self.n_documents:
            return self
        texts = ShardedTexts(self.folder, self.rows[numbers])
        documents = self.corpus.documents.iloc[numbers].reset_index(drop=True)
        return replace(
            self,
            corpus=replace(self.corpus, documents=documents, texts=texts),
            document_offsets=offsets_of(np.diff(self.document_offsets)[numbers]),
            sentences=offsets_of(np.diff(self.sentences)[numbers]),
            rows=self.rows[numbers],
        )

    def documents(self) -> Iterator[tuple[str, Tokens]]:  # type: ignore[override]  # those of a shard are in memory
        for shard in self.shards():
            yield from shard.tokens.documents()

    def shards(self) -> Iterator[Shard]:
        """Iterate over the shards with documents; each is closed when the next is requested."""
        for number, (first, stop) in enumerate(pairwise(shard_bounds(self.folder))):
            low, high = np.searchsorted(self.rows, (first, stop)).tolist()
            if low == high:
                continue
            tokens = self.open(number)
            if high - low < stop - first:
                tokens = tokens.subset(self.rows[low:high] - first)
            documents = self.corpus.documents.iloc[low:high].reset_index(drop=True)
            vars(tokens.corpus)["documents"] = documents  # including columns that only other shards have
            words, sentences = int(self.document_offsets[low]), int(self.sentences[low])
            yield Shard(tokens, np.load(self.types / f"{number:05}.npy"), low, sentences, words, number)

    def open(self, number: int) -> Tokens:
        """The tokens of a shard of the folder, with all its documents."""
        tokens = open_tokens(shard_folder(self.folder, number))
        return self.form(tokens, number) if self.form else tokens

    def take(self, rows: ArrayLike) -> Tokens:
        """Load the words of a few documents; `rows` as in `subset`."""
        return _concatenate(list(self.subset(rows).shards()), self.vocabulary)


@dataclass(frozen=True, repr=False)
class ShardedCorpus(Corpus):
    """Documents in a folder of shards; ``segments`` and ``texts`` are read when they are accessed."""

    texts: "ShardedTexts"
    segments: pd.DataFrame = field(init=False)

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Load the segments on first access."""
        if name != "segments":
            raise AttributeError(name)
        return self._segments

    @cached_property
    def _segments(self) -> pd.DataFrame:
        kept = set(self.documents["doc_id"])
        tables = [read_arrow(place, "segments").to_pandas() for place in self.texts.places()]
        none = pd.DataFrame(columns=SEGMENT_COLUMNS)
        found: pd.DataFrame = pd.concat([table[table["doc_id"].isin(kept)] for table in tables] or [none])
        return found.reset_index(drop=True)


class ShardedTexts(Sequence[str]):
    """The texts of the documents at `rows` of a folder of shards, each read when it is accessed."""

    def __init__(self, folder: Path, rows: Offsets) -> None:
        self._folder, self._rows = folder, rows
        self._bounds = shard_bounds(folder)
        self._number, self._texts = -1, Texts(pa.chunked_array([], pa.large_string()))  # of the shard read last

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return ShardedTexts(self._folder, self._rows[index])
        row = int(self._rows[index])
        number = int(np.searchsorted(self._bounds, row, side="right")) - 1
        if number != self._number:
            self._texts = Texts(read_arrow(shard_folder(self._folder, number), "texts").column(0))
            self._number = number
        return self._texts[row - int(self._bounds[number])]

    def places(self) -> list[Path]:
        """The folders of the shards with these documents."""
        numbers = np.unique(np.searchsorted(self._bounds, self._rows, side="right") - 1)
        return [shard_folder(self._folder, number) for number in numbers.tolist()]


def shards(tokens: Tokens) -> Iterator[Shard]:
    """Iterate over the shards of `tokens` in order; tokens in memory are one shard.

    >>> from analysis import load_tokens
    >>> [(len(shard.tokens), shard.word) for shard in shards(load_tokens(["It rains.", "It snows."]))]
    [(4, 0)]
    """
    if isinstance(tokens, ShardedTokens):
        return tokens.shards()
    return iter([Shard(tokens, np.arange(len(tokens.vocabulary), dtype=np.int32))])


def folder_of(tokens: Tokens) -> Path | None:
    """The folder for temporary files of `tokens`: that of sharded tokens, None for tokens in memory."""
    return tokens.folder if isinstance(tokens, ShardedTokens) else None


def names(tokens: Tokens, types: NDArray[Any]) -> NDArray[np.object_]:
    """The words at these rows of the vocabulary."""
    found: NDArray[np.object_] = tokens.vocabulary[types]
    return found


def types_of(tokens: Tokens, words: Sequence[str]) -> Offsets:
    """The vocabulary rows of a few words, -1 for those that do not occur.

    >>> from analysis import read_text, tokenize
    >>> types_of(tokenize(read_text("It rains.")), ["rains", "snows"]).tolist()
    [1, -1]
    """
    if isinstance(tokens, ShardedTokens):
        return tokens.vocabulary.rows(words)
    return pd.Index(tokens.vocabulary, dtype=object).get_indexer(pd.Index(words, dtype=object))


def sentence_counts(tokens: Tokens) -> Offsets:
    """(documents,) the number of sentences of each document.

    >>> from analysis.text.corpus import read_texts
    >>> from analysis.text.tokens import tokenize
    >>> sentence_counts(tokenize(read_texts(["It rains. It snows.", "", "It is."]))).tolist()
    [2, 0, 1]
    """
    if isinstance(tokens, ShardedTokens):
        return np.diff(tokens.sentences)
    return np.bincount(tokens.sentence_document, minlength=tokens.n_documents)


def shard_weights(tokens: Tokens, weights: NDArray[np.float64] | None, shard: Shard) -> NDArray[np.float64] | None:
    """The part of `weights`, one per token of `tokens` or per sentence, for `shard`, one per token; None for None.

    Raises `ValueError` for another length.

    >>> from analysis import read_text
    >>> from analysis.text.tokens import tokenize
    >>> tokens = tokenize(read_text("It rains. We go."))
    >>> [shard_weights(tokens, np.array([0.5, 1.0]), shard).tolist() for shard in shards(tokens)]
    [[0.5, 0.5, 1.0, 1.0]]
    """
    if weights is None:
        return None
    if len(weights) == len(tokens):
        own = weights[shard.word : shard.word + len(shard.tokens)]
    elif len(weights) == tokens.n_sentences:
        own = weights[shard.sentence : shard.sentence + shard.tokens.n_sentences]
    else:
        raise ValueError(f"{len(weights)} weights for {len(tokens)} tokens: give one a token, or one a sentence")
    return token_weights(shard.tokens, own)


def load_documents(tokens: Tokens, rows: ArrayLike) -> Tokens:
    """Load the words of a few documents; `rows` as in ``subset``."""
    return tokens.take(rows) if isinstance(tokens, ShardedTokens) else tokens.subset(rows)


def open_shards(folder: Path) -> ShardedTokens:
    """Open what `join_shards` wrote to `folder`. Raises `ValueError` if it is incomplete."""
    try:
        options = json.loads((folder / ABOUT).read_text(encoding="utf-8"))["options"]
        documents, problems = (read_arrow(folder, name).to_pandas() for name in ("documents", "problems"))
        vocabulary = Vocabulary(read_arrow(folder, "vocabulary").column(0))
        words, sentences = np.load(folder / "sizes.npy").T
        rows = np.arange(len(documents))
        texts = ShardedTexts(folder, rows)
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise ValueError(f"{str(folder)!r} holds no sharded corpus, or not all of it: {error}") from None
    corpus = ShardedCorpus(documents, problems, texts)
    offsets = offsets_of(words), offsets_of(sentences)
    return ShardedTokens(corpus, vocabulary, offsets[0], options, folder, offsets[1], rows, folder / "types")


def are_shards(folder: Path) -> bool:
    """Whether `folder` was made by `join_shards`."""
    return (folder / ABOUT).is_file()


def shard_bounds(folder: Path) -> Offsets:
    """(shards + 1,) the offsets of the documents of each shard in `folder`."""
    return offsets_of(json.loads((folder / ABOUT).read_text(encoding="utf-8"))["documents"])


def shard_folder(folder: Path, number: int) -> Path:
    return folder / f"{number:05}"


def _concatenate(own: Sequence[Shard], vocabulary: Vocabulary) -> Tokens:
    """Several shards as one `Tokens` in memory."""
    used, ids = np.unique(np.concatenate([shard.types[shard.tokens.ids] for shard in own]), return_inverse=True)
    tokens = [shard.tokens for shard in own]
    corpora = [shard.tokens.corpus for shard in own]
    return Tokens(
        Corpus(
            pd.concat([corpus.documents for corpus in corpora], ignore_index=True),
            pd.concat([corpus.segments for corpus in corpora], ignore_index=True),
            corpora[0].problems,
            tuple(text for corpus in corpora for text in corpus.texts),
        ),
        vocabulary[used],
        ids.astype(np.int32),
        **_columns(tokens),
        options=tokens[0].options,
    )


def _columns(tokens: Sequence[Tokens]) -> dict[str, NDArray[Any]]:
    """The columns of several `Tokens`, concatenated, except the ``ids``."""
    columns = ("start", "end", "sentence_start", "sentence_end")
    joined: dict[str, NDArray[Any]] = {
        name: np.concatenate([getattr(each, name) for each in tokens]) for name in columns
    }
    for name in ("document_offsets", "sentence_offsets"):
        joined[name] = offsets_of(np.concatenate([np.diff(getattr(each, name)) for each in tokens]))
    shifts = np.cumsum([0, *(len(each.corpus.segments) for each in tokens[:-1])])
    segments = [each.sentence_segment + shift for each, shift in zip(tokens, shifts, strict=True)]
    return joined | {"sentence_segment": np.concatenate(segments)}


def join_shards(saved: Sequence[Path], folder: Path, problems: pd.DataFrame | None = None) -> ShardedTokens:
    """Join folders of saved tokens, which are moved, to one sharded corpus in the new folder `folder`.

    `problems` are those of the whole corpus, by default those of the shards. Raises `ValueError` without any shard.
    """
    if not saved:
        raise ValueError("no shard has a document: there is nothing to join")
    folder.mkdir(parents=True)
    tables, reported, vocabularies, counts = [], [], [], []
    for number, place in enumerate(saved):
        place.rename(shard_folder(folder, number))
        tokens = open_tokens(shard_folder(folder, number))
        tables.append(tokens.corpus.documents)
        reported.append(tokens.corpus.problems)
        vocabularies.append(read_arrow(shard_folder(folder, number), "vocabulary").column(0).combine_chunks())
        counts.append(np.column_stack([np.diff(tokens.document_offsets), sentence_counts(tokens)]))
        options = dict(tokens.options)
    merge_vocabularies(vocabularies, folder, folder / "types")
    del vocabularies
    pa.default_memory_pool().release_unused()  # which Arrow would keep
    documents = fill_columns(pd.concat(tables, ignore_index=True).iloc[:, :MOST_COLUMNS])
    problems = pd.concat(reported, ignore_index=True) if problems is None else problems
    for name, table in (("documents", documents), ("problems", problems)):
        write_arrow(pa.Table.from_pandas(table, preserve_index=False), folder, name)
    np.save(folder / "sizes.npy", np.concatenate(counts))
    about = {"documents": [len(table) for table in tables], "options": options}
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    return open_shards(folder)


def merge_vocabularies(vocabularies: Sequence[pa.Array], folder: Path, types: Path) -> None:
    """Write the sorted union of `vocabularies` to `folder`, and the row of each word of each of them to `types`."""
    encoded = pa.chunked_array(vocabularies, pa.large_string()).dictionary_encode()
    found = encoded.chunk(0).dictionary if encoded.num_chunks else pa.array([], pa.large_string())
    order = pc.sort_indices(found)  # by UTF-8 bytes, which is the order of code points
    rank = np.empty(len(found), dtype=np.int32)
    rank[order.to_numpy()] = np.arange(len(found), dtype=np.int32)
    folder.mkdir(parents=True, exist_ok=True)
    types.mkdir(parents=True, exist_ok=True)
    write_arrow(pa.table({"vocabulary": found.take(order)}), folder, "vocabulary")
    chunks = iter(encoded.chunks)  # one per vocabulary; Arrow drops empty ones
    for number, words in enumerate(vocabularies):
        own = rank[next(chunks).indices.to_numpy()] if len(words) else rank[:0]
        np.save(types / f"{number:05}.npy", own)
