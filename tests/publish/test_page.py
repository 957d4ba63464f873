"""The page takes over what a notebook showed."""

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis import read_text, tokenize
from analysis.publish.page import write_page
from analysis.publish.reading import reading_view


def test_a_reading_view_is_taken_over_whole_and_once(tmp_path):
    corpus = read_text("They went to court.")
    spans = pd.DataFrame({"doc_id": ["text"], "start": [13], "end": [18], "frame": ["law"]})
    view = f"<figure>{reading_view(tokenize(corpus), spans, labels={'law': 'Law'})}<figcaption>c</figcaption></figure>"
    data = {"text/html": view, "text/plain": "c"}
    cell = new_code_cell(outputs=[new_output("display_data", data, metadata={"lafz": {"kind": "reading"}})])
    notebook = new_notebook(cells=[new_markdown_cell("# Frames"), cell])
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook, tmp_path / "notebooks" / "02_framing.ipynb")
    write_page(tmp_path, ["framing"], {"framing": {"corpus": "a"}}, corpus)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count(view) == 1
    assert "<script" not in page
