"""Keyness by hand; from corpora, frequency lists and groups; q-values against SciPy's."""

import dataclasses
from collections.abc import Callable, Iterable
from math import log, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import Corpus, Tokens, read_text, tokenize
from analysis.terms import association, keys
from analysis.terms import keyness as module
from analysis.terms.comparison import most_distinct
from analysis.terms.keyness import COLUMNS, keyness, keyness_by_group
from analysis.terms.tallies import FirstTerms
from analysis.text.corpus import read_texts

TARGET = ["War is war. No war!", "War near."]  # 7 words in 2 documents
REFERENCE = ["Peace is near.", "No peace, war.", "Trade."]  # 7 words in 3
FILES = {
    "a.txt": "War is war. No war!",
    "b.txt": "Peace is near.",
    "c.txt": "War is near.",
    "d.txt": "Trade is near, and so is peace.",
    "metadata.csv": "file,source\na.txt,Daily\nb.txt,\nc.txt,Daily\nd.txt,Radio\n",
}


def words(texts: Iterable[str], **options: Any) -> Tokens:
    return tokenize(read_texts(texts), **options)


@pytest.fixture
def official(sample_tokens: Tokens) -> tuple[Tokens, Tokens]:
    """Two sides that share their vocabulary."""
    return sample_tokens.where(source_kind="official"), sample_tokens.where(source_kind__not="official")


def with_own_vocabulary(tokens: Tokens) -> Tokens:
    """The same words, numbered otherwise, with one type that does not occur."""
    order = np.random.default_rng(0).permutation(len(tokens.vocabulary))
    ids = np.argsort(order)[tokens.ids].astype(np.int32)
    return dataclasses.replace(tokens, vocabulary=np.append(tokens.vocabulary[order], "unheard-of"), ids=ids)


def test_every_column_by_hand() -> None:
    table = keyness(words(TARGET), words(REFERENCE), prior=14, k=1e6 / 7)
    assert table.columns.tolist() == COLUMNS
    # Both sides have 7 words, so E is half of both counts: peace 2·2 ln 2 = 2.8, war 2 (4 ln 1.6 + ln 0.4) = 1.9,
    # trade 2 ln 2 = 1.4, the rest 0 and in alphabetical order.
    assert table["term"].tolist() == ["peace", "war", "trade", "is", "near", "no"]
    assert table["key"].tolist() == ["reference", "target", "reference", "neither", "neither", "neither"]
    assert table["count"].tolist() == [0, 4, 0, 1, 1, 1]
    assert table["reference_count"].tolist() == [2, 1, 1, 1, 1, 1]
    assert table["documents"].tolist() == [0, 2, 0, 1, 1, 1]
    assert table["reference_documents"].tolist() == [2, 1, 1, 1, 1, 1]
    g2 = 2 * (4 * log(4 / 2.5) + log(1 / 2.5))
    p = [stats.chi2.sf(value, 1) for value in (4 * log(2), g2, 2 * log(2))]
    assert table["g2"].tolist() == pytest.approx([4 * log(2), g2, 2 * log(2), 0, 0, 0], abs=1e-12)
    assert table["p"].tolist() == pytest.approx([*p, 1, 1, 1])
    # The smallest of 6 values times 6/1, the next times 6/2, then 6/3; each at most what follows it.
    assert table["q"].tolist() == pytest.approx(
        [min(6 * p[0], 3 * p[1], 2 * p[2]), min(3 * p[1], 2 * p[2]), 2 * p[2], 1, 1, 1]
    )
    half = 1.959963984540054 / log(2) * sqrt(1 / 4 - 1 / 7 + 1 / 1 - 1 / 7)
    war = {
        "per_million": 4e6 / 7,
        "reference_per_million": 1e6 / 7,
        "g2_four_cell": g2 + 2 * (3 * log(3 / 4.5) + 6 * log(6 / 4.5)),
        "chi2": 1.5**2 * (2 / 2.5 + 2 / 4.5),
        "chi2_yates": 2 / 2.5 + 2 / 4.5,
        "fisher_p": (245 + 21 + 245 + 21) / 2002,  # 4, 5, 1 or 0 of the 5 on the left, of C(14, 5) ways
        "log_ratio": 2,
        "ci_low": 2 - half,
        "ci_high": 2 + half,
        "pct_diff": 300,
        "diff_coefficient": 3 / 5,
        "odds_ratio": (4 / 3) / (1 / 6),
        "simple_maths": (4 + 1) / (1 + 1),
        "bic": g2 - log(14),
        "log_odds_z": log((9 / 12) / (6 / 15)) / sqrt(1 / 9 + 1 / 6),  # the prior holds the term 5 times
        # 2 of 2 documents against 1 of 3, where 1.2 and 1.8 were to be expected
        "dispersion_g2": 2 * (2 * log(2 / 1.2) + log(1 / 1.8)),
        "dispersion_p": stats.chi2.sf(2 * (2 * log(2 / 1.2) + log(1 / 1.8)), 1),
    }
    assert table.loc[1, list(war)].to_dict() == pytest.approx(war)


def test_a_total_order(official: tuple[Tokens, Tokens]) -> None:
    table = keyness(*official)
    dealt = table["p_documents"].where(table["p_documents"] < 1, 1.0)
    pairs = list(zip(dealt, -table["g2"], table["term"], strict=True))
    assert pairs == sorted(pairs)
    assert table["term"].is_unique
    assert table.index.tolist() == list(range(len(table)))
    pd.testing.assert_frame_equal(keyness(*official), table, check_exact=True)


@pytest.mark.parametrize("n", [1, 2])
def test_vocabularies_need_not_be_one(official: tuple[Tokens, Tokens], n: int) -> None:
    target, reference = official
    assert target.vocabulary is reference.vocabulary
    expected = keyness(target, reference, n=n)
    pd.testing.assert_frame_equal(keyness(target, with_own_vocabulary(reference), n=n), expected, check_exact=True)
    pd.testing.assert_frame_equal(keyness(with_own_vocabulary(target), reference, n=n), expected, check_exact=True)


def test_stop_words_and_rare_words_count_among_the_running_words() -> None:
    full = keyness(words(TARGET), words(REFERENCE)).set_index("term")
    table = keyness(words(TARGET), words(REFERENCE), stopwords={"is", "no"}, min_count=2).set_index("term")
    assert table.index.tolist() == ["peace", "war", "near"]  # trade stands once in both sides together
    for column in set(COLUMNS) - {"term", "q"}:
        assert table[column].tolist() == full.loc[table.index, column].tolist()
    p = table["p"].tolist()  # three terms are tested, not six
    assert table["q"].tolist() == pytest.approx([min(3 * p[0], 1.5 * p[1]), 1.5 * p[1], 1])


def test_ngrams_with_a_stop_word_at_an_end_are_left_out() -> None:
    table = keyness(words(["War is near. It is war."]), words(["Peace is near."]), n=3, stopwords=["it"])
    assert table["term"].tolist() == ["peace is near", "war is near"]  # not "it is war", though it counts: 2 ln 3 is
    assert table["g2"].tolist() == pytest.approx([2 * log(3), 2 * log(1.5)])  # for 1 of 1 against 0 of 2
    ends = keyness(words(["War is near. It is war."]), words(["Peace is near."]), n=3, stopwords=["near"])
    assert ends["term"].tolist() == ["it is war"]


def test_nothing_left_is_an_empty_table() -> None:
    table = keyness(words(TARGET), words(REFERENCE), min_count=10)
    assert table.empty
    assert table.columns.tolist() == COLUMNS
    assert keyness(words(["War."]), words(["Peace."]), stopwords=["war", "peace"]).empty


def test_documents_without_words() -> None:
    table = keyness(words(["", "War. War.", ""]), words(["Peace.", ""])).set_index("term")
    assert table["documents"].tolist() == [0, 1]
    # 1 of 3 documents against 0 of 2
    assert table.loc["war", "dispersion_g2"] == pytest.approx(2 * log(1 / (3 / 5)))


def test_half_an_occurrence_can_turn_the_sign_of_the_log_ratio_but_not_the_key() -> None:
    row = keyness(words(["No."]), words(["War and peace and trade."])).set_index("term").loc["war"]
    assert (row["key"], row["diff_coefficient"]) == ("reference", -1)
    assert row["log_ratio"] > 0


def test_a_frequency_list_as_reference() -> None:
    listed = pd.DataFrame({"rank": [1, 2, 3, 4], "term": ["peace", "war", "rest", "none"], "count": [2, 1, 4, 0]})
    table = keyness(words(TARGET), listed)
    counts = dict(zip(table["term"], table["reference_count"], strict=True))
    assert counts == {"peace": 2, "war": 1, "rest": 4, "is": 0, "near": 0, "no": 0}
    assert table["reference_documents"].isna().all()
    assert table[["dispersion_g2", "dispersion_p"]].isna().all(axis=None)
    # 7 words on either side, as in the reference above
    own = keyness(words(TARGET), words(REFERENCE)).set_index("term")
    same = ["g2", "fisher_p", "log_ratio", "log_odds_z", "documents"]
    assert table.set_index("term").loc[["peace", "war"], same].equals(own.loc[["peace", "war"], same])


def test_the_frequency_list_of_a_corpus_gives_the_same(official: tuple[Tokens, Tokens]) -> None:
    target, reference = official
    words, counts = np.unique(reference.vocabulary[reference.ids].astype(str), return_counts=True)
    table = keyness(target, pd.DataFrame({"term": words, "count": counts}))
    unknown = ["reference_documents", "dispersion_g2", "dispersion_p"]
    own = keyness(*official, permutations=0)
    pd.testing.assert_frame_equal(table.drop(columns=unknown), own.drop(columns=unknown))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"word": ["war"], "count": [1]}, "no column 'term' (it has word, count): give it term and count"),
        ({"term": ["war"], "freq": [1]}, "no column 'count' (it has term, freq)"),
        ({}, "no column 'term' (it has none)"),
        ({"term": ["war", None], "count": [1, 1]}, "the term in row 1 of the reference table is no text"),
        ({"term": ["war", "war"], "count": [1, 1]}, "'war' more than once"),
        ({"term": ["war"], "count": [-1]}, "the count of 'war' in the reference table is -1: give whole numbers"),
        ({"term": ["war"], "count": [0.5]}, "the count of 'war' in the reference table is 0.5"),
        ({"term": ["is", "war"], "count": ["1", "many"]}, "the count of 'war' in the reference table is many"),
        ({"term": ["war"], "count": [None]}, "the count of 'war' in the reference table is None"),
        ({"term": ["WAR"], "count": [1]}, "shares no term with the target: it begins 'WAR', the target 'war'"),
        ({"term": [], "count": []}, "the reference has no words"),
        ({"term": ["war"], "count": [0]}, "the reference has no words"),
    ],
)
def test_a_table_that_is_no_frequency_list(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as error:
        keyness(words(TARGET), pd.DataFrame(table))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("target", "reference", "n", "said"),
    [
        (words([""]), words(["War."]), 1, "the target has no words"),
        (words(["War."]), words(["", ""]), 1, "the reference has no words"),
        (words(["War is."]), words(["War. Is."]), 2, "the reference has no sentence of 2 words or more"),
        (words(["No."]), words(["No!"], lowercase=False), 1, "the target has lowercase=True, the reference lowercase="),
        (words(["No."], scheme="treebank"), words(["No!"]), 1, "the target has scheme='treebank'"),
    ],
)
def test_sides_that_cannot_be_compared(target: Tokens, reference: Tokens, n: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        keyness(target, reference, n=n)


def test_a_corpus_is_not_compared_with_itself(tokens: Tokens, sharded) -> None:
    cut, daily = sharded(tokens), tokens.where(source="Daily")
    others = tokens.where(source__not=["Radio", "(none)"])
    for target, reference in ((tokens, tokens), (cut, tokens), (daily, others)):
        with pytest.raises(ValueError, match="target and reference are the same documents"):
            keyness(target, reference)


def test_the_same_name_is_not_the_same_document() -> None:
    assert len(keyness(tokenize(read_text("War.")), tokenize(read_text("Peace.")))) == 2  # both are named "text"


def test_other_words_of_the_same_documents_can_be_compared() -> None:
    both = words(["War is war. No more war."])
    first, second = (
        dataclasses.replace(both, ids=both.ids[rows], start=both.start[rows], end=both.end[rows])
        for rows in (slice(3), slice(3, 6))
    )
    first, second = (
        dataclasses.replace(tokens, document_offsets=np.array([0, 3]), sentence_offsets=np.array([0, 3]))
        for tokens in (first, second)
    )
    assert keyness(first, second)["term"].tolist() == ["is", "more", "no", "war"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n": 0}, "n is 0: use 1 for words"),
        ({"k": 0.0}, "k is 0.0"),
        ({"prior": 0.0}, "prior is 0.0"),
        ({"stopwords": "the"}, "stopwords is 'the': give a collection of words"),
    ],
)
def test_options_out_of_range(tokens: Tokens, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        keyness(words(TARGET), words(REFERENCE), **options)
    with pytest.raises(ValueError, match=said):
        keyness_by_group(tokens, "source", **options)


@pytest.mark.parametrize("options", [{}, {"n": 2}, {"stopwords": {"is"}, "min_count": 2, "k": 100.0, "prior": 10.0}])
def test_by_group_each_against_the_rest(tokens: Tokens, options: dict[str, Any]) -> None:
    table = keyness_by_group(tokens, "source", **options)
    assert table.columns.tolist() == ["source", *COLUMNS]
    assert table["source"].drop_duplicates().tolist() == ["(none)", "Daily", "Radio"]
    for group, rows in table.groupby("source"):
        expected = keyness(tokens.where(source=group), tokens.where(source__not=group), among=3, **options)
        pd.testing.assert_frame_equal(rows.drop(columns="source").reset_index(drop=True), expected, check_exact=True)


def test_by_group_leaves_out_groups_without_words(make_corpus: Callable[..., Corpus]) -> None:
    files = {"a.txt": "War.", "b.txt": "Peace.", "c.txt": "***", "metadata.csv": "file,by\na.txt,x\nb.txt,y\nc.txt,z\n"}
    tokens = tokenize(make_corpus(files))
    assert tokens.n_documents == 3
    table = keyness_by_group(tokens, "by")
    assert table["by"].unique().tolist() == ["x", "y"]
    with pytest.raises(ValueError, match=r"'by' has fewer than two groups with words \('x'\)"):
        keyness_by_group(tokens.where(by=["x", "z"]), "by")
    with pytest.raises(ValueError, match="no metadata column 'kind'"):
        keyness_by_group(tokens, "kind")


@pytest.fixture
def several_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a sharded corpus a few rows are added up at a time."""
    monkeypatch.setattr(keys, "ROWS", 30)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"min_count": 2, "stopwords": {"the", "war"}},
        {"n": 2},
        {"n": 3, "stopwords": {"the"}, "prior": 9.0},
        {"n": 6},  # more words than there are in one number
    ],
)
def test_two_sides_in_shards(both, several_files, options: dict[str, Any]) -> None:
    name = both[0].groups("source").iloc[0]
    own, cut_own = (tokens.where(source=name) for tokens in both)
    other, cut_other = (tokens.where(source__not=name) for tokens in both)
    table = keyness(own, other, **options)
    assert len(table) > 2
    for sides in ((own, other), (cut_own, cut_other), (own, cut_other)):
        for most in (None, 2):
            found = keyness(*sides, most=most, **options)
            pd.testing.assert_frame_equal(found, table.head(most or len(table)), check_exact=True)


def test_a_frequency_list_beside_a_corpus_in_shards(both, several_files) -> None:
    terms = "war,the,plan,of course,zzz,Zulu,aardvark,peace,äther,the plan,war is".split(",")
    listed = pd.DataFrame({"term": terms, "count": [5, 60, 0, 7, 1, 7, 7, 3, 7, 2, 1]})
    whole, cut = both
    for options in ({}, {"stopwords": {"course", "the"}, "min_count": 2}, {"n": 2}):
        table = keyness(whole, listed, **options)
        assert ("of course" in table["term"].tolist()) == ("stopwords" not in options)
        assert "zzz" in table["term"].tolist() or "min_count" in options
        for most in (None, 5):
            found = keyness(cut, listed, most=most, **options)
            pd.testing.assert_frame_equal(found, table.head(most or len(table)), check_exact=True)
    with pytest.raises(ValueError, match="the reference table shares no term with the target: it begins 'of course'"):
        keyness(cut, listed[3:7])


def test_phrases_beside_a_frequency_list() -> None:
    listed = pd.DataFrame({"term": ["war is", "war", "is war no more", "no war"], "count": [3, 2, 1, 4]})
    table = keyness(words(TARGET), listed, n=2).set_index("term")  # war is, is war, no war, war near
    assert table[["count", "reference_count"]].T.to_dict("list") == {
        "is war": [1, 0],
        "war near": [1, 0],
        "war": [0, 2],
        "no war": [1, 4],
        "war is": [1, 3],
        "is war no more": [0, 1],
    }
    assert table["reference_per_million"].tolist() == pytest.approx((1e6 * table["reference_count"] / 10).tolist())


def test_counts_of_more_than_32_bits() -> None:
    table = keyness(words(TARGET), pd.DataFrame({"term": ["war", "the"], "count": [5_000_000_000, 7_000_000_000]}))
    assert table.set_index("term").loc["war", ["count", "reference_count"]].tolist() == [4, 5_000_000_000]


@pytest.mark.parametrize("options", [{}, {"min_count": 2, "stopwords": {"the", "war"}}, {"n": 2}])
def test_each_group_of_a_corpus_in_shards(both, several_files, options, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, cut = both
    table = keyness_by_group(whole, "source", **options)
    pd.testing.assert_frame_equal(keyness_by_group(cut, "source", **options), table, check_exact=True)
    monkeypatch.setattr(module, "LEAST", 3)
    for tokens in both:
        few = keyness_by_group(tokens, "source", most=1, **options)
        expected = table.groupby("source").head(3).reset_index(drop=True)
        pd.testing.assert_frame_equal(few, expected, check_exact=True)
        assert most_distinct(few, "source") == most_distinct(table, "source")
        own = table[table["key"] == "target"]
        for group, (sure, evidence) in few.attrs["own_words"].items():
            mine = own[own["source"] == group]
            assert sure == (mine["q_documents"] < 0.05).sum()
            assert evidence == pytest.approx(mine["g2"].sum())


def test_too_many_rows_to_compare(both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_MOST", 9)
    with pytest.raises(ValueError, match=r"groups with .* terms are too many to compare: take fewer groups"):
        keyness_by_group(both[1], "source")


def test_q_values_of_equal_counts_are_those_of_scipy() -> None:
    random = np.random.default_rng(6)
    counts = random.integers(0, 6, (4, 500))
    counts[0] += 1
    for sizes in ((5000, 4000), (1 << 40, 1 << 41)):  # two counts as one number, and as two
        first = FirstTerms(*sizes, 40)
        for begin in range(0, 500, 120):
            first.add([np.arange(begin, min(begin + 120, 500))], counts[:, begin : begin + 120], 0)
        first.set_p_values(np.empty(0), 0, np.zeros(1, dtype=np.int64))
        g2 = association.g2_two_cell(counts[0], sizes[0], counts[1], sizes[1])
        q = stats.false_discovery_control(association.p_value(g2))
        order = np.lexsort((np.arange(500), -g2))[:40]
        found = first.rows()
        assert found.keys[0].tolist() == order.tolist()
        assert found.counts.tolist() == counts[:, order].tolist()
        assert found.q.tolist() == q[order].tolist()
