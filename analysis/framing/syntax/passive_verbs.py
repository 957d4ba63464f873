"""Which forms of "be" and "get" with a participle are passives, and which only look like one."""

import re

import numpy as np

from analysis.core.compiled import Bools, Ints
from analysis.framing.syntax import word_classes as wc
from analysis.framing.syntax.clauses import COMMA, STOP, Words
from analysis.framing.syntax.parser import parse
from analysis.text.lookup import document_starts

REACH = 5  # words from a form of "be" to its participle, or from there to one that is joined to it
REMARK = 10  # words of a remark between commas, or of the subject of a question
BY_REACH = 12  # words from a participle to "by"

SKIPPED = wc.ADVERB | wc.NEGATION
_NO_OBJECT = wc.PREPOSITION | wc.TO | wc.BY | wc.ADVERB | wc.CONJUNCTION | wc.SUBORDINATE | wc.TIME
_INVERTS = frozenset("neither nor never only".split())  # the verb precedes the subject after these
_NAMING = frozenset("called named considered given deemed dubbed shown told taught offered paid made".split())
# Two words that are one adverb.
_ADVERBIAL = frozenset(
    (
        "at last,at least,at once,at present,at times,by contrast,by now,by then,for example,for now,for once,"
        "in effect,in fact,in full,in future,in general,in part,in practice,in principle,in theory,in turn,of course,"
        "on average,so far,thus far"
    ).split(",")
)
_ORDINAL = re.compile(
    r"\d+(st|nd|rd|th)|(twenty-|thirty-)?(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"|(ten|eleven|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)th|twelfth|twentieth|thirtieth"
)


def passive_verbs(
    words: Words, more: Ints | None = None, *, near: Bools | None = None
) -> list[tuple[int, int, tuple[int, ...], bool]]:
    """Return the passives: form of *be* or *get*, participle, participles joined to it, whether it is a question.

    `more`: (pairs, 3) further candidates, as `parsed_pairs` has them. `near`: (words,) which forms of *be* and *get*
    the rules look at, by default all.
    """
    pairs = _pairs(words, near)
    if more is not None:
        pairs = np.unique(np.concatenate([pairs, more]), axis=0)
    found = []
    for verb, participle, questioned in pairs.tolist():
        has_agent = by_phrase(words, participle) == participle + 1
        if has_agent or _is_passive(words, verb, participle):
            found.append((verb, participle, _joined(words, participle), bool(questioned)))
    return found


def _pairs(words: Words, near: Bools | None) -> Ints:
    """Return (pairs, 3): verb, a participle that may belong to it, whether the subject is between them."""
    classes, before = words.classes, words.before
    last = len(classes) - 1
    auxiliary, participle = ((classes & kind) != 0 for kind in (wc.BE | wc.GET, wc.PARTICIPLE))
    verb = np.flatnonzero(auxiliary if near is None else auxiliary & near)
    verb = verb[verb < last]
    next_mark, next_content = _next(before != 0), _next(participle | ((classes & SKIPPED) == 0))
    clause = np.cumsum(before != 0)  # equal for words with no mark between them

    direct = np.minimum(next_content[verb + 1], last)
    fits = (clause[direct] == clause[verb]) & (direct - verb <= REACH) & participle[direct]
    pairs = [(v, p, 0) for v, p in zip(verb[fits].tolist(), direct[fits].tolist(), strict=True)]
    others = verb[~fits]

    # "was, the court said, told": the remark begins right after the verb.
    opened = verb[(before[verb + 1] == COMMA) & (verb + 1 < last)]
    closing = np.minimum(next_mark[np.minimum(opened + 2, last)], last)
    after = np.minimum(next_content[closing], last)
    fits = (before[closing] == COMMA) & (closing - opened <= REMARK) & (clause[after] == clause[closing])
    fits &= participle[after]
    pairs += [(v, p, 0) for v, p in zip(opened[fits].tolist(), after[fits].tolist(), strict=True)]

    pairs += [(v, p, 1) for v in others.tolist() if (p := _asked(words, v)) is not None]
    return np.array(pairs, dtype=np.int64).reshape(-1, 3)


def _next(wanted: Bools) -> Ints:
    """Return for each place the next wanted one, itself included; the size where there is none."""
    size = len(wanted)
    found: Ints = np.minimum.accumulate(np.where(wanted, np.arange(size), size)[::-1])[::-1]
    return found


def parsed_pairs(words: Words) -> Ints:
    """Return (pairs, 3), as `_pairs`: the passives that the parser sees."""
    parsed = parse(words.tokens)
    base = document_starts(words.tokens)
    place = base[words.document] + words.start
    auxiliary = parsed[parsed["relation"] == "auxpass"]
    ends = [auxiliary, parsed.iloc[auxiliary["head"]]]
    characters = np.array([base[rows["document"].to_numpy()] + rows["start"].to_numpy() for rows in ends])
    pair = np.searchsorted(place, characters)
    known = (pair < len(place)).all(axis=0)
    pair, characters = pair[:, known], characters[:, known]
    verb, participle = words.classes[pair]
    exact = (place[pair] == characters).all(axis=0) & (pair[0] < pair[1])
    exact &= ((verb & (wc.BE | wc.GET)) != 0) & ((participle & wc.PARTICIPLE) != 0)
    return np.pad(pair[:, exact].T, ((0, 0), (0, 1)))


def _asked(words: Words, verb: int) -> int | None:
    """Return the participle of a question, or of another clause whose verb precedes the subject."""
    kinds, marks = words.kinds, words.marks
    if not kinds[verb] & wc.BE or marks[verb + 1]:
        return None
    opening = words.types[verb - 1] in _INVERTS if not marks[verb] else False
    if not (marks[verb] or opening or kinds[verb - 1] & (wc.QUESTION | wc.CONJUNCTION)):
        return None
    if kinds[verb + 1] & wc.PERSONAL:
        return _participle_from(words, verb + 2, 1)
    if opening or words.is_question(verb):
        return _participle_from(words, verb + 2, REMARK)
    return None


def _participle_from(words: Words, first: int, reach: int) -> int | None:
    """Return the first participle without an object from `first` on, within `reach` words, adverbs not counted."""
    kinds, marks = words.kinds, words.marks
    place, left = first, reach
    while place < len(kinds) and not marks[place] and left:
        kind = kinds[place]
        if kind & wc.PARTICIPLE and not kind & wc.DETERMINER:
            if reach == 1 or words.types[place] in _NAMING or _closes(words, place + 1):
                return place
        elif kind & wc.CLAUSE:
            return None
        left -= not kind & SKIPPED
        place += 1
    return None


def _closes(words: Words, word: int, classes: int = _NO_OBJECT) -> bool:
    """Whether a mark or the end precedes `word`, or it is of `classes`, by default those that begin no object."""
    return word >= len(words.kinds) or words.marks[word] != 0 or bool(words.kinds[word] & classes)


def _is_passive(words: Words, verb: int, participle: int) -> bool:
    """Whether the participle is a verb here and no adjective."""
    kinds, marks = words.kinds, words.marks
    kind, form, after = kinds[participle], kinds[verb], words.after(participle)
    if kind & wc.ADJECTIVAL or (form & wc.GET and kind & wc.GET_STATE):
        return False
    word = words.types[participle]
    if participle - 1 > verb and (
        kinds[participle - 1] & wc.DEGREE or (word == "known" and words.types[participle - 1] == "well")
    ):
        return False
    if _is_existential(words, verb):
        return False
    person = (form | (0 if marks[verb] else kinds[verb - 1])) & wc.PERSON
    if word in ("done", "finished") and (
        after & wc.ING or (person and (not after or after & (wc.PREPOSITION & ~wc.BY)))
    ):
        return False
    if word in ("set", "used") and after & wc.TO:
        then = words.after(participle + 1)
        return word == "used" and not (person or then & (wc.OPENS_PHRASE | wc.ING | wc.OBJECT))
    # "he's taken the money": a perfect, but "it's called a reform".
    has_object = after & (wc.DETERMINER | wc.OBJECT | wc.NUMBER)
    return not (form & wc.CLITIC_S and has_object and word not in _NAMING)


def _is_existential(words: Words, verb: int) -> bool:
    """Whether the verb belongs to a "there is": "there were wounded men"."""
    kinds, marks, first = words.kinds, words.marks, first_auxiliary(words, verb)
    if first is None or kinds[first] & wc.THERE:
        return first is not None
    opens = marks[first - 1] or kinds[first - 2] & (wc.CLAUSE | wc.CONJUNCTION | wc.SPEECH)
    return bool(not marks[first] and kinds[first - 1] & wc.THERE and opens)


def _joined(words: Words, participle: int) -> tuple[int, ...]:
    """Return the participles that "and", "or" or a comma joins to one: "was drafted, signed and sent"."""
    kinds, marks = words.kinds, words.marks
    found: list[int] = []
    waiting: list[int] = []
    last = participle
    while True:
        place = last + 1
        listed = place < len(kinds) and marks[place] == COMMA and kinds[place] & wc.PARTICIPLE
        if listed and not kinds[place] & wc.SPEECH:
            waiting.append(place)
            last = place
            continue
        joined = _after_conjunction(words, last)
        if joined is None:
            return tuple(found)
        found += [*waiting, joined]
        waiting = []
        last = joined


def _after_conjunction(words: Words, participle: int) -> int | None:
    """Return the participle after the next "and" or "or" if it continues the passive of `participle`."""
    kinds, marks = words.kinds, words.marks
    place = participle + 1
    while place < len(kinds) and place - participle <= REACH + 1 and not kinds[place] & wc.CONJUNCTION:
        if marks[place] or kinds[place] & (wc.CLAUSE & ~wc.SUBORDINATE | wc.PARTICIPLE):
            return None
        place += 1
    if place >= len(kinds) or place - participle > REACH + 1 or marks[place] > COMMA:
        return None
    near = place == participle + 1
    place += 1
    while place < len(kinds) and not marks[place] and kinds[place] & SKIPPED and not kinds[place] & wc.PARTICIPLE:
        place += 1
    if place >= len(kinds) or marks[place] or not kinds[place] & wc.PARTICIPLE or kinds[place] & wc.ADJECTIVAL:
        return None
    if kinds[place] & wc.DISTINCT or (_closes(words, place + 1) and (near or not kinds[place] & wc.SPEECH)):
        return place
    return None


def first_auxiliary(words: Words, verb: int) -> int | None:
    """Return the first word of "will be" or "are not to be", which ends at `verb`; None for a bare infinitive."""
    kinds, marks = words.kinds, words.marks
    place = first = verb
    while not marks[place] and place > 0 and not kinds[place] & wc.JOINED:
        before = kinds[place - 1]
        if before & wc.TO:
            helper = place - 2 if kinds[place - 2] & wc.AUXILIARY else place - 3
            if helper < 0 or not kinds[helper] & wc.AUXILIARY or any(marks[helper + 1 : place]):
                return None
            place = first = helper
        elif before & wc.AUXILIARY:
            place = first = place - 1
        elif before & SKIPPED and not before & (wc.DETERMINER | wc.PRONOUN):
            place -= 1
        elif place > 1 and not marks[place - 1] and " ".join(words.types[place - 2 : place]) in _ADVERBIAL:
            place -= 2
        else:
            break
    return place if not marks[place] and not kinds[place] & wc.JOINED else first


def by_phrase(words: Words, participle: int, joined: tuple[int, ...] = ()) -> int | None:
    """Return the "by" that introduces the agent of a participle, None if there is none."""
    kinds, marks = words.kinds, words.marks
    for place in range(participle + 1, min(participle + BY_REACH, len(kinds) - 1)):
        kind = kinds[place]
        if kind & wc.BY and marks[place] != STOP and not marks[place + 1]:
            if _names_agent(words, place + 1):
                return place
            continue
        if place in joined:
            continue
        if marks[place] == STOP or (marks[place] and not any(place <= other for other in joined)):
            return None
        if kind & wc.CONJUNCTION and not any(place < other for other in joined):
            return None
        if kind & (wc.AUXILIARY | wc.QUESTION | wc.RELATIVE | wc.PARTICIPLE) and not kind & (wc.TIME | wc.DETERMINER):
            return None
    return None


def _names_agent(words: Words, first: int) -> bool:
    """Whether the phrase after "by" is an agent, not a time, measure or way."""
    kind, follows = words.kinds[first], words.after(first)
    ends = first + 1 == len(words.kinds) or words.marks[first + 1] != 0
    if kind & wc.NO_AGENT or (kind & wc.DETERMINER and follows & wc.TIME):
        return False
    ordinal = kind & wc.DETERMINER and not ends and _ORDINAL.fullmatch(words.types[first + 1])
    if ordinal and _closes(words, first + 2, wc.OF | wc.PREPOSITION | wc.CONJUNCTION | wc.TIME):
        return False  # "by the tenth", "by the 31st of May", not "by the first division"
    if kind & wc.ING and not words.is_capital(first):
        return False
    if kind & wc.NUMBER and not kind & wc.PRONOUN and not follows & wc.OF:
        return not (ends or follows & (wc.UNIT | wc.PREPOSITION | wc.TIME | wc.CONJUNCTION | wc.ADVERB))
    return True
