"""Documents go to the threads in batches, and what they find comes back in the order of the documents."""

import numpy as np
import pytest

from analysis.text import batches
from analysis.text.batches import Batch, Found, find_tokens
from analysis.text.characters import character_classes
from analysis.text.interning import empty_table


@pytest.fixture
def short_batches(monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 10)


def columns(*ids):
    return [np.array(ids, np.int32)] * 3


def test_batches_by_hand(short_batches):
    assert list(batches.batches([])) == []
    # Short ones together until there are ten characters: 5 + 0 + 6, then 3.
    assert list(batches.batches(["to be", "", "or not", "to "])) == [
        Batch(0, 0, ["to be", "", "or not"]),
        Batch(3, 0, ["to "]),
    ]
    # More than twenty characters are cut at the first blank behind ten; the rest has sixteen, which is no more than
    # twenty, and is joined by no document, since it is more than ten.
    assert list(batches.batches(["x", "To be, or not to be, that is", "is"])) == [
        Batch(0, 0, ["x", "To be, or not"]),
        Batch(1, 13, [" to be, that is"]),
        Batch(2, 0, ["is"]),
    ]
    assert list(batches.batches(["a" * 30])) == [Batch(0, 0, ["a" * 30])]  # no blank


def test_a_batch_waits_for_those_before_it():
    found = Found(["five tokens", "", "three"])
    found.add(2, 2, np.array([1]), columns(6))
    assert found.ends == [0]
    early = np.array([3, 4], np.int32)
    found.add(1, 0, np.array([1, 0, 1]), [early] * 3)
    early[:] = 9  # the thread goes on with the array that it gave
    found.add(0, 0, np.array([3]), columns(0, 1, 2))
    assert found.ends == [0, 3, 5, 6]
    assert found.columns[0][:6].tolist() == [0, 1, 2, 3, 4, 6]
    assert found.lengths.tolist() == [4, 0, 2]


def test_room_is_made_for_more_tokens_than_were_guessed():
    found = find_tokens(["a b c d e f g h i j"], lowercase=True, emoji=True)  # 19 characters, room for 4
    assert [len(column) for column in found.columns] == [10, 10, 10]
    assert found.columns[1].tolist() == list(range(0, 20, 2))


def test_when_a_thread_fails_the_others_stop(short_batches, monkeypatch):
    def scan(*_):
        raise MemoryError("no room")

    monkeypatch.setattr(batches, "scan", scan)
    found = Found(["ten chars."] * 5)
    with pytest.raises(MemoryError, match="no room"):
        batches._work(found, character_classes(), True, True, empty_table())
    assert found.take() is None  # and not the second of five

    monkeypatch.setattr(batches, "SHARE", 1)
    monkeypatch.setattr(batches, "cores", lambda: 3)
    with pytest.raises(MemoryError, match="no room"):
        find_tokens(["ten chars."] * 5, lowercase=True, emoji=True)
