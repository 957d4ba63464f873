"""Of millions of matches, those of the strongest sentences, and what these sentences say."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Ints
from analysis.text.long_tables import AnyTable, documents_of, table_parts
from analysis.text.lookup import first_sentences
from analysis.text.parted import AnyTokens, parts
from analysis.text.tokens import Ids

HELD = 1_000_000  # sentences that are looked at together
SENTENCES = 1 << 31  # more than a document has


def strongest(tokens: AnyTokens, found: AnyTable, listed: int) -> pd.DataFrame:
    """The matches, of a table of all, of the sentences that stand in the first `listed` rows of `evidence`.

    >>> from analysis.text.corpus import read_texts
    >>> from analysis.text.tokens import tokenize
    >>> found = pd.DataFrame({"doc_id": ["0", "0"], "sentence": [0, 1], "frame": ["law", "law"], "weight": [1.0, 2.0]})
    >>> strongest(tokenize(read_texts(["War. Court. Law."])), found, 1)["sentence"].tolist()
    [1]
    """
    frames = sorted({frame for part in table_parts(found) for frame in part["frame"].unique()})
    documents = pd.Index(tokens.doc_ids)
    rank = np.empty(len(documents), dtype=np.int32)
    rank[np.argsort(tokens.doc_ids, kind="stable")] = np.arange(len(documents), dtype=np.int32)

    def keys(part: pd.DataFrame) -> Ints:
        """A number for the frame, document and sentence of each match; in this order the lower comes first."""
        frame = pd.Index(frames, dtype=object).get_indexer(pd.Index(part["frame"]))
        document = rank[documents_of(part, documents)]
        own: Ints = (frame * len(documents) + document) * SENTENCES + part["sentence"].to_numpy()
        return own

    ordered = _rise(map(keys, table_parts(found)))
    held: list[pd.DataFrame] = []
    for part in table_parts(found):
        held.append(_sums(keys(part), part["weight"].to_numpy(), ordered))
        if sum(map(len, held[1:])) > HELD:
            held = [_first(held, listed, len(documents))]
    first = _first(held, listed, len(documents)).sort_values(["place", "key"])["key"].head(listed)
    chosen = [part[np.isin(keys(part), first)] for part in table_parts(found)]
    own = pd.concat(chosen, ignore_index=True)
    if not ordered:
        last = keys(own) == first.max()
        own = pd.concat([own[last], own[~last]], ignore_index=True)
    return own


def _rise(pieces: Iterable[Ints]) -> bool:
    """Whether no number is below the one before it."""
    before = np.zeros(1, dtype=np.int64)
    for piece in pieces:
        run = np.concatenate([before, piece])
        if (np.diff(run) < 0).any():
            return False
        before = run[-1:]
    return True


def _sums(key: Ints, weight: NDArray[np.float64], ordered: bool) -> pd.DataFrame:
    """The sum of the weights of each key: pandas rounds it otherwise where the keys of all rows are `ordered`."""
    if ordered:
        sums = pd.Series(weight).groupby(key).sum()
    else:  # with a key in front that is above all others, those of a part are not ordered either
        sums = pd.Series(np.append(0.0, weight)).groupby(np.append(np.iinfo(np.int64).max, key)).sum().iloc[:-1]
    return pd.DataFrame({"key": sums.index, "weight": sums.to_numpy()})


def _first(held: list[pd.DataFrame], listed: int, documents: int) -> pd.DataFrame:
    """The `listed` sentences of each frame with the most weight; ``place``: which of its frame each is, from 0."""
    table = pd.concat(held, ignore_index=True).sort_values(["weight", "key"], ascending=[False, True])
    table["place"] = table.groupby(table["key"] // (documents * SENTENCES)).cumcount()
    return table[table["place"] < listed]


def sentences_at(tokens: AnyTokens, document: Ints, number: Ints) -> tuple[Ids, Ids, list[str]]:
    """Where sentences begin and end and what they say on one line, each by its document and its number there."""
    start, end = np.zeros((2, len(document)), dtype=np.int32)
    said = [""] * len(document)
    for part in parts(tokens):
        inside = (document >= part.document) & (document < part.document + part.tokens.n_documents)
        rows = np.flatnonzero(inside)[np.argsort(document[inside], kind="stable")]
        own, texts = document[rows] - part.document, part.tokens.corpus.texts
        line = first_sentences(part.tokens)[own] + number[rows]
        start[rows], end[rows] = part.tokens.sentence_start[line], part.tokens.sentence_end[line]
        for row, d, s, e in zip(rows.tolist(), own.tolist(), start[rows].tolist(), end[rows].tolist(), strict=True):
            said[row] = " ".join(texts[d][s:e].split())
    return start, end, said
