"""Fuzzing by hand, guided by what the code runs through (atheris, Linux only).

    python tests/hostile/fuzz.py TARGET [SECONDS]      every target: python tests/hostile/fuzz.py

What is found stands in crash-..., timeout-... or oom-... where it was called; give it a test that names what it is.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["analysis.text", "analysis.framing", "yaml", "csv", "json", "zipfile"]):
    import targets


def main() -> None:
    if len(sys.argv) < 2:
        print(*targets.TARGETS)
        return
    name, seconds = sys.argv[1], int((*sys.argv, 60)[2])
    check, seeds = targets.TARGETS[name]
    corpus = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed)
    options = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=3000", "-max_len=20000", "-verbosity=0"]
    atheris.Setup([sys.argv[0], str(corpus), *options], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
