"""How long the sample's report takes, beside the least that three notebooks can take.

The floor: three notebooks, run side by side in the same way, that import what the report's notebooks import, and draw
and save one figure each. Both are whole commands in a process of their own, by turns; the fastest of each counts.

    python benchmarks/report.py [ROUNDS]
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat import v4

from analysis.core.paths import SAMPLE
from analysis.publish.parameters import notebooks, read_cells, resolve
from analysis.publish.run.processes import Processes
from analysis.publish.run.sections import environment_of, run_sections

FLOOR = "--floor"  # the option that makes this program run the bare notebooks and no more
FIGURE = """
import pandas as pd
from matplotlib.figure import Figure
from analysis.publish.figures import save_figure

figure = Figure()
figure.add_subplot().plot([1, 2])
save_figure(figure, "line", data=pd.DataFrame({"x": [1, 2]}), caption="A line.", alt="A line that rises.")
"""


def bare(path: Path, folder: Path) -> Path:
    """A notebook with only the imports and the parameters of the notebook `path`, and one figure."""
    kept = [cell for cell in read_cells(path) if cell.kind == "code" and {"imports", "parameters"} & {*cell.tags}]
    imports = next(cell for cell in read_cells(path) if cell.kind == "code")
    cells = [v4.new_code_cell(imports.source)]
    cells += [v4.new_code_cell(cell.source, metadata={"tags": list(cell.tags)}) for cell in kept]
    cells.append(v4.new_code_cell(FIGURE.strip()))
    made = folder / path.name
    about = nbformat.read(path, as_version=4).metadata
    nbformat.write(v4.new_notebook(cells=cells, metadata=about), made)
    return made


def floor() -> None:
    """Run the three bare notebooks as a report runs its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chosen = notebooks()
        parameters = resolve(chosen, {"corpus": str(SAMPLE)})
        (folder / "run").mkdir()
        made = {section: bare(path, folder) for section, path in chosen.items()}
        how = {"words": folder / "tokens", "progress": lambda *_: None, "at_once": len(made)}
        with Processes(folder, environment_of(folder)) as processes:
            logs = run_sections(made, parameters, folder / "run", processes=processes, **how)
        assert not any("error" in log for log in logs.values()), logs


def seconds(*command: str) -> float:
    """How long a command of this Python takes."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True)
    return time.perf_counter() - started


def report() -> float:
    """How long the sample's report takes, whole."""
    with tempfile.TemporaryDirectory() as folder:
        return seconds("-m", "analysis", "report", str(SAMPLE), "--out", f"{folder}/run")


def main() -> None:
    """Print both, and their ratio."""
    if FLOOR in sys.argv:
        floor()
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    report()  # what is compiled once has been compiled then
    found = [(seconds(__file__, FLOOR), report()) for _ in range(rounds)]
    least, whole = (min(times) for times in zip(*found, strict=True))
    print(f"three bare notebooks      {least:5.1f} s")
    print(f"the report of the sample  {whole:5.1f} s   {whole / least:.2f} times")


if __name__ == "__main__":
    main()
