"""The processes of a report's notebooks: one a notebook, ended with their kernels when the report ends before them."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import psutil  # type: ignore[import-untyped]

from analysis.progress import Progress

PATIENCE = 2  # seconds that a process has to end by itself


class Job(NamedTuple):
    """A notebook to be run: what `analysis.publish.execute` takes, the folder to run it in, and its environment."""

    task: dict[str, Any]
    folder: Path
    environment: Mapping[str, str]


class Processes:
    """Processes that end when their stdin does: when `stop` is called, and when this process is gone.

    Each is the first of a session of its own, so that a terminal's Ctrl-C reaches this process alone.
    """

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[str]] = []
        self._lock = threading.Lock()
        self._stopped = False

    def start(self, command: list[str], line: str, cwd: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
        """A new process that has `line` to read."""
        pipe = subprocess.PIPE
        with self._lock:
            process = subprocess.Popen(
                command,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                cwd=cwd,
                env=environment,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            self._running.append(process)
            assert process.stdin is not None
            with suppress(BrokenPipeError):  # it has ended: its exit status says why
                process.stdin.write(f"{line}\n")
                process.stdin.flush()
            if self._stopped:
                _close(process)
        return process

    def stop(self) -> None:
        """End all processes, also those that are started after this, and wait for them."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                _close(process)
        for process in self._running:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                _kill(process)


def _kill(process: subprocess.Popen[str]) -> None:
    """End a process and all that it has started: a kernel that it can't end any more would go on for a while."""
    started: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        started = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    for child in started:
        with suppress(psutil.NoSuchProcess):
            child.kill()


def _close(process: subprocess.Popen[str]) -> None:
    """End a process's stdin."""
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.close()


def run_notebooks(
    jobs: Mapping[str, Job],
    progress: Progress,
    *,
    at_once: int,
    ended: Callable[[str, dict[str, Any]], None] = lambda section, log: None,
) -> dict[str, dict[str, Any]]:
    """Run the job of each section, `at_once`, or as many as there are cores.

    Gives a log a section: seconds, and what went wrong (cell, error, message), if anything did. `ended` is given each
    as soon as it is there, while others still run.
    """
    processes = Processes()
    with ThreadPoolExecutor(min(at_once, os.cpu_count() or 1)) as pool:
        try:
            futures = {pool.submit(_run_one, processes, name, job, progress): name for name, job in jobs.items()}
            logs = {}
            for future in as_completed(futures):
                logs[futures[future]] = future.result()
                ended(futures[future], future.result())
            return {section: logs[section] for section in jobs}
        except BaseException:  # a signal, or no process could be started: what still runs is of no use
            pool.shutdown(wait=False, cancel_futures=True)
            processes.stop()
            raise


def _run_one(processes: Processes, section: str, job: Job, progress: Progress) -> dict[str, Any]:
    started = time.monotonic()
    command = [sys.executable, "-m", "analysis.publish.execute"]
    process = processes.start(command, json.dumps(job.task), job.folder, job.environment)
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr, ThreadPoolExecutor(1) as reader:
        errors = reader.submit(process.stderr.read)
        last = ""
        for line in process.stdout:  # text mode ends a line at \r too
            last = line.strip() or last
            counted = re.fullmatch(r"(\d+)/(\d+)", last)
            if counted:
                progress(section, int(counted[1]), int(counted[2]))
        said = errors.result().strip().splitlines()
    status = process.wait()
    _close(process)
    log: dict[str, Any] = {"seconds": round(time.monotonic() - started, 3)}
    try:
        result = json.loads(last)
    except ValueError:
        result = None
    if isinstance(result, dict):
        return log | result
    if status < 0:
        why = f"its process was ended by {signal.Signals(-status).name}, most likely for want of memory"
    else:
        why = (said or [f"exit status {status}"])[-1]
    return log | {"cell": "-", "error": "NotRun", "message": why}
