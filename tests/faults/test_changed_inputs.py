"""What a report reads is changed, or vanishes, while its notebooks run: it certifies nothing that it has not read."""

import shutil

import pytest

from analysis.core.paths import LEXICONS

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture
def texts(place):
    """A corpus that may be changed."""
    folder = place.temporary / "texts"
    shutil.copytree(place.corpus, folder)
    (folder / "b.txt").write_text("Officials said that the plan will be carried out.\n")
    return folder


def test_texts_and_a_lexicon_that_change_while_a_kernel_runs(place, texts):
    lexicon, before = place.temporary / "own.yml", place.hashes()
    shutil.copy(LEXICONS / "security_communication.yml", lexicon)
    options = ("--out", place.out, "--only", "redundancy", "-p", f"lexicon={lexicon}")
    process = place.start("report", texts, *options, at="*/run/redundancy/*.svg")
    place.wait_until_there(process)
    lexicon.write_text(lexicon.read_text() + "\n")
    (texts / "a.txt").write_text("Other words.")
    (texts / "b.txt").unlink()
    (texts / "c.txt").write_text("One more.")
    place.let_go()
    assert process.wait(600) == 2
    [line] = place.said()
    a, b = texts / "a.txt", texts / "b.txt"
    assert line == (
        f"lafz: '{lexicon}' was changed, '{a}' was changed, '{b}' is gone and 1 more, since the report was begun: "
        "make it again when nothing writes there"
    )
    assert place.hashes() == before
    assert place.left() == set()


def test_a_corpus_that_vanishes_before_a_notebook_reads_it(place, texts):
    before = place.hashes()
    process = place.start("report", texts, "--out", place.out, "--only", "redundancy", at="*/runtime/kernel-*")
    place.wait_until_there(process)
    shutil.rmtree(texts)
    place.let_go()
    assert process.wait(600) == 2
    [line] = place.said()
    a, b = texts / "a.txt", texts / "b.txt"
    assert line.startswith(f"lafz: '{a}' is gone, '{b}' is gone, since the report was begun: make it again")
    assert place.hashes() == before
    assert place.left() == {"out.03_redundancy.failed.ipynb"}
