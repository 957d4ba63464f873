"""Tables with a row for each of many places of a corpus, made shard by shard."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.text.documents import ByDocument
from analysis.text.shards import Shard, shards
from analysis.text.tokens import Tokens


def compact(columns: Mapping[str, Any]) -> pd.DataFrame:
    """A table that takes 4 bytes a whole number and 8 a text: equal texts of a list are one object.

    >>> compact({"verb": ["said", None], "start": np.array([3, 9])}).dtypes.tolist()
    [dtype('O'), dtype('int32')]
    """
    return pd.DataFrame({name: _narrow(values) for name, values in columns.items()})


def _narrow(values: Any) -> Any:
    """A column of `compact`."""
    if isinstance(values, list):
        return pd.Series([text if text is None else sys.intern(text) for text in values], dtype=object)
    if values.dtype == np.int64:
        return values.astype(np.int32)
    return pd.Series(values, dtype=object) if values.dtype == object else values


def table_of(pieces: Iterable[pd.DataFrame], most: int | None = None) -> pd.DataFrame:
    """The pieces of a table, one at least, one below the other; with `most`, no more than its first rows.

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


def documents_of(table: pd.DataFrame, tokens: ByDocument) -> NDArray[np.int64]:
    """The place in `tokens` of the document that each row has in its column ``doc_id``.

    Raises `ValueError` for a document that is not there.

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
    """The shards of `tokens`, each with the rows of `table` about it and the document of each row in the shard.

    Raises `ValueError` for a table of other documents.

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
