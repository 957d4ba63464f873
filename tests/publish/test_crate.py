"""The crate of a run agrees with its files, names all that it refers to, and CITATION.cff with the package."""

import hashlib
import json
import shutil
import tomllib
from pathlib import Path

import pytest
import yaml

from analysis import __version__
from analysis.core.paths import ROOT
from analysis.publish.crate import CRATE, contradictions, describe, write_crate

FRAMING = {"corpus": "../my texts", "lexicon": "data/lexicons/a.yml", "aliases": None, "stopwords": None, "top_n": 30}


def record(path):
    return {"path": path, "bytes": len(path), "sha256": hashlib.sha256(path.encode()).hexdigest()}


def a_manifest(**parameters):
    """A manifest of two notebooks; a file's content is its path."""
    inputs = ["../elsewhere/linked.txt", "../my texts/a b.txt", "../my texts/gold/reuse.csv", "../my texts.txt"]
    inputs += ["data/lexicons/a.yml", "data/sample/wire.txt", "notebooks/02_framing.ipynb"]
    inputs += ["notebooks/03_redundancy.ipynb"]
    outputs = ["framing/50% more.csv", "framing/50% more.json", "index.html", "notebooks/02_framing.ipynb"]
    outputs += ["notebooks/03_redundancy.ipynb", "redundancy/x.png"]
    return {
        "lafz": "0.1.0",
        "parameters": parameters or {"redundancy": {"corpus": "data/sample", "by": False}, "framing": FRAMING},
        "inputs": [record(path) for path in sorted(inputs)],
        "outputs": [record(path) for path in sorted(outputs)],
        "versions": {"python": "3.11.7", "numpy": "2.4.6", "spacy": None},
    }


@pytest.fixture
def run(tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "framing").mkdir()
    (tmp_path / "framing" / "50% more.json").write_text('{"caption": "What grew.", "columns": [], "rows": 0}')
    return tmp_path


def by_id(entities):
    found = {entity["@id"]: entity for entity in entities}
    assert len(found) == len(entities)
    return found


def names(action, key):
    return [reference["@id"] for reference in action[key]]


def test_a_notebook_is_what_made_its_files_from_what_its_parameters_name(run):
    found = by_id(describe(run, a_manifest()))
    action = found["#run/framing"]
    assert action["@type"] == "CreateAction"
    notebook = found[action["instrument"]["@id"]]
    assert (notebook["@type"], notebook["name"]) == ("SoftwareSourceCode", "notebooks/02_framing.ipynb")
    assert notebook["sha256"] == hashlib.sha256(b"notebooks/02_framing.ipynb").hexdigest()
    assert [found[name].get("value", found[name]["name"]) for name in names(action, "object")] == [
        "../elsewhere/linked.txt",  # what a link leads to: no parameter names it
        "../my texts.txt",  # and nor is this one in a folder of that name
        "../my texts/a b.txt",
        "../my texts/gold/reuse.csv",
        "data/lexicons/a.yml",
        *("none", "../my texts", "data/lexicons/a.yml", "none", 30),  # aliases corpus lexicon stopwords top_n
    ]
    results = ["framing/50%25%20more.csv", "framing/50%25%20more.json", "notebooks/02_framing.ipynb"]
    assert names(action, "result") == results
    other = found["#run/redundancy"]
    assert [name for name in names(other, "object") if "lexicon" in name or "a%20b" in name] == []
    assert "#input/data/sample/wire.txt" in names(other, "object")
    assert found["#parameter/redundancy/by"]["value"] is False


def test_files_have_what_a_reader_needs(run):
    found = by_id(describe(run, a_manifest()))
    assert found["framing/50%25%20more.csv"] == {
        "@id": "framing/50%25%20more.csv",
        "@type": "File",
        "name": "framing/50% more.csv",
        "description": "What grew.",
        "encodingFormat": "text/csv",
        "contentSize": "20",
        "sha256": hashlib.sha256(b"framing/50% more.csv").hexdigest(),
    }
    assert found["manifest.json"]["sha256"] == hashlib.sha256(b"{}").hexdigest()
    assert found["#software/lafz"]["softwareVersion"] == "0.1.0"
    assert names(found["#software/lafz"], "softwareRequirements") == ["#software/numpy", "#software/python"]
    licences = {name: entity["license"]["@id"] for name, entity in found.items() if "license" in entity}
    assert licences["./"] == "#terms"  # not known
    assert licences["#input/data/sample/wire.txt"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert [name for name in licences if "my%20texts" in name or "lexicons" in name] == []


def test_the_order_of_parameters_makes_no_difference(run):
    other = {"corpus": FRAMING["corpus"]}
    first = a_manifest(framing=FRAMING, redundancy=other)
    second = a_manifest(redundancy=other, framing=dict(reversed(FRAMING.items())))
    assert describe(run, first) == describe(run, second)


def test_the_day_is_the_one_that_was_given_or_none(run, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert "datePublished" not in by_id(describe(run, a_manifest()))["./"]
    for seconds, day in (("1719014399", "2024-06-21"), ("1719014400", "2024-06-22"), ("9" * 30, None), ("soon", None)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
        assert by_id(describe(run, a_manifest()))["./"].get("datePublished") == day


def test_the_crate_of_a_run(small_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(small_run, run)
    manifest = json.loads((run / "manifest.json").read_text())
    write_crate(run, manifest)
    content = (run / CRATE).read_text()
    crate = json.loads(content)
    found = by_id(crate["@graph"])
    assert found[CRATE]["about"] == {"@id": "./"}
    assert found[CRATE]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    # Every file of the folder, with its hash and size.
    files = {path.relative_to(run).as_posix(): path.read_bytes() for path in run.rglob("*") if path.is_file()}
    parts = names(found["./"], "hasPart")
    assert set(parts) == set(files) - {CRATE, "run-log.json"}
    for part in parts:
        assert found[part]["sha256"] == hashlib.sha256(files[part]).hexdigest()
        assert found[part]["contentSize"] == str(len(files[part]))
        assert "/" in found[part]["encodingFormat"]
    # Every file was made by an action, and whatever is named is described.
    made = [name for action in names(found["./"], "mentions") for name in names(found[action], "result")]
    assert sorted(made) == sorted(parts)
    assert set(references(crate["@graph"])) <= set(found) | {"https://w3id.org/ro/crate/1.1"}
    # Nothing of this machine or this moment.
    assert str(ROOT) not in content
    assert str(tmp_path) not in content
    log = json.loads((run / "run-log.json").read_text())
    assert log["started"][:10] not in content


def references(value):
    if isinstance(value, list):
        return [name for item in value for name in references(item)]
    if not isinstance(value, dict):
        return []
    return [value["@id"]] if set(value) == {"@id"} else references(list(value.values()))


def test_what_a_publisher_adds_is_no_contradiction_and_another_hash_is(run):
    manifest = a_manifest()
    write_crate(run, manifest)
    crate = json.loads((run / CRATE).read_text())
    found = by_id(crate["@graph"])
    found["./"] |= {"name": "My study", "datePublished": "2025-01-01", "license": {"@id": "#mine"}}
    crate["@graph"].append({"@id": "#mine", "@type": "CreativeWork", "name": "Terms of mine"})
    (run / CRATE).write_text(json.dumps(crate))
    assert contradictions(run, manifest) == []
    found["index.html"]["sha256"] = "0" * 64
    found["#parameter/framing/top_n"]["value"] = 10
    crate["@graph"].remove(found["redundancy/x.png"])
    (run / CRATE).write_text(json.dumps(crate))
    assert contradictions(run, manifest) == [
        "index.html has another sha256",
        "redundancy/x.png is missing",
        "#parameter/framing/top_n has another value",
    ]
    (run / CRATE).write_text("[]")
    assert contradictions(run, manifest) == ["it is no longer a crate"]


def test_the_citation_file_has_what_its_format_asks_for_and_agrees_with_the_package():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"cff-version", "message", "title", "authors"} <= set(cited)  # required by version 1.2.0 of its schema
    assert cited["cff-version"] == "1.2.0"
    assert cited["type"] == "software"
    assert cited["version"] == project["version"] == __version__
    assert cited["license"] == project["license"].split(" AND ")[0]  # that of the code
    assert cited["authors"] == project["authors"]
    assert cited["keywords"] == project["keywords"]
    assert cited["abstract"].rstrip(".") == project["description"]
    assert "The Lafz authors" in (Path(ROOT) / "LICENSE").read_text(encoding="utf-8")
