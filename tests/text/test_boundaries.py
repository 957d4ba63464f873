"""The table of features of the sentence model; what it decides is tested in `test_sentences`."""

import numpy as np
import pytest

from analysis.text import boundaries


def test_every_feature_is_found_with_its_weight():
    keys = np.random.default_rng(5).integers(0, 1 << 64, 6000, np.uint64)
    weights = np.arange(-3000, 3000)
    seeds, features = boundaries._arranged(keys[:5500], weights)
    found = [boundaries._weight(key, seeds, features) for key in keys]
    assert found[:5500] == weights[:5500].tolist()
    assert found[5500:] == [0] * 500  # which are not there


def test_a_feature_that_is_there_twice_is_an_error():
    with pytest.raises(ValueError, match="or a feature is there twice"):
        boundaries._arranged(np.array([7, 7], np.uint64), np.array([1, 2]))
