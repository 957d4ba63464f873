"""A report asked to leave: one line, the conventional status, nothing left running, nothing left lying about."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

SOON = 60  # seconds; five where nothing else runs


def to_main(process, number):
    process.send_signal(number)


def to_group(process, number):
    """As a terminal does for Ctrl-C."""
    os.killpg(process.pid, number)


def reading(place):
    return any(place.temporary.glob(".lafz.building-*"))


def a_kernel(place):
    return bool(place.kernels())


def a_figure(place):
    return any(place.folder.glob(".out.building-*/run/term_frequency/*.svg"))


@pytest.mark.parametrize(
    ("moment", "send", "number"),
    [
        (reading, to_main, signal.SIGINT),
        (a_kernel, to_main, signal.SIGTERM),
        (a_kernel, to_group, signal.SIGINT),
        (a_figure, to_group, signal.SIGTERM),
        (a_kernel, to_main, signal.SIGHUP),
    ],
)
def test_a_signal_ends_a_report_and_all_that_it_has_started(place, moment, send, number):
    before = place.hashes()
    process = place.report()
    place.wait_for(lambda: moment(place), moment.__name__, process)
    sent = time.monotonic()
    send(process, number)
    assert process.wait(600) == 128 + number, place.said()
    took = time.monotonic() - sent
    assert place.processes() == []  # at that moment, and not some time later
    assert place.said() == [f"lafz: stopped by {number.name}: no result is half-written"]
    assert took < SOON
    done = re.search(r"(\d+)/(\d+)", (place.folder / "stderr").read_text())
    assert done is None or int(done[1]) < int(done[2])  # of the cells: the notebook was not waited for
    assert place.hashes() == before
    assert place.left() == set()


def test_a_second_signal_does_not_disturb_the_clearing_up(place):
    before = place.hashes()
    process = place.report()
    place.wait_for(lambda: a_figure(place), "figure", process)
    for _ in range(20):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        time.sleep(0.01)
    assert process.wait(600) == 130, place.said()
    assert len(place.said()) == 1
    assert place.processes() == []
    assert place.hashes() == before
    assert place.left() == set()


def test_a_signal_that_is_ignored_from_the_start_stays_so(place):
    process = place.start("params", "framing", wrapped=["sh", "-c", 'trap "" HUP; exec "$@"', "sh"])
    place.wait_for(lambda: handles(process.pid, signal.SIGTERM), "listening command", process)
    process.send_signal(signal.SIGHUP)
    assert process.wait(600) == 0


@pytest.mark.parametrize("command", ["pairs", "count"])
def test_another_command_is_stopped_in_one_line_too(place, command):
    process = place.start(command, place.corpus, "--out", place.folder / "table.csv")
    place.wait_for(lambda: handles(process.pid, signal.SIGTERM), "listening command", process)
    process.send_signal(signal.SIGINT)
    assert process.wait(600) == 130, place.said()
    assert place.said() == ["lafz: stopped by SIGINT: no result is half-written"]
    assert place.left() == set()


def handles(pid, number):
    """Whether a process has a handler of its own for a signal (Python has one for SIGINT from the start)."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = re.search(r"SigCgt:\s*([0-9a-f]+)", status)
    return bool(int(caught[1], 16) >> (number - 1) & 1)
