"""What a lexicon counts in groups of documents, added up in the order of the text."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy import sparse

from analysis.bootstrap import rate_intervals
from analysis.framing.counting import Floats, Ints, counted_parts, gather
from analysis.framing.lexicon import Lexicon
from analysis.text.parted import AnyTokens, sentence_counts
from analysis.text.tokens import offsets_of


class Sums(NamedTuple):
    """What the sentences of each group come to.

    ``counts``: (groups, 2 * frames) hits and scores; ``words``: (groups,) running words, or the sum of their weights;
    ``with_hit``: (groups, frames) sentences with a hit; ``sentences``: (groups,) all of them; ``low`` and ``high``:
    (groups, 2 * frames) the ends of the interval of ``counts / words``.
    """

    counts: Floats
    words: Floats
    with_hit: Ints
    sentences: Ints
    low: Floats
    high: Floats


def sums(
    tokens: AnyTokens, lexicon: Lexicon, weights: Floats | None, group: Ints, *, resamples: int, seed: int
) -> Sums:
    """The `Sums` of the groups from 0 up; `group` has the group of each document, each with one at least.

    The intervals are over the documents of a group, or over its sentences where it is one document. Raises
    `ValueError` for weights that are not one a token.
    """
    frames, members = len(lexicon.frames), np.bincount(group)
    counts, (low, high) = np.zeros((len(members), 2 * frames)), np.full((2, len(members), 2 * frames), np.nan)
    with_hit = np.zeros((len(members), frames), dtype=np.int64)
    pieces, words = [], []
    for part, counted in counted_parts(tokens, lexicon, weights):
        own = part.tokens
        both = sparse.hstack([counted.hits, counted.scores], format="csr")
        groups = group[part.rows]
        line, column = both.nonzero()
        line_group = groups[own.sentence_document]
        # One after the other, so that the parts make no difference to how the sums are rounded.
        entries = both.tocoo()
        np.add.at(counts, (line_group[entries.row], entries.col), entries.data)
        hit = column < frames
        np.add.at(with_hit, (line_group[line[hit]], column[hit]), 1)
        bounds = np.searchsorted(own.sentence_document, np.arange(own.n_documents + 1)).tolist()
        for d in np.flatnonzero(members[groups] == 1).tolist():
            its = slice(bounds[d], bounds[d + 1])
            ends = rate_intervals(both[its], counted.words[its], resamples=resamples, seed=seed)
            low[groups[d]], high[groups[d]] = ends
        member = gather(own.sentence_document, own.n_documents)
        words.append(member @ counted.words)
        if resamples:  # what is drawn from: of many documents it is much
            pieces.append(member @ both)
    words_of = np.concatenate(words)
    if resamples:
        by_document = sparse.vstack(pieces, format="csr")
        del pieces
        by_document = by_document.tocsc()  # as the intervals take it: else they would have it once more
    order = np.argsort(group, kind="stable")
    held, sentences = offsets_of(members), sentence_counts(tokens)
    size, lines = np.zeros(len(members)), np.zeros(len(members), dtype=np.int64)
    for number, (left, right) in enumerate(pairwise(held.tolist())):
        rows = order[left:right]
        size[number], lines[number] = words_of[rows].sum(), sentences[rows].sum()
        if resamples and len(rows) > 1:
            both = by_document if len(rows) == len(group) else by_document[rows]
            low[number], high[number] = rate_intervals(both, words_of[rows], resamples=resamples, seed=seed)
    return Sums(counts, size, with_hit, lines, low, high)
