"""What a figure was drawn from: the table as its file has it, and the options, so that it can be drawn again.

A drawing is given what its files will say and not what was computed: tables with the digits of their CSV, options as
they come back from JSON. So whoever has the files has all that went into the picture.
"""

import inspect
import io
import json
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, ParamSpec
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from analysis.core.csv_files import restored, write_csv
from analysis.core.printable import visible
from analysis.publish.tables import described

if TYPE_CHECKING:
    from matplotlib.figure import Figure

P = ParamSpec("P")

_DTYPES = {"string": "object", "integer": "Int64", "number": "float64", "boolean": "boolean", "date": "object"}
_CALLS: "WeakKeyDictionary[Figure, Call]" = WeakKeyDictionary()
DRAWINGS: "dict[str, Callable[..., Figure]]" = {}  # by module and name: nothing else is ever called by a file's word
# Okabe and Ito (2008): eight colours that people with any kind of colour vision tell apart.
COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermillion": "#D55E00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "yellow": "#F0E442",
    "black": "#000000",
    "grey": "#767676",
}


class Call(NamedTuple):
    """How a figure was drawn."""

    function: str  # module and name, "plots.interval_dots"
    table: pd.DataFrame  # the first table, as it was given
    parts: dict[str, pd.DataFrame]  # the tables drawn beside it, by the name of the parameter
    options: dict[str, Any]  # all else, as JSON has it


def drawing(draw: "Callable[P, Figure]") -> "Callable[P, Figure]":
    """A function that draws tables, the first argument the main one, made to draw what its files will say.

    Its tables come to it as `as_written` gives them, its other arguments as JSON has them (a tuple is a list, the keys
    of a dict are sorted); defaults are recorded too, since they may change. `call_of` the figure tells all of it. Names
    are drawn as `visible` gives them: an SVG with a control character is none.
    """
    signature = inspect.signature(draw)
    by_name: Callable[..., Figure] = draw
    function = f"{draw.__module__.rpartition('.')[2]}.{draw.__name__}"

    @wraps(draw)
    def recorded(*args: P.args, **kwargs: P.kwargs) -> "Figure":
        call = signature.bind(*args, **kwargs)
        call.apply_defaults()
        tables = {name: value for name, value in call.arguments.items() if isinstance(value, pd.DataFrame)}
        others = {name: value for name, value in call.arguments.items() if name not in tables}
        options = json.loads(json.dumps(others, sort_keys=True, default=_plain))
        with warnings.catch_warnings():
            # Laying out a figure draws it; what letters no font has is told once, where it is written.
            warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from")
            drawn = {name: _visible_table(as_written(table)) for name, table in tables.items()}
            fig = by_name(**drawn, **_visible_value(options))
        main, *beside = tables
        _CALLS[fig] = Call(function, tables[main], {name: tables[name] for name in beside}, options)
        return fig

    DRAWINGS[function] = recorded
    return recorded


def call_of(fig: "Figure") -> Call | None:
    """How `fig` was drawn; None for one that no function of this package has drawn."""
    return _CALLS.get(fig)


def as_written(table: pd.DataFrame) -> pd.DataFrame:
    """`table` as it comes back from its CSV: numbers of six digits, days without a time, an empty text as missing.

    >>> as_written(pd.DataFrame({"term": ["rain", ""], "share": [2 / 3, 1]})).to_dict("list")
    {'term': ['rain', nan], 'share': [0.666667, 1.0]}
    """
    text = io.StringIO()
    write_csv(table, text)
    text.seek(0)
    return read_table(text, described(table)["columns"])


def read_table(source: Path | IO[Any], columns: Iterable[Mapping[str, str]]) -> pd.DataFrame:
    """The table in a CSV that `write_csv` wrote; `columns` are what the file beside it says, ``name`` and ``type``.

    Raises `ValueError`, `TypeError` or `OverflowError` for a table that is not as they say.
    """
    types = {column["name"]: column["type"] for column in columns}
    read = pd.read_csv(
        source,
        header=0,
        names=list(types),  # as they are: of its own pandas gives a name to a column without one
        dtype={name: _DTYPES[kind] for name, kind in types.items()},
        keep_default_na=False,  # "null" and "nan" are words
        na_values=[""],
    )
    if not isinstance(read.index, pd.RangeIndex):  # what pandas makes of the columns that are left
        raise ValueError(f"there are more columns than {len(types):,}")
    for name, kind in types.items():
        if kind == "string":
            place, texts = pd.factorize(read[name])  # each text once: names stand in many rows
            cells = np.array([*map(restored, texts), np.nan], dtype=object)[place]  # -1 is an empty cell
            read[name] = pd.Series(cells, index=read.index, dtype=object)
        elif kind == "date":
            read[name] = pd.to_datetime(read[name])
        elif kind in ("integer", "boolean") and not read[name].isna().any():
            read[name] = read[name].astype("int64" if kind == "integer" else "bool")
    return read


def _visible_table(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with the texts in it, names of columns too, as they can be seen."""
    for name in table.select_dtypes("object"):
        texts = (text for text in table[name].unique() if isinstance(text, str))
        if unseen := {text: shown for text in texts if (shown := visible(text)) != text}:
            table[name] = table[name].map(lambda text, unseen=unseen: unseen.get(text, text))
    return table.rename(columns=visible)


def _visible_value(value: Any) -> Any:
    """A value of JSON with the texts in it as they can be seen."""
    if isinstance(value, dict):
        return {visible(key): _visible_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_visible_value(item) for item in value]
    return visible(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """A number, an array or a column of numpy or pandas as JSON can have it."""
    return value.tolist()
