"""Findings about repetition say no more than their tables: empty ones, those of one row, those of large numbers."""

import numpy as np
import pandas as pd
import pytest

from analysis.publish.findings import redundancy
from analysis.publish.findings.redundancy import (
    borrowed,
    borrowed_between,
    clusters,
    dot_matches,
    doublets,
    families,
    frames_counted_once,
    known_reuse,
    near_repeats,
    novelty,
    passages,
    repeated_shares,
    repeats_by_group,
    too_common,
    words_counted_once,
)

LONG = "are in sentences of 8 words or more"
DAYS = pd.Series(pd.to_datetime(["2024-06-22", "2024-06-23"]))


def frame(columns, *rows):
    return pd.DataFrame(list(rows), columns=columns.split())


@pytest.mark.parametrize(
    ("rows", "min_words", "said"),
    [
        ([(10, 0, 0, 0)], 5, "No sentence of 5 words or more is repeated verbatim."),
        ([(10, 0, 0, 0)], 1, "No sentence is repeated verbatim."),
        ([(0, 0, 0, 0)], 1, "No sentence is repeated verbatim."),
        ([(10, 4, 0, 4)], 1, "40% of the words are in sentences repeated verbatim."),
        (
            [(100, 30, 40, 50), (100, 0, 0, 0)],
            8,
            f"25% of the words {LONG} repeated verbatim: 15% in the same document, 20% in another, some in both.",
        ),
    ],
)
def test_how_much_is_repeated(rows, min_words, said):
    assert repeated_shares(frame("words within across repeated", *rows), min_words) == said


def test_the_groups_that_repeat_most_and_the_one_that_repeats_least():
    shares = frame("words repeated", (100, 10), (100, 40), (50, 50), (200, 30), (10, 0))
    groups = pd.Series(list("AABCD"))  # 50 of 200, 50 of 50, 30 of 200, 0 of 10
    assert (
        repeats_by_group(shares, groups) == "Repeated most: B (100% of its words), A (25%) and C (15%); least: D (0%)."
    )
    assert repeats_by_group(shares.head(3), groups.head(3)) == "Repeated most: B (100% of its words); least: A (25%)."
    assert repeats_by_group(shares.assign(repeated=shares["words"]), groups) == (
        "All groups repeat the same share of their words (100%)."
    )
    assert repeats_by_group(shares.assign(repeated=[0, 0, 0, 1, 0]), groups) == (
        "No group of documents repeats as much as 1% of its words verbatim."
    )
    level = frame("words repeated", (100, 50), (100, 0), (50, 0))
    assert (
        repeats_by_group(level, pd.Series(list("ABC"))) == "Repeated most: A (50% of its words); least: B and C (0%)."
    )
    many = frame("words repeated", (100, 50), *[(100, 0)] * 4)
    assert (
        repeats_by_group(many, pd.Series(list("ABCDE"))) == "Repeated most: A (50% of its words); least: 4 groups (0%)."
    )
    assert repeats_by_group(shares.assign(repeated=0), groups) == "No group of documents repeats a sentence verbatim."


def test_counts_of_thousands_are_whole_numbers():
    table = frame("term count adjusted lost", ("plan", 4110, 3640.25, 469.75), ("law", 4, 1 + 1 / 3, 2 + 2 / 3))
    said = "“plan” falls from 4,110 to 3,640.2 occurrences and “law” from 4 to 1.3"
    assert words_counted_once(table) == f"Count each sentence once, and {said}."
    # Sentences of nothing but stop words may well stand again.
    nothing = "No ranked word appears in a repeated sentence."
    assert words_counted_once(table.head(0)) == nothing


@pytest.mark.parametrize(("threshold", "share"), [(0.6, "60%"), (0.3, "30%"), (0.001, "0.1%"), (1.0, "100%")])
def test_the_threshold_is_said_as_it_was_set(threshold, share):
    empty = frame("similarity times")
    said = f"No two different sentences of five words or more share as much as {share} of their words."
    assert near_repeats(empty, threshold) == said
    one = near_repeats(frame("similarity times", (1.0, 1)), threshold)
    assert one == f"1 pair of different sentences shares at least {share} of their words."


def test_pairs_that_are_counted_and_not_listed_are_told():
    found = frame("similarity omitted", (1.0, 0), (0.9, 1200))
    one = near_repeats(frame("similarity", (0.9,)), 0.6, found.head(1))
    assert one == "1 pair of different sentences shares at least 60% of their words."
    told = (
        " A sentence that is nearly the same as more than 50 earlier ones is listed with the first of them alone: "
        "1,200 more pairs of places, copies among them, are counted and not listed."
    )
    assert (
        near_repeats(frame("similarity", (0.9,)), 0.6, found)
        == f"1 pair or more of different sentences share at least 60% of their words.{told}"
    )
    none = near_repeats(frame("similarity"), 0.6, found)
    assert none == f"No two different sentences of five words or more share as much as 60% of their words.{told}"


def test_as_many_pairs_as_are_listed_may_be_more(monkeypatch):
    monkeypatch.setattr(redundancy, "LISTED", 2)
    table = frame("similarity times", (1.0, 1), (0.9, 1), (0.8, 1))
    said = "of different sentences share at least 80% of their words."
    assert near_repeats(table.head(2), 0.8) == f"2 pairs or more {said}"
    assert near_repeats(table, 0.8) == f"3 pairs {said}"


def test_what_was_not_looked_at_is_said():
    common = pd.DataFrame({"shingle": ["as a matter of", "a matter of fact"], "documents": [300, 201]})
    nothing = "No two documents share a passage."
    empty = frame("a_doc b_doc kind")
    assert passages(empty) == passages(empty, common.head(0)) == nothing
    aside = "Not looked at are 2 runs of four words that appear in more than 200 documents."
    assert passages(empty, common) == f"{nothing} {aside}"
    found = frame("a_doc b_doc kind", ("a", "b", "reworded"), ("a", "c", "near"))
    said = "2 pairs of documents share 2 passages: 1 edited and 1 reworded."
    aside = "Not looked at is 1 run of four words that appears in more than 200 documents."
    assert passages(found, common.head(1)) == f"{said} {aside}"


def test_one_place_that_stands_again():
    said = "In a, 1 pair of places shares a run of words; the longest is 4 words long (words 1 and 1,001)."
    assert dot_matches(frame("words a_word b_word", (4, 0, 1000)), "a") == said


def test_what_is_too_common_to_draw():
    common = frame("ngram count", ("so it is and", 300), ("it is and so", 299))
    said = "In a, “so it is and” appears 300 times: too often to draw each place beside each other."
    assert too_common(common, "a") == said


@pytest.mark.parametrize("dates", [DAYS.head(0), DAYS.head(1), DAYS.iloc[[0, 0]], pd.Series([pd.NaT, DAYS[0]])])
def test_without_two_dates_nobody_was_first(dates):
    said = "No two documents have different dates, so none can be said to have had a passage first."
    assert borrowed(frame("doc_id words borrowed borrowed_share origin"), dates) == said


def test_reworded_passages_are_not_denied():
    table = frame("doc_id words borrowed borrowed_share origin", ("a", 10, 0, 0.0, None), ("b", 0, 0, 0.0, None))
    said = "No document has a passage, copied or edited, that one of an earlier day has."
    assert borrowed(table, DAYS) == said


def test_nothing_goes_from_a_group_to_itself():
    own = frame("taker origin borrowed share", ("Daily", "Daily", 90, 0.5))
    assert (
        borrowed_between(own) == borrowed_between(own.head(0)) == "No group has words of another's earlier documents."
    )


def test_a_passage_without_dates_sources_or_spaces():
    ways = frame("family doc_id source text", (0, "a", None, "会" * 500), (0, "b", None, "会" * 500))
    ways = ways.assign(date=pd.NaT)
    said = f"The passage with the most copied words, “{'会' * 69}…”, appears in 2 documents."
    assert families(ways) == said
    assert families(ways.head(0)) == "No passage appears in two documents."


def test_clusters_are_told_with_the_link_they_need():
    empty = frame("cluster documents weakest")
    assert clusters(empty, 0.25) == "No two documents share 25% or more of the text of either."
    two = frame("cluster documents weakest", *[(0, 3, 0.3)] * 3, *[(1, 2, 0.9)] * 2)
    said = (
        "Shared text of 25% or more connects 5 documents, in 2 clusters; the largest has 3 documents, and its weakest "
    )
    said += "link is 30%."
    assert clusters(two, 0.25) == said


def test_what_is_new_in_texts_of_no_or_one_sentence():
    columns = "new ngrams so_far"
    assert novelty(frame(columns), "sentence") == "There are no runs of four words to compare."
    nothing = frame(columns, (np.nan, 0, np.nan))
    assert novelty(nothing, "document") == "There are no runs of four words to compare."
    one = frame(columns, (0.001, 1000, 0.001))
    assert novelty(one, "sentence") == "Under 1% of all runs of four words are new, found nowhere before."
    assert novelty(frame(columns, (1, 4, 1), (1, 3, 1)), "sentence") == "No run of four words appears twice."


def test_frames_that_do_not_occur_or_do_not_fall():
    columns = ["label", "hits", "as it stands", "counted once", "lost"]
    none = pd.DataFrame([["War", 0, 0.0, 0.0, 0.0]], columns=columns)
    assert (
        frames_counted_once(none) == frames_counted_once(none.head(0)) == "No term of the lexicon occurs in the text."
    )
    rows = [["War", 70, 4.0, 3.88, 0.03], ["Law", 9, 1.0, 0.7, 0.3], ["Aid", 9, 1.0, 2.0, -1.0]]  # 2.7 hits of law
    small = pd.DataFrame(rows, columns=columns)
    assert frames_counted_once(small) == "No frame falls by a tenth when each sentence counts once."
    assert "law falls most, by 30% (from 1 to 0.7 hits" in frames_counted_once(
        small.assign(hits=10)
    )  # 10 tenths of 3 are 3


def test_nothing_found_is_no_precision():
    columns = "kind precision recall found"
    nothing = frame(columns, ("all", 0.0, 0.0, 0), ("edited", np.nan, 0.0, np.nan))
    assert known_reuse(nothing) == "None of the labelled reuse was found, nor any other."
    wrong = frame(columns, ("all", 0.0, 0.0, 7), ("edited", np.nan, 0.0, np.nan))
    said = "Of what was found, 0% is labelled reuse; of the labelled reuse 0% was found (edited 0%)."
    assert known_reuse(wrong) == said


def test_the_doublets_that_stand_most_often():
    table = frame("first second", *[("b", "c")] * 2, *[("a", "z")] * 1200)
    assert doublets(table, top=1) == "Two words for one thing: “a” and “z” (1,200 times), of 2 different pairs."
    assert doublets(table.head(0)).startswith("No two words")
