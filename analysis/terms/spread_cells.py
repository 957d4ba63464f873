"""How often each of many words stands in each document of a corpus in parts, some of the words at a time."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.text.buckets import Buckets
from analysis.text.compiled import compiled
from analysis.text.parted import Parted, parts

AT_ONCE = 1_000_000  # cells in memory, at most about so many

Ints = NDArray[np.int64]


class Block(NamedTuple):
    """Some of the words that were asked for, side by side.

    ``first``, ``stop``: which of them. ``counts``: (rows, words) how often each stands in each row, a document or a
    stretch. ``reduced``: (words,) the average reduced frequency.
    """

    first: int
    stop: int
    counts: sparse.csc_array
    reduced: NDArray[np.float64]


def blocks(tokens: Parted, types: Ints, count: Ints, stretches: int | None) -> Iterator[Block]:
    """The cells of `types`, which stand `count` times each, block by block in their order.

    The rows are the documents or, where a number of them is given, equal `stretches` of the running words.
    """
    rows = tokens.n_documents if stretches is None else stretches
    block = np.unique(np.cumsum(np.minimum(count, rows)) // AT_ONCE, return_inverse=True)[1]
    number = int(block.max(initial=0)) + 1
    place = np.full(len(tokens.vocabulary), -1, dtype=np.int32)
    place[types] = np.arange(len(types), dtype=np.int32)
    begin, last, near = np.full(len(types), -1), np.zeros(len(types), np.int64), np.zeros(len(types), np.int64)
    buckets = Buckets(tokens.folder, [np.int32, np.int32, np.int32, np.int32], number=number, spread=False)
    for part in parts(tokens):
        chosen, ids = place[part.types], part.tokens.ids
        if stretches is None:
            document = np.arange(part.document, part.document + part.tokens.n_documents, dtype=np.int32)
            row = np.repeat(document, np.diff(part.tokens.document_offsets))
        else:
            row = (np.arange(part.word, part.word + len(ids)) * stretches // len(tokens)).astype(np.int32)
        which, at, times = _cells(ids, row, chosen)
        buckets.add(block[which], which, at, times)
        _pass(ids, chosen, part.word, len(tokens), count, begin, last, near)
    reduced = (near + np.minimum((begin + len(tokens) - last) * count, len(tokens))) / max(len(tokens), 1)
    bounds = np.searchsorted(block, np.arange(number + 1)).tolist()
    for k in range(number):
        first, stop = bounds[k : k + 2]
        _, which, at, times = buckets.read(k)
        counts = sparse.csc_array((times, (at, which - first)), shape=(rows, stop - first))
        yield Block(first, stop, counts, reduced[first:stop])


@compiled
def _cells(ids: Any, row: Any, chosen: Any) -> Any:
    """Each of the chosen types with each row that has it, and how often; words of a row stand side by side."""
    which, at, times = np.empty(len(ids), np.int32), np.empty(len(ids), np.int32), np.empty(len(ids), np.int32)
    cell = np.full(len(chosen), -1)
    n = 0
    for place in range(len(ids)):
        this = ids[place]
        if chosen[this] < 0:
            continue
        if cell[this] < 0 or at[cell[this]] != row[place]:
            which[n], at[n], times[n] = chosen[this], row[place], 0
            cell[this] = n
            n += 1
        times[cell[this]] += 1
    return which[:n], at[:n], times[:n]


@compiled
def _pass(ids: Any, chosen: Any, before: Any, words: Any, count: Any, begin: Any, last: Any, near: Any) -> None:
    """Note the first and the last place of each chosen type, and add up how near its places are, as its ARF has it."""
    for place in range(len(ids)):
        k = chosen[ids[place]]
        if k < 0:
            continue
        if begin[k] < 0:
            begin[k] = before + place
        else:
            near[k] += min((before + place - last[k]) * count[k], words)
        last[k] = before + place
