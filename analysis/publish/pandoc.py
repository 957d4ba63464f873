"""Run pandoc, and change its syntax tree of a report: columns that fit a page, right-to-left text, pictures."""

import json
import os
import re
import subprocess
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from analysis.publish.cells import LONG

ACROSS = 118  # letters across a page, in a table
BETWEEN = 2  # letters between two columns
READABLE = 20  # letters up to which a word is not broken
TEXT = 30  # letters across the narrowest column of texts
FINDING = "Finding"  # style of a finding above its figure or table

_WORD = re.compile(r"(?:[^\s-]|(?<=\d)-+(?=\d))+-*")  # not broken at line ends: a date is a word
_SHORTHAND = re.compile(r"(-|(?<=\.)\.)")
_RIGHT_TO_LEFT = ("ar", "ckb", "fa", "he", "ps", "sd", "ug", "ur", "yi")

_KEPT = ("alt", "custom-style", "dir", "lang")  # attributes
_RAW = ("RawBlock", "RawInline")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # no font has them, and a tagged PDF must not

Tree = Any  # a piece of the syntax tree: {"t": type, "c": content}, or a list of such


def pandoc(source: str, *options: str) -> bytes:
    """Convert `source` with pandoc, in its sandbox: it opens no file that a document names.

    Raises `RuntimeError` with pandoc's message.

    >>> pandoc("<p>#<em>1</em>", "--from=html", "--to=typst")
    b'\\\\##emph[1]\\n'
    """
    import pypandoc  # type: ignore[import-untyped]

    done = subprocess.run(
        [pypandoc.get_pandoc_path(), "--sandbox", *options, "--output=-"],
        input=source.encode("utf-8", "replace"),
        env=os.environ | {"SOURCE_DATE_EPOCH": "0"},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"pandoc: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout


def read_html(source: str, *, language: str) -> Tree:
    """The syntax tree of a report's HTML, with tables cut to the page and right-to-left texts marked.

    A table in a figure takes over its caption. `language` is that of the texts, where it is known. Links become their
    text, control characters U+FFFD, and whatever pandoc would pass on raw to typst or Word is removed.
    """
    tree = _plain(json.loads(pandoc(source, "--from=html-auto_identifiers", "--to=json")))
    return _changed(tree, lambda node: _arranged(node, language))


def with_pictures(tree: Tree, places: Mapping[str, str]) -> Tree:
    """`tree` with the sources of its pictures from `places`, and other pictures replaced by their alt texts."""

    def placed(node: Tree) -> Tree:
        if node["t"] != "Image":
            return node
        attributes, alt, (name, title) = node["c"]
        if name not in places:
            return {"t": "Span", "c": [["", [], []], alt]}
        return {"t": "Image", "c": [attributes, alt, [places[name], title]]}

    return _changed(tree, placed)


def without_shorthands(tree: Tree) -> Tree:
    """`tree` with hyphens and dots escaped for typst, which pandoc does not do.

    To typst ``--`` is a dash, ``-1`` begins with a minus, ``...`` is an ellipsis and ``-?`` shows nothing.
    """

    def escaped(node: Tree) -> Tree:
        if node["t"] != "Str":
            return node
        parts = [
            {"t": "RawInline", "c": ["typst", f"\\{part}"]} if place % 2 else {"t": "Str", "c": part}
            for place, part in enumerate(_SHORTHAND.split(node["c"]))
        ]
        return {"t": "Span", "c": [["", [], []], parts]}

    return _changed(tree, escaped)


def text_of(tree: Tree) -> str:
    """The text of `tree`, with a blank for each line end."""
    return "".join(_text(tree))


def fitting(columns: Sequence[Sequence[str]]) -> dict[int, float]:
    """Choose the `columns` that fit side by side; return the share of the page's width that each gets, in order.

    A column is its heading and its cells. Words of up to `READABLE` letters are not broken, and a column of texts (some
    longer than `LONG` letters) gets at least `TEXT`. Where not all fit, the first column and those of texts take
    precedence, then the left ones. The remaining width goes first to the columns that need least.

    >>> {column: round(width, 3) for column, width in fitting([["term", "rain"], ["count", "2"]]).items()}
    {0: 0.059, 1: 0.068}
    >>> list(fitting([["number", *"123"], *[["word", "incomprehensible"]] * 8, ["text", "It rained. " * 9]]))
    [0, 1, 2, 3, 4, 9]
    """
    longest = [max(map(_breadth, column[1:]), default=0) for column in columns]
    needs = [
        max(
            TEXT * (long > LONG),
            *(min(_breadth(word), READABLE) for text in cells for word in _WORD.findall(text)),
            *(min(_breadth(word) + 1, READABLE) for word in _WORD.findall(heading)),  # in bold letters
            1,
        )
        for (heading, *cells), long in zip(columns, longest, strict=True)
    ]
    room = ACROSS
    widths: dict[int, int] = {}
    for column in sorted(range(len(columns)), key=lambda column: (column > 0 and longest[column] <= LONG, column)):
        if widths and needs[column] + BETWEEN > room:
            break
        widths[column] = needs[column]
        room -= needs[column] + BETWEEN
    wanting = sorted(widths, key=lambda column: longest[column] - needs[column])
    for left, column in zip(range(len(wanting), 0, -1), wanting, strict=True):
        more = max(0, min(longest[column] - needs[column], room // left))
        widths[column] += more
        room -= more
    return {column: (widths[column] + BETWEEN) / ACROSS for column in sorted(widths)}


def _breadth(text: str) -> int:
    """The width of `text` in letters: two for a Chinese character, none for a combining mark."""
    return sum(
        2 if unicodedata.east_asian_width(c) in "WF" else unicodedata.category(c) not in ("Mn", "Me", "Cf")
        for c in text
    )


def _plain(tree: Tree) -> Tree:
    """`tree` without links, raw pieces and attributes but `_KEPT`; ``typst:fill``, for one, would run as typst code."""
    if isinstance(tree, dict):
        if tree.get("t") in _RAW:
            return {"t": "Span", "c": [["", [], []], []]} if tree["t"] == "RawInline" else {"t": "Plain", "c": []}
        if tree.get("t") == "Str":
            return {"t": "Str", "c": _CONTROL.sub("\ufffd", tree["c"])}
        if tree.get("t") == "Link":
            return {"t": "Span", "c": [["", [], []], _plain(tree["c"][1])]}
        return {key: _plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        if len(tree) == 3 and isinstance(tree[0], str) and isinstance(tree[1], list) and isinstance(tree[2], list):
            return [*tree[:2], [pair for pair in tree[2] if pair[0] in _KEPT]]
        return [_plain(item) for item in tree]
    return tree


def _changed(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """`tree` with `change` applied to each of its elements, the inner ones first."""
    if isinstance(tree, list):
        return [_changed(item, change) for item in tree]
    if isinstance(tree, dict):
        inner = {key: _changed(value, change) for key, value in tree.items()}
        return change(inner) if "t" in inner else inner
    return tree


def _text(tree: Tree) -> Iterator[str]:
    if isinstance(tree, list):
        for item in tree:
            yield from _text(item)
    elif isinstance(tree, dict):
        if tree.get("t") == "Str":
            yield tree["c"]
        elif tree.get("t") == "Code":
            yield tree["c"][1]
        elif tree.get("t") in ("Space", "SoftBreak", "LineBreak"):
            yield " "
        elif tree.get("t") != "Image":
            for value in tree.values():
                yield from _text(value)


def _arranged(node: Tree, language: str) -> Tree:
    if node["t"] == "Table":
        return _table(node)
    if node["t"] == "Figure" and (table := node["c"][2][0])["t"] == "Table":
        outer, inner = (_inlines(caption[1]) for caption in (node["c"][1], table["c"][1]))
        table["c"][1] = [None, [{"t": "Plain", "c": [*outer, *[{"t": "Space"}] * bool(inner), *inner]}]]
        return table
    if node["t"] == "Div" and ["custom-style", FINDING] in node["c"][0][2]:
        node["c"][0][2].append(["typst:sticky", "true"])  # keeps it on one page with what follows
    if node["t"] in ("Para", "Plain") and (from_right := right_to_left(text_of(node), language)):
        return {"t": "Div", "c": [["", [], [["lang", from_right], ["dir", "rtl"]]], [node]]}
    return node


def right_to_left(text: str, language: str) -> str | None:
    """The language of a `text` that begins with a right-to-left letter, else None.

    It is `language` where that is written from right to left, else Hebrew or Arabic by the letter.

    >>> right_to_left("لفظ", "ur"), right_to_left("«לפז»", "en"), right_to_left("Lafz (لفظ)", "ur")
    ('ur', 'he', None)
    """
    first = next((letter for letter in text if unicodedata.bidirectional(letter) in ("L", "R", "AL")), "a")
    if unicodedata.bidirectional(first) == "L":
        return None
    if language in _RIGHT_TO_LEFT:
        return language
    return "he" if unicodedata.name(first, "").startswith("HEBREW") else "ar"


def _table(table: Tree) -> Tree:
    """A table with the columns that fit, numbers aligned to the right."""
    attributes, caption, columns, head, bodies, foot = table["c"]
    rows = [*head[1], *(row for body in bodies for part in body[2:] for row in part)]
    texts = [[text_of(cell[4]) for cell in row[1]] for row in rows]
    widths = fitting(list(zip(*texts, strict=True)))
    numbers = ["number" in cell[0][1] for cell in rows[0][1]]
    for row in rows:
        row[1] = [row[1][column] for column in widths]
    if len(widths) < len(columns):
        shown = {"t": "Str", "c": f"Shown are {len(widths)} of {len(columns)} columns."}
        caption = [None, [*caption[1], {"t": "Plain", "c": [shown]}]]
    aligned = [
        [{"t": "AlignRight" if numbers[column] else "AlignDefault"}, {"t": "ColWidth", "c": round(width, 4)}]
        for column, width in widths.items()
    ]
    return {"t": "Table", "c": [attributes, caption, aligned, head, bodies, foot]}


def _inlines(blocks: list[Tree]) -> list[Tree]:
    """The inner elements of paragraphs, some of which are in a division that sets their direction."""
    inlines: list[Tree] = []
    for block in blocks:
        inner = [{"t": "Span", "c": [block["c"][0], _inlines(block["c"][1])]}] if block["t"] == "Div" else block["c"]
        inlines += [*[{"t": "Space"}] * bool(inlines), *inner]
    return inlines
