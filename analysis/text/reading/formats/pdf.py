"""PDF files: lines joined to paragraphs, without running headers and footers."""

import ctypes
import hashlib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import groupby, pairwise, takewhile
from statistics import median
from typing import Any, NamedTuple

from analysis.text.reading.records import ReadError, Record, optional

_ENCRYPTED = 4  # pdfium's error code for a password that is missing or wrong
_HYPHEN = "\x02"  # pdfium's sign for a hyphen at a line end together with the line end
_SAME_PLACE = 3.0  # points by which the baseline of a running line may differ between pages
_RECURS = 3  # minimum number of pages with a running line
_EDGE = 3  # lines at the top, and as many at the bottom of a page, that may be running lines
_PAGE_NUMBER = re.compile(r"[^\w#]*#(?:[^\w#.,]+#)?[^\w#]*")  # 7, - 7 -, 7/12, but not 7.5
_ENDS = re.compile(r"[.!?…:;۔؟][\"'”’»)\]]*$")
_LIST_MARK = re.compile(r"(?:[-*•▪–—]|\(?\w{1,3}[.)])\s")
_COMPOUND = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LONG_WORD = 60  # characters
_LAST_WORD = re.compile(r"(\w[\w-]*)-$")
_FIRST_WORD = re.compile(r"\w+")
_FILE_NAME = re.compile(r"(?i)microsoft word - .*|\S*\.\w{2,5}")
_LAM, _ALEFS = "ل", frozenset("اأإآٱ")  # drawn as one ligature in which lam is read first
_RIGHT_TO_LEFT, _LEFT_TO_RIGHT = ("R", "AL"), ("L",)  # bidirectional classes of letters


class Line(NamedTuple):
    """One line of a page; lengths in points, ``base`` from the bottom of the page.

    ``left`` is where the line begins. Lines that run from right to left are mirrored (in negative numbers), so that
    indents and short lines are recognized in the same way.
    """

    text: str
    left: float
    right: float
    base: float
    size: float


def read_pdf(data: bytes) -> Record:
    """Read the paragraphs and headings of the PDF `data`, a blank line apart.

    A paragraph ends at a wide gap, an indent, a change of size, or a short line with an end mark; it continues in the
    next column or page if its last line has no end mark. Words divided at a line end are rejoined (`dehyphenate`).
    Running lines (`running_lines`) are left out and noted; pages without text are noted. Metadata are title, author
    and day of creation. Raises `ReadError` for a file that is encrypted, broken, or has no text layer.
    """
    pdfium = optional("pypdfium2", "pdf")
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _ENCRYPTED:
            raise ReadError("is encrypted: save a copy without a password") from None
        raise ReadError("is not a PDF, or a broken one: download or export it again") from None
    try:
        pages = [_page_lines(pdfium, document, index) for index in range(len(document))]
        metadata = _metadata({key: _entry(document, key) for key in ("Title", "Author", "CreationDate")})
    except pdfium.PdfiumError:
        raise ReadError("is a broken PDF: download or export it again") from None
    finally:
        document.close()
    if not any(pages):
        raise ReadError("no text layer (scanned?): run OCR first")
    running = running_lines(pages)
    if sum(map(len, running)) == sum(map(len, pages)):  # the same page several times: keep it
        running = [set() for _ in pages]
    body = [[line for line in page if line not in left_out] for page, left_out in zip(pages, running, strict=True)]
    return Record(
        "\n\n".join(paragraphs(body)),
        "pdf",
        "",
        hashlib.sha256(data).hexdigest(),
        metadata=metadata,
        problems=_problems(pages, running),
    )


def running_lines(pages: Sequence[Sequence[Line]]) -> list[set[Line]]:
    """The headers, footers and page numbers of each page.

    A running line recurs, digits aside, at the same place on three pages or more, is one of the three outermost lines
    of its page, and has only running lines between it and the edge. One of digits alone must have the shape of a page
    number, so that columns of figures are kept.
    """
    places: dict[str, list[float]] = defaultdict(list)
    for page in pages:
        for line in page:
            places[_shape(line)].append(line.base)
    for bases in places.values():
        bases.sort()

    def recurs(line: Line) -> bool:
        shape, bases = _shape(line), places[_shape(line)]
        near = bisect_right(bases, line.base + _SAME_PLACE) - bisect_left(bases, line.base - _SAME_PLACE)
        return near >= _RECURS and (any(map(str.isalpha, shape)) or bool(_PAGE_NUMBER.fullmatch(shape)))

    found = []
    for page in pages:
        downwards = sorted(page, key=lambda line: -line.base)
        top, bottom = downwards[:_EDGE], downwards[: -_EDGE - 1 : -1]
        found.append(set(takewhile(recurs, top)) | set(takewhile(recurs, bottom)))
    return found


def _shape(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[str]:
    """Join the lines of the pages to paragraphs and headings."""
    known = Counter(
        word for page in pages for line in page for word in _COMPOUND.findall(line.text.removesuffix(_HYPHEN).lower())
    )
    # Leading in units of the font size, so that one median serves body text and notes.
    steps = [
        (above.base - below.base) / above.size
        for page in pages
        for above, below in pairwise(page)
        if abs(above.size - below.size) < 0.1 * above.size and 0.8 < (above.base - below.base) / above.size < 3
    ]
    leading = median(steps) if steps else 1.2
    lines = []
    for page in pages:
        for line in page:
            # The column of a line ends where the longest line does that begins at about the same place.
            edge = max(other.right for other in page if abs(other.left - line.left) < 2.5 * line.size)
            lines.append((line, edge))
    if not lines:
        return []
    pieces = [lines[0][0].text]
    for (above, edge), (below, _) in pairwise(lines):
        if _continues(above, below, leading, edge):
            pieces[-1] = dehyphenate(above.text, below.text, known)
        else:
            pieces.append("\n\n")
        pieces.append(below.text)
    return "".join(pieces).replace(_HYPHEN, "-").split("\n\n")


def _continues(above: Line, below: Line, leading: float, edge: float) -> bool:
    """Whether `below` continues the paragraph of `above`, whose column ends at `edge`."""
    if abs(above.size - below.size) > 0.1 * above.size:
        return False
    if above.text.endswith(_HYPHEN):
        return True
    step = (above.base - below.base) / above.size
    full = edge - above.right < 0.2 * (edge - above.left)
    ends = bool(_ENDS.search(above.text))
    if step <= 0:  # the top of the next column or page
        return not ends and (below.text[:1].islower() or (full and not _LIST_MARK.match(below.text)))
    if step > 1.25 * leading or _LIST_MARK.match(below.text) or (ends and not full):
        return False
    return below.left - above.left < 0.8 * above.size or bool(_LIST_MARK.match(above.text))


def dehyphenate(line: str, following: str, known: Counter[str]) -> str:
    """Return `line` ready for `following` to be appended: with a space, or with its hyphen kept or removed.

    A hyphen between two lower-case letters is removed, unless the text has the word more often with a hyphen than
    without (`known` counts its words, in lower case). Before a capital or digit, or after a capital, it stays.
    """
    line = line.replace(_HYPHEN, "-")
    first, second = _LAST_WORD.search(line[-_LONG_WORD:]), _FIRST_WORD.match(following)
    if not first or not second:
        return f"{line} "
    left, right = first[1], second[0]
    if not left[-1].islower() or not right[0].islower():
        return line
    joined, hyphened = f"{left}{right}".lower(), f"{left}-{right}".lower()
    return line if known[hyphened] > known[joined] else line[:-1]


def _page_lines(pdfium: Any, document: Any, index: int) -> list[Line]:
    """The lines of one page in the order of the file, which is nearly always the reading order."""
    page = document[index]
    text = page.get_textpage()
    try:
        codes = [pdfium.raw.FPDFText_GetUnicode(text, position) for position in range(text.count_chars())]
        characters = "".join(map(chr, codes))
        found = []
        for match in re.finditer(rf"[^\r\n{_HYPHEN}]+{_HYPHEN}?", characters):
            line = match[0].strip()
            if line.strip(_HYPHEN):
                first = match.start() + len(match[0]) - len(match[0].lstrip())
                last = first + len(line.rstrip(_HYPHEN)) - 1
                # pdfium gives surrogates one by one: join the pairs, and replace the rest.
                whole = line.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd")
                found.append(_line(pdfium, text, whole, first, last))
        return found
    finally:
        text.close()
        page.close()


def _line(pdfium: Any, text: Any, line: str, first: int, last: int) -> Line:
    """The line from the character `first` to `last` of a page, with its place."""
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.raw.FPDFText_GetCharOrigin(text, first, x, y)
    left, right = x.value, text.get_charbox(last)[2]
    size = max(pdfium.raw.FPDFText_GetFontSize(text, first), 1.0)
    if not line.isascii() and len(line) == last - first + 1:  # without a hyphen or a pair of surrogates
        boxes = [text.get_charbox(position) for position in range(first, last + 1)]
        line = reading_order(line, [(box[0] + box[2]) / 2 for box in boxes])
        if _is_right_to_left(line):
            left, right = -max(box[2] for box in boxes), -min(box[0] for box in boxes)
    return Line(line, left, right, y.value, size)


def _entry(document: Any, key: str) -> str:
    """The metadata entry `key` of the file, "" if it is not text."""
    try:
        return str(document.get_metadata_value(key)).replace("\0", "")
    except UnicodeDecodeError:
        return ""


def _metadata(info: dict[str, str]) -> dict[str, str]:
    """Title, author and day of creation, if given; a title that is only a file name is ignored."""
    day = re.match(r"D:(\d{4})(\d\d)(\d\d)", info.get("CreationDate", ""))
    title = info.get("Title", "").strip()
    found = {
        "title": "" if _FILE_NAME.fullmatch(title) else title,
        "author": info.get("Author", "").strip(),
        "created": "-".join(day.groups()) if day else "",
    }
    return {key: value for key, value in found.items() if value}


def _problems(pages: Sequence[Sequence[Line]], running: Sequence[set[Line]]) -> tuple[str, ...]:
    """Notes on running lines and pages without text."""
    notes = []
    counts = Counter(_shape(line) for lines in running for line in lines)
    if counts:
        example = {_shape(line): line.text for lines in reversed(running) for line in lines}
        named = ", ".join(f"{example[shape]!r} ({count} times)" for shape, count in sorted(counts.items()))
        notes.append(f"left out as running headers, footers and page numbers: {named}")
    empty = [str(number) for number, page in enumerate(pages, 1) if not page]
    if empty:
        notes.append(f"no text on page {', '.join(empty)} of {len(pages)} (scanned?): run OCR to have it")
    return tuple(notes)


def _is_right_to_left(text: str) -> bool:
    """Whether most letters of `text` are of a right-to-left script."""
    directions = [unicodedata.bidirectional(character) for character in text]
    return sum(direction in _RIGHT_TO_LEFT for direction in directions) > directions.count("L")


def reading_order(text: str, middles: Sequence[float]) -> str:
    """Return the characters of a line in reading order; `middles` are their horizontal positions.

    A file may list right-to-left text in reading order or in visual order, and mix them. What the positions show to be
    in visual order is reversed: the letters of a word, the words of a right-to-left run, and the runs of a line that
    is mostly right-to-left. Words are separated by blanks; combining marks stay behind their letters.
    """
    if not _has_letters(text, _RIGHT_TO_LEFT):
        return text
    words: list[tuple[bool, str, float]] = []  # whether it is in a right-to-left run, the word, its position
    is_rtl = False
    place = 0
    for word in text.split(" "):
        if word:
            own = middles[place : place + len(word)]
            if _has_letters(word, _RIGHT_TO_LEFT):
                is_rtl = True
                word = _read_word(word, own)
            elif _has_letters(word, _LEFT_TO_RIGHT):
                is_rtl = False
            words.append((is_rtl, word, sum(own) / len(own)))  # words without letters join the run before them
        place += len(word) + 1
    runs = []
    for is_rtl, group in groupby(words, key=lambda word: word[0]):
        run = list(group)
        runs.append(run[::-1] if is_rtl and _rises([middle for *_, middle in run]) else run)
    if _is_right_to_left(text) and _rises([sum(middle for *_, middle in run) / len(run) for run in runs]):
        runs.reverse()
    return " ".join(word for run in runs for _, word, _ in run)


def _has_letters(word: str, directions: Sequence[str]) -> bool:
    return any(unicodedata.bidirectional(character) in directions for character in word)


def _read_word(word: str, middles: Sequence[float]) -> str:
    """Return the letters of a word in reading order, reversed if they run to the right."""
    letters: list[str] = []
    places: list[float] = []
    for character, middle in zip(word, middles, strict=True):
        if letters and unicodedata.combining(character):
            letters[-1] += character
        elif letters and middle == places[-1]:  # a ligature, whose two letters may be listed in either order
            is_alef_first = letters[-1] in _ALEFS and character == _LAM
            letters[-1] = character + letters[-1] if is_alef_first else letters[-1] + character
        else:
            letters.append(character)
            places.append(middle)
    return "".join(letters[::-1] if _rises(places) else letters)


def _rises(places: Sequence[float]) -> bool:
    """Whether most of `places` are to the right of the one before."""
    steps = [after - before for before, after in pairwise(places)]
    return sum(step > 0 for step in steps) > sum(step < 0 for step in steps)
