"""How often each sentence of a corpus in parts appears in all of it: what each stage reads, and leaves for the next.

Only counts travel: of each part the keys of its different sentences, with how often each appears in the part, sorted;
of each range of keys how often each appears in all, for each part in the order in which the part has them.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.jobs import LostError, named
from analysis.engine.partitions import Partition, read_texts
from analysis.engine.shuffle import between, read_about, read_slices, share, write_about, write_slices
from analysis.scale.sentence_keys import distinct_sentences, grouped
from analysis.text.corpus import Corpus
from analysis.text.tokens import tokenize

PER_SENTENCE = 130  # bytes at the peak of telling how often a different sentence of a part stands in all parts

_KEYS, _SENTENCES = "keys.npy", "sentences.npy"


class Sentences(NamedTuple):
    """That the sentences of a partition are to be told apart: of its documents in a language, or of all."""

    key: str
    partition: Partition
    language: str | None


class Listing(NamedTuple):
    """That the parts of all partitions are to be listed: the folders that `keyed_sentences` made, in order."""

    key: str
    places: tuple[str, ...]


class Range(NamedTuple):
    """That one of `ranges` equal shares of all keys is to be counted; ``listing``: what `listed_parts` made."""

    key: str
    listing: str
    number: int
    ranges: int


class Tally(NamedTuple):
    """Where to read how often each sentence of a partition appears in all.

    ``key``: a name for all that was counted; ``keyed``: the folder that `keyed_sentences` made; ``first``: the number
    of its first part among those of all partitions; ``counted``: the folders that `counted_sentences` made, without the
    numbers at the end of their names, which go up to ``ranges``.
    """

    key: str
    keyed: str
    first: int
    counted: str
    ranges: int


def tallies(
    partitions: Sequence[Partition], language: str | None, run: Callable[..., list[Path]], limit: int
) -> list[Tally]:
    """How often the sentences of each of `partitions` appear in all, with about `limit` of them in memory at a time.

    `run` does a stage: of a function, its tasks and a name for the work, as `run_stage` does.
    """
    # What is made of a part is of use only where the parts are cut in the same places again.
    tasks = [Sentences(named(own.key, str(own.characters), str(language)), own, language) for own in partitions]
    places = run(keyed_sentences, tasks, what="reading sentences")
    key = named(*(task.key for task in tasks))
    [listing] = run(listed_parts, [Listing(key, tuple(map(str, places)))], what="listing parts")
    parts = [_parts(place) for place in places]
    size = sum(part.stat().st_size for own in parts for part in own)
    ranges = max(1, -(-size // (24 * limit)))
    stem = f"{key}-{ranges}-"
    own = [Range(f"{stem}{number:06d}", str(listing), number, ranges) for number in range(ranges)]
    counted = str(run(counted_sentences, own, what="comparing sentences")[0].parent / stem)
    first = np.cumsum([0, *map(len, parts)]).tolist()
    return [Tally(key, str(place), number, counted, ranges) for place, number in zip(places, first, strict=False)]


def keyed_sentences(task: Sentences, place: Path) -> None:
    """The keys of the different sentences of each part, how often each appears there; and which one is where.

    With the words of each sentence it is known later which words it has, without telling sentences apart again.
    """
    for number, corpus in enumerate(read_texts(task.partition)):
        tokens = tokenize(spoken(corpus, task.language), **dict(task.partition.options))
        found = distinct_sentences(tokens)
        np.save(place / f"{number:06d}.{_KEYS}", np.stack([found.high, found.low, found.times.astype(np.uint64)]))
        lengths = np.diff(tokens.sentence_offsets).astype(np.int32)
        np.save(place / f"{number:06d}.{_SENTENCES}", np.stack([found.row, lengths]))


def listed_parts(task: Listing, place: Path) -> None:
    """The parts of all partitions in a row: in a file, since with each task they would be sent once for each."""
    write_about(place, parts=[str(part) for folder in task.places for part in _parts(Path(folder))])


def counted_sentences(task: Range, place: Path) -> None:
    """How often each sentence of a range of keys appears in all parts, and in which part first: told to each part."""
    pieces = [_in_range(Path(part), task) for part in read_about(Path(task.listing))["parts"]]
    sizes = np.array([piece.shape[1] for piece in pieces], dtype=np.int64)
    high, low, times = np.concatenate([np.empty((3, 0), dtype=np.uint64), *pieces], axis=1)
    pieces.clear()
    order, starts = grouped(high, low)
    total = np.add.reduceat(times[order], starts) if len(starts) else times
    times[order] = np.repeat(total, np.diff(starts, append=len(order)))
    first = np.zeros(len(times), dtype=bool)
    first[order[starts]] = True  # equal keys stay in the order of the parts
    write_slices(place, "times", times, sizes)
    write_slices(place, "first", first, sizes)


def word_weights(tally: Tally, number: int, words: int) -> NDArray[np.float64]:
    """One weight for each of the words in part `number` of a partition: 1/n where its sentence appears n times in all.

    They are those of `analysis.redundancy.repeats.weights`. Raises `LostError` where the part had not so many words
    when its sentences were read.
    """
    row, lengths = _sentences(tally, number, words)
    return np.repeat(1.0 / _told(tally, "times", number, np.uint64)[row], lengths)


def words_once(tally: Tally, number: int, words: int) -> NDArray[np.bool_]:
    """Which of the words in part `number` of a partition are in a sentence that appears nowhere before.

    All else is as with `word_weights`.
    """
    row, lengths = _sentences(tally, number, words)
    once = np.zeros(len(row), dtype=bool)
    once[np.unique(row, return_index=True)[1]] = _told(tally, "first", number, np.bool_)
    return np.repeat(once, lengths)


def spoken(corpus: Corpus, language: str | None) -> Corpus:
    """The documents of `corpus` in a language, "en" for "en-GB" too; of None all.

    >>> from analysis import read_text
    >>> len(spoken(read_text("It rained."), "en").texts), len(spoken(read_text("It rained."), "ur").texts)
    (1, 0)
    """
    if language is None:
        return corpus
    languages = corpus.documents["language"].str.split("-").str[0].str.lower()
    return corpus.subset(np.flatnonzero((languages == language).to_numpy()))


def _told(tally: Tally, name: str, number: int, kind: type[np.generic]) -> NDArray[Any]:
    """What each range of keys tells a part, one range after the other: in the order of the part's own keys."""
    places = [Path(f"{tally.counted}{k:06d}") for k in range(tally.ranges)]
    own = tally.first + number
    return np.concatenate([np.empty(0, dtype=kind), *read_slices(places, name, own, own + 1)])


def _sentences(tally: Tally, number: int, words: int) -> NDArray[np.int32]:
    """Of each sentence of a part which of the different ones it is, and its words."""
    found: NDArray[np.int32] = np.load(Path(tally.keyed, f"{number:06d}.{_SENTENCES}"))
    if found[1].sum() != words:
        raise LostError("a file of the corpus has changed while it was read: give the same command again")
    return found


def _in_range(part: Path, task: Range) -> NDArray[np.uint64]:
    """The columns of a part's keys in a range."""
    columns = np.load(part, mmap_mode="r")
    return np.array(columns[:, between(columns[0], *share(task.number, task.ranges))])


def _parts(place: Path) -> list[Path]:
    return sorted(place.glob(f"*.{_KEYS}"))
