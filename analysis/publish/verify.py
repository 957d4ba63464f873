"""A finished run done again from its manifest, and compared byte for byte."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.paths import from_root
from analysis.publish.parameters import ParameterError
from analysis.publish.runs import MANIFEST
from analysis.publish.runs import run as rerun


def verify(run: str | Path) -> list[str]:
    """Run the report in the folder `run` again; gives one line for each difference, none when all is the same.

    The inputs are compared first: where one has changed, the run cannot be repeated and the changed files are the
    answer. Then every figure, table, notebook and page is compared with what the manifest says and with what stands in
    the folder. Raises `ParameterError` when `run` holds no manifest.
    """
    folder = Path(run).expanduser()
    if not (folder / MANIFEST).is_file():
        raise ParameterError(f"{str(run)!r} holds no {MANIFEST}: give the folder of a finished report")
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    changed = _differences(manifest["inputs"], {r["path"]: from_root(r["path"]) for r in manifest["inputs"]}, "input")
    if changed:
        return changed
    stands = _differences(manifest["outputs"], {r["path"]: folder / r["path"] for r in manifest["outputs"]}, "here")
    with tempfile.TemporaryDirectory() as scratch:
        again = Path(scratch) / "run"
        failures = rerun(manifest["parameters"], again)
        if failures:
            return [str(failure) for failure in failures]
        made = _differences(manifest["outputs"], {r["path"]: again / r["path"] for r in manifest["outputs"]}, "rerun")
        versions = json.loads((again / MANIFEST).read_text(encoding="utf-8"))["versions"]
    if made:  # other versions are worth a word only where they may be the reason
        was = manifest["versions"]
        made += [f"version: {n} was {was.get(n)} and is {v}" for n, v in sorted(versions.items()) if v != was.get(n)]
    return stands + made


def _differences(records: list[Mapping[str, Any]], files: Mapping[str, Path], where: str) -> list[str]:
    """One line for each record whose file is missing or has other bytes."""
    found = []
    for record in records:
        file = files[record["path"]]
        if not file.is_file():
            found.append(f"{where}: {record['path']} is missing")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != record["sha256"]:
            found.append(f"{where}: {record['path']} differs")
    return found
