"""Sentences and paragraphs as units of repetition, and which of them are equal."""

import mmap
import os
import tempfile
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.text.hashes import run_hashes
from analysis.text.shards import folder_of, shards
from analysis.text.shingles import is_first, number_pairs
from analysis.text.tokens import Tokens

UNITS = ("sentence", "paragraph")

Ints = NDArray[np.int64]


def units(tokens: Tokens, unit: str) -> tuple[Ints, Ints, Ints]:
    """The (units + 1,) token offsets of the sentences or paragraphs, and the first and last character of each.

    Paragraphs are all tokenized segments, including titles and headings. Raises `ValueError` for another `unit`.

    >>> from analysis import read_text, tokenize
    >>> offsets, start, end = units(tokenize(read_text("It rained. We left.")), "sentence")
    >>> offsets.tolist(), start.tolist(), end.tolist()
    ([0, 2, 4], [0, 11], [10, 19])
    """
    if unit == "sentence":
        return tokens.sentence_offsets, tokens.sentence_start.astype(np.int64), tokens.sentence_end.astype(np.int64)
    if unit != "paragraph":
        raise ValueError(f"unknown unit {unit!r}: use {' or '.join(map(repr, UNITS))}")
    segment, first = np.unique(tokens.sentence_segment, return_index=True)
    offsets = np.append(tokens.sentence_offsets[first], len(tokens))
    rows = tokens.corpus.segments.iloc[segment]
    return offsets, rows["start"].to_numpy(), rows["end"].to_numpy()


def groups(ids: NDArray[np.int32], offsets: Ints) -> Ints:
    """Number the runs ``ids[offsets[k] : offsets[k + 1]]`` by first occurrence; equal runs have the same number.

    >>> groups(np.array([7, 8, 8, 7, 7, 8], dtype=np.int32), np.array([0, 2, 4, 6])).tolist()
    [0, 1, 0]
    """
    number: Ints = number_pairs(*run_hashes(ids, offsets[:-1], np.diff(offsets))).astype(np.int64)
    return number


class Equal(NamedTuple):
    """Groups of equal sentences or paragraphs."""

    group: NDArray[np.int32]  # of each unit, numbered by first occurrence
    times: NDArray[np.int32]  # number of units in the group


def equal_units(tokens: Tokens, unit: str) -> Equal:
    """Group the sentences or paragraphs (`unit`) with the same words in the same order.

    They are compared by 128-bit hashes, see `run_hashes`. Raises `ValueError` for another unit.

    >>> from analysis import read_text, tokenize
    >>> group, times = equal_units(tokenize(read_text("We will. They left. We will!")), "sentence")
    >>> group.tolist(), times.tolist()
    ([0, 1, 0], [2, 1, 2])
    """
    keys = [np.empty((2, 0), dtype=np.uint64)]
    for shard in shards(tokens):
        offsets = units(shard.tokens, unit)[0]
        keys.append(np.stack(run_hashes(shard.types[shard.tokens.ids], offsets[:-1], np.diff(offsets))))
    halves = np.concatenate(keys, axis=1)
    del keys
    group = number_pairs(*halves)
    return Equal(group, np.bincount(group, minlength=1).astype(np.int32)[group])


def weights(tokens: Tokens, *, each: str = "token") -> NDArray[np.float64]:
    """Weights of 1/n for the tokens of a sentence or paragraph that appears n times, else 1.

    Weighted counts are those of a text in which every repeated unit appears once. Shorter phrases are not discounted.
    With `each` "sentence", return one weight per sentence instead of per token, which takes less memory and is accepted
    wherever weights are. Raises `ValueError` for another `each`.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("We will win. They said no. We will win."))
    >>> weights(tokens).tolist()
    [0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5]
    >>> weights(tokens, each="sentence").tolist()
    [0.5, 1.0, 0.5]
    """
    if each not in ("token", "sentence"):
        raise ValueError(f"each is {each!r}: use 'token' or 'sentence'")
    # A paragraph that appears n times consists of sentences that appear n times or more, so sentences suffice.
    share = 1.0 / equal_units(tokens, "sentence").times
    if each == "sentence":
        return share
    lengths = [np.diff(shard.tokens.sentence_offsets) for shard in shards(tokens)]
    return np.repeat(share, np.concatenate([np.empty(0, dtype=np.int64), *lengths]))


def allocate(tokens: Tokens, size: int, kind: Any) -> NDArray[Any]:
    """Allocate an uninitialized array: in memory, or for a sharded corpus in a temporary file.

    Raises `OSError` if the disk is full.

    >>> from analysis import read_text, tokenize
    >>> allocate(tokenize(read_text("War is near.")), 3, np.int32).shape
    (3,)
    """
    folder = folder_of(tokens)
    if folder is None or not size:
        return np.empty(size, dtype=kind)
    with tempfile.TemporaryFile(dir=folder) as file:
        if hasattr(os, "posix_fallocate"):  # else a disk that fills up later would crash the process
            os.posix_fallocate(file.fileno(), 0, size * np.dtype(kind).itemsize)
        return np.asarray(np.memmap(file, kind, "w+", shape=size))


def release(array: NDArray[Any]) -> None:
    """Release the memory of an array that `allocate` made on disk, keeping its contents."""
    mapped = getattr(array.base, "_mmap", None)
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):  # else the system does so when memory is short
        mapped.madvise(mmap.MADV_DONTNEED)


def texts(tokens: Tokens, doc_ids: pd.Series, starts: pd.Series, ends: pd.Series) -> pd.Series:
    """The text of each span of characters, with white space normalized to single blanks.

    >>> from analysis import read_text, tokenize
    >>> texts(tokenize(read_text("War is near.")), pd.Series(["text"]), pd.Series([4]), pd.Series([12])).tolist()
    ['is near.']
    """
    rows = {doc_id: row for row, doc_id in enumerate(tokens.doc_ids)}
    document = np.fromiter(map(rows.__getitem__, doc_ids), np.int64, len(doc_ids))
    spans = document, starts.to_numpy(), ends.to_numpy()
    number, first = distinct_spans(*spans)
    found = np.empty(len(first), dtype=object)
    for k, text in span_texts(tokens, *(column[first] for column in spans)):
        found[k] = text
    return pd.Series(found, dtype="str").take(number).set_axis(doc_ids.index)


def distinct_spans(document: Ints, start: NDArray[Any], end: NDArray[Any]) -> tuple[NDArray[np.int32], Ints]:
    """Number the spans of characters by first occurrence, and return the position of each first occurrence.

    >>> number, first = distinct_spans(np.array([0, 0, 1]), np.array([4, 4, 4]), np.array([9, 9, 9]))
    >>> number.tolist(), first.tolist()
    ([0, 0, 1], [0, 2])
    """
    opens = number_pairs(document.astype(np.uint64), start.astype(np.uint64))
    number = number_pairs(opens.astype(np.uint64), end.astype(np.uint64))
    return number, np.flatnonzero(is_first(number))


def span_texts(tokens: Tokens, document: Ints, start: NDArray[Any], end: NDArray[Any]) -> Iterator[tuple[int, str]]:
    """Yield the row and normalized text of each span, by document, so that each document on disk is read once."""
    for k in np.argsort(document, kind="stable").tolist():
        yield k, " ".join(tokens.corpus.texts[document[k]][start[k] : end[k]].split())


def split_by_size(sizes: Ints, limit: int) -> list[tuple[int, int]]:
    """Cut a sequence into ranges (first, stop) with a total size of at most `limit`, or a single larger item.

    >>> split_by_size(np.array([3, 3, 3, 9, 1]), 6)
    [(0, 2), (2, 3), (3, 4), (4, 5)]
    """
    total = np.append(0, np.cumsum(sizes, dtype=np.int64))
    ranges, first = [], 0
    while first < len(sizes):
        stop = max(first + 1, int(np.searchsorted(total, total[first] + limit, side="right")) - 1)
        ranges.append((first, stop))
        first = stop
    return ranges
