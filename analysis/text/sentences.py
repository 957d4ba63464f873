"""Splits a text into sentences: character spans, nothing lost.

`sentencex` knows where sentences end in some sixty languages. What it leaves wrong is mended here: in every language
inside web addresses, at list labels and at pieces without a word; in English also inside quotations and brackets, after
abbreviations, and at what hangs on to the end of a sentence (citations, emoticons).
"""

import itertools
import re
from collections.abc import Iterable, Set
from functools import lru_cache
from typing import TYPE_CHECKING

import sentencex

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktSentenceTokenizer

# NLTK is imported where it is used: it takes longer to import than all the rest of the package.

Span = tuple[int, int]

SPLITTERS = ("sentencex", "punkt")

# Languages with rules of their own in sentencex, and below them some that it gives the rules of a neighbour; und is
# undetermined.
LANGUAGES = frozenset(
    "am ar bg bn ca da de el en es fi fr gu hi hy it ja kk kn ml mr my nl pa pl pt ru sk ta te uk "
    "be bs ckb cs et fa he hr hu id ko ku lt lv mk ms nb ne nn no ps ro sd sl sq sr sv th tr ug und ur uz vi zh".split()
)

_OPENERS = "\"“‘'‚„«(\\[{"
_CLOSERS = "\"”’'»)\\]}"
_EMOTICON = r"[:;=8][-'o^]?[)(\]\[DPp/|*]+"
_CITATION = r"\[(?:\d{1,3}(?:[,–-]\d{1,3})*|…|\.\.\.)\]"
_BREAK = re.compile(
    # A run of marks is taken at its first mark only, so that a text of nothing but marks is read once.
    rf"""([.?!…](?<![.?!…]{{2}})[.?!…]*+)                           # the marks
         ([{_CLOSERS}]*+)                                           # quotes and brackets that close
         ((?:[^\S\r\n]?(?:{_EMOTICON}|{_CITATION})(?=\s))*+)        # what hangs on to the sentence
         \s++(?=[{_OPENERS}]*+(\w))                                 # the first letter of what follows
    """,
    re.VERBOSE,
)
_SYMBOL = re.compile(r"([-—–=_*~#:;8](?<=\s.)[^\w\s]*+[DPp]?)\s++(?=([A-Z]\w*+))")  # alone, a capital follows
_DIVIDER = re.compile(rf"{_EMOTICON}|[-=_*~#]{{3,}}")
_FOOTNOTE = re.compile(r"\d{1,3}\s+(?=([A-Z]\w*+))")
_SPEAKER = re.compile(
    r"([A-Z]\w*+)[\w.'’-]*+\s++(?:[A-Z][\w.'’-]*+\s++){0,4}"
    r"(?:said|says|asked|asks|added|adds|replied|cried|shouted|wondered|told|wrote|tweeted)\b"
)
_LABEL = re.compile(r"[^\w\s]?\s?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})[.)]+")
_BLANK_LINE = re.compile(r"[\n\r\f\u2029](?:(?<=[\f\u2029])|(?:(?<=\r)\n)?+[^\S\n\r]*+[\n\r])")

_WINDOW = 8192
_CONTEXT = 512  # a beginning nearer than this to the end of a window, perhaps in a quotation, is judged in the next
_WIDE_SPACES = "\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_SURROGATE = re.compile("[\ud800-\udfff]")
# Abbreviations, without their last full stop. Those written here in lower case are known in either case; those with a
# capital only with it, since without it they are words or initials that often end a sentence ("art.", "sat.", "mt.").
# These precede a name, a number or an explanation and never end a sentence.
TITLES = frozenset(
    "mr mrs ms messrs mx mme mlle mgr msgr dr drs prof assoc asst gen lt lieut col maj capt cpt cmdr comdr cdr sgt "
    "cpl pvt pte adm brig supt insp gov sen sens rep reps rev hon pres amb atty cllr engr adv smt mst mohd "
    "Ch Det Flt Fr Md Mt Pt Sh Sqn Wg Art Eq Fig Figs Nos Rs Sec Vol Vols pp para approx cf e.g i.e viz vs".split()
)
# These are inside a sentence or at its end.
ABBREVIATIONS = frozenset(
    "inc co cos corp ltd llc plc bros assn intl natl dept univ inst govt jr sr esq ph.d "
    "a.m p.m a.d b.c u.s u.k u.n e.u u.s.a d.c st ave blvd rd hwy pkwy bldg apt ext tel fig figs nos p vol vols "
    "jan feb apr jun jul aug sept oct nov dec tue tues thu thur thurs Mar Sep Mon Wed Fri Sat Sun "
    "al ca cit dist ed eds est ibid op avg excl incl misc tech voc dob sec hr hrs ft lb lbs oz sq mph "
    "ala ariz ark calif colo conn fla kan ky mich minn mont neb nev okla penn tenn tex va vt wis wyo "
    "Del Ga Ill Ind La Mass Me Miss Mo Ore Pa Wash".split()
)
# Names that end with the mark of an exclamation.
EXCLAIMING_NAMES = frozenset(["Yahoo", "Jeopardy", "Joomla"])
# Words of the closed classes: with a capital they begin a sentence, are no names, and no number counts them.
STARTERS = frozenset(
    "A An The This That These Those There Here He She It We They You His Her Its Our Their Your My "
    "And But Or So Yet If When While Although Though Because Since As At In On For From By With To Of "
    "After Before During Until Even Now Then Thus Also Still However Yes No Yeah Oh Well Okay "
    "What Who How Why Where Which Do Does Did Is Are Was Were Has Have Had Can Could Will Would Should Not".split()
)


def sentences(text: str, language: str = "en", *, splitter: "str | PunktSentenceTokenizer" = "sentencex") -> list[Span]:
    """Character spans of the sentences of `text`, in order and without white space at either end.

    Every character that is not white space is in one of them. A blank line always ends a sentence, a single line break
    does not by itself. A piece without a letter or a digit (``* * *``, ``:)``) and the label of a list item (``2.``)
    are no sentences of their own: they go with their neighbour in the same paragraph.

    `language` is one of `LANGUAGES` (ISO 639), with or without a region ("en-GB"). `splitter` is ``"sentencex"``,
    ``"punkt"`` (the algorithm of Kiss and Strunk 2006 with the abbreviations known here, for English), or what
    `train_punkt` returns. Raises `ValueError` for a language or a splitter that is not known.

    >>> text = 'Mr. Khan said: "It is late. We must go." He stayed in the U.S. Senate.'
    >>> [text[start:end] for start, end in sentences(text)]
    ['Mr. Khan said: "It is late.', 'We must go."', 'He stayed in the U.S. Senate.']
    """
    if not is_known(language):
        raise ValueError(f"language {language!r} is not known: use one of {', '.join(sorted(LANGUAGES))}")
    language = primary(language)
    if not isinstance(splitter, str):
        cuts = _punkt_cuts(text, splitter)
    elif splitter == "punkt":
        cuts = _punkt_cuts(text, _untrained_punkt())
    elif splitter == "sentencex":
        cuts = _sentencex_cuts(text, language)
        if language == "en":
            _mend_english(text, cuts)
        _mend_glued(text, cuts)
    else:
        raise ValueError(f"splitter {splitter!r} is not known: use one of {', '.join(SPLITTERS)}")
    # Most paragraphs are one line, and a look for its breaks is much cheaper than the pattern.
    is_broken = any(mark in text for mark in "\n\r\f\u2029")
    return _spans(text, cuts, {match.end() for match in _BLANK_LINE.finditer(text)} if is_broken else set())


def is_known(language: str) -> bool:
    """Whether sentences of `language` can be split.

    >>> is_known("en-GB"), is_known("ur"), is_known("english")
    (True, True, False)
    """
    return primary(language) in LANGUAGES


def train_punkt(texts: Iterable[str]) -> "PunktSentenceTokenizer":
    """A Punkt tokenizer that has learnt abbreviations, collocations and sentence starters from raw `texts`.

    The abbreviations of `analysis.text.sentences` are known to it as well. Give it to `sentences` as `splitter`.

    >>> punkt = train_punkt(["The pop. grew. Then the pop. fell. Now the pop. grows again."] * 9)
    >>> sentences("The pop. grew. It fell.", splitter=punkt)
    [(0, 14), (15, 23)]
    """
    from nltk.tokenize.punkt import PunktSentenceTokenizer, PunktTrainer

    trainer = PunktTrainer()
    for text in texts:
        trainer.train(text, finalize=False)
    trainer.finalize_training()
    parameters = trainer.get_params()
    parameters.abbrev_types |= _punkt_abbreviations()
    return PunktSentenceTokenizer(parameters)


@lru_cache(maxsize=1)
def _untrained_punkt() -> "PunktSentenceTokenizer":
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types = _punkt_abbreviations()
    return PunktSentenceTokenizer(parameters)


@lru_cache(maxsize=256)  # asked for every paragraph, of a few languages
def primary(language: str) -> str:
    """The code of a language without its region, in lower case.

    >>> primary("es-MX"), primary("pt_BR")
    ('es', 'pt')
    """
    return language.replace("_", "-").partition("-")[0].lower()


def _punkt_abbreviations() -> set[str]:
    return {word for word in TITLES | ABBREVIATIONS if word.islower()}  # Punkt ignores case


# Below, a cut is the position where a sentence begins; white space before and after it makes no difference.


def _punkt_cuts(text: str, punkt: "PunktSentenceTokenizer") -> set[int]:
    return {start for start, _ in punkt.span_tokenize(text)}


def _sentencex_cuts(text: str, language: str) -> set[int]:
    """Where sentencex begins sentences, read through a window.

    Its search for the end of a quotation takes time quadratic in the length of a paragraph; the window bounds it. The
    next window goes on from the last beginning in this one.
    """
    safe = _without_panics(text)
    cuts: set[int] = set()
    start = 0
    while start < len(safe):
        window = safe[start : start + _WINDOW]
        is_last = start + _WINDOW >= len(safe)
        limit = _WINDOW if is_last else _WINDOW - _CONTEXT
        boundaries = sentencex.get_sentence_boundaries(language, window)
        begins = [index for boundary in boundaries if 0 < (index := boundary["start_index"]) < limit]
        cuts.update([start + index for index in begins])
        start += begins[-1] if begins and not is_last else _WINDOW
    return cuts


def _without_panics(text: str) -> str:
    """`text` with other characters, one for one, where sentencex 1.0.32 would panic or refuse it."""
    if text.isascii():
        return text
    for space in _WIDE_SPACES:  # of several bytes in UTF-8, as in "A\xa0."
        text = text.replace(space, " ")
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def _mend_english(text: str, cuts: set[int]) -> None:
    for match in _BREAK.finditer(text):
        marks, closers, tail, following = match.groups()
        cut = match.end()
        if tail:
            cuts.difference_update(range(match.start(), cut))
            cuts.add(cut)
        elif marks == "." and following.isdigit() and (note := _FOOTNOTE.match(text, cut)) and note[1] in STARTERS:
            cuts.discard(cut)
            cuts.add(note.end())
        elif cut not in cuts:
            if following.isupper() and _ends_sentence(text, match.start(), marks, closers, cut):
                cuts.add(cut)
        elif _goes_on(text, match.start(), marks, closers, cut):
            cuts.discard(cut)
    for match in _SYMBOL.finditer(text):
        symbol, following = match.groups()
        before = text[max(0, match.start() - 2) : match.start()].strip()
        if _DIVIDER.fullmatch(symbol) or _breaks_off(before[-1:], symbol, following):
            cuts.add(match.end())


def _ends_sentence(text: str, stop: int, marks: str, closers: str, cut: int) -> bool:
    """Whether the marks at `stop` end a sentence that sentencex has not seen; a word with a capital follows."""
    word = _word_before(text, stop)
    if marks == "…" or ".." in marks:
        return word != "" and not closers
    if marks == ".":
        known = _is_in(TITLES, word) or _is_in(ABBREVIATIONS, word)
        initials = (len(word) == 1 and word.isalpha()) or "." in word
        label = word.isdigit() and len(word) <= 2 and not closers
        return not (known or initials or label or text[stop - 1 : stop].isspace())
    return word not in EXCLAIMING_NAMES and not (closers and _names_speaker(text, cut))


def _goes_on(text: str, stop: int, marks: str, closers: str, cut: int) -> bool:
    """Whether a sentence goes on after the marks at `stop`, where sentencex has ended it."""
    if closers:
        return marks[-1] in "?!" and _names_speaker(text, cut)
    if marks != ".":
        return False
    word = _word_before(text, stop)
    return _is_in(TITLES, word) or (text[cut].islower() and _is_in(ABBREVIATIONS, word))


def _word_before(text: str, stop: int) -> str:
    """The word that ends at `stop`, without opening quotes and what is before a hyphen; empty after a space."""
    before = text[max(0, stop - 24) : stop]
    if not before[-1:].strip():
        return ""
    return before.rsplit(None, 1)[-1].rpartition("-")[2].lstrip("\"“‘'«([{—–")


def _is_in(words: Set[str], word: str) -> bool:
    return word in words or word.lower() in words


def _names_speaker(text: str, cut: int) -> bool:
    """Whether the text goes on with who said what was quoted: `"Why?" Gen. Khan asked.`"""
    speaker = _SPEAKER.match(text, cut)
    return speaker is not None and speaker[1] not in STARTERS


def _breaks_off(before: str, symbol: str, following: str) -> bool:
    """Whether a speaker breaks off at a dash and begins anew: "I was — No, she was there"."""
    return symbol in ("—", "–", "--") and (before.islower() or before == "-") and following in STARTERS


def _mend_glued(text: str, cuts: set[int]) -> None:
    """Mend the cuts without white space on either side: inside addresses, and after an opening quotation mark."""
    glued = [cut for cut in cuts if 0 < cut < len(text) and not (text[cut - 1].isspace() or text[cut].isspace())]
    for cut in glued:
        if text[cut - 1] in "\"“‘'(" and text[cut - 2 : cut - 1].isspace():
            cuts.discard(cut)
            cuts.add(cut - 1)
        elif text[cut - 1] == ".":
            left = text[max(0, cut - 64) : cut].split()[-1].rstrip(".")
            if "." in left or "/" in left:
                cuts.discard(cut)


def _spans(text: str, cuts: set[int], paragraphs: Set[int]) -> list[Span]:
    """The pieces between the cuts, trimmed; those that are no sentence go with their neighbour in the paragraph."""
    spans: list[Span] = []
    same_paragraph = False  # as the last span
    incomplete = False  # the last span waits for its sentence
    for start, end in itertools.pairwise(sorted(cuts | paragraphs | {0, len(text)})):
        same_paragraph = same_paragraph and start not in paragraphs
        piece = text[start:end].lstrip()
        core = piece.rstrip()
        if not core:
            continue
        first = end - len(piece)
        last = first + len(core)
        wordless = not (core[0].isalnum() or any(map(str.isalnum, core)))
        if same_paragraph and (incomplete or wordless):
            spans[-1] = (spans[-1][0], last)
            incomplete = incomplete and wordless
        else:
            spans.append((first, last))
            incomplete = wordless or (len(core) <= 8 and _LABEL.fullmatch(core) is not None)
        same_paragraph = True
    return spans
