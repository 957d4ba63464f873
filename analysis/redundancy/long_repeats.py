"""The places of what stands again in a corpus in parts, sorted by group on disk."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.redundancy.equal import equal_units
from analysis.redundancy.units import Ints, units
from analysis.text.buckets import Buckets
from analysis.text.long_tables import LongTable
from analysis.text.lookup import document_of
from analysis.text.parted import LISTED, Parted, parts

ROWS = 200_000  # of a piece of the table, and as many more as its last group needs


def long_repeats(tokens: Parted, unit: str, min_words: int) -> LongTable:
    """The table of `repeats.exact_repeats` of sentences or paragraphs; all rows of a group are in one of its pieces."""
    group, times = equal_units(tokens, unit)
    # In the table a group begins behind the places of those met before, and by that its piece is known.
    begin = np.empty(len(group), dtype=np.int32)
    number = int(np.count_nonzero(times > 1)) // ROWS + 1
    buckets = Buckets(tokens.folder, [np.int32] * 6, number=number, spread=False)
    seen = before = 0
    for part in parts(tokens):
        offsets, start, end = units(part.tokens, unit)
        words = np.diff(offsets)
        here = slice(seen, seen + len(words))
        seen += len(words)
        rows = np.flatnonzero((times[here] > 1) & (words >= min_words))
        own = group[here][rows]
        new = own[own == rows + here.start]
        sizes = times[new]
        begin[new] = before + np.cumsum(sizes) - sizes
        before += int(sizes.sum())
        document = document_of(part.tokens, offsets[rows]) + part.document
        at = begin[own]
        buckets.add(at // ROWS, at, document, words[rows], start[rows], end[rows])
    return LongTable(_pieces(buckets, tokens), tokens.folder)


def _pieces(buckets: Buckets, tokens: Parted) -> Iterator[pd.DataFrame]:
    doc_ids, groups = tokens.doc_ids, 0
    for k in range(len(buckets)):
        _, begin, document, words, start, end = buckets.read(k)
        if k and not len(begin):  # a group before goes on so far
            continue
        order = np.argsort(begin, kind="stable")
        group = np.unique(begin[order], return_inverse=True)[1] + groups
        columns = (column[order].astype(np.int64) for column in (document, words, start, end))
        yield place_table(doc_ids, group, *columns)
        groups = int(group.max(initial=groups - 1)) + 1


def place_table(
    doc_ids: NDArray[np.object_], group: Ints, document: Ints, words: Ints, start: Ints, end: Ints
) -> pd.DataFrame:
    """The columns of `repeats.exact_repeats`, of whole groups, the places of each in the order of the text.

    >>> place = np.array([0, 0, 1, 1])
    >>> table = place_table(np.array(["a", "b"], dtype=object), place + 7, np.array([0, 0, 0, 1]), *[place] * 3)
    >>> table[["group", "count", "documents", "doc_id"]].to_numpy().tolist()
    [[7, 2, 1, 'a'], [7, 2, 1, 'a'], [8, 2, 2, 'a'], [8, 2, 2, 'b']]
    """
    own = group - group[0] if len(group) else group
    first_in_document = np.ones(len(group), dtype=np.int64)
    first_in_document[1:] = (np.diff(own) != 0) | (np.diff(document) != 0)
    documents = np.bincount(own[first_in_document > 0])
    return pd.DataFrame(
        {
            "group": group,
            "count": np.bincount(own)[own],
            "documents": documents[own],
            "words": words,
            "doc_id": doc_ids[document],
            "start": start,
            "end": end,
        }
    )


def listed_groups(repeats: LongTable) -> Ints:
    """The first groups of `repeats.repeat_groups`: so many as a table lists."""
    found = [piece.drop_duplicates("group")[["group", "words", "count"]] for piece in repeats.parts()]
    table = pd.concat(found, ignore_index=True)
    weight = (table["words"] * (table["count"] - 1)).to_numpy()
    rows: Ints = table["group"].to_numpy()[np.argsort(-weight, kind="stable")[:LISTED]]
    return rows
