"""A row becomes a document with its other columns as text."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from analysis.text.reading.formats.rows import as_text, listed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("007", "007"),
        (True, "true"),
        (7, "7"),
        (date(2024, 6, 22), "2024-06-22"),
        (datetime(2024, 6, 22, 10, tzinfo=UTC), "2024-06-22T10:00:00+00:00"),
        (Decimal("1.10"), '"1.10"'),
        ({"a": [None, "é", date(2024, 6, 22)]}, '{"a": [null, "é", "2024-06-22"]}'),
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    assert as_text(value) == text


def test_columns_for_a_message() -> None:
    assert listed([]) == "none at all"
    assert listed(["a", "b\ud800"]) == "'a', 'b\\ud800'"
    assert listed([str(number) for number in range(31)]).endswith("'29' and 1 more")
