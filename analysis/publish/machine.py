"""What a report needs of the machine: memory, of which the notebooks side by side take theirs, and open files."""

import sys
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from analysis.publish.parameters import ParameterError

BASE = 450 * 10**6  # bytes of a notebook's processes with all that they import
PER_CHARACTER = 45  # bytes at the peak of a notebook, for each character of the corpus
OPEN_FILES = 128  # that a process must be allowed: a kernel with its sockets and the corpus has about 70
_CONTROL_GROUP = Path("/sys/fs/cgroup")


def side_by_side(characters: int, memory: int | None = None) -> int:
    """How many notebooks on a corpus of so many characters fit in `memory` bytes, by default all that is free.

    Raises `ParameterError` where not one does: it would be ended by the system in the middle of its work.

    >>> side_by_side(10**6, 2 * 10**9), side_by_side(60 * 10**6, 5 * 10**9)
    (4, 1)
    """
    room = free() if memory is None else memory
    needed = BASE + PER_CHARACTER * characters
    if needed <= room:
        return room // needed
    there = "are free" if memory is None else "are what --memory gives"
    raise ParameterError(
        f"the corpus has {characters:,} characters, for which a notebook takes about {_gigabytes(needed)}, and "
        f"{_gigabytes(room)} {there}: report on a part of it, give more with --memory, or use lafz count and "
        "lafz pairs, which read a corpus in parts"
    )


def free() -> int:
    """The bytes that new processes can have: of this machine, or of the container that this is."""
    room = int(psutil.virtual_memory().available + psutil.swap_memory().free)
    with suppress(OSError, ValueError, KeyError):  # no control group, or one without a limit ("max")
        limit, used = (int((_CONTROL_GROUP / f"memory.{name}").read_text()) for name in ("max", "current"))
        lines = (_CONTROL_GROUP / "memory.stat").read_text().splitlines()
        kept = dict(line.split() for line in lines)["inactive_file"]  # what was read, and can be read again
        room = min(room, limit - used + int(kept))
    return room


def check_open_files() -> None:
    """With too few a notebook would fail, and with fewer still its kernel would, without a word of why.

    Raises `ParameterError` where this process may not raise the limit itself.
    """
    if sys.platform == "win32":
        return
    import resource

    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= allowed < OPEN_FILES:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, most))
        except ValueError:
            raise ParameterError(
                f"a process may open {allowed} files at once, and a report needs {OPEN_FILES}: raise the limit, such "
                f"as with: ulimit -n 1024"
            ) from None


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
