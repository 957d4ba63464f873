"""A report: the notebooks run side by side into a new folder, which takes its final place only when it is whole."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

from analysis.framing.lexicon import Lexicon, read_lexicon
from analysis.paths import from_root, to_root
from analysis.places import put, working_folder
from analysis.progress import Progress
from analysis.publish.checks import check_files, check_language, check_place, faults_told
from analysis.publish.corpus_tables import write_corpus_tables
from analysis.publish.crate import write_crate
from analysis.publish.dictionary import add_meanings
from analysis.publish.keeping import forget, kept_work, words_of
from analysis.publish.machine import check_fits, check_open_files, free, in_parts_side_by_side, side_by_side, text_size
from analysis.publish.manifest import FILE_PARAMETERS, RUN_LOG, write_manifest
from analysis.publish.page import write_page
from analysis.publish.parameters import READING, notebooks, resolve
from analysis.publish.running import (
    Failure,
    environment_of,
    failures_in,
    forget_failures,
    run_sections,
    run_what_is_left,
)
from analysis.publish.tables import write_json
from analysis.scale.in_parts import tokens_in_parts
from analysis.scale.stages import delete
from analysis.signals import undisturbed
from analysis.text.corpus import corpus_files
from analysis.text.loading import load_tokens, place_of
from analysis.text.parted import AnyTokens, Parted, open_parts
from analysis.text.readers import ReadError

TOKENS = "tokens"  # folder, beside a run's notebooks, of what all of them read
# What a notebook gives to `load_tokens`; with one of them missing it would read the corpus once more.
LEXICON_PARAMETERS = ("lexicon", "style", "actors")


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
    since tables of words and of places have their first rows only then. What is finished of such a run is kept beside
    `out` until it is whole, and the next call goes on from there: see `kept_work`.

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
    check_files(parameters, lexicons)
    check_open_files()
    started, since = time.time(), time.monotonic()
    room = free() if memory is None else memory
    with faults_told(out), working_folder(Path(tempfile.gettempdir()) / "lafz") as scratch, ExitStack() as stack:
        work, words = None, read or scratch / TOKENS
        parted = not side_by_side(_text_size(parameters), room) if in_parts is None else in_parts
        if not parted:
            tokens = read_once(parameters, words)
            characters = int(tokens.corpus.documents["n_chars"].sum())
            at_once = side_by_side(characters, room)
            parted = in_parts is None and not at_once
            if in_parts is not None:
                check_fits(characters, room)
        if parted:
            in_parts_side_by_side(room)  # before anything is read
            check_place(out)
            with undisturbed():  # no signal comes between making the folder and knowing of it
                work = stack.enter_context(kept_work(out))
            words = read or words_of(work)  # the temporary folder may be in memory
            tokens = read_once(parameters, words, memory=room, work=work, progress=progress)
            at_once = in_parts_side_by_side(room, int(tokens.corpus.documents["n_chars"].max()))
        check_language(parameters, lexicons, tokens.corpus)
        opened = _opened_again(tokens)
        del tokens  # the notebooks have its memory meanwhile
        check_place(out)
        with working_folder(out) as beside:
            build = beside / "run"
            build.mkdir()
            run_all = partial(run_what_is_left, work=work) if work else run_sections
            environment = environment_of(scratch, words)
            logs = run_all(chosen, parameters, build, environment=environment, progress=progress, at_once=at_once)
            failures = failures_in(logs, chosen, build, out)
            if not failures:
                _finish(build, chosen, parameters, opened(), in_parts=parted)
                _write_log(build, logs, started, time.monotonic() - since)
                check_place(out)  # once more: it was some time ago
                with undisturbed():
                    put(build, out)
                    forget_failures(out)
                if work:
                    delete(work)
                else:
                    forget(out)
            elif keep_failed:
                failed = out.with_name(f"{out.name}.failed")
                with working_folder(failed) as aside:  # its own: what is saved of a folder goes to that folder's place
                    put(build.rename(aside / "run"), failed)
    return failures


def read_once(
    parameters: Mapping[str, dict[str, Any]],
    words: Path,
    *,
    memory: int | None = None,
    work: Path | None = None,
    progress: Progress = lambda section, done, total: None,
) -> AnyTokens:
    """Read and tokenize the corpus, into the folder `words`, once for all notebooks that read it in the same way.

    In parts where `memory` says how many bytes there are for it, and `work` where to keep what is read meanwhile. Gives
    the words as the first notebook has them.
    """
    done: dict[str, AnyTokens] = {}
    for values in parameters.values():
        about = {name: values[name] for name in ("corpus", *READING)}
        if (key := json.dumps(about, sort_keys=True)) not in done:
            corpus = from_root(about.pop("corpus"))
            about["metadata"] = about["metadata"] and from_root(about["metadata"])
            if memory and work:
                place = place_of(corpus, words, **about)
                if place and not place.is_dir():
                    tokens_in_parts(corpus, place, work, memory=memory, progress=progress, **about)
            done[key] = load_tokens(corpus, cache=words, **about)
    return next(iter(done.values()))


def _opened_again(tokens: AnyTokens) -> Callable[[], AnyTokens]:
    """What gives the same words once more: of those in parts the table of all documents need not stay until then."""
    return partial(open_parts, tokens.folder) if isinstance(tokens, Parted) else lambda: tokens


def _text_size(parameters: Mapping[str, dict[str, Any]]) -> int:
    """About how many bytes of text the largest corpus of the notebooks has; of one that is not there none."""
    with suppress(ReadError):
        return max(text_size(corpus_files(from_root(values["corpus"]))) for values in parameters.values())
    return 0


def _lexicons(parameters: Mapping[str, dict[str, Any]]) -> dict[str, Lexicon]:
    """The lexicons that parameters name, each read once, so that a mistake in one costs a line and not a run."""
    named = {values[name] for values in parameters.values() for name in LEXICON_PARAMETERS if name in values}
    return {name: read_lexicon(from_root(name)) for name in sorted(named)}


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
