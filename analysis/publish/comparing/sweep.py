"""A report for each of several values of a parameter, and one page that compares them."""

import csv
import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from analysis.core.errors import ParameterError
from analysis.core.files import temporary_folder, whole_file
from analysis.core.paths import to_root
from analysis.publish.comparing.comparable import COMPARED, whole
from analysis.publish.comparing.compare_page import LOOK
from analysis.publish.figures import room, style, write_picture
from analysis.publish.findings.moves import amount, upper
from analysis.publish.findings.wording import listed
from analysis.publish.loading import Run, load_run
from analysis.publish.manifest import FILE_PARAMETERS, MANIFEST, named, recorded, versions
from analysis.publish.markup import COLOURS, page_of, svg_source
from analysis.publish.page import read_sections
from analysis.publish.parameters import notebooks
from analysis.publish.records import read_manifest
from analysis.publish.run import assemble
from analysis.publish.run.checks import check_place
from analysis.publish.tables import write_json, write_table
from analysis.text.reading.folders import sha256_of

ABOUT = "sweep.json"
MOST = 24  # runs; of more, nobody reads the page
LONGEST = 100  # characters of a folder's name
SweepProgress = Callable[[str, str, int, int], None]  # run, section, cells done, cells in all
PANELS = 12  # of the figure
WIDEST = 7  # letters of a value below a chart
SAID = 8  # numbers that have a sentence
NUMBERS = "numbers"
Values = Mapping[str, Mapping[str, str]]  # of each run, what its varied parameters are


class Sweep(NamedTuple):
    """What came of a sweep: its page (None where no run is there to show), the runs that were made, those that were
    finished before and kept, and what failed, a line each."""

    page: Path | None
    made: list[str]
    kept: list[str]
    failures: list[str]


def sweep(
    corpus: str | Path,
    out: str | Path,
    assignments: Sequence[str],
    *,
    only: list[str] | None = None,
    progress: SweepProgress = lambda run, section, done, total: None,
) -> Sweep:
    """Run the notebooks on `corpus` once for each combination of the values in `assignments`, each into its own folder.

    `assignments` are as in `grid`. Every combination is checked before the first notebook starts (`ParameterError`).
    The folders, such as ``out/similarity=0.5``, are whole reports; one that this program has made of the same files
    with the same parameters is kept, and what fails leaves the others as they are. Raises `ParameterError` too where
    `out` holds something else.
    """
    folder = Path(out).expanduser().absolute()
    values = grid(assignments)
    names = folder_names(values)
    planned = {name: assemble.resolved(corpus, only, own) for name, own in zip(names, values, strict=True)}
    seen: dict[str, str] = {}
    for name, parameters in planned.items():
        if (other := seen.setdefault(repr(parameters), name)) != name:
            raise ParameterError(f"{other} and {name} are the same run: give each value once")
    check_place(folder, ABOUT, what="sweep")
    kept = [name for name, parameters in planned.items() if _is_finished(folder / name, parameters)]
    left = {name: parameters for name, parameters in planned.items() if name not in kept}
    made, failures = [], []
    with temporary_folder() as read:  # the corpus is read once for all runs that read it in one way
        assemble.check_sweep(left.values(), read)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Before the first run, so that what a killed sweep has finished is known as its own.
            write_json({"corpus": to_root(corpus), "runs": dict(zip(names, values, strict=True))}, folder / ABOUT)
        except OSError as error:
            raise ParameterError(f"--out {str(out)!r} cannot be written: {error.strerror}") from None
        for name, parameters in left.items():
            try:
                failed = assemble.run(parameters, folder / name, read=read, progress=partial(progress, name))
            except ParameterError as error:
                failures.append(f"{name}: {error}")
                continue
            failures += [f"{name}: {failure}" for failure in failed]
            made += [name] * (not failed)
    there = {name: own for name, own in zip(names, values, strict=True) if name in made or name in kept}
    if not there:
        return Sweep(None, made, kept, failures)
    found = {name: load_run(folder / name) for name in there}
    varied = [name for name in values[0] if len({own[name] for own in values}) > 1]
    page = write_sweep_page(found, {n: {v: own[v] for v in varied} for n, own in there.items()}, folder, failures)
    return Sweep(page, made, kept, failures)


def grid(assignments: Sequence[str]) -> list[dict[str, str]]:
    """Every combination of the values in ``name=value,value`` texts, the last name running fastest.

    A value with a comma in it is put in double quotes, as in a CSV file; a name that is given again has more values.
    Raises `ParameterError` for a text that is no assignment, a value given twice, a single combination, or too many.
    """
    values: dict[str, list[str]] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.strip():
            raise ParameterError(
                f"{assignment!r} is not a parameter: write name=value,value, such as similarity=0.5,0.8"
            )
        own = values.setdefault(name.strip(), [])
        own += [value.strip() for value in next(csv.reader([text], skipinitialspace=True), [""])]
    if "corpus" in values:
        raise ParameterError("parameter 'corpus' is the first argument: lafz sweep CORPUS")
    for name, own in values.items():
        if twice := next((value for value in own if own.count(value) > 1), None):
            raise ParameterError(f"parameter {name!r} has the value {twice!r} twice: give each once")
    count = math.prod(len(own) for own in values.values())
    if count < 2:
        raise ParameterError("nothing to sweep: give a parameter several values, such as -p similarity=0.5,0.8")
    if count > MOST:
        sizes = " × ".join(str(len(own)) for own in values.values() if len(own) > 1)
        raise ParameterError(f"{sizes} values are {count:,} runs: take at most {MOST} at once")
    return [dict(zip(values, combination, strict=True)) for combination in product(*values.values())]


def folder_names(values: Sequence[Mapping[str, str]]) -> list[str]:
    """A name for each combination, of the parameters that vary: of a file its name, nothing that a path can't have."""
    names: list[str] = []
    varied = [name for name in values[0] if len({own[name] for own in values}) > 1]
    for own in values:
        parts = [f"{name}={_last(own[name]) if name in FILE_PARAMETERS else own[name]}" for name in varied]
        base = name = re.sub(r"[^\w=.,+-]+", "_", ",".join(parts))[:LONGEST]
        while name.lower() in (other.lower() for other in names):  # some file systems take a and A for one
            count = int(name[len(base) + 1 :] or 1) + 1
            name = f"{base}-{count}"
        names.append(name)
    return names


def _is_finished(folder: Path, parameters: Mapping[str, dict[str, Any]]) -> bool:
    """Whether `folder` holds the report that a run with these parameters would make now, no file of it changed."""
    if not (folder / MANIFEST).is_file():
        return False
    try:
        manifest = read_manifest(folder)
    except ParameterError:
        return False
    now = {"parameters": parameters, **versions(manifest["versions"].keys() - {"python"})}
    if any(manifest.get(part) != value for part, value in now.items()):
        return False
    if named(recorded(notebooks(parameters), parameters)) != manifest["inputs"]:
        return False
    return all(sha256_of(folder / record["path"]) == record["sha256"] for record in manifest["outputs"])


def _last(path: str) -> str:
    return re.split(r"[/\\]", path)[-1] or path


def write_sweep_page(found: Mapping[str, Run], values: Values, folder: Path, failures: Sequence[str] = ()) -> Path:
    """Write ``index.html``, its table and figure into `folder`, which has a folder for each of the runs `found`.

    `values` says what the parameters that vary are in each run. The page has the numbers that differ between runs, as
    sentences, a figure and a table, then the findings that differ, side by side, and the `failures`.
    """
    table = _numbers_of(found, values)
    varied = list(next(iter(values.values())))
    write_table(table, folder / NUMBERS, caption=f"What each run found, by {listed(varied)}.")
    differ, same, some = told_apart(table)
    figure = None
    if differ:
        paths = {kind: folder / f"{NUMBERS}.{kind}" for kind in ("svg", "png", "pdf")}
        write_picture(small_lines(table, differ[:PANELS], varied), paths)
        figure = svg_source(paths["svg"])
    page = page_of(
        "sweep.html.j2",
        look=LOOK,
        varied=varied,
        corpus=next(iter(next(iter(found.values())).parameters.values()))["corpus"],
        runs=[{"name": name, "values": [short(values[name][key]) for key in varied]} for name in found],
        said=said(table, differ, varied),
        same=same,
        some=some,
        columns=differ,
        rows=_rows(table, differ),
        figure=figure,
        shown=min(len(differ), PANELS),
        side_by_side=_side_by_side(found),
        failures=failures,
    )
    with whole_file(folder / "index.html") as place:
        place.write_text(page, encoding="utf-8", newline="\n")
    return folder / "index.html"


def _numbers_of(found: Mapping[str, Run], values: Values) -> pd.DataFrame:
    """What each run found in all, and its rate of each frame: run, the parameters, section, name, unit, value."""
    frames = COMPARED[0]
    parts = []
    for name, run in found.items():
        table = whole(run)
        if frames.table in run:
            own = run[frames.table]
            labels = run["framing/frames"].set_index("frame")["label"]
            rates = {
                "section": "framing",
                "name": own["frame"].map(labels),
                "unit": frames.unit,
                "value": own[frames.value],
            }
            table = pd.concat([table, pd.DataFrame(rates)], ignore_index=True)
        about = {"run": name, **values[name]}
        parts.append(pd.DataFrame({key: [value] * len(table) for key, value in about.items()}).join(table))
    return pd.concat(parts, ignore_index=True)


def told_apart(table: pd.DataFrame) -> tuple[list[str], list[str], list[str]]:
    """The names of the numbers that change, the larger change (in relation to the number) first, of those that are the
    same in all runs, and of those that are the same where they are and that some runs don't have."""
    groups = table.groupby("name", sort=False)["value"]
    low, high = groups.min(), groups.max()
    change = ((high - low) / high.abs().where(high != 0, 1)).sort_values(ascending=False, kind="stable")
    everywhere = groups.size() == table["run"].nunique()
    still = (high == low).to_numpy()
    names = low.index
    return (
        change.index[change > 0].tolist(),
        names[still & everywhere.to_numpy()].tolist(),
        names[still & ~everywhere.to_numpy()].tolist(),
    )


def said(table: pd.DataFrame, differ: Sequence[str], varied: Sequence[str]) -> list[str]:
    """How the first of the numbers that differ go with the parameters, a sentence each, and how many more there are."""
    sentences = []
    for name in differ[:SAID]:
        own = table[table["name"] == name].to_dict("records")
        unit = own[0]["unit"]
        parts = [f"{amount(row['value'], unit)} with {_called(row, varied)}" for row in own]
        if len(own) > 4:
            low, high = min(own, key=lambda row: row["value"]), max(own, key=lambda row: row["value"])
            ends = [f"{amount(row['value'], unit)} ({_called(row, varied)})" for row in (low, high)]
            parts = [f"from {ends[0]} to {ends[1]}"]
        sentences.append(f"{upper(name)}{f', {unit}' if unit not in ('', 'share') else ''}: {', '.join(parts)}.")
    return [*sentences, *[f"And {len(differ) - SAID:,} more, in the table below."] * (len(differ) > SAID)]


def small_lines(table: pd.DataFrame, names: Sequence[str], varied: Sequence[str]) -> Figure:
    """A small chart for each of the numbers called `names`: the value, from 0, against a parameter.

    The parameter with the most values lies along the bottom, to scale where all its values are numbers; each
    combination of the others has a line of its own.
    """
    by = max(varied, key=lambda name: (table[name].nunique(), -list(varied).index(name)))
    others = [name for name in varied if name != by]
    known = list(dict.fromkeys(table[by]))
    scale = pd.to_numeric(pd.Series(known), errors="coerce")
    measured = bool(scale.notna().all())
    place = dict(zip(known, scale if measured else range(len(known)), strict=True))
    lines = list(dict.fromkeys(table[others].itertuples(index=False, name=None)))
    rows = -(-len(names) // 3)
    # Names too long to go side by side below a chart get numbers there, which are explained at the bottom.
    ticks = [short(value) for value in known]
    key = [f"{number}: {name}" for number, name in enumerate(ticks, 1)] * (max(map(len, ticks)) > WIDEST)
    ticks = [str(number) for number in range(1, len(known) + 1)] if key else ticks
    with style():
        fig = Figure(figsize=(room(), 0.35 + 0.17 * len(key) + 0.25 * bool(others) + 1.3 * rows))
        axes = fig.subplots(rows, 3, squeeze=False).ravel()
        palette = [COLOURS[name] for name in ("blue", "vermillion", "green", "purple", "orange", "black")]
        for ax, name in zip(axes, names, strict=False):
            own = table[table["name"] == name]
            for number, line in enumerate(lines):
                part = own[(own[others] == list(line)).all(axis=1)] if others else own
                at = sorted((place[value], found) for value, found in zip(part[by], part["value"], strict=True))
                colour, marker = palette[number % len(palette)], "osD^vP"[number % 6]
                ax.plot(
                    *zip(*at, strict=True), color=colour, marker=marker, markersize=3.5, linewidth=1.2, clip_on=False
                )
            ax.set_title(_wrapped(name), fontsize=7)
            ax.set_ylim(bottom=min(0, own["value"].min()))
            ax.set_xticks(list(place.values()), ticks, fontsize=6.5)
            ax.margins(x=0.12)
            ax.tick_params(axis="y", labelsize=6.5)
        for ax in axes[len(names) :]:
            ax.set_axis_off()
        fig.supxlabel("\n".join([by, *key]), fontsize=7.5)
        if others:
            handles = axes[0].lines
            named = [
                ", ".join(f"{name} {short(value)}" for name, value in zip(others, line, strict=True)) for line in lines
            ]
            fig.legend(handles, named, loc="outside upper left", ncols=3)
    return fig


def short(value: str) -> str:
    """A value of a parameter as a page names it: of a path its last part, "none" for none."""
    return value.rstrip("/").rpartition("/")[2] or "none"


def _rows(table: pd.DataFrame, differ: Sequence[str]) -> dict[str, list[str]]:
    """Of each run, its numbers that differ, as they are printed."""
    known = {(row["run"], row["name"]): amount(row["value"], row["unit"]) for row in table.to_dict("records")}
    return {run: [known.get((run, name), "–") for name in differ] for run in dict.fromkeys(table["run"])}


def _side_by_side(found: Mapping[str, Run]) -> list[list[str]]:
    """The findings of the reports that are not the same in all: the question, and what each of the runs says."""
    columns = {}
    for name, run in found.items():
        texts: dict[tuple[str, str, int], str] = {}
        for section in read_sections(run.folder, list(run.parameters)):
            question, number = "", 0
            for block in section.blocks:
                if block.kind == "prose":
                    question, number = block.text.partition("\n")[0].lstrip("# "), 0
                elif block.kind == "finding":
                    texts[section.name, question, number] = block.text
                    number += 1
        columns[name] = texts
    places = dict.fromkeys(place for texts in columns.values() for place in texts)
    rows = [[place[1], *(texts.get(place, "–") for texts in columns.values())] for place in places]
    return [row for row in rows if len(set(row[1:])) > 1]


def _called(row: Mapping[Any, Any], varied: Sequence[str]) -> str:
    return ", ".join(short(row[key]) for key in varied)


def _wrapped(text: str) -> str:
    """A title in two lines, broken at the blank nearest to its middle."""
    blanks = [place for place, letter in enumerate(text) if letter == " "]
    if len(text) < 22 or not blanks:
        return text
    place = min(blanks, key=lambda blank: abs(blank - len(text) / 2))
    return f"{text[:place]}\n{text[place + 1 :]}"
