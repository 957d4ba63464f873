"""The search for passages in pairs of documents: what it goes by, and what it finds, in words."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.redundancy.chains import Scratch, candidates, scratch
from analysis.redundancy.edges import settled
from analysis.redundancy.pieces import Pieces, compared
from analysis.redundancy.summaries import Neighbours, contents, neighbours, summaries
from analysis.redundancy.units import units
from analysis.text.tokens import Tokens

# What share of the words of both sides, in runs which the other side has too, makes a passage verbatim, and what share
# of one side near.
VERBATIM, NEAR = 0.95, 0.5

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Search(NamedTuple):
    """What the search goes by: the pieces of the corpus, room to work in, and of each document its pieces and tokens
    (documents, 4); the pairs of neighbours, where they are numbered for all words; the tokens of paragraphs, where
    those of each document begin, and their content words."""

    pieces: Pieces
    room: Scratch
    documents: Ints
    beside: Neighbours | None
    paragraphs: Ints
    of_document: Ints
    words: NDArray[np.int32]
    begin: Ints


class Found(NamedTuple):
    """Passages: the number of the pair, the tokens (first and last in a, then in b), the similarity, the kind (0
    verbatim, 1 near, 2 reworded), and whether it is a faithful copy."""

    pair: Ints
    spans: Ints
    similarity: Floats
    kind: NDArray[np.int8]
    faithful: NDArray[np.bool_]


NOTHING = Found(
    np.empty(0, np.int64), np.empty((0, 4), np.int64), np.empty(0), np.empty(0, np.int8), np.empty(0, np.bool_)
)


def whole(tokens: Tokens) -> Search:
    """What the search goes by, for all documents of a corpus in memory."""
    pieces, offsets = compared(tokens), tokens.document_offsets
    room = scratch(pieces.common)
    borders = np.searchsorted(pieces.bounds, offsets)
    documents = np.column_stack((borders[:-1], borders[1:], offsets[:-1], offsets[1:]))
    bounds = units(tokens, "paragraph")[0]
    paragraphs = np.column_stack((bounds[:-1], bounds[1:]))
    words, begin = contents(pieces, room, paragraphs)
    beside, of_document = neighbours(pieces.types), np.searchsorted(bounds, offsets)
    return Search(pieces, room, documents, beside, paragraphs, of_document, words, begin)


def found(search: Search, first: Ints, second: Ints) -> tuple[Ints, Ints, Floats]:
    """Of each passage of pairs of documents its pair, its tokens (first and last in a, then in b), its similarity."""
    pieces, room, documents = search[:3]
    possible = candidates(pieces, room, documents, first, second)
    pair, spans, similarity = settled(pieces, room, documents, first, second, possible)
    for side, pairs in enumerate(((first, second), (second, first))):
        order = np.lexsort(pairs)
        turned = np.column_stack(pairs)[order]
        paired, paragraph, share = summaries(pieces, room, documents, *search[3:], turned)
        token = search.paragraphs[paragraph]
        rows = np.tile(documents[turned[paired, 1], 2:], 2)
        rows[:, 2 * side : 2 * side + 2] = token
        summary = order[paired]
        by_pair = np.lexsort((paragraph, summary))
        kept = _apart(pair, spans[:, 2 * side : 2 * side + 2], summary, token)
        pair = np.append(pair[kept], summary[by_pair])
        spans = np.vstack((spans[kept], rows[by_pair]))
        similarity = np.append(similarity[kept], share[by_pair])
    return pair, spans, similarity


def _apart(pair: Ints, spans: Ints, summary: Ints, paragraphs: Ints) -> NDArray[np.bool_]:
    """Which spans of pairs have no word of a paragraph that is a summary in the same pair."""
    kept = np.ones(len(pair), dtype=bool)
    order = np.argsort(pair, kind="stable")
    low, high = (np.searchsorted(pair[order], summary, side=side) for side in ("left", "right"))
    of = np.repeat(np.arange(len(summary)), high - low)
    row = order[np.arange(len(of)) + np.repeat(low - (np.cumsum(high - low) - (high - low)), high - low)]
    kept[row[(spans[row, 0] < paragraphs[of, 1]) & (spans[row, 1] > paragraphs[of, 0])]] = False
    return kept


def finished(pair: Ints, similarity: Floats, share: Floats, faithful: NDArray[np.bool_], spans: Ints) -> Found:
    """Passages with what `faithful_cores` says of them, those of a pair in the order of the text."""
    order = np.lexsort((spans[:, 3], spans[:, 1], spans[:, 2], spans[:, 0], pair))
    share = share[order]
    kind = np.where(share.min(axis=1) >= VERBATIM, 0, np.where(share.max(axis=1) >= NEAR, 1, 2)).astype(np.int8)
    return Found(pair[order], spans[order], similarity[order], kind, faithful[order])
