"""The notebooks are thin, readable, and committed clean."""

import ast
import re
import statistics

import nbformat
import pytest

from analysis import lafz
from analysis.core.paths import NOTEBOOKS

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_four_notebooks_are_there():
    assert [path.stem for path in PATHS] == ["00_explore", "01_term_frequency", "02_framing", "03_redundancy"]


def test_no_outputs_and_no_counts(notebook):
    nbformat.validate(notebook)
    assert all(not cell.outputs and cell.execution_count is None for cell in code(notebook))


def test_cell_ids_are_readable_words(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", cell_id) for cell_id in ids), ids


def test_cells_define_nothing_and_are_short(notebook):
    lengths = []
    for cell in code(notebook):
        assert not [
            n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.FunctionDef | ast.ClassDef | ast.Lambda)
        ]
        lengths.append(len([line for line in cell.source.splitlines() if line.strip() and line[0] != "#"]))
    assert statistics.median(lengths) <= 4, lengths


def test_every_section_is_a_question_with_words_before_code(notebook):
    headings = [cell.source.splitlines()[0] for cell in notebook.cells if cell.cell_type == "markdown"]
    questions = [heading for heading in headings if heading.startswith("## ")]
    assert headings[0].startswith("# ")
    assert headings[0].endswith("?")
    assert questions[-1] == "## What this shows, and what it does not"
    assert all(heading.endswith("?") for heading in questions[1:-1]), questions


def test_one_cell_holds_the_parameters_and_comes_before_any_work(notebook):
    tagged = [i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    before = [cell.source for cell in notebook.cells[: tagged[0]] if cell.cell_type == "code"]
    assert all(
        line.startswith(("from ", "import ", "# ")) or not line for source in before for line in source.splitlines()
    )


def test_the_first_cell_imports_the_library_by_one_name(notebook):
    first = code(notebook)[0]
    assert "from analysis import lafz" in first.source.splitlines()
    assert len(first.source.splitlines()) <= 8
    called = {name for cell in code(notebook) for name in re.findall(r"\blafz\.(\w+)", cell.source)}
    assert "load_tokens" in called
    assert {name for name in called if not hasattr(lafz, name)} == set()


def test_no_path_leads_out_of_the_checkout(notebook):
    assert not [cell.id for cell in code(notebook) if "../" in cell.source or "sys.path" in cell.source]
