"""Time and memory of `lafz count` (words, frames), `lafz pairs` (documents, sentences) and `lafz report`, by size.

The corpus is made with a seed: articles of about 5,000 characters, of sentences put together from thirds of sentences
of given texts, in which every fifth word is one of an invented vocabulary that grows as that of a language does; a
tenth of the paragraphs are copies of one in another article. It stands in Parquet files of about 8 MB. Each command
runs in a process of its own; memory is that of all its processes together (the sum of their proportional set sizes, in
which a page that n processes share counts 1/n for each, five times a second; Linux only).

    python benchmarks/scale.py [SIZES ...] [--texts FOLDER] [--only NAME] [--memory 1GB] [--dask ADDRESS]

NAME is count, adjusted (each sentence once), frames, pairs, near or report. SIZES are such as 10MB 100MB 1GB; the
in-memory kernel that count is held against is measured on the first of them.
"""

import argparse
import contextlib
import hashlib
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.parquet as pq

from analysis import read_corpus, sentences, tokenize
from analysis.core.paths import LEXICONS, SAMPLE
from analysis.core.resources import read_memory

COMMANDS = {
    "count": ("count",),
    "adjusted": ("count", "--adjust-for-redundancy"),
    "frames": ("count", "--lexicon", str(LEXICONS / "security_communication.yml")),
    "pairs": ("pairs",),
    "near": ("pairs", "--unit", "sentence"),
    "report": ("report",),
}
ARTICLE = 5_000  # characters
SHARD = 8_000_000
COPIED = 0.1
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "ai", "or", "en")]


def word(number: int) -> str:
    """An invented word: another one for each number."""
    found = SYLLABLES[number % len(SYLLABLES)]
    while number := number // len(SYLLABLES):
        found += SYLLABLES[number % len(SYLLABLES)]
    return found + "x"


def paragraph(pool: list[list[str]], draw: random.Random, rare: Iterator[int]) -> str:
    """Five sentences, every fifth word an invented one."""
    written = []
    for _ in range(5):
        thirds = (draw.choice(pool) for _ in range(3))  # a whole one would stand thousands of times, nearly the same
        words = [word for k, own in enumerate(thirds) for word in own[k * len(own) // 3 : (k + 1) * len(own) // 3]]
        words[2::5] = [word(next(rare)) for _ in words[2::5]]
        written.append(" ".join(words))
    return " ".join(written)


def ranks(seed: int) -> Iterator[int]:
    """Numbers of invented words: few often and most of them rarely."""
    generator = np.random.default_rng(seed)
    while True:
        yield from np.minimum(generator.zipf(1.15, 1 << 16), 1 << 40).tolist()


def build(folder: Path, size: int, texts: Path, seed: int = 1) -> int:
    """A corpus of `size` characters in `folder`, the same for the same arguments; how many documents it has."""
    draw, rare = random.Random(seed), ranks(seed)
    files = sorted(texts.glob("*.txt"))
    pool = [text[first:last].split() for text in map(Path.read_text, files) for first, last in sentences(text)]
    kept: list[str] = []  # paragraphs that may be copied
    shard: list[str] = []
    made = documents = 0
    while made < size:
        parts: list[str] = []
        while sum(map(len, parts)) < ARTICLE:
            if kept and draw.random() < COPIED:
                parts.append(draw.choice(kept))
                continue
            parts.append(paragraph(pool, draw, rare))
            if draw.random() < 0.05:
                kept.append(parts[-1])
                kept[:] = kept[-5_000:]
        shard.append("\n\n".join(parts))
        made += len(shard[-1])
        documents += 1
        if made >= size or sum(map(len, shard[-100:])) * len(shard) // 100 >= SHARD:
            number = len(list(folder.glob("*.parquet")))
            numbers = range(documents - len(shard), documents)
            table = {
                "text": shard,
                "title": [f"Article {n}" for n in numbers],
                "source": [f"Paper {n % 40}" for n in numbers],
                "date": [f"20{n % 20:02}-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in numbers],
            }
            pq.write_table(pa.table(table), folder / f"{number:05}.parquet")
            shard = []
    return documents


def in_use(root: int) -> int:
    """The bytes that a process and its descendants have in memory."""
    try:
        process = psutil.Process(root)
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    found = 0
    for member in family:
        with contextlib.suppress(psutil.Error):  # it has ended meanwhile
            found += member.memory_full_info().pss
    return found


def measured(*command: str) -> tuple[float, float, int]:
    """Seconds by the clock, seconds of processors and peak bytes of a command."""
    before = os.times()
    started = time.perf_counter()
    peak = 0
    with subprocess.Popen(
        [sys.executable, "-m", "analysis", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        while process.poll() is None:
            peak = max(peak, in_use(process.pid))
            time.sleep(0.2)
        told = process.stderr.read().decode() if process.stderr else ""
    seconds = time.perf_counter() - started
    after = os.times()
    if process.returncode:
        raise SystemExit(f"lafz {' '.join(command)}: {told}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, used, peak


def kernel(folder: Path) -> float:
    """Characters a second of the in-memory way: words and their matrix, reading not counted."""
    corpus = read_corpus(folder)
    tokenize(corpus.subset(np.arange(1)))  # compiled before
    started = time.perf_counter()
    tokenize(corpus).document_term_matrix()
    return sum(map(len, corpus.texts)) / (time.perf_counter() - started)


def main() -> None:
    """Print a line for each size and command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", default=["10MB", "100MB"])
    parser.add_argument("--texts", type=Path, default=SAMPLE)
    parser.add_argument("--only", choices=tuple(COMMANDS))
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--dask")
    given = parser.parse_args()
    commands = [given.only] if given.only else list(COMMANDS)
    last: dict[str, tuple[int, float]] = {}
    in_memory = 0.0
    print("command    size MB  documents  seconds  processor s    MB/s  peak MB  exponent  sha256")
    for text in given.sizes:
        size = read_memory(text, least=1)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name, "corpus")
            folder.mkdir()
            documents = build(folder, size, given.texts)
            in_memory = in_memory or kernel(folder)
            for command in commands:
                out = Path(name, "report" if command == "report" else f"{command}.parquet")
                more = ["--dask", given.dask] if given.dask and command != "report" else []
                about = (str(folder), "--out", str(out), "--memory", given.memory, *more)
                seconds, used, peak = measured(*COMMANDS[command], *about)
                exponent = math.nan
                if command in last:
                    smaller, sooner = last[command]
                    exponent = math.log(seconds / sooner) / math.log(size / smaller)
                last[command] = size, seconds
                result = out / "manifest.json" if out.is_dir() else out
                digest = hashlib.sha256(result.read_bytes()).hexdigest()[:16]
                rate = size / seconds / 1e6
                print(
                    f"{command:7} {size / 1e6:10,.0f} {documents:10,} {seconds:8.1f} {used:12.1f} {rate:7.2f} "
                    f"{peak / 1e6:8,.0f} {exponent:9.2f}  {digest}",
                    flush=True,
                )
    print(f"in memory, tokenize and document_term_matrix alone: {in_memory / 1e6:.2f} MB/s")


if __name__ == "__main__":
    main()
