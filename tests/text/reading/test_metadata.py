"""Dates are read in one way only, tables row by row."""

from datetime import datetime

import numpy as np
import pytest

from analysis.text.reading.metadata import (
    MetadataError,
    date_span,
    names_reader,
    parse_date,
    pattern_of_names,
    read_table,
    stem,
)


@pytest.mark.parametrize(
    ("ways", "date"),
    [
        ("2024-06-22|2024-06-22T00:00|2024/06/22|20240622|2024-06-22T05:00+05:00", datetime(2024, 6, 22)),
        (
            "22 June 2024|22 Jun 2024|June 22, 2024|Jun 22,  2024|22/06/2024|06/22/2024|22.06.2024",
            datetime(2024, 6, 22),
        ),
        ("06/06/2024", datetime(2024, 6, 6)),  # the same either way
        ("2024-06|June 2024", datetime(2024, 6, 1)),
        ("1789", datetime(1789, 1, 1)),
        ("12/06/2024", None),  # two dates
        ("soon|today|now|2024-02-30|31/31/2024|31/02/2024||6", None),
    ],
)
def test_dates(ways, date):
    assert {written: parse_date(written) for written in ways.split("|")} == dict.fromkeys(ways.split("|"), date)


def test_a_table_keeps_texts_and_drops_blank_lines(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('file, title ,n\n\na.txt,"Hello, world", 007 \nb.txt,x\n')
    columns = {"file": ["a.txt", "b.txt"], "title": ["Hello, world", "x"], "n": ["007", ""]}
    assert read_table(path).to_dict("list") == columns


@pytest.mark.parametrize(
    ("text", "columns", "row"),
    [
        ("file;title\na.txt;Hello, world\n", ["file", "title"], ["a.txt", "Hello, world"]),
        ("file\ttitle, long\tn\na.txt\tx; y, z\t7\n", ["file", "title, long", "n"], ["a.txt", "x; y, z", "7"]),
        ('"a;b;c","d"\n1,2\n', ["a;b;c", "d"], ["1", "2"]),  # semicolons inside a name part nothing
        ('"a";"b, c, d"\n1;"2;3"\n', ["a", "b, c, d"], ["1", "2;3"]),
        ('"a\nb";c\n1;2\n', ["a\nb", "c"], ["1", "2"]),  # a name of two lines
        ("a,b;c\n1,2\n", ["a", "b;c"], ["1", "2"]),  # as many of one as of the other: a comma
        ("text\nIt rained; it snowed\n", ["text"], ["It rained; it snowed"]),
        ("text\n", ["text"], None),
        ("\ufefffile;n;;\na.txt;1;;\n", ["file", "n"], ["a.txt", "1"]),  # as a spreadsheet may pad its rows
    ],
)
def test_a_table_as_a_spreadsheet_writes_it(tmp_path, text, columns, row):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    table = read_table(path)
    assert table.columns.tolist() == columns
    assert table.to_numpy().tolist() == ([row] if row else [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a;b\n1;2;3\n", r"t\.csv row 2 has 3 values for 2 columns: put values that hold a semicolon in double quotes"),
        ("a\tb\n1\t2\t3\n", "hold a tab in"),
        ("text\nIt rained, it snowed\n", "hold a comma in"),
        ('"a,b\n1,2\n', r"t\.csv is not a CSV table: unexpected end of data"),
        ("", r"t\.csv has no header"),
        ("file,title,title\na.txt,x,y\n", "has the column 'title' twice"),
        (None, r"no such table: '.*t\.csv': give a CSV file whose first line names"),
    ],
)
def test_what_is_no_table(tmp_path, text, message):
    path = tmp_path / "t.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(MetadataError, match=message):
        read_table(path)


@pytest.mark.parametrize(
    ("value", "first", "after"),
    [
        ("1990", "1990-01-01", "1991-01-01"),
        ("1991-12", "1991-12-01", "1992-01-01"),
        ("February 2024", "2024-02-01", "2024-03-01"),
        ("22/06/2024", "2024-06-22", "2024-06-23"),
        ("20240622", "2024-06-22", "2024-06-23"),
        ("22 Jun 2024", "2024-06-22", "2024-06-23"),
        ("2024-06-22T23:59:59", "2024-06-22T23:59:59", "2024-06-23"),
        ("20240622T05", "2024-06-22T05:00:00", "2024-06-22T05:00:01"),
        ("2024-06-22 23:59:59+05:00", "2024-06-22T18:59:59", "2024-06-22T19:00:00"),
    ],
)
def test_a_year_a_month_a_day_and_a_second_have_a_length(value, first, after):
    assert date_span(value) == (np.datetime64(first), np.datetime64(after))
    assert date_span("soon") is None


def test_only_the_last_ending_goes():
    assert [stem(name) for name in ("a.txt", "x.y/a", "x/a.b.txt", ".hidden")] == ["a", "x.y/a", "x/a.b", ".hidden"]


@pytest.mark.parametrize(
    ("pattern", "name", "fields"),
    [
        ("{source}_{date}_{title}", "Wire_2024-06-22_A_title.txt", ["Wire", "2024-06-22", "A_title"]),
        ("{source}_{date}_{title}", "The_Daily_20240622_x.y.md", ["The_Daily", "20240622", "x.y"]),
        ("{date}-{source}", "in/a/folder/2024-06-22-daily-b-1.txt", ["2024-06-22", "daily-b-1"]),
        ("{date} {source}", "22.06.2024 Wire.txt", ["22.06.2024", "Wire"]),
        ("{source}/{date}", "all/Wire/2024-06.txt", ["Wire", "2024-06"]),
        ("{n}.{source}", "7.Wire.txt", ["7", "Wire"]),
    ],
)
def test_a_file_name_is_taken_apart(pattern, name, fields):
    assert list(names_reader(pattern)(name).values()) == fields


@pytest.mark.parametrize("name", ["Wire.txt", "Wire_soon_title.txt", "_2024-06-22_title.txt", "a/2024_x.txt"])
def test_a_file_name_that_does_not_fit(name):
    assert names_reader("{source}_{date}_{title}")(name) is None


@pytest.mark.parametrize(
    ("pattern", "trouble"),
    [
        ("plain", "has no field"),
        ("{source}_{", "has a brace that does not belong to a field"),
        ("{source}_{source}", "names a field twice"),
        ("{source}{date}", "has two fields with nothing between them"),
        ("{}_{date}", "has a field that is no word"),
        ("{my source}_{date}", "has a field that is no word"),
    ],
)
def test_a_pattern_that_is_none(pattern, trouble):
    with pytest.raises(MetadataError, match=f"file-name pattern '.*' {trouble}: write it as '{{source}}_{{date}}"):
        names_reader(pattern)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("dawn_2024-06-22_a dawn_2024-06-23_b geo_2024-06-22_c", ("{source}_{date}_{name}", 3)),
        ("20240622_dawn_x 20240623_dawn_y 20240623_geo_y", ("{date}_{source}_{name}", 3)),
        ("2024-06-22-one-two 2024-06-23-three-four 2024-06-24-five", ("{date}-{name}", 3)),
        ("talk_1999 talk_2000 speech_2001", ("{source}_{date}", 3)),
        ("tax_1999 war_2000 law_2001", ("{name}_{date}", 3)),
        ("a/2024-06-22 b/2024-06-23 c/2024-06-24 c/notes", ("{date}", 3)),
        ("1789-Washington 1793-Washington", ("", 0)),  # two may agree by chance
        ("chapter-0001 chapter-0002 chapter-0003", ("", 0)),  # numbers, not years
        ("2024-13-01_a 2024-14-01_b 2024-15-01_c", ("", 0)),  # no dates
        ("cv1999 cv2000 cv2001", ("", 0)),  # nothing parts the year from the rest
        ("one two three", ("", 0)),
    ],
)
def test_a_pattern_is_seen_in_names_that_agree(names, found):
    assert pattern_of_names([f"{name}.txt" for name in names.split()]) == found
