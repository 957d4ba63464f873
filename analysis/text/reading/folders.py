"""The files of a corpus folder, in an order that does not depend on the machine."""

import fnmatch
import hashlib
import os
from pathlib import Path

from analysis.text.reading.readers import NO_FILE, ReadError, decode, is_endless

IGNORE = ".lafzignore"  # paths of a folder that are no part of the corpus, one glob a line


def list_files(root: Path) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The places of the files below `root` by their paths from there, in the order of these, and what could not be
    looked into.

    That is path and reason. Hidden files and folders are left out, and so is what a glob in ``.lafzignore`` fits, taken
    as a path from `root`; a folder that it fits is left out with all below it. Links to folders are not followed, since
    they can go round in a circle, and pipes, sockets and devices not opened, since they may have no end: both are told.
    Raises `ReadError` when ``.lafzignore`` is not text.
    """
    globs = _ignored(root / IGNORE)
    problems: list[tuple[str, str]] = []
    files: dict[str, str] = {}  # no Path of each: of many small files it would take a tenth of the reading
    folders = [("", str(root))]
    while folders:
        inside, folder = folders.pop()
        try:
            with os.scandir(folder) as listed:
                entries = [entry for entry in listed if not entry.name.startswith(".")]
        except OSError as error:
            problems.append((_written(inside[:-1]) or ".", f"cannot be opened: {error.strerror}"))
            continue
        for entry in entries:
            name = inside + entry.name
            shown = _written(name)
            if globs and any(fnmatch.fnmatchcase(shown, glob) for glob in globs):
                continue
            if _is_folder(entry):
                if entry.is_symlink():
                    problems.append((shown, "is a link to a folder: not followed; name the folder itself"))
                else:
                    folders.append((f"{name}/", entry.path))
            elif _is_special(entry):
                problems.append((shown, NO_FILE))
            else:
                files[shown] = entry.path
    return dict(sorted(files.items())), sorted(problems)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    """Whether a name in a folder is that of a folder, or of a link to one."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_special(entry: "os.DirEntry[str]") -> bool:
    """Whether a name in a folder is that of a pipe, a socket or a device; the folder says so of most without a look."""
    try:
        return not entry.is_file() and is_endless(entry.path)
    except OSError:
        return False  # what cannot be looked at cannot be opened, and that is said when it is read


def sha256_of(file: Path) -> str | None:
    """The SHA-256 of a file of any size; None for what is no file, or cannot be read to its end.

    >>> sha256_of(Path(__file__)) == hashlib.sha256(Path(__file__).read_bytes()).hexdigest(), sha256_of(Path("no file"))
    (True, None)
    """
    try:
        if is_endless(file):
            return None
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return None


def name_from(root: Path, path: Path) -> str:
    """`path` as written from `root`, with forward slashes; bytes that are no text are written out as ``\\udcff``."""
    return _written(path.relative_to(root).as_posix())


def _written(name: str) -> str:
    """A path with its bytes that are no text written out."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode("utf-8")


def _ignored(file: Path) -> list[str]:
    if not file.is_file():
        return []
    try:
        lines = decode(file.read_bytes())[0].splitlines()
    except ReadError as error:
        raise ReadError(f"{file.name} {error}") from None
    except OSError as error:
        raise ReadError(f"{file.name} cannot be read: {error.strerror}") from None
    return [line.strip().rstrip("/") for line in lines if line.strip() and not line.startswith("#")]
