"""Work in stages: each task's result is a folder, there whole or not at all, and what is there is not done again."""

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
from analysis.core.files import clear, delete_made, own_folder
from analysis.core.progress import Progress
from analysis.core.signals import calls_to_leave, undisturbed
from analysis.core.versions import code_version

DEATHS = 3  # of worker processes, after which a stage is given up
FEW = 4  # short tasks a process: with fewer, starting processes takes longer than the work
KEPT = "what is finished is kept: the same command goes on from there"  # for whoever has stopped one


class LostError(ValueError):
    """Work that came to nothing because processes were killed; the message says what to do."""


class BusyError(ValueError):
    """A folder of stages in which another process works; the message says what to do."""


def run_stage(function: Callable[[Any, Path], None], tasks: Sequence[Any], folder: Path, **how: Any) -> list[Path]:
    """What `stage_results` gives, when all of it is there."""
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
    """The results of `function` for each task, as folders ``folder/<name of the function>/<key>``, in their order.

    Each comes as soon as it and those before it are there, while others do what follows; close the iterator where it is
    not read to its end. `function` (of a module, so that other processes find it) writes into the new folder that it is
    given. That gets its name when the function is done: a result that is there is whole, and its task is not done
    again. Where two do a task at once, the first one's result stays. `tasks` are `Task`\\s; of several with one key one
    is done.

    The work is done in this process; or in `cores` new ones, of `short` tasks where there are `FEW` for each or more;
    or by the workers of a dask `client`, to which `folder` must be the same place. A worker that is killed costs time
    and changes nothing. `what` is the work's name for `progress`, by default that of the function. Raises what
    `function` raises, and `LostError` where workers die again and again; the results there are stay.
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
    with closing(_finished(run, left, client, cores, f"{function.__name__}-{named(str(stage))[:12]}")) as finished:
        numbered = enumerate(finished, done + 1)
        for task in tasks:
            while not places[task.key].is_dir():
                progress(name, next(numbered)[0], len(places))
            yield places[task.key]
        for number, _ in numbered:
            progress(name, number, len(places))


@contextmanager
def work_folder(out: Path, work: Path | None = None) -> Iterator[Path]:
    """The folder that the stages on the way to the file `out` are kept in: see `work_of` and `held`.

    It is deleted when the block ends without error. Raises `ValueError`, before anything is done, where `out` is a
    folder.
    """
    if out.expanduser().is_dir():
        raise ValueError(f"{str(out)!r} is a folder: give the name of a file")
    with held(work_of(out, work)) as folder:
        yield folder
        delete(folder)


def work_of(out: Path, work: Path | None = None) -> Path:
    """The folder for the stages on the way to `out`: beside it, or in the folder `work`."""
    place = out.expanduser().absolute()
    return (work.expanduser().absolute() if work else place.parent) / f".{place.name}.work"


@contextmanager
def held(folder: Path) -> Iterator[Path]:
    """A folder of stages, made where there is none, for this process alone as long as the block lasts.

    What is not whole in it is deleted, before and after; after a `CorpusError` all of it, since nothing in it is of use
    then. Raises `BusyError` where another process holds it, and `ForeignError` where it was not made here.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(own_folder(folder))
        except BlockingIOError:
            raise BusyError(f"another lafz works in {str(folder)!r}: wait for it, or give another --out") from None
        clear(folder, _is_unfinished, deep=2)
        try:
            yield folder
        except BaseException as error:
            if isinstance(error, CorpusError):
                delete(folder)
            raise
        finally:
            clear(folder, _is_unfinished, deep=2)


def delete(folder: Path) -> None:
    """Delete all that is in a held folder, which then goes with its block; whoever is killed leaves nothing in part."""
    clear(folder, lambda path: True)


def _is_unfinished(path: PurePath) -> bool:
    return path.name.startswith(".")


def _run(function: Callable[[Any, Path], None], stage: Path, version: str, task: Any) -> None:
    """Do a task, beside its place; where the result is there in the meantime, that one stays."""
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
    """One None for each task that is done."""
    if client is not None:
        yield from _by_client(run, left, client, name)
    elif cores > 1 and len(left) > 1:
        yield from _by_pool(run, left, cores)
    else:
        for task in left.values():
            run(task)
            yield


def _by_pool(run: Callable[[Any], None], left: dict[str, Any], cores: int) -> Iterator[None]:
    """The tasks done by processes of this machine; those that a killed one took with it are done by others."""
    left = dict(left)
    for _ in range(DEATHS):
        pool = ProcessPoolExecutor(min(cores, len(left)), get_context(_start_method()), initializer=_as_worker)
        try:
            # Processes are begun: none is left half-made, and only when they run could they leave Ctrl-C to this one.
            with undisturbed(), _unheard(signal.SIGINT):
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
    """How processes begin: forked from this one, which has imported all, where it is safe, on Linux and without threads
    of Python's; else spawned, which takes a second of a processor each."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


@contextmanager
def _unheard(number: int) -> Iterator[None]:
    """A block in which a signal waits for its end, and processes begun in it do not hear it; not on Windows."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    earlier = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, earlier)


def _by_client(run: Callable[[Any], None], left: dict[str, Any], client: Any, name: str) -> Iterator[None]:
    """The tasks done by the workers of a dask client."""
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
    """Make this process one that ends with its parent, and leaves Ctrl-C to it."""
    for kind in calls_to_leave():  # a forked process has the handlers of its parent
        signal.signal(kind, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def named(*about: str) -> str:
    """A name for what is made of all that `about` says.

    >>> named("one", "two") == named("one", "two"), named("one", "two") == named("onetwo")
    (True, False)
    """
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]
