"""Sentences as keys that are the same in every part of a corpus, since they are made of the words themselves."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.text.hashes import Hashes, digests, run_hashes
from analysis.text.tokens import Tokens


class Distinct(NamedTuple):
    """The different sentences of a text, in the order of their keys.

    ``high``, ``low``: the two halves of the key of each; ``times``: how often each appears in the text; ``row``: which
    of them each sentence of the text is.
    """

    high: Hashes
    low: Hashes
    times: NDArray[np.int64]
    row: NDArray[np.int32]


def distinct_sentences(tokens: Tokens) -> Distinct:
    r"""The different sentences of `tokens`: two are equal where their words are, as types and in order.

    A word has a 128-bit number, the BLAKE2b digest of its folded letters. Each half of a sentence's key is made of one
    half of the numbers of its words, as `run_hashes` does. Any two of *s* different sentences have one key with a
    probability of about :math:`s^2 / 2^{129}`: one in :math:`10^{18}` for :math:`10^{10}` sentences, a TB of text.

    >>> from analysis import read_text, tokenize
    >>> found = distinct_sentences(tokenize(read_text("We will. They left. We will!")))
    >>> found.times[found.row].tolist(), len(found.high)
    ([2, 1, 2], 2)
    """
    one, two = digests(tokens.vocabulary, 1)[:, 0].T
    offsets = tokens.sentence_offsets
    high, low = run_hashes(one[tokens.ids], offsets[:-1], np.diff(offsets), two[tokens.ids])
    order, starts = grouped(high, low)
    times = np.diff(starts, append=len(order))
    row = np.empty(len(order), dtype=np.int32)
    row[order] = np.repeat(np.arange(len(starts), dtype=np.int32), times)
    first = order[starts]
    return Distinct(high[first], low[first], times, row)


def grouped(high: Hashes, low: Hashes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Keys in their order, equal ones as they were given, and where in that order each different key begins.

    >>> order, starts = grouped(np.array([7, 1, 7], dtype=np.uint64), np.array([2, 3, 2], dtype=np.uint64))
    >>> order.tolist(), starts.tolist()
    ([1, 0, 2], [0, 1])
    """
    order = np.lexsort((low, high))
    other = (np.diff(high[order]) != 0) | (np.diff(low[order]) != 0)
    return order, np.flatnonzero(np.append(True, other)[: len(order)])
