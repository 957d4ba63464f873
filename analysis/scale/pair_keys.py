"""Shingles as keys that are the same in every part of a corpus, since they are made of the words themselves."""

import numpy as np
from numpy.typing import NDArray

from analysis.redundancy.pair_lists import Numbers
from analysis.redundancy.reuse import WORDS
from analysis.redundancy.shingles import distinct_shingles
from analysis.scale.digests import digests
from analysis.text.tokens import Tokens

Keys = NDArray[np.uint64]


def keyed_shingles(tokens: Tokens) -> tuple[Keys, Keys, Numbers, NDArray[np.int64]]:
    r"""Each document's different runs of four words: the two halves of a key, the document, and how many each has.

    Sorted by the first half; of one key the documents rise. Key and document: (shingles,); how many: (documents,).

    A word has a 128-bit number for each of the four places, the BLAKE2b digest of its folded letters; a key is their
    sum, half by half. Two runs that differ in a word then have the same key with a probability of :math:`2^{-128}`
    (tabulation hashing: Carter & Wegman 1979, Universal classes of hash functions). That any two of *s* different runs
    have the same is below :math:`s^2 / 2^{129}`: about one in :math:`10^{16}` for :math:`10^{11}` runs, 600 GB of text.

    >>> from analysis import tokenize
    >>> from analysis.text.corpus import read_texts
    >>> high, low, document, sizes = keyed_shingles(tokenize(read_texts(["Well, it rained all night.", "It rained."])))
    >>> len(high), document.tolist(), sizes.tolist()
    (2, [0, 0], [2, 0])
    """
    matrix, first = distinct_shingles(tokens, WORDS)
    high, low = keys_at(tokens, first)
    order = np.argsort(high, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    # The documents of each key stand together once rows are columns.
    matrix.indices = rank[matrix.indices].astype(matrix.indices.dtype)
    by_key = matrix.tocsc()
    repeats = np.diff(by_key.indptr)
    sizes = np.diff(matrix.indptr).astype(np.int64)
    return (
        np.repeat(high[order], repeats),
        np.repeat(low[order], repeats),
        by_key.indices.astype(np.uint32),
        sizes,
    )


def keys_at(tokens: Tokens, first: NDArray[np.int64]) -> tuple[Keys, Keys]:
    """The two halves of the key of each run of words that begins at a token in `first`."""
    table = digests(tokens.vocabulary, WORDS)
    keys = np.zeros((2, len(first)), dtype=np.uint64)
    for place in range(WORDS):
        keys += table[tokens.ids[first + place], place].T
    return keys[0], keys[1]
