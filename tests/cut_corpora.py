"""Corpora to be cut: one with everything that documents have to do with each other, one of many small articles."""

import io
import json
import os
import random
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.core.paths import SAMPLE
from analysis.core.resources import Budget

WORDS = "rain war peace road bridge river north south council minister police report said closed open again".split()


def article(draw: random.Random) -> str:
    """Two paragraphs of invented news."""
    sentences = (" ".join(draw.choices(WORDS, k=9)).capitalize() + "." for _ in range(8))
    return "\n\n".join(" ".join(next(sentences) for _ in range(4)) for _ in range(2))


def zipped(members: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.fixture
def cut_near(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Sets how many characters a part has for `near`, and how many words of sets are in memory at a time."""
    from analysis.engine import pairing
    from analysis.scale import near

    def cut(characters: int, records: int) -> None:
        monkeypatch.setattr(pairing, "budget", lambda memory, **options: Budget(1, characters))
        monkeypatch.setattr(near, "PER_RECORD", pairing.PER_CHARACTER * characters // records)

    return cut


@pytest.fixture
def in_300_mb() -> Callable[[str, Callable[..., Any], Path], tuple[Any, int]]:
    """Gives what a function of `analysis.scale` finds in ``corpus`` with 300 MB, in a new process, and its peak.

    The pages of libraries, which processes share, are not in the peak, in bytes.
    """

    def in_300_mb(name: str, function: Callable[..., Any], place: Path, **options: bool) -> tuple[Any, int]:
        function([SAMPLE], place / "compiled.csv", memory=10**9)  # which takes memory of its own, once
        script = f"""
            import re
            from pathlib import Path
            import duckdb  # a library that is else imported at its first use
            from analysis.scale.{name} import {name}
            about = Path("/proc/self/status")
            shared = re.search(r"RssFile:\\s+(\\d+) kB", about.read_text())[1]
            corpus, out = {str(place / "corpus")!r}, {str(place / "table.parquet")!r}
            found = {name}([corpus], out, memory=300_000_000, **{options})
            peak = re.search(r"VmHWM:\\s+(\\d+) kB", about.read_text())[1]
            print(*found, int(peak) - int(shared))
        """
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-c", textwrap.dedent(script)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        *found, peak = map(int, done.stdout.split())
        return function.__annotations__["return"](*found), peak * 1024

    return in_300_mb


@pytest.fixture
def assert_same() -> Callable[[Path, pd.DataFrame], None]:
    """Asserts that every value of a file is that of a table; what kind of texts they are may differ."""

    def assert_same(out: Path, expected: pd.DataFrame) -> None:
        found = pd.read_parquet(out)
        assert found.columns.tolist() == expected.columns.tolist()
        assert found.to_numpy().tolist() == expected.to_numpy().tolist()

    return assert_same


@pytest.fixture(scope="session")
def tangled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which much of what is known of a file comes from another one."""
    folder = tmp_path_factory.mktemp("tangled") / "corpus"
    draw = random.Random(2)
    twice = article(draw)
    rows = [{"text": article(draw), "source": f"Wire {n}", "year": n} for n in range(12)]
    files: dict[str, str | bytes] = {
        ".lafzignore": "drafts\n*.bak.txt\n",
        "drafts/one.txt": "Not this one.",
        "b.bak.txt": "Nor this one.",
        "metadata.csv": "file,title,date,mood\nplain.txt,Plain,2024-06-22,calm\nplain.txt,Again,2024-06-23,\n"
        "gone.txt,Gone,2024-06-24,\nsub/same.md,Mark,12/06/2024,grim\n",
        "plain.txt": article(draw),
        "sub/same.txt": article(draw),
        "sub/same.md": f"# A heading\n\n{article(draw)}",
        **{f"a#{number}.txt": article(draw) for number in range(1, 5)},
        "a.csv": "text,source,language\n" + "".join(f'"{article(draw)}",Daily,xx\n' for _ in range(5)) + ",Empty,en\n",
        "twin 1.pdf": twice,  # is no PDF, so that the next one is the first to have these bytes
        "twin 2.txt": twice,
        "twin 3.md": twice,
        "z twins.zip": zipped({"in/four.txt": twice, "in/five.txt": article(draw), "in/six.bin": "What?"}),
        "zz twins.zip": zipped({"in/seven.txt": twice, "none.txt": ""}),
        "lines.jsonl": "".join(json.dumps(row) + "\n" for row in rows) + "{broken\n",
        "lines again.jsonl": "".join(json.dumps(row) + "\n" for row in rows) + "{broken\n",
        "empty.txt": "",
        "picture.png": b"\x89PNG",
        ".hidden.txt": "Hidden.",
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    pq.write_table(pa.Table.from_pylist(rows[::-1]), folder / "table.parquet", row_group_size=3)
    (folder / "link").symlink_to(folder / "sub", target_is_directory=True)
    return folder


@pytest.fixture(scope="session")
def repeated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which sentences stand again: in one document, in one file, in others, and one in every document."""
    folder = tmp_path_factory.mktemp("repeated") / "said"
    folder.mkdir()
    draw = random.Random(5)
    said = [" ".join(draw.choices(WORDS, k=draw.randint(1, 9))) for _ in range(40)]
    hot = "The council said: no rain!"

    def text() -> str:
        own = [draw.choice(said) + draw.choice(".!?") for _ in range(12)]
        return hot + " " + " ".join(draw.choice([str.upper, str.capitalize])(each) for each in own)

    for number in range(6):
        (folder / f"{number}.txt").write_text(f"# {draw.choice(said)}\n\n{text()} {hot}\n\n{text()}")
    (folder / "none.txt").write_text("...")
    (folder / "urdu.txt").write_text(f"{hot} {hot}")
    (folder / "metadata.csv").write_text("file,language\nurdu.txt,ur\n")
    texts = [*(text() for _ in range(30)), "--", hot]
    pq.write_table(pa.table({"text": texts}), folder / "table.parquet", row_group_size=3)
    return folder


@pytest.fixture(scope="session")
def remote_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty Parquet files of thirty articles each."""
    folder = tmp_path_factory.mktemp("shards") / "news"
    folder.mkdir()
    draw = random.Random(3)
    for number in range(40):
        texts = [article(draw) for _ in range(30)]
        pq.write_table(pa.table({"text": texts}), folder / f"{number:02}.parquet")
    return folder
