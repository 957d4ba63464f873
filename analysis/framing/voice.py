"""Passive voice: what is done to whom, and whether an agent is named."""

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
    """Find the passives of the English documents: one row each, in text order.

    A passive is a form of *be* or *get* and a past participle, with nothing between them but adverbs, negations or one
    remark between commas: "was told", "hasn't been fully explained", "got caught". In questions the subject comes
    between ("was he told?"). Of joined participles each is a passive ("was arrested and charged"). A participle alone
    ("the plan approved in June"), a perfect ("has arrived") and an adjective ("tired", "located") are none, unless an
    agent follows the adjective at once ("surprised by the vote").

    - ``doc_id``, ``sentence`` (from 0 in each document);
    - ``start``, ``end``: characters from the form of *be* or *get* to the participle;
    - ``participle``: as written;
    - ``agent``: the noun phrase after *by*, None without one or if it is a time, measure or way ("by Friday");
    - ``patient``: the subject, None if it is not simple ("and was sold", "asks to be heard").

    Words are classified by ``data/lexicons/english_verbs.txt`` and by their endings. With `syntax` a parser proposes
    further passives, whose two words are further apart; the same lists decide on them. Raises `ModuleNotFoundError` for
    `syntax` without the extra ``syntax``.

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
    """Return the rows of `passives` in a shard."""
    found = {}  # by the tokens of the form of *be* and of the participle
    for words in [words_of(tokens)] if syntax else words_by_stretch(tokens):  # the parser takes the whole
        for verb, participle, joined, questioned in passive_verbs(words, parsed_pairs(words) if syntax else None):
            patient = _patient_of_question(words, verb, participle) if questioned else _patient(words, verb)
            for place in (participle, *joined):
                by = by_phrase(words, place, joined)
                agent = None if by is None else words.text(by + 1, phrase_after(words, by + 1))
                found[int(words.token[verb]), int(words.token[place])] = words.text(place, place), agent, patient
    first, last = np.array(sorted(found), dtype=np.int64).reshape(-1, 2).T
    texts = [found[span] for span in sorted(found)]
    columns = {
        "doc_id": tokens.doc_ids[document_of(tokens, first)],
        "sentence": sentence_in_document(tokens, first),
        "start": tokens.start[first],
        "end": tokens.end[last],
    }
    names = ("participle", "agent", "patient")
    return compact(columns | {name: [row[at] for row in texts] for at, name in enumerate(names)})


def passive_rates(found: pd.DataFrame, tokens: Tokens, by: str | None = None) -> pd.DataFrame:
    """Count passives with and without an agent: one row (a group, with `by`).

    `found` is the table of `passives`. ``passives``; ``agentless``; ``agentless_share`` (0 to 1; NaN without a
    passive); ``per_1000_words``: agentless passives a thousand running words; ``ci_low``, ``ci_high``: its 95% interval
    over documents (`analysis.core.intervals.intervals_of`; NaN with fewer than five). Raises `ValueError` for an
    unknown column or a table of other documents.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("The bill was passed by the house. It was signed. Nobody was told."))
    >>> passive_rates(passives(tokens), tokens)[["passives", "agentless", "agentless_share"]].round(2)
       passives  agentless  agentless_share
    0         3          2             0.67
    """
    names, group = tokens.numbered_groups(by)
    sizes, row = np.diff(tokens.document_offsets), documents_of(found, tokens)
    agentless = np.bincount(row[found["agent"].isna()], minlength=tokens.n_documents)
    low, high = rate_intervals(agentless[:, None], sizes, group, len(names))
    total = np.bincount(group[row], minlength=len(names))
    without, words = (np.bincount(group, own, len(names)) for own in (agentless, sizes))
    with np.errstate(divide="ignore", invalid="ignore"):
        share, rate = without / total, np.where(words > 0, 1000 * without / words, 0.0)
    table = pd.DataFrame({"passives": total, "agentless": without.astype(np.int64)})
    table = table.assign(agentless_share=share, per_1000_words=rate, ci_low=1000 * low, ci_high=1000 * high)
    if by is not None:
        table.insert(0, by, names)
    return table


def _patient(words: Words, verb: int) -> str | None:
    """Return the text of the subject of a passive."""
    first = first_auxiliary(words, verb)
    if first is None:
        return None
    if words.kinds[first] & wc.JOINED:
        return words.text(first, first).replace("’", "'").split("'")[0]
    found = subject(words, first)
    return None if found is None else words.text(*found)


def _patient_of_question(words: Words, verb: int, participle: int) -> str:
    """Return the text of the subject between the verb and the participle of a question."""
    last = participle - 1
    while last > verb + 1 and words.kinds[last] & SKIPPED:
        last -= 1
    return words.text(verb + 1, last)
