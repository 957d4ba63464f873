"""Which program made a result: another one may make another."""

import hashlib
import importlib.metadata
import json
from functools import cache

from analysis.core.paths import PACKAGE

# Another version of one of these may find other texts, sentences or words.
_READING = ("charset-normalizer", "nltk", "pyarrow", "pypdfium2", "python-docx", "regex", "sentencex", "trafilatura")


@cache
def code_version() -> str:
    """A name for this package's code and the versions of what it reads and joins with, which may change a result."""
    versions = reading_versions() | {"duckdb": importlib.metadata.version("duckdb")}
    known = hashlib.sha256(json.dumps(versions, sort_keys=True).encode())
    for file in sorted(file for ending in ("py", "tsv") for file in PACKAGE.rglob(f"*.{ending}")):
        known.update(f"{file.relative_to(PACKAGE).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return known.hexdigest()


def reading_versions() -> dict[str, str]:
    """The version of each package that reads or splits, "" for those that are not installed."""
    return {name: version(name) or "" for name in _READING}


def version(package: str) -> str | None:
    """The version of a package, None where it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
