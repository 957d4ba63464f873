"""Make a report: run the notebooks side by side into a new folder, which takes its place only when it is complete."""

import json
import os
import platform
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

from analysis.core.errors import ParameterError
from analysis.core.files import replace_folder, temporary_folder, working_folder
from analysis.core.jobs import KEPT, empty_folder
from analysis.core.paths import from_root, to_root, typed_path
from analysis.core.progress import Progress
from analysis.core.signals import deferred_signals
from analysis.engine.sharding import sharded_tokens
from analysis.publish.corpus_tables import write_corpus_tables
from analysis.publish.crate import write_crate
from analysis.publish.dictionary import add_meanings
from analysis.publish.manifest import (
    FILE_PARAMETERS,
    RUN_LOG,
    Inputs,
    changes,
    check_read,
    recorded,
    versions,
    write_manifest,
)
from analysis.publish.page import write_page
from analysis.publish.parameters import READING, notebooks, resolve
from analysis.publish.run.checks import check_files, check_groups, check_place, faults_told, left_out
from analysis.publish.run.machine import (
    check_fits,
    free,
    sharded_side_by_side,
    side_by_side,
    text_size,
)
from analysis.publish.run.processes import Processes, waiting
from analysis.publish.run.sections import (
    EXECUTED,
    Failure,
    failures_in,
    forget,
    forget_failures,
    kept_work,
    run_sections,
    words_of,
    write_left_out,
)
from analysis.publish.tables import write_json
from analysis.text.corpus import CorpusError, corpus_files
from analysis.text.loading import cache_path, load_tokens
from analysis.text.reading.readers import ReadError
from analysis.text.shards import ShardedTokens, open_shards
from analysis.text.tokens import Tokens

TOKENS = "tokens"  # folder of the tokens that all notebooks read
_AGAIN = "make it again when nothing writes there"


def report(
    corpus: str | Path,
    out: str | Path,
    *,
    only: list[str] | None = None,
    values: Mapping[str, Any] | None = None,
    **how: Any,
) -> list[Failure]:
    """Run the notebooks on `corpus` and put the finished report at `out`. Return the notebooks that failed.

    `only` names the notebooks (all by default); `values` override the notebooks' parameters. A file is looked for in
    the working directory, then in the checkout. `how` goes to `run`.
    """
    return run(resolved(corpus, only, values or {}), out, **how)


def resolved(corpus: str | Path, only: list[str] | None, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """All parameters of the notebooks in `only` (all by default), with paths relative to the checkout."""
    found = {
        name: to_root(value) if name in FILE_PARAMETERS and _is_there(value) else value
        for name, value in values.items()
    }
    return resolve(notebooks(only or ()), found | {"corpus": to_root(corpus)})


def run(
    parameters: Mapping[str, dict[str, Any]],
    out: str | Path,
    *,
    keep_failed: bool = False,
    memory: int | None = None,
    sharded: bool | None = None,
    read: Path | None = None,
    client: Any = None,
    worker_memory: int | None = None,
    processes: Processes | None = None,
    progress: Progress = lambda section, done, total: None,
) -> list[Failure]:
    """Run each section's notebook with its `parameters`, complete and checked, as a manifest holds them.

    Tokens are kept in the folder `read` for later runs, or else deleted with this run. As many notebooks run side by
    side as fit in `memory` bytes (by default all that is free), in `processes` or in new ones. If not even one fits,
    the corpus is read in shards, on the disk of `out`, and the manifest says `sharded`. Finished parts of such a run
    are kept beside `out`, and the next call resumes from them: see `kept_work`. With a dask `client`, its workers read
    the shards, with `worker_memory` bytes each; they must see the same files.

    The corpus, the memory and all that the parameters name are checked before a kernel starts (`CorpusError`,
    `LexiconError`, `ParameterError`). After a failure `out` is unchanged: each failed notebook is kept beside it
    as ``<out>.<notebook>.failed.ipynb``, and with `keep_failed` the unfinished folder as ``<out>.failed``.

    The manifest records every file as it was when the run began. A file that has changed by the end is a failure too.
    A change that is undone before the end goes unnoticed, unless the file is a document.
    """
    out = Path(out).expanduser().resolve()  # a link stays a link: its target is replaced
    chosen = notebooks(parameters)
    # Resolved again, in the notebooks' order: a manifest sorts its names, and may be older than a notebook.
    parameters = {name: resolve({name: path}, parameters[name])[name] for name, path in chosen.items()}
    lexicons = check_files(parameters)
    started, since = time.time(), time.monotonic()
    begun, code = recorded(chosen, parameters), versions()
    room = free() if memory is None else memory
    with faults_told(out), temporary_folder() as scratch, ExitStack() as stack:
        work, words = None, read or scratch / TOKENS
        if client is not None:
            sharded = True
        in_shards = not side_by_side(_text_size(parameters), room) if sharded is None else sharded
        if not processes:
            processes = stack.enter_context(waiting())
        if not in_shards:
            tokens = read_once(parameters, words, begun)
            characters = int(tokens.corpus.documents["n_chars"].sum())
            at_once = side_by_side(characters, room)
            in_shards = sharded is None and not at_once
            if sharded is not None:
                check_fits(characters, room)
        if in_shards:
            sharded_side_by_side(room)  # before anything is read
            check_place(out)
            with deferred_signals():  # no signal between making the folder and registering it
                work = stack.enter_context(kept_work(out))
            words = read or words_of(work)  # the temporary folder may be in memory
            reading = {"memory": worker_memory or room, "client": client, "progress": progress}
            tokens = read_once(parameters, words, begun, work=work, **reading)
            if changed := changes(begun, recorded(chosen, parameters)):
                raise CorpusError(f"{changed}, since the report was begun: {_AGAIN}")
            at_once = sharded_side_by_side(room, int(tokens.corpus.documents["n_chars"].max()))
        check_groups(parameters, tokens)
        without = left_out(parameters, lexicons, tokens.corpus)
        failed = out.with_name(f"{out.name}.failed")
        if keep_failed:
            check_place(failed, EXECUTED)
        opened = _opened_again(tokens)
        del tokens  # free its memory for the notebooks
        check_place(out)
        with working_folder(out) as beside:
            build = beside / "run"
            build.mkdir()
            for name, why in without.items():
                write_left_out(build, chosen[name], why)
            logs = run_sections(
                {name: path for name, path in chosen.items() if name not in without},
                parameters,
                build,
                words=words,
                processes=processes,
                progress=progress,
                at_once=at_once,
                work=work,
            )
            failures = failures_in(logs, chosen, build, out)
            changed = changes(begun, recorded(chosen, parameters))
            if not changed and code != versions():
                changed = "the code of lafz was changed"
            if not failures and not changed:
                _finish(build, chosen, parameters, opened(), begun, sharded=in_shards)
                _write_log(build, logs, started, time.monotonic() - since)
                _put_in_place(build, out, work)
            elif keep_failed:
                with working_folder(failed) as aside:  # its own, by whose name a killed `replace_folder` is undone
                    replace_folder(build.rename(aside / "run"), failed)
            if changed:
                kept = f"; {KEPT}" if work else ""
                raise ParameterError(f"{changed}, since the report was begun: {_AGAIN}{kept}")
    return failures


def check_sweep(reports: Collection[Mapping[str, dict[str, Any]]], words: Path) -> None:
    """Check the parameters of several reports as `run` does, reading the tokens into the folder `words`.

    A corpus that does not fit in memory is left to `run`, which reads it in shards.
    """
    check_files(*reports)
    for parameters in reports:
        if side_by_side(_text_size(parameters), free()):
            check_groups(parameters, read_once(parameters, words, recorded(notebooks(parameters), parameters)))


def read_once(
    parameters: Mapping[str, dict[str, Any]],
    words: Path,
    begun: Inputs,
    *,
    memory: int | None = None,
    work: Path | None = None,
    client: Any = None,
    progress: Progress = lambda section, done, total: None,
) -> Tokens:
    """Read and tokenize the corpus into the folder `words`, once for all notebooks that read it in the same way.

    With `memory` (bytes, for each worker of a dask `client`) and the folder `work` it is read in shards. Return the
    tokens of the first notebook. Raises `CorpusError` if a document's bytes differ from those in `begun`.
    """
    done: dict[str, Tokens] = {}
    for values in parameters.values():
        about = {name: values[name] for name in ("corpus", *READING)}
        if (key := json.dumps(about, sort_keys=True)) not in done:
            corpus = from_root(about.pop("corpus"))
            about["metadata"] = about["metadata"] and from_root(about["metadata"])
            place = cache_path(corpus, words, **about)
            if memory and work and not place.is_dir():
                how: dict[str, Any] = {"memory": memory, "client": client, "progress": progress}
                done[key] = sharded_tokens(corpus, place, work, **how, **about)
            else:
                done[key] = load_tokens(corpus, cache=words, **about)
            check_read(begun, corpus, done[key].corpus.documents)
    return next(iter(done.values()))


def _opened_again(tokens: Tokens) -> Callable[[], Tokens]:
    """A function that opens the tokens again, so that a sharded corpus need not stay in memory until then."""
    return partial(open_shards, tokens.folder) if isinstance(tokens, ShardedTokens) else lambda: tokens


def _is_there(value: Any) -> bool:
    """Whether a value is the path of an existing file or folder."""
    return isinstance(value, str | Path) and str(value) != "" and typed_path(value).exists()


def _text_size(parameters: Mapping[str, dict[str, Any]]) -> int:
    """Approximate bytes of text in the largest corpus of the notebooks; 0 without one."""
    with suppress(ReadError):
        return max(text_size(corpus_files(from_root(values["corpus"]))) for values in parameters.values())
    return 0


def _finish(
    build: Path,
    chosen: Mapping[str, Path],
    parameters: Mapping[str, dict[str, Any]],
    tokens: Tokens,
    read: Inputs,
    *,
    sharded: bool,
) -> None:
    """Write the files of the whole run: corpus tables, page, manifest and crate."""
    write_corpus_tables(build, tokens)
    add_meanings(build, parameters)
    write_page(build, list(chosen), parameters, tokens)
    manifest = write_manifest(
        build, parameters, read, formats=tokens.corpus.documents["format"].unique(), sharded=sharded
    )
    write_crate(build, manifest)  # last, since it has the SHA-256 of the manifest


def _put_in_place(build: Path, out: Path, work: Path | None) -> None:
    """Move the finished folder to `out`, and delete earlier failures and kept parts."""
    check_place(out)  # again, since something may have appeared there meanwhile
    with deferred_signals():
        replace_folder(build, out)
        forget_failures(out)
    if work:
        empty_folder(work)
    else:
        forget(out)


def _write_log(build: Path, logs: Mapping[str, dict[str, Any]], started: float, seconds: float) -> None:
    """Write what may differ between two runs; neither the manifest nor the crate lists it."""
    log = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(seconds, 3),
        "sections": logs,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",  # without the name of the machine or user
        "cores": os.cpu_count(),
    }
    write_json(log, build / RUN_LOG)
