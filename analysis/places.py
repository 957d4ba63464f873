"""Folders and files made beside their place, which they get when whole, whoever is killed or comes at the same time."""

import ctypes
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from analysis.signals import undisturbed

try:
    import fcntl
except ImportError:  # Windows: what a killed process left stays, since nobody can tell that it is dead
    fcntl = None  # type: ignore[assignment]

_EARLIER = "earlier"  # in a working folder, what stood in the place until a moment ago
_LOCK = "lock"  # and the file that its process holds


@contextmanager
def working_folder(place: Path) -> Iterator[Path]:
    """A new folder beside `place` to work in, as long as the block lasts.

    It is locked, and every folder of this kind beside `place` whose lock is free was left by a process that was killed:
    it is cleared away first, see `restore` for what is saved of it. The lock goes with the process, however that ends.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     place = Path(folder, "report")
    ...     with working_folder(place) as work:
    ...         (work / "new").mkdir()
    ...         put(work / "new", place)
    ...     [path.name for path in Path(folder).iterdir()]
    ['report']
    """
    for left in _left(place):
        if (lock := _free(left)) is not None:
            _clear(left, place, lock)
    new: tuple[Path, int | None] | None = None
    try:
        with undisturbed():  # no signal comes between making the folder and knowing of it
            new = _new(place)
        yield new[0]
    finally:
        with undisturbed():
            if new:
                _clear(new[0], place, new[1])


def put(new: Path, place: Path) -> None:
    """Give the folder `new`, in a `working_folder` of `place`, its place; what stood there goes to the working folder.

    In one step where the system can swap two folders (Linux, on most file systems): who looks sees the one or the
    other, and so does who is killed. Elsewhere the earlier folder is moved away first; see `restore`.
    """
    earlier = new.with_name(_EARLIER)
    while True:
        try:
            new.rename(place)  # where there is nothing, or an empty folder
            return
        except OSError as error:
            # What stood in the way may have been taken away since, by a process that does the same.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) and not place.exists():
                raise
        if _swap(new, place):
            return
        shutil.rmtree(earlier, ignore_errors=True)  # another process has put a newer one there since
        with suppress(FileNotFoundError):
            place.rename(earlier)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place to write to, beside `path` and of the same name, that becomes `path` when the block ends without error.

    Folders on the way are made; an earlier file stays until then. Raises `ValueError` where `path` is a folder.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder, "new", "a.txt")) as place:
    ...         _ = place.write_text("Whole.")
    ...     [file.name for file in Path(folder, "new").iterdir()]
    ['a.txt']
    """
    path = path.expanduser().resolve()  # a link stays one, and its target is replaced
    if path.is_dir():
        raise ValueError(f"{str(path)!r} is a folder: give the name of a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    with working_folder(path) as folder:
        place = folder / path.name
        yield place
        place.replace(path)


def restore(place: Path) -> None:
    """Bring back what stood at `place` where a process was killed between taking it away and putting the new in place.

    The rule: nothing stands at `place`, and a working folder that no process holds has the earlier one.
    """
    if place.exists():
        return
    with suppress(OSError):  # whoever looks for the place then finds nothing there, and says so
        for left in _left(place):
            if (left / _EARLIER).exists() and (lock := _free(left)) is not None:
                _clear(left, place, lock)


def _left(place: Path) -> list[Path]:
    """The working folders beside `place`."""
    return [path for path in place.parent.iterdir() if path.name.startswith(_prefix(place))]


def _prefix(place: Path) -> str:
    return f".{place.name}.building-"


def _new(place: Path) -> tuple[Path, int | None]:
    """A new working folder, and its lock (None where there are none)."""
    while True:
        work = Path(tempfile.mkdtemp(prefix=_prefix(place), dir=place.parent))
        try:
            return work, _lock(work)
        except (BlockingIOError, FileNotFoundError):
            continue  # another process has found it without a lock, and takes it for left
        except OSError:
            return work, None  # a file system without locks: nobody else can lock it either


def _free(work: Path) -> int | None:
    """The lock of a working folder that no process holds; None where one does, or may."""
    try:
        return _lock(work)
    except OSError:
        return None


def _lock(work: Path) -> int | None:
    if fcntl is None:
        return None
    lock = os.open(work / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(lock), (work / _LOCK).stat()):
            raise BlockingIOError  # whoever held it has deleted it since it was opened, and another one is there
    except OSError:
        os.close(lock)
        raise
    return lock


def _clear(work: Path, place: Path, lock: int | None) -> None:
    """Delete a working folder, but not what belongs in the place; lets its lock go.

    The lock is held until all but the empty folder is gone: whoever gets a lock in there meanwhile made a new one, and
    keeps the folder, since only an empty one is deleted.
    """
    earlier = work / _EARLIER
    if earlier.exists() and not place.exists():
        with suppress(OSError):  # somebody else's may be there by now
            earlier.rename(place)
    if place.exists() or not earlier.exists():  # else the only one there is stays for the next call
        _empty(work)
        with suppress(OSError):
            work.rmdir()
    if lock is not None:
        os.close(lock)
        with suppress(OSError):  # NFS keeps a deleted file that is open, and so its folder, until now
            work.rmdir()


def _empty(work: Path) -> None:
    """Delete all that is in a working folder, its lock last."""
    with suppress(OSError):
        for path in sorted(work.iterdir(), key=lambda path: path.name == _LOCK):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _swap(one: Path, other: Path) -> bool:
    """Swap what two paths name, in one step; False where that can't be done."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):  # another C library, another system
        return False
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), swap) == 0)
