"""Who had it first, and how much is borrowed: on passages whose places are counted by hand."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import save_tokens, tokenize
from analysis.redundancy.reuse import document_pairs
from analysis.redundancy.reuse import passages as found_in
from analysis.redundancy.reuse.borrowing import borrowed, borrowed_between, directions
from analysis.text.corpus import read_texts
from analysis.text.shards import join_shards

FILES = {
    "metadata.csv": "file,source,date\na.txt,Ministry,2024-01-01\nb.txt,Agency,2024-01-02\n"
    "c.txt,Daily,2024-01-02\nd.txt,Radio,\n",
    "a.txt": "one two three four five six seven eight",
    "b.txt": "zero one two three four nine",
    "c.txt": "one two three four five six ten eleven twelve thirteen",
    "d.txt": "five six seven eight",
}


COLUMNS = ["a_doc", "b_doc", "a_start", "a_end", "b_start", "b_end", "similarity", "kind"]


def passages(tokens, *rows):
    """A table of passages: two documents, the words that they share, their kind."""
    texts = dict(zip(tokens.doc_ids, tokens.corpus.texts, strict=True))
    table = []
    for a, b, words, kind in rows:
        ends = [(texts[d].index(words), texts[d].index(words) + len(words)) for d in (a, b)]
        table.append((a, b, *ends[0], *ends[1], 1.0, kind))
    return pd.DataFrame(table, columns=COLUMNS)


def test_direction_follows_the_dates_and_is_unknown_without(tokens):
    pairs = pd.DataFrame({"a": ["a", "b", "a", "b"], "b": ["b", "a", "d", "c"]})
    assert directions(tokens, pairs).tolist() == ["a", "b", "unknown", "unknown"]


def test_words_are_counted_once_and_only_from_earlier_documents(tokens):
    found = passages(
        tokens,
        ("a", "b", "one two three four", "verbatim"),
        ("a", "c", "one two three four five six", "near"),
        ("a", "c", "three four five six", "verbatim"),  # inside the one before: no word twice
        ("b", "c", "one two three four", "verbatim"),  # of one day: nobody was first
        ("a", "d", "five six seven eight", "verbatim"),  # undated
    )
    table = borrowed(tokens, found).set_index("doc_id")
    assert table["words"].tolist() == [8, 6, 10, 4]
    assert table["shared"].tolist() == [8, 4, 6, 4]
    assert table["borrowed"].tolist() == [0, 4, 6, 0]
    assert table["borrowed_share"].tolist() == pytest.approx([0, 4 / 6, 0.6, 0])
    assert table["undated"].tolist() == [2, 0, 0, 4]  # of a: seven, eight
    assert table["origin"].tolist() == [None, "a", "a", None]


def test_what_is_retold_is_not_borrowed(tokens):
    retold = passages(tokens, ("a", "b", "one two three four", "reworded"))
    assert borrowed(tokens, retold)["shared"].sum() == 0
    summary = passages(tokens, ("a", "b", "one two three four", "near")).assign(
        b_end=lambda table: table["b_start"] + 7
    )
    assert borrowed(tokens, summary)["shared"].tolist() == [0, 2, 0, 0]  # "one two", 7 characters of 18


def test_shares_between_groups(tokens):
    found = passages(
        tokens, ("a", "b", "one two three four", "verbatim"), ("a", "c", "one two three four five six", "verbatim")
    )
    table = borrowed_between(tokens, found, "source")
    assert table.to_dict("records") == [
        {"taker": "Daily", "origin": "Ministry", "words": 10, "borrowed": 6, "share": 0.6},
        {"taker": "Agency", "origin": "Ministry", "words": 6, "borrowed": 4, "share": pytest.approx(4 / 6)},
    ]
    with pytest.raises(ValueError, match="colour"):
        borrowed_between(tokens, found, "colour")


def test_an_unknown_document_is_named(tokens):
    found = passages(tokens, ("a", "b", "one two three four", "near")).assign(b_doc="z")
    for measure in (borrowed, lambda *about: borrowed_between(*about, "source")):
        with pytest.raises(ValueError, match=r"no document 'z': `tokens\.doc_ids` lists all 4"):
            measure(tokens, found)


WORDS = "one two three four five six seven eight nine ten " * 2
DATES = pd.to_datetime(["2024-01-02", "2024-01-01", "2024-01-02", None, "2024-01-03"])
CORPUS = read_texts([WORDS] * 5)
FIVE = tokenize(replace(CORPUS, documents=CORPUS.documents.assign(date=DATES, desk=list("xyxyy"))))

side = st.tuples(st.integers(0, 90), st.integers(1, 60)).map(lambda at: (at[0], min(sum(at), len(WORDS))))
passage = st.tuples(st.integers(0, 4), st.integers(0, 4), side, side, st.sampled_from(["verbatim", "reworded"]))


def taken(row: int, span: tuple[int, int]) -> set[tuple[int, int]]:
    """The words of a document that begin and end inside of a span that may cut words, as its row and their place."""
    own = np.flatnonzero(FIVE.document == row)
    inside = (FIVE.start[own] >= span[0]) & (FIVE.start[own] < span[1])
    return {(row, int(place)) for place in own[inside]}


@settings(max_examples=150, deadline=None)
@given(st.lists(passage.filter(lambda row: row[0] != row[1]), max_size=12))
def test_equals_sets_of_words(rows):
    found = pd.DataFrame([(str(a), str(b), *x, *y, 1.0, kind) for a, b, x, y, kind in rows], columns=COLUMNS)
    origins = [dict.fromkeys(range(5), frozenset()) for _ in range(5)]
    shared, dated = [set() for _ in range(5)], [set() for _ in range(5)]
    for a, b, x, y, kind in rows:
        for own, other, span, beside in ((a, b, x, y), (b, a, y, x)):
            if kind == "reworded" or span[1] - span[0] > 2 * (beside[1] - beside[0]):
                continue
            words = taken(own, span)
            shared[own] |= words
            if DATES[other] != DATES[own] and not (pd.isna(DATES[other]) or pd.isna(DATES[own])):
                dated[own] |= words
            if DATES[other] < DATES[own]:
                origins[own][other] |= words
    table = borrowed(FIVE, found)
    assert table["shared"].tolist() == [len(words) for words in shared]
    assert table["undated"].tolist() == [len(all_) - len(some) for all_, some in zip(shared, dated, strict=True)]
    assert table["borrowed"].tolist() == [len(frozenset().union(*of.values())) for of in origins]
    # Each word comes from the earliest of those that have it; by day: 1 (the 1st), 0 and 2 (the 2nd), 4.
    come: list[dict[int, set[tuple[int, int]]]] = []
    for of in origins:
        left, own = frozenset().union(*of.values()), {}
        for other in (1, 0, 2, 4):
            own[other] = of[other] & left
            left -= own[other]
        come.append(own)
    first = [max(of, key=lambda other: len(of[other])) for of in come]  # max gives the first of those that are equal
    assert table["origin"].tolist() == [str(k) if of[k] else None for k, of in zip(first, come, strict=True)]
    links = borrowed_between(FIVE, found, "desk").set_index(["taker", "origin"])["borrowed"].to_dict()
    desks = {desk: [k for k in range(5) if "xyxyy"[k] == desk] for desk in "xy"}
    for taker, origin in product("xy", repeat=2):
        words = [come[own].get(other, set()) for own in desks[taker] for other in desks[origin]]
        assert links.get((taker, origin), 0) == sum(map(len, words))


@pytest.mark.parametrize(
    ("rows", "origin"),
    [
        # The second shares five words with the last, more than the first, but had three of them from it.
        ([("1", "4", 0, 13, 0, 13, 1.0, "near"), ("0", "4", 0, 23, 0, 23, 1.0, "near")], "1"),
        ([("2", "4", 0, 7, 0, 7, 1.0, "near"), ("0", "4", 8, 18, 8, 18, 1.0, "near")], "0"),  # two words each
    ],
)
def test_a_word_comes_from_its_earliest_witness_and_of_two_equal_origins_the_first_is_named(rows, origin):
    assert borrowed(FIVE, pd.DataFrame(rows, columns=COLUMNS))["origin"].tolist() == [None] * 4 + [origin]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(passage.filter(lambda row: row[0] != row[1]), max_size=12))
def test_a_corpus_in_shards_has_as_much(parts_of_five, rows):
    found = pd.DataFrame([(str(a), str(b), *x, *y, 1.0, kind) for a, b, x, y, kind in rows], columns=COLUMNS)
    for cut in parts_of_five:
        for measure in (directions, borrowed, lambda *about: borrowed_between(*about, "desk")):
            whole, own = measure(FIVE, found), measure(cut, found)
            check = pd.testing.assert_series_equal if isinstance(whole, pd.Series) else pd.testing.assert_frame_equal
            check(own, whole, check_exact=True)


@pytest.fixture(scope="module")
def parts_of_five(tmp_path_factory):
    """`FIVE` in one shard, in two, in five."""
    cuts = []
    for size in (5, 3, 1):
        place = tmp_path_factory.mktemp("shards")
        for first in range(0, 5, size):
            save_tokens(FIVE.subset(np.arange(first, min(first + size, 5))), place / f"{first}")
        cuts.append(join_shards(sorted(place.iterdir()), place / "whole"))
    return cuts


def test_the_sample_in_shards(sample_tokens, sample_shards):
    pairs = document_pairs(sample_tokens)
    found = found_in(sample_tokens, pairs)
    for table in (pairs, found):
        whole = directions(sample_tokens, table)
        assert set(whole) >= {"a", "unknown"}
        pd.testing.assert_series_equal(directions(sample_shards, table), whole)
    assert directions(sample_shards, pairs.head(1).assign(a="z")).tolist() == ["unknown"]
    for measure in (borrowed, lambda *about: borrowed_between(*about, "source")):
        whole = measure(sample_tokens, found)
        assert whole["borrowed"].any()
        pd.testing.assert_frame_equal(measure(sample_shards, found), whole, check_exact=True)
