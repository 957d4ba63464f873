"""Where frames differ: between headlines and the texts below them, between one group of documents and the others."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Floats, Ints
from analysis.core.intervals import Estimate, correlations, difference_intervals, rate_intervals
from analysis.framing.counting import added, amounts, count_documents, counted_parts, stacked
from analysis.framing.lexicon import Lexicon
from analysis.framing.permutations import adjusted, as_headline, dealt, permuted, rates
from analysis.text.tokens import Tokens

Side = tuple[sparse.csr_array, Floats]  # hits (documents, frames) and words

LEVEL = 0.05  # of the false discovery rate below which a shift has a direction


def headline_body(
    tokens: Tokens,
    lexicon: Lexicon,
    *,
    weights: Floats | None = None,
    permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """What headlines say more, or less, of than the texts below them: one row a frame, in the lexicon's order.

    - ``documents``: those with a title and something below it; the others are left out;
    - ``headline_hits``, ``headline_words``, ``headline_per_1000``: in their titles; ``body_hits``, ``body_words``,
      ``body_per_1000``: in what is below them; the rates are a thousand running words;
    - ``gap``: ``headline_per_1000 - body_per_1000``, above 0 = more in headlines; ``ci_low``, ``ci_high``: its 95%
      interval over the documents, each with its headline, from those of the two rates and their correlation, see
      `analysis.core.intervals.difference_intervals`; NaN with fewer than five documents;
    - ``p``: how often the gap is as wide when, in each document, sentences taken at random replace the headline: the
      share of `permutations` such choices and the actual one (Phipson and Smyth 2010, Permutation P-values should never
      be zero). NaN without permutations;
    - ``q``: p adjusted for the number of frames (Benjamini and Hochberg 1995); ``direction``: "headline" or "body",
      the side that has more, with q up to 0.05, else "unclear".

    With `weights` (one number a token) hits and words are sums of them. Raises `ValueError` when no document has both,
    or for weights that are not one a token.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("Militants strike\\n\\nIt rained all day long. The militants had fled."))
    >>> table = headline_body(tokens, lexicon)
    >>> table.loc[0, ["headline_hits", "headline_words", "body_hits", "body_words"]].tolist()
    [1, 2, 1, 9]
    """
    head, body, sizes, hits, words = [], [], [], [], []  # hits and words: of each sentence
    for part, counted in counted_parts(tokens, lexicon, weights):
        title, document, many = _titles(part.tokens), part.tokens.sentence_document, part.tokens.n_documents
        head.append(added(counted, np.where(title, document, -1), many))
        body.append(added(counted, np.where(title, -1, document), many))
        sizes.append(_headed(part.tokens))
        own_lines = _both(sizes[-1])[document]
        hits.append(counted.hits[own_lines])
        words.append(counted.words[own_lines])
    size = np.concatenate(sizes)
    documents = np.flatnonzero(_both(size))
    if not len(documents):
        raise ValueError("no document has a headline and a text below it: compare documents that have both")
    sides = {"headline": stacked(head), "body": stacked(body)}
    own = {side: (counts.hits[documents], counts.words[documents]) for side, counts in sides.items()}
    rate = {side: rates(*counts) for side, counts in own.items()}
    together = correlations(*own["headline"], *own["body"])
    low, high = _difference(own["body"], own["headline"], together)
    columns = {"frame": lexicon.frames["frame"], "documents": len(documents)}
    for side, (found, amount) in own.items():
        columns[f"{side}_hits"] = amounts(found.sum(axis=0), whole=weights is None)
        columns[f"{side}_words"] = amounts(amount.sum(), whole=weights is None)
        columns[f"{side}_per_1000"] = rate[side]
    table = pd.DataFrame(columns | {"gap": rate["headline"] - rate["body"], "ci_low": low, "ci_high": high})
    table["p"] = np.nan
    if permutations:
        actual = np.append(own["headline"][1].sum(), own["headline"][0].sum(axis=0))
        sentences, title = size[documents].T
        lines = sparse.vstack(hits, format="csr"), np.concatenate(words)
        table["p"] = as_headline(*lines, sentences, title, actual, permutations, seed)
    return _with_direction(table, table["gap"], ("headline", "body"))


def shifts(
    tokens: Tokens,
    lexicon: Lexicon,
    by: str,
    *,
    reference: str | None = None,
    weights: Floats | None = None,
    permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """Which groups of the metadata column `by` speak more, or less, of a frame than the others do.

    Each group is held against all other documents, or against the group `reference`. One row a group, in alphabetical
    order, and a frame, in the lexicon's:

    - ``documents``, ``hits``, ``words``, ``per_1000_words`` of the group; ``reference_per_1000`` of the others;
    - ``difference``: between the two rates, above 0 = more in the group; ``ci_low``, ``ci_high``: its 95% interval from
      those of the two rates over the documents of each side, see `analysis.core.intervals.difference_intervals`; NaN
      where a side has fewer than five; ``ratio``: of the two rates, infinite where the others have none;
    - ``p``: the share of the ways to put the same documents into two sides of these sizes, of `permutations` tried at
      random and the actual one, whose rates are as far apart (Fisher 1935; Phipson and Smyth 2010, Permutation P-values
      should never be zero); it is at least ``1 / (permutations + 1)``;
    - ``q``: p adjusted for all rows of the table (Benjamini and Hochberg 1995): of the shifts with q up to 0.05 about
      5% are chance; ``direction``: "more" or "less" with q up to 0.05, else "unclear".

    Documents are the units, since the words of one document are not independent of each other. Where a side has fewer
    than two, p and q are NaN. The intervals are not adjusted for their number: of many, some leave out 0 by chance.
    With `weights` (one number a token) hits and words are sums of them. Raises `ValueError` for an unknown column or
    reference, for fewer than two groups, or weights that are not one a token.

    >>> from analysis import tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> from analysis.text.corpus import read_texts
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_texts(["Militants fled.", "It rained."]))
    >>> shifts(tokens, lexicon, "doc_id")[["doc_id", "frame", "hits", "difference"]].head(1)
      doc_id   frame  hits  difference
    0      0  threat     1       500.0
    """
    names, number = tokens.numbered_groups(by)
    if reference is not None and reference not in names:
        raise ValueError(f"no group {reference!r} in {by!r}: the reference is one of {', '.join(map(repr, names))}")
    if len(names) < 2:
        raise ValueError(f"{by!r} has one group only ({names[0]!r}): compare by a column with more values")
    counted = count_documents(tokens, lexicon, weights)
    hits, words = counted.hits, counted.words
    chances = None
    if reference is None and permutations:
        chances = dealt(hits, words, number, permutations, seed)
    against = None if reference is None else names.index(reference)
    tables = []
    for group, name in enumerate(names):
        if name == reference:
            continue
        own = np.flatnonzero(number == group)
        other = np.flatnonzero(number != group if against is None else number == against)
        sides = [(hits[rows], words[rows]) for rows in (own, other)]
        rate, other_rate = (rates(*side) for side in sides)
        low, high = _difference(sides[1], sides[0])
        p = np.full(len(lexicon.frames), np.nan)
        if min(len(own), len(other)) > 1:
            if chances is not None:
                p = chances[group]
            elif permutations:
                p = permuted(*sides[0], *sides[1], permutations, seed)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = rate / other_rate
        tables.append(
            pd.DataFrame(
                {
                    by: name,
                    "frame": lexicon.frames["frame"],
                    "documents": len(own),
                    "hits": amounts(sides[0][0].sum(axis=0), whole=weights is None),
                    "words": amounts(sides[0][1].sum(), whole=weights is None),
                    "per_1000_words": rate,
                    "reference_per_1000": other_rate,
                    "difference": rate - other_rate,
                    "ci_low": low,
                    "ci_high": high,
                    "ratio": ratio,
                    "p": p,
                }
            )
        )
    table = pd.concat(tables, ignore_index=True)
    return _with_direction(table, table["difference"], ("more", "less"))


def _with_direction(table: pd.DataFrame, difference: pd.Series, names: tuple[str, str]) -> pd.DataFrame:
    """`table` with q and direction: the first of `names` where the difference is above 0 and sure."""
    q = adjusted(table["p"].to_numpy())
    sure = q <= LEVEL
    direction = np.select([sure & (difference > 0), sure & (difference < 0)], names, "unclear")
    return table.assign(q=q, direction=direction)


def _headed(tokens: Tokens) -> Ints:
    """(documents, 2) how many sentences each document has, and how many of them are its title."""
    document, many = tokens.sentence_document, tokens.n_documents
    lines = [np.bincount(own, minlength=many) for own in (document, document[_titles(tokens)])]
    return np.column_stack(lines)


def _both(size: Ints) -> NDArray[np.bool_]:
    """Which of the documents of `_headed` have a sentence that is a title, and one that is none."""
    own: NDArray[np.bool_] = (size[:, 1] > 0) & (size[:, 1] < size[:, 0])
    return own


def _difference(a: Side, b: Side, correlation: Floats | float = 0.0) -> tuple[Floats, Floats]:
    """The ends of the interval of the rate of `b` less that of `a`, a thousand words."""
    one, other = (Estimate(rates(*side), *(1000 * end for end in rate_intervals(*side))) for side in (a, b))
    return difference_intervals(one, other, correlation)


def _titles(tokens: Tokens) -> NDArray[np.bool_]:
    """(sentences,) which sentences are titles."""
    kinds = (tokens.corpus.segments["kind"] == "title").to_numpy(dtype=bool)
    return np.asarray(kinds[tokens.sentence_segment])
