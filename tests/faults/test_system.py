"""What the system gives a report and takes from it: open files, the time of day, sockets."""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from analysis.publish.run.machine import OPEN_FILES
from analysis.text.loading import KEPT, load_tokens

pytestmark = [pytest.mark.faults, pytest.mark.slow]


# --- open files


def with_limit(number, *, soft=False):
    return ["sh", "-c", f'ulimit -{"S" if soft else ""}n {number}; exec "$@"', "sh"]


@pytest.mark.parametrize("allowed", [64, OPEN_FILES - 1])
def test_too_few_open_files_are_told_before_anything_runs(place, allowed):
    before = place.hashes()
    assert place.report(wrapped=with_limit(allowed)).wait(600) == 2
    [line] = place.said()
    assert line.startswith(f"lafz: a process may open {allowed} files at once, and a report needs {OPEN_FILES}: ")
    assert line.endswith("ulimit -n 1024")
    assert place.hashes() == before
    assert place.left() == set()


def test_a_limit_that_may_be_raised_is_raised_to_what_is_enough(place):
    assert place.report(wrapped=with_limit(64, soft=True)).wait(600) == 0, place.said()
    assert place.is_whole()


# --- a clock that jumps, as when a laptop wakes up or a time server corrects it

# The command line on a clock that goes back by an hour each time it is asked.
BACKWARDS = """
import sys, time
from itertools import count
hours, now = count(), time.time()
time.time = lambda: now - 3600 * next(hours)
from analysis.cli.main import main
main()
"""


def test_durations_do_not_come_from_a_clock_that_can_be_set(place):
    command = [sys.executable, "-c", BACKWARDS, "report", place.corpus, "--out", place.out, "--only", "term_frequency"]
    environment = os.environ | {"TMPDIR": str(place.temporary)}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    log = json.loads((place.out / "run-log.json").read_text())
    assert log["seconds"] >= log["sections"]["term_frequency"]["seconds"] > 0
    assert datetime.fromisoformat(log["started"]) <= datetime.now(UTC)  # the one thing that the clock is for
    assert place.is_whole()
    assert place.left() == set()


def test_what_was_saved_in_the_future_or_long_ago_does_no_harm(one, tmp_path):
    cache, texts = tmp_path / "cache", tmp_path / "texts"
    texts.mkdir()
    now = datetime.now(UTC)
    for days in (-20_000, -1, 20_000, 20_001, 20_002, 20_003):
        (texts / "a.txt").write_text(f"After {days} days.")
        before = set(cache.glob("*"))
        load_tokens(texts, cache=cache)
        seconds = (now + timedelta(days=days)).timestamp()
        for saved in set(cache.iterdir()) - before:
            os.utime(saved, (seconds, seconds))
    words = [load_tokens(one, cache=cache).to_frame()["token"].tolist() for _ in range(2)]
    assert words[0] == words[1]
    assert len(words[0]) > 20
    assert len(list(cache.iterdir())) <= KEPT
    for saved in cache.iterdir():  # set back to now, the newest of all is what was made
        os.utime(saved, (0, 0))
    assert load_tokens(one, cache=cache).to_frame()["token"].tolist() == words[0]
    again = load_tokens(one, cache=cache)
    assert again.to_frame()["token"].tolist() == words[0]


# --- sockets, by which kernels are talked to: they go with the report, and with the next one where it was killed

LONGEST = 90  # bytes of a path for which the system has room where a socket's file is named


def test_of_a_killed_report_no_socket_is_left_when_the_next_one_is_done(place):
    with tempfile.TemporaryDirectory(prefix="t") as folder:  # a name as short as those that are in use
        place.temporary = Path(folder)
        process = place.report()
        [runtime] = place.wait_for(
            lambda: list(place.temporary.glob(".lafz-run.*/runtime")), "folder of sockets", process
        )
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
