"""Passive voice: what is done to whom, and whether the text says by whom."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.bootstrap import rate_intervals
from analysis.framing import word_classes as wc
from analysis.framing.agents import agent, by_phrase
from analysis.framing.clauses import COMMA, Ints, Words, subject, words_of
from analysis.text.tokens import Tokens

REACH = 5  # words from a form of "be" to its participle, or from there to one that is joined to it
REMARK = 10  # words of a remark between commas, or of the subject of a question

Bools = NDArray[np.bool_]

_SKIPPED = wc.ADVERB | wc.NEGATION
_INVERTS = frozenset("neither nor never only".split())  # the verb comes before the subject after these, as in questions
_NAMING = frozenset("called named considered given deemed dubbed shown told taught offered paid made".split())


def passives(tokens: Tokens) -> pd.DataFrame:
    """Every passive of the English documents, one row each, in the order of the text.

    A passive is a form of *be* or *get* and a past participle, with nothing between them but adverbs, negations or one
    remark set off by commas: "was told", "hasn't been fully explained", "to be trusted", "got caught". In questions the
    subject stands between ("was he told?"), and of participles joined by "and" or "or" each is a passive ("was arrested
    and charged"). Participles without a form of *be* or *get* ("the plan approved in June") are not counted.

    - ``doc_id``, ``sentence`` (from 0 in each document);
    - ``start``, ``end``: characters from the form of *be* or *get* to the participle;
    - ``participle``: as it stands;
    - ``agent``: the noun phrase after *by*, None where there is none. "by" before a time, a measure or a way ("by
      Friday", "by 5 percent", "by mistake", "by using") names no agent;
    - ``actor``: the subject, that is, what is acted upon and not who acts: the words before the verb as
      `analysis.framing.clauses.subject` finds them, None where that is not simple ("and was sold", "asks to be heard").

    Adjectives that look like participles ("tired", "located", "very complicated", "was set to") are passives only if an
    agent follows at once ("surprised by the vote"); perfects ("has arrived", "he's taken the money") are none. Words
    are known by the lists in ``data/lexicons/english_verbs.txt`` and by their endings, without a parser. Documents in
    other languages have no rows.

    >>> from analysis import read_text, tokenize
    >>> text = "The bill wasn't passed by the house. It is located in Lahore. Two men were arrested and charged."
    >>> passives(tokenize(read_text(text)))[["participle", "agent", "actor"]]
      participle      agent     actor
    0     passed  the house  The bill
    1   arrested       None   Two men
    2    charged       None   Two men
    """
    words = words_of(tokens)
    rows = []
    for verb, participle, questioned in _pairs(words).tolist():
        by = by_phrase(words, participle)
        if not _is_passive(words, verb, participle, named=by == participle + 1):
            continue
        joined = _joined(words, participle)
        actor = _questioned(words, verb, participle) if questioned else _actor(words, verb)
        for place in (participle, *joined):
            rows.append((verb, place, agent(words, place, joined), actor))
    return _table(words, rows)


def passive_rates(
    found: pd.DataFrame, tokens: Tokens, by: str | None = None, *, resamples: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """How often a text says that something is done without saying by whom: one row (a group, with `by`).

    `found` is the table of `passives`. ``passives``; ``agentless``, those without an agent, and ``agentless_share`` (0
    to 1; NaN without a passive); ``per_1000_words``, agentless passives a thousand running words, with its 95%
    bootstrap interval over documents, ``ci_low`` and ``ci_high`` (`resamples` draws from `seed`; NaN for one document).
    Raises `ValueError` for an unknown column.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("The bill was passed by the house. It was signed. Nobody was told."))
    >>> passive_rates(passives(tokens), tokens)[["passives", "agentless", "agentless_share"]].round(2)
       passives  agentless  agentless_share
    0         3          2             0.67
    """
    group = np.full(tokens.n_documents, "all", dtype=object) if by is None else tokens.groups(by).to_numpy(dtype=object)
    row = pd.Index(tokens.doc_ids).get_indexer(pd.Index(found["doc_id"]))
    sizes = np.diff(tokens.document_offsets)
    every = np.bincount(row, minlength=tokens.n_documents)
    agentless = np.bincount(row[found["agent"].isna().to_numpy()], minlength=tokens.n_documents)
    rows = []
    for name in sorted(set(group)):
        own = np.flatnonzero(group == name)
        counts = sparse.csr_array(agentless[own][:, None])
        low, high = rate_intervals(counts, sizes[own], resamples=resamples, seed=seed)
        total, without, words = every[own].sum(), agentless[own].sum(), sizes[own].sum()
        share, rate = without / total if total else np.nan, 1000 * without / words if words else 0.0
        rows.append((name, total, without, share, rate, 1000 * low[0], 1000 * high[0]))
    columns = [by or "group", "passives", "agentless", "agentless_share", "per_1000_words", "ci_low", "ci_high"]
    table = pd.DataFrame(rows, columns=columns)
    return table.drop(columns="group") if by is None else table


def _table(words: Words, rows: list[tuple[int, int, str | None, str | None]]) -> pd.DataFrame:
    """The table of `passives`, in the order of the text."""
    rows = sorted(
        {(verb, place): (verb, place, agent, actor) for verb, place, agent, actor in rows}.values(), key=_places
    )
    tokens = words.tokens
    first = words.token[np.array([row[0] for row in rows], dtype=np.int64)]
    last = words.token[np.array([row[1] for row in rows], dtype=np.int64)]
    document = tokens.document[first]
    first_sentence = np.searchsorted(tokens.sentence_document, np.arange(tokens.n_documents))
    return pd.DataFrame(
        {
            "doc_id": tokens.doc_ids[document],
            "sentence": tokens.sentence[first] - first_sentence[document],
            "start": tokens.start[first],
            "end": tokens.end[last],
            "participle": pd.Series([words.text(row[1], row[1]) for row in rows], dtype=object),
            "agent": pd.Series([row[2] for row in rows], dtype=object),
            "actor": pd.Series([row[3] for row in rows], dtype=object),
        }
    )


def _pairs(words: Words) -> Ints:
    """(pairs, 3): each verb with the participle that may belong to it, and whether the subject stands between them."""
    classes, before = words.classes, words.before
    size = len(classes)
    places = np.arange(size)
    verb = np.flatnonzero(classes & (wc.BE | wc.GET))
    verb = verb[verb < size - 1]
    # The next word that is no adverb, the next participle, the next comma; `size` where there is none.
    passed = ((classes & _SKIPPED) != 0) & ((classes & wc.PARTICIPLE) == 0)
    solid = _next(~passed, places)
    stops = np.cumsum(before != 0)

    direct = np.minimum(solid[verb + 1], size - 1)
    fits = (stops[direct] == stops[verb]) & (direct - verb <= REACH) & _is(classes, direct, wc.PARTICIPLE)
    found = [np.stack([verb[fits], direct[fits], np.zeros(fits.sum(), dtype=np.int64)], axis=1)]

    # "was, the court said, told": the remark begins right behind the verb.
    opened = verb[(before[verb + 1] == COMMA) & (verb + 2 < size)]
    closing = np.minimum(_next(before != 0, places)[np.minimum(opened + 2, size - 1)], size - 1)
    after = np.minimum(solid[closing], size - 1)
    fits = (before[closing] == COMMA) & (closing - opened <= REMARK) & (stops[after] == stops[closing])
    fits &= _is(classes, after, wc.PARTICIPLE)
    found.append(np.stack([opened[fits], after[fits], np.zeros(fits.sum(), dtype=np.int64)], axis=1))

    asked = [(v, p, 1) for v in verb[~np.isin(verb, found[0][:, 0])].tolist() if (p := _asked(words, v)) is not None]
    found.append(np.array(asked, dtype=np.int64).reshape(-1, 3))
    return np.concatenate(found)


def _next(wanted: Bools, places: Ints) -> Ints:
    """For each place the next one, itself included, that is wanted; the size where there is none."""
    found: Ints = np.minimum.accumulate(np.where(wanted, places, len(places))[::-1])[::-1]
    return found


def _is(classes: Ints, place: Ints, kind: int) -> Bools:
    """Whether the words at `place` are of a kind."""
    found: Bools = (classes[place] & kind) != 0
    return found


def _asked(words: Words, verb: int) -> int | None:
    """The participle of a question, or of another clause whose verb stands before the subject."""
    kinds, marks = words.kinds, words.marks
    if not kinds[verb] & wc.BE or marks[verb + 1]:
        return None
    opening = words.type(verb - 1) in _INVERTS if not marks[verb] else False
    if not (marks[verb] or opening or kinds[verb - 1] & (wc.QUESTION | wc.CONJUNCTION)):
        return None
    if kinds[verb + 1] & wc.PERSONAL:
        return _participle_from(words, verb + 2, 1)
    if opening or words.is_question(verb):
        return _participle_from(words, verb + 2, REMARK)
    return None


def _participle_from(words: Words, first: int, reach: int) -> int | None:
    """The first participle from `first` on, adverbs apart within `reach` words, that no noun follows."""
    kinds, marks = words.kinds, words.marks
    place, left = first, reach
    while place < len(kinds) and not marks[place] and left:
        kind = kinds[place]
        if kind & wc.PARTICIPLE and not kind & wc.DETERMINER:
            if reach == 1 or words.type(place) in _NAMING or _ends_clause(words, place + 1):
                return place
        elif kind & wc.CLAUSE:
            return None
        left -= not kind & _SKIPPED
        place += 1
    return None


def _ends_clause(words: Words, word: int) -> bool:
    """Whether no object follows at `word`: a mark, a preposition, an adverb or the end."""
    closing = wc.PREPOSITION | wc.TO | wc.BY | wc.ADVERB | wc.CONJUNCTION | wc.SUBORDINATE | wc.TIME
    return word >= len(words.kinds) or words.marks[word] != 0 or bool(words.kinds[word] & closing)


def _is_passive(words: Words, verb: int, participle: int, *, named: bool) -> bool:
    """Whether the participle is a verb here; `named`: an agent follows at once, which settles it."""
    kinds, marks = words.kinds, words.marks
    kind, form = kinds[participle], kinds[verb]
    after = kinds[participle + 1] if participle + 1 < len(kinds) and not marks[participle + 1] else 0
    if named:
        return True
    if kind & wc.ADJECTIVAL or (form & wc.GET and (kind & wc.GET_STATE or kinds[verb - 1] & wc.HAVE)):
        return False
    word = words.type(participle)
    if participle - 1 > verb and (
        kinds[participle - 1] & wc.DEGREE or (word == "known" and words.type(participle - 1) == "well")
    ):
        return False
    if _is_existential(words, verb):
        return False
    if after and f"{word}+{words.type(participle + 1)}" in wc.word_lists()["adjectival_before"]:
        return False
    person = (form | (0 if marks[verb] else kinds[verb - 1])) & wc.PERSON
    if word in ("done", "finished") and (
        after & wc.ING or (person and (not after or after & (wc.PREPOSITION & ~wc.BY)))
    ):
        return False
    if word == "used" and after & wc.TO:
        then = kinds[participle + 2] if participle + 2 < len(kinds) and not marks[participle + 2] else 0
        return not (person or then & (wc.OPENS_PHRASE | wc.ING | wc.OBJECT))
    # "he's taken the money": a perfect, but "it's called a reform".
    has_object = after & (wc.DETERMINER | wc.OBJECT | wc.NUMBER)
    return not (form & wc.CLITIC_S and has_object and word not in _NAMING)


def _is_existential(words: Words, verb: int) -> bool:
    """Whether the verb belongs to a "there is": "there were wounded men" tells of men, not of what was done to them."""
    place = _first_auxiliary(words, verb)
    if place is None:
        return False
    if words.kinds[place] & wc.THERE:
        return True
    there = place - 1
    if words.marks[place] or there < 0 or not words.kinds[there] & wc.THERE:
        return False
    return bool(words.marks[there] or words.kinds[there - 1] & (wc.CLAUSE | wc.CONJUNCTION | wc.SPEECH))


def _joined(words: Words, participle: int) -> tuple[int, ...]:
    """The participles that "and", "or" or a comma joins to one: "was drafted, signed and sent to the court"."""
    kinds, marks = words.kinds, words.marks
    found: list[int] = []
    waiting: list[int] = []
    last = participle
    while True:
        place = last + 1
        listed = place < len(kinds) and marks[place] == COMMA and kinds[place] & wc.PARTICIPLE
        if listed and not kinds[place] & wc.SPEECH:
            waiting.append(place)
            last = place
            continue
        joined = _after_conjunction(words, last)
        if joined is None:
            return tuple(found)
        found += [*waiting, joined]
        waiting = []
        last = joined


def _after_conjunction(words: Words, participle: int) -> int | None:
    """The participle behind the next "and" or "or", when it goes on with the passive of `participle`."""
    kinds, marks = words.kinds, words.marks
    place = participle + 1
    while place < len(kinds) and place - participle <= REACH + 1 and not kinds[place] & wc.CONJUNCTION:
        if marks[place] or kinds[place] & (wc.CLAUSE & ~wc.SUBORDINATE | wc.PARTICIPLE):
            return None
        place += 1
    if place >= len(kinds) or place - participle > REACH + 1 or marks[place] > COMMA:
        return None
    near = place == participle + 1
    place += 1
    while place < len(kinds) and not marks[place] and kinds[place] & _SKIPPED and not kinds[place] & wc.PARTICIPLE:
        place += 1
    if place >= len(kinds) or marks[place] or not kinds[place] & wc.PARTICIPLE or kinds[place] & wc.ADJECTIVAL:
        return None
    if kinds[place] & wc.DISTINCT or (_ends_clause(words, place + 1) and (near or not kinds[place] & wc.SPEECH)):
        return place
    return None


def _first_auxiliary(words: Words, verb: int) -> int | None:
    """The first word of "will be", "are not to be", which ends at `verb`; None for an infinitive standing alone."""
    kinds, marks = words.kinds, words.marks
    place = first = verb
    while not marks[place] and place > 0 and not kinds[place] & wc.JOINED:
        before = kinds[place - 1]
        if before & wc.TO:
            helper = place - 2 if kinds[place - 2] & wc.AUXILIARY else place - 3
            if helper < 0 or not kinds[helper] & wc.AUXILIARY or any(marks[helper + 1 : place]):
                return None
            place = first = helper
        elif before & wc.AUXILIARY:
            place = first = place - 1
        elif before & _SKIPPED and not before & (wc.DETERMINER | wc.PRONOUN):
            place -= 1
        else:
            break
    return place if not marks[place] and not kinds[place] & wc.JOINED else first


def _actor(words: Words, verb: int) -> str | None:
    """The subject of the passive, as text."""
    first = _first_auxiliary(words, verb)
    if first is None:
        return None
    if words.kinds[first] & wc.JOINED:
        return words.text(first, first).replace("’", "'").split("'")[0]
    found = subject(words, first)
    return None if found is None else words.text(*found)


def _questioned(words: Words, verb: int, participle: int) -> str | None:
    """The subject between the verb and the participle of a question."""
    last = participle - 1
    while last > verb + 1 and words.kinds[last] & _SKIPPED:
        last -= 1
    return words.text(verb + 1, last)


def _places(row: tuple[int, int, str | None, str | None]) -> tuple[int, int]:
    return row[0], row[1]
