"""What a comparison counts: the terms of either side, the first of them by G², and the table of these."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Floats, Ints
from analysis.terms import association
from analysis.terms.keys import Columns, FirstRows, key_index, pack, summed, unpack

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


class FirstByG2:
    """Keeps the first terms by G², of equal ones those with the lowest key, and what the q-values of all depend on.

    ``sizes``: the running words of either side.
    """

    def __init__(self, size: int, other_size: int, most: int | None) -> None:
        """Keep `most` terms, or all, of two sides of so many running words."""
        self.sizes, self._first = (size, other_size), FirstRows(most)
        self._radices = [size + 1, other_size + 1]
        none = np.empty(0, dtype=np.int64)
        self._pairs, self._times = pack([none, none], self._radices), none  # how many terms have the same counts

    def add(self, keys: Columns, counts: Ints) -> None:
        """Look at terms: their keys, see `keys.pack`, and counts, (4, terms): occurrences on either side, documents."""
        pairs = pack([*counts[:2]], self._radices)
        own = summed([*pairs, np.ones(len(counts[0]), dtype=np.int64)], len(pairs))
        every = [np.concatenate(pair) for pair in zip([*self._pairs, self._times], own, strict=True)]
        *self._pairs, self._times = summed(every, len(pairs))
        self._first.add(-association.g2_two_cell(counts[0], self.sizes[0], counts[1], self.sizes[1]), *keys, *counts)

    def rows(self) -> tuple[Columns, Ints, Floats]:
        """The keys of the terms that are kept, in order, their counts as they were added, and their q-values.

        A q-value is that among all terms that were looked at.
        """
        _, *columns = self._first.rows()
        keys, counts = columns[:-4], np.stack(columns[-4:])
        own = key_index(self._pairs).get_indexer(key_index(pack([*counts[:2]], self._radices)))
        return keys, counts, self._every_q()[own]

    def own(self, significant: float) -> tuple[int, float]:
        """How many terms the first side uses more with a q-value below `significant`; the sum of G² of all it does."""
        count, other = unpack(self._pairs, self._radices)
        more = count / self.sizes[0] > other / self.sizes[1]
        sure = more & (self._every_q() < significant)
        return int(self._times[sure].sum()), float((self._pair_g2() * self._times)[more].sum())

    def _every_q(self) -> Floats:
        """The q-value of each pair of counts (Benjamini and Hochberg), which is that of the last of equal p-values."""
        p = association.p_value(self._pair_g2())
        order = np.argsort(p)
        rank = np.cumsum(self._times[order])
        q = p[order] * (rank[-1:] / rank)
        np.minimum.accumulate(q[::-1], out=q[::-1])
        p[order] = np.clip(q, 0, 1)
        return p

    def _pair_g2(self) -> Floats:
        count, other = unpack(self._pairs, self._radices)
        return association.g2_two_cell(count, self.sizes[0], other, self.sizes[1])


def check_sizes(sizes: Iterable[int], n: int) -> None:
    """Raise `ValueError` where the target, or the reference, has no words, or for n > 1 no n-grams."""
    for role, size in zip(("target", "reference"), sizes, strict=True):
        if not size:
            what = "words" if n == 1 else f"sentence of {n} words or more"
            raise ValueError(f"the {role} has no {what}: there is nothing to compare")


def check_groups(by: str, with_words: Iterable[str]) -> None:
    """Raise `ValueError` where fewer than two groups of `by` have words."""
    known = list(with_words)
    if len(known) < 2:
        said = " and ".join(map(repr, known)) or "none"
        raise ValueError(f"{by!r} has fewer than two groups with words ({said}): compare by a column with more values")


def frequency_list(table: pd.DataFrame) -> tuple[NDArray[np.object_], Ints]:
    """The terms and the counts of a table that is a frequency list; raises `ValueError` where it is none."""
    for column in ("term", "count"):
        if column not in table.columns:
            has = ", ".join(map(str, table.columns)) or "none"
            raise ValueError(f"the reference table has no column {column!r} (it has {has}): give it term and count")
    terms = table["term"]
    wrong = terms.map(lambda term: not isinstance(term, str)).to_numpy(dtype=bool)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"the term in row {row} of the reference table is no text ({terms.iloc[row]}): "
            "a file may need pandas.read_csv(..., dtype={'term': str}, keep_default_na=False)"
        )
    if terms.duplicated().any():
        twice = terms[terms.duplicated()].iloc[0]
        raise ValueError(f"the reference table has {twice!r} more than once: add up its rows, one row a term")
    count = pd.to_numeric(table["count"], errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~(np.isfinite(count) & (count >= 0) & (count == np.floor(count)))
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"the count of {terms.iloc[row]!r} in the reference table is {table['count'].iloc[row]}: "
            "give whole numbers, 0 or more"
        )
    return terms.to_numpy(dtype=object), count.astype(np.int64)


def key_table(
    terms: Any, counts: Ints, q: Floats, sizes: tuple[int, int], documents: tuple[int, int], how: Settings
) -> pd.DataFrame:
    """The table of `terms` with their counts and q-values; `documents`: of either side, 0 where they are not known."""
    count, other_count, holding, other_holding = counts
    size, other_size = sizes
    cells = (count, size, other_count, other_size)
    rate, other_rate = count / size, other_count / other_size
    g2 = association.g2_two_cell(*cells)
    ratio = association.log_ratio(*cells)
    unknown = np.full(len(count), np.nan)
    dispersion = unknown
    if documents[1]:
        dispersion = association.g2_two_cell(holding, documents[0], other_holding, documents[1])
    columns = {
        "term": terms,
        "key": np.array(["reference", "neither", "target"], dtype=object)[np.sign(rate - other_rate).astype(int) + 1],
        "count": count,
        "reference_count": other_count,
        "per_million": 1e6 * rate,
        "reference_per_million": 1e6 * other_rate,
        "documents": holding,
        "reference_documents": other_holding if documents[1] else unknown,
        "g2": g2,
        "p": association.p_value(g2),
        "q": q,
        "chi2_yates": association.chi2(*cells, yates=True),
        "log_ratio": ratio.value,
        "ci_low": ratio.low,
        "ci_high": ratio.high,
        "simple_maths": association.simple_maths(*cells, k=how.k),
        "log_odds_z": association.log_odds_z(*cells, prior=how.prior),
        "dispersion_g2": dispersion,
        "dispersion_p": association.p_value(dispersion),
    }
    for name in ("g2_four_cell", "chi2", "fisher_p", "pct_diff", "diff_coefficient", "odds_ratio", "bic"):
        columns[name] = getattr(association, name)(*cells)
    return pd.DataFrame(columns, columns=COLUMNS)
