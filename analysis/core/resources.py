"""What the work may use: memory, the cores of this machine, the workers of another."""

import gc
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from typing import Any, NamedTuple

from analysis.core.errors import ParameterError

BASE = 270 * 10**6  # bytes of a process with all it imports, the pages of libraries that all share counted in part
PER_CHARACTER = 30  # bytes at the peak of reading and tokenizing a character
FEWEST = 10**5  # characters of a part, however small the memory: below, a part costs more than what is in it
MOST = 8 * 10**6  # above, a larger part is no faster
SMALLEST = 300 * 10**6  # bytes: what a single process needs for a part of a useful size
LOCAL = "local"  # the address of workers on this machine
WAIT = 10  # seconds for a scheduler to answer

# Made before Python looks for circles among them. Importing and reading make many that stay, and a look at every 700,
# Python's own measure, takes an eighth of a short command and a third of reading many files.
OBJECTS = 50_000

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


class Budget(NamedTuple):
    """How much is done at a time."""

    cores: int  # processes
    characters: int  # that each has at a time
    room: int = sys.maxsize  # bytes that each process has for one long document
    alone: int = sys.maxsize  # those that it has where it is the only one
    each: int = 1  # bytes a character of such a document


def read_memory(text: str, *, least: int = SMALLEST) -> int:
    """Bytes, from a text such as "1GB", "500 MB" or "2GiB".

    Raises `ParameterError` for a text that is no size, and for one below `least` bytes, too small to work in.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?\s*", text.lower())
    if not found or found[2] not in _UNITS:
        raise ParameterError(f"--memory {text!r} is no size: write it as 1GB or 500MB")
    size = int(float(found[1]) * _UNITS[found[2]])
    if size < least:
        raise ParameterError(f"--memory {text!r} is too small to work in: give {least // 10**6}MB or more")
    return size


def budget(memory: int, *, local: bool = True, per_character: int = PER_CHARACTER) -> Budget:
    """How many processes fit in `memory` bytes, this one among them, and how many characters each may have at a time.

    A second process on this machine pays where half of what is left for it holds a part of a million characters. With
    `local` false the work is done elsewhere and `memory` is that of each worker.
    """
    most = 1
    if local:
        fit = (memory - BASE) // (BASE + 10**6 * per_character)
        most = int(max(1, min(cores(), fit)))
    room = memory - BASE if most == 1 else (memory - BASE) // most - BASE
    characters = int(min(MOST, max(FEWEST, room // per_character)))
    least = FEWEST * per_character
    # A character of one long document takes less than those of many that are short. Measured with 20 to 100 MB: 11 to
    # 15 bytes where words are counted, and 14 to 25 where sentences are, most with an emoji in it.
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
def rarely_collected() -> Iterator[None]:
    """A block in which Python looks for circles of objects at every `OBJECTS` new ones."""
    earlier = gc.get_threshold()
    gc.set_threshold(OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*earlier)


def cores() -> int:
    """How many cores this process may use: a worker that shares them with others has one, and is faster with one."""
    if parent_process() is not None:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fitting(memory: int) -> int:
    """How many workers of this machine fit in `memory` bytes: one a core, and each has `SMALLEST` at least.

    >>> fitting(SMALLEST)
    1
    """
    return max(1, min(cores(), memory // SMALLEST))


@contextmanager
def connect(address: str | None, *, workers: int | None = None) -> Iterator[Any]:
    """A dask client for the scheduler at `address`; of `workers` on this machine for "local"; None for None.

    By default there is one worker a core. What was opened is closed at the end. Raises `ParameterError` where dask is
    not installed, or the address does not answer.
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
    import asyncio  # here, since it and what it needs take longer to import than the rest of the command line
    from concurrent.futures import ThreadPoolExecutor

    try:
        # First without a client: one that has failed may keep the next one of this process waiting for ever.
        with ThreadPoolExecutor(1) as aside:  # a thread of its own, since in a notebook this one has a loop already
            aside.submit(lambda: asyncio.run(_reach(address))).result()
        client = Client(address, timeout=WAIT)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError, RuntimeError, AssertionError) as error:  # dask asserts that it is quick
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ParameterError(
            f"--dask {address!r} does not answer ({reason}): give the address that `dask scheduler` shows, "
            "such as tcp://10.0.0.5:8786, or 'local'"
        ) from None
    with client:
        yield client


async def _reach(address: str) -> None:
    """Raises what `address` brings where nobody answers there."""
    from distributed.comm.core import connect as reached

    answer = await reached(address, timeout=WAIT)  # type: ignore[no-untyped-call]
    await answer.close()
