"""What a report needs of the machine: memory for notebooks side by side, and open files."""

import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import psutil  # type: ignore[import-untyped]
import pyarrow.parquet as pq

from analysis.core.errors import ParameterError
from analysis.engine.sharding import MOST as PART

BASE = 450 * 10**6  # bytes of a notebook's processes with all that they import
PER_CHARACTER = 45  # bytes at the peak of a notebook, for each character of the corpus
CAN_FORK = sys.platform == "linux"  # elsewhere libraries of the system may fail in a process that was forked
IMPORTED = 200 * 10**6  # bytes of what every notebook imports; forked processes share it
SHARDED = 400 * 10**6  # bytes of a notebook's processes beside that, where it reads the corpus in shards
OPEN_FILES = 128  # that a process must be allowed: a kernel with its sockets and the corpus has about 70
_CONTROL_GROUP = Path("/sys/fs/cgroup")


def side_by_side(characters: int, room: int) -> int:
    """How many notebooks fit in `room` bytes, each with a corpus of `characters` in memory."""
    return room // (BASE + PER_CHARACTER * characters)


def check_fits(characters: int, room: int) -> None:
    """Raises `ParameterError` where a notebook with a corpus of `characters` in memory does not fit in `room` bytes."""
    if not side_by_side(characters, room):
        raise ParameterError(
            f"the corpus has {characters:,} characters, for which a notebook takes about "
            f"{_gigabytes(BASE + PER_CHARACTER * characters)}, and there are {_gigabytes(room)}: run it where there is "
            "more memory"
        )


def sharded_side_by_side(room: int, longest: int = 0) -> int:
    """How many notebooks fit in `room` bytes, each with one part of the corpus in memory at a time.

    `longest`: characters of its longest document, which may be more than a shard has. Raises `ParameterError` where not
    one does: the system would kill it in the middle of its work.
    """
    each = SHARDED + PER_CHARACTER * max(0, longest - PART)
    needed = IMPORTED + each
    if room < needed:
        raise ParameterError(
            f"the corpus does not fit in {_gigabytes(room)}, and a notebook that reads it in shards takes "
            f"{_gigabytes(needed)}: give so much with --memory, or report on a part of the corpus"
        )
    return (room - IMPORTED) // each if CAN_FORK else room // needed


def text_size(files: Iterable[Path]) -> int:
    """About how many bytes of text are in `files`: their own, or what they hold packed."""
    return sum(map(_unpacked, files))


def _unpacked(file: Path) -> int:
    """The bytes of a file as it is when it is read; of one that can't be looked at none, and reading it says why."""
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
