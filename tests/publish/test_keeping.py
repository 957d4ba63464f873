"""What of a report in parts is kept on the way: notebooks that ran to their ends, whole and each for itself."""

import os
import shutil

import nbformat
import pytest

from analysis.publish.keeping import forget, kept_work, key_of
from analysis.publish.running import run_what_is_left
from analysis.scale.stages import held

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
        sources = ["corpus: str = ''\nlog: str = ''", WRITE, *more]
        cells = [nbformat.v4.new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
        cells[0].metadata["tags"] = ["parameters"]
        about = {"language_info": {"name": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=about), path)
        shutil.rmtree(run.build, ignore_errors=True)
        run.build.mkdir()
        run.key = key_of("lines", path, parameters["lines"])
        chosen, options = {"lines": path}, {"environment": os.environ, "progress": lambda *about: None, "at_once": 1}
        return run_what_is_left(chosen, parameters, run.build, work=work, **options)["lines"]

    run.build, run.log = tmp_path / "build", log
    return run


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_taken_over_is_all_of_it_and_the_reports_own(run, tmp_path):
    with held(tmp_path / "work") as work:
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
    with held(tmp_path / "work") as work:
        run(work)
    made = contents(run.build)
    [place] = (work / "notebooks").iterdir()
    # As a kill leaves it: under the name that it has while the notebook runs, which the notebook has written down.
    half = work / "notebooks" / run.log.read_text().split("/")[-2]
    place.rename(half)
    (half / "lines" / "figure.svg").unlink()
    (half / "lines" / "more.csv").touch()
    with held(tmp_path / "work") as work:
        run(work)
    assert contents(run.build) == made
    assert len(run.log.read_text().splitlines()) == 2


@pytest.mark.parametrize("last", [CHANGE, FAIL])
def test_a_notebook_that_failed_or_whose_corpus_changed_meanwhile_is_not_kept(run, tmp_path, last):
    with held(tmp_path / "work") as work:
        assert bool(run(work, last).get("error")) == (last == FAIL)
        assert (run.build / "lines" / "table.csv").is_file()  # the report may show it
        assert not list((work / "notebooks").glob("[!.]*"))
    assert not (tmp_path / "work").exists()


def test_what_is_forgotten_is_gone_unless_another_works_with_it(tmp_path):
    work = tmp_path / ".out.work"
    forget(tmp_path / "out")
    assert not work.exists()
    (work / "notebooks" / "framing-1").mkdir(parents=True)
    with held(work):
        forget(tmp_path / "out")
        assert (work / "notebooks" / "framing-1").is_dir()
    forget(tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_only_what_notebooks_put_beside_the_words_is_cleared_away(tmp_path):
    words = tmp_path / ".out.work" / "words-0123" / "4567"
    for name in ("00000", "types", "table-2"):
        (words / name).mkdir(parents=True)
        (words / name / "numbers").touch()
    for name in ("parts.json", "sizes.npy"):
        (words / name).touch()

    def there():
        return sorted(path.name for path in words.iterdir())

    with kept_work(tmp_path / "out"):
        assert there() == ["00000", "parts.json", "sizes.npy", "types"]
