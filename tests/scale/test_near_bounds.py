"""What is nearly the same, where much is: how many pairs are in memory at a time, and that none is lost between."""

from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.engine.shuffle import column, read_about
from analysis.redundancy import near_places
from analysis.redundancy.near_join import bits_of
from analysis.redundancy.near_places import Listed
from analysis.scale import near as module
from analysis.scale import near_stages
from analysis.scale.near import near
from analysis.scale.near_candidates import candidates
from analysis.scale.near_table import Settling, ordered, runs_in, settled, write_near, write_run

pytestmark = pytest.mark.slow

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
    # 30 contents of ten copies: content k stands at k, at k + 30, and so on.
    units = np.arange(300, dtype=np.uint32)
    found = Listed(np.arange(0, 301, 10), units.reshape(10, 30).T.ravel())
    for low in range(0, 30, 2):
        own = np.arange(low, low + 2)
        found.add(own, own, 1 - own / 100)
        write_run(tmp_path, found, units)
    write_run(tmp_path, found, units)  # of nothing
    write_near(tmp_path, found, units)
    runs = runs_in([tmp_path])
    assert len(runs) == 15
    counts = tmp_path / "counts"
    counts.mkdir()
    settled(Settling("", (str(tmp_path),), 300), counts)
    assert read_about(counts) == {"pairs": 30 * 45, "omitted": 0}
    pieces = list(ordered(runs, counts, 200))
    assert max(len(both) for both, _, _ in pieces) <= 300
    expected = [(a << 32 | b, 1 - a % 30 / 100, 0) for a in range(300) for b in range(a + 30, 300, 30)]
    assert [row for piece in pieces for row in zip(*(own.tolist() for own in piece), strict=True)] == expected


@pytest.mark.parametrize(("many", "pairs"), [(150, 11_175), (50, 1_275 + 99), (5, 15 + 144)])
def test_pairs_are_written_before_all_are_found_and_few_where_all_are_alike(
    make_folder: Callable[[Mapping[str, str]], Path],
    bulletins: list[str],
    tmp_path: Path,
    cut_by: Callable[..., Callable[[int, int], None]],
    monkeypatch: pytest.MonkeyPatch,
    many: int,
    pairs: int,
) -> None:
    corpus = make_folder({"a.txt": "\n\n".join(bulletins)})
    cut_by(module, "PER_RECORD")(10**6, 100)
    monkeypatch.setattr(near_places, "MANY", many)
    waiting, written = [], []

    def writing(place: Path, found: Listed, units: Any) -> None:
        waiting.append(len(found))
        write_run(place, found, units)

    def settling(task: Settling, place: Path) -> None:
        written.extend(len(column(run, "both")) for run in runs_in(list(map(Path, task.folders))))
        settled(task, place)

    monkeypatch.setattr(near_stages, "write_run", writing)
    monkeypatch.setattr(module, "settled", settling)
    assert near([corpus], tmp_path / "near.csv", memory=10**9, threshold=0.6).pairs == pairs
    assert max(waiting) <= 25 + 149  # a quarter of 100, and those of one sentence
    # Of 150 sentences each is written with few more than `many`, whatever was known of them by then.
    assert sum(written) <= min(11_175, 150 * (many + 3))
