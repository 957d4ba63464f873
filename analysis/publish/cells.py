"""Tables as people read them: columns with labels, shares in percent, decimals aligned, titles for names.

``labels.yml`` says what columns are called and how their numbers are written. The files of a run keep names and digits.
"""

import html
import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import yaml

from analysis.core.printable import visible, visible_text
from analysis.publish.findings.wording import shortened

LONG = 60  # characters of a cell that is a text rather than a name
LARGEST = float(np.finfo(float).max)  # stands for infinity in a page's data
CHANCE = 4  # decimals of a probability
NAMES = frozenset("doc_id a_doc b_doc a b title source path".split())  # columns of names, each of one line
YES = {"True": "yes", "False": "no"}
_FILE = Path(__file__).with_name("labels.yml")


class Look(NamedTuple):
    """How a column is shown."""

    label: str
    decimals: int | None = None  # of its numbers; None: it has none
    percent: bool = False
    line: bool = False  # it holds names, of which line ends are written out too
    folded: bool = False  # out of sight until asked for
    names: Mapping[str, str] = {}  # what some of its values are called


def looks(
    columns: Sequence[Mapping[str, str]],
    rows: Sequence[Sequence[Any]],
    table: str = "",
    *,
    titles: Mapping[str, str] | None = None,
    keys: Mapping[str, str] | None = None,
) -> list[Look]:
    """How to show each of the `columns` (``name``, ``type``) of `table`, such as "shares", given its `rows`.

    `titles` are those of documents, used where no column has them; `keys` are labels of frames. The largest number of a
    column gets three digits, a share two, a probability four. Without a `table`, no column is folded.

    >>> columns = [{"name": "tf_idf", "type": "number"}, {"name": "document_share", "type": "number"}]
    >>> [look[:3] for look in looks(columns, [[12.5, 0.25], [3.25, 1]])]
    [('tf-idf', 1, False), ('document share', 0, True)]
    """
    if any(column["name"] == "title" for column in columns):
        titles = None
    found = []
    for place, column in enumerate(columns):
        name, kind = column["name"], column["type"]
        cells = [row[place] for row in rows]
        label, folded = called(name, table), bool(table) and _is("folded", name, table)
        if kind in ("integer", "number"):
            percent = _is("percent", name, table)
            decimals = CHANCE if _is("chances", name, table) else 0 if kind == "integer" else _decimals(cells, percent)
            found.append(Look(label, decimals, percent, folded=folded))
            continue
        names = YES if kind == "boolean" else _file()["values"].get(name, {})
        texts = dict.fromkeys(cell for cell in cells if isinstance(cell, str))  # in order: the page has them as data
        if _is("documents", name, table):
            names = {text: listed for text in texts if (listed := _documents(text, titles or {})) != text}
        elif _is("keys", name, table):
            names = {text: (keys or {}).get(text) or in_words(text.removeprefix(f"{name}_")) for text in texts}
        found.append(Look(label, line=name in NAMES, folded=folded, names=names))
    return found


def shown(value: Any, look: Look) -> str:
    """A cell as people read it.

    >>> share = Look("share", decimals=1, percent=True)
    >>> shown(0.0314, share), shown(-0.5, share), shown(0.0000001, Look("p", decimals=4)), shown(1200, Look("n", 0))
    ('3.1%', '−50.0%', '<0.0001', '1,200')
    >>> shown(None, share), shown("war_aims", Look("frame", names={"war_aims": "War"}))
    ('–', 'War')
    """
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if look.decimals is not None and not isinstance(value, str):
        return _number(float(value), look)
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    said = look.names.get(str(value), str(value))
    return visible(said) if look.line else visible_text(said)


def table_html(table: pd.DataFrame, name: str = "", *, folded: bool = True) -> str:
    """`table`, which is called `name`, as an HTML table, without its folded columns unless `folded`."""
    cells = list(table.itertuples(index=False, name=None))
    own = looks(columns_of(table), cells, name)
    places = [place for place, look in enumerate(own) if folded or not look.folded]
    return rows_html([[row[place] for place in places] for row in cells], [own[place] for place in places])


def rows_html(rows: Sequence[Sequence[Any]], own: Sequence[Look]) -> str:
    """`rows` as an HTML table, every cell escaped; numbers have the class ``number``, folded columns ``fold``."""
    kinds = [" ".join(["number"] * (look.decimals is not None) + ["fold"] * look.folded) for look in own]
    cells = [[_td(shown(*cell), kind) for *cell, kind in zip(row, own, kinds, strict=True)] for row in rows]
    named = zip(own, kinds, strict=True)
    head = "".join(f"<th{_classes(kind)}>{html.escape(visible(look.label))}</th>" for look, kind in named)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def titled(documents: pd.DataFrame, *, longest: int | None = None) -> dict[str, str]:
    """What each document is called: its title, with source and date where others share it; else its name.

    With `longest` names are as in a sentence, in quotation marks, longer titles cut, in the middle where others begin
    alike. No two documents are called the same.

    >>> documents = pd.DataFrame({"doc_id": ["a", "b", "c"], "title": ["Rain", "Rain", ""], "source": ["X", "Y", ""]})
    >>> titled(documents.assign(date=pd.NaT)), titled(documents.assign(date=pd.NaT), longest=3)["a"]
    ({'a': 'Rain (X)', 'b': 'Rain (Y)', 'c': 'c'}, '“Ra…” (X)')
    """
    titles = documents["title"].fillna("").astype(str).str.strip()
    own = titles
    if longest:
        own = titles.map(lambda title: shortened(title, longest))
        alike = own.duplicated(keep=False) & ~titles.duplicated(keep=False)
        begin, end = longest - longest // 3, longest // 3
        own = own.where(~alike, titles.str[:begin].str.rstrip() + "…" + titles.str[-end:])
    about = documents[["doc_id", "source", "date"]].assign(title=own)
    about["again"] = own.duplicated(keep=False)
    about["alike"] = about.duplicated(["title", "source", "date"], keep=False)
    called = {}
    for doc_id, source, day, title, again, alike in about.itertuples(index=False):
        more = [] if pd.isna(source) or not source else [str(source)]
        more += [] if pd.isna(day) else [f"{day:%Y-%m-%d}"]
        more += [doc_id] if alike or not more else []
        said = f"“{title or doc_id}”" if longest else title or doc_id
        called[doc_id] = f"{said} ({', '.join(more)})" if title and again else said
    return called


def with_titles(table: pd.DataFrame, name: str, titles: Mapping[str, str]) -> pd.DataFrame:
    """`table`, which is called `name`, with the `titles` of documents in place of their names."""
    columns = [column for column in table.columns if _is("documents", str(column), name)]
    return table.assign(**{column: table[column].map(lambda text: _documents(text, titles)) for column in columns})


def called(column: str, table: str = "") -> str:
    """The label of a column; one that is not in `labels.yml`, such as the name of a group, stays.

    >>> called("g2"), called("a"), called("a", "pairs_of_frames"), called("Local radio")
    ('G²', 'a', 'first frame', 'Local radio')
    """
    labels = _file()["labels"]
    return str(labels.get(f"{table}.{column}") or labels.get(column) or column.replace("_", " "))


def in_words(key: str) -> str:
    """A key of a lexicon as words.

    >>> in_words("war_and_eradication")
    'War and eradication'
    """
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:]


def _documents(text: Any, titles: Mapping[str, str]) -> Any:
    """The title of a document, or those of several separated by commas."""
    if text in titles or not isinstance(text, str):
        return titles.get(text, text)
    parts = text.split(", ")
    return "; ".join(titles[part] for part in parts) if all(part in titles for part in parts) else text


def _is(kind: str, column: str, table: str) -> bool:
    listed = _file()[kind]
    return column in listed or f"{table}.{column}" in listed


@cache
def _file() -> dict[str, Any]:
    written = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {kind: own if isinstance(own, dict) else frozenset(own) for kind, own in written.items()}


def _decimals(cells: Sequence[Any], percent: bool) -> int:
    """Decimals that give the largest of the cells three digits, of percent two; fewer where they are all zeros."""
    sizes = [abs(float(cell)) * (100 if percent else 1) for cell in cells if not pd.isna(cell)]
    sizes = [size for size in sizes if 0 < size < LARGEST]
    if not sizes:
        return 0
    digits, most = (1, 2) if percent else (2, CHANCE)
    places = min(max(digits - math.floor(math.log10(max(sizes))), 0), most)
    written = [f"{size:.{places}f}" for size in sizes]
    return max(len(number.rstrip("0").partition(".")[2]) for number in written) if places else 0


def _number(value: float, look: Look) -> str:
    size, sign = abs(value) * (100 if look.percent else 1), "−" if value < 0 else ""
    after = "%" if look.percent else ""
    if math.isinf(size) or abs(value) >= LARGEST:
        return f"{sign}∞"
    places = look.decimals or 0
    written = f"{Decimal(size).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,}"
    if size and not written.strip("0.,"):
        return f"{'>−' if sign else '<'}{10**-places:.{places}f}{after}"
    return f"{sign}{written}{after}"


def columns_of(table: pd.DataFrame) -> list[dict[str, str]]:
    """The name and type (as CSVW has it) of each column.

    The type is that of the dtype, not of what the cells look like: a document may be called 007.

    >>> columns_of(pd.DataFrame({"term": ["rain"], "count": [2]}))
    [{'name': 'term', 'type': 'string'}, {'name': 'count', 'type': 'integer'}]
    """
    kinds = {
        "boolean": pd.api.types.is_bool_dtype,
        "integer": pd.api.types.is_integer_dtype,
        "number": pd.api.types.is_float_dtype,
        "date": pd.api.types.is_datetime64_any_dtype,
    }
    columns = []
    for name, dtype in table.dtypes.items():
        own = dtype.categories.dtype if isinstance(dtype, pd.CategoricalDtype) else dtype
        columns.append(
            {"name": str(name), "type": next((kind for kind, is_of in kinds.items() if is_of(own)), "string")}
        )
    return columns


def _td(text: str, kind: str) -> str:
    """One cell; a long text claims room, lest other columns squeeze it to a word a line."""
    return f'<td{_classes(kind or "long" * (len(text) > LONG))} dir="auto">{html.escape(text)}</td>'


def _classes(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
