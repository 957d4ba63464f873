"""Findings about two runs: sentences on what moved from one to the other."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.publish.findings.wording import listed

NAMED = 3  # rows that a sentence names on either side
Row = Mapping[Any, Any]


def moves(
    overview: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    whole: pd.DataFrame,
    labels: Mapping[str, str],
    *,
    identical: bool,
) -> list[str]:
    """State what moved, in the parts of a `compare.Comparison`: a sentence a table, the surest moves first.

    `labels` are those of keys; `identical`: whether all tables that were not compared are.

    >>> columns = ["name", "method", "intervals", "moved", "sure", "changed", "note"]
    >>> nothing = pd.DataFrame(columns=columns)
    >>> moves(nothing, {}, pd.DataFrame(columns=["section", "unit", "difference"]), {}, identical=True)
    ['Nothing moved: every table is the same, byte for byte.']
    """
    rows = overview.to_dict("records")
    if not rows and identical:
        return ["Nothing moved: every table is the same, byte for byte."]
    moved = sorted((row for row in rows if row["moved"]), key=lambda row: not row["sure"])
    said = [did_move(row, tables[row["table"]], labels) for row in moved]
    still = [row["name"] for row in rows if row["intervals"] and not row["moved"]]
    said += [f"Within chance, with no interval that leaves out 0: {listed(still)}."] * bool(still)
    said += _counted(whole)
    exact = [row for row in rows if not row["intervals"] and row["changed"]]
    said += [_changed(row, tables[row["table"]], labels) for row in exact]
    apart: dict[str, list[str]] = {}
    for row in (row for row in rows if row["note"]):
        only = f" ({row['only_a']:,} in A only, {row['only_b']:,} in B only)" * bool(row["only_a"] or row["only_b"])
        apart.setdefault(row["note"], []).append(row["name"] + only)
    said += [f"Not comparable, since {note}: {listed(names)}." for note, names in apart.items()]
    return said or ["No number that can be compared has moved; other tables differ, and are named at the end."]


def did_move(row: Row, table: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Name the rows of a table that moved, given its row of the overview.

    >>> table = pd.DataFrame({"frame": ["war", "law"], "a": [2.0, 9.0], "b": [5.0, 8.0], "difference": [3.0, -1.0]})
    >>> table = table.assign(p=[0.001, 0.4], q=[0.002, 0.4], moved=[True, False])
    >>> row = {"name": "frames", "unit": "per 1,000 words", "intervals": 2, "moved": 1, "sure": 1}
    >>> did_move(row, table, {})
    'Frames, per 1,000 words: more in B war (2 → 5). 1 of 2 moved; it holds when corrected for 2 comparisons.'
    """
    own = in_order(table[table["moved"]])
    count, sure = row["moved"], row["sure"]
    compared = f"when corrected for {row['intervals']:,} comparison{'s' * (row['intervals'] != 1)}"
    if sure:
        own = own[own["q"] <= 0.05]
        held = f"{'it holds' if count == 1 else 'all hold' if sure == count else f'{sure:,} of them hold'} {compared}"
    else:
        held = f"{'it does not hold' if count == 1 else 'none holds'} {compared}, so it may be chance"
    sides = []
    for word, side in (("more in B", own[own["difference"] > 0]), ("less in B", own[own["difference"] < 0])):
        if len(side):
            more = len(side) - NAMED
            sides.append(f"{word} {listed([*_named(side, labels), *[f'{more:,} more'] * (more > 0)])}")
    moved = f"{count:,} of {row['intervals']:,} moved; {held}"
    return f"{upper(row['name'])}, {row['unit']}: {'; '.join(sides)}. {moved}."


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Sort a table of a comparison: what moved first, by p, then by the size of the difference."""
    by = {"still": ~table["moved"], "p": table["p"]} if "moved" in table else {}
    order = pd.DataFrame({**by, "size": -table["difference"].abs()})
    return table.loc[order.sort_values([*by, "size"], kind="stable", na_position="last").index]


def upper(text: str) -> str:
    """`text` with a capital.

    >>> upper("frames in time"), upper("F1")
    ('Frames in time', 'F1')
    """
    return text[:1].upper() + text[1:]


def key_text(key: str, value: Any, labels: Mapping[str, str]) -> str:
    """A key as a sentence writes it: the label of a frame, a day, a word in quotation marks.

    >>> key_text("term", "war", {}), key_text("frame", "war", {"war": "war and eradication"})
    ('“war”', 'war and eradication')
    """
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"“{value}”" if key == "term" else labels.get(value, str(value))


def amount(value: float, unit: str = "") -> str:
    """A number for a sentence, a share in per cent.

    >>> amount(1234.5), amount(0.04321), amount(29.0), amount(0.153, "share"), amount(float("nan"))
    ('1,234', '0.0432', '29', '15.3%', 'none')
    """
    if math.isnan(value):
        return "none"
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"


def _counted(whole: pd.DataFrame) -> list[str]:
    """State what was found in all, if it moved; from texts of another size only shares."""
    read, found = (whole[(whole["section"] == "term_frequency") == side] for side in (True, False))
    comparable = found[(found["unit"] == "share") | (not read["difference"].any())]
    rows = comparable[comparable["difference"] != 0].to_dict("records")
    said = [f"{row['name']} {amount(row['a'], row['unit'])} → {amount(row['b'], row['unit'])}" for row in rows]
    return [f"In all, as counted: {'; '.join(said)}."] * bool(said)


def _changed(row: Row, table: pd.DataFrame, labels: Mapping[str, str]) -> str:
    some = _named(in_order(table[table["difference"].abs() > 0]), labels)
    verb = "is" if row["changed"] == 1 else "are"
    said = f"{upper(row['name'])}, {row['unit']}: {row['changed']:,} of {row['rows']:,} rows {verb} not the same"
    return f"{said}, most of all {listed(some)}." if some else f"{said}."


def _named(rows: pd.DataFrame, labels: Mapping[str, str]) -> list[str]:
    """The first rows, each with both of its values."""
    keys = list(rows.columns[: rows.columns.get_loc("a")])
    return [
        f"{', '.join(key_text(key, row[key], labels) for key in keys)} ({amount(row['a'])} → {amount(row['b'])})"
        for row in rows.head(NAMED).to_dict("records")
    ]
