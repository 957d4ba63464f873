"""Hits of a corpus in parts, put together: by hand."""

import numpy as np
import pandas as pd

from analysis import tokenize
from analysis.framing.hits import hits_of, together
from analysis.text.corpus import read_texts

GROUP = np.array([0, 0, 1, 1, -1, 0])  # of six documents, one of them in no group that is listed
# Part by part each hit: its kind, its document, the sentence, what it counts.
PIECES = [
    [(0, 0, 0, 0.5), (0, 0, 1, 0.25), (1, 0, 1, 1.0)],
    [(0, 2, 4, 0.5), (0, 2, 5, 0.75), (1, 2, 5, 1.0), (0, 3, 7, 1.0), (0, 4, 8, 1.0)],
    [(0, 5, 9, 0.25), (0, 5, 9, 0.5), (0, 5, 11, 0.5)],
]
# Of the first group one document has hits until the last part; of the second two, so that they are the units.
EXPECTED = [
    *[(0, 0, 0, 0, 0.5), (0, 0, 0, 1, 0.25), (1, 0, 0, 1, 1.0)],
    *[(0, 1, 2, 4, 1.25), (1, 1, 2, 5, 1.0), (0, 1, 3, 7, 1.0)],
    (0, 0, 5, 9, 1.25),
]


def tables() -> list[pd.DataFrame]:
    found = []
    for piece in PIECES:
        kind, document, sentence, amount = map(np.array, zip(*piece, strict=True))
        found.append(hits_of(kind, GROUP, document, sentence, amount))
    return found


def test_hits_of_parts_are_one_a_document_and_kind_unless_it_is_alone(in_parts):
    cut = in_parts(tokenize(read_texts(["It rained. It poured."] * 6)), 2)
    found = together(iter(tables()), cut, GROUP)
    assert found.columns.tolist() == ["kind", "group", "document", "sentence", "amount"]
    assert list(found.itertuples(index=False, name=None)) == EXPECTED


def test_hits_of_a_corpus_in_memory_stay_as_they_are():
    whole = tokenize(read_texts(["It rained. It poured."] * 6))
    first = tables()[1]
    pd.testing.assert_frame_equal(together(iter([first]), whole, GROUP), first)
