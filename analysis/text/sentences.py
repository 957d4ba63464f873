"""Splits a text into sentences: character spans, nothing lost.

English is split by a model learnt from treebanks (`analysis.text.boundaries`), other languages by `sentencex`, which
knows where sentences end in some sixty. What it leaves wrong is mended here: inside web addresses, at list labels and
at pieces without a word.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import sentencex
from numpy.typing import NDArray

from analysis.core.progress import bar
from analysis.core.resources import cores
from analysis.text.boundaries import english_spans
from analysis.text.known_words import ABBREVIATIONS, TITLES

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktSentenceTokenizer

# NLTK is imported where it is used: it takes longer to import than all the rest of the package.

Span = tuple[int, int]

SPLITTERS = ("default", "punkt")

# Languages with rules of their own in sentencex, and below them some that it gives the rules of a neighbour; und is
# undetermined.
LANGUAGES = frozenset(
    "am ar bg bn ca da de el en es fi fr gu hi hy it ja kk kn ml mr my nl pa pl pt ru sk ta te uk "
    "be bs ckb cs et fa he hr hu id ko ku lt lv mk ms nb ne nn no ps ro sd sl sq sr sv th tr ug und ur uz vi zh".split()
)

_LABEL = re.compile(r"[^\w\s]?\s?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})[.)]+")
_BLANK_LINE = re.compile(r"[\n\r\f\u2029](?:(?<=[\f\u2029])|(?:(?<=\r)\n)?+[^\S\n\r]*+[\n\r])")

BATCH = 1 << 17  # characters of English that are split together
_WINDOW = 8192
_CONTEXT = 512  # a beginning nearer than this to the end of a window, perhaps in a quotation, is judged in the next
_WIDE_SPACES = "\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_SURROGATE = re.compile("[\ud800-\udfff]")


def sentences(text: str, language: str = "en", *, splitter: "str | PunktSentenceTokenizer" = "default") -> list[Span]:
    """Character spans of the sentences of `text`, in order and without white space at either end.

    Every character that is not white space is in one of them. A blank line always ends a sentence, a single line break
    does not by itself. In English an emoticon or a line of signs (``* * *``) may be a sentence of its own; in other
    languages and with Punkt a piece without a letter or a digit, and the label of a list item (``2.``), go with their
    neighbour in the same paragraph.

    `language` is one of `LANGUAGES` (ISO 639), with or without a region ("en-GB"). `splitter` is ``"default"``: for
    English the learnt model, for others sentencex; ``"punkt"`` (the algorithm of Kiss and Strunk 2006 with the
    abbreviations known here, for English); or what `train_punkt` returns. Raises `ValueError` for a language or a
    splitter that is not known.

    >>> text = 'Mr. Khan said: "It is late. We must go." He stayed in the U.S. Senate.'
    >>> [text[start:end] for start, end in sentences(text)]
    ['Mr. Khan said: "It is late.', 'We must go."', 'He stayed in the U.S. Senate.']
    """
    found = sentences_within([text], np.array([[0, 0, len(text)]]), [language], splitter=splitter)
    return [(start, end) for start, end, _ in found.tolist()]


def sentences_within(
    texts: Sequence[str],
    stretches: NDArray[np.int64],
    languages: Sequence[str],
    *,
    splitter: "str | PunktSentenceTokenizer" = "default",
) -> NDArray[np.int64]:
    """The `sentences` of stretches of texts: (sentences, 3), start, end and stretch, a row each in order.

    `stretches`: (stretches, 3), the text of each, its start and its end there, those of a text in a row. `languages`:
    that of each text. English is split on all cores.

    >>> texts = ["Title. Two. - It rains. We go.", "Es regnet. Wir gehen."]
    >>> stretches = np.array([[0, 0, 6], [0, 14, 30], [1, 0, 21]])
    >>> sentences_within(texts, stretches, ["en", "de"]).tolist()
    [[0, 6, 0], [14, 23, 1], [24, 30, 1], [0, 10, 2], [11, 21, 2]]
    """
    for language in set(languages):
        if not is_known(language):
            raise ValueError(f"language {language!r} is not known: use one of {', '.join(sorted(LANGUAGES))}")
    punkt = splitter if not isinstance(splitter, str) else _untrained_punkt() if splitter == "punkt" else None
    if punkt is None and splitter != "default":
        raise ValueError(f"splitter {splitter!r} is not known: use one of {', '.join(SPLITTERS)}")
    learnt = [punkt is None and primary(language) == "en" for language in languages]

    def split(run: Span) -> NDArray[np.int64]:
        own = stretches[slice(*run)]
        text = own[0, 0]
        if learnt[text]:
            found = english_spans(texts[text : own[-1, 0] + 1], own - [text, 0, 0])
        else:
            found = _spans_by_rule(texts[text], own[:, 1:].tolist(), primary(languages[text]), punkt)
        found[:, 2] += run[0]
        return found

    runs = list(_runs(texts, stretches[:, 0], learnt))
    with ThreadPoolExecutor(cores()) as pool:
        found = list(bar(pool.map(split, runs), what="splitting", unit="batch", total=len(runs)))
    return np.concatenate([np.empty((0, 3), np.int64), *found])


def _runs(texts: Sequence[str], owners: NDArray[np.int64], learnt: Sequence[bool]) -> Iterator[Span]:
    """The stretches that are split together: of neighbours in English some `BATCH` characters, of others one text's.

    `owners`: the text of each stretch.
    """
    begin = size = 0
    first = np.flatnonzero(np.diff(owners, prepend=-1))  # of each text's stretches
    for row, text in zip(first.tolist(), owners[first].tolist(), strict=True):
        if row and (size >= BATCH or not (learnt[text] and learnt[owners[begin]])):
            yield begin, row
            begin, size = row, 0
        size += len(texts[text])
    if len(owners):
        yield begin, len(owners)


def _spans_by_rule(
    text: str, stretches: Sequence[Span], language: str, punkt: "PunktSentenceTokenizer | None"
) -> NDArray[np.int64]:
    """The sentences in stretches of a text as Punkt or sentencex cut them, mended: start, end and stretch."""
    rows: list[int] = []
    for k, (first, last) in enumerate(stretches):
        piece = text[first:last]
        cuts = _sentencex_cuts(piece, language) if punkt is None else _punkt_cuts(piece, punkt)
        if punkt is None:
            _mend_glued(piece, cuts)
        for start, end in _spans(piece, cuts, {match.end() for match in _BLANK_LINE.finditer(piece)}):
            rows += (first + start, first + end, k)
    return np.array(rows, np.int64).reshape(-1, 3)


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
