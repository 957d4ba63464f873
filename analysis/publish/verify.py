"""Rerun a finished report from its manifest and compare every file byte for byte."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from analysis.core.csv_files import csv_rows
from analysis.core.files import temporary_folder
from analysis.core.paths import expanded, from_root, to_root
from analysis.core.progress import Progress
from analysis.publish.crate import CRATE, contradictions
from analysis.publish.inside import links_out, open_inside, read_inside
from analysis.publish.manifest import MANIFEST, RUN_LOG, SHARDED, inputs, versions
from analysis.publish.parameters import notebooks
from analysis.publish.records import read_manifest, refuse_malformed
from analysis.publish.run.assemble import run as rerun
from analysis.text.reading.folders import sha256_of
from analysis.text.reading.readers import ReadError

SHOWN = 20  # differences that `shortened` keeps
EXCERPT = 48  # characters shown of a cell or a line that differs
BEFORE = 12  # of these, those before the difference
DETAILED = 2**26  # bytes of a file up to which the place of the difference is looked for


def verify(run: str | Path, *, progress: Progress = lambda section, done, total: None) -> list[str]:
    """Run the report in the folder `run` again and return one line for each difference, sorted by path.

    Changed inputs, and links that lead out of the folder, are returned before a notebook is started. Else every file
    but ``run-log.json`` is compared with the rerun's and with the SHA-256 in the manifest, which tells a file that was
    changed after the run from one that comes out differently. The notebooks are this checkout's: nothing in `run` is
    executed. Raises `ParameterError` when `run` holds no manifest.
    """
    folder = expanded(run)
    manifest = read_manifest(folder)
    with refuse_malformed(repr(str(folder))):
        out = links_out(folder)
    if out:
        return [f"{path} is a link that leads out of the folder" for path in out]
    if changed := _changed_inputs(manifest):
        return changed
    with temporary_folder() as scratch:
        again = scratch / "run"
        if failures := rerun(manifest["parameters"], again, sharded=bool(manifest.get(SHARDED)), progress=progress):
            return [str(failure) for failure in failures]
        with refuse_malformed(repr(str(folder))):
            found = compare(folder, again, {record["path"]: record["sha256"] for record in manifest["outputs"]})
        if not found:  # then the rest of the manifest agrees too, unless it was changed
            found += manifest_differences(manifest, read_manifest(again))
        if (folder / CRATE).is_file():
            wrong = contradictions(folder, manifest)
            found += [f"{CRATE} does not agree with {MANIFEST}: {what}" for what in wrong]
        elif (again / CRATE).is_file():
            found.append(f"{CRATE} is missing")
    return found


def changed_versions(run: str | Path) -> list[str]:
    """The versions that are not those in the manifest of `run`, one line each: they may explain differences."""
    manifest = read_manifest(expanded(run))
    was, now = (_flat(about) for about in (manifest, versions(manifest["versions"].keys() - {"python"})))
    return [
        f"{name} was {was.get(name) or 'not there'} and is {now.get(name) or 'not there'}"
        for name in sorted(was.keys() & now.keys())
        if was.get(name) != now.get(name)
    ]


def shortened(lines: Sequence[str]) -> list[str]:
    """The first `SHOWN` lines, and how many more there are."""
    return [*lines[:SHOWN], *[f"and {len(lines) - SHOWN:,} more"] * (len(lines) > SHOWN)]


def manifest_differences(manifest: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    """One line that names the parts in which a manifest differs from the rerun's, versions apart, or none."""
    parts = sorted((manifest.keys() | again.keys()) - versions().keys())
    changed = [part for part in parts if manifest.get(part) != again.get(part)]
    return [f"{MANIFEST} was changed after the run: {', '.join(changed)}"] * bool(changed)


def compare(here: Path, again: Path, recorded: Mapping[str, str]) -> list[str]:
    """One line for each file that is not the same in `here`, in `again` and in `recorded` (path to SHA-256)."""
    sides = [{path: _sha256(folder, path) for path in _files(folder)} for folder in (here, again)]
    found = []
    for path in sorted(recorded.keys() | sides[0].keys() | sides[1].keys()):
        was, is_here, made = recorded.get(path), sides[0].get(path), sides[1].get(path)
        if was == is_here == made:
            continue
        if is_here is None:
            why = "is missing" + ", and comes out differently" * (made not in (was, None))
        elif made is None:
            why = "is no file of the run" if was is None else "is not made by the rerun"
        elif is_here == made:
            why = f"is the same in the rerun, but not what {MANIFEST} says: {_short(was)} there, {_short(made)} here"
        else:
            reasons = ["was changed after the run"] * (is_here != was) + ["comes out differently"] * (made != was)
            where = first_difference(path, read_inside(here, path), read_inside(again, path))
            why = f"{' and '.join(reasons)}: {where}"
        found.append(f"{path} {why}")
    return found


def first_difference(name: str, here: bytes, again: bytes) -> str:
    """Where the bytes of the file `name` first differ from the rerun's, in a few words."""
    if len(here) > DETAILED:
        return f"{len(here):,} bytes here, {len(again):,} in the rerun"
    found = None
    if name.endswith(".png"):
        found = _pixels(here, again)
    elif b"\0" not in here and not name.endswith(".pdf"):
        texts = [data.decode("utf-8", "backslashreplace") for data in (here, again)]
        found = (_first_cell(*texts) if name.endswith(".csv") else None) or _first_line(*texts)
    return found or _first_byte(here, again)


def _changed_inputs(manifest: Mapping[str, Any]) -> list[str]:
    """One line for each input that was changed, is missing or is new."""
    recorded = {record["path"]: record["sha256"] for record in manifest["inputs"]}
    files = {path: from_root(path) for path in recorded}
    with suppress(ReadError):  # of an ignore list, which then has changed itself
        files |= {to_root(file): file for file in inputs(notebooks(manifest["parameters"]), manifest["parameters"])}
    found = []
    for path, file in sorted(files.items()):
        expected, now = recorded.get(path), sha256_of(file)
        if expected == now:
            continue
        if expected:
            how = f"{'has changed' if now else 'is missing'}: {_short(expected)} expected, {_short(now)} found"
        else:
            how = f"was not there when the run was made: {_short(now)}"
        found.append(f"input {path} {how}")
    return found


def _flat(about: Mapping[str, Any]) -> dict[str, str | None]:
    """All versions in a manifest: of the package, its source, Python and other packages."""
    source = {"lafz's source": _short(about["source"])} if "source" in about else {}
    return {"lafz": about.get("lafz"), **source, **about["versions"]}


def _files(folder: Path) -> Iterable[str]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if not hidden and not path.is_dir() and name.as_posix() not in (MANIFEST, RUN_LOG, CRATE):
            yield name.as_posix()


def _sha256(folder: Path, name: str) -> str:
    with open_inside(folder, name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _short(sha256: str | None) -> str:
    return sha256[:12] if sha256 else "nothing"


def _first_cell(here: str, again: str) -> str | None:
    """The first cell of two CSV tables that differs; None where all are the same, or a text is no table."""
    try:
        tables = [list(csv_rows(io.StringIO(text, newline=""))) for text in (here, again)]
    except csv.Error:
        return None
    header = tables[0][0] if tables[0] else []
    for number, (one, other) in enumerate(zip_longest(*tables)):
        if one == other:
            continue
        if one is None or other is None:
            return f"rows: {max(len(tables[0]) - 1, 0):,} here, {max(len(tables[1]) - 1, 0):,} in the rerun"
        row = f"row {number:,}" if number else "the header"
        if len(one) != len(other):
            return f"{row}, cells: {len(one)} here, {len(other)} in the rerun"
        column = next(place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)
        name = header[column] if number and column < len(header) else f"{column + 1}"
        return f"{row}, column {name}: {_both(one[column], other[column])}"
    return None


def _first_line(here: str, again: str) -> str | None:
    """The first line of two texts that differs; None where all are the same."""
    lines = here.split("\n"), again.split("\n")
    for number, (one, other) in enumerate(zip(*lines, strict=False), start=1):
        if one != other:
            return f"line {number:,}: {_both(one, other)}"
    return f"lines: {len(lines[0]):,} here, {len(lines[1]):,} in the rerun" if here != again else None


def _pixels(here: bytes, again: bytes) -> str | None:
    """How many pixels of two pictures differ; None where a picture cannot be opened."""
    try:
        pictures = []
        for data in (here, again):
            with Image.open(io.BytesIO(data)) as picture:
                pictures.append(np.asarray(picture.convert("RGBA")))
    except Exception:  # a broken picture breaks its decoder in many ways
        return None
    one, other = pictures
    if one.shape != other.shape:
        sizes = [f"{picture.shape[1]} × {picture.shape[0]}" for picture in pictures]
        return f"{sizes[0]} pixels here, {sizes[1]} in the rerun"
    count = int((one != other).any(axis=-1).sum())
    whole = one.shape[0] * one.shape[1]
    if not count:
        return "not one pixel, but other bytes"
    return f"{count:,} of {whole:,} pixels ({100 * count / whole:.2g}%)"


def _first_byte(here: bytes, again: bytes) -> str:
    place = _common(here, again)
    sizes = f"{len(here):,} bytes here, {len(again):,} in the rerun, " if len(here) != len(again) else ""
    return f"{sizes}the first difference at byte {place + 1:,}"


def _common(here: Sequence[object], again: Sequence[object]) -> int:
    """The length of the common prefix of two sequences."""
    pairs = enumerate(zip(here, again, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(here), len(again)))


def _both(here: str, again: str) -> str:
    """Excerpts of two texts around their first difference."""
    place = _common(here, again)
    return f"{_excerpt(here, place)} here, {_excerpt(again, place)} in the rerun"


def _excerpt(text: str, place: int) -> str:
    start = max(0, place - BEFORE) if len(text) > EXCERPT else 0
    cut = text[start : start + EXCERPT]
    return f"{'…' * (start > 0)}{cut!r}{'…' * (start + EXCERPT < len(text))}"
