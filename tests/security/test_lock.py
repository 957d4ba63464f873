"""The lock: one version of each package, its hashes, no address; what is installed is what it says."""

import importlib.metadata
import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from analysis.paths import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HASH = re.compile(r" +--hash=sha256:[0-9a-f]{64}")


def pins():
    """Each requirement of the lock with its hashes."""
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    found = []
    for entry in entries:
        lines = [line.removesuffix("\\").rstrip() for line in entry.splitlines() if not line.lstrip().startswith("#")]
        if lines:
            found.append((Requirement(lines[0]), lines[1:]))
    return found


def locked():
    """The versions for this machine, by name."""
    here = [requirement for requirement, _ in pins() if not requirement.marker or requirement.marker.evaluate()]
    return {canonicalize_name(requirement.name): str(requirement.specifier).removeprefix("==") for requirement in here}


def wanted():
    """All that the project asks for, with its extras and groups."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    groups = [PROJECT["project"]["dependencies"], *extras, *PROJECT["dependency-groups"].values()]
    return [Requirement(text) for group in groups for text in group]


def test_every_line_is_an_exact_version_or_a_sha256():
    assert len(pins()) > 150
    for requirement, hashes in pins():
        (bound,) = requirement.specifier
        assert bound.operator == "==", requirement
        assert not bound.version.endswith("*"), requirement
        assert requirement.url is None, requirement
        assert hashes, requirement
        assert all(HASH.fullmatch(line) for line in hashes), (requirement, hashes)


def test_no_address_and_no_option_of_pip():
    assert not re.search(r"://|^ *(-e|-r|-c|-f|-i)\b|--(?!hash=sha256:)", LOCK, re.MULTILINE)


def test_no_package_has_two_versions_here():
    here = [r for r, _ in pins() if not r.marker or r.marker.evaluate()]
    names = [canonicalize_name(requirement.name) for requirement in here]
    assert len(names) == len(set(names))


def test_what_the_project_asks_for_is_in_the_lock():
    versions = locked()
    for requirement in wanted():
        if not requirement.marker or requirement.marker.evaluate():
            assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement


def test_what_the_locked_packages_ask_for_is_in_the_lock():
    versions = locked()
    for name in versions:
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # an optional one that is not installed here
        for requirement in map(Requirement, needs):
            if not requirement.marker or requirement.marker.evaluate({"extra": ""}):
                assert requirement.specifier.contains(
                    versions[canonicalize_name(requirement.name)], prereleases=True
                ), (
                    name,
                    requirement,
                )


def test_what_is_installed_is_what_the_lock_says():
    versions = locked()
    installed = {canonicalize_name(one.name): one.version for one in importlib.metadata.distributions()}
    assert installed.pop("lafz") == PROJECT["project"]["version"]
    for name, version in installed.items():
        assert Version(version) == Version(versions.get(name, "0")), name  # 2.012 is 2.12
