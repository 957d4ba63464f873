"""What of a report on a corpus in parts is kept on the way, so that the same command goes on where it was stopped."""

import hashlib
import json
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import Any

from analysis.core.files import ForeignError, LeftAlone, clear, is_own
from analysis.core.jobs import BusyError, delete, held, work_of
from analysis.core.versions import code_version
from analysis.publish.manifest import OF_FORMATS, extras_of, named, recorded, versions

_WORDS = "words-"  # begins the name of the folder of what all notebooks read


@contextmanager
def kept_work(out: Path) -> Iterator[Path]:
    """The folder for what is finished on the way to the report `out`, for this process alone; see `stages.held`.

    It holds the stages of reading, the words in `words_of`, and a folder for each notebook that ran to its end. What
    notebooks have put beside the words for as long as they run, and could not take away when they were killed, is
    deleted, before and after.
    """
    with held(work_of(out)) as work:
        clear(work, _is_beside_words, deep=3)
        try:
            yield work
        finally:
            clear(work, _is_beside_words, deep=3)


def words_of(work: Path) -> Path:
    """The folder of a report's work in which the words are: another program may make others of the same corpus."""
    return work / f"{_WORDS}{code_version()[:16]}"


def key_of(section: str, notebook: Path, values: Mapping[str, Any]) -> str:
    """A name for what a notebook makes: the section, and a digest of all that it depends on.

    That is its parameters, the bytes of every file that it reads, itself among them, and this package's code with the
    versions of what it works with.
    """
    read = named(recorded({section: notebook}, {section: dict(values)}))
    known = json.dumps([values, read, versions(extras_of({section: dict(values)}, OF_FORMATS))], sort_keys=True)
    return f"{section}-{hashlib.sha256(known.encode()).hexdigest()[:32]}"


def is_kept(out: str | Path) -> bool:
    """Whether something is kept on the way to the report `out`."""
    return is_own(work_of(Path(out).expanduser().resolve()))


def forget(out: Path) -> None:
    """Delete what an earlier call has kept on the way to the report `out`, unless another process works with it."""
    if not os.path.lexists(work_of(out)):
        return
    try:
        with suppress(BusyError), held(work_of(out)) as work:
            delete(work)
    except ForeignError as error:
        warnings.warn(str(error), LeftAlone, stacklevel=2)


def _is_beside_words(path: PurePath) -> bool:
    """Whether it is no folder or file of the words, but a folder that a notebook has made beside them."""
    inside = len(path.parts) == 3 and path.parts[0].startswith(_WORDS)
    return inside and not (path.name.isdigit() or path.name == "types" or path.suffix)
