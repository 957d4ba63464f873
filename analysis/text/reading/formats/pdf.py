"""PDF files: lines in the order of the pages, joined to paragraphs, running headers and footers left out."""

import ctypes
import hashlib
import itertools
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import Any, NamedTuple

from analysis.text.reading.records import ReadError, Record, optional

_ENCRYPTED = 4  # pdfium's error code for a password that is missing or wrong
_HYPHEN = "\x02"  # what pdfium puts for a hyphen at a line end, and for the line end
_SAME_PLACE = 3.0  # points by which the baseline of a running line may differ between pages
_RECURS = 3  # pages that have a line at the same place before it is taken for a running one
_EDGE = 3  # lines from the top, and as many from the bottom of a page, that can be running ones
_PAGE_NUMBER = re.compile(r"[^\w#]*#(?:[^\w#.,]+#)?[^\w#]*")  # 7, - 7 -, 7/12, but not 7.5
_ENDS = re.compile(r"[.!?…:;۔؟][\"'”’»)\]]*$")
_LIST_MARK = re.compile(r"(?:[-*•▪–—]|\(?\w{1,3}[.)])\s")
_COMPOUND = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LONG_WORD = 60  # characters
_LAST_WORD = re.compile(r"(\w[\w-]*)-$")
_FIRST_WORD = re.compile(r"\w+")
_FILE_NAME = re.compile(r"(?i)microsoft word - .*|\S*\.\w{2,5}")
_LAM, _ALEFS = "ل", frozenset("اأإآٱ")  # drawn as one sign, lam being read first


class Line(NamedTuple):
    """One line of a page; lengths in points, heights measured from the bottom of the page.

    ``left`` is where the line begins. One that runs from right to left begins at its right edge: it is measured from
    the right, in negative numbers, so that what holds for an indent or a short line holds for it too.
    """

    text: str
    left: float
    right: float
    base: float
    size: float


def read_pdf(data: bytes) -> Record:
    """The text of the PDF `data`, pages in order, a blank line between two paragraphs or headings.

    A paragraph ends at a wide gap, an indent, a change of size, or a short line with an end mark; it goes on over the
    end of a column or a page where its last line has none. A word divided at a line end is joined (`before`). Lines
    that recur at the edge of three pages or more (`running_lines`) are left out and noted, as are pages without text.
    Title, author and day of creation are metadata. Raises `ReadError` for a file that is encrypted, broken, or holds
    pictures of pages only.
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
    if sum(map(len, running)) == sum(map(len, pages)):  # the same page three times: then it is the text
        running = [set() for _ in pages]
    body = [[line for line in page if line not in running[number]] for number, page in enumerate(pages)]
    return Record(
        "\n\n".join(paragraphs(body)),
        "pdf",
        "",
        hashlib.sha256(data).hexdigest(),
        metadata=metadata,
        problems=_problems(pages, running),
    )


def running_lines(pages: Sequence[Sequence[Line]]) -> list[set[Line]]:
    """For each page, its headers, footers and page numbers.

    A line counts as one when it is, digits aside, at the same place on three pages or more, is one of the three
    outermost on its page, and has nothing but such lines between it and the edge. Digits without a word count only in
    the shape of a page number, so that columns of figures stay.
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
        found.append(set(itertools.takewhile(recurs, top)) | set(itertools.takewhile(recurs, bottom)))
    return found


def _shape(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[str]:
    """The paragraphs and headings that the lines of the pages make, in order."""
    known = Counter(
        word for page in pages for line in page for word in _COMPOUND.findall(line.text.removesuffix(_HYPHEN).lower())
    )
    # Leading in units of the size, so that one figure serves body text and notes.
    steps = [
        (above.base - below.base) / above.size
        for page in pages
        for above, below in itertools.pairwise(page)
        if abs(above.size - below.size) < 0.1 * above.size and 0.8 < (above.base - below.base) / above.size < 3
    ]
    leading = median(steps) if steps else 1.2
    lines = [(line, _right_edge(line, page)) for page in pages for line in page]
    if not lines:
        return []
    pieces = [lines[0][0].text]
    for (above, edge), (below, _) in itertools.pairwise(lines):
        if _goes_on(above, below, leading, edge):
            pieces[-1] = before(above.text, below.text, known)
        else:
            pieces.append("\n\n")
        pieces.append(below.text)
    return "".join(pieces).replace(_HYPHEN, "-").split("\n\n")


def _right_edge(line: Line, page: Sequence[Line]) -> float:
    """Where the lines of its column end: the furthest end of a line that begins about where this one does."""
    return max(other.right for other in page if abs(other.left - line.left) < 2.5 * line.size)


def _goes_on(above: Line, below: Line, leading: float, edge: float) -> bool:
    """Whether `below` belongs to the paragraph of `above`; `edge` is where the column of `above` ends."""
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


def before(line: str, following: str, known: Counter[str]) -> str:
    """A line as `following` can be put to it: with a space, or with the hyphen kept or taken away.

    A hyphen that divides a word goes where it is between two lower-case letters, unless the text has the word with
    a hyphen elsewhere (`known` counts its words, in lower case) more often than without. It stays before a capital or a
    digit, and after a word in capitals.
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
    """The lines of one page in the order of the file, which is that of reading in all but odd cases."""
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
                found.append(_line(pdfium, text, _whole(line), first, first + len(line.rstrip(_HYPHEN)) - 1))
        return found
    finally:
        text.close()
        page.close()


def _line(pdfium: Any, text: Any, line: str, first: int, last: int) -> Line:
    """The line between two characters of a page, with its place."""
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.raw.FPDFText_GetCharOrigin(text, first, x, y)
    left, right = x.value, text.get_charbox(last)[2]
    size = max(pdfium.raw.FPDFText_GetFontSize(text, first), 1.0)
    if not line.isascii() and len(line) == last - first + 1:  # else it holds a hyphen or a pair of surrogates
        boxes = [text.get_charbox(position) for position in range(first, last + 1)]
        line = reading_order(line, [(box[0] + box[2]) / 2 for box in boxes])
        if _is_right_to_left(line):
            left, right = -max(box[2] for box in boxes), -min(box[0] for box in boxes)
    return Line(line, left, right, y.value, size)


def _whole(line: str) -> str:
    """`line` with the pairs of surrogates, which pdfium gives one by one, put together; else U+FFFD for them."""
    return line.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd")


def _entry(document: Any, key: str) -> str:
    """What the file says of itself under `key`, "" where that is no text."""
    try:
        return str(document.get_metadata_value(key)).replace("\0", "")
    except UnicodeDecodeError:
        return ""


def _metadata(info: dict[str, str]) -> dict[str, str]:
    """Title, author and day of creation where the file has them; a title that is only a file's name is none."""
    day = re.match(r"D:(\d{4})(\d\d)(\d\d)", info.get("CreationDate", ""))
    title = info.get("Title", "").strip()
    found = {
        "title": "" if _FILE_NAME.fullmatch(title) else title,
        "author": info.get("Author", "").strip(),
        "created": "-".join(day.groups()) if day else "",
    }
    return {key: value for key, value in found.items() if value}


def _problems(pages: Sequence[Sequence[Line]], running: Sequence[set[Line]]) -> tuple[str, ...]:
    """What was left out, a line for each kind."""
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
    """Whether most letters of `text` are of a script that is written from right to left."""
    directions = [unicodedata.bidirectional(character) for character in text]
    return sum(d in ("R", "AL") for d in directions) > directions.count("L")


def reading_order(text: str, middles: Sequence[float]) -> str:
    """The characters of a line in the order of reading; `middles` says where each is, from the left of the page.

    A file lists what it draws in any order: words from right to left are in it letter by letter as they are read in
    one place, as they are seen in the next. What its place shows to be the order of seeing is turned round: the letters
    of a word, the words of a stretch in such a script, and the stretches of a line that is mostly in one. Words are
    what is between blanks; a mark stays behind its letter.
    """
    if not any(unicodedata.bidirectional(character) in ("R", "AL") for character in text):
        return text
    words = []
    place = 0
    for word in text.split(" "):
        if word:
            own = middles[place : place + len(word)]
            words.append((_letters(word, own) if _has_letters(word, "R", "AL") else word, sum(own) / len(own)))
        place += len(word) + 1
    stretches = [_turned(stretch) for stretch in _stretches(words)]
    middle = [sum(at for _, at in stretch) / len(stretch) for stretch in stretches]
    if _is_right_to_left(text) and _rises(middle):
        stretches.reverse()
    return " ".join(word for stretch in stretches for word, _ in stretch)


def _has_letters(word: str, *directions: str) -> bool:
    return any(unicodedata.bidirectional(character) in directions for character in word)


def _letters(word: str, middles: Sequence[float]) -> str:
    """The letters of a word, turned round where each is to the right of the one before it."""
    letters: list[str] = []
    places: list[float] = []
    for character, middle in zip(word, middles, strict=True):
        if letters and unicodedata.combining(character):
            letters[-1] += character
        elif letters and middle == places[-1]:  # one sign for two letters, which may be listed in either order
            is_alef_first = letters[-1] in _ALEFS and character == _LAM
            letters[-1] = character + letters[-1] if is_alef_first else letters[-1] + character
        else:
            letters.append(character)
            places.append(middle)
    return "".join(letters[::-1] if _rises(places) else letters)


def _stretches(words: Sequence[tuple[str, float]]) -> list[list[tuple[str, float]]]:
    """The words in stretches of one direction; what has none, a number say, goes with those before it."""
    direction, directions = False, []
    for word, _ in words:
        if _has_letters(word, "R", "AL"):
            direction = True
        elif _has_letters(word, "L"):
            direction = False
        directions.append(direction)
    pairs = zip(directions, words, strict=True)
    return [[word for _, word in group] for _, group in groupby(pairs, key=lambda pair: pair[0])]


def _turned(stretch: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """A stretch from right to left in the order of reading; one from left to right is already."""
    turned = any(_has_letters(word, "R", "AL") for word, _ in stretch) and _rises([at for _, at in stretch])
    return stretch[::-1] if turned else stretch


def _rises(places: Sequence[float]) -> bool:
    """Whether most of `places` lie to the right of the one before."""
    steps = [after - before for before, after in pairwise(places)]
    return sum(step > 0 for step in steps) > sum(step < 0 for step in steps)
