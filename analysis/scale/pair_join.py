"""The documents that have the same shingles: from records in the order of their keys to lists of documents."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.redundancy import pair_lists
from analysis.redundancy.pair_lists import Ints, Numbers
from analysis.redundancy.reuse import WIDEST
from analysis.scale.pair_keys import Keys


class Records(NamedTuple):
    """That a shingle stands in a document, or that one stands in `weight` documents of which `document` is the first.

    Both halves of the shingle's key, the document's number in the corpus, and the weight, 1 for a document alone.
    """

    high: Keys
    low: Keys
    document: Numbers
    weight: Ints


def records(high: Keys, low: Keys, document: Numbers) -> Records:
    """One record a document."""
    return Records(high, low, document, np.ones(len(high), dtype=np.int64))


def gathered(pieces: Iterable[Records], limit: int, put_aside: Callable[[Numbers], None]) -> Records:
    """All records of `pieces` by key and then document, those of keys in more than `WIDEST` documents put aside.

    Of a key put aside one record is left, of the weight of all; `put_aside` is given the documents that had one. The
    pieces must come in the order of the documents. About `limit` records are in memory at a time, and more only where
    the keys that are *not* put aside have more of them, so a key that stands in every document costs no memory.
    """
    none = np.empty(0, dtype=np.uint64)
    waiting = [records(none, none, np.empty(0, dtype=np.uint32))]
    size = 0
    room = limit
    for piece in pieces:
        waiting.append(piece)
        size += len(piece.high)
        if size > room:
            waiting = [_reduced(_sorted(waiting), put_aside)]
            size = len(waiting[0].high)
            room = max(limit, size + limit // 2)  # where little can be put aside, not at every piece anew
    return _reduced(_sorted(waiting), put_aside)


def lists(found: Records, per_block: int, limit: int) -> Iterator[tuple[Numbers, Ints]]:
    """The documents of each key that stands in two or more, as each block of documents needs them.

    Yields what `pair_lists.lists` does.
    """
    starts, counts = _groups(found)
    shared = (counts >= 2) & (found.weight[starts] == 1)
    return pair_lists.lists(found.document[np.repeat(shared, counts)], counts[shared], per_block, limit)


def _sorted(pieces: list[Records]) -> Records:
    """`pieces` in one, by key; what has the same key stays in its order."""
    high, low, document, weight = (np.concatenate(column) for column in zip(*pieces, strict=True))
    pieces.clear()
    order = np.argsort(high, kind="stable")
    high, low = high[order], low[order]
    if np.any((high[1:] == high[:-1]) & (low[1:] != low[:-1])):
        again = np.lexsort((low, high))
        order, high, low = order[again], high[again], low[again]
    return Records(high, low, document[order], weight[order])


def _reduced(found: Records, put_aside: Callable[[Numbers], None]) -> Records:
    """One record for each key in more than `WIDEST` documents, and the others as they are."""
    starts, counts = _groups(found)
    if not len(starts):
        return found
    weight = np.add.reduceat(found.weight, starts)
    wide = weight > WIDEST
    of_wide = np.repeat(wide, counts)
    put_aside(found.document[of_wide & (found.weight == 1)])
    found.weight[starts[wide]] = weight[wide]
    kept = ~of_wide
    kept[starts[wide]] = True
    return Records(found.high[kept], found.low[kept], found.document[kept], found.weight[kept])


def _groups(found: Records) -> tuple[Ints, NDArray[Any]]:
    """Where the records of each key begin, and how many there are."""
    other = (found.high[1:] != found.high[:-1]) | (found.low[1:] != found.low[:-1])
    starts = np.flatnonzero(np.append(True, other)[: len(found.high)])
    return starts, np.diff(np.append(starts, len(found.high)))
