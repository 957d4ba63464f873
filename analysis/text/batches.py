"""The tokens of many documents, found batch by batch on all cores.

Documents are put together, and long ones cut at blanks, to batches of a cache's size, which threads take in turn. Each
thread numbers the distinct surfaces that it meets. What it finds in a batch is written behind what comes before it in
the text: when the last batch is done all tokens are in their place, and they have been in memory only once.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.resources import cores
from analysis.text.characters import character_classes
from analysis.text.interning import PADDING, Table, empty_table, intern
from analysis.text.scanner import scan

BATCH = 1 << 16  # characters that are scanned together: the second-level cache holds them and what is made of them
SHARE = 1 << 20  # characters below which another thread does not pay
CHARACTERS_PER_TOKEN = 4  # a guess on the low side at how much room is needed: memory not written to costs nothing

Column = NDArray[np.int32]


class Batch(NamedTuple):
    """Stretches of documents that follow on each other: of the first document from `begin` on."""

    document: int  # the first
    begin: int
    stretches: list[str]


class Share(NamedTuple):
    """The batches that one thread took, and how many surfaces it knew after each."""

    batches: list[int]
    known: list[int]


class Found:
    """The tokens of documents, while threads find them.

    ``columns``: the id of each token's surface, in the table of the thread that took its batch; its start; its end.
    ``ends``: batch ``b`` has the tokens ``ends[b]`` up to ``ends[b + 1]``. ``lengths``: the tokens of each document.
    ``shares`` and ``tables``: what each thread took, and the surfaces that it found.
    """

    shares: list[Share]
    tables: list[Table]

    def __init__(self, texts: Sequence[str]) -> None:
        room = sum(map(len, texts)) // CHARACTERS_PER_TOKEN
        self.columns = [np.empty(room, np.int32) for _ in range(3)]
        self.ends = [0]
        self.lengths = np.zeros(len(texts), np.int64)
        self._batches = enumerate(batches(texts))
        self._early: dict[int, tuple[int, NDArray[np.int64], list[Column]]] = {}
        self._lock = Lock()

    def take(self) -> tuple[int, Batch] | None:
        """The next batch that no thread has taken, and its number."""
        with self._lock:
            return next(self._batches, None)

    def stop(self) -> None:
        """Let no thread take another batch."""
        with self._lock:
            self._batches = enumerate(iter(()))

    def add(self, number: int, document: int, lengths: NDArray[np.int64], columns: Sequence[Column]) -> None:
        """Put a batch's tokens in their place, or keep them until those of the batches before it are in theirs.

        `document` is the first in the batch, and `lengths` are the tokens of each stretch.
        """
        with self._lock:
            if number >= len(self.ends):
                self._early[number] = document, lengths, [column.copy() for column in columns]
                return
            self._append(document, lengths, columns)
            while early := self._early.pop(len(self.ends) - 1, None):
                self._append(*early)

    def _append(self, document: int, lengths: NDArray[np.int64], columns: Sequence[Column]) -> None:
        first, last = self.ends[-1], self.ends[-1] + len(columns[0])
        for whole, column in zip(self.columns, columns, strict=True):
            _make_room(last, whole)
            whole[first:last] = column
        self.lengths[document : document + len(lengths)] += lengths
        self.ends.append(last)


def find_tokens(texts: Sequence[str], *, lowercase: bool, emoji: bool) -> Found:
    """The tokens of the frequency scheme in every text."""
    found = Found(texts)
    work = partial(_work, found, character_classes(), lowercase, emoji)
    threads = min(cores(), 1 + sum(map(len, texts)) // SHARE)
    done = each(work, [empty_table() for _ in range(threads)])
    found.shares, found.tables = [share for share, _ in done], [table for _, table in done]
    for column in found.columns:
        column.resize(found.ends[-1], refcheck=False)
    return found


def each(function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """`function` of every item, of the first in this thread and of each other in one of its own."""
    with ThreadPoolExecutor(len(items)) as pool:
        others = pool.map(function, items[1:])
        return [function(items[0]), *others]


def batches(texts: Sequence[str]) -> Iterator[Batch]:
    """The texts, short ones together and long ones in stretches, `BATCH` characters or more at a time."""
    document, begin, size = 0, 0, 0
    stretches: list[str] = []
    for k, text in enumerate(texts):
        for first, last in pairwise(_cuts(text)):
            if not stretches:
                document, begin = k, first
            stretches.append(text[first:last])
            size += last - first
            if size >= BATCH:
                yield Batch(document, begin, stretches)
                stretches, size = [], 0
    if stretches:
        yield Batch(document, begin, stretches)


def _cuts(text: str) -> list[int]:
    """Where the stretches of a text begin, and its end: at blanks, since no token holds one or looks past it."""
    cuts = [0]
    while len(text) - cuts[-1] > 2 * BATCH and (cut := text.find(" ", cuts[-1] + BATCH)) >= 0:
        cuts.append(cut)
    return [*cuts, len(text)]


def _work(found: Found, classes: NDArray[np.uint8], lowercase: bool, emoji: bool, table: Table) -> tuple[Share, Table]:
    """Find the tokens of one batch after another; `table` is empty at first."""
    share = Share([], [])
    first, last, ids = (np.empty(0, np.int32) for _ in range(3))
    folded = np.empty(0, np.uint32)
    try:
        while taken := found.take():
            number, (document, begin, stretches) = taken
            text = "\n".join(["", *stretches, PADDING * "\n"])
            units = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
            bounds = np.cumsum([1, *(len(stretch) + 1 for stretch in stretches)])
            _make_room(len(units), first, last, ids, folded)
            lengths = scan(units, bounds, classes, "@" in text, lowercase, emoji, first, last, folded)
            n = int(lengths.sum())
            table = intern(folded, first[:n], last[:n], ids[:n], table)
            columns = [ids[:n], first[:n], last[:n]]
            shift = -bounds[:-1].astype(np.int32)
            shift[0] += begin
            for places in columns[1:]:
                places += np.repeat(shift, lengths)
            found.add(number, document, lengths, columns)
            share.batches.append(number)
            share.known.append(table.size)
    except BaseException:
        found.stop()  # what comes after this batch could only wait for it
        raise
    return share, table


def _make_room(size: int, *arrays: NDArray[Any]) -> None:
    """Lengthen the arrays in place: beyond some size the allocator moves pages and copies nothing."""
    for array in arrays:
        if len(array) < size:
            array.resize(max(size, len(array) * 9 // 8), refcheck=False)
