"""Pairs of words of a corpus in parts: as numbers, sorted into files, counted file by file."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.terms.marked_keys import again, checked, tallied
from analysis.text.buckets import Buckets
from analysis.text.compiled import compiled
from analysis.text.parted import Parted, parts

IN_A_FILE = 1_500_000  # running words whose pairs are in memory together

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def frequent_pairs(
    tokens: Parted, reach: int, both_ways: bool, begins: Bools, ends: Bools, min_count: int
) -> Iterator[Ints]:
    """The pairs of allowed types that are frequent enough, some at a time: (4, pairs) first, second, count, documents.

    The types are those of the whole; `second` stands at most `reach` words behind `first`, or `both_ways` before it.
    """
    types = len(begins)
    checked(types, 2, marks=2)
    buckets = Buckets(tokens.folder, [np.int64, np.int8], number=1 + len(tokens) // IN_A_FILE)
    for part in parts(tokens):
        own, own_types = part.tokens, part.types
        key, bounds = _pairs(
            own_types[own.ids],
            own.sentence_offsets,
            own.document_offsets,
            reach,
            both_ways,
            begins[own_types][own.ids],
            ends[own_types][own.ids],
            types,
        )
        buckets.add(key, again(key, bounds))
    for k in range(len(buckets)):
        key, mark = buckets.read(k)
        key, (new, repeated) = tallied(key, mark, 2)
        count = new + repeated
        often = count >= min_count
        yield np.stack([*np.divmod(key[often], types), count[often], new[often]])


@compiled
def _pairs(
    ids: Any, lines: Any, documents: Any, reach: int, both_ways: bool, begins: Any, ends: Any, types: int
) -> Any:
    """The key of each pair, first · `types` + second, as they run, and where those of each document begin.

    `begins` and `ends` say of each word whether it may be the first, or the second, of a pair.
    """
    key, n = np.empty(len(ids) + 1024, np.int64), 0
    bounds = np.zeros(len(documents), np.int64)
    document = 0
    for line in range(len(lines) - 1):
        while documents[document + 1] <= lines[line]:
            document += 1
            bounds[document] = n
        for place in range(lines[line], lines[line + 1]):
            if not begins[place]:
                continue
            if n + 2 * (lines[line + 1] - lines[line]) > len(key):
                larger = np.empty(2 * n + 2 * (lines[line + 1] - lines[line]), np.int64)
                for k in range(n):
                    larger[k] = key[k]
                key = larger
            low = max(lines[line], place - reach) if both_ways else place + 1
            for other in range(low, min(lines[line + 1], place + reach + 1)):
                if other != place and ends[other]:
                    key[n] = np.int64(ids[place]) * types + ids[other]
                    n += 1
    bounds[document + 1 :] = n
    return key[:n], bounds
