"""A comparison of two runs as a folder: its page, findings first, its tables, and what was compared."""

import hashlib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from analysis.core.errors import ParameterError, with_advice
from analysis.core.files import replace_folder, working_folder
from analysis.core.intervals import FEW
from analysis.core.paths import typed_path
from analysis.publish.cells import table_html
from analysis.publish.comparing.compare import AT_MOST, EXACT, PAIRED, RECOVERED, Comparison
from analysis.publish.comparing.making import parameter_differences
from analysis.publish.figures import write_picture
from analysis.publish.findings.moves import did_move, in_order, key_text, moves, upper
from analysis.publish.inside import read_inside
from analysis.publish.loading import Run
from analysis.publish.manifest import MANIFEST
from analysis.publish.markup import page_of, svg_source
from analysis.publish.plots import interval_dots
from analysis.publish.records import refuse_malformed
from analysis.publish.run.checks import check_place
from analysis.publish.tables import write_json, write_table

ABOUT = "compare.json"
ROWS = 20  # of a table on the page, and in a figure
METHODS = {
    EXACT: "What these very texts have, without an interval: nothing is said of other texts.",
    PAIRED: "95% interval of what each document has more in B, and less: both runs read the same documents.",
    RECOVERED: "95% interval from the intervals of A and B, whose texts are not the same.",
    AT_MOST: "95% interval from the intervals of A and B. They read some of the same texts, so it is too wide: what it "
    "says has moved has, and more may have.",
}

LOOK = "li, .summary { overflow-wrap: anywhere; }"  # file names are long words


@refuse_malformed("one of the two runs")
def write_comparison(found: Comparison, out: str | Path) -> Path:
    """Write `found` into the new folder `out` and return the path of its page.

    ``index.html`` needs no network and has no script; ``compare.json`` says what was compared, with the SHA-256 of both
    manifests; ``overview`` and ``whole`` are the tables of `Comparison`; each compared table keeps its name, such as
    ``framing/profile.csv``, beside a figure of what moved in it. An earlier comparison at `out` is replaced whole;
    raises `ParameterError` where something else is there.
    """
    place = typed_path(out).resolve()  # a link stays one, and its target is replaced
    check_place(place, ABOUT, what="comparison")
    try:
        with working_folder(place) as work:
            build = work / "new"
            build.mkdir()
            _write(found, build, place)
            replace_folder(build, place)
    except OSError as error:
        raise ParameterError(f"--out {str(out)!r} cannot be written: {with_advice(str(error))}") from None
    return place / "index.html"


def names_of(a: Run, b: Run) -> tuple[str, str]:
    """The names of the folders of two runs, with the folder above where they would be equal."""
    paths = [run.folder.absolute() for run in (a, b)]
    one, other = (path.name for path in paths)
    if one == other and paths[0] != paths[1]:
        one, other = (f"{path.parent.name}/{path.name}" for path in paths)
    return one, other


def write_chart(figure: Figure, place: Path) -> str:
    """Write `figure` as ``<place>.svg``, ``.png`` and ``.pdf``; return the first as the source of an ``<img>``."""
    paths = {kind: place.with_name(f"{place.name}.{kind}") for kind in ("svg", "png", "pdf")}
    write_picture(figure, paths)
    return svg_source(paths["svg"])


def _write(found: Comparison, build: Path, place: Path) -> None:
    runs = (found.a, found.b)
    labels: dict[str, str] = {}  # of frames, markers and actors, by their keys
    for run in reversed(runs):
        for name, key in (("framing/frames", "frame"), ("framing/style", "frame"), ("framing/actors", "actor")):
            if name in run:
                labels |= dict(zip(run[name][key], run[name]["label"].str.lower(), strict=True))
    parts = []
    for row in found.overview.to_dict("records"):
        if row["table"] not in found.tables:
            continue
        table, target = found.tables[row["table"]], build / row["table"]
        target.parent.mkdir(exist_ok=True)
        caption = f"{upper(row['name'])}, {row['unit']}: A, B, and B less A."
        write_table(table, target, caption=caption)
        if row["changed"]:
            parts.append(_part(row, table, labels, target) | {"caption": caption})
    write_table(found.overview, build / "overview", caption="What was compared, and how much of it moved.")
    write_table(found.whole, build / "whole", caption="What the runs found in all.")
    abouts = [_about(run, name, place) for run, name in zip(runs, names_of(*runs), strict=True)]
    write_json(
        {
            "runs": {
                side: {"name": about["name"], "manifest": about["sha256"], "parameters": run.parameters}
                for side, about, run in zip("ab", abouts, runs, strict=True)
            },
            "texts": found.texts._asdict(),
            "making": found.making,
            "same": found.same,
            "left": found.left,
        },
        build / ABOUT,
    )
    counts = found.whole.loc[found.whole["name"] == "documents", ["a", "b"]].to_numpy()
    fewest = int(counts.min()) if counts.size else FEW  # documents of the smaller run
    whole = found.whole.assign(what=found.whole["name"].str.capitalize())
    page = page_of(
        "compare.html.j2",
        look=LOOK,
        names=names_of(*runs),
        runs=abouts,
        making=found.making,
        parameters=parameter_differences(*runs),
        same_texts=found.texts.same,
        findings=moves(found.overview, found.tables, found.whole, labels, identical=not found.left),
        few=fewest if 1 < fewest < FEW else None,
        compared=int(found.overview["intervals"].sum()),
        moved=int(found.overview["moved"].sum()),
        parts=parts,
        whole=Markup(table_html(whole[["what", "unit", "a", "b", "difference"]])),
        same=found.same,
        left=found.left,
    )
    (build / "index.html").write_text(page, encoding="utf-8", newline="\n")


def _about(run: Run, name: str, place: Path) -> dict[str, str]:
    sha256 = hashlib.sha256(read_inside(run.folder, MANIFEST)).hexdigest()
    page = run.folder.absolute() / "index.html"
    try:
        link = quote(Path(os.path.relpath(page, place)).as_posix())
    except ValueError:  # on another drive
        link = page.as_uri()
    return {"name": name, "sha256": sha256, "link": link}


def _part(row: Mapping[Any, Any], table: pd.DataFrame, labels: Mapping[str, str], target: Path) -> dict[str, Any]:
    """A table as the page shows it: its rows, what moved first, and its figure."""
    keys = list(table.columns[: table.columns.get_loc("a")])
    shown = in_order(table)
    named = shown[keys].assign(**{key: [key_text(key, value, labels) for value in shown[key]] for key in keys})
    columns = {"a": "A", "b": "B", "difference": "difference"}
    if "moved" in table:
        columns |= {"ci_low": "from", "ci_high": "to", "ratio": "ratio", "q": "q", "moved": "moved"}
    numbers = shown[list(columns)].rename(columns=columns)
    if "q" in numbers:
        numbers["q"] = ["–" if math.isnan(q) else "under 0.001" if q < 0.001 else f"{q:.3f}" for q in numbers["q"]]
    part: dict[str, Any] = {
        "row": row,
        "title": upper(row["name"]),
        "method": METHODS[row["method"]] if row["intervals"] else METHODS[EXACT],
        "file": f"{row['table']}.csv",
        "html": Markup(table_html(pd.concat([named, numbers], axis=1).head(ROWS))),
        "rows": min(ROWS, len(table)),
        "total": len(table),
        "both": len(table) - row["only_a"] - row["only_b"],
        "figure": None,
    }
    if row["moved"]:
        drawn = shown[shown["p"].notna() & (shown["difference"] != 0)].head(ROWS)
        drawn = drawn.assign(label=named.loc[drawn.index].agg(" · ".join, axis=1))
        figure = interval_dots(drawn, label="label", value="difference", xlabel=f"B less A, {row['unit']}", line=0)
        part |= {"figure": write_chart(figure, target), "alt": did_move(row, table, labels)}
        part["files"] = [(kind, f"{row['table']}.{kind}") for kind in ("svg", "png", "pdf")]
    return part
