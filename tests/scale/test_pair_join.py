"""Records brought together by key: against counting with dictionaries, with keys put aside as they grow."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.redundancy.pair_lists import START
from analysis.scale import pair_join
from analysis.scale.pair_join import Records, gathered, lists, records

Key = tuple[int, int]

# For each document its keys, of which few are possible; some differ in one half alone.
corpora = st.lists(st.sets(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=9), max_size=30)


def pieces(keys: list[set[Key]], size: int) -> Iterator[Records]:
    """The records of `size` documents at a time, by the first half of their key as the keys of a part are."""
    for first in range(0, len(keys), size):
        rows = [(*key, number) for number, own in enumerate(keys[first : first + size], first) for key in own]
        rows.sort(key=lambda row: (row[0], row[2]))
        high, low, document = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        yield records(high.astype(np.uint64), low.astype(np.uint64), document.astype(np.uint32))


def documents_of(keys: list[set[Key]]) -> dict[Key, list[int]]:
    found: dict[Key, list[int]] = defaultdict(list)
    for number, own in enumerate(keys):
        for key in own:
            found[key].append(number)
    return found


@settings(max_examples=50, deadline=None)
@given(corpora, st.integers(1, 9), st.integers(1, 60))
def test_keys_in_too_many_documents_are_put_aside(keys: list[set[Key]], size: int, limit: int) -> None:
    expected = documents_of(keys)
    put_aside: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pair_join, "WIDEST", 4)
        found = gathered(pieces(keys, size), limit, lambda document: put_aside.extend(document.tolist()))
    wide = {key: own for key, own in expected.items() if len(own) > 4}
    assert Counter(put_aside) == Counter(number for own in wide.values() for number in own)
    rows = [(key, number, 1) for key, own in expected.items() if key not in wide for number in own]
    rows += [(key, own[0], len(own)) for key, own in wide.items()]
    columns = (column.tolist() for column in found)
    assert [((high, low), number, weight) for high, low, number, weight in zip(*columns, strict=True)] == sorted(rows)


def test_a_key_in_every_document_takes_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []
    reduce = pair_join._reduced

    def watched(found: Records, put_aside: object) -> Records:
        held.append(len(found.high))
        return reduce(found, put_aside)

    monkeypatch.setattr(pair_join, "_reduced", watched)
    common, other = {(1, 1), (1, 2), (9, 9)}, 5_000
    keys = [common | ({(5, number)} if number % 20 == 0 else set()) for number in range(other)]
    told: list[int] = []
    found = gathered(pieces(keys, 50), 1_000, lambda document: told.append(len(document)))
    assert sum(told) == 3 * other  # records in all: 15,250
    assert max(held) < 1_500
    assert found.weight.tolist() == [other, other, *[1] * 250, other]


def test_each_block_gets_the_lists_it_needs() -> None:
    # Blocks of ten. Key 1 in documents 3, 4, 15 and 31; key 2 in 12 and 14; key 3 in 7 alone; key 4 in 500 put aside.
    high = np.array([1, 1, 1, 1, 2, 2, 3, 4], dtype=np.uint64)
    document = np.array([3, 4, 15, 31, 12, 14, 7, 0], dtype=np.uint32)
    weight = np.array([1, 1, 1, 1, 1, 1, 1, 500])
    expected = [(0, [3, 4, 15, 31]), (1, [15, 31]), (1, [12, 14])]
    for limit in (1, 100):
        found = []
        for members, block in lists(Records(high, high, document, weight), 10, limit):
            assert (np.diff(block) >= 0).all()
            starts = np.flatnonzero(members >= START)
            for own, blocks in zip(np.split(members, starts[1:]), np.split(block, starts[1:]), strict=True):
                assert len(set(blocks.tolist())) == 1
                found.append((int(blocks[0]), [int(own[0] - START), *own[1:].tolist()]))
        assert sorted(found) == sorted(expected)


def test_no_record() -> None:
    found = gathered([], 5, lambda document: None)
    assert [len(column) for column in found] == [0] * 4
    assert list(lists(found, 10, 5)) == []
