"""What the executed notebooks of a run say and show, block by block, for whatever prints it."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from analysis.errors import ParameterError
from analysis.publish.inside import inside
from analysis.publish.parameters import joined, read_cells


class Block(NamedTuple):
    """A piece of a section.

    `kind` is prose (`text` is Markdown), finding, note, figure, table or reading (`text` in plain words, `html` as the
    notebook showed it). Of a figure and a table: its `name`, what the file beside it says (`about`), how many `rows` of
    a table are shown, and the paths of its `files`, from the run's folder.
    """

    kind: str
    text: str
    html: str = ""
    name: str = ""
    about: dict[str, Any] = {}  # noqa: RUF012 (never changed)
    rows: int = 0
    files: tuple[str, ...] = ()


class Section(NamedTuple):
    """A notebook: its name ("framing"), its title and its blocks in order."""

    name: str
    title: str
    blocks: list[Block]

    @property
    def findings(self) -> list[str]:
        return [block.text for block in self.blocks if block.kind == "finding"]


def read_sections(run: Path, names: Sequence[str]) -> list[Section]:
    """The sections of the folder `run`, in the order of `names`.

    Taken over are the notebooks' prose and what `save_figure`, `save_table`, `show_reading`, `finding` and `note`
    showed, and nothing else of their outputs.
    """
    return [_section(run, name) for name in names]


def _section(run: Path, name: str) -> Section:
    path = next((run / "notebooks").glob(f"*_{name}.ipynb"))
    inside(run, path.relative_to(run).as_posix())
    blocks = []
    for cell in read_cells(path):
        if "notebook-only" in cell.tags:
            continue
        if cell.kind == "markdown":
            blocks.append(Block("prose", cell.source))
        for output in cell.outputs:
            if about := output.get("metadata", {}).get("lafz"):
                blocks.append(_block(run / name, about, {kind: joined(text) for kind, text in output["data"].items()}))
    title = re.match(r"#\s+(.*)", blocks[0].text) if blocks else None
    return Section(name, title[1] if title else name, blocks)


def _block(folder: Path, shown: dict[str, Any], data: dict[str, str]) -> Block:
    text, html = data["text/plain"], data["text/html"]
    if shown["kind"] not in ("figure", "table"):
        return Block(shown["kind"], text, html)
    name = shown["name"]
    if "/" in name:
        raise ParameterError(f"{str(folder)!r} shows {name!r}, which is no name of a figure or table")
    about = json.loads(inside(folder, f"{name}.json").read_text(encoding="utf-8"))
    paths = sorted(path for path in folder.iterdir() if path.name.startswith(f"{name}.") and path.suffix != ".json")
    files = tuple(f"{folder.name}/{path.name}" for path in paths)
    return Block(shown["kind"], text, html, name, about, shown.get("rows", 0), files)
