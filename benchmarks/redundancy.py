"""Times what finds repetition beside MinHash peers, on one set of sentences and documents, in one run.

    python benchmarks/redundancy.py [FOLDER in the format of PAN's text alignment task] [--sentences 220000]

Sentences: all pairs with a Jaccard similarity of at least .8 (`near_repeats`, which misses none), against signatures of
128 permutations put into 16 bands by rensa and by datasketch, whose candidates are verified by the same Jaccard; how
many of the pairs each finds. datasketch runs on the first 20,000 sentences, and is compared with the same. Documents:
the pairs that share text, against rensa on windows of 60 words, made on the clock as our runs of words are. Then
`passages` on the labelled pairs, with the scores. Words are the same for all and are made before the clock starts; each
is timed once after a warm-up on a few sentences.
Without a folder the sentences are the sample's, each changed at random again and again, and there are no scores.
"""

import argparse
import gzip
import json
import resource
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from datasketch import MinHash, MinHashLSH
from rensa import RMinHash, RMinHashLSH

from analysis import read_corpus, tokenize
from analysis.core.paths import SAMPLE
from analysis.redundancy.evaluation import evaluate_reuse
from analysis.redundancy.near import near_repeats
from analysis.redundancy.reuse import document_pairs, passages
from analysis.text.corpus import read_texts
from analysis.text.tokens import Tokens

THRESHOLD, PERMUTATIONS, BANDS = 0.8, 128, 16
SLOW = 20_000  # sentences for the peer that takes minutes on all
WINDOW = 60  # words, half of it from one to the next


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="docs.jsonl.gz, pairs.csv, cases.csv")
    parser.add_argument("--sentences", type=int, default=220_000)
    options = parser.parse_args()
    texts = documents(options.folder) if options.folder else list(read_corpus(SAMPLE).texts)
    whole = tokenize(read_texts(texts))
    lines = distinct(whole) if options.folder else changed(distinct(whole), 50_000)
    lines = lines[: options.sentences]
    for measure in (near_repeats, document_pairs, passages):
        measure(tokenize(read_texts(["It rained all night in the hills and in the plain."] * 3)))
    sentences(lines)
    pairs(whole)
    if options.folder:
        found, seconds = timed(lambda: document_pairs(whole))
        _, more = timed(lambda: passages(whole, found))
        print(f"passages of {len(found):,} pairs held to be reuse: {more:.1f} s after {seconds:.1f} s for the pairs")
        scores, seconds = timed(lambda: evaluate_reuse(options.folder))
        print(
            f"\n{scores.to_string(index=False, float_format='{:.3f}'.format)}\n(all in {seconds:.0f} s, with reading)"
        )


def documents(folder: Path) -> list[str]:
    with gzip.open(folder / "docs.jsonl.gz", "rt", encoding="utf-8") as rows:
        return [json.loads(row)["text"] for row in rows]


def distinct(tokens: Tokens) -> list[str]:
    """The different sentences of five words or more, as words one blank apart."""
    words = np.split(tokens.vocabulary[tokens.ids], tokens.sentence_offsets[1:-1])
    return list(dict.fromkeys(" ".join(line) for line in words if len(line) >= 5))


def changed(lines: list[str], count: int) -> list[str]:
    """`count` sentences made from `lines`, a word or two of each replaced."""
    random = np.random.default_rng(0)
    made: dict[str, None] = {}
    while len(made) < count:
        words = lines[int(random.integers(len(lines)))].split()
        for _ in range(int(random.integers(1, 4))):
            words[int(random.integers(len(words)))] = f"w{int(random.integers(500))}"
        made[" ".join(words)] = None
    return list(made)


def sentences(lines: list[str]) -> None:
    tokens = tokenize(read_texts(lines))
    ours, seconds = timed(lambda: near_repeats(tokens, THRESHOLD))
    print(f"{len(lines):,} sentences, similarity {THRESHOLD}: near_repeats {seconds:.2f} s, {len(ours):,} pairs")
    report("rensa", lines, ours, seconds, rensa_candidates)
    few = lines[:SLOW]
    tokens = tokenize(read_texts(few))
    ours, seconds = timed(lambda: near_repeats(tokens, THRESHOLD))
    report(f"datasketch ({len(few):,} sentences)", few, ours, seconds, datasketch_candidates)
    print(f"peak of memory so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB\n")


def report(name: str, lines: list[str], ours: Any, seconds: float, peer: Callable[[list[set[str]]], Any]) -> None:
    """A peer's time as a multiple of ours, and the share of the pairs that it finds."""
    sets = [set(line.split()) for line in lines]

    def run() -> set[tuple[int, int]]:
        return {(a, b) for a, b in peer(sets) if len(sets[a] & sets[b]) / len(sets[a] | sets[b]) >= THRESHOLD}

    found, other = timed(run)
    known = {tuple(sorted(pair)) for pair in zip(ours["a_doc"].astype(int), ours["b_doc"].astype(int), strict=True)}
    share = len(found & known) / max(len(known), 1)
    print(f"  {name}: {other:.2f} s, {other / seconds:.1f} times as long; {share:.1%} of the pairs")


def rensa_candidates(sets: list[set[str]], bands: int = BANDS) -> set[tuple[int, int]]:
    def signed(words: set[str]) -> RMinHash:
        signature = RMinHash(num_perm=PERMUTATIONS, seed=1)
        signature.update(list(words))
        return signature

    return candidates(sets, RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=bands), signed)


def datasketch_candidates(sets: list[set[str]]) -> set[tuple[int, int]]:
    def signed(words: set[str]) -> MinHash:
        signature = MinHash(num_perm=PERMUTATIONS, seed=1)
        signature.update_batch([word.encode() for word in words])
        return signature

    return candidates(sets, MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, PERMUTATIONS // BANDS)), signed)


def candidates(sets: list[set[str]], index: Any, signed: Callable[[set[str]], Any]) -> set[tuple[int, int]]:
    """The pairs of sets that share a band."""
    found = set()
    for row, words in enumerate(sets):
        signature = signed(words)
        found.update((other, row) for other in index.query(signature))
        index.insert(row, signature)
    return found


def pairs(tokens: Tokens) -> None:
    """Documents that share text, against windows of words in two settings: few candidates, and many."""
    ours, seconds = timed(lambda: document_pairs(tokens))
    print(f"{tokens.n_documents:,} documents: document_pairs {seconds:.2f} s, {len(ours):,} pairs")
    for bands in BANDS, 2 * BANDS:
        found, other = timed(partial(of_windows, tokens, bands))
        times = f"{other:.2f} s, {other / seconds:.1f} times as long"
        print(f"  rensa on windows of {WINDOW} words, {bands} bands: {times}; {len(found):,} pairs")


def of_windows(tokens: Tokens, bands: int) -> set[tuple[int, int]]:
    """The pairs of documents of which two windows are candidates."""
    words = np.split(tokens.vocabulary[tokens.ids], tokens.document_offsets[1:-1])
    windows, owner = [], []
    for row, own in enumerate(words):
        for first in range(0, max(len(own) - WINDOW // 2, 1), WINDOW // 2):
            windows.append(set(own[first : first + WINDOW].tolist()))
            owner.append(row)
    return {(owner[a], owner[b]) for a, b in rensa_candidates(windows, bands) if owner[a] != owner[b]}


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begun


if __name__ == "__main__":
    main()
