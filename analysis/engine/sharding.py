"""Read and tokenize a corpus of any size shard by shard, for the measures of a report."""

import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa

from analysis.core.files import working_folder
from analysis.core.jobs import run_stage
from analysis.core.progress import Progress
from analysis.core.resources import budget
from analysis.engine.partitions import Partition, logged_shards, nothing_read, plan_partitions, problems_in
from analysis.text.corpus import CorpusError
from analysis.text.shards import ShardedTokens, join_shards, open_shards
from analysis.text.storage import save_tokens
from analysis.text.tokens import tokenize

MOST = 2 * 10**6  # characters of a shard, so that a measure of it fits beside all else in a notebook
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
    """The words of `corpus` in shards, written to the new folder `folder`.

    All processes together take about `memory` bytes, or each worker of a dask `client`; workers must see the folders
    and the corpus. `reading` is as in `partitions`. The disk holds about four bytes a character.

    Results on the way are kept in the folder `work`, from which a call that follows an interrupted one resumes if its
    `folder` has the same name, which must identify the bytes of all files: a `Partition` knows their times alone.
    `folder` appears when it is complete. Raises `CorpusError` where no document can be read.

    >>> import tempfile
    >>> from analysis.core.paths import SAMPLE
    >>> with tempfile.TemporaryDirectory() as place:
    ...     tokens = sharded_tokens(SAMPLE, Path(place, "sample"), Path(place, "work"), memory=10**9)
    ...     tokens.n_documents, len(tokens)
    (26, 11141)
    """
    plan = budget(memory, local=client is None, per_character=PER_CHARACTER)
    pieces, plan = plan_partitions([corpus], plan._replace(characters=min(MOST, plan.characters)), **reading)
    tasks = [piece._replace(key=f"{folder.name}-{piece.key}") for piece in pieces]
    cores = plan.cores if len(tasks) > 1 else 1
    places = run_stage(save_shards, tasks, work, client=client, cores=cores, what="reading", progress=progress)
    saved = [path for place in places for path in sorted(place.glob("[0-9]*"))]
    if not saved:
        raise CorpusError(nothing_read([corpus], places))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with working_folder(folder) as build:
        # `join_shards` moves its folders, and a stage's results must stay until all is complete.
        copies = [_link_files(place, build / f"{number:05}") for number, place in enumerate(saved)]
        join_shards(copies, build / "whole", problems_in(places))
        (build / "whole").rename(folder)
    pa.default_memory_pool().release_unused()  # else this waiting process keeps it
    return open_shards(folder)


def _link_files(place: Path, copy: Path) -> Path:
    """Link the files of the folder `place` into the new folder `copy`, or copy them."""
    copy.mkdir()
    for file in place.iterdir():
        try:
            os.link(file, copy / file.name)
        except OSError:  # another disk, or a file system without links
            shutil.copyfile(file, copy / file.name)
    return copy


def save_shards(partition: Partition, place: Path) -> None:
    """Save the words of a partition, each shard in a folder of its own."""
    for number, corpus in enumerate(logged_shards(partition, place)):
        save_tokens(tokenize(corpus, **dict(partition.options)), place / f"{number:05}")
