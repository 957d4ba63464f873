"""Shares of sentences about each frame: the lexicon's, corrected by a coded sample."""

import math

import numpy as np
import pandas as pd

from analysis.core.intervals import Z
from analysis.framing.coding import sentence_strata, stratum_shares
from analysis.framing.estimates import mix, shares
from analysis.framing.frames import in_language, profile
from analysis.framing.lexicon import Lexicon
from analysis.framing.validity import coded_and_found, majority_codes, sample_of
from analysis.text.tokens import Tokens


def corrected_shares(coded: pd.DataFrame, tokens: Tokens, lexicon: Lexicon, by: str | None = None) -> pd.DataFrame:
    r"""Estimate the share of sentences that people would code as each frame: one row a frame (and a group, with `by`).

    `coded`: the table of `read_sheet`, `coded_spans` or `read_codes`. ``frame``, ``raw_share`` (sentences in which the
    lexicon finds the frame, as in `profile`), ``share``, ``ci_low``, ``ci_high`` (0 to 1), ``coded`` (sentences of the
    sample coded as the frame) and ``items`` (with a majority code); NaN if the sample has none of the group.

    The lexicon's finds D are known in all sentences; the sample tells how often they are wrong. With W the summed
    weights of coded sentences Y and :math:`\bar D` the raw share,

    .. math:: \hat\theta = \bar D \frac{W(Y, D)}{W(D)} + (1 - \bar D) \frac{W(Y, \neg D)}{W(\neg D)}

    the difference estimator :math:`\lambda \bar D + W(Y - \lambda D) / W` (Särndal, Swensson and Wretman 1992;
    design-based supervised learning, Egami and others 2023) with the optimal :math:`\lambda` (prediction-powered
    inference, Angelopoulos, Duchi and Zrnic 2023). It is valid however bad the lexicon; a good one narrows the
    interval. `estimates.mix` combines the intervals of both rates (`estimates.shares` of the finite corpus). If the
    frame is found (or not found) in no coded sentence, the lexicon counts as right there, with an interval up to all
    wrong.

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
    items = majority_codes(coded, lexicon)
    human, found = coded_and_found(items, tokens, lexicon)
    sample = sample_of(items, finite=True)
    names, number = tokens.numbered_groups(by)
    group = number[pd.Index(tokens.doc_ids).get_indexer(pd.Index(items["doc_id"]))]
    table = profile(tokens, lexicon, by)[[*([] if by is None else [by]), "frame", "sentence_share"]]
    pieces = []
    for place, raw in enumerate(table["sentence_share"].to_numpy().reshape(len(names), -1)):
        own = (group == place)[:, None]
        right, missed = shares(human, found & own, sample), shares(human, ~found & own, sample)
        right = right._replace(value=np.nan_to_num(right.value, nan=1.0))
        estimate = mix(right, missed._replace(value=np.nan_to_num(missed.value)), raw)
        ends = zip(("share", "ci_low", "ci_high"), estimate, strict=True)
        columns = {name: end if own.any() else np.full(len(raw), np.nan) for name, end in ends}
        pieces.append(pd.DataFrame(columns | {"coded": (human & own).sum(axis=0), "items": own.sum()}))
    table = table.rename(columns={"sentence_share": "raw_share"})
    return pd.concat([table, pd.concat(pieces, ignore_index=True)], axis=1).round(9)


def plan(tokens: Tokens, lexicon: Lexicon, width: float, *, pilot: pd.DataFrame | None = None) -> pd.DataFrame:
    """Plan how many sentences to code for intervals of `corrected_shares` of a `width`: one row a frame.

    ``frame``, ``raw_share``, ``right`` and ``missed`` (the share of the sentences in which the frame is found, and not
    found, that people would code as it), ``sentences`` (to code with `draw_sheet`; no more than there are). ``right``
    and ``missed`` are the middles of their intervals by a coded sheet, `pilot`, or else 0.5, the worst case. Strata
    that are drawn whole and repeated sentences are disregarded: fewer may do.

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
    rates = np.full((2, len(raw)), 0.5)
    if pilot is not None:
        items = majority_codes(pilot, lexicon)
        human, matched = coded_and_found(items, tokens, lexicon)
        intervals = [shares(human, part, sample_of(items)) for part in (matched, ~matched)]
        rates = np.array([(rate.low + rate.high) / 2 for rate in intervals])
    # A sentence of stratum h weighs N_h / n_h: the variance of the estimate from one sentence.
    variance = np.zeros(len(raw))
    for rate, inside in zip(rates, (within, sizes[:, None] - within), strict=True):
        variance += rate * (1 - rate) * (inside * sizes[:, None] / part).sum(axis=0) / total**2
    needed = variance * (2 * Z / width) ** 2
    needed = needed / (1 + needed / total)  # of a finite corpus
    columns = {"frame": lexicon.frames["frame"], "raw_share": raw, "right": rates[0], "missed": rates[1]}
    return pd.DataFrame(columns).assign(sentences=[min(math.ceil(n), int(total)) for n in needed])
