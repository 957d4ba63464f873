"""Open the files of a run, none outside of its folder, whatever its records or links say."""

import os
import stat
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

from analysis.core.errors import ParameterError

LARGEST = 2**30  # bytes of a file of a run

# Do not follow a link put there meanwhile, nor wait for a pipe. The last flag is for Windows.
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"))


def inside(folder: Path, name: str) -> Path:
    """The path of the file `name` (with forward slashes) in `folder`, whether or not it is there.

    Raises `ParameterError` for a path that is absolute or leads out of the folder, by ``..`` or a link, and where
    something is there that is no file, or larger than `LARGEST`.
    """
    place = _target(folder, name)
    with suppress(OSError):  # it is not there, or opening it will say why it cannot be read
        _check(folder, name, place.stat())
    return folder / name


def open_inside(folder: Path, name: str, *, most: int = LARGEST) -> BufferedReader:
    """Open the file `name` in `folder`; raises `ParameterError` as `inside` does, and where it cannot be read.

    Anything but a file is refused (a pipe might keep its reader waiting for ever), and so is a file of more than `most`
    bytes.
    """
    place = _target(folder, name)
    try:
        descriptor = os.open(place, os.O_RDONLY | _FLAGS)
    except OSError as error:
        raise ParameterError(
            f"{str(folder / name)!r} cannot be read ({error.strerror}): make the report anew"
        ) from None
    try:
        _check(folder, name, os.fstat(descriptor), most)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_inside(folder: Path, name: str, *, most: int = LARGEST) -> bytes:
    """The bytes of the file `name` in `folder`; see `open_inside`."""
    with open_inside(folder, name, most=most) as file:
        return file.read()


def links_out(folder: Path) -> list[str]:
    """The links in `folder` that lead out of it; raises `ParameterError` for anything in it but files, or too large."""
    out = []
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() and _resolved(folder, name) is None:
            out.append(name)
        elif not path.is_dir():
            _check(folder, name, path.stat())
    return sorted(out)


def _target(folder: Path, name: str) -> Path:
    """The path of the file `name` in `folder` with its links followed."""
    place = _resolved(folder, name) if name.strip("./") and "\0" not in name else None
    if place is None:
        raise ParameterError(f"{str(folder)!r} names {name!r}, which is not in it: do not trust this run")
    return place


def _resolved(folder: Path, name: str) -> Path | None:
    """The path `name` with its links followed; None where it is not within `folder`."""
    try:
        place, whole = (folder / name).resolve(), folder.resolve()
    except (OSError, RuntimeError):  # a link to itself, which Python 3.13 resolves to that link
        return None
    return place if place.is_relative_to(whole) and not place.is_symlink() else None


def _check(folder: Path, name: str, about: os.stat_result, most: int = LARGEST) -> None:
    if not stat.S_ISREG(about.st_mode):
        raise ParameterError(f"{str(folder)!r} has {name!r}, which is no file: do not trust this run")
    if about.st_size > most:
        raise ParameterError(
            f"{str(folder)!r} has {name!r} of {about.st_size:,} bytes, more than {most:,}: do not trust this run"
        )
