"""Sheets as files: the coders see no strata, and what comes back from a spreadsheet is what was coded."""

import csv
import json
import re
import sys
from dataclasses import replace

import pytest

from analysis import read_text, tokenize
from analysis.framing.coding import codes, draw_sheet
from analysis.framing.sheets import read_sheet, write_sheet

openpyxl = pytest.importorskip("openpyxl")

FRAMES = """\
  war_and_peace: {label: War & peace, definition: A fight., terms: [war, battle]}
  law: {label: Law, definition: Courts., terms: [court]}
"""


def tokens_of(*paragraphs):
    return tokenize(read_text("\n\n".join(paragraphs)), boilerplate=True)


NASTY = [
    '=HYPERLINK("http://x.test","war")',
    "+1 for the war.",
    "-- the court, again",
    "@minister spoke of war",
    "'Tis a war; said “she”, for €5…",
    "''Twas the court",
    "12/06",
    "June 5",
    'He said "war", and\tleft.',
    "The naïve court – at İzmir, 5 ‑ 6.",
]


@pytest.fixture
def sheet(lexicon):
    return draw_sheet(tokens_of(*NASTY), lexicon)


def fill(path, codes_of, **options):
    """Codes by row, written as a coder's spreadsheet would: `encoding` and `delimiter` for CSV."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        rows = list(book["coding"].iter_rows(min_row=2))
        for number, row in enumerate(rows):
            row[7].value, row[8].value = codes_of(number)
        book.save(path)
        return
    rows = list(csv.reader(path.open(encoding="utf-8-sig", newline="")))
    filled = [rows[0]] + [[*row[:7], *codes_of(number)] for number, row in enumerate(rows[1:])]
    encoding, delimiter = options.get("encoding", "utf-8-sig"), options.get("delimiter", ",")
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(filled)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("s.xlsx", {}),
        ("s.csv", {}),
        ("s.csv", {"delimiter": ";"}),
        ("s.csv", {"delimiter": "\t", "encoding": "utf-16"}),
        ("s.csv", {"delimiter": ";", "encoding": "cp1252"}),
    ],
)
def test_what_comes_back_is_what_was_drawn(name, options, sheet, lexicon, tmp_path):
    write_sheet(sheet, tmp_path / name, lexicon)
    fill(tmp_path / name, lambda row: ("war  &  PEACE", " none") if row % 2 else ("law", ""), **options)
    coded = read_sheet(tmp_path / name, lexicon)
    columns = ["item", "doc_id", "start", "end", "sentence", "stratum", "weight", "probability"]
    assert coded.columns.tolist() == [*columns, "coder", "frame"]
    for coder in ("1", "2"):
        own = coded[coded["coder"] == coder]
        assert own[columns].to_numpy().tolist() == sheet[columns].to_numpy().tolist()
    assert set(coded["sentence"]) == {" ".join(text.split()) for text in NASTY}
    assert coded["frame"].tolist() == ["law", None, "war_and_peace", "none"] * 5


def test_a_key_of_an_earlier_version_has_no_probabilities(sheet, lexicon, tmp_path):
    _, key, *_ = write_sheet(sheet, tmp_path / "s.csv", lexicon)
    record = json.loads(key.read_text("utf-8"))
    for item in record["items"]:
        del item["probability"]
    key.write_text(json.dumps(record), encoding="utf-8")
    coded = read_sheet(tmp_path / "s.csv", lexicon)
    assert coded["probability"].isna().all()
    assert coded["weight"].tolist() == sheet["weight"].repeat(2).tolist()
    record["items"][0]["probability"] = 1.5
    key.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ValueError, match=r"s\.key\.json is not the key of a sheet"):
        read_sheet(tmp_path / "s.csv", lexicon)


def test_the_coders_see_neither_strata_nor_weights(sheet, lexicon, tmp_path):
    for name in ("s.csv", "t.xlsx"):
        files = write_sheet(sheet, tmp_path / name, lexicon)
        assert [file.name for file in files][:2] == [name, name.split(".")[0] + ".key.json"]
    cells = openpyxl.load_workbook(tmp_path / "t.xlsx")["coding"].iter_rows(values_only=True)
    for text in ((tmp_path / "s.csv").read_text("utf-8"), str([*cells])):
        assert not re.search(r"stratum|weight|probability|\(near\)|\(none\)|war_and_peace", text)


def test_no_cell_of_a_csv_file_is_a_formula(sheet, lexicon, tmp_path):
    write_sheet(sheet, tmp_path / "s.csv", lexicon)
    assert (tmp_path / "s.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader((tmp_path / "s.csv").open(encoding="utf-8-sig", newline="")))
    assert rows[0] == ["item", "doc_id", "start", "end", "before", "sentence", "after", "coder_1", "coder_2"]
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert {'\'=HYPERLINK("http://x.test","war")', "'12/06", "'June 5"} <= set(cells)
    assert (tmp_path / "s.codebook.csv").read_text("utf-8-sig").splitlines()[1:] == [
        "war_and_peace,War & peace,A fight.",
        "law,Law,Courts.",
        "none,none,The sentence is about none of these.",
    ]


def test_a_workbook_has_texts_a_list_to_choose_from_and_the_codebook(sheet, lexicon, tmp_path):
    write_sheet(sheet, tmp_path / "s.xlsx", lexicon)
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert book.sheetnames == ["coding", "codebook"]
    coding = book["coding"]
    assert coding.freeze_panes == "A2"
    cells = [cell for row in coding.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    [formula] = [cell for cell in cells if str(cell.value).startswith("=HYPER") and cell.column == 6]
    assert formula.data_type == "s"
    assert formula.quotePrefix
    assert formula.alignment.wrap_text
    [choice] = coding.data_validations.dataValidation
    assert (choice.type, str(choice.sqref), choice.formula1) == ("list", "H2:I11", "codebook!$B$2:$B$4")
    listed = [cell.value for [cell] in book["codebook"]["B2:B4"]]
    assert [codes(lexicon)[str(label).casefold()] for label in listed] == ["war_and_peace", "law", "none"]


def test_a_workbook_needs_an_extra(sheet, lexicon, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'lafz\[xlsx\]', or use \.csv"):
        write_sheet(sheet, tmp_path / "s.xlsx", lexicon)
    assert not (tmp_path / "s.key.json").exists()
    assert len(write_sheet(sheet, tmp_path / "s.csv", lexicon)) == 3


def test_frames_of_one_label_are_chosen_by_name(make_lexicon, tmp_path):
    own = make_lexicon(FRAMES.replace("War & peace", "LAW"))
    write_sheet(draw_sheet(tokens_of("A war."), own), tmp_path / "s.xlsx", own)
    [choice] = openpyxl.load_workbook(tmp_path / "s.xlsx")["coding"].data_validations.dataValidation
    assert choice.formula1 == "codebook!$A$2:$A$4"
    assert codes(own) == {"war and peace": "war_and_peace", "law": "law", "none": "none"}


def test_copies_of_several_coders(sheet, lexicon, tmp_path):
    write_sheet(sheet, tmp_path / "s.csv", lexicon)
    blank = (tmp_path / "s.csv").read_bytes()
    for name, filled in (("s.csv", ("law", "")), ("ben.csv", ("", "none"))):
        (tmp_path / name).write_bytes(blank)
        fill(tmp_path / name, lambda row, filled=filled: filled)
    coded = read_sheet([tmp_path / "s.csv", tmp_path / "ben.csv"], lexicon)
    assert coded["frame"].tolist() == ["law", "none"] * 10
    alone = read_sheet(tmp_path / "ben.csv", lexicon, key=tmp_path / "s.key.json")
    assert set(alone["coder"]) == {"2"}
    (tmp_path / "cat.csv").write_bytes(blank)
    fill(tmp_path / "cat.csv", lambda row: ("none", ""))  # in the column of the first
    with pytest.raises(ValueError, match=r"cat\.csv row 2: coder '1' coded item .* otherwise in another copy"):
        read_sheet([tmp_path / "s.csv", tmp_path / "cat.csv"], lexicon)


def changed(row, column, value):
    return [*row[:column], value, *row[column + 1 :]]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda head, first, *rest: [head, *rest], r"s\.csv: 1 of 10 items are missing, the first is 's\w{10}'"),
        (lambda *rows: [*rows, rows[1]], r"s\.csv row 12: item 's\w{10}' occurs twice"),
        (lambda *rows: [*rows, changed(rows[1], 0, "sff")], r"s\.csv row 12: item 'sff' is not of this sheet"),
        (
            lambda head, first, *rest: [head, changed(first, 5, first[5].replace("a", "o", 1)), *rest],
            r"s\.csv row 2: the sentence of item 's\w{10}' was edited",
        ),
        (
            lambda head, *rest: [changed(head, 0, "id"), *rest],
            r"s\.csv: expected the columns item, sentence, coder_1 and so on, each once; found id, doc_id",
        ),
        (lambda *rows: [row[:7] for row in rows], r"expected the columns item, sentence, coder_1"),
        (
            lambda head, a, b, c, *rest: [head, a, b, changed(c, 7, "lwa"), *rest],
            r"s\.csv row 4: 'lwa' of coder '1' is no frame: did you mean 'Law'\?",
        ),
        (
            lambda head, a, b, c, *rest: [head, a, b, changed(c, 8, "zzz"), *rest],
            r"s\.csv row 4: 'zzz' of coder '2' is no frame: use War & peace, Law, none",
        ),
    ],
)
def test_what_is_wrong_in_a_sheet_is_named(edit, message, sheet, lexicon, tmp_path):
    path = tmp_path / "s.csv"
    write_sheet(sheet, path, lexicon)
    rows = list(csv.reader(path.open(encoding="utf-8-sig", newline="")))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(edit(*rows))
    with pytest.raises(ValueError, match=message):
        read_sheet(path, lexicon)


def test_which_lexicon_a_sheet_belongs_to(sheet, lexicon, make_lexicon, tmp_path):
    write_sheet(sheet, tmp_path / "s.csv", lexicon)
    more_terms = make_lexicon(FRAMES.replace("battle", "battle, fight"), version=2)
    coded = read_sheet(tmp_path / "s.csv", more_terms)  # the coders' codebook is the same
    assert len(coded) == 20
    assert coded["frame"].isna().all()
    other_meaning = make_lexicon(FRAMES.replace("Courts.", "Courts and police."), version=2)
    with pytest.raises(ValueError, match="codebook of test 1, the lexicon is test 2: the frame 'law' is not the same"):
        read_sheet(tmp_path / "s.csv", other_meaning)
    with pytest.raises(ValueError, match=r"codebook of test 1, the lexicon is other 1$"):
        read_sheet(tmp_path / "s.csv", replace(lexicon, name="other"))


def test_files_that_are_not_there_or_not_a_sheet(sheet, lexicon, tmp_path):
    write_sheet(sheet, tmp_path / "s.xlsx", lexicon)
    for name, message in (
        ("s.xlsx", r"s\.xlsx' is there already"),
        ("s.ods", r"'s\.ods': a sheet is written as \.xlsx or \.csv"),
    ):
        with pytest.raises(ValueError, match=message):
            write_sheet(sheet, tmp_path / name, lexicon)
    (tmp_path / "s.xlsx").write_bytes(b"PK\x03\x04 no more")
    (tmp_path / "u.key.json").write_text(json.dumps({"items": []}))
    for name, key, message in (
        ("s.xlsx", None, r"s\.xlsx is not a workbook"),
        ("t.xlsx", tmp_path / "s.key.json", r"no such sheet: .*t\.xlsx"),
        ("t.xlsx", None, r"no such file: .*t\.key\.json.* name it as the key$"),
        ("u.xlsx", None, r"u\.key\.json is not the key of a sheet"),
    ):
        with pytest.raises(ValueError, match=message):
            read_sheet(tmp_path / name, lexicon, key=key)
