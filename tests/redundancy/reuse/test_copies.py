"""Copies of documents: against a comparison of all with all, in memory and in parts."""

import itertools
import random

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analysis import tokenize
from analysis.redundancy.reuse import copies as module
from analysis.redundancy.reuse.copies import copies
from analysis.text.corpus import read_texts


def changed(draw, text):
    """A text with up to six of its words put otherwise."""
    own = text.split()
    for _ in range(draw.randint(0, 6)):
        own[draw.randrange(len(own))] = draw.choice("abcdefghij")
    return " ".join(own)


def test_equals_a_comparison_of_all_with_all(in_parts):
    draw = random.Random(4)
    texts = [" ".join(f"w{draw.randint(0, 400)}" for _ in range(30)) for _ in range(8)]
    for _ in range(60):
        texts.append(changed(draw, draw.choice(texts)))
    texts += ["", "Near.", "near", "No war.", "War no."]
    tokens = tokenize(read_texts(texts))
    sets = [set(tokens.ids[low:high]) for low, high in itertools.pairwise(tokens.document_offsets)]
    alike = [
        (a, b)
        for a, b in itertools.combinations(range(68), 2)
        if len(sets[a] & sets[b]) / len(sets[a] | sets[b]) >= 0.8
    ]
    alike.append((69, 70))  # of the short ones those that are equal
    rows, columns = np.array(alike).T
    graph = sparse.coo_array((np.ones(len(alike)), (rows, columns)), (len(texts), len(texts)))
    expected = connected_components(graph, directed=False)[1]
    found = copies(tokens)
    assert 10 < len(set(found.tolist())) < 60
    assert [expected[found == number].min() for number in found] == [
        expected[found == number].max() for number in found
    ]
    assert len(set(found.tolist())) == len(set(expected.tolist()))
    assert list(dict.fromkeys(found.tolist())) == list(range(found.max() + 1))
    assert copies(in_parts(tokens, 7)).tolist() == found.tolist()


def test_where_too_many_are_alike_copies_have_the_same_words(bulletins, monkeypatch):
    tokens = tokenize(read_texts([*bulletins[:20], bulletins[3], "It rained, and it rained on."]))
    assert len(set(copies(tokens, threshold=0.6).tolist())) == 2
    monkeypatch.setattr(module, "COMPARED", 10)
    assert copies(tokens, threshold=0.6).tolist() == [*range(20), 3, 20]
    with pytest.raises(ValueError, match="threshold is 0: use a share above 0"):
        copies(tokens, threshold=0)
