"""The provenance of a run as an RO-Crate: what was made by which notebook, from what, with which parameters."""

import hashlib
import os
from collections.abc import Iterable, Mapping
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
_LAFZ = "#software/lafz"
_SAMPLE = "data/sample"
_FORMATS = {  # written out, since Python's own table differs between machines
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

Entity = dict[str, Any]


def write_crate(run: Path, manifest: Mapping[str, Any]) -> None:
    """Write ``ro-crate-metadata.json`` into the finished folder `run`, which has its `manifest` already.

    RO-Crate 1.1 (Sefton and others 2020) with the runs as in Process Run Crate 0.5 (Leo and others 2024): one action a
    notebook, and one for the page. It follows from the manifest alone: `datePublished` is there only where
    ``SOURCE_DATE_EPOCH``, seconds since 1970, is set. The crate has the SHA-256 of the manifest, which does not list
    the crate.
    """
    write_json({"@context": _CONTEXT, "@graph": describe(run, manifest)}, run / CRATE)


def contradictions(run: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Where the crate in `run` contradicts `manifest`, one line each; further content is ignored."""
    from analysis.publish.records import read_crate  # slow to import, and needed last in a report

    try:
        found = read_crate(run, CRATE)
    except ParameterError:
        return ["it is no longer a crate"]
    lines = []
    for entity in describe(run, manifest):
        about = found.get(entity["@id"])
        if about is None:
            lines.append(f"{entity['@id']} is missing")
        elif wrong := next((claim for claim in _CLAIMS if entity.get(claim) != about.get(claim)), None):
            lines.append(f"{entity['@id']} has another {wrong}")
    return lines


def describe(run: Path, manifest: Mapping[str, Any]) -> list[Entity]:
    """The entities of a crate: itself, the run, its files, its actions, and what they name."""
    content = read_inside(run, MANIFEST)
    own = {"path": MANIFEST, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    files = [_file(record, run) for record in [*manifest["outputs"], own]]
    actions, parameters = [], []
    for section, read in _read_by(manifest).items():
        values = [
            # None as on the command line, since to JSON-LD a null is no value.
            _entity(
                f"#parameter/{section}/{name}", "PropertyValue", name=name, value="none" if value is None else value
            )
            for name, value in sorted(manifest["parameters"][section].items())
        ]
        actions.append(_notebook_action(section, manifest, read, values))
        parameters += values
    actions.append(_page_action(manifest))
    return [
        _entity(CRATE, about=_ref("./"), conformsTo=_ref("https://w3id.org/ro/crate/1.1")),
        _root(manifest, files, actions),
        *files,
        *actions,
        *{record["path"]: _input(record) for record in manifest["inputs"]}.values(),
        *parameters,
        *_software(manifest),
        _entity(_PROFILE, name="Process Run Crate", version="0.5"),
        _entity(_MIT, name="MIT License", identifier="MIT"),
        _entity(_CC0, name="CC0 1.0 Universal", identifier="CC0-1.0"),
        _entity(
            "#terms",
            name="Terms not stated",
            description="A report quotes its texts, so its terms depend on theirs: whoever publishes it names them.",
        ),
    ]


def _entity(entity_id: str, kind: str = "CreativeWork", **about: Any) -> Entity:
    return {"@id": entity_id, "@type": kind, **about}


def _ref(entity_id: str) -> Entity:
    return {"@id": entity_id}


def _refs(entities: Iterable[Entity]) -> list[Entity]:
    return [_ref(entity["@id"]) for entity in entities]


def _root(manifest: Mapping[str, Any], files: list[Entity], actions: list[Entity]) -> Entity:
    path = manifest["parameters"][min(manifest["parameters"])]["corpus"]  # all read the same
    root = _entity(
        "./",
        "Dataset",
        name=f"Lafz report on {PurePosixPath(path).name or path}",
        description="Figures, tables, executed notebooks and a page on the words, the framing language and the "
        "redundancy of texts. The files that were read are named by path and SHA-256 and are no part of it; "
        f"{MANIFEST} says all that it takes to make it again.",
        conformsTo=_ref(_PROFILE),
        hasPart=_refs(files),
        license=_ref("#terms"),
        mainEntity=_ref("index.html"),
        mentions=_refs(actions),
    )
    with suppress(OSError, OverflowError, ValueError):  # not set, or no day
        day = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "")), tz=UTC).date()
        root["datePublished"] = day.isoformat()
    return root


def _read_by(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """The inputs of each section: those its parameters name, and those no parameter names (a link's target)."""
    paths = [path for path in _paths(manifest, "inputs") if not _is_notebook(path)]
    found = {}
    for section, values in sorted(manifest["parameters"].items()):
        named = [PurePosixPath(values[name]) for name in ("corpus", *FILE_PARAMETERS) if values.get(name)]
        found[section] = [path for path in paths if any(PurePosixPath(path).is_relative_to(place) for place in named)]
    known = {path for read in found.values() for path in read}
    return {section: [path for path in paths if path in read or path not in known] for section, read in found.items()}


def _notebook_action(section: str, manifest: Mapping[str, Any], read: list[str], parameters: list[Entity]) -> Entity:
    """The run of a notebook: its parameters, inputs and outputs."""
    notebooks = map(PurePosixPath, filter(_is_notebook, _paths(manifest, "inputs")))
    notebook = next(path for path in notebooks if path.stem[3:] == section)
    made = [path for path in _paths(manifest, "outputs") if path.startswith(f"{section}/")]
    return _entity(
        f"#run/{section}",
        "CreateAction",
        name=f"Run of {notebook.name}",
        description=f"{notebook.name}, run by papermill to its last cell with all parameters given.",
        instrument=_ref(_input_id(notebook.as_posix())),
        object=[*(_ref(_input_id(path)) for path in read), *_refs(parameters)],
        result=[_ref(quote(path)) for path in [*made, f"notebooks/{notebook.name}"]],
    )


def _page_action(manifest: Mapping[str, Any]) -> Entity:
    """The making of the page and the manifest from what the notebooks wrote."""
    paths = _paths(manifest, "outputs")
    made = [path for path in paths if path == "index.html" or path.startswith(f"{FOLDER}/")]
    return _entity(
        "#run/page",
        "CreateAction",
        name="Writing of the page",
        description="The executed notebooks, their figures and tables put together as one page; the tables of the "
        "corpus; all files listed.",
        instrument=_ref(_LAFZ),
        object=[_ref(quote(path)) for path in paths if path not in made],
        result=[_ref(quote(path)) for path in [*made, MANIFEST]],
    )


def _file(record: Mapping[str, Any], run: Path) -> Entity:
    """A file of the run, described by the caption beside it."""
    from analysis.publish.records import read_about

    path = PurePosixPath(record["path"])
    entity = _entity(quote(record["path"]), "File", name=record["path"], **_content(record))
    if len(path.parts) == 2 and (run / path.with_suffix(".json")).is_file():
        with suppress(ParameterError):  # of a run that was changed
            entity["description"] = read_about(run, path.with_suffix("").as_posix())["caption"]
    return entity


def _input(record: Mapping[str, Any]) -> Entity:
    """A file that was read: a creative work, since it is no part of the crate."""
    entity = _entity(_input_id(record["path"]), name=record["path"], **_content(record))
    if _is_notebook(record["path"]):
        entity |= {"@type": "SoftwareSourceCode", "isPartOf": _ref(_LAFZ), "license": _ref(_MIT)}
        entity["programmingLanguage"] = _ref("#software/python")
    elif PurePosixPath(record["path"]).is_relative_to(_SAMPLE):
        entity["license"] = _ref(_CC0)
    return entity


def _software(manifest: Mapping[str, Any]) -> list[Entity]:
    """Lafz, Python and the packages that can change a number or a picture."""
    packages = [
        _entity(
            f"#software/{name}",
            "SoftwareApplication",
            name=name,
            softwareVersion=version,
            url=f"https://pypi.org/project/{name}/",
        )
        for name, version in sorted(manifest["versions"].items())
        if version
    ]
    for package in packages:
        if package["name"] == "python":
            package |= {"@type": ["ComputerLanguage", "SoftwareApplication"], "name": "Python"}
            package["url"] = "https://www.python.org/"
    lafz = _entity(_LAFZ, "SoftwareApplication", name="Lafz", softwareVersion=manifest["lafz"])
    return [lafz | {"license": _ref(_MIT), "softwareRequirements": _refs(packages)}, *packages]


def _content(record: Mapping[str, Any]) -> Entity:
    kind = _FORMATS.get(PurePosixPath(record["path"]).suffix.lower())
    size = {"contentSize": str(record["bytes"]), "sha256": record["sha256"]}
    return {"encodingFormat": kind} | size if kind else size


def _input_id(path: str) -> str:
    return f"#input/{quote(path)}"


def _is_notebook(path: str) -> bool:
    return path.endswith(".ipynb") and PurePosixPath(path).parent.name == "notebooks"


def _paths(manifest: Mapping[str, Any], part: str) -> list[str]:
    return [record["path"] for record in manifest[part]]
