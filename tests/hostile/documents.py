# ruff: noqa: E501
"""Web pages, Word files and PDFs whose parsers are asked for too much, or are lied to."""

import base64
import io
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence

from cases import WORDS, Case, case
from zips import zipped

from analysis.text.reading.records import LARGEST

_STORY = f"<p>{WORDS} and talked about the roads of the city until noon.</p><p>It rose at noon, and all went home.</p>"
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


def bombs() -> Iterator[Case]:
    """Files that take seconds to make, and more to read."""
    good = f"<w:p><w:r><w:t>{WORDS}.</w:t></w:r></w:p>"
    yield case("bombs/large.docx", docx(good + "<w:p/>" * 12_000_000))
    yield case("bombs/packed.docx", docx(good + "<!--" + "x" * LARGEST + "-->"), says="unpacks to more than")
    yield case("bombs/operators.pdf", _packed(b"BT /F1 12 Tf ET\n" * 12_000_000), says="no text layer")
    yield case("bombs/letters.pdf", _packed(b"BT /F1 12 Tf 50 700 Td" + b"(a b c d e f g h) Tj 0 -14 Td\n" * 2_000_000))
    twice = zlib.compress(zlib.compress(b" " * 900_000_000, 9), 9)
    yield case("bombs/twice.pdf", pdf(twice, filters="/Filter [/FlateDecode /FlateDecode]"))
    yield case("bombs/spans.html", _page("<p>" + WORDS + "<span>a</span>" * 50_000 + "</p>" + _STORY))
    yield case("bombs/attributes.html", _page(_STORY + "<p " + " ".join(f"a{n}=b" for n in range(50_000)) + ">x</p>"))


def _packed(content: bytes) -> bytes:
    return pdf(zlib.compress(content, 9), filters="/Filter /FlateDecode")


def documents() -> Iterator[Case]:
    yield from _pages()
    yield from _word_files()
    yield from _pdfs()


# --- web pages


def _page(body: str, head: str = "<title>Council rises</title>") -> str:
    return f"<!doctype html><html><head>{head}</head><body><article>{body}</article></body></html>"


def _pages() -> Iterator[Case]:
    yield case("html/plain.html", _page(_STORY), WORDS)
    for tag in ("div", "b", "table><tr><td", "ul><li", "blockquote", "svg", "font", "p", "object", "iframe", "math"):
        name = tag.replace("><", "-")
        yield case(f"html/deep {name}.html", _page(f"<{tag}>" * 20_000 + _STORY))
        rather = _STORY + f"<{tag}>" * 400 + "x" + f"</{tag}>" * 400 + "<p>Late words.</p>"
        says = "" if tag in ("p", "iframe") else "not all of the page is read"
        yield case(f"html/rather deep {name}.html", _page(rather), WORDS, says)
    for name, more in {  # behind a story that is found
        "many paragraphs": "<p>It was so.</p>" * 3_000,
        "many breaks": "<br>" * 10_000,
        "many attributes": "<p " + " ".join(f"a{n}=b" for n in range(5_000)) + ">x</p>",
        "long attribute": f"<p class='{'x ' * 2_000_000}'>x</p>",
        "long paragraph": f"<p>{'It rose. ' * 30_000}</p>",
        "space": "<p>" + " " * 5_000_000 + "</p>",
    }.items():
        yield case(f"html/{name}.html", _page(_STORY + more), WORDS)
    for name, more in {  # behind one that may be lost
        "many links": "<a href=x>y</a> " * 3_000,
        "many lists": "<ul><li>a<li>b</ul>" * 1_000,
        "many tables": "<table><tr><td>a<td>b</table>" * 5_000,
        "long word": f"<p>{'x' * 12_000_000}</p>",
        "open tags": "<" * 200_000,
        "open comment": "<!--" * 50_000,
        "entities": "<p>" + "&lt;&#0;&#xD800;&#x110000;&#99999999999;&nosuch;" * 5_000 + "</p>",
        "names": "<p:q xmlns:p='x'>a</p:q><\x7f>b<a:b:c>d",
    }.items():
        yield case(f"html/{name}.html", _page(_STORY + more))
    for name, head in {
        "title": "<title>&lt;script&gt;alert(1)&lt;/script&gt;&#27;[31m\n=cmd</title>",
        "charset": "<meta charset=rot13>",
        "links": "<link rel=canonical href='file:///etc/passwd'><base href='http://[::1'>",
        "json": f"<script type=application/ld+json>{'[' * 50_000}</script>",
        "dates": "<meta property=article:published_time content=99999-99-99T99:99>",
    }.items():
        yield case(f"html/{name}.html", _page(_STORY, head), WORDS)
    for charset in "base64 zlib idna punycode unicode_escape undefined utf-7 mbcs hz utf-16 raw_unicode_escape".split():
        body = _STORY + r"<p>\ud800 \N{DASH} caf" + "é</p>"
        yield case(f"html/charset {charset}.html", _page(body, f"<meta charset={charset}>"), WORDS)
    yield case("html/deep, and on.html", _page("<div>" * 300 + "in" + "</div>" * 300 + _STORY))
    yield case("html/many spans.html", _page("<p>" + WORDS + "<span>a</span>" * 5_000 + "</p>" + _STORY), WORDS)
    laughs = f'<!DOCTYPE html [<!ENTITY l0 "ha">{_LAUGHS}]>'
    yield case("html/laughs.html", laughs + _page(_STORY + "<p>&l11;</p>"))
    outside = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield case("html/file.html", outside + _page(_STORY + "<p>&x;</p>"))
    acting = _STORY + "<script>alert(1)</script><p onclick=alert(1)>x</p>"
    yield case("html/script.html", _page(acting, "<title><script>x</script></title>"), WORDS)
    controls = _page(_STORY + "<p>\x00\x01\x08\x0b\x1b[2J</p>")
    yield case("html/controls.html", controls, WORDS, "holds 4 control characters")
    yield case("html/no article.html", "<html></html>", says="no article")
    yield case("html/frameset.html", "<frameset><frame src=http://example.org></frameset>", says="no article")
    yield case("html/xml.html", '<?xml version="1.0" encoding="utf-16"?>' + _page(_STORY), WORDS)
    yield case("html/instructions.html", _page("<?php " * 20_000 + _STORY))


# --- Word files

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)


def _relations(*targets: tuple[str, str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="r{n}" Type="{_RELATION}/{kind}" Target="{target}"{mode}/>'
        for n, (kind, target, mode) in enumerate(targets)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def docx(body: str, parts: Mapping[str, str] = {}, doctype: str = "") -> bytes:
    """A Word file with no more in it than there must be."""
    files = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations(("officeDocument", "word/document.xml", "")),
        "word/document.xml": f"{doctype}<w:document {_W}><w:body>{body}</w:body></w:document>",
    }
    return zipped({name: text.encode() for name, text in (files | dict(parts)).items()})


def _word_files() -> Iterator[Case]:
    good = f"<w:p><w:r><w:t>{WORDS}.</w:t></w:r></w:p>"
    yield case("docx/plain.docx", docx(good), WORDS)
    yield case("docx/no body.docx", docx("").replace(b"<w:body>", b""), says="")
    yield case("docx/empty.docx", docx("<w:p/>"), says="is empty")
    yield case("docx/cut.docx", docx(good)[:-40], says="Word")
    yield case("docx/no parts.docx", zipped({"a.txt": b"a"}), says="Word")
    yield case("docx/no document.docx", docx(good, {"_rels/.rels": _relations()}), says="Word")
    for name, target in (("lost document", "word/x.xml"), ("loop", "../_rels/.rels")):
        relation = _relations(("officeDocument", target, ""))
        yield case(f"docx/{name}.docx", docx(good, {"_rels/.rels": relation}), says="Word")
    circle = [("header", "document.xml", "")]
    outside = [("image", "file:///etc/passwd", ' TargetMode="External"'), ("header", "../../../etc/passwd", "")]
    for name, targets in {"circle": circle, "outside": outside}.items():
        yield case(f"docx/{name}.docx", docx(good, {"word/_rels/document.xml.rels": _relations(*targets)}))
    laughs = f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]>'
    yield case("docx/laughs.docx", docx(good + "<w:p><w:r><w:t>&l11;</w:t></w:r></w:p>", doctype=laughs), says="")
    entity = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "hidden words">]>'
    yield case("docx/file.docx", docx("<w:p><w:r><w:t>a&x;b&y;</w:t></w:r></w:p>" + good, doctype=entity), says="Word")
    remote = '<!DOCTYPE x SYSTEM "http://localhost:1/x.dtd">'
    yield case("docx/remote.docx", docx(good, doctype=remote))
    yield case("docx/bomb.docx", _claiming(docx(good), 3_000_000_000), says="unpacks to more than")
    yield case("docx/many paragraphs.docx", docx(good * 3_000), WORDS)
    yield case("docx/many runs.docx", docx("<w:p>" + f"<w:r><w:t>{WORDS} </w:t></w:r>" * 5_000 + "</w:p>"), WORDS)
    yield case("docx/deep.docx", docx("<w:sdt><w:sdtContent>" * 50_000 + good))
    rather = "<w:sdt><w:sdtContent>" * 110 + good + "</w:sdtContent></w:sdt>" * 110
    yield case("docx/rather deep.docx", docx(rather), WORDS)
    table = "<w:tbl><w:tr><w:tc>"
    yield case("docx/tables in tables.docx", docx(table * 60 + good + "</w:tc></w:tr></w:tbl>" * 60), WORDS)
    wide = "<w:tbl><w:tr>" + f"<w:tc>{good}</w:tc>" * 20_000 + "</w:tr></w:tbl>"
    yield case("docx/wide table.docx", docx(wide), WORDS)
    yield case("docx/long word.docx", docx(good + f"<w:p><w:r><w:t>{'x' * 12_000_000}</w:t></w:r></w:p>"))
    yield case("docx/controls.docx", docx(good + "<w:p><w:r><w:t>\u202e\u0085\ufdd0&#x9;</w:t></w:r></w:p>"), WORDS)
    core = '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>&lt;script&gt;=1+1</dc:title><dcterms:created>99999-99-99T99:99:99Z</dcterms:created></cp:coreProperties>'
    relations = _relations(("officeDocument", "word/document.xml", "")).replace("</Relationships>", "") + (
        '<Relationship Id="c" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="core.xml"/></Relationships>'
    )
    types = _TYPES.replace(
        "</Types>",
        '<Override PartName="/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
    )
    parts = {"core.xml": core, "_rels/.rels": relations, "[Content_Types].xml": types}
    yield case("docx/properties.docx", docx(good, parts), WORDS)
    yield case("docx/encrypted.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4_000, says="encrypted")


def _claiming(package: bytes, size: int) -> bytes:
    """A zip archive whose directory says of its first member that it unpacks to `size` bytes."""
    place = package.index(b"PK\x01\x02") + 24
    return package[:place] + struct.pack("<I", size) + package[place + 4 :]


# --- PDFs


def _shown(text: str) -> str:
    return f"BT /F1 12 Tf 1 0 0 1 50 700 Tm ({text}.) Tj ET"


def pdf(
    content: str | bytes = "",
    *,
    page: str = "",
    objects: Mapping[int, str | bytes] = {},
    trailer: str = "",
    filters: str = "",
) -> bytes:
    """A PDF of one page: catalog 1, page tree 2, page 3, content 4, font 5, and the other objects that are given."""
    stream = content if isinstance(content, bytes) else content.encode("cp1252")
    body: dict[int, str | bytes] = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: f"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /X0 10 0 R >> >> {page or '/MediaBox [0 0 595 842]'} >>",
        4: stream_object(stream, filters),
        5: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    } | dict(objects)
    file, places = io.BytesIO(), {}
    file.write(b"%PDF-1.7\n")
    for number, item in sorted(body.items()):
        places[number] = file.tell()
        file.write(b"%d 0 obj\n%b\nendobj\n" % (number, item if isinstance(item, bytes) else item.encode("cp1252")))
    start = file.tell()
    file.write(b"xref\n0 1\n0000000000 65535 f \n")
    for number, place in places.items():
        file.write(b"%d 1\n%010d 00000 n \n" % (number, place))
    file.write(
        b"trailer << /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF" % (max(places) + 1, trailer.encode(), start)
    )
    return file.getvalue()


def stream_object(data: bytes, entries: str = "") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), entries.encode(), data)


def _form(content: str, resources: Sequence[int] = ()) -> bytes:
    names = " ".join(f"/X{n} {n} 0 R" for n in resources)
    entries = f"/Type /XObject /Subtype /Form /BBox [0 0 600 900] /Resources << /Font << /F1 5 0 R >> /XObject << {names} >> >>"
    return stream_object(content.encode(), entries)


def _pdfs() -> Iterator[Case]:
    shown = _shown(WORDS)
    plain = pdf(shown)
    yield case("pdf/plain.pdf", plain, WORDS)
    yield case("pdf/cut.pdf", plain[:200], says="PDF")
    yield case("pdf/no end.pdf", plain[:-100])
    yield case("pdf/no text.pdf", pdf(""), says="no text layer")
    yield case("pdf/header.pdf", b"%PDF-1.7\n", says="PDF")
    yield case("pdf/junk before.pdf", b"\x1b[2J" * 100 + plain)
    start = plain.rindex(b"startxref") + 10
    yield case("pdf/far table.pdf", plain[:start] + b"99999999999999999999\n%%EOF")
    yield case("pdf/length.pdf", plain.replace(b"/Length ", b"/Length -9999999999"))
    own_length = b"<< /Length 4 0 R >>\nstream\n" + shown.encode() + b"\nendstream"
    yield case("pdf/own length.pdf", pdf(objects={4: own_length}))
    trees = {
        "own parent": "/Kids [2 0 R 3 0 R] /Count 2 /Parent 2 0 R",
        "circle": "/Kids [6 0 R] /Count 99",
        "many kids": f"/Kids [{'3 0 R ' * 2_000}] /Count 2000",
    } | {f"count {count}": f"/Kids [3 0 R] /Count {count}" for count in (-1, 5_000, 2_000_000_000)}
    for name, tree in trees.items():
        objects = {2: f"<< /Type /Pages {tree} >>"}
        if name == "circle":
            objects[6] = "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 99 /Parent 2 0 R >>"
        yield case(f"pdf/{name}.pdf", pdf(shown, objects=objects))
    yield case("pdf/previous.pdf", pdf(shown, trailer="/Prev 0"))
    yield case("pdf/own previous.pdf", pdf(shown, trailer=f"/Prev {plain.index(b'xref' + bytes([10]) + b'0 1')}"))
    keys = f"/O ({'o' * 32}) /U ({'u' * 32})"
    encrypted = f"/Encrypt << /Filter /Standard /V 1 /R 2 {keys} /P -4 >> /ID [(a) (a)]"
    yield case("pdf/encrypted.pdf", pdf(shown, trailer=encrypted), says="encrypted")
    odd = "/Encrypt << /Filter /X /V 99 >>"
    yield case("pdf/odd encryption.pdf", pdf(shown, trailer=odd), says="PDF|encrypted")
    boxes = "[0 0 1e30 1e30]|[0 0 0 0]|[600 900 -600 -900]|[0 0 99999999999 99999999999]|[(a) (b)]|null".split("|")
    for number, box in enumerate(boxes):
        yield case(f"pdf/box {number}.pdf", pdf(shown, page=f"/MediaBox {box}"))
    places = "1e38 0 0 1e38 1e38 1e38|0 0 0 0 0 0|1 0 0 1 -99999 -99999|1 0 0 1 nan inf".split("|")
    for number, place in enumerate(places):
        yield case(f"pdf/place {number}.pdf", pdf(f"BT /F1 1e9 Tf {place} Tm ({WORDS}.) Tj ET"))
    for name, content in {
        "same place": "BT /F1 12 Tf 50 700 Td " + f"({WORDS}) Tj 0 0 Td " * 2_000 + "ET",
        "many letters": "BT /F1 12 Tf 50 700 Td " + "(a b ) Tj 0 -14 Td " * 3_000 + "ET",
        "one line": "BT /F1 12 Tf 50 700 Td (" + "a b " * 10_000 + ") Tj ET",
        "long strings": "BT /F1 12 Tf 50 700 Td " + ("(" + "a" * 30_000 + ") Tj ") * 10 + "ET",
        "brackets": "[" * 100_000 + shown,
        "states": "q " * 200_000 + shown,
    }.items():
        yield case(f"pdf/{name}.pdf", pdf(content))
    own = {10: _form(f"/X10 Do {shown}", [10])}
    yield case("pdf/draws itself.pdf", pdf("/X0 Do", objects=own))
    laughs = {n: _form(f"/X{n + 1} Do " * 10, [n + 1]) for n in range(10, 22)} | {22: _form(_shown("ha"))}
    yield case("pdf/laughs.pdf", pdf(shown + " /X0 Do", objects=laughs), says="computes too long|crashes")
    yield case("pdf/many filters.pdf", pdf(shown, filters=f"/Filter [{'/ASCIIHexDecode ' * 5_000}]"))
    yield case("pdf/unknown filter.pdf", pdf(shown, filters="/Filter /Nonesuch"))
    unicode = b"/CIDInit begincmap 1 begincodespacerange <00> <ff> endcodespacerange 3 beginbfchar <41> <D800> <42> <DC00> <43> <0000> endbfchar 1 beginbfrange <44> <ff> <D83DDE00> endbfrange endcmap"
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    letters = "BT /F1 12 Tf 50 700 Td (A B C D BA AB AA abcdef) Tj ET"
    yield case("pdf/surrogates.pdf", pdf(letters, objects={5: font, 6: stream_object(unicode)}))
    info = f"/Title <FEFFD800> /Author (\x1b[2J<script>=1+1) /CreationDate (D:99999999) /Producer ({'x' * 100_000})"
    yield case("pdf/info.pdf", pdf(shown, objects={6: f"<< {info} >>"}, trailer="/Info 6 0 R"), WORDS)
    circle: dict[int, str | bytes] = {6: "<< /Title 6 0 R /Author 7 0 R >>", 7: "7 0 R"}
    yield case("pdf/info circle.pdf", pdf(shown, objects=circle, trailer="/Info 6 0 R"))
    yield case("pdf/deep object.pdf", pdf(shown, objects={6: "[" * 100_000}, trailer="/Info 6 0 R"))
    font = "<< /Type /Font /Subtype /Type0 /BaseFont /A /DescendantFonts [5 0 R] /Encoding 5 0 R >>"
    yield case("pdf/font circle.pdf", pdf(shown, objects={5: font}))
    program = {
        5: "<< /Type /Font /Subtype /TrueType /BaseFont /A /FontDescriptor 6 0 R >>",
        6: "<< /Type /FontDescriptor /FontName /A /FontFile2 7 0 R >>",
        7: stream_object(base64.a85encode(bytes(range(256)) * 40), "/Filter /ASCII85Decode"),
    }
    yield case("pdf/font program.pdf", pdf(shown, objects=program))
