"""The panels of the explorer answer as their controls are used, counted by hand; the notebook runs whole."""

import html
import os
import re

import nbformat
import pytest

from analysis import load_run, tokenize
from analysis.core.paths import FIGURES, NOTEBOOKS
from analysis.publish.cells import table_html
from analysis.publish.exploring import panels
from analysis.publish.exploring.panels import concordance, repeated, report_folder, report_tables, words
from analysis.publish.run.processes import Processes, run_notebooks
from analysis.terms.concordance import kwic
from analysis.terms.frequency import terms
from tests.in_process import run_in_process
from tests.publish.exploring.panel_content import control, rows, shown

EXPLORER = NOTEBOOKS / "00_explore.ipynb"
FILES = {
    "a.txt": "No one wins a war. War is loud.",
    "b.txt": "The wars ended. <script>alert(1)</script> peace & war",
    "metadata.csv": "file,source,title\na.txt,Daily,One\nb.txt,<Wire>,Two\n",
}


def text(panel):
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", shown(panel))).split())


def keywords(panel):
    return re.findall("<mark>(.*?)</mark>", shown(panel))


def test_search_follows_what_is_typed(tokens):
    panel = concordance(tokens, pattern="war", by="source")
    box = control(panel, "search")
    assert box.continuous_update
    assert panel.children[1]._dom_classes == ("lafz-hits",)
    assert text(panel).startswith("3 places.")
    assert keywords(panel) == ["war", "War", "war"]
    box.value = "war*"
    assert keywords(panel) == ["war", "War", "wars", "war"]
    box.value = "wins * war"
    assert text(panel).startswith("1 place.")
    assert keywords(panel) == ["wins a war"]


def test_search_is_put_in_order_and_kept_to_a_group(tokens):
    panel = concordance(tokens, pattern="war", by="source")
    control(panel, "order").value = "left"  # "a war", "peace & war", "War" after "war"
    assert [cell.split()[-2:] for cell in re.findall("<span[^>]*end[^>]*>(.*?)</span> <mark", shown(panel))] == [
        ["wins", "a"],
        ["peace", "&amp;"],
        ["a", "war."],
    ]
    control(panel, "group").value = "<Wire>"
    assert keywords(panel) == ["war"]


def test_it_begins_with_the_word_used_most(tokens):
    assert control(concordance(tokens), "search").value == "war"
    assert control(concordance(tokens, stopwords={"war"}), "search").value == "script"  # twice


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", "Write a word, a phrase (rule of law) or a part with a star (secur*)."),
        (
            "/(war/",
            "Pattern '/(war/' has a regular expression that is none: missing ), unterminated subpattern at position 0.",
        ),
        ("...", "Pattern '...' must begin and end with a word that is not all wildcard, or with *."),
        ("wa", "“wa” does not occur in these texts. Words that begin so: war, wars (all of them: wa*)."),
        ("<b>", "“<b>” does not occur in these texts."),
        ("war peace", "“war peace” does not occur in these texts."),
    ],
)
def test_what_can_not_be_found_is_said(tokens, typed, answer):
    panel = concordance(tokens, pattern="war")
    control(panel, "search").value = typed
    assert text(panel) == answer
    assert "<b>" not in shown(panel)


def test_texts_are_escaped(tokens):
    panel = concordance(tokens, pattern="alert", by="source")
    assert "<script" not in shown(panel)
    assert "&lt;script&gt;" in shown(panel)


def test_of_many_places_the_first_are_shown_and_all_are_counted(make_corpus, monkeypatch):
    monkeypatch.setattr(panels, "SORTED", 500)
    files = {
        f"{name}.txt": f"{word} war. " * 150 for name, word in zip("abcd", ("Dark", "Cold", "Bad", "A"), strict=True)
    }
    tokens = tokenize(make_corpus(files))
    panel = concordance(tokens, pattern="cold ... war")  # of "Cold war. Cold war." no match goes over a sentence
    assert text(panel).startswith("150 places.")
    control(panel, "search").value = "war"
    assert text(panel).startswith("First 200 of 600 places.")
    whole = kwic(tokens, "war")
    names = re.findall('<th scope="row" dir="auto">(.*?)</th>', shown(panel))
    assert names == whole["doc_id"].head(200).tolist() == ["a"] * 150 + ["b"] * 50
    control(panel, "order").value = "left"
    assert text(panel).startswith("First 200 of 600 places, in the order of the texts: so many are not sorted.")
    monkeypatch.setattr(panels, "SORTED", 600)
    control(panel, "order").value = "right"
    control(panel, "order").value = "left"
    assert text(panel).startswith("First 200 of 600 places. ")
    names = re.findall('<th scope="row" dir="auto">(.*?)</th>', shown(panel))
    assert names == kwic(tokens, "war", sort="left")["doc_id"].head(200).tolist() == ["d"] * 150 + ["c"] * 50


def test_matches_in_one_another_are_counted_as_the_concordance_counts(make_corpus):
    tokens = tokenize(make_corpus({"a.txt": "War war peace peace, war and peace."}))
    panel = concordance(tokens, pattern="war ... peace")
    assert len(keywords(panel)) == len(kwic(tokens, "war ... peace")) == 2  # "war peace", "war and peace"
    assert text(panel).startswith("2 places.")


def test_words_are_those_of_the_measure_with_the_same_intervals(sample_tokens):
    stops = {"the", "of", "and"}
    panel = words(sample_tokens, by="source", stopwords=stops)
    columns = ["term", "count", "per_million", "ci_low", "ci_high", "documents"]
    assert table_html(terms(sample_tokens, stopwords=stops).head(25)[columns]) in shown(panel)
    assert "those of the stop lists aside. Lines are 95% gamma intervals over 26 documents (" in shown(panel)
    control(panel, "length").value = 2
    control(panel, "top").value = 7
    control(panel, "stops").value = False
    control(panel, "group").value = "Wire agency"
    own = sample_tokens.where(source="Wire agency")
    few = terms(own, n=2, min_count=2).head(7)
    each = terms(own, by="doc_id", n=2).set_index(["term", "doc_id"])["per_million"].unstack(fill_value=0)
    few = few.assign(ci_low=each.min(axis=1)[few["term"]].array, ci_high=each.max(axis=1)[few["term"]].array)
    assert table_html(few[columns].rename(columns={"ci_low": "lowest", "ci_high": "highest"})) in shown(panel)
    assert "The 7 phrases of 2 words used most. Lines are the range over 4 documents (" in shown(panel)


def test_words_counted_once_and_none_left(make_corpus):
    text_ = "We will win. They said no. We will win. We win."
    panel = words(tokenize(make_corpus({"a.txt": text_})), stopwords={"will"})
    assert [row[:2] for row in rows(panel)] == [["we", "3"], ["win", "3"]]
    control(panel, "once").value = True
    control(panel, "least").value = 1
    # We and win: half, half and one.
    assert [row[:2] for row in rows(panel)] == [["we", "2"], ["win", "2"], ["no", "1"], ["said", "1"], ["they", "1"]]
    control(panel, "least").value = 9
    assert text(panel) == "Nothing occurs 9 times."


def test_a_sentence_of_another_group_still_halves(make_corpus):
    files = {"a.txt": "We will win.", "b.txt": "We will win.", "metadata.csv": "file,source\na.txt,A\nb.txt,B\n"}
    panel = words(tokenize(make_corpus(files)), by="source")
    control(panel, "least").value = 1
    control(panel, "group").value = "B"
    control(panel, "once").value = True
    assert [row[:2] for row in rows(panel)] == [["we", "0.5"], ["will", "0.5"], ["win", "0.5"]]


SENTENCES = [
    "The council closed the old stone bridge.",  # 6 different words
    "The council closed the new stone bridge.",  # 5 of 7 in common with the first
    "The council closed the new stone bridge.",
    "The council mended the old wooden bridge today.",  # 4 of 9 with the first, 3 of 10 with the second
    "Nobody was hurt.",
]


@pytest.mark.parametrize(("share", "pairs"), [(0.4, 2), (0.45, 1), (0.7, 1), (0.75, 0)])
def test_pairs_come_and_go_with_the_share(make_corpus, share, pairs):
    panel = repeated(tokenize(make_corpus({"a.txt": " ".join(SENTENCES)})), similarity=0.6)
    assert text(panel).startswith("Pairs of sentences that share 60% of their words or more and are not the same: 1.")
    control(panel, "similarity").value = share
    assert len(rows(panel)) == pairs
    assert f" and are not the same: {pairs}." in text(panel)


def test_where_many_are_alike_each_share_is_looked_for_again(make_corpus, bulletins):
    # Behind the bulletins, which are .7 alike, one with the words of the last but one: all but one are left out at .6.
    last = bulletins[-2].replace("Forces in", "Today forces in")
    panel = repeated(tokenize(make_corpus({"a.txt": " ".join([*bulletins, last])})), similarity=0.6)
    assert " and are not the same: 1,375 or more, of which not all are listed; the first 40 are shown." in text(panel)
    control(panel, "similarity").value = 0.9
    assert " and are not the same: 1." in text(panel)
    assert keywords(panel) == ["Today"]


def test_differences_are_marked_and_repeats_are_listed(make_corpus):
    panel = repeated(tokenize(make_corpus({"a.txt": " ".join(SENTENCES)})))
    assert keywords(panel) == ["old", "new"]
    control(panel, "kind").value = "same"
    assert rows(panel) == [["The council closed the new stone bridge.", "7", "2", "1", "a", "a"]]


@pytest.mark.parametrize("similarity", [0, 1.5, float("nan")])
def test_a_similarity_that_is_none_is_refused(tokens, similarity):
    with pytest.raises(ValueError, match=f"similarity is {similarity}: use a share"):
        repeated(tokens, similarity=similarity)


def test_tables_of_a_report_are_sorted_and_searched(small_run):
    run = load_run(small_run)
    panel = report_tables(run)
    assert control(panel, "table").value == "framing/profile"  # for want of words
    assert control(panel, "column").label == "as in the report"
    control(panel, "table").value = "framing/profile"
    table = run["framing/profile"]
    assert table_html(table) in shown(panel)
    assert shown(panel).startswith(f"<p>{html.escape(run.about('framing/profile')['caption'])}</p>")
    control(panel, "column").value = "hits"
    assert [row[1] for row in rows(panel)] == [str(n) for n in sorted(table["hits"], reverse=True)]
    control(panel, "largest").value = False
    assert [row[1] for row in rows(panel)] == [str(n) for n in sorted(table["hits"])]
    control(panel, "text").value = "UNITY"
    assert [row[0] for row in rows(panel)] == ["National unity"]
    control(panel, "table").value = "framing/frames"
    assert control(panel, "column").value == ""
    assert [row[0] for row in rows(panel)] == ["National unity"]


def test_the_report_of_a_corpus_is_where_it_was_put(tmp_path):
    assert report_folder("my_texts") == FIGURES / "my_texts"
    assert report_folder("my_texts/one.txt") == FIGURES / "one"
    assert report_folder("my_texts", str(tmp_path)) == tmp_path


def outputs(node):
    found = {cell.id: cell.outputs for cell in node.cells if cell.get("outputs")}
    assert not [output for own in found.values() for output in own if output.output_type in ("stream", "error")]
    return found


@pytest.mark.slow
def test_the_notebook_runs_and_stands_still_where_no_kernel_answers(small, small_run, tmp_path):
    from nbconvert import HTMLExporter

    given = {"corpus": str(small), "run": str(small_run), "pattern": "plan"}
    job = {"notebook": str(EXPLORER), "output": "done.ipynb", "parameters": given, "folder": str(tmp_path)}
    with Processes(tmp_path, os.environ) as processes:
        logs = run_notebooks({"explore": job}, processes, lambda *_: None, at_once=1)
    assert "error" not in logs["explore"]
    node = nbformat.read(tmp_path / "done.ipynb", as_version=4)
    made = outputs(node)
    shown = "search reading words frames repeated report".split()
    for name in shown:
        assert set(made[name][0].data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
        assert made[name][0].data["text/html"].startswith('<div class="lafz-still">')
    assert made["search"][0].data["text/html"].count("<mark>plan</mark>") == 3
    assert made["loaded"][0].data["text/plain"].startswith("Left out: all documents have the same 'source', or none")
    assert "by the stop list data/stopwords, are counted and not ranked." in made["words"][1].data["text/plain"]
    node.metadata.pop("widgets")
    page = HTMLExporter().from_notebook_node(node)[0]
    assert page.count('<div class="lafz-still">') == len(shown)
    assert "widget-view+json" not in page


URDU = "حکومت تمام سیاسی جماعتوں سے مشاورت کرے گی۔ پارلیمان کو اعتماد میں لیا جائے گا۔"


def test_one_document_in_another_language_without_date_or_source(tmp_path, monkeypatch):
    monkeypatch.setenv("LAFZ_TOKENS", str(tmp_path / "tokens"))
    (tmp_path / "urdu.txt").write_text(URDU, encoding="utf-8")
    given = {"corpus": tmp_path / "urdu.txt", "language": "ur", "group_by": "sauce", "similarity": 2.0}
    made = outputs(run_in_process(EXPLORER, tmp_path / "run", given))
    shown = {name: own[0].data["text/html"] for name, own in made.items() if "text/html" in own[0].data}
    assert "no metadata column &#x27;sauce&#x27;" in shown["load"]
    other = "in &#x27;en&#x27; and the documents are in ur: give one of theirs."
    assert f"<p>No frames: lexicon &#x27;security_communication&#x27; is {other}</p>" in shown["reading"]
    assert f"<p>Lexicon &#x27;security_communication&#x27; is {other}</p>" in shown["frames"]
    assert "مشاورت" in shown["reading"]
    assert "Left out: similarity is 2.0: use a share above 0" in shown["repeated"]
    assert "Left out: no such folder" in shown["report"]
    assert "problems" not in made
