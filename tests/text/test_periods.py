"""Which period a document falls in."""

import pandas as pd
import pytest

from analysis import Tokens, read_text, tokenize
from analysis.text.periods import longest_period, periods, undated

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
    ],
)
def test_periods(every: str, first: str, last: str, period: list[int], tokens: Tokens) -> None:
    days, found = periods(tokens, every)
    assert found.tolist() == period
    assert len(days) == max(period) + 1
    assert [str(days[0])[:10], str(days[-1])[:10]] == [first, last]


def test_mistakes(tokens: Tokens) -> None:
    with pytest.raises(ValueError, match="every is 'hour': use 'day', 'week', 'month', 'year'"):
        periods(tokens, "hour")
    with pytest.raises(ValueError, match="no document has a date"):
        periods(tokenize(read_text("One.")), "day")


def test_what_has_no_date(tokens: Tokens) -> None:
    assert undated(tokens)[["doc_id", "words"]].to_numpy().tolist() == [["b", 2]]


def test_the_longest_period(tokens: Tokens) -> None:
    assert longest_period(tokens, at_least=3) == "month"
    assert longest_period(tokens, at_least=2) == "year"
    assert longest_period(tokens) == "day"  # no unit has four
    assert longest_period(tokens.where(doc_id="b")) is None


def test_a_corpus_in_parts_has_the_same_days(sample_tokens, sample_parts):
    for every in ("day", "week", "month", "year"):
        whole, cut = periods(sample_tokens, every), periods(sample_parts, every)
        assert [array.tolist() for array in cut] == [array.tolist() for array in whole]
    assert longest_period(sample_parts) == longest_period(sample_tokens)
    pd.testing.assert_frame_equal(undated(sample_parts), undated(sample_tokens))
