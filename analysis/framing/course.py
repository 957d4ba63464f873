"""The course of frames: from period to period, and from the beginning of the documents to their end."""

import numpy as np
import pandas as pd

from analysis.bootstrap import rate_intervals
from analysis.framing.counting import (
    Counts,
    Floats,
    Ints,
    added,
    amounts,
    count_documents,
    counted_parts,
    stacked,
    titles,
)
from analysis.framing.lexicon import Lexicon
from analysis.text.parted import AnyTokens, sentence_counts
from analysis.text.periods import periods
from analysis.text.tokens import Tokens


def over_time(
    tokens: AnyTokens,
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
    >>> from analysis.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("The militants had fled.", date="2024-06-22"))
    >>> over_time(tokens, lexicon)[["period", "frame", "hits", "words", "per_1000_words"]].head(1)
          period   frame  hits  words  per_1000_words
    0 2024-06-01  threat     1      4           250.0
    """
    first_days, period = periods(tokens, every)
    counted = count_documents(tokens, lexicon, weights)
    cell = np.where(sentence_counts(tokens) > 0, period, -1)
    whole = weights is None
    table = _in_cells(counted, lexicon, cell, len(first_days), measure, whole=whole, resamples=resamples, seed=seed)
    table.insert(0, "period", first_days[table.pop("cell")])
    return table


def over_position(
    tokens: AnyTokens,
    lexicon: Lexicon,
    segments: int = 10,
    *,
    measure: str = "hits",
    weights: Floats | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """The rate of each frame from the beginning of the documents to their end, in `segments` parts of as many words.

    A sentence belongs to the part in which its middle stands; titles are left out (`headline_body` has them). One row a
    frame, in the lexicon's order, and a part: ``position`` (1 = the beginning), ``frame``, ``documents`` (with a
    sentence there), ``hits``, ``words``, ``per_1000_words`` (over the documents together; NaN without words),
    ``ci_low``, ``ci_high`` (95% bootstrap interval over the documents with a sentence there; NaN with fewer than two).
    `measure` and `weights` are those of `over_time`. Raises `ValueError` for less than one segment, another
    measure, or weights that are not one a token.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("It rained all day long. The militants had all fled."))
    >>> over_position(tokens, lexicon, 2)[["position", "frame", "hits", "words"]].head(2)
       position   frame  hits  words
    0         1  threat     0      5
    1         2  threat     1      5
    """
    if segments < 1:
        raise ValueError(f"segments is {segments}: use 1 or more")
    counts, cells = [], []
    for part, counted in counted_parts(tokens, lexicon, weights):
        position = _position(part.tokens, segments)
        place = np.where(position < 0, -1, part.tokens.sentence_document * segments + position)
        units, unit = np.unique(place, return_inverse=True)
        counts.append(added(counted, unit, len(units)))
        cells.append(np.where(units < 0, -1, units % segments))
    cell, whole = np.concatenate(cells), weights is None
    counted = stacked(counts)
    table = _in_cells(counted, lexicon, cell, segments, measure, whole=whole, resamples=resamples, seed=seed)
    table.insert(0, "position", table.pop("cell") + 1)
    return table


def _in_cells(
    counted: Counts,
    lexicon: Lexicon,
    cell: Ints,
    cells: int,
    measure: str,
    *,
    whole: bool,
    resamples: int,
    seed: int,
) -> pd.DataFrame:
    """Rates and intervals of the rows of each cell (-1: of none), which are of a document each; a row a frame and cell.

    `whole` as in `amounts`.
    """
    hits = counted.rates(measure)
    frames = len(lexicon.frames)
    total, rate, low, high = np.full((4, cells, frames), np.nan)
    size, held = np.zeros(cells), np.zeros(cells, dtype=np.int64)
    order = np.argsort(cell, kind="stable")
    bounds = np.searchsorted(cell[order], np.arange(cells + 1))
    for number in range(cells):
        rows = order[bounds[number] : bounds[number + 1]]
        own, own_words = hits[rows], counted.words[rows]
        total[number], size[number], held[number] = own.sum(axis=0), own_words.sum(), len(rows)
        if size[number] > 0:
            rate[number] = 1000 * total[number] / size[number]
            ends = rate_intervals(own, own_words, resamples=resamples, seed=seed)
            low[number], high[number] = (1000 * end for end in ends)
    return pd.DataFrame(
        {
            "cell": np.tile(np.arange(cells), frames),
            "frame": np.repeat(lexicon.frames["frame"].to_numpy(), cells),
            "documents": np.tile(held, frames),
            "hits": amounts(total.T.ravel(), whole=whole and measure == "hits"),
            "words": amounts(np.tile(size, frames), whole=whole),
            "per_1000_words": rate.T.ravel(),
            "ci_low": low.T.ravel(),
            "ci_high": high.T.ravel(),
        }
    )


def _position(tokens: Tokens, segments: int) -> Ints:
    """(sentences,) the part of its document, from 0, in which the middle of each sentence stands; -1 for a title."""
    document = tokens.sentence_document
    words = np.where(titles(tokens), 0, np.diff(tokens.sentence_offsets))
    before = np.concatenate([[0], np.cumsum(words)])
    first = np.searchsorted(document, np.arange(tokens.n_documents + 1))
    begin, total = before[first[:-1]][document], np.diff(before[first])[document]
    middle = 2 * (before[:-1] - begin) + words  # in half words, and so a whole number
    return np.where(words > 0, segments * middle // np.maximum(2 * total, 1), -1)
