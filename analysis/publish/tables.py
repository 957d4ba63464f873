"""Tables of a run, as files and as HTML."""

import html
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd
from IPython.display import display

from analysis.core.csv_files import write_csv
from analysis.core.paths import FIGURES
from analysis.core.printable import visible, visible_text
from analysis.text.long_tables import AnyTable
from analysis.text.parted import LISTED

P = ParamSpec("P")
T = TypeVar("T")

LONG = 60  # characters of a cell that is a text rather than a name
NAMES = frozenset("doc_id a_doc b_doc a b title source path".split())  # columns of names, each of one line
OUTPUT = "LAFZ_OUTPUT"  # environment variable: the folder that a running notebook writes to


def output_folder() -> Path:
    """Where figures and tables go: what the run asks for, else ``figures/lab``."""
    folder = Path(os.environ.get(OUTPUT) or FIGURES / "lab")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_table(table: AnyTable, path: Path, *, caption: str) -> None:
    """Write `table` to ``<path>.csv``, and what it is to ``<path>.json``: the first `LISTED` rows."""
    rows, caption = table.head(LISTED), _cut(caption, table)
    write_csv(rows, path.with_name(f"{path.name}.csv"))
    write_json({"caption": caption, **described(rows)}, path.with_name(f"{path.name}.json"))


def _cut(caption: str, table: AnyTable) -> str:
    """`caption`, with how many rows of a table are there, where that is not all."""
    return f"{caption} The first {LISTED:,} of {len(table):,} rows." if len(table) > LISTED else caption


def described(table: pd.DataFrame) -> dict[str, Any]:
    """What the file beside a CSV says of it: the name and type (as CSVW has it) of each column, and how many rows.

    >>> described(pd.DataFrame({"term": ["rain"], "count": [2]}))["columns"]
    [{'name': 'term', 'type': 'string'}, {'name': 'count', 'type': 'integer'}]
    """
    columns = [{"name": str(name), "type": column_type(table[name])} for name in table.columns]
    return {"columns": columns, "rows": len(table)}


def column_type(column: pd.Series) -> str:
    """What a column holds, by its dtype and not by what its cells look like: a document may be called 007."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column_type(pd.Series(column.cat.categories))
    kinds: list[tuple[str, Callable[[Any], bool]]] = [
        ("boolean", pd.api.types.is_bool_dtype),
        ("integer", pd.api.types.is_integer_dtype),
        ("number", pd.api.types.is_float_dtype),
        ("date", pd.api.types.is_datetime64_any_dtype),
    ]
    return next((kind for kind, is_of in kinds if is_of(column.dtype)), "string")


def save_table(
    table: AnyTable, name: str, *, caption: str, rows: int = 20, drawn: Callable[[pd.DataFrame], str] | None = None
) -> None:
    """Write `table` to ``<name>.csv`` with ``<name>.json`` (caption, columns, rows), and show its first `rows` rows.

    `drawn` makes the HTML of the rows shown, where it is not a column for each of the table's.
    """
    caption = visible(caption)
    write_table(table, output_folder() / name, caption=caption)
    shown = (drawn or table_html)(table.head(rows))
    more = f" First {rows} of {len(table):,} rows." if len(table) > rows else "" if len(table) else " There are none."
    show(
        f"<figure>{shown}<figcaption>{html.escape(caption + more)}</figcaption></figure>",
        caption,
        kind="table",
        name=name,
        rows=rows,
    )


def finding(text: str) -> None:
    """Show one plain sentence that the tables bear out; the report puts it first."""
    text = visible(text)
    show(f"<p><strong>{html.escape(text)}</strong></p>", text, kind="finding")


def note(text: str) -> None:
    """Show one plain sentence, such as why a section is left out."""
    text = visible(text)
    show(f"<p>{html.escape(text)}</p>", text, kind="note")


def attempt(measure: Callable[P, T], /, *args: P.args, **options: P.kwargs) -> T | None:
    """What `measure` gives; None, after a note with its own words, where it can't be had from these texts.

    Or not on this machine, for want of an extra. The rest of a notebook goes on without that section.
    """
    try:
        return measure(*args, **options)
    except (ModuleNotFoundError, ValueError) as error:
        note(f"Left out: {error}.")
        return None


def show(markup: str, text: str, **about: Any) -> None:
    """Display `markup` with a plain-text form; `about` tells the report what it is. Control characters are seen."""
    display({"text/html": visible_text(markup), "text/plain": visible_text(text)}, raw=True, metadata={"lafz": about})  # type: ignore[no-untyped-call]


def table_html(table: pd.DataFrame) -> str:
    """`table` as an HTML table, every cell escaped, numbers to the right and shortened for reading, names visible."""
    numeric = [pd.api.types.is_numeric_dtype(table[column]) and table[column].dtype != bool for column in table.columns]
    head = "".join(
        f"<th{_align(n)}>{html.escape(visible(str(c)).replace('_', ' '))}</th>"
        for c, n in zip(table.columns, numeric, strict=True)
    )
    shown = [visible if column in NAMES else visible_text for column in table.columns]
    body = "".join(
        "<tr>" + "".join(_td(see(_cell(v)), n) for v, see, n in zip(row, shown, numeric, strict=True)) + "</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def write_json(value: Any, path: Path) -> None:
    """`value` as JSON with sorted keys, UTF-8 and a final line end."""
    path.write_text(
        json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n"
    )


def _td(text: str, numeric: bool) -> str:
    """One cell; a long text asks for room, lest other columns squeeze it to a word a line."""
    attributes = _align(numeric) or ' class="long"' * (len(text) > LONG)
    return f'<td{attributes} dir="auto">{html.escape(text)}</td>'


def _align(numeric: bool) -> str:
    return ' class="number"' if numeric else ""


def _cell(value: Any) -> str:
    if value is None or value is pd.NaT or value is pd.NA:
        return "–"
    if isinstance(value, float) and math.isnan(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    if isinstance(value, float | np.floating):
        number = float(value)
        return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
    return str(value)
