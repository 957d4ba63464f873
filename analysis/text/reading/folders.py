"""List the files of a corpus folder, in the same order on every machine."""

import fnmatch
import hashlib
import os
from contextlib import suppress
from pathlib import Path

from analysis.text.reading.readers import NO_FILE, ReadError, decode, is_endless

IGNORE = ".lafzignore"  # paths that are not part of the corpus, one glob per line


def list_files(root: Path) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The files below `root`, as a sorted dict from relative to full path, and a list of problems (path, reason).

    Hidden files and folders are left out, and so are paths that match a glob in ``.lafzignore``, a folder with all
    below it. Links to folders, which may form a cycle, are not followed, and pipes, sockets and devices, which may be
    endless, not opened: both are problems. Raises `ReadError` if ``.lafzignore`` is not text.
    """
    globs = _ignored(root / IGNORE)
    problems: list[tuple[str, str]] = []
    files: dict[str, str] = {}  # str, not Path: for many small files that saves a tenth of the reading time
    folders = [("", str(root))]
    while folders:
        inside, folder = folders.pop()
        try:
            with os.scandir(folder) as listed:
                entries = [entry for entry in listed if not entry.name.startswith(".")]
        except OSError as error:
            problems.append((_escaped(inside[:-1]) or ".", f"cannot be opened: {error.strerror}"))
            continue
        for entry in entries:
            name = inside + entry.name
            shown = _escaped(name)
            if globs and any(fnmatch.fnmatchcase(shown, glob) for glob in globs):
                continue
            is_folder = is_special = False
            with suppress(OSError):  # a file that cannot be examined is reported when it is read
                is_folder = entry.is_dir()
                is_special = not is_folder and not entry.is_file() and is_endless(entry.path)
            if is_folder and entry.is_symlink():
                problems.append((shown, "is a link to a folder: not followed; name the folder itself"))
            elif is_folder:
                folders.append((f"{name}/", entry.path))
            elif is_special:
                problems.append((shown, NO_FILE))
            else:
                files[shown] = entry.path
    return dict(sorted(files.items())), sorted(problems)


def sha256_of(file: Path) -> str | None:
    """The SHA-256 of a file; None for one that is not a regular file or cannot be read to its end."""
    try:
        if is_endless(file):
            return None
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return None


def name_from(root: Path, path: Path) -> str:
    """`path` relative to `root`, with forward slashes; undecodable bytes are escaped as ``\\udcff``."""
    return _escaped(path.relative_to(root).as_posix())


def _escaped(name: str) -> str:
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
