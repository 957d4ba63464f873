"""What pandoc's tree of a report is made into."""

import json

import pypdfium2
import pytest
import typst

from analysis.publish.cells import LONG
from analysis.publish.pandoc import (
    ACROSS,
    BETWEEN,
    READABLE,
    TEXT,
    fitting,
    pandoc,
    read_html,
    text_of,
    with_pictures,
    without_shorthands,
)


def letters(shares):
    """The widths as letters, without the room between columns."""
    return {column: round(share * ACROSS - BETWEEN) for column, share in shares.items()}


def test_columns_that_fit_are_as_wide_as_what_they_hold():
    assert letters(fitting([["a", "four", "fifth"], ["long heading here", "7"]])) == {0: 5, 1: 8}  # "heading" in bold


def test_a_chinese_letter_takes_the_room_of_two_and_a_vowel_sign_none():
    assert letters(fitting([["a", "国家"], ["b", "a\u064eb\u064e"]])) == {0: 4, 1: 2}


def test_columns_go_from_the_right_when_there_is_no_room():
    many = [["n", "x" * 18]] * 7  # 20 letters each with the room between
    assert list(letters(fitting(many))) == [0, 1, 2, 3, 4]  # 5 are 100, 6 would be 120
    assert letters(fitting([["day", "2024-06-22"], *[["n", "x" * 20]] * 5]))[0] == 10  # a date is not broken
    assert letters(fitting([["n", "x" * 500]])) == {0: ACROSS - BETWEEN}


def test_a_column_of_texts_goes_before_the_numbers_to_its_left():
    text = ["text", "word " * (LONG // 5 + 1)]
    kept = letters(fitting([["id", "1"], *[["n", "x" * 18]] * 6, text]))
    assert list(kept) == [0, 1, 2, 3, 4, 7]  # 118 - 5 - 32 = 81: four of 20, and 1 more
    assert kept[7] == TEXT + 1


def test_room_goes_to_the_columns_that_want_least():
    name, text = ["id", "2024-06-22-wire"], ["text", "word " * 100]
    assert letters(fitting([name, text, text])) == {0: 15, 1: 48, 2: 49}  # 118 - 15 - 3 * 2 = 97


def test_a_long_word_is_broken():
    assert letters(fitting([["n", "x" * 300], *[["n", "x" * 300]] * 4]))[0] < READABLE + TEXT


def test_a_table_takes_over_the_caption_of_its_figure():
    cells = "".join(f"<td>{'x' * 18}</td>" for _ in range(7))
    head = "".join(f'<th class="number">{n}</th>' for n in range(7))
    rows = f"<thead><tr>{head}</tr></thead><tbody><tr>{cells}</tr></tbody>"
    html = f"<figure><table><caption>Own.</caption>{rows}</table><figcaption>Words.</figcaption></figure>"
    [table] = read_html(html, language="en")["blocks"]
    assert table["t"] == "Table"
    assert text_of(table["c"][1]) == "Words. Own. Shown are 5 of 7 columns."
    assert [alignment["t"] for alignment, _ in table["c"][2]] == ["AlignRight"] * 5


def test_right_to_left_text_is_marked_with_its_language():
    html = "<p>لفظ means word</p><p>word is لفظ</p>"
    [urdu, english] = read_html(html, language="ur")["blocks"]
    assert urdu["t"] == "Div"
    assert dict(urdu["c"][0][2]) == {"lang": "ur", "dir": "rtl"}
    assert english["t"] == "Para"


def test_only_known_pictures_are_placed():
    html = '<p><img src="a/b" alt="Known"> <img src="/etc/passwd" alt="Other"></p>'
    written = json.dumps(with_pictures(read_html(html, language="en"), {"a/b": "c.svg"}))
    assert "c.svg" in written
    assert "passwd" not in written
    assert "Other" in written


def test_typst_takes_hyphens_and_dots_as_they_are(tmp_path):
    written = "a -- b --- c -1 (-2) -?z ... .. 2024-06-22 x.y"
    tree = without_shorthands(read_html(f"<p>{written}</p>", language="en"))
    source = pandoc(json.dumps(tree), "--from=json", "--to=typst-smart")
    with pypdfium2.PdfDocument(typst.compile(source)) as pdf:
        assert pdf[0].get_textpage().get_text_range().split("\n")[0].strip() == written


def test_pandoc_opens_no_file_that_a_document_names(tmp_path):
    secret = tmp_path / "secret.tex"
    secret.write_text("Known to nobody.")
    assert b"nobody" not in pandoc(f"\\input{{{secret}}} Text.", "--from=latex", "--to=plain")


def test_pandoc_says_why_it_fails():
    with pytest.raises(RuntimeError, match="JSON parse error"):
        pandoc("{", "--from=json", "--to=plain")
