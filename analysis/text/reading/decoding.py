"""Bytes to text: exactly what they say, and the encoding in which they say it."""

import codecs
import re
from typing import BinaryIO

from charset_normalizer import from_bytes

from analysis.text.reading.records import ReadError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ANY_BOM = tuple(mark for mark, _ in _BOMS)
# A short compressed file can pass for text in one code page or another, so these are known by how they begin.
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
# No text has these: C0 but for white space (tab, line feed, VT, form feed, carriage return), DEL, C1 but for NEL.
_NO_C0 = bytes([*b"\t\n\v\f\r", *range(0x20, 0x7F), *range(0x80, 0x100)])
_C1 = re.compile(b"\xc2[\x80-\x84\x86-\x9f]")  # in UTF-8
MOST_CONTROLS = 0.1  # of the characters of a text: what has more is something else
_NO_HIGH_BYTES = bytes([*b"\t\n\r", *range(0x20, 0x100)])
# UTF-16 without a mark shows itself by its NULs. The high bytes of all alphabets are control characters, so they are
# near half of its bytes; where there are few, a text in another encoding holds a stray NUL.
_HIGH_BYTES = 0.25
_NO_ENCODING = "its bytes are not text in any encoding that was tried: save it as UTF-8, or leave it out"
_PIECE = 1 << 20  # bytes of a stream looked at together


def decode(data: bytes) -> tuple[str, str]:
    """Text and encoding of `data`: byte order mark, else UTF-8, else what charset-normalizer finds.

    Nothing is ever replaced: bytes that fit no encoding raise `ReadError`. White space, line ends and control
    characters stay as they are; a byte order mark is not part of the text.
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
    # A short text fits many code pages equally well; Windows-1252 is by far the likeliest, so it is asked alone first.
    fields = (["utf_16_le", "utf_16_be"],) if wide else (["cp1252"], None)
    best = next((found for field in fields if (found := from_bytes(data, cp_isolation=field).best())), None)
    if best is None:
        raise ReadError(_NO_ENCODING)
    return data.decode(best.encoding), best.encoding


def marked_encoding(data: bytes) -> str:
    """The encoding that the byte order mark of `data` names, "" where there is no mark."""
    if not data.startswith(_ANY_BOM):  # nearly always, and asked at once
        return ""
    return next(encoding for mark, encoding in _BOMS if data.startswith(mark))


def control_characters(text: str) -> str:
    """What there is to tell of the control characters in `text` that are no white space, "" where it has none.

    Raises `ReadError` where they are more than 10% of it (`MOST_CONTROLS`).
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
    """The encoding of a stream, by the rules of `decode`, with no more than a few MB of it in memory.

    What is not UTF-8 is judged by the lines around the first byte that breaks it. Leaves the stream at its beginning.
    Raises `ReadError` where `decode` would.
    """
    file.seek(0)
    start = file.read(_PIECE)
    _refuse_other_formats(start)
    encoding = marked_encoding(start)
    if not encoding and _is_wide(start):
        encoding = decode(start[: len(start) // 2 * 2])[1]
    encoding = encoding or _checked_encoding(file)
    file.seek(0)
    return encoding


def _checked_encoding(file: BinaryIO) -> str:
    """ "utf-8" where all of `file` is, else what the lines around the first other byte are in."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    while piece := file.read(_PIECE):
        try:
            decoder.decode(piece)
        except UnicodeDecodeError:
            file.seek(max(0, file.tell() - 2 * len(piece)))
            return decode(file.read(2 * _PIECE) + file.readline())[1]  # a cut could fall inside a character
    if decoder.getstate()[0]:
        raise ReadError("breaks off inside a character: copy or download it again")
    return "utf-8"


def _is_wide(data: bytes) -> bool:
    """Whether `data` has as many control characters, NULs among them, as the high bytes of UTF-16 are."""
    return b"\0" in data and len(data.translate(None, delete=_NO_HIGH_BYTES)) >= _HIGH_BYTES * len(data)


def _refuse_surrogates(data: bytes) -> None:
    """Raise `ReadError` for what is UTF-8 but for halves of characters, as some programs write it (CESU-8, WTF-8)."""
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return
    raise ReadError("is UTF-8 in which characters are written as two halves (CESU-8): save it as UTF-8")


def _refuse_other_formats(data: bytes) -> None:
    if not data.startswith(_ANY_MARK):
        return
    for mark, kind, advice in _NOT_TEXT:
        if data.startswith(mark):
            raise ReadError(f"is {kind}, not text: {advice}")
