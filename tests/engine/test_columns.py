"""Arrays that go from one stage to the next, and what all rows of a key say."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from analysis.engine.columns import (
    column,
    join_texts,
    shards_in,
    text_columns,
    texts_of,
    write_batches,
    write_by_key,
    write_columns,
)
from analysis.engine.database import database, write_shard


def test_batches_are_one_column(tmp_path: Path) -> None:
    batches = (pa.record_batch({"rain": [10 * n], "day": [n]}) for n in range(3))
    write_batches(tmp_path / "b", batches, 3, rain=np.int64, day=np.int32)
    write_columns(tmp_path / "a", day=np.arange(2))
    assert column(tmp_path / "b", "rain").tolist() == [0, 10, 20]
    assert [(shard.name, column(shard, "day").tolist()) for shard in shards_in(tmp_path, "day")] == [
        ("a", [0, 1]),
        ("b", [0, 1, 2]),
    ]


def test_texts_come_back(tmp_path: Path) -> None:
    for number, texts in enumerate([["لفظ", "", "word"], []]):
        write_columns(tmp_path / f"{number}", **text_columns(texts))
        assert texts_of(tmp_path / f"{number}").to_pylist() == texts
    join_texts([tmp_path / "1", tmp_path / "0", tmp_path / "0"], tmp_path / "all")
    assert texts_of(tmp_path / "all").to_pylist() == ["لفظ", "", "word"] * 2


def test_what_all_rows_of_a_key_say_is_at_each_row(tmp_path: Path) -> None:
    keys = [[(1, 5), (3, 2), (3, 9)], [], [(1, 6), (3, 2)]]  # the second half decides, too
    files = []
    for number, own in enumerate(keys):
        files.append(tmp_path / f"{number}.parquet")
        high, low = np.array(own, dtype=np.uint64).reshape(-1, 2).T
        write_shard(files[-1], high=high, low=low, times=np.full(len(own), 10**number))
    with database() as engine:
        assert write_by_key(engine, files, "sum(times)::BIGINT", tmp_path / "all", total=np.int64) == [3, 0, 2]
    assert column(tmp_path / "all", "total").tolist() == [1, 101, 1, 100, 101]
