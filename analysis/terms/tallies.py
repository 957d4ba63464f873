"""What one side of a comparison counts: its terms, the documents that have them, and the whole they are part of."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Ints, compiled
from analysis.terms import association
from analysis.terms.ngrams import joined, ngrams, numbered, running_ngrams
from analysis.text.stopwords import stopped
from analysis.text.tokens import Tokens

Names = NDArray[np.object_]
COLUMNS = [
    *("term", "key", "count", "reference_count", "log_ratio", "ci_low", "ci_high", "g2", "p", "q", "dispersion_p"),
    *("per_million", "reference_per_million", "documents", "reference_documents", "dispersion_g2"),
    *("g2_four_cell", "chi2", "chi2_yates", "fisher_p", "bic", "log_odds_z"),
    *("pct_diff", "diff_coefficient", "odds_ratio", "simple_maths"),
]
SIGNIFICANT = 0.05  # below this q a key word counts for its group
OWN_WORDS = "own_words"  # in the attributes of a table by group: how many such words each has, and G² of its own words


@dataclass(frozen=True)
class Side:
    """One side of a comparison: what its terms count, and the whole that they are counted among.

    ``count``, ``documents``: (terms,) occurrences, and documents with the term. ``size``: running words or n-grams.
    ``n_documents``: all documents, 0 where they are not known.
    """

    count: Ints
    documents: Ints
    size: int
    n_documents: int

    def at(self, rows: Ints) -> "Side":
        """The same over the terms in `rows`; -1 is a term that this side does not have."""
        count, documents = (np.where(rows < 0, 0, values[rows]) for values in (self.count, self.documents))
        return Side(count, documents, self.size, self.n_documents)

    def without(self, part: "Side") -> "Side":
        """What is left when `part` is taken out."""
        return Side(
            self.count - part.count,
            self.documents - part.documents,
            self.size - part.size,
            self.n_documents - part.n_documents,
        )


def counted(tokens: Tokens, n: int) -> tuple[Names, Side]:
    """The names of the terms, and all documents as one side."""
    names, ids, bounds = running(tokens, n)
    return names, side(ids, bounds, np.arange(tokens.n_documents), len(names))


def running(tokens: Tokens, n: int) -> tuple[Names, NDArray[Any], Ints]:
    """The names of the terms, the running terms as rows of `names`, and where among them each document begins."""
    if n == 1:
        return tokens.vocabulary, tokens.ids, tokens.document_offsets
    names, ids, place = ngrams(tokens, n)
    return names, ids, np.searchsorted(place, tokens.document_offsets)


def side(ids: NDArray[Any], bounds: Ints, rows: Ints, terms: int) -> Side:
    """The documents in `rows` as one side."""
    count, documents = _count(ids, bounds, rows, terms)
    return Side(count, documents, int(count.sum()), len(rows))


@compiled
def _count(ids: NDArray[Any], bounds: Ints, rows: Ints, terms: int) -> tuple[Ints, Ints]:
    """How often each term stands in the documents in `rows`, and in how many of them."""
    count = np.zeros(terms, np.int64)
    documents = np.zeros(terms, np.int64)
    last = np.full(terms, -1)  # the last document that a term was seen in
    for row in rows:
        for place in range(bounds[row], bounds[row + 1]):
            term = ids[place]
            count[term] += 1
            if last[term] != row:
                last[term] = row
                documents[term] += 1
    return count, documents


def counted_phrases(
    target: Tokens, reference: Tokens, n: int, stopwords: Iterable[str] | None, min_count: int
) -> tuple[Names, Side, Side]:
    """The names of the n-grams of two sides over one vocabulary, in alphabetical order, and both sides over them.

    Left out are those that begin or end with one of `stopwords`, or stand less than `min_count` times in both sides
    together: phrases are numbers up to here, since most of them are rare and a name takes far more room.
    """
    vocabulary, own_words, own_place = running_ngrams(target, n, 0)
    _, other_words, other_place = running_ngrams(reference, n, 0)
    number, words = numbered([np.concatenate(pair) for pair in zip(own_words, other_words, strict=True)])
    sides = []
    for tokens, ids, place in (
        (target, number[: len(own_place)], own_place),
        (reference, number[len(own_place) :], other_place),
    ):
        bounds = np.searchsorted(place, tokens.document_offsets)
        sides.append(side(ids, bounds, np.arange(tokens.n_documents), len(words[0])))
    own, other = sides
    dropped = stopped(vocabulary, stopwords)
    frequent = own.count + other.count >= max(min_count, 1)
    rows = np.flatnonzero(frequent & ~dropped[words[0]] & ~dropped[words[-1]])
    names = joined(vocabulary, [word[rows] for word in words]).to_numpy(dtype=object)
    return names, own.at(rows), other.at(rows)


def ranked(names: Names, stopwords: Iterable[str] | None) -> Ints:
    """The rows of all terms that neither begin nor end with a stop word, in alphabetical order."""
    rows = np.asarray(pd.Series(names, dtype="str").argsort())
    if stopwords is None:
        return rows
    ends = [(words[0], words[-1]) for words in (name.split(" ") for name in names[rows])]
    out = stopped(np.array(ends, dtype=object).reshape(-1), stopwords).reshape(-1, 2)
    return rows[~out.any(axis=1)]


def check_sizes(sizes: tuple[int, int], n: int) -> None:
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


def check_shared(count: NDArray[Any], listed: NDArray[Any], own: str, other: str) -> None:
    """Raise `ValueError` where a corpus and a frequency list share no term; `own` and `other` are the first of each."""
    if not ((count > 0) & (listed > 0)).any():
        raise ValueError(f"the reference table shares no term with the target: it begins {other!r}, the target {own!r}")


def frequency_list(table: pd.DataFrame) -> tuple[Names, Side]:
    """A table of terms and counts as a side whose documents are unknown."""
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
    return terms.to_numpy(dtype=object), Side(count.astype(np.int64), np.zeros(len(count), int), int(count.sum()), 0)


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
