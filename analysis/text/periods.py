"""Days, weeks, months, years and decades: which documents of a corpus fall in which."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.text.tokens import Tokens

PERIODS = {"day": "D", "week": "W", "month": "M", "year": "Y", "decade": "10Y"}  # and numpy's units of them
ENOUGH = 4  # periods in which a course can be seen
YEARS = 40  # beyond which the years are too many to be told apart
SINCE_MONDAY = 3  # days that the 1st of January 1970, on which numpy's weeks begin, is after a Monday


def periods(tokens: Tokens, every: str) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """The first day of each period from the first to the last document, and the period of each document.

    `every` is "day", "week" (from Monday), "month", "year" or "decade". A document's period is a row of the first
    array, -1 where it has no date. Raises `ValueError` for another `every`, and when no document has a date.

    >>> from analysis import read_text, tokenize
    >>> days, period = periods(tokenize(read_text("War is near.", date="2024-06-22")), "week")
    >>> days.astype(str).tolist(), period.tolist()
    (['2024-06-17T00:00:00'], [0])
    """
    if every not in PERIODS:
        raise ValueError(f"every is {every!r}: use {', '.join(map(repr, PERIODS))}")
    dates = tokens.corpus.documents["date"]
    dated = dates.notna().to_numpy()
    if not dated.any():
        raise ValueError("no document has a date: give one in a column 'date' of metadata.csv, as 2024-06-22")
    days = dates[dated].to_numpy().astype("datetime64[D]")
    shift = np.timedelta64(SINCE_MONDAY if every == "week" else 0, "D")
    unit = f"datetime64[{PERIODS[every]}]"
    number = (days + shift).astype(unit).astype(np.int64)
    period = np.full(len(dates), -1)
    period[dated] = number - number.min()
    first_days = np.arange(number.min(), number.max() + 1).astype(unit)
    return (first_days.astype("datetime64[D]") - shift).astype("datetime64[s]"), period


def undated(tokens: Tokens) -> pd.DataFrame:
    """The documents without a date, which no period has: doc_id, title, source, words.

    >>> from analysis import read_text, tokenize
    >>> undated(tokenize(read_text("War is near.")))[["doc_id", "words"]]
      doc_id  words
    0   text      3
    """
    documents = tokens.corpus.documents[["doc_id", "title", "source"]]
    table = documents.assign(words=np.diff(tokens.document_offsets))
    return table[tokens.corpus.documents["date"].isna()].reset_index(drop=True)


def longest_period(tokens: Tokens) -> str | None:
    """The longest of decade, year, month, week and day of which the documents fall in `ENOUGH` different ones.

    Decades are for documents of more than forty years. Where no unit is short enough for so many, "day"; None
    where there are not two different days.

    >>> from analysis import read_text, tokenize
    >>> longest_period(tokenize(read_text("War is near.", date="2024-06-22"))) is None
    True
    """
    counts = {}
    dates = tokens.corpus.documents["date"]
    if dates.notna().any():
        for every in PERIODS:
            period = periods(tokens, every)[1]
            counts[every] = len(np.unique(period[period >= 0]))
    if counts.get("day", 0) < 2:
        return None
    if dates.dt.year.max() - dates.dt.year.min() <= YEARS:
        del counts["decade"]
    return next((every for every in reversed(counts) if counts[every] >= ENOUGH), "day")
