"""The course of frames: their rates from period to period."""

import numpy as np
import pandas as pd

from analysis.core.compiled import Floats
from analysis.core.intervals import rate_intervals
from analysis.framing.counting import added, amounts, count_documents
from analysis.framing.lexicon import Lexicon
from analysis.text.parted import sentence_counts
from analysis.text.periods import periods
from analysis.text.tokens import Tokens


def over_time(
    tokens: Tokens,
    lexicon: Lexicon,
    every: str = "month",
    *,
    weights: Floats | None = None,
) -> pd.DataFrame:
    """The rate of each frame in each period, "day", "week", "month", "year" or "decade", from the first to the last.

    One row a frame, in the lexicon's order, and a period: ``period`` (its first day; a week begins on Monday),
    ``frame``, ``documents`` (with words), ``hits``, ``words``, ``per_1000_words`` (NaN in a period without words, so
    that a gap is seen as a gap), ``ci_low``, ``ci_high`` (95% interval over these documents, see
    `analysis.core.intervals.intervals_of`; NaN with fewer than five). With `weights` (one number a token) hits and
    words are sums of them. Documents without a date are left out: `analysis.text.periods.undated` lists them. Raises
    `ValueError` for another `every`, when no document has a date, or weights that are not one a token.

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
    by_document, frames = count_documents(tokens, lexicon, weights), len(lexicon.frames)
    cell = np.where(sentence_counts(tokens) > 0, period, -1)
    counted = added(by_document, cell, len(first_days))
    total, size = counted.hits.toarray(), counted.words[:, None]
    rate = np.divide(1000 * total, size, out=np.full(total.shape, np.nan), where=size > 0)
    low, high = (1000 * end for end in rate_intervals(by_document.hits, by_document.words, cell, len(first_days)))
    held = np.bincount(cell[cell >= 0], minlength=len(first_days))
    return pd.DataFrame(
        {
            "period": first_days[np.tile(np.arange(len(first_days)), frames)],
            "frame": np.repeat(lexicon.frames["frame"].to_numpy(), len(first_days)),
            "documents": np.tile(held, frames),
            "hits": amounts(total.T.ravel(), whole=weights is None),
            "words": amounts(np.tile(counted.words, frames), whole=weights is None),
            "per_1000_words": rate.T.ravel(),
            "ci_low": low.T.ravel(),
            "ci_high": high.T.ravel(),
        }
    )
