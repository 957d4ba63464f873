"""Tables are shown with labels, percent and aligned decimals, and the page's script writes numbers the same."""

import pandas as pd
import pytest
import yaml

from analysis.core.paths import ROOT
from analysis.publish.cells import Look, called, looks, rows_html, shown, table_html, titled, with_titles
from analysis.publish.dictionary import tables

LABELS = yaml.safe_load((ROOT / "analysis" / "publish" / "labels.yml").read_text(encoding="utf-8"))
NUMBERS = [
    (0.25, Look("", 1), "0.3"),  # a half goes away from zero, here and in the script
    (-0.25, Look("", 1), "−0.3"),
    (1234567.5, Look("", 0), "1,234,568"),
    (12.5, Look("", 2), "12.50"),
    (0, Look("", 2), "0.00"),
    (0.00004, Look("", 4), "<0.0001"),
    (0.00006, Look("", 4), "0.0001"),
    (-0.001, Look("", 2), ">−0.01"),
    (0.0314, Look("", 1, percent=True), "3.1%"),
    (0.001, Look("", 0, percent=True), "<1%"),
    (1.7976931348623157e308, Look("", 2), "∞"),
    (-1.7976931348623157e308, Look("", 2), "−∞"),
]


def column(name, cells, kind="number", table="", **named):
    [look] = looks([{"name": name, "type": kind}], [[cell] for cell in cells], table, **named)
    return [shown(cell, look) for cell in cells]


@pytest.mark.parametrize(("value", "look", "said"), NUMBERS)
def test_a_number_is_written_for_people(value, look, said):
    assert shown(value, look) == said


@pytest.mark.browser
def test_the_script_writes_each_number_as_the_rows_of_the_page_have_it(page, sample_run):
    page.goto((sample_run / "index.html").as_uri())
    given = [[value, {"decimals": look.decimals, "percent": look.percent}] for value, look, _ in NUMBERS]
    written = page.evaluate("given => given.map(([value, column]) => Lafz.number(value, column))", given)
    assert written == [said for _, _, said in NUMBERS]


def test_decimals_are_those_of_the_largest_and_no_more_than_there_are():
    assert column("g2", [123.4, 0.26]) == ["123", "<1"]
    assert column("g2", [23.41, 0.26]) == ["23.4", "0.3"]
    assert column("g2", [1.5, 2, float("inf")]) == ["1.5", "2.0", "∞"]
    assert column("g2", [3, 40]) == ["3", "40"]
    assert column("p", [1, 0.5, 0.00001]) == ["1.0000", "0.5000", "<0.0001"]
    assert column("share", [1, 0.123]) == ["100%", "12%"]
    assert column("share", [0.0123, None]) == ["1.2%", "–"]


def test_keys_are_words_and_documents_have_titles():
    assert column("frame", ["war_aims", "law"], "string", keys={"law": "Law (uncertain)"}) == [
        "War aims",
        "Law (uncertain)",
    ]
    titles = {"a.txt": "Rain", "b.txt": "Sun"}
    assert column("doc_id", ["a.txt", "c.txt"], "string", titles=titles) == ["Rain", "c.txt"]
    again = column("again", ["a.txt, b.txt", "a.txt, none"], "string", "repeated_sentences", titles=titles)
    assert again == ["Rain; Sun", "a.txt, none"]
    assert column("term", ["a.txt", "war_aims", "True"], "string", titles=titles) == ["a.txt", "war_aims", "True"]
    assert column("negated", ["True", "False"], "boolean") == ["yes", "no"]


def test_titles_stand_in_a_table_for_names():
    table = pd.DataFrame({"doc_id": ["a", "b"], "origin": ["b", None], "term": ["a", "b"]})
    named = with_titles(table, "borrowed", {"a": "Rain", "b": "Sun"})
    assert named["doc_id"].tolist() == ["Rain", "Sun"]
    assert named["origin"].fillna("none").tolist() == ["Sun", "none"]
    assert named["term"].tolist() == ["a", "b"]


def test_titles_that_differ_where_a_sentence_cuts_them_are_told_apart():
    documents = pd.DataFrame({"doc_id": list("abcd"), "title": ["A long title, 1", "A long title, 2", "Rain", "Rain"]})
    assert titled(documents.assign(source="X", date=pd.NaT))["a"] == "A long title, 1"
    documents = documents.assign(source=["X", "Y", "Z", "Z"], date=pd.NaT)
    said = titled(documents, longest=8)
    assert said == {"a": "“A long… 1”", "b": "“A long… 2”", "c": "“Rain” (Z, c)", "d": "“Rain” (Z, d)"}


def test_titles_that_several_have_are_told_apart():
    documents = pd.DataFrame({"doc_id": ["a", "b", "c"], "title": ["Rain", "Rain", None], "source": ["X", None, ""]})
    documents["date"] = pd.to_datetime(["2024-06-22", None, None])
    assert titled(documents) == {"a": "Rain (X, 2024-06-22)", "b": "Rain (b)", "c": "c"}
    assert titled(documents, longest=3)["a"] == "“Ra…” (X, 2024-06-22)"


def test_what_is_folded_is_marked_on_the_page_and_left_out_of_a_notebook():
    table = pd.DataFrame({"term": ["rain"], "count": [2], "chi2": [0.5]})
    assert '<td class="number fold" dir="auto">0.5</td>' in table_html(table, "all_keyness")
    assert "0.5" not in table_html(table, "all_keyness", folded=False)
    assert table_html(table).count("fold") == 0  # a table that has no name has all its columns
    assert rows_html([["<b>"]], [Look("<i>")]) == (
        '<table><thead><tr><th>&lt;i&gt;</th></tr></thead><tbody><tr><td dir="auto">&lt;b&gt;</td></tr></tbody></table>'
    )


def test_labels_are_of_columns_that_runs_have():
    columns = {(table.partition("/")[2], column) for table, about in tables().items() for column in about.columns}
    names = {column for _, column in columns} | {f"{table}.{column}" for table, column in columns}
    for listed in LABELS.values():
        assert [entry for entry in listed if entry not in names] == []
    assert called("tf_idf") == "tf-idf"
