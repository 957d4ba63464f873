"""`lafz count`, as it is typed: what it says, what it refuses, and what Ctrl-C leaves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from analysis.core import resources
from analysis.core.paths import SAMPLE

HANG = 900  # seconds after which something is wrong, however slow the machine
OUT = "counts.parquet"


def test_count(typed, tmp_path):
    out = tmp_path / "new" / "counts.csv"
    status, said, errors = typed("count", SAMPLE, "--out", out, "-p", "boilerplate=true")
    table = pd.read_csv(out, dtype={"doc_id": "str", "term": "str"}, keep_default_na=False)
    assert (status, errors) == (0, "")
    assert said == f"{len(table):,} rows from {table['doc_id'].nunique()} documents: {out}\n"
    assert table.columns.tolist() == ["doc_id", "term", "count"]
    assert [path.name for path in out.parent.iterdir()] == ["counts.csv"]


def test_who_counts_words_does_not_wait_for_scipy(tmp_path):
    code = (
        "import sys; from analysis.cli.main import app; app(sys.argv[1:], standalone_mode=False); "
        "imported = {'scipy.sparse', 'scipy.linalg'} & {*sys.modules}; import scipy.linalg; sys.exit(len(imported))"
    )
    command = [sys.executable, "-c", code, "count", str(SAMPLE), "--out", str(tmp_path / OUT)]
    assert subprocess.run(command, check=False).returncode == 0
    assert (tmp_path / OUT).exists()


def test_a_dictionary_of_another_language_is_of_that_of_the_texts(typed, make_folder, tmp_path):
    folder = make_folder({"a.txt": "Der Krieg und die Kriege.", "b.txt": "Kein Kriegsende. Frieden."})
    (tmp_path / "own.csv").write_text("term,category\nkrieg*,Krieg\n", encoding="utf-8")
    given = ["count", folder, "--out", tmp_path / "c.csv", "--lexicon", tmp_path / "own.csv", "-p"]
    assert typed(*given, "language=de")[0] == 0
    assert pd.read_csv(tmp_path / "c.csv")[["doc_id", "frame", "hits"]].to_numpy().tolist() == [
        ["a", "Krieg", 2],
        ["b", "Krieg", 1],
    ]
    drawn = typed("code", "draw", *given[1:2], "--out", tmp_path / "s.csv", *given[4:], "language=de", "--size", "2")
    assert (drawn.status, len(pd.read_csv(tmp_path / "s.csv"))) == (0, 2)


def test_problems_are_told_and_listed(typed, tmp_path):
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text("It rained.")
    (tmp_path / "news" / "b.txt").write_text("")
    out = tmp_path / "counts.parquet"
    status, _, errors = typed("count", tmp_path / "news", SAMPLE, "--out", out)
    listed = tmp_path / "counts.problems.csv"
    assert (status, errors) == (0, f"lafz: 1 problem in reading: {listed} lists them\n")
    assert listed.read_text().splitlines()[1].startswith('news/b.txt,"is empty')
    (tmp_path / "news" / "b.txt").unlink()
    assert typed("count", tmp_path / "news", "--out", out)[2] == ""
    assert not listed.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("SAMPLE --out c.txt", "--out 'c.txt': give a name that ends in .parquet or .csv"),
        ("SAMPLE --out folder.csv", "'folder.csv' is a folder: give the name of a file"),
        ("SAMPLE --out c.csv --memory much", "--memory 'much' is no size: write it as 1GB or 500MB"),
        ("SAMPLE --out c.csv --memory 10MB", "--memory '10MB' is too small to work in: give 300MB or more"),
        ("none --out c.csv", "no such file or folder: 'none': give a folder"),
        ("SAMPLE SAMPLE --out c.csv", "are both called 'sample', and the name tells their documents apart: rename"),
        ("SAMPLE --out c.csv -p top_n=3", "'top_n' is no parameter of reading a corpus"),
        ("SAMPLE --out c.csv -p metadata=none.csv", "no such table: 'none.csv'"),
        ("SAMPLE --out c.csv --dask nonsense", "--dask 'nonsense' does not answer"),
        ("abc://bucket/x.parquet --out c.csv", "'abc://bucket/x.parquet': Protocol not known: abc"),
    ],
)
def test_a_mistake_is_told_in_one_line(typed, tmp_path, monkeypatch, arguments, said):
    if "dask" in arguments or "://" in arguments:
        pytest.importorskip("distributed")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    status, out, errors = typed("count", *(str(SAMPLE) if word == "SAMPLE" else word for word in arguments.split()))
    assert (status, out) == (2, "")
    assert said in errors
    assert errors.startswith("lafz: ")
    assert errors.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


@pytest.mark.cluster
@pytest.mark.slow
def test_workers_of_this_machine_write_the_same_bytes(typed, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(resources, "cores", lambda: 2)
    for name, more in (("alone", []), ("workers", ["--dask", "local"])):
        status, _, errors = typed("count", SAMPLE, "--out", tmp_path / f"{name}.parquet", *more)
        # dask warns where it has to wait for long.
        assert (status, [line for line in errors.splitlines() if line.startswith("lafz:")]) == (0, [])
    assert (tmp_path / "alone.parquet").read_bytes() == (tmp_path / "workers.parquet").read_bytes()


# The command line as a worker process has it too. Parts have ten thousand characters, so that there are forty of them;
# a worker waits where the test says, until the first process has called off what is not begun.
PROGRAM = """
import signal, sys, threading, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children
from pathlib import Path

import analysis.scale.count as count
from analysis.scale import by_document
from analysis.cli.main import main
from analysis.core import jobs
from analysis.core.resources import Budget

HERE, KEPT = Path(__file__).parent, 3
CALLED_OFF = HERE / "called off"
count_part = count.count_words


def count_words(partition, place):
    while len(list(place.parent.glob("[!.]*"))) >= KEPT and not CALLED_OFF.exists():
        time.sleep(0.01)
    count_part(partition, place)


class Pool(ProcessPoolExecutor):
    def shutdown(self, wait=True, *, cancel_futures=False):
        super().shutdown(wait=False, cancel_futures=cancel_futures)
        CALLED_OFF.touch()
        for process in active_children() if wait else []:
            process.join()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    by_document.budget = lambda *given, **more: Budget(2, 10_000)
    count.count_words, jobs.ProcessPoolExecutor = count_words, Pool
    if (HERE / "wait at the start").exists():  # processes are spawned beside a thread, and take long to begin
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    main()
elif (HERE / "wait at the start").exists():
    (HERE / f"started {time.monotonic_ns()}").touch()
    while not CALLED_OFF.exists():
        time.sleep(0.01)
"""


@pytest.fixture
def interrupted(remote_files, tmp_path):
    """What `lafz count` says when Ctrl-C comes as soon as `happened`, and the folder of its parts."""

    def run(happened: Callable[[Path], bool]) -> tuple[str, Path]:
        (tmp_path / "program").mkdir(exist_ok=True)
        (tmp_path / "program" / "lafz.py").write_text(PROGRAM)
        stage = tmp_path / ".counts.parquet.work" / "count_words"
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, tmp_path / "program" / "lafz.py", "count", remote_files, "--out", tmp_path / OUT]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True)
        try:
            deadline = time.monotonic() + HANG
            while not happened(stage):
                assert process.poll() is None, process.communicate()[1]
                assert time.monotonic() < deadline, "nothing happens"
                time.sleep(0.01)
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to its worker processes too
            said = process.communicate(timeout=HANG)[1]
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        assert process.returncode == 130, said
        assert "Traceback" not in said
        assert not (tmp_path / OUT).exists()
        return said, stage

    return run


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_finished(typed, interrupted, remote_files, tmp_path):
    said, stage = interrupted(lambda stage: len(list(stage.glob("[!.]*"))) >= 3)
    assert "what is finished is kept: the same command goes on from there" in said
    assert 3 <= len(list(stage.glob("*"))) < 40
    assert not list(stage.glob(".*"))
    assert typed("count", remote_files, "--out", tmp_path / OUT)[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [OUT, "program"]


@pytest.mark.slow
def test_ctrl_c_is_the_first_process_s_own_even_where_its_workers_only_start(interrupted, tmp_path):
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "wait at the start").touch()
    interrupted(lambda stage: len(list((tmp_path / "program").glob("started *"))) == 2)
