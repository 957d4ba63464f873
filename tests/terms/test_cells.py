"""Types are counted, and weighed, over all parts."""

import numpy as np
import pytest

from analysis import read_text, tokenize
from analysis.terms.cells import type_counts, type_weights
from analysis.text.corpus import read_texts
from analysis.text.parted import names


def test_parts_without_a_type_leave_it_as_it_is(in_parts):
    cut = in_parts(tokenize(read_texts(["War is war.", "", "Peace is near.", "War."])), 1)
    words = names(cut, np.arange(len(cut.vocabulary))).tolist()
    assert words == ["is", "near", "peace", "war"]
    assert type_counts(cut).tolist() == [2, 1, 1, 3]
    # The first sentence weighs 0.5, the second 2, the third 0.25 a word.
    assert type_weights(cut, np.array([0.5, 2.0, 0.25])).tolist() == [2.5, 2.0, 2.0, 1.25]


def test_weights_of_another_length(in_parts):
    whole = tokenize(read_text("War is war."))
    for tokens in (whole, in_parts(whole)):
        with pytest.raises(ValueError, match="2 weights for 3 tokens: give one a token, or one a sentence"):
            type_weights(tokens, np.ones(2))
