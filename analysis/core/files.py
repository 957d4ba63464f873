"""Folders and files made beside their place, which they get when whole, whoever is killed or comes at the same time.

Whatever this package deletes is deleted here: what the process itself has just made, and what it finds by name only
where the folder bears the package's mark and belongs to the user. No link is followed.
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
from analysis.core.signals import undisturbed

try:
    import fcntl
except ImportError:  # Windows: what a killed process left stays, since nobody can tell that it is dead
    fcntl = None  # type: ignore[assignment]

finished: list[Path] = []  # what this process has put in its place, for whoever is stopped after that

_EARLIER = "earlier"  # in a working folder, what stood in the place until a moment ago
# The file by which a folder is known as this package's, and which its process locks. An archive can hold one too, but
# then the folder around it came out of the archive, and only that is deleted.
_MARK = "made-by-lafz"
_locks: set[int] = set()  # the marks that this process has locked


class ForeignError(ParameterError):
    """Something else has the name of a folder of this package; it stays as it is, and the message names it."""

    def __init__(self, path: Path) -> None:
        what = "has the name of a working folder, but lafz did not make it and leaves it alone"
        super().__init__(f"{str(path)!r} {what}: move it away")


class LeftAlone(UserWarning):
    """What was not cleared up, since it is not this package's."""


class _Held(NamedTuple):
    """A folder of this package in which no other process works."""

    path: Path
    folder: int | None  # open; None on Windows, where no folder can be
    lock: int | None  # its mark, locked; None where there are no locks


@contextmanager
def working_folder(place: Path) -> Iterator[Path]:
    """A new folder beside `place` to work in, as long as the block lasts.

    It is locked, and every folder of this kind beside `place` whose lock is free was left by a process that was killed:
    it is cleared away first, see `restore` for what is saved of it. The lock goes with the process, however that ends.
    A link, or what lacks the mark, stays and is told of in a `LeftAlone`; what another user works in is no news.
    """
    for left in _left(place):
        try:
            _clear_left(left, place)
        except ForeignError as error:
            warnings.warn(str(error), LeftAlone, stacklevel=3)
    new: _Held | None = None
    try:
        with undisturbed():  # no signal comes between making the folder and knowing of it
            new = _new(place)
        yield new.path
    finally:
        with undisturbed():
            if new:
                _end(new, place)


def temporary_folder() -> AbstractContextManager[Path]:
    """A `working_folder` in the folder that the system has for temporary files."""
    return working_folder(Path(tempfile.gettempdir(), "lafz-run"))


def put(new: Path, place: Path) -> None:
    """Give the folder `new`, in a `working_folder` of `place`, its place; what stood there goes to the working folder.

    In one step where the system can swap two folders (Linux, on most file systems): who looks sees the one or the
    other, and so does who is killed. Elsewhere the earlier folder is moved away first; see `restore`.
    """
    earlier = new.with_name(_EARLIER)
    with undisturbed():
        while not _renamed(new, place) and not _swap(new, place):
            delete_made(earlier)  # another process has put a newer one there since
            with suppress(FileNotFoundError):
                place.rename(earlier)
        finished.append(place)


def _renamed(new: Path, place: Path) -> bool:
    """Whether there was nothing at `place`, or an empty folder, and `new` is there now."""
    try:
        new.rename(place)
    except OSError as error:
        # What stood in the way may have been taken away since, by a process that does the same.
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) and not place.exists():
            raise
        return False
    return True


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place to write to, beside `path` and of the same name, that becomes `path` when the block ends without error.

    Folders on the way are made; an earlier file stays until then. Raises `ValueError` where `path` is a folder.
    """
    path = path.expanduser().resolve()  # a link stays one, and its target is replaced
    if path.is_dir():
        raise ValueError(f"{str(path)!r} is a folder: give the name of a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    with working_folder(path) as folder:
        place = folder / path.name
        yield place
        with undisturbed():
            place.replace(path)
            finished.append(path)


@contextmanager
def whole_folder(folder: str | Path) -> Iterator[Path]:
    """A new folder to write to that becomes `folder` when the block ends without error.

    Folders on the way are made. Raises `ValueError` where something is there already.
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
    """Bring back what stood at `place` where a process was killed between taking it away and putting the new in place.

    The rule: there is nothing at `place`, and a working folder that no process holds has the earlier one.
    """
    if place.exists():
        return
    with suppress(OSError):  # whoever looks for the place then finds nothing there, and says so
        for left in _left(place):
            if (left / _EARLIER).is_dir():
                with suppress(ForeignError):
                    _clear_left(left, place)


@contextmanager
def own_folder(path: Path) -> Iterator[None]:
    """The folder `path`, made where there is none, for this process alone as long as the block lasts.

    It bears the package's mark, and goes at the end if nothing else is in it. Raises `ForeignError` where something
    else has the name, `BlockingIOError` while another process works in it, another `OSError` if it is another user's.
    """
    held: _Held | None = None
    while not held:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = True
        try:
            path.mkdir()
        except FileExistsError:
            new = False
        with suppress(FileNotFoundError):  # another process has done with it since
            held = _hold(path, new=new)
    try:
        yield
    finally:
        _let_go(held)


def is_own(path: Path) -> bool:
    """Whether `path` is a folder of this package's own, which `own_folder` would give."""
    try:
        _close(_opened(path))
    except (ForeignError, OSError):
        return False
    return True


def clear(folder: Path, doomed: Callable[[PurePath], bool], *, deep: int = 1) -> None:
    """Delete what is `doomed` in a folder of this package's own, by its path from there, and all links.

    `deep` says down to how many folders it is looked for. What is deleted gets a hidden name before, so that whoever is
    killed meanwhile leaves nothing that looks whole; a folder at the top in which nothing is then goes too. Raises
    `ForeignError` as `own_folder`.
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
    """A new folder ``<name>-...`` in the folder `place`, which goes with the object `owner`."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=place))
    weakref.finalize(owner, delete_made, folder)
    return folder


def delete_made(folder: Path) -> None:
    """Delete a folder that this process has made, if it is there; of a link nothing."""
    shutil.rmtree(folder, ignore_errors=True)


def delete_file(path: Path) -> None:
    """Delete a file, if it is there; of a link the link. A folder of that name stays."""
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
            continue  # another process has found it without a lock, and takes it for left
        except OSError:
            with suppress(OSError):
                work.rmdir()
            raise


def _clear_left(left: Path, place: Path) -> None:
    """Clear away a working folder if no process holds it. Raises `ForeignError` for what is none."""
    if fcntl is None:
        return
    try:
        held = _hold(left)
    except OSError:  # it is held, or gone, or another user's
        return
    if held.lock is None:  # nobody can tell
        _close(held.folder)
    else:
        _end(held, place)


def _hold(path: Path, *, new: bool = False) -> _Held:
    """Take a folder of this package, or an empty one, for this process; raises as `own_folder`."""
    folder = _opened(path)
    try:
        # Of what is `new`, made just now, some file systems name another user.
        if folder is not None and not new and os.fstat(folder).st_uid != os.geteuid():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return _Held(path, folder, _lock(path, folder))
    except BaseException:
        _close(folder)
        raise


def _opened(path: Path) -> int | None:
    """A folder that has the mark, or nothing in it, opened without following a link."""
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
        # The mark comes before all else and goes after it. Asked twice, since its process may clear up just now.
        if _names(path, folder) and not _is(stat.S_ISREG, _at(path, folder, _MARK), folder) and _names(path, folder):
            raise ForeignError(path)
    except BaseException:
        _close(folder)
        raise
    return folder


def _names(path: Path, folder: int | None) -> set[str]:
    """What is in a folder, but for the mark."""
    return {*os.listdir(path if folder is None else folder)} - {_MARK}  # noqa: PTH208 - pathlib lists no open folder


def _at(path: Path, folder: int | None, name: str) -> str:
    """What to call a file of the folder `path`: by its name alone where the folder is open."""
    return name if folder is not None else str(path / name)


def _is(kind: Callable[[int], bool], target: str, folder: int | None) -> bool:
    """Whether something is there, and of this kind; a link is a link."""
    with suppress(OSError):
        return kind(os.stat(target, dir_fd=folder, follow_symlinks=False).st_mode)
    return False


def _lock(path: Path, folder: int | None) -> int | None:
    """The mark of an open folder, which it gets if it has none, locked; None where there are no locks."""
    if fcntl is None:
        (path / _MARK).touch()
        return None
    lock = os.open(_MARK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600, dir_fd=folder)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(lock), os.stat(_MARK, dir_fd=folder, follow_symlinks=False)):
            raise BlockingIOError  # whoever held it has deleted it since it was opened, and another one is there
    except (BlockingIOError, FileNotFoundError):
        os.close(lock)
        raise
    except OSError:  # a file system without locks: nobody else can lock it either
        os.close(lock)
        return None
    _locks.add(lock)
    return lock


def _leave_locks() -> None:
    """In a process that has just been forked: a lock is gone with the process that took it, even if this one lives."""
    for lock in _locks:
        os.close(lock)
    _locks.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_locks)


def _end(held: _Held, place: Path) -> None:
    """Delete a working folder, but not what belongs in the place; lets its lock go."""
    earlier = _at(held.path, held.folder, _EARLIER)
    if _is(stat.S_ISDIR, earlier, held.folder) and not place.exists():
        with suppress(OSError):  # somebody else's may be there by now
            os.rename(earlier, place, src_dir_fd=held.folder)
    if place.exists() or not _is(stat.S_ISDIR, earlier, held.folder):  # else the only one stays for the next call
        _clear(held.path, held.folder, lambda path: True, 1)
    _let_go(held)


def _let_go(held: _Held) -> None:
    """Let the lock of a folder go, and delete the folder if nothing but the mark is in it."""
    # The lock is held until all but the empty folder is gone: whoever gets a lock in there meanwhile made a new one,
    # and keeps the folder, since only an empty one is deleted.
    with suppress(OSError):
        if not _names(held.path, held.folder):
            os.unlink(_at(held.path, held.folder, _MARK), dir_fd=held.folder)
            held.path.rmdir()
    if held.lock is not None:
        _locks.discard(held.lock)
    _close(held.lock)
    _close(held.folder)
    with suppress(OSError):  # NFS keeps a deleted file that is open, and so its folder, until now
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
    """As `os.fwalk`, with paths from the folder on; follows no link."""
    if opened is not None:
        for root, folders, files, here in os.fwalk(dir_fd=opened):
            yield PurePath(root), folders, files, here
    else:
        for root, folders, files in os.walk(folder):
            yield PurePath(root).relative_to(folder), folders, files, None


def _delete(target: str, hidden: str, here: int | None) -> None:
    """Delete a file, a link, or a folder with all that is in it, by way of a hidden name."""
    with suppress(OSError):
        os.rename(target, hidden, src_dir_fd=here, dst_dir_fd=here)
        target = hidden
    try:
        os.unlink(target, dir_fd=here)
    except OSError:
        shutil.rmtree(target, ignore_errors=True, dir_fd=here)


def _swap(one: Path, other: Path) -> bool:
    """Swap what two paths name, in one step; False where that can't be done."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):  # another C library, another system
        return False
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), swap) == 0)
