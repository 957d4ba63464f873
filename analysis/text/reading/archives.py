"""Zip archives, one member at a time, protected from zip bombs and paths that leave the archive."""

import lzma
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from analysis.text.reading.records import Problem, ReadError

MOST_MEMBERS = 10_000
LARGEST_MEMBER = 200 * 10**6  # bytes, unpacked
LARGEST_ARCHIVE = 2 * 10**9  # bytes, all members unpacked
LARGEST_RATIO = 200  # unpacked to packed; text that people write stays below 20

_PIECE = 1 << 20
_IN_MEMORY = 16 << 20  # bytes of a member that do not go to disk
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, OSError, NotImplementedError, RuntimeError, ValueError),  # ValueError: an offset before the file
)


def members(file: BinaryIO) -> Iterator[tuple[str, BinaryIO] | Problem]:
    """Yield the path and content of each file in a zip archive; the content is closed when the next is requested.

    Bytes are counted as they are unpacked, since headers may lie. A member is a `Problem` if it is encrypted, damaged,
    a link, an archive, or the second of its name, if its path leads out of the archive, or if it unpacks to more than
    200 MB or 200 times its packed size. What follows 10,000 members or 2 GB is one `Problem`. Hidden files and folders
    are skipped. Raises `ReadError` for a broken archive and for one without files.
    """
    try:
        archive = zipfile.ZipFile(file)  # reads its directory; a member may still be damaged
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise ReadError(f"is not a whole zip archive ({_line(error)}): copy or download it again") from None
    with archive:
        files = [info for info in archive.infolist() if not info.filename.endswith("/")]
        if all(_is_hidden(_name(info)) for info in files):
            raise ReadError("has no file in it: add texts, or leave it out")
        yield from _members(archive, files)


def _members(archive: zipfile.ZipFile, files: list[zipfile.ZipInfo]) -> Iterator[tuple[str, BinaryIO] | Problem]:
    total, seen = 0, set[str]()
    for info in files[:MOST_MEMBERS]:
        name = _name(info)
        reason = "occurs in the archive twice: the first is read" if name in seen else _objection(info, name)
        seen.add(name)
        if reason:
            yield Problem(name, reason)
            continue
        if _is_hidden(name):
            continue
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as content:
            try:
                size, reason = _unpack(archive, info, cast(BinaryIO, content), LARGEST_ARCHIVE - total)
            except _DAMAGED as error:
                size, reason = content.tell(), f"is damaged ({_line(error)}): copy or download the archive again"
            total += size
            content.seek(0)
            yield Problem(name, reason) if reason else (name, cast(BinaryIO, content))
        if total >= LARGEST_ARCHIVE:
            yield Problem("", f"unpacks to more than {LARGEST_ARCHIVE:,} bytes: nothing after {name!r} is read")
            return
    if len(files) > MOST_MEMBERS:
        yield Problem("", f"has {len(files):,} files: the first {MOST_MEMBERS:,} are read, divide the archive")


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, into: BinaryIO, left: int) -> tuple[int, str]:
    """Unpack a member; return the number of bytes unpacked, and why it was not unpacked further or ""."""
    size, ratio = 0, LARGEST_RATIO
    with archive.open(info) as packed:
        while piece := packed.read(_PIECE):
            size += len(piece)
            if size > ratio * info.compress_size:
                return size, f"unpacks to more than {ratio} times its packed size: unpack it if you trust it"
            if size > LARGEST_MEMBER:
                return size, f"unpacks to more than {LARGEST_MEMBER:,} bytes: divide it"
            if size > left:
                return size, "does not fit in what may be unpacked of one archive: divide the archive"
            into.write(piece)
    return size, ""


def _objection(info: zipfile.ZipInfo, name: str) -> str:
    """Why a member must not be unpacked, "" if it may be."""
    if not name:
        return "has no name: pack it again"
    if re.match(r"[/\\]|[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name):
        return "has a path that leads out of the archive: pack it again with paths from its folder"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link: pack the file that it points to"
    if info.flag_bits & 1:
        return "is encrypted: pack it again without a password"
    if name.lower().endswith((".zip", ".gz", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz")):
        return "is an archive in an archive: unpack it"
    return ""


def _name(info: zipfile.ZipInfo) -> str:
    """The path of a member. Many programs write UTF-8 without setting its flag, which zipfile then reads as CP437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
