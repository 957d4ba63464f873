"""What is nearly the same in a corpus in parts is what is so in memory, however it is cut."""

import numpy as np
import pandas as pd
import pytest

from analysis import tokenize
from analysis.redundancy import near, near_join
from analysis.redundancy import near_in_parts as module
from analysis.redundancy.near import near_repeats, near_texts
from analysis.text.corpus import read_texts
from analysis.text.long_tables import LongTable, table_parts


@pytest.fixture(scope="module")
def tokens():
    """Sentences of few words, of up to thirty, many of them alike, some copied; documents without any."""
    random = np.random.default_rng(3)
    words = [f"word{k}" for k in range(40)]
    lines: list[str] = []
    for _ in range(150):
        if lines and random.random() < 0.6:
            own = lines[random.integers(len(lines))].split()
            own[random.integers(len(own))] = words[random.integers(40)]
            lines.append(" ".join(own if random.random() < 0.7 else own[::-1]))
        else:
            lines.append(" ".join(random.choice(words, random.integers(1, 30))))
    said = [f"{line.capitalize()}{'!' if random.random() < 0.2 else '.'}" for line in lines]
    texts = ["  ".join(said[k : k + 5]) + "\n\n" + said[k + 5] for k in range(0, 140, 6)]
    return tokenize(read_texts([texts[0], "", *texts[1:], "Nothing else.", "Said by nobody of them.", "", *texts[:3]]))


@pytest.fixture
def small(monkeypatch):
    """Many buckets, blocks and pieces also of a small corpus."""
    for name, size in {"CONTENTS": 20, "WORDS": 90, "ROWS": 7}.items():
        monkeypatch.setattr(module, name, size)
    monkeypatch.setattr(near, "IN_A_PASS", 20)


def whole_of(table):
    assert isinstance(table, LongTable)
    return pd.concat(table_parts(table), ignore_index=True)


@pytest.mark.slow
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("unit", ["sentence", "paragraph"])
@pytest.mark.parametrize("threshold", [0.2, 0.6, 0.8, 1.0])
@pytest.mark.parametrize("documents", [3, 31])
def test_pairs_equal_those_in_memory(tokens, in_parts, documents, threshold, unit):
    whole = near_repeats(tokens, threshold, unit)
    assert len(whole) > 4
    cut = in_parts(tokens, documents)
    found = near_repeats(cut, threshold, unit)
    assert len(list(table_parts(found))) > 1 or len(whole) <= module.ROWS
    pd.testing.assert_frame_equal(whole_of(found), whole, check_exact=True)
    pd.testing.assert_frame_equal(near_texts(cut, found), near_texts(tokens, whole), check_exact=True)


@pytest.mark.usefixtures("small")
def test_so_many_that_are_alike_are_listed_with_the_first(monkeypatch, in_parts, bulletins):
    monkeypatch.setattr(near_join, "ROOM", 9)
    texts = ["We will win this long war. " * 30, "We will win that long war. " * 40, "It rained."] * 2
    texts += [" ".join(bulletins[k : k + 40]) for k in range(0, 150, 40)]
    tokens = tokenize(read_texts(texts))
    whole = near_repeats(tokens, 0.6)
    # 140 sentences that are all alike, 150, and 2.
    assert len(whole) + whole["omitted"].sum() == 140 * 139 / 2 + 150 * 149 / 2 + 1
    assert len(whole) == 1_275 + 89 + 1_275 + 99 + 1
    for documents in (1, 3):
        found = near_repeats(in_parts(tokens, documents), 0.6)
        pd.testing.assert_frame_equal(whole_of(found), whole, check_exact=True)


@pytest.mark.usefixtures("small")
def test_only_the_first_texts_are_listed(monkeypatch, tokens, in_parts):
    cut = in_parts(tokens, 5)
    whole = near_texts(tokens, near_repeats(tokens, 0.6))
    assert (whole["times"] > 1).any()
    monkeypatch.setattr(near, "LISTED", 9)
    assert len(whole) > 9
    pd.testing.assert_frame_equal(near_texts(cut, near_repeats(cut, 0.6)), whole.head(9), check_exact=True)


def test_the_sample_in_parts(sample_tokens, sample_parts):
    whole, found = near_repeats(sample_tokens, 0.6), near_repeats(sample_parts, 0.6)
    assert len(whole) > 20
    pd.testing.assert_frame_equal(whole_of(found), whole, check_exact=True)
    texts = near_texts(sample_tokens, whole)
    pd.testing.assert_frame_equal(near_texts(sample_parts, found), texts, check_exact=True)
    pd.testing.assert_frame_equal(near_texts(sample_parts, whole), texts, check_exact=True)


def test_nothing_is_near(in_parts):
    tokens = tokenize(read_texts(["It rained. We left the house at noon.", "", "Go."]))
    cut = in_parts(tokens)
    found = near_repeats(cut)
    pd.testing.assert_frame_equal(whole_of(found), near_repeats(tokens), check_exact=True)
    texts = near_texts(tokens, near_repeats(tokens))
    pd.testing.assert_frame_equal(near_texts(cut, found), texts, check_exact=True)


def test_too_much_to_compare_is_said(monkeypatch, sample_parts):
    monkeypatch.setattr(module, "MOST", 10)
    with pytest.raises(ValueError, match=r"nearly the same is not looked for: with \d\d\d places to compare"):
        near_repeats(sample_parts, 0.6)
    with pytest.raises(ValueError, match="unknown unit 'word'"):
        near_repeats(sample_parts, 0.6, "word")


def test_a_short_unit_is_not_a_long_one_with_the_same_words(in_parts):
    own = tokenize(read_texts(["No. It rained.", "No no no no no! No."]))
    whole = near_repeats(own, 0.5)
    assert [tuple(row) for row in whole[["a_doc", "a_start", "b_doc", "b_start"]].to_numpy()] == [("0", 0, "1", 16)]
    pd.testing.assert_frame_equal(whole_of(near_repeats(in_parts(own, 1), 0.5)), whole, check_exact=True)
