"""A report: the notebooks run side by side into a new folder, which takes its final place only when it is whole."""

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
from analysis.text.loading import load_tokens, place_of
from analysis.text.reading.readers import ReadError
from analysis.text.shards import ShardedTokens, open_shards
from analysis.text.tokens import Tokens

TOKENS = "tokens"  # folder, beside a run's notebooks, of what all of them read
_AGAIN = "make it again when nothing writes there"


def report(
    corpus: str | Path,
    out: str | Path,
    *,
    only: list[str] | None = None,
    values: Mapping[str, Any] | None = None,
    **how: Any,
) -> list[Failure]:
    """Run the notebooks on `corpus` and put the finished report at `out`; gives the notebooks that failed.

    `only` names the notebooks (all by default) and `values` the parameters that differ from the notebooks' own; a file
    is looked for from the working directory, then from the checkout. `how` goes to `run`.
    """
    return run(resolved(corpus, only, values or {}), out, **how)


def resolved(corpus: str | Path, only: list[str] | None, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every parameter of the notebooks that `only` names (all by default), files named from the checkout."""
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

    The words are kept in the folder `read`, for runs that follow, or only as long as this one lasts. As many notebooks
    run at once as `run_notebooks` says and as fit in `memory` bytes, by default all that is free. `processes` for them
    may be there already, and are ended where they take too much of it. A corpus with which not
    one fits is read and counted `sharded`, on the disk that `out` is on, and the manifest says so. What is finished of
    such a run is kept beside `out`, and the next call goes on from there: see `kept_work`. With a dask `client` its
    workers, who see the same files, read the sharded corpus, with `worker_memory` bytes each.

    The corpus, the memory and all that the parameters name are checked before a kernel starts (`CorpusError`,
    `LexiconError`, `ParameterError`). With a failure nothing at `out` changes: each failed notebook is kept beside it
    as ``<out>.<notebook>.failed.ipynb``, and with `keep_failed` the unfinished folder as ``<out>.failed``.

    The manifest has every file as it was when the run began; one that changed until its end is a failure as well, which
    names it. Not seen is a file, other than a document, that changes while a notebook reads it and is then as before.
    """
    out = Path(out).expanduser().resolve()  # a link stays one, and its target is replaced
    chosen = notebooks(parameters)
    # Once more, and in the notebooks' own order: a manifest may be older than a notebook, and has its names sorted.
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
        # They import while the corpus is read; beside a large corpus, a forking process costs too much memory.
        if processes and in_shards:
            processes.end()
        if in_shards or not processes:
            processes = stack.enter_context(waiting(fork=not in_shards))
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
            words = read or words_of(work)  # not in the temporary folder, which may be in memory
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
        del tokens  # its memory is for the notebooks
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
    """Check what `run` does of the parameters of several reports, with the words read into the folder `words`.

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

    In shards where `memory` says how many bytes there are for it (for each worker of a dask `client`), and `work` where
    to keep them meanwhile. Gives the words as the first notebook has them. Raises `CorpusError` for documents of other
    bytes than files had when it was `begun`.
    """
    done: dict[str, Tokens] = {}
    for values in parameters.values():
        about = {name: values[name] for name in ("corpus", *READING)}
        if (key := json.dumps(about, sort_keys=True)) not in done:
            corpus = from_root(about.pop("corpus"))
            about["metadata"] = about["metadata"] and from_root(about["metadata"])
            place = place_of(corpus, words, **about)
            if memory and work and not place.is_dir():
                how: dict[str, Any] = {"memory": memory, "client": client, "progress": progress}
                done[key] = sharded_tokens(corpus, place, work, **how, **about)
            else:
                done[key] = load_tokens(corpus, cache=words, **about)
            check_read(begun, corpus, done[key].corpus.documents)
    return next(iter(done.values()))


def _opened_again(tokens: Tokens) -> Callable[[], Tokens]:
    """A function that opens the words again: those of a sharded corpus need not stay in memory until then."""
    return partial(open_shards, tokens.folder) if isinstance(tokens, ShardedTokens) else lambda: tokens


def _is_there(value: Any) -> bool:
    """Whether an unchecked value is the path of a file or folder."""
    return isinstance(value, str | Path) and str(value) != "" and typed_path(value).exists()


def _text_size(parameters: Mapping[str, dict[str, Any]]) -> int:
    """About how many bytes of text the largest corpus of the notebooks has; 0 where there is none."""
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
    """Write what belongs to the whole run: the page, the manifest, and the crate."""
    write_corpus_tables(build, tokens)
    add_meanings(build, parameters)
    write_page(build, list(chosen), parameters, tokens)
    manifest = write_manifest(
        build, parameters, read, formats=tokens.corpus.documents["format"].unique(), sharded=sharded
    )
    write_crate(build, manifest)  # after the manifest, whose SHA-256 it gives


def _put_in_place(build: Path, out: Path, work: Path | None) -> None:
    """Give the finished folder its place, and delete what failed, or was kept on the way, before."""
    check_place(out)  # again: something may have been put there while notebooks ran
    with deferred_signals():
        replace_folder(build, out)
        forget_failures(out)
    if work:
        empty_folder(work)
    else:
        forget(out)


def _write_log(build: Path, logs: Mapping[str, dict[str, Any]], started: float, seconds: float) -> None:
    """Write what may differ between two runs; last, since neither the manifest nor the crate lists it."""
    log = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(seconds, 3),
        "sections": logs,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",  # no path, and no name of a user or a machine
        "cores": os.cpu_count(),
    }
    write_json(log, build / RUN_LOG)
