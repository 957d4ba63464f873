"""Bytes become exactly the text that was saved, or an error that says why they do not."""

import codecs
import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.text.readers import ReadError, decode, read_file

ENGLISH = "The “country’s” resolve, at £5 a café."
URDU = "اجلاس کی صدارت وزیراعظم نے کی۔"


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    assert decode(text.encode()) == (text, "utf-8")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (codecs.BOM_UTF8 + ENGLISH.encode(), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + ENGLISH.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + ENGLISH.encode("utf-16-be"), "utf-16"),
        (codecs.BOM_UTF32_LE + ENGLISH.encode("utf-32-le"), "utf-32"),
        (codecs.BOM_UTF32_BE + ENGLISH.encode("utf-32-be"), "utf-32"),
    ],
)
def test_a_byte_order_mark_decides_and_is_no_part_of_the_text(data: bytes, encoding: str) -> None:
    assert decode(data) == (ENGLISH, encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "cp1252"),
        ("naïve", "cp1252"),  # six bytes would fit a dozen code pages
        ("Совет собрался в понедельник. Он разошёлся в полдень.", "cp1251"),
        ("اجتمع المجلس يوم الاثنين وانتهى في الظهر", "cp1256"),
        ("The council met on Monday. It rose at noon.", "utf-16-le"),  # without a byte order mark
        ("The council met on Monday. It rose at noon.", "utf-16-be"),
    ],
)
def test_what_is_not_utf8_is_found_out(text: str, encoding: str) -> None:
    found, name = decode(text.encode(encoding))
    assert found == text
    assert codecs.lookup(name) == codecs.lookup(encoding)


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)),
        b"hello\0world, and more words here",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + np.random.default_rng(0).bytes(200),
        b"\xff\xd8\xff\xe0\0\x10JFIF\0" + np.random.default_rng(1).bytes(300),
    ],
    ids=["every byte", "NUL in a text", "PNG", "JPEG"],
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError, match="not text in any encoding that was tried: save it as UTF-8, or leave it out"):
        decode(data)


def test_a_text_that_breaks_the_promise_of_its_mark() -> None:
    with pytest.raises(ReadError, match="begins as utf-8-sig and breaks at byte 2: save it as UTF-8"):
        decode(codecs.BOM_UTF8 + b"ab\xff")
    with pytest.raises(ReadError, match="begins as utf-16 and breaks at byte"):
        decode(codecs.BOM_UTF16_LE + b"a\0b")


def test_line_ends_and_white_space_stay() -> None:
    text = "\t one\r\ntwo\rthree\n\n four\u00a0\x0c\u2028five \r\n"
    assert decode(text.encode()) == (text, "utf-8")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.txt", "txt"), ("a.TXT", "txt"), ("a.text", "txt"), ("a.md", "md"), ("a.b.Markdown", "md")],
)
def test_the_ending_of_the_name_gives_the_format(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(URDU.encode())
    assert read_file(path) == (URDU, kind, "utf-8", hashlib.sha256(URDU.encode()).hexdigest())


def test_the_digest_is_that_of_the_bytes_and_not_of_the_text(tmp_path: Path) -> None:
    digests = set()
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes(ENGLISH.encode(encoding))
        record = read_file(path)
        assert record.text == ENGLISH
        digests.add(record.sha256)
    assert len(digests) == 3


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "txt", "a"])
def test_another_kind_of_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"words")
    with pytest.raises(ReadError, match=r"not a kind of file that is read \(\.txt \.text \.md \.markdown\)"):
        read_file(path)


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\n"])
def test_an_empty_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(ReadError, match="is empty: put text into it, or leave it out"):
        read_file(path)


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be opened: No such file or directory"):
        read_file(tmp_path / "gone.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(ReadError, match="cannot be opened: "):
        read_file(tmp_path / "folder.txt")
