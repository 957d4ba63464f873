"""Zip archives that would fill a disk, climb out of their folder or lie about what is in them."""

import io
import struct
import zipfile
from collections.abc import Iterator, Mapping

from cases import WORDS, Case, case

TEXT = f"{WORDS}. It rose at noon.".encode()


def archives() -> Iterator[Case]:
    good = {"day/one.txt": TEXT, "two.csv": f"text,n\n{WORDS},1\n".encode(), "three.json": b'[{"text": "It rose."}]'}
    outside = "../out.txt /out.txt C:/out.txt a/../../out.txt ..\\out.txt \\\\host\\out.txt C:out.txt".split()
    for number, name in enumerate(outside):
        yield case(f"zip/outside {number}.zip", zipped({name: TEXT, "good.txt": TEXT}), WORDS, "leads out")
    odd = ["a\nb.txt", "\x1b[2J.txt", "\u202etxt.a.txt", "-rf.txt", "CON.txt", " .txt"]
    for number, name in enumerate([*odd, "a" * 60_000 + ".txt", "a/" * 9_000 + "b.txt"]):
        yield case(f"zip/name {number}.zip", zipped({name: TEXT}), WORDS)
    nested = zipped({"bomb.txt": b"x" * 10_000_000})
    for depth in range(10):
        nested = zipped({f"{depth}.zip": nested} | {f"{depth}-{n}.zip": nested for n in range(3)})
    swapped = zipped({"a.txt": TEXT, "b.txt": TEXT[::-1]}, zipfile.ZIP_STORED).replace(b"council", b"cuoncil", 1)
    mixed = zipped({"a.pdf": b"%PDF-1.4", "b.docx": TEXT, "c.html": TEXT, "d.txt": TEXT})
    for name, data, shows, says in (
        ("good", zipped(good), WORDS, ""),
        ("no name", zipped({"a.txt": TEXT}).replace(b"a.txt", b"\xff\xfe.tx"), "", "not a kind of file"),
        ("hidden", zipped({".a.txt": TEXT, "__MACOSX/b.txt": TEXT}), "", "no file"),
        ("folders", zipped({"a/": b"", "b/": b""}), "", "no file"),
        ("nothing", zipped({}), "", "no file"),
        ("ratio", zipped({"bomb.txt": b"x" * 5_000_000, "good.txt": TEXT}), WORDS, "times its packed size"),
        ("ratios", zipped({f"{n}.txt": b"x" * 1_000_000 for n in range(30)}), "", "times its packed size"),
        ("nested", nested, "", "archive in an archive"),
        ("many", zipped({f"{n}.txt": b"a" for n in range(10_050)}), "a", "the first 10,000 are read"),
        ("twice", zipped({"a.txt": TEXT, "b.txt": b"It rose."}).replace(b"b.txt", b"a.txt"), WORDS, "twice"),
        ("link", _link(), WORDS, "is a link"),
        ("encrypted", _patched(6, 1), "", "encrypted"),
        ("strongly encrypted", _patched(6, 0x41), "", "encrypted"),
        ("method", _patched(8, 99), "", "damaged"),
        ("checksum", swapped, "", "damaged"),
        ("cut", zipped(good)[:-30], "", "zip archive"),
        ("only the end", b"PK\x05\x06" + b"\0" * 18, "", "no file"),
        ("lying end", b"PK\x05\x06" + b"\xff" * 18, "", "zip archive"),
        ("overlapping", _overlapping(500), "", ""),
        ("broken inside", mixed, WORDS, "broken"),
        ("comment", _commented(), WORDS, ""),
    ):
        yield case(f"zip/{name}.zip", data, shows, says)
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield case(f"zip/method {method}.zip", zipped({"a.txt": TEXT}, method), WORDS)
        broken = bytearray(zipped({"a.txt": TEXT * 99}, method))
        broken[60:90] = b"\xff" * 30
        yield case(f"zip/broken method {method}.zip", bytes(broken), says="damaged")


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return file.getvalue()


def _link() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("good.txt", TEXT)
        link = zipfile.ZipInfo("passwd.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return file.getvalue()


def _patched(place: int, value: int) -> bytes:
    """An archive of one member with a value at a place of its header, and of its entry in the directory."""
    data = bytearray(zipped({"a.txt": TEXT}))
    for start in (place, data.index(b"PK\x01\x02") + place + 2):
        data[start : start + 2] = struct.pack("<H", value)
    return bytes(data)


def _commented() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", TEXT)
        archive.comment = b"\x1b[2J" * 15_000
    return file.getvalue()


def _overlapping(count: int) -> bytes:
    """One packed text that `count` entries of the directory point to, each under a name of its own."""
    data = zipped({"00000.txt": bytes(range(32, 127)) * 20_000})
    start = data.index(b"PK\x01\x02")
    entry, end = data[start : data.index(b"PK\x05\x06")], bytearray(data[data.index(b"PK\x05\x06") :])
    entries = b"".join(entry.replace(b"00000", f"{number:05d}".encode()) for number in range(count))
    end[8:20] = struct.pack("<HHII", count, count, len(entries), start)
    return data[:start] + entries + bytes(end)
