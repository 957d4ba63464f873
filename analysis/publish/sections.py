"""What the executed notebooks of a run say and show, block by block, for whatever prints it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from analysis.errors import ParameterError

if TYPE_CHECKING:
    from analysis.publish.records import Shown


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
    from analysis.publish.records import read_notebook  # it takes its time to import, and a report needs it last

    paths = (path for path in sorted((run / "notebooks").glob("*.ipynb")) if path.stem.partition("_")[2] == name)
    path = next(paths, None)
    if path is None:
        raise ParameterError(f"{str(run)!r} has no notebook {name!r}: make the report anew")
    blocks = []
    for cell in read_notebook(run, f"notebooks/{path.name}"):
        if "notebook-only" in cell.metadata.tags:
            continue
        if cell.cell_type == "markdown":
            blocks.append(Block("prose", cell.source))
        for output in cell.outputs:
            if shown := output.metadata.lafz:
                blocks.append(_block(run, name, shown, output.data.plain, output.data.html))
    title = re.match(r"#\s+(.*)", blocks[0].text) if blocks else None
    return Section(name, title[1] if title else name, blocks)


def _block(run: Path, section: str, shown: "Shown", text: str, html: str) -> Block:
    from analysis.publish.records import read_about

    if shown.kind not in ("figure", "table"):
        return Block(shown.kind, text, html)
    name = shown.name
    if "/" in name:
        raise ParameterError(f"{str(run / section)!r} shows {name!r}, which is no name of a figure or table")
    about = read_about(run, f"{section}/{name}", figure=shown.kind == "figure")
    folder = run / section
    paths = sorted(path for path in folder.iterdir() if path.name.startswith(f"{name}.") and path.suffix != ".json")
    files = tuple(f"{section}/{path.name}" for path in paths)
    return Block(shown.kind, text, html, name, about, shown.rows, files)
