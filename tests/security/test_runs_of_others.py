"""A run that somebody else has sent: nothing outside of its folder is read for it, nothing in it is executed."""

import json
import os
import re
import shutil
import signal
import stat
import zipfile
from pathlib import Path

import nbformat
import pytest

from analysis.core.errors import ParameterError
from analysis.core.paths import FIGURES, to_root
from analysis.publish import export as document
from analysis.publish.comparing.compare import compare
from analysis.publish.comparing.compare_page import write_comparison
from analysis.publish.crate import CRATE, contradictions
from analysis.publish.export import export
from analysis.publish.figures import DRAWINGS
from analysis.publish.inside import LARGEST
from analysis.publish.loading import load_run
from analysis.publish.manifest import recorded, sha256_of, write_manifest
from analysis.publish.parameters import notebooks, resolve
from analysis.publish.records import MOST_FILES, MOST_VALUES
from analysis.publish.redraw import MODULES, redraw
from analysis.publish.verify import compare as differences_of
from analysis.publish.verify import verify

SECRET = "what-nobody-but-the-user-has"
TABLE, FIGURE, NODES = "framing/profile", "framing/style", "term_frequency/shape"
FIRST = "framing/validity"  # figure of the framing notebook
FRAMING = "notebooks/02_framing.ipynb"


@pytest.fixture
def run(tmp_path):
    """A finished run, with files beside it that are not its own."""
    folder = tmp_path / "runs" / "sent"
    shutil.copytree(FIGURES / "sample", folder, copy_function=os.link)
    (tmp_path / "secret.csv").write_text(f"frame,label\n{SECRET},{SECRET}\n")
    columns = [{"name": name, "type": "string"} for name in ("frame", "label")]
    (tmp_path / "secret.json").write_text(json.dumps({"caption": SECRET, "alt": SECRET, "columns": columns, "rows": 1}))
    for own in (f"{FIGURE}.png", f"{FIGURE}.svg", FRAMING):
        shutil.copy(folder / own, tmp_path / f"secret{Path(own).suffix}")
    return folder


def tree(folder):
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


# --- what is changed in it


def write(path, text):
    path.unlink()  # it is a link to the committed file
    path.write_text(text, encoding="utf-8")


def change(path, edit):
    about = json.loads(path.read_text(encoding="utf-8"))
    edit(about)
    write(path, json.dumps(about))


def manifest(edit):
    return lambda run: change(run / "manifest.json", edit)


def top(**fields):
    return manifest(lambda about: about.update(fields))


def output(**fields):
    return manifest(lambda about: about["outputs"][0].update(fields))


def parameter(**values):
    return manifest(lambda about: about["parameters"]["framing"].update(values))


def raw(name, text):
    return lambda run: write(run / name, text)


def about(edit):
    return lambda run: change(run / f"{FIGURE}.json", edit)


def column(**fields):
    return about(lambda about: about["columns"][1].update(fields))


def drawing(edit):
    return about(lambda about: edit(about["drawing"]))


def notebook(edit):
    return lambda run: change(run / FRAMING, edit)


def without(run, *names):
    """Take files out of the manifest; the figure's table is another there, so that it is compared."""

    def edit(about):
        about["outputs"] = [record for record in about["outputs"] if record["path"] not in names]
        for record in about["outputs"]:
            if record["path"] == f"{FIGURE}.csv":
                record["sha256"] = "0" * 64

    change(run / "manifest.json", edit)


def edit_notebook(run, edit):
    node = nbformat.read(run / FRAMING, as_version=4)
    edit(node)
    write(run / FRAMING, nbformat.writes(node))


def shown(node, kind):
    outputs = [output for cell in node.cells for output in cell.get("outputs", [])]
    return next(o for o in outputs if o.get("metadata", {}).get("lafz", {}).get("kind") == kind)


def show_alone(run, kind, **data):
    """Leave of all notebooks the first output of a kind, with other data."""

    def edit(node):
        output = shown(node, kind)
        output.data.update(data)
        node.cells = [cell for cell in node.cells if output in cell.get("outputs", [])]

    edit_notebook(run, edit)
    for place in (run / "notebooks").iterdir():
        if "framing" not in place.name:
            place.unlink()


def alone(edit):
    """An edit of a run that shows one figure and nothing else, so that it is soon exported."""

    def edited(run):
        show_alone(run, "figure")
        edit(run)

    return edited


def copied(name, other):
    """A table in the place of another."""

    def edit(run):
        for ending in ("csv", "json"):
            write(run / f"{name}.{ending}", (run / f"{other}.{ending}").read_text(encoding="utf-8"))

    return edit


def put(make):
    """What puts something else in the place of a file."""

    def edit(path):
        path.unlink()
        make(path)

    return edit


def device(path):
    try:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))  # as /dev/zero
    except PermissionError:
        pytest.skip("only root can make a device")


def moved_out(run):
    shutil.move(run / "framing", run.parent / "framing")
    (run / "framing").symlink_to("../framing")


LINK = "a link out"
NO_FILES = {
    "a pipe": put(os.mkfifo),
    "a folder": put(os.mkdir),
    "a socket": put(lambda path: os.mknod(path, 0o600 | stat.S_IFSOCK)),
    "a device": put(device),
    "a huge file": put(lambda path: path.touch() or os.truncate(path, LARGEST + 1)),
    LINK: put(lambda path: path.symlink_to(f"../../../secret{path.suffix}")),
}


def of_no_file(what, name):
    """What is said of a file that is none."""
    return f"names {name!r}, which is not in it: do not trust this run" if what == LINK else f"has {name!r}"


# --- what no reader may stumble over: one line and exit status 2, whatever it is, and at once


@pytest.fixture
def in_time():
    """Fails a test that waits for ever."""

    def late(number, frame):
        pytest.fail("nothing came of it in two minutes")

    earlier = signal.signal(signal.SIGALRM, late)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, earlier)


@pytest.fixture
def told(typed, run, tmp_path, in_time):
    """What a reader says of the run: it is one line with status 2, nothing is written and nothing given away."""
    commands = {
        "figure": ("figure", run, FIGURE, "--out", tmp_path / "made.svg"),
        "figure of two tables": ("figure", run, NODES, "--out", tmp_path / "made.svg"),
        "verify": ("verify", run),
        "compare": ("compare", FIGURES / "sample", run, "--out", tmp_path / "made"),
        "compare with": ("compare", run, FIGURES / "sample", "--out", tmp_path / "made"),
        "export": ("export", run, "--annex", "--out", tmp_path / "made.docx"),
        "export as PDF": ("export", run, "--annex", "--out", tmp_path / "made.pdf"),
    }

    def told(reader):
        before = tree(tmp_path)
        if reader == "load_run":
            with pytest.raises(ParameterError) as refusal:
                load_run(run)[FIGURE]
            said = f"lafz: {refusal.value}\n"
        else:
            done = typed(*commands[reader])
            assert (done.status, done.out) == (2, "")
            said = done.err
        assert re.fullmatch(r"lafz: [^\n]+\n", said)
        assert SECRET not in said
        assert tree(tmp_path) == before
        return said

    return told


DEEP = 200_000 * "["
OUTSIDE = ("../../secret.csv", "framing/../../../secret.csv", "/etc/passwd", "//host/share/secret.csv", "..", ".", "")
MANIFESTS = {
    "200,000 levels": (raw("manifest.json", f'{{"outputs": {DEEP}'), "recursion limit exceeded"),
    "half a character": (output(path="\ud800.csv"), "hex escape"),
    "NUL in a path": (output(path="a\0.csv"), "'outputs.0.path': String should match"),
    "NUL in an input": (manifest(lambda about: about["inputs"][0].update(path="a\0")), "'inputs.0.path': String"),
    "infinite bytes": (output(bytes=float("inf")), "'outputs.0.bytes': Input should be a valid integer"),
    "bytes as a truth": (output(bytes=True), "'outputs.0.bytes': Input should be a valid integer"),
    "bytes below none": (output(bytes=-1), "'outputs.0.bytes': Input should be greater than or equal to 0"),
    "no bytes": (manifest(lambda about: about["outputs"][0].pop("bytes")), "'outputs.0.bytes': Field required"),
    "one more field": (output(mode=1), "'outputs.0.mode': Extra inputs are not permitted"),
    "no hash": (output(sha256=""), "'outputs.0.sha256': String should match pattern"),
    "a path as a number": (output(path=7), "'outputs.0.path': Input should be a valid string"),
    "a path for a record": (manifest(lambda about: about["outputs"].append("a")), "Input should be an object"),
    "outputs by name": (top(outputs={}), "'outputs': Input should be a valid array"),
    "many outputs": (
        manifest(lambda about: about.update(outputs=(MOST_FILES + 1) * about["outputs"][:1])),
        f"'outputs': List should have at most {MOST_FILES} items after validation, not {MOST_FILES + 1}",
    ),
    "many names": (parameter(**{f"n{n}": n for n in range(1001)}), "names, and at most 1,000 are read"),
    "no parameters": (top(parameters={}), "Value should have at least 1 item"),
    "a list of sections": (top(parameters=["framing"]), "Input should be an object"),
    "a section that is a text": (
        manifest(lambda about: about["parameters"].update(framing="x")),
        "should be an object",
    ),
    "no corpus": (manifest(lambda about: about["parameters"]["framing"].pop("corpus")), "'corpus' should name a file"),
    "a corpus that is a list": (parameter(corpus=["/"]), "'parameters.framing': Value error, 'corpus' should name a"),
    "a lexicon that is a number": (parameter(lexicon=7), "'lexicon' should name a file"),
    "a parameter without end": (parameter(margin=float("inf")), "'margin' should be a text, a number, true, false or"),
    "a parameter with parts": (parameter(margin=[[0]]), "'margin' should be a text, a number"),
    "versions as a list": (top(versions=[]), "'versions': Input should be an object"),
    "a version as a number": (manifest(lambda about: about["versions"].update(numpy=2)), "'versions.numpy': Input"),
    "no text": (lambda run: put(lambda path: path.write_bytes(b'"\xff"'))(run / "manifest.json"), "invalid unicode"),
    "a manifest that is a pipe": (lambda run: NO_FILES["a pipe"](run / "manifest.json"), "holds no manifest.json"),
    "a folder that is a link out": (moved_out, "which is not in it"),
    **{f"a path {name!r}": (output(path=name), "which is not in it: do not trust this run") for name in OUTSIDE},
    **{
        what: (lambda run, put=put: put(run / f"{TABLE}.csv"), of_no_file(what, f"{TABLE}.csv"))
        for what, put in NO_FILES.items()
    },
}


@pytest.mark.parametrize("reader", ["load_run", "figure", "verify", "compare", "compare with", "export"])
@pytest.mark.parametrize("case", MANIFESTS)
def test_a_manifest_is_refused_by_every_reader(told, run, reader, case):
    edit, said = MANIFESTS[case]
    edit(run)
    assert said in told(reader)


def test_a_manifest_of_too_many_values_or_bytes_is_not_read(told, run):
    manifest(lambda about: about.update(more=MOST_VALUES * [0]))(run)
    assert "(more than 4,194,304 values)" in told("load_run")
    os.truncate(run / "manifest.json", 2**27 + 1)
    assert "has 'manifest.json' of 134,217,729 bytes, more than 134,217,728: do not trust" in told("load_run")


ABOUTS = {
    "200,000 levels": (raw(f"{FIGURE}.json", f'{{"columns": {DEEP}'), "recursion limit exceeded"),
    "half a character": (about(lambda about: about.update(caption="\udfff")), "hex escape"),
    "no object": (raw(f"{FIGURE}.json", "[]"), "Input should be an object"),
    "no columns": (about(lambda about: about.pop("columns")), "'columns': Field required"),
    "columns of an earlier version": (about(lambda about: about.update(columns=["frame"])), "'columns.0': Input"),
    "an unknown type": (column(type="code"), "'columns.1.type': Input should be 'string', 'integer', 'number'"),
    "a column twice": (column(name="frame"), "'columns': Value error, two columns have one name"),
    "rows as a fraction": (about(lambda about: about.update(rows=1.5)), "'rows': Input should be a valid integer"),
    "no caption": (about(lambda about: about.update(caption=None)), "'caption': Input should be a valid string"),
}
TABLES = {  # each a line of the table, whose second column is of integers
    "inf": "inf,1",
    "1e400": "1e400,1",
    "nan": "nan,1",
    "a word": "many,1",
    "a fraction": "0.5,1",
    "too large a number": "99999999999999999999,1",
    "more cells": "1,1" + ",1" * 20,
    "a quotation mark": '"',
}


@pytest.mark.parametrize("reader", ["load_run", "figure", "compare", "export"])
@pytest.mark.parametrize("case", ABOUTS)
def test_what_is_said_of_a_table_is_refused_by_every_reader(told, run, reader, case):
    edit, said = ABOUTS[case]
    edit(run)
    without(run)
    assert said in told(reader)


@pytest.mark.parametrize("reader", ["load_run", "figure", "compare"])
@pytest.mark.parametrize("case", TABLES)
def test_a_table_is_refused_by_every_reader(told, run, reader, case):
    rows = (run / f"{FIGURE}.csv").read_text(encoding="utf-8").splitlines()
    write(run / f"{FIGURE}.csv", "\n".join([rows[0], f"totality,{TABLES[case]}", *rows[2:]]))
    without(run)
    assert re.search(r"style('|\.csv').* is not as this program writes it \(\w+Error", told(reader))


TRAPS = [
    *((reader, f"{FIGURE}.json") for reader in ("load_run", "figure", "verify", "compare", "export")),
    ("figure of two tables", f"{NODES}.growth.csv"),
    ("figure of two tables", f"{NODES}.growth.json"),
    ("verify", "framing/more"),
    ("export", FRAMING),
    ("export", f"{FIRST}.png"),
    ("export as PDF", f"{FIRST}.svg"),
]


@pytest.mark.parametrize(
    ("reader", "name", "what"),
    [
        (*trap, what)
        for trap in TRAPS
        for what in NO_FILES
        if what != "a folder" and (trap[0], what) != ("verify", LINK)  # whose answer it is: see below
    ],
)
def test_what_no_manifest_lists_is_no_trap(told, run, reader, name, what):
    if name.startswith(FIRST):
        show_alone(run, "figure")
    without(run, name)
    (run / name).touch()
    NO_FILES[what](run / name)
    said = told(reader)
    assert of_no_file(what, name) in said or (what == "a socket" and f"{name}' cannot be read (No such device" in said)


def link(path, target):
    if path.exists():
        path.unlink()
    path.symlink_to(target)


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


NESTED = 1000 * "<div>" + "x" + 1000 * "</div>"
OUTPUT = {"output_type": "display_data", "metadata": {}, "data": {}}
CODE = {"cell_type": "code", "metadata": {}, "source": "", "outputs": []}


def with_table(markup):
    return lambda run: show_alone(run, "table", **{"text/html": markup})


def shows(what, **fields):
    return lambda run: edit_notebook(run, lambda node: shown(node, what).metadata["lafz"].update(fields))


def another_section(about):
    about["parameters"]["../../evil"] = about["parameters"].pop("framing")
    about["inputs"] = []


FOREIGN = (
    "os.system plots.import_module plots.style plots.drawing plots.interval_dots.__globals__ charts.pd.read_pickle "
    "figures.write_picture ..plots.interval_dots analysis.publish.plots.interval_dots"
).split()
RECORDS = {
    "a table as an option": lambda record: record["options"].update({"table": 1}),
    "an attribute of Python": lambda record: record["options"].update({"__class__": 1}),
    "a list of options": lambda record: record.update(options=["x"]),
    "a part outside": lambda record: record.update(parts=["../../../secret"]),
    "a part anywhere": lambda record: record.update(parts=["/etc/passwd"]),
    "a number for a part": lambda record: record.update(parts=[7]),
    "a list of functions": lambda record: record.update(function=["plots.interval_dots"]),
    "no function": lambda record: record.update(function=None),
    "one more field": lambda record: record.update(more=1),
    "no parts": lambda record: record.pop("parts"),
    "no such column": lambda record: record["options"].update({"value": "no such column"}),
}


def cells(*outputs):
    return notebook(lambda node: node.update(cells=[{**CODE, "outputs": count * [OUTPUT]} for count in outputs]))


NO_NOTEBOOK = "has no notebook of its manifest, or others"
NO_NAME = "which is no name of a figure or table"
NAMES = {"../../../secret": NO_NAME, "../framing/style": NO_NAME, "/etc/secret": NO_NAME}
NAMES |= {"..": "cannot be read", "": "cannot be read"}
KINDS = "metadata.lafz.kind': Input should be 'figure', 'finding', 'note', 'reading' or 'table'"
EXPORTED = {
    "200,000 levels": (raw(FRAMING, f'{{"cells": {DEEP}'), "recursion limit exceeded"),
    "half a character": (notebook(lambda node: node["cells"][0].update(source="\ud800")), "hex escape"),
    "no cells": (notebook(lambda node: node.pop("cells")), "'cells': Field required"),
    "a number as source": (notebook(lambda node: node["cells"][0].update(source=1)), "'cells.0.source': Input"),
    "many outputs in a cell": (
        cells(MOST_FILES + 1),
        f"'cells.0.outputs': List should have at most {MOST_FILES} items",
    ),
    "many outputs in all": (cells(*2 * [MOST_FILES // 2 + 1]), "there are 10,002 outputs, and at most 10,000 are read"),
    "an unknown kind": (shows("figure", kind="code"), KINDS),
    **{f"a {k} {name!r}": (shows(k, name=name), said) for k in ("figure", "table") for name, said in NAMES.items()},
    "no such notebook": (lambda run: shutil.rmtree(run / "notebooks"), NO_NOTEBOOK),
    "a notebook more": (lambda run: shutil.copy(run / FRAMING, run / "notebooks" / "04_[.ipynb"), NO_NOTEBOOK),
    "a table without a table": (with_table("<p>no</p>"), "shows no table"),
    "1,000 levels of HTML": (with_table(f"<table><tr><td>{NESTED}</td></tr></table>"), "RecursionError"),
    "documents without columns": (alone(copied("corpus/documents", TABLE)), "(KeyError: "),
    "a parameter less": (
        alone(manifest(lambda about: about["parameters"]["framing"].pop("language"))),
        "(KeyError: 'language')",
    ),
}
NO_DRAWING = "names a drawing that this version does not have"
DRAWN = {
    **{f"by {name}": (drawing(lambda record, name=name: record.update(function=name)), NO_DRAWING) for name in FOREIGN},
    **{f"with {what}": (drawing(edit), "make the report anew\n") for what, edit in RECORDS.items()},
}
OTHERS = {  # what one reader alone looks at
    "notebooks elsewhere": ("verify", manifest(another_section), "no notebook '../../evil'"),
    "a corpus of nobody": ("verify", parameter(corpus="~nosuchuser/texts"), "no such file or folder: "),
    "a picture that is none": ("export as PDF", alone(raw(f"{FIRST}.svg", "<svg")), "(TypstError: "),
    **{f"drawn {what}": ("figure", *case) for what, case in DRAWN.items()},
    **{what: ("export", *case) for what, case in EXPORTED.items()},
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_one_reader_looks_at_is_refused_by_it(told, run, case):
    reader, edit, said = OTHERS[case]
    edit(run)
    assert said in told(reader)


def test_tables_that_lack_columns_are_not_compared(told, run):
    copied("framing/frames", TABLE)(run)
    copied(FIGURE, "framing/evidence")(run)
    without(run)
    assert "one of the two runs is not as this program writes it (KeyError: " in told("compare")


def test_a_report_too_long_for_a_document_is_told_in_one_line(told, run, monkeypatch):
    monkeypatch.setattr(document, "MOST", 1000)
    show_alone(run, "figure")
    assert re.search(r"characters, more than 1,000: export one of fewer notebooks$", told("export"))


def test_the_drawings_are_those_of_two_modules(run, tmp_path):
    redraw(run, FIGURE, out=tmp_path / "a.svg")
    ours = {name for name in DRAWINGS if DRAWINGS[name].__module__.startswith("analysis.")}
    assert {name.partition(".")[0] for name in ours} == set(MODULES)


def test_a_file_of_any_content_is_compared(tmp_path, in_time):
    again = FIGURES / "sample" / "framing"
    names = ["style.csv", "style.json", "style.png", "style.svg"]
    recorded = {name: sha256_of(again / name) for name in names}
    for side in ("here", "again"):
        (tmp_path / side).mkdir()
    for name in names:
        shutil.copy(again / name, tmp_path / "again")
    for content in (b"", b"\0", b"\xff\xfe", DEEP.encode(), b"inf,nan\n" * 99, b'"' * 99):
        for name in names:
            (tmp_path / "here" / name).write_bytes(content)
        found = differences_of(tmp_path / "here", tmp_path / "again", recorded)
        assert [line.partition(" was changed after the run: ")[0] for line in found] == names
        assert "\n" not in "".join(found)


def test_a_crate_of_any_content_is_compared(run):
    own = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert contradictions(run, own) == []
    for text in (f'{{"@graph": {DEEP}', '{"@graph": [{"@id": ["x"]}]}', '{"@graph": [7]}', "[]"):
        write(run / CRATE, text)
        assert contradictions(run, own) == ["it is no longer a crate"]


@pytest.mark.parametrize("command", ["figure {} style", "verify {}", "compare {} {}", "export {} --pdf"])
def test_a_folder_of_nobody_is_no_report(typed, command):
    done = typed(*command.format("~nosuchuser/run", "~nosuchuser/run").split())
    assert (done.status, done.out) == (2, "")
    assert re.fullmatch(r"lafz: [^\n]*~nosuchuser/run'[^\n]*\n", done.err)
    with pytest.raises(ParameterError, match="no such folder: '~nosuchuser/run'"):
        load_run("~nosuchuser/run")


# --- what is written, and what is run


THEIRS = """<table typst:fill='read("secret.txt")'><thead><tr><th typst:fill='panic("ran")'>term</th></tr></thead>
<tbody><tr><td data-typst:fill='panic("ran")'><a href="file:///etc/passwd">link</a> <img src="/etc/passwd" alt="alt">
<a href="javascript:alert(1)">to</a><iframe src="http://example.org/"></iframe><script>alert(1)</script>
#panic("ran") #import "@preview/cetz:0.3.4" $x$</td></tr></tbody></table>"""


@pytest.mark.parametrize("ending", [".docx", ".pdf"])
def test_what_a_notebook_shows_is_no_code_of_a_document(run, tmp_path, ending):
    show_alone(run, "table", **{"text/html": f"<figure>{THEIRS}</figure>"})
    made = export(run, tmp_path / f"out{ending}").read_bytes()  # typst would stop with "panicked with: ran"
    if ending == ".pdf":
        for word in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/EmbeddedFile", b"/SubmitForm", b"/OpenAction"):
            assert word not in made
    else:
        with zipfile.ZipFile(tmp_path / "out.docx") as word:
            assert b"External" not in b"".join(word.read(name) for name in word.namelist() if name.endswith(".rels"))


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
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith("secret.")} == {"made", "runs"}
    assert "<script" not in page
    assert "&lt;script&gt;owned=1" in page


@pytest.mark.slow
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
    assert done.status == 1
    assert "is missing" in done.out
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.out + done.err)
    assert not [line for line in done.out.splitlines() if line.startswith(".txt")]
