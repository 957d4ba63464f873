"""Word files: headings, paragraphs and table rows in the order of the document."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from typing import Any

from analysis.text.reading.records import LARGEST, ReadError, Record, optional

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "‑", "softHyphen": "\u00ad"}
# Deleted and moved text, and fallback copies for old programs.
_SKIPPED = frozenset(
    [f"{_W}del", f"{_W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"]
)
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes", "commentReference": "comments"}


def read_docx(data: bytes) -> Record:
    """Read the paragraphs, headings and table rows of the Word file `data`, a blank line apart.

    Cells are separated by tabs. Text in content controls, links, text boxes and tracked insertions is included, tracked
    deletions are not. Notes, comments, headers and footers are left out and noted. Metadata are title, author and day
    of creation. Raises `ReadError` for a file that is not a Word file, is encrypted, or has no text.
    """
    docx = optional("docx", "docx")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ReadError("is encrypted, or in Word's old format: save it as .docx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            # zipfile unpacks no more of a member than its header states, so this sum is a bound.
            if sum(member.file_size for member in package.infolist()) > LARGEST:
                raise ReadError(f"unpacks to more than {LARGEST // 10**6} MB: save its text as .txt")
        document = docx.Document(io.BytesIO(data))
        if document.element.getroottree().docinfo.doctype:  # Word writes none, and its entities would be lost
            raise ReadError("has a document type declaration, which no Word file has: save it as .docx again")
        blocks = [block for block in _blocks(document.element.body) if block.strip()]
        properties = document.core_properties
        metadata = {
            "title": properties.title,
            "author": properties.author,
            "created": properties.created.date().isoformat() if properties.created else "",
        }
        problems = tuple(_left_out(document))
    except ReadError:
        raise
    except Exception as error:  # zipfile, lxml and python-docx each raise their own for a damaged package
        kind = type(error).__name__
        raise ReadError(f"is not a Word file, or a broken one ({kind}): save it as .docx again") from None
    if not blocks:
        raise ReadError("is empty: put text into it, or leave it out")
    return Record(
        "\n\n".join(blocks),
        "docx",
        "",
        hashlib.sha256(data).hexdigest(),
        metadata={key: value for key, value in metadata.items() if value},
        problems=problems,
    )


def _blocks(element: Any) -> Iterator[str]:
    """The text of each paragraph and table row below `element`, in order."""
    for child in element:
        if child.tag in _SKIPPED:
            continue
        if child.tag == f"{_W}p":
            yield "".join(_pieces(child))
            for box in _text_boxes(child):
                yield from _blocks(box)
        elif child.tag == f"{_W}tr":
            cells = [" ".join(" ".join(_blocks(cell)).split()) for cell in child.iterchildren(f"{_W}tc", f"{_W}sdt")]
            yield "\t".join(cell for cell in cells if cell)
        elif isinstance(child.tag, str):
            yield from _blocks(child)


def _pieces(element: Any) -> Iterator[str]:
    """The text of a paragraph, without that of the text boxes anchored in it."""
    for child in element:
        if child.tag in _SKIPPED or child.tag == f"{_W}txbxContent":
            continue
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.getparent().tag == f"{_W}r" and child.tag.removeprefix(_W) in _CHARACTERS:
            yield _CHARACTERS[child.tag.removeprefix(_W)]
        elif isinstance(child.tag, str):
            yield from _pieces(child)


def _text_boxes(element: Any) -> Iterator[Any]:
    """The text boxes anchored in a paragraph."""
    for child in element:
        if child.tag == f"{_W}txbxContent":
            yield child
        elif child.tag not in _SKIPPED:
            yield from _text_boxes(child)


def _left_out(document: Any) -> Iterator[str]:
    """A note for each kind of text that is not in the body."""
    for tag, kind in _NOTES.items():
        if count := sum(1 for _ in document.element.body.iter(f"{_W}{tag}")):
            yield f"left out: {count} {kind}"
    edges = [edge for section in document.sections for edge in (section.header, section.footer)]
    own = [edge.paragraphs for edge in edges if not edge.is_linked_to_previous]
    if lines := dict.fromkeys(text for paragraphs in own for line in paragraphs if (text := line.text.strip())):
        yield f"left out as headers and footers: {', '.join(map(repr, lines))}"
