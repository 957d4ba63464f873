"""Learns where English sentences end, and scores the result.

    python benchmarks/sentences.py FOLDER

FOLDER holds the training parts of two treebanks, a paragraph a line with the places of its sentences
(``{"genre": ..., "text": ..., "sentences": [[start, end], ...]}``): ``ewt.jsonl.gz``, the English Web Treebank of
Universal Dependencies, and ``gum.jsonl.gz``, the Georgetown University Multilayer corpus, of which the genres under
a non-commercial licence are left out. To them come the examples in ``sentence_examples.txt``, written for this
package, a ``|`` between sentences, each counted `EXAMPLE` times.

The model is a logistic regression over the features of ``tests/text/reference_sentences.py`` that occur twice or more,
with an L1 and a small L2 penalty, fitted by AdaGrad in an order drawn with a seed; the weights are the mean of those
after each of the last rounds. They are written into ``analysis/text/sentence_weights.tsv`` as whole hundredths; small
ones are left out. The templates, and the sums at which the first of them decide alone, were chosen by cross-validation
over the documents of the training parts: fewer templates would raise the held-out loss.
"""

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "text"))
from reference_sentences import gaps  # noqa: E402

from analysis.text.boundaries import WEIGHTS  # noqa: E402

LEFT_OUT = {"whow", "fiction"}  # CC BY-NC-SA
SEED, ROUNDS, AVERAGED = 13, 16, 8
RATE, L1, L2 = 0.1, 1.0, 1.0
EXAMPLE = 10.0
SCALE, SMALLEST = 100, 6

HEADER = """\
# Weights of the features of a gap between two tokens, in hundredths of a logit; analysis/text/boundaries.py reads them.
# A line: the number of the template, its atoms, the weight, apart by tabs. Written by benchmarks/sentences.py.
# Learnt from the training parts of the English Web Treebank (CC BY-SA 4.0, universaldependencies.org) and of GUM, the
# Georgetown University Multilayer corpus (gucorpling.org/gum; its genres under CC BY, CC BY-SA or in the public
# domain, not "whow" and "fiction"), and from examples written for this package. Licence of this file: CC BY-SA 4.0.
"""


def paragraphs(folder: Path) -> Iterator[tuple[str, set[int], float]]:
    """The text of each paragraph, where its sentences begin, and how much it counts."""
    for name in ("ewt", "gum"):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in map(json.loads, lines):
                if line["genre"] not in LEFT_OUT:
                    yield line["text"], {start for start, _ in line["sentences"]}, 1.0
    for line in (ROOT / "benchmarks" / "sentence_examples.txt").read_text(encoding="utf-8").splitlines():
        pieces = line.split("|")
        ends = np.cumsum([len(piece) for piece in pieces])
        starts = {int(end) - len(piece.lstrip()) for end, piece in zip(ends, pieces, strict=True)}
        yield line.replace("|", ""), starts, EXAMPLE


@numba.njit
def fit(ids: Any, offsets: Any, labels: Any, counts: Any, frequency: Any, order: Any) -> Any:
    """The weight of each feature; the first is the constant, which is not drawn to zero."""
    w, squares, mean = np.zeros(len(frequency)), np.full(len(frequency), 1e-8), np.zeros(len(frequency))
    for k in range(len(order)):
        for row in order[k]:
            logit = 0.0
            for p in range(offsets[row], offsets[row + 1]):
                logit += w[ids[p]]
            error = (1 / (1 + np.exp(-logit)) - labels[row]) * counts[row]
            for p in range(offsets[row], offsets[row + 1]):
                j = ids[p]
                slope = error + (L2 * w[j] / frequency[j] if j else 0.0)
                squares[j] += slope * slope
                step = RATE / np.sqrt(squares[j])
                value = w[j] - step * slope
                pull = step * L1 / frequency[j] if j else 0.0
                w[j] = np.sign(value) * max(0.0, abs(value) - pull)
        if k >= len(order) - AVERAGED:
            mean += w / AVERAGED
    return mean


def main() -> None:
    """Learn, write the weights, and say how many there are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    rows: list[list[str]] = []
    labels, counts = [], []
    for text, starts, count in paragraphs(folder):
        for _, start, features in gaps(text, lambda position, _, starts=starts: position in starts):
            rows.append([sys.intern(feature) for feature in features])
            labels.append(float(start in starts))
            counts.append(count)
    frequency = Counter(feature for row in rows for feature in row)
    kept = sorted(feature for feature, n in frequency.items() if n >= 2)  # the constant is "0", the first
    code = {feature: k for k, feature in enumerate(kept)}
    coded = [[code[feature] for feature in row if feature in code] for row in rows]
    draw = np.random.default_rng(SEED)
    weights = fit(
        np.array([k for row in coded for k in row], np.int32),
        np.cumsum([0, *map(len, coded)]),
        np.array(labels),
        np.array(counts),
        np.array([frequency[feature] for feature in kept], float),
        np.array([draw.permutation(len(rows)) for _ in range(ROUNDS)]),
    )
    whole = {feature: round(SCALE * weight) for feature, weight in zip(kept, weights, strict=True)}
    lines = [f"{feature}\t{weight}\n" for feature, weight in whole.items() if abs(weight) >= SMALLEST]
    WEIGHTS.write_text(HEADER + "".join(lines), encoding="utf-8")
    print(f"{len(rows):,} gaps, {len(kept):,} features, {len(lines):,} with a weight")


if __name__ == "__main__":
    main()
