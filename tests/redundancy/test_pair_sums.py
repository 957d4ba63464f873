"""Shared shingles counted from lists of documents: by hand, and against counting all pairs."""

from collections import Counter
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.redundancy.pair_lists import START, Numbers, lists
from analysis.redundancy.pair_sums import summed, trimmed

shingles = st.lists(st.sets(st.integers(0, 25), min_size=2, max_size=8), max_size=25)


def marked(*documents: list[int]) -> Numbers:
    return np.concatenate([np.array([own[0] + START, *own[1:]], dtype=np.uint32) for own in documents])


def counted(given: Numbers, first: int, stop: int, per_block: int, limit: int = 100) -> list[tuple[int, int, int]]:
    rows = []
    last = first
    for a, b, shared in summed(given, first, stop, least=2, per_block=per_block, limit=limit):
        assert a[0] >= last  # a document's pairs may not be in two pieces that others stand between
        last = int(a[-1])
        rows += list(zip(a.tolist(), b.tolist(), shared.tolist(), strict=True))
    return sorted(rows)


def test_by_hand() -> None:
    given = marked([1, 2, 5], [1, 5], [2, 5], [0, 1])
    assert counted(given, 0, 6, 10) == [(1, 5, 2), (2, 5, 2)]  # and 0 and 1, 1 and 2 share one alone
    assert counted(given, 2, 6, 10) == [(2, 5, 2)]


def test_a_list_counts_in_its_own_block_alone() -> None:
    # The key of the first two lists stands in documents 1, 7 and 8: the second one is for the block from 5 on.
    given = marked([1, 7, 8], [7, 8], [7, 8])
    assert counted(given, 0, 9, 5) == [(7, 8, 2)]


def test_lists_are_trimmed_to_a_span() -> None:
    pieces = [marked([1, 2, 9], [4, 8], [1, 9]), marked([6, 7], [3, 5, 6])]
    assert trimmed(pieces, 3, 6).tolist() == marked([4, 8], [3, 5, 6]).tolist()
    assert trimmed(pieces, 4, 6).tolist() == marked([4, 8], [5, 6]).tolist()
    assert trimmed(pieces, 0, 10).tolist() == np.concatenate(pieces).tolist()
    assert trimmed(pieces, 9, 10).tolist() == trimmed([], 0, 9).tolist() == []


@settings(max_examples=50, deadline=None)
@given(shingles, st.integers(1, 30), st.integers(1, 30), st.integers(1, 40))
def test_equals_all_pairs(keys: list[set[int]], per_block: int, span: int, limit: int) -> None:
    total = Counter(pair for own in keys for pair in combinations(sorted(own), 2))
    document = np.array([number for own in keys for number in sorted(own)], dtype=np.uint32)
    made = list(lists(document, np.array([len(own) for own in keys], dtype=np.int64), per_block, limit))
    rows = []
    for begin in range(0, 26, per_block):  # each block by itself, in spans
        own = [members[block == begin // per_block] for members, block in made]
        own = [members for members in own if len(members)]
        for first in range(begin, begin + per_block, span):
            stop = min(first + span, begin + per_block)
            rows += counted(trimmed(own, first, stop), first, stop, per_block, limit)
    expected = sorted((a, b, shared) for (a, b), shared in total.items() if shared >= 2)
    assert sorted(rows) == expected
    every = trimmed([members for members, _ in made], 0, 26)  # and all blocks at once
    assert counted(every, 0, 26, per_block, limit) == expected
