"""Versions of this package and of what it reads with, on which results depend."""

import hashlib
import importlib.metadata
import json
from functools import cache

from analysis.core.paths import PACKAGE

# Packages whose version decides what texts, sentences or words are found.
_READING = ("charset-normalizer", "nltk", "pyarrow", "pypdfium2", "python-docx", "regex", "sentencex", "trafilatura")


@cache
def code_version() -> str:
    """A hash of this package's code and of the versions of what it reads and joins with."""
    versions = reading_versions() | {"duckdb": importlib.metadata.version("duckdb")}
    known = hashlib.sha256(json.dumps(versions, sort_keys=True).encode())
    for file in sorted(file for ending in ("py", "tsv") for file in PACKAGE.rglob(f"*.{ending}")):
        known.update(f"{file.relative_to(PACKAGE).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return known.hexdigest()


def reading_versions() -> dict[str, str]:
    """The version of each package that reads or splits texts, "" where it is not installed."""
    return {name: version(name) or "" for name in _READING}


def version(package: str) -> str | None:
    """The version of an installed package, else None."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
