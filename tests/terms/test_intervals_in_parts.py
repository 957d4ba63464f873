"""Rows of numbers are found among known ones."""

import numpy as np

from analysis.terms.intervals_in_parts import RowLookup


def test_rows_are_found_where_they_are_and_nowhere_else():
    random = np.random.default_rng(1)
    known = np.unique(random.integers(0, 9, (200, 3)), axis=0)
    known = known[random.permutation(len(known))]
    wanted = random.integers(-1, 11, (2000, 3))
    places = {tuple(row): place for place, row in enumerate(known.tolist())}
    expected = [places.get(tuple(row), -1) for row in wanted.tolist()]
    assert 100 < sum(place >= 0 for place in expected) < 1900
    assert RowLookup(list(known.T)).rows(list(wanted.T)).tolist() == expected
    assert RowLookup(list(known.T)).rows([np.empty(0, np.int64)] * 3).tolist() == []
