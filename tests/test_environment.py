"""pyproject.toml, environment.yml, the lock and CI say the same."""

import os
import re
import tomllib

import pytest
import yaml

import analysis
from analysis.core.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())

CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "matplotlib": "matplotlib-base",
    "jupyter-client": "jupyter_client",
}  # where conda-forge calls a package otherwise
NOT_ON_CONDA_FORGE = {"fontpkg-noto-sans-arabic", "sentencex", "stopwordsiso"}


def split(requirement):
    """The name of a requirement and its bounds without blanks."""
    name, bounds = re.fullmatch(r"([A-Za-z0-9_.-]+)\s*(.*)", requirement).groups()
    return name.lower(), bounds.replace(" ", "")


def runtime():
    return dict(split(requirement) for requirement in PROJECT["project"]["dependencies"])


def test_environment_has_the_same_dependencies_and_bounds_as_the_project():
    pip = next(entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict))
    conda = dict(split(entry) for entry in CONDA["dependencies"] if isinstance(entry, str))
    assert conda.pop("python") == PROJECT["project"]["requires-python"]
    assert conda.pop("pip") == ""
    wanted = runtime()
    assert conda == {CONDA_NAMES.get(n, n): bounds for n, bounds in wanted.items() if n not in NOT_ON_CONDA_FORGE}
    assert pip[-1] == "-e ."
    assert dict(map(split, pip[:-1])) == {name: wanted[name] for name in NOT_ON_CONDA_FORGE}


def test_only_conda_forge_is_asked():
    assert CONDA["channels"] == ["conda-forge"]


def test_every_conda_spec_is_one_to_conda():
    rattler = pytest.importorskip("rattler") if not os.environ.get("CI") else __import__("rattler")
    for entry in CONDA["dependencies"]:
        if isinstance(entry, str):
            name, bounds = split(entry)
            spec = rattler.MatchSpec(entry)
            assert (spec.name.normalized, spec.version or "") == (name, bounds)


def test_ci_runs_both_commands_of_the_readme():
    readme = (ROOT / "README.md").read_text()
    assert "make test " in readme
    assert "make test-all " in readme
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("\nmake test-all")
    makefile = (ROOT / "Makefile").read_text()
    first, second = (
        re.search(rf"^{name}: (.*)  ##.*\n\t(.*)$", makefile, re.MULTILINE) for name in ("test", "test-all")
    )
    assert first.groups() == ("$(DEV) lint", '$(PYTEST) -m "not slow"')
    assert second.groups() == ("test", "$(PYTEST) -m slow")


def test_what_is_cited_has_the_version_of_the_project():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"]
    assert cited == PROJECT["project"]["version"] == analysis.__version__
    newest = re.findall(r"^## (\d+\.\d+\.\d+)( \(unreleased\))?$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert next(version for version, unreleased in newest if not unreleased) == cited
