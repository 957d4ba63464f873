"""The counts of a corpus are those of the whole in memory, byte for byte the same however they were made."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis import read_corpus, tokenize
from analysis.core.paths import SAMPLE
from analysis.core.resources import Budget
from analysis.engine import tables
from analysis.redundancy.repeats import weights
from analysis.scale import by_document as module
from analysis.scale.count import count, totals
from analysis.terms.frequency import terms
from analysis.text.corpus import CorpusError, read_texts

MEMORY = 10**9
HANG = 900  # seconds after which something is wrong, however slow the machine


@pytest.fixture
def cut(monkeypatch) -> Callable[..., None]:
    """Sets how much is read at a time, and by how many processes; rows stand in groups of 1,000."""
    monkeypatch.setattr(tables, "ROWS", 1_000)

    def set_budget(characters: int, cores: int = 1) -> None:
        monkeypatch.setattr(module, "budget", lambda memory, local, per_character=30: Budget(cores, characters))

    return set_budget


def in_memory(corpus: str | Path, **options: bool) -> list[tuple[str, str, int]]:
    matrix, doc_ids, terms = tokenize(read_corpus(corpus), **options).document_term_matrix()
    cells = matrix.tocoo()
    rows = zip(cells.row.tolist(), cells.col.tolist(), cells.data.tolist(), strict=True)
    ordered = sorted((row, terms[column], number) for row, column, number in rows)
    return [(doc_ids[row], term, number) for row, term, number in ordered]


def in_memory_adjusted(corpora: Sequence[Path]) -> list[tuple[str, str, float]]:
    """The weights of all corpora together, added up word by word in the order of the text."""
    sums: dict[tuple[int, str], float] = {}
    texts = [text for corpus in corpora for text in read_corpus(corpus).texts]
    names = [
        f"{corpus.name}/{doc_id}" if len(corpora) > 1 else doc_id
        for corpus in corpora
        for doc_id in read_corpus(corpus).documents["doc_id"]
    ]
    tokens = tokenize(read_texts(texts))
    for document, word, weight in zip(tokens.document, tokens.vocabulary[tokens.ids], weights(tokens), strict=True):
        sums[document, word] = sums.get((document, word), 0.0) + float(weight)
    return [(names[document], word, amount) for (document, word), amount in sorted(sums.items())]


def rows_of(path: Path) -> list[tuple[str, str, float]]:
    return [tuple(row.values()) for row in pq.read_table(path).to_pylist()]


@pytest.mark.parametrize("options", [{}, {"emoji": False}, {"boilerplate": True}])
@pytest.mark.parametrize("characters", [700, 10**6])
def test_counts_are_those_in_memory(cut, tangled, tmp_path, characters, options):
    cut(characters)
    done = count([tangled], tmp_path / "counts.parquet", memory=MEMORY, **options)
    rows = rows_of(tmp_path / "counts.parquet")
    assert rows == in_memory(tangled, **options)
    whole = read_corpus(tangled)
    assert done == (len(whole.texts), len(rows), len(whole.problems))
    told = pd.read_csv(tmp_path / "counts.problems.csv", keep_default_na=False)
    assert sorted(told.itertuples(index=False, name=None)) == sorted(whole.problems.itertuples(index=False, name=None))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["counts.parquet", "counts.problems.csv"]


def test_counts_by_hand(make_folder, tmp_path):
    texts = {"b.txt": "War 🇵🇰 and peace, and WAR: Zoë's état.", "a.txt": "ALSO READ: More news\n\nNo. No, no!"}
    corpus = make_folder(texts)
    for name in ("counts.parquet", "counts.csv"):
        count([corpus], tmp_path / name, memory=MEMORY)
    expected = [("a", "no", 3), ("b", "and", 2), ("b", "peace", 1), ("b", "war", 2), ("b", "zoë's", 1),
                ("b", "état", 1), ("b", "🇵🇰", 1)]  # fmt: skip
    assert rows_of(tmp_path / "counts.parquet") == expected
    assert pq.read_schema(tmp_path / "counts.parquet").types == [pa.string(), pa.string(), pa.int64()]
    lines = [",".join(map(str, row)) for row in [("doc_id", "term", "count"), *expected]]
    assert (tmp_path / "counts.csv").read_bytes().decode() == "\n".join([*lines, ""])
    assert not (tmp_path / "counts.problems.csv").exists()


@pytest.mark.slow
@pytest.mark.parametrize("adjust", [False, True])
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_the_bytes_do_not_depend_on_the_cut(cut, tangled, repeated, tmp_path, ending, adjust):
    found = set()
    for characters, cores in [(300 if adjust else 1, 1), (3_000, 2 if ending == "parquet" else 1), (10**7, 1)]:
        cut(characters, cores)
        out = tmp_path / f"counts.{ending}"
        corpora = [repeated if adjust else tangled, SAMPLE]
        done = count(corpora, out, memory=MEMORY, adjust_for_redundancy=adjust)
        found.add((out.read_bytes(), (tmp_path / "counts.problems.csv").read_bytes() if done.problems else b""))
    assert len(found) == 1
    assert not (tmp_path / f".{out.name}.work").exists()
    if ending == "parquet":
        sizes = [pq.ParquetFile(out).metadata.row_group(k).num_rows for k in range(pq.ParquetFile(out).num_row_groups)]
        assert set(sizes[:-1]) == {1_000}
        assert len(sizes) > 3


def test_several_corpora(cut, tangled, tmp_path):
    cut(10**6)
    count([tangled, SAMPLE], tmp_path / "counts.parquet", memory=MEMORY)
    expected = [(f"{folder.name}/{doc_id}", *row) for folder in (tangled, SAMPLE) for doc_id, *row in in_memory(folder)]
    assert rows_of(tmp_path / "counts.parquet") == expected


def test_a_corpus_without_a_document(make_folder, tmp_path):
    corpus = make_folder({"a.txt": ""})
    (tmp_path / "counts.csv").write_text("earlier")
    with pytest.raises(CorpusError, match=r"no document could be read from '.*corpus': a\.txt: is empty"):
        count([corpus], tmp_path / "counts.csv", memory=MEMORY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus", "counts.csv"]
    assert (tmp_path / "counts.csv").read_text() == "earlier"


# --- each sentence counted once


def test_adjusted_counts_by_hand(make_folder, tmp_path):
    texts = {"a.txt": "We will win. They said no. We will win.", "b.txt": "“WE WILL WIN!” No, they will not."}
    corpus = make_folder(texts)
    for name in ("counts.parquet", "counts.csv"):
        done = count([corpus], tmp_path / name, memory=MEMORY, adjust_for_redundancy=True)
    two, one = 2 / 3, 1 / 3
    expected = [("a", "no", 1), ("a", "said", 1), ("a", "they", 1), ("a", "we", two), ("a", "will", two),
                ("a", "win", two), ("b", "no", 1), ("b", "not", 1), ("b", "they", 1), ("b", "we", one),
                ("b", "will", 1 + one), ("b", "win", one)]  # fmt: skip
    assert rows_of(tmp_path / "counts.parquet") == expected
    assert done == (2, 12, 0)
    assert pq.read_schema(tmp_path / "counts.parquet").types == [pa.string(), pa.string(), pa.float64()]
    lines = (tmp_path / "counts.csv").read_text().splitlines()
    assert [lines[0], *lines[3:5], lines[11]] == ["doc_id,term,count", "a,they,1", "a,we,0.666667", "b,will,1.33333"]


def test_the_command_adjusts(command_line, tmp_path):
    out = tmp_path / "counts.parquet"
    done = command_line("count", SAMPLE, "--out", out, "--adjust-for-redundancy")
    assert done.returncode == 0, done.stderr
    assert rows_of(out) == in_memory_adjusted([SAMPLE])


@pytest.mark.parametrize("characters", [300, 10**6])
def test_adjusted_counts_have_the_weights_in_memory(cut, repeated, tangled, tmp_path, characters):
    cut(characters)
    for corpora in ([repeated], [tangled, repeated, SAMPLE]):
        count(corpora, tmp_path / "counts.parquet", memory=MEMORY, adjust_for_redundancy=True)
        rows = rows_of(tmp_path / "counts.parquet")
        assert rows == in_memory_adjusted(corpora)
        assert any(amount % 1 for _, _, amount in rows)
    assert rows[0][0].startswith("corpus/")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"rain": 2, "🌧": 1}),
        ({"emoji": False}, {"rain": 1}),
        ({"lowercase": False}, {"RAIN": 1, "Rain": 2, "rain": 1, "🌧": 1}),
    ],
)
def test_sentences_are_equal_as_they_are_read(make_folder, tmp_path, options, expected):
    corpus, out = make_folder({"a.txt": "Rain 🌧.\n\nRain.\n\nRAIN.\n\nrain"}), tmp_path / "counts.parquet"
    count([corpus], out, memory=MEMORY, adjust_for_redundancy=True, **options)
    assert {term: amount for _, term, amount in rows_of(out)} == pytest.approx(expected)


def stopped(corpus: Path, out: Path, name: str, number: int) -> None:
    """Stop counting as soon as `number` of the tasks called `name` are done."""

    def stop(what: str, done: int, total: int) -> None:
        if (what, done) == (name, number):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        count([corpus], out, memory=MEMORY, adjust_for_redundancy=True, progress=stop)


def test_what_was_read_in_other_shards_is_read_again(cut, make_folder, repeated, tmp_path):
    corpus = make_folder({"table.parquet": (repeated / "table.parquet").read_bytes()})
    out = tmp_path / "counts.parquet"
    cut(700)  # one table is one partition, in shards of as many characters
    stopped(corpus, out, "counting", 0)
    cut(10**6)
    count([corpus], out, memory=MEMORY, adjust_for_redundancy=True)
    assert rows_of(out) == in_memory_adjusted([corpus])


def test_a_sentence_that_is_new_elsewhere_is_counted_again(cut, make_folder, tmp_path):
    corpus, out = make_folder({"a.txt": "It rained.", "b.txt": "It did not."}), tmp_path / "counts.parquet"
    cut(5)
    stopped(corpus, out, "counting", 2)
    (corpus / "b.txt").write_text("It rained!")
    count([corpus], out, memory=MEMORY, adjust_for_redundancy=True)
    assert rows_of(out) == [("a", "it", 0.5), ("a", "rained", 0.5), ("b", "it", 0.5), ("b", "rained", 0.5)]


# --- of the whole corpus


@pytest.mark.parametrize("characters", [700, 10**6])
def test_totals_are_those_in_memory(cut, tangled, tmp_path, characters):
    cut(characters)
    out = tmp_path / "totals.parquet"
    number = totals([tangled], out, memory=10**9)
    matrix, _, names = tokenize(read_corpus(tangled)).document_term_matrix()
    columns = {"term": names, "count": matrix.sum(axis=0), "documents": (matrix > 0).sum(axis=0)}
    expected = pd.DataFrame(columns).sort_values("term", ignore_index=True)
    assert pq.read_table(out).to_pylist() == expected.to_dict("records")
    assert number == len(expected)
    assert sorted(path.name for path in Path(tmp_path).iterdir()) == ["totals.parquet", "totals.problems.csv"]


@pytest.mark.slow
@pytest.mark.parametrize(("characters", "cores"), [(300, 1), (3_000, 2), (10**6, 1)])
def test_adjusted_totals_are_those_of_the_different_sentences(cut, repeated, tmp_path, characters, cores):
    cut(characters, cores)
    out = tmp_path / "totals.parquet"
    totals([repeated, SAMPLE], out, memory=10**9, adjust_for_redundancy=True)
    tokens = tokenize(read_texts([*read_corpus(repeated).texts, *read_corpus(SAMPLE).texts]))
    sentences = np.split(tokens.vocabulary[tokens.ids], tokens.sentence_offsets[1:-1])
    times = Counter(word for sentence in set(map(tuple, sentences)) for word in sentence)
    own = terms(tokens, weights=weights(tokens)).sort_values("term")
    assert times == dict(zip(own["term"], own["count"], strict=True))
    expected = [
        {"term": term, "count": times[term], "documents": documents}
        for term, documents in zip(own["term"], own["documents"], strict=True)
    ]
    assert pq.read_table(out).to_pylist() == expected


# --- interrupted, and done by others

# Its workers wait once three results of a stage are whole, so that it is killed in the middle, however fast it is.
SLOWLY = """
import sys, time
from analysis.scale import by_document, count
from analysis.core import jobs
from analysis.core.resources import Budget

run = jobs._run


def run_three(function, stage, version, task):
    while stage.name == sys.argv[3] and len(list(stage.glob("[!.]*"))) >= 3:
        time.sleep(0.01)
    run(function, stage, version, task)


jobs._run = run_three
if __name__ == "__main__":
    by_document.budget = lambda memory, local, per_character=30: Budget(2, 10_000)
    count.count([sys.argv[1]], sys.argv[2], memory=10**9, adjust_for_redundancy=len(sys.argv) > 4)
"""


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < deadline, "nothing happens"
        time.sleep(0.01)


def is_json(file: Path) -> bool:
    """Whether a file is there and whole."""
    try:
        return bool(json.loads(file.read_text()))
    except (OSError, ValueError):
        return False


def children(process: int) -> list[int]:
    below = Path(f"/proc/{process}/task/{process}/children")
    return [int(number) for number in below.read_text().split()]


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc, which Linux has")
@pytest.mark.parametrize(
    ("adjust", "stage_name", "file"),
    [
        (False, "count_words", "rows.arrow"),
        (True, "keyed_sentences", "000000.parquet"),
        (True, "count_words", "rows.arrow"),
    ],
)
def test_a_killed_call_goes_on_where_it_stood(cut, remote_files, tmp_path, adjust, stage_name, file):
    cut(10_000)
    count([remote_files], tmp_path / "whole.parquet", memory=MEMORY, adjust_for_redundancy=adjust)
    out, stage = tmp_path / "counts.parquet", tmp_path / ".counts.parquet.work" / stage_name
    program = tmp_path / "slowly.py"
    program.write_text(SLOWLY)
    command = [sys.executable, program, remote_files, out, stage_name, *["adjust"] * adjust]
    process = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: len(list(stage.glob("[!.]*"))) >= 3 or process.poll() is not None)
        below = children(process.pid)
    finally:
        process.kill()
        process.wait()
    wait_for(lambda: not any(map(is_alive, below)))  # nobody is left to work for nobody
    assert not out.exists()
    before = {place.name: (place / file).stat().st_mtime_ns for place in stage.glob("[!.]*")}
    assert 3 <= len(before) < 40
    after = {}

    def look(what: str, done: int, total: int) -> None:
        if what == "counting" and done == total:
            after.update({place.name: (place / file).stat().st_mtime_ns for place in stage.iterdir()})

    count([remote_files], out, memory=MEMORY, adjust_for_redundancy=adjust, progress=look)
    assert before.items() <= after.items()
    assert len(after) == 40
    assert out.read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert not stage.parent.exists()


@pytest.fixture
def scheduler(tmp_path) -> Iterator[tuple[str, Callable[[], subprocess.Popen[bytes]]]]:
    """The address of a dask scheduler in a process of its own, and a function that starts one more worker."""
    pytest.importorskip("distributed")
    about = tmp_path / "scheduler.json"
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str | Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *map(str, arguments)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, **quiet))
        return started[-1]

    start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", about)
    wait_for(lambda: is_json(about))
    worker = [
        "worker",
        "--scheduler-file",
        about,
        "--nthreads",
        "1",
        "--no-dashboard",
        "--no-nanny",
        "--host",
        "127.0.0.1",
    ]
    try:
        yield json.loads(about.read_text())["address"], lambda: start(*worker)
    finally:
        for process in started[::-1]:
            process.kill()
            process.wait()


ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.parametrize(("adjust", "stage"), [(False, "counting"), (True, "reading sentences")])
def test_dask_workers_write_the_same_bytes(cut, scheduler, remote_files, tmp_path, adjust, stage):
    from distributed import Client

    cut(10_000)
    how = {"memory": MEMORY, "adjust_for_redundancy": adjust}
    count([remote_files], tmp_path / "alone.parquet", **how)
    expected = (tmp_path / "alone.parquet").read_bytes()
    address, add_worker = scheduler
    workers: list[subprocess.Popen[bytes]] = []
    with Client(address) as client:
        for number in (2, 4):
            workers += [add_worker() for _ in range(number - len(workers))]
            client.wait_for_workers(number, timeout=HANG)
            out = tmp_path / f"{number}.parquet"
            count([remote_files], out, client=client, **how)
            assert out.read_bytes() == expected

        def kill(what: str, done: int, total: int) -> None:
            if (what, done) == (stage, 5):
                workers.pop().kill()
                workers.pop().kill()

        out = tmp_path / "killed.parquet"
        count([remote_files], out, client=client, progress=kill, **how)
        assert len(workers) == 2
        assert out.read_bytes() == expected


# --- how much memory it takes


@pytest.mark.slow
@pytest.mark.parametrize("adjust", [False, True])
def test_memory_is_bounded(tmp_path, in_300_mb, adjust):
    (tmp_path / "corpus").mkdir()
    draw = np.random.default_rng(4)
    words = np.array([f"word{n}" for n in range(50_000)], dtype=object)
    for number in range(2):  # tables of 12 MB each: a shard must be less than a file
        texts = [" ".join(words[draw.zipf(1.3, 700) % 50_000]) + "." for _ in range(3_400)]
        pq.write_table(pa.table({"text": texts}), tmp_path / "corpus" / f"{number}.parquet", row_group_size=500)
    assert sum(len(text) for text in pq.read_table(tmp_path / "corpus")["text"].to_pylist()) > 20 * 10**6
    found, took = in_300_mb("count", count, tmp_path, adjust_for_redundancy=adjust)
    assert found.documents == 6_800
    assert took < 315_000_000
