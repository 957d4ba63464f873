"""Strings are numbered in the order of their first use, whatever their length, script or hash."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.text import interning
from analysis.text.interning import PADDING, Table, empty_table, first_uses, intern, merge, strings

# Up to 18 ASCII characters, or 6 others, are a code as they are; what is longer is hashed.
WORDS = st.lists(st.text(st.sampled_from("abcä\U0001f600\ud800"), min_size=1, max_size=12) | st.text("ab", min_size=15))


def number(words: list[str], table: Table) -> tuple[list[int], Table]:
    text = "".join(words) + PADDING * " "
    units = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).copy()
    bounds = np.cumsum([0, *map(len, words)]).astype(np.int32)
    ids = np.empty(len(words), np.int32)
    table = intern(units, bounds[:-1], bounds[1:], ids, table)
    return ids.tolist(), table


def order_of_first_use(words: list[str]) -> list[str]:
    return list(dict.fromkeys(words))


@settings(deadline=None)  # the first call compiles
@given(WORDS, WORDS)
def test_numbers_and_strings(first, second):
    ids, table = number(first, empty_table())
    more, table = number(second, table)
    expected = order_of_first_use(first + second)
    assert strings(table) == expected
    assert ids + more == [expected.index(word) for word in first + second]


@settings(deadline=None)
@given(WORDS, WORDS, st.randoms())
def test_merge(first, second, draw):
    _, table = number(first, empty_table())
    _, other = number(second, empty_table())
    row = order_of_first_use(first) + order_of_first_use(second)
    order = draw.sample(range(len(row)), len(row))
    merged, ids = merge([table, other], np.array(order, np.int64))
    expected = order_of_first_use([row[k] for k in order])
    assert strings(merged) == expected
    assert [len(own) for own in ids] == [table.size, other.size]
    assert np.concatenate(ids).tolist() == [expected.index(word) for word in row]


def test_a_code_tells_strings_apart_by_each_of_its_characters():
    ascii_words = ["a" * i + "b" + "a" * (17 - i) for i in range(18)] + ["a" * n for n in range(1, 20)]
    others = ["ä" * i + "ö" + "ä" * (5 - i) for i in range(6)] + ["ä" * n for n in range(1, 8)]
    mixed = ["\U0010ffff", "\U0010fffe", "aä", "äa", "\x7f\x01", "\x01\x7f", "ab", chr(ord("a") + (ord("b") << 7))]
    words = ascii_words + others + mixed
    ids, _ = number(words, empty_table())
    assert ids == list(range(len(words)))


def test_a_table_grows():
    draw = random.Random(3)
    words = [
        draw.choice(["w", "wort-", "ورق"]) * draw.randint(1, 3) + str(draw.randrange(20_000)) for _ in range(60_000)
    ]
    ids, table = [], empty_table()
    for k in range(0, len(words), 7_000):
        more, table = number(words[k : k + 7_000], table)
        ids += more
    expected = order_of_first_use(words)
    assert len(expected) > 10_000
    assert strings(table) == expected
    place = {word: k for k, word in enumerate(expected)}
    assert ids == [place[word] for word in words]


def test_strings_with_one_hash_are_told_apart(monkeypatch):
    def all_the_same(units, first, last, codes):
        codes[:] = 1 << 63

    monkeypatch.setattr(interning, "_encode", all_the_same)
    words = ["eins", "zwei", "eins", "drei", "ein", "zwei"]
    ids, table = number(words, empty_table())
    assert ids == [0, 1, 0, 2, 3, 1]
    assert strings(table) == ["eins", "zwei", "drei", "ein"]


def test_forms_are_numbered_by_their_first_use():
    numbers, firsts = np.empty(5, np.int32), np.empty(9, np.int32)
    n = first_uses(np.array([7, 1, 7, 0, 1], np.int32), numbers, firsts)
    assert numbers.tolist() == [0, 1, 0, 2, 1]
    assert firsts[:n].tolist() == [7, 1, 0]
