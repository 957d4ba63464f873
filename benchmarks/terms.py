"""Times the measures of the terms room on ten million words, beside the tokenization of the same and beside peers.

    python benchmarks/terms.py [--words 10000000] [--types 100000] [--documents 10000]

The corpus is made with a seed: words of letters, drawn by a Zipf-Mandelbrot law, in sentences of twenty, in documents
of equal length, these in ten groups. It is tokenized as a text is, which gives the time that each measure is to stay
under. Every measure runs three times; the table has the least of them, and the peak of memory so far. The peers do
the same counts: pandas with a group-by on a table of one row a word (as text, and as categories), for occurrences and
for documents, sorted; and scikit-learn's CountVectorizer on words already split, with a sum over each group.
"""

import argparse
import importlib.util
import resource
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.terms.collocation import collocations
from analysis.terms.concordance import kwic
from analysis.terms.dispersion import dispersion
from analysis.terms.diversity import diversity
from analysis.terms.frequency import terms
from analysis.terms.keyness import keyness
from analysis.terms.trends import trends
from analysis.terms.zipf import heaps, zipf
from analysis.text.corpus import read_texts
from analysis.text.tokens import Tokens, tokenize

ROUNDS = 3
GROUPS = 10


def pseudo_words(count: int) -> np.ndarray:
    """Distinct words of letters, the frequent ones shorter, as in a language."""
    random = np.random.default_rng(1)
    words: dict[str, None] = {}
    while len(words) < count:
        size = 2 + int(2.2 * len(words) ** 0.12) + int(random.integers(0, 5))
        words["".join(random.choice(list("etaoinshrdlucmfwygpbvk"), size))] = None
    return np.array(list(words), dtype=object)


def texts(words: int, types: int, documents: int) -> list[str]:
    """Documents of `words` words in all."""
    random = np.random.default_rng(2)
    weights = 1 / (np.arange(types) + 2.7)
    drawn = random.choice(types, size=words, p=weights / weights.sum())
    vocabulary = pseudo_words(types)
    made = []
    for part in np.array_split(drawn, documents):
        lines = (" ".join(vocabulary[part[i : i + 20]]) for i in range(0, len(part), 20))
        made.append(". ".join(lines) + ".")
    return made


def with_metadata(tokens: Tokens) -> Tokens:
    """The same words in documents that have a group and a date."""
    rows = np.arange(tokens.n_documents)
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(rows * 730 // tokens.n_documents, unit="D")
    tokens.corpus.documents["group"] = [f"g{row % GROUPS}" for row in rows]
    tokens.corpus.documents["date"] = days.astype("datetime64[s]")
    return tokens


def timed(name: str, run: Callable[[], object], rounds: int = ROUNDS) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  {name:58}{min(taken):8.2f} s{peak:8.2f} GB", flush=True)
    return min(taken)


def against(name: str, ours: float, theirs: float) -> None:
    print(f"  {name:58}{theirs / ours:8.1f} times as long", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--words", type=int, default=10_000_000)
    parser.add_argument("--types", type=int, default=100_000)
    parser.add_argument("--documents", type=int, default=10_000)
    options = parser.parse_args()
    tokenize(read_texts(["Compiled before the clock runs."]))
    made = texts(options.words, options.types, options.documents)
    print(f"{options.words:,} words, {sum(map(len, made)) / 1e6:.0f} MB, {options.documents:,} documents")
    corpus = read_texts(made)
    timed("reading (segments, digests)", lambda: read_texts(made), 1)
    timed("tokenize", lambda: tokenize(corpus), 1)
    tokens = with_metadata(tokenize(corpus))
    first, rest = tokens.where(group="g0"), tokens.where(group__not="g0")
    word = tokens.vocabulary[np.bincount(tokens.ids).argsort()[-2000]]

    print("\nmeasures")
    timed("terms", lambda: terms(tokens))
    grouped = timed("terms by group", lambda: terms(tokens, by="group"))
    timed("terms, n = 2, min_count = 5", lambda: terms(tokens, n=2, min_count=5))
    timed("dispersion", lambda: dispersion(tokens))
    timed("diversity", lambda: diversity(tokens))
    timed("zipf and heaps", lambda: (zipf(tokens), heaps(tokens)))
    timed("trends of 8 words by month", lambda: trends(tokens, tokens.vocabulary[:8].tolist(), every="month"))
    key = timed("keyness of a group against the rest", lambda: keyness(first, rest))
    timed("collocations, window 1, min_count 5", lambda: collocations(tokens, min_count=5))
    timed("collocations, window 5, min_count 5", lambda: collocations(tokens, window=5, min_count=5))
    timed("kwic of a word", lambda: kwic(tokens, str(word)))

    print("\npeers")
    frame = pd.DataFrame({"group": tokens.groups("group").to_numpy()[tokens.document]})
    frame["document"], frame["token"] = tokens.document, tokens.vocabulary[tokens.ids]

    def grouped_rows(table: pd.DataFrame) -> pd.DataFrame:
        counts = table.groupby(["group", "token"], observed=True).size()
        once = table.drop_duplicates(["document", "token"]).groupby(["group", "token"], observed=True).size()
        found = pd.DataFrame({"count": counts, "documents": once}).reset_index()
        return found.sort_values(["group", "count", "token"], ascending=[True, False, True])

    by_text = timed("pandas group-by, text: counts and documents", lambda: grouped_rows(frame), 1)
    coded = frame.astype({"group": "category", "token": "category"})
    by_code = timed("pandas group-by, ready-made categories", lambda: grouped_rows(coded), 1)
    against("  than terms by group: text", grouped, by_text)
    against("  than terms by group: categories", grouped, by_code)
    against("  than keyness: text", key, by_text)
    against("  than keyness: categories", key, by_code)
    if importlib.util.find_spec("sklearn") is None:
        print("  missing: sklearn")
        return
    from sklearn.feature_extraction.text import CountVectorizer

    words = np.split(frame["token"].to_numpy(dtype=object), tokens.document_offsets[1:-1])
    group = pd.Categorical(tokens.groups("group")).codes

    def counted() -> list[np.ndarray]:
        matrix = CountVectorizer(analyzer=lambda split: split).fit_transform(words)
        return [np.asarray(matrix[np.flatnonzero(group == g)].sum(axis=0)) for g in range(GROUPS)]

    theirs = timed("scikit-learn CountVectorizer, words already split", counted, 1)
    against("  than terms by group", grouped, theirs)
    against("  than keyness", key, theirs)


if __name__ == "__main__":
    main()
