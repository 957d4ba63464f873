"""Count the shingles that documents share.

The input is a relation of shingle keys, in two halves, and the numbers of the documents that have them. The engine
groups it by key and sets aside the keys of too many documents. The other keys of two or more documents are numbered,
and pairs are counted document by document from the lists of documents of each number.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled
from analysis.engine.database import Database
from analysis.text.hashes import digests
from analysis.text.shingles import distinct_shingles
from analysis.text.words import Words

WORDS = 4  # in a shingle
FEWEST = 2  # shingles that a pair shares, at least: one alone is a turn of phrase
ENOUGH = 5  # shared shingles that suffice, whatever the length of the documents
LEAST = 0.006  # share of a document's shingles that must be shared where they are fewer
WIDEST = 200  # documents that have a shingle, at most: in more it is a turn of phrase or boilerplate
PLACES = 500_000  # shingles of documents, about, whose pairs a thread counts at a time
FOUND = 200_000  # pairs, about, in a thread's buffer
_NONE = np.empty(0, dtype=np.uint32)
_UNMARKED = np.uint32((1 << 31) - 1)  # all but the bit that marks the first document of a list

# After `group`: the keys of too many documents, and how many of them each document has.
COMMON = "SELECT high, low, count(*) AS documents, min(document) AS first FROM wide GROUP BY high, low"
ASIDE = "SELECT document, count(*) AS aside FROM wide GROUP BY document"

Members = tuple[NDArray[Any], NDArray[Any]]  # numbers of shingles, and documents that have them
Keys = NDArray[np.uint64]
Ints = NDArray[np.int64]


class Keyed(NamedTuple):
    """Each document's different shingles."""

    high: Keys  # (rows,) one half of the key
    low: Keys  # and the other
    document: NDArray[np.uint32]  # (rows,) the number of the document
    sizes: Ints  # (documents,) how many each has


class Shared(NamedTuple):
    """Pairs of documents: their numbers in the corpus, the earlier first, and how many shingles both have."""

    a: Ints
    b: Ints
    shared: Ints


def keyed(words: Words, n: int = WORDS, *, alone: bool = False) -> Keyed:
    r"""Each document's different runs of `n` words, as keys that are the same in every shard of a corpus.

    Sorted by the first 16 bits, so that a range of keys is read in a few pieces. A word has a 128-bit number for each
    of the `n` places, from the BLAKE2b digests of its folded letters; a key is their sum, half by half (tabulation
    hashing: Carter & Wegman 1979, Universal classes of hash functions). The probability that any two of *s* different
    runs have the same key is below :math:`s^2 / 2^{129}`: one in :math:`10^{16}` for :math:`10^{11}` runs, 600 GB of
    text. The runs of a shard that is `alone` are numbered exactly instead.
    """
    matrix, first = distinct_shingles(words.ids, words.offsets, n)
    sizes = np.diff(matrix.indptr).astype(np.int64)
    document = np.repeat(np.arange(len(sizes), dtype=np.uint32), sizes)
    if alone:
        return Keyed(matrix.indices.astype(np.uint64), np.zeros(len(document), dtype=np.uint64), document, sizes)
    high, low = _keys_at(words, first, n)
    order = np.argsort((high >> np.uint64(48)).astype(np.uint16)[matrix.indices], kind="stable")
    rows = matrix.indices[order]
    return Keyed(high[rows], low[rows], document[order], sizes)


def wordings(words: Words, high: Keys, low: Keys, n: int = WORDS, *, alone: bool = False) -> dict[int, str]:
    """The words of those shingles whose keys (see `keyed`) are given, by their place among the keys."""
    wanted = {key: number for number, key in enumerate(zip(high.tolist(), low.tolist(), strict=True))}
    _, first = distinct_shingles(words.ids, words.offsets, n)
    numbers = np.arange(len(first), dtype=np.uint64)
    own = (numbers, np.zeros_like(numbers)) if alone else _keys_at(words, first, n)
    found = {}
    for row in np.flatnonzero(np.isin(own[0], high)).tolist():
        number = wanted.get((int(own[0][row]), int(own[1][row])))
        if number is not None:
            found[number] = " ".join(words.vocabulary[words.ids[first[row] : first[row] + n]])
    return found


def group(engine: Database, shingles: str, most: int) -> None:
    """Group `shingles` by key, for `COMMON`, `ASIDE` and `members`; keys in over `most` documents are wide."""
    engine.run(
        f"CREATE TABLE keys AS SELECT high, low, count(*) AS documents, count(*) > {most} AS wide "
        f"FROM {shingles} GROUP BY high, low HAVING count(*) > 1"
    )
    engine.run(
        f"CREATE TABLE wide AS SELECT high, low, document FROM {shingles} "
        "SEMI JOIN (SELECT high, low FROM keys WHERE wide) USING (high, low)"
    )


def members(shingles: str, *, base: int = 0) -> str:
    """The query for the documents of each key that is not wide, numbered from `base`: ``number``, ``document``."""
    return (
        f"SELECT number, document FROM {shingles} JOIN "
        f"(SELECT high, low, row_number() OVER () + {base - 1} AS number FROM keys WHERE NOT wide) USING (high, low)"
    )


def in_blocks(members: str, per_block: int) -> str:
    """The query for the `members` of each block of `per_block` documents: ``block``, ``number``, ``document``.

    They are the documents, from the first of the block on, of each key that a document of the block has.
    """
    return (
        f"SELECT block, number, document FROM {members} JOIN (SELECT DISTINCT number, document // {per_block} AS block "
        f"FROM {members}) USING (number) WHERE document // {per_block} >= block"
    )


def count_members(
    engine: Database, members: str, first: int, stop: int, *, least: int, rows: int, threads: int = 1
) -> Iterator[Shared]:
    """The pairs with `least` shared shingles or more whose first document is from `first` to before `stop`.

    `members` is a relation as `members` makes it, with all documents from `first` on of their keys. About `rows` of it
    are in memory at a time, or all that one document shares. The pairs are sorted by their first document.
    """
    total = int(engine.columns(f"SELECT count(*) AS total FROM {members}")["total"][0])
    for low, high in ranges(first, stop, total, rows):
        own = f"SELECT number, document FROM {members} WHERE document >= {low}"
        if (low, high) != (first, stop):
            own += f" AND number IN (SELECT number FROM {members} WHERE document BETWEEN {low} AND {high - 1})"
        yield from count_chunks([partial(_members_of, engine, own)], low, high, least=least, threads=threads)


def _members_of(engine: Database, query: str) -> Members:
    """The rows of a query for members."""
    columns = engine.columns(query)
    return columns["number"], columns["document"]


def ranges(first: int, stop: int, total: int, rows: int) -> Iterator[tuple[int, int]]:
    """The documents from `first` to before `stop` in ranges that have about `rows` of `total` rows each."""
    pieces = max(1, min(stop - first, -(-total // rows)))
    return pairwise(np.linspace(first, stop, pieces + 1).astype(int).tolist())


def count_chunks(
    chunks: Sequence[Callable[[], Members]], first: int, stop: int, *, least: int, threads: int = 1
) -> Iterator[Shared]:
    """The pairs with `least` shared numbers or more whose first document is from `first` to before `stop`.

    A chunk returns numbers, each of which is in no other chunk, and the documents that have them, in any order. The
    pairs are sorted by their first document. A row takes 8 bytes, and 30 more while a thread has its chunk.
    """
    with ThreadPoolExecutor(threads) as pool:
        member = np.concatenate([_NONE, *pool.map(lambda chunk: _lists_of(chunk(), first, stop), chunks)])
        documents = int((member & _UNMARKED).max(initial=0)) + 1
        own, places = _places(member, min(stop - first, documents))

        def pairs_of(rows: tuple[int, int]) -> list[Shared]:
            counts, buffer = np.zeros(documents, dtype=np.int32), np.empty((3, FOUND + documents), dtype=np.int64)
            (row, end), found = rows, []
            while row < end:
                row, size = _count(member, own, places, row, end, least, counts, buffer, FOUND)
                a, b, shared = buffer[:, :size].copy()
                found.append(Shared(a + first, b + first, shared))
            return found

        # A few ranges at a time, so that pairs do not pile up in memory before they are read.
        parts = list(ranges(0, len(own) - 1, len(places), PLACES))
        for begin in range(0, len(parts), threads):
            for found in pool.map(pairs_of, parts[begin : begin + threads]):
                yield from found


def is_reuse(
    shared: NDArray[Any], size_a: Ints, size_b: Ints, min_shared: int = ENOUGH, min_containment: float = LEAST
) -> NDArray[np.bool_]:
    """Which pairs `document_pairs` lists, by the documents' sizes in shingles."""
    large = np.maximum(shared / size_a, shared / size_b) >= min_containment
    return large | (shared >= min_shared)


def shares(shared: Ints, size_a: Ints, size_b: Ints) -> dict[str, NDArray[np.float64]]:
    """Containments and Jaccard coefficient, by the documents' sizes in shingles."""
    return {
        "containment_a": shared / size_a,
        "containment_b": shared / size_b,
        "jaccard": shared / (size_a + size_b - shared),
    }


def _keys_at(words: Words, first: Ints, n: int) -> tuple[Keys, Keys]:
    """The two halves of the key of each run of `n` words that begins at a token in `first`."""
    table = digests(words.vocabulary, n)
    high, low = np.zeros((2, len(first)), dtype=np.uint64)
    for place in range(n):
        high += table[words.ids[first + place], place, 0]
        low += table[words.ids[first + place], place, 1]
    return high, low


def _lists_of(members: Members, first: int, stop: int) -> NDArray[np.uint32]:
    """`_lists` of a chunk."""
    number, document = members
    if not len(number):
        return _NONE
    low, high = int(number.min()), int(number.max())
    own = np.array(document)  # one that can be written to, for which alone the loop is compiled
    member: NDArray[np.uint32] = _lists(number - low, own, high - low + 1, first, stop)
    return member


@compiled
def _lists(number: Any, document: Any, size: Any, first: Any, stop: Any) -> Any:
    """The documents from `first` on of each number that one before `stop` has: rising, the first one marked."""
    ends = np.zeros(size + 1, dtype=np.int64)
    wanted = np.zeros(size, dtype=np.bool_)
    for k in range(len(number)):
        if document[k] >= first:
            ends[number[k] + 1] += 1
            wanted[number[k]] |= document[k] < stop
    for k in range(size):
        ends[k + 1] = ends[k] + (ends[k + 1] if wanted[k] else 0)
    member, free = np.empty(ends[size], dtype=np.uint32), ends[:-1].copy()
    for k in range(len(number)):
        if document[k] < first or not wanted[number[k]]:
            continue
        own, at = np.uint32(document[k] - first), free[number[k]]
        while at > ends[number[k]] and member[at - 1] > own:
            member[at] = member[at - 1]
            at -= 1
        member[at] = own
        free[number[k]] += 1
    for k in range(size):
        if ends[k] < ends[k + 1]:
            member[ends[k]] |= _UNMARKED + np.uint32(1)
    return member


@compiled
def _places(member: Any, documents: Any) -> tuple[Any, Any]:
    """The places of each of the first `documents` in `member`: where those of each begin, and the places."""
    own = np.zeros(documents + 1, dtype=np.int64)
    for k in range(len(member)):
        if member[k] & _UNMARKED < documents:
            own[(member[k] & _UNMARKED) + 1] += 1
    own = np.cumsum(own)
    places, free = np.empty(own[-1], dtype=np.uint32), own[:-1].copy()
    for k in range(len(member)):
        row = member[k] & _UNMARKED
        if row < documents:
            places[free[row]] = k
            free[row] += 1
    return own, places


@compiled
def _count(
    member: Any, own: Any, places: Any, row: Any, end: Any, least: Any, counts: Any, found: Any, most: Any
) -> tuple[int, int]:
    """Fill `found` with up to `most` pairs of documents from `row` to before `end`; the next row, and how many.

    `counts` is zero before and after.
    """
    touched = np.empty(len(counts), dtype=np.int32)
    size = 0
    while row < end and size < most:
        used = 0
        for k in range(own[row], own[row + 1]):
            place = np.int64(places[k]) + 1
            while place < len(member) and member[place] <= _UNMARKED:
                other = np.int64(member[place])
                if counts[other] == 0:
                    touched[used] = other
                    used += 1
                counts[other] += 1
                place += 1
        for k in range(used):
            other = touched[k]
            if counts[other] >= least:
                found[0, size], found[1, size], found[2, size] = row, other, counts[other]
                size += 1
            counts[other] = 0
        row += 1
    return row, size
