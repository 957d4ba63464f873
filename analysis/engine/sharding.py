"""The words of a corpus of any size, read and tokenized shard by shard, for the measures of a report."""

import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa

from analysis.core.files import working_folder
from analysis.core.jobs import run_stage
from analysis.core.progress import Progress
from analysis.core.resources import budget
from analysis.engine.partitions import Partition, nothing_read, planned, problems_in, shards_told
from analysis.text.corpus import CorpusError
from analysis.text.shards import ShardedTokens, join_shards, open_shards
from analysis.text.storage import save_tokens
from analysis.text.tokens import tokenize

MOST = 2 * 10**6  # characters of a shard: what a measure makes of it is to fit beside all else that a notebook holds
PER_CHARACTER = 45  # bytes at the peak of tokenizing a character with its sentences, and of saving it


def sharded_tokens(
    corpus: str | Path,
    folder: Path,
    work: Path,
    *,
    memory: int,
    client: Any = None,
    progress: Progress = lambda what, done, total: None,
    **reading: Any,
) -> ShardedTokens:
    """The words of `corpus` in shards, in the new folder `folder`, made with about `memory` bytes by all processes.

    With a dask `client` its workers read, with so much memory each; they see the folders and the corpus too.

    What is finished on the way is kept in the folder `work`, from which a call that follows an interrupted one goes on,
    if its `folder` has the same name, which is made of the bytes of all files: a `Partition` knows their times alone.
    `folder` gets its name when all is in it. `reading` is as in `partitions`. Takes about four bytes of the disk a
    character. Raises `CorpusError` where no document can be read.

    >>> import tempfile
    >>> from analysis.core.paths import SAMPLE
    >>> with tempfile.TemporaryDirectory() as place:
    ...     tokens = sharded_tokens(SAMPLE, Path(place, "sample"), Path(place, "work"), memory=10**9)
    ...     tokens.n_documents, len(tokens)
    (26, 11141)
    """
    plan = budget(memory, local=client is None, per_character=PER_CHARACTER)
    pieces, plan = planned([corpus], plan._replace(characters=min(MOST, plan.characters)), **reading)
    tasks = [piece._replace(key=f"{folder.name}-{piece.key}") for piece in pieces]
    cores = plan.cores if len(tasks) > 1 else 1
    places = run_stage(save_shards, tasks, work, client=client, cores=cores, what="reading", progress=progress)
    saved = [path for place in places for path in sorted(place.glob("[0-9]*"))]
    if not saved:
        raise CorpusError(nothing_read([corpus], places))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with working_folder(folder) as build:
        # Joining moves what it is given, and a stage's results stay where they are until all is whole.
        own = [_again(place, build / f"{number:05}") for number, place in enumerate(saved)]
        join_shards(own, build / "whole", problems_in(places))
        (build / "whole").rename(folder)
    pa.default_memory_pool().release_unused()  # else what joining took stays with this process, which waits from now on
    return open_shards(folder)


def _again(place: Path, copy: Path) -> Path:
    """The files of the folder `place` in the new folder `copy`, by links, which take no room, where there are such."""
    copy.mkdir()
    for file in place.iterdir():
        try:
            os.link(file, copy / file.name)
        except OSError:  # another disk, or a file system without them
            shutil.copyfile(file, copy / file.name)
    return copy


def save_shards(partition: Partition, place: Path) -> None:
    """Save the words of a partition into the folder `place`, in a folder for each of its shards."""
    for number, corpus in enumerate(shards_told(partition, place)):
        save_tokens(tokenize(corpus, **dict(partition.options)), place / f"{number:05}")
