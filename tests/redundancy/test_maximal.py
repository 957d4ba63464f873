"""The longest repeated passages: by hand, and against a search through all passages."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Tokens, read_text, tokenize
from analysis.redundancy.maximal import common_prefixes, maximal_repeats, suffix_array
from analysis.text.corpus import read_texts

Passages = list[tuple[str, list[int]]]


def found(tokens: Tokens, min_words: int) -> Passages:
    """The passages as texts, each with the tokens where it begins, in the order of the table."""
    table: dict[int, tuple[str, list[int]]] = {}
    for group, first, words in zip(*(column.tolist() for column in maximal_repeats(tokens, min_words)), strict=True):
        text = " ".join(tokens.vocabulary[tokens.ids[first : first + words]])
        assert table.setdefault(group, (text, []))[0] == text
        table[group][1].append(first)
    assert list(table) == list(range(len(table)))
    return list(table.values())


def by_definition(documents: list[str], least: int) -> Passages:
    """The same from a table of all passages of all lengths: what is maximal, then what is said over and over."""
    words = [word for document in documents for word in document]
    begin = [0]
    for document in documents:
        begin.append(begin[-1] + len(document))
    end = [b for a, b in pairwise(begin) for _ in range(a, b)]
    places = defaultdict(list)
    for i in range(len(words)):
        for j in range(i + 1, end[i] + 1):
            places[tuple(words[i:j])].append(i)

    def before(i: int) -> object:
        return words[i - 1] if i not in begin else ("start", i)

    def after(j: int, i: int) -> object:
        return words[j] if j < end[i] else ("end", j)

    rows = []
    for passage, own in places.items():
        length = len(passage)
        if length < least or len({before(i) for i in own}) == 1 or len({after(i + length, i) for i in own}) == 1:
            continue
        lonely = [i for i in own if not any(0 < abs(i - j) < length for j in own)]
        if 2 * len(lonely) < len(own):
            period = min(b - a for a, b in pairwise(own))
            length = min(next(n for n in range(period, length + least + 1, period) if n >= least), length)
            if places[passage[:length]] != own:
                continue  # stands more often than this one, and so is a passage itself
        kept: list[int] = []
        for i in own:
            if not kept or i >= kept[-1] + length:
                kept.append(i)
        if len(kept) > 1:
            rows.append((" ".join(passage[:length]), kept))
    return sorted(rows, key=lambda row: (row[1][0], -len(row[0].split())))


def test_by_hand() -> None:
    tokens = tokenize(read_text("A b c d. X b c d e. A b c y."))
    # a b c: 0 8 | b c d: 1 5 | b c, c d: in a b c and b c d wherever they stand, but b c stands three times
    assert found(tokens, 2) == [("a b c", [0, 9]), ("b c d", [1, 5]), ("b c", [1, 5, 10])]
    assert found(tokens, 3) == [("a b c", [0, 9]), ("b c d", [1, 5])]
    assert found(tokens, 4) == []


def test_documents_are_not_crossed() -> None:
    tokens = tokenize(read_texts(["P q r s", "t u p q r", "s t u"]))
    # p q r s goes over the border from the second to the third
    assert found(tokens, 2) == [("p q r", [0, 6]), ("t u", [4, 10])]


@pytest.mark.parametrize(
    ("text", "least", "expected"),
    [
        ("a " * 15, 8, []),  # eight of them only once without overlap
        ("a " * 16, 8, [("a a a a a a a a", [0, 8])]),
        ("a b c " * 4, 3, [("a b c", [0, 3, 6, 9])]),
        ("a b c " * 4, 2, [("a b c", [0, 3, 6, 9])]),
        ("a b c " * 4, 4, [("a b c a b c", [0, 6])]),
        ("a b c " * 4 + "a", 3, [("a b c", [0, 3, 6, 9])]),  # a b c a, four times with overlaps
        ("a b c " * 2 + "x " + "a b c " * 2, 3, [("a b c a b c", [0, 7]), ("a b c", [0, 3, 7, 10])]),
    ],
)
def test_what_is_said_over_and_over(text: str, least: int, expected: Passages) -> None:
    assert found(tokenize(read_text(text)), least) == expected


@pytest.mark.parametrize(
    ("sentence", "times", "least", "first"),
    [
        ("We will win this war for all of us tomorrow. ", 10_000, 8, (10, 10_000)),
        ("We will win this war for all of us tomorrow. ", 10_000, 11, (20, 5_000)),
        ("No. ", 100_000, 8, (8, 12_500)),
    ],
)
def test_much_of_the_same(sentence: str, times: int, least: int, first: tuple[int, int]) -> None:
    passages = found(tokenize(read_text(sentence * times)), least)
    assert [(len(text.split()), len(places)) for text, places in passages] == [first]


def test_a_copied_document_is_one_passage() -> None:
    text = " ".join(f"w{k}" for k in range(5000))
    assert [places for _, places in found(tokenize(read_texts([text, "x y", text])), 8)] == [[0, 5002]]


# Longer ones come before those that they begin with in the order of suffixes, or after them where these go on.
@pytest.mark.parametrize("end", ["", "a b c d e f g h"])
def test_more_than_a_thousand_beginnings_within_one_another(end: str) -> None:
    words = [f"w{k}" for k in range(1100)]
    texts = [end, *(" ".join([*words[:size], end]) for size in range(8, 1101))]
    group, _, length = maximal_repeats(tokenize(read_texts(texts)), 8)
    own = [1094] * bool(end)  # of the end itself, in a text of its own too
    assert np.bincount(group).tolist() == own + list(range(1093, 1, -1))  # the first 8 words of all, ... 1,099 of two
    assert np.unique(length).tolist() == list(range(8, 1100))


@settings(deadline=None, max_examples=400)
@given(st.lists(st.text("abc", max_size=25), max_size=3), st.integers(1, 6))
def test_equals_a_search_through_all_passages(documents: list[str], least: int) -> None:
    tokens = tokenize(read_texts([" ".join(document) for document in documents]))
    assert found(tokens, least) == by_definition(documents, least)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=40))
def test_equals_sorted_suffixes(numbers):
    text = np.array([*numbers, 9], dtype=np.int64)
    suffixes, rank = suffix_array(text)
    expected = sorted(range(len(text)), key=lambda place: text[place:].tolist())
    assert suffixes.tolist() == expected
    assert rank[suffixes].tolist() == list(range(len(text)))
    common = common_prefixes(text, suffixes, rank).tolist()
    for row in range(1, len(text)):
        one, other = text[suffixes[row - 1] :].tolist(), text[suffixes[row] :].tolist()
        shared = next(k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
        assert common[row] == shared
