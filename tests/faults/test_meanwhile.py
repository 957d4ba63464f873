"""What happens beside a report while it runs: others are made, its inputs change, something takes its place."""

import json
import shutil

import pytest

from analysis.core.paths import LEXICONS

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def top_n(run):
    return json.loads((run / "manifest.json").read_text())["parameters"]["term_frequency"]["top_n"]


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


def test_what_somebody_puts_in_the_place_is_not_replaced(place):
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


@pytest.fixture
def ends(place):
    """Starts a report on texts of its own, changes them when it opens a file, and gives the line that it ends with."""
    texts, before = place.temporary / "texts", place.hashes()
    shutil.copytree(place.corpus, texts)
    (texts / "b.txt").write_text("Officials said that the plan will be carried out.\n")

    def ends(at, change, *options):
        process = place.start("report", texts, "--out", place.out, "--only", "redundancy", *options, at=at)
        place.wait_until_there(process)
        change(texts)
        place.let_go()
        assert process.wait(600) == 2
        assert place.hashes() == before
        [line] = place.said()
        return line.replace(f"{texts}/", "")

    return ends


def test_texts_and_a_lexicon_that_change_while_a_kernel_runs(place, ends):
    lexicon = place.temporary / "own.yml"
    shutil.copy(LEXICONS / "security_communication.yml", lexicon)

    def change(texts):
        lexicon.write_text(lexicon.read_text() + "\n")
        (texts / "a.txt").write_text("Other words.")
        (texts / "b.txt").unlink()
        (texts / "c.txt").write_text("One more.")

    assert ends("*/run/redundancy/*.svg", change, "-p", f"lexicon={lexicon}") == (
        f"lafz: '{lexicon}' was changed, 'a.txt' was changed, 'b.txt' is gone and 1 more, since the report was begun: "
        "make it again when nothing writes there"
    )
    assert place.left() == set()


def test_a_corpus_that_vanishes_before_a_notebook_reads_it(place, ends):
    line = ends("*/runtime/kernel-*", shutil.rmtree)
    assert line.startswith("lafz: 'a.txt' is gone, 'b.txt' is gone, since the report was begun: make it again")
    assert place.left() == {"out.03_redundancy.failed.ipynb"}
