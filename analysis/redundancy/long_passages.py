"""The longest passages that stand again in a corpus in parts: what stands once is put aside on disk."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.redundancy.hashes import run_hashes
from analysis.redundancy.long_repeats import ROWS, place_table
from analysis.redundancy.maximal import Passages, one_text, passage_spans, passages_of
from analysis.redundancy.units import Ints
from analysis.text.buckets import Buckets
from analysis.text.compiled import compiled
from analysis.text.long_tables import LongTable
from analysis.text.lookup import document_of
from analysis.text.parted import Parted, parts

GRAMS = 1_500_000  # n-grams that are compared with one another at a time
MOST = 8_000_000  # words that stand again: some thirty bytes each are in memory at once


def long_passages(tokens: Parted, min_words: int) -> LongTable:
    """The table of `repeats.exact_repeats` for passages; the rows of a group are in one of its pieces.

    Raises `ValueError` where more than `MOST` words stand again in passages of `min_words`.
    """
    begins = _repeated(tokens, min_words)
    texts, places, gaps = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int64)], 0
    for part in parts(tokens):
        own = part.tokens
        low, high = np.searchsorted(begins, (part.word, part.word + len(own)))
        if low == high:
            continue
        # Words are within a run where more runs have begun than have ended.
        change = np.zeros(len(own) + 1, dtype=np.int32)
        np.add.at(change, begins[low:high] - part.word, 1)
        np.add.at(change, begins[low:high] - part.word + min_words, -1)
        inside = np.flatnonzero(np.cumsum(change[:-1]) > 0)
        document_end = np.repeat(own.document_offsets[1:], np.diff(own.document_offsets))
        text, place = one_text(part.types[own.ids], inside, document_end, len(tokens.vocabulary) + gaps)
        gaps += int(np.count_nonzero(place < 0))
        texts.append(text)
        places.append(np.where(place < 0, -1, place + part.word))
    _check(sum(map(len, texts)) - gaps, min_words)
    del begins
    found = passages_of(np.concatenate(texts), np.concatenate(places), min_words)
    return LongTable(_pieces(found, tokens), tokens.folder)


def _repeated(tokens: Parted, n: int) -> Ints:
    """The first words of all n-grams that stand twice in documents, and a few more where hashes agree by chance."""
    buckets = Buckets(tokens.folder, [np.uint64, np.int64], number=len(tokens) // GRAMS + 1)
    for part in parts(tokens):
        own = part.tokens
        counts = np.maximum(np.diff(own.document_offsets) - n + 1, 0)
        begins = np.arange(counts.sum()) + np.repeat(own.document_offsets[:-1] - (np.cumsum(counts) - counts), counts)
        one, _ = run_hashes(part.types[own.ids], begins, np.full(len(begins), n))
        buckets.add(one, begins + part.word)
    found = [np.empty(0, dtype=np.int64)]
    for k in range(len(buckets)):
        code, place = buckets.read(k)
        found.append(place[_twice(code)])
        _check(sum(map(len, found)), n)
    return np.sort(np.concatenate(found))


def _check(words: int, n: int) -> None:
    if words > MOST:
        raise ValueError(
            f"more than {MOST:,} words stand again in passages of {n} words or more: too many to be sorted in memory"
        )


@compiled
def _twice(code: Any) -> Any:
    """Which numbers stand more than once."""
    size = 16
    while size < 2 * len(code):
        size *= 2
    known = np.full(size, -1, dtype=np.int32)
    again = np.zeros(len(code), dtype=np.bool_)
    for row in range(len(code)):
        slot = np.int64(code[row] & np.uint64(size - 1))
        while known[slot] >= 0 and code[known[slot]] != code[row]:
            slot = (slot + 1) & (size - 1)
        if known[slot] < 0:
            known[slot] = row
        else:
            again[row] = again[known[slot]] = True
    return again


def _pieces(found: Passages, tokens: Parted) -> Iterator[pd.DataFrame]:
    """The rows of the table, some `ROWS` of whole groups at a time."""
    document, start, end = _located(found, tokens)
    ends = np.flatnonzero(np.diff(found.group, append=-1)) + 1  # of groups
    cuts = ends[np.searchsorted(ends, np.arange(ROWS, len(found.group), ROWS))]
    for low, high in pairwise(np.unique([0, *cuts, len(found.group)]).tolist() if len(ends) else [0, 0]):
        rows = slice(low, high)
        columns = (column[rows] for column in (document, found.words, start, end))
        yield place_table(tokens.doc_ids, found.group[rows], *columns)


def _located(found: Passages, tokens: Parted) -> NDArray[np.int64]:
    """The document of each place, and its first and last character."""
    located = np.empty((3, len(found.first)), dtype=np.int64)
    order = np.argsort(found.first, kind="stable")
    for part in parts(tokens):
        low, high = np.searchsorted(found.first, (part.word, part.word + len(part.tokens)), sorter=order)
        rows = order[low:high]
        first = found.first[rows] - part.word
        located[0, rows] = document_of(part.tokens, first) + part.document
        located[1:, rows] = passage_spans(part.tokens, first, found.words[rows])
    return located
