"""Exports of finished reports, read back by the programs that others read them with."""

import ctypes
import os
import re
import shutil
import subprocess
import sys
import zipfile
from xml.etree import ElementTree

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from pypdfium2 import raw

from analysis import load_run
from analysis.core.errors import ParameterError
from analysis.publish.export import export
from analysis.publish.page import read_sections

SECTIONS = ["term_frequency", "framing", "redundancy"]
HOSTILE = (
    r"*Boom* `#set page(fill: red)` $x^2$ \input{/etc/passwd} @cite <script>alert(1)</script> #read(/etc/passwd) "
    "[link](file:///etc/passwd) ![i](/etc/passwd) <img src=x> {{ 7*7 }} $body$ ~~~ -1 --- -?x ... // end /*"
)
UNSEEN, SEEN = "d\x01\x1b[31m\x7f\nname", r"d\x01\x1b[31m\x7f\nname"
ABJAD = "قومی سلامتی کا اجلاس"


def letters(text):
    """A text without what the end of a line may change, and without hyphens."""
    return re.sub(r"[\s\u200b\ufffe\u2011-]", "", text)


def pdf_text(path):
    """The text of all pages without their numbers, which are last on each."""
    with pypdfium2.PdfDocument(path) as pdf:
        return letters("".join(re.sub(r"\d+\s*$", "", page.get_textpage().get_text_range()) for page in pdf))


def alt_texts(path):
    """The alt texts of a PDF's tagged elements."""

    def walk(element):
        buffer = ctypes.create_string_buffer(raw.FPDF_StructElement_GetAltText(element, None, 0))
        raw.FPDF_StructElement_GetAltText(element, buffer, len(buffer))
        yield buffer.raw.decode("utf-16-le").rstrip("\0")
        for number in range(raw.FPDF_StructElement_CountChildren(element)):
            if child := raw.FPDF_StructElement_GetChildAtIndex(element, number):
                yield from walk(child)

    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            tree = raw.FPDF_StructTree_GetForPage(page.raw)
            for number in range(raw.FPDF_StructTree_CountChildren(tree)):
                yield from filter(None, walk(raw.FPDF_StructTree_GetChildAtIndex(tree, number)))
            raw.FPDF_StructTree_Close(tree)


@pytest.fixture(scope="module")
def exported(sample_run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    return {ending: export(sample_run, folder / f"new/report{ending}", annex=True) for ending in (".docx", ".pdf")}


@pytest.fixture(scope="module")
def word(exported):
    return docx.Document(exported[".docx"])


@pytest.fixture(scope="module")
def blocks(sample_run):
    return [block for section in read_sections(sample_run, SECTIONS) for block in section.blocks]


@pytest.fixture(scope="module")
def hostile_run(command_line, tmp_path_factory):
    corpus = tmp_path_factory.mktemp("corpus") / "texts of others"
    corpus.mkdir()
    (corpus / "a.txt").write_text(f"{HOSTILE} \u0378\n\nThe plan stands. {HOSTILE}\n", encoding="utf-8")
    (corpus / "b.txt").write_text(f"{ABJAD}\n\nدہشت گردی کے خلاف مہم جاری رہے گی۔\n" * 2, encoding="utf-8")
    (corpus / "c.txt").write_text("The plan stands. " + "x" * 300 + "\x0b end.\n", encoding="utf-8")
    (corpus / f"{UNSEEN}.md").write_text(
        '---\ntitle: "Ti\\x01tle"\nsource: "Wi\\x1bre"\n---\nThe plan stands. A\0B\x1bC\x7fD. ' + "x" * 300 + " end.\n",
        encoding="utf-8",
    )
    out = tmp_path_factory.mktemp("runs") / "hostile"
    done = command_line("report", corpus, "--out", out, "--only", "redundancy", "-p", "min_words=3")
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def hostile_word(hostile_run, tmp_path_factory):
    return export(hostile_run, tmp_path_factory.mktemp("exports") / "hostile.docx", annex=True)


def styled(word, *names):
    return [paragraph.text for paragraph in word.paragraphs if paragraph.style.name in names]


def captions_of(word, style):
    """The captions with their numbers, which are fields."""
    own = [paragraph._p for paragraph in word.paragraphs if paragraph.style.name == style]
    return ["".join(text.text for text in element.iter(qn("w:t"))).replace("\xa0", " ") for element in own]


def test_the_word_file_has_the_report_in_order(word, blocks, sample_run):
    titles = [section.title for section in read_sections(sample_run, SECTIONS)]
    assert styled(word, "Title") == ["Sample"]
    assert styled(word, "Heading 1") == ["What was found", *titles, "The corpus", "How this was made"]
    findings = [block.text for block in blocks if block.kind == "finding"]
    text = [paragraph.text for paragraph in word.paragraphs]
    assert [line for line in text if line in findings] == findings * 2  # in front, and each in its place
    assert word.styles["Finding"].paragraph_format.keep_with_next


def test_without_an_annex_it_is_short_and_has_the_marked_texts(sample_run, blocks, tmp_path):
    pdf = export(sample_run, tmp_path / "report.pdf")
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) <= 25
        pages = [letters(page.get_textpage().get_text_range()) for page in document]
    text = pdf_text(pdf)
    assert min(map(len, pages)) > 200  # no page of four lines
    found = [block.text for block in blocks if block.kind == "finding"]
    places = [text.index(letters(said)) for said in found]
    assert places == sorted(places)
    assert max(places) < text.index("Figure1:")
    questions = [
        re.sub(r"\d+$", "", page) for page in pages[next(n for n, page in enumerate(pages) if "Figure1:" in page) :]
    ]
    assert not [page[-80:] for page in questions if page.endswith(tuple(map(letters, found)))]  # its figure is below it
    assert letters("Apex Committee Approves OperationWE AZM-E-ISTEHKAM") in text  # each hit with the code of its frame
    assert letters("Parameters: ") not in text


def test_every_figure_of_the_word_file_has_its_alt_text_and_a_caption(word, blocks):
    figures = [block for block in blocks if block.kind == "figure"]
    shapes = [shape._inline for shape in word.inline_shapes]
    assert [letters(shape.docPr.get("descr")) for shape in shapes] == [letters(block.about["alt"]) for block in figures]
    assert {shape.graphic.graphicData.pic.nvPicPr.cNvPr.get("descr") for shape in shapes} == {
        shape.docPr.get("descr") for shape in shapes
    }
    captions = captions_of(word, "Image Caption")
    assert [caption.partition(":")[0] for caption in captions] == [f"Figure {n + 1}" for n in range(len(figures))]
    assert [block.about["caption"] in caption for block, caption in zip(figures, captions, strict=True)] == [
        True
    ] * len(figures)


def test_the_tables_of_the_word_file_are_tables(word, blocks):
    captions = styled(word, "Table Caption")
    assert len(captions) == len(word.tables)
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in word.tables)
    place = next(n for n, text in enumerate(captions) if "term_frequency/all_words.csv" in text)
    table = word.tables[place]
    assert captions[place].endswith("First 20 of 2,022 rows. File: term_frequency/all_words.csv.")
    assert len(table.rows) == 21
    assert [cell.text for cell in table.rows[0].cells][:3] == ["term", "count", "per million words"]
    assert [cell.paragraphs[0].alignment for cell in table.rows[1].cells][:2] == [
        None,
        docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT,
    ]


def test_the_first_words_are_those_of_the_table(word, sample_run):
    first = next(table for table in word.tables if table.rows[0].cells[0].text == "term")
    shown = [(row.cells[0].text, row.cells[1].text) for row in first.rows[1:]]
    table = load_run(sample_run)["term_frequency/all_words"].head(20)
    assert shown == list(zip(table["term"], table["count"].astype(str), strict=True))


def test_a_wide_table_keeps_what_can_be_read_and_says_so(word):
    [caption] = [text for text in styled(word, "Table Caption") if "term_frequency/all_keyness.csv" in text]
    table = word.tables[styled(word, "Table Caption").index(caption)]
    assert " 14 more columns are in the file." in caption
    shown = int(re.search(r"Shown are (\d+) of 14 columns\.$", caption)[1])
    assert len(table.columns) == shown < 14
    for table in word.tables:  # 17 cm between the margins
        assert sum(column.width for column in table.columns) <= docx.shared.Cm(17.01)


def test_the_pdf_is_tagged_and_says_what_was_found(exported, blocks):
    text = pdf_text(exported[".pdf"])
    assert [block.text for block in blocks if block.kind == "finding" and text.count(letters(block.text)) != 2] == []
    with pypdfium2.PdfDocument(exported[".pdf"]) as pdf:
        assert pdf.is_tagged()
        assert pdf.get_metadata_value("Title") == "Sample"
        outline = [item.get_title() for item in pdf.get_toc() if item.level == 0]
    assert outline[0] == "What was found"
    assert outline[-2:] == ["The corpus", "How this was made"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in exported[".pdf"].read_bytes()


def test_every_figure_of_the_pdf_has_its_alt_text(exported, blocks):
    figures = [block for block in blocks if block.kind == "figure"]
    assert list(alt_texts(exported[".pdf"])) == [block.about["alt"] for block in figures]
    assert len(set(re.findall(r"Figure(\d+):", pdf_text(exported[".pdf"])))) == len(figures)


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".docx", ".pdf"])
def test_the_same_run_gives_the_same_bytes(exported, sample_run, tmp_path, ending):
    again = tmp_path / f"again{ending}"
    code = "import sys, pathlib; from analysis.publish.export import export; "
    code += "export(*map(pathlib.Path, sys.argv[1:]), annex=True)"
    away = {"TZ": "Pacific/Auckland", "SOURCE_DATE_EPOCH": "1700000000", "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", code, sample_run, again], env=os.environ | away, check=True)
    assert again.read_bytes() == exported[ending].read_bytes()


@pytest.mark.slow
def test_what_documents_say_stays_text(hostile_run, hostile_word, tmp_path):
    with pytest.warns(UserWarning, match="show as boxes: \u0378 "):
        pdf = export(hostile_run, tmp_path / "report.pdf", annex=True)
    cells = {cell.text for table in docx.Document(hostile_word).tables for row in table.rows for cell in row.cells}
    assert any(HOSTILE in cell for cell in cells)
    assert letters(HOSTILE) in pdf_text(pdf)
    with zipfile.ZipFile(hostile_word) as file:
        assert not any(b"file:///etc" in file.read(name) for name in file.namelist() if name.endswith(".rels"))


def test_control_characters_in_names_and_texts_are_seen(hostile_run, hostile_word, tmp_path):
    pictures = sorted(hostile_run.rglob("*.svg"))
    assert len(pictures) > 2
    for picture in pictures:
        ElementTree.parse(picture)
    assert UNSEEN in load_run(hostile_run)["corpus/documents"]["doc_id"].tolist()
    page = (hostile_run / "index.html").read_text(encoding="utf-8")
    for text in (SEEN, r"Ti\x01tle", r"Wi\x1bre"):
        assert text in page
    assert not re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]", page)
    with pytest.warns(UserWarning, match="show as boxes: \u0378 "):
        pdf = pdf_text(export(hostile_run, tmp_path / "report.pdf", annex=True))
    cells = {cell.text for table in docx.Document(hostile_word).tables for row in table.rows for cell in row.cells}
    assert SEEN in cells
    assert letters(SEEN) in pdf


def test_urdu_is_read_from_the_right(hostile_word):
    word = docx.Document(hostile_word)
    paragraphs = [p for table in word.tables for row in table.rows for cell in row.cells for p in cell.paragraphs]
    [own, *_] = [p for p in paragraphs if ABJAD in p.text]
    assert own._p.pPr.find(qn("w:bidi")) is not None
    assert [p.text for p in paragraphs if p.text.isascii() and p._p.pPr.find(qn("w:bidi")) is not None] == []


def test_a_run_without_tables_of_its_corpus_says_so(sample_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(sample_run, run)
    manifest = (run / "manifest.json").read_text(encoding="utf-8")
    (run / "manifest.json").write_text(
        manifest.replace('"corpus/documents.csv"', '"corpus/other.txt"'), encoding="utf-8"
    )
    word = docx.Document(export(run, tmp_path / "report.docx"))
    assert any("this run has no tables of its corpus" in paragraph.text for paragraph in word.paragraphs)


def test_nothing_is_left_where_an_export_fails(tmp_path, sample_run):
    with pytest.raises(
        ParameterError, match=r"^cannot export to '.*report\.odt': give a name that ends in \.docx or \.pdf$"
    ):
        export(sample_run, tmp_path / "report.odt")
    with pytest.raises(ParameterError, match="give the folder of a finished report"):
        export(tmp_path / "none", tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("package", ["docx", "pypandoc", "typst"])
def test_a_missing_extra_is_named(package):
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from pathlib import Path; from analysis.publish.export import export; export(Path('.'), Path('a.pdf'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: an export needs the extra 'export': pip install 'lafz[export]'"
    )
