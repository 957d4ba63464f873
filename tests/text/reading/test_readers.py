"""Files become documents by the ending of their name; what cannot be read says why, in one line."""

import codecs
import gzip
import hashlib
import io
import json
import os
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.text.reading.formats.docx import read_docx
from analysis.text.reading.formats.html import read_html
from analysis.text.reading.formats.pdf import read_pdf
from analysis.text.reading.readers import SUFFIXES, Problem, ReadError, Record, read_file

URDU = "اجلاس کی صدارت وزیراعظم نے کی۔"


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def zipped(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", URDU, (URDU, "txt", "", {})),
        ("a.TXT", URDU, (URDU, "txt", "", {})),
        ("a.text", URDU, (URDU, "txt", "", {})),
        ("a.md", URDU, (URDU, "md", "", {})),
        ("a.b.Markdown", URDU, (URDU, "md", "", {})),
        ("a.csv", "body,text\nOne.,no\n", ("One.", "csv", "1", {"text": "no"})),
        ("a.tsv", "body\tsource\nOne.\tDaily\n", ("One.", "tsv", "1", {"source": "Daily"})),
        ("a.json", '{"body": "One.", "source": "Daily"}', ("One.", "json", "", {"source": "Daily"})),
        ("a.jsonl", '{"body": "One.", "source": "Daily"}', ("One.", "jsonl", "1", {"source": "Daily"})),
        ("a.ndjson", '{"body": "One."}', ("One.", "jsonl", "1", {})),
    ],
)
def test_the_ending_of_the_name_gives_the_format(tmp_path, name, content, expected):
    text, kind, place, metadata = expected
    digest = hashlib.sha256(content.encode()).hexdigest()
    [record] = read_file(write(tmp_path, name, content), text_column="body")
    assert record == Record(text, kind, "utf-8", digest, place, metadata)


def test_the_digest_is_that_of_the_bytes_and_not_of_the_text(tmp_path):
    digests = set()
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        [record] = read_file(write(tmp_path, f"{encoding}.txt", "At £5 a café.".encode(encoding)))
        assert isinstance(record, Record)
        assert record.text == "At £5 a café."
        digests.add(record.sha256)
    assert len(digests) == 3


@pytest.mark.parametrize("name", ["a.doc", "a.exe", "txt", "a"])
def test_another_kind_of_file(tmp_path, name):
    with pytest.raises(ReadError, match=r"not a kind of file that is read \(\.txt \.text \.md .* \.zip\)"):
        list(read_file(write(tmp_path, name, "words")))


@pytest.mark.parametrize("ending", SUFFIXES)
def test_an_empty_file_of_any_kind(tmp_path, ending):
    with pytest.raises(ReadError, match="is empty: put text into it, or leave it out"):
        list(read_file(write(tmp_path, f"a{ending}", b"")))


@pytest.mark.parametrize("data", [b" \r\n\t\n", codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\n"])
def test_a_file_without_a_character_in_it(tmp_path, data):
    with pytest.raises(ReadError, match="is empty: put text into it, or leave it out"):
        list(read_file(write(tmp_path, "a.txt", data)))


def test_a_file_that_cannot_be_opened(tmp_path):
    with pytest.raises(ReadError, match="cannot be opened: No such file or directory"):
        list(read_file(tmp_path / "gone.txt"))
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(ReadError, match="cannot be opened: "):
        list(read_file(tmp_path / "folder.txt"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bytes(range(256)) * 9, "not text in any encoding"),
        (gzip.compress(b"The council met.", mtime=0), "is gzip data, not text: unpack it"),
    ],
    ids=["binary", "gzip"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.json", "a.html"])
def test_what_is_no_text(tmp_path, name, data, reason):
    if name == "a.html":
        pytest.importorskip("trafilatura")
    with pytest.raises(ReadError, match=reason):
        list(read_file(write(tmp_path, name, data)))


STRAY = "The coun\0cil met\x01 on Monday."
TOLD = ("holds 2 control characters: kept in the text, and no part of a word",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", STRAY),
        ("a.md", STRAY.encode("utf-16")),
        ("a.csv", f"text,title\n{STRAY},A\0b\n"),
        ("a.tsv", f"text\ttitle\n{STRAY}\tA\0b\n".encode("utf-16")),
        ("a.json", json.dumps([{"text": STRAY, "title": "A\0b"}])),
        ("a.json", f'[{{"text": "{STRAY}", "title": "A\0b"}}]'),  # not escaped, as some programs write it
        ("a.jsonl", json.dumps({"text": STRAY, "title": "A\0b"})),
        ("a.jsonl", f'{{"text": "{STRAY}", "title": "A\0b"}}'),
        ("a.parquet", {"text": [STRAY], "title": ["A\0b"]}),
        ("a.zip", zipped({"day/one.txt": STRAY})),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("a.") else "",
)
def test_a_stray_control_character_costs_no_document(tmp_path, name, content):
    data = io.BytesIO()
    if name == "a.parquet":
        pq.write_table(pa.table(content), data)
    [record] = read_file(write(tmp_path, name, data.getvalue() or content))
    assert isinstance(record, Record)
    assert (record.text, record.problems) == (STRAY, TOLD)
    assert record.metadata == ({"title": "A\0b"} if record.format not in ("txt", "md") else {})


def test_a_control_character_in_a_page(tmp_path):
    pytest.importorskip("trafilatura")
    page = "<h1>Council\x0crises</h1><p>The coun\0cil met&#1; on <b>Mon\x1bday</b> and rose at noon\x93.</p>"
    [record] = read_file(write(tmp_path, "a.html", page))
    assert isinstance(record, Record)
    # A form feed is white space; no element of a page can hold the others.
    assert record.text == "Council rises\n\nThe coun\ufffdcil met\ufffd on Mon\ufffdday and rose at noon\ufffd."
    assert record.problems == ("holds 3 control characters: read as U+FFFD",)


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.csv", "a.zip"])
def test_where_control_characters_are_many_there_is_no_text(tmp_path, name):
    if name == "a.html":
        pytest.importorskip("trafilatura")
    broken = "\x01\x02" + "It rose." * 2  # 2 of 18
    content = f"text,n\nOne.,1\n{broken},2\n" if name == "a.csv" else broken
    if name == "a.zip":
        content = zipped({"one.txt": "One.", "two.txt": broken})
    share = "2 of its 18 characters are control characters, more than 10%"
    reason = f"is not text: {share}: save it as UTF-8, or leave it out"
    place = write(tmp_path, name, content)
    if name == "a.html":
        with pytest.raises(ReadError, match=reason):
            list(read_file(place))
        return
    *records, problem = read_file(place)
    assert problem == Problem({"a.txt": "", "a.csv": "2", "a.zip": "two.txt"}[name], reason)
    assert len(records) == (name != "a.txt")


needs_proc = pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no /proc with a file that cannot be read")


@needs_proc
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.json", "a.jsonl", "a.parquet", "a.zip", "a.html", "a.pdf"])
def test_a_file_that_opens_and_cannot_be_read(tmp_path, name):
    (tmp_path / name).symlink_to("/proc/self/mem")
    with pytest.raises(ReadError, match=r"^cannot be read to its end: Input/output error$"):
        list(read_file(tmp_path / name))


def test_too_few_open_files_are_no_fault_of_the_file(tmp_path):
    resource = pytest.importorskip("resource")
    place = write(tmp_path, "a.txt", "One.")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    last = os.dup(0)
    resource.setrlimit(resource.RLIMIT_NOFILE, (last + 1, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            list(read_file(place))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        os.close(last)


@pytest.mark.parametrize(
    ("read", "module", "extra"),
    [(read_html, "trafilatura", "html"), (read_pdf, "pypdfium2", "pdf"), (read_docx, "docx", "docx")],
)
def test_a_package_that_is_not_installed(monkeypatch, read, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ReadError) as raised:
        read(b"words")
    assert str(raised.value) == f"reading {extra} needs the extra '{extra}': pip install \"lafz[{extra}]\""


def test_members_of_an_archive_are_read_as_files_are(tmp_path):
    files = {
        "day/one.txt": "One.",
        "day/two.md": "---\nsource: Daily\n---\nTwo.",
        "three.csv": "text,source\nThree.,Wire\n,Wire\n",
        "four.json": json.dumps({"x": {"text": "Four."}}),
        "five.exe": "words",
        "six.csv": "body\nSix.\n",
        "empty.txt": "",
    }
    found = list(read_file(write(tmp_path, "a.zip", zipped(files))))
    records = [part for part in found if isinstance(part, Record)]
    assert [(record.name, record.format, record.text[record.body :]) for record in records] == [
        ("day/one.txt", "txt", "One."),
        ("day/two.md", "md", "Two."),
        ("three.csv#1", "csv", "Three."),
        ("four.json#x", "json", "Four."),
    ]
    assert records[1].metadata == {"source": "Daily"}
    assert records[0].sha256 == hashlib.sha256(b"One.").hexdigest()  # of the member, as unpacking it would give
    assert [part for part in found if isinstance(part, Problem)] == [
        Problem("three.csv#2", "line 3: its 'text' is empty"),
        Problem("five.exe", f"not a kind of file that is read ({' '.join(SUFFIXES)}): convert it, or leave it out"),
        Problem("six.csv", "has no column 'text' but 'body': give the one with the text as text_column"),
        Problem("empty.txt", "is empty: put text into it, or leave it out"),
    ]


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.pdf"])
def test_what_may_never_end_is_not_opened(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(ReadError, match="is no file but a pipe, a socket or a device"):
        list(read_file(tmp_path / name))


@pytest.mark.parametrize("kind", "txt md html pdf docx csv tsv json jsonl parquet zip".split())
def test_a_file_that_claims_twenty_gigabytes(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    with path.open("wb") as file:
        file.truncate(20 * 10**9)  # takes no room on the disk
    with pytest.raises(ReadError):
        list(read_file(path))
