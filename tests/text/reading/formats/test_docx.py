"""Word files become their lines in order; what is beside the body is named."""

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest

from analysis.text.reading.formats import docx as reader
from analysis.text.reading.formats.docx import read_docx
from analysis.text.reading.records import ReadError

docx = pytest.importorskip("docx")


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def with_body(xml: str) -> bytes:
    """A Word file with `xml` put before its last paragraph."""
    document = docx.Document()
    last = document.add_paragraph("Last.")._p
    namespaces = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    for element in docx.oxml.parse_xml(f"<x {namespaces}>{xml}</x>"):
        last.addprevious(element)
    return saved(document)


def test_headings_paragraphs_and_tables_in_order() -> None:
    document = docx.Document()
    document.core_properties.title = "A Plain Headline"
    document.core_properties.author = "Amna Khan"
    document.core_properties.created = datetime(2024, 6, 22, 10, 0)
    document.add_heading("A Plain Headline", 0)
    document.add_paragraph("The council ").add_run("met").bold = True
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["Road", "Cost\nin all", "North", "5"], strict=True):
        cell.text = text
    document.add_paragraph("")
    document.add_heading("The vote", 1)
    document.add_paragraph("It rose.\nAt noon.")
    document.sections[0].header.paragraphs[0].text = "Confidential"
    record = read_docx(saved(document))
    assert record.text.split("\n\n") == [
        "A Plain Headline",
        "The council met",
        "Road\tCost in all",
        "North\t5",
        "The vote",
        "It rose.\nAt noon.",
    ]
    assert record.metadata == {"title": "A Plain Headline", "author": "Amna Khan", "created": "2024-06-22"}
    assert record.problems == ("left out as headers and footers: 'Confidential'",)
    assert (record.format, record.encoding, record.body) == ("docx", "", 0)


def test_merged_cells_are_read_once() -> None:
    document = docx.Document()
    table = document.add_table(1, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(0, 2).add_table(1, 1).cell(0, 0).text = "inner"
    assert read_docx(saved(document)).text == "wide\tinner"


def test_tracked_changes_controls_links_and_boxes() -> None:
    data = with_body(
        """<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>
        <w:r><w:t xml:space="preserve">It </w:t></w:r><w:del><w:r><w:delText>was</w:delText></w:r></w:del>
        <w:ins><w:r><w:t>is</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>gone</w:t></w:r></w:moveFrom>
        <w:hyperlink><w:r><w:tab/><w:t>linked</w:t><w:footnoteReference w:id="2"/></w:r></w:hyperlink></w:p>
        <w:sdt><w:sdtContent><w:p><w:r><w:t>Controlled</w:t></w:r></w:p></w:sdtContent></w:sdt>
        <w:p><w:r><w:t>Anchor</w:t></w:r><mc:AlternateContent>
          <mc:Choice><w:txbxContent><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></w:txbxContent></mc:Choice>
          <mc:Fallback><w:txbxContent><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></w:txbxContent></mc:Fallback>
        </mc:AlternateContent></w:p>"""
    )
    record = read_docx(data)
    assert record.text.split("\n\n") == ["It is\tlinked", "Controlled", "Anchor", "Boxed", "Last."]
    assert record.problems == ("left out: 1 footnotes",)


def test_what_is_no_word_file() -> None:
    whole = saved(docx.Document())
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "words")
    for data in (b"words", whole[:2000], other.getvalue()):
        with pytest.raises(ReadError, match=r"is not a Word file, or a broken one \(\w+\): save it as .docx again"):
            read_docx(data)
    with pytest.raises(ReadError, match=r"is encrypted, or in Word's old format: save it as .docx without a password"):
        read_docx(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))
    with pytest.raises(ReadError, match="is empty"):
        read_docx(whole)


def test_a_word_file_that_unpacks_to_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "LARGEST", 10**6)
    data = io.BytesIO(saved(docx.Document()))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/padding.xml", bytes(1 << 20))
    with pytest.raises(ReadError, match=r"unpacks to more than 1 MB: save its text as .txt"):
        read_docx(data.getvalue())
