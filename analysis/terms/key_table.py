"""The table of a comparison: what the tests and effect sizes say of each term of two sides."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.terms import association
from analysis.terms.tallies import Names, Side

COLUMNS = [
    *("term", "key", "count", "reference_count", "log_ratio", "ci_low", "ci_high", "g2", "p", "q", "dispersion_p"),
    *("per_million", "reference_per_million", "documents", "reference_documents", "dispersion_g2"),
    *("g2_four_cell", "chi2", "chi2_yates", "fisher_p", "bic", "log_odds_z"),
    *("pct_diff", "diff_coefficient", "odds_ratio", "simple_maths"),
]
SIGNIFICANT = 0.05  # below this q a key word counts for its group
OWN_WORDS = "own_words"  # in the attributes of a table by group: how many such words each has, and G² of its own words


class Settings(NamedTuple):
    """The options of a comparison, as `keyness` explains them."""

    min_count: int
    k: float
    prior: float


def key_table(names: Names, own: Side, other: Side, q: NDArray[np.float64], how: Settings) -> pd.DataFrame:
    """The table of two sides over the same terms, which stand in its order; `q` is that of the terms."""
    cells = (own.count, own.size, other.count, other.size)
    rate, other_rate = own.count / own.size, other.count / other.size
    g2 = association.g2_two_cell(*cells)
    ratio = association.log_ratio(*cells)
    unknown = np.full(len(names), np.nan)
    dispersion = unknown
    if other.n_documents:
        dispersion = association.g2_two_cell(own.documents, own.n_documents, other.documents, other.n_documents)
    columns = {
        "term": names,
        "key": np.array(["reference", "neither", "target"], dtype=object)[np.sign(rate - other_rate).astype(int) + 1],
        "count": own.count,
        "reference_count": other.count,
        "per_million": 1e6 * rate,
        "reference_per_million": 1e6 * other_rate,
        "documents": own.documents,
        "reference_documents": other.documents if other.n_documents else unknown,
        "g2": g2,
        "g2_four_cell": association.g2_four_cell(*cells),
        "p": association.p_value(g2),
        "q": q,
        "chi2": association.chi2(*cells),
        "chi2_yates": association.chi2(*cells, yates=True),
        "fisher_p": association.fisher_p(*cells),
        "log_ratio": ratio.value,
        "ci_low": ratio.low,
        "ci_high": ratio.high,
        "pct_diff": association.pct_diff(*cells),
        "diff_coefficient": association.diff_coefficient(*cells),
        "odds_ratio": association.odds_ratio(*cells),
        "simple_maths": association.simple_maths(*cells, k=how.k),
        "bic": association.bic(*cells),
        "log_odds_z": association.log_odds_z(*cells, prior=how.prior),
        "dispersion_g2": dispersion,
        "dispersion_p": association.p_value(dispersion),
    }
    return pd.DataFrame(columns, columns=COLUMNS)
