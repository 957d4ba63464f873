"""Run a report's notebooks, each into its own folders; on a sharded corpus, keep finished ones to resume from."""

import hashlib
import html
import json
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from analysis.core.errors import with_advice
from analysis.core.files import ForeignError, LeftAlone, clear, delete_file, is_lafz_folder
from analysis.core.jobs import BusyError, empty_folder, locked_folder, work_path
from analysis.core.progress import Progress
from analysis.core.versions import code_version
from analysis.publish.manifest import OF_FORMATS, extras_of, input_records, recorded, versions
from analysis.publish.parameters import notebooks, read_cells
from analysis.publish.run.processes import Job, Processes, run_notebooks
from analysis.publish.tables import OUTPUT, write_json
from analysis.text.loading import CACHE, ONLY_KEPT

EXECUTED = "notebooks"  # of a run, the folder of the executed notebooks
_LOG = "log.json"  # beside the kept output of a notebook
_WORDS = "words-"  # prefix of the folder of tokens that all notebooks read


class Failure(NamedTuple):
    """A notebook that did not run to its end."""

    notebook: str
    cell: str
    error: str
    message: str
    kept: Path | None  # a copy of the failed notebook

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
    work: Path | None = None,
) -> dict[str, dict[str, Any]]:
    """Run each section's notebook into the folder `build`. Return a log for each section.

    `words` is the folder of the tokens that they read. With a folder `work`, a notebook that ran to its end is kept
    there under its `key_of`, if the key has not changed meanwhile, and a later call takes it from there.
    """
    keys = {name: key_of(name, path, parameters[name]) for name, path in chosen.items()} if work else {}
    places = {name: work / EXECUTED / keys[name] if work else build for name in chosen}
    jobs = {}
    for name, place in places.items():
        if work and place.is_dir():
            progress(f"{name} (kept)", 1, 1)
            continue
        places[name] = place.with_name(f".{place.name}") if work else build
        jobs[name] = _job(name, chosen[name], parameters[name], places[name], words)

    def ended(name: str, log: dict[str, Any]) -> None:
        if work and not log.get("error") and key_of(name, chosen[name], parameters[name]) == keys[name]:
            write_json(log, places[name] / _LOG)
            places[name] = places[name].rename(work / EXECUTED / keys[name])

    logs = run_notebooks(jobs, processes, progress, at_once=at_once, ended=ended)
    for name, place in places.items() if work else ():
        for folder in (EXECUTED, name):
            (build / folder).mkdir(exist_ok=True)
            for file in (place / folder).iterdir():
                shutil.copyfile(file, build / folder / file.name)  # a copy, since the report's files are added to
    return {name: logs.get(name) or json.loads((place / _LOG).read_bytes()) for name, place in places.items()}


def write_left_out(build: Path, notebook: Path, why: str) -> None:
    """Write an executed notebook with the title of `notebook` and `why` it was left out, for the page to show."""
    title = next(cell.source for cell in read_cells(notebook) if cell.kind == "markdown")
    said = f"Left out: {why}."
    shown = {
        "output_type": "display_data",
        "data": {"text/plain": said, "text/html": f"<p>{html.escape(said)}</p>"},
        "metadata": {"lafz": {"kind": "note"}},
    }
    code = {"cell_type": "code", "id": "left-out", "execution_count": None, "outputs": [shown], "source": ""}
    cells = [{"cell_type": "markdown", "id": "title", "source": title, "metadata": {}}, {**code, "metadata": {}}]
    (build / EXECUTED).mkdir(exist_ok=True)
    write_json({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, build / EXECUTED / notebook.name)


def reading_from(words: Path) -> dict[str, str]:
    """The environment that tells a notebook to read its tokens from a folder, if they could be written there."""
    return {CACHE: str(words), ONLY_KEPT: "1" * any(words.glob("*"))}


def failures_in(
    logs: Mapping[str, dict[str, Any]], chosen: Mapping[str, Path], build: Path, out: Path
) -> list[Failure]:
    """The failures in `logs`, each notebook kept beside the report `out` as ``<out>.<notebook>.failed.ipynb``."""
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
    """The job of a notebook that writes into the folder `place`; its folders are made."""
    executed, output = place / EXECUTED, place / section
    executed.mkdir(parents=True, exist_ok=True)
    output.mkdir()
    return {
        "notebook": str(notebook),
        "output": notebook.name,
        "parameters": values,
        "folder": str(executed),
        "environment": {**reading_from(words), OUTPUT: str(output)},
    }


def _keep_failed(out: Path, build: Path, notebook: Path) -> Path | None:
    """Copy a failed notebook beside the report; None if it is half-written."""
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
    """The path of the copy of a failed notebook."""
    return out.with_name(f"{out.name}.{notebook.stem}.failed.ipynb")


@contextmanager
def kept_work(out: Path) -> Iterator[Path]:
    """Hold the folder of the finished parts of the report `out` for this process alone; see `locked_folder`.

    It has the stages of reading, the tokens in `words_of`, and a folder for each notebook that ran to its end. Files
    that killed notebooks left beside the tokens are deleted on entry and exit.
    """
    with locked_folder(work_path(out)) as work:
        clear(work, _is_beside_words, deep=3)
        try:
            yield work
        finally:
            clear(work, _is_beside_words, deep=3)


def words_of(work: Path) -> Path:
    """The folder of the tokens in a report's work folder, one for each version of the program."""
    return work / f"{_WORDS}{code_version()[:16]}"


def key_of(section: str, notebook: Path, values: Mapping[str, Any]) -> str:
    """The section and a digest of what its output depends on: parameters, files read, code and versions."""
    read = input_records(recorded({section: notebook}, {section: dict(values)}))
    known = json.dumps([values, read, versions(extras_of({section: dict(values)}, OF_FORMATS))], sort_keys=True)
    return f"{section}-{hashlib.sha256(known.encode()).hexdigest()[:32]}"


def is_kept(out: str | Path) -> bool:
    """Whether finished parts of the report `out` are kept."""
    return is_lafz_folder(work_path(Path(out).expanduser().resolve()))


def forget(out: Path) -> None:
    """Delete the kept parts of the report `out`, unless another process uses them."""
    if not os.path.lexists(work_path(out)):
        return
    try:
        with suppress(BusyError), locked_folder(work_path(out)) as work:
            empty_folder(work)
    except ForeignError as error:
        warnings.warn(str(error), LeftAlone, stacklevel=2)


def _is_beside_words(path: PurePath) -> bool:
    """Whether a path in the work folder is a notebook's temporary file beside the tokens."""
    inside = len(path.parts) == 3 and path.parts[0].startswith(_WORDS)
    return inside and not (path.name.isdigit() or path.name == "types" or path.suffix)
