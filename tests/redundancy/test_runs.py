"""How much of a passage stands in runs of the other side: by hand, and against sets of tuples."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.redundancy.runs import FAITHFUL, RUN, faithful_cores
from analysis.redundancy.shingles import shingles

side = st.lists(st.integers(0, 2), min_size=1, max_size=12)


def cores(one: list[int], other: list[int]) -> tuple[list[float], bool, list[int]]:
    words = np.array([*one, *other], dtype=np.int64)
    spans = np.array([[0, len(one), len(one), len(words)]])
    share, faithful, core = faithful_cores(shingles(words, RUN), spans)
    return share[0].tolist(), bool(faithful[0]), core[0].tolist()


def covered(one: list[int], other: list[int]) -> list[int]:
    """The places in one side that runs cover which the other side has."""
    runs = {tuple(other[k : k + RUN]) for k in range(len(other) - RUN + 1)}
    begins = [k for k in range(len(one) - RUN + 1) if tuple(one[k : k + RUN]) in runs]
    return sorted({k + step for k in begins for step in range(RUN)})


def test_by_hand() -> None:
    # Of five words and of ten, the same four stand in a run: less than FAITHFUL on the right, so nothing is cut.
    assert cores([7, 1, 2, 3, 4], [8, 1, 2, 3, 4, 5, 6, 9, 9, 9]) == ([4 / 5, 4 / 10], False, [0, 5, 5, 15])
    # Of five words on either side: cut to the four.
    assert cores([7, 1, 2, 3, 4], [1, 2, 3, 4, 8]) == ([1.0, 1.0], True, [1, 5, 5, 9])


def test_runs_may_overlap_and_stand_apart() -> None:
    one = [1, 2, 3, 4, 5, 0, 6, 7, 8, 9]  # 1 to 5 and 6 to 9: nine of ten words
    assert cores(one, [6, 7, 8, 9, 1, 2, 3, 4, 5]) == ([9 / 10, 1.0], True, [0, 10, 10, 19])


@settings(max_examples=200, deadline=None)
@given(side, side)
def test_equals_sets_of_tuples(one: list[int], other: list[int]) -> None:
    places = covered(one, other), covered(other, one)
    share = [len(places[0]) / len(one), len(places[1]) / len(other)]
    expected = [0, len(one), len(one), len(one) + len(other)]
    faithful = min(share) >= FAITHFUL
    if faithful:
        left, right = ((of[0], of[-1] + 1) for of in places)
        expected = [*left, len(one) + right[0], len(one) + right[1]]
        inner = one[slice(*left)], other[slice(*right)]
        share = [len(covered(*inner)) / len(inner[0]), len(covered(*inner[::-1])) / len(inner[1])]
    assert cores(one, other) == (share, faithful, expected)


def test_one_passage_leaves_no_trace_in_the_next() -> None:
    words = np.array([1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8])
    share, faithful, _ = faithful_cores(shingles(words, RUN), np.array([[0, 4, 4, 8], [0, 4, 8, 12], [8, 12, 4, 8]]))
    assert share.tolist() == [[1, 1], [0, 0], [0, 0]]
    assert faithful.tolist() == [True, False, False]
