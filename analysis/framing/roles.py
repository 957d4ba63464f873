"""Who acts and who is acted upon: what those on a list of actors do in a sentence."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from analysis.framing import word_classes as wc
from analysis.framing.agents import by_phrase
from analysis.framing.clauses import Ints, Words, english, phrase_after, subject, words_by_part
from analysis.framing.frames import matches
from analysis.framing.lexicon import Lexicon
from analysis.framing.passive_verbs import first_auxiliary, passive_verbs
from analysis.framing.syntax import parse
from analysis.text.lookup import document_of
from analysis.text.places import starts
from analysis.text.tokens import Tokens

ACTS, ACTED_UPON, NEITHER = "acts", "acted upon", "neither"

_NO_VERB = wc.AUXILIARY | wc.DETERMINER | wc.PRONOUN | wc.PREPOSITION | wc.ADVERB | wc.CLAUSE
_GROUP = wc.ADVERB | wc.NEGATION | wc.AUXILIARY | wc.TO
_BE = frozenset("'m 're 's am are be been being is was were".split())
_WHO = frozenset("that which who whom".split())


class _Role(NamedTuple):
    """What a word is in its clause: the role, and the verb that gives it."""

    role: str
    verb: str


def roles(tokens: Tokens, actors: Lexicon, *, syntax: bool = False) -> pd.DataFrame:
    """Every mention of an actor in the English documents, with its role, one row each, in the order of the text.

    `actors` is a lexicon whose frames are the actors: each has the names and nouns by which a text speaks of it.
    Columns: ``doc_id``, ``sentence`` (from 0 in each document), ``actor`` (key of the frame), ``text``, ``start``,
    ``end`` (characters), ``role``, ``verb`` (as it stands; None without a role).

    - "acts": head of the subject of an active verb ("*troops* killed ten men", "the *army* will act"), or of the phrase
      after *by* of a passive;
    - "acted upon": head of the subject of a passive ("ten *men* were killed"), or of the object of an active verb;
    - "neither": subject of *be* with no participle ("the *army* is strong"), part of another phrase ("the *army's*
      camp"), or not found out.

    By rules on word classes, which look at objects right behind the verb only; or, with `syntax`, by a parser, which
    also sees through relative clauses and lists, and takes longer. Pronouns are not traced back to a name. Raises
    `ModuleNotFoundError` for `syntax` without the extra ``syntax``.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.paths import LEXICONS
    >>> tokens = tokenize(read_text("Troops killed ten militants. The militants were buried by villagers."))
    >>> table = roles(tokens, read_lexicon(LEXICONS / "actors.yml"))
    >>> table[["text", "role", "verb"]].values.tolist()  # doctest: +NORMALIZE_WHITESPACE
    [['Troops', 'acts', 'killed'], ['militants', 'acted upon', 'killed'],
     ['militants', 'acted upon', 'buried'], ['villagers', 'acts', 'buried']]
    """
    mentions = matches(tokens, actors).rename(columns={"frame": "actor"})
    document = pd.Index(tokens.doc_ids).get_indexer(pd.Index(mentions["doc_id"]))
    spoken = english(tokens)[document]
    mentions, document = mentions[spoken].reset_index(drop=True), document[spoken]
    base = starts(tokens)
    begins = base[document] + mentions["start"].to_numpy(dtype=np.int64)
    stops = base[document] + mentions["end"].to_numpy(dtype=np.int64)
    held: list[_Role] = []
    for place, given in [_by_parser(tokens, base)] if syntax else _by_rules(tokens, base):
        # The mentions are in the order of the text: those up to the last word seen have not been looked at before.
        own = slice(len(held), int(np.searchsorted(begins, place[-1], side="right")) if len(place) else len(held))
        spans = zip(
            np.searchsorted(place, begins[own]).tolist(), np.searchsorted(place, stops[own]).tolist(), strict=True
        )
        held += [_role(given, first, stop) for first, stop in spans]
    held += [_role({}, 0, 0)] * (len(mentions) - len(held))
    mentions["role"] = pd.Series([role.role for role in held], dtype=object)
    mentions["verb"] = pd.Series([role.verb or None for role in held], dtype=object)
    return mentions[["doc_id", "sentence", "actor", "text", "start", "end", "role", "verb"]]


def role_shares(table: pd.DataFrame, tokens: Tokens, by: str | None = None) -> pd.DataFrame:
    """How often each actor acts and is acted upon, from a table of `roles`: one row an actor (and a group, with `by`).

    ``actor``; ``mentions``; ``acts``, ``acted_upon``: counts; ``active_share``: acts / (acts + acted_upon), 0 to 1, NaN
    where an actor has neither, with its 95% Wilson interval ``ci_low``, ``ci_high`` (Wilson 1927), which takes the
    mentions as independent. Most mentions first. Raises `ValueError` for an unknown column.
    """
    columns = ["actor", "mentions", "acts", "acted_upon"]
    own = table.assign(acts=table["role"] == ACTS, acted_upon=table["role"] == ACTED_UPON)
    keys = ["actor"]
    if by is not None:
        groups = dict(zip(tokens.doc_ids, tokens.groups(by), strict=True))
        own, keys = own.assign(**{by: own["doc_id"].map(groups)}), [by, "actor"]
    shares = own.groupby(keys, as_index=False).agg(
        mentions=("role", "size"), acts=("acts", "sum"), acted_upon=("acted_upon", "sum")
    )
    known = shares["acts"] + shares["acted_upon"]
    shares["active_share"] = shares["acts"] / known.where(known > 0)
    ends = [_wilson(a, n) for a, n in zip(shares["acts"].tolist(), known.tolist(), strict=True)]
    shares["ci_low"], shares["ci_high"] = [low for low, _ in ends], [high for _, high in ends]
    order = [*keys[:-1], "mentions", "actor"]
    shares = shares.sort_values(order, ascending=[True] * len(keys[:-1]) + [False, True], ignore_index=True)
    return shares[[*keys[:-1], *columns, "active_share", "ci_low", "ci_high"]]


def _wilson(count: int, of: int) -> tuple[float, float]:
    if not of:
        return np.nan, np.nan
    interval = binomtest(count, of).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def _role(given: dict[int, _Role], first: int, stop: int) -> _Role:
    """The role of the last word of a span that has one."""
    for word in range(stop - 1, first - 1, -1):
        if word in given:
            return given[word]
    return _Role(NEITHER, "")


def _by_rules(tokens: Tokens, base: Ints) -> Iterator[tuple[Ints, dict[int, _Role]]]:
    """Where the words of some documents after the others begin, and those with a role."""
    listed = wc.word_lists()["intransitive"]
    intransitive = np.array([name.lower() in listed for name in tokens.vocabulary.tolist()], dtype=bool)
    for words in words_by_part(tokens):
        given = _ruled(words, _may_act(words, intransitive[tokens.ids[words.token]]))
        yield base[document_of(tokens, words.token)] + tokens.start[words.token], given


def _ruled(words: Words, verbs: Ints) -> dict[int, _Role]:
    """The words with a role, as the rules see them; `verbs`: the words that may be active verbs."""
    given: dict[int, _Role] = {}
    taken: set[int] = set()
    for verb, participle, joined, questioned in passive_verbs(words):
        taken.update((verb, participle, *joined))
        first = None if questioned else first_auxiliary(words, verb)
        told = words.type(participle)
        if first is not None and not words.kinds[first] & wc.JOINED:
            _give(given, words, subject(words, first), _Role(ACTED_UPON, told))
        for place in (participle, *joined):
            by = by_phrase(words, place, joined)
            if by is not None:
                _give(given, words, (by + 1, phrase_after(words, by + 1)), _Role(ACTS, words.type(place)))
    for place in verbs.tolist():
        if place in taken:
            continue
        first = _active(words, place)
        if first is not None:
            _give(given, words, subject(words, first), _Role(ACTS, words.type(place)))
        if first is not None or _governs(words, place):
            _give(given, words, _object(words, place), _Role(ACTED_UPON, words.type(place)))
    return given


def _may_act(words: Words, intransitive: NDArray[np.bool_]) -> Ints:
    """The words that `_active` or `_governs` may say yes to, by what they ask first: a few of all."""
    kinds = words.classes
    before = np.where(words.before != 0, 0, np.append(0, kinds)[:-1])  # what stands before in the same phrase
    verbal = ((kinds & (wc.PARTICIPLE | wc.SPEECH)) != 0) | intransitive | ((before & _GROUP) != 0)
    active = verbal & ((kinds & _NO_VERB) == 0)
    governs = ((kinds & wc.ING) != 0) | ((before & wc.TO) != 0)
    return np.flatnonzero((active | governs) & ((kinds & (wc.BE | wc.ADJECTIVAL)) == 0))


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


def _give(given: dict[int, _Role], words: Words, phrase: tuple[int, int] | None, role: _Role) -> None:
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


def _by_parser(tokens: Tokens, base: Ints) -> tuple[Ints, dict[int, _Role]]:
    """Where the parser's words begin, and those with a role."""
    parsed = parse(tokens)
    document, start, end = (parsed[name].to_numpy(dtype=np.int64) for name in ("document", "start", "end"))
    texts = tokens.corpus.texts
    form = [texts[d][s:e].lower() for d, s, e in zip(document.tolist(), start.tolist(), end.tolist(), strict=True)]
    relation, head = parsed["relation"].tolist(), parsed["head"].tolist()
    given: dict[int, _Role] = {}
    for word in range(len(parsed)):
        top = word
        while relation[top] in ("conj", "appos") and head[top] != top:
            top = head[top]
        role = _relation_role(top, relation, head, form)
        if role is not None:
            given[word] = role
    # A clause that describes a noun gives it a role where it has none: "men who fled", "the men killed".
    for word in range(len(parsed)):
        noun, told = head[word], relation[word]
        if told == "acl" and noun not in given and not form[word].endswith("ing"):
            given[noun] = _Role(ACTED_UPON, form[word])
        elif told in ("nsubj", "nsubjpass") and form[word] in _WHO and relation[noun] == "relcl":
            given.setdefault(head[noun], _Role(ACTS if told == "nsubj" else ACTED_UPON, form[noun]))
    return base[document] + start, given


def _relation_role(word: int, relation: list[str], head: list[int], form: list[str]) -> _Role | None:
    """The role that a word's own relation gives it."""
    verb = form[head[word]]
    if relation[word] == "nsubj":
        return None if verb in _BE else _Role(ACTS, verb)
    if relation[word] in ("nsubjpass", "dobj", "dative"):
        return _Role(ACTED_UPON, verb)
    if relation[word] == "pobj" and relation[head[word]] == "agent":
        return _Role(ACTS, form[head[head[word]]])
    return None
