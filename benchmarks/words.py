"""Counts the words of many documents with the frequency scheme and with other tools, side by side.

    python benchmarks/words.py [FOLDER] [--articles 10000]

The text is made with a seed from the text files in FOLDER (data/sample): their sentences, shuffled into articles of
about 3,000 characters. Two corpora: English alone (ASCII); and a mix in which two articles of ten have curly quotes
and long dashes and two stand in Arabic letters (put in place of the Latin ones), so that four of ten are not ASCII.
Every tool gives the number of times that each document uses each word, the others with a regular expression that
comes near to the scheme. Each is timed five times in turn; the table has the median, the least and the most seconds
by the clock, and the least of all threads together. Ratios are of the least: what a round takes longer, other work on
the machine has taken. Tools that are not installed are named as missing.
"""

import argparse
import functools
import importlib.util
import random
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import sparse

from analysis.text.kernels import find_words

ROUNDS = 5
EVERY = 20  # NLTK is given every twentieth article, and its time is multiplied
LATIN, ARABIC = "abcdefghijklmnopqrstuvwxyz", "ابچدعفگحیجکلمنوپقرستطوخصیز"

Tool = Callable[[], object]


def pattern(letter: str, digit: str, mark: str) -> str:
    """The scheme as near as a regular expression without look-around comes to it: URLs, e-mails, tags, words."""
    run = f"[{letter}{digit}][{letter}{digit}{mark}]*"
    return (
        r"(?:https?://|www\.)[a-z0-9\-._~:/?#@!$&'*+,;=%()]*[a-z0-9\-_~/#@$&+=%)]"
        rf"|[{letter}{digit}][{letter}{digit}{mark}.+%_\-]*@{run}(?:[.\-]{run})*"
        rf"|[#@][{letter}{digit}{mark}_]*[{letter}][{letter}{digit}{mark}_]*"
        rf"|(?:[{letter}]\.)+[{letter}]\."
        rf"|{run}(?:['’‘ʼ`´\-‐‑_·.,:/\u200c\u200d\u00ad]{run})*%?"
    )


def articles(folder: Path, count: int) -> list[str]:
    """ASCII articles of about 3,000 characters, of the sentences in the texts of `folder`."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".txt", ".md"} or not path.suffix)
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files if path.is_file()]
    sentences = [s for text in texts for s in re.split(r"(?<=[.!?])\s+|\n\s*\n", text) if s and s.isascii()]
    if not sentences:
        raise SystemExit(f"benchmarks/words.py: no text in {str(folder)!r}: name a folder of .txt files")
    draw = random.Random(1947)
    made = []
    for _ in range(count):
        article: list[str] = []
        while sum(map(len, article)) < 3000:
            article.append(draw.choice(sentences))
        made.append(" ".join(article))
    return made


def mixed(english: list[str]) -> list[str]:
    """Of ten articles two with typographic punctuation, two in Arabic letters, six as they are."""
    arabic = str.maketrans(LATIN, ARABIC)
    changes: dict[int, Callable[[str], str]] = {
        3: lambda text: "“" + text.replace("'", "’").replace("--", " — ") + "”",
        4: lambda text: text.lower().translate(arabic),
    }
    return [changes.get(i % 5, str)(text) for i, text in enumerate(english)]


def counted(texts: list[str]) -> sparse.csr_array:
    """How often each text uses each word."""
    words = find_words(texts)
    cells = np.ones(len(words.ids), np.int32), words.ids, words.offsets
    matrix = sparse.csr_array(cells, shape=(len(texts), len(words.vocabulary)))
    matrix.sum_duplicates()
    return matrix


def polars_tool(texts: list[str], folder: Path) -> Tool:
    import polars as pl

    path = folder / f"{id(texts)}.parquet"
    pl.DataFrame({"document": range(len(texts)), "text": texts}).write_parquet(path, row_group_size=500)
    words = pl.col("text").str.to_lowercase().str.extract_all(pattern(r"\p{L}", r"\p{N}", r"\p{M}"))
    table = pl.scan_parquet(path).select("document", words.alias("word")).explode("word")
    return table.group_by("document", "word").len().collect


def sklearn_tool(texts: list[str], _: Path) -> Tool:
    from sklearn.feature_extraction.text import CountVectorizer

    # `re` has no \p{L}: word characters stand for letters and digits, and there are no marks.
    return lambda: CountVectorizer(token_pattern=pattern(r"\w", "", "")).fit_transform(texts)


def nltk_tool(texts: list[str], _: Path) -> Tool:
    from nltk.tokenize import NLTKWordTokenizer, PunktSentenceTokenizer

    split, words = PunktSentenceTokenizer().tokenize, NLTKWordTokenizer().tokenize
    return lambda: [Counter(w for s in split(text) for w in words(s.lower())) for text in texts[::EVERY]]


TOOLS = {
    "polars": ("polars, extract_all and group_by, lazily from parquet", polars_tool, 1),
    "sklearn": ("scikit-learn CountVectorizer", sklearn_tool, 1),
    "nltk": (f"NLTK Punkt and word tokenizer (1 article of {EVERY})", nltk_tool, EVERY),
}


def seconds(tools: dict[str, Tool]) -> dict[str, tuple[list[float], list[float]]]:
    """Clock and processor seconds of each round of each tool, in turn."""
    taken: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in tools}
    for _ in range(ROUNDS):
        for name, tool in tools.items():
            clock, processor = time.perf_counter(), time.process_time()
            tool()
            taken[name][0].append(time.perf_counter() - clock)
            taken[name][1].append(time.process_time() - processor)
    return taken


def report(title: str, texts: list[str], folder: Path) -> None:
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(f"\n{title}: {len(texts):,} articles, {size:.1f} MB, {len(find_words(texts).ids):,} tokens")
    tools: dict[str, Tool] = {"find_words and sums": functools.partial(counted, texts)}
    tools["find_words"] = functools.partial(find_words, texts)
    factors = {}
    for module, (name, make, factor) in TOOLS.items():
        if importlib.util.find_spec(module) is None:
            print(f"  missing: {module}")
        else:
            tools[name], factors[name] = make(texts, folder), factor
    taken = seconds(tools)
    base, least = map(min, taken["find_words and sums"])
    print(f"  {'':54}{'median':>8}{'min':>8}{'max':>8}{'threads':>9}{'MB/s':>8}{'ratio':>8}{'of threads':>12}")
    for name, (clock, processor) in taken.items():
        f = factors.get(name, 1)
        low, middle, high, work = (f * x for x in (min(clock), statistics.median(clock), max(clock), min(processor)))
        print(
            f"  {name:54}{middle:8.2f}{low:8.2f}{high:8.2f}{work:9.2f}{size / low:8.1f}"
            f"{low / base:8.1f}{work / least:12.1f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parents[1] / "data" / "sample")
    parser.add_argument("--articles", type=int, default=10_000)
    options = parser.parse_args()
    find_words(["compiled", "before the clock runs"])
    english = articles(options.folder, options.articles)
    with tempfile.TemporaryDirectory() as folder:
        report("English", english, Path(folder))
        report("Mixed, four of ten articles not ASCII", mixed(english), Path(folder))


if __name__ == "__main__":
    main()
