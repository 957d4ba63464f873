"""A file that crashes its parser, or never leaves it, ends the process that reads it and nothing else."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.text.reading import isolation
from analysis.text.reading.isolation import read_isolated
from analysis.text.reading.records import ReadError, Record

PAGE = b"<p>The council met on Monday and rose at noon.</p>"

pytest.importorskip("trafilatura")


def reader() -> int:
    """The process that reads."""
    [process] = isolation._running
    return process.pid


@pytest.fixture
def make_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Makes the code of a format that only this test knows."""

    def make(body: str) -> str:
        (tmp_path / "made_reader.py").write_text(
            f"from analysis.text.reading.records import ReadError, Record\ndef read(data):\n    {body}\n"
        )
        code = (
            f"import sys; sys.path[:] = {[str(tmp_path), *sys.path]!r}; from analysis.text.reading import isolation; "
            "isolation.READERS['made'] = ('made_reader', 'read'); isolation._IDLE = 900; isolation.serve()"
        )
        pipe = subprocess.PIPE
        for process in list(isolation._running):
            isolation._forget(process)
            process.wait()
        isolation._running.append(subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe))
        return "made"

    return make


def test_what_comes_back_is_what_the_reader_gave() -> None:
    from analysis.text.reading.formats.html import read_html

    page = b"<title>T</title><h1>Council</h1>" + PAGE + b"<footer>All of it</footer>"
    assert read_isolated("html", page) == read_html(page)


def test_one_process_reads_all_files(make_reader) -> None:
    make_reader("pass")  # one that does not end on a machine that does something else for some seconds
    read_isolated("html", PAGE)
    first = reader()
    with pytest.raises(ReadError, match="no article was found"):
        read_isolated("html", b"<html></html>")
    read_isolated("html", PAGE)
    assert reader() == first


def test_a_process_that_was_ended_is_begun_anew() -> None:
    read_isolated("html", PAGE)
    first = reader()
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert read_isolated("html", PAGE).text
    assert reader() != first


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import os; os.abort()", "crashes the reader of its format"),
        ("import os; os._exit(3)", "crashes the reader of its format"),
        ("raise KeyError('x')", r"breaks the reader of its format \(KeyError\)"),
        ("raise ReadError('is empty')", "is empty"),
        ("return bytes(3 << 30)", "takes more than 1 GB of memory"),
        ("print('noise')\n    raise ReadError('is empty')", "is empty"),
    ],
)
def test_what_a_parser_does(make_reader, body: str, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_isolated(make_reader(body), b"abc")
    assert read_isolated("html", PAGE).text


def test_a_parser_that_never_ends(make_reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "SECONDS", 1)
    with pytest.raises(ReadError, match="computes too long"):
        read_isolated(make_reader("while True: pass"), b"abc")
    assert read_isolated("html", PAGE).text


def test_it_ends_with_the_process_that_asks() -> None:
    code = (
        "from analysis.text.reading import isolation as i, records\n"
        f"i.read_isolated('html', {PAGE!r}); print(i._running[0].pid, flush=True); import os; os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline and Path(f"/proc/{done.stdout.strip()}").exists():
        time.sleep(0.05)
    assert not Path(f"/proc/{done.stdout.strip()}").exists()


def test_it_ends_when_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    read_isolated("html", PAGE)
    [process] = isolation._running
    process.wait(timeout=900)
    assert process.returncode == 0
    assert isinstance(read_isolated("html", PAGE), Record)


def test_a_fork_does_not_use_the_reader_of_its_parent() -> None:
    read_isolated("html", PAGE)
    first = reader()
    child = os.fork()
    if not child:
        ok = False
        try:
            ok = read_isolated("html", PAGE).text.startswith("The council") and reader() != first
        finally:
            os._exit(0 if ok else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert read_isolated("html", PAGE).text


def test_a_process_that_ends_just_when_it_is_asked_is_no_failure() -> None:
    read_isolated("html", PAGE)
    [process] = isolation._running
    isolation._forget(process)
    process.wait()
    pipe = subprocess.PIPE
    isolation._running.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=pipe, stdout=pipe))
    assert read_isolated("html", PAGE).text
