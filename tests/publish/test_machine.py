"""How many notebooks fit in the memory, and what is said where none does."""

import psutil
import pytest

from analysis.publish import machine
from analysis.publish.machine import BASE, PER_CHARACTER, free, side_by_side
from analysis.publish.parameters import ParameterError

MEGABYTE = 10**6


def test_as_many_as_fit():
    each = BASE + PER_CHARACTER * MEGABYTE
    assert [side_by_side(MEGABYTE, memory) for memory in (each, 2 * each - 1, 2 * each)] == [1, 1, 2]


def test_where_none_fits_one_line_says_how_much_is_wanted_and_what_to_do():
    with pytest.raises(ParameterError) as told:
        side_by_side(1000 * MEGABYTE, 8000 * MEGABYTE)
    assert str(told.value) == (
        f"the corpus has 1,000,000,000 characters, for which a notebook takes about {BASE / 1e9 + PER_CHARACTER:.1f} "
        "GB, and 8.0 GB are what --memory gives: report on a part of it, give more with --memory, or use lafz count "
        "and lafz pairs, which read a corpus in parts"
    )


def test_what_is_free_is_what_the_system_says():
    said = psutil.virtual_memory()
    assert 0 < free() <= said.total + psutil.swap_memory().total
    with pytest.raises(ParameterError, match=r" are free: "):
        side_by_side(10**12)


def test_a_container_has_what_its_limit_leaves(tmp_path, monkeypatch):
    files = {"memory.max": "900", "memory.current": "500", "memory.stat": "anon 1\ninactive_file 100"}
    for name, text in files.items():
        (tmp_path / name).write_text(f"{text}\n")
    monkeypatch.setattr(machine, "_CONTROL_GROUP", tmp_path)
    assert free() == 500  # 900 - 500 + 100
    (tmp_path / "memory.max").write_text("max\n")
    assert free() > 500


def test_a_report_that_does_not_fit_is_refused_before_a_notebook_runs(command_line, tmp_path):
    done = command_line("report", "data/sample", "--out", tmp_path / "run", "--memory", "400MB")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("lafz: the corpus has ")
    assert not list(tmp_path.iterdir())
