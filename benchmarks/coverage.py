"""How often the 95% intervals of rates hold the rate of the corpus that documents were drawn from.

The corpus is taken for all the documents there are, so that its rates are known. Of it 5, 10, 26 and 65 documents are
drawn again and again, with replacement, and the share of draws is printed in which an interval holds the true rate: of
words in more than half of the documents, and of frames in more than a tenth.

    python benchmarks/coverage.py [CORPUS ...] [--draws 300] [--lexicon FILE]
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis import Tokens, read_corpus, tokenize
from analysis.core.intervals import rate_intervals
from analysis.core.paths import LEXICONS, SAMPLE
from analysis.framing.frames import matches
from analysis.framing.lexicon import Lexicon, read_lexicon

DOCUMENTS = (5, 10, 26, 65)
TYPES = 60  # words that are looked at

Counts = NDArray[np.float64]


def words(tokens: Tokens, random: np.random.Generator) -> Counts:
    """(documents, at most `TYPES`) how often each document has words that more than half of them have."""
    counts = tokens.document_term_matrix()[0].tocsc()
    common = np.flatnonzero(np.diff(counts.indptr) > counts.shape[0] / 2)
    chosen: Counts = counts[:, random.permutation(common)[:TYPES]].toarray().astype(np.float64)
    return chosen


def frames(tokens: Tokens, lexicon: Lexicon) -> Counts:
    """(documents, frames) how many terms of each frame each document has, of frames that more than a tenth have."""
    found = matches(tokens, lexicon)
    counts = found.groupby(["doc_id", "frame"]).size().unstack(fill_value=0).reindex(tokens.doc_ids, fill_value=0)
    own: Counts = counts.to_numpy(dtype=np.float64)
    return own[:, (own > 0).mean(axis=0) > 0.1]


def held(counts: Counts, sizes: Counts, drawn: int, draws: int, random: np.random.Generator) -> float:
    """In which share of the draws of so many documents the interval of a column holds its true rate."""
    rows = random.integers(0, len(sizes), draws * drawn)
    low, high = rate_intervals(counts[rows], sizes[rows], np.repeat(np.arange(draws), drawn), draws)
    true = counts.sum(axis=0) / sizes.sum()
    return float(np.mean((low <= true) & (true <= high)))


def main() -> None:
    """Print a line for words and one for frames of each corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", type=Path, default=[SAMPLE])
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--lexicon", type=Path, default=LEXICONS / "security_communication.yml")
    chosen = parser.parse_args()
    lexicon = read_lexicon(chosen.lexicon)
    for path in chosen.corpora:
        random = np.random.default_rng(1)
        tokens = tokenize(read_corpus(path))
        sizes = np.diff(tokens.document_offsets).astype(np.float64)
        print(f"{path.name}: {tokens.n_documents:,} documents; of {', '.join(map(str, DOCUMENTS))} drawn")
        for name, counts in (("words", words(tokens, random)), ("frames", frames(tokens, lexicon))):
            shares = [held(counts[sizes > 0], sizes[sizes > 0], n, chosen.draws, random) for n in DOCUMENTS]
            print(f"  {name:7} ({counts.shape[1]:2})", *(f"{share:6.1%}" for share in shares))


if __name__ == "__main__":
    main()
