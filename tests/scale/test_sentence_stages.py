"""How often a sentence stands in a corpus is what it is in memory, however the corpus and the keys are cut."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from analysis import read_corpus, tokenize
from analysis.core.jobs import LostError, run_stage
from analysis.engine.partitions import Partition, partitions, read_tokens
from analysis.redundancy.repeats import weights
from analysis.scale.sentence_stages import Tally, tallies, word_weights, words_once


def told(corpus: Path, folder: Path, characters: int, limit: int) -> list[tuple[Partition, Tally]]:
    pieces = partitions([corpus], characters=characters)
    return list(zip(pieces, tallies(pieces, None, partial(run_stage, folder=folder), limit), strict=True))


@pytest.mark.parametrize(("characters", "limit"), [(1, 40), (2_000, 40), (2_000, 10**6), (10**6, 7)])
def test_weights_are_those_in_memory(repeated, tmp_path, characters, limit):
    own, once, said = [], [], []
    for piece, tally in told(repeated, tmp_path, characters, limit):
        assert (tally.ranges > 1) == (limit < 10**6)
        for number, tokens in enumerate(read_tokens(piece)):
            own += word_weights(tally, number, len(tokens)).tolist()
            once += words_once(tally, number, len(tokens)).tolist()
            sentences = np.split(tokens.vocabulary[tokens.ids], tokens.sentence_offsets[1:-1])
            said += [tuple(sentence) for sentence in sentences if len(sentence)]
    assert own == weights(tokenize(read_corpus(repeated))).tolist()
    assert min(own) == 1 / 51  # the sentence of every document: 3 times in 6 of them, once in 31, twice in one
    assert once == [sentence not in said[:place] for place, sentence in enumerate(said) for _ in sentence]
    assert 10 < sum(once) < len(once) / 2


def test_a_part_that_was_read_otherwise_before_is_told(repeated, tmp_path):
    [(piece, tally)] = told(repeated, tmp_path, 10**6, 10**6)
    [tokens] = read_tokens(piece)
    with pytest.raises(LostError, match="a file of the corpus has changed while it was read: give the same command"):
        word_weights(tally, 0, len(tokens) - 1)
