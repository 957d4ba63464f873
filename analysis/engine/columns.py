"""What goes from one stage to the next beside Parquet files: arrays, texts as arrays, and what a stage says of its own.

Arrays stay on disk until they are used, so that what is known of each document or sentence takes no memory.
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
    """Write arrays that belong together: the files are `shard` with the name of each added."""
    for name, values in columns.items():
        np.save(_file(shard, name), values)


def new_column(shard: Path, name: str, kind: Any, rows: int) -> NDArray[Any]:
    """An array of zeros to be filled in place, which `column` then reads."""
    return np.asarray(np.lib.format.open_memmap(_file(shard, name), "w+", kind, (int(rows),)))


def write_batches(shard: Path, batches: Iterable[pa.RecordBatch], rows: int, **kinds: Any) -> None:
    """Write record batches, `rows` rows in all, as `write_columns` would all at once; `kinds` are the types."""
    arrays = {name: new_column(shard, name, kind, rows) for name, kind in kinds.items()}
    done = 0
    for batch in batches:
        for name, values in arrays.items():
            values[done : done + len(batch)] = batch[name].to_numpy()
        done += len(batch)


def write_of_keys(engine: Database, files: Sequence[Path], value: str, place: Path, **kind: Any) -> list[int]:
    """Write what the aggregate `value` is over all rows of a key, for each row of `files`, one file after another.

    A key are the columns ``high`` and ``low``, by which the rows of each file are sorted. The one name in `kind` is
    that of the column at `place`. How many rows each file has.
    """
    [name] = kind
    if not files:
        write_batches(place, [], 0, **kind)
        return []
    rows, sizes = scan(files), [pq.read_metadata(file).num_rows for file in files]
    engine.run(f"CREATE TABLE keys AS SELECT high, low, {value} AS said FROM {rows} GROUP BY high, low")
    found = engine.batches(
        f"SELECT said AS {name} FROM {rows} JOIN keys USING (high, low) ORDER BY file_index, high, low"
    )
    write_batches(place, found, sum(sizes), **kind)
    engine.run("DROP TABLE keys")
    return sizes


def column(shard: Path, name: str, *, mode: Literal["r", "r+"] = "r") -> NDArray[Any]:
    """One of the arrays that `write_columns` wrote; it stays on disk, to be written to with the `mode` "r+"."""
    return np.asarray(np.load(_file(shard, name), mmap_mode=mode))


def shards_in(place: Path, name: str) -> list[Path]:
    """What `write_columns` wrote into a folder with a column `name`, in the order of the names."""
    return [file.with_name(file.name.removesuffix(f".{name}.npy")) for file in sorted(place.glob(f"*.{name}.npy"))]


def join_columns(shards: Sequence[Path], whole: Path, *names: str) -> None:
    """Write columns of all shards, one at least, as columns of the whole."""
    for name in names:
        pieces = [column(shard, name) for shard in shards]
        joined, begin = new_column(whole, name, pieces[0].dtype, sum(map(len, pieces))), 0
        for piece in pieces:
            joined[begin : begin + len(piece)] = piece
            begin += len(piece)


def join_texts(shards: Sequence[Path], whole: Path) -> None:
    """Write the `text_columns` of all shards as those of the whole."""
    join_columns(shards, whole, "letters")
    ends = new_column(whole, "ends", np.int64, 1 + sum(len(column(shard, "ends")) - 1 for shard in shards))
    done = 0
    for shard in shards:
        own = column(shard, "ends")
        ends[done : done + len(own)] = ends[done] + own
        done += len(own) - 1


def text_columns(texts: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Texts as columns for `write_columns`: ``letters``, in UTF-8, and where each text ends there, ``ends``."""
    _, ends, letters = pa.array(texts, pa.large_string()).buffers()
    return {
        "ends": np.frombuffer(ends, dtype=np.int64, count=len(texts) + 1),
        "letters": np.frombuffer(letters or b"", dtype=np.uint8),
    }


def texts_of(shard: Path) -> pa.Array:
    """The texts whose `text_columns` were written; they stay on disk."""
    ends, letters = column(shard, "ends"), column(shard, "letters")
    return pa.LargeStringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(letters))


def write_about(place: Path, **about: Any) -> None:
    """Write what a stage says of its result, beside that."""
    (place / _ABOUT).write_text(json.dumps(about), encoding="utf-8")


def read_about(place: Path) -> dict[str, Any]:
    """What a stage said of its result."""
    about: dict[str, Any] = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
    return about


def _file(shard: Path, name: str) -> Path:
    return shard.with_name(f"{shard.name}.{name}.npy")
