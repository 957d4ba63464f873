"""What of a report in shards is kept on the way: notebooks that ran to their ends, whole and each for itself."""

import os
import shutil
from pathlib import Path

import pytest

from analysis.core.files import ForeignError, LeftAlone
from analysis.core.jobs import locked_folder
from analysis.publish.run.processes import Processes
from analysis.publish.run.sections import forget, forget_failures, is_kept, kept_work, key_of, run_sections
from tests.in_process import write_notebook

WRITE = """
import os
from pathlib import Path

output = Path(os.environ["LAFZ_OUTPUT"])
(output / "table.csv").write_text("word,count\\n")
(output / "figure.svg").write_text("<svg/>")
with open(log, "a") as file:
    file.write(f"{output}\\n")
"""
CHANGE = "Path(corpus, 'a.txt').write_text('Other words.')"
FAIL = "raise ValueError('no')"


@pytest.fixture
def run(make_folder, tmp_path):
    """Runs a notebook of a few lines into the new folder `build`, by way of what is kept; gives its log."""
    corpus = make_folder({"a.txt": "It rained."})
    path, log = tmp_path / "lines.ipynb", tmp_path / "log.txt"
    parameters = {"lines": {"corpus": str(corpus), "log": str(log)}}
    log.touch()

    def run(work, *more):
        write_notebook(path, "corpus: str = ''\nlog: str = ''", WRITE, *more)
        shutil.rmtree(run.build, ignore_errors=True)
        run.build.mkdir()
        run.key = key_of("lines", path, parameters["lines"])
        chosen, options = {"lines": path}, {"words": tmp_path, "progress": lambda *about: None, "at_once": 1}
        with Processes(tmp_path, os.environ) as processes:
            logs = run_sections(chosen, parameters, run.build, work=work, processes=processes, **options)
        return logs["lines"]

    run.build, run.log = tmp_path / "build", log
    return run


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_taken_over_is_all_of_it_and_the_reports_own(run, tmp_path):
    with locked_folder(tmp_path / "work") as work:
        first = run(work)
        made = contents(run.build)
        assert made.keys() == {"notebooks/lines.ipynb", "lines/table.csv", "lines/figure.svg"}
        [place] = (work / "notebooks").iterdir()
        assert place.name == run.key
        kept = contents(place)
        for file in run.build.rglob("*.*"):  # as the meanings of columns and the like are added to a report's files
            file.write_text("changed")
        assert contents(place) == kept
        assert run(work) == first
        assert contents(run.build) == made
        assert not [path for path in run.build.rglob("*") if path.is_symlink()]
    assert len(run.log.read_text().splitlines()) == 1  # it ran once


def test_what_a_killed_call_left_half_made_is_made_anew(run, tmp_path):
    with locked_folder(tmp_path / "work") as work:
        run(work)
    made = contents(run.build)
    [place] = (work / "notebooks").iterdir()
    # As a kill leaves it: under the name that it has while the notebook runs, which the notebook has written down.
    half = work / "notebooks" / run.log.read_text().split("/")[-2]
    place.rename(half)
    (half / "lines" / "figure.svg").unlink()
    (half / "lines" / "more.csv").touch()
    with locked_folder(tmp_path / "work") as work:
        run(work)
    assert contents(run.build) == made
    assert len(run.log.read_text().splitlines()) == 2


@pytest.mark.parametrize("last", [CHANGE, FAIL])
def test_a_notebook_that_failed_or_whose_corpus_changed_meanwhile_is_not_kept(run, tmp_path, last):
    with locked_folder(tmp_path / "work") as work:
        assert bool(run(work, last).get("error")) == (last == FAIL)
        assert (run.build / "lines" / "table.csv").is_file()  # the report may show it
        assert not list((work / "notebooks").glob("[!.]*"))
    assert not (tmp_path / "work").exists()


def test_what_is_forgotten_is_gone_unless_another_works_with_it(tmp_path):
    work = tmp_path / ".out.work"
    forget(tmp_path / "out")
    assert not work.exists()
    with locked_folder(work):
        (work / "notebooks" / "framing-1").mkdir(parents=True)
        forget(tmp_path / "out")
        assert (work / "notebooks" / "framing-1").is_dir()
    forget(tmp_path / "out")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", [Path.mkdir, lambda work: work.symlink_to("elsewhere")])
def test_what_others_have_under_that_name_is_not_forgotten_and_not_worked_with(tmp_path, make):
    (tmp_path / "elsewhere").mkdir()
    work = tmp_path / ".out.work"
    make(work)
    (work / "texts").mkdir()
    (work / "texts" / ".a").touch()
    assert not is_kept(tmp_path / "out")
    with pytest.warns(LeftAlone, match=r"\.out\.work' has the name of a working folder, but lafz did not make it"):
        forget(tmp_path / "out")
    with pytest.raises(ForeignError), kept_work(tmp_path / "out"):
        pass
    assert (work / "texts" / ".a").exists()


def test_only_names_of_notebooks_that_failed_are_forgotten(tmp_path):
    notebooks = [tmp_path / f"out.0{name}.failed.ipynb" for name in ("1_term_frequency", "2_framing", "3_redundancy")]
    notebooks[0].touch()
    (tmp_path / "mine").touch()
    notebooks[1].symlink_to("mine")
    notebooks[2].mkdir()
    others = [tmp_path / f"out.{name}.failed.ipynb" for name in ("mine", "2024.01_term_frequency")]  # of a run out.2024
    for other in others:
        other.touch()
    forget_failures(tmp_path / "out")
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "mine", notebooks[2], *others])


def test_only_what_notebooks_put_beside_the_words_is_cleared_away(tmp_path):
    words = tmp_path / ".out.work" / "words-0123" / "4567"
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "4567" / "mine").mkdir(parents=True)
    with locked_folder(tmp_path / ".out.work") as work:
        for name in ("00000", "types", "table-2"):
            (words / name).mkdir(parents=True)
            (words / name / "numbers").touch()
        for name in ("shards.json", "sizes.npy"):
            (words / name).touch()
        for link in (work / "words-89", work / "words-0123" / "89", words / "89"):
            link.symlink_to(elsewhere)

    def there():
        return sorted(path.name for path in words.iterdir())

    with kept_work(tmp_path / "out"):
        assert there() == ["00000", "shards.json", "sizes.npy", "types"]
    assert (elsewhere / "4567" / "mine").exists()
