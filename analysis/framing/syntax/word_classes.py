"""What an English word can be: verb forms, pronouns, prepositions and the rest, by list and by ending."""

from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from analysis.core.paths import LEXICONS

# Each class is a bit; most words have none, which in a phrase means a noun or an adjective.
BE, GET, HAVE, MODAL, DO, NEGATION, ADVERB, DEGREE = (1 << bit for bit in range(8))
# DISTINCT: a participle that is no past tense. GET_STATE: after "get" it names a state, as "married" does.
PARTICIPLE, DISTINCT, ADJECTIVAL, GET_STATE, ING = (1 << bit for bit in range(8, 13))
DETERMINER, PRONOUN, PERSONAL, PERSON, OBJECT, NUMBER, PLURAL = (1 << bit for bit in range(13, 20))
PREPOSITION, SUBORDINATE, RELATIVE, QUESTION, CONJUNCTION = (1 << bit for bit in range(20, 25))
SAY, SPEAK, SPEAKING_ON, SPEAK_OR_NOUN, INSTITUTION, TITLE = (1 << bit for bit in range(25, 31))
PLURAL_BE, TIME, UNIT, NO_AGENT = (1 << bit for bit in range(31, 35))
# CLITIC_S: "is", "has" or the genitive. JOINED: a pronoun and its verb in one word, "he's".
CLITIC_S, JOINED = (1 << bit for bit in range(35, 37))
# Single words that rules name.
OF, BY, TO, THERE, AND, ACCORDING, THAT = (1 << bit for bit in range(37, 44))
INTRANSITIVE = 1 << 44  # a past tense that has no passive

AUXILIARY = BE | HAVE | MODAL | DO
CLAUSE = AUXILIARY | SUBORDINATE | RELATIVE | QUESTION
OPENS_PHRASE = DETERMINER | PRONOUN | NUMBER
SPEECH = SAY | SPEAK | SPEAKING_ON

# The sections of the word lists that name a class, and those whose words have other classes.
_SECTIONS = (
    "adjectival adverb be conjunction degree determiner do get have institution intransitive modal no_agent number "
    "object person personal plural plural_be preposition pronoun question relative say speak speak_or_noun "
    "speaking_on subordinate time title unit"
).split()
_OTHERS = {"get_states": GET_STATE, "participle_distinct": PARTICIPLE | DISTINCT, "participle_same": PARTICIPLE}
_SINGLE = "according and by of that there to".split()
_CONTRACTED = {"'re": "are", "'m": "am", "'ll": "will", "'d": "would", "'ve": "have", "'s": "is"}
_PREFIXES = ("over", "under", "re", "mis", "out", "un", "fore", "pre", "inter")
_ENDINGS = ("ed", "ing", "ly")
_SHORT_ING = ("being", "doing", "dying", "going", "lying", "tying", "using")  # among "king", "thing" and others
_EED = ("agreed", "decreed", "freed", "guaranteed", "refereed")
_FORMS = PARTICIPLE | DISTINCT | ADJECTIVAL


def classes(vocabulary: Iterable[str]) -> NDArray[np.int64]:
    """Return the classes of each word as bits, -1 for a punctuation mark."""
    return np.array([_classify(word.lower()) for word in vocabulary], dtype=np.int64)


def is_plural(word: str, kind: int) -> bool:
    """Whether a noun with these classes is in the plural."""
    return bool(kind & PLURAL) or (word.endswith("s") and not word.endswith(("ss", "us", "is", "'s")))


@cache
def word_lists() -> dict[str, frozenset[str]]:
    """Return the sections of the word lists by name."""
    sections: dict[str, list[str]] = {}
    for line in (LEXICONS / "english_verbs.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            words += line.split()
    return {name: frozenset(words) for name, words in sections.items()}


@cache
def _listed() -> dict[str, int]:
    """Return the classes that the lists give each word."""
    named = {name: globals()[name.upper()] for name in (*_SECTIONS, *_SINGLE)}
    lists = word_lists() | {word: frozenset([word]) for word in _SINGLE}
    lists["negation"] = frozenset(["n't", "nt", "never", "not"])
    found: dict[str, int] = {}
    for name, kind in (_OTHERS | named | {"negation": NEGATION}).items():
        for word in lists[name]:
            found[word] = found.get(word, 0) | kind
    return found


@lru_cache(1 << 16)  # several measures ask about the same corpus, and its shards share most of their words
def _classify(word: str) -> int:
    """Return the classes of one word in lower case."""
    if word.isalpha() and word not in _listed() and not word.endswith(_ENDINGS) and not word.startswith(_PREFIXES):
        return 0  # a shortcut for most words
    if not any(letter.isalnum() for letter in word):
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
    """Return the classes of a word as a participle, 0 if it cannot be one."""
    lists, listed = word_lists(), _listed().get(word, 0)
    if word in lists["no_participle"] or word in lists["intransitive"]:
        return 0
    found = listed & _FORMS
    if word.endswith("ed") and len(word) > 3 and (not word.endswith("eed") or word.endswith(_EED)):
        found |= PARTICIPLE
    for prefix in _PREFIXES:
        if not found and word.startswith(prefix):
            found = _listed().get(word[len(prefix) :], 0) & _FORMS
    if found and word.startswith("un") and word not in lists["un_verbs"]:
        found |= ADJECTIVAL
    return found


def _contracted(word: str) -> int:
    """Return the classes of "wasn't", "he's", and of the treebank scheme's "n't" and "'s"."""
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
