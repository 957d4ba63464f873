"""What a run's folder names stays in the folder, whoever sent it."""

from pathlib import Path

from analysis.errors import ParameterError


def inside(folder: Path, name: object) -> Path:
    """The path `name`, with forward slashes, in `folder`.

    Raises `ParameterError` for what is no path within it, be it absolute, on another drive, up by ``..``, or by a link
    that leads out of it.

    >>> inside(Path("run"), "framing/profile.csv").as_posix()
    'run/framing/profile.csv'
    >>> inside(Path("run"), "../profile.csv")
    Traceback (most recent call last):
    analysis.errors.ParameterError: 'run' names '../profile.csv', which is not in it: do not trust this run
    """
    if isinstance(name, str) and name.strip("./") and "\0" not in name and _leads_in(folder, folder / name):
        return folder / name
    raise ParameterError(f"{str(folder)!r} names {name!r}, which is not in it: do not trust this run")


def links_out(folder: Path) -> list[str]:
    """The links in `folder` that lead out of it."""
    links = (path for path in folder.rglob("*") if path.is_symlink() and not _leads_in(folder, path))
    return sorted(path.relative_to(folder).as_posix() for path in links)


def _leads_in(folder: Path, place: Path) -> bool:
    try:
        return place.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link to itself
        return False
