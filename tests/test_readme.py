"""What the README and the guides say to type does what it says, in a copy of the checkout, without a network."""

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis.core.paths import ROOT

for needed in ("openpyxl", "sklearn", "spacy", "wordllama"):  # some of the commands need an extra
    pytest.importorskip(needed)

PAGES = [ROOT / "README.md", *(ROOT / "docs" / f"{name}.md" for name in ("guide", "commands", "python", "gallery"))]
README = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
EXPORTS = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
READY = "-o .venv/ready -o .venv/extras-ready -o .venv/dev-ready"  # for make: nothing has to be installed

# Lines that are not run here, and who runs them. What `make` would do is looked at all the same.
ELSEWHERE = {
    "make report": "tests/publish reports the sample",
    "make lab": "tests/browser/test_lab.py starts it",
    "make verify": "tests/publish/test_verify.py verifies reports",
    "make test": "this is part of it",
    "make test-all": "this is part of it",
    "conda env create -f environment.yml && conda activate lafz": "tests/test_environment.py reads it as conda does",
    "lafz report data/sample --out figures/sample": "tests/publish reports the sample",
    "lafz verify figures/my_texts": "tests/publish/test_verify.py verifies reports",
    "lafz report my_texts --only framing -p group_by=source_kind -p lexicon=my_frames.yml": "the line before, and less",
    "lafz sweep data/sample --only redundancy -p similarity=0.5,0.8 --out figures/swept": "tests/publish/comparing",
}


def blocks(language, page=README):
    return re.findall(rf"^```{language}\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)


def commands(block):
    """The lines of a shell block, without the comments after them."""
    return [re.sub(r"\s+#.*", "", line).strip() for line in block.splitlines()]


# The first block makes a whole report of a document by way of make, which differs from lafz in the recipe alone.
SHELL = [
    pytest.param(commands(block), id=commands(block)[0], marks=[pytest.mark.slow] * block.startswith("make report"))
    for block in blocks("sh")
]
QUESTIONS = blocks("python", README.partition("## Twelve questions")[2].partition("\n## ")[0])
PYTHON = [block for block in blocks("python") if block not in QUESTIONS]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of what a user of the README needs; with it the compiled code, which is slow to make again."""
    copy = tmp_path_factory.mktemp("readme") / "lafz"
    (copy / "figures").mkdir(parents=True)
    for name in ("analysis", "data", "figures/sample", "notebooks"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for name in (
        "Makefile",
        "README.md",
        "environment.yml",
        "pyproject.toml",
        *(f"requirements{kind}.lock" for kind in ("", "-extras", "-dev")),
    ):
        shutil.copy2(ROOT / name, copy)
    return copy


@pytest.fixture
def run(checkout):
    """Runs a command in the copy, with this environment's `python` and `lafz`, and gives what it printed."""
    nowhere = "http://127.0.0.1:9"
    # What a `make` that runs these tests hands down is not for the one that is looked at.
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")} | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(checkout),
        "http_proxy": nowhere,
        "https_proxy": nowhere,
        "OMP_NUM_THREADS": "1",  # on a busy machine, threads that wait for each other take three times as long
    }
    environment.pop("LAFZ_TOKENS", None)

    def run(*command):
        done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    return run


def made(line, checkout):
    """What a command says that it writes: ``--out`` of lafz, ``OUT=`` of make, else the folder of a report."""
    named = re.search(r"(?:--out |OUT=)(\S+)", line)
    corpus = re.match(r"lafz report (\S+)", line)
    return checkout / (named[1] if named else f"figures/{Path(corpus[1]).stem}") if named or corpus else None


def test_the_copy_is_what_runs(run, checkout):
    assert Path(run("python", "-c", "import analysis; print(analysis.__file__)").strip()).is_relative_to(checkout)
    assert Path(run("sh", "-c", "command -v lafz").strip()).parent == BIN


@pytest.mark.parametrize("lines", SHELL)
def test_the_shell_blocks(run, checkout, lines):
    for line in lines:
        if line in ELSEWHERE:
            continue
        # make would first set up a virtual environment: this one is used in its place
        command = re.sub(r"^make", f"make {READY} BIN={shlex.quote(shlex.quote(str(BIN)))}", line)
        run("sh", "-c", command)
        if line.startswith("mkdir -p my_texts"):  # what comes next is the same on two documents, and sooner done
            texts = sorted((checkout / "my_texts").glob("*.txt"))
            assert len(texts) > 20
            for text in texts[2:]:
                text.unlink()
        if out := made(line, checkout):
            records = {"manifest.json", "compare.json", "sweep.json"}  # of a report, a comparison, a sweep
            there = out.is_file() or {path.name for path in out.iterdir()}
            assert there is True or ("index.html" in there and there & records), line


def test_twelve_questions_take_five_lines_each(run):
    """One after the other in one process, which imports the library once; each has its own imports all the same."""
    assert len(QUESTIONS) == 12
    for block in QUESTIONS:
        assert len(block.split("\n")) - block.count("\n\n") <= 6, block  # the sixth is what follows the last line end
        assert "from analysis import lafz" in block
    run("python", "-c", "\n".join(f"exec({block!r}, {{}})" for block in QUESTIONS))


# The classifier's block trains five times.
TRAINING = [pytest.param(block, marks=[pytest.mark.slow] * ("cross_validate" in block)) for block in PYTHON]


@pytest.mark.parametrize("block", TRAINING, ids=range(len(PYTHON)))
def test_the_python_blocks(run, block):
    run("python", "-c", block)


def test_other_packages_are_given_what_was_counted(run, checkout):
    import spacy
    from spacy.tokens import DocBin

    # One block after the other in one process, which starts once; each has its own imports all the same.
    own = blocks("python", EXPORTS)
    assert all(re.search(r"^from analysis import load_tokens$", block, re.MULTILINE) for block in own)
    printed = run("python", "-c", "\n".join(own))
    words = pd.read_parquet(checkout / "tokens.parquet")
    counted = Counter(words["token"])
    assert f"('the', {counted['the']})" in printed  # by NLTK
    listed = [line.split("\t") for line in (checkout / "word_list.txt").read_text(encoding="utf-8").splitlines()]
    assert {word: int(count) for _, count, word in listed} == counted
    assert [int(rank) for rank, _, _ in listed] == list(range(1, len(counted) + 1))
    assert listed[0][1:] == [str(max(counted.values())), "the"]
    with (checkout / "word_list.csv").open(encoding="utf-8", newline="") as file:
        assert [[row["count"], row["term"]] for row in csv.DictReader(file)] == [row[1:] for row in listed]
    documents = list(DocBin().from_disk(checkout / "sample.spacy").get_docs(spacy.blank("en").vocab))
    assert [document.user_data["doc_id"] for document in documents] == list(words["doc_id"].unique())
    first = next(str(sentence) for sentence in documents[0].sents)
    assert first.strip() == "Apex Committee Approves Operation AZM-E-ISTEHKAM Against Extremism And Terrorism"
    vertical = (checkout / "sample.vert").read_text(encoding="utf-8").splitlines()
    assert vertical.count("<s>") == sum(len(list(document.sents)) for document in documents)
    assert sum(not line.startswith("<") for line in vertical) == sum(map(len, documents))


def test_what_make_would_do(run):
    def recipe(line):
        printed = run("make", "-n", *READY.split(), *line.split()[1:])
        return [command.replace('"', "").strip() for command in printed.splitlines()]

    assert recipe("make report") == [".venv/bin/python -m analysis report data/sample --out figures/sample"]
    assert recipe("make verify") == [".venv/bin/python -m analysis verify figures/sample"]
    assert ".venv/bin/python -m jupyterlab notebooks" in recipe("make lab")[0]
    assert recipe("make test")[-1].endswith("-m not slow")
    assert recipe("make test-all") == [*recipe("make test"), recipe("make test")[-1].replace("not slow", "slow")]


def test_what_is_run_elsewhere_stands_in_the_readme():
    everything = [line for block in blocks("sh") for line in commands(block)]
    assert set(ELSEWHERE) <= set(everything)
    assert yaml.safe_load((ROOT / "environment.yml").read_text())["name"] == "lafz"


@pytest.mark.parametrize("page", [ROOT / "README.md", *(ROOT / "docs").glob("*.md")], ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_the_readme_is_read_in_five_minutes():
    assert len(PAGES[0].read_text(encoding="utf-8").split()) <= 900
