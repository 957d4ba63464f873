"""Shares of style: of boosters and hedges, of reporting verbs by stance, of names for the armed opponent.

The rates of single markers of style are those of `frames.profile` with the lexicon data/lexicons/style.yml.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd

from analysis.core.compiled import Floats, Ints
from analysis.core.intervals import shares_of_groups
from analysis.framing.attribution import reporting_verbs
from analysis.framing.counting import found_shards
from analysis.framing.frames import negated
from analysis.framing.lexicon import Lexicon
from analysis.text.lookup import document_of, sentence_of
from analysis.text.shards import sentence_counts
from analysis.text.tables import compact, documents_of, table_of
from analysis.text.tokens import Tokens, offsets_of

CERTAIN = ("boosters",)
OPEN = ("hedges", "modals_of_possibility")
NAMING, REPORTING = "naming_", "reporting_"  # prefixes of the frames that are ways of naming, or stances
UNLISTED = "unlisted"  # the stance of a verb in no such frame


def firmness(tokens: Tokens, lexicon: Lexicon, by: str | None = None, weights: Floats | None = None) -> pd.DataFrame:
    """Measure whether a text expresses certainty or doubt: one row (a group, with `by`).

    ``boosters`` and ``hedges``: matches of the frames in `CERTAIN` and in `OPEN`, without negated boosters ("did not
    clearly show"); with `weights` (one number a token), the sums of each match's mean weight.

    .. math:: firmness = (boosters - hedges) / (boosters + hedges)

    1 = only boosters, -1 = only hedges; NaN without any. The categories are Hyland's (2005, Metadiscourse), the ratio
    is that of Janis and Fadner (1943). ``ci_low``, ``ci_high``: 95% interval of ``firmness``, from that of the share of
    boosters (`analysis.core.intervals`). Raises `ValueError` for an unknown column or a missing frame.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> style = read_lexicon("style")
    >>> firmness(tokenize(read_text("It may rain. Perhaps. It is certainly late.")), style).round(2)
       boosters  hedges  firmness  ci_low  ci_high
    0         1       2     -0.33   -0.91     0.68
    """
    kinds = dict.fromkeys(CERTAIN, 0) | dict.fromkeys(OPEN, 1)
    if missing := [frame for frame in kinds if frame not in set(lexicon.frames["frame"])]:
        raise ValueError(f"lexicon {lexicon.name!r} has no frame {missing[0]!r}: firmness counts {', '.join(kinds)}")
    names, group = tokens.numbered_groups(by)
    hits = _marked(tokens, lexicon, kinds, weights, plain=CERTAIN)
    table = _shares(hits, group[hits["document"]], names, ["boosters", "hedges"], by, "kind", whole=weights is None)
    boosters, hedges = (table[table["kind"] == kind].reset_index(drop=True) for kind in ("boosters", "hedges"))
    result = boosters[[] if by is None else [by]].assign(boosters=boosters["hits"], hedges=hedges["hits"])
    for column, share in (("firmness", "share"), ("ci_low", "ci_low"), ("ci_high", "ci_high")):
        result[column] = 2 * boosters[share] - 1
    return result


def naming(tokens: Tokens, lexicon: Lexicon, by: str | None = None, weights: Floats | None = None) -> pd.DataFrame:
    """Count the names for the armed opponent: one row a way of naming, in the lexicon's order (and a group, with `by`).

    ``naming``: a frame that begins with "naming_"; ``hits``: its matches, quoted ones too, or with `weights` (one
    number a token) the sum of each match's mean weight; ``share``: of the hits of these frames in the group (0 to 1),
    NaN without any; ``ci_low``, ``ci_high``: its 95% interval (`analysis.core.intervals.share_intervals`). Raises
    `ValueError` for an unknown column or a lexicon without such a frame.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> style = read_lexicon("style")
    >>> table = naming(tokenize(read_text("Terrorists fled. Two terrorists and a gunman were held.")), style)
    >>> table.loc[table["hits"] > 0, ["naming", "hits", "share"]].round(2)
                 naming  hits  share
    0  naming_terrorist     2   0.67
    7     naming_gunman     1   0.33
    """
    ways = _frames(lexicon, NAMING)
    names, group = tokens.numbered_groups(by)
    hits = _marked(tokens, lexicon, {way: kind for kind, way in enumerate(ways)}, weights)
    return _shares(hits, group[hits["document"]], names, ways, by, "naming", whole=weights is None)


def reports(tokens: Tokens, lexicon: Lexicon) -> pd.DataFrame:
    """Find the verbs that report speech in the English documents: one row each, in text order.

    ``doc_id``, ``sentence`` (from 0 in each document), ``speaker`` (or None) and ``verb`` as `attribution.attributions`
    finds them ("claimed that it fell" reports, "claimed responsibility" does not), ``stance``, ``start`` and ``end``
    (characters of the verb). ``stance``: of the frames that begin with "reporting_", the one with the shortest pattern
    that begins with the verb ("states that" for "states"), else "unlisted". Raises `ValueError` for a lexicon without
    such a frame.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> style = read_lexicon("style")
    >>> text = "The army claimed that it fell. Khan admitted that it did. A group claimed responsibility."
    >>> reports(tokenize(read_text(text)), style)[["speaker", "verb", "stance"]]
        speaker      verb               stance
    0  The army   claimed   reporting_doubtful
    1      Khan  admitted  reporting_conceding
    """
    terms = lexicon.terms[lexicon.terms["frame"].isin(_frames(lexicon, REPORTING))]
    patterns = [(pattern.split(), frame) for pattern, frame in zip(terms["pattern"], terms["frame"], strict=True)]
    patterns.sort(key=lambda term: len(term[0]))

    def stance(verb: str) -> str:
        words = len(verb.split())
        begins = ((" ".join(pattern[:words]).replace("[", "[[]"), frame) for pattern, frame in patterns)
        return next((frame for beginning, frame in begins if fnmatchcase(verb, beginning)), UNLISTED)

    table = reporting_verbs(tokens).copy()
    stances = {verb: stance(verb) for verb in table["verb"].unique()}
    table.insert(4, "stance", table["verb"].map(stances).astype(object))
    return table


def reporting(table: pd.DataFrame, tokens: Tokens, lexicon: Lexicon, by: str | None = None) -> pd.DataFrame:
    """Count reporting verbs by stance: one row a stance, in the lexicon's order (and a group, with `by`).

    `table` is that of `reports`; `by` a column of it (speaker, or one that you add) or of the metadata. ``stance``, the
    last "unlisted"; ``hits``: verbs; ``share``: of the verbs of the group (0 to 1), NaN without any; ``ci_low``,
    ``ci_high``: its 95% interval (`analysis.core.intervals`). Raises `ValueError` for an unknown column, a table of
    other documents, or a lexicon without a frame that begins with "reporting_".

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> style = read_lexicon("style")
    >>> tokens = tokenize(read_text("Khan said that it fell. Khan said it was late. Rao admitted that it did."))
    >>> shares = reporting(reports(tokens, style), tokens, style, by="speaker")
    >>> shares.loc[shares["hits"] > 0, ["speaker", "stance", "hits", "share"]]
       speaker               stance  hits  share
    0     Khan    reporting_neutral     2    1.0
    13     Rao  reporting_conceding     1    1.0
    """
    stances = [*_frames(lexicon, REPORTING), UNLISTED]
    if unknown := sorted(set(table["stance"]) - set(stances)):
        raise ValueError(f"lexicon {lexicon.name!r} has no stance {unknown[0]!r}: give the one that made the table")
    document = documents_of(table, tokens)
    if by in table.columns:
        named = table[by].astype(object).where(table[by].notna(), "(none)").astype(str).to_numpy()
        names = sorted(set(named))
        group = pd.Index(names).get_indexer(pd.Index(named))
    else:
        names, group = tokens.numbered_groups(by)
        group = group[document]
    sentence = offsets_of(sentence_counts(tokens))[document] + table["sentence"].to_numpy()
    kind = pd.Index(stances).get_indexer(pd.Index(table["stance"]))
    hits = pd.DataFrame({"kind": kind, "document": document, "sentence": sentence, "amount": 1.0})
    return _shares(hits, group, names, stances, by, "stance", whole=True)


def _frames(lexicon: Lexicon, prefix: str) -> list[str]:
    """Return the frames of a lexicon that begin with a prefix."""
    found = [frame for frame in lexicon.frames["frame"] if frame.startswith(prefix)]
    if not found:
        missing = f"lexicon {lexicon.name!r} has no frame that begins with {prefix!r}"
        raise ValueError(f"{missing}: data/lexicons/style.yml has them")
    return found


def _marked(
    tokens: Tokens, lexicon: Lexicon, kinds: Mapping[str, int], weights: Floats | None, *, plain: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the matches of frames in `kinds`, of `plain` no negated ones: kind, document, sentence, amount."""
    frame = lexicon.terms["frame"]
    kind_of = frame.map(kinds).fillna(-1).to_numpy(dtype=np.int64)
    is_plain = frame.isin(plain).to_numpy()
    pieces = []
    for shard, found in found_shards(tokens, lexicon, weights):
        own = shard.tokens
        kept = kind_of[found["term"]] >= 0
        if plain:
            kept &= ~(is_plain[found["term"]] & negated(own, lexicon, found["first"].to_numpy()))
        found = found[kept]
        columns = {
            "kind": kind_of[found["term"]],
            "document": shard.document + document_of(own, found["first"]),
            "sentence": shard.sentence + sentence_of(own, found["first"]),
            "amount": found["amount"].to_numpy(),
        }
        pieces.append(compact(columns))
    return table_of(pieces)


def _shares(
    hits: pd.DataFrame,
    group: Ints,
    names: Sequence[str],
    kinds: Sequence[str],
    by: str | None,
    what: str,
    *,
    whole: bool,
) -> pd.DataFrame:
    """Return hits (`whole` or not), share, ci_low and ci_high of each kind, in `what`, and each group, in `by`."""
    columns: dict[str, Any] = {} if by is None else {by: np.repeat(np.array(names, dtype=object), len(kinds))}
    columns[what] = [*kinds] * len(names)
    values = shares_of_groups(hits, group, len(names), len(kinds)).reshape(4, -1)
    columns |= dict(zip(("hits", "share", "ci_low", "ci_high"), values, strict=True))
    return pd.DataFrame(columns).astype({"hits": np.int64} if whole else {})
