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

COMMA, STOP = 1, 2  # punctuation before a word: a comma; a dash, bracket, colon, or a new sentence
_NOMINATIVE = frozenset("he i she they we".split())
# After these verbs "that" opens a clause of its own and describes no noun.
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

LONGEST = 16  # words of a phrase: a longer one is a misreading
AT_ONCE = 200_000  # words held at a time, at some hundred bytes each


class Words(NamedTuple):
    """The words of English documents without punctuation, in either token scheme: one entry a word in each field."""

    tokens: Tokens
    token: Offsets  # its position among the tokens
    document: Offsets
    start: Ids  # characters
    end: Ids
    classes: Ints  # bits of `word_classes`
    before: NDArray[np.int8]  # the punctuation before it: 0, COMMA or STOP (also at the beginning of a sentence)
    types: list[str]  # in lower case
    kinds: list[int]  # `classes` and `before` as lists, which are faster to read word by word
    marks: list[int]

    def text(self, first: int, last: int) -> str:
        """Return the words `first` to `last` as written, on one line."""
        text = self.tokens.corpus.texts[int(self.document[first])]
        return " ".join(text[self.start[first] : self.end[last]].split())

    def after(self, word: int) -> int:
        """Return the classes of the next word, 0 if a mark or nothing follows."""
        return 0 if word + 1 == len(self.kinds) or self.marks[word + 1] else self.kinds[word + 1]

    def is_capital(self, word: int) -> bool:
        """Whether a word begins with a capital."""
        text: str = self.tokens.corpus.texts[int(self.document[word])]
        return text[self.start[word]].isupper()

    def is_question(self, word: int) -> bool:
        """Whether a word's sentence ends in a question mark."""
        end = int(self.tokens.sentence_end[int(sentence_of(self.tokens, self.token[word]))])
        text = self.tokens.corpus.texts[int(self.document[word])]
        return "?" in text[max(end - 3, 0) : end]


def words_by_stretch(tokens: Tokens) -> Iterator[Words]:
    """Yield the words of some English documents at a time, so that memory holds the entries of `AT_ONCE` words."""
    types = np.array([word.lower() for word in tokens.vocabulary], dtype=object)
    classes = wc.classes(types)
    for first, stop in document_ranges(tokens, AT_ONCE):
        yield _words(tokens, types, classes, first, stop)


def words_of(tokens: Tokens) -> Words:
    """Return the words of all English documents at once, as `words_by_stretch` has them."""
    types = np.array([word.lower() for word in tokens.vocabulary], dtype=object)
    return _words(tokens, types, wc.classes(types), 0, tokens.n_documents)


def _words(tokens: Tokens, types: NDArray[np.object_], classes: Ints, first: int, stop: int) -> Words:
    """Return the words of documents `first` to `stop`, given the type and the classes of each vocabulary id."""
    begin, end_of_all = tokens.document_offsets[[first, stop]].tolist()
    spoken = np.repeat(tokens.languages[first:stop] == "en", np.diff(tokens.document_offsets[first : stop + 1]))
    token = begin + np.flatnonzero(spoken & (classes >= 0)[tokens.ids[begin:end_of_all]])
    document, start, end, ids = document_of(tokens, token), tokens.start[token], tokens.end[token], tokens.ids[token]
    found = classes[ids]
    follows = np.diff(document, prepend=-1) == 0  # another word of the same document precedes
    # A clitic is the verb "is" after a pronoun and the genitive after any other word.
    after_pronoun = follows & (np.append(0, found)[: len(token)] & (wc.PRONOUN | wc.QUESTION) != 0)
    found[((found & wc.CLITIC_S) != 0) & ((found & wc.JOINED) == 0) & ~after_pronoun] = 0
    # A word that a hyphen joins to the next has no class where the scheme cuts there: "first" in "first-year".
    hyphened = follows[1:] & (np.diff(token) == 2) & (types == "-")[tokens.ids[token[:-1] + 1]]
    hyphened &= (start[1:] - end[:-1] == 1) & ((found[1:] & wc.PARTICIPLE) == 0)
    found[:-1][hyphened] = 0
    before = np.zeros(len(token), dtype=np.int8)
    before[np.diff(sentence_of(tokens, token), prepend=-1) != 0] = STOP
    # Most words are one blank apart; look at the text between the others.
    wide = 1 + np.flatnonzero((before[1:] == 0) & (start[1:] - end[:-1] > 1))
    texts = tokens.corpus.texts
    spans = zip(document[wide].tolist(), end[wide - 1].tolist(), start[wide].tolist(), strict=True)
    before[wide] = [_mark(texts[d][s:e]) for d, s, e in spans]
    return Words(
        tokens, token, document, start, end, found, before, types[ids].tolist(), found.tolist(), before.tolist()
    )


@cache
def _mark(between: str) -> int:
    """Classify the text between two words of a sentence: 0, COMMA or STOP."""
    if any(mark in between for mark in ";:()[]—–…?!") or "--" in between or " - " in between:
        return STOP
    return COMMA if "," in between else 0  # a period inside a sentence ends an abbreviation


def subject(words: Words, verb: int) -> tuple[int, int] | None:
    """Return the first and last word of the subject of the verb at `verb` (its first auxiliary).

    The subject is the noun phrase to the left of the verb. Text between two commas and relative clauses before the
    verb are skipped; for "who", "which" and "that" the phrase before them is the subject. None if there is no such
    phrase: after "and", at the beginning of a sentence, or if it is longer than 16 words.
    """
    kinds, marks = words.kinds, words.marks
    if kinds[verb] & wc.JOINED:
        return verb, verb
    head = verb - 1
    if verb == 0 or marks[verb] == STOP:
        return None
    if marks[verb] == COMMA:  # skip to the comma before
        opening = next((place for place in range(head, max(head - LONGEST, -1), -1) if marks[place]), None)
        if opening is None or marks[opening] == STOP:
            return None
        head = opening - 1
    if kinds[head] & wc.PREPOSITION and words.types[verb] == "being":
        hindered = words.types[head] == "from" and marks[head] != STOP
        return _hindered(words, head) if hindered else None  # "after being told" has no subject
    if kinds[head] & wc.RELATIVE and marks[head] != STOP and not kinds[head - 1] & (wc.SPEECH | wc.AUXILIARY):
        head -= 1
        while kinds[head] & wc.PREPOSITION and marks[head] != STOP:
            head -= 1
    relative = _relative_before(words, head)
    if relative is not None:
        head = relative - 1
    return phrase_before(words, head, plural=bool(kinds[verb] & wc.PLURAL_BE))


def _hindered(words: Words, place: int) -> tuple[int, int] | None:
    """Return the phrase before "from", the word at `place`: "kept the cases from being tried"."""
    for verb in range(place - 2, max(place - LONGEST, -1), -1):
        if words.marks[verb + 1] == STOP:
            break
        if words.types[verb] in _HINDERS:
            return verb + 1, place - 1
        if words.marks[verb + 1]:
            break
    return None


def phrase_before(words: Words, head: int, *, plural: bool = False) -> tuple[int, int] | None:
    """Return the first and last word of the noun phrase that ends at `head`; with `plural` it may hold "and"."""
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
        return None  # a predicate: "likely to be affected"
    if first and not marks[first] and words.types[first - 1] in _NOMINATIVE and not kinds[first] & wc.OPENS_PHRASE:
        return None  # a verb with its own subject: "what we believe is told"
    return first, head


def phrase_after(words: Words, first: int) -> int:
    """Return the last word of the noun phrase that begins at `first`."""
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
    """Whether a noun phrase ends before `word`."""
    kind = words.kinds[word]
    if kind & wc.CONJUNCTION:
        return _begins_clause(words, word + 1)
    if kind & (wc.CLAUSE | wc.SPEECH | wc.TIME | wc.ADVERB | wc.PREPOSITION | wc.PERSONAL):
        return not kind & wc.OF
    opens = wc.OPENS_PHRASE | wc.PREPOSITION | wc.OBJECT
    return bool(kind & (wc.PARTICIPLE | wc.ING) and words.after(word) & opens)


def _begins_clause(words: Words, word: int) -> bool:
    """Whether `word`, after "and", begins a clause and no second noun."""
    kinds, marks = words.kinds, words.marks
    if word >= len(kinds) or marks[word] or kinds[word] & (wc.CLAUSE | wc.PARTICIPLE | wc.PREPOSITION):
        return True
    for place in range(word, min(word + 5, len(kinds))):
        if place > word and marks[place]:
            return False
        if kinds[place] & wc.AUXILIARY:
            return True
    return False


def _relative_before(words: Words, word: int) -> int | None:
    """Return the "who" or "which" of the relative clause that ends at `word` and has no comma before it."""
    kinds, marks = words.kinds, words.marks
    verb = wc.AUXILIARY | wc.ADVERB | wc.NEGATION
    for place in range(word, max(word - LONGEST, 0), -1):
        kind = kinds[place]
        if marks[place] or kind & (wc.SPEECH | wc.CONJUNCTION):
            return None
        if kind & wc.AUXILIARY and not kinds[place - 1] & (verb | wc.RELATIVE):
            return None
        if kind & wc.RELATIVE and not kind & wc.DETERMINER:
            thought = kinds[place] & wc.THAT and words.types[place - 1] in _THOUGHT
            return None if thought or kinds[place - 1] & (wc.SPEECH | wc.CONJUNCTION) else place
    return None
