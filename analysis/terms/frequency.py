"""Which words carry a text: counts of words and n-grams, with rates, spread over documents and intervals."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.bootstrap import rate_intervals
from analysis.text.tokens import Tokens, token_weights

COLUMNS = ["term", "count", "per_million", "documents", "document_share", "tf_idf", "ci_low", "ci_high"]


def terms(
    tokens: Tokens,
    by: str | None = None,
    n: int = 1,
    stopwords: Iterable[str] | None = None,
    weights: NDArray[np.float64] | None = None,
    min_count: int = 1,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Words, or `n` words in a row within one sentence, with how often and how widely they are used.

    One row a term (and a group, with the metadata column `by`, then the first column), the most frequent first:

    - ``count``: occurrences; with `weights` (one number a token), their sum over the occurrences;
    - ``per_million``: ``count`` a million running words (for n > 1: running n-grams), stop words included;
    - ``documents``, ``document_share``: the documents of the group that hold the term, and their share (0 to 1);
    - ``tf_idf``: ``count`` · (ln((1 + N) / (1 + df)) + 1), N documents in the corpus, df of them with the term: the
      smooth variant without normalisation, as scikit-learn's ``TfidfTransformer(norm=None)`` summed over documents;
    - ``ci_low``, ``ci_high``: 95% bootstrap interval of ``per_million``, over the documents of the group, or over its
      sentences where it is one document (`resamples` draws from `seed`; NaN with fewer than two units).

    Left out are terms that begin or end with one of `stopwords`, and those that occur less than `min_count` times,
    whatever they weigh. Raises `ValueError` for n < 1, an unknown column, or weights that are not one a token.

    >>> from analysis import read_text, tokenize
    >>> terms(tokenize(read_text("To be or not to be. Be quick.")), resamples=0)[["term", "count", "documents"]]
        term  count  documents
    0     be      3          1
    1     to      2          1
    2    not      1          1
    3     or      1          1
    4  quick      1          1
    """
    if n < 1:
        raise ValueError(f"n is {n}: use 1 for words, 2 for pairs of words, and so on")
    names, gram, place = ngrams(tokens, n)
    amount = token_weights(tokens, weights)[place]
    counts = _matrix(tokens.document[place], gram, amount, (tokens.n_documents, len(names)))
    occurrences = counts
    if weights is not None:
        occurrences = _matrix(tokens.document[place], gram, np.ones(len(place)), (tokens.n_documents, len(names)))
    running = np.bincount(tokens.document[place], amount, minlength=tokens.n_documents)
    frequency = np.bincount(counts.nonzero()[1], minlength=len(names))
    idf = np.log((1 + tokens.n_documents) / (1 + frequency)) + 1
    dropped = _stopped(names, stopwords)

    groups = np.zeros(tokens.n_documents, dtype=object) if by is None else tokens.groups(by).to_numpy(dtype=object)
    tables = []
    for group in sorted(set(groups)):
        rows = np.flatnonzero(groups == group)
        own = counts[rows]
        count = own.sum(axis=0)
        kept = np.flatnonzero(~dropped & (occurrences[rows].sum(axis=0) >= max(min_count, 1)))
        documents = np.bincount(own.nonzero()[1], minlength=len(names))[kept]
        if len(rows) > 1:
            low, high = rate_intervals(own[:, kept], running[rows], resamples=resamples, seed=seed)
        else:
            low, high = _sentence_intervals(tokens, rows[0], gram, place, amount, kept, resamples=resamples, seed=seed)
        total = running[rows].sum()
        table = pd.DataFrame(
            {
                "term": names[kept],
                "count": count[kept] if weights is not None else count[kept].astype(np.int64),
                "per_million": 1e6 * count[kept] / total if total else 0.0,
                "documents": documents,
                "document_share": documents / len(rows),
                "tf_idf": count[kept] * idf[kept],
                "ci_low": 1e6 * low,
                "ci_high": 1e6 * high,
            }
        ).sort_values(["count", "term"], ascending=[False, True], kind="stable")
        if by is not None:
            table.insert(0, by, group)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def ngrams(tokens: Tokens, n: int) -> tuple[NDArray[np.object_], NDArray[np.int64], NDArray[np.int64]]:
    """The distinct n-grams, and for each running n-gram its number among them and the place of its first token.

    An n-gram never crosses a sentence. The words of an n-gram stand with one blank between them.

    >>> from analysis import read_text, tokenize
    >>> names, gram, place = ngrams(tokenize(read_text("We came. We came home?")), 2)
    >>> names.tolist(), gram.tolist(), place.tolist()
    (['we came', 'came home'], [0, 0, 1], [0, 2, 3])
    """
    sentence = tokens.sentence
    place = np.arange(max(len(tokens) - n + 1, 0))
    place = place[sentence[place] == sentence[place + n - 1]]
    code = tokens.ids[place].astype(np.int64)
    for step in range(1, n):
        # Re-coding after each word keeps the product of two codes far below the range of int64.
        code = np.unique(code, return_inverse=True)[1] * len(tokens.vocabulary) + tokens.ids[place + step]
    _, first, gram = np.unique(code, return_index=True, return_inverse=True)
    words = [tokens.vocabulary[tokens.ids[place[first] + step]] for step in range(n)]
    names = words[0]
    for word in words[1:]:
        names = names + " " + word
    return names, gram.astype(np.int64), place


def _matrix(rows: Any, columns: Any, amount: NDArray[np.float64], shape: tuple[int, int]) -> sparse.csr_array:
    matrix = sparse.csr_array((amount, (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    return matrix


def _sentence_intervals(
    tokens: Tokens,
    document: int,
    gram: NDArray[np.int64],
    place: NDArray[np.int64],
    amount: NDArray[np.float64],
    kept: NDArray[np.int64],
    *,
    resamples: int,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The intervals of one document's rates, over its sentences."""
    first, last = np.searchsorted(place, tokens.document_offsets[document : document + 2])
    sentence = tokens.sentence[place[first:last]]
    line = sentence - sentence.min(initial=tokens.n_sentences)
    lines = int(line.max(initial=-1)) + 1
    own = _matrix(line, gram[first:last], amount[first:last], (lines, int(gram.max(initial=-1)) + 1))
    sizes = np.bincount(line, amount[first:last], minlength=lines)
    return rate_intervals(own[:, kept], sizes, resamples=resamples, seed=seed)


def _stopped(names: NDArray[np.object_], stopwords: Iterable[str] | None) -> NDArray[np.bool_]:
    """Which terms begin or end with a stop word."""
    if isinstance(stopwords, str):
        raise ValueError(f"stopwords is {stopwords!r}: give a collection of words, such as {{{stopwords!r}}}")
    stopped = frozenset(stopwords or ())
    ends = (name.split(" ") for name in names)
    return np.fromiter((words[0] in stopped or words[-1] in stopped for words in ends), dtype=bool, count=len(names))


def before_and_after(
    tokens: Tokens, weights: NDArray[np.float64], *, stopwords: Iterable[str] | None = None
) -> pd.DataFrame:
    """How `weights` change the count of each word, those that lose most first.

    ``term``; ``count`` as the text stands; ``adjusted``, the sum of the weights; ``lost``, their difference; ``rank``
    and ``adjusted_rank``, the word's place by either count (1 = most; ties in alphabetical order).

    >>> from analysis import read_text, tokenize
    >>> from analysis.redundancy.repeats import weights
    >>> tokens = tokenize(read_text("We will win. They said no. We will win."))
    >>> before_and_after(tokens, weights(tokens))[["term", "count", "adjusted", "lost"]].head(2)
       term  count  adjusted  lost
    0    we      2       1.0   1.0
    1  will      2       1.0   1.0
    """
    before = terms(tokens, stopwords=stopwords, resamples=0)
    after = terms(tokens, stopwords=stopwords, weights=weights, resamples=0)
    table = before[["term", "count"]].assign(rank=np.arange(1, len(before) + 1))
    after = after[["term", "count"]].assign(adjusted_rank=np.arange(1, len(after) + 1))
    table = table.merge(after.rename(columns={"count": "adjusted"}), on="term", validate="one_to_one")
    # Sums of thirds are off by a last bit; the count of a word that loses nothing is exactly as before.
    table["adjusted"] = table["adjusted"].round(9)
    table["lost"] = (table["count"] - table["adjusted"]).round(9)
    order = table.sort_values(["lost", "count", "term"], ascending=[False, False, True], ignore_index=True)
    return order[["term", "count", "adjusted", "lost", "rank", "adjusted_rank"]]
