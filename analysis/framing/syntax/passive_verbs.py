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


SKIPPED = wc.ADVERB | wc.NEGATION
_INVERTS = frozenset("neither nor never only".split())  # the verb comes before the subject after these, as in questions
_NAMING = frozenset("called named considered given deemed dubbed shown told taught offered paid made".split())
# Two words that are an adverb together, and may be wherever one may.
_ADVERBIAL = frozenset(
    tuple(pair.split())
    for pair in (
        "at last,at least,at once,at present,at times,by contrast,by now,by then,for example,for now,for once,"
        "in effect,in fact,in full,in future,in general,in part,in practice,in principle,in theory,in turn,of course,"
        "on average,so far,thus far"
    ).split(",")
)
_ORDINAL = re.compile(
    r"\d+(st|nd|rd|th)|(twenty-|thirty-)?(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"|(ten|eleven|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)th|twelfth|twentieth|thirtieth"
)
BY_REACH = 12  # words from a participle to "by"


def passive_verbs(
    words: Words, more: Ints | None = None, *, near: Bools | None = None
) -> list[tuple[int, int, tuple[int, ...], bool]]:
    """The passives among words: form of *be* or *get*, participle, those joined to it, whether it is a question.

    `more` are pairs to look at besides those that the rules find, in the shape of these: (pairs, 3); `near`: (words,)
    which forms of *be* and *get* the rules look at, by default all.
    """
    found = []
    pairs = _pairs(words, near) if more is None else np.unique(np.concatenate([_pairs(words, near), more]), axis=0)
    for verb, participle, questioned in pairs.tolist():
        by = by_phrase(words, participle)
        if _is_passive(words, verb, participle, named=by == participle + 1):
            found.append((verb, participle, _joined(words, participle), bool(questioned)))
    return found


def _pairs(words: Words, near: Bools | None) -> Ints:
    """(pairs, 3): each verb with the participle that may belong to it, and whether the subject is between them."""
    classes, before = words.classes, words.before
    size = len(classes)
    places = np.arange(size)
    auxiliary = (classes & (wc.BE | wc.GET)) != 0
    verb = np.flatnonzero(auxiliary if near is None else auxiliary & near)
    verb = verb[verb < size - 1]
    # The next word that is no adverb, the next participle, the next comma; `size` where there is none.
    passed = ((classes & SKIPPED) != 0) & ((classes & wc.PARTICIPLE) == 0)
    solid = _next(~passed, places)
    stops = np.cumsum(before != 0)

    direct = np.minimum(solid[verb + 1], size - 1)
    fits = (stops[direct] == stops[verb]) & (direct - verb <= REACH) & _is(classes, direct, wc.PARTICIPLE)
    found = [np.stack([verb[fits], direct[fits], np.zeros(fits.sum(), dtype=np.int64)], axis=1)]

    # "was, the court said, told": the remark begins right after the verb.
    opened = verb[(before[verb + 1] == COMMA) & (verb + 2 < size)]
    closing = np.minimum(_next(before != 0, places)[np.minimum(opened + 2, size - 1)], size - 1)
    after = np.minimum(solid[closing], size - 1)
    fits = (before[closing] == COMMA) & (closing - opened <= REMARK) & (stops[after] == stops[closing])
    fits &= _is(classes, after, wc.PARTICIPLE)
    found.append(np.stack([opened[fits], after[fits], np.zeros(fits.sum(), dtype=np.int64)], axis=1))

    asked = [(v, p, 1) for v in verb[~np.isin(verb, found[0][:, 0])].tolist() if (p := _asked(words, v)) is not None]
    found.append(np.array(asked, dtype=np.int64).reshape(-1, 3))
    return np.concatenate(found)


def _next(wanted: Bools, places: Ints) -> Ints:
    """For each place the next one, itself included, that is wanted; the size where there is none."""
    found: Ints = np.minimum.accumulate(np.where(wanted, places, len(places))[::-1])[::-1]
    return found


def _is(classes: Ints, place: Ints, kind: int) -> Bools:
    """Whether the words at `place` are of a kind."""
    found: Bools = (classes[place] & kind) != 0
    return found


def parsed_pairs(words: Words) -> Ints:
    """(pairs, 3): as `_pairs`, the forms of *be* and *get* that the parser takes for the auxiliary of a passive."""
    parsed = parse(words.tokens)
    base = document_starts(words.tokens)
    place = base[words.document] + words.start
    auxiliary = parsed[parsed["relation"] == "auxpass"]
    ends = [auxiliary, parsed.iloc[auxiliary["head"]]]
    characters = [base[rows["document"].to_numpy()] + rows["start"].to_numpy() for rows in ends]
    verb, participle = (np.searchsorted(place, at) for at in characters)
    known = (verb < len(place)) & (participle < len(place))
    verb, participle = verb[known], participle[known]
    exact = (place[verb] == characters[0][known]) & (place[participle] == characters[1][known]) & (verb < participle)
    exact &= _is(words.classes, verb, wc.BE | wc.GET) & _is(words.classes, participle, wc.PARTICIPLE)
    return np.stack([verb[exact], participle[exact], np.zeros(exact.sum(), dtype=np.int64)], axis=1)


def _asked(words: Words, verb: int) -> int | None:
    """The participle of a question, or of another clause whose verb precedes the subject."""
    kinds, marks = words.kinds, words.marks
    if not kinds[verb] & wc.BE or marks[verb + 1]:
        return None
    opening = words.type(verb - 1) in _INVERTS if not marks[verb] else False
    if not (marks[verb] or opening or kinds[verb - 1] & (wc.QUESTION | wc.CONJUNCTION)):
        return None
    if kinds[verb + 1] & wc.PERSONAL:
        return _participle_from(words, verb + 2, 1)
    if opening or words.is_question(verb):
        return _participle_from(words, verb + 2, REMARK)
    return None


def _participle_from(words: Words, first: int, reach: int) -> int | None:
    """The first participle from `first` on, adverbs apart within `reach` words, that no noun follows."""
    kinds, marks = words.kinds, words.marks
    place, left = first, reach
    while place < len(kinds) and not marks[place] and left:
        kind = kinds[place]
        if kind & wc.PARTICIPLE and not kind & wc.DETERMINER:
            if reach == 1 or words.type(place) in _NAMING or _ends_clause(words, place + 1):
                return place
        elif kind & wc.CLAUSE:
            return None
        left -= not kind & SKIPPED
        place += 1
    return None


def _ends_clause(words: Words, word: int) -> bool:
    """Whether no object follows at `word`: a mark, a preposition, an adverb or the end."""
    closing = wc.PREPOSITION | wc.TO | wc.BY | wc.ADVERB | wc.CONJUNCTION | wc.SUBORDINATE | wc.TIME
    return word >= len(words.kinds) or words.marks[word] != 0 or bool(words.kinds[word] & closing)


def _is_passive(words: Words, verb: int, participle: int, *, named: bool) -> bool:
    """Whether the participle is a verb here; `named`: an agent follows at once, which settles it."""
    kinds, marks = words.kinds, words.marks
    kind, form, after = kinds[participle], kinds[verb], words.after(participle)
    if named:
        return True
    if kind & wc.ADJECTIVAL or (form & wc.GET and kind & wc.GET_STATE):
        return False
    word = words.type(participle)
    if participle - 1 > verb and (
        kinds[participle - 1] & wc.DEGREE or (word == "known" and words.type(participle - 1) == "well")
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
    """Whether the verb belongs to a "there is": "there were wounded men" does not say what was done to them."""
    kinds, marks, first = words.kinds, words.marks, first_auxiliary(words, verb)
    if first is None or kinds[first] & wc.THERE:
        return first is not None
    opens = marks[first - 1] or kinds[first - 2] & (wc.CLAUSE | wc.CONJUNCTION | wc.SPEECH)
    return bool(not marks[first] and kinds[first - 1] & wc.THERE and opens)


def _joined(words: Words, participle: int) -> tuple[int, ...]:
    """The participles that "and", "or" or a comma joins to one: "was drafted, signed and sent to the court"."""
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
    """The participle after the next "and" or "or", when it goes on with the passive of `participle`."""
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
    if kinds[place] & wc.DISTINCT or (_ends_clause(words, place + 1) and (near or not kinds[place] & wc.SPEECH)):
        return place
    return None


def first_auxiliary(words: Words, verb: int) -> int | None:
    """The first word of "will be", "are not to be", which ends at `verb`; None for an infinitive alone."""
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
        elif place > 1 and not marks[place - 1] and (words.type(place - 2), words.type(place - 1)) in _ADVERBIAL:
            place -= 2
        else:
            break
    return place if not marks[place] and not kinds[place] & wc.JOINED else first


def by_phrase(words: Words, participle: int, joined: tuple[int, ...] = ()) -> int | None:
    """The "by" that names who did what the participle says, None where none does."""
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


def _ends_after(words: Words, word: int) -> bool:
    """Whether no noun follows a word: "by the first" is a time, "by the first division" is not."""
    if word + 1 == len(words.kinds) or words.marks[word + 1]:
        return True
    return bool(words.kinds[word + 1] & (wc.OF | wc.PREPOSITION | wc.CONJUNCTION | wc.TIME))


def _names_agent(words: Words, first: int) -> bool:
    """Whether the phrase after "by" is one who acts: no time, measure or way."""
    kind, follows = words.kinds[first], words.after(first)
    ends = first + 1 == len(words.kinds) or words.marks[first + 1] != 0
    if kind & wc.NO_AGENT or (kind & wc.DETERMINER and follows & wc.TIME):
        return False
    if (
        kind & wc.DETERMINER
        and not ends
        and _ORDINAL.fullmatch(words.type(first + 1))
        and _ends_after(words, first + 1)
    ):
        return False  # "by the tenth", "by the 31st of May"
    if kind & wc.ING and not words.is_capital(first):
        return False
    if kind & wc.NUMBER and not kind & wc.PRONOUN and not follows & wc.OF:
        return not (ends or follows & (wc.UNIT | wc.PREPOSITION | wc.TIME | wc.CONJUNCTION | wc.ADVERB))
    return True
