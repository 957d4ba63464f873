"""Who does what a passive tells: the phrase after "by"."""

import re

from analysis.framing import word_classes as wc
from analysis.framing.clauses import STOP, Words, phrase_after

_ORDINAL = re.compile(
    r"\d+(st|nd|rd|th)|(twenty-|thirty-)?(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"|(ten|eleven|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)th|twelfth|twentieth|thirtieth"
)

REACH = 12  # words from a participle to "by"


def agent(words: Words, participle: int, joined: tuple[int, ...]) -> str | None:
    """The noun phrase after "by", or None."""
    by = by_phrase(words, participle, joined)
    return None if by is None else words.text(by + 1, phrase_after(words, by + 1))


def by_phrase(words: Words, participle: int, joined: tuple[int, ...] = ()) -> int | None:
    """The "by" that names who did what the participle tells, None where none does."""
    kinds, marks = words.kinds, words.marks
    for place in range(participle + 1, min(participle + REACH, len(kinds) - 1)):
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


def _is_ordinal(words: Words, word: int) -> bool:
    """Whether a word tells a day: "tenth", "31st"."""
    return bool(_ORDINAL.fullmatch(words.type(word)))


def _ends_after(words: Words, word: int) -> bool:
    """Whether no noun follows a word: "by the first" is a time, "by the first division" is not."""
    if word + 1 == len(words.kinds) or words.marks[word + 1]:
        return True
    return bool(words.kinds[word + 1] & (wc.OF | wc.PREPOSITION | wc.CONJUNCTION | wc.TIME))


def _names_agent(words: Words, first: int) -> bool:
    """Whether the phrase after "by" is one who acts: no time, measure or way."""
    kinds, marks = words.kinds, words.marks
    kind = kinds[first]
    ends = first + 1 == len(kinds) or marks[first + 1] != 0
    follows = 0 if ends else kinds[first + 1]
    if kind & wc.NO_AGENT or (kind & wc.DETERMINER and follows & wc.TIME):
        return False
    if kind & wc.DETERMINER and not ends and _is_ordinal(words, first + 1) and _ends_after(words, first + 1):
        return False  # "by the tenth", "by the 31st of May"
    if kind & wc.ING and not words.is_capital(first):
        return False
    if kind & wc.NUMBER and not kind & wc.PRONOUN:
        return not (ends or follows & (wc.UNIT | wc.PREPOSITION | wc.TIME | wc.CONJUNCTION | wc.ADVERB))
    return True
