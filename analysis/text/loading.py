"""The words of a corpus, found again by what they were made of."""

import hashlib
import json
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from analysis.core.files import delete_made, working_folder
from analysis.core.paths import PACKAGE, cache_folder, located
from analysis.core.versions import reading_versions
from analysis.text.corpus import CorpusError, corpus_files, read_corpus, read_frame
from analysis.text.reading.folders import name_from, sha256_of
from analysis.text.shards import are_shards, open_shards
from analysis.text.storage import are_tokens, open_tokens, save_tokens
from analysis.text.tokens import Tokens, tokenize

CACHE = "LAFZ_TOKENS"  # environment variable: the folder in which `load_tokens` keeps what it made
ONLY_KEPT = "LAFZ_TOKENS_ONLY"  # and one, of a report's notebooks, by which it reads nothing that is not kept there
KEPT = 4  # corpora that stay in that folder, the last ones used


def load_tokens(
    path: Any,
    *,
    metadata: str | Path | None = None,
    language: str = "en",
    text_column: str = "text",
    name_pattern: str | None = None,
    cache: str | Path | None = None,
    **options: Any,
) -> Tokens:
    """The words of the corpus at `path`: read and tokenized, or opened as they were the last time.

    What is no path, a DataFrame say, a list or a dict of texts, is read as by `read_frame` and not saved; nor is what a
    tokenizer of one's own makes (`scheme`), whose code is not known here.

    The first parameters are those of `read_corpus`, `options` those of `tokenize`. What was made is saved in the folder
    `cache` (the environment variable LAFZ_TOKENS, else ``.cache/tokens`` in the checkout, or the user's cache) under a
    name made of the bytes of every file, the parameters, this package's code and the versions of what it reads with, so
    that a changed file or program is never answered from before. The folder holds the four corpora used last; where it
    can't be written, or a file changed while it was read, nothing is saved. In a report on a corpus that does not fit
    in memory they are on disk, in shards. Raises `CorpusError` as `read_corpus` does, and in a report's notebook where
    the corpus is no longer what the report is on.

    >>> import tempfile
    >>> from analysis.core.paths import SAMPLE
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = load_tokens(SAMPLE, cache=folder)
    ...     again = load_tokens(SAMPLE, cache=folder)
    >>> len(first) == len(again)
    True
    """
    about = {"metadata": metadata, "language": language, "text_column": text_column, "name_pattern": name_pattern}
    if not isinstance(path, str | Path):
        return tokenize(read_frame(path, text_column, language=language), **options)
    path = located(path)
    if callable(options.get("scheme")):
        return tokenize(read_corpus(path, **about), **options)  # type: ignore[arg-type]
    folder = Path(cache or os.environ.get(CACHE) or cache_folder() / "tokens")
    saved = place_of(path, folder, **about, **options)
    if saved.is_dir():
        try:
            kept: Tokens = open_shards(saved) if are_shards(saved) else open_tokens(saved)
            os.utime(saved)  # used just now: the last to be cleared away
            return kept
        except (OSError, ValueError):
            delete_made(saved)  # under a name made of all its bytes; damaged: made anew
    elif os.environ.get(ONLY_KEPT):
        raise CorpusError(f"{str(path)!r} is no longer what was read for this report: make the report again")
    made = tokenize(read_corpus(path, **about), **options)  # type: ignore[arg-type]
    if saved == place_of(path, folder, **about, **options):
        with suppress(OSError, ValueError):  # a disk that can't be written to, or another process was first
            folder.mkdir(parents=True, exist_ok=True)
            with working_folder(folder / "tokens") as work:  # one name, so that what was left half-made is cleared away
                save_tokens(made, work / "new")
                (work / "new").rename(saved)
            _clear(folder)
            return open_tokens(saved)  # which leaves the memory to others
    return made


def place_of(path: str | Path, folder: Path, *, metadata: str | Path | None, **options: Any) -> Path:
    """Where in `folder` the words are kept that `load_tokens` makes of the same arguments.

    The name is made of all that they depend on: of each file the bytes, or that it can't be read.
    """
    corpus, about = Path(path).expanduser(), options | {"metadata": metadata}
    known = hashlib.sha256(json.dumps([about, reading_versions()], sort_keys=True, default=str).encode())
    root = corpus if corpus.is_dir() else corpus.parent
    rooms, endings = ("core", "text"), ("py", "tsv")
    code = [file for room in rooms for ending in endings for file in sorted((PACKAGE / room).rglob(f"*.{ending}"))]
    files = [(file.name, file) for file in code] + [(name_from(root, file), file) for file in corpus_files(corpus)]
    for name, file in files + ([("metadata", Path(metadata).expanduser())] if metadata else []):
        known.update(f"{name}\0{sha256_of(file)}\0".encode())
    return folder / known.hexdigest()[:32]


def _clear(folder: Path) -> None:
    """Delete all but the newest of what is saved in `folder`, and nothing else that somebody keeps there."""
    named = [place for place in folder.iterdir() if re.fullmatch("[0-9a-f]{32}", place.name)]
    saved = [place for place in named if not place.is_symlink() and (are_tokens(place) or are_shards(place))]
    for place in sorted(saved, key=lambda place: place.stat().st_mtime)[:-KEPT]:
        delete_made(place)
