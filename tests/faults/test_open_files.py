"""A report that may open few files: it has enough, or says in one line that it has not."""

import pytest

from analysis.publish.run.machine import OPEN_FILES

pytestmark = [pytest.mark.faults, pytest.mark.slow]


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
