"""The n-grams of a corpus in parts: how many each document has, says first, and shares with how many others."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.redundancy.hashes import run_hashes
from analysis.redundancy.units import Ints
from analysis.text.buckets import Buckets
from analysis.text.compiled import compiled
from analysis.text.parted import Parted, parts

GRAMS = 1_500_000  # n-grams that are compared with one another at a time


def document_grams(tokens: Parted, n: int, turn: NDArray[np.int32]) -> tuple[Ints, Ints, Ints]:
    """What `novelty.curve` is made of, by documents in the order of reading, of which `turn` is the place of each.

    How many n-grams each has, how many of them stand in none that was read earlier, each counted once, and, at s, how
    many different ones stand in s documents. Two n-grams are taken for one where 96 bits of their hashes agree.
    """
    number = len(tokens) // GRAMS + 1
    buckets = Buckets(tokens.folder, [np.uint64, np.uint32, np.int32], number=number)
    ngrams, new = np.zeros((2, tokens.n_documents), dtype=np.int64)
    for part in parts(tokens):
        own = part.tokens
        sizes = np.diff(own.sentence_offsets)
        counts = np.maximum(sizes - n, 0) + 1
        place = turn[own.sentence_document + part.document]
        ngrams += np.bincount(np.repeat(place, counts), minlength=tokens.n_documents)
        begins = np.arange(counts.sum()) + np.repeat(own.sentence_offsets[:-1] - (np.cumsum(counts) - counts), counts)
        one, two = run_hashes(part.types[own.ids], begins, np.repeat(np.minimum(sizes, n), counts))
        buckets.add(one, (two >> np.uint64(32)).astype(np.uint32), np.repeat(place, counts))
    spread = np.zeros(tokens.n_documents + 1, dtype=np.int64)
    for k in range(len(buckets)):
        _meet(*buckets.read(k), new, spread)
    return ngrams, new, spread


@compiled
def _meet(one: Any, two: Any, turn: Any, new: Any, spread: Any) -> None:
    """Count for each different n-gram the document that is read first, and how many have it.

    The rows of an n-gram that come from one document stand side by side among its rows.
    """
    size = 16
    while size < 2 * len(one):
        size *= 2
    known = np.full(size, -1, dtype=np.int32)  # the row in which an n-gram was met first; there stand:
    first, last, documents = turn.copy(), turn.copy(), np.zeros(len(one), dtype=np.int32)
    for row in range(len(one)):
        slot = np.int64(two[row]) & (size - 1)
        while known[slot] >= 0 and (one[known[slot]] != one[row] or two[known[slot]] != two[row]):
            slot = (slot + 1) & (size - 1)
        if known[slot] < 0:
            known[slot] = row
            documents[row] = 1
        met = known[slot]
        if last[met] != turn[row]:
            documents[met] += 1
            last[met] = turn[row]
            first[met] = min(first[met], turn[row])
    for row in range(len(one)):
        if documents[row] > 0:
            new[first[row]] += 1
            spread[documents[row]] += 1
