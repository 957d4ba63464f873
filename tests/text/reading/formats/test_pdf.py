"""PDF pages become paragraphs: what belongs together is joined, what runs over all pages is left out."""

import io
from collections import Counter

import pytest
from matplotlib.figure import Figure

from analysis.publish.figures import style
from analysis.text.reading.formats.pdf import Line, dehyphenate, paragraphs, read_pdf, reading_order, running_lines
from analysis.text.reading.records import ReadError

Placed = tuple[float, float, float, str]  # x and y from the lower left corner, size, text

EXAMPLE = pytest.mark.usefixtures("pdfium")


@pytest.fixture
def pdfium():
    pytest.importorskip("pypdfium2")


def pdf(pages, info="", trailer=""):
    """A PDF with these lines on A4 pages, written by hand: catalog, page tree, font, then page and content by turns."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        shown = " ".join(f"/F1 {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj" for x, y, size, text in lines)
        content = f"BT {shown} ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    objects.append(f"<< {info} >>")
    body, places = "%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{item}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"/Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R {trailer}"
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << {end} >>\nstartxref\n"
    return (body + f"{body.index('xref')}\n%%EOF").encode("cp1252")


def column(lines, x=50, top=700, size=11, step=14):
    return [(x, top - step * number, size, line) for number, line in enumerate(lines)]


@EXAMPLE
def test_lines_become_paragraphs():
    page = [
        (50, 740, 18, "A Plain Headline"),
        *column(
            ["The council met on Monday and it dis-", "cussed the Franco-", "German road at £5 a café", "until noon."]
        ),
        *column(["It rose after a vote of ten to three and", "went home."], top=630),
    ]
    record = read_pdf(pdf([page], info="/Title (A Plain Headline) /Author (Khan) /CreationDate (D:20240622100000Z)"))
    assert record.text.split("\n\n") == [
        "A Plain Headline",
        "The council met on Monday and it discussed the Franco-German road at £5 a café until noon.",
        "It rose after a vote of ten to three and went home.",
    ]
    assert record.metadata == {"title": "A Plain Headline", "author": "Khan", "created": "2024-06-22"}
    assert (record.format, record.encoding, record.problems) == ("pdf", "", ())


@EXAMPLE
def test_headers_footers_and_page_numbers_are_left_out_and_named():
    texts = ["The first page has a text of its own.", "So has the second.", "The third as well."]
    pages = [
        [(50, 800, 9, f"Annual report {number}"), (50, 700, 11, text), (290, 20, 9, f"- {number} -")]
        for number, text in enumerate(texts, 9)  # 9, 10, 11: digits are no difference
    ]
    record = read_pdf(pdf(pages))
    assert record.text.split("\n\n") == texts
    assert record.problems == (
        "left out as running headers, footers and page numbers: '- 9 -' (3 times), 'Annual report 9' (3 times)",
    )


@EXAMPLE
def test_lines_that_recur_and_are_no_running_lines():
    record = read_pdf(pdf([[(50, 800, 9, "Annual report"), (50, 700, 11, text)] for text in ("One.", "Two.")]))
    assert record.text.split("\n\n") == ["Annual report", "One.", "Annual report", "Two."]  # two pages are too few
    record = read_pdf(pdf([[(50, 700, 11, "The same page.")]] * 3))
    assert (record.text.split("\n\n"), record.problems) == (["The same page."] * 3, ())  # nothing would be left


@EXAMPLE
def test_a_paragraph_goes_on_over_the_page_and_its_footer():
    pages = [
        [
            (50, 800, 9, "Annual report"),
            *column(["The council met on Monday, and the", "chair of the house of the town of the old"]),
        ],
        [(50, 800, 9, "Annual report"), *column(["Lahore rose at noon."])],
        [(50, 800, 9, "Annual report"), *column(["A third page."])],
    ]
    assert read_pdf(pdf(pages)).text.split("\n\n") == [
        "The council met on Monday, and the chair of the house of the town of the old Lahore rose at noon.",
        "A third page.",
    ]


@EXAMPLE
def test_columns_are_read_one_after_the_other_and_a_page_without_text_is_named():
    page = column(["The council met on", "Monday, and the"]) + column(["mayor of it rose", "at noon."], x=320)
    record = read_pdf(pdf([page, []]))
    assert record.text == "The council met on Monday, and the mayor of it rose at noon."
    assert record.problems == ("no text on page 2 of 2 (scanned?): run OCR to have it",)


@EXAMPLE
def test_what_has_no_text_to_read():
    with pytest.raises(ReadError, match=r"^no text layer \(scanned\?\): run OCR first$"):
        read_pdf(pdf([[], []]))
    key = "00" * 32
    encrypted = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{key}> /U <{key}> /P -4 >> /ID [<00> <00>]"
    with pytest.raises(ReadError, match=r"^is encrypted: save a copy without a password$"):
        read_pdf(pdf([[(50, 700, 11, "One.")]], trailer=encrypted))
    for data in (b"words", b"%PDF-1.4\n", pdf([[(50, 700, 11, "One.")]])[:100]):
        with pytest.raises(ReadError, match="is not a PDF, or a broken one: download or export it again"):
            read_pdf(data)


@EXAMPLE
@pytest.mark.parametrize("title", ["Microsoft Word - final 2", "report_v3.docx", ""])
def test_a_title_that_is_only_a_file_name(title):
    assert read_pdf(pdf([[(50, 700, 11, "One.")]], info=f"/Title ({title})")).metadata == {}


def line(text, base, left=50, right=400, size=11):
    return Line(text, left, right, base, size)


def test_running_lines_stand_at_the_edge_of_the_page():
    refrain = [line("And so it was.", 400)]
    others = [[line(f"{word} above", 500), line(f"{word} below", 300)] for word in ("one", "two", "three")]
    assert running_lines([other + refrain for other in others]) == [set(), set(), set()]
    assert running_lines([[*refrain, other[1]] for other in others]) == [set(refrain)] * 3


def test_running_lines_stand_at_the_same_place():
    bodies = [line(word * 20, 400) for word in "abc"]
    for shift, found in ((1.0, 3), (4.0, 0)):  # two points, eight points between the first and the last
        pages = [[line("Report", 800 + shift * n), body] for n, body in enumerate(bodies)]
        assert sum(map(len, running_lines(pages))) == found


def test_a_column_of_figures_is_no_running_line():
    pages = [[line(f"{n}4.5 {n}3.2 {n}1", 800), line(f"{'abc'[n]} row", 700), line(str(n), 20)] for n in range(3)]
    assert [{found.text for found in page} for page in running_lines(pages)] == [{"0"}, {"1"}, {"2"}]


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ([line("One two", 700), line("three.", 686), line("Four five", 672)], 1),
        ([line("One two", 700), line("three.", 686), line("Four five", 660)], 2),  # a gap of 26 among steps of 14
        ([line("One two", 700), line("three.", 686, right=150), line("Four five", 672)], 2),  # a short last line
        ([line("One two", 700), line("three", 686, right=150), line("four five", 672)], 1),  # short, but no end
        ([line("One two", 700), line("three.", 686), line("Four five", 672, left=70)], 2),  # an indent
        ([line("Indented", 700, left=70), line("three", 686), line("four five", 672)], 1),
        ([line("One two", 700, size=14), line("three", 686)], 2),  # another size
        ([line("• One two", 700), line("three", 686, left=65), line("• Four", 672)], 2),  # a list
    ],
)
def test_where_a_paragraph_ends(lines, count):
    steady = [line("word", 1014 - 14 * number) for number in range(9)]  # what the usual step is taken from
    assert len(paragraphs([steady, lines])) == 1 + count


@pytest.mark.parametrize(
    ("first", "second", "known", "joined"),
    [
        ("the coun-", "cil met", {}, "the council met"),
        ("the coun\x02", "cil met", {}, "the council met"),
        ("a well-", "known man", {}, "a wellknown man"),  # nothing tells that it is a compound
        ("a well-", "known man", {"well-known": 1}, "a well-known man"),
        ("the co-", "operation", {"co-operation": 1, "cooperation": 2}, "the cooperation"),
        ("the Franco-", "German road", {}, "the Franco-German road"),
        ("COVID-", "related", {}, "COVID-related"),
        ("in 2023-", "24", {}, "in 2023-24"),
        ("met -", "and rose", {}, "met - and rose"),
        ("one", "two", {}, "one two"),
        ("the état-", "major", {}, "the étatmajor"),
        ("word" * 99 + "-", "word", {}, "word" * 100),
    ],
)
def test_a_hyphen_at_a_line_end(first, second, known, joined):
    assert dehyphenate(first, second, Counter(known)) + second == joined


def places(*parts):
    """A line of (text, place of its first character, step to the next)."""
    text = " ".join(part for part, _, _ in parts)
    at = []
    for part, first, step in parts:
        at += [first + step * n for n in range(len(part))] + [first + step * len(part)]
    return text, at[:-1]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (places(("وزیر", 90, -1), ("اعظم", 80, -1)), "وزیر اعظم"),  # as it is read
        (places(("ریزو", 86, 1), ("مظعا", 76, 1)), "وزیر اعظم"),  # letters as they are seen
        (places(("ریزو", 86, 1), ("اعظم", 80, -1)), "وزیر اعظم"),  # one word so, one so
        (places(("مظعا", 76, 1), ("ریزو", 86, 1)), "وزیر اعظم"),  # the words too
        (places(("22", 10, 1), ("مظعا", 20, 1), ("ریزو", 30, 1)), "وزیر اعظم 22"),
        (places(("ensuing", 1, 1), ("debate", 9, 1), ("مظعا", 20, 1), ("ریزو", 30, 1)), "ensuing debate وزیر اعظم"),
        (places(("PM", 1, 1), ("مظعا", 20, 1), ("ریزو", 30, 1)), "وزیر اعظم PM"),  # mostly Urdu: read from the right
        (places(("عزمِ", 90, -1)), "عزمِ"),
        (places(("مِزع", 90, 1)), "عزمِ"),  # a mark stays behind its letter
        (places(("The", 1, 1), ("council", 9, 1)), "The council"),
        (places(("Café", 9, -1)), "Café"),  # nothing runs from right to left here
    ],
)
def test_a_line_is_read_as_it_is_seen(line, read):
    assert reading_order(*line) == read


def test_an_urdu_page_is_read_as_it_was_written():
    figure, file = Figure(), io.BytesIO()
    lines = ["وزیر اعظم نے کہا کہ مہم جاری رہے گی", "اور تمام صوبے مل کر کام کریں گے۔", "حزب اختلاف نے سوال اٹھایا۔"]
    with style():
        for line, y in zip(lines, (0.8, 0.75, 0.6), strict=True):
            figure.text(0.9, y, line, ha="right", size=14)
        figure.savefig(file, format="pdf")
    assert read_pdf(file.getvalue()).text == f"{lines[0]} {lines[1]}\n\n{lines[2]}"
