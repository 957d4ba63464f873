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
