"""Phrases become words, and nothing is lost."""

import gc

import numpy as np
import pandas as pd
import pytest

from analysis import load_tokens, open_tokens, read_text, save_tokens, tokenize
from analysis.core.paths import SAMPLE
from analysis.terms.collocation import collocations
from analysis.terms.frequency import terms
from analysis.text.forms import word_forms
from analysis.text.phrases import join_phrases

TEXT = "The Prime Minister met. Prime ministers of the New York Times, in New York; of New. York too."


def words(tokens):
    return tokens.vocabulary[tokens.ids].tolist()


def test_the_longest_of_those_that_begin_first():
    joined = join_phrases(tokenize(read_text(TEXT)), ["prime minister*", "new york", "new york times", "york times"])
    assert words(joined) == (
        "the prime_minister met prime_ministers of the new_york_times in new_york of new york too".split()
    )
    spans = zip(joined.start[:7], joined.end[:7], strict=True)
    assert "|".join(TEXT[a:b] for a, b in spans) == "The|Prime Minister|met|Prime ministers|of|the|New York Times"
    assert joined.sentence_offsets.tolist() == [0, 3, 11, 13]  # "New. York" are of two sentences
    assert joined.options["phrases"] == 4


def test_a_match_begins_where_the_last_one_ends():
    joined = join_phrases(tokenize(read_text("a b c d")), ["a b", "b c d", "c d"])
    assert words(joined) == ["a_b", "c_d"]
    assert joined.vocabulary.tolist() == ["a_b", "c_d"]


def test_what_collocations_propose():
    tokens = load_tokens(SAMPLE)
    pairs = collocations(tokens, window=1, min_count=5)
    pairs = pairs[(pairs["first"] == "prime") & (pairs["second"] == "minister")]
    joined = join_phrases(tokens, pairs)
    (count,) = pairs["count"]
    assert count == joined.options["phrases"] == 10  # by grep
    for found in (joined, word_forms(joined, "stems")):  # which keep a phrase as it is
        assert terms(found).set_index("term")["count"]["prime_minister"] == 10
    assert len(joined) == len(tokens) - count
    assert joined.document_offsets[-1] == joined.sentence_offsets[-1] == len(joined)


def test_without_a_phrase_nothing_changes(tmp_path):
    tokens = tokenize(read_text(TEXT))
    joined = join_phrases(tokens, [])
    assert words(joined) == words(tokens)
    save_tokens(join_phrases(tokens, ["new york"]), tmp_path / "kept")
    assert words(open_tokens(tmp_path / "kept")) == words(join_phrases(tokens, ["new york"]))


PHRASES = ["prime minister", "law enforce*", "the committee", "rule of law"]


@pytest.mark.parametrize("rows", [slice(None), slice(3, 20, 2)])
@pytest.mark.parametrize("form", ["words", "stems"])
def test_a_corpus_in_shards_has_the_same_words(sample_tokens, sample_shards, rows, form):
    chosen = np.arange(sample_tokens.n_documents)[rows]
    memory, cut = (
        word_forms(join_phrases(tokens.subset(chosen), PHRASES), form) for tokens in (sample_tokens, sample_shards)
    )
    pd.testing.assert_frame_equal(cut.to_frame(), memory.to_frame())
    assert dict(cut.options) == dict(memory.options)
    assert cut.options["phrases"] >= 5
    pd.testing.assert_frame_equal(terms(cut, by="source"), terms(memory, by="source"))
    pd.testing.assert_frame_equal(collocations(cut), collocations(memory))
    last = cut.subset(np.array([5, 8]))
    assert terms(last).equals(terms(memory.subset(np.array([5, 8]))))
    again = [join_phrases(tokens, ["prime_minister of", "operation *"]) for tokens in (memory, last, cut)]
    pd.testing.assert_frame_equal(terms(again[2]), terms(again[0]))


def test_what_was_joined_goes_with_its_tokens(sample_shards):
    joined = join_phrases(sample_shards, ["prime minister"])
    folder = joined.types.parent
    some = joined.subset(np.array([0]))
    del joined
    assert folder.is_dir()
    assert len(some.to_frame()) == len(some)
    del some
    gc.collect()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("phrases", "message"),
    [
        (["war"], "phrase 'war' is one word: give two or more with a blank between them"),
        ("prime minister", "phrases is 'prime minister': give a list, such as ['prime minister']"),
        (["war ..."], "pattern 'war ...' must begin and end with a word"),
        (pd.DataFrame({"term": ["a b"]}), "the table of phrases has no columns 'first' and 'second'"),
    ],
)
def test_bad_use(phrases, message):
    with pytest.raises(ValueError) as error:
        join_phrases(tokenize(read_text(TEXT)), phrases)
    assert str(error.value).startswith(message)
