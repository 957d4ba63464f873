"""Resumable work in stages: the result of each task is a folder that is there whole or not at all."""

import hashlib
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from pathlib import Path, PurePath
from typing import Any

from analysis.core.errors import CorpusError
from analysis.core.files import clear, delete_made, exclusive_folder
from analysis.core.progress import Progress
from analysis.core.signals import deferred_signals, stop_signals
from analysis.core.versions import code_version

DEATHS = 3  # of worker processes before a stage is given up
FEW = 4  # short tasks a process below which starting processes takes longer than the work
KEPT = "what is finished is kept: the same command goes on from there"


class LostError(ValueError):
    """Work that failed because processes were killed."""


class BusyError(ValueError):
    """A folder of stages in which another process works."""


def run_stage(function: Callable[[Any, Path], None], tasks: Sequence[Any], folder: Path, **how: Any) -> list[Path]:
    """The list of `stage_results`."""
    return list(stage_results(function, tasks, folder, **how))


def stage_results(
    function: Callable[[Any, Path], None],
    tasks: Sequence[Any],
    folder: Path,
    *,
    client: Any = None,
    cores: int = 1,
    short: bool = False,
    what: str = "",
    progress: Progress = lambda what, done, total: None,
) -> Generator[Path, None, None]:
    """Run `function(task, new folder)` for each task, and yield the folders in order.

    They are ``folder/<name of the function>/<key of the task>``, each yielded as soon as it and those before it are
    finished; close the iterator if it is not exhausted. A folder gets its name when the function is done, and a task
    whose folder exists is not done again. Of two processes with the same task, the first one's result stays.

    The work is done in this process, in `cores` new ones (of `short` tasks only where there are `FEW` for each), or by
    the workers of a dask `client`, which must see `folder` at the same path. A killed worker costs time and changes
    nothing. `what` is the name for `progress`, by default the function's. Raises what `function` raises, and
    `LostError` where workers die again and again; finished results stay.
    """
    stage = folder / function.__name__
    stage.mkdir(parents=True, exist_ok=True)
    places = {task.key: stage / task.key for task in tasks}
    left = {task.key: task for task in tasks if not places[task.key].is_dir()}
    name = what or function.__name__.replace("_", " ")
    done = len(places) - len(left)
    progress(name, done, len(places))
    run = partial(_run, function, stage, code_version())
    cores = 1 if short and len(tasks) < FEW * cores else cores
    with closing(_finished(run, left, client, cores, f"{function.__name__}-{digest(str(stage))[:12]}")) as finished:
        numbered = enumerate(finished, done + 1)
        for task in tasks:
            while not places[task.key].is_dir():
                progress(name, next(numbered)[0], len(places))
            yield places[task.key]
        for number, _ in numbered:
            progress(name, number, len(places))


@contextmanager
def work_folder(out: Path, work: Path | None = None) -> Iterator[Path]:
    """The locked folder of the stages on the way to the file `out`, deleted when the block ends without error.

    Raises `ValueError` where `out` is a folder.
    """
    if out.expanduser().is_dir():
        raise ValueError(f"{str(out)!r} is a folder: give the name of a file")
    with locked_folder(work_path(out, work)) as folder:
        yield folder
        empty_folder(folder)


def work_path(out: Path, work: Path | None = None) -> Path:
    """The path of the folder of stages on the way to `out`: beside it, or in the folder `work`."""
    place = out.expanduser().absolute()
    return (work.expanduser().absolute() if work else place.parent) / f".{place.name}.work"


@contextmanager
def locked_folder(folder: Path) -> Iterator[Path]:
    """Make a folder of stages where there is none, and lock it for the block.

    Unfinished results are deleted before and after; after a `CorpusError`, all results are, since none is of use.
    Raises `BusyError` where another process holds the folder, and `ForeignError` where something else has its name.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive_folder(folder))
        except BlockingIOError:
            raise BusyError(f"another lafz works in {str(folder)!r}: wait for it, or give another --out") from None
        clear(folder, _is_unfinished, deep=2)
        try:
            yield folder
        except BaseException as error:
            if isinstance(error, CorpusError):
                empty_folder(folder)
            raise
        finally:
            clear(folder, _is_unfinished, deep=2)


def empty_folder(folder: Path) -> None:
    """Delete all that is in a locked folder; the end of its block then deletes the folder."""
    clear(folder, lambda path: True)


def _is_unfinished(path: PurePath) -> bool:
    return path.name.startswith(".")


def _run(function: Callable[[Any, Path], None], stage: Path, version: str, task: Any) -> None:
    """Do a task in a hidden folder and rename that; a result that another process has put there meanwhile stays."""
    if version != code_version():
        raise LostError("a worker has another version of lafz, or of what it reads with: install the same on all")
    place = stage / task.key
    if place.is_dir():
        return
    build = Path(tempfile.mkdtemp(prefix=f".{task.key}.", dir=stage))
    try:
        function(task, build)
        build.chmod(0o755)  # mkdtemp's are for their owner alone
        build.rename(place)
    except BaseException as error:
        delete_made(build)
        if not (isinstance(error, OSError) and place.is_dir()):
            raise


def _finished(
    run: Callable[[Any], None], left: dict[str, Any], client: Any, cores: int, name: str
) -> Generator[None, None, None]:
    """Do the tasks; yield None after each."""
    if client is not None:
        yield from _by_client(run, left, client, name)
    elif cores > 1 and len(left) > 1:
        yield from _by_pool(run, left, cores)
    else:
        for task in left.values():
            run(task)
            yield


def _by_pool(run: Callable[[Any], None], left: dict[str, Any], cores: int) -> Iterator[None]:
    """Do the tasks in new processes; repeat those that a killed process had begun."""
    left = dict(left)
    for _ in range(DEATHS):
        pool = ProcessPoolExecutor(min(cores, len(left)), get_context(_start_method()), initializer=_as_worker)
        try:
            # No signal interrupts starting the processes, which would get Ctrl-C before they can ignore it.
            with deferred_signals(), _unheard(signal.SIGINT):
                futures = {pool.submit(run, task): key for key, task in left.items()}
            for future in as_completed(futures):
                future.result()
                del left[futures[future]]
                yield
            return
        except BrokenProcessPool:
            continue
        finally:
            pool.shutdown(cancel_futures=True)
    raise LostError(
        f"processes were killed {DEATHS} times, perhaps for want of memory: give a smaller --memory; "
        "what is finished is kept for the next call"
    )


def _start_method() -> str:
    """Fork where it is safe, on Linux without Python threads; else spawn, which takes a second of CPU a process."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


@contextmanager
def _unheard(number: int) -> Iterator[None]:
    """Block a signal in this process and those that it starts; no effect on Windows."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    earlier = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, earlier)


def _by_client(run: Callable[[Any], None], left: dict[str, Any], client: Any, name: str) -> Iterator[None]:
    """Do the tasks on the workers of a dask client."""
    from distributed import KilledWorker
    from distributed import as_completed as completed

    futures = [client.submit(run, task, key=f"{name}-{key}", pure=False) for key, task in left.items()]
    try:
        for future in completed(futures):  # type: ignore[no-untyped-call]
            future.result()
            yield
    except KilledWorker as error:
        raise LostError(
            f"workers were killed again and again ({' '.join(str(error).split())[:200]}): give a smaller --memory; "
            "what is finished is kept for the next call"
        ) from None
    finally:
        client.cancel(futures)


def _as_worker() -> None:
    """Let this process end with its parent, and leave Ctrl-C to it."""
    for kind in stop_signals():  # a forked process inherits handlers
        signal.signal(kind, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def digest(*about: str) -> str:
    """A hash of texts, as a name for what depends on them.

    >>> digest("one", "two") == digest("one", "two"), digest("one", "two") == digest("onetwo")
    (True, False)
    """
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]
