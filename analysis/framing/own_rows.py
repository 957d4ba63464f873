"""The rows of a table beside the words that they are about, part by part where the corpus is in parts."""

from collections.abc import Iterator
from itertools import zip_longest

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.text.long_tables import AnyTable, table_parts
from analysis.text.parted import AnyTokens, Part, parts


def documents_of(rows: pd.DataFrame, documents: "pd.Index[str]") -> NDArray[np.int64]:
    """The place among `documents`, their names, of the document that each row has in its column ``doc_id``.

    Raises `ValueError` for a document that is not there.

    >>> documents_of(pd.DataFrame({"doc_id": ["b", "a", "b"]}), pd.Index(["a", "b"])).tolist()
    [1, 0, 1]
    """
    document = documents.get_indexer(pd.Index(rows["doc_id"]))
    if (document < 0).any():
        other = rows["doc_id"].iloc[int((document < 0).argmax())]
        raise ValueError(f"the table is about document {other!r}, which is not in the tokens: give its own tokens")
    return document


def own_rows(table: AnyTable, tokens: AnyTokens) -> Iterator[tuple[Part, pd.DataFrame, NDArray[np.int64]]]:
    """The parts of `tokens`, each with the rows of `table` that are about it, and the document of each row in the part.

    `table` is one that was made of these `tokens`, by `by_part` where they are in parts. Raises `ValueError` for a
    table of others.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("It rains."))
    >>> [row.tolist() for _, _, row in own_rows(pd.DataFrame({"doc_id": tokens.doc_ids}), tokens)]
    [[0]]
    """
    for part, rows in zip_longest(parts(tokens), table_parts(table)):
        if part is None or rows is None:
            raise ValueError("the table was made of other parts than the tokens have: give its own tokens")
        yield part, rows, documents_of(rows, pd.Index(part.tokens.doc_ids))
