"""Both sides of a comparison are what the user named, or what the words say."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from analysis import read_corpus, tokenize
from analysis.terms.comparison import most_distinct, ranks, read_frequency_list, sides, strongest
from analysis.terms.keyness import keyness


@pytest.fixture
def tokens(tmp_path):
    """Daily with five words, Wire with three, Radio with three."""
    for name, text in (("a", "War and war again today."), ("b", "Peace at last."), ("c", "News at noon.")):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "metadata.csv").write_text("file,source\na,Daily\nb,Wire\nc,Radio\n", encoding="utf-8")
    return tokenize(read_corpus(tmp_path))


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "general.csv"
    path.write_text("term,count\nwar,2\nnull,3\n007,4\n", encoding="utf-8")
    return str(path)


def doc_ids(side):
    return side.doc_ids.tolist()


@pytest.mark.parametrize(
    ("target", "reference", "own", "others", "names"),
    [
        (None, None, ["a"], ["b", "c"], ("Daily", "the others")),  # the most words
        ("Wire", None, ["b"], ["a", "c"], ("Wire", "the others")),
        ("Wire", "Radio", ["b"], ["c"], ("Wire", "Radio")),
        (None, "Daily", ["c"], ["a"], ("Radio", "Daily")),  # of two with as many words the first by name
    ],
)
def test_groups(tokens, target, reference, own, others, names):
    found = sides(tokens, "source", target, reference)
    assert (doc_ids(found.target), doc_ids(found.reference)) == (own, others)
    assert (found.target_name, found.reference_name) == names


def test_one_other_group_has_its_name_and_copies_go_with_their_documents(tokens):
    found = sides(tokens.where(source__not="Radio"), "source", "Wire", copies=np.array([5, 6]))
    assert found[2:4] == ("Wire", "Daily")
    assert found.copies.tolist() == [6, 5]


@pytest.mark.parametrize(
    ("by", "target", "own", "name"),
    [
        (None, None, ["a", "b", "c"], "these texts"),
        ("source", None, ["a", "b", "c"], "these texts"),
        ("source", "Wire", ["b"], "Wire"),
    ],
)
def test_a_frequency_list(tokens, listed, by, target, own, name):
    found = sides(tokens, by, target, listed)
    assert doc_ids(found.target) == own
    assert (found.target_name, found.reference_name) == (name, "general")
    assert found.reference.to_dict("list") == {"term": ["war", "null", "007"], "count": [2, 3, 4]}
    assert len(keyness(sides(tokens, None, None, listed).target, found.reference))


@pytest.mark.parametrize(
    ("by", "target", "reference", "message"),
    [
        ("source", "Weekly", None, "target 'Weekly' is no value of 'source': it has 'Daily', 'Radio', 'Wire'"),
        ("source", None, "Weekly", "reference 'Weekly' is no value of 'source'"),
        ("source", "Wire", "Wire", "target and reference are both 'Wire': name two groups"),
        ("sauce", None, None, "no metadata column 'sauce'"),
        (None, None, None, "nothing to compare: name a metadata column"),
        (None, None, "missing.csv", "no such frequency list: '.*missing.csv'"),
    ],
)
def test_what_is_not_there(tokens, by, target, reference, message):
    with pytest.raises(ValueError, match=message):
        sides(tokens, by, target, reference)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("word,n\na,1\n", "has the columns word, n: it needs term and count"),
        ("term,count\na,1\nb,1.5\n", "row 3: count '1.5' is no whole number"),
        ("term,count\na,-1\n", "row 2: count '-1' is no whole number"),
        ("term,count\na,many\n", "row 2: count 'many' is no whole number"),
    ],
)
def test_a_table_that_is_no_frequency_list(tmp_path, table, message):
    (tmp_path / "list.csv").write_text(table, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"list\.csv {message}"):
        read_frequency_list(tmp_path / "list.csv")


def test_each_side_shows_its_strongest():
    table = pd.DataFrame({"term": list("abcdef"), "key": ["target", "reference", "neither"] * 2, "g2": range(6, 0, -1)})
    table = table.assign(log_ratio=[3.0, -2, 0, 1, -1, 0], documents=1, reference_documents=2, q_documents=0.5)
    assert strongest(table, {"x": 9, "y": 3}, top=1)["term"].tolist() == ["a", "b"]
    every = strongest(table, {"x": 3, "y": 9})  # the side with more documents first
    assert every["side"].tolist() == ["y", "y", "x", "x"]
    assert every[["term", "log_ratio", "documents"]].to_numpy().tolist() == [
        ["b", 2, 2], ["e", 1, 2], ["a", 3, 1], ["d", 1, 1],
    ]  # fmt: skip
    assert strongest(table.head(0), {"x": 3, "y": 9}).empty


def test_of_many_groups_those_with_most_documents_show_their_words():
    table = pd.DataFrame({"by": list("aabbc"), "term": list("uvwxy"), "key": ["target"] * 4 + ["reference"]})
    table = table.assign(g2=1.0, log_ratio=1.0, documents=1, reference_documents=2, q_documents=0.5)
    found = strongest(table, {"a": 2, "b": 7, "c": 9}, by="by", top=1)
    assert found[["side", "term", "of_documents"]].to_numpy().tolist() == [["b", "w", 7], ["a", "u", 2]]
    assert strongest(table, {"a": 2, "b": 7, "c": 9}, by="by", most=1)["side"].tolist() == ["b", "b"]


def test_the_most_distinct_group_has_the_most_key_words_of_its_own():
    table = pd.DataFrame(
        [
            ("a", "target", 0.01, 50.0),
            ("a", "reference", 0.01, 90.0),  # what others say is not a's own
            ("b", "target", 0.04, 5.0),
            ("b", "target", 0.04, 5.0),
            ("c", "target", 0.04, 6.0),
            ("c", "target", 0.04, 5.0),
        ],
        columns=["source", "key", "q_documents", "g2"],
    )
    assert most_distinct(table, "source") == "c"


def test_the_sides_of_a_corpus_in_shards(both):
    whole, cut = (sides(tokens, "source") for tokens in both)
    assert cut[2:] == whole[2:]
    assert [side.doc_ids.tolist() for side in cut[:2]] == [side.doc_ids.tolist() for side in whole[:2]]
    assert [len(side) for side in cut[:2]] == [len(side) for side in whole[:2]]


def test_ranks_are_those_of_scipy_and_the_farthest_apart_come_first():
    random = np.random.default_rng(0)
    table = pd.DataFrame({"term": [f"w{n}" for n in range(200)], "q_documents": 1.0})
    table = table.assign(count=random.geometric(0.2, 200) - 1, reference_count=random.geometric(0.1, 200))
    found = ranks(table).set_index("term").loc[table["term"]]
    for side, counts in (("target", table["count"]), ("reference", table["reference_count"])):
        dense = rankdata(counts, method="dense")
        np.testing.assert_allclose(found[f"{side}_rank"], (dense - 1) / (dense.max() - 1))
    apart = (ranks(table)["target_rank"] - ranks(table)["reference_rank"]).abs()
    assert apart.is_monotonic_decreasing


def test_ranks_of_words_that_are_all_as_frequent():
    table = pd.DataFrame({"term": ["b", "a"], "count": [2, 2], "reference_count": [1, 1], "q_documents": np.nan})
    found = ranks(table)
    assert found["term"].tolist() == ["a", "b"]
    assert found[["target_rank", "reference_rank"]].to_numpy().tolist() == [[0, 0], [0, 0]]
