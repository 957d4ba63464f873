"""Count how often each sentence of a partitioned corpus appears in all of it, to weigh its words.

Each shard passes on the keys and counts of its different sentences, and receives their counts in the whole.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.jobs import LostError, digest
from analysis.engine.columns import column, shards_in, write_by_key, write_columns
from analysis.engine.database import database, write_shard
from analysis.engine.partitions import Partition, read_texts
from analysis.text.corpus import Corpus
from analysis.text.hashes import Hashes, digests, run_hashes
from analysis.text.tokens import Tokens, offsets_of, tokenize


class Distinct(NamedTuple):
    """The different sentences of a text, sorted by key."""

    high: Hashes  # one half of the key of each
    low: Hashes  # and the other
    times: NDArray[np.int64]  # occurrences in the text
    row: NDArray[np.int32]  # (sentences of the text,) the row of each


class Sentences(NamedTuple):
    """A partition whose sentences are counted: of its documents in a language, or of all."""

    key: str
    partition: Partition
    language: str | None


class Merging(NamedTuple):
    """The folders of all partitions, whose counts are added up."""

    key: str
    places: tuple[str, ...]
    memory: int
    threads: int


class Tally(NamedTuple):
    """Where the counts of the sentences of a partition are."""

    key: str  # of all counts
    keyed: str  # the folder that `keyed_sentences` made of the partition
    counted: str  # the folder that `counted_sentences` made of all
    first: int  # the number of the partition's first shard in it


def tallies(
    partitions: Sequence[Partition], language: str | None, run: Callable[..., list[Path]], memory: int, threads: int
) -> list[Tally]:
    """Count the sentences of all `partitions`.

    `run` runs a stage, as `run_stage` does; `memory` and `threads` are those of the engine.
    """
    # A result can be reused only if the shards are cut in the same places again: hence `characters`.
    tasks = [Sentences(digest(own.key, str(own.characters), str(language)), own, language) for own in partitions]
    places = run(keyed_sentences, tasks, what="reading sentences")
    key = digest(*(task.key for task in tasks))
    merging = Merging(key, tuple(map(str, places)), memory, threads)
    [counted] = run(counted_sentences, [merging], what="comparing sentences")
    first = offsets_of([len(shards_in(place, "row")) for place in places]).tolist()
    return [Tally(key, str(place), str(counted), number) for place, number in zip(places, first, strict=False)]


def keyed_sentences(task: Sentences, place: Path) -> None:
    """Write the `Distinct` sentences of each shard, and the words of each sentence."""
    for number, corpus in enumerate(read_texts(task.partition)):
        tokens = tokenize(documents_in(corpus, task.language), **dict(task.partition.options))
        found = distinct_sentences(tokens)
        shard = place / f"{number:06d}"
        write_shard(shard.with_suffix(".parquet"), high=found.high, low=found.low, times=found.times)
        write_columns(shard, row=found.row, words=np.diff(tokens.sentence_offsets).astype(np.int32))


def counted_sentences(task: Merging, place: Path) -> None:
    """Write how often each sentence appears in all shards: ``times``, for each shard from its ``begin`` on."""
    files = [shard.with_suffix(".parquet") for folder in task.places for shard in shards_in(Path(folder), "row")]
    with database(memory=task.memory, threads=task.threads, folder=place) as engine:
        sizes = write_by_key(engine, files, "sum(times)::BIGINT", place / "all", times=np.int64)
    write_columns(place / "all", begin=offsets_of(sizes))


def word_weights(tally: Tally, number: int, words: int) -> NDArray[np.float64]:
    """One weight for each word in shard `number` of a partition, as `redundancy.repeats.weights` gives them.

    Raises `LostError` when the shard had another number of words when its sentences were read.
    """
    shard, counted = Path(tally.keyed, f"{number:06d}"), Path(tally.counted, "all")
    lengths = column(shard, "words")
    if lengths.sum() != words:
        raise LostError("a file of the corpus has changed while it was read: give the same command again")
    begin, stop = column(counted, "begin")[tally.first + number :][:2].tolist()
    return np.repeat(1.0 / column(counted, "times")[begin:stop][column(shard, "row")], lengths)


def documents_in(corpus: Corpus, language: str | None) -> Corpus:
    """The documents of `corpus` in a language, "en" for "en-GB" too; for None all."""
    if language is None:
        return corpus
    languages = corpus.documents["language"].str.split("-").str[0].str.lower()
    return corpus.subset(np.flatnonzero((languages == language).to_numpy()))


def distinct_sentences(tokens: Tokens) -> Distinct:
    r"""The different sentences of `tokens`: two are equal where their words are, as types and in order.

    Each half of a sentence's 128-bit key is the `run_hashes` of one half of the BLAKE2b digests of its words. Any two
    of *s* different sentences have one key with a probability of about :math:`s^2 / 2^{129}`: one in :math:`10^{18}`
    for :math:`10^{10}` sentences, a TB of text.
    """
    one, two = digests(tokens.vocabulary, 1)[:, 0].T
    offsets = tokens.sentence_offsets
    high, low = run_hashes(one[tokens.ids], offsets[:-1], np.diff(offsets), two[tokens.ids])
    order = np.lexsort((low, high))
    high, low = high[order], low[order]
    other = (np.diff(high, prepend=0) != 0) | (np.diff(low, prepend=0) != 0)
    other[:1] = True
    first = np.flatnonzero(other)
    row = np.empty(len(order), dtype=np.int32)
    row[order] = np.cumsum(other) - 1
    return Distinct(high[first], low[first], np.diff(first, append=len(order)), row)
