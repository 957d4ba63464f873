"""Days, weeks, months, years and decades of the documents of a corpus."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.text.tokens import Tokens

PERIODS = {"day": "D", "week": "W", "month": "M", "year": "Y", "decade": "10Y"}  # NumPy units
ENOUGH = 4  # minimum number of periods that show a trend
YEARS = 40  # maximum range of years before decades are used
SINCE_MONDAY = 3  # NumPy's weeks begin on a Thursday, like 1 January 1970


def periods(tokens: Tokens, every: str) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """The first day of each period from the first to the last document, and the row of each document's period.

    `every` is "day", "week" (from Monday), "month", "year" or "decade". The row of an undated document is -1. Raises
    `ValueError` for another `every`, and if no document has a date.

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
    """The documents without a date: doc_id, title, source, words.

    >>> from analysis import read_text, tokenize
    >>> undated(tokenize(read_text("War is near.")))[["doc_id", "words"]]
      doc_id  words
    0   text      3
    """
    documents = tokens.corpus.documents[["doc_id", "title", "source"]]
    table = documents.assign(words=np.diff(tokens.document_offsets))
    return table[tokens.corpus.documents["date"].isna()].reset_index(drop=True)


def longest_period(tokens: Tokens) -> str | None:
    """The longest of decade, year, month, week and day with documents in at least `ENOUGH` periods, else "day".

    Decades require a range of more than 40 years. None if there are not two different days.

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
