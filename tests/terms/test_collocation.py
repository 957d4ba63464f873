"""Pairs of words: counts by hand and against plain loops, measures against NLTK and printed values."""

from collections import Counter, defaultdict
from decimal import Decimal, localcontext
from itertools import combinations, pairwise
from math import log, log2, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from nltk.collocations import BigramCollocationFinder
from nltk.metrics.association import BigramAssocMeasures

from analysis import Tokens, read_text, tokenize
from analysis.terms import keys
from analysis.terms.collocation import COLUMNS, MEASURES, association_measures, collocates_by_group, collocations
from analysis.text.corpus import read_frame

FILES = {"a.txt": "Rule of law. The rule of force.", "b.txt": "Force of habit."}


def pair(table: pd.DataFrame, first: str, second: str) -> pd.Series:
    rows = table[(table["first"] == first) & (table["second"] == second)]
    assert len(rows) == 1
    return rows.iloc[0]


def counted(row: pd.Series) -> tuple[int, ...]:
    return tuple(row[["count", "documents", "first_count", "second_count"]])


def lines_of(tokens: Tokens) -> list[tuple[int, list[str]]]:
    """Every sentence, as the number of its document and its words."""
    words = tokens.vocabulary[tokens.ids].tolist()
    return [
        (document, words[first:last])
        for document, (first, last) in zip(
            tokens.sentence_document.tolist(), pairwise(tokens.sentence_offsets.tolist()), strict=True
        )
    ]


def test_words_side_by_side_by_hand(tokens: Tokens) -> None:
    table = collocations(tokens)
    assert table.columns.tolist() == COLUMNS
    # rule of, of law | the rule, rule of, of force | force of, of habit: N = 7. "rule" begins 2 of them, both with
    # "of", which ends 3: the cells are 2, 0, 1, 4, and what to expect of them 6/7, 8/7, 15/7, 20/7.
    row = pair(table, "rule", "of")
    assert counted(row) == (2, 1, 2, 3)
    assert row["expected"] == pytest.approx(6 / 7)
    assert row["g2"] == pytest.approx(2 * (2 * log(2 / (6 / 7)) + 1 * log(1 / (15 / 7)) + 4 * log(4 / (20 / 7))))
    assert row["chi2"] == pytest.approx(7 * (2 * 4 - 0 * 1) ** 2 / (2 * 3 * 5 * 4))
    assert row["pmi"] == pytest.approx(log2(2 / (6 / 7)))
    assert row["mi3"] == pytest.approx(log2(2**3 / (6 / 7)))
    assert row["npmi"] == pytest.approx(log2(2 / (6 / 7)) / -log2(2 / 7))
    assert row["dice"] == pytest.approx(2 * 2 / (2 + 3))
    assert row["log_dice"] == pytest.approx(14 + log2(4 / 5))
    assert row["t_score"] == pytest.approx((2 - 6 / 7) / sqrt(2))
    assert row["z_score"] == pytest.approx((2 - 6 / 7) / sqrt(6 / 7))
    assert row["delta_p_forward"] == pytest.approx(2 / 2 - 1 / 5)
    assert row["delta_p_backward"] == pytest.approx(2 / 3 - 0 / 4)
    # "the rule" are the only pair of either: 1, 0, 0, 6. Next "rule of"; then four pairs of the same cells.
    assert table["g2"].iloc[0] == pytest.approx(2 * (log(7) + 6 * log(7 / 6)))
    pairs = list(zip(table["first"], table["second"], strict=True))
    assert pairs[:2] == [("the", "rule"), ("rule", "of")]
    assert pairs[2:] == [("force", "of"), ("of", "force"), ("of", "habit"), ("of", "law")]


def test_a_wider_window_by_hand(tokens: Tokens) -> None:
    # rule of, rule law, of law | the rule, the of, rule of, rule force, of force | force of, force habit, of habit
    table = collocations(tokens, window=2)
    assert table["count"].sum() == 11
    row = pair(table, "rule", "of")  # rule begins 2 + 2; of ends 1 + 2 + 1
    assert counted(row) == (2, 1, 4, 4)
    assert row["expected"] == pytest.approx(4 * 4 / 11)
    assert "law" not in table.loc[table["first"] == "the", "second"].tolist()  # not across the full stop
    assert pair(table, "the", "of")["count"] == 1
    assert collocations(tokens, window=3)["count"].sum() == 12  # the force


def test_a_node_looks_both_ways(tokens: Tokens) -> None:
    table = collocations(tokens, node="of")
    assert set(table["first"]) == {"of"}
    # Of the 7 pairs, read from either end 14, "of" stands in 6, with rule, law, rule, force, force, habit.
    assert dict(zip(table["second"], table["count"], strict=True)) == {"rule": 2, "force": 2, "law": 1, "habit": 1}
    assert counted(pair(table, "of", "rule")) == (2, 1, 6, 3)
    assert counted(pair(table, "of", "force")) == (2, 2, 6, 2)
    assert pair(table, "of", "rule")["expected"] == pytest.approx(6 * 3 / 14)


def test_a_node_beside_itself_counts_from_either() -> None:
    row = pair(collocations(tokenize(read_text("Very very very good.")), node="very"), "very", "very")
    # very very, very very, very good: N = 2 * 3; "very" is one end of 5 of them.
    assert counted(row) == (4, 1, 5, 5)
    assert row["expected"] == pytest.approx(25 / 6)


def test_a_node_is_a_pattern_in_any_case(tokens: Tokens) -> None:
    table = collocations(tokens, node="R*")
    assert set(table["first"]) == {"rule"}
    pd.testing.assert_frame_equal(table, collocations(tokens, node="rule"))
    assert collocations(tokens, node="tank").empty


def test_whole_sentences_by_hand(tokens: Tokens) -> None:
    table = collocations(tokens, window="sentence")
    assert (table["first"] < table["second"]).all()
    # "of" stands in all 3 sentences, "rule" in 2 of one document, "force" in 2 of two documents.
    assert counted(pair(table, "of", "rule")) == (2, 1, 3, 2)
    assert counted(pair(table, "force", "of")) == (2, 2, 2, 3)
    assert pair(table, "force", "rule")["expected"] == pytest.approx(2 * 2 / 3)
    assert pair(table, "force", "of")["g2"] == 0  # to be expected: "of" is everywhere
    assert np.isnan(pair(table, "force", "of")["delta_p_backward"])  # and is nowhere not
    by_node = collocations(tokens, window="sentence", node="of")
    assert set(by_node["first"]) == {"of"}
    assert counted(pair(by_node, "of", "force")) == (2, 2, 3, 2)


def test_stop_words_and_rare_pairs_are_left_out_and_counted_all_the_same(tokens: Tokens) -> None:
    whole = collocations(tokens, window=2)
    table = collocations(tokens, window=2, stopwords=["the", "of"])
    kept = whole[~whole["first"].isin(["the", "of"]) & ~whole["second"].isin(["the", "of"])]
    pd.testing.assert_frame_equal(table, kept.reset_index(drop=True))
    assert sorted(zip(table["first"], table["second"], strict=True)) == [
        ("force", "habit"),
        ("rule", "force"),
        ("rule", "law"),
    ]
    often = collocations(tokens, window=2, min_count=2)
    pd.testing.assert_frame_equal(often, whole[whole["count"] >= 2].reset_index(drop=True))
    # The node is asked for; its neighbours are not.
    assert collocations(tokens, node="of", stopwords={"of", "rule"})["second"].tolist() == ["force", "habit", "law"]


@pytest.mark.parametrize("window", [1, 3, "sentence"])
@pytest.mark.parametrize("node", [None, "s*"])
def test_counts_and_documents_equal_a_plain_loop(sample_tokens: Tokens, window: int | str, node: str | None) -> None:
    count: Counter[tuple[str, str]] = Counter()
    documents = defaultdict(set)
    for document, line in lines_of(sample_tokens):
        if window == "sentence":
            found = list(combinations(sorted(set(line)), 2))
        else:
            found = [(line[i], second) for i in range(len(line)) for second in line[i + 1 : i + 1 + window]]
        if node is not None:
            found += [(second, first) for first, second in found]
        for words in found:
            if node is None or words[0].startswith("s"):
                count[words] += 1
                documents[words].add(document)
    table = collocations(sample_tokens, window=window, node=node)
    pairs = list(zip(table["first"], table["second"], strict=True))
    assert dict(zip(pairs, table["count"], strict=True)) == dict(count)
    assert dict(zip(pairs, table["documents"], strict=True)) == {words: len(docs) for words, docs in documents.items()}
    ranked = list(zip(-table["g2"], table["first"], table["second"], strict=True))
    assert ranked == sorted(ranked)


@pytest.mark.parametrize("window", [1, 4])
def test_measures_of_the_sample_equal_those_of_nltk(sample_tokens: Tokens, window: int) -> None:
    table = collocations(sample_tokens, window=window)
    assert len(table) > 3000
    total = int(table["count"].sum())
    # Every total is the sum over the pairs that it is a total of.
    for side in ("first", "second"):
        assert (table.groupby(side)["count"].transform("sum") == table[f"{side}_count"]).all()
    assert table["expected"].tolist() == pytest.approx((table["first_count"] * table["second_count"] / total).tolist())
    theirs = {
        "g2": BigramAssocMeasures.likelihood_ratio,
        "chi2": BigramAssocMeasures.chi_sq,
        "pmi": BigramAssocMeasures.pmi,
        "dice": BigramAssocMeasures.dice,
        "t_score": BigramAssocMeasures.student_t,
        "mi3": lambda *marginals: log2(BigramAssocMeasures.mi_like(*marginals) * total),
    }
    rows = list(table[["count", "first_count", "second_count"]].itertuples(index=False, name=None))
    for measure, score in theirs.items():
        expected = [score(count, (first, second), total) for count, first, second in rows]
        np.testing.assert_allclose(table[measure], expected, rtol=1e-9, atol=1e-9, err_msg=measure)


PRINTED = [
    # the value is that of the source, to the digits printed there
    ("g2", (10, 0, 3, 31764), 167.23, 2, "Dunning 1993, p. 72"),
    ("chi2", (3, 0, 0, 31774), 31777, 0, "Dunning 1993, p. 73"),
    ("pmi", (8, 1097, 36, 14998859), 11.3, 1, "Church and Hanks 1990, p. 24"),
    ("t_score", (8, 15820, 4667, 14287173), 0.999932, 6, "Manning and Schütze 1999, p. 164"),
    ("chi2", (8, 15820, 4667, 14287173), 1.55, 2, "Manning and Schütze 1999, 5.3.3"),
    ("pmi", (20, 22, 0, 14307626), 18.38, 2, "Manning and Schütze 1999, table 5.14"),
    ("dice", (130, 2991, 13, 10**6), 0.08, 2, "Smadja, McKeown and Hatzivassiloglou 1996, p. 13"),
    ("delta_p_forward", (5610, 168938, 2257, 10233063), 0.032, 3, "Gries 2013, p. 144"),
    ("delta_p_backward", (5610, 168938, 2257, 10233063), 0.697, 3, "Gries 2013, p. 144"),
    ("npmi", (10, 0, 0, 90), 1, 10, "Bouma 2009: never apart"),
    ("npmi", (1, 9, 9, 81), 0, 10, "Bouma 2009: independent"),
    ("npmi", (0, 10, 10, 80), -1, 10, "Bouma 2009: never together"),
    ("log_dice", (10, 0, 0, 90), 14, 10, "Rychlý 2008: never apart"),
]


@pytest.mark.parametrize(("measure", "cells", "value", "digits", "source"), PRINTED)
def test_printed_values(measure: str, cells: tuple[int, ...], value: float, digits: int, source: str) -> None:
    assert round(float(association_measures(*cells)[measure].iloc[0]), digits) == value, source


def test_g2_does_not_blur_in_large_corpora() -> None:
    # Fifty decimals as the witness: ln(O / E) of a cell of a billion, taken in floating point, is right to six only.
    cells = (1, 29_999, 29_999, 10**9 - 59_999)
    rows, columns = [30_000, 10**9 - 30_000], [30_000, 10**9 - 30_000]
    expected = [Decimal(row * column) / 10**9 for row in rows for column in columns]
    with localcontext(prec=50):
        g2 = 2 * sum(o * (o / e).ln() for o, e in zip(cells, expected, strict=True))
    assert association_measures(*cells)["g2"].iloc[0] == pytest.approx(float(g2), rel=1e-10)


def test_what_has_no_value_has_none() -> None:
    row = association_measures(5, 0, 0, 0).iloc[0]  # one pair, and nothing else in the text
    assert row["g2"] == row["pmi"] == row["t_score"] == row["z_score"] == 0
    assert row[["chi2", "npmi", "delta_p_forward", "delta_p_backward"]].isna().all()
    never = association_measures(0, 10, 10, 80).iloc[0]
    assert never[["pmi", "mi3", "log_dice", "t_score"]].tolist() == [-np.inf] * 4
    assert never["z_score"] == -1  # (0 - 1) / √1
    assert association_measures([], [], [], []).columns.tolist() == [*MEASURES, "expected"]


def test_texts_without_pairs(tokens: Tokens) -> None:
    for without in (
        collocations(tokenize(read_text("Yes. No."))),
        collocations(tokenize(read_text("..."))),
        collocations(tokenize(read_text("...")), window="sentence"),
        collocations(tokens, stopwords=set(tokens.vocabulary)),
        collocations(tokens, min_count=3),
        collocations(tokens, window="sentence", min_count=4),
    ):
        assert without.empty
        assert without.columns.tolist() == COLUMNS


def test_some_documents_of_a_corpus(tokens: Tokens) -> None:
    # What stands in the other documents leaves no trace, though the vocabulary is that of all.
    shard = collocations(tokens.subset(np.array([1])), window=2)
    alone = collocations(tokenize(read_text(FILES["b.txt"])), window=2)
    pd.testing.assert_frame_equal(shard, alone)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        *(({"window": window}, "window is .*: give a number of words, 1 or more") for window in (0, 1.5, "sentences")),
        *(({"node": node}, "pattern|give one word") for node in ("", "*", "rule of", "rule ... force")),
        ({"stopwords": "the"}, "give a collection of words"),
    ],
)
def test_mistakes(tokens: Tokens, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        collocations(tokens, **options)


@pytest.mark.parametrize(
    ("cells", "said"),
    [((130, 2991, 13, -1), "o22 is -1: a cell is a count"), (([1, 0], 0, 0, [1, 0]), "four cells of 0")],
)
def test_cells_that_are_no_counts(cells: tuple[Any, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        association_measures(*cells)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"window": 3, "min_count": 2},
        {"window": 5, "stopwords": {"the", "of", "nowhere"}},
        {"window": 2, "node": "p*"},
        {"node": "nowhere"},
        {"min_count": 9999},
        {"window": "sentence", "min_count": 2},
        {"window": "sentence", "node": "p*", "stopwords": {"the"}},
    ],
)
def test_pairs_of_a_corpus_in_shards(both, options, monkeypatch) -> None:
    whole, cut = both
    monkeypatch.setattr(keys, "ROWS", 9 if whole.n_documents < 20 else 9999)  # many files, not thousands
    table = collocations(whole, **options)
    pd.testing.assert_frame_equal(collocations(cut, **options), table, check_exact=True)
    some = [tokens.where(source__not="Daily") for tokens in both]
    found, expected = (collocations(tokens, **options) for tokens in some[::-1])
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    for tokens in both:
        pd.testing.assert_frame_equal(collocations(tokens, most=5, **options), table.head(5), check_exact=True)


@pytest.fixture
def two_sources() -> Tokens:
    texts = ["Just war is war. A just war, they say.", "Total war! Total war, just so. War.", "Peace and just war."]
    return tokenize(read_frame(pd.DataFrame({"text": texts, "source": ["A", "B", "A"]})))


def test_what_each_group_says_beside_a_word_is_counted_by_nltk(two_sources: Tokens) -> None:
    table = collocates_by_group(two_sources, "source", "war", window=1, min_count=1)
    for source, words in two_sources.group_by("source"):
        # Words side by side in a sentence, read from either end: NLTK's pairs, and those of the sentence reversed.
        found = [BigramCollocationFinder.from_words(line[::step]) for _, line in lines_of(words) for step in (1, -1)]
        both: Counter[tuple[str, str]] = sum((Counter(finder.ngram_fd) for finder in found), Counter())
        begun: Counter[str] = Counter()
        for (first, _), times in both.items():
            begun[first] += times
        total = sum(begun.values())
        own = table[table["source"] == source].set_index("second")
        drawn_together = {w for (n, w), times in both.items() if n == "war" and times * total > begun["war"] * begun[w]}
        assert set(own.index) == drawn_together
        for word, row in own.iterrows():
            marginals = (both["war", word], (begun["war"], begun[word]), total)
            assert row["count"] == both["war", word]
            assert row["log_dice"] == pytest.approx(14 + log2(BigramAssocMeasures.dice(*marginals)))
            assert row["g2"] == pytest.approx(BigramAssocMeasures.likelihood_ratio(*marginals))
        assert own["log_dice"].is_monotonic_decreasing


def test_groups_that_are_compared_by_hand(two_sources: Tokens) -> None:
    table = collocates_by_group(two_sources, "source", "war", window=1).set_index(["source", "second"])
    # A: just-war three times; war has beside it just, is, is | just, they | just; just has war | a, war | and, war.
    # B: total-war twice; war has total | total, just, and total has war | war.
    assert table.loc[("A", "just"), "log_dice"] == pytest.approx(14 + log2(2 * 3 / (6 + 5)))
    assert table.loc[("B", "total"), "log_dice"] == pytest.approx(14 + log2(2 * 2 / (3 + 2)))
    # Both: war has 9 neighbours, and just 7: war, so | as above. They meet four times.
    assert table.loc[("A", "just"), "overall"] == pytest.approx(14 + log2(2 * 4 / (9 + 7)))
    assert table.index.tolist() == [("A", "just"), ("A", "is"), ("B", "total")]


def test_groups_in_shards_are_those_in_memory(sample_tokens: Tokens, sample_shards: Tokens) -> None:
    whole, cut = (collocates_by_group(tokens, "source", "campaign") for tokens in (sample_tokens, sample_shards))
    assert len(whole) > 10
    pd.testing.assert_frame_equal(whole, cut)


def test_a_word_or_a_column_that_is_not_there(two_sources: Tokens) -> None:
    assert collocates_by_group(two_sources, "source", "peacock").empty
    with pytest.raises(ValueError, match="no metadata column 'sauce'"):
        collocates_by_group(two_sources, "sauce", "war")
    with pytest.raises(ValueError, match="give one word"):
        collocates_by_group(two_sources, "source", "just war")
