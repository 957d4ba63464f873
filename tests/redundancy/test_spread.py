"""Clusters of documents and the ways of passages."""

import pandas as pd
import pytest

from analysis import tokenize
from analysis.redundancy.reuse import document_pairs, passages
from analysis.redundancy.spread import clusters, families
from analysis.text.corpus import read_texts

BRIDGE = (
    "The committee of the northern district has closed the old stone bridge over the river to all heavy lorries until "
    "engineers have examined each of its seven arches."
)
SCHOOL = (
    "Teachers of the evening school complained in a long letter to the mayor that neither heating nor lamps worked and "
    "that pupils wrote their examinations in gloves by candlelight."
)


def links(*rows):
    return pd.DataFrame([(a, b, 1, c, 0.0, c) for a, b, c in rows], columns=PAIRS)


PAIRS = ["a", "b", "shared", "containment_a", "containment_b", "jaccard"]


def test_a_chain_is_cut_where_its_link_is_weak():
    tokens = tokenize(read_texts(["a", "b", "c", "d", "e", "f"]))
    pairs = links(("0", "1", 0.9), ("1", "2", 0.3), ("0", "2", 0.2), ("2", "3", 0.05), ("3", "4", 0.5))
    table = clusters(tokens, pairs)
    assert table["doc_id"].tolist() == ["0", "1", "2", "3", "4"]
    assert table["cluster"].tolist() == [0, 0, 0, 1, 1]
    assert table["documents"].tolist() == [3, 3, 3, 2, 2]
    assert table["link"].tolist() == [0.9, 0.9, 0.3, 0.5, 0.5]
    # Without 1-2 the link 0-2 would still join them at .2, but the tree is made of the strongest links.
    assert table["weakest"].tolist() == [0.3, 0.3, 0.3, 0.5, 0.5]
    assert table[["weakest_a", "weakest_b"]].iloc[0].tolist() == ["1", "2"]
    assert clusters(tokens, pairs, min_link=0.05)["documents"].tolist() == [5] * 5
    assert clusters(tokens, pairs, min_link=0.95).empty
    assert clusters(tokens, links()).empty


@pytest.mark.parametrize("value", [0, -1, 1.5, float("nan")])
def test_a_link_is_a_share(value):
    with pytest.raises(ValueError, match="min_link is"):
        clusters(tokenize(read_texts(["a"])), links(), min_link=value)


def test_a_passage_is_followed_by_date(make_corpus):
    metadata = (
        "file,source,date\na.txt,Daily,2024-03-03\nb.txt,Agency,2024-03-01\nc.txt,Radio,\nd.txt,Daily,2024-03-02\n"
    )
    files = {
        "a.txt": f"Reported today.\n\n{BRIDGE}\n\nIt rained.",
        "b.txt": f"{BRIDGE}\n\nAll is well here.",
        "c.txt": f"Good evening.\n\n{BRIDGE}\n\n{SCHOOL}",
        "d.txt": f"{SCHOOL}\n\nNothing else happened in the town.",
    }
    tokens = tokenize(make_corpus(files | {"metadata.csv": metadata}))
    table = families(tokens, passages(tokens, document_pairs(tokens)))
    first = table[table["family"] == 0]
    assert first["doc_id"].tolist() == ["b", "a", "c"]  # by date, the undated one last
    assert first["source"].tolist() == ["Agency", "Daily", "Radio"]
    assert set(first["text"]) == {BRIDGE}
    assert first["documents"].tolist() == [3, 3, 3]
    second = table[table["family"] == 1]
    assert second["doc_id"].tolist() == ["d", "c"]
    assert set(second["text"]) == {SCHOOL}
    assert table["family"].nunique() == 2


def test_places_that_hardly_overlap_are_two():
    text = f"{BRIDGE} {SCHOOL}"
    tokens = tokenize(read_texts([text, BRIDGE, SCHOOL]))
    half = len(BRIDGE)
    rows = [("0", "1", 0, half, 0, half, 1.0, "near"), ("0", "2", half - 9, len(text), 0, len(SCHOOL), 1.0, "near")]
    columns = ["a_doc", "b_doc", "a_start", "a_end", "b_start", "b_end", "similarity", "kind"]
    table = families(tokens, pd.DataFrame(rows, columns=columns))
    assert table["family"].nunique() == 2
    joined = pd.DataFrame([rows[0], ("0", "2", 9, half + 9, 0, half, 1.0, "near")], columns=columns)
    assert families(tokens, joined)["family"].tolist() == [0, 0, 0]
    assert families(tokens, joined.head(0)).empty
