"""Processes that end with the one that has started them."""

import os
import sys
import threading
import time

import psutil
import pytest

from analysis.publish.processes import Job, Processes, run_notebooks

LONG = 900  # seconds after which a process is taken to hang, however slow the machine
# Ends with its stdin, as `analysis.publish.execute` does, but for what is left to the test.
LISTEN = "import sys; print(sys.stdin.readline().strip(), flush=True); sys.stdin.read()"
DEAF = "import sys, time; print(sys.stdin.readline().strip(), flush=True); time.sleep(600)"
LEADER = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {DEAF!r}], stdin=subprocess.PIPE, text=True, start_new_session=True)
child.stdin.write("the child reads\\n")
child.stdin.flush()
time.sleep(600)
"""


def start(processes, code, line="hello"):
    return processes.start([sys.executable, "-c", code], line, cwd="/", environment=os.environ)


def test_a_process_reads_its_line_and_ends_when_it_is_stopped(monkeypatch):
    monkeypatch.setattr("analysis.publish.processes.PATIENCE", LONG)  # on a busy machine it may take more than two
    processes = Processes()
    process = start(processes, LISTEN)
    assert process.stdout.readline() == "hello\n"
    assert process.poll() is None
    processes.stop()
    assert process.wait(LONG) == 0


def test_a_process_that_does_not_listen_is_killed(monkeypatch):
    monkeypatch.setattr("analysis.publish.processes.PATIENCE", 0.1)
    processes = Processes()
    process = start(processes, DEAF)
    assert process.stdout.readline() == "hello\n"
    processes.stop()
    assert process.wait(LONG) == -9


def test_what_a_process_has_started_ends_with_it_even_where_it_does_not_listen(monkeypatch):
    monkeypatch.setattr("analysis.publish.processes.PATIENCE", 0.1)
    processes = Processes()
    process = start(processes, LEADER)
    assert process.stdout.readline() == "the child reads\n"
    [child] = psutil.Process(process.pid).children()
    processes.stop()
    gone, _ = psutil.wait_procs([child], LONG)
    assert gone == [child]
    assert process.wait(LONG) == -9


def test_a_process_started_after_the_stop_ends_too():
    processes = Processes()
    processes.stop()
    process = start(processes, LISTEN)
    assert process.wait(LONG) == 0


def test_a_process_has_a_session_of_its_own():
    processes = Processes()
    process = start(processes, LISTEN)
    process.stdout.readline()
    assert os.getsid(process.pid) == process.pid != os.getsid(0)
    processes.stop()


def missing(folder):
    """The job of a notebook that is not there."""
    task = {"notebook": str(folder / "none.ipynb"), "output": "out.ipynb", "parameters": {}}
    return Job(task, folder, os.environ)


def test_an_error_while_notebooks_run_ends_them(tmp_path):
    before = threading.active_count()
    with pytest.raises(FileNotFoundError):
        run_notebooks({"a": missing(tmp_path / "no such folder")}, print, at_once=3)
    assert threading.active_count() <= before


def test_a_process_that_says_nothing_more_is_told_by_its_last_words(tmp_path):
    [log] = run_notebooks({"a": missing(tmp_path)}, print, at_once=3).values()
    assert log["error"] == "NotRun"
    assert "No such file or directory" in log["message"]
    assert log["seconds"] > 0


def test_no_more_notebooks_run_at_once_than_may_and_the_end_of_each_is_told(tmp_path):
    jobs = dict.fromkeys("ab", missing(tmp_path))
    ends = []
    started = time.monotonic()
    logs = run_notebooks(jobs, print, at_once=1, ended=lambda *end: ends.append(end))
    assert sum(log["seconds"] for log in logs.values()) <= time.monotonic() - started + 0.001  # they are rounded
    assert ends == list(logs.items())
