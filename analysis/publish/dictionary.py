"""What every table and column of a run means (``dictionary.yml``), and the methods behind them (``methods.yml``)."""

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from analysis.publish.tables import write_json

GROUP = "<group>"  # stands for the column that the parameter group_by names


class Table(NamedTuple):
    """What a row of a table is, and the meaning of each column by its name, in order.

    `GROUP` stands for the column that the parameter group_by names, another name in angle brackets for all further
    columns. ``like`` is the table from which the entry inherits.
    """

    row: str
    columns: dict[str, str]
    like: str | None


class Method(NamedTuple):
    """A measure or procedure, as a methods section describes it."""

    id: str
    section: str  # "text" (shared by all notebooks) or the notebook's
    title: str
    text: str  # plain sentences
    formula: tuple[str, ...]  # LaTeX, one a line
    where: str  # the formula's letters, in plain text
    source: tuple[str, ...]
    code: tuple[str, ...]  # dotted names of the functions
    parameters: tuple[str, ...]  # parameters of the notebooks that affect it
    tables: tuple[str, ...]  # tables that it explains, as "framing/profile"


@cache
def tables() -> dict[str, Table]:
    """All tables that a run can have, by names such as "framing/profile", in the order in which it writes them."""
    written = _read("dictionary.yml")
    entries = {f"{section}/{name}": entry for section, own in written["tables"].items() for name, entry in own.items()}

    def columns(name: str) -> dict[str, str]:
        entry = entries[name]
        own, inherited = entry.get("columns", []), columns(entry["like"]) if "like" in entry else {}
        inherited = {column: text for column, text in inherited.items() if column not in entry.get("without", ())}
        means = written["columns"] | inherited | entry.get("means", {})
        order = dict.fromkeys([GROUP] * (GROUP in own) + [*inherited, *own])  # the group is always the first column
        return {column: means[column] for column in order}

    return {name: Table(entry["row"], columns(name), entry.get("like")) for name, entry in entries.items()}


@cache
def methods() -> tuple[Method, ...]:
    """All methods, those of the text first, then section by section in the order of the notebooks."""
    several = ("formula", "source", "code", "parameters", "tables")
    return tuple(
        Method(**{"section": section, "where": ""} | entry | {name: tuple(entry.get(name, ())) for name in several})
        for section, entries in _read("methods.yml").items()
        for entry in entries
    )


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
    for name, text in columns.items():
        if name.startswith("<") and name != GROUP:
            return text
    raise KeyError(f"no column {column!r} in table {table!r}: it has {', '.join(columns)}")


def add_meanings(run: Path, parameters: Mapping[str, Mapping[str, Any]]) -> None:
    """Add what a row and each column means to the JSON file beside each known table in the folder `run`."""
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


def _read(name: str) -> Any:
    return yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
