import numpy as np
import pytest

from analysis import tokenize
from analysis.text.corpus import read_texts
from analysis.text.lookup import document_of, document_ranges, sentence_of, word_at

TEXTS = ["Rain fell. It is late.", "...", "War", "To be or not. To be."]


@pytest.fixture(scope="module")
def tokens():
    return tokenize(read_texts(TEXTS))  # 5, 0, 1 and 6 words in 2, 0, 1 and 2 sentences


def test_each_word_finds_its_document_and_sentence(tokens):
    every = np.arange(len(tokens))
    assert document_of(tokens, every).tolist() == [0, 0, 0, 0, 0, 2, 3, 3, 3, 3, 3, 3]
    assert sentence_of(tokens, every).tolist() == [0, 0, 1, 1, 1, 2, 3, 3, 3, 3, 4, 4]
    assert document_of(tokens, every).tolist() == tokens.document.tolist()
    assert sentence_of(tokens, every).tolist() == tokens.sentence.tolist()


def test_a_character_finds_the_word_that_begins_there_or_behind(tokens):
    document, character = np.array([0, 0, 0, 1, 2, 3, 3]), np.array([0, 1, 90, 0, 0, 14, 18])
    assert word_at(tokens, document, character).tolist() == [0, 1, 5, 5, 5, 10, 12]
    assert word_at(tokens, document[:0], character[:0]).tolist() == []


def test_stretches_hold_every_document_once_and_never_half_of_one(tokens):
    assert document_ranges(tokens, 100) == [(0, 4)]
    assert document_ranges(tokens, 1) == [(0, 1), (1, 3), (3, 4)]
    assert document_ranges(tokenize(read_texts(["..."])), 5) == [(0, 1)]  # a document without a word
