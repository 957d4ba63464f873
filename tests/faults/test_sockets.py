"""What a report's kernels are talked to by goes with the report, and with the next one where it was killed."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.faults, pytest.mark.slow]

LONGEST = 90  # bytes of a path for which the system has room where a socket's file is named


@pytest.fixture
def place(place):
    """The place, with a temporary folder whose name is as short as those that are in use."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        place.temporary = Path(folder)
        yield place


def test_of_a_killed_report_no_socket_is_left_when_the_next_one_is_done(place):
    process = place.report()
    [runtime] = place.wait_for(lambda: list(place.temporary.glob(".lafz-run.*/runtime")), "folder of sockets", process)
    by_files = os.name == "posix" and len(os.fsencode(runtime / "kernel-1234567")) <= LONGEST
    expected = 1 + 5 * by_files  # what says where the sockets are, and they
    place.wait_for(lambda: len(list(runtime.glob("kernel-*"))) == expected, "sockets", process)
    for one in place.processes():
        with suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait(600)
    place.wait_until_alone()
    assert len(list(runtime.glob("kernel-*"))) == expected  # nobody was left who could take them away
    assert place.report().wait(600) == 0, place.said()
    assert not list(place.temporary.iterdir())
