"""Processes that end with the one that has started them."""

import os
import sys
import threading
import time

import pytest

from analysis.publish.processes import Processes, run_notebooks

# Ends with its stdin, as `analysis.publish.execute` does, but for what is left to the test.
LISTEN = "import sys; print(sys.stdin.readline().strip(), flush=True); sys.stdin.read()"
DEAF = "import sys, time; print(sys.stdin.readline().strip(), flush=True); time.sleep(600)"


def start(processes, code, line="hello"):
    return processes.start([sys.executable, "-c", code], line, cwd="/", environment=os.environ)


def test_a_process_reads_its_line_and_ends_when_it_is_stopped(monkeypatch):
    monkeypatch.setattr("analysis.publish.processes.PATIENCE", 60)  # on a busy machine it may take more than two
    processes = Processes()
    process = start(processes, LISTEN)
    assert process.stdout.readline() == "hello\n"
    assert process.poll() is None
    processes.stop()
    assert process.wait(60) == 0


def test_a_process_that_does_not_listen_is_killed(monkeypatch):
    monkeypatch.setattr("analysis.publish.processes.PATIENCE", 0.1)
    processes = Processes()
    process = start(processes, DEAF)
    assert process.stdout.readline() == "hello\n"
    processes.stop()
    assert process.wait(60) == -9


def test_a_process_started_after_the_stop_ends_too():
    processes = Processes()
    processes.stop()
    process = start(processes, LISTEN)
    assert process.wait(60) == 0


def test_a_process_has_a_session_of_its_own():
    processes = Processes()
    process = start(processes, LISTEN)
    process.stdout.readline()
    assert os.getsid(process.pid) == process.pid != os.getsid(0)
    processes.stop()


def test_an_error_while_notebooks_run_ends_them(tmp_path):
    job = {"notebook": "none.ipynb", "output": "out.ipynb", "parameters": {}}
    started = time.monotonic()
    with pytest.raises(FileNotFoundError):
        run_notebooks({"a": job}, tmp_path / "no such folder", {"a": os.environ}, print, at_once=3)
    assert threading.active_count() < 10
    assert time.monotonic() - started < 60


def test_a_process_that_says_nothing_more_is_told_by_its_last_words(tmp_path):
    job = {"notebook": str(tmp_path / "none.ipynb"), "output": "out.ipynb", "parameters": {}}
    [log] = run_notebooks({"a": job}, tmp_path, {"a": os.environ}, print, at_once=3).values()
    assert log["error"] == "NotRun"
    assert "No such file or directory" in log["message"]
    assert log["seconds"] > 0


def test_no_more_notebooks_run_at_once_than_may(tmp_path):
    job = {"notebook": str(tmp_path / "none.ipynb"), "output": "out.ipynb", "parameters": {}}
    started = time.monotonic()
    logs = run_notebooks({"a": job, "b": job}, tmp_path, dict.fromkeys("ab", os.environ), print, at_once=1)
    assert sum(log["seconds"] for log in logs.values()) <= time.monotonic() - started + 0.001  # they are rounded
