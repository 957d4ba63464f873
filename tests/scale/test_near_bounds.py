"""What is nearly the same, where much is: how many pairs are in memory at a time, and that none is lost between."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.engine.shuffle import column, read_about
from analysis.redundancy import near_places
from analysis.redundancy.near_places import Listed
from analysis.scale import near as module
from analysis.scale import near_stages
from analysis.scale.near import near
from analysis.scale.near_table import Settling, ordered, runs_in, settled, write_near, write_run

pytestmark = pytest.mark.slow


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
    cut_by(module, "PER_RECORD")(10**6, 2_000)  # one block of all sets
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
    assert max(waiting) <= 2 * (500 + 149)  # twice a quarter of 2,000, and those of one sentence
    # Of 150 sentences each is written with few more than `many`, whatever was known of them by then.
    assert sum(written) <= min(11_175, 150 * (many + 3))
