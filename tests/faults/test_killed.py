"""A report killed at any moment: the earlier one is whole, nothing goes on running, and the next call clears up.

One on a sharded corpus goes on where it was killed.
"""

import os
import signal
from contextlib import suppress

import psutil
import pytest

pytestmark = pytest.mark.faults

KILLS = int(os.environ.get("LAFZ_KILLS", "8"))  # steps at which a report is killed; LAFZ_KILLS=1000 for all there are


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


OTHER_WAYS = [pytest.param(way, marks=pytest.mark.slow) for way in (kill_main, kill_group)]


@pytest.mark.parametrize("kill", [kill_tree, *OTHER_WAYS])
def test_an_earlier_report_is_whole_when_a_new_one_is_killed_over_a_figure(place, kill):
    before = place.hashes()
    process = place.report(at="*/run/term_frequency/*.svg")
    place.wait_until_there(process)
    kill(place, process)
    place.wait_until_alone()
    assert place.hashes() == before
    assert place.left() != set()
    # What is left of it goes with the next call, which need not be a whole one.
    assert place.report("--params", place.folder / "none.yml").wait(600) == 2
    process = place.report()
    assert process.wait(600) == 0, place.said()
    assert place.is_whole()
    assert place.left() == set()


def steps(place, start):
    """Some `KILLS` of the steps of a command at which it moves, locks or deletes something, and the last of all."""
    folders = f"{place.folder}|{place.temporary}"
    assert start(TEST_KILLED_AT="0", TEST_FOLDERS=folders).wait(600) == 0, place.said()
    number = int((place.temporary / "steps").read_text())
    assert number > 10
    return sorted(
        {*range(number, 0, -max(1, number // KILLS)), *range(number, max(0, number - KILLS // 2), -1)}
    ), folders


@pytest.mark.slow
def test_an_earlier_report_is_whole_at_whatever_step_a_new_one_is_killed(place):
    moments, folders = steps(place, place.report)
    before = place.hashes()
    for step in moments:
        process = place.report(TEST_KILLED_AT=str(step), TEST_FOLDERS=folders)
        assert process.wait(600) == -signal.SIGKILL, (step, place.said())
        place.wait_until_alone()
        now = place.hashes()
        if now != before:  # killed when the new one had just got its place
            assert place.is_whole(), step
            before = now
    assert place.report().wait(600) == 0, place.said()
    assert place.is_whole()
    assert place.left() == set()


@pytest.fixture
def sharded(place):
    """Starts the report of three documents, each a part of the corpus, in the place of the earlier one or elsewhere."""
    place.corpus = place.temporary / "texts"
    place.corpus.mkdir()
    for number in range(3):
        text = f"The forum met on day {number}. The plan will be carried out. The forum will meet again, they said.\n"
        (place.corpus / f"{number}.txt").write_text(f"Unity Above All\n\n{text}\n{text}")

    def start(out=place.out, **environment):
        options = ("--out", out, "--only", "term_frequency", "--memory", "1GB")
        return place.start("report", place.corpus, *options, TEST_SHARDED="1", **environment)

    return start


def untimed(hashes):
    return {name: value for name, value in hashes.items() if name != "run-log.json"}


@pytest.mark.slow
def test_a_report_in_shards_goes_on_at_whatever_step_it_is_killed(place, sharded):
    moments, folders = steps(place, sharded)
    whole = untimed(place.hashes())
    for step in moments:
        process = sharded(TEST_KILLED_AT=str(step), TEST_FOLDERS=folders)
        # One that goes on from what is kept has fewer steps, and may come to its end.
        assert process.wait(600) in (0, -signal.SIGKILL), (step, place.said())
        place.wait_until_alone()
        assert untimed(place.hashes()) == whole, step
    assert sharded().wait(600) == 0, place.said()
    assert untimed(place.hashes()) == whole
    assert place.left() == set()


@pytest.mark.slow
def test_a_report_in_shards_that_is_stopped_says_what_is_kept_and_reads_nothing_again(place, sharded):
    before = place.hashes()
    process = sharded()
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
    process = sharded()
    place.wait_for(place.kernels, "kernel", process)
    kill_tree(place, process)
    place.wait_until_alone()
    assert (place.hashes(words), words.stat().st_ino) == read
    assert sharded().wait(600) == 0, place.said()
    assert place.left() == set()
