"""Resources that a report needs: memory for notebooks side by side, and open files."""

import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import psutil  # type: ignore[import-untyped]
import pyarrow.parquet as pq

from analysis.core.errors import ParameterError
from analysis.engine.sharding import MOST as PART

BASE = 450 * 10**6  # bytes of a notebook's processes after all imports
PER_CHARACTER = 45  # peak bytes of a notebook per character of the corpus
CAN_FORK = sys.platform == "linux"  # on other systems, system libraries may fail in a forked process
SHARED = 300 * 10**6  # bytes of the command, and of the imports that forked notebooks share
SHARDED = 700 * 10**6  # peak bytes of a notebook's processes beside that, on a corpus in shards
OPEN_FILES = 128  # limit that a process needs: a kernel has about 70 open, with its sockets and the corpus
_CONTROL_GROUP = Path("/sys/fs/cgroup")


def side_by_side(characters: int, room: int) -> int:
    """Number of notebooks that fit in `room` bytes, each with a corpus of `characters` in memory."""
    return room // (BASE + PER_CHARACTER * characters)


def check_fits(characters: int, room: int) -> None:
    """Raise `ParameterError` if no notebook with a corpus of `characters` in memory fits in `room` bytes."""
    if not side_by_side(characters, room):
        raise ParameterError(
            f"the corpus has {characters:,} characters, for which a notebook takes about "
            f"{_gigabytes(BASE + PER_CHARACTER * characters)}, and there are {_gigabytes(room)}: run it where there is "
            "more memory"
        )


def sharded_side_by_side(room: int, longest: int = 0) -> int:
    """Number of notebooks that fit in `room` bytes, each with one shard of the corpus in memory at a time.

    `longest`: characters of the longest document, which may exceed a shard. Raises `ParameterError` if none fits,
    since the system would kill it halfway.
    """
    each = SHARDED + PER_CHARACTER * max(0, longest - PART)
    needed = SHARED + each
    if room < needed:
        raise ParameterError(
            f"the corpus does not fit in {_gigabytes(room)}, and a notebook that reads it in shards takes "
            f"{_gigabytes(needed)}: give so much with --memory, or report on a part of the corpus"
        )
    return (room - SHARED) // each if CAN_FORK else room // needed


def text_size(files: Iterable[Path]) -> int:
    """Approximate bytes of text in `files`, unpacked."""
    return sum(map(_unpacked, files))


def _unpacked(file: Path) -> int:
    """Bytes of a file after unpacking; 0 if it cannot be opened, since reading it will say why."""
    with suppress(OSError, ValueError, BadZipFile):
        if file.suffix.lower() == ".parquet":
            about = pq.ParquetFile(file).metadata
            return int(sum(about.row_group(k).total_byte_size for k in range(about.num_row_groups)))
        if file.suffix.lower() == ".zip":
            with ZipFile(file) as archive:
                return sum(member.file_size for member in archive.infolist())
        return file.stat().st_size
    return 0


def free() -> int:
    """Bytes available to new processes on this machine, or in this container."""
    room = int(psutil.virtual_memory().available + psutil.swap_memory().free)
    with suppress(OSError, ValueError, KeyError):  # no control group, or no limit ("max")
        limit, used = (int((_CONTROL_GROUP / f"memory.{name}").read_text()) for name in ("max", "current"))
        lines = (_CONTROL_GROUP / "memory.stat").read_text().splitlines()
        kept = dict(line.split() for line in lines)["inactive_file"]  # cached files, which the system can drop
        room = min(room, limit - used + int(kept))
    return room


def check_open_files() -> None:
    """Raise the limit of open files if it is too low for a notebook and its kernel.

    Raises `ParameterError` if this process may not raise it.
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
