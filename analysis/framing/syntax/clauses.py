"""English clauses seen through word classes: what the verb's subject is, and where a phrase ends."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import Ints
from analysis.framing.syntax import word_classes as wc
from analysis.text.documents import Offsets
from analysis.text.lookup import document_of, document_ranges, sentence_of
from analysis.text.tokens import Ids, Tokens

COMMA, STOP = 1, 2  # the punctuation before a word: a comma; a dash, bracket, colon, or the end of a sentence
_NOMINATIVE = frozenset("he i she they we".split())
# After these "that" opens what is thought, and describes no noun.
_THOUGHT = frozenset(
    "assume assumed believe believed believes ensure ensured expect expected fear feared feel felt find found hope "
    "hoped hopes know known knows knew realise realised realize realized see seen show showed shown shows think thinks "
    "thought understand understood".split()
)
_HINDERS = frozenset(
    "bar barred barring bars block blocked blocking blocks keep keeping keeps kept prevent prevented preventing "
    "prevents protect protected protecting protects save saved saves saving shield shielded shielding shields spare "
    "spared spares sparing stop stopped stopping stops".split()
)

LONGEST = 16  # words of a phrase; what seems longer has been misread
AT_ONCE = 200_000  # words that are looked at together: each takes some hundred bytes meanwhile


class Words(NamedTuple):
    """The words of English documents, without punctuation marks, whatever the scheme of the tokens: an entry a word."""

    tokens: Tokens
    token: Offsets  # its place in the tokens
    document: Offsets
    start: Ids  # characters
    end: Ids
    classes: Ints  # what it can be, as bits
    before: NDArray[np.int8]  # the punctuation before it: 0, COMMA or STOP (also at the beginning of a sentence)
    types: list[str]  # as it is counted; a list, as the two that follow, for walks from word to word
    kinds: list[int]  # the classes
    marks: list[int]  # the punctuation

    def text(self, first: int, last: int) -> str:
        """The words `first` to `last` as written, white space made one blank."""
        text = self.tokens.corpus.texts[int(self.document[first])]
        return " ".join(text[self.start[first] : self.end[last]].split())

    def type(self, word: int) -> str:
        """A word as it is counted, in lower case."""
        return self.types[word].lower()

    def after(self, word: int) -> int:
        """The classes of the next word, 0 where a mark or the end of all words comes first."""
        return 0 if word + 1 == len(self.kinds) or self.marks[word + 1] else self.kinds[word + 1]

    def is_capital(self, word: int) -> bool:
        """Whether a word is written with a capital."""
        text: str = self.tokens.corpus.texts[int(self.document[word])]
        return text[self.start[word]].isupper()

    def is_question(self, word: int) -> bool:
        """Whether a word's sentence ends in a question mark."""
        token = int(self.token[word])
        end = int(self.tokens.sentence_end[int(sentence_of(self.tokens, token))])
        text = self.tokens.corpus.texts[int(self.document[word])]
        return "?" in text[max(end - 3, 0) : end]


def words_of(tokens: Tokens) -> Words:
    """The words of the documents in English, with their classes and the punctuation between them."""
    return _words(tokens, wc.classes(tokens.vocabulary), english(tokens), 0, tokens.n_documents)


def words_by_stretch(tokens: Tokens) -> Iterator[Words]:
    """The same for some documents after the others: what is held for each word is then never held for all of them."""
    bits, spoken = wc.classes(tokens.vocabulary), english(tokens)
    for first, stop in document_ranges(tokens, AT_ONCE):
        yield _words(tokens, bits, spoken, first, stop)


def english(tokens: Tokens) -> NDArray[np.bool_]:
    """(documents,) which are in English."""
    return np.asarray(tokens.languages == "en", dtype=bool)


def _words(tokens: Tokens, bits: Ints, spoken: NDArray[np.bool_], first: int, stop: int) -> Words:
    """The words of the documents from `first` to `stop` that are in English, `bits` being the classes of each type."""
    begin, end = tokens.document_offsets[[first, stop]].tolist()
    kept = np.repeat(spoken[first:stop], np.diff(tokens.document_offsets[first : stop + 1]))
    token = begin + np.flatnonzero(kept & (bits >= 0)[tokens.ids[begin:end]])
    document, start, end, ids = document_of(tokens, token), tokens.start[token], tokens.end[token], tokens.ids[token]
    found = bits[ids]
    follows = np.append(False, document[1:] == document[:-1])[: len(token)]  # a word of the same document
    # A clitic is the verb "is" after a pronoun and the genitive after any other word.
    hosts = np.append(False, (found[:-1] & (wc.PRONOUN | wc.QUESTION)) != 0)[: len(token)] & follows
    genitive = ((found & wc.CLITIC_S) != 0) & ((found & wc.JOINED) == 0) & ~hosts
    found[genitive] = 0
    found[_hyphened(tokens, token, found, follows)] = 0
    before = _before(tokens, token, document, start, end)
    types = tokens.vocabulary[ids].tolist()
    return Words(tokens, token, document, start, end, found, before, types, found.tolist(), before.tolist())


def _hyphened(tokens: Tokens, token: Offsets, found: Ints, follows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which words a hyphen joins to the next, where the scheme cuts there: "first" in "first-year" is no adverb."""
    hyphen = np.flatnonzero(tokens.vocabulary == "-")
    joined = np.zeros(len(token), dtype=bool)
    if len(hyphen) and len(token):
        apart = follows[1:] & (token[1:] - token[:-1] == 2)
        joined[:-1] = apart & (tokens.ids[token[:-1] + apart] == hyphen[0]) & ((found[1:] & wc.PARTICIPLE) == 0)
        joined[:-1] &= tokens.start[token[1:]] - tokens.end[token[:-1]] == 1
    return joined


def _before(tokens: Tokens, token: Offsets, document: Offsets, start: Ids, end: Ids) -> NDArray[np.int8]:
    """The punctuation before each word."""
    before = np.zeros(len(token), dtype=np.int8)
    if not len(token):
        return before
    sentence = sentence_of(tokens, token)
    new = np.append(True, sentence[1:] != sentence[:-1])
    before[new] = STOP
    # Most words are a blank apart: the text between the others is looked at.
    wide = 1 + np.flatnonzero(~new[1:] & (start[1:] - end[:-1] > 1))
    texts = tokens.corpus.texts
    spans = zip(document[wide].tolist(), end[wide - 1].tolist(), start[wide].tolist(), strict=True)
    before[wide] = [_mark(texts[d][s:e]) for d, s, e in spans]
    return before


@cache
def _mark(between: str) -> int:
    """What the text between two words of a sentence says: 0, COMMA or STOP."""
    if any(mark in between for mark in ";:()[]—–…?!") or "--" in between or " - " in between:
        return STOP
    return COMMA if "," in between else 0  # a period inside a sentence ends an abbreviation


def subject(words: Words, verb: int) -> tuple[int, int] | None:
    """First and last word of the phrase that the verb at `verb` (its first auxiliary) says something of.

    The words to the left of the verb, as far as the beginning of a phrase (a determiner, number or pronoun that
    follows no preposition) or of the clause. What is between two commas before the verb is passed over, and so is
    a relative clause; for "who", "which" and "that" the phrase before them is taken. None where there is no
    such phrase: after "and", at the beginning of a sentence, or when it is longer than 16 words.
    """
    kinds, marks = words.kinds, words.marks
    if kinds[verb] & wc.JOINED:
        return verb, verb
    head = verb - 1
    if verb == 0 or marks[verb] == STOP:
        return None
    if marks[verb] == COMMA:
        opening = _comma_before(words, head)
        if opening is None:
            return None
        head = opening - 1
    if kinds[head] & wc.PREPOSITION and words.type(verb) == "being":
        hindered = words.type(head) == "from" and marks[head] != STOP
        return _hindered(words, head) if hindered else None  # "after being told" does not say of whom
    if kinds[head] & wc.RELATIVE and marks[head] != STOP and not kinds[head - 1] & (wc.SPEECH | wc.AUXILIARY):
        head -= 1
        while kinds[head] & wc.PREPOSITION and marks[head] != STOP:
            head -= 1
    relative = _relative_before(words, head)
    if relative is not None:
        head = relative - 1
    return phrase_before(words, head, plural=bool(kinds[verb] & wc.PLURAL_BE))


def _hindered(words: Words, place: int) -> tuple[int, int] | None:
    """What the verb before it keeps "from", the word at `place`: "kept the cases from being tried"."""
    for verb in range(place - 2, max(place - LONGEST, -1), -1):
        if words.marks[verb + 1] == STOP:
            break
        if words.type(verb) in _HINDERS:
            return verb + 1, place - 1
        if words.marks[verb + 1]:
            break
    return None


def phrase_before(words: Words, head: int, *, plural: bool = False) -> tuple[int, int] | None:
    """First and last word of the noun phrase that ends with the word `head`; with `plural` it may hold "and"."""
    kinds, marks = words.kinds, words.marks
    joins = wc.CONJUNCTION if plural else 0
    ends = wc.CLAUSE | wc.SPEECH | wc.CONJUNCTION | wc.ADVERB
    if head < 0 or (kinds[head] & (wc.CLAUSE | wc.CONJUNCTION | wc.PREPOSITION) and not kinds[head] & wc.PRONOUN):
        return None
    if kinds[head] & wc.PRONOUN and not kinds[head] & wc.DETERMINER:
        return head, head
    first = head
    while True:
        if head - first > LONGEST:
            return None
        previous = first - 1
        if marks[first] or previous < 0:
            break
        kind = kinds[previous]
        if kinds[first] & wc.OPENS_PHRASE and not kind & (wc.PREPOSITION | joins | wc.DETERMINER | wc.NUMBER):
            break
        if (kind & wc.PRONOUN and not kind & wc.DETERMINER) or (kind & wc.NUMBER and kinds[first] & wc.DETERMINER):
            break
        if kind & ends and not kind & joins and not kind & (wc.DETERMINER | wc.PREPOSITION):
            break
        first = previous
    while (
        first < head
        and kinds[first] & (wc.PREPOSITION | wc.CONJUNCTION | wc.ADVERB | wc.ACCORDING)
        and not kinds[first] & wc.DETERMINER
    ):
        first += 1
    if first and not marks[first] and kinds[first - 1] & wc.AUXILIARY and not kinds[first] & wc.OPENS_PHRASE:
        return None  # what is said of a subject, and no subject: "likely to be affected"
    if first and not marks[first] and words.type(first - 1) in _NOMINATIVE and not kinds[first] & wc.OPENS_PHRASE:
        return None  # a verb with its own subject: "what we believe is told"
    return first, head


def phrase_after(words: Words, first: int) -> int:
    """The last word of the noun phrase that begins with the word `first`."""
    kinds, marks = words.kinds, words.marks
    last = first
    while last + 1 < len(kinds) and not marks[last + 1] and last - first < LONGEST:
        inner = kinds[last] & wc.DETERMINER and kinds[last + 1] & wc.ADVERB  # "the first minister", "the then king"
        if not inner and _ends_phrase(words, last + 1):
            break
        last += 1
    while last > first and kinds[last] & (wc.CONJUNCTION | wc.PREPOSITION | wc.DETERMINER):
        last -= 1
    return last


def _ends_phrase(words: Words, word: int) -> bool:
    """Whether a noun phrase that has come up to `word` ends before it."""
    kind = words.kinds[word]
    if kind & wc.CONJUNCTION:
        return _begins_clause(words, word + 1)
    if kind & (wc.CLAUSE | wc.SPEECH | wc.TIME | wc.ADVERB | wc.PREPOSITION | wc.PERSONAL):
        return not kind & wc.OF
    opens = wc.OPENS_PHRASE | wc.PREPOSITION | wc.OBJECT
    return bool(kind & (wc.PARTICIPLE | wc.ING) and words.after(word) & opens)


def _begins_clause(words: Words, word: int) -> bool:
    """Whether what follows "and" at `word` is no second noun: a verb, or a noun with its verb."""
    kinds, marks = words.kinds, words.marks
    if word >= len(kinds) or marks[word] or kinds[word] & (wc.CLAUSE | wc.PARTICIPLE | wc.PREPOSITION):
        return True
    for place in range(word, min(word + 5, len(kinds))):
        if place > word and marks[place]:
            return False
        if kinds[place] & wc.AUXILIARY:
            return True
    return False


def _comma_before(words: Words, word: int) -> int | None:
    """The first word of the phrase between commas that ends with `word`."""
    for place in range(word, max(word - LONGEST, -1), -1):
        if words.marks[place] == COMMA:
            return place
        if words.marks[place] == STOP:
            return None
    return None


def _relative_before(words: Words, word: int) -> int | None:
    """The "who" or "which" of the relative clause that ends with `word`, where no comma precedes it."""
    kinds, marks = words.kinds, words.marks
    verb = wc.AUXILIARY | wc.ADVERB | wc.NEGATION
    for place in range(word, max(word - LONGEST, 0), -1):
        kind = kinds[place]
        if marks[place] or kind & (wc.SPEECH | wc.CONJUNCTION):
            return None
        if kind & wc.AUXILIARY and not kinds[place - 1] & (verb | wc.RELATIVE):
            return None
        if kind & wc.RELATIVE and not kind & wc.DETERMINER:
            thought = kinds[place] & wc.THAT and words.type(place - 1) in _THOUGHT
            return None if thought or kinds[place - 1] & (wc.SPEECH | wc.CONJUNCTION) else place
    return None
