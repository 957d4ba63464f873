"""Passive voice: what is done to whom, and whether the text says by whom."""

import numpy as np
import pandas as pd

from analysis.core.intervals import rate_intervals
from analysis.framing.syntax import word_classes as wc
from analysis.framing.syntax.clauses import Words, phrase_after, subject, words_by_stretch, words_of
from analysis.framing.syntax.passive_verbs import SKIPPED, by_phrase, first_auxiliary, parsed_pairs, passive_verbs
from analysis.text.lookup import document_of, sentence_in_document
from analysis.text.shards import shards
from analysis.text.tables import compact, documents_of, table_of
from analysis.text.tokens import Tokens


def passives(tokens: Tokens, *, syntax: bool = False) -> pd.DataFrame:
    """Every passive of the English documents, one row each, in the order of the text.

    A passive is a form of *be* or *get* and a past participle, with nothing between them but adverbs, negations or one
    remark set off by commas: "was told", "hasn't been fully explained", "to be trusted", "got caught". In questions the
    subject comes between ("was he told?"), and of participles joined by "and" or "or" each is a passive ("was arrested
    and charged"). Participles without a form of *be* or *get* ("the plan approved in June") are not counted.

    - ``doc_id``, ``sentence`` (from 0 in each document);
    - ``start``, ``end``: characters from the form of *be* or *get* to the participle;
    - ``participle``: as written;
    - ``agent``: the noun phrase after *by*, None where there is none. "by" before a time, a measure or a way ("by
      Friday", "by 5 percent", "by mistake", "by using") names no agent;
    - ``patient``: what is acted upon, the subject, None where that is not simple ("and was sold", "asks to be heard").

    Adjectives that look like participles ("tired", "located", "was set to") are passives only if an agent follows at
    once ("surprised by the vote"); perfects ("has arrived", "he's taken the money") are none. Words are known by the
    lists in ``data/lexicons/english_verbs.txt`` and by their endings. With `syntax` a parser proposes passives too,
    which are held to the same lists; it sees a form of *be* and a participle that are further apart, and takes longer.
    Raises `ModuleNotFoundError` for `syntax` without the extra ``syntax``.

    >>> from analysis import read_text, tokenize
    >>> text = "The bill wasn't passed by the house. It is located in Lahore. Two men were arrested and charged."
    >>> passives(tokenize(read_text(text)))[["participle", "agent", "patient"]]
      participle      agent   patient
    0     passed  the house  The bill
    1   arrested       None   Two men
    2    charged       None   Two men
    """
    return table_of(_passives(shard.tokens, syntax) for shard in shards(tokens))


def _passives(tokens: Tokens, syntax: bool) -> pd.DataFrame:
    """The rows of `passives` in a shard of a corpus."""
    rows = []
    for words in [words_of(tokens)] if syntax else words_by_stretch(tokens):  # the parser takes the whole
        own = {}
        for verb, participle, joined, questioned in passive_verbs(words, parsed_pairs(words) if syntax else None):
            patient = _questioned(words, verb, participle) if questioned else _patient(words, verb)
            for place in (participle, *joined):
                by = by_phrase(words, place, joined)
                agent = None if by is None else words.text(by + 1, phrase_after(words, by + 1))
                ends = int(words.token[verb]), int(words.token[place])
                own[ends] = (*ends, words.text(place, place), agent, patient)
        rows += [own[ends] for ends in sorted(own)]
    table = pd.DataFrame(rows, columns=["first", "last", "participle", "agent", "patient"], dtype=object)
    first, last = (table[name].to_numpy(dtype=np.int64) for name in ("first", "last"))
    return compact(
        {
            "doc_id": tokens.doc_ids[document_of(tokens, first)],
            "sentence": sentence_in_document(tokens, first),
            "start": tokens.start[first],
            "end": tokens.end[last],
            **{name: table[name].tolist() for name in ("participle", "agent", "patient")},
        }
    )


def passive_rates(found: pd.DataFrame, tokens: Tokens, by: str | None = None) -> pd.DataFrame:
    """How often a text says that something is done without saying by whom: one row (a group, with `by`).

    `found` is the table of `passives`. ``passives``; ``agentless``, those without an agent, and ``agentless_share`` (0
    to 1; NaN without a passive); ``per_1000_words``, agentless passives a thousand running words, with its 95%
    interval over documents, ``ci_low`` and ``ci_high`` (`analysis.core.intervals.intervals_of`; NaN with fewer than
    five). Raises `ValueError` for an unknown column, or a table of other documents.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("The bill was passed by the house. It was signed. Nobody was told."))
    >>> passive_rates(passives(tokens), tokens)[["passives", "agentless", "agentless_share"]].round(2)
       passives  agentless  agentless_share
    0         3          2             0.67
    """
    names, group = tokens.numbered_groups(by)
    sizes, row = np.diff(tokens.document_offsets), documents_of(found, tokens)
    unnamed = found["agent"].isna().to_numpy()
    every, agentless = (np.bincount(own, minlength=tokens.n_documents) for own in (row, row[unnamed]))
    low, high = rate_intervals(agentless[:, None], sizes, group, len(names))
    total, without, words = (np.bincount(group, own, len(names)) for own in (every, agentless, sizes))
    with np.errstate(divide="ignore", invalid="ignore"):
        share, rate = without / total, np.where(words > 0, 1000 * without / words, 0.0)
    table = pd.DataFrame({"passives": total.astype(np.int64), "agentless": without.astype(np.int64)})
    table = table.assign(agentless_share=share, per_1000_words=rate, ci_low=1000 * low, ci_high=1000 * high)
    if by is not None:
        table.insert(0, by, names)
    return table


def _patient(words: Words, verb: int) -> str | None:
    """The subject of the passive, as text."""
    first = first_auxiliary(words, verb)
    if first is None:
        return None
    if words.kinds[first] & wc.JOINED:
        return words.text(first, first).replace("’", "'").split("'")[0]
    found = subject(words, first)
    return None if found is None else words.text(*found)


def _questioned(words: Words, verb: int, participle: int) -> str | None:
    """The subject between the verb and the participle of a question."""
    last = participle - 1
    while last > verb + 1 and words.kinds[last] & SKIPPED:
        last -= 1
    return words.text(verb + 1, last)
