"""Terms as numbers: packed, looked up and added up as plain Python does it."""

from collections import defaultdict

import numpy as np
import pytest

from analysis import read_text, tokenize
from analysis.terms.keys import FirstRows, alphabet, first_of, key_index, pack, sum_by_key, unpack


@pytest.mark.parametrize(("radices", "columns"), [([9] * 3, 1), ([1 << 20] * 4, 2), ([1 << 40] * 3, 3)])
def test_keys_sort_and_are_found_and_added_up_as_their_digits(radices: list[int], columns: int) -> None:
    random = np.random.default_rng(1)
    digits = np.minimum(random.integers(0, 9, (len(radices), 2000)), 8) * (np.array(radices)[:, None] // 9)
    keys = pack(digits, radices)
    assert len(keys) == columns
    assert [digit.tolist() for digit in unpack(keys, radices)] == digits.tolist()
    times, shares = random.integers(0, 5, 2000), 1 / random.integers(1, 8, 2000)
    expected: defaultdict[tuple[int, ...], list[float]] = defaultdict(lambda: [0, 0.0])
    for digit, number, share in zip(digits.T.tolist(), times.tolist(), shares.tolist(), strict=True):
        expected[tuple(digit)][0] += number
        expected[tuple(digit)][1] += share
    *found, count, amount = sum_by_key([*keys, times, shares], columns)
    assert list(zip(*unpack(found, radices), strict=True)) == sorted(expected)
    assert [[*row] for row in zip(count, amount, strict=True)] == [expected[key] for key in sorted(expected)]
    known = [key[::2] for key in found]
    rows = key_index(known).get_indexer(key_index(found[:columns]))
    assert rows[::2].tolist() == list(range(len(known[0])))
    assert set(rows[1::2].tolist()) == {-1}


def test_the_first_rows_are_those_of_all() -> None:
    random = np.random.default_rng(2)
    value, key = random.integers(0, 9, 500) / 3, random.permutation(500)
    for most in (0, 1, 60, 499, 500, 900, None):
        order = np.lexsort((key, value))
        assert first_of(most, value, key).tolist() == order[:most].tolist()
        first = FirstRows(most)
        for begin in range(0, 500, 70):
            first.add(value[begin : begin + 70], key[begin : begin + 70])
        assert [column.tolist() for column in first.rows()] == [
            value[order][:most].tolist(),
            key[order][:most].tolist(),
        ]


def test_several_corpora_have_one_alphabet() -> None:
    first, second = tokenize(read_text("To be or not.")), tokenize(read_text("Be not, Äther!"))
    found = alphabet(first, second, stopwords={"or"}, more=["zeal", "be"])
    assert found.names(np.arange(found.size)).tolist() == ["be", "not", "or", "to", "zeal", "äther"]
    assert [codes.tolist() for codes in found.codes] == [[3, 0, 2, 1], [0, 1, 5], [4, 0]]
    assert found.dropped.tolist() == [False, False, True, False, False, False]
