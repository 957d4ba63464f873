"""Who acts and who is acted upon: the roles of listed actors in their clauses."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.core.compiled import Bools, Ints
from analysis.core.intervals import shares_of_groups
from analysis.framing.frames import matches
from analysis.framing.lexicon import Lexicon
from analysis.framing.syntax import word_classes as wc
from analysis.framing.syntax.clauses import STOP, Words, phrase_after, subject, words_by_stretch
from analysis.framing.syntax.parser import parse
from analysis.framing.syntax.passive_verbs import by_phrase, first_auxiliary, passive_verbs
from analysis.text.lookup import document_starts
from analysis.text.shards import shards
from analysis.text.tables import compact, documents_of, table_of
from analysis.text.tokens import Tokens

_BE = frozenset("'m 're 's am are be been being is was were".split())
_WHO = frozenset("that which who whom".split())
ACTS, ACTED_UPON = "acts", "acted upon"
_NO_VERB = wc.AUXILIARY | wc.DETERMINER | wc.PRONOUN | wc.PREPOSITION | wc.ADVERB | wc.CLAUSE
_GROUP = wc.ADVERB | wc.NEGATION | wc.AUXILIARY | wc.TO


class Role(NamedTuple):
    """The role of a word in its clause, and the verb that gives it."""

    role: str
    verb: str


_NO_ROLE = Role("neither", "")
Assign = Callable[[Ints, Ints], dict[int, Role]]  # the roles of words in spans, given by their firsts and stops


def roles(tokens: Tokens, actors: Lexicon, *, syntax: bool = False) -> pd.DataFrame:
    """Find every mention of an actor in the English documents, with its role: one row each, in text order.

    `actors` is a lexicon whose frames are the actors. Columns: ``doc_id``, ``sentence`` (from 0 in each document),
    ``actor`` (key of the frame), ``text``, ``start``, ``end`` (characters), ``role``, ``verb`` (None without a role).

    - "acts": head of the subject of an active verb ("*troops* killed ten men") or of the agent of a passive;
    - "acted upon": head of the subject of a passive ("ten *men* were killed") or of the object of an active verb;
    - "neither": subject of *be* with no participle ("the *army* is strong"), part of another phrase ("the *army's*
      camp"), or unknown.

    Roles come from rules on word classes, which see objects right after the verb only; with `syntax` from a parser,
    which also sees relative clauses and lists, and is slower. Pronouns are not resolved. Raises `ModuleNotFoundError`
    for `syntax` without the extra ``syntax``.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> tokens = tokenize(read_text("Troops killed ten militants. The militants were buried by villagers."))
    >>> table = roles(tokens, read_lexicon("actors"))
    >>> table[["text", "role", "verb"]].values.tolist()  # doctest: +NORMALIZE_WHITESPACE
    [['Troops', 'acts', 'killed'], ['militants', 'acted upon', 'killed'],
     ['militants', 'acted upon', 'buried'], ['villagers', 'acts', 'buried']]
    """
    return table_of(_roles(shard.tokens, actors, syntax) for shard in shards(tokens))


def _roles(tokens: Tokens, actors: Lexicon, syntax: bool) -> pd.DataFrame:
    """Return the rows of `roles` in a shard."""
    mentions = matches(tokens, actors).rename(columns={"frame": "actor"})
    document = documents_of(mentions, tokens)
    english: Bools = (tokens.languages == "en")[document]
    mentions, document = mentions[english].reset_index(drop=True), document[english]
    base = document_starts(tokens)
    begins = base[document] + mentions["start"].to_numpy(dtype=np.int64)
    stops = base[document] + mentions["end"].to_numpy(dtype=np.int64)
    found: list[Role] = []
    for place, assign in [_by_parser(tokens, base)] if syntax else by_rules(tokens, base):
        # Mentions are in text order: these words have those that follow the ones already found.
        own = slice(len(found), int(np.searchsorted(begins, place[-1], side="right")) if len(place) else len(found))
        first, stop = np.searchsorted(place, begins[own]), np.searchsorted(place, stops[own])
        role_of = assign(first, stop)
        for low, high in zip(first.tolist(), stop.tolist(), strict=True):
            last = next((word for word in range(high - 1, low - 1, -1) if word in role_of), None)
            found.append(_NO_ROLE if last is None else role_of[last])
    found += [_NO_ROLE] * (len(mentions) - len(found))
    columns = compact({"role": [role.role for role in found], "verb": [role.verb or None for role in found]})
    return pd.concat([mentions[["doc_id", "sentence", "actor", "text", "start", "end"]], columns], axis=1)


def role_shares(table: pd.DataFrame, tokens: Tokens, by: str | None = None) -> pd.DataFrame:
    """Count how often each actor acts and is acted upon: one row an actor (and a group, with `by`).

    `table` is that of `roles`. ``actor``; ``mentions``; ``acts``, ``acted_upon``: counts; ``active_share``: acts /
    (acts + acted_upon), 0 to 1, NaN without either; ``ci_low``, ``ci_high``: its 95% interval over documents, or over
    the sentences of a single one (`analysis.core.intervals.share_intervals`). Most mentions first. Raises `ValueError`
    for an unknown column or a table of other documents.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> tokens = tokenize(read_text("Troops killed ten militants. The militants were buried by villagers."))
    >>> table = role_shares(roles(tokens, read_lexicon("actors")), tokens)
    >>> table[["mentions", "acts", "acted_upon", "active_share"]]
       mentions  acts  acted_upon  active_share
    0         2     0           2           0.0
    1         1     1           0           1.0
    2         1     1           0           1.0
    """
    keys = ["actor"] if by is None else [by, "actor"]
    names, group = tokens.numbered_groups(by)
    document = documents_of(table, tokens)
    own = table[["actor"]].assign(acts=table["role"] == ACTS, acted_upon=table["role"] == ACTED_UPON)
    own[by or "group"] = np.array(names, dtype=object)[group[document]]
    rows = own.groupby(keys)
    counts = {"mentions": ("acts", "size"), "acts": ("acts", "sum"), "acted_upon": ("acted_upon", "sum")}
    shares = rows.agg(**counts).reset_index()
    known = np.flatnonzero(own["acts"] | own["acted_upon"])
    hits = pd.DataFrame({"kind": own["acted_upon"].astype(np.int64), "document": document, "amount": 1.0})
    hits = hits.assign(sentence=table["sentence"]).iloc[known]
    ends = shares_of_groups(hits, rows.ngroup().to_numpy()[known], len(shares), 2)
    shares["active_share"], shares["ci_low"], shares["ci_high"] = ends[1:, :, 0]
    order = [*keys[:-1], "mentions", "actor"]
    return shares.sort_values(order, ascending=[True] * len(keys[:-1]) + [False, True], ignore_index=True)


def _by_parser(tokens: Tokens, base: Ints) -> tuple[Ints, Assign]:
    """Return the first character of each of the parser's words, and what assigns roles to them."""
    parsed = parse(tokens)
    document, start, end = (parsed[name].to_numpy(dtype=np.int64) for name in ("document", "start", "end"))
    texts = tokens.corpus.texts
    form = [texts[d][s:e].lower() for d, s, e in zip(document.tolist(), start.tolist(), end.tolist(), strict=True)]
    relation, head = parsed["relation"].tolist(), parsed["head"].tolist()
    roles_of: dict[int, Role] = {}
    for word in range(len(parsed)):
        top = word
        while relation[top] in ("conj", "appos") and head[top] != top:
            top = head[top]
        verb = form[head[top]]
        if relation[top] == "nsubj" and verb not in _BE:
            roles_of[word] = Role(ACTS, verb)
        elif relation[top] in ("nsubjpass", "dobj", "dative"):
            roles_of[word] = Role(ACTED_UPON, verb)
        elif relation[top] == "pobj" and relation[head[top]] == "agent":
            roles_of[word] = Role(ACTS, form[head[head[top]]])
    # A clause that describes a noun gives it a role if it has no other: "men who fled", "the men killed".
    for word in range(len(parsed)):
        noun, kind = head[word], relation[word]
        if kind == "acl" and not form[word].endswith("ing"):
            roles_of.setdefault(noun, Role(ACTED_UPON, form[word]))
        elif kind in ("nsubj", "nsubjpass") and form[word] in _WHO and relation[noun] == "relcl":
            roles_of.setdefault(head[noun], Role(ACTS if kind == "nsubj" else ACTED_UPON, form[noun]))
    return base[document] + start, lambda _first, _stop: roles_of


def by_rules(tokens: Tokens, base: Ints) -> Iterator[tuple[Ints, Assign]]:
    """Yield, for some documents at a time, the first character of each word, and what assigns roles to words."""
    for words in words_by_stretch(tokens):
        verbs = _may_act(words)
        yield base[words.document] + words.start, partial(_assign, words, verbs)


def _assign(words: Words, verbs: Bools, first: Ints, stop: Ints) -> dict[int, Role]:
    """Return the roles that the rules give, complete for the words of the spans from `first` to `stop`."""
    # No rule looks beyond a STOP: skip the verbs with no span between theirs and the next.
    behind, ahead = _beside(words, first, stop)
    before, after = behind.tolist(), ahead.tolist()
    roles_of: dict[int, Role] = {}
    passive: set[int] = set()
    for verb, participle, joined, questioned in passive_verbs(words, near=behind | ahead):
        passive.update((verb, participle, *joined))
        opening = first_auxiliary(words, verb) if before[verb] and not questioned else None
        if opening is not None and not words.kinds[opening] & wc.JOINED:
            _set_roles(roles_of, words, subject(words, opening), Role(ACTED_UPON, words.types[participle]))
        for place in (participle, *joined) if after[verb] else ():
            by = by_phrase(words, place, joined)
            if by is not None:
                _set_roles(roles_of, words, (by + 1, phrase_after(words, by + 1)), Role(ACTS, words.types[place]))
    for place in np.flatnonzero(verbs & (behind | ahead)).tolist():
        if place in passive:
            continue
        opening = _active(words, place)
        if opening is not None and before[place]:
            _set_roles(roles_of, words, subject(words, opening), Role(ACTS, words.types[place]))
        if after[place] and (opening is not None or _governs(words, place)):
            _set_roles(roles_of, words, _object(words, place), Role(ACTED_UPON, words.types[place]))
    return roles_of


def _beside(words: Words, first: Ints, stop: Ints) -> tuple[Bools, Bools]:
    """Return which words have a span before them, and after them, with no STOP between; or are in one."""
    size = len(words.before)
    depth = np.zeros(size + 1, dtype=np.int64)
    np.add.at(depth, first, 1)
    np.add.at(depth, stop, -1)
    in_spans = np.append(0, np.cumsum(np.cumsum(depth[:-1]) > 0))  # how many of the first words are in spans
    bounds = np.append(np.flatnonzero(words.before == STOP), size)
    stretch = np.cumsum(words.before == STOP) - 1  # the first word of all has a STOP before it
    behind: Bools = in_spans[1:] > in_spans[bounds[stretch]]
    return behind, in_spans[bounds[stretch + 1]] > in_spans[:-1]


def _may_act(words: Words) -> Bools:
    """Return (words,) the few that pass the first conditions of `_active` or `_governs`."""
    kinds = words.classes
    before = np.where(words.before != 0, 0, np.append(0, kinds)[:-1])  # the word before in the same phrase
    verbal = ((kinds & (wc.PARTICIPLE | wc.SPEECH | wc.INTRANSITIVE)) != 0) | ((before & _GROUP) != 0)
    active = verbal & ((kinds & _NO_VERB) == 0)
    governs = ((kinds & wc.ING) != 0) | ((before & wc.TO) != 0)
    found: Bools = (active | governs) & ((kinds & (wc.BE | wc.ADJECTIVAL)) == 0)
    return found


def _active(words: Words, place: int) -> int | None:
    """Return the first word of the active verb that ends at `place`, None if there is none."""
    kinds, marks = words.kinds, words.marks
    past = kinds[place] & (wc.PARTICIPLE | wc.INTRANSITIVE)
    first, helped = place, 0
    while not marks[first] and first and kinds[first - 1] & _GROUP and not kinds[first - 1] & wc.JOINED:
        first -= 1
        helped |= kinds[first]
    while first < place and not kinds[first] & (wc.AUXILIARY | wc.TO):  # "later" of "officials later said" is no verb
        first += 1
    if helped & (wc.BE | wc.TO) or kinds[place] & _NO_VERB:
        return None
    if helped & (wc.MODAL | wc.DO | wc.HAVE):
        return None if helped & wc.HAVE and not helped & wc.MODAL and not past else first
    if kinds[place] & wc.SPEECH and not kinds[place] & wc.SPEAK_OR_NOUN:
        return place
    return place if past and not kinds[place] & wc.DISTINCT and not _is_reduced(words, place) else None


def _is_reduced(words: Words, place: int) -> bool:
    """Whether a seeming past tense describes a noun: "men killed in Bannu were", "plans approved by"."""
    kinds, marks = words.kinds, words.marks
    if words.after(place) & wc.BY:
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
        return not kinds[place] & ~(wc.PARTICIPLE | wc.SPEECH | wc.INTRANSITIVE) and not words.is_capital(place)
    return bool(kinds[place] & wc.ING and before & (wc.BE | wc.PREPOSITION | wc.SUBORDINATE | wc.CONJUNCTION))


def _object(words: Words, verb: int) -> tuple[int, int] | None:
    """The noun phrase right after a verb."""
    first = verb + 1
    if words.kinds[verb] & wc.SPEECH:  # what follows is mostly a clause of its own: "said the army had"
        return None
    if first >= len(words.kinds) or words.marks[first]:
        return None
    if words.kinds[first] & (wc.CLAUSE | wc.PREPOSITION | wc.ADVERB | wc.CONJUNCTION | wc.TO | wc.PERSONAL | wc.THAT):
        return None
    return first, phrase_after(words, first)


def _set_roles(roles_of: dict[int, Role], words: Words, phrase: tuple[int, int] | None, role: Role) -> None:
    """Set the role of the heads of a phrase: the words before its first preposition and before each "and"."""
    if phrase is None:
        return
    first, last = phrase
    head = first
    for word in range(first, last + 1):
        if word > first and (words.kinds[word] & (wc.PREPOSITION | wc.OF | wc.RELATIVE) or words.marks[word] > 1):
            break
        if words.kinds[word] & wc.CONJUNCTION and word > first:
            roles_of.setdefault(word - 1, role)
        head = word
    roles_of.setdefault(head, role)
