"""Where the sentences of English end: a linear model over the words and marks around each gap, in compiled loops.

A paragraph is cut at white space into tokens (and behind the marks of "ended.The next", where a blank was forgotten).
Of every gap between two tokens where a sentence may begin, from left to right, the model adds up the integer weights of
its features; above zero a sentence begins. A feature is a template with what its atoms are at the gap:
``mark next_first`` may be ``.`` and ``X``, a full stop before a capital. The weights, a line each, are in
``sentence_weights.tsv``, learnt by ``benchmarks/sentences.py``. What an atom is, is defined more readably in
``tests/text/reference_sentences.py``.

Atoms are strings and are compared by their 64-bit hashes. All loops are in this one file, since machine code that is
kept is made anew for a change of its own file only (see `compiled`).
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled, uncounted
from analysis.text import scanner
from analysis.text.characters import character_classes
from analysis.text.known_words import ABBREVIATIONS, OPENINGS, SPEECH, STARTERS, TITLES

WEIGHTS = Path(__file__).with_name("sentence_weights.tsv")

# The atoms of a gap. `mark` is the punctuation behind the token before the gap, `word` that token without it;
# `second` and `third` are the tokens behind the `next` one.
ATOMS = (
    "mark word coarse shape abbreviation suffix before_word before_shape before_mark next_first next_shape next_word "
    "next_exact next_suffix opening next_post next_mark second_word second_shape second_post third_shape starter "
    "speech second_speech second_starter quote since since_mark rest total position next_end style caps density ends "
    "last capitals emoticon next_emoticon citation next_citation glued rule footnote after_footnote "
    "first again before_run next_run quoted next_final"
).split()

# Which atoms make a feature. The first, without atoms, is the same everywhere.
TEMPLATES = [
    line.split()
    for line in """

    mark next_first
    mark word
    mark next_exact
    word next_word
    mark second_word
    mark before_word
    mark next_first since
    mark next_first rest
    mark next_first style caps
    mark next_first density since
    mark next_first last since
    mark before_shape shape next_shape
    mark shape next_shape second_shape
    mark quote next_first
    mark before_mark next_first
    mark next_word second_word
    mark next_first ends
    mark next_first next_end
    mark next_shape capitals since
    mark word since
    mark next_shape next_word
    mark next_first opening
    mark starter
    mark abbreviation next_first
    mark abbreviation starter
    mark speech next_first
    mark shape next_first
    mark next_shape
    mark next_first second_shape
    mark quote opening next_first
    mark next_post next_shape
    mark emoticon next_emoticon next_first
    mark next_first second_post
    style mark starter since_mark
    mark next_first second_speech
    mark suffix next_first
    mark next_first next_suffix
    mark next_first citation next_citation
    before_mark citation next_first
    before_mark mark shape starter
    mark next_shape next_post second_starter
    mark glued next_first
    mark next_first since_mark starter
    mark abbreviation next_shape second_shape
    opening next_word
    mark next_first position
    mark next_first total style
    mark starter since rest
    mark since shape next_first
    mark next_shape second_shape next_post second_post
    mark next_shape next_end since
    mark next_shape second_shape third_shape
    mark next_mark next_first
    mark next_word next_end
    footnote after_footnote
    coarse abbreviation next_first opening
    coarse abbreviation starter next_first
    coarse quote opening next_first
    coarse speech next_first quote
    coarse word next_first
    coarse next_word next_first
    coarse starter since next_end
    coarse abbreviation before_shape next_shape
    coarse next_first style density
    rule mark
    rule mark next_first opening
    rule coarse quote next_first
    rule coarse abbreviation next_first
    rule coarse starter since
    mark next_first first since
    mark first next_mark
    mark next_first before_run next_run
    mark next_shape next_run rest
    mark next_first again since
    mark quoted next_first
    coarse quoted next_first opening
    rule quoted next_final
    mark next_first next_final next_end
    mark word next_exact
    mark before_word word next_first
    mark next_shape second_word
    mark word next_shape second_shape
    """.split("\n")[1:-1]
]
_NOTHING = len(ATOMS)  # the place of a zero, for templates that have fewer atoms than others of their loop


def _with_atoms(least: int, most: int) -> NDArray[np.uint8]:
    """The templates with so many atoms: a row each, its number and the places of its atoms."""
    chosen = [(k, [ATOMS.index(name) for name in t]) for k, t in enumerate(TEMPLATES) if least <= len(t) <= most]
    return np.array([[k, *atoms, *[_NOTHING] * (most - len(atoms))] for k, atoms in chosen], np.uint8)


_ALL, _TWO, _THREE, _MORE = _with_atoms(0, 5), _with_atoms(0, 2), _with_atoms(3, 3), _with_atoms(4, 5)
# The places of the atoms in that list, for the loops.
(MARK, WORD, COARSE, SHAPE, ABBREVIATION, SUFFIX, BEFORE_WORD, BEFORE_SHAPE, BEFORE_MARK) = range(9)
(NEXT_FIRST, NEXT_SHAPE, NEXT_WORD, NEXT_EXACT, NEXT_SUFFIX, OPENING, NEXT_POST, NEXT_MARK) = range(9, 17)
(SECOND_WORD, SECOND_SHAPE, SECOND_POST, THIRD_SHAPE, STARTER, SPEECH_NEAR, SECOND_SPEECH) = range(17, 24)
(SECOND_STARTER, QUOTE, SINCE, SINCE_MARK, REST, TOTAL, POSITION, NEXT_END, STYLE, CAPS) = range(24, 34)
(DENSITY, ENDS, LAST, CAPITALS, EMOTICON, NEXT_EMOTICON, CITATION, NEXT_CITATION, GLUED) = range(34, 43)
(RULE, FOOTNOTE, AFTER_FOOTNOTE, FIRST) = range(43, 47)
(AGAIN, BEFORE_RUN, NEXT_RUN, QUOTED, NEXT_FINAL) = range(47, 52)

# Kinds of characters: X, x, a and 9 are capitals, small letters, other letters and digits; marks by what they do.
_MARKS = {
    ".": ".…。۔।",
    "?": "?؟？",
    "!": "!！",
    ",": ",،",
    ";": ";",
    ":": ":",
    '"': '"“”„«»',
    "'": "'‘’‚`´ʼ",
    "(": "([{",
    ")": ")]}",
    "-": "-‐‑‒–—―−",
    "*": "*•·▪●‣⁃",
    "=": "=_~+",
    "<": "<",
    ">": ">",
    "$": "$€£",
    "%": "%",
    "/": "/\\|",
    "#": "#",
    "@": "@",
    "&": "&",
    " ": "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
    + "".join(map(chr, range(0x2000, 0x200B))),
}
_CAPITAL, _SMALL, _LETTER, _DIGIT, _OTHER = (ord(c) for c in "Xxa9o")
_STOP, _QUESTION, _EXCLAMATION, _QUOTE, _APOSTROPHE, _OPEN, _CLOSE, _DASH, _SPACE = (ord(c) for c in ".?!\"'()- ")
_WORDLY = np.isin(np.arange(128), (_CAPITAL, _SMALL, _LETTER, _DIGIT))
_ENDING = np.isin(np.arange(128), (_STOP, _QUESTION, _EXCLAMATION))
_CLOSING = np.isin(np.arange(128), (_QUOTE, _APOSTROPHE, _CLOSE))
_BIT_OF = np.select([np.arange(128) == kind for kind in (_CAPITAL, _SMALL, _DIGIT)], (1, 2, 4), 8)
_NO, _YES, _DOTS, _WORDLESS, _MIXED, _SIGN, _BRACKET, _UNBRACKET, _COMMA = (ord(c) for c in "01dWm@[],")
_ELLIPSIS, _CURLY, _LEFT, _RIGHT = 0x2026, 0x2019, 0x201C, 0x201D
_LINE, _FEED, _RETURN, _PARAGRAPH = 0x0A, 0x0C, 0x0D, 0x2029
_HANGING, _LONGEST = 8, 256  # citations behind an end, and characters of a run looked into, so that time is linear
_FAR = 40  # tokens: how much further something is, makes no difference
_EYES = np.array([c in ":;=8" for c in map(chr, range(128))])
_MOUTHS = np.array([c in ")(DPp][/|" for c in map(chr, range(128))])

# Classes of known words, and of tokens, as bits.
IS_OPENING, IS_SPEECH, IS_TITLE, IS_ABBREVIATION, IS_STARTER, IS_EMOTICON, IS_CITATION = (1 << k for k in range(7))

_BASIS, _PRIME, _MIXER = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
_FACTORS = np.array([pow(int(_MIXER), 2 * k + 1, 1 << 64) for k in range(len(ATOMS) + 1)], np.uint64)  # of each atom
_SALTS = np.arange(1, len(TEMPLATES) + 1, dtype=np.uint64) * _MIXER
# The table of features: the upper bits of a key choose its group, whose seed leads to a place that no other key has.
_GROUPS, _PLACES = np.uint64(11), np.uint64(13)
_GROUP, _PLACE, _STEP = np.uint64(64) - _GROUPS, np.uint64(64) - _PLACES, np.uint64(1)
_TRIES = np.uint64(1 << 20)
_WEIGHT, _TOP = np.uint64(16), np.uint64(48)  # bits of a weight in a table, and of the key beside it

# The columns of what is known of every token, and of the tokens near a gap where a sentence may begin.
_START, _END, _CORE, _CORE_END, _FIRST, _FINAL, _ENDS, _AHEAD, _RUN, _TRAITS, _DESCRIBED = range(11)
_LOWER, _EXACT, _SUFFIX, _SHAPE, _PRE, _POST, _KNOWN, _BITS, _MARK, _COARSE = range(10)
PLACES, KNOWN = 11, 10
# Traits, as bits: begins with a capital or a small letter, is "i", is as in a chat, ends behind three characters.
_UPPER, _LOWERCASE, _IS_I, _CHATTY, _ENDS_LONG = (1 << k for k in range(5))
# What is followed from token to token: what is open, and how many tokens of the paragraph there were when a sentence
# began, a mark ended one, the last small letter began a word, and a quotation was opened.
_STRAIGHT, _CURLED, _BRACKETS, _BEGUN, _MARKED, _LOWERED, _OPENED, _APART = range(8)
STATE = 8

# A long paragraph is looked at in windows of this many tokens, or a few more; decided are all gaps of a window but the
# last ones, and the next begins a little before them. What is said of a paragraph is said of the window then.
WINDOW, BEHIND, FORWARD = 4096, 10, 64


class Model(NamedTuple):
    """What the loops read: kinds of characters, a hash table of known words, and one of features with their weights.

    ``seeds``: of each group of features. ``features``: 48 bits of a key, and its weight in the lower 16.
    """

    kinds: NDArray[np.uint8]
    words: NDArray[np.uint64]
    bits: NDArray[np.int64]
    seeds: NDArray[np.uint64]
    features: NDArray[np.uint64]


class Window(NamedTuple):
    """The tokens that are looked at together: the text, the kinds of its characters, and what is known of each token.

    ``words``, ``bits``: the known words of the model. ``atoms``: those of the gap looked at, and ``products`` with
    their factors. ``state``: what is followed from token to token. ``begun``: of the token with which the sentence
    began, the word, the shape and the marks before it.
    """

    units: NDArray[np.uint32]
    codes: NDArray[np.uint8]
    places: NDArray[np.int64]
    known: NDArray[np.uint64]
    words: NDArray[np.uint64]
    bits: NDArray[np.int64]
    atoms: NDArray[np.uint64]
    products: NDArray[np.uint64]
    state: NDArray[np.int64]
    begun: NDArray[np.uint64]


@cache
def model(path: Path = WEIGHTS) -> Model:
    """The model whose weights are in the file at `path`.

    >>> model().kinds[[ord(c) for c in "Éa5…”"]].tobytes()
    b'Xx9."'
    """
    classes = character_classes()
    kinds = np.full(len(classes), _OTHER, np.uint8)
    for kind, members in (
        (_CAPITAL, (scanner.UPPER,)),
        (_SMALL, (scanner.LOWER,)),
        (_LETTER, (scanner.LETTER, scanner.MARK)),
        (_DIGIT, (scanner.DIGIT,)),
    ):
        kinds[np.isin(classes, members)] = kind
    for mark, characters in _MARKS.items():
        kinds[[ord(c) for c in characters]] = ord(mark)
    lists = [(IS_OPENING, OPENINGS | STARTERS), (IS_STARTER, STARTERS), (IS_SPEECH, SPEECH)]
    lists += [(IS_TITLE, TITLES), (IS_ABBREVIATION, ABBREVIATIONS)]
    known: dict[str, int] = {}
    for bit, words in lists:
        for word in sorted(words):
            known[word] = known.get(word, 0) | bit
    words, bits = _table(*_read(_units("".join(f"{word}\t{bits}\n" for word, bits in known.items())), False))
    text = "".join(line for line in path.open(encoding="utf-8") if not line.startswith("#"))
    return Model(kinds, words, bits, *_arranged(*_read(_units(text), True)))


def english_spans(texts: Sequence[str], stretches: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sentences in `stretches` of English texts: (sentences, 3), start and end in the text, and stretch.

    `stretches`: (stretches, 3), the text of each, its start and its end there. A stretch of white space has no
    sentence, and a blank line ends one. Time grows with the length of the texts.

    >>> english_spans(["It rains.", "He met Mr. Khan. She left."], np.array([[1, 0, 26]])).tolist()
    [[0, 16, 0], [17, 26, 0]]
    """
    begins = np.cumsum([0, *(len(text) + 1 for text in texts)])[stretches[:, 0], None]
    bounds = stretches[:, 1:] + begins
    room = int((np.diff(bounds) // 2 + 1).sum())
    found = np.empty((room, 3), np.int64)
    found = found[: _split(_units("\n".join(texts)), bounds, model(), found)].copy()
    found[:, :2] -= begins[found[:, 2]]
    return found


def _units(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@uncounted
def _joined(value: Any, c: Any) -> Any:
    """The hash (FNV-1a) of a string with one more character."""
    return (value ^ np.uint64(c)) * _PRIME


@uncounted
def _one(c: Any) -> Any:
    """The hash of one character."""
    return _joined(_BASIS, c)


@uncounted
def _bit(condition: Any) -> Any:
    return _one(_YES if condition else _NO)


@uncounted
def _bucket(n: int) -> Any:
    """The hash of the digit that says how large a number is."""
    if n > _FAR:
        return _one(57)
    if n <= 3:
        return _one(48 + n)
    return _one(52 + (n > 5) + (n > 8) + (n > 12) + (n > 20))


@uncounted
def _slot(keys: Any, key: Any) -> Any:
    """The place of a key in an open-addressing table of a power of two, or where it would be."""
    mask = np.uint64(len(keys) - 1)
    i = key & mask
    while keys[i] != key and keys[i] != 0:
        i = (i + _STEP) & mask
    return i


@uncounted
def _value(keys: Any, values: Any, key: Any) -> Any:
    i = _slot(keys, key)
    return values[i] if keys[i] == key else 0


@compiled
def _table(words: Any, values: Any) -> Any:
    """A hash table of the words, and the value in each of its slots."""
    size = 1024
    while size < 2 * len(words):
        size *= 2
    keys, bits = np.zeros(size, np.uint64), np.zeros(size, np.int64)
    for k in range(len(words)):
        i = _slot(keys, words[k])
        keys[i], bits[i] = words[k], values[k]
    return keys, bits


@uncounted
def _place_of(key: Any, seeds: Any) -> Any:
    """The place of a feature in the table."""
    return ((key ^ seeds[key >> _GROUP]) * _MIXER) >> _PLACE


def _arranged(keys: NDArray[np.uint64], weights: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The seeds and the table of features, the largest groups first, which need the most free places.

    So a look-up reads one place, whether the feature is there or not, and there is no branch to guess.
    """
    groups = (keys >> _GROUP).astype(np.int64)
    order = np.lexsort((groups, -np.bincount(groups)[groups]))
    seeds, features = np.zeros(1 << _GROUPS, np.uint64), np.zeros(1 << _PLACES, np.uint64)
    _arrange(keys[order], weights[order], seeds, features)
    return seeds, features


@compiled
def _arrange(keys: Any, weights: Any, seeds: Any, features: Any) -> None:
    """Give each group the smallest seed by which all its features have a place of their own."""
    begin = 0
    while begin < len(keys):
        group = keys[begin] >> _GROUP
        k = begin
        while k < len(keys) and keys[k] >> _GROUP == group:
            place = _place_of(keys[k], seeds)
            if features[place] == 0:
                features[place] = (keys[k] << _WEIGHT) | np.uint64(weights[k] & 0xFFFF)
                k += 1
                continue
            for placed in range(begin, k):
                features[_place_of(keys[placed], seeds)] = 0
            k = begin
            seeds[group] += _STEP
            if seeds[group] == _TRIES:
                raise ValueError("the table of features is too small for so many, or a feature is there twice")
        begin = k


@compiled
def _read(units: Any, features: bool) -> Any:
    """The keys and the numbers in lines of fields apart by tabs: a word, or a template and atoms, and the number."""
    lines = 0
    for unit in units:
        lines += unit == 10
    keys, values = np.zeros(lines, np.uint64), np.zeros(lines, np.int64)
    field = _BASIS
    line = template = number = fields = 0
    sign = 1
    for unit in units:
        if unit == 9:
            if not features:
                keys[line] = field
            elif fields == 0:
                template = number
                keys[line] = _SALTS[template]
            else:
                keys[line] += field * _FACTORS[_ALL[template, fields]]
            fields += 1
        elif unit == 10:
            values[line] = sign * number
            line += 1
            fields = 0
        else:
            field = _joined(field, unit)
            if unit == _DASH:
                sign = -1
            elif 48 <= unit <= 57:
                number = number * 10 + (unit - 48)
            continue
        field = _BASIS
        number = 0
        sign = 1
    return keys, values


@uncounted
def _paragraph(units: Any, begin: int, end: int, kinds: Any, codes: Any) -> int:
    """Write the kind of every character of a paragraph, and give its end, which is a blank line's or `end`."""
    for i in range(begin, end):
        unit = units[np.uint64(i)]
        codes[np.uint64(i)] = kinds[unit]
        if unit <= _RETURN or unit == _PARAGRAPH:
            if unit in (_FEED, _PARAGRAPH):
                return i + 1
            j = i - 1
            if not _breaks(unit) or (unit == _LINE and j >= begin and units[j] == _RETURN):
                continue
            while j >= begin and codes[j] == _SPACE and not _breaks(units[j]):
                j -= 1
            if j >= begin and codes[j] == _SPACE:
                return i + 1
    return end


@uncounted
def _breaks(unit: Any) -> Any:
    return unit in (_LINE, _RETURN)


@uncounted
def _lowered(unit: Any) -> Any:
    """A character as it is in words: ASCII in lower case, a curly apostrophe straight."""
    if 65 <= unit <= 90:
        return unit | 32
    return _APOSTROPHE if unit == _CURLY else unit


@uncounted
def _marks(codes: Any, start: int, end: int, value: Any) -> Any:
    """The hash of the kinds of at most four characters, no more than two of a kind after each other."""
    before = last = 0
    n = 0
    for i in range(start, end):
        kind = codes[i]
        if kind == before and kind == last:
            continue
        before, last = last, kind
        value = _joined(value, kind)
        n += 1
        if n == 4:
            break
    return value


@uncounted
def _may_begin(units: Any, codes: Any, start: int, end: int, i: int) -> bool:
    """Whether a sentence may begin at `i` inside the run `start` to `end`, as in "ended.The" or "why?because"."""
    first = codes[i]
    if not (first in (_CAPITAL, _SMALL, _OPEN) or units[i] == _LEFT):
        return False
    j = i - 1
    while j > start and (codes[j] == _QUOTE or codes[j] == _CLOSE):
        j -= 1
    if not _ENDING[codes[j]]:
        return False
    before = j
    while before > start and _ENDING[codes[before]]:
        before -= 1
    if before <= start:
        return False
    single = before == j - 1 and units[j] == _STOP
    if single:
        kind = codes[before]
        if first == _SMALL or (kind == _DIGIT and first != _CAPITAL):
            return False
        small = kind == _SMALL and before > start and codes[before - 1] == _SMALL
        if not (small or kind in (_CLOSE, _QUOTE, _DIGIT)):
            return False
    for k in range(start, end):
        if units[k] == 64 or units[k] == 47:
            return False
        inner = units[k] == _STOP and k != j and start < k < end - 1
        if single and inner and _WORDLY[codes[k + 1]] and _WORDLY[codes[k - 1]]:
            return False
    return True


@uncounted
def _find_tokens(units: Any, codes: Any, i: int, end: int, places: Any, n: int) -> tuple[int, int]:
    """Write the places of tokens behind the `n` that are known, until the window is full or the paragraph ends.

    Gives where to go on, and the number of tokens. Behind the paragraph `codes` has a blank.
    """
    while i < end and codes[i] == _SPACE:
        i += 1
    while n < WINDOW and i < end:
        begin = first = i
        while _WORDLY[codes[np.uint64(i)]]:
            i += 1
        if codes[i] != _SPACE:
            while codes[i] != _SPACE:
                i += 1
            for k in range(first + 2, i if i - first <= _LONGEST else 0):
                before = codes[k - 1]
                if (_ENDING[before] or _CLOSING[before]) and _may_begin(units, codes, first, i, k):
                    _place(units, codes, begin, k, places[n])
                    n += 1
                    begin = k
        _place(units, codes, begin, i, places[n])
        n += 1
        while i < end and codes[i] == _SPACE:
            i += 1
    return i, n


@uncounted
def _place(units: Any, codes: Any, start: int, end: int, place: Any) -> None:
    """Fill in what is known of every token."""
    core, core_end = start, end
    while core < end and not _WORDLY[codes[core]]:
        core += 1
    while core_end > core and not _WORDLY[codes[core_end - 1]]:
        core_end -= 1
    place[_START], place[_END], place[_CORE], place[_CORE_END] = start, end, core, core_end
    place[_FIRST] = codes[core] if core < core_end else _NO
    place[_FINAL] = codes[end - 1]
    i = end - 1
    while i > start and _CLOSING[codes[i]]:
        i -= 1
    ends = _ENDING[codes[i]]
    place[_ENDS] = ends
    length, initial = core_end - core, units[min(core, end - 1)] | 32
    traits = _ENDS_LONG * (ends & (end - start > 3)) + _UPPER * (codes[start] == _CAPITAL)
    traits += _LOWERCASE * (codes[start] == _SMALL) + _IS_I * (
        (length == 1) & (initial == 105) & (codes[core] == _SMALL)
    )
    if initial == 117:  # u, ur
        traits |= _CHATTY if length == 1 or (length == 2 and units[core + 1] | 32 == 114) else 0
    elif initial == 108 and length == 3 and units[core + 1] | 32 == 111 and units[core + 2] | 32 == 108:
        traits |= _CHATTY  # lol
    for i in range(core_end + 1, end):
        traits |= _CHATTY if _ENDING[codes[i]] and _ENDING[codes[i - 1]] else 0
    place[_TRAITS] = traits
    place[_DESCRIBED] = 0


@uncounted
def _describe(w: Any, place: Any, known: Any) -> None:
    """Fill in the hashes and bits of one token."""
    units, codes, words, bits = w.units, w.codes, w.words, w.bits
    start, end, core, core_end, first = place[_START], place[_END], place[_CORE], place[_CORE_END], place[_FIRST]
    length = core_end - core
    lower = exact = stem = suffix = _BASIS
    seen = 0  # the kinds of the characters behind the first, as bits
    dotted = signed = elided = False
    for i in range(core, core_end):
        unit, kind = units[np.uint64(i)], codes[np.uint64(i)]
        if not _WORDLY[kind]:
            if kind == _APOSTROPHE and not elided:
                elided, stem = True, exact
            dotted |= unit == _STOP
            signed |= unit == 64 or unit == 47
            unit = np.uint32(_APOSTROPHE) if unit == _CURLY else unit
        exact = _joined(exact, unit)
        lower = _joined(lower, unit | 32 if 65 <= unit <= 90 else unit)
        if i > core:
            seen |= _BIT_OF[kind]
        if i >= core_end - 3:
            suffix = _joined(suffix, _lowered(unit))
    number = first == _DIGIT and seen | _BIT_OF[_DIGIT] == _BIT_OF[_DIGIT]
    shape = _one(first)
    if number:
        shape = _joined(shape, _DIGIT) if length > 2 else shape
    elif length:
        capitals, smalls = seen & _BIT_OF[_CAPITAL], seen & _BIT_OF[_SMALL]
        if signed:
            rest = _SIGN
        elif length == 1:
            rest = _YES
        elif seen & _BIT_OF[_DIGIT]:
            rest = _DIGIT
        elif capitals and not smalls:
            rest = _CAPITAL
        else:
            rest = _SMALL if smalls and not capitals else _MIXED
        shape = _joined(shape, rest)
        if dotted:
            shape = _joined(shape, _STOP)
    flags = _value(words, bits, exact)
    if lower != exact:
        flags |= _value(words, bits, lower)
    if elided:
        flags |= _value(words, bits, stem) & (IS_OPENING | IS_STARTER)
    kind_of_word = 119  # w, any word; a title, an abbreviation, an initial, with full stops inside, a number
    if flags & IS_TITLE:
        kind_of_word = 84
    elif flags & IS_ABBREVIATION:
        kind_of_word = 65
    elif length == 1 and first != _DIGIT:
        kind_of_word = 73
    elif dotted:
        kind_of_word = 68
    elif number:
        kind_of_word = 78
    flags &= IS_OPENING | IS_STARTER | IS_SPEECH
    if _is_emoticon(units, start, end):
        flags |= IS_EMOTICON
    if units[start] == _BRACKET and units[end - 1] == _UNBRACKET:
        for i in range(start + 1, end):
            kind = codes[i]
            if not (kind in (_DIGIT, _STOP, _DASH) or kind == _COMMA or units[i] == _UNBRACKET):
                break
        else:
            flags |= IS_CITATION
    coarse = closer = 0
    for i in range(core_end if length else start, end):
        kind = codes[i]
        if kind == _STOP:
            coarse = _DOTS if coarse in (_STOP, _DOTS) or units[i] == _ELLIPSIS else _STOP
        elif kind in (_QUESTION, _EXCLAMATION):
            coarse = _QUESTION
        elif _CLOSING[kind]:
            closer = _QUOTE if kind == _APOSTROPHE else kind
        else:
            coarse = kind
    if coarse == 0:
        coarse, closer = closer if closer else _NO, 0
    value = _joined(_one(coarse), closer) if closer else _one(coarse)
    known[_COARSE] = value if length else _joined(value, _WORDLESS)
    known[_LOWER], known[_EXACT], known[_SUFFIX], known[_SHAPE] = lower, exact, suffix, shape
    known[_PRE] = _marks(codes, start, core, _BASIS)
    known[_POST] = _marks(codes, core_end, end, _BASIS)
    known[_MARK] = known[_POST] if length else _marks(codes, start, end, _one(_WORDLESS))
    known[_KNOWN], known[_BITS] = kind_of_word, flags


@uncounted
def _is_emoticon(units: Any, start: int, end: int) -> Any:
    if not (2 <= end - start <= 5 and units[start] < 128 and units[end - 1] < 128):
        return False
    return (_EYES[units[start]] and _MOUTHS[units[end - 1]]) or (units[start] == 60 and units[start + 1] == 51)


@uncounted
def _describe_window(w: Any, n: int) -> None:
    """Fill in the atoms that are the same at all gaps, and how far each token is from the next end of a sentence."""
    places, atoms = w.places, w.atoms
    capitals = ends = ahead = run = seen = following = 0
    informal = False
    for t in range(n - 1, -1, -1):
        ended, own = places[t, _ENDS], places[t, _TRAITS]
        ahead = 1 if ended else ahead + 1
        places[t, _AHEAD] = ahead
        run = 0 if places[t, _FIRST] == _SMALL else 1 if ended else run + 1
        places[t, _RUN] = run
        capitals += own & _UPPER
        ends += ended
        seen |= own
        informal |= (own & _ENDS_LONG) != 0 and (following & _LOWERCASE) != 0
        following = own
    final = places[n - 1, _FINAL]
    style = _one(76 if informal or seen & _IS_I else 77 if seen & _CHATTY else 45)
    atoms[STYLE] = _joined(style, _STOP if _ENDING[final] or _CLOSING[final] else 110)
    share = capitals / n
    atoms[CAPS] = _one(72 if share > 0.6 else 104 if share > 0.35 else 45)
    atoms[DENSITY] = _bucket(n // (ends + 1))
    atoms[ENDS] = _bucket(ends)
    atoms[TOTAL] = _bucket(n)


@uncounted
def _know(w: Any, first: int, last: int) -> None:
    """Describe the tokens from `first` to `last` that are not described yet."""
    for t in range(first, last):
        if not w.places[t, _DESCRIBED]:
            _describe(w, w.places[t], w.known[t])
            w.places[t, _DESCRIBED] = 1


@uncounted
def _speaks(w: Any, n: int, i: int) -> Any:
    """Whether a name of at most five words and a verb of saying begin at token `i`."""
    for j in range(i, min(i + 5, n - 1)):
        _know(w, j, j + 2)
        if w.places[j, _FIRST] != _CAPITAL or w.known[j, _BITS] & np.uint64(IS_STARTER):
            return False
        if w.known[j + 1, _BITS] & np.uint64(IS_SPEECH):
            return True
    return False


@uncounted
def _rule(w: Any, n: int, i: int, since: int) -> Any:
    """Whether a plain rule sees an end behind token `i`, which is not a footnote's number and has none behind it."""
    codes, places, known = w.codes, w.places, w.known
    following = known[i + 1, _BITS]
    starter = (following & np.uint64(IS_STARTER)) != 0
    t = i
    hanging = np.uint64(IS_CITATION | IS_EMOTICON)
    while t > 0 and i - t < min(since - 1, _HANGING) and known[t, _BITS] & hanging:
        t -= 1
        _know(w, t, t + 1)
    if not places[t, _ENDS]:
        lone = places[i, _FINAL] == _DASH and places[i, _CORE] == places[i, _CORE_END]
        return starter and lone and i > 0 and (places[i - 1, _FINAL] == _SMALL or places[i - 1, _FINAL] == _DASH)
    first = places[i + 1, _FIRST]
    if following & hanging or first == _NO:
        return False
    j = places[t, _END] - 1
    while _CLOSING[codes[j]]:
        j -= 1
    closed = j < places[t, _END] - 1
    if codes[j] != _STOP:
        return not (closed and (first == _SMALL or _speaks(w, n, i + 1)))
    if known[t, _COARSE] == _one(_DOTS) or known[t, _COARSE] == _joined(_one(_DOTS), _WORDLESS):
        return first == _CAPITAL and not closed
    if closed:
        return first != _SMALL
    if j == places[t, _CORE_END]:
        kind, length = known[t, _KNOWN], places[t, _CORE_END] - places[t, _CORE]
        if kind == 84:
            return False
        if kind == 73:
            return starter
        if kind == 65 or (kind == 68 and length <= 7):
            return (following & np.uint64(IS_OPENING)) != 0
        if (kind == 78 and since <= 1) or (first == _DIGIT and length <= 3 and kind != 78):
            return False
    return True


@uncounted
def _is_footnote(known: Any, i: int) -> Any:
    """Whether a token is a number without marks."""
    shape = known[i, _SHAPE]
    number = shape == _one(_DIGIT) or shape == _joined(_one(_DIGIT), _DIGIT)
    return number and known[i, _PRE] == _BASIS and known[i, _POST] == _BASIS


@uncounted
def _look(w: Any, n: int, i: int, since: int) -> None:
    """Fill in the atoms of the gap behind token `i`."""
    places, known, begun, atoms = w.places, w.known, w.begun, w.atoms
    _know(w, max(0, i - 1), min(n, i + 4))
    none, wordless = _BASIS, _one(_NO)
    atoms[MARK], atoms[WORD], atoms[SHAPE] = known[i, _MARK], known[i, _LOWER], known[i, _SHAPE]
    atoms[NEXT_FIRST], atoms[NEXT_SHAPE] = _one(places[i + 1, _FIRST]), known[i + 1, _SHAPE]
    atoms[NEXT_WORD], atoms[NEXT_EXACT] = known[i + 1, _LOWER], known[i + 1, _EXACT]
    atoms[BEFORE_WORD], atoms[BEFORE_SHAPE], atoms[BEFORE_MARK] = none, wordless, none
    if i > 0:
        atoms[BEFORE_WORD], atoms[BEFORE_SHAPE] = known[i - 1, _LOWER], known[i - 1, _SHAPE]
        atoms[BEFORE_MARK] = known[i - 1, _MARK]
    atoms[SECOND_WORD], atoms[SECOND_SHAPE], atoms[SECOND_POST] = none, wordless, none
    second = third = np.uint64(0)
    if i + 2 < n:
        atoms[SECOND_WORD], atoms[SECOND_SHAPE] = known[i + 2, _LOWER], known[i + 2, _SHAPE]
        atoms[SECOND_POST], second = known[i + 2, _POST], known[i + 2, _BITS]
    atoms[REST] = _bucket(n - 1 - i)
    ahead = places[i + 1, _AHEAD]
    atoms[NEXT_END], atoms[NEXT_RUN] = _bucket(ahead), _bucket(places[i + 1, _RUN])
    atoms[NEXT_FINAL] = _one(places[min(i + ahead, n - 1), _FINAL] if ahead <= _FAR else _NO)
    atoms[AGAIN] = _one(_NO)
    if places[i + 1, _CORE] < places[i + 1, _CORE_END]:
        if known[i, _LOWER] == known[i + 1, _LOWER]:
            atoms[AGAIN] = _one(_YES)
        elif i > 0 and known[i - 1, _LOWER] == known[i + 1, _LOWER]:
            atoms[AGAIN] = _one(50)
    atoms[FIRST] = _one(_NO)  # how the next token is like the one with which the sentence began
    if known[i + 1, _SHAPE] == begun[1]:
        atoms[FIRST] = _one(_SMALL)
        if known[i + 1, _LOWER] == begun[0]:
            atoms[FIRST] = _one(119)
        elif known[i + 1, _PRE] == begun[2] and begun[2] != _BASIS:
            atoms[FIRST] = _one(109)
    atoms[THIRD_SHAPE] = wordless
    if i + 3 < n:
        atoms[THIRD_SHAPE], third = known[i + 3, _SHAPE], known[i + 3, _BITS]
    own, following = known[i, _BITS], known[i + 1, _BITS]
    atoms[COARSE], atoms[ABBREVIATION], atoms[SUFFIX] = known[i, _COARSE], _one(known[i, _KNOWN]), known[i, _SUFFIX]
    atoms[OPENING], atoms[NEXT_POST], atoms[NEXT_MARK] = known[i + 1, _PRE], known[i + 1, _POST], known[i + 1, _MARK]
    atoms[NEXT_SUFFIX] = known[i + 1, _SUFFIX]
    opening = np.uint64(IS_OPENING)
    speech = np.uint64(IS_SPEECH)
    atoms[STARTER], atoms[SECOND_STARTER] = _bit(following & opening), _bit(second & opening)
    atoms[SPEECH_NEAR], atoms[SECOND_SPEECH] = _bit((following | second | third) & speech), _bit(second & speech)
    emoticon, citation = np.uint64(IS_EMOTICON), np.uint64(IS_CITATION)
    atoms[EMOTICON], atoms[NEXT_EMOTICON] = _bit(own & emoticon), _bit(following & emoticon)
    atoms[CITATION], atoms[NEXT_CITATION] = _bit(own & citation), _bit(following & citation)
    atoms[GLUED] = _bit(places[i, _END] != places[i + 1, _START])
    before = _is_footnote(known, i + 1) and second & opening and places[i, _ENDS]
    behind = i > 0 and _is_footnote(known, i) and following & opening and places[i - 1, _ENDS]
    atoms[FOOTNOTE], atoms[AFTER_FOOTNOTE] = _bit(before), _bit(behind)
    atoms[RULE] = _bit(not before and (behind or _rule(w, n, i, since)))


@uncounted
def _weight(key: Any, seeds: Any, features: Any) -> Any:
    """The weight of a feature, 0 where there is none."""
    found = features[_place_of(key, seeds)]
    weight = np.int64(found << _TOP) >> np.int64(_TOP)
    return weight if (found ^ (key << _WEIGHT)) >> _WEIGHT == 0 else 0


@uncounted
def _total(w: Any, seeds: Any, features: Any) -> Any:
    """The sum of the weights of all templates with their atoms."""
    a = w.products
    for k in range(len(a)):
        a[k] = w.atoms[k] * _FACTORS[k]
    total = 0
    for k in range(len(_TWO)):
        t = _TWO[k]
        total += _weight(_SALTS[t[0]] + a[t[1]] + a[t[2]], seeds, features)
    for k in range(len(_THREE)):
        t = _THREE[k]
        total += _weight(_SALTS[t[0]] + a[t[1]] + a[t[2]] + a[t[3]], seeds, features)
    for k in range(len(_MORE)):
        t = _MORE[k]
        total += _weight(_SALTS[t[0]] + a[t[1]] + a[t[2]] + a[t[3]] + a[t[4]] + a[t[5]], seeds, features)
    return total


@uncounted
def _enter(w: Any, place: Any, position: int) -> None:
    """Follow what a token with marks opens and closes; it is the paragraph's token number `position`, from 1 on."""
    units, state, start, end = w.units, w.state, place[_START], place[_END]
    if _is_emoticon(units, start, end):
        return
    for i in range(start, end):
        unit = units[i]
        closed = state[_STRAIGHT] + state[_CURLED] == 0
        if unit == _QUOTE:
            state[_STRAIGHT] ^= 1
        elif unit == _LEFT:
            state[_CURLED] += 1
        elif unit == _RIGHT:
            state[_CURLED] = max(0, state[_CURLED] - 1)
        elif unit in (_OPEN, _BRACKET):
            state[_BRACKETS] += 1
        elif unit in (_CLOSE, _UNBRACKET):
            state[_BRACKETS] = max(0, state[_BRACKETS] - 1)
        if closed and state[_STRAIGHT] + state[_CURLED]:
            state[_OPENED], state[_APART] = position, position - state[_BEGUN] > 1


@uncounted
def _tell(w: Any, position: int) -> None:
    """Fill in the atoms of what was followed, behind token number `position`."""
    state, atoms = w.state, w.atoms
    atoms[SINCE], atoms[SINCE_MARK] = _bucket(position - state[_BEGUN]), _bucket(position - state[_MARKED])
    atoms[POSITION], atoms[BEFORE_RUN] = _bucket(position - 1), _bucket(position - state[_LOWERED])
    atoms[CAPITALS] = _bit(state[_LOWERED] <= state[_BEGUN])
    value = _BASIS  # what is open: q a straight quotation mark, c a curly one, ( a bracket
    for k, c in ((_STRAIGHT, 113), (_CURLED, 99), (_BRACKETS, _OPEN)):
        if state[k]:
            value = _joined(value, c)
    atoms[QUOTE] = value
    atoms[QUOTED] = _one(_NO)
    if state[_STRAIGHT] + state[_CURLED]:  # s opened where a sentence begins, m inside it; S and M in one before
        here = state[_OPENED] > state[_BEGUN]
        if state[_APART]:
            atoms[QUOTED] = _one(109 if here else 77)
        else:
            atoms[QUOTED] = _one(115 if here else 83)


@uncounted
def _begin(w: Any, known: Any, position: int) -> None:
    """A sentence begins with the token behind number `position`."""
    w.state[_BEGUN] = position
    w.begun[0], w.begun[1], w.begun[2] = known[_LOWER], known[_SHAPE], known[_PRE]


@uncounted
def _is_open(place: Any, following: Any) -> Any:
    """Whether a sentence may begin at a gap: not at a small letter behind a word, a comma or an apostrophe."""
    final = place[_FINAL]
    return not (following[_TRAITS] & _LOWERCASE and (_WORDLY[final] or final in (_COMMA, _APOSTROPHE)))


@compiled
def _split(units: Any, bounds: Any, model: Any, found: Any) -> int:
    """Write the start, end and stretch of every sentence, and give their number."""
    room = 1
    for p in range(len(bounds)):
        room = max(room, min(bounds[p, 1] - bounds[p, 0], WINDOW + _LONGEST))
    w = Window(
        units,
        np.empty(len(units) + 1, np.uint8),
        np.empty((room, PLACES), np.int64),
        np.empty((room, KNOWN), np.uint64),
        model.words,
        model.bits,
        np.zeros(len(_FACTORS), np.uint64),
        np.zeros(len(_FACTORS), np.uint64),
        np.zeros(STATE, np.int64),
        np.zeros(3, np.uint64),
    )
    count = 0
    for p in range(len(bounds)):
        end = bounds[p, 0]
        while end < bounds[p, 1]:
            begin, end = end, _paragraph(units, end, bounds[p, 1], model.kinds, w.codes)
            w.codes[end] = _SPACE
            count = _split_paragraph(w, begin, end, p, model, found, count)
    return count


@uncounted
def _split_paragraph(w: Any, at: int, end: int, p: int, model: Any, found: Any, count: int) -> int:
    """Write the sentences of a paragraph behind the `count` that there are, and give their number."""
    places, known, state, atoms = w.places, w.known, w.state, w.atoms
    at, n = _find_tokens(w.units, w.codes, at, end, places, 0)
    if n == 0:
        return count
    state[:] = 0
    _know(w, 0, 1)
    _begin(w, known[0], 0)
    begin, i, position = places[0, _START], 0, 0
    atoms[LAST] = _one(94)
    while True:
        _describe_window(w, n)
        decided = n - FORWARD if at < end else n - 1
        while i < decided:
            place = places[i]
            position += 1
            if place[_FIRST] == _SMALL:
                state[_LOWERED] = position
            if place[_CORE] > place[_START] or place[_CORE_END] < place[_END]:
                _enter(w, place, position)
            if _is_open(place, places[i + 1]):
                _tell(w, position)
                _look(w, n, i, position - state[_BEGUN])
                if _total(w, model.seeds, model.features) > 0:
                    found[count, 0], found[count, 1], found[count, 2] = begin, place[_END], p
                    count += 1
                    begin = places[i + 1, _START]
                    _begin(w, known[i + 1], position)
                    atoms[LAST] = _one(place[_FINAL])
            if place[_ENDS]:
                state[_MARKED] = position
            i += 1
        if at == end:
            break
        kept = i - BEHIND
        for t in range(kept, n):
            for k in range(PLACES):
                places[t - kept, k] = places[t, k]
            for k in range(KNOWN):
                known[t - kept, k] = known[t, k]
        i = BEHIND
        at, n = _find_tokens(w.units, w.codes, at, end, places, n - kept)
    found[count, 0], found[count, 1], found[count, 2] = begin, places[n - 1, _END], p
    count += 1
    return count
