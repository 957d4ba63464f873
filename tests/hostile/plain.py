# ruff: noqa: E501
"""Plain texts: encodings, shapes and characters that a reader of text may stumble over."""

import codecs
from collections.abc import Iterator

from cases import WORDS, Case, case

NAIVE = f"{WORDS}, naïve as ever – “so they said”.\n\nIt rose at noon in the café.\n"
URDU = "اجلاس کی صدارت وزیراعظم نے کی۔ شہر میں بارش ہوئی۔"
_RISES = b"\n\nIt rose at noon.\n"


def texts() -> Iterator[Case]:
    yield from _encodings()
    yield from _characters()
    yield from _long("shapes", 1)
    yield from _repeated("shapes", 20_000)
    yield from _front_matter()
    yield from _disguises()


def _encodings() -> Iterator[Case]:
    for codec in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "utf-7", "mac-roman"):
        ascii_part = WORDS if codec != "utf-8" else " ".join(NAIVE.split())
        yield case(f"encodings/{codec}.txt", NAIVE.encode(codec), ascii_part)
    for codec in ("utf-32-le", "utf-32-be", "cp037", "cp500", "hz", "iso2022_jp"):
        yield case(f"encodings/{codec}.txt", f"{WORDS}, it said. ".encode(codec) * 20)
    for codec, text in {
        "shift-jis": "議会は月曜日に開かれた。",
        "euc-jp": "議会は月曜日に開かれた。",
        "gb18030": "议会星期一开会。",
        "big5": "議會星期一開會。",
        "euc-kr": "의회가 월요일에 열렸다.",
        "koi8-r": "Совет собрался в понедельник.",
        "cp1251": "Совет собрался в понедельник.",
        "cp1256": "اجتمع المجلس يوم الاثنين.",
        "iso8859-8": "המועצה נפגשה ביום שני.",
    }.items():
        yield case(f"encodings/{codec}.txt", f"{WORDS}.\n{text}\n".encode(codec) * 12, WORDS)
    urdu = URDU.encode()
    yield case("encodings/cut.txt", WORDS.encode() + b". " + urdu[:-1], says="not text in any encoding")
    mixed = urdu + b"\n\n" + f"{WORDS} – “so”.".encode("cp1252")
    yield case("encodings/cp1252 in utf-8.txt", mixed, says="not text in any encoding")
    latin = "café\n".encode("latin-1")
    yield case("encodings/latin-1 line in utf-8.txt", (urdu + b"\n") * 500 + latin + WORDS.encode())
    yield case("encodings/doubly.txt", NAIVE.encode().decode("cp1252", "ignore").encode(), WORDS)
    yield case("encodings/surrogates.txt", WORDS.encode() + b" \xed\xa0\x80 \xed\xbf\xbf" + _RISES, says="two halves")
    yield case("encodings/cesu-8.txt", WORDS.encode() + b" \xed\xa0\xbd\xed\xb8\x80" + _RISES, says="two halves")
    yield case("encodings/overlong.txt", WORDS.encode() + b" \xc0\xaf\xe0\x80\xaf\xf4\x90\x80\x80" + _RISES)
    yield case("encodings/bad bytes.txt", WORDS.encode() + bytes(range(0x80, 0x100)) + _RISES)
    yield case("encodings/marks inside.txt", f"{WORDS}\ufeff on\ufeff. \ufeff\ufffe It rose.", WORDS)
    yield case("encodings/two marks.txt", codecs.BOM_UTF8 * 2 + WORDS.encode(), WORDS)
    yield case("encodings/mark of utf-16, then utf-8.txt", codecs.BOM_UTF16_LE + WORDS.encode(), says="breaks at byte")
    yield case("encodings/odd utf-16.txt", NAIVE.encode("utf-16")[:-1], says="breaks at byte")
    yield case("encodings/lone surrogate.txt", codecs.BOM_UTF16_LE + b"\x00\xd8a\0b\0", says="breaks at byte")
    yield case("encodings/mark alone.txt", codecs.BOM_UTF8, says="is empty")
    yield case("encodings/mark of utf-32 alone.txt", codecs.BOM_UTF32_LE, says="is empty")
    yield case("encodings/a nul.txt", f"{WORDS}.\0 It rose.", WORDS, "holds 1 NUL character")
    yield case("encodings/nuls.txt", b"\0" * 100_000, says="not text")
    yield case("encodings/random.txt", bytes((i * i * 31 + i * 7) % 251 + 2 for i in range(50_000)))


def _characters() -> Iterator[Case]:
    for name, text in {
        "controls": "\x01\x02\x07\x08\x0b\x0c\x0e\x1b\x7f\x80\x85\x9b"
        + " The river rose." * 9,  # more than a tenth is no text
        "escapes": "\x1b[2J\x1b]0;owned\x07\x1b[31mred\x1b[0m \x9b31m",
        "bidi": "\u202e\u202d\u2066\u2067\u2068\u2069\u200f\u200e\u061c gnp.exe",
        "separators": "\u2028\u2029\x1c\x1d\x1e\x1f\x85",
        "noncharacters": "\ufdd0\ufffe\uffff\U0001ffff\U0010ffff",
        "private": "\ue000\uf8ff\U000f0000",
        "tags": "".join(chr(0xE0000 + ord(c)) for c in "hidden words"),
        "zalgo": "Z" + "".join(map(chr, range(0x300, 0x370))) * 200,
        "marks only": "\u0301" * 50_000,
        "stacked": "क" + "\u093f\u094d" * 5_000,
        "zero width": "\u200b\u200c\u200d\u2060\ufeff" * 5_000,
        "joined": "a\u200d" * 50_000,
        "hyphens": "a-" * 100_000,
        "apostrophes": "a'" * 100_000,
        "points": "a." * 100_000,
        "emoji": "👩‍👩‍👧‍👦🏳️‍🌈👍🏿🇵🇰" * 2_000,
        "flags": "🇵" * 50_001,
        "keycaps": "1\ufe0f\u20e3" * 5_000,
        "confusables": "Тhе соunсіl ⅿеt ᴏn Ⅿᴏnԁаʏ",
        "ligatures": "ﷺ" * 10_000,
        "mathematical": "𝕿𝖍𝖊 𝖈𝖔𝖚𝖓𝖈𝖎𝖑",
        "right to left": f"{URDU} \u202babc\u202c 123 {URDU}",
        "mixed": "abc ابج 123 דגב" * 2_000,
        "hangul": "ᄀ" * 10_000 + "ᅡ" * 10_000,
        "formulas": "=cmd|' /C calc'!A0\n\n+1+1\n\n-2+3\n\n@SUM(A1)\n\n\t=1+1\n\n＝1+1",
        "page": "<script>alert(1)</script>\n\n</style><img src=x onerror=alert(1)>\n\n{{7*7}} {% raw %} ]]> -->",
        "markdown": "[a](javascript:alert(1)) ![](x) `` ` $$ \\( <b>",
    }.items():
        yield case(f"characters/{name}.txt", f"{WORDS}. {text} It rose at noon.\n", WORDS)
    yield case("characters/only controls.txt", "\x01\x02\x03")
    yield case("characters/only zero width.txt", "\u200b\u200b\u200c")
    yield case("characters/only blanks.txt", " \n\t\u00a0\u3000\r\n", says="is empty")
    yield case("characters/script in a title.md", f"# <script>alert(1)</script>\n\n{WORDS}.\n", WORDS)


def lengths() -> Iterator[Case]:
    """Texts of many megabytes, and of a million lines or paragraphs."""
    yield from _long("lengths", 10)
    yield from _repeated("lengths", 300_000)


def _long(folder: str, times: int) -> Iterator[Case]:
    yield case(f"{folder}/no blank.txt", WORDS + ". " + "x" * 2_000_000 * times, WORDS)
    yield case(f"{folder}/no blank, no ascii.txt", WORDS + ". " + "é" * 300_000 * times, WORDS)
    yield case(f"{folder}/one line.txt", (WORDS + ". ") * 8_000 * times, WORDS)
    yield case(f"{folder}/no stop.txt", (WORDS + " ") * 8_000 * times, WORDS)
    yield case(f"{folder}/tiny paragraphs.txt", WORDS + ".\n\n" + "a.\n\n" * 100_000 * times, WORDS)
    yield case(f"{folder}/tiny lines.txt", WORDS + ".\n" + "a\n" * 30_000 * times, WORDS)
    yield case(f"{folder}/blank lines.txt", WORDS + ".\n" + "\n" * 300_000 * times + "It rose.", WORDS)
    yield case(f"{folder}/blanks.txt", WORDS + "." + " " * 500_000 * times + "It rose.", WORDS)
    yield case(f"{folder}/returns.txt", f"{WORDS}.\r\rIt rose.\r" * 10 * times, WORDS)


def _repeated(folder: str, size: int) -> Iterator[Case]:
    for name, piece in {
        "quotes": '"', "opening quotes": "“", "brackets": "(", "closing": ")", "stops": ".", "marks": "?!", "dots": ". ",
        "dashes": "-", "spaced dashes": "- ", "stars": "*", "hashes": "# ", "quoted": '"a. ', "abbreviations": "Mr. ",
        "initials": "A.", "numbers": "1.", "lists": "1) ", "emoticons": ":) ", "citations": "[1]", "ats": "@a",
        "addresses": "http://", "www": "www.a.", "mail": "a@b.", "capitals": "A-B ", "commas": "1,", "slashes": "/",
        "colons": "a: ", "lines in quotes": '"\n', "by": "By A ", "dateline": "ISLAMABAD, ", "said": '," said he, "',
        "copyright": "© ", "tabs": "\t", "percents": "5%",
    }.items():  # fmt: skip
        yield case(f"{folder}/many {name}.txt", f"{WORDS}. {piece * (size // len(piece))} It rose.", WORDS)


def _front_matter() -> Iterator[Case]:
    for name, block in {
        "laughs": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
        "object": "a: !!python/object/apply:os.system ['true']",
        "deep": "a: " + "[" * 4_000,
        "deep maps": "a: " + "{a: " * 2_000,
        "deep lists": "\n".join("- " * n for n in (1, 900)),
        "binary": "a: !!binary aGk=",
        "numbers": "a: 1e999999\nb: 0x" + "f" * 5_000 + "\nc: 1:60:60:60",
        "dates": "date: 0000-99-99\nb: 9999-12-31T25:61:61Z",
        "keys": "? [a, b]\n: c\n? {a: b}\n: d",
        "twice": "title: a\ntitle: b",
        "merge": "<<: {title: x}\ntitle: y",
        "tags": "%TAG ! tag:x,2000:\n--- !a\nb: c",
        "control": 'a: "\\e[2J\\0\\uD800"',
        "nul key": '"\\0": b',
        "null": "~: null",
        "columns": "\n".join(f"k{n}: {n}" for n in range(900)),
        "own names": "doc_id: x\npath: ../../x\nsha256: y\nn_chars: z\nencoding: w\nformat: v\nmetadata_path: u",
        "open": 'a: "',
        "hostile title": "title: \"<script>alert(1)</script>\\e[31m\\n=cmd\"\nsource: '=1+1'\ndate: '=2024'",
    }.items():
        says = "nested too deeply" if name.startswith("deep") else ""
        yield case(f"front matter/{name}.md", f"---\n{block}\n---\n{WORDS}.\n", WORDS, says)
    yield case("front matter/long.md", "---\n" + "a: b\n" * 40_000 + f"---\n{WORDS}.", WORDS)
    yield case("front matter/no end.md", f"---\n{WORDS}.", WORDS)
    yield case("front matter/alone.md", "---\na: b\n---\n", says="is empty")


def _disguises() -> Iterator[Case]:
    for name, data in {
        "gzip": b"\x1f\x8b\x08\0" + b"a" * 50, "zip": b"PK\x03\x04" + b"a" * 50, "pdf": b"%PDF-1.4 " + b"a" * 50,
        "office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "parquet": b"PAR1" + b"a" * 50,
        "png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 900,
    }.items():  # fmt: skip
        yield case(f"disguises/{name}.txt", data, says="" if name in ("elf", "png") else "is an? |is gzip")
    yield case("disguises/text.pdf", WORDS, says="PDF")
    yield case("disguises/text.docx", WORDS, says="Word")
    yield case("disguises/text.zip", WORDS, says="zip")
    yield case("disguises/text.parquet", WORDS, says="Parquet")
    yield case("disguises/text.json", WORDS, says="JSON")
    yield case("disguises/text.csv", WORDS, says="text_column")
    yield case("disguises/program.exe", b"MZ" + b"\0" * 100, says="not a kind of file")
    yield case("disguises/none", WORDS, says="not a kind of file")
    yield case("disguises/empty.txt", "", says="is empty")
