"""A notebook's cells run in this process, where what they say is tested and not the kernel that says it."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from analysis.publish.parameters import notebooks


def write_notebook(path: Path, *sources: str) -> Path:
    """Write a notebook of these cells, cell-0, cell-1 and so on; the first is that of the parameters."""
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}}), path)
    return path


def run_in_process(notebook: Path, run: Path, parameters: Mapping[str, Any]) -> nbformat.NotebookNode:
    """Run a notebook, and write it into `run` with what its cells showed, as a report does; it is given back, too.

    The parameters are not checked, as where somebody runs a notebook by hand.
    """
    node = nbformat.read(notebook, as_version=4)
    given = {name: str(value) if isinstance(value, Path) else value for name, value in parameters.items()}
    shell = InteractiveShell.instance()
    try:
        for cell in node.cells:
            if cell.cell_type == "code":
                with capture_output() as shown:
                    shell.display_trap.hook = sys.displayhook  # by which the value of a last line is kept too
                    shell.run_cell(cell.source).raise_error()
                said = [nbformat.v4.new_output("stream", text=text) for text in (shown.stdout, shown.stderr) if text]
                cell.outputs = said + [
                    nbformat.v4.new_output("display_data", data=one.data, metadata=one.metadata or {})
                    for one in shown.outputs
                ]
            if "parameters" in cell.metadata.get("tags", []):
                shell.push(given)
    finally:
        plt.close("all")
        InteractiveShell.clear_instance()
    (run / "notebooks").mkdir(parents=True, exist_ok=True)
    nbformat.write(node, run / "notebooks" / notebook.name)
    return node


def shown_by(run: Path, section: str) -> list[tuple[str, str]]:
    """(kind, name or text) of all that the notebook of a section showed in a run; it must have said nothing else."""
    node = nbformat.read(run / "notebooks" / notebooks()[section].name, as_version=4)
    outputs = [o for cell in node.cells for o in cell.get("outputs", [])]
    assert not [o for o in outputs if o.output_type == "stream"]
    return [(o.metadata["lafz"]["kind"], o.metadata["lafz"].get("name") or o.data["text/plain"]) for o in outputs]
