# ruff: noqa: E501, PTH118
"""A corpus of more than four hundred hostile files, made anew each time: python tests/hostile/corpus.py FOLDER"""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from cases import WORDS, Case, case
from documents import bombs, documents
from plain import lengths, texts
from tables import tables
from zips import archives


def write(folder: Path, *, everything: bool = False) -> list[Case]:
    """Write the corpus into the new folder `folder`; gives its files with what is expected of each.

    Without `everything` those are left out that take seconds each.
    """
    written = [*texts(), *tables(), *archives(), *documents(), *_names()]
    if everything:
        written += [*lengths(), *bombs()]
    for one in written:
        place = os.path.join(os.fsencode(folder), one.name)
        os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120
        with open(place, "xb") as file:  # noqa: PTH123
            file.write(one.data)
    return [*written, *_special(folder)]


def _names() -> Iterator[Case]:
    text = f"{WORDS}."
    for name in (
        "new\nline.txt", "return\r.txt", "\x1b[2J\x1b[31mred.txt", "tab\t.txt", "bell\x07.txt", "\u202etxt.exe.txt", "-rf.txt",
        "--help.txt", "CON.txt", "nul.TXT", "a b .txt", " .txt", "~.txt", "$(id).txt", "`id`.txt", "a;b|c&d.txt", "%s%n.txt",
        "{x}.txt", "'\".txt", "*.txt", "?.txt", "[a].txt", "a#1.txt", "a\\b.txt", "a:b.txt", "<script>.txt", "=1+1.txt", "@a.txt",
        "é.txt", "e\u0301.txt", "ﷺ.txt", "👩‍👩‍👧.txt", "\u200b.txt", "\u2028.txt", "\ufeff.txt", "a" * 251 + ".txt", "A.txt", "a.txt",
        "a.md", "a.b.c.txt", "metadata.csv.txt", "index.html.txt",
    ):  # fmt: skip
        yield case(f"names/{name}", text, WORDS)
    for raw in (b"\xff.txt", b"caf\xe9.txt", b"\xed\xa0\x80.txt", b"\x80\x81\n.txt"):
        yield case(b"names/" + raw, text, WORDS)
    yield case("names/" + "deep/" * 300 + "a.txt", text, WORDS)
    yield case("names/folder.txt/a.txt", text, WORDS)
    yield case(b"names/\xff\xfe/a.txt", text, WORDS)


def _special(folder: Path) -> Iterator[Case]:
    """What is no file: pipes, sockets, devices, links, and files that claim a size or may not be read."""
    place = folder / "special"
    place.mkdir()
    (place / "whole.txt").write_text(f"{WORDS}.")
    os.mkfifo(place / "pipe.txt")
    yield case("special/pipe.txt", "", says="no file")
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(place)  # the path of a socket may have no more than about a hundred characters
    listening.bind("socket.txt")
    os.chdir(here)
    listening.close()
    yield case("special/socket.txt", "", says="no file")
    for name, target, says in (
        ("zero.txt", "/dev/zero", "no file"),
        ("terminal.txt", "/dev/tty", "no file"),
        ("loop.txt", "loop.txt", "cannot be opened"),
        ("nowhere.txt", "nowhere", "cannot be opened"),
        ("folder.txt", "..", "link to a folder"),
        ("a pipe.csv", "pipe.txt", "no file"),
    ):
        (place / name).symlink_to(target)
        yield case(f"special/{name}", "", says=says)
    (place / "link.txt").symlink_to("whole.txt")
    yield case("special/link.txt", "", WORDS)
    (place / "long.txt").symlink_to("x/" * 1_000 + "y")
    yield case("special/long.txt", "", says="cannot be opened")
    (place / "shut.txt").write_text("The council met.")
    (place / "shut.txt").chmod(0)
    if not os.access(place / "shut.txt", os.R_OK):  # who is root may read all
        yield case("special/shut.txt", "", says="cannot be opened")
    for suffix in "txt md html pdf docx csv tsv json jsonl parquet zip".split():
        with (place / f"huge.{suffix}").open("wb") as file:
            file.truncate(20_000_000_000)  # takes no room on the disk
        yield case(f"special/huge.{suffix}", "", says=".")


if __name__ == "__main__":
    print(len(write(Path(sys.argv[1]), everything=True)))
