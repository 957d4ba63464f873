"""Numbers written for many receivers and read by one of them."""

from pathlib import Path

import numpy as np
import pytest

from analysis.engine.shuffle import (
    WHOLE,
    between,
    column_rows,
    ranges,
    read_slices,
    write_columns,
    write_slices,
)


def read(places: list[Path], first: int, stop: int) -> list[list[int]]:
    return [piece.tolist() for piece in read_slices(places, "numbers", first, stop)]


def test_receivers_get_what_was_written_for_them(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for place in (one, two):
        place.mkdir()
    write_slices(one, "numbers", np.array([1, 2, 3]), np.array([2, 0, 1]))
    write_slices(one, "numbers", np.array([4]), np.array([0, 0, 1]))
    write_slices(two, "numbers", np.array([5, 6]), np.array([1, 1, 0]))
    write_slices(two, "others", np.array([7]), np.array([1, 0, 0]))
    assert read([one, two], 0, 1) == [[1, 2], [5]]
    assert read([one, two], 1, 2) == [[6]]
    assert read([two, one], 1, 3) == [[6], [3], [4]]


def test_pieces_stay_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    for number in range(12):  # "10" would come before "2" if the names were not filled up
        write_slices(tmp_path, "numbers", np.array([number]), np.array([1]))
    assert read([tmp_path], 0, 1) == [[number] for number in range(12)]


def test_rows_of_a_file_that_ends_too_soon_are_an_error(tmp_path: Path) -> None:
    write_columns(tmp_path / "a", rain=np.arange(9))
    file = tmp_path / "a.rain.npy"
    file.write_bytes(file.read_bytes()[:-1])
    assert column_rows(tmp_path / "a", "rain", slice(6, 8)).tolist() == [6, 7]
    with pytest.raises(OSError, match=r"a\.rain\.npy' ends before row 9: delete the work folder"):
        column_rows(tmp_path / "a", "rain", slice(6, 9))


def test_rows_are_those_of_any_kind_of_number(tmp_path: Path) -> None:
    kinds = {"small": np.uint8, "whole": np.uint64, "real": np.float64, "day": "datetime64[s]"}
    write_columns(tmp_path / "a", **{name: np.arange(5).astype(kind) for name, kind in kinds.items()})
    for name, kind in kinds.items():
        found = column_rows(tmp_path / "a", name, slice(1, 4))
        assert (found.dtype, found.astype(int).tolist()) == (np.dtype(kind), [1, 2, 3])
        assert len(column_rows(tmp_path / "a", name, slice(5, 5))) == 0


def test_ranges_hold_every_number_once() -> None:
    draw = np.random.default_rng(2)
    columns = [np.sort(draw.integers(0, 1 << 63, 400, dtype=np.uint64)) for _ in range(3)]
    columns += [np.array([0, 7, WHOLE - 1], dtype=np.uint64), np.full(500, 1 << 40, dtype=np.uint64)]
    found = ranges(columns, 100)
    assert (found[0][0], found[-1][1]) == (0, WHOLE)
    assert [high for _, high in found[:-1]] == [low for low, _ in found[1:]]
    held = [sum(len(column[between(column, low, high)]) for column in columns) for low, high in found]
    assert sum(held) == 1_703
    # The five hundred that are equal stay together. Of each column no more than a step is held beyond 100.
    assert sorted(held)[-1] >= 500
    assert sorted(held)[-2] <= 100 + 5 * (100 // 20)


def test_no_number_is_one_range() -> None:
    assert ranges([], 5) == ranges([np.empty(0, dtype=np.uint64)], 5) == [(0, WHOLE)]
