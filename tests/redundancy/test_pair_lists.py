"""Lists of documents with the same shingle: where they are cut; the rest is tested with what is counted from them."""

import numpy as np
import pytest

from analysis.redundancy.pair_lists import cut


@pytest.mark.parametrize(
    ("sizes", "limit", "ranges"),
    [
        ([], 5, []),
        ([0, 0, 0], 5, [(0, 3)]),
        ([2, 3, 1], 5, [(0, 2), (2, 3)]),
        ([9, 1, 9], 5, [(0, 1), (1, 2), (2, 3)]),
        ([0, 9, 0, 0], 5, [(0, 1), (1, 2), (2, 4)]),
    ],
)
def test_neighbours_up_to_a_limit(sizes: list[int], limit: int, ranges: list[tuple[int, int]]) -> None:
    assert cut(np.array(sizes, dtype=np.int64), limit) == ranges
