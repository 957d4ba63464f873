"""Load the tokens of a corpus from a cache that is keyed by its contents."""

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

CACHE = "LAFZ_TOKENS"  # environment variable: the cache folder of `load_tokens`
ONLY_KEPT = "LAFZ_TOKENS_ONLY"  # environment variable of a report's notebooks: load cached tokens only
KEPT = 4  # number of corpora in the cache, those used last


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
    """Read and tokenize the corpus at `path`, or open the result from the cache.

    The first parameters are those of `read_corpus`, `options` those of `tokenize`. What is not a path, such as a
    DataFrame or a list or dict of texts, is read by `read_frame` and not cached; neither are the words of a custom
    tokenizer.

    The cache is the folder `cache` (by default the environment variable LAFZ_TOKENS, else ``.cache/tokens`` in the
    checkout, or the user's cache). Its keys are hashes of all files, the parameters, the code of this package and the
    versions of its dependencies. It keeps the four corpora used last. Nothing is cached if it cannot be written, or if
    a file changed while it was read. In a report on a corpus that does not fit in memory, the tokens are in shards.
    Raises `CorpusError` as `read_corpus` does, and in a report's notebook if the corpus has changed.

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
    saved = cache_path(path, folder, **about, **options)
    if saved.is_dir():
        try:
            kept: Tokens = open_shards(saved) if are_shards(saved) else open_tokens(saved)
            os.utime(saved)  # used just now: the last to be deleted
            return kept
        except (OSError, ValueError):
            delete_made(saved)  # damaged
    elif os.environ.get(ONLY_KEPT):
        raise CorpusError(f"{str(path)!r} is no longer what was read for this report: make the report again")
    made = tokenize(read_corpus(path, **about), **options)  # type: ignore[arg-type]
    if saved == cache_path(path, folder, **about, **options):
        with suppress(OSError, ValueError):  # the disk is read-only or full, or another process was first
            folder.mkdir(parents=True, exist_ok=True)
            with working_folder(folder / "tokens") as work:  # always one name, so that remains of a crash are deleted
                save_tokens(made, work / "new")
                (work / "new").rename(saved)
            _delete_oldest(folder)
            return open_tokens(saved)  # memory-mapped, which frees memory
    return made


def cache_path(path: str | Path, folder: Path, *, metadata: str | Path | None, **options: Any) -> Path:
    """The path in the cache `folder` of the tokens that `load_tokens` makes of these arguments."""
    corpus, about = Path(path).expanduser(), options | {"metadata": metadata}
    known = hashlib.sha256(json.dumps([about, reading_versions()], sort_keys=True, default=str).encode())
    root = corpus if corpus.is_dir() else corpus.parent
    rooms, endings = ("core", "text"), ("py", "tsv")
    code = [file for room in rooms for ending in endings for file in sorted((PACKAGE / room).rglob(f"*.{ending}"))]
    files = [(file.name, file) for file in code] + [(name_from(root, file), file) for file in corpus_files(corpus)]
    for name, file in files + ([("metadata", Path(metadata).expanduser())] if metadata else []):
        known.update(f"{name}\0{sha256_of(file)}\0".encode())
    return folder / known.hexdigest()[:32]


def _delete_oldest(folder: Path) -> None:
    """Delete all but the newest saved tokens in `folder`, and nothing else."""
    named = [place for place in folder.iterdir() if re.fullmatch("[0-9a-f]{32}", place.name)]
    saved = [place for place in named if not place.is_symlink() and (are_tokens(place) or are_shards(place))]
    for place in sorted(saved, key=lambda place: place.stat().st_mtime)[:-KEPT]:
        delete_made(place)
