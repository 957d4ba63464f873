"""Suffix arrays equal sorting by hand."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.redundancy.suffixes import common_prefixes, suffix_array


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=40))
def test_equals_sorted_suffixes(numbers):
    text = np.array([*numbers, 9], dtype=np.int64)
    suffixes, rank = suffix_array(text)
    expected = sorted(range(len(text)), key=lambda place: text[place:].tolist())
    assert suffixes.tolist() == expected
    assert rank[suffixes].tolist() == list(range(len(text)))
    common = common_prefixes(text, suffixes).tolist()
    for row in range(1, len(text)):
        one, other = text[suffixes[row - 1] :].tolist(), text[suffixes[row] :].tolist()
        shared = next(k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
        assert common[row] == shared


def test_places_take_no_more_than_four_bytes():
    suffixes, rank = suffix_array(np.array([5, 6, 5, 9]))
    assert {suffixes.dtype, rank.dtype, common_prefixes(np.array([5, 6, 5, 9]), suffixes).dtype} == {np.dtype(np.int32)}
