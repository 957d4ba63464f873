"""What moved from one finished run to another, table by table, with intervals."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.core.compiled import Floats
from analysis.core.errors import ParameterError
from analysis.core.intervals import Estimate
from analysis.publish.comparing.comparable import COMPARED, Number, whole
from analysis.publish.comparing.making import Texts, differences, texts_of
from analysis.publish.comparing.moved import COLUMNS, paired, recovered, with_chance, with_none_seen
from analysis.publish.dictionary import GROUP
from analysis.publish.loading import Run, load_run
from analysis.publish.records import content_told

AGREES = 1e-4  # how closely counts of documents have to give the rate in a table, whose numbers have six digits
SURE = 0.05  # of q
_OVERVIEW = "name table unit rows only_a only_b method intervals moved sure changed note".split()
EXACT, PAIRED, RECOVERED, AT_MOST = "exact", "paired", "two intervals", "two intervals, at most"


class Comparison(NamedTuple):
    """Two runs, called A and B, and what differs between them.

    ``overview`` has a row a number that can be compared and is not the same in both: name, table, unit, rows (in both),
    only_a, only_b, method, intervals (rows that have one), moved (rows whose interval leaves out 0), sure (those with q
    up to 0.05), changed (rows whose difference is not 0), note (why it was not compared).
    """

    a: Run
    b: Run
    texts: Texts
    making: list[str]  # sentences, the first about the texts
    overview: pd.DataFrame
    tables: dict[str, pd.DataFrame]  # the rows, by table
    whole: pd.DataFrame  # section, name, unit, a, b, difference of what the runs found in all
    same: list[str]  # the tables that are the same, byte for byte
    left: list[str]  # those that nothing says how to compare


@content_told("one of the two runs")
def compare(a: str | Path, b: str | Path) -> Comparison:
    """What moved from the finished report in the folder `a` to the one in `b`.

    What is compared, by which keys, is declared in `comparable`. Every difference is B less A:

    - ``exact``: a number without an interval, which describes these documents and no others;
    - ``two intervals``: of independent texts, see `analysis.publish.comparing.moved.recovered`;
    - ``two intervals, at most``: the same where texts are in both runs, for which it is too wide;
    - ``paired``: of the same texts, where the counts of each document (of each sentence where there is one
      document) are in the tables and give the rates of both runs again, see `moved.paired`.

    A table has its keys, a, a_low, a_high, b, b_low, b_high, difference, ci_low, ci_high, ratio, ratio_low, ratio_high,
    p, q, moved; one of exact numbers its keys, a, b, difference. Raises `ParameterError` for a folder without a report,
    and for two runs without a notebook in common.

    >>> compare("figures/sample", "figures/sample").overview["changed"].tolist()
    []
    """
    runs = load_run(a), load_run(b)
    sections = [list(run.parameters) for run in runs]
    if not set(sections[0]) & set(sections[1]):
        has = " and ".join(f"{str(run.folder)!r} has {', '.join(own)}" for run, own in zip(runs, sections, strict=True))
        raise ParameterError(f"nothing in common: {has}: give two runs with a notebook in common")
    texts = texts_of(*runs)
    rows, tables, same, declared = [], {}, [], set()
    hashes = [{record["path"]: record["sha256"] for record in run.manifest["outputs"]} for run in runs]
    for number in COMPARED:
        if not all(number.table in run for run in runs):
            continue
        declared.add(number.table)
        if hashes[0][f"{number.table}.csv"] == hashes[1][f"{number.table}.csv"]:
            same.append(number.table)
            continue
        about, table = _compared(number, *runs, texts)
        rows.append(about)
        if len(table):
            tables[number.table] = table
    both = [name for name in runs[0] if name in runs[1] and name not in declared]
    equal = [name for name in both if hashes[0][f"{name}.csv"] == hashes[1][f"{name}.csv"]]
    overview = pd.DataFrame(rows, columns=_OVERVIEW)
    left = [name for name in both if name not in equal]
    return Comparison(*runs, texts, differences(*runs), overview, tables, _whole(*runs), same + equal, left)


def _whole(a: Run, b: Run) -> pd.DataFrame:
    both = whole(a).merge(whole(b), on=["section", "name", "unit"], suffixes=("_a", "_b"))
    both = both.rename(columns={"value_a": "a", "value_b": "b"})
    return both.assign(difference=both["b"] - both["a"])


def _compared(number: Number, a: Run, b: Run, texts: Texts) -> tuple[dict[str, object], pd.DataFrame]:
    """A row of the overview, and the rows that both runs have, or that count as 0 in one; none with a note."""
    about: dict[str, object] = dict.fromkeys(_OVERVIEW, 0)
    about |= {"name": number.name, "table": number.table, "unit": number.unit, "method": "", "note": ""}
    if apart := _not_alike(number, a, b):
        return about | {"note": apart}, pd.DataFrame()
    sides = [run[number.table] for run in (a, b)]
    keys = _keys(number, a)
    if any(key not in side for key in keys for side in sides):
        return about | {"note": f"one of them has no column {keys[0]}"}, pd.DataFrame()
    if not keys:  # a table of one row, of all documents
        keys, sides = ["of"], [side.assign(of="all") for side in sides]
    merged = sides[0].merge(sides[1], on=keys, how="outer", suffixes=("_a", "_b"), indicator=True, sort=True)
    where = merged["_merge"].to_numpy()
    about |= {"only_a": int((where == "left_only").sum()), "only_b": int((where == "right_only").sum())}
    complete = bool(number.complete) and _agree(number, a, b, number.complete)
    rows = merged if complete else merged[where == "both"].reset_index(drop=True)
    about["rows"] = len(rows)
    if rows.empty:
        return about | {"note": "no row is in both runs"}, pd.DataFrame()
    table = rows[keys].copy()
    for side, own in zip("ab", sides, strict=True):
        names = {"": number.value} | ({"_low": number.low, "_high": number.high} if number.low else {})
        for end, column in names.items():
            values = rows[f"{column}_{side}"].astype(float)
            table[f"{side}{end}"] = values.where(where == "both", values.fillna(0)) if complete else values
        if number.counted:
            size = _sizes(own, rows, number, keys)
            ends = with_none_seen(_estimate(table, side), size)
            table[f"{side}_low"], table[f"{side}_high"] = ends.low, ends.high
    if not number.low:
        table["difference"] = table["b"] - table["a"]
        return about | {"method": EXACT, "changed": _changed(table)}, table
    moved = _paired(number, a, b, table, keys) if texts.same and number.hits else None
    method = PAIRED if moved is not None else RECOVERED if texts.apart else AT_MOST
    if moved is None:
        moved = recovered(_estimate(table, "a"), _estimate(table, "b"))
    table = with_chance(pd.concat([table, moved], axis=1))
    counts = {"intervals": table["p"].notna(), "moved": table["moved"], "sure": table["moved"] & (table["q"] <= SURE)}
    return about | {"method": method, "changed": _changed(table)} | {k: int(v.sum()) for k, v in counts.items()}, table


def _changed(table: pd.DataFrame) -> int:
    missing = table["a"].isna() != table["b"].isna()
    return int(((table["difference"].abs() > 0) | missing).sum())


def _keys(number: Number, run: Run) -> list[str]:
    """The key columns, <group> being the column that the run's parameter names, left out where the table has none."""
    group = run.parameters[number.table.partition("/")[0]].get("group_by")
    keys = [str(group) if key == GROUP else key for key in number.keys]
    columns = [column["name"] for column in run.about(number.table)["columns"]]
    return [key for key in keys if key in columns or key != str(group)]


def _not_alike(number: Number, a: Run, b: Run) -> str:
    """Why the number of one run is another thing than the other's; "" where it is the same."""
    by = ["group_by"] if GROUP in number.keys else []
    for name in (*by, *number.same):
        if not _agree(number, a, b, (name,)):
            return f"the parameter {name} is not the same"
    return "" if _keys(number, a) == _keys(number, b) else "only one is divided by groups"


def _agree(number: Number, a: Run, b: Run, names: tuple[str, ...]) -> bool:
    section = number.table.partition("/")[0]
    return all(a.parameters[section].get(name) == b.parameters[section].get(name) for name in names)


def _estimate(table: pd.DataFrame, side: str) -> Estimate:
    return Estimate(*(table[f"{side}{end}"].to_numpy(dtype=float) for end in ("", "_low", "_high")))


def _sizes(own: pd.DataFrame, rows: pd.DataFrame, number: Number, keys: list[str]) -> Floats:
    """How many units of the rate (thousands of words) each row of `rows` was counted in: any count over its rate."""
    known = own[own[number.rate] > 0]
    size = known[number.counted] / known[number.rate]
    if len(keys) == 1:
        return np.full(len(rows), size.median())
    return rows[keys[0]].map(size.groupby(known[keys[0]]).median()).to_numpy(dtype=float)


def _paired(number: Number, a: Run, b: Run, table: pd.DataFrame, keys: list[str]) -> pd.DataFrame | None:
    """The moves of the same texts document by document; None where the tables do not give the counts for it."""
    read = _words(a, b)
    if read is None or any(number.hits not in run for run in (a, b)):
        return None
    units = read.index
    parts = []
    hits = [run[number.hits] for run in (a, b)]
    groups = table.groupby(keys[:-1], sort=False).indices if len(keys) > 1 else {"": np.arange(len(table))}
    for group, places in groups.items():
        own = units
        if len(keys) > 1:
            of = _groups(a, keys[0])
            if of is None:
                return None
            name = str(group[0] if isinstance(group, tuple) else group)
            own = units[pd.Series(units.get_level_values("doc_id")).map(of).eq(name).to_numpy()]
        size = read.reindex(own)
        if len(own.unique("doc_id")) > 1:
            size = size.groupby(level="doc_id").sum()
        elif own.nlevels == 1:  # of one document, only its sentences could be drawn
            return None
        values = table[keys[-1]].iloc[places]
        counts = [_counts(found, number, size.index, values, keys[-1]) for found in hits]
        words = size.to_numpy(dtype=float)
        again = paired(counts[0], counts[1], words)
        for side, count in zip("ab", counts, strict=True):
            rate = 1000 * count.sum(axis=0) / max(words.sum(), 1)
            if not np.allclose(rate, table[side].iloc[places], rtol=AGREES, atol=AGREES):
                return None
        parts.append(again.set_index(places))
    return pd.concat(parts).sort_index()[list(COLUMNS)]


def _counts(found: pd.DataFrame, number: Number, units: pd.Index, values: pd.Series, key: str) -> Floats:
    """(units, values) hits."""
    place = units.get_indexer(found.set_index(["doc_id", "sentence"][: units.nlevels]).index)
    column = pd.Index(values).get_indexer(found[key])
    counts = np.zeros((len(units), len(values)))
    kept = (place >= 0) & (column >= 0)
    np.add.at(counts, (place[kept], column[kept]), 1)
    return counts


def _words(a: Run, b: Run) -> pd.Series | None:
    """The running words of each document in which hits were looked for, of each sentence where a table has them."""
    looked = [set(run["framing/sentence_frames"]["doc_id"]) for run in (a, b) if "framing/sentence_frames" in run]
    if len(looked) < 2 or looked[0] != looked[1]:
        return None
    for run in (a, b):
        if "redundancy/novelty" in run:
            read = run["redundancy/novelty"]
            own = read["words"].diff().fillna(read["words"])  # the table counts the words up to there
            words = own.set_axis(pd.MultiIndex.from_frame(read[["doc_id", "sentence"]]))
            return words[words.index.get_level_values("doc_id").isin(looked[0])]
    for run in (a, b):
        if "term_frequency/diversity" in run:
            words = run["term_frequency/diversity"].set_index("doc_id")["words"]
            return words[words.index.isin(looked[0])]
    return None


def _groups(run: Run, column: str) -> pd.Series | None:
    """The group of each document, where the run says it."""
    if "corpus/documents" not in run or column not in (documents := run["corpus/documents"]):
        return None
    return documents.set_index("doc_id")[column].fillna("(none)")
