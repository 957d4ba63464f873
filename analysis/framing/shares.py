"""How many sentences are about each frame: what the lexicon says, corrected by a sample that people have coded."""

import math

import numpy as np
import pandas as pd

from analysis.core.compiled import Floats
from analysis.core.intervals import Estimate, Z
from analysis.framing.coding import sentence_strata, stratum_shares
from analysis.framing.estimates import mixed, shares
from analysis.framing.frames import in_language, profile
from analysis.framing.lexicon import Lexicon
from analysis.framing.validity import human_and_found, sample_of, settle
from analysis.text.tokens import Tokens


def corrected_shares(coded: pd.DataFrame, tokens: Tokens, lexicon: Lexicon, by: str | None = None) -> pd.DataFrame:
    r"""The share of the sentences that are about each frame, as people would code them: one row a frame (and a group).

    `coded`: what `read_sheet`, `coded_spans` or `read_codes` gives. ``frame``, ``raw_share`` (sentences in which the
    lexicon finds the frame, as in `profile`), ``share``, ``ci_low``, ``ci_high`` (0 to 1), ``coded`` (sentences of the
    sample coded as the frame) and ``items`` (with any code that counts); NaN where the sample has none of the group.

    What a lexicon finds in all sentences, D, is known; the sample tells how often it errs. With W the summed weights
    of coded sentences Y and :math:`\bar D` the raw share,

    .. math:: \hat\theta = \bar D \frac{W(Y, D)}{W(D)} + (1 - \bar D) \frac{W(Y, \neg D)}{W(\neg D)}

    which is the difference estimator :math:`\lambda \bar D + W(Y - \lambda D) / W` (Särndal, Swensson and Wretman 1992;
    design-based supervised learning, Egami and others 2023) with the :math:`\lambda` that suits the sample best
    (prediction-powered inference, Angelopoulos, Duchi and Zrnic 2023). It holds however bad the lexicon is; a good one
    makes the interval narrower. Both rates have the intervals of `estimates.shares`, with what is left of the corpus to
    draw from, and `estimates.mixed` puts them together. Where no coded sentence has the frame found (or not found), the
    lexicon is taken at its word, and may be wrong in all of them.

    Raises `ValueError` as `validity` does, and for an unknown column.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.framing.validity import coded_spans
    >>> lexicon = read_lexicon("security_communication")
    >>> tokens = tokenize(read_text("They will be prosecuted in court. The bench sat. It snowed. It rained."))
    >>> table = pd.DataFrame({"doc_id": "text", "start": [0, 34, 49], "end": [33, 48, 58]})
    >>> coded = coded_spans(table.assign(frame=["law_and_prosecution"] * 2 + ["none"]), tokens, lexicon)
    >>> found = corrected_shares(coded, tokens, lexicon).set_index("frame")
    >>> found.loc["law_and_prosecution", ["raw_share", "share", "coded", "items"]].to_list()
    [0.25, 0.625, 2.0, 3.0]
    """
    tokens = in_language(tokens, lexicon)
    items = settle(coded, lexicon)
    human, found = human_and_found(items, tokens, lexicon)
    sample = sample_of(items, finite=True)
    names, number = tokens.numbered_groups(by)
    group = number[pd.Index(tokens.doc_ids).get_indexer(pd.Index(items["doc_id"]))]
    table = profile(tokens, lexicon, by)[[*([] if by is None else [by]), "frame", "sentence_share"]]
    pieces = []
    for place, raw in enumerate(table["sentence_share"].to_numpy().reshape(len(names), -1)):
        own = (group == place)[:, None]
        right, missed = shares(human, found & own, sample), shares(human, ~found & own, sample)
        estimate = mixed(_or_else(right, 1.0), _or_else(missed, 0.0), raw)
        ends = zip(("share", "ci_low", "ci_high"), estimate, strict=True)
        columns = {name: end if own.any() else np.full(len(raw), np.nan) for name, end in ends}
        pieces.append(pd.DataFrame(columns | {"coded": (human & own).sum(axis=0), "items": own.sum()}))
    table = table.rename(columns={"sentence_share": "raw_share"})
    return pd.concat([table, pd.concat(pieces, ignore_index=True)], axis=1).round(9)


def plan(tokens: Tokens, lexicon: Lexicon, width: float, *, pilot: pd.DataFrame | None = None) -> pd.DataFrame:
    """How many sentences `draw_sheet` has to draw for intervals of `corrected_shares` of a `width`: one row a frame.

    ``frame``, ``raw_share``, ``right`` and ``missed`` (the share of the sentences in which the frame is found, and not
    found, that people would code as it), ``sentences`` (how many to code; no more than there are). `pilot`, a coded
    sheet, tells ``right`` and ``missed``: the middles of their intervals, which are never 0 or 1 for sure. Without one
    both are taken to be 0.5, with which the interval is widest. No account is taken of strata that are drawn whole, nor
    of sentences that occur several times: fewer may do.

    Raises `ValueError` for a width outside 0 to 1, and as `corrected_shares` does.
    """
    if not 0 < width < 1:
        raise ValueError(f"width={width!r}: an interval of shares is wider than 0 and narrower than 1")
    tokens = in_language(tokens, lexicon)
    strata, found = sentence_strata(tokens, lexicon)
    names, sizes = np.unique(strata.astype(str), return_counts=True)
    part = np.array(stratum_shares(names))
    part = (part / part.sum())[:, None]
    within = np.array([found[strata == name].sum(axis=0) for name in names])
    total = sizes.sum()
    raw = within.sum(axis=0) / total
    rates = _rates(pilot, tokens, lexicon) if pilot is not None else np.full((2, len(raw)), 0.5)
    # A sentence of stratum h weighs N_h / n_h: the variance of the estimate from one sentence.
    variance = np.zeros(len(raw))
    for rate, inside in zip(rates, (within, sizes[:, None] - within), strict=True):
        variance += rate * (1 - rate) * (inside * sizes[:, None] / part).sum(axis=0) / total**2
    needed = variance * (2 * Z / width) ** 2
    needed = needed / (1 + needed / total)  # of a corpus that is used up
    columns = {"frame": lexicon.frames["frame"], "raw_share": raw, "right": rates[0], "missed": rates[1]}
    return pd.DataFrame(columns).assign(sentences=[min(math.ceil(n), int(total)) for n in needed])


def _rates(coded: pd.DataFrame, tokens: Tokens, lexicon: Lexicon) -> Floats:
    """(2, frames) how often people code the frame where it is found, and where it is not, by a pilot."""
    items = settle(coded, lexicon)
    human, found = human_and_found(items, tokens, lexicon)
    sample = sample_of(items)
    return np.array([(rate.low + rate.high) / 2 for rate in (shares(human, part, sample) for part in (found, ~found))])


def _or_else(estimate: Estimate, value: float) -> Estimate:
    """An estimate with a `value` where it has none."""
    return estimate._replace(value=np.where(np.isnan(estimate.value), value, estimate.value))
