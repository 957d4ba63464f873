"""Sentences have one key where they are equal, whatever text they stand in."""

import numpy as np

from analysis import read_corpus, read_text, tokenize
from analysis.core.paths import SAMPLE
from analysis.scale.sentence_keys import distinct_sentences, grouped
from analysis.text.units import equal_units


def keys(text: str) -> list[tuple[int, int]]:
    """The key of each sentence of a text, in order."""
    found = distinct_sentences(tokenize(read_text(text)))
    return [(int(found.high[row]), int(found.low[row])) for row in found.row]


def test_equal_where_the_words_are():
    one, again, turned, shorter, longer = keys(
        "Rain and war. RAIN, and: war! War and rain. Rain and. Rain and war war."
    )
    assert one == again
    assert len({one, turned, shorter, longer}) == 4
    assert keys("Another text, with other words. Peace? Rain and war.")[2] == one
    assert keys("...") == []


def test_both_halves_tell_sentences_apart():
    found = distinct_sentences(tokenize(read_corpus(SAMPLE)))
    assert len(np.unique(found.high)) == len(np.unique(found.low)) == len(found.high)


def test_the_sample_has_the_repeats_that_it_has_in_memory():
    tokens = tokenize(read_corpus(SAMPLE))
    found = distinct_sentences(tokens)
    group, times = equal_units(tokens, "sentence")
    assert found.times[found.row].tolist() == times.tolist()
    assert len(set(zip(found.row.tolist(), group.tolist(), strict=True))) == len(found.high) == len(set(group.tolist()))
    assert found.high.tolist() == sorted(found.high.tolist())


def test_of_one_first_half_the_second_decides():
    high = np.array([5, 1, 5, 5, 5, 1], dtype=np.uint64)
    low = np.array([9, 4, 2, 9, 2, 4], dtype=np.uint64)
    order, starts = grouped(high, low)
    assert order.tolist() == [1, 5, 2, 4, 0, 3]
    assert starts.tolist() == [0, 2, 4]
