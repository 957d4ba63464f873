"""Files that stages pass on beside Parquet tables: memory-mapped arrays, texts as arrays, and a small JSON file.

Arrays stay on disk until they are used, so that a value of each document or sentence takes no memory.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analysis.engine.database import Database, scan

_ABOUT = "about.json"


def write_columns(shard: Path, **columns: NDArray[Any]) -> None:
    """Write arrays to files named `shard` with the name of each added."""
    for name, values in columns.items():
        np.save(_file(shard, name), values)


def new_column(shard: Path, name: str, kind: Any, rows: int) -> NDArray[Any]:
    """Make an array of zeros on disk, to be filled in place and read by `column`."""
    return np.asarray(np.lib.format.open_memmap(_file(shard, name), "w+", kind, (int(rows),)))


def write_batches(shard: Path, batches: Iterable[pa.RecordBatch], rows: int, **kinds: Any) -> None:
    """Write the columns of record batches with `rows` rows in all, as `write_columns` does; `kinds` are the types."""
    arrays = {name: new_column(shard, name, kind, rows) for name, kind in kinds.items()}
    done = 0
    for batch in batches:
        for name, values in arrays.items():
            values[done : done + len(batch)] = batch[name].to_numpy()
        done += len(batch)


def write_by_key(engine: Database, files: Sequence[Path], value: str, place: Path, **kind: Any) -> list[int]:
    """Write, for each row of `files`, the aggregate `value` over all rows with its key; return the rows of each file.

    The key is the columns ``high`` and ``low``, by which each file is sorted. `kind` is the name and the type of the
    column written at `place`.
    """
    [name] = kind
    if not files:
        write_batches(place, [], 0, **kind)
        return []
    rows, sizes = scan(files), [pq.read_metadata(file).num_rows for file in files]
    engine.run(f"CREATE TABLE keys AS SELECT high, low, {value} AS value FROM {rows} GROUP BY high, low")
    found = engine.batches(
        f"SELECT value AS {name} FROM {rows} JOIN keys USING (high, low) ORDER BY file_index, high, low"
    )
    write_batches(place, found, sum(sizes), **kind)
    engine.run("DROP TABLE keys")
    return sizes


def column(shard: Path, name: str, *, mode: Literal["r", "r+"] = "r") -> NDArray[Any]:
    """An array that `write_columns` wrote, memory-mapped; writable with the `mode` "r+"."""
    return np.asarray(np.load(_file(shard, name), mmap_mode=mode))


def shards_in(place: Path, name: str) -> list[Path]:
    """The shards in a folder that have a column `name`, sorted by name."""
    return [file.with_name(file.name.removesuffix(f".{name}.npy")) for file in sorted(place.glob(f"*.{name}.npy"))]


def join_columns(shards: Sequence[Path], whole: Path, *names: str) -> None:
    """Concatenate columns of one or more shards."""
    for name in names:
        pieces = [column(shard, name) for shard in shards]
        np.concatenate(pieces, out=new_column(whole, name, pieces[0].dtype, sum(map(len, pieces))))


def join_texts(shards: Sequence[Path], whole: Path) -> None:
    """Concatenate the `text_columns` of all shards."""
    join_columns(shards, whole, "letters")
    ends = new_column(whole, "ends", np.int64, 1 + sum(len(column(shard, "ends")) - 1 for shard in shards))
    done = 0
    for shard in shards:
        own = column(shard, "ends")
        ends[done : done + len(own)] = ends[done] + own
        done += len(own) - 1


def text_columns(texts: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Texts as columns for `write_columns`: ``letters`` (UTF-8) and ``ends``, the offsets of the texts, from 0 on."""
    _, ends, letters = pa.array(texts, pa.large_string()).buffers()
    return {
        "ends": np.frombuffer(ends, dtype=np.int64, count=len(texts) + 1),
        "letters": np.frombuffer(letters or b"", dtype=np.uint8),
    }


def texts_of(shard: Path) -> pa.Array:
    """The texts whose `text_columns` were written, memory-mapped."""
    ends, letters = column(shard, "ends"), column(shard, "letters")
    return pa.LargeStringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(letters))


def write_about(place: Path, **about: Any) -> None:
    """Write values about a stage's result into its folder."""
    (place / _ABOUT).write_text(json.dumps(about), encoding="utf-8")


def read_about(place: Path) -> dict[str, Any]:
    """The values that `write_about` wrote."""
    about: dict[str, Any] = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
    return about


def _file(shard: Path, name: str) -> Path:
    return shard.with_name(f"{shard.name}.{name}.npy")
