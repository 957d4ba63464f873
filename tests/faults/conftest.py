"""Commands in processes of their own, to be killed, stopped, or left without room; and what is left of them."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress

import nbformat
import psutil
import pytest

from analysis.publish.parameters import notebooks

LONG = 900  # seconds after which a test takes a process to hang, however slow the machine
ONLY = ("--only", "term_frequency")
FORKS = "analysis.publish.run.forking"
# Read by each process that Python starts: it waits where it opens the first file whose path fits a pattern, as on a
# machine that does something else just then, until it is let go. What a test does meanwhile is never too late.
WAIT = """
import os, sys, time
from fnmatch import fnmatch

pattern, folder = os.environ["TEST_WAITS_AT"].split("|")


def wait(event, values):
    global pattern
    if event == "open" and pattern and isinstance(values[0], str) and fnmatch(values[0], pattern):
        pattern = ""
        os.mkdir(os.path.join(folder, str(os.getpid())))
        for _ in range(180_000):  # for an hour, should the test be gone
            if os.path.isdir(os.path.join(folder, "go on")):
                break
            time.sleep(0.02)


sys.addaudithook(wait)
"""
# The command line as it is, but that the notebook of words is its first few cells; with TEST_SHARDED no corpus fits in
# memory, and a part is a few lines; at TEST_KILLED_AT, a number of steps that move, lock or delete something in the
# place or the temporary folder, it kills itself, and with 0 it writes down how many there are.
SHORT = """
import os, signal, sys
from pathlib import Path

from analysis.core import paths

paths.NOTEBOOKS = Path(__file__).with_name("notebooks")
if os.environ.get("TEST_SHARDED"):
    from analysis.publish.run import machine
    from analysis.engine import sharding

    machine.PER_CHARACTER = 10**9
    sharding.MOST = 250
if at := os.environ.get("TEST_KILLED_AT"):
    folders, done = os.environ["TEST_FOLDERS"].split("|"), 0

    def count(event, values):
        global done
        if event == "fcntl.flock" or (event in STEPS and str(values[0]).startswith((*folders, "."))):
            done += 1
            if done == int(at):
                os.kill(os.getpid(), signal.SIGKILL)

    STEPS = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "shutil.rmtree")
sys.argv = ["lafz", *sys.argv[1:]]
if __name__ == "__main__":
    from analysis.cli.main import main

    try:
        if at:
            sys.addaudithook(count)
        main()
    finally:
        if at:
            Path(folders[-1], "steps").write_text(str(done))
"""
SHORTENED = ("imports", "parameters", "load", "options", "loaded", "words", "words-figure", "words-table")


class Place:
    """A folder with an earlier report in it, and a temporary folder of its own, by which its processes are known."""

    def __init__(self, folder, corpus, program):
        self.folder, self.corpus, self.program = folder, corpus, program
        self.out, self.temporary, self.waiting = folder / "out", folder / "temporary", folder / "waiting"
        self.temporary.mkdir()

    def start(self, *arguments, wrapped=(), at="", **environment):
        """A command, the first of a session of its own; what it says goes to two files.

        Its processes wait where they open a file whose path fits the pattern `at`: see `wait_until_there`.
        """
        if at:
            self.waiting.mkdir()
            (self.waiting / "sitecustomize.py").write_text(WAIT)
            path = os.pathsep.join(filter(None, [str(self.waiting), os.environ.get("PYTHONPATH")]))
            environment |= {"TEST_WAITS_AT": f"{at}|{self.waiting}", "PYTHONPATH": path}
        with (self.folder / "stdout").open("wb") as stdout, (self.folder / "stderr").open("wb") as stderr:
            return subprocess.Popen(
                [*wrapped, sys.executable, str(self.program), *map(str, arguments)],
                stdout=stdout,
                stderr=stderr,
                env=os.environ | {"TMPDIR": str(self.temporary)} | environment,
                start_new_session=True,
                preexec_fn=hear_signals,
            )

    def report(self, *arguments, **options):
        """The report that stands in `out` already, made again."""
        return self.start("report", self.corpus, "--out", self.out, *ONLY, *arguments, **options)

    def wait_until_there(self, process):
        """The process that now waits where it was told to, of all that `process` has started."""
        found = self.wait_for(lambda: list(self.waiting.glob("[0-9]*")), "process at that file", process)
        return psutil.Process(int(found[0].name))

    def let_go(self):
        """Lets what waits go on."""
        (self.waiting / "go on").mkdir()

    def said(self):
        """What the last command said on stderr, without the bars."""
        text = (self.folder / "stderr").read_text()
        return [line for line in text.splitlines() if line.strip() and "━" not in line and not is_bar(line)]

    def processes(self):
        """The processes that still live of all commands that were started here, kernels among them."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("TMPDIR") == str(self.temporary) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def kernels(self):
        """The kernels, begun anew or each forked from what leads it, and that from the process that forks."""
        return [
            process
            for process in self.processes()
            if "ipykernel_launcher" in command_of(process)
            or all(FORKS in command_of(each) for each in [process, *process.parents()[:2]])
        ]

    def wait_until_alone(self):
        self.wait_for(lambda: not self.processes(), "end of all processes")

    @staticmethod
    def wait_for(happened, what, process=None):
        """Waits, looking all the time, and gives what `happened` gives; in vain when `process` has ended before."""
        until = time.monotonic() + LONG
        while True:
            ended = process is not None and process.poll() is not None  # asked before, since the two may come together
            if found := happened():
                return found
            assert not ended, f"no {what} before the command ended"
            assert time.monotonic() < until, f"waited {LONG} seconds for {what}"
            time.sleep(0.02)

    def hashes(self, folder=None):
        """The SHA-256 of every file of a folder, the report's if no other is named."""
        folder = folder or self.out
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def is_whole(self, run=None):
        """Whether a report has each file of its manifest as it was made, and no other."""
        run = run or self.out
        manifest = json.loads((run / "manifest.json").read_text())
        made = {record["path"]: record["sha256"] for record in manifest["outputs"]}
        own = {"manifest.json", "run-log.json", "ro-crate-metadata.json"}
        found = self.hashes(run)
        return own <= found.keys() and made == {name: value for name, value in found.items() if name not in own}

    def left(self):
        """What lies beside the report and in the temporary folder, and should not."""
        beside = {path.name for path in self.folder.iterdir()} - {"out", "temporary", "stdout", "stderr", "waiting"}
        return beside | {path.name for path in self.temporary.iterdir() if path.name.startswith(".lafz")}


def hear_signals():
    """Undoes what a shell does to a job in the background: Ctrl-C is not for it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def is_bar(line):
    """Whether a line is one of the progress bars, as they are drawn where there is no terminal."""
    return line.split()[0] in ("term_frequency", "framing", "redundancy") and ":" in line.split()[-1]


def command_of(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@pytest.fixture(scope="session")
def one(once):
    """A corpus of one short document."""

    def make(folder):
        (folder / "one").mkdir()
        text = "The forum met on Monday. The plan will be carried out. The forum will meet again, officials said.\n"
        (folder / "one" / "a.txt").write_text(f"Unity Above All\n\n{text}\n{text}")

    return once("corpus of one", make) / "one"


@pytest.fixture(scope="session")
def program(once):
    """The command line with a short notebook of words."""

    def make(folder):
        (folder / "notebooks").mkdir()
        for name, path in notebooks().items():
            node = nbformat.read(path, as_version=4)
            if name == "term_frequency":
                node.cells = [cell for cell in node.cells if cell.id in SHORTENED]
                assert len(node.cells) == len(SHORTENED)
            nbformat.write(node, folder / "notebooks" / path.name)
        (folder / "short.py").write_text(SHORT)

    return once("short notebook", make) / "short.py"


@pytest.fixture(scope="session")
def made(one, program, once):
    """A finished report of the one document."""

    def make(folder):
        place = Place(folder, one, program)
        assert place.report().wait(LONG) == 0, place.said()
        assert place.is_whole()
        assert place.left() == set()

    return once("made", make) / "out"


@pytest.fixture
def place(one, program, made, tmp_path):
    """A place with an earlier report; nothing that was started there outlives the test."""
    found = Place(tmp_path, one, program)
    shutil.copytree(made, found.out)
    yield found
    for process in found.processes():
        with suppress(psutil.NoSuchProcess):
            process.kill()


@pytest.fixture
def mounted():
    """Mounts a file system of its own at a folder, where the test may; taken away after the test."""
    there = []

    def mount(folder, *options):
        folder.mkdir(exist_ok=True)
        command = ["mount", *options, str(folder)]
        if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip(f"needs the right to mount a file system ({' '.join(command[:4])} ...): run the tests as root")
        if folder not in there:  # one that is only mounted in another way is taken away once
            there.append(folder)
        return folder

    yield mount
    for folder in reversed(there):
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
