"""Tables with one row per place in a corpus, made shard by shard."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.text.shards import Shard, shards
from analysis.text.tokens import Tokens


def compact(columns: Mapping[str, Any]) -> pd.DataFrame:
    """A table of compact columns: integers as int32, and texts as interned objects.

    >>> compact({"verb": ["said", None], "start": np.array([3, 9])}).dtypes.tolist()
    [dtype('O'), dtype('int32')]
    """
    narrow = {}
    for name, values in columns.items():
        if isinstance(values, list):
            values = pd.Series([text if text is None else sys.intern(text) for text in values], dtype=object)
        elif values.dtype == np.int64:
            values = values.astype(np.int32)
        elif values.dtype == object:
            values = pd.Series(values, dtype=object)
        narrow[name] = values
    return pd.DataFrame(narrow)


def table_of(pieces: Iterable[pd.DataFrame], most: int | None = None) -> pd.DataFrame:
    """Concatenate the pieces of a table, one at least; with `most`, only that many first rows.

    >>> table_of(iter([pd.DataFrame({"words": [2, 3]}), pd.DataFrame({"words": [4]})]), most=2)["words"].tolist()
    [2, 3]
    """
    held: list[pd.DataFrame] = []
    rows = 0
    for piece in pieces:
        held.append(piece)
        rows += len(piece)
        if most is not None and rows >= most:
            break
    return (held[0] if len(held) == 1 else pd.concat(held, ignore_index=True))[:most]


def documents_of(table: pd.DataFrame, tokens: Tokens) -> NDArray[np.int64]:
    """The position in `tokens` of the document in each row's ``doc_id``.

    Raises `ValueError` for an unknown document.

    >>> from analysis import read_text, tokenize
    >>> documents_of(pd.DataFrame({"doc_id": ["text", "text"]}), tokenize(read_text("It rains."))).tolist()
    [0, 0]
    """
    document = pd.Index(tokens.doc_ids, dtype=object).get_indexer(pd.Index(table["doc_id"], dtype=object))
    if (document < 0).any():
        other = table["doc_id"].iloc[int((document < 0).argmax())]
        raise ValueError(f"the table is about document {other!r}, which is not in the tokens: give its own tokens")
    return document


def rows_by_shard(table: pd.DataFrame, tokens: Tokens) -> Iterator[tuple[Shard, pd.DataFrame, NDArray[np.int64]]]:
    """Iterate over the shards of `tokens`, each with its rows of `table` and their documents in the shard.

    Raises `ValueError` for a table about other documents.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("It rains."))
    >>> [row.tolist() for _, _, row in rows_by_shard(pd.DataFrame({"doc_id": tokens.doc_ids}), tokens)]
    [[0]]
    """
    document = documents_of(table, tokens)
    order = np.argsort(document, kind="stable")
    document = document[order]
    for shard in shards(tokens):
        own = slice(*np.searchsorted(document, [shard.rows.start, shard.rows.stop]).tolist())
        yield shard, table.iloc[order[own]], document[own] - shard.document
