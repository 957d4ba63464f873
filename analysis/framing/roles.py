"""Who acts and who is acted upon: what those on a list of actors do in a sentence."""

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
from analysis.framing.syntax.clauses import STOP, Words, english, phrase_after, subject, words_by_stretch
from analysis.framing.syntax.parser import parse
from analysis.framing.syntax.passive_verbs import by_phrase, first_auxiliary, passive_verbs
from analysis.text.lookup import document_starts
from analysis.text.shards import shards
from analysis.text.tables import compact, documents_of, table_of
from analysis.text.tokens import Tokens

_BE = frozenset("'m 're 's am are be been being is was were".split())
_WHO = frozenset("that which who whom".split())
ACTS, ACTED_UPON, NEITHER = "acts", "acted upon", "neither"
_NO_VERB = wc.AUXILIARY | wc.DETERMINER | wc.PRONOUN | wc.PREPOSITION | wc.ADVERB | wc.CLAUSE
_GROUP = wc.ADVERB | wc.NEGATION | wc.AUXILIARY | wc.TO


class Role(NamedTuple):
    """What a word is in its clause: the role, and the verb that gives it."""

    role: str
    verb: str


Given = Callable[[Ints, Ints], dict[int, Role]]  # of the words from each first up to its stop, those with a role


def roles(tokens: Tokens, actors: Lexicon, *, syntax: bool = False) -> pd.DataFrame:
    """Every mention of an actor in the English documents, with its role, one row each, in the order of the text.

    `actors` is a lexicon whose frames are the actors: each has the names and nouns by which a text speaks of it.
    Columns: ``doc_id``, ``sentence`` (from 0 in each document), ``actor`` (key of the frame), ``text``, ``start``,
    ``end`` (characters), ``role``, ``verb`` (as written; None without a role).

    - "acts": head of the subject of an active verb ("*troops* killed ten men", "the *army* will act"), or of the phrase
      after *by* of a passive;
    - "acted upon": head of the subject of a passive ("ten *men* were killed"), or of the object of an active verb;
    - "neither": subject of *be* with no participle ("the *army* is strong"), part of another phrase ("the *army's*
      camp"), or not found out.

    By rules on word classes, which look at objects right after the verb only; or, with `syntax`, by a parser, which
    also sees through relative clauses and lists, and takes longer. Pronouns are not traced back to a name. Raises
    `ModuleNotFoundError` for `syntax` without the extra ``syntax``.

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
    """The rows of `roles` in a shard of a corpus."""
    mentions = matches(tokens, actors).rename(columns={"frame": "actor"})
    document = documents_of(mentions, tokens)
    spoken = english(tokens)[document]
    mentions, document = mentions[spoken].reset_index(drop=True), document[spoken]
    base = document_starts(tokens)
    begins = base[document] + mentions["start"].to_numpy(dtype=np.int64)
    stops = base[document] + mentions["end"].to_numpy(dtype=np.int64)
    held: list[Role] = []
    for place, given_to in [_by_parser(tokens, base)] if syntax else by_rules(tokens, base):
        # The mentions are in the order of the text: those up to the last word seen have not been looked at before.
        own = slice(len(held), int(np.searchsorted(begins, place[-1], side="right")) if len(place) else len(held))
        first, stop = np.searchsorted(place, begins[own]), np.searchsorted(place, stops[own])
        known = given_to(first, stop)
        held += [_role(known, a, b) for a, b in zip(first.tolist(), stop.tolist(), strict=True)]
    held += [_role({}, 0, 0)] * (len(mentions) - len(held))
    given = compact({"role": [role.role for role in held], "verb": [role.verb or None for role in held]})
    return pd.concat([mentions[["doc_id", "sentence", "actor", "text", "start", "end"]], given], axis=1)


def role_shares(table: pd.DataFrame, tokens: Tokens, by: str | None = None) -> pd.DataFrame:
    """How often each actor acts and is acted upon, from a table of `roles`: one row an actor (and a group, with `by`).

    ``actor``; ``mentions``; ``acts``, ``acted_upon``: counts; ``active_share``: acts / (acts + acted_upon), 0 to 1, NaN
    where an actor has neither, with its 95% interval ``ci_low``, ``ci_high``, which takes the documents as independent
    (the sentences of one), see `analysis.core.intervals.share_intervals`. Most mentions first. Raises `ValueError` for
    an unknown column, or a table of other documents.

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
    told = np.flatnonzero(table["role"] != NEITHER)
    hits = pd.DataFrame({"kind": own["acted_upon"].astype(np.int64), "document": document, "amount": 1.0})
    hits = hits.assign(sentence=table["sentence"]).iloc[told]
    ends = shares_of_groups(hits, rows.ngroup().to_numpy()[told], len(shares), 2)
    shares["active_share"], shares["ci_low"], shares["ci_high"] = ends[1:, :, 0]
    order = [*keys[:-1], "mentions", "actor"]
    return shares.sort_values(order, ascending=[True] * len(keys[:-1]) + [False, True], ignore_index=True)


def _role(given: dict[int, Role], first: int, stop: int) -> Role:
    """The role of the last word of a span that has one."""
    for word in range(stop - 1, first - 1, -1):
        if word in given:
            return given[word]
    return Role(NEITHER, "")


def _by_parser(tokens: Tokens, base: Ints) -> tuple[Ints, Given]:
    """Where the parser's words begin, and those with a role, whichever are asked for."""
    parsed = parse(tokens)
    document, start, end = (parsed[name].to_numpy(dtype=np.int64) for name in ("document", "start", "end"))
    texts = tokens.corpus.texts
    form = [texts[d][s:e].lower() for d, s, e in zip(document.tolist(), start.tolist(), end.tolist(), strict=True)]
    relation, head = parsed["relation"].tolist(), parsed["head"].tolist()
    given: dict[int, Role] = {}
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
            given[noun] = Role(ACTED_UPON, form[word])
        elif told in ("nsubj", "nsubjpass") and form[word] in _WHO and relation[noun] == "relcl":
            given.setdefault(head[noun], Role(ACTS if told == "nsubj" else ACTED_UPON, form[noun]))
    return base[document] + start, lambda _first, _stop: given


def _relation_role(word: int, relation: list[str], head: list[int], form: list[str]) -> Role | None:
    """The role that a word's own relation gives it."""
    verb = form[head[word]]
    if relation[word] == "nsubj":
        return None if verb in _BE else Role(ACTS, verb)
    if relation[word] in ("nsubjpass", "dobj", "dative"):
        return Role(ACTED_UPON, verb)
    if relation[word] == "pobj" and relation[head[word]] == "agent":
        return Role(ACTS, form[head[head[word]]])
    return None


def by_rules(tokens: Tokens, base: Ints) -> Iterator[tuple[Ints, Given]]:
    """Where the words of some documents after the others begin, and those with a role among words asked for."""
    listed = wc.word_lists()["intransitive"]
    intransitive = np.array([name.lower() in listed for name in tokens.vocabulary.tolist()], dtype=bool)
    for words in words_by_stretch(tokens):
        verbs = _may_act(words, intransitive[tokens.ids[words.token]])
        yield base[words.document] + words.start, partial(_ruled, words, verbs)


def _ruled(words: Words, verbs: Bools, first: Ints, stop: Ints) -> dict[int, Role]:
    """The words with a role, as the rules see them, all from each `first` up to its `stop` among them."""
    # No rule looks beyond a STOP: verbs are left out that have no word asked for between theirs and the next.
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
    """Which words have a word in a span before them, and after them, up to the next STOP; one in a span has itself."""
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
    before = np.where(words.before != 0, 0, np.append(0, kinds)[:-1])  # the word before in the same phrase
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
        return not kinds[place] & ~(wc.PARTICIPLE | wc.SPEECH) and not words.is_capital(place)
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
