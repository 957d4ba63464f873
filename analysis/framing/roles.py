"""Who acts and who is acted upon: what those on a list of actors do in a sentence."""

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from analysis.framing.clauses import Ints, english
from analysis.framing.frames import matches
from analysis.framing.lexicon import Lexicon
from analysis.framing.own_rows import documents_of
from analysis.framing.role_rules import ACTED_UPON, ACTS, NEITHER, Given, Role, by_rules
from analysis.framing.syntax import parse
from analysis.text.long_tables import AnyTable, table_parts
from analysis.text.lookup import document_starts
from analysis.text.parted import AnyTokens, limit
from analysis.text.tokens import Tokens

_BE = frozenset("'m 're 's am are be been being is was were".split())
_WHO = frozenset("that which who whom".split())


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
    document = documents_of(mentions, pd.Index(tokens.doc_ids))
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
        given = given_to(first, stop)
        held += [_role(given, a, b) for a, b in zip(first.tolist(), stop.tolist(), strict=True)]
    held += [_role({}, 0, 0)] * (len(mentions) - len(held))
    mentions["role"] = pd.Series([role.role for role in held], dtype=object)
    mentions["verb"] = pd.Series([role.verb or None for role in held], dtype=object)
    return mentions[["doc_id", "sentence", "actor", "text", "start", "end", "role", "verb"]]


def role_shares(table: AnyTable, tokens: AnyTokens, by: str | None = None) -> pd.DataFrame:
    """How often each actor acts and is acted upon, from a table of `roles`: one row an actor (and a group, with `by`).

    ``actor``; ``mentions``; ``acts``, ``acted_upon``: counts; ``active_share``: acts / (acts + acted_upon), 0 to 1, NaN
    where an actor has neither, with its 95% Wilson interval ``ci_low``, ``ci_high`` (Wilson 1927), which takes the
    mentions as independent. Most mentions first. Raises `ValueError` for an unknown column, or a table of other
    documents.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.paths import LEXICONS
    >>> tokens = tokenize(read_text("Troops killed ten militants. The militants were buried by villagers."))
    >>> table = role_shares(roles(tokens, read_lexicon(LEXICONS / "actors.yml")), tokens)
    >>> table[["mentions", "acts", "acted_upon", "active_share"]]
       mentions  acts  acted_upon  active_share
    0         2     0           2           0.0
    1         1     1           0           1.0
    2         1     1           0           1.0
    """
    columns = ["actor", "mentions", "acts", "acted_upon"]
    keys = ["actor"] if by is None else [by, "actor"]
    names, group = tokens.numbered_groups(by)
    documents, counts = pd.Index(tokens.doc_ids), []
    for part in table_parts(table):
        document = documents_of(part, documents)
        own = part.assign(acts=part["role"] == ACTS, acted_upon=part["role"] == ACTED_UPON)
        if by is not None:
            own[by] = np.array(names, dtype=object)[group[document]]
        counts.append(
            own.groupby(keys, as_index=False).agg(
                mentions=("role", "size"), acts=("acts", "sum"), acted_upon=("acted_upon", "sum")
            )
        )
    shares = counts[0]
    if len(counts) > 1:
        held = [count for count in counts if len(count)] or counts[:1]  # an empty table has types of its own
        shares = pd.concat(held, ignore_index=True).groupby(keys, as_index=False).sum()
    known = shares["acts"] + shares["acted_upon"]
    shares["active_share"] = shares["acts"] / known.where(known > 0)
    ends = [_wilson(a, n) for a, n in zip(shares["acts"].tolist(), known.tolist(), strict=True)]
    shares["ci_low"], shares["ci_high"] = [low for low, _ in ends], [high for _, high in ends]
    order = [*keys[:-1], "mentions", "actor"]
    shares = shares.sort_values(order, ascending=[True] * len(keys[:-1]) + [False, True], ignore_index=True)
    return shares[[*keys[:-1], *columns, "active_share", "ci_low", "ci_high"]][: limit(tokens)]


def _wilson(count: int, of: int) -> tuple[float, float]:
    if not of:
        return np.nan, np.nan
    interval = binomtest(count, of).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


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
