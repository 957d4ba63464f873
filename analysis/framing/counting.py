"""What the patterns of a lexicon count: which match keeps its words, and what the counts of a sentence are."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.framing.lexicon import Lexicon
from analysis.text.compiled import compiled
from analysis.text.lookup import document_of, sentence_of
from analysis.text.patterns import find, fitting_types
from analysis.text.tokens import Tokens, token_weights

# A pattern is greedy that fits so many different words, or takes such a share of all words in so many hits.
TYPES, SHARE, HITS = 50, 0.02, 10
DIGITS = 9  # to which weights are summed: three times 0.3 is to tie with 0.9

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Counts(NamedTuple):
    """What a lexicon finds, sentence by sentence.

    ``hits`` and ``scores``: (sentences, frames) matches, and the sum of their terms' weights, each match times the mean
    weight of its words. ``words``: (sentences,) running words, or the sum of their weights.
    """

    hits: sparse.csr_array
    scores: sparse.csr_array
    words: Floats

    def rates(self, measure: str) -> sparse.csr_array:
        """The matrix that `measure` names, "hits" or "score"; `ValueError` for another name."""
        if measure not in ("hits", "score"):
            raise ValueError(f"measure is {measure!r}: use 'hits' or 'score'")
        return self.hits if measure == "hits" else self.scores


def count(tokens: Tokens, lexicon: Lexicon, weights: Floats | None = None) -> Counts:
    """The `Counts` of the sentences in `tokens`; `weights` are one number a token, ones where there are none.

    Raises `ValueError` for weights that are not one a token.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> counted = count(tokenize(read_text("The militants fled. The suspects will stand trial.")), lexicon)
    >>> counted.words.tolist(), (counted.hits.sum(axis=1) > 0).tolist()
    ([3.0, 5.0], [True, True])
    """
    found = counting_matches(tokens, lexicon)
    first, last, term = (found[column].to_numpy() for column in ("first", "last", "term"))
    frame = pd.Index(lexicon.frames["frame"]).get_indexer(lexicon.terms["frame"])[term]
    amount, words = np.ones(len(first)), np.diff(tokens.sentence_offsets).astype(np.float64)
    if weights is not None:
        running = np.concatenate([[0.0], np.cumsum(token_weights(tokens, weights))])
        amount = (running[last + 1] - running[first]) / (last + 1 - first)
        words = np.diff(running[tokens.sentence_offsets])
    place = sentence_of(tokens, first), frame
    shape = (tokens.n_sentences, len(lexicon.frames))
    hits = sparse.csr_array((amount, place), shape=shape)
    scores = sparse.csr_array((amount * lexicon.terms["weight"].to_numpy()[term], place), shape=shape)
    hits.sum_duplicates()
    scores.sum_duplicates()
    return Counts(hits, scores, words)


def counting_matches(tokens: Tokens, lexicon: Lexicon) -> pd.DataFrame:
    """The matches that count, in the order of the text: ``first`` and ``last`` token, ``term``, its row in the lexicon.

    Which they are is said at `analysis.framing.frames.matches`.
    """
    found = _kept(tokens, lexicon)
    found["term"] = found.pop("pattern") - len(lexicon.excludes)
    return found[found["term"] >= 0].reset_index(drop=True)


def gather(unit: Ints, units: int) -> sparse.csr_array:
    """The matrix that adds up the rows of another by their `unit`, from 0 up; rows whose unit is -1 are left out.

    >>> (gather(np.array([1, 0, -1, 1]), 2) @ np.array([10, 20, 30, 40])).tolist()
    [20.0, 50.0]
    """
    column = np.flatnonzero(unit >= 0)
    return sparse.csr_array((np.ones(len(column)), (unit[column], column)), shape=(units, len(unit)))


def amounts(values: Floats, *, whole: bool) -> NDArray[Any]:
    """Sums of counts as they stand in a table: `whole` numbers, or weights without the digits that adding them makes.

    >>> amounts(np.array([0.1 + 0.2]), whole=False).tolist(), amounts(np.array([3.0]), whole=True).tolist()
    ([0.3], [3])
    """
    return np.rint(values).astype(np.int64) if whole else np.asarray(values, dtype=np.float64).round(DIGITS)


def titles(tokens: Tokens) -> NDArray[np.bool_]:
    """(sentences,) which sentences of `tokens` are titles.

    >>> from analysis import read_text, tokenize
    >>> titles(tokenize(read_text("Militants strike\\n\\nIt rained. It was late."))).tolist()
    [True, False, False]
    """
    kinds = (tokens.corpus.segments["kind"] == "title").to_numpy(dtype=bool)
    return np.asarray(kinds[tokens.sentence_segment])


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
    >>> from analysis.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> table = term_counts(tokenize(read_text("Militants fled. The militancy is over.")), lexicon)
    >>> table[["frame", "pattern", "hits", "types", "greedy"]].head(1)
        frame   pattern  hits  types  greedy
    0  threat  militan*     2      2   False
    """
    found = _kept(tokens, lexicon)
    rows = [lexicon.excludes.assign(weight=0.0), lexicon.terms]
    table = pd.concat([part[["frame", "pattern", "weight"]] for part in rows], ignore_index=True)
    pattern = found["pattern"].to_numpy()
    table["hits"] = np.bincount(pattern, minlength=len(table))
    places = found.assign(document=document_of(tokens, found["first"].to_numpy()))[["pattern", "document"]]
    table["documents"] = np.bincount(places.drop_duplicates()["pattern"], minlength=len(table))
    in_frame = table["hits"].where(table["weight"] > 0)
    total = in_frame.groupby(table["frame"]).transform("sum")
    table["frame_share"] = in_frame / total.where(total > 0)
    words = (found["last"] - found["first"] + 1).to_numpy()
    table["word_share"] = np.bincount(pattern, words, minlength=len(table)) / max(len(tokens), 1)
    table["types"] = _fewest_types(tokens, table["pattern"].tolist())
    heavy = (table["word_share"] > SHARE) & (table["hits"] >= HITS)
    table["greedy"] = heavy | (table["types"] > TYPES)
    return table.sort_values("hits", ascending=False, kind="stable", ignore_index=True)


def _fewest_types(tokens: Tokens, patterns: list[str]) -> list[int]:
    """How many types of the vocabulary the least wild word of each pattern fits."""
    words = [[word for word in pattern.split() if word not in ("*", "...")] for pattern in patterns]
    names = sorted({word for own in words for word in own})
    types = dict(zip(names, np.diff(fitting_types(tokens, names).indptr).tolist(), strict=True))
    return [min(types[word] for word in own) for own in words]


def _kept(tokens: Tokens, lexicon: Lexicon) -> pd.DataFrame:
    """The matches that keep their words: first, last, and pattern, a row of the excludes with the terms below them."""
    # With the excludes before the terms, and a sort that is stable, of two for the same words the exclude wins.
    found = find(tokens, lexicon.excludes["pattern"].tolist() + lexicon.terms["pattern"].tolist())
    first, last = found["first"].to_numpy(), found["last"].to_numpy()
    longest = np.lexsort((tokens.start[first] - tokens.end[last], first - last))
    kept: pd.DataFrame = found[_first_come(first, last, longest, len(tokens))]
    return kept.reset_index(drop=True)


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
