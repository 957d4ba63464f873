"""The hash table of the sentence model; what the model decides is tested in `test_sentences`."""

import numpy as np
import pytest

from analysis.text import boundaries


def test_every_key_is_found_with_its_number():
    keys = np.random.default_rng(5).integers(0, 1 << 64, 6000, np.uint64)
    numbers = np.arange(-3000, 3000)
    seeds, table = boundaries._perfect_table(keys[:5500], numbers)
    found = [boundaries._look_up(key, seeds, table) for key in keys]
    assert found[:5500] == numbers[:5500].tolist()
    assert found[5500:] == [0] * 500  # which are not there


def test_a_key_that_is_there_twice_is_an_error():
    with pytest.raises(ValueError, match="or a key is there twice"):
        boundaries._perfect_table(np.array([7, 7], np.uint64), np.array([1, 2]))
