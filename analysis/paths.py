"""Where things stand in a checkout: plain constants, and the one rule for naming a path in a record."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]  # the checkout
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
    return Path(os.path.normpath(ROOT / at_home(path)))


def at_home(path: str | Path) -> Path:
    """`path` with what ``~`` stands for; as it is where nobody has the name behind it."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - that of Path raises there


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
        name = Path(os.path.relpath(at_home(path).resolve(), ROOT)).as_posix()
    except ValueError:
        name = at_home(path).resolve().as_posix()
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
