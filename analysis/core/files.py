"""Atomic files and folders, built beside their place and moved there when whole, and all deletions of the package.

Only two things are deleted: what the process itself has just made, and folders that bear the package's mark and belong
to the user. Links are not followed.
"""

import ctypes
import errno
import os
import shutil
import stat
import tempfile
import warnings
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path, PurePath
from typing import NamedTuple

from analysis.core.errors import ParameterError
from analysis.core.signals import deferred_signals

try:
    import fcntl
except ImportError:  # Windows: leftovers of killed processes stay, since they cannot be recognized as such
    fcntl = None  # type: ignore[assignment]

finished: list[Path] = []  # results that this process has put in their place, for a message when it is stopped

_EARLIER = "earlier"  # in a working folder, the replaced result
# Marks a folder as this package's, and is locked by the process that works in it. If it came out of an archive, so did
# its folder, and only that is deleted.
_MARK = "made-by-lafz"
_locks: set[int] = set()  # descriptors of the marks that this process has locked


class ForeignError(ParameterError):
    """Something else has the name of a folder of this package; it is left alone."""

    def __init__(self, path: Path) -> None:
        what = "has the name of a working folder, but lafz did not make it and leaves it alone"
        super().__init__(f"{str(path)!r} {what}: move it away")


class LeftAlone(UserWarning):
    """A folder was not cleared away, since it is not this package's."""


class _Held(NamedTuple):
    """A folder that this process holds."""

    path: Path
    folder: int | None  # descriptor; None on Windows, where folders cannot be opened
    lock: int | None  # descriptor of the locked mark; None where there are no locks


@contextmanager
def working_folder(place: Path) -> Iterator[Path]:
    """Make a locked folder beside `place` to work in, deleted at the end of the block.

    The lock ends with the process. Folders of this kind whose lock is free were left by killed processes, and are
    cleared away first (see `restore` for what is saved of them). Links and folders without the mark stay, with a
    `LeftAlone` warning.
    """
    for left in _left(place):
        try:
            _clear_left(left, place)
        except ForeignError as error:
            warnings.warn(str(error), LeftAlone, stacklevel=3)
    new: _Held | None = None
    try:
        with deferred_signals():  # no signal between making the folder and assigning it
            new = _new(place)
        yield new.path
    finally:
        with deferred_signals():
            if new:
                _end(new, place)


def temporary_folder() -> AbstractContextManager[Path]:
    """A `working_folder` in the system's folder for temporary files."""
    return working_folder(Path(tempfile.gettempdir(), "lafz-run"))


def replace_folder(new: Path, place: Path) -> None:
    """Move the folder `new` from a `working_folder` of `place` to `place`, and what was there to the working folder.

    Atomic where the system can swap two folders (Linux, on most file systems). Elsewhere the earlier folder is moved
    away first; see `restore`.
    """
    earlier = new.with_name(_EARLIER)
    with deferred_signals():
        while not _renamed(new, place) and not _swap(new, place):
            delete_made(earlier)  # another process has replaced it since
            with suppress(FileNotFoundError):
                place.rename(earlier)
        finished.append(place)


def _renamed(new: Path, place: Path) -> bool:
    """Rename `new` to `place` if nothing or an empty folder is there; return whether that was so."""
    try:
        new.rename(place)
    except OSError as error:
        # Another process may have moved away what was in the way.
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) and not place.exists():
            raise
        return False
    return True


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path to write to, of the same name, that is moved to `path` when the block ends without error.

    Parent folders are made; an earlier file stays until then. Raises `ValueError` where `path` is a folder.
    """
    path = path.expanduser().resolve()  # a link stays one, and its target is replaced
    if path.is_dir():
        raise ValueError(f"{str(path)!r} is a folder: give the name of a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    with working_folder(path) as folder:
        place = folder / path.name
        yield place
        with deferred_signals():
            place.replace(path)
            finished.append(path)


@contextmanager
def whole_folder(folder: str | Path) -> Iterator[Path]:
    """A new folder to write to that is moved to `folder` when the block ends without error.

    Parent folders are made. Raises `ValueError` where something is there already.
    """
    place = Path(folder).expanduser().absolute()
    if os.path.lexists(place):
        raise ValueError(f"{str(folder)!r} exists: give the name of a new folder")
    place.parent.mkdir(parents=True, exist_ok=True)
    with working_folder(place) as work:
        new = work / "new"
        new.mkdir()
        yield new
        new.rename(place)


def restore(place: Path) -> None:
    """Bring back the earlier folder where a process was killed in `replace_folder`, between its two steps.

    That is so where nothing is at `place`, and a working folder that no process holds has the earlier folder.
    """
    if place.exists():
        return
    with suppress(OSError):
        for left in _left(place):
            if (left / _EARLIER).is_dir():
                with suppress(ForeignError):
                    _clear_left(left, place)


@contextmanager
def exclusive_folder(path: Path) -> Iterator[None]:
    """Lock the folder `path`, made where there is none, for the block; delete it at the end if it is empty.

    Raises `ForeignError` where something else has the name, `BlockingIOError` while another process holds the folder,
    another `OSError` where it is another user's.
    """
    held: _Held | None = None
    while not held:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = True
        try:
            path.mkdir()
        except FileExistsError:
            new = False
        with suppress(FileNotFoundError):  # another process has deleted it since
            held = _hold(path, new=new)
    try:
        yield
    finally:
        _let_go(held)


def is_lafz_folder(path: Path) -> bool:
    """Whether `path` is a folder that bears the package's mark, or an empty one."""
    try:
        _close(_opened(path))
    except (ForeignError, OSError):
        return False
    return True


def clear(folder: Path, doomed: Callable[[PurePath], bool], *, deep: int = 1) -> None:
    """Delete all links in a folder of this package, and what is `doomed`, a function of the path from there.

    Descends `deep` levels. What is deleted gets a hidden name first, so that a killed process leaves nothing that looks
    whole. Empty folders at the top are deleted too. Raises `ForeignError` as `exclusive_folder`.
    """
    opened = _opened(folder)
    try:
        _clear(folder, opened, doomed, deep)
        for name in _names(folder, opened):
            with suppress(OSError):  # it is not empty, or no folder
                os.rmdir(_at(folder, opened, name), dir_fd=opened)
    finally:
        _close(opened)


def scratch_folder(owner: object, place: Path, name: str) -> Path:
    """A new folder ``<name>-...`` in the folder `place`, deleted with the object `owner`."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=place))
    weakref.finalize(owner, delete_made, folder)
    return folder


def delete_made(folder: Path) -> None:
    """Delete a folder that this process has made, if it is there, but not through a link."""
    shutil.rmtree(folder, ignore_errors=True)


def delete_file(path: Path) -> None:
    """Delete a file or a link, if it is there; a folder of that name stays."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)


def _left(place: Path) -> list[Path]:
    """The working folders beside `place`."""
    return [path for path in place.parent.iterdir() if path.name.startswith(_prefix(place))]


def _prefix(place: Path) -> str:
    return f".{place.name}.building-"


def _new(place: Path) -> _Held:
    """A new working folder."""
    while True:
        work = Path(tempfile.mkdtemp(prefix=_prefix(place), dir=place.parent))
        try:
            return _hold(work, new=True)
        except (BlockingIOError, FileNotFoundError):
            continue  # another process found it before it was locked, and takes it for a leftover
        except OSError:
            with suppress(OSError):
                work.rmdir()
            raise


def _clear_left(left: Path, place: Path) -> None:
    """Clear away a working folder if no process holds it; raises `ForeignError` for anything else."""
    if fcntl is None:
        return
    try:
        held = _hold(left)
    except OSError:  # held, gone or another user's
        return
    if held.lock is None:  # it may be in use
        _close(held.folder)
    else:
        _end(held, place)


def _hold(path: Path, *, new: bool = False) -> _Held:
    """Open and lock a folder of this package, or an empty one; raises as `exclusive_folder`."""
    folder = _opened(path)
    try:
        # Some file systems name another user as the owner of a `new` folder.
        if folder is not None and not new and os.fstat(folder).st_uid != os.geteuid():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return _Held(path, folder, _lock(path, folder))
    except BaseException:
        _close(folder)
        raise


def _opened(path: Path) -> int | None:
    """Open a folder that has the mark, or is empty, without following a link."""
    folder = None
    try:
        if fcntl is not None:
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        elif not stat.S_ISDIR(path.lstat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENOTDIR):  # systems differ
            raise ForeignError(path) from None
        raise
    try:
        # The mark is the first file and the last. Listed twice, since its process may be deleting the folder just now.
        if _names(path, folder) and not _is(stat.S_ISREG, _at(path, folder, _MARK), folder) and _names(path, folder):
            raise ForeignError(path)
    except BaseException:
        _close(folder)
        raise
    return folder


def _names(path: Path, folder: int | None) -> set[str]:
    """The names in a folder, without the mark."""
    return {*os.listdir(path if folder is None else folder)} - {_MARK}  # noqa: PTH208 - pathlib lists no open folder


def _at(path: Path, folder: int | None, name: str) -> str:
    """The path of a file in the folder `path`, which is its name where the folder is open."""
    return name if folder is not None else str(path / name)


def _is(kind: Callable[[int], bool], target: str, folder: int | None) -> bool:
    """Whether something of this kind is there; links are not followed."""
    with suppress(OSError):
        return kind(os.stat(target, dir_fd=folder, follow_symlinks=False).st_mode)
    return False


def _lock(path: Path, folder: int | None) -> int | None:
    """Make the mark of a folder where there is none, and lock it; None where there are no locks."""
    if fcntl is None:
        (path / _MARK).touch()
        return None
    lock = os.open(_MARK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600, dir_fd=folder)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(lock), os.stat(_MARK, dir_fd=folder, follow_symlinks=False)):
            raise BlockingIOError  # its holder deleted it since it was opened, and another one is there
    except (BlockingIOError, FileNotFoundError):
        os.close(lock)
        raise
    except OSError:  # a file system without locks
        os.close(lock)
        return None
    _locks.add(lock)
    return lock


def _leave_locks() -> None:
    """Close the locks in a forked process, so that they end with the process that took them."""
    for lock in _locks:
        os.close(lock)
    _locks.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_locks)


def _end(held: _Held, place: Path) -> None:
    """Delete and unlock a working folder, after moving an earlier result back where there is no newer one."""
    earlier = _at(held.path, held.folder, _EARLIER)
    if _is(stat.S_ISDIR, earlier, held.folder) and not place.exists():
        with suppress(OSError):  # another process may have put one there
            os.rename(earlier, place, src_dir_fd=held.folder)
    if place.exists() or not _is(stat.S_ISDIR, earlier, held.folder):  # else keep the only result
        _clear(held.path, held.folder, lambda path: True, 1)
    _let_go(held)


def _let_go(held: _Held) -> None:
    """Unlock a folder, and delete it if nothing but the mark is in it."""
    # The mark is deleted while it is locked. A process that locks a new mark before the folder is deleted keeps the
    # folder, since only an empty one is deleted.
    with suppress(OSError):
        if not _names(held.path, held.folder):
            os.unlink(_at(held.path, held.folder, _MARK), dir_fd=held.folder)
            held.path.rmdir()
    if held.lock is not None:
        _locks.discard(held.lock)
    _close(held.lock)
    _close(held.folder)
    with suppress(OSError):  # NFS keeps a deleted file, and so its folder, until it is closed
        held.path.rmdir()


def _close(opened: int | None) -> None:
    if opened is not None:
        os.close(opened)


def _clear(folder: Path, opened: int | None, doomed: Callable[[PurePath], bool], deep: int) -> None:
    """See `clear`."""
    for root, folders, files, here in _walk(folder, opened):
        for name in (*folders, *files):
            path, target = root / name, _at(folder / root, here, name)
            if path != PurePath(_MARK) and (doomed(path) or _is(stat.S_ISLNK, target, here)):
                _delete(target, _at(folder / root, here, f".{name}"), here)
        if len(root.parts) + 1 == deep:
            folders.clear()


def _walk(folder: Path, opened: int | None) -> Iterator[tuple[PurePath, list[str], list[str], int | None]]:
    """Like `os.fwalk`, with paths relative to the folder."""
    if opened is not None:
        for root, folders, files, here in os.fwalk(dir_fd=opened):
            yield PurePath(root), folders, files, here
    else:
        for root, folders, files in os.walk(folder):
            yield PurePath(root).relative_to(folder), folders, files, None


def _delete(target: str, hidden: str, here: int | None) -> None:
    """Give a file, a link or a folder a hidden name, then delete it."""
    with suppress(OSError):
        os.rename(target, hidden, src_dir_fd=here, dst_dir_fd=here)
        target = hidden
    try:
        os.unlink(target, dir_fd=here)
    except OSError:
        shutil.rmtree(target, ignore_errors=True, dir_fd=here)


def _swap(one: Path, other: Path) -> bool:
    """Swap two paths atomically; return False where the system cannot."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):  # not Linux with glibc
        return False
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), swap) == 0)
