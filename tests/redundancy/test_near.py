"""Pairs that share most of their words: by hand, and against a comparison of all with all."""

import gzip
import json
import random
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analysis import Tokens, read_text, tokenize
from analysis.core.paths import ROOT
from analysis.redundancy import near
from analysis.redundancy.near import copies, near_repeats, near_texts
from analysis.redundancy.near_join import FEWEST, Sets, join
from analysis.redundancy.near_places import MANY
from analysis.text.corpus import read_texts
from analysis.text.units import split_by_size, units

COLUMNS = ["a_doc", "a_start", "a_end", "b_doc", "b_start", "b_end", "similarity", "omitted"]
PAN = ROOT.parent / "shared" / "data" / "pan13_train" / "docs.jsonl.gz"

# Few words, so that many sentences are alike, in sentences of up to eleven.
sentence = st.lists(st.sampled_from("ant bee cat dog eel fox gnu hen".split()), min_size=1, max_size=11)
document = st.lists(sentence, max_size=8)


def text_of(sentences: list[list[str]]) -> str:
    return " ".join(" ".join(words).capitalize() + "." for words in sentences)


def all_with_all(tokens: Tokens, threshold: float, unit: str) -> list[tuple[Any, ...]]:
    """The table by its definition, but for the last column."""
    offsets, start, end = units(tokens, unit)
    words = [tuple(tokens.ids[i:j].tolist()) for i, j in pairwise(offsets)]
    places = list(zip(tokens.doc_ids[tokens.document[offsets[:-1]]], start.tolist(), end.tolist(), strict=True))
    rows = []
    for a, b in combinations(range(len(words)), 2):
        one, other = set(words[a]), set(words[b])
        if min(len(words[a]), len(words[b])) < FEWEST:
            similarity = float(words[a] == words[b])
        else:
            similarity = len(one & other) / len(one | other)
        if similarity >= threshold:
            rows.append((*places[a], *places[b], similarity))
    return rows


def rows_of(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(table.itertuples(index=False, name=None))


def test_by_hand() -> None:
    # we will win this war | it rained | we will win that war: 4 of 6 types shared | this war we will win: all, turned
    tokens = tokenize(read_text("We will win this war. It rained. We will win that war! This war we will win."))
    table = near_repeats(tokens, 0.6)
    assert table.columns.tolist() == COLUMNS
    assert rows_of(table) == [
        ("text", 0, 21, "text", 33, 54, 4 / 6, 0),
        ("text", 0, 21, "text", 55, 76, 1.0, 0),
        ("text", 33, 54, "text", 55, 76, 4 / 6, 0),
    ]
    assert rows_of(near_repeats(tokens, 4 / 6)) == rows_of(table)
    assert rows_of(near_repeats(tokens, np.nextafter(4 / 6, 1))) == rows_of(table)[1:2]


def test_words_count_once() -> None:
    # {no, never, i, said}, four of them five times: the types are what is compared, the words what is counted
    tokens = tokenize(read_text("No, no, no, never, I said. Never, I said, no, never, never."))
    assert near_repeats(tokens)["similarity"].tolist() == [1.0]


def test_short_units_are_paired_with_equal_ones_only() -> None:
    tokens = tokenize(read_text("We will not win. We will win. Will we win? We will win! We will win, win, win."))
    assert rows_of(near_repeats(tokens, 0.1)) == [("text", 17, 29, "text", 43, 55, 1.0, 0)]


def test_across_documents_and_in_paragraphs() -> None:
    first = "It rained all day long. The road to the valley is closed."
    second = "The road to the valley is closed. It rained all night long."
    tokens = tokenize(read_texts([f"{first}\n\nNobody came.", second]))
    assert rows_of(near_repeats(tokens)) == [("0", 24, 57, "1", 0, 33, 1.0, 0)]
    # it rained all (day | night) long the road to valley is closed: 10 of 12
    assert rows_of(near_repeats(tokens, unit="paragraph")) == [("0", 0, 57, "1", 0, 59, 10 / 12, 0)]


def test_of_bulletins_that_are_all_alike_every_pair_is_counted(
    monkeypatch: pytest.MonkeyPatch, bulletins: list[str]
) -> None:
    monkeypatch.setattr(near, "WORDS", 300)
    tokens = tokenize(read_text(" ".join(bulletins)))
    pairs = all_with_all(tokens, 0.6, "sentence")
    assert len(pairs) == 150 * 149 / 2
    number = {start: k for k, start in enumerate(tokens.sentence_start.tolist())}
    # All pairs of 51; each later one with the first alone, and how many more there are.
    expected = [
        (*row, max(number[row[4]] - 1, 0) if number[row[4]] > MANY else 0)
        for row in pairs
        if number[row[4]] <= MANY or not number[row[1]]
    ]
    assert rows_of(near_repeats(tokens, 0.6)) == expected
    assert len(expected) + sum(row[7] for row in expected) == len(pairs)


@pytest.mark.parametrize("threads", [1, 2])
def test_pairs_are_found_in_pieces(threads: int) -> None:
    sets = np.column_stack([np.tile(np.arange(9), (60, 1)), np.arange(9, 69)]).astype(np.int32)
    own = Sets(np.arange(60), np.arange(0, 601, 10), sets.ravel())
    sizes = [len(first) for first, _, _ in join(own, [own], 0.8, 70, room=100, threads=threads)]
    # Each of 60 is like all before it, and a piece ends with the one that makes it a hundred.
    assert sum(sizes) == 60 * 59 / 2
    assert max(sizes) < 100 + 60


def test_two_texts_are_one_row_wherever_they_stand() -> None:
    one, other, third = "We will win this war.", "We will win that war.", "We shall win that old war now."
    tokens = tokenize(read_texts([f"{one} {other}", f"{other.replace(' ', '  ')} {third}", one]))
    # one | other: 4 of 6 types; other | third: we, win, that, war of 8. White space is no difference.
    table = near_texts(tokens, near_repeats(tokens, 0.5))
    assert rows_of(table) == [
        (4 / 6, 2, "0", one, "0", other),
        (4 / 6, 2, "0", other, "2", one),
        (4 / 8, 2, "0", other, "1", third),
    ]


@pytest.mark.parametrize("texts", [["© 2024 The Daily"], [], ["It rained. We left the house at noon.", "", "Go."]])
def test_nothing_is_near_or_nothing_is_there(sharded, texts: list[str]) -> None:
    tokens = tokenize(read_texts(texts))
    for own in (tokens, *([sharded(tokens)] if len(texts) > 1 else [])):
        table = near_repeats(own)
        assert table.columns.tolist() == COLUMNS
        assert table.empty
        assert near_texts(own, table).empty


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 0}, "threshold is 0: use a share above 0 and at most 1"),
        ({"threshold": 1.0001}, "threshold is 1.0001: use"),
        ({"threshold": float("nan")}, "threshold is nan: use"),
        ({"unit": "passage"}, "unknown unit 'passage': use 'sentence' or 'paragraph'"),
    ],
)
def test_mistakes(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        near_repeats(tokenize(read_text("It rained.")), **options)


@settings(deadline=None)
@given(st.lists(document, max_size=4), st.sampled_from([0.05, 0.3, 0.5, 0.6, 2 / 3, 0.75, 0.8, 0.9, 1.0]))
def test_equals_a_comparison_of_all_with_all(documents: list[list[list[str]]], threshold: float) -> None:
    tokens = tokenize(read_texts([text_of(sentences) for sentences in documents] or [""]))
    for unit in ("sentence", "paragraph"):
        expected = [(*row, 0) for row in all_with_all(tokens, threshold, unit)]
        assert rows_of(near_repeats(tokens, threshold, unit)) == expected


@settings(deadline=None)
@given(
    st.lists(st.sets(st.integers(0, 200), min_size=1, max_size=90), max_size=12),
    st.floats(0.01, 1),
    st.sampled_from([1, 90, 999]),
    st.integers(1, 3),
)
def test_the_join_equals_a_comparison_of_all_with_all(
    sets: list[set[int]], threshold: float, words: int, threads: int
) -> None:
    sets = sorted(sets, key=len)
    begin = np.cumsum([0, *map(len, sets)])
    items = np.array([item for one in sets for item in sorted(one)], dtype=np.int32)
    whole = Sets(np.arange(len(sets)), begin, items)
    blocks = [whole.block(*each) for each in split_by_size(np.diff(begin), words)]
    pieces = [piece for k, own in enumerate(blocks) for piece in join(own, blocks[k:], threshold, 201, threads=threads)]
    found = {row for piece in pieces for row in zip(*map(np.ndarray.tolist, piece), strict=True)}
    assert len(found) == sum(len(piece[0]) for piece in pieces)
    alike = ((a, b, len(sets[a] & sets[b]) / len(sets[a] | sets[b])) for a, b in combinations(range(len(sets)), 2))
    assert found == {row for row in alike if row[2] >= threshold}


@pytest.mark.slow
@pytest.mark.skipif(not PAN.is_file(), reason="the labelled data beside the repository (shared/data) is not there")
@pytest.mark.parametrize("threshold", [0.6, 0.8])
def test_misses_none_of_fifteen_thousand_sentences(threshold: float) -> None:
    texts: list[str] = []
    with gzip.open(PAN, "rt", encoding="utf-8") as lines:
        while sum(map(len, texts)) < 1_600_000:
            texts.append(json.loads(next(lines))["text"])
    tokens = tokenize(read_texts(texts))
    assert tokens.n_sentences > 15_000
    start, end = tokens.sentence_start.tolist(), tokens.sentence_end.tolist()
    number = {
        place: k for k, place in enumerate(zip(tokens.doc_ids[tokens.sentence_document], start, end, strict=True))
    }
    found = {(number[row[:3]], number[row[3:6]]): row[6] for row in rows_of(near_repeats(tokens, threshold))}
    long = np.diff(tokens.sentence_offsets) >= FEWEST
    ones = np.ones(len(tokens), dtype=np.int64)
    words = sparse.csr_array((ones, (tokens.sentence, tokens.ids)))
    words.data[:] = 1
    size = words.sum(axis=1)
    expected = {}
    for first in range(0, len(long), 500):
        shared = (words[first : first + 500] @ words.T).tocoo()
        a, b, n = shared.row + first, shared.col, shared.data
        similarity = n / (size[a] + size[b] - n)
        for k in np.flatnonzero((a < b) & long[a] & long[b] & (similarity >= threshold)):
            expected[a[k].item(), b[k].item()] = similarity[k].item()
    assert {pair: value for pair, value in found.items() if long[list(pair)].all()} == expected
    assert len(expected) > 100


@pytest.fixture(scope="module")
def tokens():
    """Sentences of few words, of up to thirty, many of them alike, some copied; documents without any."""
    random = np.random.default_rng(3)
    words = [f"word{k}" for k in range(40)]
    lines: list[str] = []
    for _ in range(150):
        if lines and random.random() < 0.6:
            own = lines[random.integers(len(lines))].split()
            own[random.integers(len(own))] = words[random.integers(40)]
            lines.append(" ".join(own if random.random() < 0.7 else own[::-1]))
        else:
            lines.append(" ".join(random.choice(words, random.integers(1, 30))))
    said = [f"{line.capitalize()}{'!' if random.random() < 0.2 else '.'}" for line in lines]
    texts = ["  ".join(said[k : k + 5]) + "\n\n" + said[k + 5] for k in range(0, 140, 6)]
    return tokenize(read_texts([texts[0], "", *texts[1:], "Nothing else.", "Said by nobody of them.", "", *texts[:3]]))


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["sentence", "paragraph"])
@pytest.mark.parametrize("threshold", [0.2, 0.6, 0.8, 1.0])
def test_in_whatever_blocks_and_parts(monkeypatch, tokens, sharded, threshold, unit):
    whole = near_repeats(tokens, threshold, unit)
    assert len(whole) > 4
    monkeypatch.setattr(near, "WORDS", 90)
    assert_same(near_repeats(tokens, threshold, unit), whole)
    cut = sharded(tokens, 3)
    found = near_repeats(cut, threshold, unit)
    assert_same(found, whole)
    assert_same(near_texts(cut, found), near_texts(tokens, whole))


def test_so_many_that_are_alike_are_listed_with_the_first(monkeypatch, sharded, bulletins):
    monkeypatch.setattr(near, "WORDS", 90)
    texts = ["We will win this long war. " * 30, "We will win that long war. " * 40, "It rained."] * 2
    texts += [" ".join(bulletins[k : k + 40]) for k in range(0, 150, 40)]
    tokens = tokenize(read_texts(texts))
    whole = near_repeats(tokens, 0.6)
    # 140 sentences that are all alike, 150, and 2.
    assert len(whole) + whole["omitted"].sum() == 140 * 139 / 2 + 150 * 149 / 2 + 1
    assert len(whole) == 1_275 + 89 + 1_275 + 99 + 1
    assert_same(near_repeats(sharded(tokens, 3), 0.6), whole)


def test_only_the_first_texts_are_listed(tokens):
    found = near_repeats(tokens, 0.6)
    whole = near_texts(tokens, found)
    assert (whole["times"] > 1).any()
    assert len(whole) > 9
    assert_same(near_texts(tokens, found, most=9), whole.head(9))


def test_the_sample_in_shards(sample_tokens, sample_shards):
    whole = near_repeats(sample_tokens, 0.6)
    assert len(whole) > 20
    assert_same(near_repeats(sample_shards, 0.6), whole)
    assert_same(near_texts(sample_shards, whole), near_texts(sample_tokens, whole))


def test_too_much_to_compare_is_said(sample_tokens):
    with pytest.raises(ValueError, match=r"nearly the same is not looked for: with 600 places to compare"):
        near_repeats(sample_tokens, 0.6, most_comparisons=10)


def test_a_short_unit_is_not_a_long_one_with_the_same_words(sharded):
    own = tokenize(read_texts(["No. It rained.", "No no no no no! No."]))
    whole = near_repeats(own, 0.5)
    assert [tuple(row) for row in whole[["a_doc", "a_start", "b_doc", "b_start"]].to_numpy()] == [("0", 0, "1", 16)]
    assert_same(near_repeats(sharded(own, 1), 0.5), whole)


def changed(draw, text):
    """A text with up to six of its words put otherwise."""
    own = text.split()
    for _ in range(draw.randint(0, 6)):
        own[draw.randrange(len(own))] = draw.choice("abcdefghij")
    return " ".join(own)


def test_copies_equal_a_comparison_of_all_with_all(sharded):
    draw = random.Random(4)
    texts = [" ".join(f"w{draw.randint(0, 400)}" for _ in range(30)) for _ in range(8)]
    for _ in range(60):
        texts.append(changed(draw, draw.choice(texts)))
    texts += ["", "Near.", "near", "No war.", "War no."]
    tokens = tokenize(read_texts(texts))
    sets = [set(tokens.ids[low:high]) for low, high in pairwise(tokens.document_offsets)]
    alike = [(a, b) for a, b in combinations(range(68), 2) if len(sets[a] & sets[b]) / len(sets[a] | sets[b]) >= 0.8]
    alike.append((69, 70))  # of the short ones those that are equal
    rows, columns = np.array(alike).T
    graph = sparse.coo_array((np.ones(len(alike)), (rows, columns)), (len(texts), len(texts)))
    expected = connected_components(graph, directed=False)[1]
    found = copies(tokens)
    assert 10 < len(set(found.tolist())) < 60
    assert [expected[found == number].min() for number in found] == [
        expected[found == number].max() for number in found
    ]
    assert len(set(found.tolist())) == len(set(expected.tolist()))
    assert list(dict.fromkeys(found.tolist())) == list(range(found.max() + 1))
    assert copies(sharded(tokens, 7)).tolist() == found.tolist()


def test_where_too_many_are_alike_copies_have_the_same_words(bulletins, monkeypatch):
    tokens = tokenize(read_texts([*bulletins[:20], bulletins[3], "It rained, and it rained on."]))
    assert len(set(copies(tokens, threshold=0.6).tolist())) == 2
    monkeypatch.setattr(near, "COPIES_COMPARED", 10)
    assert copies(tokens, threshold=0.6).tolist() == [*range(20), 3, 20]
    with pytest.raises(ValueError, match="threshold is 0: use a share above 0"):
        copies(tokens, threshold=0)
