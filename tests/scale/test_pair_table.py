"""The table of pairs: put in order from runs, and drawn from documents on disk."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.scale.pair_table import Documents, Pairs, ordered, pairs_in, rows, runs_in, write_run

Row = tuple[int, int, int]

# Of each run the pairs (a within the run, b, shared); many share as many, some share very many.
some_runs = st.lists(
    st.sets(st.tuples(st.integers(0, 3), st.integers(100, 105)), max_size=9).flatmap(
        lambda pairs: st.tuples(
            *(st.sampled_from([2, 3, 3, 3, 9, 4_000_000]).map(lambda n, p=p: (*p, n)) for p in pairs)
        )
    ),
    max_size=5,
)


def columns(found: list[Row]) -> Pairs:
    return Pairs(*np.array(found, dtype=np.int64).reshape(-1, 3).T)


@settings(max_examples=40, deadline=None)
@given(some_runs, st.integers(1, 12))
def test_runs_in_the_order_of_the_table(
    tmp_path_factory: pytest.TempPathFactory, given: list[list[Row]], limit: int
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    every: list[Row] = []
    for number, run in enumerate(given):
        own = [(a + 4 * number, b, shared) for a, b, shared in run]
        if own:
            write_run(folder, columns(own))
        every += own
    runs = runs_in([folder])
    pieces = list(ordered(runs, limit))
    found = [row for piece in pieces for row in zip(*(column.tolist() for column in piece), strict=True)]
    assert found == sorted(every, key=lambda row: (-row[2], row[0], row[1]))
    assert pairs_in(runs) == len(every)
    assert max((len(piece.a) for piece in pieces), default=0) <= max(limit, 9)  # one run has nine at the most


def test_rows_by_hand() -> None:
    dates = np.array(["2024-06-22", "2024-06-21", "NaT", "2024-06-22"], dtype="datetime64[s]")
    documents = Documents(pa.array(["one", "two", "three", "four"], pa.large_string()), dates, np.array([4, 5, 8, 4]))
    table = rows(documents, columns([(0, 1, 3), (1, 3, 2), (0, 3, 4), (1, 2, 5)])).to_pylist()
    assert [tuple(row.values()) for row in table] == [
        ("one", "two", 3, 3 / 4, 3 / 5, 3 / 6, "b"),
        ("two", "four", 2, 2 / 5, 2 / 4, 2 / 7, "a"),
        ("one", "four", 4, 1, 1, 1, "unknown"),  # of one day
        ("two", "three", 5, 1, 5 / 8, 5 / 8, "unknown"),  # one has no date
    ]


def test_no_pair(tmp_path: Path) -> None:
    assert list(ordered(runs_in([tmp_path]), 5)) == []
