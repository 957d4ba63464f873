"""Counts of the whole corpus are the sums of those of its documents, however many runs are merged."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis import read_corpus, tokenize
from analysis.core.paths import SAMPLE
from analysis.core.resources import Budget
from analysis.redundancy.repeats import weights
from analysis.scale import totals as module
from analysis.scale.totals import TOTALS, merged, totals
from analysis.terms.frequency import terms
from analysis.text.corpus import read_texts


@pytest.mark.parametrize(("characters", "runs", "batch"), [(700, 3, 10), (10**6, 64, 1 << 14)])
def test_totals_are_those_in_memory(monkeypatch, tangled, tmp_path, characters, runs, batch):
    monkeypatch.setattr(module, "budget", lambda memory, local, per_character=30: Budget(1, characters))
    monkeypatch.setattr(module, "_RUNS", runs)
    monkeypatch.setattr(module, "BATCH", batch)
    out = tmp_path / "totals.parquet"
    number = totals([tangled], out, memory=10**9)
    matrix, _, terms = tokenize(read_corpus(tangled)).document_term_matrix()
    columns = {"term": terms, "count": matrix.sum(axis=0), "documents": (matrix > 0).sum(axis=0)}
    expected = pd.DataFrame(columns).sort_values("term", ignore_index=True)
    assert pq.read_table(out).to_pylist() == expected.to_dict("records")
    assert number == len(expected)
    assert sorted(path.name for path in Path(tmp_path).iterdir()) == ["totals.parquet", "totals.problems.csv"]


@pytest.mark.slow
@pytest.mark.parametrize(("characters", "cores"), [(300, 1), (3_000, 2), (10**6, 1)])
def test_adjusted_totals_are_those_of_the_different_sentences(monkeypatch, repeated, tmp_path, characters, cores):
    monkeypatch.setattr(module, "budget", lambda memory, local, per_character=30: Budget(cores, characters))
    out = tmp_path / "totals.parquet"
    totals([repeated, SAMPLE], out, memory=10**9, adjust_for_redundancy=True)
    tokens = tokenize(read_texts([*read_corpus(repeated).texts, *read_corpus(SAMPLE).texts]))
    sentences = np.split(tokens.vocabulary[tokens.ids], tokens.sentence_offsets[1:-1])
    count = Counter(word for sentence in set(map(tuple, sentences)) for word in sentence)
    own = terms(tokens, weights=weights(tokens), resamples=0).sort_values("term")
    assert count == dict(zip(own["term"], own["count"], strict=True))
    expected = [
        {"term": term, "count": count[term], "documents": documents}
        for term, documents in zip(own["term"], own["documents"], strict=True)
    ]
    assert pq.read_table(out).to_pylist() == expected


def test_merged_by_hand():
    def run(*pieces: str) -> list[pa.RecordBatch]:
        return [pa.record_batch([[*piece], [1] * len(piece), [1] * len(piece)], schema=TOTALS) for piece in pieces]

    found = merged([iter(run("ab", "cz")), iter(run("b", "d", "é")), iter(run("z")), iter(run())])
    rows = [(row["term"], row["count"]) for table in found for row in table.to_pylist()]
    assert rows == [("a", 1), ("b", 2), ("c", 1), ("d", 1), ("z", 2), ("é", 1)]
