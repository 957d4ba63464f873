"""Where things are, in a checkout or installed."""

import errno
import os
from pathlib import Path

from analysis.core.errors import ParameterError

PACKAGE = Path(__file__).resolve().parents[1]
INSTALLED = (PACKAGE / "share").is_dir()  # where a wheel has what a checkout has beside the package
SHARE = PACKAGE / "share" if INSTALLED else PACKAGE.parent
STANDS = "LAFZ_ROOT"  # environment variable that passes the working folder of a report to its notebooks
FIRST = "notebooks/01_term_frequency.ipynb"  # marks a folder with notebooks of its own
PARAMS = "params.yml"  # together with the former, marks a project that `lafz new` made


def _root() -> Path:
    """Where relative paths begin: the working folder when installed or in a project, else the checkout."""
    here = Path(os.environ.get(STANDS) or Path.cwd())
    is_project = (here / FIRST).is_file() and (here / PARAMS).is_file()
    return here if INSTALLED or STANDS in os.environ or is_project else PACKAGE.parent


ROOT = _root()
NOTEBOOKS = ((ROOT if (ROOT / FIRST).is_file() else SHARE) / FIRST).parent  # the parameterized notebooks
DATA = SHARE / "data"
SAMPLE = DATA / "sample"  # the sample corpus, with gold labels
LEXICONS = DATA / "lexicons"  # frame lexicons, YAML
STOPWORDS = DATA / "stopwords"  # stop lists, one word a line
GOLD = ("reuse.csv", "validity.yml")  # labels in the folder gold/ of a corpus, which a report scores itself by
FIGURES = ROOT / "figures"  # one folder a run


def cache_folder() -> Path:
    """The folder for what can be made again: the checkout's, or the user's own."""
    if not INSTALLED:
        return ROOT / ".cache"
    import platformdirs

    return platformdirs.user_cache_path("lafz")


def from_root(path: str | Path) -> Path:
    """`path` as an absolute path, a relative one taken from `ROOT`, or else from the package's data.

    >>> from_root("data/sample") == from_root("sample") == SAMPLE
    True
    """
    place = Path(os.path.normpath(ROOT / expanded(path)))
    return place if os.path.exists(place) else shipped(path) or place  # noqa: PTH110 - Path's own can raise


def shipped(path: str | Path) -> Path | None:
    """The package's own data file, data folder or lexicon of this path or name; None where there is none.

    >>> shipped("security_communication").relative_to(SHARE).as_posix()
    'data/lexicons/security_communication.yml'
    """
    name = Path(path)
    known = [SHARE / name] + [DATA / name, LEXICONS / f"{name}.yml"] * (len(name.parts) == 1)
    return next((place for place in known if not name.is_absolute() and os.path.exists(place)), None)  # noqa: PTH110


def located(path: str | Path) -> Path:
    """`path` where it exists, or else the package's own data of this path or name.

    >>> located("sample") == SAMPLE
    True
    """
    place = expanded(path)
    return place if os.path.exists(place) else shipped(path) or place  # noqa: PTH110


def expanded(path: str | Path) -> Path:
    """Expand ``~`` in `path`; the name of an unknown user stays as it is.

    >>> expanded("~nosuchuser/texts").as_posix()
    '~nosuchuser/texts'
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own raises RuntimeError


def typed_path(path: str | Path) -> Path:
    """A path from the command line, with ``~`` expanded.

    Raises `ParameterError` for an empty path, an unknown home, and a link that leads back to itself.

    >>> typed_path("~no such user/texts")
    Traceback (most recent call last):
    analysis.core.errors.ParameterError: '~no such user/texts': there is no such user: give the whole path
    """
    if not str(path):
        raise ParameterError("'' names no file and no folder: give a path")
    try:
        found = Path(path).expanduser()
    except RuntimeError:
        raise ParameterError(f"{str(path)!r}: there is no such user: give the whole path") from None
    try:
        found.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ParameterError(f"{str(path)!r} is a link that leads back to itself: give another path") from None
    return found


def gold_file(corpus: Path, name: str) -> Path | None:
    """The labels ``gold/<name>`` in the folder of a corpus; None where there are none."""
    path = corpus / "gold" / name
    return path if path.is_file() else None


def to_root(path: str | Path) -> str:
    """`path` relative to `ROOT`, with forward slashes, so that records agree between machines.

    The package's own data is named as in a checkout. A path on another drive stays absolute; bytes that are not UTF-8
    are written as ``\\udcff``.

    >>> to_root(SAMPLE / "metadata.csv")
    'data/sample/metadata.csv'
    """
    place = located(path).resolve()
    try:
        brought = place.is_relative_to(SHARE) and not place.is_relative_to(ROOT)
        name = Path(os.path.relpath(place, SHARE if brought else ROOT)).as_posix()
    except ValueError:
        name = place.as_posix()
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
