"""Members of archives come out one by one and within the limits, whatever the archive claims."""

import io
import struct
import zipfile

import pytest

from analysis.text.reading import archives
from analysis.text.reading.archives import members
from analysis.text.reading.records import Problem, ReadError


def packed(files, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def unpacked(data):
    texts, problems = {}, []
    for member in members(io.BytesIO(data)):
        if isinstance(member, Problem):
            problems.append(member)
        else:
            texts[member[0]] = member[1].read()
    return texts, problems


def test_members_in_the_order_of_the_archive():
    files = {"b/two.txt": b"Two.", "a.txt": b"One.", "b/": b"", "b/.hidden": b"x", "__MACOSX/._a.txt": b"x"}
    assert unpacked(packed(files)) == ({"b/two.txt": b"Two.", "a.txt": b"One."}, [])
    assert list(unpacked(packed(files))[0]) == ["b/two.txt", "a.txt"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_way_of_packing(method):
    assert unpacked(packed({"a.txt": b"One."}, method)) == ({"a.txt": b"One."}, [])


@pytest.mark.parametrize(
    "name", ["/etc/a.txt", "../a.txt", "b/../../a.txt", "C:/a.txt", "C:\\a.txt", "..\\a.txt", "\\\\host\\a.txt", "b/.."]
)
def test_a_path_that_leads_out(name):
    looks_like_it = {"a..b.txt": b"Two.", "b/c...txt": b"Three."}
    texts, [problem] = unpacked(packed({name: b"One."} | looks_like_it))
    assert texts == looks_like_it
    assert problem.reason == "has a path that leads out of the archive: pack it again with paths from its folder"


def test_a_link_an_archive_and_a_name_that_stands_twice():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("inner.ZIP", packed({"a.txt": b"One."}))
        archive.writestr("a.txt", "One.")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", "Two.")
    assert unpacked(file.getvalue()) == (
        {"a.txt": b"One."},
        [
            Problem("link.txt", "is a link: pack the file that it points to"),
            Problem("inner.ZIP", "is an archive in an archive: unpack it"),
            Problem("a.txt", "occurs in the archive twice: the first is read"),
        ],
    )


def test_an_encrypted_member():
    data = bytearray(packed({"a.txt": b"One.", "b.txt": b"Two."}))
    data[6] |= 1  # the flags of the first member, here and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert unpacked(bytes(data)) == (
        {"b.txt": b"Two."},
        [Problem("a.txt", "is encrypted: pack it again without a password")],
    )


@pytest.mark.parametrize(
    ("stored", "flag", "name"),
    [
        ("متن.txt".encode(), 0x800, "متن.txt"),
        ("متن.txt".encode(), 0, "متن.txt"),  # UTF-8 without the flag that says so
        ("café.txt".encode("cp437"), 0, "café.txt"),
    ],
)
def test_names_that_are_not_ascii(stored, flag, name):
    place = "x" * len(stored)
    data = bytearray(packed({place: b"One."}).replace(place.encode(), stored))
    directory = data.index(b"PK\x01\x02")
    data[6:8] = data[directory + 8 : directory + 10] = struct.pack("<H", flag)
    assert unpacked(bytes(data)) == ({name: b"One."}, [])


def test_a_bomb():
    texts, [problem] = unpacked(packed({"bomb.txt": bytes(5_000_000), "fine.txt": b"One."}))  # a ratio near 1000
    assert texts == {"fine.txt": b"One."}
    assert problem == Problem("bomb.txt", "unpacks to more than 200 times its packed size: unpack it if you trust it")


def test_a_header_that_lies_about_the_size():
    data = bytearray(packed({"bomb.txt": bytes(5_000_000)}))
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = struct.pack("<I", 100)  # 5,000,000 unpacked
    texts, [problem] = unpacked(bytes(data))
    assert texts == {}
    assert problem.reason.startswith("is damaged (Bad CRC-32")


NOISE = bytes(range(256)) * 20  # 5,120 bytes, stored as they are


@pytest.mark.parametrize(
    ("limit", "value", "read", "reason"),
    [
        ("LARGEST_MEMBER", 5119, [], "unpacks to more than 5,119 bytes: divide it"),
        ("LARGEST_MEMBER", 5120, ["a", "b", "c"], ""),
        ("LARGEST_ARCHIVE", 12_000, ["a", "b"], "does not fit in what may be unpacked of one archive"),
        ("LARGEST_ARCHIVE", 10_240, ["a", "b"], "unpacks to more than 10,240 bytes: nothing after 'b' is read"),
        ("MOST_MEMBERS", 2, ["a", "b"], "has 3 files: the first 2 are read, divide the archive"),
    ],
)
def test_the_limits(monkeypatch, limit, value, read, reason):
    monkeypatch.setattr(archives, limit, value)
    texts, problems = unpacked(packed(dict.fromkeys("abc", NOISE), zipfile.ZIP_STORED))
    assert list(texts) == read
    assert (reason in problems[0].reason) if reason else problems == []


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-30], lambda data: data[: len(data) // 2], lambda _: b"words", lambda _: b"PK\x03\x04"],
)
def test_what_is_no_whole_archive(damage):
    with pytest.raises(ReadError, match=r"is not a whole zip archive \(.*\): copy or download it again"):
        unpacked(damage(packed({"a.txt": NOISE})))


@pytest.mark.parametrize("names", [["folder/"], [".a.txt", "__MACOSX/b.txt"]])
def test_an_archive_without_a_file(names):
    with pytest.raises(ReadError, match="has no file in it: add texts, or leave it out"):
        unpacked(packed(dict.fromkeys(names, b"")))


def test_a_damaged_member_among_whole_ones():
    data = bytearray(packed({"a.txt": NOISE, "b.txt": b"Two."}, zipfile.ZIP_STORED))
    data[100] ^= 0xFF
    texts, [problem] = unpacked(bytes(data))
    assert texts == {"b.txt": b"Two."}
    assert problem.name == "a.txt"
    assert problem.reason.startswith("is damaged (Bad CRC-32")
