"""Who had it first, and how much is pasted: on passages whose places are counted by hand."""

import pandas as pd
import pytest

from analysis import tokenize
from analysis.redundancy.pasting import directions, pasted, pasted_between

METADATA = (
    "file,source,date\na.txt,Ministry,2024-01-01\nb.txt,Agency,2024-01-02\nc.txt,Daily,2024-01-02\nd.txt,Radio,\n"
)
TEXTS = {
    "a.txt": "one two three four five six seven eight",
    "b.txt": "zero one two three four nine",
    "c.txt": "one two three four five six ten eleven twelve thirteen",
    "d.txt": "five six seven eight",
}


@pytest.fixture
def tokens(make_corpus):
    return tokenize(make_corpus(TEXTS | {"metadata.csv": METADATA}))


def passages(tokens, *rows):
    """A table of passages: two documents, the words that they share, their kind."""
    texts = dict(zip(tokens.doc_ids, tokens.corpus.texts, strict=True))
    table = []
    for a, b, words, kind in rows:
        ends = [(texts[d].index(words), texts[d].index(words) + len(words)) for d in (a, b)]
        table.append((a, b, *ends[0], *ends[1], 1.0, kind))
    columns = ["a_doc", "b_doc", "a_start", "a_end", "b_start", "b_end", "similarity", "kind"]
    return pd.DataFrame(table, columns=columns)


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
    table = pasted(tokens, found).set_index("doc_id")
    assert table["words"].tolist() == [8, 6, 10, 4]
    assert table["shared"].tolist() == [8, 4, 6, 4]
    assert table["pasted"].tolist() == [0, 4, 6, 0]
    assert table["pasted_share"].tolist() == pytest.approx([0, 4 / 6, 0.6, 0])
    assert table["undated"].tolist() == [2, 0, 0, 4]  # of a: seven, eight
    assert table["origin"].tolist() == [None, "a", "a", None]


def test_what_is_retold_is_not_pasted(tokens):
    retold = passages(tokens, ("a", "b", "one two three four", "reworded"))
    assert pasted(tokens, retold)["shared"].sum() == 0
    summary = passages(tokens, ("a", "b", "one two three four", "near")).assign(b_end=8)
    assert pasted(tokens, summary)["shared"].sum() == 0  # 8 characters for 18


def test_shares_between_groups(tokens):
    found = passages(
        tokens, ("a", "b", "one two three four", "verbatim"), ("a", "c", "one two three four five six", "verbatim")
    )
    table = pasted_between(tokens, found, "source")
    assert table.to_dict("records") == [
        {"taker": "Daily", "origin": "Ministry", "words": 10, "pasted": 6, "share": 0.6},
        {"taker": "Agency", "origin": "Ministry", "words": 6, "pasted": 4, "share": pytest.approx(4 / 6)},
    ]
    with pytest.raises(ValueError, match="colour"):
        pasted_between(tokens, found, "colour")


def test_nothing_shared(tokens):
    found = passages(tokens)
    assert pasted(tokens, found)["pasted"].tolist() == [0, 0, 0, 0]
    assert pasted_between(tokens, found, "source").empty
