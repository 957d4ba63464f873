"""HTML: texts with overlapping marks, templates, pages, fonts and pictures."""

import base64
import hashlib
import html
import io
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import fontpkg_noto_sans_arabic
import numpy as np
import regex
from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.varLib import instancer  # type: ignore[import-untyped]
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from numpy.typing import NDArray

from analysis.core.printable import visible_text

# The owner of each character (-1 for none), and a function from the owner of a piece, and whether the owner begins and
# ends with it, to the opening and the closing tag.
Layer = tuple[NDArray[np.int64], Callable[[int, bool, bool], tuple[str, str]]]
Segments = Sequence[tuple[str, int, int]]  # kind, start, end, as in `Corpus.segments`

# Okabe and Ito (2008): colours that people with any kind of colour vision can distinguish.
COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermillion": "#D55E00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "yellow": "#F0E442",
    "black": "#000000",
    "grey": "#767676",
}
_NONE = "'none'"
_WEB = Path(__file__).with_name("web")
_ARABIC = regex.compile(r"\p{Script=Arabic}|[\u200c\u200d\u060c\u061b\u061f\u0640\u064b-\u0655\u0670]")
_ARABIC_RANGE = (
    "U+600-6FF,U+750-77F,U+870-8FF,U+200C-200D,U+FB50-FDFF,U+FE70-FEFF"  # Latin letters keep the page's fonts
)
_FONT = fontpkg_noto_sans_arabic.ROOT / "files" / "NotoSansArabic[wdth,wght].ttf"
_LINE_END = regex.compile(r"[\n\r\v\f\x85\u2028\u2029]")


def paragraphs(text: str, segments: Segments, layers: Sequence[Layer], *, printed: int | None = None) -> str:
    """`text` in paragraphs, marked by `layers`, the first outermost; from the character `printed` on they don't print.

    A paragraph holds the segments of one line (a dateline and what it opens), up to the line's ends. Titles (class t)
    and headings (h) are paragraphs with the role of a heading, since notebooks list the ``<h4>`` of outputs among their
    own. Text without a segment keeps its lines (o).

    >>> paragraphs("# Rain\\n\\nIt rained.", [("title", 2, 6), ("paragraph", 8, 18)], [])
    '<p dir="auto" class="t" role="heading" aria-level="5"># Rain</p>\\n\\n<p dir="auto">It rained.</p>'
    """
    parts, last = [], 0
    for kind, start, end in _lines(text, segments):
        heading = f' class="{kind[0]}" role="heading" aria-level="5"' if kind in ("title", "heading") else ""
        if printed is not None and start >= printed:
            heading = heading.replace('class="', 'class="l ') or ' class="l"'
        parts.append(_between(text, last, start, layers))
        parts.append(f'<p dir="auto"{heading}>{marked(text, start, end, layers)}</p>')
        last = end
    return "".join(parts) + _between(text, last, len(text), layers)


def marked(text: str, start: int, end: int, layers: Sequence[Layer]) -> str:
    """The characters from `start` to `end` in the tags of the `layers`, the first outermost; inner tags are split.

    >>> bold = np.array([-1, 0, 0, 0]), lambda *_: ("<b>", "</b>")
    >>> slanted = np.array([0, 0, 1, -1]), lambda *_: ("<i>", "</i>")
    >>> marked("a&bc", 0, 4, [bold, slanted])
    '<i>a</i><b><i>&amp;</i><i>b</i>c</b>'
    """
    if not layers or start == end:
        return escaped(text[start:end])
    owner, tags = layers[0]
    borders = start + 1 + np.flatnonzero(np.diff(owner[start:end]))
    parts = []
    for first, last in pairwise([start, *borders.tolist(), end]):
        inner = marked(text, first, last, layers[1:])
        who = int(owner[first])
        if who >= 0:
            begins = first == 0 or owner[first - 1] != who
            ends = last == len(owner) or owner[last] != who
            opening, closing = tags(who, bool(begins), bool(ends))
            inner = f"{opening}{inner}{closing}"
        parts.append(inner)
    return "".join(parts)


def escaped(text: str) -> str:
    """`text` as HTML from which it can be read back: a browser would turn a carriage return into a line feed."""
    return html.escape(text, quote=False).replace("\r", "&#13;")


def _lines(text: str, segments: Segments) -> Iterator[tuple[str, int, int]]:
    """The kind, start and end of each paragraph."""
    lines: list[list[tuple[str, int, int]]] = []
    for segment in segments:
        if lines and not _LINE_END.search(text, lines[-1][-1][2], segment[1]):
            lines[-1].append(segment)
        else:
            lines.append([segment])
    last = 0
    for line in lines:
        start, end = line[0][1], line[-1][2]
        start = max([last, *(found.end() for found in _LINE_END.finditer(text, last, start))])
        found = _LINE_END.search(text, end)
        last = found.start() if found else len(text)
        yield next((kind for kind, *_ in line if kind != "boilerplate"), "boilerplate"), start, last


def _between(text: str, start: int, end: int, layers: Sequence[Layer]) -> str:
    """Text between two paragraphs: white space as it is, all else as a paragraph that keeps its lines."""
    if not text[start:end].strip():
        return escaped(text[start:end])
    return f'<p dir="auto" class="o">{marked(text, start, end, layers)}</p>'


def rendered(template: str, **values: Any) -> str:
    """Render a template of the folder ``web``; the `values` are escaped."""
    loader = PackageLoader("analysis.publish", "web")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(template).render(values)


def page_of(template: str, *, look: str = "", **values: Any) -> str:
    """Render a page with the common style and its own `look`, and a policy that lets only its own code run.

    Control characters are written out.
    """
    style = Markup((_WEB / "page.css").read_text(encoding="utf-8") + look)
    page = visible_text(rendered(template, style=style, **values))
    page = page.replace("</style>", f"{arabic_font(page)}</style>", 1)
    styles, scripts = (
        " ".join(dict.fromkeys(_hash(text) for text in re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)))
        for tag in ("style", "script")
    )
    policy = (
        f"default-src 'none'; img-src data:; font-src data:; script-src {scripts or _NONE}; style-src-elem {styles}; "
        "style-src-attr 'unsafe-inline'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    return page.replace("@POLICY@", policy, 1)


def arabic_font(text: str) -> str:
    """A CSS rule with the letters of the figures' Arabic font that `text` needs; "" where it needs none.

    >>> arabic_font("rain"), arabic_font("بارش")[:45]
    ('', '@font-face{font-family:"Lafz Arabic";src:url(')
    """
    letters = sorted(set(_ARABIC.findall(text)))
    if not letters:
        return ""
    font = TTFont(_FONT, recalcTimestamp=False)
    subsetter = subset.Subsetter(subset.Options(layout_features=["*"], notdef_outline=True))
    subsetter.populate(text="".join(letters))
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": 400, "wdth": 100})
    font.flavor = "woff"
    written = io.BytesIO()
    font.save(written)
    source = base64.b64encode(written.getvalue()).decode("ascii")
    rule = f'font-family:"Lafz Arabic";src:url(data:font/woff;base64,{source});unicode-range:{_ARABIC_RANGE}'
    return f"@font-face{{{rule}}}"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


def style_rules(name: str) -> str:
    """The rules of a style sheet in the folder ``web``, on one line."""
    return (_WEB / name).read_text(encoding="utf-8").partition("*/")[2].replace("\n", "")


def svg_source(path: Path) -> str:
    """The SVG in `path` as the source of an ``<img>``, where it runs no script and its ids are its own."""
    return f"data:image/svg+xml;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
