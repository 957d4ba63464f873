"""Where frames differ: between headlines and the texts below them, between one group of documents and the others."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Floats, Ints
from analysis.core.intervals import Estimate, correlations, difference_intervals, rate_intervals
from analysis.framing.counting import amounts, count_documents, weighted_parts
from analysis.framing.lexicon import Lexicon
from analysis.framing.permutations import adjusted, as_headline, dealt, permuted, rates
from analysis.text.lookup import sentence_of
from analysis.text.parted import Part
from analysis.text.shingles import is_first
from analysis.text.tokens import Tokens
from analysis.text.units import equal_units

Side = tuple[sparse.csr_array, Floats]  # hits (documents, frames) and words

LEVEL = 0.05  # of the false discovery rate below which a shift has a direction
DRAWS = 200_000_000  # of headlines, in all permutations together; 999 permutations are made of any corpus


def headline_body(
    tokens: Tokens,
    lexicon: Lexicon,
    *,
    permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """What headlines say more, or less, of than the texts below them: one row a frame, in the lexicon's order.

    A sentence that is repeated word for word, in a copy of an article, counts where it appears first.

    - ``documents``: those with a title and something below it; the others are left out;
    - ``headline_hits``, ``headline_words``, ``headline_per_1000``: in their titles; ``body_hits``, ``body_words``,
      ``body_per_1000``: in what is below them; the rates are a thousand running words;
    - ``gap``: ``headline_per_1000 - body_per_1000``, above 0 = more in headlines; ``ci_low``, ``ci_high``: its 95%
      interval over the documents, each with its headline, from those of the two rates and their correlation, see
      `analysis.core.intervals.difference_intervals`; NaN with fewer than five documents;
    - ``p``: how often the gap is as wide when, in each document, as many words in a row, taken at random, replace the
      headline: the share of `permutations` such choices and the actual one (Phipson and Smyth 2010, Permutation
      P-values should never be zero). NaN without permutations;
    - ``q``: p adjusted for the number of frames that have a hit (Benjamini and Hochberg 1995); ``direction``:
      "headline" or "body", the side that has more, with q up to 0.05, else "unclear".

    A sentence that is repeated counts where it appears first. Of more than 20,000 documents there are fewer
    permutations, so that it takes some ten seconds. Raises `ValueError` when no document has both.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("Militants strike\\n\\nIt rained all day long. The militants had fled."))
    >>> table = headline_body(tokens, lexicon)
    >>> table.loc[0, ["headline_hits", "headline_words", "body_hits", "body_words"]].tolist()
    [1, 2, 1, 9]
    """
    new = is_first(equal_units(tokens, "sentence").group)
    frame_of = pd.Index(lexicon.frames["frame"]).get_indexer(lexicon.terms["frame"])
    sizes, hits = [], []
    for part, found, _ in weighted_parts(tokens, lexicon):
        size, own = _headed(part, found, new)
        sizes.append(size)
        hits.append(own.assign(document=own["document"] + part.document))
    # Of each document the words of its title and those below; of each hit its document, span, term and side.
    size, table = np.concatenate(sizes), pd.concat(hits)
    documents = np.flatnonzero(size.all(axis=1))
    if not len(documents):
        raise ValueError("no document has a headline and a text below it: compare documents that have both")
    place = np.full(len(size), -1)
    place[documents] = np.arange(len(documents))
    size, table = size[documents], table.assign(document=place[table["document"]])
    table = table[table["document"] >= 0]
    document, term, body = (table[column].to_numpy() for column in ("document", "term", "body"))
    frame, amount = frame_of[term], np.ones(len(term))
    spans, frames = table[["first", "last"]].to_numpy(), len(lexicon.frames)
    sides = []
    for side, words in enumerate(size.T.astype(np.float64)):
        rows = body == side
        counts = sparse.csr_array((amount[rows], (document[rows], frame[rows])), shape=(len(documents), frames))
        counts.sum_duplicates()
        sides.append((counts, words))
    rate = [rates(*side) for side in sides]
    low, high = _difference(sides[1], sides[0], correlations(*sides[0], *sides[1]))
    p = np.full(frames, np.nan)
    columns = {"frame": lexicon.frames["frame"], "documents": len(documents)}
    for name, (counts, words), per_1000 in zip(("headline", "body"), sides, rate, strict=True):
        columns[f"{name}_hits"] = amounts(counts.sum(axis=0), whole=True)
        columns[f"{name}_words"] = int(words.sum())
        columns[f"{name}_per_1000"] = per_1000
    table = pd.DataFrame(columns | {"gap": rate[0] - rate[1], "ci_low": low, "ci_high": high})
    if permutations:
        permutations = min(permutations, max(DRAWS // len(documents), 999))
        bounds = np.searchsorted(document, np.arange(len(documents) + 1))
        options = {"frames": frames, "permutations": permutations, "seed": seed}
        p = as_headline(spans, frame, amount, bounds, size.sum(axis=1), size[:, 0], **options)
        p[np.bincount(frame, minlength=frames) == 0] = np.nan
    return _with_direction(table.assign(p=p), table["gap"], ("headline", "body"))


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


def _headed(part: Part, found: pd.DataFrame, new: NDArray[np.bool_]) -> tuple[Ints, pd.DataFrame]:
    """(documents, 2) the words of titles and of what is below, and the matches that are `found` in it.

    Sentences count that are `new`; a match has its ``document``, its ``first`` and ``last`` word there, titles first,
    and whether it is in the ``body``.
    """
    tokens = part.tokens
    new = new[part.sentence : part.sentence + tokens.n_sentences]
    body = (tokens.corpus.segments["kind"] != "title").to_numpy()[tokens.sentence_segment]
    document, many = tokens.sentence_document, tokens.n_documents
    words = np.where(new, np.diff(tokens.sentence_offsets), 0)
    sides = [np.bincount(document[rows], words[rows], minlength=many) for rows in (~body, body)]
    size = np.column_stack(sides).astype(np.int64)
    order = np.lexsort((np.arange(len(body)), body, document))  # titles first
    place = np.empty(len(body), dtype=np.int64)  # of the first word of each sentence in its document
    place[order] = np.cumsum(words[order]) - words[order]
    place -= (np.cumsum(size.sum(axis=1)) - size.sum(axis=1))[document]
    line = sentence_of(tokens, found["first"].to_numpy())
    move = (place - tokens.sentence_offsets[:-1])[line]
    rows = {"document": document[line], "first": found["first"] + move, "last": found["last"] + move}
    table = pd.DataFrame(rows | {"term": found["term"], "body": body[line]})[new[line]]
    return size, table.sort_values(["document", "first"], ignore_index=True)


def _difference(a: Side, b: Side, correlation: Floats | float = 0.0) -> tuple[Floats, Floats]:
    """The ends of the interval of the rate of `b` less that of `a`, a thousand words."""
    one, other = (Estimate(rates(*side), *(1000 * end for end in rate_intervals(*side))) for side in (a, b))
    return difference_intervals(one, other, correlation)
