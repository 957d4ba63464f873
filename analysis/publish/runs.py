"""A report: the notebooks run side by side into a new folder, which takes its final place only when it is whole."""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from analysis.framing.attribution import read_aliases
from analysis.framing.lexicon import Lexicon, read_lexicon
from analysis.framing.validity_file import read_validity
from analysis.paths import from_root, to_root
from analysis.progress import Progress
from analysis.publish.corpus_tables import write_corpus_tables
from analysis.publish.crate import write_crate
from analysis.publish.dictionary import add_meanings
from analysis.publish.machine import check_fits, check_open_files, free, in_parts_side_by_side, side_by_side, text_size
from analysis.publish.manifest import FILE_PARAMETERS, MANIFEST, RUN_LOG, write_manifest
from analysis.publish.page import write_page
from analysis.publish.parameters import READING, ParameterError, notebooks, resolve
from analysis.publish.places import put, undisturbed, with_advice, working_folder
from analysis.publish.processes import run_notebooks
from analysis.publish.tables import OUTPUT, write_json
from analysis.scale.in_parts import tokens_in_parts
from analysis.text.corpus import Corpus, corpus_files
from analysis.text.loading import CACHE, load_tokens, place_of
from analysis.text.parted import AnyTokens
from analysis.text.readers import ReadError

# Of a notebook that works part by part: what it is done with goes back to the system at once, and not when all is done.
SPARING = {"MALLOC_MMAP_THRESHOLD_": "4000000", "ARROW_DEFAULT_MEMORY_POOL": "system"}
TOKENS = "tokens"  # folder, beside a run's notebooks, of what all of them read
# What a notebook gives to `load_tokens`; with one of them missing it would read the corpus once more.
LEXICON_PARAMETERS = ("lexicon", "style", "actors")


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


def report(
    corpus: str | Path,
    out: str | Path,
    *,
    only: list[str] | None = None,
    values: Mapping[str, Any] | None = None,
    keep_failed: bool = False,
    memory: int | None = None,
    progress: Progress = lambda section, done, total: None,
) -> list[Failure]:
    """Run the notebooks on `corpus` and put the finished report at `out`; gives the notebooks that failed.

    `only` names the notebooks (all by default) and `values` the parameters that are not to be as the notebooks have
    them; a file that a value names is looked for from the working directory, then from the checkout. Names and types
    are checked before anything else (`ParameterError`). For the rest see `run`.
    """
    return run(resolved(corpus, only, values or {}), out, keep_failed=keep_failed, memory=memory, progress=progress)


def resolved(corpus: str | Path, only: list[str] | None, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every parameter of the notebooks that `only` names (all by default), the files in `values` found and named."""
    given = {
        name: to_root(value) if name in FILE_PARAMETERS and value and Path(value).expanduser().exists() else value
        for name, value in values.items()
    }
    return resolve(notebooks(only or ()), given | {"corpus": to_root(corpus)})


def run(
    parameters: Mapping[str, dict[str, Any]],
    out: str | Path,
    *,
    keep_failed: bool = False,
    memory: int | None = None,
    in_parts: bool | None = None,
    read: Path | None = None,
    progress: Progress = lambda section, done, total: None,
) -> list[Failure]:
    """Run each section's notebook with its `parameters`, complete and checked, as a manifest holds them.

    What is read of the corpus is kept in the folder `read`, for runs that follow, or only as long as this one lasts.
    As many notebooks run at once as there are cores and as fit in `memory` bytes, by default in all that is free. A
    corpus with which not one fits is read and counted `in_parts`, on the disk that `out` is on; the manifest says so,
    since tables of words and of places have their first rows only then.

    The corpus and the lexicon are checked before a kernel starts (`CorpusError`, `LexiconError`; nothing has been
    written then), and so is the memory (`ParameterError`). With a failure nothing at `out` changes: each failed
    notebook is kept beside it as ``<out>.<notebook>.failed.ipynb``, and with `keep_failed` the unfinished folder as
    ``<out>.failed``.
    """
    out = Path(out).expanduser().resolve()  # a link stays one, and its target is replaced
    chosen = notebooks(parameters)
    # Once more, and in the notebooks' own order: a manifest may be older than a notebook, and has its names sorted.
    parameters = {name: resolve({name: path}, parameters[name])[name] for name, path in chosen.items()}
    lexicons = _lexicons(parameters)
    _check_files(parameters, lexicons)
    check_open_files()
    started, since = time.time(), time.monotonic()
    room = free() if memory is None else memory
    with _faults_told(out), working_folder(Path(tempfile.gettempdir()) / "lafz") as scratch, ExitStack() as stack:
        kept = read or scratch / TOKENS
        parted = not side_by_side(_text_size(parameters), room) if in_parts is None else in_parts
        if not parted:
            tokens = read_once(parameters, kept)
            characters = int(tokens.corpus.documents["n_chars"].sum())
            at_once = side_by_side(characters, room)
            parted = in_parts is None and not at_once
            if in_parts is not None:
                check_fits(characters, room)
        if parted:
            at_once = in_parts_side_by_side(room)
            _check_place(out)
            kept = read or stack.enter_context(working_folder(out)) / TOKENS  # the temporary folder may be in memory
            tokens = read_once(parameters, kept, memory=room, progress=progress)
        _check_language(parameters, lexicons, tokens.corpus)
        _check_place(out)
        with working_folder(out) as work:
            build = work / "run"
            build.mkdir()
            sparing = SPARING if parted else {}
            environments = {section: _environment(build / section, scratch, kept) | sparing for section in chosen}
            logs = _run_all(chosen, parameters, build, environments, progress, at_once)
            failures = [
                Failure(chosen[name].stem, log["cell"], log["error"], log["message"], _keep(out, build, chosen[name]))
                for name, log in logs.items()
                if log.get("error")
            ]
            if not failures:
                _finish(build, chosen, parameters, tokens, in_parts=parted)
                _write_log(build, logs, started, time.monotonic() - since)
                _check_place(out)  # once more: it was some time ago
                with undisturbed():
                    put(build, out)
                    _forget_failures(out)
            elif keep_failed:
                failed = out.with_name(f"{out.name}.failed")
                with working_folder(failed) as aside:  # its own: what is saved of a folder goes to that folder's place
                    put(build.rename(aside / "run"), failed)
    return failures


def read_once(
    parameters: Mapping[str, dict[str, Any]],
    kept: Path,
    *,
    memory: int | None = None,
    progress: Progress = lambda section, done, total: None,
) -> AnyTokens:
    """Read and tokenize the corpus, into the folder `kept`, once for all notebooks that read it in the same way.

    In parts where `memory` says how many bytes there are for it. Gives the words as the first notebook has them.
    """
    done: dict[str, AnyTokens] = {}
    for values in parameters.values():
        about = {name: values[name] for name in ("corpus", *READING)}
        if (key := json.dumps(about, sort_keys=True)) not in done:
            corpus = from_root(about.pop("corpus"))
            about["metadata"] = about["metadata"] and from_root(about["metadata"])
            place = place_of(corpus, kept, **about) if memory else None
            if memory and place and not place.is_dir():
                tokens_in_parts(corpus, place, memory=memory, progress=progress, **about)
            done[key] = load_tokens(corpus, cache=kept, **about)
    return next(iter(done.values()))


def _text_size(parameters: Mapping[str, dict[str, Any]]) -> int:
    """About how many bytes of text the largest corpus of the notebooks has; of one that is not there none."""
    with suppress(ReadError):
        return max(text_size(corpus_files(from_root(values["corpus"]))) for values in parameters.values())
    return 0


def _lexicons(parameters: Mapping[str, dict[str, Any]]) -> dict[str, Lexicon]:
    """The lexicons that parameters name, each read once, so that a mistake in one costs a line and not a run."""
    named = {values[name] for values in parameters.values() for name in LEXICON_PARAMETERS if name in values}
    return {name: read_lexicon(from_root(name)) for name in sorted(named)}


def _check_files(parameters: Mapping[str, dict[str, Any]], lexicons: Mapping[str, Lexicon]) -> None:
    """Read the small files that parameters name, for the same reason."""
    for values in parameters.values():
        try:
            if values.get("aliases"):
                read_aliases(from_root(values["aliases"]))
            if values.get("validity"):
                read_validity(from_root(values["validity"]), lexicons[values["lexicon"]])
        except ValueError as error:
            raise ParameterError(str(error)) from None


def _check_language(parameters: Mapping[str, dict[str, Any]], lexicons: Mapping[str, Lexicon], corpus: Corpus) -> None:
    """Without a document in the lexicon's language there is nothing to frame, and the whole run would fail with it."""
    if "framing" not in parameters:
        return
    lexicon = lexicons[parameters["framing"]["lexicon"]]
    languages = set(corpus.documents["language"].str.split("-").str[0].str.lower())
    if lexicon.language not in languages:
        rest = ",".join(section for section in notebooks() if section != "framing")
        raise ParameterError(
            f"lexicon {lexicon.name!r} is in {lexicon.language!r} and the documents are in "
            f"{', '.join(sorted(languages))}: give one in their language with -p lexicon=FILE, or --only {rest}"
        )


def _check_place(out: Path) -> None:
    """Only an earlier report, or nothing, may be replaced."""
    if out.exists() and not (out.is_dir() and ((out / MANIFEST).is_file() or not any(out.iterdir()))):
        raise ParameterError(f"{str(out)!r} exists and is not an earlier report: choose another --out, or move it away")
    if out.is_mount():  # nothing can be renamed to it
        raise ParameterError(f"--out {str(out)!r} is where a file system is mounted: give the name of a folder in it")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParameterError(f"--out {str(out)!r} cannot be made: {error.strerror}") from None


@contextmanager
def _faults_told(out: Path) -> Iterator[None]:
    """A full disk, or a folder that can't be written to, costs a line."""
    try:
        yield
    except OSError as error:
        raise ParameterError(f"the report {str(out)!r} could not be made: {with_advice(str(error))}") from None


def _run_all(
    chosen: Mapping[str, Path],
    parameters: Mapping[str, dict[str, Any]],
    build: Path,
    environments: Mapping[str, dict[str, str]],
    progress: Progress,
    at_once: int,
) -> dict[str, dict[str, Any]]:
    """Run each notebook, its output in a folder of its own; one log a section."""
    executed = build / "notebooks"
    for folder in (executed, *(build / section for section in chosen)):
        folder.mkdir()
    jobs = {
        section: {"notebook": str(path), "output": path.name, "parameters": parameters[section]}
        for section, path in chosen.items()
    }
    return run_notebooks(jobs, executed, environments, progress, at_once=at_once)


def _environment(output: Path, scratch: Path, kept: Path) -> dict[str, str]:
    """The environment of a notebook: its output folder, and none of the user's own Jupyter or IPython settings."""
    own = {
        OUTPUT: str(output),
        CACHE: str(kept),
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_CONFIG_DIR": str(scratch / "config"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
        "MPLBACKEND": "agg",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    return {name: value for name, value in os.environ.items() if name != "JUPYTER_PATH"} | own


def _finish(
    build: Path,
    chosen: Mapping[str, Path],
    parameters: Mapping[str, dict[str, Any]],
    tokens: AnyTokens,
    *,
    in_parts: bool,
) -> None:
    """Write what belongs to the whole run: the page, the manifest, and the crate."""
    write_corpus_tables(build, tokens)
    add_meanings(build, parameters)
    write_page(build, list(chosen), parameters, tokens)
    manifest = write_manifest(build, chosen, parameters, in_parts=in_parts)
    write_crate(build, manifest)  # after the manifest, whose SHA-256 it gives


def _write_log(build: Path, logs: Mapping[str, dict[str, Any]], started: float, seconds: float) -> None:
    """Write what may differ between two runs; last, since neither the manifest nor the crate has it."""
    log = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(seconds, 3),
        "sections": logs,
        "python": sys.executable,
        "cores": os.cpu_count(),
    }
    write_json(log, build / RUN_LOG)


def _keep(out: Path, build: Path, notebook: Path) -> Path | None:
    """Keep a failed notebook beside the run; None where it was left half-written."""
    executed = build / "notebooks" / notebook.name
    try:
        json.loads(executed.read_bytes())
    except (OSError, ValueError):
        return None
    kept = out.with_name(f"{out.name}.{notebook.stem}.failed.ipynb")
    copy = build.with_name(kept.name)
    shutil.copyfile(executed, copy)
    copy.replace(kept)
    return kept


def _forget_failures(out: Path) -> None:
    """Delete the failed notebooks of earlier runs."""
    for path in out.parent.iterdir():
        if path.name.startswith(f"{out.name}.") and path.name.endswith(".failed.ipynb"):
            path.unlink(missing_ok=True)
