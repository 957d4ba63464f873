"""Memory, cores and dask workers that work may use."""

import gc
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from typing import Any, NamedTuple

from analysis.core.errors import ParameterError

BASE = 270 * 10**6  # bytes of a process with its imports, shared pages counted in part
PER_CHARACTER = 30  # bytes a character, at the peak of reading and tokenizing
FEWEST = 10**5  # characters of a part; a smaller one costs more than it saves
MOST = 8 * 10**6  # characters of a part; a larger one is no faster
SMALLEST = 300 * 10**6  # bytes that a single process needs
LOCAL = "local"  # the address of workers on this machine
WAIT = 10  # seconds for a scheduler to answer

# New objects between two garbage collections. Python's default of 700 costs an eighth of a short command and a third of
# reading many files, whose objects mostly stay.
OBJECTS = 50_000

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


class Budget(NamedTuple):
    """How much is processed at a time."""

    cores: int  # processes
    characters: int  # in each process
    room: int = sys.maxsize  # bytes for one long document, in each process
    alone: int = sys.maxsize  # bytes for one long document, in a single process
    each: int = 1  # bytes a character of a long document


def read_memory(text: str, *, least: int = SMALLEST) -> int:
    """Parse a size such as "1GB", "500 MB" or "2GiB" into bytes; raises `ParameterError` below `least` bytes."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?\s*", text.lower())
    if not found or found[2] not in _UNITS:
        raise ParameterError(f"--memory {text!r} is no size: write it as 1GB or 500MB")
    size = int(float(found[1]) * _UNITS[found[2]])
    if size < least:
        raise ParameterError(f"--memory {text!r} is too small to work in: give {least // 10**6}MB or more")
    return size


def budget(memory: int, *, local: bool = True, per_character: int = PER_CHARACTER) -> Budget:
    """How many processes fit in `memory` bytes, and how many characters each takes at a time.

    Each further process needs room for a part of a million characters. With `local` false, `memory` is that of each
    worker elsewhere.
    """
    fit = (memory - BASE) // (BASE + 10**6 * per_character)
    most = int(max(1, min(cores(), fit))) if local else 1
    room = memory - BASE if most == 1 else (memory - BASE) // most - BASE
    characters = int(min(MOST, max(FEWEST, room // per_character)))
    least = FEWEST * per_character
    # A long document needs less memory a character than many short ones. Measured with 20 to 100 MB: 11 to 15 bytes
    # where words are counted, 14 to 25 where sentences are, most with an emoji in it.
    return Budget(most, characters, max(least, room), max(least, memory - BASE), per_character * 5 // 9)


def check_length(name: str, characters: int, room: int, each: int) -> None:
    """Raise `ParameterError` for a document that does not fit in `room` bytes, at `each` bytes a character."""
    if characters * each > room:
        needed, left = (f"{(BASE + size) / 1e6:,.0f} MB" for size in (characters * each, room))
        raise ParameterError(
            f"{name!r} has a text of {characters / 1e6:,.1f} MB, which takes a process of {needed}, and --memory "
            f"leaves one {left}: give more, or divide the text"
        )


@contextmanager
def infrequent_gc() -> Iterator[None]:
    """Collect garbage less often in the block: at every `OBJECTS` new objects."""
    earlier = gc.get_threshold()
    gc.set_threshold(OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*earlier)


def cores() -> int:
    """The number of cores that this process may use: 1 in a worker process, which shares them with others."""
    if parent_process() is not None:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fitting(memory: int) -> int:
    """How many local workers of `SMALLEST` bytes fit in `memory`, at most one a core.

    >>> fitting(SMALLEST)
    1
    """
    return max(1, min(cores(), memory // SMALLEST))


@contextmanager
def connect(address: str | None, *, workers: int | None = None) -> Iterator[Any]:
    """A dask client of the scheduler at `address`, or of `workers` processes for "local" (by default one a core).

    None for None. Raises `ParameterError` where dask is not installed, or the address does not answer.
    """
    if address is None:
        yield None
        return
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError:
        raise ParameterError(f"--dask {address!r} needs dask: pip install 'lafz[distributed]'") from None
    if address == LOCAL:
        with (
            LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=workers or cores(),
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",  # which no other machine can reach
                dashboard_address=None,
                memory_limit=0,  # the budget bounds it; dask would stop a worker that comes near
            ) as cluster,
            Client(cluster) as client,  # type: ignore[no-untyped-call]
        ):
            yield client
        return
    import asyncio  # slower to import than the rest of the command line
    from concurrent.futures import ThreadPoolExecutor

    try:
        # Probe the address first, since after a client that failed the next one may hang. In a thread of its own, since
        # in a notebook this one runs an event loop already.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(_probe(address))).result()
        client = Client(address, timeout=WAIT)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError, RuntimeError, AssertionError) as error:  # dask asserts too
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ParameterError(
            f"--dask {address!r} does not answer ({reason}): give the address that `dask scheduler` shows, "
            "such as tcp://10.0.0.5:8786, or 'local'"
        ) from None
    with client:
        yield client


async def _probe(address: str) -> None:
    """Raise an error where nothing answers at `address`."""
    from distributed.comm.core import connect as open_comm

    comm = await open_comm(address, timeout=WAIT)  # type: ignore[no-untyped-call]
    await comm.close()
