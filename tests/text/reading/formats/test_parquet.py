"""Rows of Parquet files become documents, across row groups; a broken file says so."""

import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.text.reading.formats.parquet import read_parquet
from analysis.text.reading.records import Problem, ReadError, Record


def parquet(columns, **options):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, **options)
    return file.getvalue()


def test_rows_of_all_groups():
    texts = ["One.", "Two.", None, " ", "Five."]
    data = parquet(
        {"text": texts, "day": [date(2024, 6, 22)] * 5, "n": [1, 2, 3, 4, None], "tags": [["a"]] * 5}, row_group_size=2
    )
    found = list(read_parquet(io.BytesIO(data)))
    assert [(part.name, part.text) for part in found if isinstance(part, Record)] == [
        ("1", "One."),
        ("2", "Two."),
        ("5", "Five."),
    ]
    assert isinstance(found[0], Record)
    assert found[0].metadata == {"day": "2024-06-22", "n": "1", "tags": '["a"]'}
    assert (found[0].format, found[0].encoding) == ("parquet", "")
    assert found[2:4] == [Problem("3", "its 'text' is empty"), Problem("4", "its 'text' is empty")]


def test_a_text_column_of_numbers():
    assert list(read_parquet(io.BytesIO(parquet({"text": [1]})))) == [Problem("1", "its 'text' is a number, not text")]


def test_nothing_can_be_read():
    whole = parquet({"text": ["One."]})
    for data in (whole[:-8], b"words and more words", b"PAR1PAR1"):
        with pytest.raises(ReadError, match=r"is not a Parquet file, or a broken one \(.*\): export it again"):
            list(read_parquet(io.BytesIO(data)))
    twice = pa.table([["One."], ["Two."]], names=["text", "text"])
    for table, message in (
        ({"body": ["One."]}, "has no column 'text' but 'body': give"),
        ({"text": []}, "has no rows: add rows, or leave it out"),
        (twice, "has more than one column 'text'"),
    ):
        with pytest.raises(ReadError, match=message):
            list(read_parquet(io.BytesIO(parquet(table))))


def test_a_file_that_is_broken_further_down():
    texts = [f"Text number {number}." for number in range(1000)]
    data = bytearray(parquet({"text": texts}, row_group_size=500, compression="gzip", use_dictionary=False))
    start = pq.ParquetFile(io.BytesIO(bytes(data))).metadata.row_group(1).column(0).data_page_offset
    data[start + 60 : start + 160] = bytes(100)
    found = list(read_parquet(io.BytesIO(bytes(data))))
    assert [part.text for part in found if isinstance(part, Record)] == texts[:500]
    assert isinstance(found[-1], Problem)
    assert found[-1].name == "501"
    assert "nothing from here on is read: export it again" in found[-1].reason
