"""Imports run one way: from what is above to what is below."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.core.paths import ROOT

PACKAGE = ROOT / "analysis"
MIDDLE = ("terms", "framing", "redundancy")
ABOVE = {
    "text": ("engine", "scale", "publish", *MIDDLE),
    "engine": ("scale", "publish", *MIDDLE),
    **{room: ("scale", "publish", *(other for other in MIDDLE if other != room)) for room in MIDDLE},
    "scale": ("publish",),
    "publish": (),
}
BELOW_ALL = (
    "errors",
    "paths",
    "places",
    "printable",
    "progress",
    "signals",
    "strict_yaml",
)  # modules at the top that every room has


def imported(source: str) -> Iterator[str]:
    """The modules of this package that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written out"
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)


def found(file: Path, above: tuple[str, ...]) -> set[str]:
    """What a file imports from the rooms above it."""
    names = {name for name in imported(file.read_text(encoding="utf-8")) if name.split(".")[0] == "analysis"}
    return {".".join(name.split(".")[:3]) for name in names if name.split(".")[1:2] and name.split(".")[1] in above}


def files(room: str) -> list[Path]:
    return sorted((PACKAGE / room).rglob("*.py"))


@pytest.mark.parametrize("room", ABOVE)
def test_no_room_imports_what_is_above_it(room: str) -> None:
    assert files(room)
    wrong = {(file.relative_to(PACKAGE).as_posix(), name) for file in files(room) for name in found(file, ABOVE[room])}
    assert wrong == set()


def test_what_every_room_has_imports_no_room() -> None:
    assert [name for name in BELOW_ALL if found(PACKAGE / f"{name}.py", tuple(ABOVE))] == []


def test_commands_are_imported_by_no_room() -> None:
    own = [file.stem for file in PACKAGE.glob("*commands.py")]
    assert "commands" in own
    wrong = {file.name for room in ABOVE for file in files(room) if found(file, ("__main__", *own))}
    assert wrong == set()


@pytest.mark.parametrize(
    "text",
    [
        "import analysis.publish.tables",
        "from analysis.publish import tables",
        "def f():\n    from analysis.publish import tables",
    ],
)
def test_an_import_is_seen_in_every_form(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(text)
    assert "analysis.publish.tables" in found(tmp_path / "a.py", ("publish",))
    assert found(tmp_path / "a.py", ("scale",)) == set()
