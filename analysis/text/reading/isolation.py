"""Read web pages, PDF and Word files in a separate process, with limits on time and memory.

Their parsers are large and written in C. A few hundred bytes can crash one, or ask for hours of work or all memory;
that ends the process and costs that file alone.
"""

import atexit
import importlib
import json
import math
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from analysis.text.reading.records import ReadError, Record

READERS = {kind: (f"analysis.text.reading.formats.{kind}", f"read_{kind}") for kind in ("docx", "html", "pdf")}
MEMORY = 1 << 30  # bytes beyond what the process uses once it has imported the reader
SECONDS = 10  # of computing, plus one for each `BYTES` of the file
BYTES = 100_000
_IDLE = 5  # seconds without work after which the process ends

_lock = threading.Lock()
_running: list[subprocess.Popen[bytes]] = []


def read_isolated(kind: str, data: bytes) -> Record:
    """Read `data` with the reader of `kind`; raise the `ReadError` that it raises.

    One process reads all files in turn, and is restarted after one that ended it. Raises `ReadError` for a file that
    takes more than 1 GB of memory, or more than 10 seconds of computing and one for each 100 kB, or that crashes its
    parser. Systems without such limits are protected from crashes only.
    """
    with _lock:
        for _ in range(2):
            process = _process()
            if answer := _request(process, kind, data):
                found = json.loads(answer)
                if "error" in found:
                    raise ReadError(found["error"])
                return Record(**found | {"problems": tuple(found["problems"])})
            status = process.wait()
            _forget(process)
            if status != 0:  # status 0: it had been idle and ended just now, so try again
                break
    limit = "computes too long" if status == -getattr(signal, "SIGXCPU", 0) else "crashes the reader of its format"
    raise ReadError(f"{limit}: it may be made to do so; save its text as .txt if you trust it")


def _process() -> subprocess.Popen[bytes]:
    """The reading process, started if there is none."""
    for process in _running:
        if process.poll() is None:
            return process
        _forget(process)
    code = f"import sys; sys.path[:] = {sys.path!r}; from analysis.text.reading.isolation import serve; serve()"
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=null)
    _running.append(process)
    return process


def _request(process: subprocess.Popen[bytes], kind: str, data: bytes) -> bytes:
    """The line that the process answers, b"" if it ends instead."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError):
        process.stdin.write(f"{kind} {len(data)} {SECONDS + len(data) // BYTES}\n".encode())
        process.stdin.write(data)
        process.stdin.flush()
    answer = process.stdout.readline()
    return answer if answer.endswith(b"\n") else b""


def _forget(process: subprocess.Popen[bytes]) -> None:
    _running.remove(process)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # closing flushes what could not be written
                pipe.close()


@atexit.register
def _end() -> None:
    for process in list(_running):
        _forget(process)  # it ends when its stdin is closed
        process.wait()


def _after_fork() -> None:
    """Give a forked process its own lock; to `Popen.poll` the parent's reader is no child and counts as ended."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def serve() -> None:
    """Answer requests from stdin on stdout, until stdin ends or the process has been idle for long."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # keep what a parser prints out of the answers
    while line := _next_line(requests):
        kind, size, seconds = line.split()
        data = requests.read(int(size))
        module, name = READERS[kind.decode()]
        try:
            read: Callable[[bytes], Record] = getattr(importlib.import_module(module), name)
            _limit(int(seconds))
            found: dict[str, Any] = read(data)._asdict()
        except ReadError as error:
            found = {"error": str(error)}
        except MemoryError:
            found = {"error": f"takes more than {MEMORY >> 30} GB of memory to read: save its text as .txt"}
        except Exception as error:  # whatever a parser raises for a malicious file
            found = {"error": f"breaks the reader of its format ({type(error).__name__}): save its text as .txt"}
        answers.write(json.dumps(found).encode() + b"\n")
        answers.flush()


def _next_line(stream: BinaryIO) -> bytes:
    """The next line, b"" after `_IDLE` seconds without one; nothing is buffered between two files."""
    with suppress(OSError, ValueError):  # on systems that cannot wait for pipes
        if not select.select([stream], [], [], _IDLE)[0]:
            return b""
    return stream.readline()


def _limit(seconds: int) -> None:
    """Limit what this process may use from here on."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds += math.ceil(used.ru_utime + used.ru_stime)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + MEMORY
        if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
            resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
