"""The package installed from its wheel, without a checkout: in an environment of its own, from another folder."""

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from analysis.core.paths import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lafz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of an environment that has the wheel, and beside it what this one has from the lock."""
    place = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    building = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "wheel", *building, "--wheel-dir", place, ROOT], check=True)
    [wheel] = place.glob("lafz-*.whl")
    venv.create(place / "empty", with_pip=False)
    subprocess.run([*pip, "--python", place / "empty", "install", "--no-deps", "--no-index", wheel], check=True)
    [packages] = (place / "empty").glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return place / "empty" / "bin" / "lafz"


def run(lafz: Path, folder: Path, *arguments: str) -> str:
    environment = {"HOME": str(folder / "home"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([lafz, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_report_without_a_checkout(lafz: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("War is near\n\nThe army fights. The army fights. Peace was lost.\n")
    said = run(lafz, tmp_path, "report", "mine.txt", "--only", "framing", "-p", "lexicon=security_communication")
    assert Path(said.splitlines()[-1]) == tmp_path / "figures" / "mine" / "index.html"
    manifest = json.loads((tmp_path / "figures" / "mine" / "manifest.json").read_text())
    read = {record["path"] for record in manifest["inputs"]}
    assert {"mine.txt", "data/lexicons/security_communication.yml", "notebooks/02_framing.ipynb"} <= read
    assert "byte for byte" in run(lafz, tmp_path, "verify", "figures/mine")


def test_the_sample_has_a_name_everywhere(lafz: Path, tmp_path: Path) -> None:
    assert "26 documents" in run(lafz, tmp_path, "count", "sample", "--out", "counts.csv")
    assert (tmp_path / "counts.csv").is_file()
