"""A report asked to leave: one line, the conventional status, nothing left running, nothing left lying about."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.slow]

LONG = 900  # seconds after which a process is taken to hang


def to_main(process, number):
    process.send_signal(number)


def to_group(process, number):
    """As a terminal does for Ctrl-C."""
    os.killpg(process.pid, number)


# Files that are opened when the corpus is read, when a kernel is asked for what it knows, and when a figure is drawn.
READING, KERNEL, FIGURE = "*/one/a.txt", "*/runtime/kernel-*", "*/run/term_frequency/*.svg"


@pytest.mark.parametrize(
    ("moment", "send", "number"),
    [
        (READING, to_main, signal.SIGINT),
        (KERNEL, to_main, signal.SIGTERM),
        (KERNEL, to_group, signal.SIGINT),
        (FIGURE, to_group, signal.SIGTERM),
        (KERNEL, to_main, signal.SIGHUP),
    ],
)
def test_a_signal_ends_a_report_and_all_that_it_has_started(place, moment, send, number):
    before = place.hashes()
    process = place.report(at=moment)
    there = place.wait_until_there(process)
    assert (there.pid == process.pid) == (moment == READING)
    assert any(place.temporary.glob(".lafz-run.building-*"))
    send(process, number)
    assert process.wait(LONG) == 128 + number, place.said()  # which nobody has let go: the notebook is not waited for
    assert place.processes() == []  # at that moment, and not some time later
    assert place.said() == [f"lafz: stopped by {number.name}: no result is half-written"]
    assert place.hashes() == before
    assert place.left() == set()


def test_a_signal_after_the_report_has_its_place_says_that_it_is_there(place):
    before = place.hashes()
    process = place.report(at="notebooks")  # a folder of the earlier one, which is deleted when the new one is there
    assert place.wait_until_there(process).pid == process.pid
    process.send_signal(signal.SIGHUP)
    place.let_go()
    assert process.wait(LONG) == 129, place.said()
    assert place.said() == [f"lafz: stopped by SIGHUP: no result is half-written; finished before: {place.out}"]
    assert place.is_whole()
    assert place.hashes() != before
    assert place.left() == set()


def test_a_second_signal_does_not_disturb_the_clearing_up(place):
    before = place.hashes()
    process = place.report(at=FIGURE)
    place.wait_until_there(process)
    for _ in range(20):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        time.sleep(0.01)
    assert process.wait(LONG) == 130, place.said()
    assert len(place.said()) == 1
    assert place.processes() == []
    assert place.hashes() == before
    assert place.left() == set()


def test_a_signal_that_is_ignored_from_the_start_stays_so(place):
    wrapped = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"]
    process = place.start("params", "framing", wrapped=wrapped, at="*/02_framing.ipynb")
    place.wait_until_there(process)
    assert handles(process.pid, signal.SIGTERM)
    process.send_signal(signal.SIGHUP)
    place.let_go()
    assert process.wait(LONG) == 0


@pytest.mark.parametrize("command", ["pairs", "count"])
def test_another_command_is_stopped_too(place, command):
    process = place.start(command, place.corpus, "--out", place.folder / "table.csv", at=READING)
    place.wait_until_there(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(LONG) == 130, place.said()
    assert place.said() == ["lafz: stopped by SIGINT: no result is half-written"]  # and nothing is kept
    assert place.left() == set()


def handles(pid, number):
    """Whether a process has a handler of its own for a signal (Python has one for SIGINT from the start)."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = re.search(r"SigCgt:\s*([0-9a-f]+)", status)
    return bool(int(caught[1], 16) >> (number - 1) & 1)
