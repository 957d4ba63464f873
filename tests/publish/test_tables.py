"""Tables are written to a stated number of digits, and shown with every cell escaped."""

import json

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from analysis.publish.tables import OUTPUT, finding, save_table, table_html, write_csv


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(OUTPUT, str(tmp_path))
    InteractiveShell.instance()
    return tmp_path


def test_numbers_are_written_with_six_significant_digits(tmp_path):
    table = pd.DataFrame({"x": [1 / 3, 2e6 / 3, 1e-9 / 3], "n": [1, 2, 3], "day": pd.to_datetime(["2024-06-22"] * 3)})
    write_csv(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == (
        b"x,n,day\n0.333333,1,2024-06-22\n666667,2,2024-06-22\n3.33333e-10,3,2024-06-22\n"
    )


def test_a_last_bit_does_not_show(tmp_path):
    write_csv(pd.DataFrame({"x": [0.1 + 0.2]}), tmp_path / "a.csv")
    write_csv(pd.DataFrame({"x": [0.3]}), tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_cells_of_a_shown_table_are_escaped():
    shown = table_html(pd.DataFrame({"<b>": ["</td><script>alert(1)</script>"]}))
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;" in shown


def test_a_shown_table_shortens_numbers_and_marks_what_is_not_there():
    table = pd.DataFrame({"a": [12345.678], "b": [0.012345], "c": [np.nan], "d": [pd.NaT], "e": [True], "f": [12345]})
    cells = table_html(table).split("<tbody>")[1]
    for text in (">12,346<", ">0.0123<", ">–<", ">yes<", ">12,345<"):
        assert text in cells


def test_a_saved_table_is_whole_on_disk_and_short_on_the_page(folder):
    with capture_output() as captured:
        save_table(pd.DataFrame({"n": range(50)}), "numbers", caption="Numbers", rows=10)
    assert len(pd.read_csv(folder / "numbers.csv")) == 50
    assert json.loads((folder / "numbers.json").read_text()) == {
        "caption": "Numbers",
        "columns": [{"name": "n", "type": "integer"}],
        "rows": 50,
    }
    shown = captured.outputs[0]
    assert shown.metadata["lafz"] == {"kind": "table", "name": "numbers", "rows": 10}
    assert shown.data["text/html"].count("<tr>") == 11
    assert "First 10 of 50 rows." in shown.data["text/html"]


def test_a_finding_is_escaped_where_it_is_shown(folder):
    with capture_output() as captured:
        finding("“<b>” 3 times")
    assert captured.outputs[0].data["text/html"] == "<p><strong>“&lt;b&gt;” 3 times</strong></p>"
    assert captured.outputs[0].data["text/plain"] == "“<b>” 3 times"
