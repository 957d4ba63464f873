"""Hits of several kinds in groups of documents, as their shares are counted: where each is, and what it counts."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.framing.counting import Floats, Ints, mean_weights, weighted_parts
from analysis.framing.frames import negated
from analysis.framing.lexicon import Lexicon
from analysis.text.lookup import document_of, sentence_of
from analysis.text.parted import AnyTokens, Parted, limit

_KINDS = 1 << 10  # more than there are kinds


def groups_of(tokens: AnyTokens, by: str | None) -> tuple[list[str], Ints]:
    """The names of the groups, and (documents,) the group of each document.

    Of a corpus in parts the first `LISTED` groups, and -1 for the documents of others.
    """
    names, group = tokens.numbered_groups(by)
    listed = names[: limit(tokens)]
    return listed, np.where(group < len(listed), group, -1)


def hits_of(kind: Ints, group: Ints, document: Ints, sentence: Ints, amount: Floats) -> pd.DataFrame:
    """A row a hit: its kind, the group of its document, the document and sentence in the corpus, what it counts."""
    places = {"group": group[document], "document": document, "sentence": sentence}
    return pd.DataFrame({"kind": kind, **places}).astype(np.int32).assign(amount=amount)


def together(pieces: Iterator[pd.DataFrame], tokens: AnyTokens, group: Ints) -> pd.DataFrame:
    """The hits of all parts; of a corpus in parts those of a document are made one a kind.

    As they are stay those of a document that alone in its group has any: its sentences are the units.
    """
    if not isinstance(tokens, Parted):
        (whole,) = pieces
        return whole
    held: list[pd.DataFrame] = []
    alone = np.full(len(group), -1)  # the one document with hits in a group, -1 of none, -2 of several
    for found in pieces:
        piece = found[found["group"] >= 0]
        documents = np.unique(piece["document"])
        groups, row, count = np.unique(group[documents], return_index=True, return_counts=True)
        alone[groups] = np.where((count == 1) & (alone[groups] == -1), documents[row], -2)
        kept = alone[piece["group"]] == piece["document"].to_numpy()
        rest = piece[~kept]
        # What is added up here, in the order of the text and from 0 on, would be added up in the same way later.
        cells = rest["document"].to_numpy(dtype=np.int64) * _KINDS + rest["kind"]
        _, row, cell = np.unique(cells, return_index=True, return_inverse=True)
        held += [piece[kept], rest.iloc[row].assign(amount=np.bincount(cell, rest["amount"]))]
    return pd.concat(held, ignore_index=True)


def marked(
    tokens: AnyTokens,
    lexicon: Lexicon,
    kinds: Mapping[str, int],
    group: Ints,
    weights: Floats | None,
    *,
    plain: Sequence[str] = (),
) -> Iterator[pd.DataFrame]:
    """The matches of the frames in `kinds` as `hits_of` has them, part by part; of those in `plain` no negated one."""
    frame = lexicon.terms["frame"]
    kind_of = frame.map(kinds).fillna(-1).to_numpy(dtype=np.int64)
    apart = frame.isin(plain).to_numpy()
    for part, found, running in weighted_parts(tokens, lexicon, weights):
        own = part.tokens
        first, last, term = (found[column].to_numpy() for column in ("first", "last", "term"))
        kept = kind_of[term] >= 0
        if apart.any():
            kept &= ~(apart[term] & negated(own, lexicon, first))
        first, last, term = first[kept], last[kept], term[kept]
        amount = mean_weights(running, first, last)
        document = part.document + document_of(own, first)
        yield hits_of(kind_of[term], group, document, part.sentence + sentence_of(own, first), amount)
