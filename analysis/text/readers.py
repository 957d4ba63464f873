"""Bytes to text: what a file says, exactly as it stands there, and in which encoding it said it."""

import codecs
import hashlib
from pathlib import Path
from typing import NamedTuple

from charset_normalizer import from_bytes

SUFFIXES = {".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md"}  # file name ending -> format

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class ReadError(ValueError):
    """A file whose text cannot be had; the message says why and what to do."""


class Record(NamedTuple):
    """One document as it stands in a file."""

    text: str
    format: str
    encoding: str
    sha256: str


def decode(data: bytes) -> tuple[str, str]:
    """Text and encoding of `data`: byte order mark, else UTF-8, else what charset-normalizer finds.

    Nothing is ever replaced: bytes that fit no encoding raise `ReadError`. White space and line ends stay as
    they are; a byte order mark is not part of the text.

    >>> decode("naïve".encode("cp1252"))
    ('naïve', 'cp1252')
    >>> decode(b"\\xef\\xbb\\xbfplain")
    ('plain', 'utf-8-sig')
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise ReadError(f"begins as {encoding} and breaks at byte {error.start}: save it as UTF-8") from None
    if b"\0" not in data:
        try:
            return data.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            pass
    # A short text fits many code pages equally well; Windows-1252 is by far the likeliest, so it is asked alone first.
    fields = (["utf_16_le", "utf_16_be"],) if b"\0" in data else (["cp1252"], None)
    best = next((found for field in fields if (found := from_bytes(data, cp_isolation=field).best())), None)
    if best is None:
        raise ReadError("its bytes are not text in any encoding that was tried: save it as UTF-8, or leave it out")
    return data.decode(best.encoding), best.encoding


def read_file(path: Path) -> Record:
    """The document in `path`; raises `ReadError` when there is none to be had."""
    kind = SUFFIXES.get(path.suffix.lower())
    if kind is None:
        raise ReadError(f"not a kind of file that is read ({' '.join(SUFFIXES)}): convert it, or leave it out")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(f"cannot be opened: {error.strerror}") from None
    text, encoding = decode(data)
    if not text.strip():
        raise ReadError("is empty: put text into it, or leave it out")
    return Record(text, kind, encoding, hashlib.sha256(data).hexdigest())
