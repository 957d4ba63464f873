"""DuckDB on this machine: relations of arrays and of Parquet files, statements on them, rows read back in order.

Joins, groups and sorts may be larger than memory: the rest is spilled to a folder. The engine reads no file but those
it is given, loads no extension and uses no network.
"""

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analysis.core.errors import ParameterError
from analysis.core.files import delete_made, scratch_folder

if TYPE_CHECKING:
    import duckdb  # slow to import, so only where an engine is opened

OVER = 100 * 10**6  # bytes that a process takes above the engine's limit: its code, and what it does not count
LEAST = 50 * 10**6  # bytes, below which the engine cannot work
GROUP = 1 << 14  # rows of a row group, read at a time where only some keys of a shard are wanted
BATCH = 1 << 16  # rows of a batch that is read back

_OPTIONS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "preserve_insertion_order": "false",  # queries state their order
    "python_enable_replacements": "false",  # names in statements are never Python variables
}


class Database:
    """An engine with its relations, for one thread at a time; see `database`.

    ``folder`` holds what does not fit in memory, may hold shards too, and is deleted with the engine; or it is None.
    """

    def __init__(self, connection: "duckdb.DuckDBPyConnection", memory: int | None, place: Path | None) -> None:
        self._connection, self._memory = connection, memory
        self.folder = scratch_folder(self, place, ".engine") if place else None

    def run(self, statement: str) -> None:
        """Run a statement. Raises `OSError` when the disk is full, `ParameterError` when the memory is too small."""
        self._call(self._connection.execute, statement)

    def relate(self, name: str, **columns: NDArray[Any]) -> None:
        """Make a relation of arrays, which are not copied."""
        self._connection.register(name, pa.table({key: pa.array(values) for key, values in columns.items()}))

    def columns(self, query: str) -> dict[str, NDArray[Any]]:
        """The rows of a query, one array a column."""
        self.run(query)
        return {name: np.asarray(values) for name, values in self._connection.fetchnumpy().items()}

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query in batches; read them all before the next statement."""
        reader = self._call(lambda: self._connection.sql(query).to_arrow_reader(BATCH))
        while (batch := self._call(next, reader, None)) is not None:
            yield batch

    def write(self, query: str, place: Path, *, by: str = "") -> None:
        """Write the rows of a query to the Parquet file `place`, or, partitioned by the column `by`, to a folder of
        files that `parts_of` lists."""
        options = f"FORMAT parquet, COMPRESSION lz4{f', PARTITION_BY ({by})' if by else ''}"
        self.run(f"COPY ({query}) TO {_quoted(str(place))} ({options})")

    def _call(self, function: Callable[..., Any], *values: Any) -> Any:
        """Call a function of the engine in another thread, so that a signal to this one interrupts it."""
        import duckdb

        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(function, *values)
            try:
                return running.result()
            except duckdb.Error as error:
                raise self._translate(error) from error
            except BaseException:
                self._connection.interrupt()
                raise

    def _translate(self, error: "duckdb.Error") -> Exception:
        """The error in one line, with what to do."""
        import duckdb

        text = " ".join(str(error).split())
        if "No space left" in text or "failed to offload" in text:
            return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.folder))
        if isinstance(error, duckdb.OutOfMemoryException):
            had = f"{self._memory / 1e6:,.0f} MB" if self._memory else "the memory of this machine"
            return ParameterError(f"{had} of memory are too little to join with ({text[:120]}): give more")
        if isinstance(error, duckdb.IOException):
            return OSError(text)
        return error


@contextmanager
def database(*, memory: int | None = None, threads: int = 1, folder: Path | None = None) -> Iterator[Database]:
    """An engine without any relation, as long as the block lasts.

    `memory`: bytes that this process may take, by default what the machine has; `folder`: where to make the folder for
    what does not fit, which is deleted at the end; without one everything has to fit.

    >>> with database() as engine:
    ...     engine.relate("days", day=np.array([3, 1, 2]))
    ...     engine.columns("SELECT day * 2 AS twice FROM days ORDER BY day")["twice"].tolist()
    [2, 4, 6]
    """
    import duckdb

    options = _OPTIONS | {"threads": threads, "temp_directory": ""}
    if memory is not None:
        options["memory_limit"] = f"{max(LEAST, memory - OVER)}B"
    connection = duckdb.connect(config=options)
    engine = Database(connection, memory, folder)
    try:
        engine.run("SET enable_progress_bar = false")  # else drawn on what DuckDB takes for a terminal
        if engine.folder:
            engine.run(f"SET temp_directory = {_quoted(str(engine.folder / 'spill'))}")
        yield engine
    finally:
        connection.close()
        if engine.folder:
            delete_made(engine.folder)


def write_shard(place: Path, **columns: NDArray[Any]) -> None:
    """Write arrays of one length as the columns of a Parquet file, in small row groups.

    Of a file sorted by its first column a query for some values of it reads few of them.
    """
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    pq.write_table(table, place, compression="lz4", use_dictionary=False, row_group_size=GROUP)


def scan(files: Sequence[Path]) -> str:
    """The relation of all rows of Parquet files with the same columns, and ``file_index`` (from 0).

    A file whose name looks like a pattern is read as that file.
    """
    return f"read_parquet([{', '.join(_quoted(str(file)) for file in files)}], hive_partitioning = false)"


def parts_of(place: Path, by: str, value: int) -> list[Path]:
    """The files that `Database.write` wrote in `place` for one value of the column `by`."""
    return sorted(place.glob(f"{by}={value}/*.parquet"))


def _quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
