"""The passages of a corpus in parts are those of the corpus in memory, however it is cut."""

import numpy as np
import pandas as pd
import pytest

from analysis import tokenize
from analysis.redundancy import passages_in_parts as module
from analysis.redundancy import reuse, searching, summaries
from analysis.redundancy.columns import Columns
from analysis.redundancy.reuse import document_pairs, passage_texts, passages
from analysis.text.corpus import read_texts

BRIDGE = (
    "The committee of the northern district has closed the old stone bridge over the river to heavy lorries until "
    "engineers have examined each of its seven arches."
)
FARMERS = (
    "Farmers on the eastern bank say they must now drive forty miles to reach the sugar mill, and ask who will pay for "
    "fuel and spoilt harvests."
)
REWORDED = (
    "Until each of the seven arches is examined by engineers, heavy lorries may not cross the old bridge of stone; the "
    "northern district's committee has closed it."
)
LETTERS = np.random.default_rng(0).choice(list("abcdefghijklmnopqrstuvwxyz"), (600, 7))
WORDS = ["".join(row) for row in LETTERS]
ARTICLE = "\n\n".join(
    " ".join(" ".join(WORDS[row : row + 12]).capitalize() + "." for row in range(begin, begin + 60, 12))
    for begin in range(0, 600, 60)
)
# Two of each twenty words: a summary of all of the article.
LEAD = " ".join(f"{WORDS[k]} {WORDS[k + 1]}" for k in range(0, 600, 20)).capitalize() + "."
TEXTS = [
    f"{BRIDGE} Her second novel sold poorly. {FARMERS}",
    "",
    f"{FARMERS}\n\nMuseums open late on Thursdays.",
    "Nothing of this is said anywhere else.",
    f"Reported today. {BRIDGE}\n\n{FARMERS} {FARMERS}",
    ARTICLE,
    f"A goalkeeper from Lahore saved three penalties in a row.\n\n{LEAD}\n\n{FARMERS}",
    f"{FARMERS} {REWORDED} {BRIDGE} {BRIDGE}",
    "",
    f"{LEAD} It rained.",
]


@pytest.fixture
def small(monkeypatch):
    """Many blocks, buckets and stretches of the vocabulary also of a small corpus."""
    for name, size in {"WORDS": 50, "DIFFERENT": 9, "ROOM": 700_000}.items():
        monkeypatch.setattr(module, name, size)
    monkeypatch.setattr(summaries, "AT_ONCE", 100)


@pytest.fixture(scope="module")
def tokens():
    return tokenize(read_texts(TEXTS))


def every_pair(tokens):
    """All pairs of documents, in both orders, as they would not come by themselves."""
    a, b = np.nonzero(~np.eye(tokens.n_documents, dtype=bool))
    order = np.random.default_rng(2).permutation(len(a))
    return pd.DataFrame({"a": tokens.doc_ids[a[order]], "b": tokens.doc_ids[b[order]]})


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("documents", [2, 4, 10])
def test_passages_equal_those_in_memory(tokens, in_parts, documents):
    pairs = every_pair(tokens)
    whole = passages(tokens, pairs)
    assert set(whole["kind"]) == {"verbatim", "near", "reworded"}
    assert (whole["a_end"] - whole["a_start"] == len(ARTICLE)).any()  # which is summed up
    cut = in_parts(tokens, documents)
    pd.testing.assert_frame_equal(passages(cut, pairs), whole, check_exact=True)
    pd.testing.assert_frame_equal(passages(cut), passages(tokens), check_exact=True)


@pytest.mark.usefixtures("small")
def test_words_that_are_common_in_the_whole_are_so_in_each_part(in_parts):
    # "garden" and "letter" stand in far more than a tenth of all sentences, and in two of each document.
    fill = [f"Garden letter {' '.join(WORDS[k : k + 8])}. {' '.join(WORDS[k + 8 : k + 15])} garden." for k in range(30)]
    tokens = tokenize(read_texts([*TEXTS, *fill, *(f"{BRIDGE} Garden letter garden {text}" for text in fill[:3])]))
    pairs = document_pairs(tokens)
    whole = passages(tokens, pairs)
    assert len(whole) > 9
    for documents in (3, 11):
        pd.testing.assert_frame_equal(passages(in_parts(tokens, documents), pairs), whole, check_exact=True)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("documents", [1, 4])
def test_what_is_gone_by_is_that_of_the_whole(tokens, in_parts, documents):
    # In one order too, so that weights are added up in it and rounded alike.
    cut = in_parts(tokens, documents)
    columns = Columns(cut.folder)
    whole, own = searching.whole(tokens), module._search(cut, columns)
    for name in ("documents", "paragraphs", "of_document", "words", "begin"):
        np.testing.assert_array_equal(getattr(own, name), getattr(whole, name), name)
    for name in whole.pieces._fields:
        np.testing.assert_array_equal(getattr(own.pieces, name), getattr(whole.pieces, name), name)
    np.testing.assert_array_equal(own.room.common, whole.room.common)


def test_words_are_one_by_their_first_letters_wherever_the_vocabulary_is_cut(in_parts, monkeypatch):
    monkeypatch.setattr(module, "WORDS", 2)
    cut = in_parts(tokenize(read_texts(["bridged bridgehead bridges", "bridging brisk rain rains"])), 1)
    # bridge-d, bridge-head | bridge-s, bridgi-ng | brisk, rain | rains
    assert [part.tolist() for part in module._stems(cut)[:1]] == [[0, 0, 0, 1, 2, 3, 4]]
    assert module._stems(cut)[1] == 5


def test_pairs_are_taken_as_long_as_their_documents_fit(tokens, in_parts, monkeypatch):
    for name, size in {"A_WORD": 0, "A_DOCUMENT": 1, "ROOM": 3}.items():
        monkeypatch.setattr(module, name, size)
    whole, taken = module.found, []

    def watched(search, first, second):
        taken.append(list(zip(first.tolist(), second.tolist(), strict=True)))
        return whole(search, first, second)

    monkeypatch.setattr(module, "found", watched)
    first, second = np.array([4, 2, 0, 7, 6]), np.array([2, 0, 2, 2, 0])
    list(module.found_in_parts(in_parts(tokens, 3), first, second, np.array([1, 4, 0, 2, 3])))
    # Of a pair one document or, with another second one than before, two: 2 + 1, 2 + 1, 1.
    assert taken == [[(2, 0), (6, 0)], [(4, 2), (0, 2)], [(7, 2)]]


def test_the_sample_in_parts(monkeypatch, sample_tokens, sample_parts):
    whole = passages(sample_tokens)
    assert len(whole) > 20
    pd.testing.assert_frame_equal(passages(sample_parts), whole, check_exact=True)
    texts = passage_texts(sample_tokens, whole)
    pd.testing.assert_frame_equal(passage_texts(sample_parts, whole), texts, check_exact=True)
    monkeypatch.setattr(reuse, "LISTED", 7)
    pd.testing.assert_frame_equal(passage_texts(sample_parts, whole), texts.head(7), check_exact=True)
    assert not list(sample_parts.folder.glob("columns-*"))


def test_chosen_documents_in_parts(sample_tokens, sample_parts):
    whole, cut = (passages(tokens.where(source__not="Local radio")) for tokens in (sample_tokens, sample_parts))
    assert len(whole)
    pd.testing.assert_frame_equal(cut, whole, check_exact=True)


def test_nothing_to_compare(tokens, in_parts):
    cut = in_parts(tokens, 3)
    none = pd.DataFrame({"a": [], "b": []}, dtype="str")
    pd.testing.assert_frame_equal(passages(cut, none), passages(tokens, none), check_exact=True)
    pairs = pd.DataFrame({"a": ["1", "8"], "b": ["8", "3"]})  # of documents without a word
    pd.testing.assert_frame_equal(passages(cut, pairs), passages(tokens, pairs), check_exact=True)
    with pytest.raises(ValueError, match="no document 'z'"):
        passages(cut, pd.DataFrame({"a": ["0"], "b": ["z"]}))
