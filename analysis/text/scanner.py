"""Finds the tokens of the frequency scheme: the loops that are compiled.

Text comes in as an array of code points (uint32) in which documents, or parts of them, are separated by line feeds: a
line feed is inside no token, so no loop has to ask whether the text is over.
What a token is, is defined more readably in ``tests/text/reference_words.py``. All loops are in this one file, since
machine code that is kept is made anew for a change of its own file only (see `compiled`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled, uncounted

# Classes of characters (`analysis.text.characters` says which belong to them). What a word is made of comes first,
# so that one comparison (UPPER <= c <= MARK) asks "is this inside a word?"; what may start another token, last.
OTHER, UPPER, LOWER, LETTER, DIGIT, MARK = range(6)
STOP, APOSTROPHE, HYPHEN, JOINER, SEPARATOR, PERCENT = range(6, 12)
AT, HASH, ASTERISK, PICTOGRAPH, SYMBOL, REGIONAL = range(12, 18)

AMPERSAND, COLON, DOT, DASH, SLASH, UNDERSCORE = (ord(c) for c in "&:.-/_")
OPENING, CLOSING = ord("("), ord(")")
_A, _Z, _APOSTROPHE, _GRAVE = (ord(c) for c in "AZ'`")
ZWNJ, ZWJ, KEYCAP, TEXT_STYLE, EMOJI_STYLE = 0x200C, 0x200D, 0x20E3, 0xFE0E, 0xFE0F

WORD, EMOJI, ADDRESS = 1, 2, 3  # kinds of token; addresses (URL, e-mail, #tag, @name) keep their case

LOCAL_PART = 64  # the longest that may precede the @ of an e-mail address (RFC 5321, 4.5.3.1.1)


def _flags(characters: str) -> NDArray[np.bool_]:
    flags = np.zeros(128, np.bool_)
    flags[[ord(c) for c in characters]] = True
    return flags


_ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_ALPHABETIC = _flags(_ALPHANUMERIC[:52])
_LOCAL = _flags(_ALPHANUMERIC + "._%+-")
_PLACE = _flags(_ALPHANUMERIC + "-._~:/?#@!$&'*+,;=%")  # inside a URL; round brackets only in pairs
_PLACE_END = _flags(_ALPHANUMERIC + "-_~/#@$&+=%")  # a URL does not end in punctuation of the sentence around it


@uncounted
def _starts(code: int) -> bool:
    return UPPER <= code <= DIGIT


@uncounted
def _inside(code: int) -> bool:
    return UPPER <= code <= MARK


@uncounted
def _is_in(flags: Any, unit: int, classes: Any) -> Any:
    """Whether a unit is one of the ASCII characters of `flags`, or may be inside a word of another script."""
    return flags[unit] if unit < 128 else _inside(classes[unit])


@uncounted
def _run_end(units: Any, i: int, classes: Any) -> int:
    while _inside(classes[units[i]]):
        i += 1
    return i


@uncounted
def _tag_run_end(units: Any, i: int, classes: Any) -> int:
    while _inside(classes[units[i]]) or units[i] == UNDERSCORE:
        i += 1
    return i


@uncounted
def _before_marks(units: Any, i: int, classes: Any) -> Any:
    """The class of the letter or digit that the marks before position `i` belong to."""
    i -= 1
    while classes[units[i]] == MARK:
        i -= 1
    return classes[units[i]]


@uncounted
def _is_single(units: Any, first: int, last: int, classes: Any) -> bool:
    """Whether the run is one letter or digit with its marks."""
    first += 1
    while first < last and classes[units[first]] == MARK:
        first += 1
    return first == last


@uncounted
def _stop_joins(units: Any, run: int, i: int, classes: Any) -> Any:
    """Whether the full stop at `i`, after the run from `run`, is inside a word."""
    before = _before_marks(units, i, classes)
    after = classes[units[i + 1]]
    if before == DIGIT:
        return after in (DIGIT, LOWER)
    if not UPPER <= after <= LETTER:
        return False
    if after != UPPER:
        return True
    if before == UPPER and not _inside(classes[units[run - 1]]) and _is_single(units, run, i, classes):
        return True
    i += 2
    while classes[units[i]] == MARK:
        i += 1
    return classes[units[i]] != LOWER


@uncounted
def _word_end(units: Any, start: int, classes: Any) -> tuple[int, int]:
    """The end of the word that starts at `start`, and its kind: a URL shows itself only behind its first run."""
    i = run = start
    after_stop = False
    while True:
        i = _run_end(units, i + 1, classes)
        code = classes[units[i]]
        if run == start and (units[i] == COLON or (code == STOP and i - start == 3)):
            end = _url_end(units, start, classes)
            if end:
                return end, ADDRESS
        joined_by_stop = False
        if code == STOP:
            if _stop_joins(units, run, i, classes):
                joined_by_stop = True
            elif after_stop and _is_single(units, run, i, classes) and classes[units[run]] != DIGIT:
                i += 1
                code = classes[units[i]]
            else:
                return i, WORD
        elif code == PERCENT and _before_marks(units, i, classes) == DIGIT:
            return i + 1, WORD
        if not (
            joined_by_stop
            or (APOSTROPHE <= code <= JOINER and _starts(classes[units[i + 1]]))
            or (code == SEPARATOR and classes[units[i + 1]] == DIGIT and _before_marks(units, i, classes) == DIGIT)
        ):
            return i, WORD
        after_stop = joined_by_stop
        i += 1
        run = i


@uncounted
def _url_end(units: Any, start: int, classes: Any) -> int:
    """The end of the URL that starts at `start`, or 0."""
    i = start
    while units[i] < 128 and _ALPHABETIC[units[i]]:
        i += 1
    if units[i] == COLON and i - start >= 2 and units[i + 1] == SLASH and units[i + 2] == SLASH:
        i += 3
    elif units[i] == DOT and i - start == 3 and _starts(classes[units[i + 1]]) and _is_www(units, start):
        i += 1
    else:
        return 0
    end = 0
    while True:
        if units[i] == OPENING:
            i += 1
            while _is_in(_PLACE, units[i], classes):
                i += 1
            if units[i] != CLOSING:
                return end
            end = i + 1
        elif not _is_in(_PLACE, units[i], classes):
            return end
        elif _is_in(_PLACE_END, units[i], classes):
            end = i + 1
        i += 1


@uncounted
def _is_www(units: Any, i: int) -> Any:
    return (units[i] | 32) == 119 and (units[i + 1] | 32) == 119 and (units[i + 2] | 32) == 119


@uncounted
def _email_end(units: Any, start: int, at: int, classes: Any) -> int:
    """The end of the e-mail address from `start` whose @ is at `at`, or 0."""
    for i in range(start, at):
        if not _is_in(_LOCAL, units[i], classes):
            return 0
    i = at
    while (units[i] == DOT or units[i] == DASH or i == at) and _starts(classes[units[i + 1]]):
        i = _run_end(units, i + 1, classes)
    return i if i > at else 0


@uncounted
def _tag_end(units: Any, start: int, classes: Any) -> Any:
    """The end of the #tag or @name that starts at `start`, or 0. It has a letter and does not stick to a word."""
    before = units[start - 1]
    if _inside(classes[before]) or before in (AMPERSAND, UNDERSCORE):
        return 0
    i = _tag_run_end(units, start + 1, classes)
    for k in range(start + 1, i):
        if UPPER <= classes[units[k]] <= LETTER:
            break
    else:
        return 0
    if classes[units[start]] == HASH:
        while units[i] == ZWNJ and (_inside(classes[units[i + 1]]) or units[i + 1] == UNDERSCORE):
            i = _tag_run_end(units, i + 1, classes)
    else:
        while units[i] == DOT and _starts(classes[units[i + 1]]):
            i = _tag_run_end(units, i + 1, classes)
    return i


@uncounted
def _keycap_end(units: Any, start: int) -> int:
    """The end of the keycap whose digit, # or * is at `start`, or 0."""
    i = start + 1
    if units[i] == EMOJI_STYLE:
        i += 1
    return i + 1 if units[i] == KEYCAP else 0


@uncounted
def _emoji_end(units: Any, start: int, classes: Any) -> Any:
    """The end of the emoji sequence that starts at `start`, or 0."""
    if classes[units[start]] == REGIONAL:
        return start + 2 if classes[units[start + 1]] == REGIONAL else start + 1
    end = _atom_end(units, start, classes)
    while end and units[end] == ZWJ:
        longer = _atom_end(units, end + 1, classes)
        if not longer:
            break
        end = longer
    return end


@uncounted
def _atom_end(units: Any, i: int, classes: Any) -> int:
    """The end of one emoji with its style, skin tone and tags (a flag of England), or 0."""
    code = classes[units[i]]
    i += 1
    if code == SYMBOL and units[i] == EMOJI_STYLE:
        i += 1
    elif code == PICTOGRAPH:
        if units[i] == TEXT_STYLE or units[i] == EMOJI_STYLE:
            i += 1
    else:
        return 0
    if 0x1F3FB <= units[i] <= 0x1F3FF:
        i += 1
    while 0xE0020 <= units[i] <= 0xE007F:
        i += 1
    return i


@uncounted
def _token_end(units: Any, i: int, at: int, classes: Any) -> Any:
    """The end and the kind of the token that starts at `i`; kind 0 where none does. `at`: the next @, or beyond."""
    code = classes[units[i]]
    if _starts(code):
        if code == DIGIT and units[i] < 128:
            end = _keycap_end(units, i)
            if end:
                return end, EMOJI
        if at - i <= LOCAL_PART:
            end = _url_end(units, i, classes)
            if not end:
                end = _email_end(units, i, at, classes)
            if end:
                return end, ADDRESS
        return _word_end(units, i, classes)
    if code < AT:
        return i, 0
    if code in (HASH, ASTERISK):
        end = _keycap_end(units, i)
        if end:
            return end, EMOJI
    if code in (HASH, AT):
        end = _tag_end(units, i, classes)
        return (end, ADDRESS) if end else (i, 0)
    end = _emoji_end(units, i, classes)
    return (end, EMOJI) if end else (i, 0)


@compiled
def scan(
    units: Any,
    bounds: Any,
    classes: Any,
    has_at: bool,
    lowercase: bool,
    emoji: bool,
    first: Any,
    last: Any,
    folded: Any,
) -> Any:
    """Find the tokens of every part of `units`, and return how many there are in each part.

    Part ``p`` is ``units[bounds[p] : bounds[p + 1] - 1]``, with a line feed before and behind it. Token ``k`` is
    ``units[first[k] : last[k]]``; `first` and `last` (int32) are filled and must have room for as many tokens as there
    are characters. `folded` (uint32, as long as `units`) is filled with `units` in which ASCII is as in types. `has_at`
    says whether there is an @ at all: looking for the next one is not free.
    """
    _fold_ascii(units, lowercase, folded)
    counts = np.empty(len(bounds) - 1, np.int64)
    n = 0
    at = -1 if has_at else len(units) + LOCAL_PART + 1
    for part in range(len(counts)):
        before = n
        i, part_end = bounds[part], bounds[part + 1] - 1
        while i < part_end:
            if at < i:
                at = i
                while at < len(units) and units[at] != 64:
                    at += 1
                if at == len(units):
                    at += LOCAL_PART + 1
            code = classes[units[np.uint64(i)]]
            if code == OTHER:
                i += 1
                continue
            if UPPER <= code <= LETTER and at - i > LOCAL_PART:
                # Nine tokens of ten: letters, and a blank, or a sign that would join and a blank.
                stop = i + 1
                while _inside(classes[units[np.uint64(stop)]]):
                    stop += 1
                code = classes[units[np.uint64(stop)]]
                if code == OTHER or (STOP <= code <= SEPARATOR and classes[units[np.uint64(stop + 1)]] == OTHER):
                    first[n] = i
                    last[n] = stop
                    n += 1
                    i = stop + 1
                    continue
            stop, kind = _token_end(units, i, at, classes)
            if kind == 0:
                i += 1
                continue
            if kind == ADDRESS:
                for unit in range(i, stop):
                    folded[unit] = units[unit]
            if emoji or kind != EMOJI:
                first[n] = i
                last[n] = stop
                n += 1
            i = stop
        counts[part] = n - before
    return counts


@uncounted
def _fold_ascii(units: Any, lowercase: bool, folded: Any) -> None:
    """ASCII as it is in types: letters in lower case if `lowercase`, and the grave accent an apostrophe."""
    bit = np.uint32(32 if lowercase else 0)  # in which A and a differ
    for i in range(len(units)):
        unit = units[i]
        unit |= bit if _A <= unit <= _Z else np.uint32(0)
        folded[i] = np.uint32(_APOSTROPHE) if unit == _GRAVE else unit
