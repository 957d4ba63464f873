"""A full disk and one that can't be written to: one line with what to do, the earlier result whole, nothing half."""

import shutil

import pytest

from analysis.core.jobs import KEPT
from analysis.engine.database import database

pytestmark = [pytest.mark.faults, pytest.mark.slow]

ROOM = "free some space where the result goes and in the temporary folder, or name others (--out, TMPDIR)"


def size(folder):
    """The bytes of a folder's files as a file system takes them, in pages."""
    return sum(-(-path.stat().st_size // 4096) * 4096 if path.is_file() else 4096 for path in folder.rglob("*"))


def fill(folder, *, leave):
    """Leaves so many bytes of a file system free."""
    free = shutil.disk_usage(folder).free
    (folder / "ballast").write_bytes(bytes(max(0, free - leave)))


@pytest.fixture
def disk(place, mounted):
    """A small file system of its own, with the earlier report on it."""
    folder = mounted(place.folder / "disk", "-t", "tmpfs", "-o", "size=32m", "tmpfs")
    shutil.move(place.out, folder / "out")
    place.out = folder / "out"
    return folder


def names(folder):
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(("share", "status"), [(0, 1), (0.3, 1), (0.85, 2)])
def test_a_report_on_a_full_disk(place, disk, share, status):
    before = place.hashes()
    fill(disk, leave=int(share * size(place.out)))
    assert place.report().wait(600) == status, place.said()
    [line] = place.said()
    assert line.startswith("lafz: ")
    assert "No space left on device" in line
    assert line.count(ROOM) == 1
    assert status == 1 or f"the report '{place.out}' could not be made" in line
    assert place.hashes() == before
    assert names(disk) - {"out.01_term_frequency.failed.ipynb"} == {"out", "ballast"}
    assert place.left() == {"disk"}


def test_a_report_with_a_full_temporary_folder(place, mounted):
    folder = mounted(place.folder / "full", "-t", "tmpfs", "-o", "size=256k", "tmpfs")
    fill(folder, leave=16384)  # enough to pass for a temporary folder
    process = place.report(TMPDIR=str(folder))
    status = process.wait(600)
    assert status in (0, 1, 2), place.said()
    if status:
        [line] = place.said()
        assert "No space left on device" in line
        assert ROOM in line
    assert place.is_whole()
    assert names(folder) == {"ballast"}


@pytest.fixture
def sharded(place):
    """Starts the report in shards, and gives it when it stands where it opens a file whose path fits a pattern."""
    waited = []

    def start(at=""):
        place.waiting = place.temporary / f"waiting {len(waited)}"
        waited.append(place.report("--memory", "1GB", at=at, TEST_SHARDED="1"))
        if at:
            place.wait_until_there(waited[-1])
        return waited[-1]

    return start


READ = "*/runtime/kernel-*"  # opened when all words are there
RUN = "*/.out.building-*/run/notebooks/*.ipynb"  # and this when all is there that the notebook makes


def test_a_report_in_shards_goes_on_when_there_is_room_again(place, disk, sharded):
    whole, out = place.temporary / "whole", place.out
    before = place.hashes()
    place.out = whole
    assert sharded().wait(600) == 0, place.said()
    place.out = out

    def fails(process):
        status = process.wait(600)
        assert status in (1, 2), place.said()
        [line] = [line for line in place.said() if not line.startswith("reading ")]  # its bar
        assert line.startswith("lafz: ")
        assert "No space left on device" in line
        assert line.count(ROOM) == 1
        assert status == 1 or line.endswith(f"; {KEPT}") == (disk / ".out.work").exists()
        assert place.hashes() == before
        assert not list(disk.glob(".out.work/**/.*"))
        (disk / "ballast").unlink()

    def kept(folder):
        """The one folder of that name that is kept: what is in it, and that it is no new one of the same content."""
        [found] = disk.glob(f".out.work/{folder}")
        return place.hashes(found), found.stat().st_ino

    fill(disk, leave=0)
    fails(sharded())  # nothing can be read
    assert names(disk) == {"out"}
    process = sharded(READ)
    words = kept("words-*/*")
    fill(disk, leave=0)
    place.let_go()
    fails(process)
    assert not list(disk.glob(".out.work/notebooks/*"))
    process = sharded(RUN)
    assert kept("words-*/*") == words
    notebook = kept("notebooks/term_frequency-*")
    fill(disk, leave=0)
    place.let_go()
    fails(process)  # nothing can be put together
    process = sharded(RUN)
    assert kept("words-*/*") == words
    assert kept("notebooks/term_frequency-*") == notebook
    place.let_go()
    assert process.wait(600) == 0, place.said()
    assert names(disk) == {"out"}
    made, expected = place.hashes(), place.hashes(whole)
    assert {name for name in made if made[name] != expected.get(name)} == {"run-log.json"}
    assert made.keys() == expected.keys()


COMMANDS = {
    "pairs.csv": lambda place, out: ("pairs", place.corpus, "--out", out),
    "pairs.parquet": lambda place, out: ("pairs", place.corpus, "--out", out),
    "counts.parquet": lambda place, out: ("count", place.corpus, "--out", out),
    "figure.png": lambda place, out: ("figure", place.old, "words", "--out", out),
    "report.docx": lambda place, out: ("export", place.old, "--out", out),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_on_a_full_disk(place, disk, name):
    place.old = place.folder / "out"
    shutil.copytree(place.out, place.old)
    (disk / name).write_bytes(b"the earlier one")
    fill(disk, leave=0)
    assert place.start(*COMMANDS[name](place, disk / name)).wait(600) == 2, place.said()
    [line] = place.said()
    assert "No space left on device" in line
    assert line.endswith(ROOM)
    assert (disk / name).read_bytes() == b"the earlier one"
    assert names(disk) == {"out", "ballast", name}


STATEMENTS = {
    "sorted": "CREATE TABLE large AS SELECT range, random() AS draw FROM range(20_000_000) ORDER BY draw",
    "written": "COPY (SELECT random() AS draw FROM range(20_000_000)) TO '{}/large.parquet' (FORMAT parquet)",
}


@pytest.mark.parametrize("what", STATEMENTS)
def test_what_the_engine_puts_on_a_full_disk(disk, what):
    fill(disk, leave=1 << 20)  # enough for the folder
    with (
        database(memory=1, folder=disk) as engine,
        pytest.raises(OSError, match=r"\[Errno 28\] No space left on device"),
    ):
        engine.run(STATEMENTS[what].format(disk))
    assert not list(disk.glob(".engine-*"))


def test_a_report_in_a_folder_that_cannot_be_written_to(place, mounted):
    before = place.hashes()
    folder = mounted(place.folder / "read only", "--bind", str(place.folder))
    mounted(folder, "-o", "remount,ro,bind")
    place.out = folder / "out"
    assert place.report().wait(600) == 2, place.said()
    [line] = place.said()
    assert "Read-only file system" in line
    assert "choose another --out" in line or "choose a folder that can be written to" in line
    assert place.hashes() == before


@pytest.mark.parametrize("name", ["pairs.csv", "counts.parquet", "figure.png"])
def test_a_file_in_a_folder_that_cannot_be_written_to(place, mounted, name):
    place.old = place.out
    folder = mounted(place.folder / "read only", "--bind", str(place.folder))
    mounted(folder, "-o", "remount,ro,bind")
    assert place.start(*COMMANDS[name](place, folder / name)).wait(600) == 2, place.said()
    [line] = place.said()
    assert "Read-only file system" in line
    assert line.endswith("choose a folder that can be written to")


def test_a_report_to_where_a_file_system_is_mounted(place, mounted):
    folder = mounted(place.folder / "mounted", "-t", "tmpfs", "-o", "size=1m", "tmpfs")
    place.out = folder
    assert place.report().wait(600) == 2
    [line] = place.said()
    assert line.endswith("is where a file system is mounted: give the name of a folder in it")
    assert names(folder) == set()
