"""Rows become documents; rows that are not whole say on which line they stand."""

import csv
import hashlib
import io
import tracemalloc

import pytest

from analysis.text.reading.formats.delimited import read_delimited
from analysis.text.reading.records import Problem, ReadError, Record


def read(content, **options):
    return list(read_delimited(io.BytesIO(content if isinstance(content, bytes) else content.encode()), **options))


def test_a_row_is_a_document():
    content = 'id,text,source\n7,"The council met,\nand ""rose"".",Daily\n8,It rose.,\n'
    digest = hashlib.sha256(content.encode()).hexdigest()
    assert read(content) == [
        Record('The council met,\nand "rose".', "csv", "utf-8", digest, "1", {"id": "7", "source": "Daily"}),
        Record("It rose.", "csv", "utf-8", digest, "2", {"id": "8", "source": ""}),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_column_that_is_wanted(delimiter):
    header = delimiter.join(["id", "text", "a, b; c | d"])  # a name in which the others stand
    if delimiter in "a, b; c | d":
        header = delimiter.join(["id", "text", '"a, b; c | d"'])
    [record] = read(f"{header}\n1{delimiter}One.{delimiter}x\n")
    assert isinstance(record, Record)
    assert (record.text, record.metadata) == ("One.", {"id": "1", "a, b; c | d": "x"})


def test_the_file_stays_open_for_its_owner():
    file = io.BytesIO(b"text\nOne.\nTwo.\n")
    first = next(read_delimited(file))
    assert (first.name, file.closed) == ("1", False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_in_any_encoding(encoding):
    [record] = read("text,source\r\n“Café” at £5.,Daily\r\n".encode(encoding))
    assert isinstance(record, Record)
    assert (record.text, record.encoding, record.metadata) == ("“Café” at £5.", encoding, {"source": "Daily"})


def test_rows_that_are_not_whole():
    #                line 1    2          3    4 and 5                    6                7  8
    content = 'text,source\nOne.,Daily\nTwo.\n"Three,\nand more",Daily\nFour, five,Daily\n\n"Six" seven,Daily\n'
    found = read(content + '  ,Daily\nEight.,Daily\n"Nine.,Daily\nTen.,Daily\n')
    assert [part.name for part in found] == ["1", "2", "3", "4", "5", "6", "7", "8"]
    assert [part.text for part in found if isinstance(part, Record)] == ["One.", "Three,\nand more", "Eight."]
    quote = "cannot be told into fields (',' expected after '\"'): double each quote inside a quoted field"
    assert [part for part in found if isinstance(part, Problem)] == [
        Problem("2", "line 3: has 1 fields, not 2 as the first row: quote fields with ','"),
        Problem("4", "line 6: has 3 fields, not 2 as the first row: quote fields with ','"),
        Problem("5", f"line 8: {quote}"),
        Problem("6", "line 9: its 'text' is empty"),
        Problem("8", "line 11: opens a quote that is never closed; nothing from here on is read: close it"),
    ]


def test_a_file_that_changes_its_encoding_further_down():
    rows = "id,text\n" + "1,At £5 a café.\n" * 300_000
    found = read(rows.encode("utf-16") + b"\x00\xd8")  # half a pair of surrogates
    assert sum(isinstance(part, Record) for part in found) >= 299_000
    assert isinstance(found[-1], Problem)
    assert "is not utf-16, as all before it is; nothing from here on is read: save the file" in found[-1].reason


def test_a_nul_is_kept_in_a_text_and_in_a_column():
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
def test_nothing_can_be_read(content, reason):
    with pytest.raises(ReadError) as raised:
        read(content)
    assert str(raised.value) == reason


def test_many_columns_are_not_all_listed():
    with pytest.raises(ReadError, match="'c29' and 70 more: give"):
        read(",".join(f"c{number}" for number in range(100)) + "\n")


def test_columns_without_a_name_are_numbered():
    [record] = read(",text,\n0,One.,x\n")
    assert isinstance(record, Record)
    assert record.metadata == {"column 1": "0", "column 3": "x"}


def test_a_field_longer_than_the_csv_module_likes():
    text = "word " * 200_000
    [record] = read(f"text\n{text}\n")
    assert isinstance(record, Record)
    assert record.text == text


def test_one_row_is_in_memory_at_a_time(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "id"])
        rows.writerows((f"The council met {number} times. " * 40, number) for number in range(20_000))
    assert path.stat().st_size > 20_000_000
    tracemalloc.start()
    try:
        with path.open("rb") as file:
            assert sum(isinstance(part, Record) for part in read_delimited(file)) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 5_000_000  # a MB to find the encoding, and some copies
    finally:
        tracemalloc.stop()
