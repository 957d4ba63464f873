"""Objects become documents, one a line or one an item; what is no object or no text says so."""

import io
import json
import tracemalloc

import pytest

from analysis.text.reading.formats.json import read_json, read_jsonl
from analysis.text.reading.records import Problem, ReadError, Record


def from_json(value, **options):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(read_json(io.BytesIO(data), **options))


def from_lines(*lines):
    return list(read_jsonl(io.BytesIO(b"\n".join(x if isinstance(x, bytes) else x.encode() for x in lines))))


def test_a_list_of_objects():
    found = from_json([{"text": "One.", "date": "2024-06-22"}, {"text": "Two.", "n": 1.5, "none": None, "ok": True}])
    assert [(part.name, part.text, part.metadata) for part in found if isinstance(part, Record)] == [
        ("1", "One.", {"date": "2024-06-22"}),
        ("2", "Two.", {"n": "1.5", "none": "", "ok": "true"}),
    ]


def test_an_object_of_objects_and_one_object():
    found = from_json({"a": {"text": "One."}, "b\ud800": {"text": "Two."}})
    assert [part.name for part in found] == ["a", "b\\ud800"]
    [record] = from_json({"text": "One.", "by": {"name": "É"}})
    assert isinstance(record, Record)
    assert (record.name, record.text, record.metadata) == ("", "One.", {"by": '{"name": "É"}'})


def test_what_is_no_document_among_others():
    found = from_json([7, {"body": "One."}, {"text": ""}, {"text": "Two."}, {"text": ["x"]}, {"text": "\ud800"}, None])
    assert [part for part in found if isinstance(part, Problem)] == [
        Problem("1", "is a number, not an object: write one object a document"),
        Problem("2", "has no 'text' but 'body'"),
        Problem("3", "its 'text' is empty"),
        Problem("5", "its 'text' is a list, not text"),
        Problem("6", "its 'text' holds U+D800, which is no character: write the text anew"),
        Problem("7", "is empty, not an object: write one object a document"),
    ]
    assert [part.name for part in found] == ["1", "2", "3", "4", "5", "6", "7"]


def test_half_a_pair_of_surrogates_in_the_metadata():
    [record] = from_json([{"text": "One.", "by": "A\udc00", "x\ud800": "1", "source": "Daily"}])
    assert isinstance(record, Record)
    assert record.metadata == {"source": "Daily"}
    assert record.problems == (
        "column 'by' is left out: it holds what is no character",
        "column 'x\\ud800' is left out: it holds what is no character",
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([{"id": 1, "body": "One."}], "has no column 'text' but 'id', 'body': give the one with the text as"),
        ({"items": [{"text": "One."}]}, "has no column 'text' but 'items': give"),
        ({"a": {"body": "One."}}, "has no column 'text' but 'body': give"),
        ({"text": 3}, "its 'text' is a number, not text"),
        ([], "holds no object: add documents, or leave it out"),
        ("words", "is JSON but of type str: make it a list of objects"),
        (b'[{"text": "One."}', r"is not JSON \(Expecting ',' delimiter: line 1 column 18"),
        (b"[" * 100_000, "is not JSON"),
        (b"[" + b"9" * 5000 + b"]", "is not JSON"),
    ],
)
def test_nothing_can_be_read(value, reason):
    with pytest.raises(ReadError, match=reason):
        from_json(value)


def test_problems_alone_are_no_error():
    assert from_json([{"text": ""}, {"body": "x"}]) == [
        Problem("1", "its 'text' is empty"),
        Problem("2", "has no 'text' but 'body'"),
    ]


def test_json_in_another_encoding():
    [record] = from_json(json.dumps([{"text": "Café."}], ensure_ascii=False).encode("utf-16"))
    assert isinstance(record, Record)
    assert (record.text, record.encoding) == ("Café.", "utf-16")


def test_lines():
    lines = '{"text": "One."}', "", '{"text": "Tw', b'{"text": "caf\xe9"}', "[1]", '{"text": "Six.\u2028"}', ""
    first, *problems, last = from_lines(*lines)
    assert [(part.name, part.text) for part in (first, last)] == [("1", "One."), ("6", "Six.\u2028")]
    assert problems[0].name == "3"
    assert problems[0].reason.startswith("is not JSON (Unterminated string")
    assert problems[1:] == [
        Problem("4", "is not UTF-8 from byte 13 on: save the file as UTF-8"),
        Problem("5", "is a list, not an object: write one object a document"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_lines_with_a_mark(encoding):
    found = list(read_jsonl(io.BytesIO('{"text": "Café."}\n{"text": "Ċ."}\n'.encode(encoding))))  # Ċ holds a 0x0A byte
    assert [(part.text, part.encoding) for part in found] == [("Café.", encoding), ("Ċ.", encoding)]


def test_lines_without_the_column():
    with pytest.raises(ReadError, match="has no column 'text' but 'body': give the one with the text as text_column"):
        from_lines('{"body": "One."}', '{"body": "Two."}')


def test_one_line_is_in_memory_at_a_time(tmp_path):
    path = tmp_path / "a.jsonl"
    with path.open("w") as file:
        file.writelines(json.dumps({"text": f"The council met {n} times. " * 40}) + "\n" for n in range(20_000))
    assert path.stat().st_size > 20_000_000
    tracemalloc.start()
    try:
        with path.open("rb") as lines:
            assert sum(isinstance(part, Record) for part in read_jsonl(lines)) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
