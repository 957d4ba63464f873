"""What the words of a clause do, as rules on word classes see it: who acts, and what is acted upon."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.framing import word_classes as wc
from analysis.framing.agents import by_phrase
from analysis.framing.clauses import STOP, Ints, Words, phrase_after, subject, words_by_stretch
from analysis.framing.passive_verbs import first_auxiliary, passive_verbs
from analysis.text.tokens import Tokens

ACTS, ACTED_UPON, NEITHER = "acts", "acted upon", "neither"

_NO_VERB = wc.AUXILIARY | wc.DETERMINER | wc.PRONOUN | wc.PREPOSITION | wc.ADVERB | wc.CLAUSE
_GROUP = wc.ADVERB | wc.NEGATION | wc.AUXILIARY | wc.TO
Bools = NDArray[np.bool_]


class Role(NamedTuple):
    """What a word is in its clause: the role, and the verb that gives it."""

    role: str
    verb: str


Given = Callable[[Ints, Ints], dict[int, Role]]  # of the words from each first up to its stop, those with a role


def by_rules(tokens: Tokens, base: Ints) -> Iterator[tuple[Ints, Given]]:
    """Where the words of some documents after the others begin, and those with a role among words asked for."""
    listed = wc.word_lists()["intransitive"]
    intransitive = np.array([name.lower() in listed for name in tokens.vocabulary.tolist()], dtype=bool)
    for words in words_by_stretch(tokens):
        verbs = _may_act(words, intransitive[tokens.ids[words.token]])
        yield base[words.document] + words.start, partial(_ruled, words, verbs)


def _ruled(words: Words, verbs: Bools, first: Ints, stop: Ints) -> dict[int, Role]:
    """The words with a role, as the rules see them, all of those from each `first` up to its `stop` among them.

    `verbs`: the words that may be active verbs. No rule looks beyond a STOP, so that a verb is left out which has none
    of the words that are asked for between it and the next.
    """
    behind, ahead = _beside(words, first, stop)
    before, after = behind.tolist(), ahead.tolist()
    given: dict[int, Role] = {}
    taken: set[int] = set()
    for verb, participle, joined, questioned in passive_verbs(words, near=behind | ahead):
        taken.update((verb, participle, *joined))
        opening = first_auxiliary(words, verb) if before[verb] and not questioned else None
        if opening is not None and not words.kinds[opening] & wc.JOINED:
            _give(given, words, subject(words, opening), Role(ACTED_UPON, words.type(participle)))
        for place in (participle, *joined) if after[verb] else ():
            by = by_phrase(words, place, joined)
            if by is not None:
                _give(given, words, (by + 1, phrase_after(words, by + 1)), Role(ACTS, words.type(place)))
    for place in np.flatnonzero(verbs & (behind | ahead)).tolist():
        if place in taken:
            continue
        opening = _active(words, place)
        if opening is not None and before[place]:
            _give(given, words, subject(words, opening), Role(ACTS, words.type(place)))
        if after[place] and (opening is not None or _governs(words, place)):
            _give(given, words, _object(words, place), Role(ACTED_UPON, words.type(place)))
    return given


def _beside(words: Words, first: Ints, stop: Ints) -> tuple[Bools, Bools]:
    """Which words have, up to the STOP before or behind them, one that stands in a span; a word in one has itself."""
    size = len(words.before)
    depth = np.zeros(size + 1, dtype=np.int64)
    np.add.at(depth, first, 1)
    np.add.at(depth, stop, -1)
    held = np.append(0, np.cumsum(np.cumsum(depth[:-1]) > 0))  # words in spans among the first so many
    bounds = np.append(np.flatnonzero(words.before == STOP), size)
    stretch = np.cumsum(words.before == STOP) - 1  # the first word of all has a STOP before it
    own: Bools = held[1:] > held[bounds[stretch]]
    return own, held[bounds[stretch + 1]] > held[:-1]


def _may_act(words: Words, intransitive: Bools) -> Bools:
    """(words,) which are those that `_active` or `_governs` may say yes to, by what they ask first: a few of all."""
    kinds = words.classes
    before = np.where(words.before != 0, 0, np.append(0, kinds)[:-1])  # what stands before in the same phrase
    verbal = ((kinds & (wc.PARTICIPLE | wc.SPEECH)) != 0) | intransitive | ((before & _GROUP) != 0)
    active = verbal & ((kinds & _NO_VERB) == 0)
    governs = ((kinds & wc.ING) != 0) | ((before & wc.TO) != 0)
    found: Bools = (active | governs) & ((kinds & (wc.BE | wc.ADJECTIVAL)) == 0)
    return found


def _active(words: Words, place: int) -> int | None:
    """The first word of the active verb that ends at `place`, None where no such verb does."""
    kinds, marks = words.kinds, words.marks
    first, helped = place, 0
    while not marks[first] and first and kinds[first - 1] & _GROUP and not kinds[first - 1] & wc.JOINED:
        first -= 1
        helped |= kinds[first]
    while first < place and not kinds[first] & (wc.AUXILIARY | wc.TO):  # "later" of "officials later said" is no verb
        first += 1
    if helped & (wc.BE | wc.TO):
        return None
    if kinds[place] & _NO_VERB:
        return None
    if helped & (wc.MODAL | wc.DO | wc.HAVE):
        return None if helped & wc.HAVE and not helped & wc.MODAL and not _is_past(words, place) else first
    if kinds[place] & wc.SPEECH and not kinds[place] & wc.SPEAK_OR_NOUN:
        return place
    if not _is_past(words, place) or kinds[place] & wc.DISTINCT or _is_reduced(words, place):
        return None
    return place


def _is_past(words: Words, place: int) -> bool:
    """Whether a word is a past tense or a participle."""
    return bool(words.kinds[place] & wc.PARTICIPLE) or words.type(place) in wc.word_lists()["intransitive"]


def _is_reduced(words: Words, place: int) -> bool:
    """Whether what looks like a past tense only describes a noun: "men killed in Bannu were", "plans approved by"."""
    kinds, marks = words.kinds, words.marks
    if place + 1 < len(kinds) and not marks[place + 1] and kinds[place + 1] & wc.BY:
        return True
    before = kinds[place - 1] if place and not marks[place] else wc.DETERMINER
    if before & (wc.DETERMINER | wc.PREPOSITION | wc.NUMBER | wc.OBJECT) and not before & wc.PERSONAL:
        return True  # "the armed men", "by trained men"
    for other in range(place + 1, min(place + 12, len(kinds))):
        if marks[other] or kinds[other] & (wc.RELATIVE | wc.SUBORDINATE | wc.CONJUNCTION | wc.QUESTION | wc.PERSONAL):
            return False
        if kinds[other] & wc.AUXILIARY:
            return True
    return False


def _governs(words: Words, place: int) -> bool:
    """Whether a word without a subject of its own may take an object: "to defeat", "while attacking"."""
    kinds, marks = words.kinds, words.marks
    if place == 0 or marks[place]:
        return bool(kinds[place] & wc.ING)
    before = kinds[place - 1]
    if before & wc.TO:
        return not kinds[place] & ~(wc.PARTICIPLE | wc.SPEECH) and not words.is_capital(place)
    return bool(kinds[place] & wc.ING and before & (wc.BE | wc.PREPOSITION | wc.SUBORDINATE | wc.CONJUNCTION))


def _object(words: Words, verb: int) -> tuple[int, int] | None:
    """The noun phrase right behind a verb."""
    first = verb + 1
    if words.kinds[verb] & wc.SPEECH:  # what follows is mostly a clause of its own: "said the army had"
        return None
    if first >= len(words.kinds) or words.marks[first]:
        return None
    if words.kinds[first] & (wc.CLAUSE | wc.PREPOSITION | wc.ADVERB | wc.CONJUNCTION | wc.TO | wc.PERSONAL | wc.THAT):
        return None
    return first, phrase_after(words, first)


def _give(given: dict[int, Role], words: Words, phrase: tuple[int, int] | None, role: Role) -> None:
    """Give a role to the heads of a phrase: the words before its first preposition, and before each "and"."""
    if phrase is None:
        return
    first, last = phrase
    head = first
    for word in range(first, last + 1):
        if word > first and (words.kinds[word] & (wc.PREPOSITION | wc.OF | wc.RELATIVE) or words.marks[word] > 1):
            break
        if words.kinds[word] & wc.CONJUNCTION and word > first:
            given.setdefault(word - 1, role)
        head = word
    given.setdefault(head, role)
