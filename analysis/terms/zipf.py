"""How the frequencies of words fall with their rank, and how the vocabulary grows with the text."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize

from analysis.core.compiled import Floats
from analysis.terms.cells import type_counts
from analysis.terms.keys import alphabetical
from analysis.text.shards import names, shards
from analysis.text.tokens import Tokens

POINTS = 200  # of the growth of the vocabulary


def zipf(tokens: Tokens, *, most: int | None = None) -> pd.DataFrame:
    r"""Each word's rank and count beside the Zipf-Mandelbrot curve through them.

    One row a word, the most frequent first, ties in alphabetical order: ``rank`` (from 1), ``term``, ``count``, and
    ``fitted``, the count on the curve of `zipf_fit`, NaN with fewer than three different words. Of more than `most`
    different words the table has only the first and the last with each count; the curve is the same.

    Counts fall with the rank by construction, so that a close fit says little by itself; systematic departures from the
    curve can be read (Piantadosi 2014, Zipf's word frequency law in natural language).

    >>> from analysis import read_text, tokenize
    >>> zipf(tokenize(read_text("war " * 36 + "is " * 16 + "near " * 9))).round(2)
       rank  term  count  fitted
    0     1   war     36    36.0
    1     2    is     16    16.0
    2     3  near      9     9.0
    """
    count, types = type_counts(tokens), alphabetical(tokens)
    types = types[np.argsort(-count[types], kind="stable")][: np.count_nonzero(count)]
    count = count[types]
    rows = np.arange(len(count))
    exponent, shift = _zipf_mandelbrot(count)
    height = (rows + 1 + shift) ** -exponent
    fitted = len(tokens) * (height / height.sum())
    if most is not None and len(rows) > most:
        steps = np.flatnonzero(np.diff(count, prepend=0, append=0))
        rows = np.union1d(steps[:-1], steps[1:] - 1)
    columns = {"rank": rows + 1, "term": names(tokens, types[rows]), "count": count[rows], "fitted": fitted[rows]}
    return pd.DataFrame(columns)


def zipf_fit(tokens: Tokens) -> pd.DataFrame:
    r"""The Zipf-Mandelbrot curve of a corpus, one row: exponent, shift, scale, types, tokens.

    .. math:: f(r) = C / (r + q)^a

    (Mandelbrot 1953, An informational theory of the statistical structure of language.)
    ``exponent`` a: how steeply the counts fall with the rank r (0 = all words alike; about 1 in most texts);
    ``shift`` q > -1: how much the first ranks are flattened (0 = Zipf's law itself); ``scale`` C, in words, so that f
    sums up to all ``tokens`` over the ranks from 1 to the number of ``types``.

    a and q are of maximum likelihood, the counts being a multinomial sample of f; a straight line through logarithms
    would overrate rare words. NaN with fewer than three types.

    >>> from analysis import read_text, tokenize
    >>> zipf_fit(tokenize(read_text("war " * 36 + "is " * 16 + "near " * 9))).round(2)  # 144 / (r + 1)²
       exponent  shift  scale  types  tokens
    0       2.0    1.0  144.0      3      61
    """
    counts = type_counts(tokens)
    counts = np.sort(counts[counts > 0])[::-1]
    exponent, shift = _zipf_mandelbrot(counts)
    scale = len(tokens) / np.sum((np.arange(1, len(counts) + 1) + shift) ** -exponent) if len(counts) else np.nan
    return pd.DataFrame(
        {"exponent": [exponent], "shift": [shift], "scale": [scale], "types": [len(counts)], "tokens": [len(tokens)]}
    )


def heaps(tokens: Tokens) -> pd.DataFrame:
    """How many different words the first n words of the corpus have, its documents read in their order.

    One row each for 200 values of n in even steps up to the whole corpus (every n where it has fewer words): ``words``
    n, ``types`` the different words among them, and ``fitted``, the types by the curve of `heaps_fit`. A change of
    topic or of source along the documents shows as a bend.

    >>> from analysis import read_text, tokenize
    >>> heaps(tokenize(read_text("To be, or not to be.")))["types"].tolist()
    [1, 2, 3, 4, 4, 4]
    """
    table, scale, exponent = _growth(tokens)
    return table.assign(fitted=scale * table["words"] ** exponent)


def heaps_fit(tokens: Tokens) -> pd.DataFrame:
    r"""The growth of the vocabulary as one curve, one row: exponent, scale, types, tokens.

    .. math:: V(n) = K n^\beta        (Heaps 1978, Information Retrieval: Computational and Theoretical Aspects)

    ``exponent`` β: 1 = every word is new, 0 = no word is new any more; between 0.4 and 0.8 in most texts. ``scale`` K:
    the types after the first word, were the curve exact. Least squares on the logarithms of the rows of `heaps`; NaN
    with fewer than two.

    >>> from analysis import read_text, tokenize
    >>> heaps_fit(tokenize(read_text("No word is said twice here.")))
       exponent  scale  types  tokens
    0       1.0    1.0      6       6
    """
    table, scale, exponent = _growth(tokens)
    types = int(table["types"].max()) if len(table) else 0
    return pd.DataFrame({"exponent": [exponent], "scale": [scale], "types": [types], "tokens": [len(tokens)]})


def _zipf_mandelbrot(counts: NDArray[np.int64]) -> tuple[float, float]:
    """The exponent and shift of maximum likelihood for falling `counts`."""
    if len(counts) < 3:
        return np.nan, np.nan
    rank = np.arange(1, len(counts) + 1)
    observed = counts / counts.sum()

    def loss(at: Floats) -> tuple[float, Floats]:
        """Minus the mean log-likelihood of a word, and its slope, at an exponent and the logarithm of 1 + shift."""
        exponent, shift = at[0], np.expm1(at[1])
        place = rank + shift
        logs = np.log(place)
        expected = -exponent * logs
        np.exp(expected, out=expected)  # in place, as there may be millions of ranks
        total = expected.sum()
        expected /= total
        excess = np.subtract(observed, expected, out=expected)
        slope = np.array([excess @ logs, exponent * (excess @ np.divide(1, place, out=place)) * (1 + shift)])
        return float(exponent * (observed @ logs) + np.log(total)), slope

    # The bounds keep a curve that is exponential rather than a power of the rank from running off to infinity.
    bounds = [(0, 50), (np.log(1e-3), np.log1p(10 * len(counts)))]
    start = np.array([1.0, np.log1p(1.0)])
    options: Any = {"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1000}
    found = optimize.minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options=options)
    return float(found.x[0]), float(np.expm1(found.x[1]))


def _growth(tokens: Tokens) -> tuple[pd.DataFrame, float, float]:
    """The table of `heaps` without its fit, and the scale and exponent of the curve."""
    words = np.unique(np.ceil(len(tokens) * np.arange(1, POINTS + 1) / POINTS).astype(np.int64))
    words = words[words > 0]
    first = np.full(len(tokens.vocabulary), len(tokens))
    for shard in shards(tokens):
        own = np.full(len(shard.types), len(tokens))
        # Of several places the last one assigned stays.
        own[shard.tokens.ids[::-1]] = np.arange(shard.word, shard.word + len(shard.tokens))[::-1]
        first[shard.types] = np.minimum(first[shard.types], own)
    first.sort()
    types = np.searchsorted(first, words)
    table = pd.DataFrame({"words": words, "types": types})
    if len(words) < 2:
        return table, np.nan, np.nan
    n, v = np.log(words), np.log(types)
    exponent = float((n - n.mean()) @ (v - v.mean()) / ((n - n.mean()) @ (n - n.mean())))
    return table, float(np.exp(v.mean() - exponent * n.mean())), exponent
