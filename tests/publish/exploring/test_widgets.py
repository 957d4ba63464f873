"""A panel answers each change of its controls, and stands as plain HTML where no kernel answers."""

import html
import re

import ipywidgets as ui
import matplotlib.figure
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from analysis import tokenize
from analysis.publish.exploring.widgets import by_group, drawn, labelled, panel, sentence, show_widget, still

FILES = {
    "a.txt": "One two.",
    "b.txt": "Three. Four five.",
    "c.txt": "Six.",
    "metadata.csv": "file,source_kind\na.txt,daily\nb.txt,\nc.txt,daily\n",
}


def root_of(number):
    if number < 0:
        raise ValueError(f"number is {number}: use 0 or <more>")
    return f"<p>{number**0.5:g}</p>"


@pytest.fixture
def roots():
    return panel("roots", {"number": labelled(ui.IntText, "Number", "number", value=9)}, root_of, result="root")


def test_a_change_is_answered_and_a_mistake_is_a_sentence(roots):
    row, result = roots.children
    assert "<p>3</p>" in result.value
    row.children[0].value = -4
    assert result.value.endswith("<p>Number is -4: use 0 or &lt;more&gt;.</p></div>")
    row.children[0].value = 16
    assert "<p>4</p>" in result.value


def test_browsers_find_each_part_by_its_class(roots):
    row, result = roots.children
    assert roots._dom_classes == ("lafz-panel", "lafz-roots")
    assert row.children[0]._dom_classes == ("lafz-number",)
    assert result._dom_classes == ("lafz-root",)


def test_the_still_form_says_what_the_controls_are_set_to():
    controls = {
        "which": labelled(ui.Dropdown, "Which", "which", options=[("the first", 1), ("the second", 2)], value=2),
        "share": labelled(ui.FloatSlider, "Share", "share", value=0.25),
        "once": labelled(ui.Checkbox, "Once", "once"),
        "text": labelled(ui.Text, "Text", "text", value="<b>"),
    }
    wanted = labelled(ui.Text, "Find", "find")
    page = still(panel("all", controls, lambda **values: f"<p>{values['which']}</p>", first=[wanted]))
    assert "<p>Find: –. Which: the second. Share: 0.25. Once: no. Text: &lt;b&gt;. <small>" in page
    assert page.endswith("<p>2</p></div></div>")


def test_what_is_displayed_has_the_widget_and_its_still_form(roots):
    InteractiveShell.instance()
    with capture_output() as captured:
        show_widget(roots)
    [output] = captured.outputs
    view = output.data["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == roots.model_id
    assert output.data["text/html"] == still(roots)
    assert output.data["text/plain"] == "Number: 9"


def test_a_group_is_its_documents_and_where_their_words_are(make_corpus):
    tokens = tokenize(make_corpus(FILES))
    part, control = by_group(tokens, "source_kind")
    assert control["group"].description == "Source kind"
    assert control["group"].options == (("all", ""), ("(none)", "(none)"), ("daily", "daily"))
    assert control["group"].label == "all"
    own, inside = part("daily")
    assert own.doc_ids.tolist() == ["a", "c"]
    assert inside.tolist() == [True, True, False, False, False, True]
    own, inside = part("")
    assert own is tokens
    assert tokens.ids[inside].tolist() == tokens.ids.tolist()
    assert by_group(tokens, None)[1] == {}


def test_control_characters_are_written_out(make_corpus):
    named = {"a.md": '---\nsource: "Wi\\x1bre\\n"\n---\nOne.'}
    control = by_group(tokenize(make_corpus(named)), "source")[1]["group"]
    assert control.options[1] == ("Wi\\x1bre\\n", "Wi\x1bre\n")  # the value stays what the metadata say
    made = panel("odd", {"group": control}, lambda group: f"<p>One\0\n{group}</p>")
    assert "<p>One\\x00\n</p>" in made.children[1].value


def test_a_figure_stands_with_its_words_and_its_table():
    made = drawn(matplotlib.figure.Figure(), 'a "figure"', "What <is> shown", pd.DataFrame({"term": ["<i>"]}))
    assert re.search('<img src="data:image/svg\\+xml;base64,[A-Za-z0-9+/=]+" alt="a &quot;figure&quot;">', made)
    assert "<figcaption>What &lt;is&gt; shown.</figcaption>" in made
    assert "&lt;i&gt;</td>" in made
    assert "<i>" not in made


@pytest.mark.parametrize(
    ("text", "whole"), [("no rain", "No rain."), ("Why?", "Why?"), ("a & b.", "A & b."), ("", ".")]
)
def test_a_sentence_begins_and_ends_as_one(text, whole):
    assert sentence(text) == f"<p>{html.escape(whole)}</p>"
