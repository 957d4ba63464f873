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

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled
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
_WIDEST = max(map(len, TEMPLATES))
_NOTHING = len(ATOMS)  # the place of a zero, which makes all templates equally long and their loop free of branches
_ATOM_OF = np.array([[ATOMS.index(name) for name in t] + [_NOTHING] * (_WIDEST - len(t)) for t in TEMPLATES], np.uint8)
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
_NO, _YES, _DOTS, _WORDLESS, _MIXED, _SIGN, _BRACKET, _UNBRACKET, _COMMA = (ord(c) for c in "01dWm@[],")
_ELLIPSIS, _CURLY, _LEFT, _RIGHT = 0x2026, 0x2019, 0x201C, 0x201D
_HANGING, _LONGEST = 8, 256  # citations behind an end, and characters of a run looked into, so that time is linear
_FAR = 40  # tokens: how much further something is, makes no difference
_EYES = np.array([c in ":;=8" for c in map(chr, range(128))])
_MOUTHS = np.array([c in ")(DPp][/|" for c in map(chr, range(128))])

# Classes of known words, and of tokens, as bits.
IS_OPENING, IS_SPEECH, IS_TITLE, IS_ABBREVIATION, IS_STARTER, IS_EMOTICON, IS_CITATION = (1 << k for k in range(7))

_BASIS, _PRIME, _MIXER = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
_FACTORS = np.array(
    [0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB], np.uint64
)
_HALF, _STEP, _WORD_BITS, _LOW = np.uint64(32), np.uint64(1), np.uint64(54), np.uint64(63)

# The columns of what is known of every token, and of the tokens near a gap where a sentence may begin.
_START, _END, _CORE, _CORE_END, _FIRST, _FINAL, _ENDS, _AHEAD, _RUN, _DESCRIBED = range(10)
_LOWER, _EXACT, _SUFFIX, _SHAPE, _PRE, _POST, _KNOWN, _BITS, _MARK, _COARSE = range(10)
PLACES, KNOWN = 10, 10
# What is followed from token to token: what is open, and how many tokens of the paragraph there were when a sentence
# began, a mark ended one, the last small letter began a word, and a quotation was opened.
_STRAIGHT, _CURLED, _BRACKETS, _BEGUN, _MARKED, _LOWERED, _OPENED, _APART = range(8)
STATE = 8

# A long paragraph is looked at in windows of this many tokens, or a few more; decided are all gaps of a window but the
# last ones, and the next begins a little before them. What is said of a paragraph is said of the window then.
WINDOW, BEHIND, FORWARD = 4096, 10, 64


class Model(NamedTuple):
    """What the loops read: kinds of characters, hash tables of known words and of weights, and a bit for each key."""

    kinds: NDArray[np.uint8]
    words: NDArray[np.uint64]
    bits: NDArray[np.int64]
    keys: NDArray[np.uint64]
    weights: NDArray[np.int64]
    present: NDArray[np.uint64]


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
    units = _units("".join(f"{word}\t{bits}\n" for word, bits in known.items()))
    words, bits = _read(units, len(known), False)
    text = "".join(line for line in path.open(encoding="utf-8") if not line.startswith("#"))
    keys, weights = _read(_units(text), text.count("\n"), True)
    present = np.zeros(1 << 10, np.uint64)
    known_keys = keys[keys != 0]
    np.bitwise_or.at(present, known_keys >> _WORD_BITS, _STEP << (known_keys & _LOW))
    return Model(kinds, words, bits, keys, weights, present)


def english_spans(text: str, paragraphs: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    """The sentences in the `paragraphs` (start, end) of an English text: (sentences, 3), start, end and paragraph.

    A paragraph of white space has none. Time grows with the length of the text.

    >>> english_spans("He met Mr. Khan. She left.", [(0, 26)]).tolist()
    [[0, 16, 0], [17, 26, 0]]
    """
    bounds = np.array(list(paragraphs), np.int64).reshape(-1, 2)
    room = int((np.diff(bounds) // 2 + 1).sum())
    found = np.empty((room, 3), np.int64)
    return found[: _split(_units(text), bounds, *model(), found)]


def _units(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@compiled
def _joined(value: Any, c: Any) -> Any:
    """The hash (FNV-1a) of a string with one more character."""
    return (value ^ np.uint64(c)) * _PRIME


@compiled
def _one(c: Any) -> Any:
    """The hash of one character."""
    return _joined(_BASIS, c)


@compiled
def _bit(condition: Any) -> Any:
    return _one(_YES if condition else _NO)


@compiled
def _bucket(n: int) -> Any:
    """The hash of the digit that says how large a number is."""
    if n > _FAR:
        return _one(57)
    if n <= 3:
        return _one(48 + n)
    return _one(52 + (n > 5) + (n > 8) + (n > 12) + (n > 20))


@compiled
def _finished(key: Any) -> Any:
    """The hash of a feature, from the sum of its template and of its atoms, each times the factor of its place."""
    key = (key ^ (key >> _HALF)) * _MIXER
    return key ^ (key >> _HALF)


@compiled
def _slot(keys: Any, key: Any) -> Any:
    """The place of a key in an open-addressing table of a power of two, or where it would be."""
    mask = np.uint64(len(keys) - 1)
    i = key & mask
    while keys[i] != key and keys[i] != 0:
        i = (i + _STEP) & mask
    return i


@compiled
def _value(keys: Any, values: Any, key: Any) -> Any:
    i = _slot(keys, key)
    return values[i] if keys[i] == key else 0


@compiled
def _read(units: Any, lines: int, features: bool) -> Any:
    """The table of lines of fields apart by tabs, the last a number; the others are a word, or a template and atoms."""
    size = 1024
    while size < 2 * lines:
        size *= 2
    keys, values = np.zeros(size, np.uint64), np.zeros(size, np.int64)
    key = field = _BASIS
    number = fields = 0
    sign = 1
    for unit in units:
        if unit == 9:
            if not features:
                key = field
            elif fields == 0:
                key = np.uint64(number + 1) * _MIXER
            else:
                key += field * _FACTORS[fields - 1]
            fields += 1
        elif unit == 10:
            key = _finished(key) if features else key
            i = _slot(keys, key)
            keys[i], values[i] = key, sign * number
            fields = 0
        else:
            field = _joined(field, unit)
            if unit == _DASH:
                sign = -1
            elif 48 <= unit <= 57:
                number = number * 10 + (unit - 48)
            continue
        if unit == 9 or unit == 10:
            field = _BASIS
            number = 0
            sign = 1
    return keys, values


@compiled
def _is_word(kind: Any) -> Any:
    return kind in (_CAPITAL, _SMALL, _DIGIT, _LETTER)


@compiled
def _is_end(kind: Any) -> Any:
    return kind in (_STOP, _QUESTION, _EXCLAMATION)


@compiled
def _is_closer(kind: Any) -> Any:
    return kind in (_QUOTE, _APOSTROPHE, _CLOSE)


@compiled
def _lowered(unit: Any) -> Any:
    """A character as it is in words: ASCII in lower case, a curly apostrophe straight."""
    if 65 <= unit <= 90:
        return unit | 32
    return _APOSTROPHE if unit == _CURLY else unit


@compiled
def _marks(units: Any, start: int, end: int, kinds: Any, value: Any) -> Any:
    """The hash of the kinds of at most four characters, no more than two of a kind after each other."""
    before = last = 0
    n = 0
    for i in range(start, end):
        kind = kinds[units[i]]
        if kind == before and kind == last:
            continue
        before, last = last, kind
        value = _joined(value, kind)
        n += 1
        if n == 4:
            break
    return value


@compiled
def _may_begin(units: Any, start: int, end: int, i: int, kinds: Any) -> bool:
    """Whether a sentence may begin at `i` inside the run `start` to `end`, as in "ended.The" or "why?because"."""
    first = kinds[units[i]]
    if not (first in (_CAPITAL, _SMALL, _OPEN) or units[i] == _LEFT):
        return False
    j = i - 1
    while j > start and (kinds[units[j]] == _QUOTE or kinds[units[j]] == _CLOSE):
        j -= 1
    if not _is_end(kinds[units[j]]):
        return False
    before = j
    while before > start and _is_end(kinds[units[before]]):
        before -= 1
    if before <= start:
        return False
    single = before == j - 1 and units[j] == _STOP
    if single:
        kind = kinds[units[before]]
        if first == _SMALL or (kind == _DIGIT and first != _CAPITAL):
            return False
        small = kind == _SMALL and before > start and kinds[units[before - 1]] == _SMALL
        if not (small or kind in (_CLOSE, _QUOTE, _DIGIT)):
            return False
    for k in range(start, end):
        if units[k] == 64 or units[k] == 47:
            return False
        inner = units[k] == _STOP and k != j and start < k < end - 1
        if single and inner and _is_word(kinds[units[k + 1]]) and _is_word(kinds[units[k - 1]]):
            return False
    return True


@compiled
def _find_tokens(units: Any, i: int, end: int, kinds: Any, places: Any, n: int) -> tuple[int, int]:
    """Write the places of tokens behind the `n` that are known, until the window is full or the paragraph ends.

    Gives where to go on, and the number of tokens.
    """
    while i < end and kinds[units[i]] == _SPACE:
        i += 1
    while n < WINDOW and i < end:
        begin = first = i
        marked = False
        while i < end and kinds[units[i]] != _SPACE:
            marked |= not _is_word(kinds[units[i]])
            i += 1
        if marked and i - first <= _LONGEST:
            for k in range(first + 2, i):
                before = kinds[units[k - 1]]
                if (_is_end(before) or _is_closer(before)) and _may_begin(units, first, i, k, kinds):
                    _place(units, begin, k, kinds, places[n])
                    n += 1
                    begin = k
        _place(units, begin, i, kinds, places[n])
        n += 1
        while i < end and kinds[units[i]] == _SPACE:
            i += 1
    return i, n


@compiled
def _place(units: Any, start: int, end: int, kinds: Any, place: Any) -> None:
    """Fill in what is known of every token."""
    core, core_end = start, end
    while core < end and not _is_word(kinds[units[core]]):
        core += 1
    while core_end > core and not _is_word(kinds[units[core_end - 1]]):
        core_end -= 1
    place[_START], place[_END], place[_CORE], place[_CORE_END] = start, end, core, core_end
    place[_FIRST] = kinds[units[core]] if core < core_end else _NO
    place[_FINAL] = kinds[units[end - 1]]
    i = end - 1
    while i > start and _is_closer(kinds[units[i]]):
        i -= 1
    place[_ENDS] = _is_end(kinds[units[i]])
    place[_DESCRIBED] = 0


@compiled
def _describe(units: Any, place: Any, kinds: Any, words: Any, bits: Any, known: Any) -> None:
    """Fill in the hashes and bits of one token."""
    start, end, core, core_end, first = place[_START], place[_END], place[_CORE], place[_CORE_END], place[_FIRST]
    length = core_end - core
    lower = exact = stem = suffix = _BASIS
    capitals = smalls = digits = 0
    dotted = signed = elided = False
    for i in range(core, core_end):
        unit, kind = units[i], kinds[units[i]]
        lower = _joined(lower, _lowered(unit))
        exact = _joined(exact, _APOSTROPHE if unit == _CURLY else unit)
        elided |= kind == _APOSTROPHE
        if not elided:
            stem = exact
        if i >= core_end - 3:
            suffix = _joined(suffix, _lowered(unit))
        if i > core:
            capitals += kind == _CAPITAL
            smalls += kind == _SMALL
            digits += kind == _DIGIT
        dotted |= unit == _STOP
        signed |= unit == 64 or unit == 47
    number = first == _DIGIT and digits == length - 1
    shape = _one(first)
    if number:
        shape = _joined(shape, _DIGIT) if length > 2 else shape
    elif length:
        if signed:
            rest = _SIGN
        elif length == 1:
            rest = _YES
        elif digits:
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
            kind = kinds[units[i]]
            if not (kind in (_DIGIT, _STOP, _DASH) or kind == _COMMA or units[i] == _UNBRACKET):
                break
        else:
            flags |= IS_CITATION
    coarse = closer = 0
    for i in range(core_end if length else start, end):
        kind = kinds[units[i]]
        if kind == _STOP:
            coarse = _DOTS if coarse in (_STOP, _DOTS) or units[i] == _ELLIPSIS else _STOP
        elif kind in (_QUESTION, _EXCLAMATION):
            coarse = _QUESTION
        elif _is_closer(kind):
            closer = _QUOTE if kind == _APOSTROPHE else kind
        else:
            coarse = kind
    if coarse == 0:
        coarse, closer = closer if closer else _NO, 0
    value = _joined(_one(coarse), closer) if closer else _one(coarse)
    known[_COARSE] = value if length else _joined(value, _WORDLESS)
    known[_LOWER], known[_EXACT], known[_SUFFIX], known[_SHAPE] = lower, exact, suffix, shape
    known[_PRE] = _marks(units, start, core, kinds, _BASIS)
    known[_POST] = _marks(units, core_end, end, kinds, _BASIS)
    known[_MARK] = known[_POST] if length else _marks(units, start, end, kinds, _one(_WORDLESS))
    known[_KNOWN], known[_BITS] = kind_of_word, flags


@compiled
def _is_emoticon(units: Any, start: int, end: int) -> Any:
    if not (2 <= end - start <= 5 and units[start] < 128 and units[end - 1] < 128):
        return False
    return (_EYES[units[start]] and _MOUTHS[units[end - 1]]) or (units[start] == 60 and units[start + 1] == 51)


@compiled
def _describe_window(units: Any, places: Any, n: int, kinds: Any, atoms: Any) -> None:
    """Fill in the atoms that are the same at all gaps, and how far each token is from the next end of a sentence."""
    informal = doubled = False
    capitals = ends = ahead = run = 0
    for t in range(n - 1, -1, -1):
        start, end = places[t, _START], places[t, _END]
        ended = places[t, _ENDS]
        ahead = 1 if ended else ahead + 1
        places[t, _AHEAD] = ahead
        run = 0 if places[t, _FIRST] == _SMALL else 1 if ended else run + 1
        places[t, _RUN] = run
        ends += ended
        capitals += kinds[units[start]] == _CAPITAL
        if ended and t + 1 < n and kinds[units[places[t + 1, _START]]] == _SMALL and end - start > 3:
            informal = True
        core = places[t, _CORE]
        length = places[t, _CORE_END] - core
        if length == 1:
            informal |= units[core] == 105  # i
            doubled |= units[core] | 32 == 117  # u
        elif length == 2:
            doubled |= units[core] | 32 == 117 and units[core + 1] | 32 == 114  # ur
        elif length == 3:
            doubled |= units[core] | 32 == 108 and units[core + 1] | 32 == 111 and units[core + 2] | 32 == 108  # lol
        for i in range(places[t, _CORE_END] + 1, end):
            doubled |= _is_end(kinds[units[i]]) and _is_end(kinds[units[i - 1]])
    final = places[n - 1, _FINAL]
    style = _one(76 if informal else 77 if doubled else 45)
    atoms[STYLE] = _joined(style, _STOP if _is_end(final) or _is_closer(final) else 110)
    share = capitals / n
    atoms[CAPS] = _one(72 if share > 0.6 else 104 if share > 0.35 else 45)
    atoms[DENSITY] = _bucket(n // (ends + 1))
    atoms[ENDS] = _bucket(ends)
    atoms[TOTAL] = _bucket(n)


@compiled
def _know(units: Any, places: Any, first: int, last: int, kinds: Any, words: Any, bits: Any, known: Any) -> None:
    """Describe the tokens from `first` to `last` that are not described yet."""
    for t in range(first, last):
        if not places[t, _DESCRIBED]:
            _describe(units, places[t], kinds, words, bits, known[t])
            places[t, _DESCRIBED] = 1


@compiled
def _speaks(units: Any, places: Any, n: int, i: int, kinds: Any, words: Any, bits: Any, known: Any) -> Any:
    """Whether a name of at most five words and a verb of saying begin at token `i`."""
    for j in range(i, min(i + 5, n - 1)):
        _know(units, places, j, j + 2, kinds, words, bits, known)
        if places[j, _FIRST] != _CAPITAL or known[j, _BITS] & np.uint64(IS_STARTER):
            return False
        if known[j + 1, _BITS] & np.uint64(IS_SPEECH):
            return True
    return False


@compiled
def _rule(units: Any, places: Any, n: int, i: int, since: int, kinds: Any, words: Any, bits: Any, known: Any) -> Any:
    """Whether a plain rule sees an end behind token `i`, which is not a footnote's number and has none behind it."""
    following = known[i + 1, _BITS]
    starter = (following & np.uint64(IS_STARTER)) != 0
    t = i
    hanging = np.uint64(IS_CITATION | IS_EMOTICON)
    while t > 0 and i - t < min(since - 1, _HANGING) and known[t, _BITS] & hanging:
        t -= 1
        _know(units, places, t, t + 1, kinds, words, bits, known)
    if not places[t, _ENDS]:
        lone = places[i, _FINAL] == _DASH and places[i, _CORE] == places[i, _CORE_END]
        return starter and lone and i > 0 and (places[i - 1, _FINAL] == _SMALL or places[i - 1, _FINAL] == _DASH)
    first = places[i + 1, _FIRST]
    if following & hanging or first == _NO:
        return False
    j = places[t, _END] - 1
    while _is_closer(kinds[units[j]]):
        j -= 1
    closed = j < places[t, _END] - 1
    if kinds[units[j]] != _STOP:
        return not (closed and (first == _SMALL or _speaks(units, places, n, i + 1, kinds, words, bits, known)))
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


@compiled
def _is_footnote(known: Any, i: int) -> Any:
    """Whether a token is a number without marks."""
    shape = known[i, _SHAPE]
    number = shape == _one(_DIGIT) or shape == _joined(_one(_DIGIT), _DIGIT)
    return number and known[i, _PRE] == _BASIS and known[i, _POST] == _BASIS


@compiled
def _look(
    units: Any,
    places: Any,
    n: int,
    i: int,
    since: int,
    kinds: Any,
    words: Any,
    bits: Any,
    known: Any,
    begun: Any,
    atoms: Any,
) -> None:
    """Fill in the atoms of the gap behind token `i`."""
    _know(units, places, max(0, i - 1), min(n, i + 4), kinds, words, bits, known)
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
    atoms[RULE] = _bit(not before and (behind or _rule(units, places, n, i, since, kinds, words, bits, known)))


@compiled
def _weight(template: Any, atoms: Any, keys: Any, weights: Any, present: Any) -> Any:
    """The weight of a template with its atoms."""
    key = (np.uint64(template) + _STEP) * _MIXER
    for k in range(_WIDEST):
        key += atoms[_ATOM_OF[template, np.uint64(k)]] * _FACTORS[np.uint64(k)]
    key = _finished(key)
    if (present[key >> _WORD_BITS] >> (key & _LOW)) & _STEP:  # most are not: a look into the nearest cache
        return _value(keys, weights, key)
    return 0


@compiled
def _enter(units: Any, place: Any, position: int, state: Any) -> None:
    """Follow what a token with marks opens and closes; it is the paragraph's token number `position`, from 1 on."""
    start, end = place[_START], place[_END]
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


@compiled
def _tell(position: int, state: Any, atoms: Any) -> None:
    """Fill in the atoms of what was followed, behind token number `position`."""
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


@compiled
def _begin(known: Any, position: int, state: Any, first: Any) -> None:
    """A sentence begins with the token behind number `position`."""
    state[_BEGUN] = position
    first[0], first[1], first[2] = known[_LOWER], known[_SHAPE], known[_PRE]


@compiled
def _is_open(units: Any, place: Any, following: Any, kinds: Any) -> Any:
    """Whether a sentence may begin at a gap: not at a small letter behind a word, a comma or an apostrophe."""
    final = place[_FINAL]
    return kinds[units[following[_START]]] != _SMALL or not (_is_word(final) or final in (_COMMA, _APOSTROPHE))


@compiled
def _split(
    units: Any, bounds: Any, kinds: Any, words: Any, bits: Any, keys: Any, weights: Any, present: Any, found: Any
) -> int:
    """Write the start, end and paragraph of every sentence, and give their number."""
    room = 1
    for p in range(len(bounds)):
        room = max(room, min(bounds[p, 1] - bounds[p, 0], WINDOW + _LONGEST))
    places, known = np.empty((room, PLACES), np.int64), np.empty((room, KNOWN), np.uint64)
    atoms, state, first = np.zeros(_NOTHING + 1, np.uint64), np.zeros(STATE, np.int64), np.zeros(3, np.uint64)
    count = 0
    for p in range(len(bounds)):
        end = bounds[p, 1]
        at, n = _find_tokens(units, bounds[p, 0], end, kinds, places, 0)
        if n == 0:
            continue
        state[:] = 0
        _know(units, places, 0, 1, kinds, words, bits, known)
        _begin(known[0], 0, state, first)
        begin, i, position = places[0, _START], 0, 0
        atoms[LAST] = _one(94)
        while True:
            _describe_window(units, places, n, kinds, atoms)
            decided = n - FORWARD if at < end else n - 1
            while i < decided:
                place = places[i]
                position += 1
                if place[_FIRST] == _SMALL:
                    state[_LOWERED] = position
                if place[_CORE] > place[_START] or place[_CORE_END] < place[_END]:
                    _enter(units, place, position, state)
                if _is_open(units, place, places[i + 1], kinds):
                    _tell(position, state, atoms)
                    _look(units, places, n, i, position - state[_BEGUN], kinds, words, bits, known, first, atoms)
                    total = 0
                    for template in range(len(_ATOM_OF)):
                        total += _weight(template, atoms, keys, weights, present)
                    if total > 0:
                        found[count, 0], found[count, 1], found[count, 2] = begin, place[_END], p
                        count += 1
                        begin = places[i + 1, _START]
                        _begin(known[i + 1], position, state, first)
                        atoms[LAST] = _one(place[_FINAL])
                if place[_ENDS]:
                    state[_MARKED] = position
                i += 1
            if at == end:
                break
            kept = i - BEHIND
            places[: n - kept], known[: n - kept] = places[kept:n].copy(), known[kept:n].copy()
            i = BEHIND
            at, n = _find_tokens(units, at, end, kinds, places, n - kept)
        found[count, 0], found[count, 1], found[count, 2] = begin, places[n - 1, _END], p
        count += 1
    return count
