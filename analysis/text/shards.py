"""The words of a corpus that does not fit in memory: `Tokens` in shards, over one vocabulary.

A measure that goes through `shards` gives the same for `Tokens`, which are one shard, as for `ShardedTokens`, however
they are cut, as long as what it keeps of a shard is by document, or added up in the order of the text.
"""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from analysis.text.corpus import MOST_COLUMNS, SEGMENT_COLUMNS, Corpus, fill_columns, positions
from analysis.text.documents import Offsets
from analysis.text.storage import Texts, open_tokens, read_arrow, write_arrow
from analysis.text.tokens import Ids, Tokens, offsets_of, token_weights

LISTED = 100_000  # rows, at most, of a table that is made of a sharded corpus: the first in its order

ABOUT = "shards.json"
_COLUMNS = ("ids", "start", "end", "sentence_offsets", "sentence_segment", "sentence_start", "sentence_end")


Form = Callable[[Tokens, int], Tokens]  # makes other words of those of a shard, when it was opened, and of its number


class Vocabulary:
    """The distinct words of all shards, in alphabetical order (by code point), on disk until they are asked for."""

    def __init__(self, words: pa.ChunkedArray) -> None:
        self._words = words

    def __len__(self) -> int:
        return len(self._words)

    def __getitem__(self, rows: NDArray[Any]) -> NDArray[np.object_]:
        """The words in `rows`."""
        return np.array(self._words.take(pa.array(rows)).to_pylist(), dtype=object)

    def tolist(self) -> list[str]:
        """All words, in memory."""
        words: list[str] = self._words.to_pylist()
        return words

    def rows(self, words: Iterable[str]) -> Offsets:
        """The row of each of a few words, -1 for one that no shard has."""
        found = []
        for word in words:
            row = bisect_left(range(len(self)), word, key=lambda place: self._words[place].as_py())
            found.append(row if row < len(self) and self._words[row].as_py() == word else -1)
        return np.array(found, dtype=np.int64)


class Shard(NamedTuple):
    """A shard of a corpus, and its place in the whole.

    ``tokens``: its words, over a vocabulary of its own; ``types``: (types of `tokens`,) the row of each in the
    vocabulary of the whole. ``document``, ``sentence``, ``word``: how many of the whole come before its first.
    ``number``: which of the folder's shards it is, some of which may have no document of the whole.
    """

    tokens: Tokens
    types: Ids
    document: int = 0
    sentence: int = 0
    word: int = 0
    number: int = 0

    @property
    def rows(self) -> slice:
        """The rows of its documents among those of the whole."""
        return slice(self.document, self.document + self.tokens.n_documents)


@dataclass(frozen=True, repr=False)
class ShardedTokens(Tokens):
    """The words of a corpus in a folder that `join_shards` made, of which one shard at a time is in memory.

    ``corpus``: the documents and problems of all, and texts that are read when they are asked for. So are the segments,
    and the columns of words and sentences, which then take the memory that they take in `Tokens`: a measure that goes
    through `shards` does without. ``vocabulary``: the words of all, on disk. ``sentences``: (documents + 1,) the
    sentences of document d are numbered from ``sentences[d]``. ``rows``: (documents,) the place of each document in the
    folder. ``types``: the folder with the ``types`` of each shard. ``form``: what makes other words of those of a
    shard, such as stems.
    """

    vocabulary: Vocabulary  # type: ignore[assignment]  # indexed by an array, as an array is
    folder: Path
    sentences: Offsets
    rows: Offsets
    types: Path
    form: Form | None = None
    ids: Ids = field(init=False)
    start: Ids = field(init=False)
    end: Ids = field(init=False)
    sentence_offsets: Offsets = field(init=False)
    sentence_segment: Offsets = field(init=False)
    sentence_start: Ids = field(init=False)
    sentence_end: Ids = field(init=False)

    def __getattr__(self, name: str) -> Any:
        """The columns that are on disk: called for what is not in memory."""
        if name not in _COLUMNS:
            raise AttributeError(name)
        return self._whole[name]

    @cached_property
    def _whole(self) -> dict[str, NDArray[Any]]:
        """The columns of words and sentences."""
        own = list(self.shards())
        columns = _columns([shard.tokens for shard in own])
        none = np.empty(0, dtype=np.int32)
        return columns | {"ids": np.concatenate([none, *(shard.types[shard.tokens.ids] for shard in own)])}

    def __len__(self) -> int:
        return int(self.document_offsets[-1])

    @property
    def n_sentences(self) -> int:
        """How many sentences there are."""
        return int(self.sentences[-1])

    def subset(self, rows: ArrayLike) -> "ShardedTokens":
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

    def documents(self) -> Iterator[tuple[str, Tokens]]:
        for shard in self.shards():
            yield from shard.tokens.documents()

    def shards(self) -> Iterator[Shard]:
        """The shards that have documents, one after the other; each is closed when the next is asked for."""
        for number, (first, stop) in enumerate(pairwise(shard_bounds(self.folder))):
            low, high = np.searchsorted(self.rows, (first, stop)).tolist()
            if low == high:
                continue
            tokens = self.open(number)
            if high - low < stop - first:
                tokens = tokens.subset(self.rows[low:high] - first)
            documents = self.corpus.documents.iloc[low:high].reset_index(drop=True)
            vars(tokens.corpus)["documents"] = documents  # with the columns that only others have
            words, sentences = int(self.document_offsets[low]), int(self.sentences[low])
            yield Shard(tokens, np.load(self.types / f"{number:05}.npy"), low, sentences, words, number)

    def open(self, number: int) -> Tokens:
        """The words of a shard of the folder, with all documents that it has there."""
        tokens = open_tokens(shard_folder(self.folder, number))
        return self.form(tokens, number) if self.form else tokens

    def take(self, rows: ArrayLike) -> Tokens:
        """The words of a few documents, in memory; `rows` as in `subset`."""
        return _joined(list(self.subset(rows).shards()), self.vocabulary)


@dataclass(frozen=True, repr=False)
class ShardedCorpus(Corpus):
    """The documents at `rows` of a folder of shards; ``segments`` and ``texts`` are read when they are asked for."""

    texts: "ShardedTexts"
    segments: pd.DataFrame = field(init=False)

    def __getattr__(self, name: str) -> pd.DataFrame:
        """The segments, which are on disk: called for what is not in memory."""
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
    """The texts of the documents at `rows` of a folder of shards; each is read when it is asked for."""

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
        """The folders of the shards that have documents of these."""
        numbers = np.unique(np.searchsorted(self._bounds, self._rows, side="right") - 1)
        return [shard_folder(self._folder, number) for number in numbers.tolist()]


def shards(tokens: Tokens) -> Iterator[Shard]:
    """The shards of `tokens`, in the order of the documents: one where they are in memory.

    >>> from analysis.text.corpus import read_texts
    >>> from analysis.text.tokens import tokenize
    >>> [(len(shard.tokens), shard.word) for shard in shards(tokenize(read_texts(["It rains.", "It snows."])))]
    [(4, 0)]
    """
    if isinstance(tokens, ShardedTokens):
        return tokens.shards()
    return iter([Shard(tokens, np.arange(len(tokens.vocabulary), dtype=np.int32))])


def folder_of(tokens: Tokens) -> Path | None:
    """Where what is made of `tokens` may be put on disk: in the folder of those that are there, else nowhere (None)."""
    return tokens.folder if isinstance(tokens, ShardedTokens) else None


def names(tokens: Tokens, types: NDArray[Any]) -> NDArray[np.object_]:
    """The words that are the `types`, rows of the vocabulary of the whole."""
    found: NDArray[np.object_] = tokens.vocabulary[types]
    return found


def types_of(tokens: Tokens, words: Sequence[str]) -> Offsets:
    """The types, rows of the vocabulary of the whole, that are a few words; -1 for one that does not occur.

    >>> from analysis import read_text, tokenize
    >>> types_of(tokenize(read_text("It rains.")), ["rains", "snows"]).tolist()
    [1, -1]
    """
    if isinstance(tokens, ShardedTokens):
        return tokens.vocabulary.rows(words)
    return pd.Index(tokens.vocabulary, dtype=object).get_indexer(pd.Index(words, dtype=object))


def sentence_counts(tokens: Tokens) -> Offsets:
    """(documents,) how many sentences each document has.

    >>> from analysis.text.corpus import read_texts
    >>> from analysis.text.tokens import tokenize
    >>> sentence_counts(tokenize(read_texts(["It rains. It snows.", "", "It is."]))).tolist()
    [2, 0, 1]
    """
    if isinstance(tokens, ShardedTokens):
        return np.diff(tokens.sentences)
    return np.bincount(tokens.sentence_document, minlength=tokens.n_documents)


def shard_weights(tokens: Tokens, weights: NDArray[np.float64] | None, shard: Shard) -> NDArray[np.float64] | None:
    """Of `weights`, one number a token of `tokens` or one a sentence, those of `shard`, one a token; None of None.

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


def taken(tokens: Tokens, rows: ArrayLike) -> Tokens:
    """The words of a few documents, `rows` as in ``subset``, in memory."""
    return tokens.take(rows) if isinstance(tokens, ShardedTokens) else tokens.subset(rows)


def open_shards(folder: Path) -> ShardedTokens:
    """What `join_shards` made in `folder`; raises `ValueError` where it is not all there."""
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
    """Whether `join_shards` made what is in `folder`."""
    return (folder / ABOUT).is_file()


def shard_bounds(folder: Path) -> Offsets:
    """(shards + 1,) the place in the folder of the first document of each of its shards, and how many there are."""
    return offsets_of(json.loads((folder / ABOUT).read_text(encoding="utf-8"))["documents"])


def shard_folder(folder: Path, number: int) -> Path:
    """The folder of a shard."""
    return folder / f"{number:05}"


def _joined(own: Sequence[Shard], vocabulary: Vocabulary) -> Tokens:
    """The words of several shards as one `Tokens`, in memory."""
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
    """The columns of the words and sentences of several `Tokens`, one behind the other, but for the ``ids``."""
    segments = np.cumsum([0, *(len(each.corpus.segments) for each in tokens[:-1])])  # before those of each
    return {
        "start": np.concatenate([each.start for each in tokens]),
        "end": np.concatenate([each.end for each in tokens]),
        "document_offsets": offsets_of(np.concatenate([np.diff(each.document_offsets) for each in tokens])),
        "sentence_offsets": offsets_of(np.concatenate([np.diff(each.sentence_offsets) for each in tokens])),
        "sentence_segment": np.concatenate(
            [each.sentence_segment + before for each, before in zip(tokens, segments, strict=True)]
        ),
        "sentence_start": np.concatenate([each.sentence_start for each in tokens]),
        "sentence_end": np.concatenate([each.sentence_end for each in tokens]),
    }


def join_shards(saved: Sequence[Path], folder: Path, problems: pd.DataFrame | None = None) -> ShardedTokens:
    """Make of folders of saved tokens, the shards of one corpus in its order, one whole in the new folder `folder`.

    The folders are moved there. `problems` are those of the whole corpus, by default those of the shards. Raises
    `ValueError` where there is no shard.
    """
    if not saved:
        raise ValueError("no shard has a document: there is nothing to join")
    folder.mkdir(parents=True)
    tables, told, vocabularies, counts = [], [], [], []
    for number, place in enumerate(saved):
        place.rename(shard_folder(folder, number))
        tokens = open_tokens(shard_folder(folder, number))
        tables.append(tokens.corpus.documents)
        told.append(tokens.corpus.problems)
        vocabularies.append(read_arrow(shard_folder(folder, number), "vocabulary").column(0).combine_chunks())
        counts.append(np.column_stack([np.diff(tokens.document_offsets), sentence_counts(tokens)]))
        options = dict(tokens.options)
    unite(vocabularies, folder, folder / "types")
    del vocabularies
    pa.default_memory_pool().release_unused()  # which Arrow would keep for itself
    documents = fill_columns(pd.concat(tables, ignore_index=True).iloc[:, :MOST_COLUMNS])
    problems = pd.concat(told, ignore_index=True) if problems is None else problems
    for name, table in (("documents", documents), ("problems", problems)):
        write_arrow(pa.Table.from_pandas(table, preserve_index=False), folder, name)
    np.save(folder / "sizes.npy", np.concatenate(counts))
    about = {"documents": [len(table) for table in tables], "options": options}
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    return open_shards(folder)


def unite(vocabularies: Sequence[pa.Array], folder: Path, types: Path) -> None:
    """Write the words of all `vocabularies`, in alphabetical order, into `folder`, and to `types` the row of each."""
    encoded = pa.chunked_array(vocabularies, pa.large_string()).dictionary_encode()
    found = encoded.chunk(0).dictionary if encoded.num_chunks else pa.array([], pa.large_string())
    order = pc.sort_indices(found)  # of UTF-8 bytes, which is that of code points
    rank = np.empty(len(found), dtype=np.int32)
    rank[order.to_numpy()] = np.arange(len(found), dtype=np.int32)
    folder.mkdir(parents=True, exist_ok=True)
    types.mkdir(parents=True, exist_ok=True)
    write_arrow(pa.table({"vocabulary": found.take(order)}), folder, "vocabulary")
    chunks = iter(encoded.chunks)  # one for each vocabulary but the empty ones, which Arrow leaves out
    for number, words in enumerate(vocabularies):
        own = rank[next(chunks).indices.to_numpy()] if len(words) else rank[:0]
        np.save(types / f"{number:05}.npy", own)
