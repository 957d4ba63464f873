"""The strongest sentences of a corpus in parts are those of all its matches, to the last digit of their weights."""

import numpy as np
import pandas as pd
import pytest

from analysis import Tokens, tokenize
from analysis.framing import frames, strongest
from analysis.framing.frames import evidence
from analysis.text.corpus import read_texts
from analysis.text.long_tables import by_part

# Ten weights whose sum is rounded in several ways, as their order is, where pandas adds them up in rows that are in
# order, and in one way where they are not: so the ranks of sentences hang on how their weights are added up.
WEIGHTS = [0.1, 0.1, 0.3, 0.3, 0.3, 0.7, 0.7, 0.7, 1.1, 1.1]


def matches_of(tokens: Tokens, names: list[str]) -> pd.DataFrame:
    """Invented matches: ten of each frame in each of the two sentences of each document, in the order of the text."""
    random = np.random.default_rng(6)
    return pd.concat(
        [
            pd.DataFrame(
                {"frame": name, "doc_id": doc_id, "sentence": sentence, "text": "rain"}, index=range(10)
            ).assign(weight=random.permutation(WEIGHTS))
            for doc_id in tokens.doc_ids
            for sentence in range(2)
            for name in names
        ],
        ignore_index=True,
    )


@pytest.mark.parametrize(
    ("documents", "names", "size"),
    [
        (9, ["storm"], 4),  # frame by frame, and document by document by their names
        (12, ["storm"], 4),  # "10" comes before "2"
        (12, ["storm"], 1),  # in order within each part
        (9, ["storm", "calm"], 4),
    ],
)
def test_the_strongest_in_parts_are_those_of_all(documents, names, size, in_parts, monkeypatch):
    whole = tokenize(read_texts(["It rained. It poured."] * documents))
    every = matches_of(whole, names)
    cut = in_parts(whole, size)
    found = by_part(lambda tokens: every[every["doc_id"].isin(tokens.doc_ids)].reset_index(drop=True), cut)
    expected = evidence(whole, every)
    in_order = len(names) == 1 and documents < 10
    assert (expected["weight"] == expected["weight"].iloc[0]).all() == (not in_order)
    for listed, held in ((100, 10**6), (7, 10**6), (7, 5), (2, 1)):
        monkeypatch.setattr(frames, "LISTED", listed)
        monkeypatch.setattr(strongest, "HELD", held)
        texts = {"frame": "str", "doc_id": "str", "words": "str", "sentence": "str"}
        own = evidence(cut, found)
        pd.testing.assert_frame_equal(own.astype(texts), expected.head(listed).astype(texts), check_exact=True)


def test_what_is_below_the_first_rows_is_let_go(in_parts, monkeypatch):
    whole = tokenize(read_texts(["It rained. It poured."] * 12))
    every = matches_of(whole, ["storm", "calm"])
    cut = in_parts(whole, 1)
    found = by_part(lambda tokens: every[every["doc_id"].isin(tokens.doc_ids)].reset_index(drop=True), cut)
    first, sizes = strongest._first, []

    def watched(held, listed, documents):
        sizes.append(sum(map(len, held)))
        return first(held, listed, documents)

    monkeypatch.setattr(strongest, "_first", watched)
    monkeypatch.setattr(strongest, "HELD", 7)
    strongest.strongest(cut, found, 3)
    # Four sentences of each part, two a frame: twelve wait, eight of them behind what was kept; of these six are kept,
    # three a frame, and when eight more are there the next time comes.
    assert sizes == [12, 14, 14, 14, 14, 10]
