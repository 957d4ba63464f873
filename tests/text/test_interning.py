"""Strings are numbered in the order of their first use, whatever their length, script or hash."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.text import interning
from analysis.text.interning import SHORT, Table, empty_table, intern, merge, strings

AS_IS = np.arange(128, dtype=np.uint8)[None]
WORDS = st.lists(st.text(st.sampled_from("abcä\U0001f600\ud800"), min_size=1, max_size=12))


def number(words: list[str], table: Table) -> tuple[list[int], Table]:
    text = "".join(words) + SHORT * " "
    units = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    bounds = np.cumsum([0, *map(len, words)]).astype(np.int32)
    ids, kind = np.empty(len(words), np.int32), np.zeros(len(words), np.uint8)
    table = intern(units, bounds[:-1], bounds[1:], kind, AS_IS, ids, table)
    return ids.tolist(), table


def order_of_first_use(words: list[str]) -> list[str]:
    return list(dict.fromkeys(words))


@given(WORDS, WORDS)
def test_numbers_and_strings(first, second):
    ids, table = number(first, empty_table())
    more, table = number(second, table)
    expected = order_of_first_use(first + second)
    assert strings(table) == expected
    assert ids + more == [expected.index(word) for word in first + second]


@given(WORDS, WORDS)
def test_merge(first, second):
    _, table = number(first, empty_table())
    _, other = number(second, empty_table())
    table, ids = merge(table, other)
    expected = order_of_first_use(first + second)
    assert strings(table) == expected
    assert ids.tolist() == [expected.index(word) for word in order_of_first_use(second)]


def test_a_table_grows():
    draw = random.Random(3)
    words = [
        draw.choice(["w", "wort-", "ورق"]) * draw.randint(1, 3) + str(draw.randrange(20_000)) for _ in range(60_000)
    ]
    ids, table = number(words, empty_table())
    expected = order_of_first_use(words)
    assert len(expected) > 10_000  # the empty table has room for 2,048
    assert strings(table) == expected
    place = {word: k for k, word in enumerate(expected)}
    assert ids == [place[word] for word in words]


def test_strings_with_one_hash_are_told_apart(monkeypatch):
    def all_the_same(units, first, last, kind, mapping, codes):
        codes[:] = 1 << 63

    monkeypatch.setattr(interning, "_encode", all_the_same)
    words = ["eins", "zwei", "eins", "drei", "ein", "zwei"]
    ids, table = number(words, empty_table())
    assert ids == [0, 1, 0, 2, 3, 1]
    assert strings(table) == ["eins", "zwei", "drei", "ein"]
