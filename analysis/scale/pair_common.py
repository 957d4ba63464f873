"""The shingles that `pairs` puts aside since they stand in too many documents: which words the most widespread are."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from analysis.redundancy.reuse import WIDEST, WORDS
from analysis.redundancy.shingles import distinct_shingles
from analysis.scale.pair_join import Records
from analysis.scale.pair_keys import Keys, keys_at
from analysis.scale.partitions import Partition, read_tokens

LISTED = 1_000  # shingles whose words are found: the most widespread ones
COMMON = pa.schema([("shingle", pa.string()), ("documents", pa.int64())])

_KEYS = "common.npy"
_WORDS = "words.json"


class Wording(NamedTuple):
    """That the words of shingles put aside are to be found in a partition: their keys are in the folder `widest`."""

    key: str
    partition: Partition
    widest: str


def write_common(place: Path, found: Records) -> None:
    """Write which of `found` are put aside: both halves of the key, in how many documents it is, and the first one."""
    wide = found.weight > WIDEST
    columns = (found.high, found.low, found.weight, found.document)
    np.save(place / _KEYS, np.stack([column[wide].astype(np.uint64) for column in columns]))


def write_widest(place: Path, joins: Iterable[Path]) -> int:
    """Write the `LISTED` most widespread of what `write_common` wrote to many folders; how many there are in all."""
    total = 0
    best = np.empty((4, 0), dtype=np.uint64)
    for join in joins:
        own = np.load(join / _KEYS)
        total += own.shape[1]
        best = np.concatenate([best, own], axis=1)
        high, low, documents, _ = best
        best = best[:, np.lexsort((low, high, ~documents))[:LISTED]]
    np.save(place / _KEYS, best)
    return total


def wordings(pieces: Sequence[Partition], starts: Sequence[int], widest: Path) -> list[Wording]:
    """The partitions in which such a shingle stands first; `starts` are the numbers of their first documents."""
    first = np.unique(np.load(widest / _KEYS)[3])
    chosen = np.unique(np.searchsorted(np.asarray(starts), first.astype(np.int64), side="right") - 1)
    return [Wording(f"{widest.name}-{k:06d}", pieces[k], str(widest)) for k in chosen.tolist()]


def worded(task: Wording, place: Path) -> None:
    """The words of those shingles that stand in a partition, by their place among the most widespread ones."""
    high, low, *_ = np.load(Path(task.widest, _KEYS))
    wanted = {key: number for number, key in enumerate(zip(high.tolist(), low.tolist(), strict=True))}
    found: dict[int, str] = {}
    for tokens in read_tokens(task.partition):
        _, first = distinct_shingles(tokens, WORDS)
        keys = keys_at(tokens, first)
        for own, token in _among(keys, first.tolist(), high):
            if own in wanted:
                found[wanted[own]] = " ".join(tokens.vocabulary[tokens.ids[token : token + WORDS]])
    (place / _WORDS).write_text(json.dumps(found), encoding="utf-8")


def common_rows(widest: Path, places: Iterable[Path]) -> pa.RecordBatch:
    """The most widespread shingles, as `common_shingles` lists them: ``shingle``, ``documents``."""
    documents = np.load(widest / _KEYS)[2].tolist()
    words: dict[str, str] = {}
    for place in places:
        words |= json.loads((place / _WORDS).read_text(encoding="utf-8"))
    rows = sorted(
        ((words[str(number)], count) for number, count in enumerate(documents)), key=lambda row: (-row[1], row[0])
    )
    return pa.record_batch([[word for word, _ in rows], [count for _, count in rows]], schema=COMMON)


def _among(keys: tuple[Keys, Keys], tokens: list[int], wanted: Keys) -> Iterator[tuple[tuple[int, int], int]]:
    """The keys of which the first half is one of `wanted`, with their tokens."""
    high, low = keys
    for row in np.flatnonzero(np.isin(high, wanted)).tolist():
        yield (int(high[row]), int(low[row])), tokens[row]
