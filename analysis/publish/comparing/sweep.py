"""A report for each of several values of a parameter, and one page that holds them against each other."""

import csv
import math
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from analysis.errors import ParameterError
from analysis.framing.lexicon import LexiconError
from analysis.paths import to_root
from analysis.places import temporary_folder
from analysis.progress import Progress
from analysis.publish import runs
from analysis.publish.comparing.sweep_page import write_sweep_page
from analysis.publish.loading import load_run
from analysis.publish.manifest import FILE_PARAMETERS, MANIFEST, named, recorded, versions
from analysis.publish.parameters import notebooks
from analysis.publish.records import read_manifest
from analysis.publish.tables import write_json
from analysis.text.corpus import CorpusError
from analysis.text.folders import sha256_of

ABOUT = "sweep.json"
MOST = 24  # runs; of more, nobody reads the page
LONGEST = 100  # characters of a folder's name
SweepProgress = Callable[[str, str, int, int], None]  # run, section, cells done, cells in all


class Sweep(NamedTuple):
    """What came of a sweep: its page (None where no run is there to show), the runs that were made, those that were
    finished before and kept, and what failed, a line each."""

    page: Path | None
    made: list[str]
    kept: list[str]
    failures: list[str]


def sweep(
    corpus: str | Path,
    out: str | Path,
    assignments: Sequence[str],
    *,
    only: list[str] | None = None,
    progress: SweepProgress = lambda run, section, done, total: None,
) -> Sweep:
    """Run the notebooks on `corpus` once for each combination of the values in `assignments`, each into its own folder.

    `assignments` are as in `grid`, `only` as in `analysis.publish.runs.report`. Every combination is checked before the
    first notebook starts (`ParameterError`, `LexiconError`). The folders, such as ``out/similarity=0.5``, are whole
    reports; one that stands there already, made by this program from the same files with the same parameters, is kept
    and not made anew. What fails leaves the others as they are. ``out/index.html`` has a row a run; see
    `sweep_page.write_sweep_page`. Raises `ParameterError` too where `out` holds something else.
    """
    folder = Path(out).expanduser().absolute()
    values = grid(assignments)
    names = folder_names(values)
    planned = {name: runs.resolved(corpus, only, own) for name, own in zip(names, values, strict=True)}
    _check(planned)
    if folder.exists() and not (folder.is_dir() and ((folder / ABOUT).is_file() or not any(folder.iterdir()))):
        raise ParameterError(f"{str(out)!r} exists and is no earlier sweep: choose another --out, or move it away")
    kept = [name for name, parameters in planned.items() if is_finished(folder / name, parameters)]
    left = {name: parameters for name, parameters in planned.items() if name not in kept}
    made, failures = [], []
    with temporary_folder() as read:  # the corpus is read once for all runs that read it in one way
        runs.check_sweep(left.values(), read)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Before the first run, so that what a killed sweep has finished is known as its own.
            write_json({"corpus": to_root(corpus), "runs": dict(zip(names, values, strict=True))}, folder / ABOUT)
        except OSError as error:
            raise ParameterError(f"--out {str(out)!r} cannot be written: {error.strerror}") from None
        for name, parameters in left.items():
            try:
                failed = runs.run(parameters, folder / name, read=read, progress=_of(name, progress))
            except (CorpusError, LexiconError, ParameterError) as error:
                failures.append(f"{name}: {error}")
                continue
            failures += [f"{name}: {failure}" for failure in failed]
            made += [name] * (not failed)
    there = {name: own for name, own in zip(names, values, strict=True) if name in made or name in kept}
    if not there:
        return Sweep(None, made, kept, failures)
    found = {name: load_run(folder / name) for name in there}
    varied = [name for name in values[0] if len({own[name] for own in values}) > 1]
    page = write_sweep_page(found, {n: {v: own[v] for v in varied} for n, own in there.items()}, folder, failures)
    return Sweep(page, made, kept, failures)


def grid(assignments: Sequence[str]) -> list[dict[str, str]]:
    """Every combination of the values in ``name=value,value`` texts, the last name running fastest.

    A value with a comma in it stands in double quotes, as in a CSV file; a name that is given again has more values.
    Raises `ParameterError` for a text that is no assignment, a value given twice, a single combination, or too many.

    >>> grid(["similarity=0.5,0.8", "top_n=10"])
    [{'similarity': '0.5', 'top_n': '10'}, {'similarity': '0.8', 'top_n': '10'}]
    >>> [values["pattern"] for values in grid(['pattern="war, on",peace'])]
    ['war, on', 'peace']
    """
    values: dict[str, list[str]] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.strip():
            raise ParameterError(
                f"{assignment!r} is not a parameter: write name=value,value, such as similarity=0.5,0.8"
            )
        own = values.setdefault(name.strip(), [])
        own += [value.strip() for value in next(csv.reader([text], skipinitialspace=True), [""])]
    if "corpus" in values:
        raise ParameterError("parameter 'corpus' is the first argument: lafz sweep CORPUS")
    for name, own in values.items():
        if twice := next((value for value in own if own.count(value) > 1), None):
            raise ParameterError(f"parameter {name!r} has the value {twice!r} twice: give each once")
    count = math.prod(len(own) for own in values.values())
    if count < 2:
        raise ParameterError("nothing to sweep: give a parameter several values, such as -p similarity=0.5,0.8")
    if count > MOST:
        sizes = " × ".join(str(len(own)) for own in values.values() if len(own) > 1)
        raise ParameterError(f"{sizes} values are {count:,} runs: take at most {MOST} at once")
    return [dict(zip(values, combination, strict=True)) for combination in product(*values.values())]


def folder_names(values: Sequence[Mapping[str, str]]) -> list[str]:
    """A name for each combination, of the parameters that vary: of a file its name, nothing that a path can't have.

    >>> folder_names([{"lexicon": "a/war.yml", "seed": "1"}, {"lexicon": "b/war.yml", "seed": "1"}])
    ['lexicon=war.yml', 'lexicon=war.yml-2']
    """
    names: list[str] = []
    varied = [name for name in values[0] if len({own[name] for own in values}) > 1]
    for own in values:
        parts = [f"{name}={_last(own[name]) if name in FILE_PARAMETERS else own[name]}" for name in varied]
        base = name = re.sub(r"[^\w=.,+-]+", "_", ",".join(parts))[:LONGEST]
        while name.lower() in (other.lower() for other in names):  # some file systems take a and A for one
            count = int(name[len(base) + 1 :] or 1) + 1
            name = f"{base}-{count}"
        names.append(name)
    return names


def is_finished(folder: Path, parameters: Mapping[str, dict[str, Any]]) -> bool:
    """Whether `folder` holds the report that a run with these parameters would make now, no file of it changed."""
    if not (folder / MANIFEST).is_file():
        return False
    try:
        manifest = read_manifest(folder)
    except ParameterError:
        return False
    now = {"parameters": parameters, **versions(manifest["versions"].keys() - {"python"})}
    if any(manifest.get(part) != value for part, value in now.items()):
        return False
    if named(recorded(notebooks(parameters), parameters)) != manifest["inputs"]:
        return False
    return all(sha256_of(folder / record["path"]) == record["sha256"] for record in manifest["outputs"])


def _last(path: str) -> str:
    return re.split(r"[/\\]", path)[-1] or path


def _check(planned: Mapping[str, dict[str, dict[str, Any]]]) -> None:
    """No two runs are the same."""
    seen: dict[str, str] = {}
    for name, parameters in planned.items():
        other = seen.setdefault(repr(parameters), name)
        if other != name:
            raise ParameterError(f"{other} and {name} are the same run: give each value once")


def _of(name: str, progress: SweepProgress) -> Progress:
    return lambda section, done, total: progress(name, section, done, total)
