"""Counting a lexicon's patterns: resolving overlapping matches, and counts by sentence and document."""

import weakref
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Floats, Ints, compiled
from analysis.core.intervals import gather
from analysis.framing.lexicon import Lexicon
from analysis.text.lookup import document_of, sentence_of
from analysis.text.patterns import find, fitting_types, fitting_words
from analysis.text.shards import Shard, shard_weights, shards
from analysis.text.tokens import Tokens

# A pattern is greedy if it fits more than TYPES different words, or takes more than SHARE of all words in HITS or more.
TYPES, SHARE, HITS = 50, 0.02, 10
# A lexicon of LONG terms or more fits well if it has hits in FITS[0] of the sentences and covers FITS[1] of the words,
# and its five most frequent terms have less than FIVE of its hits, if these are MANY; below BARELY it does not fit.
# The shipped lexicons reach 0.4 to 0.9 of the sentences and 0.04 to 0.2 of the words of news, speeches and statements;
# that of security 0.2 to 0.3 and 0.02 to 0.03 of science and fiction, 0.1 to 0.2 and 0.01 to 0.02 of travel guides and
# vlogs, 0.04 and 0.008 of conversation at table. A shorter list always fits.
LONG, FITS, BARELY, FIVE, MANY = 100, (0.3, 0.03), (0.05, 0.01), 0.5, 50
DIGITS = 9  # of sums of weights: three times 0.3 ties with 0.9

CACHED = 2  # searches in memory: a report asks for the same lexicon some ten times in a row
_searches: list[tuple[weakref.ref[Tokens], Lexicon, list[pd.DataFrame]]] = []  # the newest last


class Counts(NamedTuple):
    """A lexicon's counts in units of text: sentences or documents; a weighted match counts its words' mean weight."""

    hits: sparse.csr_array  # (units, frames) matches
    scores: sparse.csr_array  # (units, frames) the sum of their terms' weights
    words: Floats  # (units,) running words, or the sum of their weights


def count(tokens: Tokens, lexicon: Lexicon, weights: Floats | None = None) -> Counts:
    """Count by sentence in `tokens` that are in memory, as `counted_shards` does."""
    return next(counted_shards(tokens, lexicon, weights))[1]


def counted_shards(tokens: Tokens, lexicon: Lexicon, weights: Floats | None = None) -> Iterator[tuple[Shard, Counts]]:
    """Yield the shards of `tokens` with the counts of their sentences; `weights`: one number a token.

    Raises `ValueError` for another number of weights.
    """
    frame_of = pd.Index(lexicon.frames["frame"]).get_indexer(lexicon.terms["frame"])
    weight_of = lexicon.terms["weight"].to_numpy()
    for shard, found in found_shards(tokens, lexicon, weights):
        own, term, amount = shard.tokens, found["term"].to_numpy(), found["amount"].to_numpy()
        place, shape = (sentence_of(own, found["first"]), frame_of[term]), (own.n_sentences, len(lexicon.frames))
        hits = sparse.csr_array((amount, place), shape=shape)
        scores = sparse.csr_array((amount * weight_of[term], place), shape=shape)
        hits.sum_duplicates()
        scores.sum_duplicates()
        words = np.diff(own.sentence_offsets)
        if weights is not None:
            words = np.bincount(own.sentence, shard_weights(tokens, weights, shard), minlength=own.n_sentences)
        yield shard, Counts(hits, scores, words.astype(np.float64))


def count_documents(tokens: Tokens, lexicon: Lexicon, weights: Floats | None = None) -> Counts:
    """Count by document, otherwise as `counted_shards` does."""
    return stack(
        sum_by(counts, shard.tokens.sentence_document, shard.tokens.n_documents)
        for shard, counts in counted_shards(tokens, lexicon, weights)
    )


def sum_by(counts: Counts, unit: Ints, units: int) -> Counts:
    """Sum the rows of each of `units`, as `gather` does."""
    member = gather(unit, units)
    return Counts(member @ counts.hits, member @ counts.scores, np.asarray(member @ counts.words))


def stack(pieces: Iterable[Counts]) -> Counts:
    """Stack the counts of one or more shards."""
    hits, scores, words = zip(*pieces, strict=True)
    return Counts(sparse.vstack(hits, format="csr"), sparse.vstack(scores, format="csr"), np.concatenate(words))


def amounts(values: NDArray[Any], *, whole: bool) -> NDArray[Any]:
    """Round sums for a table: to `whole` numbers, or to the `DIGITS` of weights."""
    return np.rint(values).astype(np.int64) if whole else np.asarray(values, dtype=np.float64).round(DIGITS)


def term_counts(tokens: Tokens, lexicon: Lexicon) -> pd.DataFrame:
    """Count the matches of each pattern of a lexicon, terms and excludes: one row each, the most frequent first.

    - ``frame``, ``pattern``, ``weight`` (0: an exclude);
    - ``hits``: matches that are not part of a longer one; ``documents``: document frequency;
    - ``frame_share``: of all hits of the frame's terms (0 to 1), NaN for an exclude or without any;
    - ``word_share``: the words of its hits as a share of the running words;
    - ``types``: how many different words of the corpus its most specific word fits (0 or 1 without a wildcard);
    - ``greedy``: it says little about its frame, as "a*" and "the" do: it has more than 50 types, or 2% of the running
      words in ten hits or more.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> table = term_counts(tokenize(read_text("Militants fled. The militancy is over.")), lexicon)
    >>> table[["frame", "pattern", "hits", "types", "greedy"]].head(1)
        frame   pattern  hits  types  greedy
    0  threat  militan*     2      2   False
    """
    rows = [lexicon.excludes.assign(weight=0.0), lexicon.terms]
    table = pd.concat([shard[["frame", "pattern", "weight"]] for shard in rows], ignore_index=True)
    hits, documents, words = np.zeros((3, len(table)), dtype=np.int64)
    for shard, found in kept_shards(tokens, lexicon):
        pattern, first, last = (found[column].to_numpy() for column in ("pattern", "first", "last"))
        hits += np.bincount(pattern, minlength=len(table))
        places = pd.DataFrame({"pattern": pattern, "document": document_of(shard.tokens, first)})
        documents += np.bincount(places.drop_duplicates()["pattern"], minlength=len(table))
        words += np.bincount(pattern, last - first + 1, minlength=len(table)).astype(np.int64)
    table["hits"], table["documents"] = hits, documents
    in_frame = table["hits"].where(table["weight"] > 0)
    total = in_frame.groupby(table["frame"]).transform("sum")
    table["frame_share"] = in_frame / total.where(total > 0)
    table["word_share"] = words / max(len(tokens), 1)
    own = [[word for word in pattern.split() if word not in ("*", "...")] for pattern in table["pattern"]]
    single = sorted({word for words in own for word in words})
    types = dict(zip(single, fitting_types(tokens, single).sum(axis=1).tolist(), strict=True))
    table["types"] = [min(types[word] for word in words) for words in own]
    heavy = (table["word_share"] > SHARE) & (table["hits"] >= HITS)
    table["greedy"] = heavy | (table["types"] > TYPES)
    return table.sort_values("hits", ascending=False, kind="stable", ignore_index=True)


class Fit(NamedTuple):
    """How well a lexicon fits a corpus; shares are 0 to 1."""

    verdict: str  # "good"; "poor": its profile says little; "none": it says nothing
    sentences: float  # with a hit
    words: float  # in hits
    five: float  # hits of the five most frequent terms


def fit(tokens: Tokens, lexicon: Lexicon) -> Fit:
    """Judge whether a lexicon fits a corpus by how much of it the terms match.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> fit(tokenize(read_text("The cat ate a fish. A war of words. " + "It rained. " * 30)), lexicon).verdict
    'none'
    """
    used = term_counts(tokens, lexicon)
    used = used[used["weight"] > 0].drop_duplicates("pattern")  # a term of several frames counts its words once
    matched = sum(np.count_nonzero(counts.hits.sum(axis=1)) for _, counts in counted_shards(tokens, lexicon))
    hits = int(used["hits"].sum())
    sentences, words = matched / max(tokens.n_sentences, 1), float(used["word_share"].sum())
    five = int(used["hits"].head(5).sum()) / max(hits, 1)
    long, narrow = len(used) >= LONG, hits >= MANY and five >= FIVE
    if not hits or (long and (sentences < BARELY[0] or words < BARELY[1])):
        return Fit("none", sentences, words, five)
    poor = long and (sentences < FITS[0] or words < FITS[1] or narrow)
    return Fit("poor" if poor else "good", sentences, words, five)


def found_shards(
    tokens: Tokens, lexicon: Lexicon, weights: Floats | None = None
) -> Iterator[tuple[Shard, pd.DataFrame]]:
    """Yield the shards of `tokens` with their matches of terms, in text order.

    ``first`` and ``last`` token, ``term`` (row of the lexicon's terms), ``amount``: the mean weight of its words, 1
    without `weights`.
    """
    for shard, found in kept_shards(tokens, lexicon):
        table = found[found["pattern"] >= len(lexicon.excludes)].reset_index(drop=True)
        table = table.rename(columns={"pattern": "term"}).assign(amount=1.0)
        table["term"] -= len(lexicon.excludes)
        own = shard_weights(tokens, weights, shard)
        if own is not None:
            spans = np.column_stack([table["first"], table["last"] + 1]).ravel()
            total = np.add.reduceat(np.append(own, 0.0), spans)[::2]  # every second sum is of words between matches
            table["amount"] = total / (table["last"] + 1 - table["first"])
        yield shard, table


def kept_shards(tokens: Tokens, lexicon: Lexicon) -> Iterator[tuple[Shard, pd.DataFrame]]:
    """Yield the shards of `tokens` with the matches that `_resolve` keeps; the last searches are cached."""
    search = next((own for own in _searches if own[0]() is tokens and own[1] is lexicon), None)
    if search is None:
        # Excludes come first, so that by a stable sort they win against terms of the same words.
        listed = [*lexicon.excludes["pattern"], *lexicon.terms["pattern"].unique()]
        fits = fitting_words(tokens, listed)
        found = [
            _resolve(lexicon, shard.tokens, find(shard.tokens, listed, fits=fits[:, shard.types])).astype(np.int32)
            for shard in shards(tokens)
        ]
        search = weakref.ref(tokens), lexicon, found
    others = [own for own in _searches if own is not search and own[0]() is not None]
    _searches[:] = [*others, search][-CACHED:]
    return zip(shards(tokens), (piece.astype(np.int64) for piece in search[2]), strict=True)


def _resolve(lexicon: Lexicon, tokens: Tokens, found: pd.DataFrame) -> pd.DataFrame:
    """Drop matches that overlap a longer one: first, last, and pattern, a row of the excludes and then the terms."""
    first, last = found["first"].to_numpy(), found["last"].to_numpy()
    longest = np.lexsort((tokens.start[first] - tokens.end[last], first - last))
    own: pd.DataFrame = found[_first_come(first, last, longest, len(tokens))].reset_index(drop=True)
    if lexicon.terms["pattern"].is_unique:
        return own
    # A term of several frames is searched once and counts for each of them.
    excludes, term = len(lexicon.excludes), pd.factorize(lexicon.terms["pattern"])[0]
    rows = pd.DataFrame({"pattern": np.append(np.arange(excludes), excludes + term)}).reset_index(names="row")
    spread = own.merge(rows, on="pattern").sort_values(["first", "row"], ignore_index=True)
    return spread[["first", "last", "row"]].rename(columns={"row": "pattern"})


@compiled
def _first_come(first: Any, last: Any, order: Any, size: Any) -> Any:
    """Return which spans remain if, in this order, each excludes later ones that share a token."""
    taken = np.zeros(size, np.bool_)
    kept = np.zeros(len(first), np.bool_)
    for row in order:
        if not taken[first[row] : last[row] + 1].any():
            taken[first[row] : last[row] + 1] = True
            kept[row] = True
    return kept
