"""What a figure needs to be drawn, on both sides of each border, and that a note says why one is not."""

import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.publish import worth
from analysis.text.corpus import read_texts
from tests.in_process import shown_by

ONE = tokenize(read_text("war " * 1_999))
LONG = tokenize(read_text("war " * 2_000))
TWO = tokenize(read_texts(["War is war.", "Peace is near."]))


def column(name, *values):
    return pd.DataFrame({name: values})


def grid(*rows):
    return pd.DataFrame(rows, columns=["row", *(f"c{n}" for n in range(len(rows[0]) - 1))])


@pytest.mark.parametrize(
    ("name", "table", "tokens", "enough"),
    [
        ("words", column("term", "war"), ONE, False),  # one bar
        ("words", column("term", "war", "law"), ONE, True),
        ("spread", column("count", 5, 5, 5), ONE, False),  # one document
        ("spread", column("count", 5, 5, 4), TWO, False),
        ("spread", column("count", 5, 5, 5), TWO, True),
        ("shape", column("rank", 1, 2), ONE, False),
        ("shape", column("rank", 1, 2), LONG, True),
        ("keyness", column("of_documents", 1, 1), TWO, False),  # one document a side
        ("keyness", column("of_documents", 1, 2), TWO, True),
        ("keyness", column("of_documents", None, None), ONE, True),  # a frequency list has no documents
        ("words_by_group", grid(["a", 1, 2], ["b", 0, 0]), TWO, False),  # the second row is 0
        ("words_by_group", grid(["a", 1], ["b", 2]), TWO, False),  # one column
        ("words_by_group", grid(["a", 1, 2], ["b", 0, 3]), TWO, True),
        ("collocates_by_group", grid(["a", 1, 2], ["b", 0, 0]), TWO, False),
        ("two_sides", pd.DataFrame({"count": range(5), "reference_count": [0, 1, 2, 3, 3]}), TWO, False),
        ("two_sides", pd.DataFrame({"count": range(5), "reference_count": [0, 1, 2, 3, 5]}), TWO, True),
        ("two_sides", pd.DataFrame({"count": range(5), "reference_count": range(5)}), TWO, False),  # one line
        ("document_map", column("x", 1, 2, 3, 4), TWO, False),
        ("document_map", column("x", 1, 2, 3, 4, 5), TWO, True),
        ("document_map", column("x", 1, 1, 1, 1, 1), TWO, False),  # all in one point
        ("frames_by_time", grid(["a", 1, 2], ["b", 0, 3]), TWO, False),
        ("frames_by_time", grid(["a", 1, 2, 0]), TWO, True),
        ("trends", column("period", 1, 1, 2), TWO, False),
        ("trends", column("period", 1, 2, 3), TWO, True),
        ("frames_places", column("label", "War", "War"), TWO, False),
        ("headlines", column("headline_hits", 2, 2), TWO, False),
        ("headlines", column("headline_hits", 2, 3), TWO, True),
        ("together", pd.DataFrame({"units": [99], "ppmi": [1.0]}), TWO, False),
        ("together", pd.DataFrame({"units": [100], "ppmi": [0.0]}), TWO, False),  # a grid of zeros
        ("together", pd.DataFrame({"units": [100], "ppmi": [0.1]}), TWO, True),
        ("actors", pd.DataFrame({"acts": [3, 4], "acted_upon": [2, 0]}), TWO, False),
        ("actors", pd.DataFrame({"acts": [3, 5], "acted_upon": [2, 0]}), TWO, True),
        ("repeat_map", column("doc_id", "a", "a"), TWO, False),
        ("dot_plot", column("words"), TWO, False),
        ("dot_plot", column("words", 4), TWO, True),
        ("timeline", column("family", 0, 0), TWO, False),
        ("novelty", column("new", *[1] * 29), TWO, False),
        ("novelty", column("new", *[1] * 30), TWO, True),
        ("counted_once", column("lost", 2, 1), TWO, False),
        ("counted_once", column("lost", 2, 2), TWO, True),
        ("frames_once", pd.DataFrame({"lost": [0.09, 0.5], "hits": [90, 5]}), TWO, False),
        ("frames_once", pd.DataFrame({"lost": [0.1], "hits": [30]}), TWO, True),
    ],
)
def test_a_figure_is_drawn_when_it_shows_something(name, table, tokens, enough, folder, capsys):
    assert worth.worth_drawing(name, table, tokens) is enough
    assert capsys.readouterr().out.startswith(f"No figure “{name.replace('_', ' ')}”: ") is not enough


def test_what_is_repeated_comes_first_where_it_is_much():
    questions = [{"words", "all_words"}, {"validity"}, {"repeat_map", "repeated_shares"}, {"profile"}, {"unknown"}]
    much, little = (sorted(questions, key=lambda names: worth.rank(names, share)) for share in (0.05, 0.04))
    assert much == [questions[n] for n in (2, 3, 0, 1, 4)]
    assert little == [questions[n] for n in (3, 0, 2, 1, 4)]


def test_the_findings_of_a_report_have_their_place(sample_run):
    tables = {path.stem for path in sample_run.glob("*/*.csv")}
    assert {*worth.REPEATS, *worth.OTHERS} <= tables


def test_a_rule_is_for_a_figure_of_a_report(sample_run):
    drawn = {
        name
        for section in ("term_frequency", "framing", "redundancy")
        for kind, name in shown_by(sample_run, section)
        if kind == "figure"
    }
    # The sample has something to show for each; names are looked for with `syntax`, which it is made without.
    assert worth.RULES.keys() - {"entities_by_group"} <= drawn
