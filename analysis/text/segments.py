"""A text cut into what it is made of: title, headings, paragraphs, boilerplate.

The cut works on the text as it stands, so each span points into the source. What is cut away (white space,
Markdown marks, rules) holds no letter and no digit.
"""

from typing import NamedTuple

import regex


class Segment(NamedTuple):
    """A stretch of text of one kind: title, heading, paragraph or boilerplate."""

    kind: str
    start: int
    end: int
    truncated: bool  # a paragraph that breaks off without an end mark


_LINE = regex.compile(r"[^\r\n\f\v\x85\u2028\u2029]+")
_BREAK = regex.compile(r"\r\n|[\r\n\f\v\x85\u2028\u2029]")
_HEADING_MARK = regex.compile(r"#{1,6}[ \t]+")
_LIST_MARK = regex.compile(r"(?:[-*•▪‣–—]|\(?\p{Nd}{1,3}[.)])[ \t]")
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}'’‘\-‐‑]*")
_NO_WORD = regex.compile(r"[^\p{L}\p{N}\p{Extended_Pictographic}]*")
_CLOSERS = r"[\"'”’»›)\]}*_]*"
_END = regex.compile(rf"(?:[.!?…۔؟।。！？]{_CLOSERS}|[:;؛：；]){_CLOSERS}(?:\s*\[\p{{N}}+\])?$")
_LONG = 250  # characters: no heading and no promotional line is as long
_MINOR = frozenset(
    "a an and as at but by for from if in into is its nor of off on or over per so the to up via vs with".split()
)

# How lines begin that belong to the page rather than to the text.
# Each must be more than the opening words of a sentence: a colon, the name of a service, or the end of the line.
_SERVICE = r"(?:x|twitter|facebook|instagram|youtube|whatsapp|telegram|tiktok|threads|linkedin|bluesky|mastodon)"
_PROMOTION = regex.compile(
    rf"""(?ix) [\[(>*_\s]*
    (?: also \s read \s* (?:[:|»>→–—-]|$) | (?-i:ALSO\ READ) | see \s also \s* (?:[:|]|$)
      | read \s (?:more|also|next|here|the \s full \s (?:story|article|text))
          \s* (?:[:|»>→–—-] | $ | (?:about|on|at|in|from|here|stories|news)\b)
      | more \s (?:on|from|in) \s (?:this|our) \s (?:story|topic|section|series|site|newsroom|coverage) \b
      | (?:watch|listen) \s* (?:also)? \s* : [^.]* $
      | related (?:\s (?:stories|story|news|articles?|links?|topics?|coverage))? \s* (?:[:|]|$)
      | you \s (?:may|might) \s also \s (?:like|enjoy) | don['’]t \s miss \s* (?:[:|]|$|our\b)
      | recommended \s (?:for \s you|reading|stories) \s* (?:[:|]|$) | trending (?:\s now)? \s* :
      | editor['’]?s['’]? \s (?:pick|choice)s? \s* (?:[:|]|$) | most \s read \s* (?:[:|]|$)
      | (?:click|tap) \s (?:here|to \s (?:read|see|watch|view|subscribe|enlarge|share|join))\b
      | (?:share|print|e?-?mail) \s this \s (?:article|story|page|post) \s* (?:[:|]|$|on\b|via\b)
      | (?:please \s)? (?:subscribe|sign \s up|register \s now) \s*
          (?:[:.!|]|$|(?:now|today|here|for|from|to \s (?:our|the|get|receive))\b)
      | [^.]{{0,60}} [?:!] \s subscribe \s (?:now|today|here|for|from|to \s (?:our|the))\b
      | support \s (?:our|independent|quality|local) \s (?:\w+ \s)? (?:journalism|reporting|newsroom) \s* [:.!|]
      | stay \s (?:with \s us|tuned) \s* (?:[:.!|]|$|for\b)
      | (?:to \s)? (?:get|receive) \s .{{0,60}} \b (?:newsletter|in \s your \s inbox|updates? \s by \s e?-?mail)
      | (?:join|follow|like|find) \s us \s (?:on \s {_SERVICE}\b|at \s @) | follow \s us \b (?!,)
      | follow \s .{{1,60}} \s on \s {_SERVICE} \b
      | join \s our \s (?:whatsapp|telegram|mailing|newsletter|community|channel)
      | download \s (?:our|the) \b .{{0,30}} \b app \b
      | advertisement \s*$ | sponsored (?:\s content)? \s*$ | promoted \s content
      | © | copyright \s* (?:©|\(c\)|:|\d{{4}}) | all \s rights \s reserved
      | \(c\) \s (?:\d{{4}} | (?-i: (?:\p{{Lu}}[\w&.'’]*\s?){{1,6}} (?<=\.|$)))
      | (?:this|the) \s (?:text|statement|report|article|content|material) \s (?:may|can) \s (?:not \s)? be
          \s (?:freely \s)? (?:reproduced|copied|republished|reprinted|shared)
      | (?:this|the) \s (?:article|story|report|piece|post) \s (?:was \s)? (?:first|originally)
          \s (?:appeared|published) \s (?:in|on|at|by) \s [^,;]* $
      | the \s (?:writer|author|columnist) \s
          (?: is \s (?:an?|the) | teaches | works \s (?:as|for|at|in) | writes \s (?:for|on|about|an?)
            | served \s (?:as|in|on) | can \s be \s reached ) \b
      | (?:the \s)? (?:views|opinions) \s expressed \s (?:are|is|here|herein|above|in \s this|do \s not)\b
      | (?:published|posted|updated|last \s (?:updated|modified)) \s* (?::|in|on|at) \s
          [^.]{{1,60}} \d{{2,4}} (?:\s?[ap]m)? $
      | مزید \s پڑھ | یہ \s بھی \s پڑھ | ہمارے \s ساتھ \s رہ | (?:ہمیں|ہمارے) \s .{{0,60}} (?:فالو|سبسکرائب)
    )"""
)
_BYLINE = regex.compile(
    r"""(?x) (?: (?:By|BY|(?:Written|Reported|Reporting|Words)\ by)\ (?:[\p{Lu}a]|our) [^.!?]* (?:\.\ ?[^.!?]{1,40})?
      | (?:Our|From|From\ our)\ (?:[\p{L}]+\ ){0,2}(?:[Cc]orrespondent|[Rr]eporter|[Bb]ureau)s?(?:\ \([^()]*\))?
      | \((?:Additional\ )?(?:Reporting|Writing|Editing)\ by\ [^()]*\)
      | (?:Staff|Web|News)\ (?:Reporter|Report|Desk|Correspondent)s?
      )\s*"""
)
_CITY = r"\p{Lu}[\p{Lu}.'’\-]{2,}(?:[ /][\p{Lu}][\p{Lu}.'’\-]+){0,3}"
_PLACE = r"\p{Lu}[\p{L}.'’\-]+(?:[ /]\p{Lu}[\p{L}.'’\-]+){0,3}"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\.?"
_DAY = rf"(?:{_MONTH}\ \d{{1,2}}|\d{{1,2}}\ {_MONTH})(?:,?\ \d{{4}})?"
_DASH = r"(?:\s*[—–―]|\s+-{1,2})\s+"
_DATE_ONLY = regex.compile(rf"{_PLACE}(?:,\ {_PLACE})?,\ {_DAY}\.?|{_DAY}")
_DATELINE = regex.compile(
    rf"(?:{_CITY}(?:,\ {_PLACE})?(?:,\ {_DAY})?(?:\ ?\([\p{{L}}\ .&]+\))?(?:{_DASH}|(?<=[\p{{Lu}}]{{5}}|\d|\)):\s+)"
    rf"|{_PLACE}(?:,\ {_PLACE})?(?:,\ {_DAY}(?:\ ?\([\p{{L}}\ .&]+\))?|\ ?\(\p{{Lu}}[\p{{L}}\ .&]+\)){_DASH})"
)


def segments(text: str) -> list[Segment]:
    """The segments of `text`, in order, not overlapping, each trimmed of white space.

    - A *paragraph* is a block between blank lines; where a document puts a line break and no blank line between
      its paragraphs, each line is one. Hard-wrapped lines are held together.
    - A *heading* is a short line without an end mark; one that stands before everything else is the *title*.
    - *Boilerplate* is page furniture: "also read" and subscription lines, copyright, bylines, datelines.
    - A paragraph is *truncated* when it has eight words or more and no end mark.

    >>> for s in segments("A Plain Headline\\n\\nThe council met. It rose.\\n\\nALSO READ: Ten more meetings"):
    ...     print(s.kind, s.start, s.end)
    title 0 16
    paragraph 18 43
    boilerplate 45 73
    """
    units = _units(text)
    found: list[Segment] = []
    begun = opened = False  # whether a title or a paragraph, whether a paragraph has been seen
    for index, (start, end) in enumerate(units):
        mark = _HEADING_MARK.match(text, start, end)
        start = mark.end() if mark else start
        unit = text[start:end]
        words = _WORD.findall(unit[:_LONG])  # enough to tell a line from a paragraph
        if not words and _NO_WORD.fullmatch(unit):
            continue
        if (len(unit) < _LONG and _PROMOTION.match(unit)) or _is_credit(unit, words, opened):
            found.append(Segment("boilerplate", start, end, False))
        elif mark or (len(unit) < _LONG and _is_heading(unit, words, first=not begun, last=index == len(units) - 1)):
            found.append(Segment("heading" if begun else "title", start, end, False))
            begun = True
        else:
            # Only a first paragraph opens with a dateline; further down, capitals and a colon name a speaker.
            dateline = None if opened else _DATELINE.match(text, start, end)
            if dateline and dateline.end() < end:
                found.append(Segment("boilerplate", start, start + len(dateline[0].rstrip()), False))
                start = dateline.end()
            found.append(Segment("paragraph", start, end, len(words) >= 8 and not _ends(unit)))
            begun = opened = True
    return found


def _units(text: str) -> list[tuple[int, int]]:
    """Spans of the paragraph candidates: lines, or runs of hard-wrapped lines."""
    blocks: list[list[tuple[int, int]]] = []
    previous_end = 0
    for line in _LINE.finditer(text):
        start, end = _trim(text, *line.span())
        if start == end:
            continue
        if not blocks or len(_BREAK.findall(text, previous_end, start)) > 1:
            blocks.append([])
        blocks[-1].append((start, end))
        previous_end = end
    if not _is_wrapped(blocks):
        return [line for block in blocks for line in block]
    units: list[tuple[int, int]] = []
    for block in blocks:
        first = block[0]
        for line in block[1:]:
            if _LIST_MARK.match(text, line[0]):
                units.append(first)
                first = line
            first = (first[0], line[1])
        units.append(first)
    return units


def _is_wrapped(blocks: list[list[tuple[int, int]]]) -> bool:
    """Whether line breaks inside the blocks come from a fixed line width rather than from paragraphs."""
    inner = [end - start for block in blocks for start, end in block[:-1]]
    if not inner:
        return False
    width = max(end - start for block in blocks for start, end in block)
    return 40 <= width <= 120 and sum(length >= 0.7 * width for length in inner) >= 0.8 * len(inner)


def _is_heading(unit: str, words: list[str], *, first: bool, last: bool) -> bool:
    """Whether a line reads as a heading: short, no end mark, something after it; the first may be a question."""
    closed = _ends(unit.rstrip("?؟!")) if first else _ends(unit)
    if last or not words or len(words) > 20 or unit[-1] in ",،" or closed:
        return False
    opening = unit.lstrip("'\"‘“«([ ")[:1]
    if opening.islower() or _LIST_MARK.match(unit):
        return False
    major = [word for word in words if word.lower() not in _MINOR]
    title_case = bool(major) and sum(word[0].isupper() or not word[0].islower() for word in major) >= 0.75 * len(major)
    return first or len(words) <= 12 or title_case


def _is_credit(unit: str, words: list[str], opened: bool) -> bool:
    """Whether a line only says who wrote, or, before the first paragraph, where and when."""
    return len(words) <= 15 and bool(_BYLINE.fullmatch(unit) or (not opened and _DATE_ONLY.fullmatch(unit)))


def _ends(unit: str) -> bool:
    """Whether a line or paragraph closes with an end mark."""
    return bool(_END.search(unit[-20:]))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
