"""Machine code is kept on disk where it can be, and made all the same where it cannot."""

import numpy as np

from analysis.core.compiled import compiled

LOOP = """
def total(numbers):
    result = 0
    for number in numbers:
        result += number
    return result
"""


def test_compiles_where_nothing_can_be_kept():
    names: dict = {}
    exec(LOOP, names)  # numba finds no place for a function without a file, as for one in a read-only install
    assert compiled(names["total"])(np.arange(5)) == 10
