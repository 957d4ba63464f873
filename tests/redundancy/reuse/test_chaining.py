"""Where two documents may share a passage, against a plain search for it."""

from itertools import count, pairwise

import numpy as np
import pytest

from analysis.redundancy.reuse.chaining import COMMON_LEAST, GAP, LEAST_COSINE, LEAST_DICE, SEEDS, candidates
from analysis.redundancy.reuse.pieces import pieces_of
from analysis.text.buckets import Columns
from analysis.text.corpus import read_texts
from analysis.text.tokens import tokenize


def drawn(seed: int) -> list[str]:
    """Documents of sentences of six of sixteen words, so that many are alike; some stand again, here or there.

    Between some there are forty words that stand nowhere else.
    """
    random = np.random.default_rng(seed)
    words, often = np.array([chr(97 + k) * 4 for k in range(16)]), 1 / np.arange(3, 19)
    number = count(100_000)
    sentences: list[str] = []
    texts = []
    for _ in range(4):
        own = []
        for _ in range(int(random.integers(12, 22))):
            sentences.append(" ".join(random.choice(words, 6, replace=False, p=often / often.sum())))
            sentence = str(random.choice(sentences)) if random.random() < 0.3 else sentences[-1]
            own += [sentence, *(" ".join(f"{next(number)}n" for _ in range(40)) for _ in range(random.integers(3)))]
        texts.append(" ".join(f"{sentence.capitalize()}." for sentence in own))
    return texts


def stretches(pieces, a, b) -> list[tuple[int, ...]]:
    """The same by its definition: each piece with those of b that are most like it, then chains of what is near."""
    rows, bounds = pieces.rows.tolist(), pieces.bounds.tolist()
    content = [
        dict(zip(pieces.words[x:y].tolist(), pieces.values[x:y].tolist(), strict=True)) for x, y in pairwise(rows)
    ]
    rings: dict[tuple[int, ...], list[int]] = {}
    for piece in range(b[0], b[1]):
        rings.setdefault(tuple(pieces.types[bounds[piece] : bounds[piece + 1]].tolist()), []).append(piece)
    seeds = []
    for piece in range(a[0], a[1]):
        alike = []
        for ring in rings.values():
            own, other = content[piece], content[min(ring)]
            both = own.keys() & other.keys()
            cosine = sum(own[word] * other[word] for word in both)
            if len(both) > 1 and 2 * len(both) / (len(own) + len(other)) >= LEAST_DICE and cosine >= LEAST_COSINE:
                alike.append((cosine, ring))
        alike.sort(key=lambda found: -found[0])
        assert len(alike) <= SEEDS or alike[SEEDS - 1][0] - alike[SEEDS][0] > 1e-9, "another seed, please"
        for _, ring in alike[:SEEDS]:
            seeds.append((piece, ring[0]))
            ring.append(ring.pop(0))  # its copies in turn
    left, found = set(seeds), []
    while left:
        chain, edge = set(), {min(left)}
        while edge:
            chain |= edge
            edge = {seed for seed in left - chain if any(_near(bounds, seed, other) for other in edge)}
        left -= chain
        ends = [[(bounds[seed[side]], bounds[seed[side] + 1]) for seed in chain] for side in (0, 1)]
        found.append(tuple(end for own in ends for end in (min(own)[0], max(own)[1])))
    return sorted(found)


def _near(bounds, one, other) -> bool:
    gaps = (bounds[max(one[k], other[k])] - bounds[min(one[k], other[k]) + 1] for k in (0, 1))
    return max(gaps) <= GAP


@pytest.mark.parametrize("seed", range(7))
def test_stretches_are_those_of_a_plain_search(seed: int) -> None:
    search = pieces_of(tokenize(read_texts(drawn(seed))), Columns())
    pieces, room, documents = search[:3]
    first, second = np.array([(a, b) for b in range(4) for a in range(4) if a != b]).T  # some of one second document
    spans, begin, words, _ = candidates(pieces, room, documents, first, second)
    assert not len(words), f"a word is in more than {COMMON_LEAST} pieces of two documents"
    found = [sorted(map(tuple, spans[x:y].tolist())) for x, y in pairwise(begin)]
    expected = [stretches(pieces, documents[a], documents[b]) for a, b in zip(first, second, strict=True)]
    assert found == expected
    assert max(map(len, expected)) > 1
