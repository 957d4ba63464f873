"""The processes of a report's notebooks, one each, which end with their kernels if the report ends first."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple, Self

import psutil  # type: ignore[import-untyped]

from analysis.core.files import temporary_folder
from analysis.core.paths import ROOT, STANDS
from analysis.core.progress import Progress
from analysis.publish.run.machine import CAN_FORK, check_open_files

PATIENCE = 2  # seconds in which processes may end by themselves

_ERROR = re.compile(r"[\w.]*(Error|Exception)\b")  # the last line of a traceback


Job = Mapping[str, Any]  # as `execute` reads it: notebook, output, parameters, folder, environment


class Streams(NamedTuple):
    """This side's ends of a process's stdin and stdout, and its stderr file."""

    stdin: IO[str]
    stdout: IO[str]
    stderr: IO[str]


class Processes:
    """Processes that run notebooks and end when their stdin closes: with this block, or with this process.

    They are forked where that is safe (see the module `forking`) and otherwise started one by one, which takes longer.
    They start in `folder`, with `environment` and what a job adds to it, in sessions of their own, so that Ctrl-C in a
    terminal reaches this process alone.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self._begun: list[subprocess.Popen[bytes]] = []
        self._streams: list[Streams] = []
        self._lock = threading.Lock()
        self._ended = False
        self._messages: socket.socket | None = None  # to the forking process
        if CAN_FORK:
            self._messages, theirs = socket.socketpair()
            with theirs:
                self._begin("forking", [theirs.fileno(), None, None])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def start(self, job: Job) -> Streams:
        """Start a process for `job`. Raises `RuntimeError` after `end`."""
        with self._lock, ExitStack() as theirs:
            if self._ended:
                raise RuntimeError("no process can be started after the end")
            (reads, stdin), (stdout, writes) = os.pipe(), os.pipe()
            theirs.callback(os.close, reads)
            theirs.callback(os.close, writes)
            errors = TemporaryFile("w+", dir=self._folder, encoding="utf-8", errors="replace")  # noqa: SIM115
            streams = Streams(_text(stdin, "w"), _text(stdout, "r"), errors)
            self._streams.append(streams)
            files = [reads, writes, errors.fileno()]
            if self._messages:
                with suppress(ConnectionError):  # it is gone, and so the streams are closed
                    socket.send_fds(self._messages, [b"."], files)
            else:
                self._begin("execute", files)
        about = {**job, "environment": {**self._environment, **job.get("environment", {})}}
        with suppress(BrokenPipeError, ValueError):  # the process has ended
            print(json.dumps(about), file=streams.stdin, flush=True)
        return streams

    def end(self) -> None:
        """End all processes and their children."""
        with self._lock:
            self._ended = True
            running = [one for process in self._begun for one in _with_children(process.pid)]
            for streams in self._streams:
                _close(streams.stdin)
            if self._messages:
                self._messages.close()
        _, deaf = psutil.wait_procs(running, PATIENCE if self._streams else 0)
        for one in deaf:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(deaf, PATIENCE)
        for process in self._begun:
            process.wait()

    def _begin(self, module: str, files: Sequence[int | None]) -> None:
        """Start a module of this folder as a process with `files` as its streams."""
        command = [sys.executable, "-P", "-m", f"analysis.publish.run.{module}"]
        stdin, stdout, stderr = files
        self._begun.append(
            subprocess.Popen(
                command,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                cwd=self._folder,
                env=self._environment,
                start_new_session=True,
            )
        )


@contextmanager
def waiting() -> Iterator[Processes]:
    """`Processes` in a temporary folder, which import what notebooks need while this process goes on."""
    check_open_files()  # they inherit the limit
    with temporary_folder() as scratch, Processes(scratch, environment_of(scratch)) as processes:
        yield processes


def environment_of(scratch: Path) -> dict[str, str]:
    """The environment of all notebooks, without the user's Jupyter settings.

    Memory of large arrays goes back to the system at once; smaller ones of one shard after another reuse theirs.
    """
    own = {
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_CONFIG_DIR": str(scratch / "config"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
        "MALLOC_MMAP_THRESHOLD_": "4000000",  # bytes
        "MALLOC_TRIM_THRESHOLD_": "32000000",
        STANDS: str(ROOT),
        "MPLBACKEND": "agg",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    return {name: value for name, value in os.environ.items() if name != "JUPYTER_PATH"} | own


def _text(file: int, mode: str) -> IO[str]:
    return open(file, mode, encoding="utf-8", errors="replace")


def _close(stream: IO[str]) -> None:
    with suppress(BrokenPipeError):
        stream.close()


def _with_children(pid: int) -> list[psutil.Process]:
    """A process and all its descendants; none if it is gone."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def run_notebooks(
    jobs: Mapping[str, Job],
    processes: Processes,
    progress: Progress,
    *,
    at_once: int,
    ended: Callable[[str, dict[str, Any]], None] = lambda section, log: None,
) -> dict[str, dict[str, Any]]:
    """Run the job of each section, `at_once` of them side by side. An error ends all processes.

    At most one more than there are cores run at once: each waits now and then for its kernel. Return a log for each
    section: seconds, and after a failure cell, error and message. `ended` is called with each as soon as it is there.
    """
    with ThreadPoolExecutor(min(at_once, 1 + (os.cpu_count() or 1))) as pool:
        try:
            # The last one first: before anything is compiled, it has more to compile than the others together.
            futures = {pool.submit(_run_one, processes, name, jobs[name], progress): name for name in reversed([*jobs])}
            logs = {}
            for future in as_completed(futures):
                logs[futures[future]] = future.result()
                ended(futures[future], future.result())
            return {section: logs[section] for section in jobs}
        except BaseException:  # a signal, or no process could start
            pool.shutdown(wait=False, cancel_futures=True)
            processes.end()
            raise


def _run_one(processes: Processes, section: str, job: Job, progress: Progress) -> dict[str, Any]:
    started = time.monotonic()
    streams = processes.start(job)
    with streams.stdout, streams.stderr:
        last = ""
        for line in streams.stdout:  # text mode splits lines at \r too
            last = line.strip() or last
            counted = re.fullmatch(r"(\d+)/(\d+)", last)
            if counted:
                progress(section, int(counted[1]), int(counted[2]))
        streams.stderr.seek(0)
        said = [line.strip() for line in streams.stderr if _ERROR.match(line)]
    _close(streams.stdin)
    log: dict[str, Any] = {"seconds": round(time.monotonic() - started, 3)}
    with suppress(ValueError):
        if isinstance(result := json.loads(last), dict):
            return log | result
    why = (said or ["its process ended before the notebook did, most likely for want of memory"])[-1]
    return log | {"cell": "-", "error": "NotRun", "message": why}
