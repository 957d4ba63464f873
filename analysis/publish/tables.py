"""Tables of a run, as files and as HTML."""

import html
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd
from IPython.display import display

from analysis.core.csv_files import restored, write_csv
from analysis.core.paths import FIGURES
from analysis.core.printable import visible, visible_text
from analysis.publish.cells import columns_of, table_html, with_titles
from analysis.text.shards import LISTED

P = ParamSpec("P")
T = TypeVar("T")

_DTYPES = {"string": "object", "integer": "Int64", "number": "float64", "boolean": "boolean", "date": "object"}
# JupyterLab sets every cell flush right, as fits numbers and not words.
_ALIGNED = "<style>.lafz-t :is(td,th):not(.number){text-align:start;vertical-align:top}</style>"
OUTPUT = "LAFZ_OUTPUT"  # environment variable: the folder that a running notebook writes to


def output_folder() -> Path:
    """Where figures and tables go: what the run asks for, else ``figures/lab``."""
    folder = Path(os.environ.get(OUTPUT) or FIGURES / "lab")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_table(table: pd.DataFrame, path: Path, *, caption: str, most: int = LISTED) -> None:
    """Write the first `most` rows of `table` to ``<path>.csv``, and what it is to ``<path>.json``."""
    rows = table.head(most)
    if len(rows) == most:
        caption += f" The first {most:,}{f' of {len(table):,}' * (len(table) > most)} rows."
    write_csv(rows, path.with_name(f"{path.name}.csv"))
    write_json({"caption": caption, **described(rows)}, path.with_name(f"{path.name}.json"))


def described(table: pd.DataFrame) -> dict[str, Any]:
    """What the file beside a CSV says of it: its columns and the number of its rows."""
    return {"columns": columns_of(table), "rows": len(table)}


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
    """Read a CSV of `write_csv`; `columns` (``name``, ``type``) are those in the file beside it.

    Raises `ValueError`, `TypeError` or `OverflowError` for a table that does not fit them.
    """
    types = {column["name"]: column["type"] for column in columns}
    read = pd.read_csv(
        source,
        header=0,
        names=list(types),  # or else pandas would name a column without a name
        dtype={name: _DTYPES[kind] for name, kind in types.items()},
        keep_default_na=False,  # "null" and "nan" are words
        na_values=[""],
    )
    if not isinstance(read.index, pd.RangeIndex):  # pandas made one of the columns that are left
        raise ValueError(f"there are more columns than {len(types):,}")
    for name, kind in types.items():
        if kind == "string":
            place, texts = pd.factorize(read[name])  # each text once: names recur in many rows
            cells = np.array([*map(restored, texts), np.nan], dtype=object)[place]  # -1 is an empty cell
            read[name] = pd.Series(cells, index=read.index, dtype=object)
        elif kind == "date":
            read[name] = pd.to_datetime(read[name])
        elif kind in ("integer", "boolean") and not read[name].isna().any():
            read[name] = read[name].astype("int64" if kind == "integer" else "bool")
    return read


def save_table(table: pd.DataFrame, name: str, *, caption: str, **options: Any) -> None:
    """Write `table` to ``<name>.csv`` with ``<name>.json`` (caption, columns, rows), and `show_table` it."""
    write_table(table, output_folder() / name, caption=visible(caption))
    show_table(table, name, caption=caption, **options)


def show_table(
    table: pd.DataFrame,
    name: str = "",
    *,
    caption: str,
    rows: int = 20,
    drawn: Callable[[pd.DataFrame], str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> None:
    """Show the first `rows` rows of `table`.

    `drawn` makes their HTML where it is not a cell for each of the table's; `titles` are those of documents in it.
    """
    caption = visible(caption)
    head = with_titles(table.head(rows), name, titles or {})
    shown = drawn(head) if drawn else table_html(head, name, folded=False)
    more = f" First {rows} of {len(table):,} rows." if len(table) > rows else "" if len(table) else " There are none."
    if not drawn and (left := table.shape[1] - shown.count("<th") + 1) > 0:
        more += f" {left} more column{'s' * (left > 1)} in {name}.csv."
    show(
        f'<figure class="lafz-t">{_ALIGNED}{shown}<figcaption>{html.escape(caption + more)}</figcaption></figure>',
        caption,
        kind="table",
        name=name,
        rows=rows,
        drawn=drawn is not None,
    )


def finding(text: str) -> None:
    """Show one plain sentence that the tables bear out; the report puts it first."""
    text = visible(text)
    show(f"<p><strong>{html.escape(text)}</strong></p>", text, kind="finding")


def note(text: str) -> None:
    """Show one plain sentence, such as why a section is left out, without the backticks of messages."""
    text = visible(text).replace("`", "")
    show(f"<p>{html.escape(text)}</p>", text, kind="note")


def attempt(measure: Callable[P, T], /, *args: P.args, **options: P.kwargs) -> T | None:
    """Return what `measure` gives; None, after a note, where these texts or missing extras do not allow it."""
    try:
        return measure(*args, **options)
    except (ModuleNotFoundError, ValueError) as error:
        note(f"Left out: {error}.")
        return None


def show(markup: str, text: str, **about: Any) -> None:
    """Display `markup` with a plain-text form, control characters made visible; `about` is for the report."""
    display({"text/html": visible_text(markup), "text/plain": visible_text(text)}, raw=True, metadata={"lafz": about})  # type: ignore[no-untyped-call]


def write_json(value: Any, path: Path) -> None:
    """Write `value` as JSON with sorted keys, UTF-8 and a final line end."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")
