"""A report killed at any moment: the earlier one is whole, nothing goes on running, and the next call clears up.

One on a corpus in parts goes on where it was killed.
"""

import os
import random
import signal
import sys
import time
from contextlib import suppress

import nbformat
import psutil
import pytest

from analysis.publish.processes import Processes

KILLS = int(os.environ.get("LAFZ_KILLS", "5"))  # moments at which a report is killed; LAFZ_KILLS=50 for a long look
SEED = 20


def kill_tree(place, process):
    """Kills the command with all that it has started."""
    for one in place.processes():
        with suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait(600)


def kill_main(place, process):
    """Kills the command alone: what it has started must end by itself."""
    process.kill()
    process.wait(600)


def kill_group(place, process):
    """Kills the command's process group, as a shell's kill of a job does."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(600)


WAYS = (kill_main, kill_group, kill_tree)


def test_an_earlier_report_is_whole_whenever_a_new_one_is_killed(place, made):
    moments = random.Random(SEED)
    before = place.hashes()
    for number in range(KILLS):
        process = place.report()
        time.sleep(moments.uniform(0, 0.95 * made[1]))
        WAYS[number % len(WAYS)](place, process)
        place.wait_until_alone()
        now = place.hashes()
        if now != before:  # killed when the new one had just got its place
            assert place.is_whole(), number
            before = now
    assert place.report().wait(600) == 0, place.said()
    assert place.is_whole()
    assert place.left() == set()


@pytest.mark.parametrize("late", [0.001 * step for step in range(KILLS // 5)])
def test_a_report_killed_when_it_takes_its_place_is_the_old_or_the_new_one(place, late):
    for _ in range(10):  # the moment is short, and may be missed on a machine that does other things
        before = place.hashes()
        process = place.report()
        try:
            place.wait_for(lambda: any(place.folder.glob(".out.building-*/run/run-log.json")), "last file", process)
            break
        except AssertionError:
            assert process.poll() == 0
    time.sleep(late)
    kill_main(place, process)
    assert place.hashes() == before or place.is_whole()
    place.wait_until_alone()
    # What is left of it goes with the next call, which need not be a whole one.
    process = place.report(at="*/ipykernel_launcher.*")
    place.wait_until_there(process)
    assert len(list(place.folder.glob(".out.building-*"))) == 1
    process.terminate()
    process.wait(600)
    assert place.left() == set()


@pytest.fixture
def in_parts(place, without_memory):
    """Starts the report of three documents, each a part of the corpus, in the place of the earlier one or elsewhere."""
    place.corpus = place.temporary / "texts"
    place.corpus.mkdir()
    for number in range(3):
        text = f"The forum met on day {number}. The plan will be carried out. The forum will meet again, they said.\n"
        (place.corpus / f"{number}.txt").write_text(f"Unity Above All\n\n{text}\n{text}")

    def start(out=place.out):
        options = ("--out", out, "--only", "term_frequency", "--memory", "1GB")
        return place.start("report", place.corpus, *options, wrapped=without_memory)

    return start


def untimed(hashes):
    return {name: value for name, value in hashes.items() if name != "run-log.json"}


def test_a_report_in_parts_goes_on_whenever_it_is_killed(place, made, in_parts):
    whole = place.temporary / "whole"
    assert in_parts(whole).wait(600) == 0, place.said()
    moments = random.Random(SEED)
    before = place.hashes()
    for number in range(KILLS):
        process = in_parts()
        time.sleep(moments.uniform(0, 0.95 * made[1]))
        WAYS[number % len(WAYS)](place, process)
        place.wait_until_alone()
        now = place.hashes()
        if now != before:
            assert untimed(now) == untimed(place.hashes(whole)), number
            before = now
    assert in_parts().wait(600) == 0, place.said()
    assert untimed(place.hashes()) == untimed(place.hashes(whole))
    assert place.left() == set()


def test_a_report_in_parts_that_is_stopped_says_what_is_kept_and_reads_nothing_again(place, in_parts):
    before = place.hashes()
    process = in_parts()
    place.wait_for(place.kernels, "kernel", process)
    process.send_signal(signal.SIGINT)
    assert process.wait(600) == 130
    assert place.said() == [
        "lafz: what is finished is kept: the same command goes on from there",
        "lafz: stopped by SIGINT: no result is half-written",
    ]
    assert place.hashes() == before
    assert place.left() == {".out.work"}
    assert not list(place.folder.glob(".out.work/**/.*"))
    [words] = place.folder.glob(".out.work/words-*/*")
    read = place.hashes(words), words.stat().st_ino
    process = in_parts()
    place.wait_for(place.kernels, "kernel", process)
    kill_tree(place, process)
    place.wait_until_alone()
    assert (place.hashes(words), words.stat().st_ino) == read
    assert in_parts().wait(600) == 0, place.said()
    assert place.left() == set()


# Python can do nothing in this kernel while the C library sleeps, not even look whether its parent still lives.
ASLEEP = "import ctypes\nopen('begun', 'w').close()\nctypes.PyDLL(None).sleep(600)"
IDLE = "import time\nopen('begun', 'w').close()\ntime.sleep(600)"


@pytest.mark.parametrize(("source", "end"), [(ASLEEP, Processes.stop), (IDLE, lambda processes: kill_first(processes))])
def test_a_notebook_that_nobody_waits_for_ends_with_its_kernel(tmp_path, source, end):
    cells = [nbformat.v4.new_code_cell("", metadata={"tags": ["parameters"]}), nbformat.v4.new_code_cell(source)]
    about = {"language_info": {"name": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=about), tmp_path / "given.ipynb")
    job = f'{{"notebook": "{tmp_path}/given.ipynb", "output": "out.ipynb", "parameters": {{"a": 1}}}}'
    processes = Processes()
    process = processes.start([sys.executable, "-m", "analysis.publish.execute"], job, tmp_path, os.environ)
    until = time.monotonic() + 900
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < until, process.poll()
        time.sleep(0.02)
    [kernel] = psutil.Process(process.pid).children()
    end(processes)
    psutil.wait_procs([kernel], 900)
    gone = not kernel.is_running() or kernel.status() == psutil.STATUS_ZOMBIE
    if not gone:
        kernel.kill()
    process.wait(600)
    assert gone


def kill_first(processes):
    """Kills the process that leads the kernel, as for want of memory."""
    processes._running[0].kill()
