"""Which documents are copies of one another, so that a test of chance takes them for one."""

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analysis.redundancy.near import WORDS, contents
from analysis.redundancy.near_join import comparisons, join
from analysis.text.tokens import Tokens
from analysis.text.units import Ints, cut, release

ALIKE = 0.8  # of the different words of two documents that both have, from which one is a copy of the other
COMPARED = 2_000_000_000  # comparisons that are made at the most: so many take some ten seconds


def copies(tokens: Tokens, *, threshold: float = ALIKE) -> Ints:
    r"""(documents,) a number for each document, the same for those that are copies of one another.

    Two documents are copies where of the different words that either has at least `threshold` are in both
    (:math:`|A \cap B| / |A \cup B|`, Jaccard 1912, The distribution of the flora in the alpine zone), documents of
    fewer than five words only where they are equal; a copy of a copy is one too (connected components). No such pair
    is missed, but where more than `COMPARED` documents would have to be compared with one another, as where thousands
    are made to one pattern, copies are those alone that have the same words. Numbers are counted up as they are met.

    >>> from analysis import tokenize
    >>> from analysis.text.corpus import read_texts
    >>> texts = ["Rain closed the road to the north.", "It rained.", "On Monday rain closed the road to the north."]
    >>> copies(tokenize(read_texts(texts)), threshold=0.7).tolist()
    [0, 1, 0]
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold}: use a share above 0 and at most 1, such as 0.8")
    content, sets = contents(tokens, lambda part: part.document_offsets)
    size, types = int(content.max(initial=-1)) + 1, len(tokens.vocabulary)
    group = np.arange(size)
    blocks = [sets.block(*each) for each in cut(np.diff(sets.begin), WORDS)]
    if comparisons(blocks, threshold, types) <= COMPARED:
        for k, own in enumerate(blocks):
            for a, b, _ in join(own, blocks[k:], threshold, types):
                first = np.unique(group, return_index=True)[1]
                links = np.stack([np.append(a, np.arange(size)), np.append(b, first[group])])  # and what was linked
                graph = sparse.coo_array((np.ones(links.shape[1]), (links[0], links[1])), (size, size))
                group = connected_components(graph, directed=False)[1].astype(np.int64)
            release(sets.items)
    numbers: Ints = pd.factorize(group[content])[0].astype(np.int64)
    return numbers
