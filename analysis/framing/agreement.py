"""Agreement of human coders: Krippendorff's alpha, overall and of each frame."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.intervals import wilson

ALL = "(all)"  # the row for all frames together


def agreement(coded: pd.DataFrame) -> pd.DataFrame:
    """Return Krippendorff's alpha for nominal codes: of all frames together, "(all)", then of each against all others.

    `coded` has one row an ``item`` and ``coder``, with the ``frame`` ("none" is a code, a missing value is not). With
    n_uc coders who give item u the code c, m_u codes of the item, n_c of the code and n in all, over the items with two
    codes or more,

    .. math:: \\alpha = 1 - D_o / D_e,
              D_o = 1 - \\frac{1}{n} \\sum_u \\sum_c \\frac{n_{uc} (n_{uc} - 1)}{m_u - 1},
              D_e = 1 - \\sum_c \\frac{n_c (n_c - 1)}{n (n - 1)}

    (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability). 1: the coders always agree, 0: as often as by
    chance; Krippendorff (2004) relies on data from 0.8 up and draws tentative conclusions from 0.667 up. Items are not
    weighted: the alpha is that of the sheet, not of the corpus.

    One row a code, in the order of names: ``frame``, ``alpha`` (NaN if all codes are the same), ``ci_low``, ``ci_high``
    (its 95% interval), ``agreement`` (share of equal pairs of codes of one item, 0 to 1), ``codes`` (given, in items
    with two or more), ``items`` (with two codes or more) and ``coders``.

    The interval is 1 - D / D_e for the ends D of Wilson's interval of the share D_o, with the number of items at which
    its variance is that of alpha by the jackknife over items. Raises `ValueError` for a missing column, an item that a
    coder coded twice, or no item with two codes.

    >>> codes = {"anna": "abbcca", "ben": "abbcba"}
    >>> rows = [(item, coder, code) for coder, said in codes.items() for item, code in enumerate(said)]
    >>> table = agreement(pd.DataFrame(rows, columns=["item", "coder", "frame"]))
    >>> table[["frame", "alpha", "agreement", "codes", "items"]].round(3)
       frame  alpha  agreement  codes  items
    0  (all)  0.766      0.833     12      6
    1      a  1.000      1.000      4      6
    2      b  0.686      0.833      5      6
    3      c  0.593      0.833      3      6
    """
    names, counts = _counts(coded)
    counts = counts[counts.sum(axis=1) > 1]
    if not len(counts):
        coders = sorted(coded.loc[coded["frame"].notna(), "coder"].astype(str).unique())
        coded_by = ", ".join(coders) or "nobody"
        raise ValueError(f"no item has codes of two coders (coded by {coded_by}): agreement needs two")
    of_code = (np.column_stack([own, counts.sum(axis=1) - own]) for own in counts.T)
    rows = [_alpha(each) for each in (counts, *of_code)]
    table = pd.DataFrame(rows, columns=["alpha", "ci_low", "ci_high", "agreement"])
    table.insert(0, "frame", [ALL, *names])
    table["codes"] = [int(counts.sum()), *counts.sum(axis=0).tolist()]
    return table.assign(items=len(counts), coders=coded.loc[coded["frame"].notna(), "coder"].nunique())


def _counts(coded: pd.DataFrame) -> tuple[list[str], NDArray[np.int64]]:
    """Return the codes that occur, and (items, codes) how many coders gave each."""
    missing = [name for name in ("item", "coder", "frame") if name not in coded.columns]
    if missing:
        raise ValueError(f"the table of codes has no column {missing[0]!r}: give item, coder and frame")
    codes = coded.loc[coded["frame"].notna(), ["item", "coder", "frame"]]
    twice = codes.duplicated(["item", "coder"])
    if twice.any():
        item, coder = codes.loc[twice, ["item", "coder"]].iloc[0]
        raise ValueError(f"item {item!r} has two codes of coder {coder!r}: keep one")
    counts = pd.crosstab(codes["item"], codes["frame"].astype(str))
    return counts.columns.tolist(), counts.to_numpy(dtype=np.int64)


def _alpha(counts: NDArray[np.int64]) -> tuple[float, float, float, float]:
    """Return alpha, its interval and the share of equal pairs, from (items, codes) `counts`."""
    kinds, number = np.unique(counts, axis=0, return_counts=True)  # equal items have the same jackknife
    size, n = kinds.sum(axis=1), len(counts)
    equal = (kinds * (kinds - 1)).sum(axis=1)
    agreed = float((number @ equal) / (number @ (size * (size - 1))))
    drawn = np.vstack([number, number - np.eye(len(number))])  # all items, and all but one of each kind
    total, code = drawn @ size, drawn @ kinds
    with np.errstate(invalid="ignore", divide="ignore"):  # without the only item
        observed = 1 - drawn @ (equal / (size - 1)) / total
        by_chance = 1 - (code * (code - 1)).sum(axis=1) / (total * (total - 1))
    alphas = 1 - np.divide(observed, by_chance, out=np.full(len(drawn), np.nan), where=by_chance > 0)
    alpha = float(alphas[0].round(9))
    if np.isnan(alpha) or n == 1:
        return alpha, np.nan, np.nan, agreed
    deviation = np.nan_to_num(alphas[1:] - alphas[0])
    variance = (n - 1) / n * (number @ deviation**2) * by_chance[0] ** 2
    share = observed[:1].clip(0, 1)
    spread = share * (1 - share)
    ends = wilson(share, np.where((spread > 1e-12) & (variance > 0), variance / spread.clip(1e-12), 1 / n))
    low, high = (float(1 - end[0] / by_chance[0]) for end in reversed(ends))
    return alpha, max(low, -1.0), high, agreed
