"""The documents that words are of: their names, languages and groups, and which of them a condition chooses."""

import datetime
import operator
import reprlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from numbers import Real
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.core.compiled import Bools
from analysis.text.corpus import Corpus, as_html, as_line, positions
from analysis.text.reading.metadata import date_span
from analysis.text.sentences import primary

DAY = "%Y-%m-%d"  # how a date is written where it names a group

COMPARISONS = {"ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}
SUFFIXES = (*COMPARISONS, "contains", "in", "not")  # of a column's name, in `ByDocument.where`

Offsets = NDArray[np.int64]


class ByDocument(ABC):
    """What words have whether they are in memory or not: their documents, and what the metadata say of them.

    ``corpus``: the documents. ``document_offsets``: (documents + 1,) how many words are before each, and in all.
    ``vocabulary``: the distinct words. ``options``: what made the words.
    """

    corpus: Corpus
    document_offsets: Offsets
    vocabulary: Any
    options: Mapping[str, Any]

    @abstractmethod
    def __len__(self) -> int:
        """How many words there are."""

    @property
    @abstractmethod
    def n_sentences(self) -> int:
        """How many sentences there are."""

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
        return _named(_column(self.corpus.documents, by))

    def numbered_groups(self, by: str | None) -> tuple[list[str], Offsets]:
        """The names of the `groups` of `by` in rising order, and (documents,) the number of each document's group.

        Without `by` all documents are one group, whose name is "".
        """
        if by is None:
            return [""], np.zeros(self.n_documents, dtype=np.int64)
        groups = self.groups(by).to_numpy(dtype=object)
        names = sorted(set(groups))
        return names, pd.Index(names, dtype=object).get_indexer(groups)

    def where(self, condition: Callable[[pd.DataFrame], ArrayLike] | None = None, /, **conditions: Any) -> Self:
        """The words of the documents whose metadata meet all `conditions`: ``where(source="Daily")``.

        A list means one of its values, and a date is a day, "2024-06-22". An ending of the name says more:

        - ``source__not="Daily"`` excludes; ``source__in=["Daily", "Wire"]`` is the list again;
        - ``__ge``, ``__gt``, ``__le``, ``__lt`` (from, after, up to, before) compare dates as dates, numbers as numbers
          and other texts by code point. A date may be a year or a month, all of it: ``date__ge="1990"`` is from 1
          January 1990 on, ``date__gt="1990"`` from 1991 on, ``date__le="1990"`` to the end of 1990;
        - ``title__contains="war"`` has these letters in it, in this case.

        A missing value meets no comparison and contains nothing. `condition` is a function of the table
        ``corpus.documents`` that gives what `subset` takes: ``where(lambda d: d["n_chars"] > 100)``. Where the metadata
        have no column ``words``, it is the number of words of each document. Raises `ValueError` for an unknown column
        or ending, for a value that can't be compared, and when no document is left.

        >>> from analysis.text.corpus import read_texts
        >>> from analysis.text.tokens import tokenize
        >>> tokens = tokenize(read_texts(["Rain.", "It rains.", "It is raining now."]))
        >>> tokens.where(words__ge=2).doc_ids.tolist(), tokens.where(lambda d: d["n_chars"] < 10).doc_ids.tolist()
        (['1', '2'], ['0', '1'])
        """
        documents = self.corpus.documents
        table = documents.assign(words=documents.get("words", np.diff(self.document_offsets)))
        said = [f"{name}={value!r}" for name, value in conditions.items()]
        kept = np.ones(self.n_documents, dtype=bool)
        for name, value in conditions.items():
            kept &= _met(table, name, value)
        if callable(condition):
            said.append("what the function asks for")
            kept &= np.isin(np.arange(self.n_documents), positions(condition(table), documents))
        elif condition is not None:
            kind = type(condition).__name__
            raise ValueError(f"where() of a {kind}: give a function, or name=value; subset() takes a mask")
        if not kept.any():
            raise ValueError(f"no document with {', '.join(said)}: compare `corpus.documents`")
        return self.subset(kept)

    def __getitem__(self, doc_id: str) -> Self:
        """The words of one document. Raises `KeyError` for one that is not there, `TypeError` for what is no name.

        >>> from analysis.text.corpus import read_texts
        >>> from analysis.text.tokens import tokenize
        >>> len(tokenize(read_texts(["Rain.", "It rains."]))["1"])
        2
        """
        if not isinstance(doc_id, str):  # a loop over the words would ask for 0, 1 and so on
            said = reprlib.repr(doc_id)
            raise TypeError(f"{said} is no doc_id: subset() takes a mask or positions, documents() goes through all")
        return self.subset([self.corpus.row(doc_id)])

    def group_by(self, column: str) -> Iterator[tuple[str, Self]]:
        """The name and the words of each of the `groups` of a metadata column, in rising order of the names.

        Raises `ValueError` when there is no such column.

        >>> from analysis.text.corpus import read_texts
        >>> from analysis.text.tokens import tokenize
        >>> corpus = read_texts(["Rain.", "It rains.", "Hail."])
        >>> corpus.documents["source"] = ["Wire", "Daily", "Wire"]
        >>> [(source, words.doc_ids.tolist()) for source, words in tokenize(corpus).group_by("source")]
        [('Daily', ['1']), ('Wire', ['0', '2'])]
        """
        names, group = self.numbered_groups(column)
        return ((name, self.subset(group == number)) for number, name in enumerate(names))

    def sample(self, n: int, seed: int = 0) -> Self:
        """The words of `n` documents drawn at random without replacement, in the order of the corpus.

        The same `seed` draws the same documents. Raises `ValueError` for more documents than there are, or none.

        >>> from analysis.text.corpus import read_texts
        >>> from analysis.text.tokens import tokenize
        >>> tokenize(read_texts(["Rain.", "It rains.", "Hail.", "Snow."])).sample(2, seed=1).doc_ids.tolist()
        ['1', '2']
        """
        if n not in range(1, self.n_documents + 1):
            raise ValueError(f"a sample of {n} documents: give a whole number from 1 to {self.n_documents:,}")
        drawn = np.random.default_rng(seed).choice(self.n_documents, n, replace=False, shuffle=False)
        return self.subset(np.sort(drawn))

    @abstractmethod
    def subset(self, rows: ArrayLike) -> Self:
        """The words of the documents in `rows`: a mask, or positions in ``corpus.documents`` in rising order.

        A mask has one True or False a document; a Series goes by its index where that holds the doc_ids or is that of
        ``corpus.documents``, see `analysis.text.corpus.positions`. Raises `ValueError` for anything else.
        """

    def _facts(self) -> dict[str, str]:
        sizes = {"documents": self.n_documents, "words": len(self), "types": len(self.vocabulary)}
        counts = {name: f"{size:,}" for name, size in (sizes | {"sentences": self.n_sentences}).items()}
        return counts | {"scheme": str(self.options["scheme"])}

    def __repr__(self) -> str:
        return as_line(type(self).__name__, self._facts())

    def _repr_html_(self) -> str:
        return as_html(type(self).__name__, self._facts())


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """A column of the documents' table; raises `ValueError` where there is none of that name."""
    if name not in table.columns:
        raise ValueError(f"no metadata column {name!r}: this corpus has {', '.join(table.columns)}")
    return table[name]


def _named(values: pd.Series) -> pd.Series:
    """The values of a column as `ByDocument.groups` names them."""
    if pd.api.types.is_datetime64_any_dtype(values):
        values = values.dt.strftime(DAY)
    return values.astype(object).where(values.notna() & (values != ""), "(none)").astype(str)


def _group(value: Any) -> str:
    """A metadata value as `ByDocument.groups` names it."""
    return value.strftime(DAY) if isinstance(value, datetime.date) else str(value)


def _met(table: pd.DataFrame, name: str, value: Any) -> Bools:
    """Which documents meet a condition of `ByDocument.where`."""
    column, mark, suffix = (name, "", "") if name in table.columns else name.rpartition("__")
    if not mark:
        column, suffix = name, "is"
    elif suffix not in SUFFIXES:
        raise ValueError(f"{name}={value!r}: no ending {suffix!r}: use {', '.join(SUFFIXES)}")
    values = _column(table, column)
    if suffix in ("is", "in", "not"):
        several = pd.api.types.is_list_like(value)
        if suffix == "in" and not several:
            raise ValueError(f"{name}={value!r} is no list: write [{value!r}]")
        chosen = [_group(one) for one in (value if several else [value])]
        return np.asarray(_named(values).isin(chosen) != (suffix == "not"))
    met = np.array(values.notna() & (values != ""))
    met[met] = _compared(values[met], suffix, value, f"{name}={value!r}")
    return met


def _compared(values: pd.Series, suffix: str, value: Any, said: str) -> Any:
    """Which of `values`, of which none is missing, compare so with `value`; `said` is what an error names."""
    if suffix == "contains":
        if not isinstance(value, str):
            raise ValueError(f"{said} is no text: write it in quotes")
        return [value in text for text in _named(values)]
    if pd.api.types.is_datetime64_any_dtype(values):
        span = date_span(str(value))
        if span is None:
            raise ValueError(f"{said} is no date: write it as 2024-06-22, 2024-06 or 2024")
        first, after = span  # up to a year is before the next one, and after a year is from the next one on
        return {"ge": values >= first, "gt": values >= after, "le": values < after, "lt": values < first}[suffix]
    if not isinstance(value, str | Real) or isinstance(value, bool):
        raise ValueError(f"{said} is neither number nor text: give one of these")
    number = pd.to_numeric(pd.Series([value], dtype=object), errors="coerce")[0]
    if pd.isna(number):
        if not isinstance(value, str) or pd.api.types.is_numeric_dtype(values):
            raise ValueError(f"{said} is no number: give one, such as 100")
        return COMPARISONS[suffix](values.astype(str), value)
    numbers = pd.to_numeric(values, errors="coerce")
    if (odd := values[numbers.isna()]).size:
        raise ValueError(f"{said}: {odd.iloc[0]!r} in that column is no number: correct it, or choose by a function")
    return COMPARISONS[suffix](numbers, number)
