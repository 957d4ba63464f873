"""The course of frames: their rates from period to period."""

import numpy as np
import pandas as pd

from analysis.core.bootstrap import rate_intervals
from analysis.core.compiled import Floats
from analysis.framing.counting import amounts, count_documents
from analysis.framing.lexicon import Lexicon
from analysis.text.parted import sentence_counts
from analysis.text.periods import periods
from analysis.text.tokens import Tokens


def over_time(
    tokens: Tokens,
    lexicon: Lexicon,
    every: str = "month",
    *,
    measure: str = "hits",
    weights: Floats | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """The rate of each frame in each period, "day", "week", "month" or "year", from the first to the last.

    One row a frame, in the lexicon's order, and a period: ``period`` (its first day; a week begins on Monday),
    ``frame``, ``documents`` (with words), ``hits``, ``words``, ``per_1000_words`` (NaN in a period without words, so
    that a gap is seen as a gap), ``ci_low``, ``ci_high`` (95% bootstrap interval over these documents; NaN with fewer
    than two). With `measure` "score" a hit counts the weight of its term; with `weights` (one number a token) hits and
    words are sums of them. Documents without a date are left out: `analysis.text.periods.undated` lists them. Raises
    `ValueError` for another `every` or measure, when no document has a date, or weights that are not one a token.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("The militants had fled.", date="2024-06-22"))
    >>> over_time(tokens, lexicon)[["period", "frame", "hits", "words", "per_1000_words"]].head(1)
          period   frame  hits  words  per_1000_words
    0 2024-06-01  threat     1      4           250.0
    """
    first_days, period = periods(tokens, every)
    counted = count_documents(tokens, lexicon, weights)
    hits, frames = counted.rates(measure), len(lexicon.frames)
    total, rate, low, high = np.full((4, len(first_days), frames), np.nan)
    size, held = np.zeros(len(first_days)), np.zeros(len(first_days), dtype=np.int64)
    cell = np.where(sentence_counts(tokens) > 0, period, -1)
    order = np.argsort(cell, kind="stable")
    bounds = np.searchsorted(cell[order], np.arange(len(first_days) + 1))
    for number in range(len(first_days)):
        rows = order[bounds[number] : bounds[number + 1]]
        own, own_words = hits[rows], counted.words[rows]
        total[number], size[number], held[number] = own.sum(axis=0), own_words.sum(), len(rows)
        if size[number] > 0:
            rate[number] = 1000 * total[number] / size[number]
            ends = rate_intervals(own, own_words, resamples=resamples, seed=seed)
            low[number], high[number] = (1000 * end for end in ends)
    return pd.DataFrame(
        {
            "period": first_days[np.tile(np.arange(len(first_days)), frames)],
            "frame": np.repeat(lexicon.frames["frame"].to_numpy(), len(first_days)),
            "documents": np.tile(held, frames),
            "hits": amounts(total.T.ravel(), whole=weights is None and measure == "hits"),
            "words": amounts(np.tile(size, frames), whole=weights is None),
            "per_1000_words": rate.T.ravel(),
            "ci_low": low.T.ravel(),
            "ci_high": high.T.ravel(),
        }
    )
