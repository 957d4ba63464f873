"""The provenance of a run as an RO-Crate: what was made by which notebook, from what, with which parameters."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from analysis.core.errors import ParameterError
from analysis.publish.corpus_tables import FOLDER
from analysis.publish.inside import read_inside
from analysis.publish.manifest import FILE_PARAMETERS, MANIFEST
from analysis.publish.tables import write_json

CRATE = "ro-crate-metadata.json"
_CONTEXT = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "http://schema.org/sha256"}]
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_MIT = "https://spdx.org/licenses/MIT"
_CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
_PYTHON = "https://www.python.org/"
_SAMPLE = "data/sample"
# Of a table of the machine's own, two machines may have two.
_FORMATS = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".htm": "text/html",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".zip": "application/zip",
}
# What a crate proves; names, descriptions, dates and terms are for whoever publishes it to write.
_CLAIMS = ("contentSize", "instrument", "object", "result", "sha256", "softwareVersion", "value")

_TERMS = "A report quotes its texts, so its terms depend on theirs: whoever publishes it names them."

Entity = dict[str, Any]


def write_crate(run: Path, manifest: Mapping[str, Any]) -> None:
    """Write ``ro-crate-metadata.json`` into the finished folder `run`, which has its `manifest` already.

    RO-Crate 1.1 (Sefton and others 2020) with the runs as in Process Run Crate 0.5 (Leo and others 2024): one action a
    notebook, and one for the page. It follows from the manifest alone, without a clock: `datePublished` is there only
    where ``SOURCE_DATE_EPOCH``, seconds since 1970, is set. The manifest does not list the crate, which gives its
    SHA-256.
    """
    write_json({"@context": _CONTEXT, "@graph": describe(run, manifest)}, run / CRATE)


def contradictions(run: Path, manifest: Mapping[str, Any]) -> list[str]:
    """What the crate in `run` says otherwise than `manifest`, one line each; what else it has may be anything."""
    from analysis.publish.records import read_crate  # it takes its time to import, and a report needs it last

    try:
        found = read_crate(run, CRATE)
    except ParameterError:
        return ["it is no longer a crate"]
    lines = []
    for entity in describe(run, manifest):
        about = found.get(entity["@id"])
        if about is None:
            lines.append(f"{entity['@id']} is missing")
            continue
        wrong = next((claim for claim in _CLAIMS if entity.get(claim) != about.get(claim)), None)
        if wrong:
            lines.append(f"{entity['@id']} has another {wrong}")
    return lines


def describe(run: Path, manifest: Mapping[str, Any]) -> list[Entity]:
    """The entities of a crate: itself, the run, its files, its actions, and what they name."""
    files = [_file(record, run) for record in [*manifest["outputs"], _record(run)]]
    inputs = {record["path"]: _input(record) for record in manifest["inputs"]}
    software = _software(manifest)
    actions, parameters = [], []
    for section, read in _read_by(manifest).items():
        given = [_parameter(section, name, value) for name, value in sorted(manifest["parameters"][section].items())]
        actions.append(_action(section, manifest, read, given))
        parameters += given
    actions.append(_page(manifest))
    return [
        _entity(CRATE, about={"@id": "./"}, conformsTo={"@id": "https://w3id.org/ro/crate/1.1"}),
        _root(manifest, files, actions),
        *files,
        *actions,
        *inputs.values(),
        *parameters,
        *software,
        _entity(_PROFILE, name="Process Run Crate", version="0.5"),
        _entity(_MIT, name="MIT License", identifier="MIT"),
        _entity(_CC0, name="CC0 1.0 Universal", identifier="CC0-1.0"),
        _entity("#terms", name="Terms not stated", description=_TERMS),
    ]


def _entity(own_id: str, kind: str = "CreativeWork", **about: Any) -> Entity:
    return {"@id": own_id, "@type": kind, **about}


def _root(manifest: Mapping[str, Any], files: list[Entity], actions: list[Entity]) -> Entity:
    path = manifest["parameters"][min(manifest["parameters"])]["corpus"]  # all read the same
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Lafz report on {PurePosixPath(path).name or path}",
        "description": "Figures, tables, executed notebooks and a page on the words, the framing language and the "
        "redundancy of texts. The files that were read are named by path and SHA-256 and are no part of it; "
        f"{MANIFEST} says all that it takes to make it again.",
        "conformsTo": {"@id": _PROFILE},
        "hasPart": _references(files),
        "license": {"@id": "#terms"},
        "mainEntity": {"@id": "index.html"},
        "mentions": _references(actions),
    }
    if day := _day(os.environ.get("SOURCE_DATE_EPOCH", "")):
        root["datePublished"] = day
    return root


def _day(epoch: str) -> str | None:
    """The day of so many seconds since 1970, in UTC; None for what is no number of seconds, or no day."""
    try:
        return datetime.fromtimestamp(int(epoch), tz=UTC).date().isoformat()
    except (OSError, OverflowError, ValueError):
        return None


def _read_by(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """For each section, the inputs that its parameters name; what none of them names (a link's target) goes to all."""
    paths = [path for path in _paths(manifest, "inputs") if not _is_notebook(path)]
    found = {}
    for section, values in sorted(manifest["parameters"].items()):
        named = [PurePosixPath(values[name]) for name in ("corpus", *FILE_PARAMETERS) if values.get(name)]
        found[section] = [path for path in paths if any(PurePosixPath(path).is_relative_to(place) for place in named)]
    known = {path for read in found.values() for path in read}
    return {section: [path for path in paths if path in read or path not in known] for section, read in found.items()}


def _action(section: str, manifest: Mapping[str, Any], read: list[str], given: list[Entity]) -> Entity:
    """A notebook's run: what it was given, what it read and what it wrote."""
    notebooks = map(PurePosixPath, filter(_is_notebook, _paths(manifest, "inputs")))
    notebook = next(path for path in notebooks if path.stem[3:] == section)
    made = [path for path in _paths(manifest, "outputs") if path.startswith(f"{section}/")]
    return {
        "@id": f"#run/{section}",
        "@type": "CreateAction",
        "name": f"Run of {notebook.name}",
        "description": f"{notebook.name}, run by papermill to its last cell with all parameters given.",
        "instrument": {"@id": _input_id(notebook.as_posix())},
        "object": [*({"@id": _input_id(path)} for path in read), *_references(given)],
        "result": [{"@id": quote(path)} for path in [*made, f"notebooks/{notebook.name}"]],
    }


def _page(manifest: Mapping[str, Any]) -> Entity:
    """The making of the page and the manifest from what the notebooks wrote."""
    paths = _paths(manifest, "outputs")
    made = [path for path in paths if path == "index.html" or path.startswith(f"{FOLDER}/")]
    return {
        "@id": "#run/page",
        "@type": "CreateAction",
        "name": "Writing of the page",
        "description": "The executed notebooks, their figures and tables put together as one page; the tables of the "
        "corpus; all files listed.",
        "instrument": {"@id": "#software/lafz"},
        "object": [{"@id": quote(path)} for path in paths if path not in made],
        "result": [{"@id": quote(path)} for path in [*made, MANIFEST]],
    }


def _file(record: Mapping[str, Any], run: Path) -> Entity:
    """A file of the run, described by the caption beside it."""
    from analysis.publish.records import read_about

    path = PurePosixPath(record["path"])
    entity = {"@id": quote(record["path"]), "@type": "File", "name": record["path"], **_content(record)}
    if len(path.parts) == 2 and (run / path.with_suffix(".json")).is_file():
        with suppress(ParameterError):  # of a run that was changed
            entity["description"] = read_about(run, path.with_suffix("").as_posix())["caption"]
    return entity


def _input(record: Mapping[str, Any]) -> Entity:
    """A file that was read: no part of the crate, so a thing with a name rather than a file to open."""
    path = PurePosixPath(record["path"])
    entity: Entity = {"@id": _input_id(record["path"]), "@type": "CreativeWork", "name": record["path"]}
    entity |= _content(record)
    if _is_notebook(record["path"]):
        entity |= {"@type": "SoftwareSourceCode", "isPartOf": {"@id": "#software/lafz"}, "license": {"@id": _MIT}}
        entity["programmingLanguage"] = {"@id": "#software/python"}
    elif path.is_relative_to(_SAMPLE):
        entity["license"] = {"@id": _CC0}
    return entity


def _parameter(section: str, name: str, value: Any) -> Entity:
    """A value as a notebook got it; none as on the command line, since JSON-LD takes a null for no value."""
    given = "none" if value is None else value
    return {"@id": f"#parameter/{section}/{name}", "@type": "PropertyValue", "name": name, "value": given}


def _software(manifest: Mapping[str, Any]) -> list[Entity]:
    """Lafz, Python and the packages that can change a number or a picture."""
    versions = {name: version for name, version in sorted(manifest["versions"].items()) if version}
    needs = [{"@id": f"#software/{name}"} for name in versions]
    lafz = _entity("#software/lafz", "SoftwareApplication", name="Lafz", softwareVersion=manifest["lafz"])
    found = [lafz | {"license": {"@id": _MIT}, "softwareRequirements": needs}]
    for name, version in versions.items():
        own = _entity(f"#software/{name}", "SoftwareApplication", name=name, softwareVersion=version)
        found.append(own | {"url": f"https://pypi.org/project/{name}/"})
        if name == "python":
            found[-1] |= {"@type": ["ComputerLanguage", "SoftwareApplication"], "name": "Python", "url": _PYTHON}
    return found


def _content(record: Mapping[str, Any]) -> Entity:
    kind = _FORMATS.get(PurePosixPath(record["path"]).suffix.lower())
    size = {"contentSize": str(record["bytes"]), "sha256": record["sha256"]}
    return {"encodingFormat": kind} | size if kind else size


def _record(run: Path) -> dict[str, Any]:
    content = read_inside(run, MANIFEST)
    return {"path": MANIFEST, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _input_id(path: str) -> str:
    return f"#input/{quote(path)}"


def _is_notebook(path: str) -> bool:
    return path.endswith(".ipynb") and PurePosixPath(path).parent.name == "notebooks"


def _paths(manifest: Mapping[str, Any], part: str) -> list[str]:
    return [record["path"] for record in manifest[part]]


def _references(entities: list[Entity]) -> list[Entity]:
    return [{"@id": entity["@id"]} for entity in entities]
