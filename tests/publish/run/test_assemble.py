"""A report from end to end, with real kernels, and what happens when a part of it fails."""

import html
import json
import re
import shutil
import sys
from urllib.parse import unquote

import nbformat
import pandas as pd
import pytest

from analysis.core.paths import ROOT, SAMPLE
from analysis.publish.manifest import recorded
from analysis.publish.parameters import resolve
from analysis.publish.run.assemble import read_once, report
from analysis.publish.run.execute import _without_places, execute
from analysis.publish.run.processes import CAN_FORK
from analysis.publish.run.sections import reading_from
from analysis.text.loading import ONLY_KEPT
from tests.in_process import run_in_process, shown_by, write_notebook

FIGURES = {
    "term_frequency": (
        "words phrases spread places words_by_group keyness two_sides trends pairs collocates_by_group shape "
        "sentence_length"
    ),
    "framing": (
        "validity shares frames_profile frames_by_group frames_by_time frames_places headlines together "
        "style style_by_group agentless actors"
    ),
    "redundancy": (
        "repeat_map dot_plot borrowed_shares reuse_network timeline document_map novelty counted_once frames_once"
    ),
}


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_report_is_whole(sample_run):
    made = files(sample_run)
    for section, figures in FIGURES.items():
        assert [name for kind, name in shown_by(sample_run, section) if kind == "figure"] == figures.split()
        for name in figures.split():
            assert {f"{section}/{name}.{kind}" for kind in ("png", "svg", "pdf", "csv", "json")} <= set(made)
            about = json.loads(made[f"{section}/{name}.json"])
            assert about["caption"]
            assert about["alt"]
            assert len(pd.read_csv(sample_run / section / f"{name}.csv")) == about["rows"] > 0
    assert {"index.html", "manifest.json", "ro-crate-metadata.json", "run-log.json"} <= set(made)
    assert {f"notebooks/{name}.ipynb" for name in ("01_term_frequency", "02_framing", "03_redundancy")} <= set(made)


def test_a_report_says_its_three_answers_and_where_its_page_is(sample_run):
    *answers, place = (sample_run.parent / "said").read_text().splitlines()
    assert place == str(sample_run / "index.html")
    assert [answer.partition(":")[0].partition(" is ")[0] for answer in answers] == [
        "“campaign”",
        "Law and prosecution",
        "16% of the words are in sentences of 5 words or more repeated verbatim.",
    ]


def test_every_notebook_ran_to_its_last_cell_with_all_its_parameters(sample_run):
    manifest = json.loads((sample_run / "manifest.json").read_text())
    for path in (sample_run / "notebooks").glob("*.ipynb"):
        node = nbformat.read(path, as_version=4)
        assert all(cell.execution_count for cell in node.cells if cell.cell_type == "code")
        injected = next(cell for cell in node.cells if cell.id == "injected-parameters")
        assert injected.metadata.jupyter.source_hidden
        for name, value in manifest["parameters"][path.stem[3:]].items():
            assert f"{name} = {value!r}".replace("'", '"') in injected.source


def test_nothing_in_a_run_names_this_machine(sample_run):
    named = [str(ROOT), sys.prefix, sample_run.parent.name, "zq-environment", "zq-user", ".building-"]
    for name, content in files(sample_run).items():
        assert [place for place in named if place.encode() in content] == [], name


def test_a_notebook_that_failed_does_not_tell_where_it_was_run(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    (tmp_path / "work" / "run").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work" / "run")
    source = """import pandas, warnings
from pathlib import Path
from analysis.text.stopwords import read_stopwords
warnings.warn_explicit("old", UserWarning, pandas.__file__, 1)
read_stopwords(Path.home() / "none.txt")"""
    result = execute(write_notebook(tmp_path / "given.ipynb", "", source), str(tmp_path / "out.ipynb"), {"a": 1})
    assert f"{str(tmp_path / 'none.txt')!r}" in result["message"]  # whoever runs it is told
    outputs = [o for cell in nbformat.read(tmp_path / "out.ipynb", as_version=4).cells for o in cell.get("outputs", [])]
    warned, failed = outputs
    assert "site-packages/pandas/__init__.py:1: UserWarning: old\n" in warned.text
    assert "'~/none.txt'" in failed.evalue
    assert "analysis/text/stopwords.py" in "".join(failed.traceback)
    content = (tmp_path / "out.ipynb").read_text()
    assert [place for place in (str(ROOT), sys.prefix, str(tmp_path)) if place in content] == []


def test_a_checkout_in_the_users_folder_is_not_told_by_its_short_name(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(ROOT.parent))
    monkeypatch.chdir(tmp_path)
    text = f"File ~/{ROOT.name}/analysis/core/paths.py:3 and {ROOT}/analysis/core/paths.py and {ROOT.parent}/texts"
    assert _without_places(text) == "File analysis/core/paths.py:3 and analysis/core/paths.py and ~/texts"
    monkeypatch.setenv("HOME", "/")  # as of a user without a folder
    assert _without_places("/texts/a.txt") == "/texts/a.txt"


@pytest.mark.slow
def test_an_earlier_report_is_replaced_whole(small, small_run, typed, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(small_run, out)
    (out / "left over from before").touch()
    (tmp_path / "out.03_redundancy.failed.ipynb").touch()
    (tmp_path / ".out.building-999999999-x").mkdir()  # of a run that was killed
    done = typed("report", small, "--out", out, "--only", "redundancy", "-p", "min_words=3")
    assert done.status == 0, done.err
    assert not (out / "left over from before").exists()
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["parameters"]["redundancy"]["min_words"] == 3
    assert list(manifest["parameters"]) == ["redundancy"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.slow
def test_a_failed_notebook_leaves_the_earlier_report_and_lets_the_others_run(
    small, small_run, typed, tmp_path, monkeypatch
):
    out, changed = tmp_path / "out", tmp_path / "notebooks"
    shutil.copytree(small_run, out)
    shutil.copytree(ROOT / "notebooks", changed)
    node = nbformat.read(changed / "03_redundancy.ipynb", as_version=4)
    next(cell for cell in node.cells if cell.id == "load").source = "raise ValueError('no such list')"
    nbformat.write(node, changed / "03_redundancy.ipynb")
    monkeypatch.setattr("analysis.publish.parameters.NOTEBOOKS", changed)
    done = typed("report", small, "--out", out, "--only", "framing,redundancy", "--keep-failed")
    assert done.status == 1
    said = [line for line in done.err.splitlines() if line.startswith("lafz:")]
    assert len(said) == 1
    assert "notebook 03_redundancy failed in cell 'load': ValueError: no such list" in said[0]
    assert "Traceback" not in done.err
    assert files(out) == files(small_run)
    failed = nbformat.read(tmp_path / "out.03_redundancy.failed.ipynb", as_version=4)
    assert any(o.output_type == "error" for cell in failed.cells for o in cell.get("outputs", []))
    assert (tmp_path / "out.failed" / "framing" / "profile.csv").is_file()


def test_an_unfinished_folder_replaces_only_one_of_its_kind(small, typed, tmp_path):
    (tmp_path / "out.failed").mkdir()
    (tmp_path / "out.failed" / "mine.txt").touch()
    done = typed("report", small, "--out", tmp_path / "out", "--only", "redundancy", "--keep-failed")
    said = "out.failed' exists and is no earlier report: choose another --out, or move it away\n"
    assert (done.status, done.err.count("lafz: "), done.err.endswith(said)) == (2, 1, True)
    assert [path.name for path in tmp_path.rglob("*")] == ["out.failed", "mine.txt"]


def test_what_has_no_text_in_its_language_is_left_out_with_one_line_and_the_rest_is_made(
    make_folder, typed, tmp_path, monkeypatch
):
    notes = tmp_path / "notebooks"
    shutil.copytree(ROOT / "notebooks", notes)
    node = nbformat.read(notes / "03_redundancy.ipynb", as_version=4)
    loaded = next(place for place, cell in enumerate(node.cells) if cell.id == "loaded")
    node.cells = node.cells[: loaded + 1]
    nbformat.write(node, notes / "03_redundancy.ipynb")
    monkeypatch.setattr("analysis.publish.parameters.NOTEBOOKS", notes)
    corpus, out = make_folder({"a.txt": "جنگ ختم ہوئی۔ امن کی بات ہوئی۔"}), tmp_path / "out"
    done = typed("report", corpus, "--out", out, "--only", "framing,redundancy", "-p", "language=ur")
    why = (
        "Left out: lexicon 'security_communication' is in 'en' and the documents are in ur: give one in their "
        "language with -p lexicon=FILE, or say with -p language=CODE what language they are in."
    )
    assert (done.status, done.out.splitlines()) == (0, [why, str(out / "index.html")])
    assert shown_by(out, "framing") == [("note", why)]
    page = html.unescape((out / "index.html").read_text())
    assert f"<h2>How does the language frame the matter?</h2>\n<p>{why}</p>" in page
    assert "0 questions" not in page
    assert (out / "redundancy" / "loaded.csv").is_file()
    assert typed("verify", out).status == 0


def test_a_notebook_that_ends_early_is_not_taken_for_whole(small, tmp_path):
    node = nbformat.read(ROOT / "notebooks" / "03_redundancy.ipynb", as_version=4)
    load = next(cell for cell in node.cells if cell.id == "load")
    load.source = "import sys; sys.exit(0)"
    nbformat.write(node, tmp_path / "early.ipynb")
    result = execute(tmp_path / "early.ipynb", str(tmp_path / "out.ipynb"), {"corpus": str(small)})
    assert result["error"], result


@pytest.mark.parametrize(("runtime", "transport"), [("short", "ipc"), ("long" * 30, "tcp")])
def test_a_kernel_needs_no_port_that_another_could_take(tmp_path, monkeypatch, runtime, transport):
    folder = tmp_path / runtime
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
    source = f"import ipykernel\nassert ipykernel.get_connection_info(unpack=True)['transport'] == '{transport}'"
    given = write_notebook(tmp_path / "given.ipynb", "", source)
    assert execute(given, str(tmp_path / "out.ipynb"), {"a": 1}) == {}
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no such folder"], "no such folder': give a folder of texts"),
        ([SAMPLE, "-p", "topn=3"], "no parameter 'topn'. Did you mean 'top_n'?"),
        ([SAMPLE, "-p", "top_n=many"], "parameter 'top_n' takes a whole number, 0 or more, not 'many'"),
        ([SAMPLE, "-p", "lexicon=~nobody here/own.yml"], "there is no such user: give the whole path"),
        (["~nobody here/texts"], "there is no such user: give the whole path"),
        ([SAMPLE, "--only", "frames"], "no notebook 'frames'. Did you mean 'framing'?"),
        ([SAMPLE, "-p", "corpus=data"], "'corpus' is the first argument"),
        ([SAMPLE, "--params", "none.yml"], "no such parameter file"),
        ([ROOT / "notebooks"], "no document could be read"),
    ],
)
def test_bad_usage_is_one_line_and_status_2_before_anything_runs(typed, tmp_path, arguments, said):
    done = typed("report", *arguments, "--out", tmp_path / "out")
    assert done.status == 2
    lines = [line for line in done.err.splitlines() if line.strip() and "━" not in line]
    assert len(lines) == 1, lines
    assert lines[0].startswith("lafz: ")
    assert said in lines[0]
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_no_report_is_not_replaced(small, typed, tmp_path):
    precious = tmp_path / "thesis"
    precious.mkdir()
    (precious / "chapter1.md").write_text("years of work")
    done = typed("report", small, "--out", precious)
    assert done.status == 2
    assert "exists and is no earlier report" in done.err
    assert (precious / "chapter1.md").read_text() == "years of work"


def test_links_of_the_page_lead_to_files_of_the_run(sample_run):
    page = (sample_run / "index.html").read_text()
    links = {unquote(link) for link in re.findall(r'href="([^"#]+)"', page)}
    assert len(links) > 30
    assert [link for link in links if not (sample_run / link).is_file()] == []


@pytest.mark.slow
def test_a_kernel_begun_anew_writes_what_a_forked_one_writes(small, small_run, tmp_path, monkeypatch):
    if not CAN_FORK:
        pytest.skip("no process is forked here: there is nothing to compare")
    monkeypatch.setattr("analysis.publish.run.processes.CAN_FORK", False)
    assert report(small, tmp_path / "small", only=["framing"]) == []
    forked, anew = (
        {path.relative_to(run): path.read_bytes() for path in run.rglob("*") if path.is_file()}
        for run in (small_run, tmp_path / "small")
    )
    assert forked.keys() == anew.keys()
    assert {str(path) for path in forked if forked[path] != anew[path]} == {"run-log.json"}


@pytest.mark.parametrize("name", ["01_term_frequency", "02_framing", "03_redundancy"])
def test_a_notebook_opens_what_was_read_for_all(small, tmp_path, monkeypatch, name):
    path = ROOT / "notebooks" / f"{name}.ipynb"
    parameters = resolve({"section": path}, {"corpus": str(small)})
    assert not reading_from(tmp_path / "tokens")[ONLY_KEPT]  # it could not be written, and is read anew
    read_once(parameters, tmp_path / "tokens", recorded({}, parameters))
    assert reading_from(tmp_path / "tokens")[ONLY_KEPT]
    monkeypatch.setenv(ONLY_KEPT, "1")
    monkeypatch.setenv("LAFZ_TOKENS", str(tmp_path / "tokens"))
    monkeypatch.setenv("LAFZ_OUTPUT", str(tmp_path / "made"))
    saved = list((tmp_path / "tokens").iterdir())
    run_in_process(path, tmp_path / "run", parameters["section"])
    assert list((tmp_path / "tokens").iterdir()) == saved
