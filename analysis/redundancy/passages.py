"""Passages that stand in two documents, word for word or reworded."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.redundancy.chains import candidates, scratch
from analysis.redundancy.edges import settled
from analysis.redundancy.pieces import compared
from analysis.redundancy.shingles import shingles
from analysis.redundancy.summaries import summaries
from analysis.redundancy.units import units
from analysis.text.tokens import Tokens

# Of a side's words, those that stand in runs of RUN words which the other side has too; what share of them on both
# sides makes a passage verbatim, and what share on one of them near. Where it is FAITHFUL on both, the passage goes
# from the first of these words to the last.
RUN = 4
VERBATIM, NEAR, FAITHFUL = 0.95, 0.5, 0.8
# Words by which an edge is moved out, or else in, to the border of a sentence; the edges of a copy are certain to the
# word, those of a rewording are not.
OUT, OUT_FAITHFUL, IN = 6, 3, 3

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def aligned(tokens: Tokens, first: Ints, second: Ints) -> pd.DataFrame:
    """The passages that the documents ``first[k]`` and ``second[k]`` (positions in the corpus) share.

    The table that `analysis.redundancy.reuse.passages` describes.

    >>> from analysis import tokenize
    >>> from analysis.text.corpus import read_texts
    >>> text = "The committee of the northern district has closed the old stone bridge over the river to all heavy "
    >>> text += "lorries until engineers have examined each of its seven arches."
    >>> tokens = tokenize(read_texts([text, "Reported yesterday. " + text]))
    >>> aligned(tokens, np.array([0]), np.array([1]))[["a_start", "a_end", "b_start", "b_end", "kind"]]
       a_start  a_end  b_start  b_end      kind
    0        0    162       20    182  verbatim
    """
    spans, pair, similarity = _spans(tokens, first, second)
    share, core = _runs(tokens, spans)
    faithful = share.min(axis=0) >= FAITHFUL
    spans = np.where(faithful[:, None], core, spans)
    share, _ = _runs(tokens, spans)
    order = np.lexsort((spans[:, 3], spans[:, 1], spans[:, 2], spans[:, 0], pair))
    out = np.where(faithful, OUT_FAITHFUL, OUT)
    a_start, a_end = _characters(tokens, spans[:, 0], spans[:, 1], out)
    b_start, b_end = _characters(tokens, spans[:, 2], spans[:, 3], out)
    kind = np.select([share.min(axis=0) >= VERBATIM, share.max(axis=0) >= NEAR], ["verbatim", "near"], "reworded")
    table = pd.DataFrame(
        {
            "a_doc": tokens.doc_ids[first[pair]],
            "b_doc": tokens.doc_ids[second[pair]],
            "a_start": a_start,
            "a_end": a_end,
            "b_start": b_start,
            "b_end": b_end,
            "similarity": similarity,
            "kind": kind.astype(object),
        }
    )
    return table.iloc[order].reset_index(drop=True)


def _spans(tokens: Tokens, first: Ints, second: Ints) -> tuple[Ints, Ints, Floats]:
    """The tokens of each passage (first and last in a, then in b), its pair of documents, and its similarity."""
    pieces = compared(tokens)
    room = scratch(pieces.common)
    offsets = tokens.document_offsets
    borders = np.searchsorted(pieces.bounds, offsets)
    documents = np.column_stack((borders[:-1], borders[1:], offsets[:-1], offsets[1:]))
    bounds = units(tokens, "paragraph")[0]
    paragraphs = np.split(np.column_stack((bounds[:-1], bounds[1:])), np.searchsorted(bounds, offsets[1:-1]))
    spans, similarity = [np.empty((0, 4), dtype=np.int64)], [np.empty(0)]
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        possible, also_common = candidates(pieces, room, documents[a], documents[b])
        found = settled(pieces, room, possible, documents[a], documents[b])
        room.common[also_common] = False
        for short, long, sides in ((a, b, slice(0, 2)), (b, a, slice(2, 4))):
            share = summaries(pieces, room, paragraphs[short], documents[long])
            for k in np.flatnonzero(share):
                found = _with_summary(found, sides, paragraphs[short][k], documents[long, 2:], share[k])
        spans.append(found[0])
        similarity.append(found[1])
    pair = np.repeat(np.arange(len(first)), [len(of_pair) for of_pair in spans[1:]])
    return np.concatenate(spans), pair, np.concatenate(similarity)


def _with_summary(
    found: tuple[Ints, Floats], sides: slice, paragraph: Ints, document: Ints, share: float
) -> tuple[Ints, Floats]:
    """The passages with a summary for what was found of its paragraph, which is in the columns `sides`."""
    spans, similarity = found
    apart = (spans[:, sides][:, 0] >= paragraph[1]) | (spans[:, sides][:, 1] <= paragraph[0])
    row = np.concatenate((document, document))
    row[sides] = paragraph
    return np.vstack((spans[apart], row)), np.append(similarity[apart], share)


def _runs(tokens: Tokens, spans: Ints) -> tuple[Floats, Ints]:
    """The words in runs which the other side has too: (2, passages) their share on each side; their first and last."""
    first, last = np.concatenate((spans[:, :2], spans[:, 2:])).T
    lengths = last - first
    begin = np.cumsum(lengths) - lengths
    owner = np.repeat(np.arange(len(lengths)), lengths)
    token = np.arange(len(owner)) + np.repeat(first - begin, lengths)
    run = shingles(tokens.ids[token], RUN).astype(np.int64)
    start = np.flatnonzero(owner[: len(run)] == owner[len(owner) - len(run) :])
    side, passage = np.divmod(owner[start], max(len(spans), 1))
    # The run of a passage, whichever side it is on.
    cell = np.unique(passage * (run.max(initial=0) + 1) + run[start], return_inverse=True)[1]
    on = np.zeros((len(cell), 2), dtype=bool)
    on[cell, side] = True
    shared = start[(on[:, 0] & on[:, 1])[cell]]
    covered = np.zeros(len(owner), dtype=bool)
    for step in range(RUN):
        covered[shared + step] = True
    share = np.bincount(owner, covered, minlength=len(lengths)) / lengths
    place = np.append(np.flatnonzero(covered), 0)
    core_first = token[place[np.searchsorted(place[:-1], begin)]]
    core_last = token[place[np.searchsorted(place[:-1], begin + lengths) - 1]] + 1
    core = np.stack((core_first, core_last), axis=1)
    return share.reshape(2, len(spans)), np.hstack((core[: len(spans)], core[len(spans) :]))


def _characters(tokens: Tokens, first: Ints, last: Ints, out: Ints) -> tuple[Ints, Ints]:
    """First and last character of passages from token `first` up to `last`, which end with sentences where they can."""
    bounds = tokens.sentence_offsets
    opening = np.searchsorted(bounds, first, side="right") - 1
    closing = np.searchsorted(bounds, last, side="left") - 1
    several = opening < closing
    start = tokens.start[first]
    start = np.where(several & (bounds[opening + 1] - first <= IN), tokens.sentence_start[opening + several], start)
    start = np.where(first - bounds[opening] <= out, tokens.sentence_start[opening], start)
    end = tokens.end[last - 1]
    end = np.where(several & (last - bounds[closing] <= IN), tokens.sentence_end[closing - several], end)
    end = np.where(bounds[closing + 1] - last <= out, tokens.sentence_end[closing], end)
    return start.astype(np.int64), end.astype(np.int64)
