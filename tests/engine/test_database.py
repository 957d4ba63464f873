"""The engine: what does not fit goes to disk, odd names are names, whatever ends this process ends a statement."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from analysis.core.errors import ParameterError
from analysis.engine.database import Database, database, parts_of, scan, write_shard

LONG = "SELECT count(*) FROM range(60000) a, range(60000) b WHERE (a.range * b.range) % 7 = 3"  # a minute
ROWS = 3_000_000


class Stopped(BaseException):
    """What a handler of signals raises."""


@pytest.fixture
def stopping() -> Iterator[None]:
    """SIGTERM raises `Stopped`, and comes in half a second."""

    def stop(number: int, frame: Any) -> None:
        raise Stopped

    earlier = signal.signal(signal.SIGTERM, stop)
    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGTERM))
    timer.start()
    yield
    timer.cancel()
    signal.signal(signal.SIGTERM, earlier)


def drawn() -> dict[str, np.ndarray]:
    """Three million rows, which take 70 MB to be sorted."""
    draw = np.random.default_rng(1)
    return {"key": draw.integers(0, ROWS, ROWS), "value": draw.integers(0, 9, ROWS)}


@pytest.mark.parametrize("threads", [1, 2])
def test_what_does_not_fit_goes_to_a_folder_and_comes_back_in_order(tmp_path: Path, threads: int) -> None:
    columns = drawn()
    with database(memory=1, threads=threads, folder=tmp_path) as engine:  # no less than 50 MB
        engine.relate("drawn", **columns)
        engine.run("CREATE TABLE twice AS FROM drawn UNION ALL FROM drawn")
        found = [batch.to_pydict() for batch in engine.batches("FROM twice ORDER BY key, value")]
        assert engine.folder
        assert list(engine.folder.rglob("*.tmp"))  # so it was needed
    order = np.lexsort((columns["value"], columns["key"]))
    for name in columns:
        assert np.concatenate([each[name] for each in found]).tolist() == np.repeat(columns[name][order], 2).tolist()
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_it_has_to_fit() -> None:
    with database(memory=150_000_000) as engine, pytest.raises(ParameterError, match=r"150 MB of memory .*: give more"):
        engine.run("CREATE TABLE large AS SELECT range, random() AS draw FROM range(20_000_000) ORDER BY draw")


def test_the_folder_goes_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(duckdb.ParserException), database(folder=tmp_path) as engine:
        engine.run("SELEC 1")
    assert list(tmp_path.iterdir()) == []


def test_a_name_is_no_pattern_and_no_column(tmp_path: Path) -> None:
    folder = tmp_path / "o'd[d] *na?me" / "year=2024"
    folder.mkdir(parents=True)
    (folder.parent / "year=2024" / "x.parquet").write_bytes(b"")
    files = [folder / "it's [1].parquet", folder / "*.parquet"]
    for number, file in enumerate(files):
        write_shard(file, key=np.array([number, number + 1]))
    with database(folder=folder) as engine:
        found = engine.columns(f"SELECT * FROM {scan(files)} ORDER BY ALL")
        assert {name: values.tolist() for name, values in found.items()} == {"key": [0, 1, 1, 2]}
        index = engine.columns(f"SELECT file_index FROM {scan(files[::-1])} WHERE key = 2")
        assert index["file_index"].tolist() == [0]
        engine.write(f"SELECT key, 9 AS value FROM {scan(files)}", folder / "cut", by="key")
        cut = [scan(parts_of(folder / "cut", "key", number)) for number in (0, 1)]
        counts = [engine.columns(f"SELECT count(*) AS rows FROM {own}")["rows"].tolist() for own in cut]
    assert counts == [[1], [2]]
    assert parts_of(folder / "cut", "key", 7) == []


def test_arrays_are_what_they_were() -> None:
    columns = {
        "high": np.array([2**64 - 1, 0], dtype=np.uint64),
        "document": np.array([7, 2**32 - 1], dtype=np.uint32),
        "share": np.array([0.1, np.nan]),
    }
    with database() as engine:
        engine.relate("given", **columns)
        found = engine.columns("FROM given ORDER BY high DESC")
        [batch] = engine.batches("SELECT high FROM given ORDER BY high")
    assert batch.column(0).equals(pa.array([0, 2**64 - 1], pa.uint64()))
    for name, values in columns.items():
        assert found[name].dtype == values.dtype
        np.testing.assert_array_equal(found[name], values)


def run_long(engine: Database) -> None:
    engine.columns(LONG)


def read_long(engine: Database) -> None:
    list(engine.batches(f"{LONG} ORDER BY ALL"))


@pytest.mark.parametrize("use", [run_long, read_long])
@pytest.mark.usefixtures("stopping")
def test_a_signal_ends_a_statement_at_once(use: Any) -> None:
    started = time.perf_counter()
    with pytest.raises(Stopped), database() as engine:
        use(engine)
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize("statement", ["LOAD httpfs", "FROM read_json('https://example.org/a.json')"])
def test_no_extension_and_no_network(statement: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with database() as engine, pytest.raises((duckdb.Error, OSError)):
        engine.run(statement)
    assert list(tmp_path.iterdir()) == []


def test_a_variable_is_no_relation() -> None:
    outside = pa.table({"key": [1]})
    assert len(outside) == 1
    with database() as engine, pytest.raises(duckdb.CatalogException):
        engine.run("FROM outside")
