"""What every table and column of a run means (``dictionary.yml``), and each method behind them (``methods.yml``).

``python -m analysis.publish.dictionary`` writes tables.md, methods.md, parameters.md and languages.md in docs/ anew.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from analysis.core.csv_files import GUARD
from analysis.core.paths import ROOT
from analysis.publish.parameters import parameters_page
from analysis.publish.tables import write_json

GROUP = "<group>"  # is the column that the parameter group_by names

_FILE = Path(__file__).with_name("dictionary.yml")
_INTRODUCTION = f"""\
# The tables of a run

Every table is a CSV file in the folder of its section, with a JSON file beside it that has its caption, its columns and
their types. Shares go from 0 to 1, characters are those of the text as decoded and counted from 0, an empty cell is a
missing value, and numbers have six significant digits. `<group>` stands for the column that the parameter `group_by`
names; another name in angle brackets for all further columns. Not every run has every table: some need dates,
groups, coded sentences or an option. [methods.md](methods.md) says how the numbers are made.

A text in a CSV file never runs as a formula: an apostrophe stands before each `=`, `+`, `-`, `@` (or full-width `＝`,
`＋`, `－`, `＠`) that begins it, or follows a semicolon, a tab or a line end in it, with nothing but blanks, control
characters, quotation marks and apostrophes between. Numbers in columns of numbers are as they are. Lafz takes one
apostrophe off wherever it reads a table (`load_run`, the parameter `reference`, a coding sheet); elsewhere one line
gives the texts back:

```
table = table.replace(r'''{GUARD}''', r"\\1", regex=True)  # pandas
```"""
_METHODS = Path(__file__).with_name("methods.yml")
_SECTIONS = {"text": "Text", "term_frequency": "Term frequency", "framing": "Framing", "redundancy": "Redundancy"}
_LISTED = ("code", "parameters", "tables")


class Table(NamedTuple):
    """A table of a run: what one row is, and the meaning of each column by its name, in order.

    The name `GROUP` is the column that the parameter group_by names; another name in angle brackets is that of all
    columns that the table has besides. ``like`` is the table that some of the meanings were taken over from.
    """

    row: str
    columns: dict[str, str]
    like: str | None


@cache
def tables() -> dict[str, Table]:
    """All tables that a run can have, by names such as "framing/profile", in the order in which it writes them."""
    written = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    entries = {f"{section}/{name}": entry for section, own in written["tables"].items() for name, entry in own.items()}

    def columns(name: str) -> dict[str, str]:
        entry = entries[name]
        own, taken = entry.get("columns", []), columns(entry["like"]) if "like" in entry else {}
        taken = {column: said for column, said in taken.items() if column not in entry.get("without", ())}
        means = written["columns"] | taken | entry.get("means", {})
        # The group comes first in a table, whatever it is like.
        order = dict.fromkeys([GROUP] * (GROUP in own) + [*taken, *own])
        return {column: means[column] for column in order}

    return {name: Table(entry["row"], columns(name), entry.get("like")) for name, entry in entries.items()}


def meaning(table: str, column: str, *, group_by: str | None = None) -> str:
    """What `column` means in `table`, on one line: unit, range and direction where it has them.

    `group_by` is that parameter of the run. Raises `KeyError` for a table or a column that no run has.

    >>> meaning("term_frequency/all_spread", "evenness")
    '1 - dp_norm: 1 even, 0 in one part alone (the smallest).'
    """
    columns = tables()[table].columns
    if column == group_by and GROUP in columns:
        return columns[GROUP]
    if column in columns:
        return columns[column]
    for name, said in columns.items():
        if name.startswith("<") and name != GROUP:
            return said
    raise KeyError(f"no column {column!r} in table {table!r}: it has {', '.join(columns)}")


def add_meanings(run: Path, parameters: Mapping[str, Mapping[str, Any]]) -> None:
    """Say in the JSON file beside each table of the folder `run` what a row and each column is, where that is known."""
    for path in sorted(run.glob("*/*.json")):
        name = f"{path.parent.name}/{path.stem}"
        if name not in tables():
            continue
        about = json.loads(path.read_text(encoding="utf-8"))
        group_by = parameters.get(path.parent.name, {}).get("group_by")
        for column in about["columns"]:
            with suppress(KeyError):
                column["meaning"] = meaning(name, column["name"], group_by=group_by)
        write_json(about | {"row": tables()[name].row}, path)


def tables_page() -> str:
    """The dictionary as a page of Markdown: a heading for each table, what a row is, and a list of its columns.

    Columns that mean what they do in another table are not listed again.
    """
    lines, section = [_INTRODUCTION], ""
    for name, table in tables().items():
        if section != name.partition("/")[0]:
            section = name.partition("/")[0]
            lines += ["", f"## {section}"]
        lines += ["", f"### {name}", "", f"A row: {_plain(table.row[0].lower() + table.row[1:])}"]
        taken = {} if table.like is None else tables()[table.like].columns
        own = {column: said for column, said in table.columns.items() if taken.get(column) != said}
        if table.like is not None:
            anchor = re.sub(r"[/.]", "", table.like)
            lacks = ", ".join(f"`{column}`" for column in taken if column not in table.columns)
            without = f", without {lacks}" if lacks else ""
            lines += ["", f"Columns as in [{table.like}](#{anchor}){without}" + ("; but:" if own else ".")]
        if own:
            lines += ["", "| column | meaning |", "| --- | --- |"]
            lines += [f"| `{column}` | {_plain(said)} |" for column, said in own.items()]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """`text` as Markdown that shows it as it is."""
    return re.sub(r"([*_<|\[])", r"\\\1", text)


class Method(NamedTuple):
    """A measure or procedure, as a methods section describes it."""

    id: str
    section: str  # "text" (what all notebooks share) or the notebook's
    title: str
    text: str  # plain sentences
    formula: tuple[str, ...]  # LaTeX, one a line
    where: str  # its letters, in plain text
    source: tuple[str, ...]
    code: tuple[str, ...]  # dotted names of the functions
    parameters: tuple[str, ...]  # those of the notebooks that bear on it
    tables: tuple[str, ...]  # those that it explains, as "framing/profile"


@cache
def methods() -> tuple[Method, ...]:
    """All methods, those of the text first, then section by section in the order of the notebooks."""
    written = yaml.safe_load(_METHODS.read_text(encoding="utf-8"))
    return tuple(_method(section, entry) for section, entries in written.items() for entry in entries)


def methods_page() -> str:
    """The methods as a page of Markdown, formulas between dollar signs."""
    lines = ["# Methods", "", "What is computed, on what, and what it is not. The code is named beside each method;"]
    lines += ["[tables.md](tables.md) says what the columns of the tables mean."]
    section = ""
    for method in methods():
        if section != method.section:
            section = method.section
            lines += ["", f"## {_SECTIONS[section]}"]
        lines += ["", f"### {method.title}", "", method.text]
        for formula in method.formula:
            lines += ["", f"${formula}$"]
        if method.where:
            lines += ["", method.where.replace("_", r"\_")]
        facts = {"Source": "; ".join(method.source).replace("_", r"\_")}
        facts |= {name.title(): ", ".join(f"`{n}`" for n in getattr(method, name)) for name in _LISTED}
        lines += ["", *(f"- {name}: {said}" for name, said in facts.items() if said)]
    return "\n".join(lines) + "\n"


def _method(section: str, entry: dict[str, Any]) -> Method:
    several = {name: tuple(entry.get(name, ())) for name in ("formula", "source", *_LISTED)}
    return Method(**({"section": section, "where": ""} | entry | several))


if __name__ == "__main__":
    from analysis.publish.languages import languages_page  # which asks measures that a report has no need to load

    pages = {"tables.md": tables_page(), "methods.md": methods_page(), "parameters.md": parameters_page()}
    pages["languages.md"] = languages_page()
    for name, page in pages.items():
        (ROOT / "docs" / name).write_text(page, encoding="utf-8", newline="\n")
