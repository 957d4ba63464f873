"""The process that runs a report's notebooks, ended with their kernels when the report ends before them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple, Self

import psutil  # type: ignore[import-untyped]

from analysis.core.progress import Progress

CAN_FORK = sys.platform == "linux"  # elsewhere libraries of the system may fail in a process that was forked
PATIENCE = 2  # seconds that processes have to end by themselves

_ERROR = re.compile(r"[\w.]*(Error|Exception)\b")  # the last line of a traceback


class Job(NamedTuple):
    """A notebook to be run: see `analysis.publish.run.execute.execute`; what is added to the environment of all."""

    notebook: str
    output: str
    parameters: dict[str, Any]
    folder: str
    environment: Mapping[str, str]


class Processes:
    """A process that runs notebooks, see `analysis.publish.run.execute`, and the kernels that it starts.

    They end when its stdin does: with this block, and when this process is gone. With `fork` kernels are forked where
    that is safe; else, and elsewhere, each is begun anew, which takes longer and less memory in all. `folder` is where
    it begins, and `environment` is that of all notebooks but for what a job adds. Its session is not this process's, so
    that a terminal's Ctrl-C reaches this process alone.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], *, fork: bool = True) -> None:
        self._environment, self._asked = environment, False
        self._errors = TemporaryFile("w+", dir=folder, encoding="utf-8", errors="replace")  # noqa: SIM115
        self._runner = subprocess.Popen(
            [sys.executable, "-P", "-m", "analysis.publish.run.execute", *["fork"] * (fork and CAN_FORK)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=folder,
            env=environment,
            start_new_session=True,
            encoding="utf-8",
            errors="replace",
        )
        self._stdin: IO[str] = self._runner.stdin  # type: ignore[assignment]
        self._stdout: IO[str] = self._runner.stdout  # type: ignore[assignment]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()
        self._stdout.close()
        self._errors.close()

    def run(
        self,
        jobs: Mapping[str, Job],
        progress: Progress,
        *,
        at_once: int,
        ended: Callable[[str, dict[str, Any]], None] = lambda section, log: None,
    ) -> dict[str, dict[str, Any]]:
        """Run the job of each section, so many `at_once`, or as many as there are cores; to be called once.

        Gives a log a section: seconds, and what went wrong (cell, error, message), if anything did. `ended` is given
        each as soon as it is there, while others still run.
        """
        self._asked = True
        own = {
            section: job._asdict() | {"environment": {**self._environment, **job.environment}}
            for section, job in jobs.items()
        }
        logs: dict[str, dict[str, Any]] = {}
        with suppress(BrokenPipeError):  # it has ended
            print(json.dumps([own, min(at_once, os.cpu_count() or 1)]), file=self._stdin, flush=True)
        while len(logs) < len(jobs) and (line := self._stdout.readline()):
            try:
                section, *about = json.loads(line)
            except (TypeError, ValueError):  # what a kernel's libraries print
                continue
            if len(about) > 1:
                progress(section, *about)
            else:
                [logs[section]] = about
                ended(section, logs[section])
        lost = {"seconds": 0.0, "cell": "-", "error": "NotRun", "message": self._last_words()}
        return {section: logs.get(section, lost) for section in jobs}

    def _last_words(self) -> str:
        """Why the process has ended, where it said so."""
        self._errors.seek(0)
        said = [line.strip() for line in self._errors if _ERROR.match(line)]
        return (said or ["its process ended before the notebook did, most likely for want of memory"])[-1]

    def end(self) -> None:
        """End the process with all that it has started."""
        running = []
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self._runner.pid)
            running = [process, *process.children(recursive=True)]
        with suppress(BrokenPipeError):
            self._stdin.close()
        _, deaf = psutil.wait_procs(running, PATIENCE if self._asked else 0)
        for one in deaf:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(deaf, PATIENCE)
        self._runner.wait()
