"""A report's notebooks run, each into folders of its own; of a corpus in parts what ran to its end is not run again."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from analysis.core.errors import with_advice
from analysis.core.files import delete_file
from analysis.core.progress import Progress
from analysis.publish.keeping import key_of
from analysis.publish.parameters import notebooks
from analysis.publish.run.processes import Job, Processes, run_notebooks
from analysis.publish.tables import OUTPUT, write_json
from analysis.text.loading import CACHE, ONLY_KEPT

EXECUTED = "notebooks"  # of a run, the folder of the executed notebooks
_LOG = "log.json"  # beside what is kept of a notebook


class Failure(NamedTuple):
    """A notebook that did not run to its end."""

    notebook: str
    cell: str
    error: str
    message: str
    kept: Path | None  # where the failed notebook can be looked at

    def __str__(self) -> str:
        first = (self.message.strip().splitlines() or [""])[0]
        place = f" ({self.kept})" if self.kept else ""
        return f"notebook {self.notebook} failed in cell '{self.cell}': {self.error}: {with_advice(first)}{place}"


def run_sections(
    chosen: Mapping[str, Path],
    parameters: Mapping[str, dict[str, Any]],
    build: Path,
    *,
    words: Path,
    processes: Processes,
    progress: Progress,
    at_once: int,
) -> dict[str, dict[str, Any]]:
    """Run each section's notebook into the folder `build`: itself into `EXECUTED`, its output into the section's.

    `words` is the folder of the words that were read for them, `at_once` as in `run_notebooks`. Gives a log a section.
    """
    jobs = {name: _job(name, path, parameters[name], build, words) for name, path in chosen.items()}
    return run_notebooks(jobs, processes, progress, at_once=at_once)


def run_what_is_left(
    chosen: Mapping[str, Path],
    parameters: Mapping[str, dict[str, Any]],
    build: Path,
    *,
    work: Path,
    words: Path,
    processes: Processes,
    progress: Progress,
    at_once: int,
) -> dict[str, dict[str, Any]]:
    """As `run_sections`, by way of the folder `work`, in which a notebook that has run to its end is kept.

    It is kept under its `key_of`, if that is still the same then, and taken from there by a call that follows.
    """
    keys = {name: key_of(name, path, parameters[name]) for name, path in chosen.items()}
    places = {name: work / EXECUTED / key for name, key in keys.items()}
    jobs = {}
    for name, place in places.items():
        if place.is_dir():
            progress(f"{name} (kept)", 1, 1)
        else:
            places[name] = place.with_name(f".{place.name}")
            jobs[name] = _job(name, chosen[name], parameters[name], places[name], words)

    def ended(name: str, log: dict[str, Any]) -> None:
        if not log.get("error") and key_of(name, chosen[name], parameters[name]) == keys[name]:
            write_json(log, places[name] / _LOG)
            places[name] = places[name].rename(work / EXECUTED / keys[name])

    logs = run_notebooks(jobs, processes, progress, at_once=at_once, ended=ended)
    for name, place in places.items():
        for folder in (EXECUTED, name):
            (build / folder).mkdir(exist_ok=True)
            for file in (place / folder).iterdir():
                shutil.copyfile(file, build / folder / file.name)  # the report's own: it is added to
    return {name: logs.get(name) or json.loads((place / _LOG).read_bytes()) for name, place in places.items()}


def environment_of(scratch: Path) -> dict[str, str]:
    """The environment of all notebooks, without the user's Jupyter settings, and which gives memory back once free."""
    own = {
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_CONFIG_DIR": str(scratch / "config"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
        "MALLOC_MMAP_THRESHOLD_": "500000",  # bytes
        "MPLBACKEND": "agg",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    return {name: value for name, value in os.environ.items() if name != "JUPYTER_PATH"} | own


def reading_from(words: Path) -> dict[str, str]:
    """The environment of a notebook that finds its words in a folder; it is empty where they could not be written."""
    return {CACHE: str(words), ONLY_KEPT: "1" * any(words.glob("*"))}


def failures_in(
    logs: Mapping[str, dict[str, Any]], chosen: Mapping[str, Path], build: Path, out: Path
) -> list[Failure]:
    """The notebooks that failed, each kept beside the report `out` as ``<out>.<notebook>.failed.ipynb``."""
    return [
        Failure(chosen[name].stem, log["cell"], log["error"], log["message"], _keep_failed(out, build, chosen[name]))
        for name, log in logs.items()
        if log.get("error")
    ]


def forget_failures(out: Path) -> None:
    """Delete the failed notebooks of earlier runs."""
    for notebook in notebooks().values():
        delete_file(_failed(out, notebook))


def _job(section: str, notebook: Path, values: dict[str, Any], place: Path, words: Path) -> Job:
    """The job of a notebook that writes into the folder `place`, with the folders for it."""
    executed, output = place / EXECUTED, place / section
    executed.mkdir(parents=True, exist_ok=True)
    output.mkdir()
    task = {"notebook": str(notebook), "output": notebook.name, "parameters": values}
    return Job(task, executed, {**reading_from(words), OUTPUT: str(output)})


def _keep_failed(out: Path, build: Path, notebook: Path) -> Path | None:
    """Keep a failed notebook beside the report; None where it was left half-written."""
    executed = build / EXECUTED / notebook.name
    try:
        json.loads(executed.read_bytes())
    except (OSError, ValueError):
        return None
    kept = _failed(out, notebook)
    copy = build.with_name(kept.name)
    shutil.copyfile(executed, copy)
    copy.replace(kept)
    return kept


def _failed(out: Path, notebook: Path) -> Path:
    """Where a notebook that failed is kept."""
    return out.with_name(f"{out.name}.{notebook.stem}.failed.ipynb")
