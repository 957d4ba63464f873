"""Rows become documents; rows that are not whole say on which line they stand."""

import csv
import hashlib
import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.text.reading.formats.delimited import read_delimited
from analysis.text.reading.records import Problem, ReadError, Record


def read(content: str | bytes, **options: str) -> list[Record | Problem]:
    return list(read_delimited(io.BytesIO(content if isinstance(content, bytes) else content.encode()), **options))


def test_a_row_is_a_document() -> None:
    content = 'id,text,source\n7,"The council met,\nand ""rose"".",Daily\n8,It rose.,\n'
    digest = hashlib.sha256(content.encode()).hexdigest()
    assert read(content) == [
        Record('The council met,\nand "rose".', "csv", "utf-8", digest, "1", {"id": "7", "source": "Daily"}),
        Record("It rose.", "csv", "utf-8", digest, "2", {"id": "8", "source": ""}),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_column_that_is_wanted(delimiter: str) -> None:
    header = delimiter.join(["id", "text", "a, b; c | d"])  # a name in which the others stand
    if delimiter in "a, b; c | d":
        header = delimiter.join(["id", "text", '"a, b; c | d"'])
    [record] = read(f"{header}\n1{delimiter}One.{delimiter}x\n")
    assert isinstance(record, Record)
    assert (record.text, record.metadata) == ("One.", {"id": "1", "a, b; c | d": "x"})


def test_a_column_name_full_of_other_delimiters() -> None:
    [record] = read("text;a, b, c, d\nOne.;x\n")
    assert isinstance(record, Record)
    assert (record.text, record.metadata) == ("One.", {"a, b, c, d": "x"})


def test_the_file_stays_open_for_its_owner() -> None:
    file = io.BytesIO(b"text\nOne.\nTwo.\n")
    first = next(read_delimited(file))
    assert (first.name, file.closed) == ("1", False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_in_any_encoding(encoding: str) -> None:
    [record] = read("text,source\r\n“Café” at £5.,Daily\r\n".encode(encoding))
    assert isinstance(record, Record)
    assert (record.text, record.encoding, record.metadata) == ("“Café” at £5.", encoding, {"source": "Daily"})


def test_rows_that_are_not_whole() -> None:
    rows = [
        "text,source",  # line 1
        "One.,Daily",
        "Two.",
        '"Three,',  # lines 4 and 5
        'and more",Daily',
        "Four, five,Daily",
        "",
        '"Six" seven,Daily',
        "  ,Daily",
        "Eight.,Daily",
    ]
    found = read("\n".join(rows))
    assert [part.text for part in found if isinstance(part, Record)] == ["One.", "Three,\nand more", "Eight."]
    assert [part for part in found if isinstance(part, Problem)] == [
        Problem("2", "line 3: has 1 fields, not 2 as the first row: quote fields with ','"),
        Problem("4", "line 6: has 3 fields, not 2 as the first row: quote fields with ','"),
        Problem(
            "5", "line 8: cannot be told into fields (',' expected after '\"'): double each quote inside a quoted field"
        ),
        Problem("6", "line 9: its 'text' is empty"),
    ]
    assert [part.name for part in found] == ["1", "2", "3", "4", "5", "6", "7"]


def test_a_quote_that_is_never_closed() -> None:
    found = read('text,source\nOne.,Daily\n"Two.,Daily\nThree.,Daily\n')
    assert [part.name for part in found] == ["1", "2"]
    reason = "line 3: opens a quote that is never closed; nothing from here on is read: close it"
    assert found[1] == Problem("2", reason)


def test_a_file_that_changes_its_encoding_further_down() -> None:
    rows = "id,text\n" + "1,At £5 a café.\n" * 300_000
    found = read(rows.encode("utf-16") + b"\x00\xd8")  # half a pair of surrogates
    assert sum(isinstance(part, Record) for part in found) >= 299_000
    assert isinstance(found[-1], Problem)
    assert (
        "is not utf-16, as all before it is; nothing from here on is read: save the file as UTF-8" in found[-1].reason
    )


def test_a_nul_is_kept_in_a_text_and_in_a_column() -> None:
    [record] = read(b"text,sou\0rce\nOne\0two.,Da\0ily\n")
    assert isinstance(record, Record)
    assert (record.text, record.metadata, record.problems) == ("One\0two.", {"sou\0rce": "Da\0ily"}, ())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id;body\n1;One.\n", "has no column 'text' but 'id', 'body': give the one with the text as text_column"),
        ("text,text\nOne.,Two.\n", "has more than one column 'text': give each column a name of its own"),
        ("text,source\n", "has no row below the column names: add rows, or leave it out"),
        ("\n\n", "is empty: add a row of column names and rows, or leave it out"),
    ],
)
def test_nothing_can_be_read(content: str, reason: str) -> None:
    with pytest.raises(ReadError) as raised:
        read(content)
    assert str(raised.value) == reason


def test_many_columns_are_not_all_listed() -> None:
    with pytest.raises(ReadError, match="'c29' and 70 more: give"):
        read(",".join(f"c{number}" for number in range(100)) + "\n")


def test_columns_without_a_name_are_numbered() -> None:
    [record] = read(",text,\n0,One.,x\n")
    assert isinstance(record, Record)
    assert record.metadata == {"column 1": "0", "column 3": "x"}


def test_a_field_longer_than_the_csv_module_likes() -> None:
    text = "word " * 200_000
    [record] = read(f"text\n{text}\n")
    assert isinstance(record, Record)
    assert record.text == text


def test_one_row_is_in_memory_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "id"])
        rows.writerows((f"The council met {number} times. " * 40, number) for number in range(20_000))
    assert path.stat().st_size > 20_000_000
    with path.open("rb") as file:
        peak, count = peak_of(read_delimited(file))
    assert count == 20_000
    assert peak < 5_000_000  # a piece of a MB to find the encoding, and some copies


def peak_of(records: Iterator[Record | Problem]) -> tuple[int, int]:
    """The most bytes that going through the records takes, and their number."""
    tracemalloc.start()
    try:
        count = sum(1 for _ in records)
        return tracemalloc.get_traced_memory()[1], count
    finally:
        tracemalloc.stop()
