"""Hashes of runs of words are equal where the runs are, wherever they stand."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.text.hashes import run_hashes


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), max_size=5), min_size=1, max_size=30))
def test_equal_runs_and_no_others_have_equal_hashes(runs):
    lengths = np.array([len(run) for run in runs])
    types = np.array([word for run in runs for word in run], dtype=np.int32)
    for hashes in run_hashes(types, np.cumsum(lengths) - lengths, lengths):
        assert len(set(hashes.tolist())) == len(set(map(tuple, runs)))
        assert len(set(zip(map(tuple, runs), hashes.tolist(), strict=True))) == len(set(map(tuple, runs)))


def test_a_million_runs_have_a_million_hashes():
    pairs = np.arange(1_000_000, dtype=np.int32)
    types = np.column_stack([pairs // 1000, pairs % 1000]).ravel()
    for hashes in run_hashes(types, 2 * pairs, np.full(len(pairs), 2)):
        assert len(np.unique(hashes)) == len(pairs)
        assert len(np.unique(hashes >> np.uint64(44))) > 600_000  # of 2^20, as many as by chance: the bits are spread
        assert len(np.unique(hashes & np.uint64(2**20 - 1))) > 600_000
