"""The documents that words are of: their names, languages and groups, and which of them a condition chooses."""

import datetime
from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.text.corpus import Corpus
from analysis.text.sentences import primary

DAY = "%Y-%m-%d"  # how a date is written where it names a group

Offsets = NDArray[np.int64]


class ByDocument(ABC):
    """What words have whether they are in memory or not: their documents, and what the metadata say of them.

    ``corpus``: the documents. ``document_offsets``: (documents + 1,) how many words stand before each, and in all.
    """

    corpus: Corpus
    document_offsets: Offsets

    @property
    def n_documents(self) -> int:
        """How many documents there are."""
        return len(self.document_offsets) - 1

    @property
    def doc_ids(self) -> NDArray[np.object_]:
        """(documents,) the name of each document."""
        return self.corpus.documents["doc_id"].to_numpy(dtype=object)

    @property
    def languages(self) -> NDArray[np.object_]:
        """(documents,) the language of each document, in lower case and without its region: "en" of "en-GB"."""
        return self.corpus.documents["language"].map(primary).to_numpy(dtype=object)

    def groups(self, by: str) -> pd.Series:
        """One group name a document: its value in the metadata column `by`, "(none)" where that is empty.

        A date column groups by its day. Raises `ValueError` when there is no such column.
        """
        documents = self.corpus.documents
        if by not in documents.columns:
            raise ValueError(f"no metadata column {by!r}: this corpus has {', '.join(documents.columns)}")
        values = documents[by]
        if pd.api.types.is_datetime64_any_dtype(values):
            values = values.dt.strftime(DAY)
        return values.astype(object).where(values.notna() & (values != ""), "(none)").astype(str)

    def numbered_groups(self, by: str | None) -> tuple[list[str], Offsets]:
        """The names of the `groups` of `by` in rising order, and (documents,) the number of each document's group.

        Without `by` all documents are one group, whose name is "".
        """
        if by is None:
            return [""], np.zeros(self.n_documents, dtype=np.int64)
        groups = self.groups(by).to_numpy(dtype=object)
        names = sorted(set(groups))
        return names, pd.Index(names, dtype=object).get_indexer(groups)

    def where(self, **conditions: Any) -> Self:
        """The words of the documents whose metadata meet all `conditions`: ``where(source="Daily")``.

        A list or tuple means one of its values; a name ending in ``__not`` excludes: ``where(source__not="Daily")``. A
        date is a day, "2024-06-22". Raises `ValueError` for an unknown column, or when no document is left.
        """
        kept = np.ones(self.n_documents, dtype=bool)
        for name, value in conditions.items():
            values = [_group(v) for v in value] if isinstance(value, list | tuple | set) else [_group(value)]
            kept &= self.groups(name.removesuffix("__not")).isin(values).to_numpy() != name.endswith("__not")
        if not kept.any():
            said = ", ".join(f"{name}={value!r}" for name, value in conditions.items())
            raise ValueError(f"no document with {said}: compare `corpus.documents`")
        return self.subset(np.flatnonzero(kept))

    @abstractmethod
    def subset(self, rows: Offsets) -> Self:
        """The words of the documents in `rows`, positions in ``corpus.documents`` in rising order."""


def _group(value: Any) -> str:
    """A metadata value as `ByDocument.groups` names it."""
    return value.strftime(DAY) if isinstance(value, datetime.date) else str(value)
