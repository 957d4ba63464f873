"""A report: the notebooks run side by side into a new folder, which takes its final place only when it is whole."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from analysis.framing.attribution import read_aliases
from analysis.framing.lexicon import Lexicon, read_lexicon
from analysis.framing.validity import read_validity
from analysis.paths import from_root, to_root
from analysis.publish.corpus_tables import write_corpus_tables
from analysis.publish.crate import write_crate
from analysis.publish.dictionary import add_meanings
from analysis.publish.manifest import FILE_PARAMETERS, MANIFEST, RUN_LOG, write_manifest
from analysis.publish.page import write_page
from analysis.publish.parameters import READING, ParameterError, notebooks, resolve
from analysis.publish.tables import OUTPUT, write_json
from analysis.text.corpus import Corpus
from analysis.text.storage import CACHE, load_tokens
from analysis.text.tokens import Tokens

TOKENS = "tokens"  # folder, beside a run's notebooks, of what all of them read
# What a notebook gives to `load_tokens`; with one of them missing it would read the corpus once more.
LEXICON_PARAMETERS = ("lexicon", "style", "actors")
Progress = Callable[[str, int, int], None]  # section, cells done, cells in all


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
        return f"notebook {self.notebook} failed in cell '{self.cell}': {self.error}: {first}{place}"


def report(
    corpus: str | Path,
    out: str | Path,
    *,
    only: list[str] | None = None,
    values: Mapping[str, Any] | None = None,
    keep_failed: bool = False,
    progress: Progress = lambda section, done, total: None,
) -> list[Failure]:
    """Run the notebooks on `corpus` and put the finished report at `out`; gives the notebooks that failed.

    `only` names the notebooks (all by default) and `values` the parameters that are not to be as the notebooks have
    them; a file that a value names is looked for from the working directory, then from the checkout. Names and types
    are checked before anything else (`ParameterError`). For the rest see `run`.
    """
    return run(resolved(corpus, only, values or {}), out, keep_failed=keep_failed, progress=progress)


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
    read: Path | None = None,
    progress: Progress = lambda section, done, total: None,
) -> list[Failure]:
    """Run each section's notebook with its `parameters`, complete and checked, as a manifest holds them.

    What is read of the corpus is kept in the folder `read`, for runs that follow, or only as long as this one lasts.

    The corpus and the lexicon are checked before a kernel starts (`CorpusError`, `LexiconError`; nothing has been
    written then). With a failure nothing at `out` changes: each failed notebook is kept beside it as
    ``<out>.<notebook>.failed.ipynb``, and with `keep_failed` the unfinished folder as ``<out>.failed``.
    """
    out = Path(out).expanduser().absolute()
    chosen = notebooks(parameters)
    # Once more, and in the notebooks' own order: a manifest may be older than a notebook, and has its names sorted.
    parameters = {name: resolve({name: path}, parameters[name])[name] for name, path in chosen.items()}
    lexicons = _lexicons(parameters)
    _check_files(parameters, lexicons)
    started = time.time()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        kept = read or scratch / TOKENS
        tokens = read_once(parameters, kept)
        _check_language(parameters, lexicons, tokens.corpus)
        _check_place(out)
        build = _new_folder(out)
        try:
            logs = _run_all(chosen, parameters, build, scratch, kept, progress)
            failures = [
                Failure(chosen[name].stem, log["cell"], log["error"], log["message"], _keep(out, build, chosen[name]))
                for name, log in logs.items()
                if log.get("error")
            ]
            if not failures:
                _finish(build, chosen, parameters, tokens, started, logs)
                _move_into_place(build, out)
            elif keep_failed:
                _move_into_place(build, out.with_name(f"{out.name}.failed"))
        finally:
            shutil.rmtree(build, ignore_errors=True)
    return failures


def read_once(parameters: Mapping[str, dict[str, Any]], kept: Path) -> Tokens:
    """Read and tokenize the corpus, into the folder `kept`, once for all notebooks that read it in the same way.

    Gives the words as the first notebook has them.
    """
    done: dict[str, Tokens] = {}
    for values in parameters.values():
        about = {name: values[name] for name in ("corpus", *READING)}
        if (key := json.dumps(about, sort_keys=True)) not in done:
            place, metadata = from_root(about.pop("corpus")), about.pop("metadata")
            named = metadata and from_root(metadata)
            done[key] = load_tokens(place, metadata=named, cache=kept, **about)
    return next(iter(done.values()))


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
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParameterError(f"--out {str(out)!r} cannot be made: {error.strerror}") from None


def _new_folder(out: Path) -> Path:
    """A new folder beside `out`, so that the last step is a rename; what earlier, killed runs left is cleared away."""
    prefix = f".{out.name}.building-"
    for left in out.parent.glob(f"{prefix}*"):
        process = left.name.removeprefix(prefix).partition("-")[0]
        if process.isdigit() and not _is_alive(int(process)):
            shutil.rmtree(left, ignore_errors=True)
    try:
        return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=out.parent))
    except OSError as error:
        raise ParameterError(f"--out {str(out)!r} cannot be written: {error.strerror}") from None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _run_all(
    chosen: Mapping[str, Path],
    parameters: Mapping[str, dict[str, Any]],
    build: Path,
    scratch: Path,
    kept: Path,
    progress: Progress,
) -> dict[str, dict[str, Any]]:
    """Run each notebook in a process of its own, as many at once as there are cores; one log a section."""
    (build / "notebooks").mkdir()
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        jobs = {
            section: pool.submit(
                _run_one,
                section,
                path,
                parameters[section],
                build,
                _environment(build / section, scratch, kept),
                progress,
            )
            for section, path in chosen.items()
        }
        return {section: job.result() for section, job in jobs.items()}


def _run_one(
    section: str,
    path: Path,
    parameters: dict[str, Any],
    build: Path,
    environment: dict[str, str],
    progress: Progress,
) -> dict[str, Any]:
    started = time.time()
    (build / section).mkdir()
    command = [sys.executable, "-m", "analysis.publish.execute"]
    job = {"notebook": str(path), "output": path.name, "parameters": parameters}
    with (
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=build / "notebooks",
            env=environment,
            text=True,
        ) as process,
        ThreadPoolExecutor(1) as reader,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        errors = reader.submit(process.stderr.read)
        process.stdin.write(json.dumps(job))
        process.stdin.close()
        last = ""
        for line in process.stdout:  # text mode ends a line at \r too
            last = line.strip() or last
            counted = re.fullmatch(r"(\d+)/(\d+)", last)
            if counted:
                progress(section, int(counted[1]), int(counted[2]))
    log: dict[str, Any] = {"seconds": round(time.time() - started, 3)}
    try:
        log |= json.loads(last)
    except ValueError:
        why = (errors.result().strip().splitlines() or [f"exit status {process.returncode}"])[-1]
        log |= {"cell": "-", "error": "NotRun", "message": why}
    return log


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
    tokens: Tokens,
    started: float,
    logs: Mapping[str, dict[str, Any]],
) -> None:
    """Write what belongs to the whole run: the page, the manifest, the crate, and the log of what may differ."""
    write_corpus_tables(build, tokens.corpus)
    add_meanings(build, parameters)
    write_page(build, list(chosen), parameters, tokens)
    manifest = write_manifest(build, chosen, parameters)
    write_crate(build, manifest)  # after the manifest, whose SHA-256 it gives; the log is in neither
    log = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(time.time() - started, 3),
        "sections": logs,
        "python": sys.executable,
        "cores": os.cpu_count(),
    }
    write_json(log, build / RUN_LOG)


def _keep(out: Path, build: Path, notebook: Path) -> Path | None:
    """Keep a failed notebook beside the run."""
    executed = build / "notebooks" / notebook.name
    if not executed.is_file():
        return None
    kept = out.with_name(f"{out.name}.{notebook.stem}.failed.ipynb")
    shutil.copyfile(executed, kept)
    return kept


def _move_into_place(build: Path, out: Path) -> None:
    """Give the finished folder its name; an earlier run is moved away first and deleted last."""
    build.chmod(0o755)  # a temporary folder is private, a report is not
    for left in out.parent.glob(f"{out.name}.*.failed.ipynb"):
        if not out.name.endswith(".failed"):
            left.unlink()
    old = build.with_name(f"{build.name}.old")
    if out.exists():
        out.rename(old)
    build.rename(out)
    shutil.rmtree(old, ignore_errors=True)
