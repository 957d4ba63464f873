"""Results that are whole or not there: after errors, killed processes and calls at the same time."""

import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.core import jobs
from analysis.core.jobs import BusyError, LostError, empty_folder, locked_folder, run_stage, work_folder
from analysis.text.corpus import CorpusError

# In a module of its own, which new processes can import too.
FUNCTIONS = """
import os, signal, time
from pathlib import Path

def write(task, place):
    (place / "result").write_text(str(task.number))
    (place / "process").write_text(str(os.getpid()))

def fail(task, place):
    (place / "half").write_text("half")
    if task.number == 2:
        raise ValueError("number 2 is none")

def die_once(task, place):
    (place / "half").write_text("half")
    if task.number == 1 and not Path(task.marker).exists():
        Path(task.marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    write(task, place)

def die(task, place):
    if task.number:
        os.kill(os.getpid(), signal.SIGKILL)

def late(task, place):
    write(task, place)
    deadline = time.monotonic() + 60
    while not Path(task.marker).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
"""


@pytest.fixture
def functions(tmp_path, monkeypatch):
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "stage_functions.py").write_text(textwrap.dedent(FUNCTIONS))
    monkeypatch.syspath_prepend(tmp_path / "code")
    import stage_functions

    return stage_functions


def tasks(count: int, **more: str) -> list[SimpleNamespace]:
    return [SimpleNamespace(key=f"task-{number}", number=number, **more) for number in range(count)]


def results(places: list[Path]) -> list[str]:
    return [(place / "result").read_text() for place in places]


def test_what_is_there_is_not_done_again(functions, tmp_path):
    told: list[tuple[str, int, int]] = []
    first = run_stage(functions.write, tasks(2), tmp_path / "work")
    before = [(place / "result").stat().st_mtime_ns for place in first]
    places = run_stage(functions.write, tasks(3), tmp_path / "work", what="x", progress=lambda *args: told.append(args))
    assert places[:2] == first
    assert places[2] == tmp_path / "work" / "write" / "task-2"
    assert [(place / "result").stat().st_mtime_ns for place in first] == before
    assert results(places) == ["0", "1", "2"]
    assert told == [("x", 2, 3), ("x", 3, 3)]


@pytest.mark.parametrize("cores", [1, 2])
def test_an_error_is_the_function_s_own_and_leaves_nothing_half_done(functions, tmp_path, cores):
    with pytest.raises(ValueError, match=r"^number 2 is none$"):
        run_stage(functions.fail, tasks(3), tmp_path, cores=cores)
    assert sorted(place.name for place in (tmp_path / "fail").iterdir()) == ["task-0", "task-1"]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes(functions, tmp_path, monkeypatch, method):
    monkeypatch.setattr(jobs, "_start_method", lambda: method)
    places = run_stage(functions.write, tasks(4), tmp_path, cores=2)
    assert results(places) == ["0", "1", "2", "3"]
    assert str(os.getpid()) not in [(place / "process").read_text() for place in places]


def test_a_process_with_threads_is_not_forked():
    leave = threading.Event()
    thread = threading.Thread(target=leave.wait)
    thread.start()
    assert jobs._start_method() == "spawn"
    leave.set()
    thread.join()


def test_a_killed_process_costs_time_and_changes_nothing(functions, tmp_path):
    places = run_stage(functions.die_once, tasks(3, marker=str(tmp_path / "marker")), tmp_path, cores=2)
    assert results(places) == ["0", "1", "2"]


def test_processes_killed_again_and_again(functions, tmp_path):
    with pytest.raises(LostError, match="killed 3 times, perhaps for want of memory: give a smaller --memory"):
        run_stage(functions.die, tasks(2), tmp_path, cores=2)


def test_two_that_do_a_task_at_once(functions, tmp_path):
    marker = tmp_path / "marker"
    own = tasks(1, marker=str(marker))
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.extend(run_stage(functions.late, own, tmp_path))) for _ in "ab"]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob("late/.*/result"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    marker.touch()
    for thread in threads:
        thread.join()
    assert found == [tmp_path / "late" / "task-0"] * 2
    assert [place.name for place in (tmp_path / "late").iterdir()] == ["task-0"]


def test_other_code_is_refused(functions, tmp_path):
    with pytest.raises(LostError, match="a worker has another version of lafz"):
        jobs._run(functions.write, tmp_path, "another", tasks(1)[0])


# --- the folder of the stages


def test_the_folder_goes_when_all_is_done(functions, tmp_path):
    with work_folder(tmp_path / "new" / "out.csv") as folder:
        run_stage(functions.write, tasks(1), folder)
        assert folder == tmp_path / "new" / ".out.csv.work"
    assert not list((tmp_path / "new").iterdir())


def test_after_an_interruption_what_is_whole_stays(functions, tmp_path):
    def stop(what: str, done: int, total: int) -> None:
        if done:
            (folder / "write" / ".task-1.x").mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), work_folder(tmp_path / "out.csv", tmp_path / "elsewhere") as folder:
        run_stage(functions.write, tasks(2), folder, progress=stop)
    assert [path.name for path in tmp_path.glob("elsewhere/.out.csv.work/write/*")] == ["task-0"]
    (folder / "write" / ".task-1.y").mkdir()  # as a killed process leaves it
    with work_folder(tmp_path / "out.csv", tmp_path / "elsewhere") as folder:
        assert [path.name for path in (folder / "write").iterdir()] == ["task-0"]
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_mistake_leaves_no_folder(functions, tmp_path):
    with pytest.raises(ValueError, match="x"), work_folder(tmp_path / "out.csv"):
        raise ValueError("x")

    def done_for_nothing() -> None:
        with work_folder(tmp_path / "out.csv") as folder:
            run_stage(functions.write, tasks(1), folder)
            raise CorpusError("no document")

    with pytest.raises(CorpusError):
        done_for_nothing()
    assert not list(tmp_path.glob(".out*"))


HOLDS = """
import os, sys
from pathlib import Path
from analysis.core.jobs import locked_folder

with locked_folder(Path(sys.argv[1])) as folder:
    os.mkdir(folder / "write")
    os.mkdir(folder / "write" / "task-0")
    os.mkdir(folder / "write" / ".task-1.x")
    worker = hasattr(os, "fork") and not os.fork()  # which lives on
    if worker or not hasattr(os, "fork"):
        print("held", flush=True)
    sys.stdin.read()
    if worker:
        os._exit(0)
"""


def test_a_folder_that_another_process_holds_is_left_alone_until_it_is_killed(tmp_path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", HOLDS, str(tmp_path / "work")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:
        try:
            assert process.stdout.readline() == "held\n"
            with pytest.raises(BusyError, match="another lafz works in"), locked_folder(tmp_path / "work"):
                pass
            assert sorted(path.name for path in (tmp_path / "work" / "write").iterdir()) == [".task-1.x", "task-0"]
        finally:
            process.kill()
        process.wait()
        with locked_folder(tmp_path / "work") as folder:
            assert [path.name for path in (folder / "write").iterdir()] == ["task-0"]


def test_a_folder_is_no_table(tmp_path):
    with pytest.raises(ValueError, match="is a folder: give the name of a file"), work_folder(tmp_path):
        pass


def test_what_is_whole_stays_until_it_is_deleted(functions, tmp_path):
    for _ in "ab":
        with locked_folder(tmp_path / "work") as folder:
            run_stage(functions.write, tasks(1), folder)
            (folder / "write" / ".half").mkdir()
        assert [path.name for path in (tmp_path / "work" / "write").iterdir()] == ["task-0"]
    with locked_folder(tmp_path / "work") as folder:
        empty_folder(folder)
    assert not list(tmp_path.glob("work*"))


def test_what_is_being_deleted_is_not_taken_for_whole(functions, tmp_path, monkeypatch):
    def stop_half_way(name, **where):
        (tmp_path / "work" / name / "task-0" / "result").unlink()
        raise KeyboardInterrupt

    with locked_folder(tmp_path / "work") as folder:
        run_stage(functions.write, tasks(2), folder)
    with monkeypatch.context() as patched:
        patched.setattr("shutil.rmtree", stop_half_way)
        with pytest.raises(KeyboardInterrupt):
            empty_folder(tmp_path / "work")
    with locked_folder(tmp_path / "work") as folder:
        assert [path.name for path in folder.iterdir()] == ["made-by-lafz"]
