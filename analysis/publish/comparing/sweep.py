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
from analysis.publish.comparing.compare_page import LOOK, write_chart
from analysis.publish.figures import room, style
from analysis.publish.findings.moves import amount, upper
from analysis.publish.findings.wording import listed
from analysis.publish.loading import Run, load_run
from analysis.publish.manifest import FILE_PARAMETERS, MANIFEST, input_records, recorded, versions
from analysis.publish.markup import COLOURS, page_of
from analysis.publish.page import questions_of, read_sections
from analysis.publish.parameters import notebooks
from analysis.publish.records import read_manifest
from analysis.publish.run import assemble
from analysis.publish.run.checks import check_place
from analysis.publish.tables import write_json, write_table
from analysis.text.reading.folders import sha256_of

ABOUT = "sweep.json"
MOST = 24  # runs; nobody reads a page of more
LONGEST = 100  # characters of a folder's name
SweepProgress = Callable[[str, str, int, int], None]  # run, section, cells done, cells in all
PANELS = 12  # of the figure
WIDEST = 7  # letters of a value below a chart
SENTENCES = 8  # about the numbers that change
NUMBERS = "numbers"
Values = Mapping[str, Mapping[str, str]]  # the varied parameters of each run


class Sweep(NamedTuple):
    """The page of a sweep (None without a finished run), the runs made and kept, and a line for each failure."""

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
    """Run the notebooks on `corpus` once for each combination of the values in `assignments`, see `grid`.

    Every combination is checked before the first notebook starts. Each becomes a whole report, such as
    ``out/similarity=0.5``; a finished one of the same files, parameters and versions is kept, and one that fails leaves
    the others as they are. Raises `ParameterError` for a bad value, and where `out` holds something else.
    """
    folder = Path(out).expanduser().absolute()
    values = grid(assignments)
    runs = dict(zip(folder_names(values), values, strict=True))
    planned = {name: assemble.resolved(corpus, only, own) for name, own in runs.items()}
    seen: dict[str, str] = {}
    for name, parameters in planned.items():
        if (other := seen.setdefault(repr(parameters), name)) != name:
            raise ParameterError(f"{other} and {name} are the same run: give each value once")
    check_place(folder, ABOUT, what="sweep")
    kept = [name for name, parameters in planned.items() if _is_finished(folder / name, parameters)]
    left = {name: parameters for name, parameters in planned.items() if name not in kept}
    made, failures = [], []
    with temporary_folder() as read:  # in which the corpus is read once for all runs
        assemble.check_sweep(left.values(), read)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Before the first run, so that a later sweep recognizes the folder even if this one is killed.
            write_json({"corpus": to_root(corpus), "runs": runs}, folder / ABOUT)
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
    found = {name: load_run(folder / name) for name in runs if name in made or name in kept}
    if not found:
        return Sweep(None, made, kept, failures)
    varied = _varied(values)
    page = write_sweep_page(found, {n: {v: runs[n][v] for v in varied} for n in found}, folder, failures)
    return Sweep(page, made, kept, failures)


def grid(assignments: Sequence[str]) -> list[dict[str, str]]:
    """Every combination of the values in ``name=value,value`` texts, the last name varying fastest.

    A value with a comma is put in double quotes, as in a CSV file; a name given again has more values. Raises
    `ParameterError` for a text that is no assignment, a value given twice, a single combination, or too many.
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
    count = math.prod(map(len, values.values()))
    if count < 2:
        raise ParameterError("nothing to sweep: give a parameter several values, such as -p similarity=0.5,0.8")
    if count > MOST:
        sizes = " × ".join(str(len(own)) for own in values.values() if len(own) > 1)
        raise ParameterError(f"{sizes} values are {count:,} runs: take at most {MOST} at once")
    return [dict(zip(values, combination, strict=True)) for combination in product(*values.values())]


def folder_names(values: Sequence[Mapping[str, str]]) -> list[str]:
    """A valid and distinct folder name for each combination, made of the parameters that vary."""
    names: list[str] = []
    for own in values:
        parts = []
        for name in _varied(values):
            last = re.split(r"[/\\]", own[name])[-1] or own[name]
            parts.append(f"{name}={last if name in FILE_PARAMETERS else own[name]}")
        base = name = re.sub(r"[^\w=.,+-]+", "_", ",".join(parts))[:LONGEST]
        count = 1
        while name.lower() in (other.lower() for other in names):  # some file systems take a and A for one
            count += 1
            name = f"{base}-{count}"
        names.append(name)
    return names


def _varied(values: Sequence[Mapping[str, str]]) -> list[str]:
    return [name for name in values[0] if len({own[name] for own in values}) > 1]


def _is_finished(folder: Path, parameters: Mapping[str, dict[str, Any]]) -> bool:
    """Whether `folder` holds, unchanged, the report that a run with these parameters would make now."""
    if not (folder / MANIFEST).is_file():
        return False
    try:
        manifest = read_manifest(folder)
    except ParameterError:
        return False
    now = {"parameters": parameters, **versions(manifest["versions"].keys() - {"python"})}
    return (
        all(manifest.get(part) == value for part, value in now.items())
        and input_records(recorded(notebooks(parameters), parameters)) == manifest["inputs"]
        and all(sha256_of(folder / record["path"]) == record["sha256"] for record in manifest["outputs"])
    )


def write_sweep_page(found: Mapping[str, Run], values: Values, folder: Path, failures: Sequence[str] = ()) -> Path:
    """Write ``index.html``, its table and figure into `folder`, which has a folder for each of the runs `found`.

    `values` has the varied parameters of each run. The page shows the numbers that change, as sentences, a figure and a
    table, then the findings that differ, side by side, and the `failures`.
    """
    table = _totals(found, values)
    varied = list(next(iter(values.values())))
    write_table(table, folder / NUMBERS, caption=f"What each run found, by {listed(varied)}.")
    changing, same, some = by_change(table)
    figure = write_chart(small_lines(table, changing[:PANELS], varied), folder / NUMBERS) if changing else None
    known = {(row["run"], row["name"]): amount(row["value"], row["unit"]) for row in table.to_dict("records")}
    page = page_of(
        "sweep.html.j2",
        look=LOOK,
        varied=varied,
        corpus=next(iter(next(iter(found.values())).parameters.values()))["corpus"],
        runs=[{"name": name, "values": [short(values[name][key]) for key in varied]} for name in found],
        said=sentences(table, changing, varied),
        same=same,
        some=some,
        columns=changing,
        rows={run: [known.get((run, name), "–") for name in changing] for run in found},
        figure=figure,
        shown=min(len(changing), PANELS),
        side_by_side=_side_by_side(found),
        failures=failures,
    )
    with whole_file(folder / "index.html") as place:
        place.write_text(page, encoding="utf-8", newline="\n")
    return folder / "index.html"


def _totals(found: Mapping[str, Run], values: Values) -> pd.DataFrame:
    """The totals of each run, and its rate of each frame: run, the parameters, section, name, unit, value."""
    frames = COMPARED[0]
    parts = []
    for name, run in found.items():
        table = whole(run)
        if frames.table in run:
            labels = run["framing/frames"].set_index("frame")["label"]
            rates = run[frames.table].assign(section="framing", unit=frames.unit, value=lambda t: t[frames.value])
            rates["name"] = rates["frame"].map(labels)
            table = pd.concat([table, rates[list(table.columns)]], ignore_index=True)
        about = {"run": name, **values[name]}
        parts.append(pd.DataFrame({key: [value] * len(table) for key, value in about.items()}).join(table))
    return pd.concat(parts, ignore_index=True)


def by_change(table: pd.DataFrame) -> tuple[list[str], list[str], list[str]]:
    """The names of the numbers that change, of those that all runs agree on, and of those that some runs lack.

    The first are sorted by their relative change, largest first; in the last group the runs that have the number agree.
    """
    groups = table.groupby("name", sort=False)["value"]
    low, high = groups.min(), groups.max()
    change = ((high - low) / high.abs().where(high != 0, 1)).sort_values(ascending=False, kind="stable")
    everywhere = groups.size() == table["run"].nunique()
    return (
        change.index[change > 0].tolist(),
        low.index[(high == low) & everywhere].tolist(),
        low.index[(high == low) & ~everywhere].tolist(),
    )


def sentences(table: pd.DataFrame, names: Sequence[str], varied: Sequence[str]) -> list[str]:
    """A sentence for each of the first numbers called `names` on its values, and how many more there are."""
    found = []
    for name in names[:SENTENCES]:
        rows = table[table["name"] == name].to_dict("records")
        unit = rows[0]["unit"]
        texts = [(amount(row["value"], unit), ", ".join(short(row[key]) for key in varied)) for row in rows]
        if len(rows) > 4:
            ends = [pick(range(len(rows)), key=lambda place: rows[place]["value"]) for pick in (min, max)]
            (low, at_low), (high, at_high) = (texts[end] for end in ends)
            values = f"from {low} ({at_low}) to {high} ({at_high})"
        else:
            values = ", ".join(f"{value} with {at}" for value, at in texts)
        found.append(f"{upper(name)}{f', {unit}' if unit not in ('', 'share') else ''}: {values}.")
    more = len(names) - SENTENCES
    return [*found, *[f"And {more:,} more, in the table below."] * (more > 0)]


def small_lines(table: pd.DataFrame, names: Sequence[str], varied: Sequence[str]) -> Figure:
    """A small chart for each of the numbers called `names`: the value, from 0, against a parameter.

    The parameter with the most values lies along the bottom, to scale where all its values are numbers; each
    combination of the others has a line of its own.
    """
    by = max(varied, key=lambda name: table[name].nunique())
    others = [name for name in varied if name != by]
    known = list(dict.fromkeys(table[by]))
    scale = pd.to_numeric(pd.Series(known), errors="coerce")
    place = dict(zip(known, scale if scale.notna().all() else range(len(known)), strict=True))
    lines = list(dict.fromkeys(table[others].itertuples(index=False, name=None)))
    rows = -(-len(names) // 3)
    ticks = [short(value) for value in known]
    legend: list[str] = []
    if max(map(len, ticks)) > WIDEST:  # too long to go side by side: numbers, explained at the bottom
        legend = [f"{number}: {name}" for number, name in enumerate(ticks, 1)]
        ticks = [str(number) for number in range(1, len(known) + 1)]
    palette = [COLOURS[name] for name in ("blue", "vermillion", "green", "purple", "orange", "black")]
    with style():
        fig = Figure(figsize=(room(), 0.35 + 0.17 * len(legend) + 0.25 * bool(others) + 1.3 * rows))
        axes = fig.subplots(rows, 3, squeeze=False).ravel()
        for ax, name in zip(axes, names, strict=False):
            own = table[table["name"] == name]
            for number, line in enumerate(lines):
                part = own[(own[others] == list(line)).all(axis=1)] if others else own
                points = sorted((place[at], value) for at, value in zip(part[by], part["value"], strict=True))
                look = {"color": palette[number % len(palette)], "marker": "osD^vP"[number % 6]}
                ax.plot(*zip(*points, strict=True), **look, markersize=3.5, linewidth=1.2, clip_on=False)
            ax.set_title(_wrapped(name), fontsize=7)
            ax.set_ylim(bottom=min(0, own["value"].min()))
            ax.set_xticks(list(place.values()), ticks, fontsize=6.5)
            ax.margins(x=0.12)
            ax.tick_params(axis="y", labelsize=6.5)
        for ax in axes[len(names) :]:
            ax.set_axis_off()
        fig.supxlabel("\n".join([by, *legend]), fontsize=7.5)
        if others:
            labels = [", ".join(f"{name} {short(at)}" for name, at in zip(others, line, strict=True)) for line in lines]
            fig.legend(axes[0].lines, labels, loc="outside upper left", ncols=3)
    return fig


def short(value: str) -> str:
    """A value of a parameter as a page shows it: the last part of a path, "none" for none."""
    return value.rstrip("/").rpartition("/")[2] or "none"


def _side_by_side(found: Mapping[str, Run]) -> list[list[str]]:
    """The findings that are not the same in all reports: a row has the question and what each report says."""
    columns = []
    for run in found.values():
        texts: dict[tuple[str, str, int], str] = {}
        for section in read_sections(run.folder, list(run.parameters)):
            for question, blocks in questions_of(section):
                findings = [block.text for block in blocks if block.kind == "finding"]
                texts |= {(section.name, question, number): text for number, text in enumerate(findings)}
        columns.append(texts)
    places = dict.fromkeys(place for texts in columns for place in texts)
    rows = [[place[1], *(texts.get(place, "–") for texts in columns)] for place in places]
    return [row for row in rows if len(set(row[1:])) > 1]


def _wrapped(text: str) -> str:
    """A long title in two lines, broken at the blank nearest to its middle."""
    blanks = [place for place, letter in enumerate(text) if letter == " "]
    if len(text) < 22 or not blanks:
        return text
    place = min(blanks, key=lambda blank: abs(blank - len(text) / 2))
    return f"{text[:place]}\n{text[place + 1 :]}"
