"""The texts of places, each cut out of its document once; neighbours put together up to a limit."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import Tokens, tokenize
from analysis.text.corpus import read_texts
from analysis.text.units import allocate, release, split_by_size, texts


class Watched(str):
    """A text that counts how often something is cut out of it."""

    cuts = 0

    def __getitem__(self, part):
        self.cuts += 1
        return str.__getitem__(self, part)


def watched(*written: str) -> tuple[Tokens, list[Watched]]:
    tokens = tokenize(read_texts(written))
    held = [Watched(text) for text in tokens.corpus.texts]
    return replace(tokens, corpus=replace(tokens.corpus, texts=held)), held


def test_each_place_is_cut_out_once() -> None:
    tokens, held = watched("We will\nwin. No.", "We will win.")
    places = pd.DataFrame({"doc": ["0", "1", "0", "0", "0"], "start": [0, 0, 0, 13, 0], "end": [12, 12, 12, 16, 7]})
    given = [places[name].set_axis(list("abcde")) for name in places]
    cut = texts(tokens, *given)
    assert [text.cuts for text in held] == [3, 1]
    assert cut.to_dict() == dict(
        zip("abcde", ["We will win.", "We will win.", "We will win.", "No.", "We will"], strict=True)
    )
    assert cut.dtype == "str"


def test_no_places() -> None:
    tokens, _ = watched("We will win.")
    empty = pd.Series([], dtype=object)
    assert texts(tokens, empty, empty.astype("int64"), empty.astype("int64")).tolist() == []


def test_places_of_a_corpus_in_shards(sharded) -> None:
    whole = tokenize(read_texts(["We will win. No.", "It  rained.", "We will win.", "—"]))
    places = pd.DataFrame({"doc": ["2", "1", "0", "1", "0"], "start": [0, 0, 0, 4, 13], "end": [12, 11, 12, 11, 16]})
    columns = [places[name] for name in places]
    for documents in (2, 3):
        pd.testing.assert_series_equal(texts(sharded(whole, documents), *columns), texts(whole, *columns))


def test_room_on_disk(sharded) -> None:
    cut = sharded(tokenize(read_texts(["It rained.", "War."])), 1)
    files = sorted(cut.folder.iterdir())
    one, other = allocate(cut, 1_000, np.int32), allocate(cut, 0, np.int64)
    one[:] = np.arange(1_000)
    release(one)
    assert one.sum() == 499_500
    assert len(other) == 0
    assert sorted(cut.folder.iterdir()) == files  # it has no name, and goes with the array
    with pytest.raises(OSError, match=r"No space left on device|File too large"):
        allocate(cut, 1 << 58, np.int32)


@pytest.mark.parametrize(
    ("sizes", "limit", "ranges"),
    [
        ([], 5, []),
        ([0, 0, 0], 5, [(0, 3)]),
        ([2, 3, 1], 5, [(0, 2), (2, 3)]),
        ([9, 1, 9], 5, [(0, 1), (1, 2), (2, 3)]),
        ([0, 9, 0, 0], 5, [(0, 1), (1, 2), (2, 4)]),
    ],
)
def test_neighbours_up_to_a_limit(sizes: list[int], limit: int, ranges: list[tuple[int, int]]) -> None:
    assert split_by_size(np.array(sizes, dtype=np.int64), limit) == ranges
