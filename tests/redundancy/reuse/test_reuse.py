"""Which documents share text: by hand, against sets of tuples, and on labelled pairs."""

import gzip
import json
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Tokens, tokenize
from analysis.core.paths import ROOT
from analysis.redundancy import reuse
from analysis.redundancy.reuse import common_shingles, document_pairs, pairs, passages
from analysis.text.corpus import read_texts
from analysis.text.shingles import shingles

COLUMNS = ["a", "b", "shared", "containment_a", "containment_b", "jaccard"]
PAN = ROOT.parent / "shared" / "data" / "pan13_train"

documents = st.lists(st.lists(st.sampled_from("ant bee cat".split()), min_size=1, max_size=25), min_size=1, max_size=6)


def tokens_of(*texts: str) -> Tokens:
    return tokenize(read_texts(texts))


def words(first: int, last: int) -> str:
    """Words that no other range of numbers has."""
    return " ".join(f"word{number}" for number in range(first, last))


def test_shares_by_hand() -> None:
    # In twos, twos and fives the documents have different runs of four words, such as "ant bee cat dog".
    tokens = tokens_of("ant bee cat dog eel.", "Fox ant bee cat dog.", "Gnu hen fox, ant bee cat dog eel.")
    table = document_pairs(tokens, min_shared=1, min_containment=1)
    assert table.columns.tolist() == COLUMNS
    assert table.to_numpy().tolist() == [
        ["0", "2", 2, 1.0, 2 / 5, 2 / 5],  # union: 2 + 5 - 2
        ["1", "2", 2, 1.0, 2 / 5, 2 / 5],  # "fox ant bee cat" and "ant bee cat dog"
        ["0", "1", 1, 1 / 2, 1 / 2, 1 / 3],
    ]


@pytest.mark.parametrize(
    ("shared", "length", "listed"),
    [
        (4, 100, False),  # one shingle of 97: 1.0%, but one alone
        (5, 300, True),  # two of 297: 0.67%
        (5, 400, False),  # two of 397: 0.50%
        (7, 800, False),  # four of 797: 0.50%
        (8, 800, True),  # five, whatever the length
    ],
)
def test_what_is_held_to_be_reuse(shared: int, length: int, listed: bool) -> None:
    one = words(0, length)
    other = words(0, shared) + " " + words(1000, 1000 + length - shared)
    assert len(document_pairs(tokens_of(one, other))) == listed


def test_common_shingles_are_put_aside_and_listed() -> None:
    texts = [f"{words(9 * k, 9 * k + 5)} at the end of it" for k in range(3)]
    tokens = tokens_of(*texts)
    # Of the seven shingles of each, "at the end of" and "the end of it" stand in all three.
    assert document_pairs(tokens)[["shared", "containment_a"]].to_numpy().tolist() == [[2, 2 / 7]] * 3
    assert document_pairs(tokens, max_documents=2).empty
    table = common_shingles(tokens, max_documents=2)
    assert table.to_numpy().tolist() == [["at the end of", 3], ["the end of it", 3]]
    assert common_shingles(tokens).empty
    # Neither do they count among a document's shingles: 3 of its 5 others are shared.
    tokens = tokens_of(*texts, words(0, 6))
    assert document_pairs(tokens, max_documents=2).to_numpy().tolist() == [["0", "3", 2, 2 / 5, 2 / 3, 2 / 6]]


def all_with_all(tokens: Tokens, n: int) -> list[list[object]]:
    """The table of all pairs that share a shingle, by its definition."""
    sets = [
        {tuple(ids[k : k + n]) for k in range(len(ids) - n + 1)}
        for ids in np.split(tokens.ids, tokens.document_offsets[1:-1])
    ]
    rows: list[tuple[int, list[object]]] = []
    for a, b in combinations(range(len(sets)), 2):
        shared = len(sets[a] & sets[b])
        if shared:
            union = len(sets[a] | sets[b])
            row = [str(a), str(b), shared, shared / len(sets[a]), shared / len(sets[b]), shared / union]
            rows.append((shared, row))
    return [row for _, row in sorted(rows, key=lambda row: -row[0])]


@settings(max_examples=60, deadline=None)
@given(documents, st.integers(1, 5))
def test_equals_sets_of_tuples(texts: list[list[str]], n: int) -> None:
    tokens = tokens_of(*(" ".join(text) for text in texts))
    table = document_pairs(tokens, n=n, min_shared=1, min_containment=0)
    assert table.to_numpy().tolist() == all_with_all(tokens, n)


def test_shingles_of_numbers_that_take_all_their_bits() -> None:
    keys = np.array([1 << 32 | 5, 2 << 32 | 4, 1 << 32 | 5, 5, 2 << 32 | 4])
    assert shingles(keys, 1).tolist() == [0, 1, 0, 2, 1]
    assert shingles(keys, 2).tolist() == [0, 1, 2, 3]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=40), st.integers(1, 6))
def test_shingles_equal_numbered_tuples(ids: list[int], n: int) -> None:
    known: dict[tuple[int, ...], int] = {}
    expected = [known.setdefault(tuple(ids[k : k + n]), len(known)) for k in range(len(ids) - n + 1)]
    assert shingles(np.array(ids, dtype=np.int32), n).tolist() == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "n is 0"),
        ({"min_shared": 0}, "min_shared is 0"),
        ({"min_containment": 1.5}, "min_containment is 1.5"),
        ({"max_documents": 1}, "max_documents is 1"),
    ],
)
def test_bad_options(options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        document_pairs(tokens_of("ant bee cat dog", "eel"), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "texts", [["one alone is in here"], ["too short", "too short"], ["word " * 300], ["...", "?"], []]
)
def test_nothing_to_pair(texts: list[str]) -> None:
    tokens = tokens_of(*texts)
    assert document_pairs(tokens).columns.tolist() == COLUMNS
    for measure in (document_pairs, common_shingles, passages):
        assert measure(tokens).empty


@pytest.fixture
def tokens(monkeypatch):
    """Forty short documents of three words, some without any, and one that shares nothing; joined in many pieces."""
    monkeypatch.setattr(reuse, "ROWS", 40)
    monkeypatch.setattr(pairs, "FOUND", 9)
    random = np.random.default_rng(5)
    texts = [" ".join(random.choice(["ant", "bee", "cat"], random.integers(1, 30))) for _ in range(40)]
    return tokens_of("", *texts[:20], "Nothing of this here", "", *texts[20:])


@pytest.mark.parametrize("documents", [2, 7, 43])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"n": 1, "min_shared": 3},
        {"n": 3, "max_documents": 20},
        {"n": 5, "min_shared": 1, "min_containment": 0},
        {"n": 40},
    ],
)
def test_pairs_equal_those_in_memory(tokens, sharded, documents, options):
    whole = document_pairs(tokens, **options)
    assert whole.empty == (options == {"n": 40})
    pd.testing.assert_frame_equal(document_pairs(sharded(tokens, documents), **options), whole, check_exact=True)


def test_of_too_many_pairs_those_that_share_most_are_listed(tokens, sharded):
    whole = document_pairs(tokens)
    assert len(whole) > 100
    assert whole["shared"].iloc[19] == whole["shared"].iloc[20]  # so that the order of the corpus decides
    pd.testing.assert_frame_equal(document_pairs(sharded(tokens, 7), most=20), whole.head(20), check_exact=True)
    pd.testing.assert_frame_equal(document_pairs(tokens, most=20), whole.head(20), check_exact=True)


@pytest.mark.parametrize("documents", [2, 7])
@pytest.mark.parametrize("n", [1, 3, 4, 33])
def test_widespread_shingles_equal_those_in_memory(tokens, sharded, documents, n):
    whole = common_shingles(tokens, n=n, max_documents=6)
    assert len(whole) > 2 or n == 33
    found = common_shingles(sharded(tokens, documents), n=n, max_documents=6)
    pd.testing.assert_frame_equal(found, whole, check_exact=True)


def test_the_sample_in_shards(sample_tokens, sample_shards):
    for measure, options in ((document_pairs, {}), (common_shingles, {"n": 2, "max_documents": 10})):
        whole = measure(sample_tokens, **options)
        assert len(whole) > 9
        pd.testing.assert_frame_equal(measure(sample_shards, **options), whole, check_exact=True)
    assert not list(sample_shards.folder.glob(".engine-*"))


@pytest.mark.slow
@pytest.mark.skipif(not PAN.is_dir(), reason="the labelled data beside the repository (shared/data) is not there")
def test_labelled_pairs() -> None:
    pairs = pd.read_csv(PAN / "pairs.csv").iloc[::4]
    cases = pd.read_csv(PAN / "cases.csv")
    wanted = {*pairs["susp"], *pairs["src"]}
    with gzip.open(PAN / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = {row["id"]: row["text"] for row in map(json.loads, lines) if row["id"] in wanted}
    tokens = tokenize(read_texts(list(texts.values())))
    names = dict(zip(tokens.doc_ids, texts, strict=True))
    table = document_pairs(tokens)
    found = set(map(frozenset, zip(table["a"].map(names), table["b"].map(names), strict=True)))
    labelled = list(map(frozenset, zip(pairs["susp"], pairs["src"], strict=True)))
    true = set(map(frozenset, zip(cases["susp"], cases["src"], strict=True)))
    hits = sum(pair in found and pair in true for pair in labelled)
    f1 = 2 * hits / (sum(pair in found for pair in labelled) + sum(pair in true for pair in labelled))
    assert f1 >= 0.94
