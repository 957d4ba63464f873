"""Whatever is marked, the markup is well formed, and without it the text is what it was."""

import html
import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.publish.markup import escaped, marked, paragraphs
from analysis.text.segments import segments

TAG = re.compile(r"<(/?)([a-z]+)[^>]*>")


def bare(markup):
    """What is left of `markup` without its tags; fails when one is closed that was not the last opened."""
    opened = []
    for closing, name in TAG.findall(markup):
        if closing:
            assert opened.pop() == name
        else:
            opened.append(name)
    assert opened == []
    return html.unescape(TAG.sub("", markup))


def tagger(name):
    return lambda own, begins, ends: (f'<{name} id="{own}{"(" * begins}{")" * ends}">', f"</{name}>")


@given(st.data())
def test_markup_taken_off_gives_the_text_back(data):
    text = data.draw(st.text(alphabet=st.sampled_from("ab <>&'\"\r\n#.—ع‏😀A"), max_size=60))
    layers = []
    for name in ("i", "b"):
        owner = st.lists(st.integers(-1, 3), min_size=len(text), max_size=len(text))
        layers.append((np.array(data.draw(owner), dtype=np.int64), tagger(name)))
    kinds = [(part.kind, part.start, part.end) for part in segments(text)]
    assert bare(paragraphs(text, kinds, layers)) == text
    assert bare(marked(text, 0, len(text), layers)) == text


def test_a_mark_over_a_border_is_cut_and_told_where_it_begins_and_ends():
    outer = np.array([-1, -1, 5, 5, 5, -1]), tagger("i")
    inner = np.array([-1, 7, 7, 7, -1, -1]), tagger("b")
    assert marked("abcdef", 0, 6, [outer, inner]) == (
        'a<b id="7(">b</b><i id="5()"><b id="7)">cd</b>e</i>f'  # 7 is b to d, 5 is c to e
    )


def test_a_mark_over_two_paragraphs_begins_in_one_and_ends_in_the_other():
    layer = np.array([-1, 0, 0, 0, -1]), tagger("b")
    assert paragraphs("ab\ncd", [("paragraph", 0, 2), ("paragraph", 3, 5)], [layer]) == (
        '<p dir="auto">a<b id="0(">b</b></p>\n<p dir="auto"><b id="0)">c</b>d</p>'
    )


def test_a_line_is_one_paragraph_with_the_marks_around_it():
    text = "---\nfor: x\n---\n\n## **Rain**\n\nLAHORE: It rained.\n"
    kinds = [("heading", 19, 27), ("boilerplate", 29, 36), ("paragraph", 37, 47)]
    assert [text[start:end] for _, start, end in kinds] == ["**Rain**", "LAHORE:", "It rained."]
    assert paragraphs(text, kinds, []) == (
        '<p dir="auto" class="o">---\nfor: x\n---\n\n</p>'
        '<p dir="auto" class="h" role="heading" aria-level="5">## **Rain**</p>\n\n'
        '<p dir="auto">LAHORE: It rained.</p>\n'
    )


def test_a_carriage_return_survives_a_browser():
    assert escaped("a\r\n<b>") == "a&#13;\n&lt;b&gt;"
