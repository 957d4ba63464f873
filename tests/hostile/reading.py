# ruff: noqa: E501, PTH118
"""Reads files one by one as a corpus each, and says of each what came of it: a process of its own for the tests.

    python tests/hostile/reading.py FOLDER SECONDS < names

`names` is a JSON list of paths below the folder, as `os.fsdecode` has them; SECONDS is what an isolated reader may take.

One line before a file, "> 3", and one of JSON after it. A file that takes longer than it may ends the process. Seconds
are those of computing, and of a fast machine: a slow one has more, as many as it takes longer to read the sample.
"""

import json
import math
import os
import re
import resource
import signal
import statistics
import sys
import time
import traceback
from pathlib import Path

from analysis import Tokens, read_corpus, tokenize
from analysis.core.paths import SAMPLE
from analysis.text.corpus import Corpus, CorpusError
from analysis.text.reading import isolation

SECONDS = 10  # that a file may take
PER_MEGABYTE = 5  # seconds that a file may take beyond, for each million bytes of it
FAST = 0.02  # seconds in which a fast machine reads the sample
PATIENCE = 3600  # seconds by the clock: who waits for a pipe computes nothing
MEMORY = 1 << 30  # bytes above what the process has when it begins, with all that it imports


def outcome(path: Path) -> dict[str, object]:
    """The documents of a file, checked to be sound, and its problems."""
    try:
        corpus = read_corpus(path)
    except CorpusError as error:
        return {"texts": [], "problems": [str(error)]}
    check(corpus)
    some = [*corpus.texts[:9], *corpus.texts[-9:]]
    words = [" ".join(text[:400].split()) + " ... " + " ".join(text[-400:].split()) for text in some]
    return {
        "texts": words,
        "problems": [*dict.fromkeys(corpus.problems["reason"])][:50],
        "documents": len(corpus.texts),
    }


def check(corpus: Corpus) -> Tokens:
    """Spans point into the texts, and everything is text that can be written; gives the words."""
    tokens = tokenize(corpus)
    assert len(corpus.documents) == len(corpus.texts) == tokens.n_documents
    assert corpus.documents["doc_id"].is_unique
    length = dict(zip(corpus.documents["doc_id"], map(len, corpus.texts), strict=True))
    ends = corpus.segments["doc_id"].map(length)
    assert (corpus.segments["start"] >= 0).all()
    assert (corpus.segments["start"] < corpus.segments["end"]).all()
    assert (corpus.segments["end"] <= ends).all()
    if len(tokens.ids):
        assert (tokens.start >= 0).all()
        assert (tokens.start < tokens.end).all()
        assert (tokens.end <= corpus.documents["n_chars"].to_numpy()[tokens.document]).all()
    for text in corpus.texts:
        text.encode()
    for table in (corpus.documents, corpus.problems):
        for column in table.select_dtypes(["object", "string"]):
            "".join(map(str, table[column].dropna())).encode()
    return tokens


def slowness() -> float:
    """How many times longer than a fast machine this one computes."""
    taken = []
    for _ in range(5):
        begun = time.process_time()
        tokenize(read_corpus(SAMPLE))
        taken.append(time.process_time() - begun)
    return max(1, statistics.median(taken) / FAST)


def peak() -> int:
    """The most memory that the process had since `forget_peak`, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def main() -> None:
    folder = os.fsencode(sys.argv[1])
    names = json.load(sys.stdin)
    outcome(SAMPLE / "2024-06-22-wire-1.txt")  # imports, compiles
    slow = slowness()
    isolation.SECONDS = math.ceil(slow * int(sys.argv[2]))
    base = peak()
    resource.setrlimit(resource.RLIMIT_DATA, (base + 2 * MEMORY, resource.RLIM_INFINITY))
    for number, name in enumerate(names):
        print(f"> {number}", flush=True)
        path = Path(os.fsdecode(os.path.join(folder, os.fsencode(name))))
        forget_peak()
        begun = time.process_time()
        signal.alarm(PATIENCE)
        signal.setitimer(signal.ITIMER_PROF, slow * (SECONDS + PER_MEGABYTE * path.stat().st_size / 10**6))
        try:
            found = outcome(path)
        except BaseException as error:  # whatever it is, it is told
            found = {"error": f"{type(error).__name__}: {error}"[:300], "trace": traceback.format_exc()[-1500:]}
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        found |= {"memory": peak() - base, "seconds": time.process_time() - begun}
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
