"""Where things are in a checkout: plain constants, and the one rule for naming a path in a record."""

import errno
import os
from pathlib import Path

from analysis.core.errors import ParameterError

ROOT = Path(__file__).resolve().parents[2]  # the checkout
NOTEBOOKS = ROOT / "notebooks"  # the parameterized notebooks, without outputs
DATA = ROOT / "data"
SAMPLE = DATA / "sample"  # the sample corpus, with gold labels
LEXICONS = DATA / "lexicons"  # frame lexicons, YAML
STOPWORDS = DATA / "stopwords"  # stop lists, one word a line
GOLD = ("reuse.csv", "validity.yml")  # in a folder gold/ of a corpus: what a report holds its own results against
FIGURES = ROOT / "figures"  # one folder a run


def from_root(path: str | Path) -> Path:
    """`path` as an absolute path, a relative one being taken from the checkout.

    >>> from_root("data/sample") == SAMPLE
    True
    """
    return Path(os.path.normpath(ROOT / expanded(path)))


def expanded(path: str | Path) -> Path:
    """`path` with the home folder that ``~`` stands for; the name of a user who is not there stays as it is.

    >>> expanded("~nosuchuser/texts").as_posix()
    '~nosuchuser/texts'
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own raises RuntimeError


def given(path: str | Path) -> Path:
    """A path that somebody has typed, with ``~`` written out.

    Raises `ParameterError` for one that can name nothing: an empty one, a home that is not known, links in a circle.

    >>> given("~no such user/texts")
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


def lexicon_file(path: str | Path) -> Path:
    """The lexicon `path`; a name alone that no file has is that of one which the package brings.

    >>> lexicon_file("policy_frames") == lexicon_file(from_root("policy_frames")) == LEXICONS / "policy_frames.yml"
    True
    """
    file, own = Path(path), LEXICONS / f"{Path(path).name}.yml"
    alone = file.parent in (Path(), ROOT)
    return own if alone and not file.is_file() and own.is_file() else file


def gold_file(corpus: Path, name: str) -> Path | None:
    """What lies with a corpus to measure the package by, ``gold/<name>`` in its folder; None where it does not."""
    path = corpus / "gold" / name
    return path if path.is_file() else None


def to_root(path: str | Path) -> str:
    """`path` written from the checkout, with forward slashes, so that records agree between machines.

    A path on another drive than the checkout stays absolute; bytes that are no text are written out as ``\\udcff``.

    >>> to_root(SAMPLE / "metadata.csv")
    'data/sample/metadata.csv'
    """
    try:
        name = Path(os.path.relpath(expanded(path).resolve(), ROOT)).as_posix()
    except ValueError:
        name = expanded(path).resolve().as_posix()
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
