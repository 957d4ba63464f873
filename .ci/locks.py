"""Resolves the three locks with uv, as one: what a report needs, what the extras add, what developers add to both.

Versions that are locked already stay: an entry that is to be resolved anew, or a whole lock, is deleted first.
"""

import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMPILE = "uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header"
LOCKS = {  # what each pins, and which of the project's extras and groups it is for; the last is for everything
    "requirements.lock": ("what a report needs", "--group install"),
    "requirements-extras.lock": ("what the extras add to requirements.lock", "--group install --all-extras"),
    "requirements-dev.lock": (
        "what tests and benchmarks add to both",
        "--group install --all-extras --group dev --group bench",
    ),
}


def resolve(wanted: str, constraints: str) -> str:
    """The lock of the extras and groups `wanted`, within the versions that `constraints`, a lock itself, names."""
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder, "known")
        known.write_text(constraints)
        command = [*COMPILE.split(), "pyproject.toml", *wanted.split(), "-c", str(known)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        return "".join(line for line in done.stdout.splitlines(keepends=True) if str(known) not in line)


def entries(lock: str) -> dict[str, str]:
    """Each entry of a lock by its first line: a package, its version, and where it is needed."""
    found: dict[str, str] = {}
    first = ""
    for line in lock.splitlines(keepends=True):
        if not line.startswith((" ", "#")):
            first = line.rstrip(" \\\n")
        if first:
            found[first] = found.get(first, "") + line
    return found


def main() -> None:
    now = "".join(Path(ROOT, name).read_text() for name in LOCKS if Path(ROOT, name).exists())
    everything = resolve(list(LOCKS.values())[-1][1], now)
    had: dict[str, str] = {}
    for name, (purpose, wanted) in LOCKS.items():
        all_of_it = entries(resolve(wanted, everything))
        added = "".join(text for first, text in all_of_it.items() if first not in had)
        Path(ROOT, name).write_text(f"# {purpose[0].upper()}{purpose[1:]}: made by `make locks`.\n{added}")
        had |= all_of_it


if __name__ == "__main__":
    main()
