"""The terms of a comparison: the first of them by significance, their adjusted p-values, and their table."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Floats, Ints
from analysis.terms import association
from analysis.terms.keys import Columns, FirstRows, key_index, pack, sum_by_key, unpack
from analysis.terms.permutation import SIGNIFICANT

COLUMNS = [
    *("term", "key", "count", "reference_count", "documents", "reference_documents"),
    *("log_ratio", "ci_low", "ci_high", "g2", "p_documents", "q_documents", "per_million", "reference_per_million"),
    *("p", "q", "dispersion_g2", "dispersion_p", "g2_four_cell", "chi2", "chi2_yates", "fisher_p", "bic", "log_odds_z"),
    *("pct_diff", "diff_coefficient", "odds_ratio", "simple_maths"),
]
OWN_WORDS = "own_words"  # in the attributes of a table by group: how many words set each apart, and G² of its own words


class Ranked(NamedTuple):
    """Terms in their order."""

    keys: Columns
    counts: Ints  # (4, terms) occurrences on either side, documents on either side
    q: Floats
    p_documents: Floats
    q_documents: Floats


class FirstTerms:
    """Keeps the first terms of a comparison, and what the adjusted p-values of all of them depend on.

    The terms tested by `permutation` come first, by p-value, then by G²; then all others by G²; ties by key.
    """

    def __init__(self, size: int, other_size: int, most: int | None) -> None:
        """Keep `most` terms (None: all) of two sides of `size` and `other_size` running words."""
        self.sizes = (size, other_size)
        self._most, self._others = most, FirstRows(most)
        self._radices = [size + 1, other_size + 1]
        none = np.empty(0, dtype=np.int64)
        self._pairs, self._times = pack([none, none], self._radices), none  # how many terms have the same counts
        self._pieces = list[Columns]()

    def add(self, keys: Columns, counts: Ints, least: int) -> Ints:
        """Add terms: their keys, see `keys.pack`, and counts, see `Ranked`.

        Return the rows of those to deal, if those in `least` documents are tested in the end; 0: none.
        """
        pairs = pack([*counts[:2]], self._radices)
        own = sum_by_key([*pairs, np.ones(len(counts[0]), dtype=np.int64)], len(pairs))
        every = [np.concatenate(pair) for pair in zip([*self._pairs, self._times], own, strict=True)]
        *self._pairs, self._times = sum_by_key(every, len(pairs))
        g2 = association.g2_two_cell(counts[0], self.sizes[0], counts[1], self.sizes[1])
        dealt = (counts[2] + counts[3] >= least) & (least > 0) & (association.p_value(g2) < SIGNIFICANT)
        columns = [-g2, *keys, *counts]
        self._pieces.append([column[dealt] for column in columns])
        self._others.add(*(column[~dealt] for column in columns))
        return np.flatnonzero(dealt)

    def set_p_values(self, chances: Floats, least: int, tests: int) -> None:
        """Take the p-values of the terms dealt, in the order of `add`; NaN: not tested.

        Tested are those in `least` documents or more, `tests` in all. A p-value is at least that of the counts: what is
        improbable by documents and not by words comes of the length of documents.
        """
        columns = [np.concatenate(column) for column in zip(*self._pieces, strict=True)]
        kept = ~np.isnan(chances)
        p = np.maximum(chances, association.p_value(-columns[0]))
        self._others.add(*(column[~kept] for column in columns))
        order = np.flatnonzero(kept)
        order = order[np.lexsort([column[order] for column in (*reversed(columns[:-4]), p)])]
        self._dealt, self._p, self._least = [column[order] for column in columns], p[order], least
        self._q = _adjusted(self._p, np.ones(len(order), dtype=np.int64), tests)

    def rows(self) -> Ranked:
        """The terms that are kept, with their p-values adjusted for all terms."""
        columns = [np.concatenate(pair)[: self._most] for pair in zip(self._dealt, self._others.rows(), strict=True)]
        keys, counts = columns[1:-4], np.stack(columns[-4:])
        own = key_index(self._pairs).get_indexer(key_index(pack([*counts[:2]], self._radices)))
        known = np.where((counts[2] + counts[3] >= self._least) & (self._least > 0), 1.0, np.nan)
        p, q = known, known.copy()
        p[: len(self._p)], q[: len(self._p)] = self._p[: self._most], self._q[: self._most]
        # Of equal p-values the adjusted one is that of the last.
        every_q = _adjusted(association.p_value(self._pair_g2()), self._times, int(self._times.sum()))
        return Ranked(keys, counts, every_q[own], p, q)

    def distinct_words(self) -> tuple[int, float]:
        """Of the terms that the first side uses more: the number of the significant ones, and the sum of all G²."""
        pairs = unpack(self._pairs, self._radices)
        more, sure = (count / self.sizes[0] > other / self.sizes[1] for count, other in (pairs, self._dealt[-4:-2]))
        sure &= self._q < SIGNIFICANT
        return int(sure.sum()), float((self._pair_g2() * self._times)[more].sum())

    def _pair_g2(self) -> Floats:
        count, other = unpack(self._pairs, self._radices)
        return association.g2_two_cell(count, self.sizes[0], other, self.sizes[1])


def _adjusted(p: Floats, times: Ints, tests: int) -> Floats:
    """P-values of `times` tests each, adjusted for all `tests` (Benjamini and Hochberg 1995); the rest are larger."""
    order = np.argsort(p)
    q = p[order] * (tests / np.cumsum(times[order]))
    np.minimum.accumulate(q[::-1], out=q[::-1])
    adjusted = np.empty(len(p))
    adjusted[order] = np.clip(q, 0, 1)
    return adjusted


def frequency_list(table: pd.DataFrame) -> tuple[NDArray[np.object_], Ints]:
    """The terms and counts of a frequency list; raises `ValueError` for another table."""
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
    terms: Any, found: Ranked, sizes: tuple[int, int], documents: tuple[int, int], *, k: float, prior: float
) -> pd.DataFrame:
    """The table of the `terms` that were `found`; `documents`: of either side, 0 where not known."""
    count, other_count, holding, other_holding = found.counts
    size, other_size = sizes
    cells = (count, size, other_count, other_size)
    rate, other_rate = count / size, other_count / other_size
    g2 = association.g2_two_cell(*cells)
    ratio = association.log_ratio(*cells)
    unknown = np.full(len(count), np.nan)
    dispersion = (
        association.g2_two_cell(holding, documents[0], other_holding, documents[1]) if documents[1] else unknown
    )
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
        "q": found.q,
        "p_documents": found.p_documents,
        "q_documents": found.q_documents,
        "chi2_yates": association.chi2(*cells, yates=True),
        "log_ratio": ratio.value,
        "ci_low": ratio.low,
        "ci_high": ratio.high,
        "simple_maths": association.simple_maths(*cells, k=k),
        "log_odds_z": association.log_odds_z(*cells, prior=prior),
        "dispersion_g2": dispersion,
        "dispersion_p": association.p_value(dispersion),
    }
    for name in ("g2_four_cell", "chi2", "fisher_p", "pct_diff", "diff_coefficient", "odds_ratio", "bic"):
        columns[name] = getattr(association, name)(*cells)
    return pd.DataFrame(columns, columns=COLUMNS)
