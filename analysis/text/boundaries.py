"""Where the sentences of English end: a linear model over the words and marks around each gap, in compiled loops.

A paragraph is cut at white space into tokens, and behind the marks of "ended.The next", where a blank was forgotten.
At every gap between two tokens where a sentence may begin, from left to right, the model adds up the integer weights
of its features; above zero a sentence begins. A feature is a template and the values of its atoms at the gap:
``mark next_first`` may be ``.`` and ``X``, a full stop before a capital. The weights are in ``sentence_weights.tsv``,
learnt by ``benchmarks/sentences.py``. ``tests/text/reference_sentences.py`` defines the atoms more readably.

An atom is the 64-bit hash of a string. All loops are in this one file (see `compiled`).
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

# The atoms: a row for each token, the atoms of the token first, then those of the gap behind it. `first` to `post` are
# marks and kinds of characters; `likeness` compares the next token with the one that began the sentence.
COLUMNS = (
    "word shape mark coarse abbreviation suffix first opening post starter "
    "quote quoted since since_mark last likeness speech rule next_end next_final nothing bits"
).split()
(WORD, SHAPE, MARK, COARSE, ABBREVIATION, SUFFIX, FIRST, OPENING, POST, STARTER) = range(10)
(QUOTE, QUOTED, SINCE, SINCE_MARK, LAST, LIKENESS, SPEECH_NEAR, RULE, NEXT_END, NEXT_FINAL, NOTHING) = range(10, 21)
BITS, WIDTH = 21, 22
NEIGHBOURS = ("before", "", "next", "second")  # the rows of a gap: `next_word` is the `word` of the next token

# Which atoms make a feature. The first has none and is the same everywhere.
TEMPLATES = [
    line.split()
    for line in """

    mark before_shape shape next_shape
    coarse abbreviation next_starter next_first
    before_mark mark shape next_starter
    mark next_first last since
    mark next_shape
    coarse abbreviation next_first next_opening
    mark word
    mark next_starter
    mark before_word
    mark shape next_shape second_shape
    mark quote next_first
    mark abbreviation next_starter
    mark shape next_first
    mark quote next_opening next_first
    mark next_first second_post
    mark suffix next_first
    mark next_first next_suffix
    mark next_shape next_post second_starter
    mark next_first since_mark next_starter
    next_opening next_word
    coarse quote next_opening next_first
    coarse speech next_first quote
    coarse word next_first
    rule mark
    rule coarse quote next_first
    rule coarse abbreviation next_first
    rule coarse next_starter since
    mark next_first likeness since
    mark likeness next_mark
    mark quoted next_first
    coarse quoted next_first next_opening
    rule quoted next_final
    mark next_first next_final next_end
    """.split("\n")[1:-1]
]
MOST = 4  # atoms of a template
# The first templates decide most gaps: above SURE a sentence begins, below CLEAR none does, whatever the others say.
EARLY, SURE, CLEAR = 9, 120, -150


def _place(atom: str) -> int:
    """The place of an atom, counted from the row of the token before the gap's."""
    neighbour, _, column = ("", "", atom) if atom in COLUMNS else atom.partition("_")
    return NEIGHBOURS.index(neighbour) * WIDTH + COLUMNS.index(column)


_ATOMS = np.array([[_place(atom) for atom in [*t, *["nothing"] * (MOST - len(t))]] for t in TEMPLATES])

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
# What a token is by its word: a title, an abbreviation, an initial, with full stops inside, a number, another.
_TITLE, _ABBREVIATION, _INITIAL, _DOTTED, _NUMBER, _PLAIN = (ord(c) for c in "TAIDNw")
_ELLIPSIS, _CURLY, _LEFT, _RIGHT = 0x2026, 0x2019, 0x201C, 0x201D
_LINE, _FEED, _RETURN, _PARAGRAPH = 0x0A, 0x0C, 0x0D, 0x2029
_HANGING, _LONGEST = 8, 256  # citations behind an end, and characters of a run looked into, so that time is linear
_FAR = 40  # tokens: greater distances are all the same
_EYES = np.array([c in ":;=8" for c in map(chr, range(128))])
_MOUTHS = np.array([c in ")(DPp][/|" for c in map(chr, range(128))])

# Classes of known words, and of tokens, as bits.
IS_OPENING, IS_SPEECH, IS_TITLE, IS_ABBREVIATION, IS_STARTER, IS_EMOTICON, IS_CITATION = (1 << k for k in range(7))

_BASIS, _PRIME, _MIXER = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
_FACTORS = np.array([pow(int(_MIXER), 2 * k + 1, 1 << 64) for k in range(MOST)], np.uint64)
_SALTS = np.arange(1, len(TEMPLATES) + 1, dtype=np.uint64) * _MIXER
# The hash table: the upper bits of a key choose its group, whose seed leads to a place that no other key has.
_GROUPS, _PLACES = np.uint64(11), np.uint64(13)
_GROUP, _PLACE, _STEP = np.uint64(64) - _GROUPS, np.uint64(64) - _PLACES, np.uint64(1)
_TRIES = np.uint64(1 << 20)
_WEIGHT, _TOP = np.uint64(16), np.uint64(48)  # bits of a number in the table, and of the key beside it

# The columns of `places`.
_START, _END, _CORE, _CORE_END, _ENDS, _DESCRIBED = range(6)
# The state: what is open; the number of the token before the sentence, of the last one with a mark that ends one, and
# of the one that opened the quotation; and whether that was inside its sentence.
_STRAIGHT, _CURLED, _BRACKETS, _BEGUN, _MARKED, _OPENED, _APART = range(7)

# A long paragraph is read in windows of this many tokens, or a few more. The last FORWARD gaps of a window are decided
# in the next, which begins BEHIND tokens before them: no atom looks further.
WINDOW, BEHIND, FORWARD = 1024, 10, 64


class Model(NamedTuple):
    """The kind of each character, and a hash table of the weights of features and the classes of known words.

    ``seeds``: of each group of keys. ``table``: 48 bits of a key, and its number in the lower 16.
    """

    kinds: NDArray[np.uint8]
    seeds: NDArray[np.uint64]
    table: NDArray[np.uint64]


class Window(NamedTuple):
    """The text, the kinds of its characters, and a row of `places` and of `atoms` for each token of a window.

    The first token has row 1; row 0 and the two behind the last token of a paragraph stand for no token.
    ``row_by_row``: the atoms as one row. ``state``: quotations, brackets and sentences as they are at the token.
    ``begun``: the atoms of the first token of the sentence. ``seeds``, ``table``: those of the `Model`.
    """

    units: NDArray[np.uint32]
    codes: NDArray[np.uint8]
    places: NDArray[np.int64]
    atoms: NDArray[np.uint64]
    row_by_row: NDArray[np.uint64]
    state: NDArray[np.int64]
    begun: NDArray[np.uint64]
    seeds: NDArray[np.uint64]
    table: NDArray[np.uint64]


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
    values: dict[int, int] = {}
    lists = [(IS_OPENING, OPENINGS | STARTERS), (IS_STARTER, STARTERS), (IS_SPEECH, SPEECH)]
    for bit, words in [*lists, (IS_TITLE, TITLES), (IS_ABBREVIATION, ABBREVIATIONS)]:
        for key in map(_hash, sorted(words)):
            values[key] = values.get(key, 0) | bit
    salts, factors = _SALTS.tolist(), _FACTORS.tolist()
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            template, *atoms, weight = line.split("\t")
            key = salts[int(template)]
            for atom, factor in zip(atoms, factors, strict=False):
                key += _hash(atom) * factor
            values[key % (1 << 64)] = int(weight)
    return Model(kinds, *_perfect_table(np.array([*values], np.uint64), np.array([*values.values()])))


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


@cache
def _hash(text: str) -> int:
    """The hash of a string (FNV-1a), which `_extended` computes in compiled loops."""
    value = int(_BASIS)
    for c in text:
        value = (value ^ ord(c)) * int(_PRIME) % (1 << 64)
    return value


@uncounted
def _extended(value: Any, c: Any) -> Any:
    """The hash (FNV-1a) of a string with one more character."""
    return (value ^ np.uint64(c)) * _PRIME


@uncounted
def _character(c: Any) -> Any:
    """The hash of one character."""
    return _extended(_BASIS, c)


@uncounted
def _bit(condition: Any) -> Any:
    return _character(_YES if condition else _NO)


@uncounted
def _bucket(n: int) -> Any:
    """The hash of the digit that says how large a number is."""
    if n > _FAR:
        return _character(57)
    if n <= 3:
        return _character(48 + n)
    return _character(52 + (n > 5) + (n > 8) + (n > 12) + (n > 20))


@uncounted
def _place_of(key: Any, seeds: Any) -> Any:
    """The place of a key in the table."""
    return ((key ^ seeds[key >> _GROUP]) * _MIXER) >> _PLACE


@uncounted
def _look_up(key: Any, seeds: Any, table: Any) -> Any:
    """The number of a key, 0 if it is not in the table."""
    found = table[_place_of(key, seeds)]
    number = np.int64(found << _TOP) >> np.int64(_TOP)
    return number if (found ^ (key << _WEIGHT)) >> _WEIGHT == 0 else 0


def _perfect_table(
    keys: NDArray[np.uint64], numbers: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """A perfect hash table of `keys`: the seed of each group, and the table.

    Placed first are the largest groups, which need the most free places. A look-up reads one place, whether the key is
    there or not, and has no branch to mispredict.
    """
    groups = (keys >> _GROUP).astype(np.int64)
    order = np.lexsort((groups, -np.bincount(groups)[groups]))
    seeds, table = np.zeros(1 << _GROUPS, np.uint64), np.zeros(1 << _PLACES, np.uint64)
    _place_keys(keys[order], numbers[order], seeds, table)
    return seeds, table


@compiled
def _place_keys(keys: Any, numbers: Any, seeds: Any, table: Any) -> None:
    """Find for each group the smallest seed that gives all its keys a free place."""
    begin = 0
    while begin < len(keys):
        group = keys[begin] >> _GROUP
        k = begin
        while k < len(keys) and keys[k] >> _GROUP == group:
            place = _place_of(keys[k], seeds)
            if table[place] == 0:
                table[place] = (keys[k] << _WEIGHT) | np.uint64(numbers[k] & 0xFFFF)
                k += 1
                continue
            for placed in range(begin, k):
                table[_place_of(keys[placed], seeds)] = 0
            k = begin
            seeds[group] += _STEP
            if seeds[group] == _TRIES:
                raise ValueError("the table is too small for so many keys, or a key is there twice")
        begin = k


@uncounted
def _paragraph(units: Any, begin: int, end: int, kinds: Any, codes: Any) -> int:
    """Write the kind of every character of a paragraph, and return its end: behind a blank line, or `end`."""
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
def _marks(codes: Any, start: int, end: int, value: Any) -> Any:
    """The hash of the kinds of at most four characters, no more than two of a kind after each other."""
    before = last = 0
    n = 0
    for i in range(start, end):
        kind = codes[i]
        if kind == before and kind == last:
            continue
        before, last = last, kind
        value = _extended(value, kind)
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
def _find_tokens(w: Any, i: int, end: int, n: int) -> tuple[int, int]:
    """Write the places of tokens into the rows from `n` on, until the window is full or the paragraph ends.

    Returns where to go on, and the row behind the last. `codes` must have a blank behind the paragraph.
    """
    units, codes, places = w.units, w.codes, w.places
    while i < end and codes[np.uint64(i)] == _SPACE:
        i += 1
    while n <= WINDOW and i < end:
        begin = first = i
        while _WORDLY[codes[np.uint64(i)]]:
            i += 1
        if codes[i] == _SPACE:
            row = places[n]
            row[_START] = row[_CORE] = begin
            row[_END] = row[_CORE_END] = i
            row[_ENDS] = row[_DESCRIBED] = 0
            n += 1
        else:
            while codes[i] != _SPACE:
                i += 1
            for k in range(first + 2, i if i - first <= _LONGEST else 0):
                before = codes[k - 1]
                if (_ENDING[before] or _CLOSING[before]) and _may_begin(units, codes, first, i, k):
                    _place_token(codes, begin, k, places[n])
                    n += 1
                    begin = k
            _place_token(codes, begin, i, places[n])
            n += 1
        while i < end and codes[np.uint64(i)] == _SPACE:
            i += 1
    return i, n


@uncounted
def _place_token(codes: Any, start: int, end: int, place: Any) -> None:
    core, core_end, i = start, end, end - 1
    while core < end and not _WORDLY[codes[core]]:
        core += 1
    while core_end > core and not _WORDLY[codes[core_end - 1]]:
        core_end -= 1
    while i > start and _CLOSING[codes[i]]:
        i -= 1
    place[_START], place[_END], place[_CORE], place[_CORE_END] = start, end, core, core_end
    place[_ENDS], place[_DESCRIBED] = _ENDING[codes[i]], 0


@uncounted
def _describe(w: Any, first: int, last: int) -> None:
    """Compute the atoms of the tokens from row `first` up to `last` that have none yet."""
    for t in range(first, last):
        if not w.places[t, _DESCRIBED]:
            w.places[t, _DESCRIBED] = 1
            _describe_token(w, w.places[t], w.atoms[t])


@uncounted
def _describe_token(w: Any, place: Any, atoms: Any) -> None:
    units, codes = w.units, w.codes
    start, end, core, core_end = place[_START], place[_END], place[_CORE], place[_CORE_END]
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
        exact = _extended(exact, unit)
        unit = unit | np.uint32(32) if 65 <= unit <= 90 else unit
        lower = _extended(lower, unit)
        if i > core:
            seen |= _BIT_OF[kind]
        if i >= core_end - 3:
            suffix = _extended(suffix, unit)
    first = codes[core] if length else _NO
    number = first == _DIGIT and seen | _BIT_OF[_DIGIT] == _BIT_OF[_DIGIT]
    shape = _character(first)
    if number:
        shape = _extended(shape, _DIGIT) if length > 2 else shape
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
        shape = _extended(shape, rest)
        if dotted:
            shape = _extended(shape, _STOP)
    flags = _look_up(exact, w.seeds, w.table)
    if lower != exact:
        flags |= _look_up(lower, w.seeds, w.table)
    if elided:
        flags |= _look_up(stem, w.seeds, w.table) & (IS_OPENING | IS_STARTER)
    if flags & IS_TITLE:
        kind_of_word = _TITLE
    elif flags & IS_ABBREVIATION:
        kind_of_word = _ABBREVIATION
    elif length == 1 and first != _DIGIT:
        kind_of_word = _INITIAL
    elif dotted:
        kind_of_word = _DOTTED
    else:
        kind_of_word = _NUMBER if number else _PLAIN
    flags &= IS_OPENING | IS_STARTER | IS_SPEECH
    if _is_emoticon(units, start, end):
        flags |= IS_EMOTICON
    if _is_citation(units, codes, start, end):
        flags |= IS_CITATION
    atoms[WORD], atoms[SUFFIX], atoms[SHAPE] = lower, suffix, shape
    atoms[FIRST], atoms[ABBREVIATION] = _character(first), _character(kind_of_word)
    atoms[OPENING] = _marks(codes, start, core, _BASIS)
    atoms[POST] = _marks(codes, core_end, end, _BASIS)
    atoms[MARK] = atoms[POST] if length else _marks(codes, start, end, _character(_WORDLESS))
    atoms[COARSE] = _coarse(units, codes, core_end if length else start, end)
    if not length:
        atoms[COARSE] = _extended(atoms[COARSE], _WORDLESS)
    atoms[STARTER], atoms[BITS] = _bit(flags & IS_OPENING), flags


@uncounted
def _coarse(units: Any, codes: Any, start: int, end: int) -> Any:
    """The hash of the last mark, all dots as one and ``!`` as ``?``, and of the last closing mark."""
    coarse = closer = 0
    for i in range(start, end):
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
        return _character(closer if closer else _NO)
    return _extended(_character(coarse), closer) if closer else _character(coarse)


@uncounted
def _is_emoticon(units: Any, start: int, end: int) -> Any:
    if not (2 <= end - start <= 5 and units[start] < 128 and units[end - 1] < 128):
        return False
    return (_EYES[units[start]] and _MOUTHS[units[end - 1]]) or (units[start] == 60 and units[start + 1] == 51)


@uncounted
def _is_citation(units: Any, codes: Any, start: int, end: int) -> bool:
    """Whether a token is numbers in square brackets: "[3][4-5]"."""
    if units[start] != _BRACKET or units[end - 1] != _UNBRACKET:
        return False
    for i in range(start + 1, end):
        kind = codes[i]
        if not (kind in (_DIGIT, _STOP, _DASH) or kind == _COMMA or units[i] == _UNBRACKET):
            return False
    return True


@uncounted
def _names_speaker(w: Any, n: int, i: int) -> Any:
    """Whether a name of at most five words and a verb of saying begin at token `i`."""
    for j in range(i, min(i + 5, n - 1)):
        _describe(w, j, j + 2)
        if w.atoms[j, FIRST] != _character(_CAPITAL) or w.atoms[j, BITS] & np.uint64(IS_STARTER):
            return False
        if w.atoms[j + 1, BITS] & np.uint64(IS_SPEECH):
            return True
    return False


@uncounted
def _rule(w: Any, n: int, i: int, since: int) -> Any:
    """Whether a plain rule sees an end behind token `i`; `since` is the number of tokens of the sentence so far."""
    codes, places, atoms = w.codes, w.places, w.atoms
    following, first = atoms[i + 1, BITS], atoms[i + 1, FIRST]
    opening, starter = following & np.uint64(IS_OPENING) != 0, following & np.uint64(IS_STARTER) != 0
    if _is_footnote(atoms[i + 1]) and atoms[i + 2, BITS] & np.uint64(IS_OPENING) and places[i, _ENDS]:
        return False
    if opening and _is_footnote(atoms[i]) and places[i - 1, _ENDS]:
        return True
    t = i
    hanging = np.uint64(IS_CITATION | IS_EMOTICON)
    while t > 1 and i - t < min(since - 1, _HANGING) and atoms[t, BITS] & hanging:
        t -= 1
        _describe(w, t, t + 1)
    end = places[t, _END]
    if not places[t, _ENDS]:
        lone = codes[places[i, _END] - 1] == _DASH and places[i, _CORE] == places[i, _CORE_END]
        return starter and lone and i > 1 and codes[places[i - 1, _END] - 1] in (_SMALL, _DASH)
    if following & hanging or first == _character(_NO):
        return False
    j = end - 1
    while _CLOSING[codes[j]]:
        j -= 1
    closed = j < end - 1
    small = first == _character(_SMALL)
    if codes[j] != _STOP:
        return not (closed and (small or _names_speaker(w, n, i + 1)))
    if atoms[t, COARSE] == _character(_DOTS) or atoms[t, COARSE] == _extended(_character(_DOTS), _WORDLESS):
        return first == _character(_CAPITAL) and not closed
    if closed:
        return not small
    if j == places[t, _CORE_END]:
        kind, length = atoms[t, ABBREVIATION], end - 1 - places[t, _CORE]
        number = kind == _character(_NUMBER)
        if kind == _character(_TITLE):
            return False
        if kind == _character(_INITIAL):
            return starter
        if kind == _character(_ABBREVIATION) or (kind == _character(_DOTTED) and length <= 7):
            return opening
        return not ((number and since <= 1) or (first == _character(_DIGIT) and length <= 3 and not number))
    return True


@uncounted
def _is_footnote(atoms: Any) -> Any:
    """Whether a token is a number without marks."""
    shape = atoms[SHAPE]
    number = shape == _character(_DIGIT) or shape == _extended(_character(_DIGIT), _DIGIT)
    return number and atoms[OPENING] == _BASIS and atoms[POST] == _BASIS


@uncounted
def _begins(w: Any, n: int, i: int, position: int) -> Any:
    """Whether a sentence begins behind token `i`, which is number `position` of the paragraph, from 1 on."""
    state, atoms, begun = w.state, w.atoms[i], w.begun
    since = position - state[_BEGUN]
    _describe(w, max(1, i - 1), i + 2)
    atoms[SINCE], atoms[LAST], atoms[NOTHING] = _bucket(since), begun[LAST], 0
    total = _sum_of_weights(w, i, 0, EARLY)
    if not CLEAR <= total <= SURE:
        return total > SURE
    _describe(w, i + 2, i + 4)
    atoms[SINCE_MARK] = _bucket(position - state[_MARKED])
    atoms[QUOTE] = _BASIS  # what is open: q a straight quotation mark, c a curly one, ( a bracket
    for k, c in ((_STRAIGHT, 113), (_CURLED, 99), (_BRACKETS, _OPEN)):
        if state[k]:
            atoms[QUOTE] = _extended(atoms[QUOTE], c)
    atoms[QUOTED] = _character(_NO)
    if state[_STRAIGHT] + state[_CURLED]:  # s opened where a sentence begins, m inside it; S and M in one before
        atoms[QUOTED] = _character((109 if state[_APART] else 115) - (0 if state[_OPENED] > state[_BEGUN] else 32))
    following = w.atoms[i + 1]
    atoms[LIKENESS] = _character(_NO)
    if following[SHAPE] == begun[SHAPE]:
        atoms[LIKENESS] = _character(_SMALL)
        if following[WORD] == begun[WORD]:
            atoms[LIKENESS] = _character(119)
        elif following[OPENING] == begun[OPENING] != _BASIS:
            atoms[LIKENESS] = _character(109)
    near = following[BITS] | w.atoms[i + 2, BITS] | w.atoms[i + 3, BITS]
    atoms[SPEECH_NEAR], atoms[RULE] = _bit(near & np.uint64(IS_SPEECH)), _bit(_rule(w, n, i, since))
    ahead = i + 1
    while ahead < n - 1 and ahead - i <= _FAR and not w.places[ahead, _ENDS]:
        ahead += 1
    atoms[NEXT_END] = _bucket(ahead - i)
    atoms[NEXT_FINAL] = _character(w.codes[w.places[ahead, _END] - 1] if ahead - i <= _FAR else _NO)
    return total + _sum_of_weights(w, i, EARLY, len(_ATOMS)) > 0


@uncounted
def _sum_of_weights(w: Any, i: int, first: int, last: int) -> Any:
    """The sum of the weights of the templates from `first` up to `last` at the gap behind token `i`."""
    begin, total = (i - 1) * WIDTH, 0
    for k in range(first, last):
        key = _SALTS[k]
        for j in range(MOST):
            key += w.row_by_row[begin + _ATOMS[k, j]] * _FACTORS[j]
        total += _look_up(key, w.seeds, w.table)
    return total


@uncounted
def _enter(w: Any, place: Any, position: int) -> None:
    """Update the state for what a token opens and closes; it is number `position` of the paragraph, from 1 on."""
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


@compiled
def _split(units: Any, bounds: Any, model: Any, found: Any) -> int:
    """Write the start, end and stretch of every sentence, and return their number."""
    room = 0
    for p in range(len(bounds)):
        room = max(room, min(bounds[p, 1] - bounds[p, 0], WINDOW + _LONGEST))
    atoms = np.empty((room + 4, WIDTH), np.uint64)
    w = Window(
        units,
        np.empty(len(units) + 1, np.uint8),
        np.empty((room + 4, 6), np.int64),
        atoms,
        atoms.ravel(),
        np.zeros(7, np.int64),
        np.empty(WIDTH, np.uint64),
        model.seeds,
        model.table,
    )
    _clear(w, 0)
    count = 0
    for p in range(len(bounds)):
        end = bounds[p, 0]
        while end < bounds[p, 1]:
            begin, end = end, _paragraph(units, end, bounds[p, 1], model.kinds, w.codes)
            w.codes[end] = _SPACE
            count = _split_paragraph(w, begin, end, p, found, count)
    return count


@uncounted
def _copy(row: Any, to: Any) -> None:
    for k in range(len(row)):
        to[k] = row[k]


@uncounted
def _clear(w: Any, t: int) -> None:
    """Have row `t` stand for no token."""
    w.places[t] = 0
    w.places[t, _DESCRIBED] = 1
    w.atoms[t] = _BASIS
    w.atoms[t, SHAPE] = w.atoms[t, STARTER] = _character(_NO)
    w.atoms[t, BITS] = 0


@uncounted
def _split_paragraph(w: Any, at: int, end: int, p: int, found: Any, count: int) -> int:
    """Write the sentences of a paragraph behind the `count` that there are, and return their number."""
    codes, places, atoms, state = w.codes, w.places, w.atoms, w.state
    at, n = _find_tokens(w, at, end, 1)
    if n == 1:
        return count
    state[:] = 0
    _describe(w, 1, 2)
    _copy(atoms[1], w.begun)
    w.begun[LAST] = _character(94)
    begin, i, position = places[1, _START], 1, 0
    while True:
        if at == end:
            _clear(w, n)
            _clear(w, n + 1)
        decided = n - 1 if at == end else n - FORWARD
        while i < decided:
            place = places[i]
            position += 1
            if place[_CORE] > place[_START] or place[_CORE_END] < place[_END]:
                _enter(w, place, position)
            final, following = codes[place[_END] - 1], places[i + 1, _START]
            # No sentence begins with a small letter behind a word, a comma or an apostrophe.
            may = codes[following] != _SMALL or not (_WORDLY[final] or final in (_COMMA, _APOSTROPHE))
            if may and _begins(w, n, i, position):
                found[count, 0], found[count, 1], found[count, 2] = begin, place[_END], p
                count += 1
                begin = following
                state[_BEGUN] = position
                _copy(atoms[i + 1], w.begun)
                w.begun[LAST] = _character(final)
            if place[_ENDS]:
                state[_MARKED] = position
            i += 1
        if at == end:
            break
        kept = i - BEHIND
        for t in range(kept, n):
            _copy(places[t], places[t - kept + 1])
            _copy(atoms[t], atoms[t - kept + 1])
        i = BEHIND + 1
        at, n = _find_tokens(w, at, end, n - kept + 1)
    found[count, 0], found[count, 1], found[count, 2] = begin, places[n - 1, _END], p
    return count + 1
