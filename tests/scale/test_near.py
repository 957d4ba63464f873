"""What is nearly the same, found shard by shard: as in memory, however the work is cut and by whom it is done."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis import read_corpus, tokenize
from analysis.core.csv_files import write_csv
from analysis.core.paths import SAMPLE
from analysis.engine import pairing
from analysis.redundancy import near_places
from analysis.redundancy.near import near_repeats
from analysis.redundancy.near_places import PlacePairs
from analysis.scale import near as module
from analysis.scale.near import Found, Sorting, near

MEMORY = 10**9
Cut = Callable[[int, int], None]
Same = Callable[[Path, pd.DataFrame], None]
Measured = Callable[[str, Callable[..., Any], Path], tuple[Any, int]]
MakeFolder = Callable[[Mapping[str, str]], Path]


def write_corpus(folder: Path, seed: int, documents: int = 40) -> Path:
    """Texts of a few words: the same sentences over and over, a word changed, words in another order, short ones."""
    folder.mkdir()
    draw = random.Random(seed)
    common, rare = [f"w{number}" for number in range(draw.choice([4, 9, 30]))], [f"r{number}" for number in range(90)]
    kept = [" ".join(draw.choices(common + rare, k=size)) for size in (1, 3, 4, 5, 9, 14)]

    def sentence() -> str:
        words = draw.choice(kept).split() if draw.random() < 0.5 else draw.choices(common, k=draw.choice([2, 5, 6, 9]))
        if draw.random() < 0.3:
            words[draw.randrange(len(words))] = draw.choice(common + rare)
        if draw.random() < 0.2:
            draw.shuffle(words)
        return " ".join(words).capitalize() + "."

    def text() -> str:
        return "\n\n".join(
            " ".join(sentence() for _ in range(draw.choice([1, 2, 4]))) for _ in range(draw.choice([0, 2, 3]))
        )

    for number in range(documents):
        (folder / f"{number:03}.txt").write_text(text() or "...")
    return folder


def write_copies(folder: Path) -> Path:
    """60 copies of a sentence, 60 of one with a word more, 40 of another, 30 short ones; documents without a word."""
    folder.mkdir()
    said = "The council of the north closed the old stone bridge again"
    texts = [*[f"{said}."] * 60, *[f"{said} today."] * 60, *["Of this we know nothing more than you do."] * 40]
    texts += ["It rained."] * 30 + ["Rained it."] + ["..."] * 5
    random.Random(4).shuffle(texts)
    for number in range(0, len(texts), 3):
        (folder / f"{number:03}.txt").write_text("\n\n".join(texts[number : number + 3]))
    return folder


@pytest.mark.parametrize("unit", ["sentence", "paragraph"])
@pytest.mark.parametrize("threshold", [0.4, 0.8])
def test_the_sample_as_in_memory(
    sample_tokens: Any, tmp_path: Path, cut_near: Cut, unit: str, threshold: float, assert_same: Same
) -> None:
    expected = near_repeats(sample_tokens, threshold, unit)
    made = []
    for characters, records in ((10**6, 10**6), (20_000, 2_000)):
        cut_near(characters, records)
        out = tmp_path / f"{characters}.parquet"
        found = near([SAMPLE], out, memory=MEMORY, threshold=threshold, unit=unit)
        assert (found.documents, found.pairs, found.problems) == (26, len(expected), 0)
        assert_same(out, expected)
        made.append(out.read_bytes())
    assert made[0] == made[1]
    near([SAMPLE], tmp_path / "near.csv", memory=MEMORY, threshold=threshold, unit=unit)
    write_csv(expected, tmp_path / "expected.csv")
    assert (tmp_path / "near.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "1000000.parquet",
        "20000.parquet",
        "expected.csv",
        "near.csv",
    ]


@pytest.mark.parametrize("unit", ["sentence", "paragraph"])
@pytest.mark.parametrize(("seed", "threshold", "many"), [(0, 0.8, 3), (1, 0.5, 4), (2, 1, 50), (3, 2 / 3, 50)])
def test_drawn_corpora_as_in_memory(
    tmp_path: Path,
    cut_near: Cut,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    threshold: float,
    many: int,
    unit: str,
    assert_same: Same,
) -> None:
    corpus = write_corpus(tmp_path / "corpus", seed)
    monkeypatch.setattr(near_places, "MANY", many)
    expected = near_repeats(tokenize(read_corpus(corpus)), threshold, unit)
    assert len(expected) > 5
    assert expected["omitted"].any() == (many < 50)
    made = []
    for characters, records in ((10**6, 10**6), (2_000, 400), (900, 150)):
        cut_near(characters, records)
        out = tmp_path / f"{records}.parquet"
        near([corpus], out, memory=MEMORY, threshold=threshold, unit=unit)
        assert_same(out, expected)
        made.append(out.read_bytes())
    assert made[0] == made[1] == made[2]


@pytest.mark.parametrize("size", [(10**6, 10**6), (600, 100)])
def test_many_copies_stand_with_the_first_one(
    tmp_path: Path, cut_near: Cut, size: tuple[int, int], assert_same: Same
) -> None:
    corpus = write_copies(tmp_path / "corpus")
    cut_near(*size)
    out = tmp_path / "near.parquet"
    found = near([corpus], out, memory=MEMORY)
    # Two times 60 copies that are alike: all pairs of 51, and 69 rows. 40 copies: 780. 30 short ones: 435; in another
    # order: none.
    rows = 1275 + 69 + 780 + 435
    omitted = 120 * 119 // 2 - 1275 - 69
    assert found == Found(66, 191, rows, omitted, len(read_corpus(corpus).problems))
    table = pd.read_parquet(out)
    assert set(table["similarity"]) == {9 / 10, 1}  # the, council, of, north, closed, old, stone, bridge, again; today
    assert_same(out, near_repeats(tokenize(read_corpus(corpus))))


def test_what_is_compared_is_bounded(
    make_folder: MakeFolder, tmp_path: Path, cut_near: Cut, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (f"rare{number} said once more that it had rained." for number in range(20))
    corpus = make_folder({"a.txt": "\n\n".join(line.capitalize() for line in lines)})
    # Of 8 words two are looked at, one in a sentence alone and one that all 20 have: half of 20 * 1 * 1 + 20 * 20.
    given = {"memory": MEMORY, "threshold": 7 / 9}
    monkeypatch.setattr(module, "MOST", 209)
    for size in (10**6, 60):  # one block, several
        cut_near(10**6, size)
        with pytest.raises(ValueError, match=r"so many sentences share .* take 2e\+02 comparisons, and 2e\+02 are"):
            near([corpus], tmp_path / "near.csv", **given)
    assert not (tmp_path / "near.csv").exists()
    monkeypatch.setattr(module, "MOST", 210)
    assert near([corpus], tmp_path / "near.csv", **given).pairs == 190


def test_too_many_places_or_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = write_copies(tmp_path / "corpus")
    monkeypatch.setattr(pairing, "LARGEST", 190)
    with pytest.raises(ValueError, match="191 sentences are too many to compare: give texts with 190 at the most"):
        near([corpus], tmp_path / "near.csv", memory=MEMORY)
    words = {"single": ["one two three four five"], "double": ["one two three four five six"]}
    monkeypatch.setattr(pairing, "LARGEST", 5)
    monkeypatch.setattr(module, "LARGEST", 5)
    for name, texts in words.items():
        pq.write_table(pa.table({"text": texts}), tmp_path / f"{name}.parquet")
    assert near([tmp_path / "single.parquet"], tmp_path / "near.csv", memory=MEMORY).pairs == 0
    with pytest.raises(ValueError, match="6 different words are too many: give texts with 5 at the most"):
        near([tmp_path / "double.parquet"], tmp_path / "near.csv", memory=MEMORY)


def test_several_corpora_are_one(tmp_path: Path, cut_near: Cut, assert_same: Same) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    corpora = [write_corpus(whole / name, 5, 15) for name in ("east", "west")]
    cut_near(1_000, 1_000)
    near(corpora, tmp_path / "near.parquet", memory=MEMORY)
    expected = near_repeats(tokenize(read_corpus(whole)))
    assert {("east", "west"), ("east", "east")} <= set(
        zip(expected["a_doc"].str.partition("/")[0], expected["b_doc"].str.partition("/")[0], strict=True)
    )
    assert_same(tmp_path / "near.parquet", expected)


def test_mistakes_cost_one_line(tmp_path: Path, typed: Any) -> None:
    for bad in (0, 1.5):
        with pytest.raises(ValueError, match=f"threshold {bad:g}: give a share above 0"):
            near([SAMPLE], tmp_path / "near.csv", memory=MEMORY, threshold=bad)
    with pytest.raises(ValueError, match="unknown unit 'document': use 'sentence' or 'paragraph'"):
        near([SAMPLE], tmp_path / "near.csv", memory=MEMORY, unit="document")
    done = typed("pairs", SAMPLE, "--out", tmp_path / "near.csv", "--unit", "line")
    assert done == (2, "", "lafz: --unit 'line': use document, sentence or paragraph\n")
    assert not list(tmp_path.iterdir())


def test_the_command(sample_tokens: Any, tmp_path: Path, typed: Any, assert_same: Same) -> None:
    out = tmp_path / "near.parquet"
    for unit, more, threshold in (("sentence", [], 0.8), ("paragraph", ["--threshold", "0.4"], 0.4)):
        expected = near_repeats(sample_tokens, threshold, unit)
        done = typed("pairs", SAMPLE, "--out", out, "--unit", unit, *more)
        units = {"sentence": 600, "paragraph": 300}[unit]
        assert done == (0, f"{len(expected)} pairs among {units} {unit}s: {out}\n", "")
        assert_same(out, expected)


def test_pairs_that_are_not_listed_are_told(
    make_folder: MakeFolder, bulletins: list[str], tmp_path: Path, typed: Any
) -> None:
    corpus, out = make_folder({"a.txt": " ".join(bulletins)}), tmp_path / "near.csv"
    told = typed("pairs", corpus, "--out", out, "--unit", "sentence", "--threshold", 0.6)
    assert told[:2] == (0, f"1,374 pairs among 150 sentences: {out}\n")
    assert told.err == (
        "lafz: 9,801 pairs more, counted in the column omitted: a sentence that is nearly the same as more than 50 "
        "earlier ones is listed with the first of them alone\n"
    )
    assert pd.read_csv(out)["omitted"].sum() == 9_801


@pytest.mark.slow
@pytest.mark.parametrize(("many", "pairs"), [(150, 11_175), (50, 1_275 + 99), (5, 15 + 144)])
def test_pairs_are_written_before_all_are_found_and_few_where_all_are_alike(
    make_folder: MakeFolder,
    bulletins: list[str],
    tmp_path: Path,
    cut_near: Cut,
    monkeypatch: pytest.MonkeyPatch,
    many: int,
    pairs: int,
) -> None:
    corpus = make_folder({"a.txt": "\n\n".join(bulletins)})
    cut_near(10**6, 2_000)  # one block of all sets
    monkeypatch.setattr(near_places, "MANY", many)
    in_memory, written = [], []
    write_pairs, sort_pairs = module._write_pairs, module.sort_pairs

    def writing(place: Path, found: PlacePairs, units: Any) -> None:
        in_memory.append(len(found))
        write_pairs(place, found, units)

    def sorting(task: Sorting, place: Path) -> None:
        files = [file for folder in task.folders for file in Path(folder).glob("*.parquet")]
        written.extend(pq.read_metadata(file).num_rows for file in files)
        sort_pairs(task, place)

    monkeypatch.setattr(module, "_write_pairs", writing)
    monkeypatch.setattr(module, "sort_pairs", sorting)
    assert near([corpus], tmp_path / "near.csv", memory=MEMORY, threshold=0.6).pairs == pairs
    assert max(in_memory) <= 2 * (500 + 149)  # twice a quarter of 2,000, and those of one sentence
    # Of 150 sentences each is written with few more than `many`, whatever was known of them by then.
    assert sum(written) <= min(11_175, 150 * (many + 3))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the most memory a process had")
def test_memory_is_bounded_where_all_share_words(tmp_path: Path, in_300_mb: Measured) -> None:
    """40,000 sentences of a hundred words, so that each word is among the rarest of thousands of them."""
    (tmp_path / "corpus").mkdir()
    draw = random.Random(3)
    vocabulary = [f"w{number}" for number in range(100)]
    for shard in range(4):
        texts = []
        for _ in range(500):
            own = draw.choices(vocabulary, k=20)
            rows = (" ".join([*own[:-1], draw.choice(vocabulary)]).capitalize() for _ in range(20))
            texts.append("\n\n".join(f"{row}." for row in rows))
        pq.write_table(pa.table({"text": texts}), tmp_path / "corpus" / f"{shard}.parquet")
    expected = len(near_repeats(tokenize(read_corpus(tmp_path / "corpus"))))
    found, took = in_300_mb("near", near, tmp_path)
    assert found.units == 40_000
    assert found.pairs == expected > 2_000 * 150
    # Of the 300 MB, 270 are for the process by itself, which takes ten more or less with the libraries that are there.
    assert took < 315_000_000


def test_keys_that_are_the_same_by_half_are_told_apart(
    sample_tokens: Any, tmp_path: Path, cut_near: Cut, monkeypatch: pytest.MonkeyPatch, assert_same: Same
) -> None:
    digests, halves = module.digests, np.array([3, 2**64 - 1], dtype=np.uint64)
    monkeypatch.setattr(module, "digests", lambda words, number: digests(words, number) & halves)
    cut_near(20_000, 2_000)
    near([SAMPLE], tmp_path / "near.parquet", memory=MEMORY)
    assert_same(tmp_path / "near.parquet", near_repeats(sample_tokens))
