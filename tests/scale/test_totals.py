"""Counts of the whole corpus are the sums of those of its documents, however many runs are merged."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis import read_corpus, tokenize
from analysis.scale import totals as module
from analysis.scale.resources import Budget
from analysis.scale.totals import TOTALS, merged, totals


@pytest.mark.parametrize(("characters", "runs", "batch"), [(700, 3, 10), (10**6, 64, 1 << 14)])
def test_totals_are_those_in_memory(monkeypatch, tangled, tmp_path, characters, runs, batch):
    monkeypatch.setattr(module, "budget", lambda memory, local: Budget(1, characters))
    monkeypatch.setattr(module, "_RUNS", runs)
    monkeypatch.setattr(module, "BATCH", batch)
    out = tmp_path / "totals.parquet"
    number = totals([tangled], out, memory=10**9)
    matrix, _, terms = tokenize(read_corpus(tangled)).document_term_matrix()
    columns = {"term": terms, "count": matrix.sum(axis=0), "documents": (matrix > 0).sum(axis=0)}
    expected = pd.DataFrame(columns).sort_values("term", ignore_index=True)
    assert pq.read_table(out).to_pylist() == expected.to_dict("records")
    assert number == len(expected)
    assert [path.name for path in Path(tmp_path).iterdir()] == ["totals.parquet"]


def test_merged_by_hand():
    def run(*pieces: str) -> list[pa.RecordBatch]:
        return [pa.record_batch([[*piece], [1] * len(piece), [1] * len(piece)], schema=TOTALS) for piece in pieces]

    found = merged([iter(run("ab", "cz")), iter(run("b", "d", "é")), iter(run("z")), iter(run())])
    rows = [(row["term"], row["count"]) for table in found for row in table.to_pylist()]
    assert rows == [("a", 1), ("b", 2), ("c", 1), ("d", 1), ("z", 2), ("é", 1)]
