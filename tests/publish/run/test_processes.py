"""Processes that run notebooks, forked or begun anew, and end with the one that has started them."""

import os
import signal
import threading
import time

import psutil
import pytest

from analysis.publish.run.processes import CAN_FORK, Processes, run_notebooks, waiting
from tests.in_process import write_notebook

LONG = 900  # seconds after which a process is taken to hang, however slow the machine
IDLE = "import time\nopen('begun', 'w').close()\ntime.sleep(600)"
# Python can do nothing in this kernel while the C library sleeps, not even look whether its parent still lives.
ASLEEP = "import ctypes\nopen('begun', 'w').close()\nctypes.PyDLL(None).sleep(600)"


FORKED = pytest.param(True, marks=pytest.mark.skipif(not CAN_FORK, reason="no fork here"))
ANEW = pytest.param(False, marks=pytest.mark.slow)


@pytest.fixture(params=[FORKED, ANEW], ids=["forked", "anew"])
def forked(request, monkeypatch):
    """Runs a test with processes that are forked, and with those that are begun anew."""
    monkeypatch.setattr("analysis.publish.run.processes.CAN_FORK", request.param)
    return request.param


def job(folder, source=None):
    """The job of a notebook with the cell `source`; without one, of a notebook that is not there."""
    if source is not None:
        write_notebook(folder / "given.ipynb", "", source)
    notebook = str(folder / "given.ipynb")
    return {"notebook": notebook, "output": "out.ipynb", "parameters": {"a": 1}, "folder": str(folder)}


def begun(folder):
    """Waits until a cell of the notebook has begun; gives the processes that this one has started, kernels last."""
    until = time.monotonic() + LONG
    while not (folder / "begun").exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    return sorted(psutil.Process().children(recursive=True), key=lambda process: process.pid)


def gone(processes):
    """Waits until no process lives any more; one that nobody has waited for so far does not."""
    until = time.monotonic() + LONG
    while any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes):
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("source", [IDLE, ASLEEP], ids=["idle", "asleep"])
def test_notebooks_end_with_their_kernels_when_nobody_waits_for_them(tmp_path, forked, source):
    with Processes(tmp_path, os.environ) as processes:
        streams = processes.start(job(tmp_path, source))
        started = begun(tmp_path)
        assert len(started) == 2 + forked
        assert os.getsid(0) not in {os.getsid(process.pid) for process in started}
    gone(started)
    assert "3/3" not in streams.stdout.read()


def test_a_process_that_does_not_listen_is_killed(tmp_path, forked, monkeypatch):
    monkeypatch.setattr("analysis.publish.run.processes.PATIENCE", 0.1)
    with Processes(tmp_path, os.environ) as processes:
        processes.start(job(tmp_path, IDLE))
        started = begun(tmp_path)
        for process in started:
            process.send_signal(signal.SIGSTOP)
    gone(started)


def test_a_kernel_ends_with_the_process_that_leads_it(tmp_path, forked):
    logs = {}
    with Processes(tmp_path, os.environ) as processes:
        jobs = {"a": job(tmp_path, IDLE)}
        thread = threading.Thread(
            target=lambda: logs.update(run_notebooks(jobs, processes, lambda *_: None, at_once=1))
        )
        thread.start()
        *_, leader, kernel = begun(tmp_path)
        assert kernel.ppid() == leader.pid
        leader.kill()
        gone([kernel])
        thread.join(LONG)
    assert (logs["a"]["error"], logs["a"]["cell"]) == ("NotRun", "-")
    assert logs["a"]["message"] == "its process ended before the notebook did, most likely for want of memory"


def test_no_process_is_started_after_the_end(tmp_path, forked):
    processes = Processes(tmp_path, os.environ)
    processes.end()
    with pytest.raises(RuntimeError, match="after the end"):
        processes.start(job(tmp_path, IDLE))


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_error_while_notebooks_run_ends_them(tmp_path, forked, error):
    def fail(*_):
        raise error

    before = threading.active_count()
    with Processes(tmp_path, os.environ) as processes:
        with pytest.raises(error):
            run_notebooks({"a": job(tmp_path, IDLE)}, processes, fail, at_once=3)
        assert psutil.Process().children() == []
    assert threading.active_count() <= before


def test_progress_is_told_cell_by_cell(tmp_path, forked):
    told = []
    with Processes(tmp_path, os.environ) as processes:
        jobs = {"a": job(tmp_path, "1 + 1")}
        run_notebooks(jobs, processes, lambda *about: told.append(about), at_once=1)
    assert list(dict.fromkeys(told)) == [("a", done, 3) for done in range(4)]  # the parameters, those given, the cell


def test_a_process_that_says_nothing_more_is_told_by_its_last_words(tmp_path, forked):
    with Processes(tmp_path, os.environ) as processes:
        [log] = run_notebooks({"a": job(tmp_path)}, processes, print, at_once=3).values()
    assert log["error"] == "NotRun"
    assert "No such file or directory" in log["message"]
    assert log["seconds"] > 0


def test_no_more_notebooks_run_at_once_than_may_and_the_end_of_each_is_told(tmp_path):
    jobs = dict.fromkeys("ab", job(tmp_path))  # of which nothing is there
    ends = []
    started = time.monotonic()
    with Processes(tmp_path, os.environ) as processes:
        logs = run_notebooks(jobs, processes, print, at_once=1, ended=lambda *end: ends.append(end))
    assert sum(log["seconds"] for log in logs.values()) <= time.monotonic() - started + 0.001  # they are rounded
    assert ends == list(logs.items())[::-1]


def test_processes_that_wait_do_a_job_and_leave_no_folder(tmp_path, forked):
    with waiting() as processes:
        [folder] = {psutil.Process(child.pid).cwd() for child in psutil.Process().children()} or [None]
        [log] = run_notebooks({"a": job(tmp_path, "1 + 1")}, processes, lambda *_: None, at_once=1).values()
    assert list(log) == ["seconds"]  # and no error
    assert folder is None or not os.path.lexists(folder)
