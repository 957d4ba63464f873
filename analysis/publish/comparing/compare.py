"""What moved from one finished run to another, table by table, with intervals."""

from pathlib import Path
from typing import Any, NamedTuple

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
from analysis.publish.records import refuse_malformed

AGREES = 1e-4  # tolerance between a rate in a table, which has six digits, and the one from counts of documents
SURE = 0.05  # largest q of a sure move
_OVERVIEW = "name table unit rows only_a only_b method intervals moved sure changed note".split()
EXACT, PAIRED, RECOVERED, AT_MOST = "exact", "paired", "two intervals", "two intervals, at most"


class Comparison(NamedTuple):
    """The differences between two runs A and B.

    ``overview`` has a row for each comparable number that differs: name, table, unit, rows (in both), only_a, only_b,
    method, intervals (rows that have one), moved (rows whose interval excludes 0), sure (those with q up to 0.05),
    changed (rows whose difference is not 0), note (why it was not compared).
    """

    a: Run
    b: Run
    texts: Texts
    making: list[str]  # sentences, the first about the texts
    overview: pd.DataFrame
    tables: dict[str, pd.DataFrame]  # the compared rows, by table
    whole: pd.DataFrame  # section, name, unit, a, b, difference of the totals
    same: list[str]  # tables that are equal byte for byte
    left: list[str]  # tables that differ and that nothing says how to compare


@refuse_malformed("one of the two runs")
def compare(a: str | Path, b: str | Path) -> Comparison:
    """What moved from the finished report in the folder `a` to the one in `b`; every difference is B less A.

    `comparable` declares what is compared, and by which keys. The methods:

    - ``exact``: a number without an interval, which describes these documents and no others;
    - ``two intervals``: of independent texts, see `analysis.publish.comparing.moved.recovered`;
    - ``two intervals, at most``: the same where some texts are in both runs, for which it is too wide;
    - ``paired``: of the same texts, where the tables have the counts of each document (or of each sentence of a single
      document) and these reproduce the rates of both runs, see `moved.paired`.

    A table has its keys, a, a_low, a_high, b, b_low, b_high, difference, ci_low, ci_high, ratio, ratio_low, ratio_high,
    p, q, moved; one of exact numbers its keys, a, b, difference. Raises `ParameterError` for a folder without a report,
    and for two runs without a notebook in common.

    >>> compare("figures/sample", "figures/sample").overview["changed"].tolist()
    []
    """
    runs = load_run(a), load_run(b)
    if not runs[0].parameters.keys() & runs[1].parameters.keys():
        has = " and ".join(f"{str(run.folder)!r} has {', '.join(run.parameters)}" for run in runs)
        raise ParameterError(f"nothing in common: {has}: give two runs with a notebook in common")
    texts = texts_of(*runs)
    hashes = [{record["path"]: record["sha256"] for record in run.manifest["outputs"]} for run in runs]
    common = [name for name in runs[0] if name in runs[1]]
    equal = {name for name in common if hashes[0][f"{name}.csv"] == hashes[1][f"{name}.csv"]}
    numbers = [number for number in COMPARED if number.table in common]
    rows, tables = [], {}
    for number in numbers:
        if number.table not in equal:
            about, table = _compare_table(number, *runs, texts)
            rows.append(about)
            if len(table):
                tables[number.table] = table
    declared = [number.table for number in numbers]
    others = [name for name in common if name not in declared]
    totals = whole(runs[0]).merge(whole(runs[1]), on=["section", "name", "unit"], suffixes=("_a", "_b"))
    totals = totals.rename(columns={"value_a": "a", "value_b": "b"})
    return Comparison(
        *runs,
        texts,
        making=differences(*runs),
        overview=pd.DataFrame(rows, columns=_OVERVIEW),
        tables=tables,
        whole=totals.assign(difference=totals["b"] - totals["a"]),
        same=[name for name in declared + others if name in equal],
        left=[name for name in others if name not in equal],
    )


def _compare_table(number: Number, a: Run, b: Run, texts: Texts) -> tuple[dict[str, object], pd.DataFrame]:
    """A row of the overview, and the rows that both runs have or that count as 0 in one; none with a note."""
    about: dict[str, object] = dict.fromkeys(_OVERVIEW, 0)
    about |= {"name": number.name, "table": number.table, "unit": number.unit, "method": "", "note": ""}
    if note := _mismatch(number, a, b):
        return about | {"note": note}, pd.DataFrame()
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
    for side, full in zip("ab", sides, strict=True):
        names = {"": number.value} | ({"_low": number.low, "_high": number.high} if number.low else {})
        for end, column in names.items():
            values = rows[f"{column}_{side}"].astype(float)
            table[f"{side}{end}"] = values.where(where == "both", values.fillna(0)) if complete else values
        if number.counted:
            ends = with_none_seen(_estimate(table, side), _sizes(full, rows, number, keys))
            table[f"{side}_low"], table[f"{side}_high"] = ends.low, ends.high
    if number.low:
        moved = _paired(number, a, b, table, keys) if texts.same and number.hits else None
        about["method"] = PAIRED if moved is not None else RECOVERED if texts.apart else AT_MOST
        if moved is None:
            moved = recovered(_estimate(table, "a"), _estimate(table, "b"))
        table = with_chance(pd.concat([table, moved], axis=1))
        sure = table["moved"] & (table["q"] <= SURE)
        counts = {"intervals": table["p"].notna(), "moved": table["moved"], "sure": sure}
        about |= {name: int(rows.sum()) for name, rows in counts.items()}
    else:
        about["method"] = EXACT
        table["difference"] = table["b"] - table["a"]
    changed = (table["difference"].abs() > 0) | (table["a"].isna() != table["b"].isna())
    return about | {"changed": int(changed.sum())}, table


def _keys(number: Number, run: Run) -> list[str]:
    """The key columns, with the name of the column that <group> stands for, left out where the table has none."""
    group = run.parameters[number.table.partition("/")[0]].get("group_by")
    keys = [str(group) if key == GROUP else key for key in number.keys]
    columns = [column["name"] for column in run.about(number.table)["columns"]]
    return [key for key in keys if key in columns or key != str(group)]


def _mismatch(number: Number, a: Run, b: Run) -> str:
    """Why a number means something else in the other run; "" where it does not."""
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


def _sizes(table: pd.DataFrame, rows: pd.DataFrame, number: Number, keys: list[str]) -> Floats:
    """The exposure of each row of `rows` in units of the rate, such as thousands of words: any count over its rate."""
    known = table[table[number.rate] > 0]
    size = known[number.counted] / known[number.rate]
    if len(keys) == 1:
        return np.full(len(rows), size.median())
    return rows[keys[0]].map(size.groupby(known[keys[0]]).median()).to_numpy(dtype=float)


def _paired(number: Number, a: Run, b: Run, table: pd.DataFrame, keys: list[str]) -> pd.DataFrame | None:
    """The moves of the same texts, document by document; None where the tables do not have the counts for it."""
    words = _words(a, b)
    if words is None or any(number.hits not in run for run in (a, b)):
        return None
    documents = words.index.get_level_values("doc_id")
    groups: dict[Any, Any] = {None: np.arange(len(table))}
    if len(keys) > 1:
        if "corpus/documents" not in a or keys[0] not in (metadata := a["corpus/documents"]):
            return None
        group_of = documents.map(metadata.set_index("doc_id")[keys[0]].fillna("(none)").to_dict())
        groups = table.groupby(keys[0], sort=False).indices
    parts = []
    for group, places in groups.items():
        size = words if group is None else words[group_of == str(group)]
        if len(size.index.unique("doc_id")) > 1:
            size = size.groupby(level="doc_id").sum()
        elif size.index.nlevels == 1:  # a single document is compared by its sentences
            return None
        values = table[keys[-1]].iloc[places]
        counts = [_counts(run[number.hits], size.index, values, keys[-1]) for run in (a, b)]
        sizes = size.to_numpy(dtype=float)
        for side, count in zip("ab", counts, strict=True):
            rate = 1000 * count.sum(axis=0) / max(sizes.sum(), 1)
            if not np.allclose(rate, table[side].iloc[places], rtol=AGREES, atol=AGREES):
                return None
        parts.append(paired(counts[0], counts[1], sizes).set_index(places))
    return pd.concat(parts).sort_index()[list(COLUMNS)]


def _counts(hits: pd.DataFrame, units: pd.Index, values: pd.Series, key: str) -> Floats:
    """(units, values) numbers of hits."""
    row = units.get_indexer(hits.set_index(["doc_id", "sentence"][: units.nlevels]).index)
    column = pd.Index(values).get_indexer(hits[key])
    counts = np.zeros((len(units), len(values)))
    known = (row >= 0) & (column >= 0)
    np.add.at(counts, (row[known], column[known]), 1)
    return counts


def _words(a: Run, b: Run) -> pd.Series | None:
    """The running words of each document that was searched for hits, or of each sentence where a table has them."""
    searched = [set(run["framing/sentence_frames"]["doc_id"]) for run in (a, b) if "framing/sentence_frames" in run]
    if len(searched) < 2 or searched[0] != searched[1]:
        return None
    words = None
    for run in (a, b):
        if words is None and "redundancy/novelty" in run:
            read = run["redundancy/novelty"]
            own = read["words"].diff().fillna(read["words"])  # the table counts the words up to there
            words = own.set_axis(pd.MultiIndex.from_frame(read[["doc_id", "sentence"]]))
    for run in (a, b):
        if words is None and "term_frequency/diversity" in run:
            words = run["term_frequency/diversity"].set_index("doc_id")["words"]
    return None if words is None else words[words.index.isin(searched[0], level="doc_id")]
