"""The suffixes of a text of numbers in order, and what neighbours share: the way to all that stands twice in it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.text.compiled import compiled


def suffix_array(text: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where each suffix of `text` begins, in the order of the suffixes, and the row of each place in that order.

    Both are int32 where that can count the places. A number of its own must end `text`, so that no suffix begins
    another (Larsson and Sadakane 2007, Faster suffix sorting).

    >>> suffixes, rank = suffix_array(np.array([5, 6, 5, 9]))
    >>> suffixes.tolist(), rank.tolist()
    ([0, 2, 1, 3], [0, 2, 1, 3])
    """
    kind = np.int32 if len(text) <= np.iinfo(np.int32).max else np.int64
    suffixes = np.argsort(text, kind="stable").astype(kind)
    rank = np.empty_like(suffixes)
    _rank(text, suffixes, rank)
    _sort_suffixes(suffixes, rank)
    return suffixes, rank


@compiled
def _rank(text: Any, suffixes: Any, rank: Any) -> None:
    """Set the rank of each place to the first row in `suffixes` of those that begin with the same word."""
    first = 0
    for row in range(len(suffixes)):
        if text[suffixes[row]] != text[suffixes[first]]:
            first = row
        rank[suffixes[row]] = first


@compiled
def _sort_suffixes(suffixes: Any, rank: Any) -> None:
    """Put the suffixes of a text, in the order of their first word alone, into the order of all their words.

    `rank`: of each place of the text, the first row in `suffixes` of those that begin with the same word. Each round
    sorts those still alike by the ranks of what follows the words that are already sorted by, and doubles these words.
    Words of its own at the end of each run see to it that no two suffixes stay alike.
    """
    reach, alike = 1, True
    while alike:
        alike, begin = False, 0
        while begin < len(suffixes):
            end = begin + 1
            while end < len(suffixes) and rank[suffixes[end]] == begin:
                end += 1
            if end - begin > 1:
                alike = True
                own = suffixes[begin:end]
                if len(own) > 32:
                    ordered = own[np.argsort(rank[own + reach])]
                    for k in range(len(own)):
                        own[k] = ordered[k]
                else:
                    for k in range(1, len(own)):
                        one, at = own[k], k
                        while at > 0 and rank[own[at - 1] + reach] > rank[one + reach]:
                            own[at] = own[at - 1]
                            at -= 1
                        own[at] = one
                behind = rank[own + reach]
                first = begin
                for k in range(1, len(own)):
                    if behind[k] != behind[k - 1]:
                        first = begin + k
                    rank[own[k]] = first
            begin = end
        reach *= 2


@compiled
def common_prefixes(text: Any, suffixes: Any) -> Any:
    """How many first words each suffix shares with the one before it in the order of the suffixes."""
    rank = np.empty_like(suffixes)
    for k in range(len(suffixes)):
        rank[suffixes[k]] = k
    common = np.zeros_like(suffixes)
    length = 0
    for at in range(len(text)):
        if rank[at] == 0:
            length = 0
            continue
        other = suffixes[rank[at] - 1]
        while max(at, other) + length < len(text) and text[at + length] == text[other + length]:
            length += 1
        common[rank[at]] = length
        length = max(length - 1, 0)
    return common
