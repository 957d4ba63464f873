"""Which period a document falls in."""

import pandas as pd
import pytest

from analysis import read_corpus, read_text, tokenize
from analysis.text.periods import PERIODS, longest_period, periods, undated

FILES = {
    "a.txt": "One.",
    "b.txt": "Two words.",
    "c.txt": "Three.",
    "d.txt": "Four.",
    "metadata.csv": "file,date\na,2023-12-31\nb,\nc,2024-01-01\nd,2024-02-29\n",
}


@pytest.mark.parametrize(
    ("every", "first", "last", "period"),
    [
        ("day", "2023-12-31", "2024-02-29", [0, -1, 1, 60]),  # 31 + 28 days from the 1st of January
        ("week", "2023-12-25", "2024-02-26", [0, -1, 1, 9]),  # a Monday is the 25th of December and the 1st of January
        ("month", "2023-12-01", "2024-02-01", [0, -1, 1, 2]),
        ("year", "2023-01-01", "2024-01-01", [0, -1, 1, 1]),
        ("decade", "2020-01-01", "2020-01-01", [0, -1, 0, 0]),
    ],
)
def test_periods(every, first, last, period, tokens):
    days, found = periods(tokens, every)
    assert found.tolist() == period
    assert len(days) == max(period) + 1
    assert [str(days[0])[:10], str(days[-1])[:10]] == [first, last]


def test_a_week_begins_on_monday_before_1970_too():
    days, _ = periods(tokenize(read_text("War.", date="1969-07-20")), "week")  # a Sunday
    assert days.astype(str).tolist() == ["1969-07-14T00:00:00"]


def test_mistakes(tokens):
    with pytest.raises(ValueError, match="every is 'hour': use 'day', 'week', 'month', 'year', 'decade'"):
        periods(tokens, "hour")
    with pytest.raises(ValueError, match="no document has a date"):
        periods(tokenize(read_text("One.")), "day")


@pytest.mark.parametrize(
    ("dates", "period"),
    [
        ("2020-01-01 2021-06-01 2022-01-01 2023-01-01", "year"),
        ("1970-01-01 1989-01-01 1990-06-01 2010-01-01", "year"),  # forty years, four decades
        ("1970-01-01 1989-01-01 1990-06-01 2011-01-01", "decade"),
        ("2020-01-01 2020-02-01 2020-03-01 2020-04-01", "month"),
        ("2020-01-01 2020-01-08 2020-01-15 2020-01-22", "week"),
        ("2020-01-01 2020-01-02 2020-01-03", "day"),
        ("2020-01-01 2020-01-01", None),
        ("2020-01-01", None),
    ],
)
def test_the_longest_period_that_gives_enough_of_them(tmp_path, dates, period):
    for number, date in enumerate(dates.split()):
        (tmp_path / f"{number}_{date}.txt").write_text("War.", encoding="utf-8")
    (tmp_path / "9_unknown.txt").write_text("War.", encoding="utf-8")
    read = tokenize(read_corpus(tmp_path, name_pattern="{number}_{date}"))
    assert longest_period(read) == period


def test_a_corpus_in_shards_has_the_same_days(sample_tokens, sample_shards):
    for every in PERIODS:
        whole, cut = periods(sample_tokens, every), periods(sample_shards, every)
        assert [array.tolist() for array in cut] == [array.tolist() for array in whole]
    assert longest_period(sample_shards) == longest_period(sample_tokens)
    pd.testing.assert_frame_equal(undated(sample_shards), undated(sample_tokens))
