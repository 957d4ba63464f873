"""The documents that have the same shingle, as lists from which the pairs of a block of documents are counted."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

START = np.uint32(1 << 31)  # added to the first document of a list

Numbers = NDArray[np.uint32]
Ints = NDArray[np.int64]


def lists(document: NDArray[Any], counts: Ints, per_block: int, limit: int) -> Iterator[tuple[Numbers, Ints]]:
    """The documents of each key, as each block of documents needs them.

    Key by key, `counts` of them each, two or more, `document` has the numbers of the documents, which rise. Block k is
    the documents ``per_block * k`` and those that follow. For each key with a document in it, the block gets a list:
    the key's documents from the first in the block on, the first marked with `START`. Lists of one document are left
    out. Yields lists in the order of their blocks, some `limit` documents at a time, with the block of each document.

    >>> found = list(lists(np.array([1, 2, 4], dtype=np.uint32), np.array([3]), per_block=2, limit=9))
    >>> [((members & (START - 1)).tolist(), block.tolist()) for members, block in found]
    [([1, 2, 4, 2, 4], [0, 0, 0, 1, 1])]
    """
    block = document // np.uint32(per_block)
    ends = np.repeat(np.cumsum(counts), counts)
    begins = np.append(True, block[1:] != block[:-1])[: len(block)]
    begins[np.cumsum(counts) - counts] = True
    lengths = ends - np.arange(len(ends))
    heads = np.flatnonzero(begins & (lengths >= 2))
    for first, stop in cut(lengths[heads], limit):
        chosen = heads[first:stop]
        chosen = chosen[np.argsort(block[chosen], kind="stable")]
        own = lengths[chosen]
        begin = np.cumsum(own) - own
        places = np.repeat(chosen - begin, own) + np.arange(own.sum())
        members = document[places]
        members[begin] |= START
        yield members, np.repeat(block[chosen], own).astype(np.int64)


def cut(sizes: Ints, limit: int) -> list[tuple[int, int]]:
    """Neighbours put together as long as their sizes come to no more than `limit`; one alone may be larger.

    Each range is its first and the one behind its last.

    >>> cut(np.array([3, 3, 3, 9, 1]), 6)
    [(0, 2), (2, 3), (3, 4), (4, 5)]
    """
    total = np.append(0, np.cumsum(sizes, dtype=np.int64))
    ranges, first = [], 0
    while first < len(sizes):
        stop = max(first + 1, int(np.searchsorted(total, total[first] + limit, side="right")) - 1)
        ranges.append((first, stop))
        first = stop
    return ranges
