"""Bytes become exactly the text that was saved, or an error that says why they do not."""

import bz2
import codecs
import gzip
import io
import lzma

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.text.reading.decoding import control_characters, decode, stream_encoding
from analysis.text.reading.records import ReadError

ENGLISH = "The “country’s” resolve, at £5 a café."


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")))
@example("\t one\r\ntwo\rthree\n\n four\u00a0\x0c\u2028five \r\n")
def test_utf8_comes_back_as_it_was(text):
    assert decode(text.encode()) == (text, "utf-8")


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("utf-32-le", "utf-32"),
        ("utf-32-be", "utf-32"),
    ],
)
def test_a_byte_order_mark_decides_and_is_no_part_of_the_text(written, encoding):
    assert decode(f"\ufeff{ENGLISH}".encode(written)) == (ENGLISH, encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "cp1252"),
        ("naïve", "cp1252"),  # six bytes would fit a dozen code pages
        ("Совет собрался в понедельник. Он разошёлся в полдень.", "cp1251"),
        ("اجتمع المجلس يوم الاثنين وانتهى في الظهر", "cp1256"),
        ("The council met on Monday. It rose at noon.", "utf-16-le"),  # without a byte order mark
        ("The council met on Monday. It rose at noon.", "utf-16-be"),
        ("اجلاس کی صدارت وزیراعظم نے کی۔", "utf-16-le"),
    ],
)
def test_what_is_not_utf8_is_found_out(text, encoding):
    found, name = decode(text.encode(encoding))
    assert found == text
    assert codecs.lookup(name) == codecs.lookup(encoding)


@pytest.mark.parametrize(
    "text",
    [
        "hello\0world, and more words here",
        "The council\0met on Monday.",  # an even number of bytes, which UTF-16 would take
        "Совет\0собрался в понедельник",
        "The \x1b[31mcouncil\0 met.\x1a",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_stray_control_character_stays_where_it_is(text, encoding):
    assert decode(text.encode(encoding)) == (text, encoding)
    assert stream_encoding(io.BytesIO(text.encode(encoding))) == encoding


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\tb\r\nc\vd\fe\x85f\u2028g\u00a0h", ""),  # white space, the line end of C1 among it
        ("The council met." * 4 + "\0", "holds 1 NUL character"),
        ("The council met." * 4 + "\0\0", "holds 2 NUL characters"),
        ("The council met." * 4 + "\0\x1b", "holds 2 control characters"),
        ("Le café est fermé, dit-il. " * 4 + "\x01\x7f\x80\x9f", "holds 4 control characters"),
        ("اجلاس کی صدارت " * 8 + "\x93" + "\u0c93", "holds 1 control character"),
        ("a" * 900 + "\0" * 100, "holds 100 NUL characters"),  # a tenth
        ("a" * 12_000 + "\0" * 1_200, "holds 1,200 NUL characters"),
    ],
)
def test_what_is_told_of_control_characters(text, said):
    assert control_characters(text) == said


def test_what_is_mostly_control_characters_is_no_text():
    with pytest.raises(ReadError, match=r"is not text: 11 of its 100 characters are control characters, more than 10%"):
        control_characters("a" * 89 + "\0" * 11)


@pytest.mark.parametrize("text", ["परिषद की बैठक सोमवार को हुई।", "ഒരു യോഗം തിങ്കളാഴ്ച നടന്നു."])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_an_alphabet_of_which_utf16_looks_like_utf8_is_refused_and_not_misread(text, encoding):
    with pytest.raises(ReadError, match="is not text"):
        control_characters(decode(text.encode(encoding))[0])


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)),
        bytes(1000),
        "caf\u00e9\0 and more".encode("cp1252"),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + np.random.default_rng(0).bytes(200),
        b"\xff\xd8\xff\xe0\0\x10JFIF\0" + np.random.default_rng(1).bytes(300),
    ],
    ids=["every byte", "nothing", "cp1252", "PNG", "JPEG"],
)
def test_binary_data_is_refused(data):
    with pytest.raises(ReadError, match=r"not text.*: save it as UTF-8, or leave it out"):
        decode(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (codecs.BOM_UTF8 + b"ab\xff", "begins as utf-8-sig and breaks at byte 2: save it as UTF-8"),
        (codecs.BOM_UTF16_LE + b"a\0b", "begins as utf-16 and breaks at byte"),
        (b"a \xed\xa0\xbd\xed\xb8\x80", "written as two halves"),
        (b"a \xed\xb0\x80 b", "written as two halves"),
    ],
)
def test_a_text_that_is_broken(data, message):
    with pytest.raises(ReadError, match=message):
        decode(data)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (gzip.compress(b"The council met.", mtime=0), "gzip data, not text: unpack it"),
        (bz2.compress(b"The council met."), "bzip2 data, not text: unpack it"),
        (lzma.compress(b"The council met."), "xz data, not text: unpack it"),
        (b"%PDF-1.4\n1 0 obj\n", "a PDF, not text: give its name the ending .pdf"),
        (b"PK\x03\x04 and so on", "a zip file, not text: give its name the ending .zip or .docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file, not text: save it as .docx or .txt"),
    ],
)
def test_another_format_is_told_by_how_it_begins(data, kind):
    with pytest.raises(ReadError, match=kind):
        decode(data)
    with pytest.raises(ReadError, match=kind):
        stream_encoding(io.BytesIO(data))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "utf-16-le"])
def test_a_stream_has_the_encoding_of_its_bytes(encoding):
    data = ("The council met on Monday.\n" * 60_000 + ENGLISH).encode(encoding)  # more than a piece of a MB
    file = io.BytesIO(data)
    assert codecs.lookup(stream_encoding(file)) == codecs.lookup(decode(data)[1]) == codecs.lookup(encoding)
    assert file.tell() == 0


@pytest.mark.parametrize(
    "data",
    [
        b"a" * (2**20 - 2) + "\0é".encode(),
        b"a" * (2**20 - 1) + "é".encode(),
        b"a" * 2**20 + "é".encode(),
        b"a" + "会議は月曜日に開かれ、正午に終わった。町の人々はその結果に満足している。\n".encode("cp932") * 40_000,
    ],
    ids=["NUL before it", "inside", "between", "Shift JIS"],
)
def test_a_character_on_the_border_of_two_pieces(data):
    assert stream_encoding(io.BytesIO(data)) == decode(data)[1]


def test_a_stream_that_breaks_off_inside_a_character():
    with pytest.raises(ReadError, match="breaks off inside a character: copy or download it again"):
        stream_encoding(io.BytesIO("caf\u00e9".encode()[:-1]))
