"""Decode bytes to text, exactly, and detect their encoding."""

import codecs
import re
from typing import BinaryIO

from charset_normalizer import from_bytes

from analysis.text.reading.records import ReadError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is a prefix of it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ANY_BOM = tuple(mark for mark, _ in _BOMS)
# Signatures of other formats: a short compressed file could pass for text in some code page.
_NOT_TEXT = (
    (b"\x1f\x8b", "gzip data", "unpack it"),
    (b"BZh91AY&SY", "bzip2 data", "unpack it"),
    (b"\xfd7zXZ\0", "xz data", "unpack it"),
    (b"\x28\xb5\x2f\xfd", "zstd data", "unpack it"),
    (b"PK\x03\x04", "a zip file", "give its name the ending .zip or .docx"),
    (b"%PDF-", "a PDF", "give its name the ending .pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file", "save it as .docx or .txt"),
    (b"PAR1", "a Parquet file", "give its name the ending .parquet"),
)
_ANY_MARK = tuple(mark for mark, _, _ in _NOT_TEXT)
# Control characters: C0 except white space (tab, line feed, VT, form feed, carriage return), DEL, C1 except NEL.
_NO_C0 = bytes([*b"\t\n\v\f\r", *range(0x20, 0x7F), *range(0x80, 0x100)])
_C1 = re.compile(b"\xc2[\x80-\x84\x86-\x9f]")  # in UTF-8
MOST_CONTROLS = 0.1  # maximum share of control characters in a text
_NO_HIGH_BYTES = bytes([*b"\t\n\r", *range(0x20, 0x100)])
# UTF-16 without a byte order mark is recognized by its NULs and high bytes, which for all alphabets are control
# characters: about half of its bytes. With fewer of them, a text in another encoding has a stray NUL.
_HIGH_BYTES = 0.25
_NO_ENCODING = "its bytes are not text in any encoding that was tried: save it as UTF-8, or leave it out"
_PIECE = 1 << 20  # bytes of a stream read together


def decode(data: bytes) -> tuple[str, str]:
    """Decode `data` by its byte order mark, else as UTF-8, else as charset-normalizer finds; return text and encoding.

    Nothing is replaced or normalized; a byte order mark is not part of the text. Raises `ReadError` for bytes that fit
    no encoding.
    """
    _refuse_other_formats(data)
    encoding = marked_encoding(data)
    if encoding:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            raise ReadError(f"begins as {encoding} and breaks at byte {error.start}: save it as UTF-8") from None
    wide = _is_wide(data)
    if not wide:
        try:
            return data.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            _refuse_surrogates(data)
        if b"\0" in data:
            raise ReadError(_NO_ENCODING)
    # A short text fits many code pages equally well; Windows-1252 is by far the likeliest, so try it first.
    choices = (["utf_16_le", "utf_16_be"],) if wide else (["cp1252"], None)
    best = next((found for choice in choices if (found := from_bytes(data, cp_isolation=choice).best())), None)
    if best is None:
        raise ReadError(_NO_ENCODING)
    return data.decode(best.encoding), best.encoding


def marked_encoding(data: bytes) -> str:
    """The encoding that the byte order mark of `data` names, "" if it has none."""
    if not data.startswith(_ANY_BOM):  # nearly always, and tested at once
        return ""
    return next(encoding for mark, encoding in _BOMS if data.startswith(mark))


def control_characters(text: str) -> str:
    """A note on the control characters in `text` other than white space, "" if it has none.

    Raises `ReadError` if they are more than 10% of it (`MOST_CONTROLS`).
    """
    data = text.encode("utf-8", "surrogatepass")
    controls = data.translate(None, delete=_NO_C0)
    found = len(controls) + (0 if text.isascii() else len(_C1.findall(data)))
    if found > MOST_CONTROLS * len(text):
        raise ReadError(
            f"is not text: {found:,} of its {len(text):,} characters are control characters, more than "
            f"{MOST_CONTROLS:.0%}: save it as UTF-8, or leave it out"
        )
    kind = "NUL" if controls.count(0) == found else "control"
    return f"holds {found:,} {kind} character{'s' * (found > 1)}" if found else ""


def stream_encoding(file: BinaryIO) -> str:
    """Detect the encoding of a stream by the rules of `decode`, holding a few MB of it in memory.

    If it is not UTF-8, the lines around the first invalid byte decide. Rewinds the stream. Raises `ReadError` as
    `decode` does.
    """
    file.seek(0)
    start = file.read(_PIECE)
    _refuse_other_formats(start)
    encoding = marked_encoding(start)
    if not encoding and _is_wide(start):
        encoding = decode(start[: len(start) // 2 * 2])[1]
    file.seek(0)
    encoding = encoding or _stream_code_page(file)
    file.seek(0)
    return encoding


def _stream_code_page(file: BinaryIO) -> str:
    """ "utf-8" if all of `file` is, else the encoding of the lines around the first invalid byte."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    while piece := file.read(_PIECE):
        try:
            decoder.decode(piece)
        except UnicodeDecodeError:
            file.seek(max(0, file.tell() - 2 * len(piece)))
            return decode(file.read(2 * _PIECE) + file.readline())[1]  # up to a line end: not cut inside a character
    if decoder.getstate()[0]:
        raise ReadError("breaks off inside a character: copy or download it again")
    return "utf-8"


def _is_wide(data: bytes) -> bool:
    """Whether `data` looks like UTF-16: it has NULs, and control characters as often as UTF-16 has high bytes."""
    return b"\0" in data and len(data.translate(None, delete=_NO_HIGH_BYTES)) >= _HIGH_BYTES * len(data)


def _refuse_surrogates(data: bytes) -> None:
    """Raise `ReadError` for UTF-8 with surrogates, as some programs write it (CESU-8, WTF-8)."""
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return
    raise ReadError("is UTF-8 in which characters are written as two halves (CESU-8): save it as UTF-8")


def _refuse_other_formats(data: bytes) -> None:
    for mark, kind, advice in _NOT_TEXT if data.startswith(_ANY_MARK) else ():
        if data.startswith(mark):
            raise ReadError(f"is {kind}, not text: {advice}")
