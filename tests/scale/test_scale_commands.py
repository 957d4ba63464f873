"""`lafz count`, as it is typed: what it says, what it refuses, and what Ctrl-C leaves."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis.__main__ import app, main
from analysis.paths import SAMPLE

HANG = 300  # seconds after which something is wrong, however slow the machine


@pytest.fixture
def lafz(monkeypatch, capsys):
    """Runs a command in this process: exit status, stdout, stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lafz", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return run


def test_count(lafz, tmp_path):
    out = tmp_path / "new" / "counts.csv"
    status, said, errors = lafz("count", SAMPLE, "--out", out, "-p", "boilerplate=true")
    table = pd.read_csv(out, dtype={"doc_id": "str", "term": "str"}, keep_default_na=False)
    assert (status, errors) == (0, "")
    assert said == f"{len(table):,} rows from {table['doc_id'].nunique()} documents: {out}\n"
    assert table.columns.tolist() == ["doc_id", "term", "count"]
    assert [path.name for path in out.parent.iterdir()] == ["counts.csv"]


def test_problems_are_told_and_listed(lafz, tmp_path):
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text("It rained.")
    (tmp_path / "news" / "b.txt").write_text("")
    out = tmp_path / "counts.parquet"
    status, _, errors = lafz("count", tmp_path / "news", SAMPLE, "--out", out)
    listed = tmp_path / "counts.problems.csv"
    assert (status, errors) == (0, f"lafz: 1 problem in reading: {listed} lists them\n")
    assert listed.read_text().splitlines()[1].startswith('news/b.txt,"is empty')
    (tmp_path / "news" / "b.txt").unlink()
    assert lafz("count", tmp_path / "news", "--out", out)[2] == ""
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
def test_a_mistake_is_told_in_one_line(lafz, tmp_path, monkeypatch, arguments, said):
    if "dask" in arguments or "://" in arguments:
        pytest.importorskip("distributed")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    status, out, errors = lafz("count", *(str(SAMPLE) if word == "SAMPLE" else word for word in arguments.split()))
    assert (status, out) == (2, "")
    assert said in errors
    assert errors.startswith("lafz: ")
    assert errors.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_help_names_what_one_can_give():
    said = CliRunner().invoke(app, ["count", "--help"]).output
    assert all(option in said for option in ("CORPUS...", "--out", "--memory", "--dask", "--work", "--parameter"))


def test_workers_of_this_machine_write_the_same_bytes(lafz, tmp_path):
    pytest.importorskip("distributed")
    for name, more in (("alone", []), ("workers", ["--dask", "local"])):
        status, _, errors = lafz("count", SAMPLE, "--out", tmp_path / f"{name}.parquet", *more)
        assert (status, errors) == (0, "")
    assert (tmp_path / "alone.parquet").read_bytes() == (tmp_path / "workers.parquet").read_bytes()


def test_ctrl_c_keeps_what_is_finished(lafz, shards, tmp_path):
    # Parts of ten thousand characters, so that there are forty of them.
    program = tmp_path / "lafz.py"
    program.write_text(
        "import signal\nimport analysis.scale.count as count\nfrom analysis.__main__ import main\n"
        "from analysis.scale.resources import Budget\n"
        "if __name__ == '__main__':\n"
        "    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it\n"
        "    count.budget = lambda memory, local: Budget(2, 10_000)\n    main()\n"
    )
    out, stage = tmp_path / "counts.parquet", tmp_path / ".counts.parquet.work" / "count_words"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, program, "count", shards, "--out", out]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True)
    deadline = time.monotonic() + HANG
    while len(list(stage.glob("[!.]*"))) < 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to its worker processes too
    said = process.communicate(timeout=HANG)[1]
    assert process.returncode in (130, 1), said
    assert "what is finished is kept: the same command goes on from there" in said
    assert "Traceback" not in said
    assert 3 <= len(list(stage.glob("*"))) < 40
    assert not list(stage.glob(".*"))
    assert not out.exists()
    assert lafz("count", shards, "--out", out)[0] == 0
    assert sorted(path.name for path in Path(tmp_path).iterdir()) == ["counts.parquet", "lafz.py"]
