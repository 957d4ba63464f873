"""Machine code is kept on disk where it can be, and made all the same where it cannot."""

import threading

import numpy as np
import pytest
from numba.core.errors import NumbaError

from analysis.core import compiled as module
from analysis.core.compiled import compiled, is_first_use, prefetch, uncounted

LOOP = """
def total(numbers):
    result = 0
    for number in numbers:
        result += number
    return result
"""


def test_compiles_where_nothing_can_be_kept():
    names = {}
    exec(LOOP, names)  # numba finds no place for a function without a file, as for one in a read-only install
    assert compiled(names["total"])(np.arange(5)) == 10


def test_what_allocates_is_not_compiled_uncounted():
    def doubled(numbers):
        return np.concatenate((numbers, numbers))

    with pytest.raises(NumbaError):
        uncounted(doubled)(np.arange(2))


def test_the_first_use_is_that_before_anything_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_FOLDERS", {tmp_path / "none", tmp_path})
    assert is_first_use()
    (tmp_path / "loop-3.py311.nbi").touch()
    assert not is_first_use()


def test_the_next_result_is_made_while_one_is_in_use_and_no_more():
    begun = [threading.Event() for _ in range(4)]

    def made(number):
        begun[number].set()
        return number * number

    seen = []
    for result in prefetch(made, range(4)):
        if result < 9:
            assert begun[len(seen) + 1].wait(60)
        assert not any(event.is_set() for event in begun[len(seen) + 2 :])
        seen.append(result)
    assert seen == [0, 1, 4, 9]
    assert list(prefetch(made, [])) == []


def test_an_error_comes_in_its_turn():
    results = prefetch(lambda number: 6 // number, [3, 0, 2])
    assert next(results) == 2
    with pytest.raises(ZeroDivisionError):
        next(results)
