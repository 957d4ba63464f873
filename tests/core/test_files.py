"""Folders put in their place: by processes that are killed, by several at once, and with signals in between."""

import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from analysis.core import files
from analysis.core.files import (
    ForeignError,
    LeftAlone,
    clear,
    exclusive_folder,
    replace_folder,
    restore,
    whole_file,
    whole_folder,
    working_folder,
)
from analysis.core.signals import deferred_signals, stop_signals

LONG = 900  # seconds after which a process is held to hang, however slow the machine
# Puts one folder after another in place; each has two files that say the same.
PUT = """
import sys, os
from itertools import count
from pathlib import Path
from analysis.core import files
if "without swap" in sys.argv:
    files._swap = lambda one, other: False  # as on a system, or a file system, that can't
place = Path(sys.argv[1])
for number in count() if sys.argv[2] == "on and on" else range(int(sys.argv[2])):
    with files.working_folder(place) as work:
        (work / "new").mkdir()
        for name in "ab":
            (work / "new" / name).write_text(f"{os.getpid()} {number}")
        files.replace_folder(work / "new", place)
    if number == 0:
        print("begun", flush=True)
"""
HOLD = """
import sys, time
from pathlib import Path
from analysis.core.files import working_folder
with working_folder(Path(sys.argv[1])) as work:
    print(work.name, flush=True)
    time.sleep(600)
"""


def python(code, *arguments):
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True)


def content(place):
    """What both files say; fails where one is missing or they don't agree."""
    first, second = ((place / name).read_text() for name in "ab")
    assert first == second
    return first


@pytest.fixture
def place(tmp_path):
    """A folder that stands in its place, and nothing else beside it."""
    found = tmp_path / "beside" / "place [1]"  # a name that is a pattern too
    found.mkdir(parents=True)
    for name in "ab":
        (found / name).write_text("earlier")
    return found


def beside(place):
    return sorted(path.name for path in place.parent.iterdir())


@pytest.mark.parametrize("swap", ["with swap", "without swap"])
def test_a_killed_process_leaves_one_whole_folder(place, swap):
    moments = random.Random(3)
    for _ in range(10):
        process = python(PUT, place, "on and on", swap)
        assert process.stdout.readline() == "begun\n"
        time.sleep(moments.uniform(0, 0.05))
        process.kill()
        process.wait(LONG)
        if swap == "without swap":
            restore(place)
        assert content(place)
    with working_folder(place):
        assert len(beside(place)) == 2
    assert beside(place) == [place.name]


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, whose system call swaps two folders")
def test_whoever_looks_while_folders_are_swapped_sees_a_whole_one(place, tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
    if ctypes.CDLL(None).renameat2(-100, bytes(tmp_path / "a"), -100, bytes(tmp_path / "b"), 2):
        pytest.skip("this file system can't swap two folders")
    process = python(PUT, place, "on and on", "with swap")
    last, changes = None, 0
    while changes < 300:
        assert process.poll() is None
        handle = os.open(place, os.O_RDONLY)  # FileNotFoundError where there is nothing for a moment
        changes += os.fstat(handle).st_ino != last
        last = os.fstat(handle).st_ino
        os.close(handle)
    process.kill()
    process.wait(LONG)
    with working_folder(place):  # clears up after it
        pass
    assert beside(place) == [place.name]


@pytest.mark.parametrize("swap", ["with swap", "without swap"])
def test_several_processes_at_once_all_end_and_one_of_them_is_in_place(place, swap):
    processes = [python(PUT, place, 20, swap) for _ in range(4)]
    assert [process.wait(LONG) for process in processes] == [0, 0, 0, 0]
    assert content(place) in {f"{process.pid} 19" for process in processes}
    assert beside(place) == [place.name]


@pytest.mark.skipif(files.fcntl is None, reason="needs locks of files, which this system does not have")
@pytest.mark.parametrize("another_is_there", [False, True])
def test_a_lock_that_was_deleted_after_it_was_opened_is_none(place, another_is_there, monkeypatch):
    """Another process takes a new folder for left, and deletes it between the two steps by which its maker locks it."""
    flock, came = files.fcntl.flock, []

    def flock_after_another_process(lock, how):
        if not came:
            came.append(lock)
            [work] = [path for path in place.parent.iterdir() if path != place]
            if another_is_there:
                (work / files._MARK).unlink()
                (work / files._MARK).touch()
            else:
                shutil.rmtree(work)
        flock(lock, how)

    monkeypatch.setattr(files.fcntl, "flock", flock_after_another_process)
    with working_folder(place) as work, working_folder(place):  # clears away what no process holds
        assert work.is_dir()
    assert beside(place) == [place.name]


def test_what_stands_in_the_way_may_be_taken_away_before_it_is_looked_at(place, monkeypatch):
    """Another process moves the earlier folder between the two steps by which this one learns that it is there."""
    monkeypatch.setattr(files, "_swap", lambda one, other: False)
    rename, came = Path.rename, []

    def rename_before_another_process(path, target):
        try:
            return rename(path, target)
        except OSError:
            if not came:
                came.append(path)
                shutil.rmtree(place)
            raise

    monkeypatch.setattr(Path, "rename", rename_before_another_process)
    with working_folder(place) as work:
        (work / "new").mkdir()
        for name in "ab":
            (work / "new" / name).write_text("mine")
        replace_folder(work / "new", place)
    assert came
    assert content(place) == "mine"


@pytest.fixture
def left(place):
    """The working folder of a process that was killed."""
    found = place.with_name(f".{place.name}.building-x")
    found.mkdir()
    (found / files._MARK).touch()
    return found


@pytest.mark.parametrize("caller", ["restore", "working_folder"])
def test_what_was_taken_away_before_the_kill_comes_back(place, left, caller):
    place.rename(left / "earlier")
    (left / "new").mkdir()
    if caller == "restore":
        restore(place)
    else:
        with working_folder(place):
            assert content(place) == "earlier"
    assert content(place) == "earlier"
    assert beside(place) == [place.name]


def test_what_was_replaced_before_the_kill_does_not_come_back(place, left):
    shutil.copytree(place, left / "earlier")
    (left / "earlier" / "a").write_text("older")
    restore(place)
    with working_folder(place):
        assert content(place) == "earlier"
    assert beside(place) == [place.name]


# --- what is not the package's own


@pytest.fixture
def elsewhere(tmp_path):
    """Somebody's files, and a test that they are all there."""
    folder = tmp_path / "elsewhere"
    for name in ("a.txt", "deep/b.txt", "lock", "earlier/c.txt", ".hidden/d.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    before = sorted(folder.rglob("*"))
    yield folder
    assert sorted(folder.rglob("*")) == before


def name_of_a_link(found, elsewhere):
    found.symlink_to(elsewhere)


def name_of_a_link_to_a_folder_with_the_mark(found, elsewhere):
    marked = shutil.copytree(elsewhere, found.with_name("marked"))
    (marked / files._MARK).touch()
    found.symlink_to(marked)


def name_of_a_folder_with_another_lock(found, elsewhere):
    shutil.copytree(elsewhere, found)


def name_of_a_folder_whose_mark_is_a_link(found, elsewhere):
    shutil.copytree(elsewhere, found)
    (found / files._MARK).symlink_to("lock")


def name_of_a_file(found, elsewhere):
    found.write_text("mine")


FOREIGN = (
    name_of_a_link,
    name_of_a_link_to_a_folder_with_the_mark,
    name_of_a_folder_with_another_lock,
    name_of_a_folder_whose_mark_is_a_link,
    name_of_a_file,
)


@pytest.mark.parametrize("make", FOREIGN)
@pytest.mark.parametrize("there", [True, False])
def test_what_has_only_the_name_of_a_working_folder_stays_and_is_told_of(place, elsewhere, make, there):
    found = place.with_name(f".{place.name}.building-x")
    make(found, elsewhere)
    content = sorted(found.rglob("*"))
    if not there:
        shutil.rmtree(place)
    restore(place)
    told = pytest.warns(LeftAlone, match=r"building-x' has the name of a working folder, but lafz did not make it")
    with told, working_folder(place):
        pass
    assert place.exists() == there
    assert os.path.lexists(found)
    assert sorted(found.rglob("*")) == content


@pytest.mark.parametrize("make", FOREIGN)
@pytest.mark.parametrize("system", ["with locks", "without locks, as Windows"])
def test_what_has_only_the_name_of_an_own_folder_is_in_the_way(tmp_path, elsewhere, make, system, monkeypatch):
    if "without" in system:
        monkeypatch.setattr(files, "fcntl", None)
    found = tmp_path / ".out.work"
    make(found, elsewhere)
    content = sorted(found.rglob("*"))
    assert not files.is_lafz_folder(found)
    with (
        pytest.raises(ForeignError, match=r"\.out\.work' has .* leaves it alone: move it away"),
        exclusive_folder(found),
    ):
        pass
    with pytest.raises(ForeignError):
        clear(found, lambda path: True)
    assert sorted(found.rglob("*")) == content


@pytest.mark.parametrize("system", ["with locks", "without locks, as Windows"])
def test_an_own_folder_is_cleared_down_to_a_depth_and_no_link_in_it_is_followed(
    tmp_path, elsewhere, system, monkeypatch
):
    if "without" in system:
        monkeypatch.setattr(files, "fcntl", None)
    work = tmp_path / ".out.work"
    with exclusive_folder(work):
        assert files.is_lafz_folder(work)
        for name in ("a/b/c", "a/gone/c", "gone/b", "d/gone"):
            (work / name).mkdir(parents=True)
        for name in ("link", "a/link", "a/b/link"):
            (work / name).symlink_to(elsewhere)
        clear(work, lambda path: path.name == "gone", deep=2)
    assert {path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_dir()} == {
        *("a", "a/b", "a/b/c", "a/b/link")
    }
    with exclusive_folder(work):
        clear(work, lambda path: True)
    assert not work.exists()


def test_links_in_a_working_folder_that_was_left_are_not_followed(place, left, elsewhere):
    (left / "run").mkdir()
    for link in (left / "link", left / "run" / "link", left / "earlier"):
        link.symlink_to(elsewhere)
    shutil.rmtree(place)
    with working_folder(place):
        assert not os.path.lexists(place)  # a link is no earlier folder
        assert not left.exists()


def test_a_link_that_comes_while_a_working_folder_is_cleared_is_not_followed(place, left, elsewhere, monkeypatch):
    """Somebody who may write beside the place puts a link where the folder was, after it was looked at."""
    walk = files._walk

    def walk_after_a_swap(folder, opened):
        folder.rename(folder.with_name("moved"))
        folder.symlink_to(elsewhere)
        return walk(folder, opened)

    (left / "run").mkdir()
    monkeypatch.setattr(files, "_walk", walk_after_a_swap)
    files._clear_left(left, place)
    assert left.is_symlink()
    assert list(place.with_name("moved").iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can make another user's folder")
def test_another_users_folder_is_not_looked_at(place, left, recwarn):
    (left / "a.txt").touch()
    os.chown(left, 12345, 12345)
    with working_folder(place):
        assert (left / "a.txt").exists()
    assert not recwarn.list
    with pytest.raises(PermissionError), files.exclusive_folder(left):
        pass
    assert (left / "a.txt").exists()


def test_a_folder_of_which_something_cannot_be_deleted_keeps_its_mark(place, left, monkeypatch):
    (left / "a.txt").touch()
    monkeypatch.setattr(files, "_delete", lambda *about: None)
    with working_folder(place):
        pass
    assert sorted(path.name for path in left.iterdir()) == ["a.txt", files._MARK]
    monkeypatch.undo()
    with working_folder(place):
        assert not left.exists()


def test_a_file_that_is_not_finished_takes_no_place(tmp_path):
    (tmp_path / "a.txt").write_text("earlier")
    with suppress(ZeroDivisionError), whole_file(tmp_path / "a.txt") as place:
        place.write_text("hal")
        1 / 0  # noqa: B018
    assert (tmp_path / "a.txt").read_text() == "earlier"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_a_new_folder_takes_no_place_that_is_taken(tmp_path):
    (tmp_path / "nowhere").symlink_to("none")
    refused = pytest.raises(ValueError, match=r"nowhere' exists: give the name of a new folder")
    with refused, whole_folder(tmp_path / "nowhere"):
        pass
    with suppress(ZeroDivisionError), whole_folder(tmp_path / "a" / "b"):
        1 / 0  # noqa: B018
    assert list((tmp_path / "a").iterdir()) == []


# --- processes and signals


def test_the_folder_of_a_living_process_is_not_cleared_away(place):
    process = python(HOLD, place)
    held = process.stdout.readline().strip()
    with working_folder(place):
        assert held in beside(place)
    assert held in beside(place)
    process.kill()
    process.wait(LONG)
    with working_folder(place):
        assert held not in beside(place)


def test_an_error_leaves_what_was_there(place):
    with suppress(ZeroDivisionError), working_folder(place) as work:
        (work / "new").mkdir()
        1 / 0  # noqa: B018
    assert content(place) == "earlier"
    assert beside(place) == [place.name]


def test_a_place_that_cannot_be_taken_is_an_error_and_not_an_endless_loop(tmp_path):
    with working_folder(tmp_path / "a") as work:
        (work / "new").mkdir()
        with pytest.raises(FileNotFoundError):
            replace_folder(work / "new", tmp_path / "no such folder" / "a")


def test_a_signal_waits_for_the_end_of_a_block():
    order = []
    earlier = signal.signal(signal.SIGTERM, lambda number, frame: order.append("signal"))
    try:
        with deferred_signals():
            signal.raise_signal(signal.SIGTERM)
            order.append("block")
        assert order == ["block", "signal"]
        assert signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        assert signal.SIGTERM not in stop_signals()
    finally:
        signal.signal(signal.SIGTERM, earlier)


def test_a_file_system_without_swap_is_told_apart(tmp_path):
    (tmp_path / "a").mkdir()
    assert not files._swap(tmp_path / "a", tmp_path / "none")
    assert Path(tmp_path / "a").is_dir()
