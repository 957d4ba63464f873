# ruff: noqa: E402
"""Whatever is in a folder, each file of it is read or told of, and none crashes, hangs or fills memory.

LAFZ_HOSTILE=all reads the files of many megabytes and the bombs, too: some ten minutes.
"""

import json
import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis import read_corpus, tokenize
from analysis.core.paths import LEXICONS
from analysis.framing.frames import profile
from analysis.framing.lexicon import read_lexicon
from analysis.redundancy.repeats import exact_repeats
from analysis.terms.frequency import terms
from analysis.text.reading import isolation

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from cases import Case
from corpus import write
from reading import MEMORY, check, slowness

pytestmark = [pytest.mark.hostile, pytest.mark.slow]

pytest.importorskip("trafilatura")
pytest.importorskip("pypdfium2")
pytest.importorskip("docx")
Typed = Callable[..., subprocess.CompletedProcess[str]]
ALL = os.environ.get("LAFZ_HOSTILE") == "all"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "corpus"


@pytest.fixture(scope="module")
def corpus(folder: Path) -> list[Case]:
    folder.mkdir()
    return write(folder, everything=ALL)


def outcomes(folder: Path, names: list[str]) -> dict[str, dict[str, Any]]:
    """What comes of each file, read in a process; what ends that process is told, and the rest read in another one."""
    found: dict[str, dict[str, Any]] = {}
    while left := [name for name in names if name not in found]:
        command = [sys.executable, HERE / "reading.py", folder, "10" if ALL else "5"]
        done = subprocess.run(command, input=json.dumps(left), capture_output=True, text=True, check=False)
        name = ""
        for line in done.stdout.splitlines():
            if line.startswith("> "):
                name = left[int(line[2:])]
                found[name] = {"error": f"ended the process with status {done.returncode}: {done.stderr[-500:]}"}
            else:
                found[name] = json.loads(line)
        assert name, done.stderr
    return found


def complaint(case: Case, came: dict[str, Any]) -> str:
    """What is wrong with what came of a file, "" where nothing is."""
    if "error" in came:
        return f"{came['error']} {came.get('trace', '')}"
    texts, problems = came["texts"], came["problems"]
    if not texts and not problems:
        return "lost in silence"
    if case.shows and not any(case.shows in text for text in texts):
        return f"{case.shows!r} is not in {[text[:80] for text in texts][:3]}; problems {problems[:3]}"
    if case.says and not any(re.search(case.says, problem) for problem in problems):
        return f"{case.says!r} is in no problem {problems[:3]}"
    return f"took {came['memory'] >> 20} MB" if came["memory"] > MEMORY else ""


def test_each_file_alone(folder: Path, corpus: list[Case]) -> None:
    assert len(corpus) >= 400
    single = {os.fsdecode(case.name): case for case in corpus if not case.name.startswith(b"special/")}
    found = outcomes(folder, list(single))
    wrong = {ascii(name): complaint(case, found[name]) for name, case in single.items()}
    assert not {name: why for name, why in wrong.items() if why}


def test_the_whole_corpus_at_once(folder: Path, corpus: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "SECONDS", math.ceil(5 * slowness()))
    if not ALL:  # each has been read alone, and takes as long again
        for kind in ("docx", "html", "pdf"):
            shutil.rmtree(folder / kind)
        corpus = [case for case in corpus if not case.name.startswith((b"docx/", b"html/", b"pdf/"))]
    found = read_corpus(folder)
    tokens = check(found)
    told = {path.partition("#")[0] for path in found.problems["path"]}
    read = {path.partition("#")[0] for path in found.documents["path"]}
    names = {os.fsdecode(case.name).encode("utf-8", "backslashreplace").decode(): case for case in corpus}
    assert not {name.partition("#")[0] for name in names} - told - read
    reasons = found.problems.groupby("path")["reason"].agg(" ".join)
    special = [name for name, case in names.items() if name.startswith("special/") and case.says]
    assert len(special) > 15
    assert not [(name, names[name].says) for name in special if not re.search(names[name].says, reasons[name])]
    assert len(terms(tokens))
    assert len(profile(tokens, read_lexicon(LEXICONS / "policy_frames.yml")))
    repeats = exact_repeats(tokens)
    assert len(repeats)
    texts = dict(zip(found.documents["doc_id"], found.texts, strict=True))
    for row in repeats.head(2000).itertuples():
        assert 0 <= row.start < row.end <= len(texts[row.doc_id])


@pytest.mark.skipif(not ALL, reason="LAFZ_HOSTILE=all reads a line of 50 MB and 100,000 files, too")
def test_a_line_of_fifty_megabytes_and_a_hundred_thousand_files(tmp_path: Path) -> None:
    for number in range(100_000):
        (tmp_path / f"{number}.txt").write_text(f"One {number}.")
    line = "The council met on Monday and it rose. " * 1_300_000
    (tmp_path / "line.txt").write_text(line)
    corpus = read_corpus(tmp_path, strict=True)
    assert len(corpus.texts) == 100_001
    assert corpus.text("line") == line
    tokens = tokenize(corpus)
    assert tokens.n_documents == 100_001
    assert len(tokens.ids) == 8 * 1_300_000 + 2 * 100_000


def test_a_message_has_no_character_that_a_terminal_obeys(tmp_path: Path, typed: Typed) -> None:
    name = "new\nline \x1b[2J\x1b]0;owned\x07\u202e \x9b31m\x7f\r.txt"
    (tmp_path / name).mkdir()
    (tmp_path / name / name).write_bytes(b"\xff\xfea")
    for corpus in (tmp_path / name, tmp_path / name / "none"):
        done = typed("report", corpus, "--out", tmp_path / "out")
        assert done.status == 2
        said = done.err.lstrip("\n")  # the bars of what did not begin end with one
        assert said.startswith("lafz: ")
        assert said.count("\n") == 1
        assert said[:-1].isprintable()
        assert "0;owned" in said
        assert not done.out
