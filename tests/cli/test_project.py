"""A folder of one's own: its notebooks are what is run in it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def lafz(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analysis", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.slow
def test_a_project_runs_its_own_notebooks(tmp_path: Path) -> None:
    assert lafz(tmp_path, "new", "mine").returncode == 0
    mine = tmp_path / "mine"
    (mine / "data" / "texts" / "one.txt").write_text("Rain fell. Rain fell again. The road is closed.\n")
    notebook = mine / "notebooks" / "03_redundancy.ipynb"
    changed = json.loads(notebook.read_text())
    changed["cells"][0]["source"] = ["# My own question"]
    notebook.write_text(json.dumps(changed))
    done = lafz(mine, "report", "data/texts", "--params", "params.yml", "--only", "redundancy")
    assert Path(done.stdout.splitlines()[-1]) == mine / "figures" / "texts" / "index.html"
    assert "My own question" in (mine / "figures" / "texts" / "notebooks" / "03_redundancy.ipynb").read_text()
    manifest = json.loads((mine / "figures" / "texts" / "manifest.json").read_text())
    read = {record["path"] for record in manifest["inputs"]}
    assert {"lexicon.yml", "data/texts/one.txt", "data/stopwords/en.txt"} <= read
    assert lafz(mine, "verify", "figures/texts").returncode == 0


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = lafz(tmp_path, "new", ".")
    assert done.returncode == 2
    assert done.stderr == "lafz: '.' is there already: give the name of a new folder\n"
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]
