"""The shingles of a corpus in parts: which documents share how many of them, and which stand in too many documents."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.redundancy.pair_lists import Ints, lists
from analysis.redundancy.pair_sums import summed
from analysis.redundancy.shingles import numbered, shingles
from analysis.text.buckets import MIXER, Buckets
from analysis.text.compiled import compiled
from analysis.text.parted import Parted, parts

# Shingles in memory at a time, about, each once a document; documents in lists that are written at a time; words of the
# documents of a block; pairs of documents whose shared shingles are counted at a time.
SHINGLES, LISTED_AT_ONCE, COUNTED_AT_ONCE, PAIRS_AT_ONCE = 2_000_000, 1_000_000, 1_500_000, 1_000_000


class Shared(NamedTuple):
    """Pairs of documents: their numbers, the earlier first, how many shingles both have; and how many of the shingles
    that stand in few documents each document of the corpus has."""

    first: NDArray[np.int32]
    second: NDArray[np.int32]
    shared: NDArray[np.int32]
    sizes: Ints


class Widespread(NamedTuple):
    """Shingles in too many documents: the rows of their words in the vocabulary (shingles, n), and in how many."""

    words: Ints
    documents: Ints


class _Group(NamedTuple):
    """The different shingles of a bucket: as numbers (shingles, columns), in how many documents each stands, and the
    documents, shingle by shingle."""

    keys: NDArray[np.uint64]
    counts: Ints
    documents: NDArray[np.uint32]


def pairs_in_parts(tokens: Parted, n: int, max_documents: int, least: int) -> Iterator[Shared]:
    """The pairs of documents that share `least` shingles of `n` words that stand in `max_documents` documents or fewer.

    Piece by piece, in the order of the first document. The shingles are sorted into buckets, as whole words and no
    hashes of them, and in each bucket the documents of each are listed for the blocks of documents that need them; then
    the pairs are counted block by block.
    """
    sizes = np.zeros(tokens.n_documents, dtype=np.int64)
    per_block = -(-tokens.n_documents // max(1, min(tokens.n_documents, len(tokens) // COUNTED_AT_ONCE)))
    blocks = -(-tokens.n_documents // per_block)
    listed = Buckets(tokens.folder, [np.int64, np.uint32], number=blocks, spread=False)
    for _, counts, documents in _groups(tokens, n):
        few = counts <= max_documents
        sizes += np.bincount(documents[np.repeat(few, counts)], minlength=len(sizes))
        few &= counts > 1
        for members, block in lists(documents[np.repeat(few, counts)], counts[few], per_block, LISTED_AT_ONCE):
            listed.add(block, members)
    for number in range(blocks):
        members = listed.read(number)[1]
        first, stop = per_block * number, min(per_block * (number + 1), tokens.n_documents)
        for a, b, shared in summed(members, first, stop, least=least, per_block=per_block, limit=PAIRS_AT_ONCE):
            yield Shared(a.astype(np.int32), b.astype(np.int32), shared.astype(np.int32), sizes)


def widespread(tokens: Parted, n: int, max_documents: int) -> Widespread:
    """The shingles of `n` words that stand in more than `max_documents` documents."""
    words, documents = [np.empty((0, n), dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for keys, counts, _ in _groups(tokens, n):
        many = counts > max_documents
        words.append(_unpacked(keys[many], n, *_layout(tokens, n)))
        documents.append(counts[many])
    return Widespread(np.concatenate(words), np.concatenate(documents))


def _groups(tokens: Parted, n: int) -> Iterator[_Group]:
    """All different shingles of `n` words, bucket by bucket."""
    bits, width = _layout(tokens, n)
    kinds = [np.uint64] * -(-n // width) + [np.uint32]
    buckets = Buckets(tokens.folder, kinds, number=len(tokens) // SHINGLES + 1)
    for part in parts(tokens):
        ids, offsets = part.tokens.ids, part.tokens.document_offsets
        places, document = _different(shingles(ids, n), offsets, n)
        packed = _packed(part.types[ids], places, n, bits, width)
        buckets.add(*packed.T, document + np.uint32(part.document))
    for bucket in range(len(buckets)):
        *columns, documents = buckets.read(bucket)
        number = numbered(columns[0], columns[1] if len(columns) > 1 else np.zeros_like(columns[0]))
        for column in columns[2:]:
            number = numbered(number, column)
        counts = np.bincount(number)
        places, grouped = _grouped(number, documents, np.append(0, np.cumsum(counts)))
        yield _Group(np.column_stack([column[places] for column in columns]), counts, grouped)


def _layout(tokens: Parted, n: int) -> tuple[int, int]:
    """With how many bits a word is written, and how many words into one number."""
    bits = max(1, len(tokens.vocabulary).bit_length())
    return bits, 64 // bits


def _packed(ids: NDArray[Any], places: Ints, n: int, bits: int, width: int) -> NDArray[np.uint64]:
    """The `n` ids from each place on, so many of so many bits each in a number: (places, numbers).

    To the first number something is added that depends on the others, so that it spreads over the buckets by all words.

    >>> packed = _packed(np.array([3, 1, 2, 3]), np.array([0, 1]), 3, 2, 2)
    >>> _unpacked(packed, 3, 2, 2).tolist()
    [[3, 1, 2], [1, 2, 3]]
    """
    packed = np.zeros((len(places), -(-n // width)), dtype=np.uint64)
    for step in range(n):
        packed[:, step // width] <<= np.uint64(bits)
        packed[:, step // width] |= ids[places + step].astype(np.uint64)
    packed[:, 0] += _mixed(packed)
    return packed


def _unpacked(packed: NDArray[np.uint64], n: int, bits: int, width: int) -> Ints:
    """The ids of which `_packed` made the numbers: (places, n)."""
    ids = np.empty((len(packed), n), dtype=np.int64)
    left = packed.copy()
    left[:, 0] -= _mixed(packed)
    for step in reversed(range(n)):
        ids[:, step] = left[:, step // width] & np.uint64((1 << bits) - 1)
        left[:, step // width] >>= np.uint64(bits)
    return ids


def _mixed(packed: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A number made of all columns but the first."""
    mixed = np.zeros(len(packed), dtype=np.uint64)
    for column in packed.T[1:]:
        mixed = (mixed + column) * MIXER
        mixed ^= mixed >> np.uint64(32)
    return mixed


@compiled
def _different(number: Any, offsets: Any, n: int) -> Any:
    """The token at which each different run of `n` words stands first in its document, and the document.

    `number` is the same for the same runs, `offsets` where the documents begin.
    """
    last = np.full(number.max() + 1 if len(number) else 0, -1, dtype=np.int32)
    places, document = np.empty(len(number), dtype=np.int64), np.empty(len(number), dtype=np.uint32)
    found = 0
    for own in range(len(offsets) - 1):
        for token in range(offsets[own], offsets[own + 1] - n + 1):
            if last[number[token]] != own:
                last[number[token]] = own
                places[found], document[found] = token, own
                found += 1
    return places[:found], document[:found]


@compiled
def _grouped(number: Any, documents: Any, begin: Any) -> Any:
    """The row at which each number stands first, and the documents by their numbers, in the order they came."""
    places, grouped = np.empty(len(begin) - 1, dtype=np.int64), np.empty_like(documents)
    free = begin[:-1].copy()
    for k in range(len(number)):
        if free[number[k]] == begin[number[k]]:
            places[number[k]] = k
        grouped[free[number[k]]] = documents[k]
        free[number[k]] += 1
    return places, grouped
