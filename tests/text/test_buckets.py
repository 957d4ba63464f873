"""Columns on disk: what is let go can be read again, and nothing is left behind."""

import numpy as np

from analysis.text.buckets import Columns


def test_what_is_let_go_can_be_read_again(tmp_path):
    columns = Columns(tmp_path)
    for first in range(0, 90_000, 10_000):
        columns.add("numbers", np.arange(first, first + 10_000, dtype=np.int32))
        columns.add("none", np.empty(0, dtype=bool))
    numbers, none = columns.array("numbers", np.int32), columns.array("none", bool)
    assert numbers.flags.writeable  # loops are compiled for arrays like any other
    assert numbers.tolist() == list(range(90_000))
    columns.release()
    assert numbers[[0, 89_999]].tolist() == [0, 89_999]
    assert (none.dtype, len(none)) == (bool, 0)
    del columns
    assert not list(tmp_path.iterdir())
    assert numbers[77] == 77
