# ruff: noqa: UP031
"""Tables: CSV, JSON and Parquet with what their readers may stumble over."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from cases import WORDS, Case, case


def tables() -> Iterator[Case]:
    yield from _delimited()
    yield from _json()
    yield from _lines()
    yield from _parquet()


def written(table: pa.Table, **options: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    return written(pa.table(columns), **options)


def _delimited() -> Iterator[Case]:
    head = "text,source\n"
    good = f"{WORDS}.,Daily\n"
    yield case("csv/open quote.csv", f'{head}{good}"It rose,Daily\n' + good * 50, WORDS, "never closed")
    yield case("csv/quote inside.csv", f'{head}{good}"It" rose,Daily\n{good}', WORDS, "double each quote")
    yield case("csv/nul.csv", f"{head}{good}It\0 rose in the afternoon,Daily\n", WORDS, "holds 1 NUL character")
    wide = ",".join(["text", *(f"c{n}" for n in range(100_000))]) + f"\n{WORDS}" + ",x" * 100_000
    yield case("csv/columns.csv", wide, WORDS, "the first 250 are kept")
    yield case("csv/fields.csv", f"{head}{good}" + "," * 1_000_000 + "\n", WORDS, "fields")
    yield case("csv/long field.csv", f"{head}{good}{'x' * 20_000_000},Daily\n", WORDS)
    yield case("csv/open quote, long.csv", f'{head}{good}"' + "x,\n" * 500_000, WORDS, "never closed")
    yield case("csv/rows.csv", head + "a,b\n" * 10_000 + good, WORDS)
    yield case("csv/short rows.csv", head + "a\n" * 5_000 + good, WORDS, "fields")
    yield case("csv/twice.csv", "text,text\na,b\n", says="more than one column")
    yield case("csv/unnamed.csv", f"text,,\n{WORDS},a,b\n", WORDS)
    yield case("csv/header only.csv", "text,source\n", says="no row below")
    yield case("csv/blank lines.csv", "\n" * 300_000 + head + good, WORDS)
    yield case("csv/header of blanks.csv", "\n" * 50, says="is empty")
    yield case("csv/carriage returns.csv", f"text,source\r{WORDS}.,Daily\r", WORDS)
    yield case("csv/formulas.csv", f"text,=cmd|' /C calc'!A0\n{WORDS}. =1+1,=1+1\n", WORDS)
    yield case("csv/controls.csv", f"text,\x1b[31ma\n{WORDS}.,\x1b[2J\u202e\n", WORDS)
    names = "text,doc_id,path,metadata_path,title,date"
    yield case("csv/names.csv", f"{names}\n{WORDS}.,../../x,/etc,x,<script>,=1\n", WORDS)
    yield case("csv/utf-16.csv", (head + good).encode("utf-16"), WORDS)
    yield case("csv/late bytes.csv", (head + good * 40_000).encode() + b"caf\xe9,Daily\n", WORDS)
    yield case("csv/cut utf-16.csv", (head + good * 9).encode("utf-16")[:-1], says="nothing from here on is read")
    yield case("csv/late bad bytes.csv", "text,source\nسرخی,Daily\n".encode() * 30_000 + b"\xff\xfe\x81\n")
    yield case("csv/delimiters.tsv", f"text\tb;c|d,e\n{WORDS}.\tx\n", WORDS)
    yield case("csv/quoted header.csv", f'"te\nxt",b\n{WORDS},c\n', says="text_column")
    yield case("csv/long header.csv", "x" * 200_000 + f",text\nb,{WORDS}\n", WORDS)
    yield case("csv/open quote in header.csv", '"text,a\n' + good * 30_000, says="quote")


def _json() -> Iterator[Case]:
    text = json.dumps(WORDS)
    yield case("json/deep.json", '[{"text": "a", "b": ' + "[" * 100_000, says="is not JSON")
    yield case("json/deep and closed.json", f'[{{"text": {text}, "b": {"[" * 100_000}{"]" * 100_000}}}]', says="JSON")
    yield case("json/rather deep.json", f'[{{"text": {text}, "b": {"[" * 900}{"]" * 900}}}]')
    yield case("json/deep objects.json", '{"a":' * 100_000, says="is not JSON")
    yield case("json/long number.json", f'[{{"text": {text}, "n": {"9" * 100_000}}}]')
    yield case("json/large number.json", f'[{{"text": {text}, "n": 1e999999, "m": -0.0}}]', WORDS)
    yield case("json/no numbers.json", f'[{{"text": {text}, "n": NaN, "m": [Infinity, -Infinity]}}]', WORDS)
    yield case("json/keys twice.json", f'[{{"text": "a", "text": {text}, "n": 1, "n": 2}}]', WORDS)
    yield case("json/surrogate.json", r'[{"text": "a \ud800 b"}, {"text": %s}]' % text, WORDS, "U\\+D800")
    halves = r'[{"text": %s, "\udc00": 1, "b": "\ud800"}]' % text
    yield case("json/surrogate in metadata.json", halves, WORDS, "left out")
    nul = r'[{"text": "It rose \u0000 by noon"}, {"text": %s}]' % text
    yield case("json/nul.json", nul, WORDS, "holds 1 NUL character")
    kinds = f'[1, null, "a", [], true, {{}}, {{"text": 5}}, {{"text": {text}}}]'
    yield case("json/kinds.json", kinds, WORDS, "not an object")
    keys = r'{"\u001b[2J": {"text": %s}, "../../x": {"text": %s}, "": {"text": "c"}}' % (text, text)
    yield case("json/of keys.json", keys, WORDS)
    yield case("json/number.json", "1", says="make it a list")
    yield case("json/empty list.json", "[]", says="no object")
    yield case("json/empty object.json", "{}", says="text_column")
    yield case("json/columns.json", json.dumps([{"text": WORDS} | {f"c{n}": n for n in range(20_000)}]), WORDS)
    yield case("json/objects.json", json.dumps([{"text": WORDS}] * 5_000), WORDS)
    yield case("json/no objects.json", "[" + "0," * 30_000 + "0]", says="not an object")
    yield case("json/utf-16.json", f'[{{"text": {text}}}]'.encode("utf-16"), WORDS)
    unlike = json.dumps([{"text": WORDS, f"c{n}": 1} for n in range(2_500)])
    yield case("json/unlike columns.json", unlike, WORDS, "the first 300 are kept")


def _lines() -> Iterator[Case]:
    good = json.dumps({"text": WORDS}) + "\n"
    yield case("jsonl/long line.jsonl", good + json.dumps({"text": "x" * 20_000_000}) + "\n", WORDS)
    yield case("jsonl/broken.jsonl", good + '{"text": "a\n' * 30_000 + good, WORDS, "is not JSON")
    yield case("jsonl/deep.jsonl", good + "[" * 100_000 + "\n" + good, WORDS, "is not JSON")
    yield case("jsonl/deep value.jsonl", good + '{"text": "a", "b": ' + "[" * 60_000 + "]" * 60_000 + "}\n", WORDS)
    yield case("jsonl/long number.jsonl", good + '{"text": "a", "n": ' + "9" * 10_000 + "}\n", WORDS)
    yield case("jsonl/bytes.jsonl", good.encode() + b'{"text": "caf\xe9"}\n', WORDS, "not UTF-8")
    yield case("jsonl/surrogate.jsonl", good + '{"text": "\\udfff"}\n', WORDS, "no character")
    yield case("jsonl/nuls.jsonl", good.encode() + b"\0" * 1_000_000, WORDS, "is not JSON")
    yield case("jsonl/list.jsonl", f"[{good.strip()}]\n", says="not an object")
    yield case("jsonl/marks.jsonl", "\ufeff" + good + "\ufeff" + good, WORDS, "is not JSON")
    yield case("jsonl/separators.jsonl", f'{{"text": "{WORDS}\u2028\u2029\x85 it rose"}}\n', WORDS)
    yield case("jsonl/returns.jsonl", good.strip() + "\r" + good, says="is not JSON")
    yield case("jsonl/blank.jsonl", "\n" * 500_000, says="no object")


def _parquet() -> Iterator[Case]:
    plain = parquet({"text": [f"{WORDS}.", "It rose."], "source": ["Daily", None]})
    yield case("parquet/plain.parquet", plain, WORDS)
    for size in (4, 8, len(plain) // 2, len(plain) - 1, len(plain) - 12):
        yield case(f"parquet/first {size}.parquet", plain[:size], says="Parquet")
    yield case("parquet/magic.parquet", b"PAR2" + plain[4:])
    yield case("parquet/encrypted.parquet", plain[:-4] + b"PARE", says="Parquet")
    yield case("parquet/long footer.parquet", plain[:-8] + b"\xff\xff\xff\x7fPAR1", says="Parquet")
    pages = parquet({"text": [f"{WORDS}, number {n}." for n in range(5_000)]}, row_group_size=500, compression="snappy")
    yield case("parquet/broken page.parquet", pages[:9_000] + b"\xff" * 400 + pages[9_400:], WORDS, "is broken")
    nested = {"text": [WORDS], "deep": [[{"a": [{"b": [1, None]}]}]], "bytes": [b"\xff\0"], "map": [[("k", 1)]]}
    nested["map"] = pa.array(nested["map"], pa.map_(pa.string(), pa.int64()))
    yield case("parquet/nested.parquet", parquet(nested), WORDS)
    yield case("parquet/bytes.parquet", parquet({"text": [b"\xff\xfe", WORDS.encode()]}), says="not text")
    yield case("parquet/list.parquet", parquet({"text": [[WORDS]]}), says="not text")
    yield case("parquet/categories.parquet", parquet({"text": pa.array([WORDS] * 9).dictionary_encode()}), WORDS)
    yield case("parquet/large text.parquet", parquet({"text": pa.array([WORDS], pa.large_string())}), WORDS)
    yield case("parquet/no rows.parquet", parquet({"text": pa.array([], pa.string())}), says="no rows")
    yield case("parquet/no columns.parquet", parquet({}), says="text_column")
    yield case("parquet/columns.parquet", parquet({"text": [WORDS]} | {f"c{n}": [n] for n in range(3_000)}), WORDS)
    for names in (["text", "c", "c"], ["text", "text", "c"]):
        twice = written(pa.table([[WORDS], ["a"], ["b"]], names=names))
        yield case(f"parquet/{' '.join(names)}.parquet", twice, says="more than one column")
    for name, value, says in (
        ("far dates", pa.array([2**62], pa.timestamp("us")), "left out"),
        ("far days", pa.array([2**30], pa.date32()), "left out"),
        ("nanoseconds", pa.array([2**62 + 1], pa.timestamp("ns")), ""),
        ("zones", pa.array([0], pa.timestamp("s", "No/Where")), "left out"),
    ):
        yield case(f"parquet/{name}.parquet", parquet({"text": [WORDS], "at": value}), WORDS, says)
    yield case("parquet/not utf-8.parquet", _not_utf8())
    yield case("parquet/bomb.parquet", _bomb(1_000_000, 200), says="unpacks")
    yield case("parquet/wide bomb.parquet", _bomb(25_000_000, 20), says="unpacks")


def _not_utf8() -> bytes:
    """A column of strings that holds other bytes: the bytes of another text of the same length changed in the file."""
    return parquet({"text": ["The council", WORDS]}, compression="none").replace(b"The council", b"The \xff\xfeuncil")


def _bomb(size: int, rows: int) -> bytes:
    """A few kB that are `rows` texts of `size` letters: each is a number in the dictionary of the column."""
    values = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * size]))
    options = {"store_schema": False, "dictionary_pagesize_limit": 1 << 30, "write_statistics": False}
    return parquet({"text": values}, compression="zstd", **options)
