"""Several reports at once."""

import json
import shutil

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_two_reports_into_one_folder_and_two_into_others(place, made):
    second, third = place.folder / "second", place.folder / "third"
    shutil.copytree(made, second)
    outs = {5: place.out, 6: place.out, 7: second, 8: third}
    processes = [
        place.start("report", place.corpus, "--out", out, "--only", "term_frequency", "-p", f"top_n={number}")
        for number, out in outs.items()
    ]
    assert [process.wait(600) for process in processes] == [0, 0, 0, 0], place.said()
    assert all(place.is_whole(out) for out in outs.values())
    assert [top_n(out) for out in (second, third)] == [7, 8]
    assert top_n(place.out) in (5, 6)
    assert place.left() == {"second", "third"}


def top_n(run):
    return json.loads((run / "manifest.json").read_text())["parameters"]["term_frequency"]["top_n"]


def test_what_somebody_puts_in_the_place_meanwhile_is_not_replaced(place):
    shutil.rmtree(place.out)
    process = place.report(at="*/run/term_frequency/*.svg")
    place.wait_until_there(process)
    place.out.mkdir()
    (place.out / "mine.txt").write_text("not a report")
    place.let_go()
    assert process.wait(600) == 2
    [line] = place.said()
    assert "out' exists and is no earlier report: choose another --out, or move it away" in line
    assert (place.out / "mine.txt").read_text() == "not a report"
    assert place.left() == set()
