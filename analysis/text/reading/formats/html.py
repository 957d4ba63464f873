"""Web pages: the article, extracted from the page."""

import codecs
import hashlib
import re
from collections.abc import Iterator
from typing import Any

from analysis.text.reading.decoding import control_characters, decode, marked_encoding
from analysis.text.reading.records import ReadError, Record, optional

_CHARSET = re.compile(rb"<(?:meta|\?xml)\b[^>]*?\b(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_NO_CHARSETS = frozenset("idna punycode raw-unicode-escape undefined unicode-escape utf-7".split())  # Python's alone
_STOPPED = "its elements are nested deeper than 256, or too long: not all of the page is read; save its text as .txt"
_HEAD = 4096  # bytes searched for a declared encoding
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite data del dfn em font graphic hi i img ins kbd label mark q ref s samp small "
    "span strike strong sub sup time tt u var wbr".split()
)
_CELLS = frozenset("cell td th".split())
_UNSEEN = frozenset("datalist iframe noscript object option script style svg template textarea".split())
_SPACE = re.compile(r"\s+")
# Control characters, even form feeds, make trafilatura lose the article.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_EXCERPT = 80  # characters
_MATCHING = 5  # words from which a block inside a paragraph of the article counts as part of it


def read_html(data: bytes) -> Record:
    """Read the article in the page `data`: title, headings, paragraphs, list items and table rows, a blank line apart.

    The encoding is that of the byte order mark, else the declared one, else what `decode` finds. Metadata are title,
    author, source (the site's name), language and date (as the page declares it, never guessed from the text). What is
    left out of the page is noted, and so are control characters, which become U+FFFD. Nothing is fetched. Raises
    `ReadError` if trafilatura finds no article.
    """
    trafilatura, lxml = optional("trafilatura", "html"), optional("lxml.html", "html")
    config = optional("trafilatura.settings", "html").use_config()
    # For smaller articles trafilatura returns all text of the page, and a date found in the text is often that of the
    # copyright line.
    config["DEFAULT"].update({"MIN_EXTRACTED_SIZE": "1", "EXTENSIVE_DATE_SEARCH": "off"})
    text, encoding = _decode_page(data)
    noted = (f"{note}: read as U+FFFD",) if (note := control_characters(text)) else ()
    try:
        # Parse here, since trafilatura may take a string for an address.
        parser = lxml.HTMLParser(encoding="utf-8")
        tree = lxml.document_fromstring(text.encode(), parser=parser)
        for element in tree.iter():
            for part in ("text", "tail"):
                if (shown := getattr(element, part)) and _NO_TEXT.search(shown):
                    setattr(element, part, _NO_TEXT.sub(lambda one: " " if one[0] in "\v\f" else "\ufffd", shown))
        page = list(_blocks(tree if tree.find("body") is None else tree.find("body")))
        document = trafilatura.bare_extraction(tree, with_metadata=True, include_comments=False, config=config)
    except (lxml.etree.LxmlError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ReadError(f"is not a web page that can be parsed ({reason}): save it again") from None
    body: Any = document and document.body
    # Without any paragraph, trafilatura returns the text of the page in an element without children.
    article = [] if body is None or not len(body) else list(_blocks(body))
    stopped = (_STOPPED,) * any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log)
    if not article:
        reason = "no article was found in the page: save its text as .txt, or leave it out"
        raise ReadError(_STOPPED if stopped else reason)
    if document.title and document.title not in article and body[0].tag != "head":
        article.insert(0, document.title)
    found = {
        "title": document.title,
        "author": document.author,
        "date": document.date,
        "source": document.sitename,
        "language": tree.get("lang", "").partition("-")[0].lower(),  # en of en-GB
    }
    metadata = {key: value for key, value in found.items() if value}
    return Record(
        "\n\n".join(article),
        "html",
        encoding,
        hashlib.sha256(data).hexdigest(),
        metadata=metadata,
        problems=noted + _left_out(page, article) + stopped,
    )


def _decode_page(data: bytes) -> tuple[str, str]:
    declared = None if marked_encoding(data) or b"\0" in data else _CHARSET.search(data[:_HEAD])
    if declared:
        try:
            encoding = codecs.lookup(declared[1].decode("ascii")).name
            # As in the WHATWG encoding standard: Latin-1 means Windows-1252, and a page whose declaration can be read
            # as ASCII is not UTF-16.
            encoding = {"iso8859-1": "cp1252", "ascii": "cp1252"}.get(encoding, encoding)
            encoding = "utf-8" if encoding.startswith(("utf-16", "utf-32")) else encoding
            if encoding in _NO_CHARSETS:
                raise LookupError(encoding)
            return data.decode(encoding), encoding
        except (LookupError, UnicodeError):
            pass  # ignore an unknown or wrong declaration
    return decode(data)


def _blocks(element: Any) -> Iterator[str]:
    """The blocks of text in an element, with white space as a browser shows it."""
    for line in "".join(_pieces(element)).split("\n"):
        cells = (_SPACE.sub(" ", cell).strip() for cell in line.split("\t"))
        if block := "\t".join(cell for cell in cells if cell):
            yield block


def _pieces(element: Any) -> Iterator[str]:
    """The text of an element and its tail, with a line end around blocks and a tab around cells."""
    if isinstance(element.tag, str) and element.tag not in _UNSEEN:  # the tag of a comment is no string
        edge = "" if element.tag in _INLINE else "\t" if element.tag in _CELLS else "\n"
        yield edge + _SPACE.sub(" ", element.text or "")
        for child in element:
            yield from _pieces(child)
        yield edge
    yield _SPACE.sub(" ", element.tail or "")


def _left_out(page: list[str], article: list[str]) -> tuple[str, ...]:
    """A note on the blocks of the page that are not in the article, if any."""
    kept, whole = set(article), " ".join(article)
    left = [block for block in page if block not in kept and not (len(block.split()) >= _MATCHING and block in whole)]
    if not left:
        return ()
    excerpt = " / ".join(left).replace("\t", " ")
    excerpt = excerpt if len(excerpt) <= _EXCERPT else excerpt[:_EXCERPT].rstrip() + "…"
    words = sum(len(block.split()) for block in left)
    return (f"left out as no part of the article: {words} words in {len(left)} blocks of the page: {excerpt}",)
