"""A run that somebody else has sent: nothing outside of its folder is read for it, nothing in it is executed."""

import json
import os
import re
import shutil
import zipfile

import nbformat
import pytest

from analysis.errors import ParameterError
from analysis.paths import FIGURES, to_root
from analysis.publish.comparing.compare import compare
from analysis.publish.comparing.compare_page import write_comparison
from analysis.publish.drawing import DRAWINGS
from analysis.publish.export import export
from analysis.publish.loading import load_run
from analysis.publish.manifest import recorded, write_manifest
from analysis.publish.parameters import notebooks, resolve
from analysis.publish.redraw import MODULES, redraw
from analysis.publish.sections import read_sections
from analysis.publish.verify import verify

SECRET = "what-nobody-but-the-user-has"
TABLE, FIGURE, NODES = "framing/profile", "framing/style", "term_frequency/pairs"


@pytest.fixture
def run(tmp_path):
    """A finished run, with files beside it that are not its own."""
    folder = tmp_path / "runs" / "sent"
    shutil.copytree(FIGURES / "sample", folder, copy_function=os.link)
    (tmp_path / "secret.csv").write_text(f"frame,label\n{SECRET},{SECRET}\n")
    columns = [{"name": name, "type": "string"} for name in ("frame", "label")]
    (tmp_path / "secret.json").write_text(json.dumps({"caption": SECRET, "alt": SECRET, "columns": columns, "rows": 1}))
    for kind in ("png", "svg"):
        shutil.copy(folder / f"{FIGURE}.{kind}", tmp_path / f"secret.{kind}")
    return folder


def write(path, text):
    path.unlink()  # it is a link to the committed file
    path.write_text(text, encoding="utf-8")


def change(path, edit):
    about = json.loads(path.read_text(encoding="utf-8"))
    edit(about)
    write(path, json.dumps(about))


def refused(call, *args, said, **options):
    with pytest.raises(ParameterError, match=said) as told:
        call(*args, **options)
    assert "\n" not in str(told.value)
    assert SECRET not in str(told.value)


def tree(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


# --- paths in the manifest


@pytest.mark.parametrize(
    "name",
    [
        "../../secret.csv",
        "framing/../../../secret.csv",
        "{outside}/secret.csv",
        "/etc/passwd",
        "//host/share/secret.csv",
        "..",
        ".",
        "",
        "a\0b.csv",
    ],
)
def test_a_manifest_names_nothing_outside(run, tmp_path, name):
    name = name.format(outside=tmp_path)
    change(run / "manifest.json", lambda about: about["outputs"].append({"path": name, "sha256": "0" * 64, "bytes": 1}))
    before = tree(tmp_path)
    for call, args in [
        (load_run, (run,)),
        (verify, (run,)),
        (redraw, (run, FIGURE)),
        (compare, (run, FIGURES / "sample")),
        (compare, (FIGURES / "sample", run)),
        (export, (run, tmp_path / "out.docx")),
    ]:
        refused(call, *args, said="which is not in it: do not trust this run")
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "edit",
    [
        lambda about: about.update(parameters={}),
        lambda about: about.update(parameters=["framing"]),
        lambda about: about["parameters"].update(framing="x"),
        lambda about: about["parameters"]["framing"].update(corpus=["/"]),
        lambda about: about.update(outputs={"path": "x"}),
        lambda about: about["outputs"].append("framing/profile.csv"),
        lambda about: about["outputs"].append({"path": 7, "sha256": ""}),
        lambda about: about["inputs"].append({"path": "x", "sha256": None}),
        lambda about: about.update(versions=[]),
    ],
)
def test_a_manifest_of_another_form_is_refused_in_one_line(run, edit):
    change(run / "manifest.json", edit)
    refused(load_run, run, said="is not as this program writes it")
    refused(verify, run, said="is not as this program writes it")


def test_a_manifest_starts_no_notebook_but_those_of_the_checkout(run):
    def edit(about):
        about["parameters"]["../../evil"] = about["parameters"].pop("framing")
        about["inputs"] = []

    change(run / "manifest.json", edit)
    refused(verify, run, said="no notebook '../../evil'")


# --- links


def link(path, target):
    if path.exists():
        path.unlink()
    path.symlink_to(target)


def unlist(run, name):
    """Take a file out of the manifest, which then has nothing to say against it."""

    def edit(about):
        about["outputs"] = [record for record in about["outputs"] if record["path"] != name]

    change(run / "manifest.json", edit)


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_a_table_that_is_a_link_out_is_not_read(run, tmp_path, ending):
    link(run / f"{TABLE}.{ending}", tmp_path / f"secret.{ending}")
    refused(lambda: load_run(run)[TABLE], said=r"names 'framing/profile\.\w+', which is not in it")
    refused(compare, run, FIGURES / "sample", said="which is not in it")
    refused(verify, run, said="which is not in it")


def test_a_description_that_is_a_link_out_is_not_read_though_no_manifest_has_it(run, tmp_path):
    link(run / f"{TABLE}.json", tmp_path / "secret.json")
    unlist(run, f"{TABLE}.json")
    refused(lambda: load_run(run).about(TABLE), said=r"names 'framing/profile\.json', which is not in it")


def test_verify_follows_no_link_out(run, tmp_path):
    link(run / "framing" / "more.csv", tmp_path / "secret.csv")
    link(run / "more", tmp_path)
    link(run / "loop", run / "loop")
    found = ["framing/more.csv", "loop", "more"]
    assert verify(run) == [f"{name} is a link that leads out of the folder" for name in found]


def test_links_within_the_folder_and_the_folder_as_a_link_are_read(run, tmp_path):
    link(run / f"{TABLE}.csv", "evidence.csv")
    (tmp_path / "here").symlink_to(run)
    link(run / f"{TABLE}.json", run / "framing" / "evidence.json")
    assert len(load_run(tmp_path / "here")[TABLE]) == len(load_run(FIGURES / "sample")["framing/evidence"])


def test_a_folder_that_is_a_link_out_is_not_read(run, tmp_path):
    shutil.move(run / "framing", tmp_path / "framing")
    (run / "framing").symlink_to(tmp_path / "framing")
    refused(load_run, run, said="which is not in it")


@pytest.mark.parametrize("name", [f"{FIGURE}.csv", f"{FIGURE}.json", f"{NODES}.nodes.csv", f"{NODES}.nodes.json"])
def test_a_figure_is_not_drawn_from_a_link_out(run, tmp_path, name):
    figure = name.partition(".")[0]
    assert (run / name).is_file()
    link(run / name, tmp_path / f"secret.{name.rpartition('.')[2]}")
    if name != f"{FIGURE}.csv":  # by which a figure is known
        unlist(run, name)
    refused(redraw, run, figure, out=tmp_path / "a.svg", said="which is not in it")
    assert not (tmp_path / "a.svg").exists()


@pytest.mark.parametrize(("kind", "ending"), [("png", ".docx"), ("svg", ".pdf")])
def test_a_picture_that_is_a_link_out_goes_into_no_document(run, tmp_path, kind, ending):
    link(run / f"{FIGURE}.{kind}", tmp_path / f"secret.{kind}")
    unlist(run, f"{FIGURE}.{kind}")
    refused(export, run, tmp_path / f"out{ending}", said="which is not in it")
    assert not (tmp_path / f"out{ending}").exists()


def test_a_notebook_that_is_a_link_out_is_not_read(run, tmp_path):
    place = next((run / "notebooks").glob("*_framing.ipynb"))
    shutil.move(place, tmp_path / "own.ipynb")
    place.symlink_to(tmp_path / "own.ipynb")
    refused(read_sections, run, ["framing"], said="which is not in it")


# --- what a notebook of theirs says


def edit_notebook(run, edit):
    place = next((run / "notebooks").glob("*_framing.ipynb"))
    node = nbformat.read(place, as_version=4)
    edit(node)
    write(place, nbformat.writes(node))


def shown(node, kind):
    outputs = [output for cell in node.cells for output in cell.get("outputs", [])]
    return next(o for o in outputs if o.get("metadata", {}).get("lafz", {}).get("kind") == kind)


@pytest.mark.parametrize("name", ["../../../secret", "../framing/style", "{outside}/secret", "..", ""])
def test_a_name_in_a_notebook_leads_nowhere_else(run, tmp_path, name):
    name = name.format(outside=tmp_path)
    for kind in ("figure", "table"):
        edit_notebook(run, lambda node, kind=kind: shown(node, kind).metadata["lafz"].update(name=name))
        with pytest.raises((ParameterError, OSError)) as told:
            read_sections(run, ["framing"])
        assert SECRET not in str(told.value)
        if "/" in name:
            assert "which is no name of a figure or table" in str(told.value)


THEIRS = """<table typst:fill='read("secret.txt")'><thead><tr><th typst:fill='panic("ran")'>term</th></tr></thead>
<tbody><tr><td data-typst:fill='panic("ran")'><a href="file:///etc/passwd">link</a> <img src="/etc/passwd" alt="alt">
<a href="javascript:alert(1)">to</a><iframe src="http://example.org/"></iframe><script>alert(1)</script>
#panic("ran") #import "@preview/cetz:0.3.4" $x$</td></tr></tbody></table>"""


@pytest.mark.parametrize("ending", [".docx", ".pdf"])
def test_what_a_notebook_shows_is_no_code_of_a_document(run, tmp_path, ending):
    def edit(node):
        output = shown(node, "table")
        output.data["text/html"] = f"<figure>{THEIRS}</figure>"
        node.cells = [cell for cell in node.cells if output in cell.get("outputs", [])]

    edit_notebook(run, edit)
    for place in (run / "notebooks").iterdir():
        if "framing" not in place.name:
            place.unlink()
    made = export(run, tmp_path / f"out{ending}").read_bytes()  # typst would stop with "panicked with: ran"
    if ending == ".pdf":
        for word in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/EmbeddedFile", b"/SubmitForm", b"/OpenAction"):
            assert word not in made
    else:
        with zipfile.ZipFile(tmp_path / "out.docx") as word:
            assert b"External" not in b"".join(word.read(name) for name in word.namelist() if name.endswith(".rels"))


# --- what draws a figure again


@pytest.mark.parametrize(
    "function",
    [
        "os.system",
        "plots.import_module",
        "plots.style",  # a context manager, which has a __wrapped__ too
        "plots.drawing",
        "plots.interval_dots.__globals__",
        "charts.pd.read_pickle",
        "figures.write_picture",
        "..plots.interval_dots",
        "analysis.publish.plots.interval_dots",
        ["plots.interval_dots"],
        None,
    ],
)
def test_only_a_drawing_of_this_package_is_called(run, tmp_path, function):
    change(run / f"{FIGURE}.json", lambda about: about["drawing"].update(function=function))
    refused(redraw, run, FIGURE, out=tmp_path / "a.svg", said="names a drawing that this version does not have")


def test_the_drawings_are_those_of_three_modules(run, tmp_path):
    redraw(run, FIGURE, out=tmp_path / "a.svg")
    ours = {name for name in DRAWINGS if DRAWINGS[name].__module__.startswith("analysis.")}
    assert {name.partition(".")[0] for name in ours} == set(MODULES)


@pytest.mark.parametrize(
    "edit",
    [
        lambda record: record["options"].update({"table": 1}),
        lambda record: record["options"].update({"__class__": 1}),
        lambda record: record.update(options=["x"]),
        lambda record: record.update(parts=["../../../secret"]),
        lambda record: record.update(parts=["/etc/passwd"]),
        lambda record: record.update(parts=[7]),
        lambda record: record.pop("parts"),
        lambda record: record["options"].update({"value": "no such column"}),
    ],
)
def test_a_record_that_cannot_be_drawn_is_told_in_one_line(run, tmp_path, edit):
    change(run / f"{FIGURE}.json", lambda about: edit(about["drawing"]))
    refused(redraw, run, FIGURE, out=tmp_path / "a.svg", said="does not say how to draw|which is not in it")


@pytest.mark.parametrize("text", ["{", "[]", '{"columns": 1}', '{"columns": [{"name": "x", "type": "code"}]}'])
def test_a_table_that_is_not_as_it_says_is_told_in_one_line(run, text):
    write(run / f"{TABLE}.json", text)
    refused(lambda: load_run(run)[TABLE], said="make the report anew")


# --- what is written


def test_a_comparison_writes_into_its_own_folder_and_escapes_what_they_say(run, tmp_path):
    markup = "</style><script>owned=1</script>"

    def edit(about):
        for values in about["parameters"].values():
            values["corpus"] = f"../{markup}"
        about["parameters"]["framing"]["group_by"] = markup
        about["versions"][markup] = markup

    change(run / "manifest.json", edit)
    before = tree(tmp_path / "runs")
    page = write_comparison(compare(run, FIGURES / "sample"), tmp_path / "made").read_text(encoding="utf-8")
    assert tree(tmp_path / "runs") == before
    assert {path.name for path in tmp_path.iterdir()} == {
        "made",
        "runs",
        *(f"secret.{e}" for e in "csv json png svg".split()),
    }
    assert "<script" not in page
    assert "&lt;script&gt;owned=1" in page


def test_verify_runs_the_notebooks_of_the_checkout(command_line, tmp_path):
    run, canary, corpus = tmp_path / "sent", tmp_path / "ran", tmp_path / "corpus"
    (run / "notebooks").mkdir(parents=True)
    corpus.mkdir()
    (corpus / "a.txt").write_text("The plan will be carried out. The plan will be carried out.\n")
    code = f"open({str(canary)!r}, 'w').close()"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbformat.write(notebook, run / "notebooks" / "03_redundancy.ipynb")
    for name in ("sitecustomize.py", "usercustomize.py", "conftest.py", "analysis/__init__.py", "notebooks/os.py"):
        (run / name).parent.mkdir(exist_ok=True)
        (run / name).write_text(code)
    chosen = notebooks(["redundancy"])
    parameters = resolve(chosen, {"corpus": to_root(corpus)})
    write_manifest(run, parameters, recorded(chosen, parameters))
    before = tree(tmp_path)
    done = command_line("verify", run)
    assert done.returncode == 1, done.stderr
    assert re.search(r"^notebooks/03_redundancy.ipynb comes out differently", done.stdout, re.MULTILINE), done.stdout
    assert "analysis/__init__.py is not made by the rerun" in done.stdout
    assert not canary.exists()
    assert tree(tmp_path) == before


def test_what_a_manifest_names_does_not_act_on_a_terminal(run, typed):
    named = "data/\x1b]0;owned\x07\u202e\n.txt"

    def edit(about):
        about["inputs"] = [{"path": named, "sha256": "0" * 64, "bytes": 1}]
        about["versions"]["numpy"] = named

    change(run / "manifest.json", edit)
    done = typed("verify", run)
    assert done.returncode == 1
    assert "is missing" in done.stdout
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.stdout + done.stderr)
    assert not [line for line in done.stdout.splitlines() if line.startswith(".txt")]
