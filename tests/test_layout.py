"""Imports run one way: from what is above to what is below."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from analysis.core.paths import ROOT

PACKAGE = ROOT / "analysis"
FLOORS = (("core",), ("text",), ("engine",), ("terms", "framing", "redundancy"), ("scale",), ("publish",), ("cli",))
ROOMS = ("terms", "framing", "redundancy", "scale")  # in which measures are
# Names that two things have: shares of pairs and of documents, sentences by terms and by meaning, weights of a model.
OTHERS = {"shares", "score_sentences", "weights"}
INSIDE = {"text.reading": ("text",), "framing.syntax": ("framing",)}  # rooms of a room that know nothing of the rest
BELOW_READING = ("text.sentences", "text.reading")  # what reads files knows the languages that there are


def imported(source: str) -> Iterator[str]:
    """The modules of this package that a module imports, wherever in it, and the names that it imports from them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written out"
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)


def found(file: Path, rooms: tuple[str, ...]) -> set[str]:
    """What a file imports from rooms, such as text or text.reading."""
    names = {name.removeprefix("analysis.") for name in imported(file.read_text(encoding="utf-8"))}
    return {name for name in names if name.startswith(tuple(f"{room}." for room in rooms)) or name in rooms}


def files(room: str) -> list[Path]:
    return sorted((PACKAGE / room.replace(".", "/")).rglob("*.py"))


def test_every_module_is_in_a_room() -> None:
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py", "lafz.py"}
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert rooms == {room for floor in FLOORS for room in floor}


@pytest.mark.parametrize("room", [room for floor in FLOORS for room in floor])
def test_no_room_imports_what_is_above_it_or_beside_it(room: str) -> None:
    level = next(number for number, floor in enumerate(FLOORS) if room in floor)
    others = tuple(other for floor in FLOORS[level:] for other in floor if other != room)
    wrong = {(file.relative_to(PACKAGE).as_posix(), name) for file in files(room) for name in found(file, others)}
    assert files(room)
    assert wrong == set()


def test_what_imports_all_of_it_is_imported_by_nothing() -> None:
    """`analysis.lafz` is for notebooks: the command line starts without it."""
    sources = [path for path in PACKAGE.rglob("*.py") if path.name != "lafz.py"]
    names = {name for path in sources for name in imported(path.read_text(encoding="utf-8"))}
    assert "analysis.text.tokens" in names
    assert {name for name in names if name.startswith("analysis.lafz")} == set()


@pytest.mark.parametrize(("room", "rest"), INSIDE.items())
def test_what_is_inside_a_room_knows_nothing_of_its_other_modules(room: str, rest: tuple[str, ...]) -> None:
    names = {name for file in files(room) for name in found(file, rest)}
    assert {name for name in names if not name.startswith((room, *BELOW_READING))} == set()


def test_no_modules_import_one_another_in_a_circle() -> None:
    modules = {
        ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): file
        for floor in FLOORS
        for room in floor
        for file in files(room)
    }
    graph = {
        name: {other.removeprefix("analysis.") for other in imported(file.read_text(encoding="utf-8"))} - {name}
        for name, file in modules.items()
    }
    order = list(TopologicalSorter({name: others & modules.keys() for name, others in graph.items()}).static_order())
    assert len(order) == len(modules)


def test_no_measure_is_written_twice() -> None:
    """One function has the name of each measure that the methods page names, however large a corpus it is for."""
    methods = (PACKAGE / "publish" / "methods.yml").read_text(encoding="utf-8")
    measures = set(re.findall(r"analysis\.(?:terms|framing|redundancy|scale)[.\w]*\.(\w+)", methods))
    assert len(measures) > 40
    found: dict[str, list[str]] = {}
    for file in (file for room in ROOMS for file in files(room)):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name in measures - OTHERS:
                found.setdefault(node.name, []).append(file.relative_to(PACKAGE).as_posix())
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_no_measure_asks_how_a_corpus_is_kept(room: str) -> None:
    asking = {
        file.relative_to(PACKAGE).as_posix()
        for file in files(room)
        if "analysis.text.shards.ShardedTokens" in imported(file.read_text(encoding="utf-8"))
    }
    assert asking == set()


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
    assert "publish.tables" in found(tmp_path / "a.py", ("publish",))
    assert found(tmp_path / "a.py", ("scale",)) == set()
