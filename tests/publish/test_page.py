"""The page takes over what a notebook showed, and nothing that stands in it can act."""

import base64
import hashlib
import re

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis import read_text, tokenize
from analysis.publish.corpus_tables import write_corpus_tables
from analysis.publish.page import read_sections, write_page
from analysis.publish.reading import reading_view
from analysis.publish.tables import write_table
from analysis.text.corpus import read_texts

TOKENS = tokenize(read_text("They went to court.", title="</style><script>alert(1)</script>"))


@pytest.fixture
def page(tmp_path):
    """The page of a run with one notebook, whose code cells show the given outputs; the first cell is its title."""

    def make(*outputs, prose="# Frames\n\nWhat <b>this</b> is.\n\n## Which *frames*?", tables=None, tokens=TOKENS):
        for name, table in (tables or {}).items():
            (tmp_path / "framing").mkdir(exist_ok=True)
            write_table(table, tmp_path / "framing" / name, caption=f"About {name}.")
        shown = [
            new_output("display_data", {"text/html": markup, "text/plain": text}, metadata={"lafz": about})
            for markup, text, about in outputs
        ]
        loud = new_output("stream", name="stdout", text="Printed by a cell")
        aside = new_markdown_cell("Not for the page", metadata={"tags": ["notebook-only"]})
        cells = [new_markdown_cell(prose), aside, new_code_cell(outputs=[*shown, loud])]
        (tmp_path / "notebooks").mkdir()
        nbformat.write(new_notebook(cells=cells), tmp_path / "notebooks" / "02_framing.ipynb")
        write_corpus_tables(tmp_path, tokens)
        write_page(tmp_path, ["framing"], {"framing": {"corpus": "a/b.txt"}}, tokens)
        return (tmp_path / "index.html").read_text(encoding="utf-8")

    return make


def test_a_reading_view_is_taken_over_whole_and_once(page):
    spans = pd.DataFrame({"doc_id": ["text"], "start": [13], "end": [18], "frame": ["law"]})
    view = f"<figure>{reading_view(TOKENS, spans, labels={'law': 'Law'})}<figcaption>c</figcaption></figure>"
    assert page((view, "c", {"kind": "reading"})).count(view) == 1


def test_prose_findings_and_notes_are_taken_over_and_what_is_printed_is_not(page):
    made = page(("<p>f</p>", "It is <so>.", {"kind": "finding"}), ("<p>n</p>", "A note.", {"kind": "note"}))
    assert '<h3 id="framing-question-1">Which <em>frames</em>?</h3>' in made
    assert '<a href="#framing-question-1">Which frames?</a>' in made
    assert "What &lt;b&gt;this&lt;/b&gt; is." in made
    assert '<p class="finding">It is &lt;so&gt;.</p>' in made
    assert '<li>It is &lt;so&gt;. <a class="to" href="#framing-question-1"' in made
    assert "<p>A note.</p>" in made
    assert "Printed by a cell" not in made
    assert "Not for the page" not in made


def test_a_table_has_its_first_rows_and_all_as_data_and_a_link_to_its_file(page):
    table = pd.DataFrame({"term": ["rain", "<script>", *"abcde"], "document_share": [0.5] * 7})
    made = page(("", "c", {"kind": "table", "name": "words", "rows": 1}), tables={"words": table})
    assert '<figure class="table" id="framing-words" data-name="framing/words">' in made
    assert '"rows":[["rain",0.5],["\\u003cscript>",0.5],' in made
    assert '<td dir="auto">&lt;script&gt;</td><td class="number" dir="auto">50%</td>' in made
    assert 'href="framing/words.csv"' in made
    assert "First 5 of 7 rows." in made


def test_a_table_that_a_notebook_draws_in_its_own_way_stays_as_drawn(page):
    shown = "<figure><table><tr><th>told</th></tr><tr><td>rain | sun</td></tr></table></figure>"
    about = {"kind": "table", "name": "words", "rows": 1, "drawn": True}
    made = page((shown, "c", about), tables={"words": pd.DataFrame({"term": ["rain", "sun"]})})
    assert "<tr><td>rain | sun</td></tr></table>" in made
    assert '"own":false' in made
    assert "First 1 of 2 rows." in made


def test_only_the_styles_and_the_script_of_the_page_are_allowed(page):
    made = page(("<p>f</p>", "</script><script>alert(2)</script>", {"kind": "finding"}))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', made)[1]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.replace("style-src-attr 'unsafe-inline'", "")
    scripts = re.findall(r"<script>(.*?)</script>", made, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", made, re.DOTALL)
    for inline in [*scripts, *styles]:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'" in policy
    assert len(scripts) == 1
    assert "alert(" not in scripts[0]
    assert not any("alert" in style for style in styles)
    assert "<script>alert" not in made


@pytest.mark.parametrize(("said", "folded"), [("Courts are named once.", False), ("No court is named.", True)])
def test_a_question_that_found_nothing_is_folded_with_its_table(page, said, folded):
    finding = (f"<p>{said}</p>", said, {"kind": "finding"})
    table = ("<table></table>", "c", {"kind": "table", "name": "courts", "rows": 1, "drawn": False})
    two = tokenize(read_texts(["They went to court.", "They rested."]))
    made = page(finding, table, tables={"courts": pd.DataFrame({"term": ["court"]})}, tokens=two)
    assert ("<summary>Looked for and not found: 1</summary>" in made) == folded
    assert (made.index('<details class="behind">') < made.index('data-name="framing/courts"')) == folded


def test_a_question_whose_tables_have_no_row_is_folded(page):
    table = ("<table></table>", "c", {"kind": "table", "name": "courts", "rows": 1, "drawn": False})
    made = page(table, tables={"courts": pd.DataFrame({"term": []})})
    assert made.index("<summary>Looked for and not found: 1</summary>") < made.index('data-name="framing/courts"')


def test_one_document_gives_the_page_its_title(page):
    assert '<h1 dir="auto">&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt;</h1>' in page()


def test_sections_are_the_blocks_of_the_notebook_in_order(page, tmp_path):
    page(("<p>f</p>", "Found.", {"kind": "finding"}))
    [section] = read_sections(tmp_path, ["framing"])
    assert section.title == "Frames"
    assert [block.kind for block in section.blocks] == ["prose", "finding"]
    assert section.findings == ["Found."]
