"""How often a sentence appears in a corpus is what it is in memory, however the corpus is cut."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from analysis import read_corpus, read_text, tokenize
from analysis.core.jobs import LostError, run_stage
from analysis.engine.partitions import Partition, partitions, read_texts
from analysis.redundancy.repeats import weights
from analysis.scale import sentences
from analysis.scale.sentences import Tally, distinct_sentences, tallies, word_weights
from analysis.text.units import equal_units


def tallied(corpus: Path, folder: Path, characters: int) -> list[tuple[Partition, Tally]]:
    pieces = partitions([corpus], characters=characters)
    return list(zip(pieces, tallies(pieces, None, partial(run_stage, folder=folder), 10**9, 1), strict=True))


def keys(text: str) -> list[tuple[int, int]]:
    """The key of each sentence of a text, in order."""
    found = distinct_sentences(tokenize(read_text(text)))
    return [(int(found.high[row]), int(found.low[row])) for row in found.row]


@pytest.mark.parametrize("characters", [1, 2_000, 10**6])
@pytest.mark.parametrize("half", ["all bits", "high", "low"])
def test_weights_are_those_in_memory(repeated, tmp_path, monkeypatch, characters, half):
    if half != "all bits":  # where one half of a key says little, the other decides
        run_hashes, little = sentences.run_hashes, np.uint64(3)

        def hashes(*given):
            high, low = run_hashes(*given)
            return (high & little, low) if half == "high" else (high, low & little)

        monkeypatch.setattr(sentences, "run_hashes", hashes)
    own = []
    for piece, tally in tallied(repeated, tmp_path, characters):
        for number, shard in enumerate(read_texts(piece)):
            own += word_weights(tally, number, len(tokenize(shard))).tolist()
    assert own == weights(tokenize(read_corpus(repeated))).tolist()
    assert min(own) == 1 / 51  # the sentence of every document: 3 times in 6 of them, once in 31, twice in one


def test_a_part_that_was_read_otherwise_before_is_told(repeated, tmp_path):
    [(piece, tally)] = tallied(repeated, tmp_path, 10**6)
    [shard] = read_texts(piece)
    with pytest.raises(LostError, match="a file of the corpus has changed while it was read: give the same command"):
        word_weights(tally, 0, len(tokenize(shard)) - 1)


def test_equal_where_the_words_are():
    one, again, turned, shorter, longer = keys(
        "Rain and war. RAIN, and: war! War and rain. Rain and. Rain and war war."
    )
    assert one == again
    assert len({one, turned, shorter, longer}) == 4
    assert keys("Another text, with other words. Peace? Rain and war.")[2] == one
    assert keys("...") == []


def test_the_sample_has_the_repeats_that_it_has_in_memory(sample_tokens):
    found = distinct_sentences(sample_tokens)
    group, times = equal_units(sample_tokens, "sentence")
    assert found.times[found.row].tolist() == times.tolist()
    assert len(set(zip(found.row.tolist(), group.tolist(), strict=True))) == len(found.high) == len(set(group.tolist()))
    assert found.high.tolist() == sorted(found.high.tolist())
