"""The list of promises names tests that there are, at the level at which they run."""

import ast
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
ROWS = re.findall(r"^\| .+ \| `([^`:]+)::(\w+)` \| (\w+) \|$", (FOLDER / "README.md").read_text(), re.MULTILINE)


def levels(path):
    """The level of each test of a module, by its marks and those of its parameters."""
    tree = ast.parse(path.read_text())
    of_names = {ast.unparse(node.targets[0]): ast.unparse(node) for node in tree.body if isinstance(node, ast.Assign)}
    if "mark.slow" in of_names.get("pytestmark", ""):
        return dict.fromkeys((node.name for node in tree.body if isinstance(node, ast.FunctionDef)), "slow")
    found = {}
    for node in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        marks = [ast.unparse(mark) for mark in node.decorator_list]
        of_parameters = " ".join(
            marks + [text for name, text in of_names.items() if re.search(rf"\b{name}\b", " ".join(marks))]
        )
        found[node.name] = "slow" if "pytest.mark.slow" in marks else "both" if "mark.slow" in of_parameters else "fast"
    return found


def test_every_row_is_read():
    table = [line for line in (FOLDER / "README.md").read_text().splitlines() if line.startswith("| ")]
    heads = [line for line in table if line.startswith(("| promise", "| ---"))]
    assert len(ROWS) == len(table) - len(heads) > 50


@pytest.mark.parametrize(("module", "test", "level"), ROWS)
def test_a_promise_is_proven_at_its_level(module, test, level):
    assert levels(FOLDER / module).get(test) == level
