"""Which program made a result: another one may make another."""

import hashlib
import importlib.metadata
import json
from functools import cache
from pathlib import Path

from analysis.text.versions import reading_versions

_PACKAGE = Path(__file__).parent.parent


@cache
def code_version() -> str:
    """A name for this package's code and the versions of what it reads and joins with, which may change a result."""
    versions = reading_versions() | {"duckdb": importlib.metadata.version("duckdb")}
    known = hashlib.sha256(json.dumps(versions, sort_keys=True).encode())
    for file in sorted(_PACKAGE.rglob("*.py")):
        known.update(f"{file.relative_to(_PACKAGE).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return known.hexdigest()
