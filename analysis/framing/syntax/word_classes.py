"""What an English word can be: verb forms, pronouns, prepositions and the rest, by list and by ending."""

from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from analysis.core.paths import LEXICONS

# Each class is a bit; most words have none, which in a phrase means a noun or an adjective.
BE = 1 << 0
GET = 1 << 1
HAVE = 1 << 2
MODAL = 1 << 3
DO = 1 << 4
NEGATION = 1 << 5
ADVERB = 1 << 6
PARTICIPLE = 1 << 7
DISTINCT = 1 << 8  # a participle that is no past tense
ADJECTIVAL = 1 << 9
GET_STATE = 1 << 10
DEGREE = 1 << 11
DETERMINER = 1 << 12
PRONOUN = 1 << 13
PERSONAL = 1 << 14
OBJECT = 1 << 15
PREPOSITION = 1 << 16
SUBORDINATE = 1 << 17
RELATIVE = 1 << 18
QUESTION = 1 << 19
CONJUNCTION = 1 << 20
PLURAL_BE = 1 << 21
NUMBER = 1 << 22
TIME = 1 << 23
UNIT = 1 << 24
NO_AGENT = 1 << 25
ING = 1 << 26
SAY = 1 << 27
SPEAK = 1 << 28
SPEAKING_ON = 1 << 29
CLITIC_S = 1 << 30  # "is", "has" or the genitive
JOINED = 1 << 31  # a pronoun and its verb in one word: "he's"
OF = 1 << 32
BY = 1 << 33
TO = 1 << 34
THERE = 1 << 35
AND = 1 << 36
SPEAK_OR_NOUN = 1 << 37
PERSON = 1 << 38
ACCORDING = 1 << 39
THAT = 1 << 40
INSTITUTION = 1 << 41
PLURAL = 1 << 42
TITLE = 1 << 43

AUXILIARY = BE | HAVE | MODAL | DO
CLAUSE = AUXILIARY | SUBORDINATE | RELATIVE | QUESTION
OPENS_PHRASE = DETERMINER | PRONOUN | NUMBER
SPEECH = SAY | SPEAK | SPEAKING_ON

# The sections of the word lists whose words have the class of that name; and those whose words have other ones.
_SECTIONS = (
    "adjectival adverb be conjunction degree determiner do get have institution modal no_agent number object person "
    "personal plural plural_be preposition pronoun question relative say speak speak_or_noun speaking_on subordinate "
    "time title unit"
).split()
_OTHERS = {"get_states": GET_STATE, "participle_distinct": PARTICIPLE | DISTINCT, "participle_same": PARTICIPLE}
_SINGLE = "according and by of that there to".split()  # words that rules name one by one
_CONTRACTED = {"'re": "are", "'m": "am", "'ll": "will", "'d": "would", "'ve": "have", "'s": "is"}
_PREFIXES = ("over", "under", "re", "mis", "out", "un", "fore", "pre", "inter")
_ENDINGS = ("ed", "ing", "ly")
_SHORT_ING = ("being", "doing", "dying", "going", "lying", "tying", "using")  # among "king", "thing" and others
_EED = ("agreed", "decreed", "freed", "guaranteed", "refereed")
_FORMS = PARTICIPLE | DISTINCT | ADJECTIVAL


def classes(vocabulary: Iterable[str]) -> NDArray[np.int64]:
    """The classes of each word, as bits, -1 for a punctuation mark."""
    return np.array([_classify(word.lower()) for word in vocabulary], dtype=np.int64)


@cache
def word_lists() -> dict[str, frozenset[str]]:
    """The sections of the word lists, name -> words."""
    sections: dict[str, list[str]] = {}
    for line in (LEXICONS / "english_verbs.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            words += line.split()
    return {name: frozenset(words) for name, words in sections.items()}


@cache
def _listed() -> dict[str, int]:
    """The classes that the lists give each word."""
    kinds = _OTHERS | {name: globals()[name.upper()] for name in (*_SECTIONS, *_SINGLE)}
    words = [(word, kinds[name]) for name in (*_SECTIONS, *_OTHERS) for word in word_lists()[name]]
    words += [(word, kinds[word]) for word in _SINGLE] + [(word, NEGATION) for word in ("n't", "nt", "never", "not")]
    found: dict[str, int] = {}
    for word, kind in words:
        found[word] = found.get(word, 0) | kind
    return found


@lru_cache(1 << 16)  # a corpus is looked at several times, and in shards, which have most of their words in common
def _classify(word: str) -> int:
    """The classes of one word."""
    if word.isalpha() and word not in _listed() and not word.endswith(_ENDINGS) and not word.startswith(_PREFIXES):
        return 0  # most words; what follows would say so, too
    if not word.isalnum() and not any(letter.isalnum() for letter in word):
        return -1
    if "'" in word:
        return _contracted(word)
    found = _listed().get(word, 0)
    if word[0].isdigit():
        return found | NUMBER
    stem, _, last = word.rpartition("-")
    if stem:
        form = _participle(last)
        return found | form | (ADJECTIVAL if form and stem not in word_lists()["verb_prefixes"] else 0)
    if word.endswith("ing") and (len(word) > 5 or word in _SHORT_ING):
        found |= ING
    if word.endswith("ly") and len(word) > 4 and word not in word_lists()["no_adverb"]:
        found |= ADVERB
    return found | _participle(word)


def _participle(word: str) -> int:
    """The classes of a word as a participle, 0 where it cannot be one."""
    lists, listed = word_lists(), _listed().get(word, 0)
    if word in lists["no_participle"] or word in lists["intransitive"]:
        return 0
    found = listed & _FORMS
    if word.endswith("ed") and len(word) > 3 and (not word.endswith("eed") or word.endswith(_EED)):
        found |= PARTICIPLE
    if not found and word.startswith(_PREFIXES):
        for prefix in _PREFIXES:
            if found or not word.startswith(prefix):
                continue
            found = _listed().get(word[len(prefix) :], 0) & _FORMS
    if found and word.startswith("un") and word not in lists["un_verbs"]:
        found |= ADJECTIVAL
    return found


def _contracted(word: str) -> int:
    """The classes of a word with an apostrophe: "wasn't", "he's", and "n't" and "'s", parts of the treebank scheme."""
    listed = _listed()
    if word.endswith("n't"):
        host = listed.get(word[:-3], 0) or listed.get(word[:-2], 0)
        return host & AUXILIARY | NEGATION
    stem, _, tail = word.rpartition("'")
    verb = listed.get(_CONTRACTED.get("'" + tail, ""), 0)
    genitive = CLITIC_S if tail == "s" else 0
    if not stem:
        return verb | genitive
    host = listed.get(stem, 0)
    if not verb or not host & (PRONOUN | QUESTION):
        return 0
    return verb | host & (PERSONAL | PERSON | QUESTION | THERE) | JOINED | genitive
