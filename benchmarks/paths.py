"""Times what users do, from texts or files to counts and reports, beside tools that make the same counts.

    python benchmarks/paths.py [SIZES ...] [--texts FOLDER] [--rounds 3] [--reports]

SIZES are such as 10MB 72MB 1GB. The texts are those of `benchmarks/scale.py` (every fifth word an invented one, about
5,000 characters a document) with no other marks than the full stops of sentences, so that a run of letters is a word
for every tool: each gives one row a document and word, and the tables are compared, so that nobody is fast by counting
less. Files hold one document each. A row of files is a process of its own, its start with it; the reports come with
--reports. Rounds go by turns, and the table has the least seconds by the clock, the least of all processors together,
and how many times as long a peer takes by each; the load is that of the machine before the row's first round, so that
figures of a busy one can be told. Tools that are not installed are named as missing.
"""

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scale import build

from analysis import read_corpus, tokenize
from analysis.core.paths import SAMPLE
from analysis.core.resources import cores, read_memory
from analysis.text.corpus import read_texts
from analysis.text.kernels import find_words

COUNTS = pa.schema([("doc_id", pa.string()), ("term", pa.string()), ("count", pa.int64())])
ORDER = [("doc_id", "ascending"), ("term", "ascending")]
DUCKDB = """
import duckdb, sys
engine = duckdb.connect(config={"threads": int(sys.argv[3])})
engine.execute("SET enable_progress_bar = false")  # which takes pipes for terminals
engine.execute(f'''
    COPY (
        SELECT parse_filename(filename, true) AS doc_id, term, count(*) AS count
        FROM (SELECT filename, unnest(regexp_extract_all(lower(content), '[a-z]+')) AS term
              FROM read_text('{sys.argv[1]}/*.txt'))
        GROUP BY ALL ORDER BY doc_id, term
    ) TO '{sys.argv[2]}' (FORMAT parquet)''')
"""

Run = Callable[[], object]


def plain(text: str) -> str:
    """A text in which every word is a run of letters, and sentences end in full stops."""
    return re.sub(r"\.(?![ \n])|(?<![a-z]{2})\.", " ", re.sub(r"[^A-Za-z.\n ]", " ", text))


def made(folder: Path, size: int, texts: Path) -> list[str]:
    """About `size` characters of documents, which are also files in `folder`."""
    with tempfile.TemporaryDirectory() as name:
        build(Path(name), size, texts)
        found = [
            plain(text) for file in sorted(Path(name).iterdir()) for text in pq.read_table(file)["text"].to_pylist()
        ]
    for number, text in enumerate(found):
        (folder / f"{number:07}.txt").write_text(text, encoding="utf-8")
    return found


def rows(names: list[str], matrix: object, terms: object) -> pa.Table:
    """The counts in a matrix, one row a document and word."""
    cells = matrix.tocoo()
    columns = pa.array(names).take(pa.array(cells.row)), pa.array(terms, pa.string()).take(pa.array(cells.col))
    return pa.table([*columns, pa.array(cells.data)], names=["doc_id", "term", "count"])


def same(name: str, ours: pa.Table, theirs: pa.Table) -> None:
    """End the program where two tables of counts differ."""
    tables = [table.cast(COUNTS).sort_by(ORDER).combine_chunks() for table in (ours, theirs)]
    if not tables[0].equals(tables[1]):
        raise SystemExit(f"{name}: {len(tables[1]):,} rows, {pc.sum(tables[1]['count'])} words; not those of lafz")


def processor() -> float:
    """Seconds of all processors for this process and those that it waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def table(title: str, size: int, runs: dict[str, Run], rounds: int) -> None:
    """Print a line for each run, the first the one that the others are compared with."""
    load = os.getloadavg()[0]
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            clock, used = time.perf_counter(), processor()
            run()
            taken[name].append((time.perf_counter() - clock, processor() - used))
    print(f"\n{title} (load {load:.1f}, {cores()} cores)")
    print(f"  {'':44}{'seconds':>9}{'processor':>11}{'MB/s':>8}{'ratio':>8}{'of processors':>15}")
    least = {name: tuple(map(min, zip(*own, strict=True))) for name, own in taken.items()}
    base = next(iter(least.values()))
    for name, (clock, used) in least.items():
        rate = f"{size / clock / 1e6:8.1f}" if size else " " * 8
        print(f"  {name:44}{clock:9.2f}{used:11.2f}{rate}{clock / base[0]:8.1f}{used / base[1]:15.1f}", flush=True)


def polars_rows(texts: list[str], names: list[str]) -> pa.Table:
    import polars as pl

    frame = pl.LazyFrame({"doc_id": names, "text": texts})
    words = pl.col("text").str.to_lowercase().str.extract_all("[a-z]+").alias("term")
    counted = frame.select("doc_id", words).explode("term").drop_nulls().group_by("doc_id", "term")
    return counted.agg(pl.len().alias("count")).collect().to_arrow()


def duckdb_rows(texts: list[str], names: list[str]) -> pa.Table:
    import duckdb

    given = pa.table({"doc_id": names, "text": texts})
    with duckdb.connect(config={"threads": cores()}) as engine:
        engine.register("given", given)
        split = "SELECT doc_id, unnest(regexp_extract_all(lower(text), '[a-z]+')) AS term FROM given"
        return engine.sql(f"SELECT doc_id, term, count(*) AS count FROM ({split}) GROUP BY ALL").to_arrow_table()


def sklearn_rows(texts: list[str], names: list[str]) -> pa.Table:
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(token_pattern="[a-z]+")
    return rows(names, vectorizer.fit_transform(texts), vectorizer.get_feature_names_out())


PEERS = {"polars": polars_rows, "duckdb": duckdb_rows, "sklearn": sklearn_rows}


def lafz(*arguments: object) -> None:
    subprocess.run([sys.executable, "-m", "analysis", *map(str, arguments)], check=True, capture_output=True)


def in_memory(texts: list[str], names: list[str], rounds: int) -> None:
    """Texts to a matrix of counts, and the kernel alone."""
    corpus = read_texts(texts)

    def ours() -> pa.Table:
        matrix, _, terms = tokenize(corpus, boilerplate=True).document_term_matrix()
        return rows(names, matrix, terms)

    runs: dict[str, Run] = {"tokenize, document_term_matrix": ours}
    counts = ours()
    for module, count in PEERS.items():
        if importlib.util.find_spec(module) is None:
            print(f"  missing: {module}")
        else:
            same(module, counts, count(texts, names))
            runs[f"{module}, no sentences and no places"] = partial(count, texts, names)
    table("texts -> words, sentences, places -> counts", sum(map(len, texts)), runs, rounds)
    table("texts -> words, the kernel alone", sum(map(len, texts)), {"find_words": partial(find_words, texts)}, rounds)


def from_files(folder: Path, size: int, rounds: int) -> None:
    """Files to a table of counts in a Parquet file."""
    with tempfile.TemporaryDirectory() as name:
        own, other = Path(name, "lafz.parquet"), Path(name, "duckdb.parquet")
        runs: dict[str, Run] = {"lafz count": partial(lafz, "count", folder, "--out", own, "-p", "boilerplate=true")}
        if importlib.util.find_spec("duckdb"):
            command = [sys.executable, "-c", DUCKDB, str(folder), str(other), str(cores())]
            runs["DuckDB, read_text to Parquet"] = partial(subprocess.run, command, check=True)
        else:
            print("  missing: duckdb")
        table("files -> counts in Parquet, in order", size, runs, rounds)
        if other.exists():
            same("DuckDB", pq.read_table(own), pq.read_table(other))
    table("files -> read_corpus", size, {"read_corpus": partial(read_corpus, folder)}, rounds)


def commands(rounds: int, reports: bool) -> None:
    """What somebody waits for who has a few texts."""
    with tempfile.TemporaryDirectory() as name:
        article = min(SAMPLE.glob("*.txt"), key=lambda file: file.stat().st_size)
        runs: dict[str, Run] = {"lafz count, 26 short texts": partial(lafz, "count", SAMPLE, "--out", f"{name}/a.csv")}
        if reports:
            runs["lafz report, one article"] = partial(lafz, "report", article, "--out", f"{name}/article")
            runs["lafz report, the sample"] = partial(lafz, "report", SAMPLE, "--out", f"{name}/sample")
        table("commands on short texts", 0, runs, rounds)


def main() -> None:
    """Print the tables of each size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sizes", nargs="*", default=["10MB", "72MB"])
    parser.add_argument("--texts", type=Path, default=SAMPLE)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reports", action="store_true")
    given = parser.parse_args()
    find_words(["compiled before the clock runs"])
    commands(given.rounds, given.reports)
    for text in given.sizes:
        with tempfile.TemporaryDirectory() as name:
            texts = made(Path(name), read_memory(text, least=1), given.texts)
            size = sum(map(len, texts))
            print(f"\n{size / 1e6:,.0f} MB, {len(texts):,} documents")
            from_files(Path(name), size, given.rounds)
            if size <= 200e6:  # all of it is in memory, and so is all that each tool makes
                in_memory(texts, [f"{number:07}" for number in range(len(texts))], given.rounds)


if __name__ == "__main__":
    main()
