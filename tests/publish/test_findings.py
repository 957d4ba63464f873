"""The sentences say what the tables say."""

import pandas as pd

from analysis.publish.findings.framing import framed_as, unspoken
from analysis.publish.findings.redundancy import repeated
from analysis.publish.findings.terms import most_used
from analysis.publish.findings.wording import listed

LABELS = {"war": "War", "law": "Law"}


def test_an_empty_table_is_said_to_be_empty():
    empty = pd.DataFrame({"term": [], "count": [], "documents": []})
    assert most_used(empty, "phrases") == "Stop words aside, there are no phrases."
    profile = pd.DataFrame({"frame": ["war"], "hits": [0], "per_1000_words": [0.0]})
    assert framed_as(profile, LABELS) == "No term of the lexicon occurs in the text."


def test_one_word_is_a_list_of_one():
    one = pd.DataFrame({"term": ["plan"], "count": [2], "documents": [1]})
    assert most_used(one) == "The words used most, stop words aside: “plan” (twice)."


def test_frames_without_a_hit_are_named():
    profile = pd.DataFrame({"frame": ["war", "law"], "hits": [0, 3]})
    assert unspoken(profile, LABELS) == "No term speaks of war."
    assert unspoken(profile.tail(1), LABELS) is None


def test_no_repetition_is_said_plainly():
    shares = pd.DataFrame({"words": [10], "within": [0], "across": [0], "repeated": [0]})
    assert repeated(shares) == "No sentence occurs a second time word for word."


def test_one_document_has_no_other():
    shares = pd.DataFrame({"words": [10], "within": [4], "across": [0], "repeated": [4]})
    assert repeated(shares) == "40% of the words stand in sentences that occur again word for word."


def test_lists_read_as_lists():
    assert [listed(w) for w in ([], ["a"], ["a", "b"])] == ["", "a", "a and b"]
