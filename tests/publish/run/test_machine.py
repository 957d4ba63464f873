"""How many notebooks fit in the memory, and what is said where none does."""

from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd
import psutil
import pytest

from analysis.core.errors import ParameterError
from analysis.core.paths import SAMPLE
from analysis.publish.run import machine
from analysis.publish.run.machine import (
    BASE,
    PART,
    PER_CHARACTER,
    SHARDED,
    SHARED,
    check_fits,
    free,
    sharded_side_by_side,
    side_by_side,
    text_size,
)

MEGABYTE = 10**6


def test_as_many_as_fit():
    each = BASE + PER_CHARACTER * MEGABYTE
    assert [side_by_side(MEGABYTE, memory) for memory in (each, 2 * each - 1, 2 * each)] == [1, 1, 2]


def test_in_memory_none_may_fit_and_then_one_line_says_how_much_is_wanted():
    assert side_by_side(1000 * MEGABYTE, 8000 * MEGABYTE) == 0
    with pytest.raises(ParameterError) as told:
        check_fits(1000 * MEGABYTE, 8000 * MEGABYTE)
    assert str(told.value) == (
        f"the corpus has 1,000,000,000 characters, for which a notebook takes about {BASE / 1e9 + PER_CHARACTER:.1f} "
        "GB, and there are 8.0 GB: run it where there is more memory"
    )
    check_fits(MEGABYTE, BASE + PER_CHARACTER * MEGABYTE)


@pytest.mark.parametrize(("forks", "each"), [(True, SHARDED), (False, SHARED + SHARDED)])
def test_in_shards_a_notebook_takes_as_much_for_any_corpus(monkeypatch, forks, each):
    monkeypatch.setattr(machine, "CAN_FORK", forks)
    one = SHARED + SHARDED
    assert [sharded_side_by_side(memory) for memory in (one, one + each - 1, one + each)] == [1, 1, 2]
    with pytest.raises(ParameterError, match=r"does not fit in 0\.5 GB, and .* takes 1\.0 GB: give so much with --mem"):
        sharded_side_by_side(500 * MEGABYTE)


def test_in_shards_a_document_that_is_longer_than_a_part_takes_more(monkeypatch):
    monkeypatch.setattr(machine, "CAN_FORK", True)
    two = SHARED + 2 * SHARDED
    assert sharded_side_by_side(two, longest=PART) == 2
    assert sharded_side_by_side(two, longest=PART + 1) == 1
    with pytest.raises(ParameterError, match=r"does not fit in 1\.0 GB, and .* takes 5\.5 GB: give so much with --mem"):
        sharded_side_by_side(SHARED + SHARDED, longest=PART + 100 * MEGABYTE)


def test_the_size_of_what_is_packed_is_that_of_what_is_in_it(tmp_path):
    text = "It rains. " * 10_000
    (tmp_path / "a.txt").write_text(text)
    with ZipFile(tmp_path / "b.zip", "w", ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", text)
    pd.DataFrame({"text": [text + str(n) for n in range(50)]}).to_parquet(tmp_path / "c.parquet")
    sizes = {name: text_size([tmp_path / name]) for name in ("a.txt", "b.zip", "c.parquet")}
    assert sizes["a.txt"] == sizes["b.zip"] == 100_000
    assert sizes["c.parquet"] > 50 * 100_000 > 10 * (tmp_path / "c.parquet").stat().st_size
    (tmp_path / "d.zip").write_bytes(b"no archive")
    assert text_size(tmp_path / name for name in ("d.zip", "none.txt")) == 0


def test_what_is_free_is_what_the_system_says():
    said = psutil.virtual_memory()
    assert 0 < free() <= said.total + psutil.swap_memory().total


def test_a_container_has_what_its_limit_leaves(tmp_path, monkeypatch):
    files = {"memory.max": "900", "memory.current": "500", "memory.stat": "anon 1\ninactive_file 100"}
    for name, text in files.items():
        (tmp_path / name).write_text(f"{text}\n")
    monkeypatch.setattr(machine, "_CONTROL_GROUP", tmp_path)
    assert free() == 500  # 900 - 500 + 100
    (tmp_path / "memory.max").write_text("max\n")
    assert free() > 500


def test_a_report_that_does_not_fit_is_refused_before_a_notebook_runs(command_line, tmp_path):
    done = command_line("report", SAMPLE, "--out", tmp_path / "run", "--memory", "400MB")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("lafz: the corpus does not fit in 0.4 GB")
    assert not list(tmp_path.iterdir())
