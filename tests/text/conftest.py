"""What tests of saved tokens share."""

import numpy as np
import pandas as pd
import pytest

from analysis import Tokens

ARRAYS = (
    "ids start end document_offsets sentence_offsets sentence_segment sentence_start sentence_end vocabulary".split()
)


def same_tokens(left: Tokens, right: Tokens) -> None:
    for name in ARRAYS:
        assert np.array_equal(getattr(left, name), getattr(right, name)), name
        assert getattr(left, name).dtype == getattr(right, name).dtype, name
    for name in ("documents", "segments", "problems"):
        pd.testing.assert_frame_equal(getattr(left.corpus, name), getattr(right.corpus, name))
    assert list(left.corpus.texts) == list(right.corpus.texts)
    assert dict(left.options) == dict(right.options)


@pytest.fixture(scope="session")
def assert_same():
    """Asserts that two `Tokens` are equal, with their corpora and the types of their numbers."""
    return same_tokens
