"""Document pairs found shard by shard: the same as in memory, however the work is cut and by whom it is done."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis import Tokens, read_corpus, tokenize
from analysis.core.csv_files import write_csv
from analysis.core.paths import SAMPLE
from analysis.core.resources import Budget
from analysis.engine import pairing
from analysis.engine.columns import write_about, write_columns
from analysis.redundancy.reuse import common_shingles, document_pairs
from analysis.redundancy.reuse.borrowing import directions
from analysis.scale import pairs as module
from analysis.scale.pairs import Documents, Found, pairs

MEMORY = 10**9
Cut = Callable[[int, int], None]
Same = Callable[[Path, pd.DataFrame], None]
Measured = Callable[[str, Callable[..., Any], Path], tuple[Any, int]]
MakeFolder = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Cut:
    """Sets how many characters a shard has, and how many shingles a bucket and, by a quarter, a block."""

    def cut(characters: int, shingles: int) -> None:
        monkeypatch.setattr(pairing, "budget", lambda memory, **options: Budget(1, characters))
        monkeypatch.setattr(module, "PER_SHINGLE", (MEMORY - module.BASE) // shingles)
        monkeypatch.setattr(module, "PER_ROW", max(1, (MEMORY - module.BASE) * 2 // shingles))

    return cut


def in_memory(tokens: Tokens) -> pd.DataFrame:
    found = document_pairs(tokens)
    return found.assign(earlier=directions(tokens, found))


def write_corpus(folder: Path, draw: random.Random, documents: int) -> Path:
    """Texts that share runs of words, over and over; some are equal, some empty, some too short, half are dated."""
    folder.mkdir()
    vocabulary = [f"word{number}" for number in range(draw.choice([2, 4, 20, 400]))]
    runs = [" ".join(draw.choices(vocabulary, k=12)) for _ in range(6)]
    for number in range(documents):
        text = " ".join(draw.choices(vocabulary, k=draw.choice([0, 2, 3, 4, 30])))
        if draw.random() < 0.8:
            text += f" {draw.choice(runs)} end {number} of the matter as it stands"
        (folder / f"{number:04}.txt").write_text(text or "...")
    rows = [f"{number:04}.txt,2024-01-{draw.randint(1, 28):02}\n" for number in range(0, documents, 2)]
    (folder / "metadata.csv").write_text("file,date\n" + "".join(rows))
    return folder


@pytest.mark.parametrize(("characters", "shingles"), [(10**6, 10**6), (10_000, 1_500), (30_000, 60_000)])
def test_the_sample_as_in_memory(
    sample_tokens: Tokens, tmp_path: Path, cut: Cut, characters: int, shingles: int, assert_same: Same
) -> None:
    expected = in_memory(sample_tokens)
    cut(characters, shingles)
    out = tmp_path / "pairs.parquet"
    assert pairs([SAMPLE], out, memory=MEMORY) == Found(26, len(expected), 0, 0)
    assert_same(out, expected)
    pairs([SAMPLE], tmp_path / "pairs.csv", memory=MEMORY)
    write_csv(expected, tmp_path / "expected.csv")
    assert (tmp_path / "pairs.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "expected.csv",
        "pairs.common.csv",
        "pairs.csv",
        "pairs.parquet",
    ]


@pytest.mark.parametrize("seed", range(4))
def test_drawn_corpora_as_in_memory(tmp_path: Path, cut: Cut, seed: int, assert_same: Same) -> None:
    draw = random.Random(seed)
    corpus = write_corpus(tmp_path / "corpus", draw, 260 if seed % 2 else 60)
    tokens = tokenize(read_corpus(corpus))
    expected = in_memory(tokens)
    assert len(expected) > 10
    made = []
    for characters, shingles in ((10**6, 10**6), (6_000, 2_000), (2_000, 1_000)):
        cut(characters, shingles)
        out = tmp_path / f"{shingles}.parquet"
        found = pairs([corpus], out, memory=MEMORY)
        assert found.common == len(common_shingles(tokens))
        assert_same(out, expected)
        made.append(out.read_bytes())
    assert made[0] == made[1] == made[2]


def test_runs_in_more_than_200_documents_are_put_aside(
    make_folder: MakeFolder, tmp_path: Path, cut: Cut, assert_same: Same
) -> None:
    # Ten words stand in all 230 documents: their seven runs count nowhere. 200 have six others: those three do.
    texts = {}
    for number in range(230):
        texts[f"{number:03}.txt"] = "this is what stands at the end of all texts " + f"own{number} " * 3
        texts[f"{number:03}.txt"] += "but not each of them has" * (number < 200)
    corpus = make_folder(texts)
    cut(2_000, 400)
    found = pairs([corpus], tmp_path / "pairs.parquet", memory=MEMORY)
    assert found == Found(230, 200 * 199 // 2, 7, 0)
    tokens = tokenize(read_corpus(corpus))
    common = pd.read_csv(tmp_path / "pairs.common.csv")
    assert common.to_numpy().tolist() == common_shingles(tokens).to_numpy().tolist()
    assert common["documents"].tolist() == [230] * 7
    table = pd.read_parquet(tmp_path / "pairs.parquet")
    # Of a document's own: three that end in its word or two, one of it alone and three that begin so.
    assert set(table["shared"]) == {3}
    assert_same(tmp_path / "pairs.parquet", in_memory(tokens))


def test_only_the_most_common_runs_are_named(
    make_folder: MakeFolder, tmp_path: Path, cut: Cut, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {}
    for number in range(250):  # the later documents have the more widespread words
        text = "these words stand in all of them" if number >= 10 else "something"
        texts[f"{number:03}.txt"] = text + (" and these in nearly all" if number >= 30 else " but not here")
    corpus = make_folder(texts)
    cut(500, 400)
    monkeypatch.setattr(module, "LISTED", 4)
    assert pairs([corpus], tmp_path / "pairs.parquet", memory=MEMORY).common == 4 + 5
    common = pd.read_csv(tmp_path / "pairs.common.csv")
    runs = ["in all of them", "stand in all of", "these words stand in", "words stand in all"]
    assert common.to_numpy().tolist() == [[run, 240] for run in runs]


def test_a_row_by_hand() -> None:
    dates = np.array(["2024-06-22", "2024-06-21", "NaT", "2024-06-22"], dtype="datetime64[s]")
    documents = Documents(pa.array(["one", "two", "three", "four"], pa.large_string()), dates, np.array([4, 5, 8, 4]))
    found = pa.record_batch({"a": [0, 1, 0, 1], "b": [1, 3, 3, 2], "shared": [3, 2, 4, 5]})
    assert [tuple(row.values()) for row in module.rows(documents, found).to_pylist()] == [
        ("one", "two", 3, 3 / 4, 3 / 5, 3 / 6, "b"),
        ("two", "four", 2, 2 / 5, 2 / 4, 2 / 7, "a"),
        ("one", "four", 4, 1, 1, 1, "unknown"),  # of one day
        ("two", "three", 5, 1, 5 / 8, 5 / 8, "unknown"),  # one has no date
    ]


@pytest.mark.parametrize(
    ("shingles", "documents", "plan"),
    [
        (1_000_000, 500, (5, 200, 3)),  # 40 bytes each, and blocks of 400,000 of 20 bytes each
        (0, 3, (1, 3, 1)),
    ],
)
def test_the_more_shingles_the_more_buckets_and_blocks(
    tmp_path: Path, shingles: int, documents: int, plan: tuple[int, int, int]
) -> None:
    write_columns(tmp_path / "all", sizes=np.array([shingles]))
    write_about(tmp_path, documents=documents)
    found = module._plan(tmp_path, 8_000_000, 1)
    assert (found.buckets, found.per_block, found.blocks) == plan


def test_a_threshold(sample_tokens: Tokens, tmp_path: Path, assert_same: Same) -> None:
    expected = in_memory(sample_tokens)
    larger = expected[["containment_a", "containment_b"]].max(axis=1)
    share = float(larger.iloc[len(larger) // 2])  # that of a pair, which is listed
    pairs([SAMPLE], tmp_path / "pairs.parquet", memory=MEMORY, threshold=share)
    assert 0 < (larger >= share).sum() < len(larger)
    assert_same(tmp_path / "pairs.parquet", expected[larger >= share])
    for bad in (0, 1.5):
        with pytest.raises(ValueError, match=f"threshold {bad:g}: give a share above 0"):
            pairs([SAMPLE], tmp_path / "pairs.parquet", memory=MEMORY, threshold=bad)


def test_several_corpora_are_one(tmp_path: Path, cut: Cut, assert_same: Same) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    corpora = [write_corpus(whole / name, random.Random(5), 30) for name in ("east", "west")]
    for corpus in corpora:
        (corpus / "metadata.csv").unlink()  # a folder's own is not read for the one above
    expected = in_memory(tokenize(read_corpus(whole)))
    cut(1_000, 1_000)
    found = pairs(corpora, tmp_path / "pairs.parquet", memory=MEMORY)
    assert found.documents == 60
    assert set(expected["a"].str.partition("/")[0]) == {"east", "west"}
    assert_same(tmp_path / "pairs.parquet", expected)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the most memory a process had")
def test_memory_is_bounded_where_all_documents_share_words(tmp_path: Path, in_300_mb: Measured) -> None:
    """12 MB of 6,000 documents, half of each the same words; the rest of one in ten that of another."""
    (tmp_path / "corpus").mkdir()
    draw = random.Random(3)
    vocabulary = [f"w{number}" for number in range(5_000)]
    common = " ".join(draw.choices(vocabulary, k=170))
    own: list[str] = []
    for shard in range(6):
        own += [draw.choice(own) if own and draw.random() < 0.1 else words(draw, vocabulary) for _ in range(1_000)]
        table = pa.table({"text": [f"{common} {text}" for text in own[-1_000:]]})
        pq.write_table(table, tmp_path / "corpus" / f"{shard}.parquet")
    found, took = in_300_mb("pairs", pairs, tmp_path)
    assert found.common == 167  # all but those at its end, with a document's own words
    groups = Counter(own).values()
    assert found.pairs == sum(size * (size - 1) // 2 for size in groups)
    assert took < 300_000_000


def words(draw: random.Random, vocabulary: list[str]) -> str:
    return " ".join(draw.choices(vocabulary, k=170))
