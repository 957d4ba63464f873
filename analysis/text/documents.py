"""Documents of tokens: names, languages, groups, and selection by metadata."""

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
from analysis.text.corpus import Corpus, Summarized, positions
from analysis.text.reading.metadata import date_span
from analysis.text.sentences import primary

DAY = "%Y-%m-%d"  # date format of group names

COMPARISONS = {"ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}
SUFFIXES = (*COMPARISONS, "contains", "in", "not")  # of column names in `ByDocument.where`

Offsets = NDArray[np.int64]


class ByDocument(Summarized, ABC):
    """Tokens by document, in memory or on disk.

    ``corpus``: the documents. ``document_offsets``: (documents + 1,) the offsets of their words. ``vocabulary``: the
    distinct words. ``options``: the options of `tokenize`.
    """

    corpus: Corpus
    document_offsets: Offsets
    vocabulary: Any
    options: Mapping[str, Any]

    @abstractmethod
    def __len__(self) -> int:
        """The number of words."""

    @property
    @abstractmethod
    def n_sentences(self) -> int:
        """The number of sentences."""

    @property
    def n_documents(self) -> int:
        """The number of documents."""
        return len(self.document_offsets) - 1

    @property
    def doc_ids(self) -> NDArray[np.object_]:
        """(documents,) the doc_id of each document."""
        return self.corpus.documents["doc_id"].to_numpy(dtype=object)

    @property
    def languages(self) -> NDArray[np.object_]:
        """(documents,) the language of each document, in lower case and without region: "en" for "en-GB"."""
        return self.corpus.documents["language"].map(primary).to_numpy(dtype=object)

    def groups(self, by: str) -> pd.Series:
        """The group of each document: its value in the metadata column `by`, "(none)" if that is empty.

        Dates are grouped by day. Raises `ValueError` if there is no such column.
        """
        return _group_names(_column(self.corpus.documents, by))

    def numbered_groups(self, by: str | None) -> tuple[list[str], Offsets]:
        """The sorted names of the `groups` of `by`, and (documents,) the number of each document's group.

        Without `by`, all documents are in one group named "".
        """
        if by is None:
            return [""], np.zeros(self.n_documents, dtype=np.int64)
        groups = self.groups(by).to_numpy(dtype=object)
        names = sorted(set(groups))
        return names, pd.Index(names, dtype=object).get_indexer(groups)

    def where(self, condition: Callable[[pd.DataFrame], ArrayLike] | None = None, /, **conditions: Any) -> Self:
        """Select the documents whose metadata meet all `conditions`: ``where(source="Daily")``.

        A list matches any of its values; a date is a day, "2024-06-22". Suffixes select otherwise:

        - ``source__not="Daily"`` excludes; ``source__in=["Daily", "Wire"]`` is the same as the list;
        - ``__ge``, ``__gt``, ``__le``, ``__lt`` compare dates as dates, numbers as numbers, other texts by code point.
          A year or a month stands for all of it: ``date__ge="1990"`` is from 1 January 1990, ``date__gt="1990"`` from
          1991, ``date__le="1990"`` to the end of 1990;
        - ``title__contains="war"`` matches a substring, case-sensitively.

        A missing value meets no comparison and contains nothing. `condition` is a function from the table
        ``corpus.documents`` to what `subset` accepts: ``where(lambda d: d["n_chars"] > 100)``. If the metadata have no
        column ``words``, it is the number of words of each document. Raises `ValueError` for an unknown column or
        suffix, an incomparable value, and an empty selection.

        >>> from analysis.text.corpus import read_texts
        >>> from analysis.text.tokens import tokenize
        >>> tokens = tokenize(read_texts(["Rain.", "It rains.", "It is raining now."]))
        >>> tokens.where(words__ge=2).doc_ids.tolist(), tokens.where(lambda d: d["n_chars"] < 10).doc_ids.tolist()
        (['1', '2'], ['0', '1'])
        """
        documents = self.corpus.documents
        table = documents.assign(words=documents.get("words", np.diff(self.document_offsets)))
        shown = [f"{name}={value!r}" for name, value in conditions.items()]
        kept = np.ones(self.n_documents, dtype=bool)
        for name, value in conditions.items():
            kept &= _matches(table, name, value)
        if callable(condition):
            shown.append("what the function asks for")
            kept &= np.isin(np.arange(self.n_documents), positions(condition(table), documents))
        elif condition is not None:
            kind = type(condition).__name__
            raise ValueError(f"where() of a {kind}: give a function, or name=value; subset() takes a mask")
        if not kept.any():
            raise ValueError(f"no document with {', '.join(shown)}: compare `corpus.documents`")
        return self.subset(kept)

    def __getitem__(self, doc_id: str) -> Self:
        """The words of one document. Raises `KeyError` for an unknown doc_id, `TypeError` for what is not a str.

        >>> from analysis.text.corpus import read_texts
        >>> from analysis.text.tokens import tokenize
        >>> len(tokenize(read_texts(["Rain.", "It rains."]))["1"])
        2
        """
        if not isinstance(doc_id, str):  # iteration would ask for 0, 1 and so on
            shown = reprlib.repr(doc_id)
            raise TypeError(f"{shown} is no doc_id: subset() takes a mask or positions, documents() goes through all")
        return self.subset([self.corpus.row(doc_id)])

    def group_by(self, column: str) -> Iterator[tuple[str, Self]]:
        """The name and words of each of the `groups` of a metadata column, sorted by name.

        Raises `ValueError` if there is no such column.

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
        """Draw `n` documents at random without replacement, in the order of the corpus.

        Raises `ValueError` for more documents than there are, or none.

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
        """Select the documents in `rows`: a mask, or positions in rising order.

        See `analysis.text.corpus.positions`. Raises `ValueError` for anything else.
        """

    def _facts(self) -> dict[str, str]:
        sizes = {"documents": self.n_documents, "words": len(self), "types": len(self.vocabulary)}
        counts = {name: f"{size:,}" for name, size in (sizes | {"sentences": self.n_sentences}).items()}
        return counts | {"scheme": str(self.options["scheme"])}


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """A metadata column. Raises `ValueError` if there is none of that name."""
    if name not in table.columns:
        raise ValueError(f"no metadata column {name!r}: this corpus has {', '.join(table.columns)}")
    return table[name]


def _group_names(values: pd.Series) -> pd.Series:
    """The values of a column as `ByDocument.groups` names them."""
    if pd.api.types.is_datetime64_any_dtype(values):
        values = values.dt.strftime(DAY)
    return values.astype(object).where(values.notna() & (values != ""), "(none)").astype(str)


def _matches(table: pd.DataFrame, name: str, value: Any) -> Bools:
    """Which documents meet a condition of `ByDocument.where`."""
    column, mark, suffix = (name, "", "") if name in table.columns else name.rpartition("__")
    if not mark:
        column, suffix = name, "is"
    elif suffix not in SUFFIXES:
        raise ValueError(f"{name}={value!r}: no ending {suffix!r}: use {', '.join(SUFFIXES)}")
    values = _column(table, column)
    if suffix in ("is", "in", "not"):
        chosen = value if pd.api.types.is_list_like(value) else [value]
        if suffix == "in" and chosen is not value:
            raise ValueError(f"{name}={value!r} is no list: write [{value!r}]")
        chosen = [one.strftime(DAY) if isinstance(one, datetime.date) else str(one) for one in chosen]
        return np.asarray(_group_names(values).isin(chosen) != (suffix == "not"))
    matching = np.array(values.notna() & (values != ""))
    matching[matching] = _compare(values[matching], suffix, value, f"{name}={value!r}")
    return matching


def _compare(values: pd.Series, suffix: str, value: Any, condition: str) -> Any:
    """Which of `values`, none of them missing, compare so with `value`; errors name the `condition`."""
    if suffix == "contains":
        if not isinstance(value, str):
            raise ValueError(f"{condition} is no text: write it in quotes")
        return [value in text for text in _group_names(values)]
    if pd.api.types.is_datetime64_any_dtype(values):
        span = date_span(str(value))
        if span is None:
            raise ValueError(f"{condition} is no date: write it as 2024-06-22, 2024-06 or 2024")
        first, after = span
        return {"ge": values >= first, "gt": values >= after, "le": values < after, "lt": values < first}[suffix]
    if not isinstance(value, str | Real) or isinstance(value, bool):
        raise ValueError(f"{condition} is neither number nor text: give one of these")
    number = pd.to_numeric(pd.Series([value], dtype=object), errors="coerce")[0]
    if pd.isna(number):
        if not isinstance(value, str) or pd.api.types.is_numeric_dtype(values):
            raise ValueError(f"{condition} is no number: give one, such as 100")
        return COMPARISONS[suffix](values.astype(str), value)
    numbers = pd.to_numeric(values, errors="coerce")
    if (odd := values[numbers.isna()]).size:
        wrong = repr(odd.iloc[0])
        raise ValueError(f"{condition}: {wrong} in that column is no number: correct it, or choose by a function")
    return COMPARISONS[suffix](numbers, number)
