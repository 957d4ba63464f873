"""What is nearly the same, where much is: how many pairs are in memory at a time, and that none is lost between."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from analysis.engine.columns import read_about
from analysis.redundancy import near_places
from analysis.redundancy.near_places import Listed
from analysis.scale import near_stages
from analysis.scale.near import near
from analysis.scale.near_stages import Settling

pytestmark = pytest.mark.slow


def test_places_are_written_in_runs_and_settled_in_order(tmp_path: Path) -> None:
    # 30 contents of ten copies: content k is at k, at k + 30, and so on.
    units = np.arange(300, dtype=np.int32)
    found = Listed(np.arange(0, 301, 10), units.reshape(10, 30).T.ravel())
    for low in range(0, 30, 2):
        own = np.arange(low, low + 2)
        found.add(own, own, 1 - own / 100)
        near_stages._write_run(tmp_path, found, units)
    near_stages._write_run(tmp_path, found, units)  # of nothing
    near_stages._write_near(tmp_path, found, units)
    assert len(list(tmp_path.glob("*.parquet"))) == 15
    settled = tmp_path / "settled"
    settled.mkdir()
    near_stages.settled(Settling("", (str(tmp_path),), 300, 10**9, 1), settled)
    assert read_about(settled) == {"omitted": 0}
    rows = pq.read_table(settled / "pairs.parquet").to_pylist()
    expected = [(a, b, 1 - a % 30 / 100) for a in range(300) for b in range(a + 30, 300, 30)]
    assert [tuple(row.values()) for row in rows] == expected


@pytest.mark.parametrize(("many", "pairs"), [(150, 11_175), (50, 1_275 + 99), (5, 15 + 144)])
def test_pairs_are_written_before_all_are_found_and_few_where_all_are_alike(
    make_folder: Callable[[Mapping[str, str]], Path],
    bulletins: list[str],
    tmp_path: Path,
    cut_near: Callable[[int, int], None],
    monkeypatch: pytest.MonkeyPatch,
    many: int,
    pairs: int,
) -> None:
    corpus = make_folder({"a.txt": "\n\n".join(bulletins)})
    cut_near(10**6, 2_000)  # one block of all sets
    monkeypatch.setattr(near_places, "MANY", many)
    waiting, written = [], []

    write_run, settled = near_stages._write_run, near_stages.settled

    def writing(place: Path, found: Listed, units: Any) -> None:
        waiting.append(len(found))
        write_run(place, found, units)

    def settling(task: Settling, place: Path) -> None:
        files = [file for folder in task.folders for file in Path(folder).glob("*.parquet")]
        written.extend(pq.read_metadata(file).num_rows for file in files)
        settled(task, place)

    monkeypatch.setattr(near_stages, "_write_run", writing)
    monkeypatch.setattr(near_stages, "settled", settling)
    assert near([corpus], tmp_path / "near.csv", memory=10**9, threshold=0.6).pairs == pairs
    assert max(waiting) <= 2 * (500 + 149)  # twice a quarter of 2,000, and those of one sentence
    # Of 150 sentences each is written with few more than `many`, whatever was known of them by then.
    assert sum(written) <= min(11_175, 150 * (many + 3))
