"""Group and select documents by their metadata."""

import datetime
import operator
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Bools
from analysis.text.reading.metadata import date_span

DAY = "%Y-%m-%d"  # date format of group names

COMPARISONS = {"ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}
SUFFIXES = (*COMPARISONS, "contains", "in", "not")  # of column names in `Tokens.where`

Offsets = NDArray[np.int64]


def metadata_column(table: pd.DataFrame, name: str) -> pd.Series:
    """A metadata column. Raises `ValueError` if there is none of that name."""
    if name not in table.columns:
        raise ValueError(f"no metadata column {name!r}: this corpus has {', '.join(table.columns)}")
    return table[name]


def group_names(values: pd.Series) -> pd.Series:
    """The values of a column as `Tokens.groups` names them."""
    if pd.api.types.is_datetime64_any_dtype(values):
        values = values.dt.strftime(DAY)
    return values.astype(object).where(values.notna() & (values != ""), "(none)").astype(str)


def matching(table: pd.DataFrame, name: str, value: Any) -> Bools:
    """Which documents meet a condition of `Tokens.where`."""
    column, mark, suffix = (name, "", "") if name in table.columns else name.rpartition("__")
    if not mark:
        column, suffix = name, "is"
    elif suffix not in SUFFIXES:
        raise ValueError(f"{name}={value!r}: no ending {suffix!r}: use {', '.join(SUFFIXES)}")
    values = metadata_column(table, column)
    if suffix in ("is", "in", "not"):
        chosen = value if pd.api.types.is_list_like(value) else [value]
        if suffix == "in" and chosen is not value:
            raise ValueError(f"{name}={value!r} is no list: write [{value!r}]")
        chosen = [one.strftime(DAY) if isinstance(one, datetime.date) else str(one) for one in chosen]
        return np.asarray(group_names(values).isin(chosen) != (suffix == "not"))
    matching = np.array(values.notna() & (values != ""))
    matching[matching] = _compare(values[matching], suffix, value, f"{name}={value!r}")
    return matching


def _compare(values: pd.Series, suffix: str, value: Any, condition: str) -> Any:
    """Which of `values`, none of them missing, compare so with `value`; errors name the `condition`."""
    if suffix == "contains":
        if not isinstance(value, str):
            raise ValueError(f"{condition} is no text: write it in quotes")
        return [value in text for text in group_names(values)]
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
