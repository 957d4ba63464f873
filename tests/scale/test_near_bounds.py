"""What is nearly the same, where much is: how many pairs are in memory at a time, and that none is lost between."""

from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.redundancy.near_join import bits_of
from analysis.scale import near as module
from analysis.scale import near_stages
from analysis.scale.near import near
from analysis.scale.near_candidates import candidates
from analysis.scale.near_table import Alike, ordered, pairs_in, runs_in, write_places

SETS = 30


def test_candidates_stop_where_there_is_no_room_and_go_on_there() -> None:
    # Each set has the words 0 to 8 and one of its own, and all are met at the word 0: each with each.
    items = np.array([[*range(9), 9 + own] for own in range(SETS)], dtype=np.int32)
    bits = bits_of(np.arange(0, items.size + 1, 10), items.ravel())
    keys, positions = np.full(SETS, 10, dtype=np.uint64), np.zeros(SETS, dtype=np.int32)
    found = []
    start, calls = 0, []
    while start < SETS:
        first, second, start = candidates(keys, positions, bits, SETS, start, 0.8, 100)
        found += zip(first.tolist(), second.tolist(), strict=True)
        calls.append((len(first), start))
    # Two sets have 20 words. After the fourth there are 6 pairs, which are 120; 4 and 5 more make 180; then 6, and 7.
    assert calls[:4] == [(6, 4), (9, 6), (6, 7), (7, 8)]
    assert sorted(found) == list(combinations(range(SETS), 2))


@pytest.mark.parametrize(("other", "pairs"), [(0b11, 1), (0b111, 0), (0xFF, 0), ((1 << 64) - 1, 0)])
def test_sets_whose_bits_tell_them_apart_are_no_candidates(other: int, pairs: int) -> None:
    # Of two times ten words nine must be shared, so that two differ, one of each.
    keys, positions = np.full(2, 10, dtype=np.uint64), np.zeros(2, dtype=np.int32)
    assert len(candidates(keys, positions, np.array([0, other], dtype=np.uint64), 2, 0, 0.8, 100)[0]) == pairs


def test_places_are_written_in_runs_and_read_in_order(tmp_path: Path) -> None:
    # 30 contents of ten copies: content k stands at k, at k + 30, and so on. Each takes the room of 10 times 10 pairs.
    places = np.arange(300, dtype=np.uint32).reshape(10, 30).T.ravel()
    each = np.arange(30)
    write_places(tmp_path, Alike(each, each, 1 - each / 100), np.arange(0, 301, 10), places, 250)
    runs = runs_in([tmp_path])
    assert len(runs) == 15  # of two contents
    assert pairs_in(runs) == 30 * 45
    pieces = list(ordered(runs, 200))
    assert max(len(both) for both, _ in pieces) <= 300
    expected = [(a << 32 | b, 1 - a % 30 / 100) for a in range(300) for b in range(a + 30, 300, 30)]
    assert [row for piece in pieces for row in zip(*(own.tolist() for own in piece), strict=True)] == expected


def test_pairs_are_written_before_all_are_found(
    make_folder: Callable[[Mapping[str, str]], Path],
    tmp_path: Path,
    cut_by: Callable[..., Callable[[int, int], None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = (f"Of number{number} we know that one two three four five six." for number in range(60))
    corpus = make_folder({"a.txt": "\n\n".join(lines)})
    cut_by(module, "PER_RECORD")(10**6, 100)
    written = []

    def writing(place: Path, found: Alike, *more: Any) -> None:
        written.append(len(found.first))
        write_places(place, found, *more)

    monkeypatch.setattr(near_stages, "write_places", writing)
    assert near([corpus], tmp_path / "near.csv", memory=10**9).pairs == 60 * 59 // 2
    assert max(written) <= 25 + 59  # a quarter of 100, and those of one sentence
