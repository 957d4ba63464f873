"""The counts of a corpus are those of the whole in memory, byte for byte the same however they were made."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis import read_corpus, tokenize
from analysis.paths import SAMPLE
from analysis.scale import count as module
from analysis.scale import tables
from analysis.scale.count import count
from analysis.scale.resources import Budget
from analysis.text.corpus import CorpusError

MEMORY = 10**9
HANG = 300  # seconds after which something is wrong, however slow the machine


@pytest.fixture
def cut(monkeypatch) -> Callable[..., None]:
    """Sets how much is read at a time, and by how many processes; rows stand in groups of 1,000."""
    monkeypatch.setattr(tables, "ROWS", 1_000)

    def set_budget(characters: int, cores: int = 1) -> None:
        monkeypatch.setattr(module, "budget", lambda memory, local: Budget(cores, characters))

    return set_budget


def in_memory(corpus: str | Path, **options: bool) -> list[tuple[str, str, int]]:
    matrix, doc_ids, terms = tokenize(read_corpus(corpus), **options).document_term_matrix()
    cells = matrix.tocoo()
    rows = zip(cells.row.tolist(), cells.col.tolist(), cells.data.tolist(), strict=True)
    ordered = sorted((row, terms[column], number) for row, column, number in rows)
    return [(doc_ids[row], term, number) for row, term, number in ordered]


def rows_of(path: Path) -> list[tuple[str, str, int]]:
    return [tuple(row.values()) for row in pq.read_table(path).to_pylist()]


@pytest.mark.parametrize("options", [{}, {"emoji": False}, {"boilerplate": True}])
@pytest.mark.parametrize("characters", [700, 10**6])
def test_counts_are_those_in_memory(cut, tangled, tmp_path, characters, options):
    cut(characters)
    done = count([tangled], tmp_path / "counts.parquet", memory=MEMORY, **options)
    rows = rows_of(tmp_path / "counts.parquet")
    assert rows == in_memory(tangled, **options)
    whole = read_corpus(tangled)
    assert done == (len(whole.texts), len(rows), len(whole.problems))
    told = pd.read_csv(tmp_path / "counts.problems.csv", keep_default_na=False)
    assert sorted(told.itertuples(index=False, name=None)) == sorted(whole.problems.itertuples(index=False, name=None))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["counts.parquet", "counts.problems.csv"]


def test_counts_by_hand(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "b.txt").write_text("War 🇵🇰 and peace, and WAR: Zoë's état.")
    (tmp_path / "corpus" / "a.txt").write_text("ALSO READ: More news\n\nNo. No, no!")
    for name in ("counts.parquet", "counts.csv"):
        count([tmp_path / "corpus"], tmp_path / name, memory=MEMORY)
    expected = [("a", "no", 3), ("b", "and", 2), ("b", "peace", 1), ("b", "war", 2), ("b", "zoë's", 1),
                ("b", "état", 1), ("b", "🇵🇰", 1)]  # fmt: skip
    assert rows_of(tmp_path / "counts.parquet") == expected
    assert pq.read_schema(tmp_path / "counts.parquet").types == [pa.string(), pa.string(), pa.int64()]
    lines = [",".join(map(str, row)) for row in [("doc_id", "term", "count"), *expected]]
    assert (tmp_path / "counts.csv").read_bytes().decode() == "\n".join([*lines, ""])
    assert not (tmp_path / "counts.problems.csv").exists()


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_the_bytes_do_not_depend_on_the_cut(cut, tangled, tmp_path, ending):
    found = set()
    for characters, cores in [(1, 1), (3_000, 2 if ending == "parquet" else 1), (10**7, 1)]:
        cut(characters, cores)
        out = tmp_path / f"counts.{ending}"
        count([tangled, SAMPLE], out, memory=MEMORY)
        found.add((out.read_bytes(), (tmp_path / "counts.problems.csv").read_bytes()))
    assert len(found) == 1
    if ending == "parquet":
        sizes = [pq.ParquetFile(out).metadata.row_group(k).num_rows for k in range(pq.ParquetFile(out).num_row_groups)]
        assert set(sizes[:-1]) == {1_000}
        assert len(sizes) > 3


def test_several_corpora(cut, tangled, tmp_path):
    cut(10**6)
    count([tangled, SAMPLE], tmp_path / "counts.parquet", memory=MEMORY)
    expected = [(f"{folder.name}/{doc_id}", *row) for folder in (tangled, SAMPLE) for doc_id, *row in in_memory(folder)]
    assert rows_of(tmp_path / "counts.parquet") == expected


def test_a_corpus_without_a_document(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("")
    (tmp_path / "counts.csv").write_text("earlier")
    with pytest.raises(CorpusError, match=r"no document could be read from '.*corpus': a\.txt: is empty"):
        count([tmp_path / "corpus"], tmp_path / "counts.csv", memory=MEMORY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus", "counts.csv"]
    assert (tmp_path / "counts.csv").read_text() == "earlier"


# --- interrupted, and done by others

SLOWLY = """
import sys, time
from pathlib import Path
from analysis.scale import count as module
from analysis.scale.resources import Budget

if __name__ == "__main__":
    module.budget = lambda memory, local: Budget(2, 10_000)
    module.count([sys.argv[1]], sys.argv[2], memory=10**9)
"""


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < deadline, "nothing happens"
        time.sleep(0.01)


def children(process: int) -> list[int]:
    below = Path(f"/proc/{process}/task/{process}/children")
    return [int(number) for number in below.read_text().split()]


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc, which Linux has")
def test_a_killed_call_goes_on_where_it_stood(cut, shards, tmp_path):
    cut(10_000)
    count([shards], tmp_path / "whole.parquet", memory=MEMORY)
    out, stage = tmp_path / "counts.parquet", tmp_path / ".counts.parquet.work" / "count_words"
    program = tmp_path / "slowly.py"
    program.write_text(SLOWLY)
    process = subprocess.Popen([sys.executable, program, shards, out], env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: len(list(stage.glob("[!.]*"))) >= 3 or process.poll() is not None)
        below = children(process.pid)
    finally:
        process.kill()
        process.wait()
    wait_for(lambda: not any(map(is_alive, below)))  # nobody is left to work for nobody
    assert not out.exists()
    before = {place.name: (place / "rows.arrow").stat().st_mtime_ns for place in stage.glob("[!.]*")}
    assert 3 <= len(before) < 40
    after = {}

    def look(what: str, done: int, total: int) -> None:
        if what == "writing" and not after:
            after.update({place.name: (place / "rows.arrow").stat().st_mtime_ns for place in stage.iterdir()})

    count([shards], out, memory=MEMORY, progress=look)
    assert before.items() <= after.items()
    assert len(after) == 40
    assert out.read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert not stage.parent.exists()


@pytest.fixture
def scheduler(tmp_path) -> Iterator[tuple[str, Callable[[], subprocess.Popen[bytes]]]]:
    """The address of a dask scheduler in a process of its own, and a function that starts one more worker."""
    pytest.importorskip("distributed")
    about = tmp_path / "scheduler.json"
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str | Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *map(str, arguments)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, **quiet))
        return started[-1]

    start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", about)
    wait_for(lambda: about.exists() and bool(about.read_text().strip()))
    worker = [
        "worker",
        "--scheduler-file",
        about,
        "--nthreads",
        "1",
        "--no-dashboard",
        "--no-nanny",
        "--host",
        "127.0.0.1",
    ]
    try:
        yield json.loads(about.read_text())["address"], lambda: start(*worker)
    finally:
        for process in started[::-1]:
            process.kill()
            process.wait()


ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def test_dask_workers_write_the_same_bytes(cut, scheduler, shards, tmp_path):
    from distributed import Client

    cut(10_000)
    count([shards], tmp_path / "alone.parquet", memory=MEMORY)
    expected = (tmp_path / "alone.parquet").read_bytes()
    address, add_worker = scheduler
    workers: list[subprocess.Popen[bytes]] = []
    with Client(address) as client:
        for number in (2, 4):
            workers += [add_worker() for _ in range(number - len(workers))]
            client.wait_for_workers(number, timeout=HANG)
            out = tmp_path / f"{number}.parquet"
            count([shards], out, memory=MEMORY, client=client)
            assert out.read_bytes() == expected

        def kill(what: str, done: int, total: int) -> None:
            if (what, done) == ("counting", 5):
                workers.pop().kill()
                workers.pop().kill()

        out = tmp_path / "killed.parquet"
        count([shards], out, memory=MEMORY, client=client, progress=kill)
        assert len(workers) == 2
        assert out.read_bytes() == expected


# --- how much memory it takes


def test_memory_is_bounded(tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    draw = np.random.default_rng(4)
    words = np.array([f"word{n}" for n in range(50_000)], dtype=object)
    for number in range(2):  # tables of 12 MB each: a part must be less than a file
        texts = [" ".join(words[draw.zipf(1.3, 700) % 50_000]) + "." for _ in range(3_400)]
        pq.write_table(pa.table({"text": texts}), folder / f"{number}.parquet", row_group_size=500)
    characters = sum(len(text) for text in pq.read_table(folder)["text"].to_pylist())
    assert characters > 20 * 10**6
    command = [
        sys.executable,
        "-m",
        "analysis",
        "count",
        folder,
        "--out",
        tmp_path / "counts.parquet",
        "--memory",
        "300MB",
    ]
    program = "import resource, subprocess, sys\nstatus = subprocess.run(sys.argv[1:]).returncode\n"
    program += "print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    run = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True, env=ENVIRONMENT)
    status, peak = run.stdout.split()[-2:]
    assert status == "0", run.stderr
    assert int(peak) * 1024 < 550 * 10**6
