# ruff: noqa: E402, E501
"""What was found by reading a hostile corpus and by fuzzing, each as small as it can be."""

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from analysis import read_corpus
from analysis.framing.lexicon import LexiconError, read_lexicon
from analysis.text import corpus as reading
from analysis.text.reading.archives import members
from analysis.text.reading.formats import delimited, rows
from analysis.text.reading.formats import json as json_reader
from analysis.text.reading.formats.delimited import read_delimited
from analysis.text.reading.formats.docx import read_docx
from analysis.text.reading.formats.html import read_html
from analysis.text.reading.formats.json import read_jsonl
from analysis.text.reading.formats.parquet import read_parquet
from analysis.text.reading.formats.pdf import read_pdf
from analysis.text.reading.records import Problem, ReadError, Record

sys.path.insert(0, str(Path(__file__).parent))
for package in ("trafilatura", "pypdfium2", "docx", "openpyxl"):
    pytest.importorskip(package)
import openpyxl
import targets
from documents import docx, pdf, stream_object
from tables import _bomb, parquet
from zips import zipped

pytestmark = pytest.mark.hostile

WORDS = "The council met on Monday and rose at noon."


STORY = f"<p>{WORDS}</p><p>It was a long day for all of the city.</p>"


# --- tables


def test_a_row_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LONGEST_LINE", 50)
    for row in ('"' + "a,\n" * 30, "a" * 60, "a," * 30):
        first, problem = read_delimited(io.BytesIO(f"text,n\nOne.,1\n{row}\nTwo.,2\n".encode()))
        assert first.name == "1"
        assert isinstance(problem, Problem)
        assert problem.reason.startswith("line 3: is longer than")


def test_a_line_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_reader, "LONGEST_LINE", 50)
    first, problem = read_jsonl(io.BytesIO(b'{"text": "One."}\n' + b"x" * 60 + b'\n{"text": "Two."}\n'))
    assert isinstance(first, Record)
    assert isinstance(problem, Problem)
    assert (problem.name, "nothing from here on is read" in problem.reason) == ("2", True)


def test_no_more_columns_of_a_document_than_a_table_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_COLUMNS", 2)
    [record] = read_delimited(io.BytesIO(b"a,text,b,c\n1,One.,2,3\n"))
    assert isinstance(record, Record)
    assert record.metadata == {"a": "1", "b": "2"}
    assert record.problems == ("has 3 columns beside its text: the first 2 are kept",)


def test_no_more_columns_of_a_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_COLUMNS", 12)
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"text": "One.", f"c{n}": n}) + "\n" for n in range(3)))
    corpus = read_corpus(tmp_path)
    assert corpus.documents.columns.tolist()[-2:] == ["c0", "c1"]
    assert "has 13 columns of metadata: the first 12 are kept" in corpus.problems["reason"].tolist()


def test_metadata_whose_names_meet_when_they_are_changed(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\npath: a\nmetadata_path: b\nmetadata_metadata_path: c\n---\nOne.\n")
    [row] = read_corpus(tmp_path).documents.to_dict("records")
    assert row["path"] == "a.md"
    assert sorted(value for key, value in row.items() if key.startswith("metadata_")) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "value",
    [
        pa.array([2**62], pa.timestamp("us")),
        pa.array([2**30], pa.date32()),
        pa.array([0], pa.timestamp("s", "No/Where")),
        pa.array([2**62], pa.duration("s")),
    ],
)
def test_a_time_that_python_does_not_have(value: pa.Array) -> None:
    [record] = read_parquet(io.BytesIO(parquet({"text": [WORDS], "at": value, "n": [1]})))
    assert isinstance(record, Record)
    assert (record.text, record.metadata) == (WORDS, {"n": "1"})
    assert [problem.startswith("column 'at' is left out: it cannot be read") for problem in record.problems] == [True]


def test_bytes_in_a_column_of_text() -> None:
    data = parquet({"text": ["The council", WORDS]}, compression="none", use_dictionary=False, write_statistics=False)
    first, second = read_parquet(io.BytesIO(data.replace(b"The council\x2b", b"The \xff\xfeuncil\x2b")))
    assert isinstance(first, Problem)
    assert "is not text" in first.reason
    assert isinstance(second, Record)


def test_a_short_file_that_is_one_long_text_many_times() -> None:
    data = _bomb(5_000_000, 5_000)
    assert len(data) < 10_000
    *found, problem = read_parquet(io.BytesIO(data))
    assert len(found) == 4
    assert isinstance(problem, Problem)
    assert problem.reason.startswith("unpacks to more than 200 times its size")


# --- archives


def test_a_member_that_begins_before_the_archive() -> None:
    data = zipped({"a.txt": b"One.", "b.txt": b"Two."})[1:]
    assert [type(found) for found in members(io.BytesIO(data))] == [Problem, tuple]


def test_a_member_without_a_name() -> None:
    data = bytearray(zipped({"aaaa": b"One.", "b.txt": b"Two."}))
    place = data.index(b"PK\x01\x02")
    data[place + 28 : place + 32] = b"\0\0\x04\0"  # four bytes of name become four of what else there is to say
    data[place + 46 : place + 50] = b"aa\0\0"
    problem, (name, _) = members(io.BytesIO(bytes(data)))
    assert problem == Problem("", "has no name: pack it again")
    assert name == "b.txt"


# --- documents


def test_a_word_file_with_entities() -> None:
    text, doctype = "<w:p><w:r><w:t>&y;</w:t></w:r></w:p>", '<!DOCTYPE x [<!ENTITY y "hidden words">]>'
    with pytest.raises(ReadError, match="has a document type declaration"):
        read_docx(docx(text, doctype=doctype))


def test_a_page_that_is_nested_too_deeply() -> None:
    record = read_html(f"<article>{STORY}{'<div>' * 300}{'</div>' * 300}<p>Late words.</p></article>".encode())
    assert "Late words." not in record.text
    assert any("not all of the page is read" in problem for problem in record.problems)
    with pytest.raises(ReadError, match="not all of the page is read"):
        read_html(f"{'<div>' * 300}{STORY}".encode())


@pytest.mark.parametrize("charset", ["unicode_escape", "raw_unicode_escape", "punycode", "idna", "utf-7", "undefined"])
def test_a_charset_that_no_browser_knows(charset: str) -> None:
    page = rf"<meta charset={charset}><p>{WORDS}</p><p>\ud800 +AOk- \x41</p>"
    record = read_html(page.encode())
    assert record.encoding == "utf-8"
    assert r"\ud800 +AOk- \x41" in record.text


def test_a_pdf_title_of_half_a_character() -> None:
    content = f"BT /F1 12 Tf 1 0 0 1 50 700 Tm ({WORDS}) Tj ET"
    info = {6: "<< /Title <FEFFD800> /Author (A) >>"}
    record = read_pdf(pdf(content, objects=info, trailer="/Info 6 0 R"))
    assert (record.text, record.metadata) == (WORDS, {"author": "A"})


def test_a_pdf_letter_that_stands_for_nothing() -> None:
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    to_unicode = stream_object(
        b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange 2 beginbfchar <41> <0000> <42> <D800> endbfchar endcmap"
    )
    record = read_pdf(pdf("BT /F1 12 Tf 50 700 Td (xAyBz) Tj ET", objects={5: font, 6: to_unicode}))
    assert "\0" not in record.text
    record.text.encode()


# --- folders


def test_what_may_never_end_is_a_problem_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(WORDS)
    os.mkfifo(tmp_path / "b.txt")
    (tmp_path / "c.txt").symlink_to("/dev/zero")
    (tmp_path / "d.txt").symlink_to("d.txt")
    corpus = read_corpus(tmp_path)
    assert [file.name for file in reading.corpus_files(tmp_path)] == ["a.txt", "d.txt"]
    assert corpus.documents["path"].tolist() == ["a.txt"]
    reasons = dict(corpus.problems.to_numpy().tolist())
    pipes = [name for name, reason in sorted(reasons.items()) if reason.startswith("is no file but a pipe")]
    assert (sorted(reasons), pipes) == (["b.txt", "c.txt", "d.txt"], ["b.txt", "c.txt"])


# --- lexicons and sheets


@pytest.mark.parametrize("window", ["9" * 5000, "99999", "-1", "٣" * 9])
def test_a_window_of_too_many_digits(tmp_path: Path, window: str) -> None:
    (tmp_path / "a.yml").write_bytes(targets.LEXICON.replace(b"window: 3", f"window: {window}".encode()))
    with pytest.raises(LexiconError, match=r"a\.yml line 4: expected a whole number from 0"):
        read_lexicon(tmp_path / "a.yml")


def with_a_cell_in_its_last_corner(book: bytes) -> bytes:
    found = openpyxl.load_workbook(io.BytesIO(book))
    found["coding"]["XFD1048576"] = "x"
    file = io.BytesIO()
    found.save(file)
    return file.getvalue()


def with_a_picture_of_60_mb(book: bytes) -> bytes:
    file = io.BytesIO(book)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/a.png", bytes(60 << 20))
    return file.getvalue()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (with_a_cell_in_its_last_corner, "is not a workbook of a sheet: it has 1,048,576 rows of 16,384 cells"),
        (with_a_picture_of_60_mb, "it unpacks to more than 50 MB"),
    ],
)
def test_a_workbook_of_too_much(change: Callable[[bytes], bytes], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        targets.read_changed_sheet("xlsx-sheet.xlsx")(change(targets.SHEET["xlsx-sheet.xlsx"]))


KEY = json.loads(targets.SHEET["csv-sheet.key.json"])


@pytest.mark.parametrize(
    "key",
    [
        KEY | {"lexicon": "small"},
        KEY | {"lexicon": {"name": "small"}},
        KEY | {"codebook": [[["order"], 1, {}]]},
        KEY | {"codebook": 5},
        KEY | {"items": [KEY["items"][0] | {"weight": "1.5"}]},
        KEY | {"items": [KEY["items"][0] | {"weight": -1.0}]},
        KEY | {"items": [KEY["items"][0] | {"start": 1 << 70}]},
        KEY | {"items": [KEY["items"][0] | {"sentence": None}]},
        KEY | {"items": [KEY["items"][0] | {"item": ["a"]}]},
        KEY | {"items": [KEY["items"][0]] * 2},
        KEY | {"items": [[1, 2]]},
        "[" * 100_000,
    ],
)
def test_a_key_that_is_none(key: Any) -> None:
    data = key if isinstance(key, str) else json.dumps(key)
    with pytest.raises(ValueError, match=r"is not the key of a sheet|was coded by the codebook of"):
        targets.read_changed_sheet("csv-sheet.key.json")(data.encode())
