"""Cut a text into title, headings, paragraphs and boilerplate.

Spans point into the text as written. What is outside all segments (white space, Markdown marks, rules) has no letters
or digits.
"""

import re
from functools import lru_cache
from itertools import accumulate, islice, pairwise
from typing import NamedTuple

import regex


class Segment(NamedTuple):
    """A span of text of one kind: title, heading, paragraph or boilerplate."""

    kind: str
    start: int
    end: int
    truncated: bool  # a paragraph without an end mark


_HEADING_MARK = regex.compile(r"#{1,6}[ \t]+")
_LIST_MARK = regex.compile(r"(?:[-*•▪‣–—]|\(?\p{Nd}{1,3}[.)])[ \t]")
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}'’‘\-‐‑]*")
_ASCII_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'-]*")  # the same for ASCII, three times as fast
# A fast sufficient test: eight pieces between white space that begin like words.
_EIGHT_WORDS = re.compile(r"(?:(?:[^\sA-Za-z0-9]\S*+\s++)*+[A-Za-z0-9]\S*+(?:\s++|\Z)){8}")
_NO_WORD = regex.compile(r"[^\p{L}\p{N}\p{Extended_Pictographic}]*")
_CLOSERS = r"[\"'”’»›)\]}*_]*"
_END_MARKS = frozenset(".!?…۔؟।。！？:;؛：；")
_END = regex.compile(rf"(?:[.!?…۔؟।。！？]{_CLOSERS}|[:;؛：；]){_CLOSERS}(?:\s*\[\p{{N}}+\])?$")
_LONG = 250  # characters, more than any heading or promotional line has
_SHORTEST_WIDTH, _LONGEST_WIDTH = 40, 120  # of hard-wrapped lines
_MINOR = frozenset(
    "a an and as at but by for from if in into is its nor of off on or over per so the to up via vs with".split()
)

# Beginnings of lines that belong to the page rather than to the text. Each must be more than the opening words of a
# sentence: it has a colon, the name of a service, or the end of the line.
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
      | support \s (?:our|independent|quality|local) \s (?:\w+ \s)? (?:journalism|reporting|newsroom) \s* [:.!|]
      | stay \s (?:with \s us|tuned) \s* (?:[:.!|]|$|for\b)
      | (?:to \s)? (?:get|receive) \s .{{0,60}} \b (?:newsletter|in \s your \s inbox|updates? \s by \s e?-?mail)
      | (?:join|follow|like|find) \s us \s (?:on \s {_SERVICE}\b|at \s @) | follow \s us \b (?!,)
      | follow \s .{{1,60}} \s on \s {_SERVICE} \b
      | join \s our \s (?:whatsapp|telegram|mailing|newsletter|community|channel)
      | download \s (?:our|the) \b .{{0,30}} \b app \b
      | advertisement \s*$ | sponsored (?:\s content)? \s*$ | promoted \s content
      | مزید \s پڑھ | یہ \s بھی \s پڑھ | ہمارے \s ساتھ \s رہ | (?:ہمیں|ہمارے) \s .{{0,60}} (?:فالو|سبسکرائب)
    )"""
)
_NOTICE = regex.compile(
    r"""(?ix) [\[(>*_\s]*
    (?: © | copyright \s* (?:©|\(c\)|:|\d{4}) | all \s rights \s reserved
      | \(c\) \s (?:\d{4} | (?-i: (?:\p{Lu}[\w&.'’]*\s?){1,6} (?<=\.|$)))
      | (?:this|the) \s (?:text|statement|report|article|content|material) \s (?:may|can) \s (?:not \s)? be
          \s (?:freely \s)? (?:reproduced|copied|republished|reprinted|shared)
      | (?:this|the) \s (?:article|story|report|piece|post) \s (?:was \s)? (?:first|originally)
          \s (?:appeared|published) \s (?:in|on|at|by) \s [^,;]* $
      | the \s (?:writer|author|columnist) \s
          (?: is \s (?:an?|the) | teaches | works \s (?:as|for|at|in) | writes \s (?:for|on|about|an?)
            | served \s (?:as|in|on) | can \s be \s reached ) \b
      | (?:the \s)? (?:views|opinions) \s expressed \s (?:are|is|here|herein|above|in \s this|do \s not)\b
      | (?:published|posted|updated|last \s (?:updated|modified)) \s* (?::|in|on|at) \s
          [^.]{1,60} \d{2,4} (?:\s?[ap]m)? $
    )"""
)
_SUBSCRIBE = regex.compile(
    r"(?ix) [\[(>*_\s]* [^.]{0,60} [?:!] \s subscribe \s (?:now|today|here|for|from|to \s (?:our|the))\b"
)
# Licences, of any length.
_LICENCE = regex.compile(
    r"""(?ix) [*_>\s]*
    (?: permission \s is \s hereby \s granted | redistribution \s and \s use \s in \s source \s and \s binary
      | (?:this|the) \s (?:work|article|text|file|book|e-?book|document|page|content|material|software|program) \s
          (?:is|was) \s (?:licen[sc]ed|released|made \s available|published|distributed|available|provided) \b
          (?:[^.]|\.\d){0,80} \b (?:licen[sc]e|as \s is)\b
      | licen[sc]ed \s under \s (?:the|an?) \b (?:[^.]|\.\d){0,80} \b licen[sc]e
      | (?:\*{3}\s?)? (?:the \s | (?:start|end) \s of \s (?:the|this) \s)? project \s gutenberg \s e-?(?:book|text)
      | this \s e-?book \s is \s for \s the \s use \s of \s anyone
    )\b"""
)
_LICENCE_WORDS = ("as is", "gutenberg", "hereby", "licen", " use ")  # all matches contain one of these
_LICENCE_OPENINGS = frozenset("end lic per pro red sta the thi".split())  # as in _OPENINGS
# Stage directions of transcripts, and remains of HTML.
_DEBRIS = regex.compile(
    r"""(?ix) [\[(] (?:(?:loud|more|prolonged|sustained)\s)? (?:applause|boos|booing|cheering|cheers|crosstalk|inaudible
          |laughs|laughter|laughing|music|unintelligible) (?:(?:,|\sand)\s(?:applause|cheering|cheers|laughter))?
          [.!]? [\])] \.?
      | </? (?:a|b|blockquote|br|div|em|font|h[1-6]|hr|i|img|li|ol|p|span|strong|table|td|th|tr|ul)
          (?:\s[^<>]{0,200})? /?>
      | &(?:nbsp|\#160);"""
)
_DEBRIS_MARKS = "[(<&"
_DEBRIS_MARK = re.compile(r"[\[(<&]")
_BYLINE = regex.compile(
    r"""(?x) (?: (?:By|BY|(?:Written|Reported|Reporting|Words)\ by)\ (?:[\p{Lu}a]|our) [^.!?]* (?:\.\ ?[^.!?]{1,40})?
      | (?:Our|From|From\ our)\ (?:[\p{L}]+\ ){0,2}(?:[Cc]orrespondent|[Rr]eporter|[Bb]ureau)s?(?:\ \([^()]*\))?
      | \((?:Additional\ )?(?:Reporting|Writing|Editing)\ by\ [^()]*\)
      | (?:Staff|Web|News)\ (?:Reporter|Report|Desk|Correspondent)s?
      )"""
)
# The parts of a name are possessive: nothing that may follow a name can be inside it.
_CITY = r"\p{Lu}[\p{Lu}.'’\-]{2,}+(?:[ /][\p{Lu}][\p{Lu}.'’\-]++){0,3}"
_PLACE = r"\p{Lu}[\p{L}.'’\-]++(?:[ /]\p{Lu}[\p{L}.'’\-]++){0,3}"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\.?"
_DAY = rf"(?:{_MONTH}\ \d{{1,2}}|\d{{1,2}}\ {_MONTH})(?:,?\ \d{{4}})?"
_DASH = r"(?:\s*[—–―]|\s+-{1,2})\s+"
_DATE_ONLY = regex.compile(rf"{_PLACE}(?:,\ {_PLACE})?,\ {_DAY}\.?|{_DAY}")
_DATELINE = regex.compile(
    rf"(?:{_CITY}(?:,\ {_PLACE})?(?:,\ {_DAY})?(?:\ ?\([\p{{L}}\ .&]+\))?(?:{_DASH}|(?<=[\p{{Lu}}]{{5}}|\d|\)):\s+)"
    rf"|{_PLACE}(?:,\ {_PLACE})?(?:,\ {_DAY}(?:\ ?\([\p{{L}}\ .&]+\))?|\ ?\(\p{{Lu}}[\p{{L}}\ .&]+\)){_DASH})"
)

# Beginnings of the lines that these patterns match; most lines have others and skip the long patterns.
_OPENINGS = dict.fromkeys(  # the first three characters, case-folded
    "adv als cli don dow edi ema fin fol get joi lik lis mai mor mos ple pri pro rea rec reg rel see sha sig spo sta "
    "sub sup tap to tre wat you".split(),
    _PROMOTION,
) | dict.fromkeys("all cop las opi pos pub the thi upd vie".split(), _NOTICE)
_OPENING_MARKS = frozenset("-[(>*_©")
_CREDIT_OPENINGS = frozenset(["By ", "BY ", *"Wri Rep Wor Our Fro Sta Web New (Ad (Re (Wr (Ed".split()])


def segments(text: str) -> list[Segment]:
    """Cut `text` into segments, sorted, disjoint and trimmed of white space.

    - A *paragraph* is a line, or a block of hard-wrapped lines between blank lines.
    - A *heading* is a short line without an end mark; one before everything else is the *title*.
    - *Boilerplate* is page furniture ("also read" and subscription lines, copyright and licences, bylines, datelines),
      stage directions ("[applause]") and remains of HTML. The latter two are also found at the ends of a paragraph and
      between its sentences, where they divide it.
    - A paragraph is *truncated* if it has eight words or more and no end mark.

    >>> for s in segments("A Plain Headline\\n\\nThe council met. It rose.\\n\\nALSO READ: Ten more meetings"):
    ...     print(s.kind, s.start, s.end)
    title 0 16
    paragraph 18 43
    boilerplate 45 73
    """
    units = _units(text)
    if any(map(text.__contains__, _DEBRIS_MARKS)):
        units = [(start + begin, part) for start, unit in units for begin, part in _split_at_debris(unit)]
    found: list[Segment] = []
    has_text = has_paragraph = False  # before the current unit; text is a title or a paragraph
    for index, (start, unit) in enumerate(units):
        size = len(unit)
        end = start + size
        opening = _opening(unit[:3])
        if not (opening.is_common and has_paragraph and size >= _LONG):
            mark = _HEADING_MARK.match(unit) if unit[0] == "#" else None
            if mark:
                unit = unit[mark.end() :].lstrip()
                size = len(unit)
                start = end - size
                opening = _opening(unit[:3])
            if not unit[0].isalnum() and _NO_WORD.fullmatch(unit):
                continue
            if _is_boilerplate(unit, opening, has_paragraph):
                found.append(Segment("boilerplate", start, end, False))
                continue
            if mark or (size < _LONG and _is_heading(unit, first=not has_text, last=index == len(units) - 1)):
                found.append(Segment("heading" if has_text else "title", start, end, False))
                has_text = True
                continue
            # Only the first paragraph has a dateline; further down, capitals and a colon name a speaker.
            dateline = None if has_paragraph else _DATELINE.match(unit)
            if dateline and dateline.end() < size:
                found.append(Segment("boilerplate", start, start + len(dateline[0].rstrip()), False))
                start += dateline.end()
            has_text = has_paragraph = True
        found.append(Segment("paragraph", start, end, not _ends(unit) and _has_eight_words(unit)))
    return found


class _Opening(NamedTuple):
    """What a line or paragraph may be, by its first three characters."""

    folded: str  # the three characters, case-folded
    is_common: bool  # no pattern for long units, except that of a dateline, has this opening
    may_credit: bool
    may_license: bool


@lru_cache(maxsize=1 << 14)  # texts have few different openings
def _opening(first: str) -> _Opening:
    folded = first.casefold()[:3]
    may_credit = first in _CREDIT_OPENINGS
    may_license = not (folded.isascii() and folded[0].isalpha()) or folded in _LICENCE_OPENINGS
    return _Opening(folded, first[0].isalnum() and not (may_credit or may_license), may_credit, may_license)


def _units(text: str) -> list[tuple[int, str]]:
    """The start and text of each candidate for a segment: the lines, or blocks of hard-wrapped lines."""
    for separator in "\x1c\x1d\x1e":  # no line ends, but `splitlines` would split at them
        text = text.replace(separator, "\x1f")
    lines = text.splitlines(keepends=True)
    stripped = list(map(str.strip, lines))
    ends = accumulate(map(len, lines))
    units = [(end - len(line.lstrip()), own) for end, line, own in zip(ends, lines, stripped, strict=True) if own]
    if not _SHORTEST_WIDTH <= max(map(len, stripped), default=0) <= _LONGEST_WIDTH:
        return units
    after_blank = [not before for before, own in zip(["", *stripped], stripped, strict=False) if own]
    if not _is_wrapped([len(unit) for _, unit in units], after_blank):
        return units
    spans: list[tuple[int, int]] = []
    for (start, line), is_first in zip(units, after_blank, strict=True):
        end = start + len(line)
        if is_first or (not line[0].isalpha() and _LIST_MARK.match(text, start)):
            spans.append((start, end))
        else:
            spans[-1] = (spans[-1][0], end)
    return [(start, text[start:end]) for start, end in spans]


def _split_at_debris(unit: str) -> list[tuple[int, str]]:
    """Split a unit at the debris at its ends and between its sentences: the start and text of each part."""
    if not ("(" in unit or "[" in unit or "&" in unit or "<" in unit):  # _DEBRIS_MARKS, unrolled for speed
        return [(0, unit)]
    spans: list[tuple[int, int]] = []
    place = 0
    while mark := _DEBRIS_MARK.search(unit, place):
        debris = _DEBRIS.match(unit, mark.start())
        place = (debris or mark).end()
        if not debris:
            continue
        before = unit[: debris.start()].rstrip()
        if spans and not unit[spans[-1][1] : debris.start()].strip():  # adjacent
            spans[-1] = spans[-1][0], debris.end()
        elif not before or _ends(before) or not unit[debris.end() :].strip():
            spans.append(debris.span())
    cuts = [0, *(place for span in spans for place in span), len(unit)]
    parts = [(begin, unit[begin:end]) for begin, end in pairwise(cuts)]
    return [(begin + len(part) - len(part.lstrip()), part.strip()) for begin, part in parts if part.strip()]


def _is_wrapped(lengths: list[int], after_blank: list[bool]) -> bool:
    """Whether the lines inside blocks are hard-wrapped rather than paragraphs."""
    width = max(lengths)
    inner = [length for length, is_last in zip(lengths, after_blank[1:], strict=False) if not is_last]
    long = [length for length in inner if length >= 0.7 * width]
    return len(inner) > 0 and len(long) >= 0.8 * len(inner)


def _is_boilerplate(unit: str, opening: _Opening, has_paragraph: bool) -> bool:
    """Whether a line or paragraph is boilerplate; `has_paragraph`: whether a paragraph precedes it."""
    return (
        (unit[0] in _DEBRIS_MARKS and bool(_DEBRIS.match(unit)))
        or (len(unit) < _LONG and _is_furniture(unit, opening))
        or _is_credit(unit, opening, has_paragraph)
        or _is_licence(unit, opening)
    )


def _is_furniture(unit: str, opening: _Opening) -> bool:
    """Whether a line promotes other pages or services, or is a notice of copyright or publication."""
    # Part of "subscribe", without its i: the pattern accepts a Turkish İ, which `casefold` does not map to i.
    if "bscr" in unit.casefold() and _SUBSCRIBE.match(unit):
        return True
    first = opening.folded.strip()
    if first.isascii() and first[:2].isalpha():
        pattern = _OPENINGS.get(first)
        return pattern is not None and bool(pattern.match(unit))
    if not unit[0].isalpha() and unit[0] not in _OPENING_MARKS:
        return False
    return bool(_PROMOTION.match(unit) or _NOTICE.match(unit))


def _is_licence(unit: str, opening: _Opening) -> bool:
    if not opening.may_license:
        return False
    folded = unit[:_LONG].casefold()
    return any(map(folded.__contains__, _LICENCE_WORDS)) and bool(_LICENCE.match(unit))


def _is_credit(unit: str, opening: _Opening, has_paragraph: bool) -> bool:
    """Whether a line is a byline, or, before the first paragraph, only a place and date."""
    found = (opening.may_credit and _BYLINE.fullmatch(unit)) or (not has_paragraph and _DATE_ONLY.fullmatch(unit))
    return bool(found) and len(_words(unit, 16)) <= 15


def _is_heading(unit: str, *, first: bool, last: bool) -> bool:
    """Whether a line is a heading: short, without an end mark, and not the last; the first may be a question."""
    if last or unit[-1] in ",،" or _ends(unit.rstrip("?؟!") if first else unit):
        return False
    opening = unit.lstrip("'\"‘“«([ ")[:1]
    if opening.islower() or _LIST_MARK.match(unit):
        return False
    words = _words(unit, 21)
    if not words or len(words) > 20:
        return False
    if first or len(words) <= 12:
        return True
    major = [word for word in words if word.lower() not in _MINOR]
    return bool(major) and sum(word[0].isupper() or not word[0].islower() for word in major) >= 0.75 * len(major)


def _words(unit: str, most: int) -> list[str]:
    """The first words of a line or paragraph, at most `most`."""
    opening = unit[:_LONG]
    found = (_ASCII_WORD if opening.isascii() else _WORD).finditer(opening)
    return [word[0] for word in islice(found, most)]


def _has_eight_words(unit: str) -> bool:
    return bool(_EIGHT_WORDS.match(unit, 0, _LONG)) or len(_words(unit, 8)) == 8


def _ends(unit: str) -> bool:
    """Whether a line or paragraph ends with an end mark."""
    last = unit[-1:]
    return last in _END_MARKS or (not last.isalnum() and bool(_END.search(unit[-20:])))
