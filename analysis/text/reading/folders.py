"""The files of a corpus folder, in an order that does not depend on the machine."""

import fnmatch
import hashlib
import os
from pathlib import Path

from analysis.text.reading.readers import NO_FILE, ReadError, decode, is_endless

IGNORE = ".lafzignore"  # paths of a folder that are no part of the corpus, one glob a line


def list_files(root: Path) -> tuple[list[Path], list[tuple[str, str]]]:
    """The files below `root` in the order of their paths, and what could not be looked into (path, reason).

    Hidden files and folders are left out, and so is what a glob in ``.lafzignore`` fits, taken as a path from `root`;
    a folder that it fits is left out with all below it. Links to folders are not followed, since they can go round in a
    circle, and pipes, sockets and devices not opened, since they may have no end: both are told. Raises `ReadError`
    when ``.lafzignore`` is not text.
    """
    globs = _ignored(root / IGNORE)
    problems: list[tuple[str, str]] = []
    files: list[Path] = []

    def unreadable(error: OSError) -> None:
        problems.append((name_from(root, Path(error.filename)), f"cannot be opened: {error.strerror}"))

    for folder, below, names in os.walk(root, onerror=unreadable):
        here = Path(folder)
        for kept, entries in ((below, list(below)), (names, list(names))):
            kept[:] = [name for name in entries if not name.startswith(".")]
            kept[:] = [
                name
                for name in kept
                if not any(fnmatch.fnmatchcase(name_from(root, here / name), glob) for glob in globs)
            ]
        for name in below:
            if (here / name).is_symlink():
                problems.append(
                    (name_from(root, here / name), "is a link to a folder: not followed; name the folder itself")
                )
        for name in names:
            if _is_special(here / name):
                problems.append((name_from(root, here / name), NO_FILE))
            else:
                files.append(here / name)
    return sorted(files, key=lambda file: name_from(root, file)), problems


def _is_special(file: Path) -> bool:
    try:
        return is_endless(file)
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
    return path.relative_to(root).as_posix().encode("utf-8", "backslashreplace").decode("utf-8")


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
