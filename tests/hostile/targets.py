# ruff: noqa: E501
"""What is fuzzed: each target takes bytes, refuses them with the one error that it documents, or gives what is sound."""

import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from cases import WORDS
from documents import _STORY, _page, _shown, docx, pdf
from tables import parquet
from zips import TEXT, zipped

from analysis import Corpus, CorpusError, read_corpus
from analysis.core.paths import LEXICONS
from analysis.framing.attribution import read_aliases
from analysis.framing.coding import NONE
from analysis.framing.lexicon import Lexicon, LexiconError, read_lexicon
from analysis.framing.sheets import read_sheet, write_sheet
from analysis.framing.validity_file import COLUMNS, ITEM, read_codes, read_validity, write_validity
from analysis.text.reading.archives import members
from analysis.text.reading.decoding import decode, stream_encoding
from analysis.text.reading.formats.delimited import read_delimited
from analysis.text.reading.formats.docx import read_docx
from analysis.text.reading.formats.html import read_html
from analysis.text.reading.formats.json import read_json, read_jsonl
from analysis.text.reading.formats.parquet import read_parquet
from analysis.text.reading.formats.pdf import read_pdf
from analysis.text.reading.formats.plain import read_plain
from analysis.text.reading.metadata import MetadataError, parse_date, read_table
from analysis.text.reading.records import Problem, ReadError, Record
from analysis.text.segments import segments
from analysis.text.sentences import sentences

_KEPT = tempfile.TemporaryDirectory(prefix="hostile-")  # until the process ends
FOLDER = Path(_KEPT.name)
LEXICON = b"""name: small
version: "1"
language: en
negation: {window: 3, words: [not, no]}
frames:
  order:
    label: Order
    definition: Calls for order.
    terms: [order*, "law and order", {pattern: rule ... law, weight: 2, note: x}]
    excludes: ["in order to"]
  loss: {definition: Speaks of loss., terms: [loss, lost]}
"""


def is_text(text: str) -> None:
    text.encode()
    assert isinstance(text, str)


def check_record(record: Record | Problem) -> None:
    """A record whose text is text and whose spans lie in it, or a problem that can be told in one line."""
    assert isinstance(record.name, str)
    is_text(record.name)
    if isinstance(record, Problem):
        check_reason(record.reason)
        return
    assert record.text[record.body :].strip()
    is_text(record.text)
    for key, value in record.metadata.items():
        is_text(key + value)
        parse_date(value)
    for reason in record.problems:
        check_reason(reason)
    body, end = record.text[record.body :], 0
    for part in segments(body):
        assert end <= part.start < part.end <= len(body)
        end = part.end
    end = 0
    for start, stop in sentences(body):
        assert end <= start < stop <= len(body)
        end = stop


def check_reason(reason: str) -> None:
    is_text(reason)
    assert reason.strip()
    assert len(reason) < 20_000, reason[:300]


def target(
    read: Callable[[bytes], Any], check: Callable[[Any], None], refused: type[Exception] = ReadError
) -> Callable[[bytes], None]:
    """What reads bytes and checks what comes of them, or the reason for which they are `refused`."""

    def run(data: bytes) -> None:
        try:
            check(read(data))
        except refused as error:
            if isinstance(error, UnicodeError):  # a ValueError too
                raise
            check_reason(str(error))

    return run


def in_file(name: str, read: Callable[[Path], Any]) -> Callable[[bytes], Any]:
    """What writes bytes into a file of the folder and reads that."""

    def run(data: bytes) -> Any:
        (FOLDER / name).write_bytes(data)
        return read(FOLDER / name)

    return run


def streamed(read: Callable[[io.BytesIO], Any]) -> Callable[[bytes], Any]:
    return lambda data: read(io.BytesIO(data))


def check_records(found: Any) -> None:
    for one in [found] if isinstance(found, Record) else found:
        check_record(one)


def check_decoded(found: tuple[str, str]) -> None:
    text, encoding = found
    is_text(text)
    assert text.encode(encoding).decode(encoding) == text


def check_encoding(encoding: str) -> None:
    "".encode(encoding)


def check_members(found: Any) -> None:
    for one in found:
        if isinstance(one, Problem):
            is_text(one.name + one.reason)
        else:
            is_text(one[0])
            assert ".." not in one[0].split("/")
            one[1].read()


def check_lexicon(found: Lexicon) -> None:
    assert len(found.terms)
    assert set(found.terms["frame"]) == set(found.frames["frame"])
    assert (found.terms["weight"] > 0).all()
    assert 0 <= found.negation_window < 1 << 31
    for table in (found.frames, found.terms, found.excludes):
        for column in table:
            is_text("".join(map(str, table[column])))


def check_table(found: pd.DataFrame) -> None:
    assert found.columns.is_unique
    is_text("".join(map(str, found.to_numpy().ravel())))


def with_metadata(data: bytes) -> Corpus:
    """A corpus of two documents whose ``metadata.csv`` is `data`."""
    folder = FOLDER / "corpus"
    folder.mkdir(exist_ok=True)
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(f"{WORDS}.", encoding="utf-8")
    (folder / "metadata.csv").write_bytes(data)
    return read_corpus(folder)


def check_corpus(found: Corpus) -> None:
    """Both documents are read whatever their metadata say."""
    assert found.documents["doc_id"].tolist() == ["a", "b"]
    assert found.documents.columns.is_unique
    assert {"title", "source", "date"} <= set(found.documents)
    is_text("".join(map(str, [*found.documents, *found.documents.astype(str).to_numpy().ravel()])))
    for reason in found.problems["reason"]:
        check_reason(reason)


def check_validity(found: pd.DataFrame) -> None:
    assert found["frame"].tolist() == OWN.frames["frame"].tolist()
    assert list(found) == list(COLUMNS)
    assert found[["f1", "threshold", "alpha"]].dtypes.eq("float64").all()
    codes = read_codes(FOLDER / "validity.yml", OWN)
    is_text("".join(codes["item"] + codes["doc_id"]))
    assert set(codes["frame"]) <= {*OWN.frames["frame"], "none"}


def check_aliases(found: dict[str, str]) -> None:
    is_text("".join(f"{alias}{name}" for alias, name in found.items()))


def _validity() -> bytes:
    """What was found to be the validity of the lexicon of `_sheet`."""
    own = {"note": "n", "state": "uncertain"}
    rows = [dict.fromkeys(COLUMNS, 1) | own | {"frame": name} for name in OWN.frames["frame"]]
    coded = pd.DataFrame([dict.fromkeys(ITEM, 1) | dict.fromkeys(("item", "doc_id", "stratum", "coder"), "a")])
    write_validity(pd.DataFrame(rows), FOLDER / "validity.yml", OWN, coded.assign(frame="none"))
    return (FOLDER / "validity.yml").read_bytes()


def _sheet() -> tuple[Any, dict[str, bytes]]:
    """A lexicon, and a sheet of three sentences drawn for it, as each of its files."""
    (FOLDER / "lexicon.yml").write_bytes(LEXICON)
    own = read_lexicon(FOLDER / "lexicon.yml")
    rows = [
        (f"i{n}", "a", n * 9, n * 9 + 8, "b", f"It rose {n}.", "c", "order", "none", "order", 1.5, 0.5)
        for n in range(3)
    ]
    names = "item doc_id start end before sentence after coder_1 coder_2 stratum weight probability".split()
    sheet = pd.DataFrame(rows, columns=names)
    files = [file for kind in ("csv", "xlsx") for file in write_sheet(sheet, FOLDER / f"{kind}-sheet.{kind}", own)]
    return own, {file.name: file.read_bytes() for file in files}


OWN, SHEET = _sheet()


def read_changed_sheet(name: str) -> Callable[[bytes], pd.DataFrame]:
    """What reads a sheet of which the file `name` has other bytes."""
    file = "xlsx-sheet.xlsx" if name.startswith("xlsx") else "csv-sheet.csv"

    def read(data: bytes) -> pd.DataFrame:
        for own, content in SHEET.items():
            (FOLDER / own).write_bytes(data if own == name else content)
        return read_sheet(FOLDER / file, OWN)

    return read


def check_sheet(found: pd.DataFrame) -> None:
    assert set(found["frame"].dropna()) <= {*OWN.frames["frame"], NONE}
    found[["start", "end"]].astype("int64")
    assert (found["weight"].astype(float) >= 0).all()


_CSV = f'text,source,n\n"{WORDS}, he ""said"".",Daily,1\nIt rose.,Wire,\n'.encode()
_JSON = json.dumps([{"text": f"{WORDS}.", "source": "Daily", "n": [1, {"a": None}]}, {"text": "é \u2028"}])
_LINES = '{"text": "The council met."}\n\n{"text": "It rose.", "n": 1.5}\n'
_MATTER = f"---\nsource: Daily\ntags: [a, {{b: c}}]\ndate: 2024-06-22\n---\n{WORDS}.\n\nIt rose."

TARGETS: dict[str, tuple[Callable[[bytes], None], list[bytes]]] = {
    "decode": (target(decode, check_decoded), [WORDS.encode(), "naïve café".encode("cp1252"), "اجلاس".encode()]),
    "stream": (target(streamed(stream_encoding), check_encoding), [WORDS.encode(), "a b".encode("utf-16")]),
    "plain": (target(read_plain, check_records), [_MATTER.encode(), WORDS.encode()]),
    "html": (target(read_html, check_records), [_page(_STORY).encode(), _page(f"<table><tr><td>{_STORY}</table>", "<meta charset=cp1252><meta name=author content=A><title>B</title>").encode()]),
    "delimited": (target(streamed(read_delimited), check_records), [_CSV, _CSV.replace(b",", b";"), _CSV.decode().encode("utf-16")]),
    "json": (target(streamed(read_json), check_records), [_JSON.encode(), b'{"a": {"text": "b"}}']),
    "jsonl": (target(streamed(read_jsonl), check_records), [_LINES.encode(), _LINES.encode("utf-16")]),
    "docx": (target(read_docx, check_records), [docx(f"<w:p><w:r><w:t>{WORDS}.</w:t></w:r></w:p>"), zipped({"a": TEXT})]),
    "parquet": (target(streamed(read_parquet), check_records), [parquet({"text": [WORDS, None], "n": [1, 2], "tags": [["a"], []]}), parquet({"text": [WORDS] * 9}, compression="none")]),
    "pdf": (target(read_pdf, check_records), [pdf(_shown(WORDS)), pdf(_shown(WORDS), objects={6: "<< /Title (A) /CreationDate (D:20240622) >>"}, trailer="/Info 6 0 R")]),
    "members": (target(streamed(members), check_members), [zipped({"a/b.txt": TEXT, "c.txt": b"It rose."}), zipped({"a.txt": TEXT}, 0)]),
    "lexicon": (target(in_file("lexicon.yml", read_lexicon), check_lexicon, LexiconError), [LEXICON, (LEXICONS / "security_communication.yml").read_bytes()[:3000]]),
    "table": (target(in_file("table.csv", read_table), check_table, MetadataError), [b"file,title,date\na.txt,A,2024-06-22\nb.txt,\"B, c\",\n", b"file;title\na;b\n"]),
    "metadata": (target(with_metadata, check_corpus, CorpusError), [b"file,title,date,source\na.txt,A,2024-06-22,Daily\nb,\"B, c\",22 June,\n", b"path;desk\na;home\nc;\n"]),
    "validity": (target(in_file("validity.yml", lambda file: read_validity(file, OWN)), check_validity, ValueError), [_validity()]),
    "aliases": (target(in_file("aliases.csv", read_aliases), check_aliases, ValueError), [b"alias,name\nKhan,Imran Khan\nPM,\"Khan, Imran\"\n"]),
    **{
        f"sheet_{name.rpartition('.')[2]}": (target(read_changed_sheet(name), check_sheet, ValueError), [SHEET[name]])
        for name in ("csv-sheet.csv", "xlsx-sheet.xlsx", "csv-sheet.key.json")
    },
}  # fmt: skip
