"""Clusters of documents and the ways of passages."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import tokenize
from analysis.redundancy.reuse import document_pairs, passages
from analysis.redundancy.reuse.spread import _overlapping, clusters, families
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


def shards(links):
    """The sets of documents that links join, directly or over others."""
    found = [{name} for name in "01234567"]
    for a, b, _ in links:
        joined = [shard for shard in found if a in shard or b in shard]
        found = [shard for shard in found if shard not in joined] + [set().union(*joined)]
    return found


name = st.sampled_from("01234567")
link = st.tuples(name, name, st.sampled_from([0.05, 0.1, 0.2, 0.5])).filter(lambda row: row[0] != row[1])
EIGHT = tokenize(read_texts("abcdefgh"))


@settings(max_examples=150, deadline=None)
@given(st.lists(link, max_size=16))
def test_equals_clusters_that_are_taken_apart(rows):
    """In any order, with a pair twice and both ways: without links as weak as the weakest, the cluster falls apart."""
    table = clusters(EIGHT, links(*rows))
    strong = [row for row in rows if row[2] >= 0.1]
    expected = [shard for shard in shards(strong) if len(shard) > 1]
    assert [set(own["doc_id"]) for _, own in table.groupby("cluster")] == sorted(
        expected, key=lambda shard: (-len(shard), min(shard))
    )
    for _, own in table.groupby("cluster"):
        members, weakest = set(own["doc_id"]), own["weakest"].iloc[0]
        assert members in shards([row for row in strong if row[2] >= weakest])
        assert members not in shards([row for row in strong if row[2] > weakest])
        ends = set(own[["weakest_a", "weakest_b"]].iloc[0])
        assert weakest == max(share for a, b, share in strong if {a, b} == ends)
        for row in own.to_dict("records"):
            assert row["link"] == max(share for a, b, share in strong if row["doc_id"] in (a, b))


def test_a_chain_of_ten_thousand_documents():
    size = 10_000
    tokens = tokenize(read_texts(["word"] * size))
    names = np.arange(size).astype(str)
    pairs = pd.DataFrame({"a": names[:-1], "b": names[1:], "containment_a": 0.5, "containment_b": 0.2})
    pairs.loc[6000, "containment_a"] = 0.3
    table = clusters(tokens, pairs)
    assert table["documents"].tolist() == [size] * size
    assert table[["weakest", "weakest_a", "weakest_b"]].iloc[0].tolist() == [0.3, "6000", "6001"]
    assert clusters(tokens, pairs, min_link=0.4)["documents"].iloc[[0, -1]].tolist() == [6001, 3999]


@pytest.mark.parametrize(
    ("other", "options", "message"),
    [
        ("z", {}, "no document 'z'"),
        *(("1", {"min_link": value}, f"min_link is {value}: use a share") for value in (0, 1.5, float("nan"))),
    ],
)
def test_mistakes(other, options, message):
    with pytest.raises(ValueError, match=message):
        clusters(EIGHT, links(("0", other, 0.5)), **options)


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


place = st.tuples(st.integers(0, 1), st.integers(0, 30), st.integers(1, 12)).map(lambda p: (p[0], p[1], p[1] + p[2]))


@settings(max_examples=150, deadline=None)
@given(st.sets(place, max_size=20))
def test_overlaps_equal_all_pairs(places):
    rows = sorted(places)
    expected = {
        (i, j)
        for i, j in combinations(range(len(rows)), 2)
        if rows[i][0] == rows[j][0]
        and 2 * (min(rows[i][2], rows[j][2]) - rows[j][1]) > max(rows[i][2] - rows[i][1], rows[j][2] - rows[j][1])
    }
    found = _overlapping(*np.array(rows, dtype=np.int64).reshape(-1, 3).T)
    assert set(map(tuple, found.T.tolist())) == expected
    assert found.shape == (2, len(expected))


def test_the_sample_in_shards(sample_tokens, sample_shards):
    pairs = document_pairs(sample_tokens)
    found = passages(sample_tokens, pairs)
    for measure, table in ((families, found), (clusters, pairs), (families, found.head(0)), (clusters, pairs.head(0))):
        whole = measure(sample_tokens, table)
        assert len(whole) > 9 or table.empty
        pd.testing.assert_frame_equal(measure(sample_shards, table), whole, check_exact=True)
    some = families(sample_tokens, found, most=5)
    pd.testing.assert_frame_equal(some, families(sample_tokens, found).head(5), check_exact=True)
