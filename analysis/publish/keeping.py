"""What of a report on a corpus in parts is kept on the way, so that the same command goes on where it was stopped."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from analysis.paths import to_root
from analysis.publish.manifest import inputs, versions
from analysis.scale.stages import BusyError, delete, held, work_of
from analysis.scale.versions import code_version
from analysis.text.folders import sha256_of

_WORDS = "words-"  # begins the name of the folder of what all notebooks read


@contextmanager
def kept_work(out: Path) -> Iterator[Path]:
    """The folder for what is finished on the way to the report `out`, for this process alone; see `stages.held`.

    It holds the stages of reading, the words in `words_of`, and a folder for each notebook that ran to its end. What
    notebooks have put beside the words for as long as they run, and could not take away when they were killed, is
    deleted, before and after.
    """
    with held(work_of(out)) as work:
        _clear_words(work)
        try:
            yield work
        finally:
            _clear_words(work)


def words_of(work: Path) -> Path:
    """The folder of a report's work in which the words are: another program may make others of the same corpus."""
    return work / f"{_WORDS}{code_version()[:16]}"


def key_of(section: str, notebook: Path, values: Mapping[str, Any]) -> str:
    """A name for what a notebook makes: the section, and a digest of all that it depends on.

    That is its parameters, the bytes of every file that it reads, itself among them, and this package's code with the
    versions of what it works with.
    """
    read = {to_root(file): sha256_of(file) for file in inputs({section: notebook}, {section: dict(values)})}
    known = json.dumps([values, read, versions()], sort_keys=True)
    return f"{section}-{hashlib.sha256(known.encode()).hexdigest()[:32]}"


def is_kept(out: str | Path) -> bool:
    """Whether something is kept on the way to the report `out`."""
    return work_of(Path(out).expanduser().resolve()).is_dir()


def forget(out: Path) -> None:
    """Delete what an earlier call has kept on the way to the report `out`, unless another process works with it."""
    if is_kept(out):
        with suppress(BusyError), held(work_of(out)) as work:
            delete(work)


def _clear_words(work: Path) -> None:
    for folder in work.glob(f"{_WORDS}*/*/*"):
        if folder.is_dir() and not (folder.name.isdigit() or folder.name == "types"):
            shutil.rmtree(folder, ignore_errors=True)
