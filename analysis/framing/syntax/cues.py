"""Cues of speech: the verbs of speaking and their speakers."""

from collections.abc import Iterator

import numpy as np

from analysis.framing.syntax import word_classes as wc
from analysis.framing.syntax.clauses import COMMA, STOP, phrase_after, subject, words_by_stretch
from analysis.framing.syntax.speech import NEAR, Cue, Speech, speech_of
from analysis.text.tokens import Tokens

ADDRESSEE = 6  # words between a verb and its "that": "told reporters in Lahore that"
_BIDS = frozenset("let lets let's please such".split())  # "let me say", "please note", "such as"
_NOBODY = frozenset("that this what it's".split())
_SOME = frozenset("all another both few many most neither none others several some those these".split())
_MANY = frozenset("few many most several some these those".split())  # before nouns in the plural
_NAMING = frozenset("called dubbed termed".split())


def speech_by_stretch(tokens: Tokens) -> Iterator[tuple[Speech, list[Cue]]]:
    """Yield the words and quotations of some documents at a time, with the cues outside quotations."""
    for words in words_by_stretch(tokens):
        speech = speech_of(words)
        yield speech, find_cues(speech)


def find_cues(speech: Speech) -> list[Cue]:
    """Return every cue outside quotations, in text order."""
    wanted = wc.SPEECH | wc.SPEAK_OR_NOUN | wc.ACCORDING
    found: list[Cue] = []
    for verb in np.flatnonzero((speech.words.classes & wanted) != 0).tolist():
        if speech.inside[verb]:
            continue
        cue = _according(speech, verb) if speech.words.kinds[verb] & wc.ACCORDING else _cue(speech, verb, found)
        if cue is not None:
            found.append(cue)
    return found


def _according(speech: Speech, word: int) -> Cue | None:
    """Return the cue "according to X" at `word`."""
    kinds, marks = speech.words.kinds, speech.words.marks
    if word + 2 >= len(kinds) or not kinds[word + 1] & wc.TO or marks[word + 2] or kinds[word + 2] & wc.CLAUSE:
        return None
    last = phrase_after(speech.words, word + 2)
    form = "after" if speech.ends(word) else "around"
    return Cue(word, word, last, (word + 2, last), form, last + 1, False)


def _cue(speech: Speech, verb: int, found: list[Cue]) -> Cue | None:
    """Return the cue of a verb of speaking, None if it is a noun, passive, negated or only planned."""
    kinds, marks = speech.words.kinds, speech.words.marks
    first = verb
    while first and not marks[first] and kinds[first - 1] & (wc.ADVERB | wc.NEGATION | wc.AUXILIARY | wc.TO):
        if kinds[first - 1] & (wc.NEGATION | wc.MODAL | wc.DO | wc.BE | wc.TO):
            return None
        first -= 1
    that = _that(speech, verb)
    quoted = any(speech.inside[verb + 1 : verb + 1 + NEAR]) and _same_sentence_quote(speech, verb)
    after_quote = speech.goes_on(verb) and speech.inside[verb - 1] and marks[verb] != 0
    if first and not marks[first] and _is_article(speech, first - 1):
        return None  # "the said problem", "an answer"
    if kinds[verb] & wc.SPEAK_OR_NOUN:
        words = speech.words
        in_name = not marks[verb] and words.is_capital(verb) and not words.text(verb, verb).isupper()
        if in_name or kinds[verb - 1] & wc.PREPOSITION:
            return None  # "the United States", "in response"
    # "..." said X;  ..., said X.
    if after_quote or (marks[verb] == COMMA and not that):
        inverted = _inverted(speech, verb, after_quote=after_quote)
        if inverted is not None:
            return Cue(verb, verb, inverted, (verb + 1, inverted), "quote" if after_quote else "around", 0, False)
    going_on = bool(kinds[verb] & wc.SPEAKING_ON)
    speaker = None if going_on else subject(speech.words, first)
    if speaker is not None:
        speaker = _outside(speech, *speaker)
        if not _can_say(speech, speaker, first, verb):
            return None
    if speaker is None:
        joined = first > 0 and not marks[first] and kinds[first - 1] & wc.CONJUNCTION
        same = found and speech.sentence[found[-1].verb] == speech.sentence[verb]
        if not same or not (joined or going_on):
            return None
    begin = speaker[0] if speaker else verb
    if kinds[verb] & wc.SPEAK_OR_NOUN and that != verb + 1:
        that = 0
    reports = that or _reports(speech, verb)
    around = begin > 0 and marks[begin] == COMMA and _stands_apart(speech, verb) and not speech.inside[begin - 1]
    if around and not that:
        form, content = "around", 0
    elif reports:
        form, content = "after", that + 1 if that else _content(speech, verb)
    elif quoted or (speech.goes_on(begin) and speech.inside[begin - 1]) or _leads(speech, verb):
        form, content = "quote", 0
    else:
        return None
    return Cue(begin, verb, verb, speaker, form, content, bool(kinds[first] & wc.JOINED))


def _can_say(speech: Speech, phrase: tuple[int, int], opening: int, verb: int) -> bool:
    """Whether a phrase can be the speaker of `verb`, whose first auxiliary is at `opening`."""
    words, (first, last) = speech.words, phrase
    kinds, marks, types = words.kinds, words.marks, [words.types[word] for word in range(first, last + 1)]
    head, ends = kinds[last], types[-1]
    if not _BIDS.isdisjoint(types) or (first == last and ends in _NOBODY):
        return False
    if first and not marks[first] and kinds[first - 1] & wc.AUXILIARY and not kinds[first - 1] & wc.JOINED:
        return False  # a question: "how would you explain"
    objects = [word for word in range(first, last + 1) if kinds[word] & (wc.OBJECT | wc.PERSONAL)]
    pronouns = [word for word in objects if not kinds[word] & wc.DETERMINER]
    if first < last and not all(map(words.is_capital, pronouns)):
        return False  # a clause: "justice requires us to remember", and not the name "US"
    for word in range(first, last):
        noun = kinds[word + 1] & (wc.DETERMINER | wc.NUMBER) or words.is_capital(word + 1)
        if kinds[word] & wc.TO and not noun:
            return False  # "shirts started to come out", and not "to the president" or "to Lahore"
    if _is_article(speech, last):
        return False
    if first == last and ends.isdigit():
        return False
    if (
        head & wc.TIME
        and not words.is_capital(last)
        and not any(kinds[word] & wc.PREPOSITION for word in range(first, last))
    ):
        return False  # "last month"
    if kinds[first] & (wc.PARTICIPLE | wc.ING) and not words.is_capital(first):
        return first < last and not kinds[first + 1] & (wc.PREPOSITION | wc.TO | wc.CLAUSE | wc.DETERMINER)
    if words.types[verb] in _NAMING and (speech.inside[verb + 1 : verb + 2] == [True] or types[0] in ("a", "an")):
        return False  # "a podcast called ..."
    if opening == verb and kinds[verb] & wc.SPEAK_OR_NOUN and not head & wc.INSTITUTION:
        return _is_plural(speech, first, last) != words.types[verb].endswith("s")  # else a noun: "the technical term"
    return not (types[0] in _MANY and first < last and not _is_plural(speech, first, last))


def _is_article(speech: Speech, word: int) -> bool:
    """Whether a word is a determiner and no pronoun: "the", "its", "every"."""
    return bool(speech.words.kinds[word] & wc.DETERMINER) and speech.words.types[word] not in _SOME | _NOBODY


def _is_plural(speech: Speech, first: int, last: int) -> bool:
    """Whether a phrase takes a verb without -s: "officials", "Khan and Ann", "we"."""
    kinds, head = speech.words.kinds, last
    for word in range(first, last + 1):
        if kinds[word] & wc.CONJUNCTION:
            return True
        if kinds[word] & (wc.PREPOSITION | wc.OF) and word > first:
            head = word - 1
            break
    name = speech.words.types[head]
    if kinds[head] & wc.PERSONAL or name in _SOME:
        return name not in ("he", "she", "it", "another")
    many = wc.is_plural(name, kinds[head])
    return many and bool(speech.words.marks[head] or not speech.words.is_capital(head))


def _that(speech: Speech, verb: int) -> int:
    """Return the "that" which opens the reported clause, 0 if there is none."""
    kinds, marks = speech.words.kinds, speech.words.marks
    for place in range(verb + 1, min(verb + 1 + ADDRESSEE, len(kinds))):
        if marks[place] or (kinds[place] & (wc.AUXILIARY | wc.SPEECH | wc.QUESTION) and not kinds[place] & wc.THAT):
            return 0
        if kinds[place] & wc.THAT:
            return place
    return 0


def _same_sentence_quote(speech: Speech, verb: int) -> bool:
    """Whether a quotation begins after the verb, in its sentence or after a colon that ends it."""
    for place in range(verb + 1, min(verb + 1 + NEAR, len(speech.inside))):
        if speech.ends(place) and ":" not in speech.between(place):
            return False
        if speech.inside[place]:
            return True
    return False


def _leads(speech: Speech, verb: int) -> bool:
    """Whether the verb's sentence ends in a colon soon after it."""
    for place in range(verb + 1, min(verb + 1 + NEAR, len(speech.inside))):
        if speech.ends(place):
            return ":" in speech.between(place)
    return False


def _inverted(speech: Speech, verb: int, *, after_quote: bool) -> int | None:
    """Return the last word of the speaker that follows its verb, None if none does."""
    kinds, marks = speech.words.kinds, speech.words.marks
    first = verb + 1
    if first >= len(kinds) or marks[first] or speech.inside[first]:
        return None
    if (
        kinds[first] & (wc.PREPOSITION | wc.ADVERB | wc.TIME | wc.CLAUSE | wc.OBJECT)
        and not kinds[first] & wc.DETERMINER
    ):
        return None
    last = phrase_after(speech.words, first)
    closed = last + 1 >= len(kinds) or marks[last + 1]
    if after_quote:
        return last
    named = speech.words.is_capital(first) or kinds[first] & wc.DETERMINER
    return last if closed and named and kinds[verb] & (wc.SAY | wc.SPEAK) else None


def _outside(speech: Speech, first: int, last: int) -> tuple[int, int]:
    """Return the part of a phrase after the last quotation in it."""
    for place in range(last, first - 1, -1):
        if speech.inside[place]:
            return (place + 1, last) if place < last and speech.words.marks[place + 1] else (first, last)
    return first, last


def _reports(speech: Speech, verb: int) -> bool:
    """Whether a reported clause follows without "that": "said it was late", "asked why"."""
    kinds, marks = speech.words.kinds, speech.words.marks
    if verb + 2 >= len(marks) or marks[verb + 1] or marks[verb + 2] == STOP:
        return False
    follows = kinds[verb + 1]
    if kinds[verb] & (wc.SAY | wc.SPEAKING_ON):
        return not follows & wc.AUXILIARY and not (speech.words.types[verb] == "say" and follows & wc.PREPOSITION)
    return bool(follows & wc.QUESTION) or speech.words.types[verb + 1] in ("if", "whether")


def _content(speech: Speech, verb: int) -> int:
    """Return the first word of the clause after the verb, without a day: "said on Monday it was late"."""
    kinds = speech.words.kinds
    first = verb + 1
    if kinds[first] & wc.PREPOSITION and kinds[first + 1] & wc.TIME:
        first += 1
    return first + 1 if kinds[first] & wc.TIME and not speech.ends(first + 1) else first


def _stands_apart(speech: Speech, verb: int) -> bool:
    """Whether a mark ends the verb's phrase: ", he said,"; ", the mayor told reporters on Monday."."""
    kinds, marks = speech.words.kinds, speech.words.marks
    if verb + 1 >= len(marks) or marks[verb + 1]:
        return True
    tells = speech.words.types[verb] in ("told", "tells", "tell")
    if not tells and not kinds[verb + 1] & (wc.PREPOSITION | wc.TIME | wc.ADVERB):
        return False
    for place in range(verb + 2, min(verb + 2 + ADDRESSEE, len(marks))):
        if marks[place]:
            return True
        if kinds[place] & (wc.AUXILIARY | wc.PERSONAL):
            return False
    return False
