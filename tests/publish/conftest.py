"""Finished reports, made for real and once for all tests: kernels, papermill and files are not replaced by anything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.paths import SAMPLE


def lafz(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "analysis", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def command_line():
    return lafz


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory):
    """The sample's report, in a folder whose path has a space."""
    out = tmp_path_factory.mktemp("runs of the sample") / "first"
    done = lafz("report", SAMPLE, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A corpus of two short documents."""
    corpus = tmp_path_factory.mktemp("corpus") / "two documents"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Unity Above All\n\nThe forum met on Monday. The plan will be carried out.\n")
    (corpus / "b.txt").write_text("The plan will be carried out, officials said. The plan will be carried out.\n")
    return corpus


@pytest.fixture(scope="session")
def small_run(small, tmp_path_factory):
    """The framing notebook's report on two short documents."""
    out = tmp_path_factory.mktemp("runs") / "small"
    done = lafz("report", small, "--out", out, "--only", "framing")
    assert done.returncode == 0, done.stderr
    return out
