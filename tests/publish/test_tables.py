"""Tables are written to a stated number of digits, and shown with every cell escaped."""

import io
import json
import re
from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from IPython.utils.capture import capture_output

from analysis.core.csv_files import guarded, write_csv
from analysis.publish.cells import columns_of
from analysis.publish.tables import finding, note, save_table, show_table, table_html, write_table


def test_numbers_are_written_with_six_significant_digits(tmp_path):
    numbers = [1 / 3, 2e6 / 3, 1e-9 / 3, 0.1 + 0.2]  # a last bit does not show
    write_csv(pd.DataFrame({"x": numbers, "day": pd.to_datetime(["2024-06-22"] * 4)}), tmp_path / "t.csv")
    lines = ["x,day", *(f"{x},2024-06-22" for x in ("0.333333", "666667", "3.33333e-10", "0.3")), ""]
    assert (tmp_path / "t.csv").read_bytes() == "\n".join(lines).encode()


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


def test_a_shown_table_is_that_of_a_saved_one_and_writes_nothing(folder):
    table = pd.DataFrame({"word": ["rain"], "n": [1200]})
    with capture_output() as captured:
        show_table(table, caption="Words")
        assert not list(folder.iterdir())
        save_table(table, "words", caption="Words")
    shown, saved = (one.data["text/html"] for one in captured.outputs)
    assert shown == saved
    assert shown.startswith('<figure class="lafz-t"><style>.lafz-t :is(td,th):not(.number){text-align:start')


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
    assert shown.metadata["lafz"] == {"kind": "table", "name": "numbers", "rows": 10, "drawn": False}
    assert shown.data["text/html"].count("<tr>") == 11
    assert "First 10 of 50 rows." in shown.data["text/html"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [(2, "Numbers."), (3, "Numbers. The first 3 rows."), (7, "Numbers. The first 3 of 7 rows.")],
)
def test_a_long_table_has_its_first_rows_on_disk(tmp_path, rows, said):
    write_table(pd.DataFrame({"n": range(rows)}), tmp_path / "numbers", caption="Numbers.", most=3)
    about = json.loads((tmp_path / "numbers.json").read_text(encoding="utf-8"))
    assert (about["caption"], about["rows"]) == (said, min(rows, 3))
    assert (tmp_path / "numbers.csv").read_text(encoding="utf-8").split() == ["n", "0", "1", "2"][: about["rows"] + 1]


def test_a_finding_is_escaped_where_it_is_shown(folder):
    with capture_output() as captured:
        finding("“<b>” 3 times")
    assert captured.outputs[0].data["text/html"] == "<p><strong>“&lt;b&gt;” 3 times</strong></p>"
    assert captured.outputs[0].data["text/plain"] == "“<b>” 3 times"


def test_control_characters_are_written_out_where_they_are_shown(folder):
    table = pd.DataFrame({"doc_id": ["a\x01\nb"], "text": ["It rai\0ned\nat noon."], "n\x1b": ["\x85"]})
    shown = table_html(table)
    assert ">a\\x01\\nb</td>" in shown  # a name is one line
    assert ">It rai\\x00ned\nat noon.</td>" in shown
    assert ">n\\x1b</th>" in shown
    assert ">\\x85</td>" in shown
    with capture_output() as captured:
        finding("“a\nb” says \x1b[31m")
        note("Left out: \x7f.")
        save_table(table, "odd", caption="Of \x01")
    said = [output.data["text/plain"] for output in captured.outputs]
    assert said == ["“a\\nb” says \\x1b[31m", "Left out: \\x7f.", "Of \\x01"]
    assert "“a\\nb” says \\x1b[31m" in captured.outputs[0].data["text/html"]
    assert pd.read_csv(folder / "odd.csv").iloc[0].tolist() == table.iloc[0].tolist()


def by_pandas(table):
    """The same table by another writer, with line ends at which it puts a carriage return in quotes as well."""
    safe = table.copy()
    for column in columns_of(table):
        if column["type"] == "string":
            name = column["name"]
            cells = [guarded(cell) if isinstance(cell, str) else cell for cell in table[name]]
            safe[name] = pd.Series(cells, index=table.index, dtype=object)
    text = safe.to_csv(index=False, float_format="%.6g", date_format="%Y-%m-%d", lineterminator="\r\n")
    return re.sub(r'("[^"]*")|\r\n', lambda found: found[1] or "\n", text)


SIGNS = st.sampled_from(["=", "+", "-", "@", "'", '"', ",", ";", "\t", "\r", "\n", " ", "a", "1", "é", "ل", "\0"])
WORDS = st.text(SIGNS, max_size=5)
DAYS = st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1))
FLOATS = st.floats() | st.sampled_from([0.0, -0.0, 1e15, 123456.5, 1234567.5, 0.1 + 0.2])
COLUMNS = {
    "text": (WORDS | st.none() | st.just(np.nan), object),
    "word": (WORDS, "string"),
    "group": (WORDS, "category"),
    "share": (FLOATS, "float64"),
    "small": (st.floats(width=32), "float32"),
    "count": (st.integers(-(2**63), 2**63 - 1), "int64"),
    "maybe": (st.integers(-(2**63), 2**63 - 1) | st.none(), "Int64"),
    "sure": (st.booleans(), "bool"),
    "known": (st.booleans() | st.none(), "boolean"),
    "day": (DAYS | st.none(), "datetime64[ns]"),
    "mixed": (WORDS | st.integers(-2, 2) | st.booleans() | FLOATS | st.none() | DAYS, object),
}


@st.composite
def tables(draw):
    names = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=5, unique=True))
    rows = draw(st.integers(0, 7))
    columns = {}
    for name in names:
        cells, dtype = COLUMNS[name]
        columns[name] = pd.Series(draw(st.lists(cells, min_size=rows, max_size=rows)), dtype=dtype)
    return pd.DataFrame(columns)


@given(tables())
@example(pd.DataFrame({"a": ["", None, "x"]}))
@example(pd.DataFrame({"x": [0.0, -0.0, np.nan, 0.1 + 0.2, np.inf, -np.inf]})).via("equal, but not as text")
@example(pd.DataFrame({"mixed": pd.Series([1, True, 1.0, "1", -0.0, 0.0, None], dtype=object)}))
def test_a_table_is_written_as_pandas_writes_it(table):
    written = io.StringIO(newline="")
    write_csv(table, written)
    assert written.getvalue() == by_pandas(table)


def test_a_table_of_many_blocks_is_the_same_as_one_of_one(tmp_path, monkeypatch):
    table = pd.DataFrame({"n": range(7), "term": [*"ab=,", None, "a", "\r"], "x": [0.5, np.nan, -0.0, 1, 2, 3, np.inf]})
    write_csv(table, tmp_path / "one.csv")
    monkeypatch.setattr("analysis.core.csv_files.BLOCK", 3)
    write_csv(table, tmp_path / "many.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "many.csv").read_bytes()
    assert (tmp_path / "one.csv").read_text(encoding="utf-8").splitlines()[:6] == [
        "n,term,x",
        "0,a,0.5",
        "1,b,",
        "2,'=,-0",
        '3,",",1',
        "4,,2",
    ]


def test_a_table_is_text_a_block_of_rows_at_a_time(monkeypatch):
    monkeypatch.setattr("analysis.core.csv_files.BLOCK", 2)
    pieces = []
    write_csv(pd.DataFrame({"n": range(5)}), SimpleNamespace(write=pieces.append))
    assert pieces == ["n\n", "0\n1\n", "2\n3\n", "4\n"]


def test_a_name_of_a_column_is_written_as_a_text(tmp_path):
    write_csv(pd.DataFrame({"=1": [1], 'a,"b"': [2]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == b'\'=1,"a,""b"""\n1,2\n'
