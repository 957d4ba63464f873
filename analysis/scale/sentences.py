"""How often each sentence of a sharded corpus appears in all of it, so that its words can weigh less.

Only counts travel: of each shard the keys of its different sentences, with how often each appears in it; and then, for
each of these in that order, how often it appears in all.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.jobs import LostError, digest
from analysis.engine.columns import column, shards_in, write_columns, write_of_keys
from analysis.engine.database import database, write_shard
from analysis.engine.partitions import Partition, read_texts
from analysis.text.corpus import Corpus
from analysis.text.hashes import Hashes, digests, run_hashes
from analysis.text.tokens import Tokens, offsets_of, tokenize


class Distinct(NamedTuple):
    """The different sentences of a text, in the order of their keys."""

    high: Hashes  # one half of the key of each
    low: Hashes  # and the other
    times: NDArray[np.int64]  # how often each appears in the text
    row: NDArray[np.int32]  # which of them each sentence of the text is


class Sentences(NamedTuple):
    """A partition of which the sentences are told apart: of its documents in a language, or of all."""

    key: str
    partition: Partition
    language: str | None


class Comparing(NamedTuple):
    """All shards, of which the sentences are counted; ``places``: the folders that `keyed_sentences` made, in order."""

    key: str
    places: tuple[str, ...]
    memory: int
    threads: int


class Tally(NamedTuple):
    """Where to read how often each sentence of a partition appears in all."""

    key: str  # a name for all that was counted
    keyed: str  # the folder that `keyed_sentences` made of the partition
    counted: str  # the one that `counted_sentences` made of all
    first: int  # where the partition's first shard is there


def tallies(
    partitions: Sequence[Partition], language: str | None, run: Callable[..., list[Path]], memory: int, threads: int
) -> list[Tally]:
    """How often the sentences of each of `partitions` appear in all.

    `run` does a stage: of a function, its tasks and a name for the work, as `run_stage` does. `memory` and `threads`
    are those of the engine.
    """
    # What is made of a shard is of use only where the shards are cut in the same places again.
    tasks = [Sentences(digest(own.key, str(own.characters), str(language)), own, language) for own in partitions]
    places = run(keyed_sentences, tasks, what="reading sentences")
    key = digest(*(task.key for task in tasks))
    comparing = Comparing(key, tuple(map(str, places)), memory, threads)
    [counted] = run(counted_sentences, [comparing], what="comparing sentences")
    first = offsets_of([len(shards_in(place, "row")) for place in places]).tolist()
    return [Tally(key, str(place), str(counted), number) for place, number in zip(places, first, strict=False)]


def keyed_sentences(task: Sentences, place: Path) -> None:
    """The keys of the different sentences of each shard, how often each appears there, which is where; its words."""
    for number, corpus in enumerate(read_texts(task.partition)):
        tokens = tokenize(spoken(corpus, task.language), **dict(task.partition.options))
        found = distinct_sentences(tokens)
        shard = place / f"{number:06d}"
        write_shard(shard.with_suffix(".parquet"), high=found.high, low=found.low, times=found.times)
        write_columns(shard, row=found.row, words=np.diff(tokens.sentence_offsets).astype(np.int32))


def counted_sentences(task: Comparing, place: Path) -> None:
    """How often each sentence appears in all shards: ``times``, for each shard from its ``begin`` on."""
    files = [shard.with_suffix(".parquet") for folder in task.places for shard in shards_in(Path(folder), "row")]
    with database(memory=task.memory, threads=task.threads, folder=place) as engine:
        sizes = write_of_keys(engine, files, "sum(times)::BIGINT", place / "all", times=np.int64)
    write_columns(place / "all", begin=offsets_of(sizes))


def word_weights(tally: Tally, number: int, words: int) -> NDArray[np.float64]:
    """One weight for each of the words in shard `number` of a partition: 1/n where its sentence appears n times in all.

    They are those of `analysis.redundancy.repeats.weights`. Raises `LostError` where the shard had another number of
    words when its sentences were read.
    """
    shard, counted = Path(tally.keyed, f"{number:06d}"), Path(tally.counted, "all")
    lengths = column(shard, "words")
    if lengths.sum() != words:
        raise LostError("a file of the corpus has changed while it was read: give the same command again")
    begin, stop = column(counted, "begin")[tally.first + number :][:2].tolist()
    return np.repeat(1.0 / column(counted, "times")[begin:stop][column(shard, "row")], lengths)


def spoken(corpus: Corpus, language: str | None) -> Corpus:
    """The documents of `corpus` in a language, "en" for "en-GB" too; of None all."""
    if language is None:
        return corpus
    languages = corpus.documents["language"].str.split("-").str[0].str.lower()
    return corpus.subset(np.flatnonzero((languages == language).to_numpy()))


def distinct_sentences(tokens: Tokens) -> Distinct:
    r"""The different sentences of `tokens`: two are equal where their words are, as types and in order.

    A word has a 128-bit number, the BLAKE2b digest of its folded letters. Each half of a sentence's key is made of one
    half of the numbers of its words, as `run_hashes` does. Any two of *s* different sentences have one key with a
    probability of about :math:`s^2 / 2^{129}`: one in :math:`10^{18}` for :math:`10^{10}` sentences, a TB of text.
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
