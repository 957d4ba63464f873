"""A clock that jumps, as when a laptop wakes up or a time server corrects it."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from analysis.text.loading import KEPT, load_tokens

pytestmark = [pytest.mark.faults, pytest.mark.slow]

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
    command = ["report", place.corpus, "--out", place.out, "--only", "term_frequency"]
    environment = os.environ | {"TMPDIR": str(place.temporary)}
    done = subprocess.run(
        [sys.executable, "-c", BACKWARDS, *command], env=environment, capture_output=True, check=False
    )
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
