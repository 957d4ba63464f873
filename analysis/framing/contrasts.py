"""Contrasts of frames: headlines against the texts below them, groups of documents against the others."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Floats, Ints
from analysis.core.intervals import Estimate, correlations, difference_intervals, rate_intervals
from analysis.framing.counting import amounts, count_documents, found_shards
from analysis.framing.lexicon import Lexicon
from analysis.framing.permutations import LEVEL, adjust_p, headline_p, shift_p
from analysis.text.lookup import sentence_of
from analysis.text.shards import Shard
from analysis.text.shingles import is_first
from analysis.text.tokens import Tokens
from analysis.text.units import equal_units

Side = tuple[sparse.csr_array, Floats]  # hits (documents, frames) and words

DRAWS = 200_000_000  # of headlines, in all permutations together; at least 999 permutations are made


def headline_body(
    tokens: Tokens,
    lexicon: Lexicon,
    *,
    permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare the frames of headlines with those of the texts below them: one row a frame, in the lexicon's order.

    - ``documents``: those with a title and text below it; the others are left out;
    - ``headline_hits``, ``headline_words``, ``headline_per_1000`` (running words); ``body_hits``, ``body_words``,
      ``body_per_1000``: of the text below;
    - ``gap``: ``headline_per_1000 - body_per_1000``; ``ci_low``, ``ci_high``: its 95% interval over documents
      (`analysis.core.intervals.difference_intervals`); NaN with fewer than five;
    - ``p``: how often the gap is as wide when as many words in a row, drawn at random from each document, replace its
      headline: the share among `permutations` draws and the actual headlines (Phipson and Smyth 2010, Permutation
      P-values should never be zero). NaN without permutations;
    - ``q``: p adjusted for the frames with a hit (Benjamini and Hochberg 1995); ``direction``: "headline" or "body",
      the side with more, if q is at most 0.05, else "unclear".

    A sentence repeated verbatim counts at its first place. More than 20,000 documents get fewer permutations, which
    keeps the time at some ten seconds. Raises `ValueError` when no document has both parts.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> tokens = tokenize(read_text("Militants strike\\n\\nIt rained all day long. The militants had fled."))
    >>> table = headline_body(tokens, lexicon)
    >>> table.loc[0, ["headline_hits", "headline_words", "body_hits", "body_words"]].tolist()
    [1, 2, 1, 9]
    """
    new = is_first(equal_units(tokens, "sentence").group)
    frames = len(lexicon.frames)
    frame_of = pd.Index(lexicon.frames["frame"]).get_indexer(lexicon.terms["frame"])
    sizes, hits = [], []
    for shard, found in found_shards(tokens, lexicon):
        own_sizes, own = _titles_first(shard, found, new)
        sizes.append(own_sizes)
        hits.append(own.assign(document=own["document"] + shard.document))
    size = np.concatenate(sizes)
    has_both = np.asarray(size.all(axis=1))
    if not has_both.any():
        raise ValueError("no document has a headline and a text below it: compare documents that have both")
    table = pd.concat(hits)
    table = table[has_both[table["document"]]]
    size, documents = size[has_both], int(has_both.sum())
    document = (np.cumsum(has_both) - 1)[table["document"]]
    frame, body = frame_of[table["term"]], table["body"].to_numpy()
    sides = []
    for side, words in enumerate(size.T.astype(np.float64)):
        place = document[body == side], frame[body == side]
        counts = sparse.csr_array((np.ones(len(place[0])), place), shape=(documents, frames))
        counts.sum_duplicates()
        sides.append((counts, words))
    rates = [_rates(*side) for side in sides]
    low, high = _difference(sides[1], sides[0], correlations(*sides[0], *sides[1]))
    columns = {"frame": lexicon.frames["frame"], "documents": documents}
    for name, (counts, words), rate in zip(("headline", "body"), sides, rates, strict=True):
        columns |= {f"{name}_hits": amounts(counts.sum(axis=0), whole=True), f"{name}_words": int(words.sum())}
        columns[f"{name}_per_1000"] = rate
    columns |= {"gap": rates[0] - rates[1], "ci_low": low, "ci_high": high, "p": np.full(frames, np.nan)}
    if permutations:
        permutations = min(permutations, max(DRAWS // documents, 999))
        spans, bounds = table[["first", "last"]].to_numpy(), np.searchsorted(document, np.arange(documents + 1))
        options = {"frames": frames, "permutations": permutations, "seed": seed}
        p = headline_p(spans, frame, bounds, size.sum(axis=1), size[:, 0], **options)
        columns["p"] = np.where(np.bincount(frame, minlength=frames) > 0, p, np.nan)
    return _with_direction(pd.DataFrame(columns), "gap", ("headline", "body"))


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
    """Compare the frames of each group of the metadata column `by` with all other documents, or with `reference`.

    One row a group, in alphabetical order, and a frame, in the lexicon's:

    - ``documents``, ``hits``, ``words``, ``per_1000_words`` of the group; ``reference_per_1000`` of the others;
    - ``difference``: of the two rates, above 0 = more in the group; ``ci_low``, ``ci_high``: its 95% interval over
      documents, not adjusted for the number of rows (`analysis.core.intervals.difference_intervals`); NaN if a side has
      fewer than five; ``ratio``: of the two rates, infinite if the others have none;
    - ``p``: the share of random divisions of the documents into sides of these sizes, of `permutations` and the actual
      one, whose rates differ as much (Fisher 1935; Phipson and Smyth 2010, Permutation P-values should never be zero);
      NaN if a side has fewer than two documents;
    - ``q``: p adjusted for all rows of the table (Benjamini and Hochberg 1995); ``direction``: "more" or "less" if q is
      at most 0.05, else "unclear".

    With `weights` (one number a token) hits and words are sums of them. Raises `ValueError` for an unknown column or
    reference, for fewer than two groups, or weights that are not one a token.

    >>> from analysis import load_tokens
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> tokens = load_tokens(["Militants fled.", "It rained."])
    >>> shifts(tokens, lexicon, "doc_id")[["doc_id", "frame", "hits", "difference"]].head(1)
      doc_id   frame  hits  difference
    0      0  threat     1       500.0
    """
    names, number = tokens.numbered_groups(by)
    if reference is not None and reference not in names:
        raise ValueError(f"no group {reference!r} in {by!r}: the reference is one of {', '.join(map(repr, names))}")
    if len(names) < 2:
        raise ValueError(f"{by!r} has one group only ({names[0]!r}): compare by a column with more values")
    hits, _, words = count_documents(tokens, lexicon, weights)
    p_of_group = shift_p(hits, words, number, permutations, seed) if reference is None and permutations else None
    tables = []
    for group, name in enumerate(names):
        if name == reference:
            continue
        own = number == group
        other = ~own if reference is None else number == names.index(reference)
        sides = (hits[own], words[own]), (hits[other], words[other])
        rate, other_rate = (_rates(*side) for side in sides)
        low, high = _difference(sides[1], sides[0])
        p = np.full(len(lexicon.frames), np.nan)
        if permutations and min(own.sum(), other.sum()) > 1:
            if p_of_group is not None:
                p = p_of_group[group]
            else:
                both = own | other
                p = shift_p(hits[both], words[both], own[both].astype(np.int64), permutations, seed)[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = rate / other_rate
        columns = {
            by: name,
            "frame": lexicon.frames["frame"],
            "documents": int(own.sum()),
            "hits": amounts(sides[0][0].sum(axis=0), whole=weights is None),
            "words": amounts(words[own].sum(), whole=weights is None),
            "per_1000_words": rate,
            "reference_per_1000": other_rate,
            "difference": rate - other_rate,
            "ci_low": low,
            "ci_high": high,
            "ratio": ratio,
            "p": p,
        }
        tables.append(pd.DataFrame(columns))
    return _with_direction(pd.concat(tables, ignore_index=True), "difference", ("more", "less"))


def _rates(hits: sparse.csr_array, words: Floats) -> Floats:
    """Return (frames,) hits a thousand words of all documents together, 0 without words."""
    total = words.sum()
    return np.asarray(1000 * hits.sum(axis=0) / total) if total > 0 else np.zeros(hits.shape[1])


def _with_direction(table: pd.DataFrame, column: str, names: tuple[str, str]) -> pd.DataFrame:
    """Add q and direction: the first of `names` if the difference in `column` is significant and above 0."""
    q = adjust_p(table["p"].to_numpy())
    difference = table[column].where(q <= LEVEL, 0)
    return table.assign(q=q, direction=np.select([difference > 0, difference < 0], names, "unclear"))


def _titles_first(shard: Shard, found: pd.DataFrame, new: NDArray[np.bool_]) -> tuple[Ints, pd.DataFrame]:
    """Return (documents, 2) the words of titles and of bodies, and the matches with each document's title first.

    Only sentences that are `new` count. A match has its ``document``, its ``first`` and ``last`` word there, and
    whether it is in the ``body``.
    """
    tokens = shard.tokens
    new = new[shard.sentence : shard.sentence + tokens.n_sentences]
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
    """Return the interval of the rate of `b` minus that of `a`, a thousand words."""
    one, other = (Estimate(_rates(*side), *(1000 * end for end in rate_intervals(*side))) for side in (a, b))
    return difference_intervals(one, other, correlation)
