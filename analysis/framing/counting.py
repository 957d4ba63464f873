"""What the patterns of a lexicon count: which match keeps its words, and what the counts of a sentence are."""

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

# A pattern is greedy that fits more than TYPES different words, or takes more than SHARE of all words in HITS or more.
TYPES, SHARE, HITS = 50, 0.02, 10
# A lexicon of LONG terms or more fits where it has hits in FITS[0] of the sentences and covers FITS[1] of the words,
# and its five most frequent terms have less than FIVE of its hits, if these are MANY; below BARELY nothing rests on it.
# News, speeches and statements have 0.4 to 0.9 of the sentences and 0.04 to 0.2 of the words by the shipped
# lexicons; science and fiction 0.2 to 0.3 and 0.02 to 0.03 by the one of security, travel guides and vlogs 0.1 to 0.2
# and 0.01 to 0.02, conversation at table 0.04 and 0.008. A short list is meant to meet little.
LONG, FITS, BARELY, FIVE, MANY = 100, (0.3, 0.03), (0.05, 0.01), 0.5, 50
DIGITS = 9  # to which weights are summed: three times 0.3 is to tie with 0.9

KEPT = 2  # searches whose matches are kept: a report asks a lexicon some ten times in a row
_searches: list[tuple[weakref.ref[Tokens], Lexicon, list[pd.DataFrame]]] = []  # the newest last


class Counts(NamedTuple):
    """What a lexicon finds in each sentence, or document; with weights each match counts the mean of its words'."""

    hits: sparse.csr_array  # (sentences, frames) matches
    scores: sparse.csr_array  # (sentences, frames) the sum of their terms' weights
    words: Floats  # (sentences,) running words, or the sum of their weights


def count(tokens: Tokens, lexicon: Lexicon, weights: Floats | None = None) -> Counts:
    """The `Counts` of the sentences of `tokens` in memory, as in `counted_shards`."""
    return next(counted_shards(tokens, lexicon, weights))[1]


def counted_shards(tokens: Tokens, lexicon: Lexicon, weights: Floats | None = None) -> Iterator[tuple[Shard, Counts]]:
    """The shards of `tokens`, each with the `Counts` of its sentences; `weights`: one number a token, without them 1.

    Raises `ValueError` for weights that are not one a token.
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
    """The `Counts` of the documents in `tokens`; all else as in `counted_shards`."""
    return stacked(
        added(counts, shard.tokens.sentence_document, shard.tokens.n_documents)
        for shard, counts in counted_shards(tokens, lexicon, weights)
    )


def added(counts: Counts, unit: Ints, units: int) -> Counts:
    """The `Counts` of `units`: the rows of each added up as `gather` does."""
    member = gather(unit, units)
    return Counts(member @ counts.hits, member @ counts.scores, np.asarray(member @ counts.words))


def stacked(pieces: Iterable[Counts]) -> Counts:
    """The `Counts` of several shards, one at least, one below the other."""
    hits, scores, words = zip(*pieces, strict=True)
    return Counts(sparse.vstack(hits, format="csr"), sparse.vstack(scores, format="csr"), np.concatenate(words))


def amounts(values: NDArray[Any], *, whole: bool) -> NDArray[Any]:
    """Sums of counts as a table has them: `whole` numbers, or weights without the digits that adding them makes."""
    return np.rint(values).astype(np.int64) if whole else np.asarray(values, dtype=np.float64).round(DIGITS)


def term_counts(tokens: Tokens, lexicon: Lexicon) -> pd.DataFrame:
    """How often each pattern of a lexicon counts, terms and excludes: the most frequent first, those at 0 last.

    - ``frame``, ``pattern``, ``weight`` (0: an exclude, which takes its words out of the count);
    - ``hits``: its matches that were not part of a longer one; ``documents``: those with one;
    - ``frame_share``: of all hits of the frame's terms (0 to 1), NaN for an exclude or where there are none;
    - ``word_share``: the words of its hits, as a share of the running words;
    - ``types``: how many different words of the corpus the least wild of its words fits: 1, or 0, without a wildcard;
    - ``greedy``: it takes what it meets, as "a*" and "the" do, and so says little about its frame: it has more than
      50 types, or 2% of the running words in ten hits or more.

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

    verdict: str  # "good"; "poor": what is found says little; "none": no profile should rest on it
    sentences: float  # the share with a hit
    words: float  # the share of the running words in hits
    five: float  # the share of the hits that its five most frequent terms have


def fit(tokens: Tokens, lexicon: Lexicon) -> Fit:
    """Whether a lexicon fits these texts, judged by how much of them it meets.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> fit(tokenize(read_text("The cat ate a fish. A war of words. " + "It rained. " * 30)), lexicon).verdict
    'none'
    """
    used = term_counts(tokens, lexicon)
    used = used[used["weight"] > 0].drop_duplicates("pattern")  # a term of several frames is of the same words
    met = sum(np.count_nonzero(counts.hits.sum(axis=1)) for _, counts in counted_shards(tokens, lexicon))
    hits = int(used["hits"].sum())
    sentences, words = met / max(tokens.n_sentences, 1), float(used["word_share"].sum())
    five = int(used["hits"].head(5).sum()) / max(hits, 1)
    long, narrow = len(used) >= LONG, hits >= MANY and five >= FIVE
    if not hits or (long and (sentences < BARELY[0] or words < BARELY[1])):
        return Fit("none", sentences, words, five)
    poor = long and (sentences < FITS[0] or words < FITS[1] or narrow)
    return Fit("poor" if poor else "good", sentences, words, five)


def found_shards(
    tokens: Tokens, lexicon: Lexicon, weights: Floats | None = None
) -> Iterator[tuple[Shard, pd.DataFrame]]:
    """The shards of `tokens`, each with the matches of terms that count, in the order of the text.

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
            total = np.add.reduceat(np.append(own, 0.0), spans)[::2]  # every second sum is of the words between two
            table["amount"] = total / (table["last"] + 1 - table["first"])
        yield shard, table


def kept_shards(tokens: Tokens, lexicon: Lexicon) -> Iterator[tuple[Shard, pd.DataFrame]]:
    """The shards of `tokens`, each with the matches that keep their words, as `_kept` has them: searched for once."""
    search = next((own for own in _searches if own[0]() is tokens and own[1] is lexicon), None)
    if search is None:
        # With the excludes before the terms, and a sort that is stable, of two for the same words the exclude wins.
        listed = [*lexicon.excludes["pattern"], *lexicon.terms["pattern"].unique()]
        fits = fitting_words(tokens, listed)
        found = [
            _kept(lexicon, shard.tokens, find(shard.tokens, listed, fits=fits[:, shard.types])).astype(np.int32)
            for shard in shards(tokens)
        ]
        search = weakref.ref(tokens), lexicon, found
    others = [own for own in _searches if own is not search and own[0]() is not None]
    _searches[:] = [*others, search][-KEPT:]
    return zip(shards(tokens), (piece.astype(np.int64) for piece in search[2]), strict=True)


def _kept(lexicon: Lexicon, tokens: Tokens, found: pd.DataFrame) -> pd.DataFrame:
    """The matches that keep their words: first, last, and pattern, a row of the excludes with the terms below them."""
    first, last = found["first"].to_numpy(), found["last"].to_numpy()
    longest = np.lexsort((tokens.start[first] - tokens.end[last], first - last))
    own: pd.DataFrame = found[_first_come(first, last, longest, len(tokens))].reset_index(drop=True)
    if lexicon.terms["pattern"].is_unique:
        return own
    # A term of several frames is looked for once and counts for each of them.
    excludes, term = len(lexicon.excludes), pd.factorize(lexicon.terms["pattern"])[0]
    rows = pd.DataFrame({"pattern": np.append(np.arange(excludes), excludes + term)}).reset_index(names="row")
    spread = own.merge(rows, on="pattern").sort_values(["first", "row"], ignore_index=True)
    return spread[["first", "last", "row"]].rename(columns={"row": "pattern"})


@compiled
def _first_come(first: Any, last: Any, order: Any, size: Any) -> Any:
    """Which spans stay when, in the order given, each keeps its tokens to itself."""
    taken = np.zeros(size, np.bool_)
    kept = np.zeros(len(first), np.bool_)
    for row in order:
        if not taken[first[row] : last[row] + 1].any():
            taken[first[row] : last[row] + 1] = True
            kept[row] = True
    return kept
