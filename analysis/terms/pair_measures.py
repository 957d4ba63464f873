"""How strongly two words are tied: measures of the four cells of their table."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlog1py

MEASURES = "g2 chi2 pmi mi3 npmi dice log_dice t_score z_score delta_p_forward delta_p_backward".split()

Floats = NDArray[np.float64]


def association_measures(o11: ArrayLike, o12: ArrayLike, o21: ArrayLike, o22: ArrayLike) -> pd.DataFrame:
    """How strongly two words are tied, from the four cells of their table: one row a table, one column a measure.

    `o11` counts `first` with `second`, `o12` `first` without `second`, `o21` `second` without `first`, `o22` neither;
    each is an array of (tables,) or one number. With R = O11 + O12, C = O11 + O21, N the sum of all four, and E the
    count to expect of a cell, its row's total times its column's total over N (E11 = R·C/N, column ``expected``):

    - ``g2`` = 2 Σ O ln(O / E) over the four cells (Dunning 1993, Accurate Methods for the Statistics of Surprise and
      Coincidence). From 0, as expected, upward; it grows with the amount of text. 3.84 is p = 0.05 for one table.
    - ``chi2`` = N (O11·O22 - O12·O21)² / (R·C·(N-R)·(N-C)): Pearson's, without Yates' correction (Manning and Schütze
      1999, Foundations of Statistical Natural Language Processing, 5.3.3). From 0 up to N; unsafe where E11 < 5.
    - ``pmi`` = log2(O11 / E11), in bits (Church and Hanks 1990, Word Association Norms, Mutual Information, and
      Lexicography). 0 as expected, 1 twice as often; above all high for rare words.
    - ``mi3`` = log2(O11³ / E11), which favours the rare less (Daille 1994, Approche mixte pour l'extraction automatique
      de terminologie, with E11 in the place of R·C, as usual today).
    - ``npmi`` = pmi / -log2(O11 / N) (Bouma 2009, Normalized (Pointwise) Mutual Information in Collocation Extraction).
      -1 never together, 0 as expected, 1 never apart.
    - ``dice`` = 2 O11 / (R + C) (Dice 1945). 0 never together, 1 never apart.
    - ``log_dice`` = 14 + log2(dice) (Rychlý 2008, A Lexicographer-Friendly Association Score). 14 never apart, one less
      for half as much; it does not depend on N.
    - ``t_score`` = (O11 - E11) / √O11 (Church, Gale, Hanks and Hindle 1991, Using Statistics in Lexical Analysis).
      0 as expected; high for frequent pairs.
    - ``z_score`` = (O11 - E11) / √E11, with E11 as the variance (Dennis 1965, The Construction of a Thesaurus
      Automatically from a Sample of Text). 0 as expected; high for rare words.
    - ``delta_p_forward`` = O11 / R - O21 / (N - R): how much likelier `second` is where `first` is there (ΔP(2|1),
      Gries 2013, 50-something Years of Work on Collocations). -1 to 1, 0 as expected. ``delta_p_backward`` =
      O11 / C - O12 / (N - C), the same of `first` where `second` is there.

    Where O11 is 0 the logarithms are -inf; what divides nothing by nothing is NaN, such as chi2 and delta_p_forward
    where every pair begins with `first`. Raises `ValueError` for a negative cell, or a table in which nothing is
    counted.

    >>> association_measures(10, 0, 3, 31764)[["g2", "expected"]].round(2)      # printed by Dunning, p. 72
           g2  expected
    0  167.23       0.0
    """
    cells = np.broadcast_arrays(*(np.atleast_1d(np.asarray(cell, dtype=np.float64)) for cell in (o11, o12, o21, o22)))
    for name, cell in zip(("o11", "o12", "o21", "o22"), cells, strict=True):
        if not (cell >= 0).all():
            raise ValueError(f"{name} is {cell[~(cell >= 0)][0]:g}: a cell is a count, 0 or more")
    together, only_first, only_second, neither = cells
    row, column = together + only_first, together + only_second
    no_row, no_column = only_second + neither, only_first + neither
    total = row + no_row
    if not total.all():
        raise ValueError("a table has four cells of 0: leave out tables in which nothing is counted")
    expected = row * column / total
    surplus = together - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        pmi = np.log2(together / expected)
        dice = 2 * together / (row + column)
        return pd.DataFrame(
            {
                "g2": pair_g2(together, only_first, only_second, neither),
                "chi2": surplus / expected * surplus * total / no_row * total / no_column,
                "pmi": pmi,
                "mi3": pmi + 2 * np.log2(together),
                "npmi": np.where((together == 0) & (expected > 0), -1.0, pmi / -np.log2(together / total)),
                "dice": dice,
                "log_dice": 14 + np.log2(dice),
                "t_score": surplus / np.sqrt(together),
                "z_score": surplus / np.sqrt(expected),
                "delta_p_forward": together / row - only_second / no_row,
                "delta_p_backward": together / column - only_first / no_column,
                "expected": expected,
            }
        )


def pair_g2(
    together: NDArray[Any], only_first: NDArray[Any], only_second: NDArray[Any], neither: NDArray[Any]
) -> Floats:
    """The ``g2`` of `association_measures` alone.

    >>> pair_g2(*np.array([[10.0], [0.0], [3.0], [31764.0]])).round(2).tolist()
    [167.23]
    """
    together, only_first, only_second, neither = (
        cell.astype(np.float64) for cell in (together, only_first, only_second, neither)
    )
    row, column = together + only_first, together + only_second
    no_row, no_column = only_second + neither, only_first + neither
    total = row + no_row
    expected = row * column / total
    # In every cell O is E plus or minus the same surplus, and ln(1 + surplus / E) is exact where O / E is nearly 1.
    surplus = together - expected
    g2 = np.zeros_like(expected)
    for cell, sign, e in (
        (together, 1, expected),
        (only_first, -1, row * no_column / total),
        (only_second, -1, no_row * column / total),
        (neither, 1, no_row * no_column / total),
    ):
        g2 += xlog1py(cell, np.maximum(sign * np.divide(surplus, e, out=np.zeros_like(e), where=e > 0), -1))
    return np.maximum(2 * g2, 0)
