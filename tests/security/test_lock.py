"""The three locks: one version of each package, its hashes, no address; what is installed is what they say."""

import importlib.metadata
import re
import tomllib
from itertools import chain

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from analysis.core.paths import ROOT

NAMES = ("requirements.lock", "requirements-extras.lock", "requirements-dev.lock")
LOCKS = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HASH = re.compile(r" +--hash=sha256:[0-9a-f]{64}")


def pins(*names):
    """Each requirement of the locks called so (all by default) with its hashes."""
    entries = [entry for name in names or NAMES for entry in re.split(r"\n(?=\S)", LOCKS[name].strip())]
    found = []
    for entry in entries:
        lines = [line.removesuffix("\\").rstrip() for line in entry.splitlines() if not line.lstrip().startswith("#")]
        if lines:
            found.append((Requirement(lines[0]), lines[1:]))
    return found


def locked(*names):
    """The versions for this machine, by name."""
    here = [requirement for requirement, _ in pins(*names) if not requirement.marker or requirement.marker.evaluate()]
    return {canonicalize_name(requirement.name): str(requirement.specifier).removeprefix("==") for requirement in here}


# What each lock has to hold, beside what the ones before it do.
WANTED = {
    "requirements.lock": [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["install"]],
    "requirements-extras.lock": [*chain(*PROJECT["project"]["optional-dependencies"].values())],
    "requirements-dev.lock": [*PROJECT["dependency-groups"]["dev"], *PROJECT["dependency-groups"]["bench"]],
}


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
    for text in LOCKS.values():
        assert not re.search(r"://|^ *(-e|-r|-c|-f|-i)\b|--(?!hash=sha256:)", text, re.MULTILINE)


def test_no_package_has_two_versions_here():
    here = [r for r, _ in pins() if not r.marker or r.marker.evaluate()]
    names = [canonicalize_name(requirement.name) for requirement in here]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("number", range(3))
def test_what_each_lock_is_for_is_in_it_or_before_it(number):
    versions = locked(*NAMES[: number + 1])
    for requirement in map(Requirement, WANTED[NAMES[number]]):
        if not requirement.marker or requirement.marker.evaluate():
            assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement


@pytest.mark.parametrize("number", range(3))
def test_what_the_locked_packages_ask_for_is_in_their_lock_or_before_it(number):
    versions = locked(*NAMES[: number + 1])
    for name in locked(NAMES[number]):
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # an optional one that is not installed here
        for requirement in map(Requirement, needs):
            if not requirement.marker or requirement.marker.evaluate({"extra": ""}):
                found = versions[canonicalize_name(requirement.name)]
                assert requirement.specifier.contains(found, prereleases=True), (name, requirement)


def test_a_report_needs_no_fuzzer_browser_rival_or_extra():
    assert not locked("requirements.lock").keys() & {"playwright", "polars", "datasketch", "spacy", "typst"}


def test_what_is_installed_is_what_the_lock_says():
    versions = locked()
    installed = {canonicalize_name(one.name): one.version for one in importlib.metadata.distributions()}
    assert installed.pop("lafz") == PROJECT["project"]["version"]
    for name, version in installed.items():
        assert Version(version) == Version(versions.get(name, "0")), name  # 2.012 is 2.12
