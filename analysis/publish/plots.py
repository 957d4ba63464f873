"""The drawings: each takes a measure's table and gives a matplotlib figure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path

from analysis.core.compiled import Floats, Ints
from analysis.core.intervals import FEW
from analysis.publish.figures import (
    LETTER,
    PERCENT,
    THOUSANDS,
    apart,
    cut,
    day_in_words,
    drawing,
    highest,
    in_lines,
    labelled_rows,
    legend_above,
    name_x,
    number,
    plane,
    room,
)
from analysis.publish.findings.wording import with_words
from analysis.publish.markup import COLOURS
from analysis.text.tokens import Tokens

RANGE = ("lowest", "highest")  # columns
NUMBERED = 16  # columns of a grid up to which each cell has its number
CELL = 0.2  # inches, of a row of a grid
HEADING = 26  # characters of a heading of a grid
UPRIGHT = 0.27  # inches, of a column with an upright heading of two lines
STROKE = 0.7  # points, the width of a mark in a strip
CROWDED = 300  # marks in a row of a strip from which they run into each other
SLICES = 100  # of the running text, for each of which a crowded strip has a step
THIN = 0.5  # per cent of a document from which a bar has a white border, which would cover a thinner one


def ranged(
    table: pd.DataFrame,
    tokens: Tokens,
    key: str,
    value: str,
    measure: Callable[..., pd.DataFrame],
    *args: Any,
    **options: Any,
) -> pd.DataFrame:
    """`table` with the range of `value` over the documents, where these are several and too few for an interval.

    ``lowest`` and ``highest`` are those of the rows that ``measure(tokens, *args, by="doc_id", **options)`` has for the
    same `key`, 0 where a document has none. Other tables stay as they are.

    >>> from analysis import load_tokens
    >>> from analysis.terms.frequency import terms
    >>> tokens = load_tokens(["War is war.", "Peace is near."])
    >>> ranged(terms(tokens), tokens, "term", "per_million", terms)[["term", "lowest", "highest"]].round().head(2)
      term    lowest   highest
    0   is  333333.0  333333.0
    1  war       0.0  666667.0
    """
    if not 1 < with_words(tokens) < FEW:
        return table
    each = measure(tokens, *args, by="doc_id", **options).pivot_table(index=key, columns="doc_id", values=value)
    each = each.reindex(table[key]).fillna(0)
    return table.assign(**dict(zip(RANGE, (each.min(axis=1).to_numpy(), each.max(axis=1).to_numpy()), strict=True)))


def titles(tokens: Tokens, doc_ids: Iterable[str]) -> dict[str, str]:
    """What documents are called in figures: by their titles, with the doc_id where two have the same, or none.

    >>> from analysis import load_tokens
    >>> titles(load_tokens(["War is war.", "Peace."]), ["0", "1"])
    {'0': '0', '1': '1'}
    """
    own = tokens.corpus.documents[["doc_id", "title"]].drop_duplicates("doc_id")
    own = own[own["doc_id"].isin(set(doc_ids))]
    again = own["title"].duplicated(keep=False)
    rows = zip(own["doc_id"], own["title"], again, strict=True)
    return {name: f"{title} ({name})" if title and twice else title or name for name, title, twice in rows}


def pairs_as_grid(table: pd.DataFrame, row: str, column: str, value: str, *, most: int = 12) -> pd.DataFrame:
    """`value` of pairs (`row`, `column`) as a table for `heat_map`, the `most` rows and columns with the largest sums.

    >>> links = pd.DataFrame({"taker": ["b", "c"], "origin": ["a", "a"], "borrowed": [4, 9]})
    >>> pairs_as_grid(links, "taker", "origin", "borrowed").to_dict("list")
    {'taker': ['b', 'c'], 'a': [4, 9]}
    """
    grid = table.pivot_table(index=row, columns=column, values=value, aggfunc="sum", fill_value=0)
    rows, columns = (grid.sum(axis=axis).nlargest(most).index for axis in (1, 0))
    return grid.loc[grid.index.isin(rows), grid.columns.isin(columns)].rename_axis(columns=None).reset_index()


def ends_of(table: pd.DataFrame) -> list[str]:
    """The columns of the ends of a line: of the range where `ranged` has found one, else of the interval."""
    return list(RANGE if RANGE[0] in table else ("ci_low", "ci_high"))


def _dots_told(table: pd.DataFrame, **options: Any) -> str:
    """What `interval_dots` shows, in words."""
    shown = (
        "Bars" if options["beside"] is None and not table.get(ends_of(table)[0], pd.Series()).notna().any() else "Dots"
    )
    said = f"{shown} in {len(table)} rows: {_inside(options['xlabel'])}"
    if options["beside"]:
        said += f", {options['names'][0]} as dots and {options['names'][1]} as diamonds"
    return f"{said}. {highest(table[options['label']], table[options['value']], share=options['percent'])}"


def _inside(name: str) -> str:
    """The name of an axis within a sentence: what begins with two capitals, such as F1, stays as it is."""
    return name if name[1:2].isupper() or name[1:2].isdigit() else name[:1].lower() + name[1:]


@drawing(_dots_told)
def interval_dots(
    table: pd.DataFrame,
    *,
    label: str,
    value: str,
    xlabel: str,
    beside: str | None = None,
    names: Sequence[str] = (),
    line: float | None = None,
    joined: bool = False,
    percent: bool = False,
) -> Figure:
    """One dot a row of `table` at `value`, with its interval (ci_low, ci_high, if it has them), the first row on top.

    A table with the range of a few documents, see `ranged`, has that in the place of the interval. Where there is
    neither, nor a column `beside`, the row is a bar with its number at the end.

    A hollow diamond marks the column `beside`, if there is one, `joined` to the dot by a line if they are one thing
    before and after; `names` are then what the legend calls the two. A dashed line marks `line`, a threshold. With
    `percent` the values are shares. The scale begins at 0, or lower where an interval does.
    """
    fig, ax = labelled_rows(table[label], legend=beside is not None)
    y = np.arange(len(table))
    low, high = (table.get(end, pd.Series(np.nan, table.index)) for end in ends_of(table))
    known = low.notna()
    if beside is None and not known.any():
        ax.barh(y, table[value], color=COLOURS["blue"], height=0.6)
        for row, share in enumerate(table[value]):
            ax.annotate(
                number(share, share=percent), (share, row), (3, 0), textcoords="offset points", va="center", fontsize=7
            )
        ax.margins(x=0.12)
    else:
        ax.hlines(y[known], low[known], high[known], color=COLOURS["sky"], linewidth=3.2)
        if joined:
            ax.hlines(y, table[value], table[beside], color="#999999", linewidth=1)
        ax.plot(table[value], y, "o", color=COLOURS["blue"], markersize=4.5, clip_on=False)  # whole at 0 too
    if beside:
        ax.plot(table[beside], y, "D", color=COLOURS["black"], markerfacecolor="white", markersize=4, clip_on=False)
        legend_above(fig, ax.lines[-2:], names)
    if line is not None:
        ax.axvline(line, color=COLOURS["vermillion"], linewidth=1, linestyle="--")
    ax.set_xlim(left=min(0, low.min(), table[value].min()))
    ax.xaxis.set_major_formatter(PERCENT if percent else THOUSANDS)
    ax.grid(axis="x")
    name_x(ax, xlabel)
    return fig


def _keys_told(table: pd.DataFrame, **options: Any) -> str:
    """What `keyness_bars` shows, in words."""
    sure = int((table["q_documents"] < options["significant"]).sum())
    names = table["term"] + " in " + table["side"]
    return (
        f"Bars in {table['side'].nunique()} panels, the words that each side uses more than the others by log ratio, "
        f"{sure or 'none'} of {len(table)} filled. {highest(names, table['log_ratio'])}"
    )


@drawing(_keys_told)
def keyness_bars(table: pd.DataFrame, *, target: str, reference: str, significant: float = 0.05) -> Figure:
    """The words that set each ``side`` apart: a panel a side, a bar a row of `table` at its ``log_ratio``.

    The panels of `target` and `reference`, which the finding beside the figure is about, come first. Behind a bar is in
    how many of the documents of the side the word is (``documents``, ``of_documents``). A bar is filled where
    ``q_documents`` is below `significant`, hollow where it is not, or not known.
    """
    sides = sorted(dict.fromkeys(table["side"]), key=lambda side: (side != target, side != reference))
    across = min(2, len(sides))
    down = -(-len(sides) // across)
    deep = int(table["side"].value_counts().max()) if sides else 1
    fig = Figure(figsize=(room(), 0.85 + down * (0.3 + 0.17 * deep)))
    axes = fig.subplots(down, across, squeeze=False, sharex=True)
    top = float(table["log_ratio"].abs().max())
    known = table["of_documents"].notna()  # a frequency list has no documents
    held = (table["documents"].map("{:,.0f}".format) + " of " + table["of_documents"].map("{:,.0f}".format)).where(
        known, ""
    )
    letters = int(room() / across / LETTER)
    heads = apart(sides, lambda name: cut(name, int(0.85 * letters)))
    for ax, side, head in zip(axes.flat, sides, heads, strict=False):
        own = table[table["side"] == side]
        y, ratio = np.arange(len(own)), own["log_ratio"].abs().to_numpy(dtype=float)
        words = [cut(term, int(0.45 * letters)) for term in own["term"]]
        sure = (own["q_documents"] < significant).to_numpy()
        ax.barh(y[sure], ratio[sure], color=COLOURS["blue"], height=0.65)
        ax.barh(y[~sure], ratio[~sure], color="white", edgecolor=COLOURS["blue"], linewidth=0.8, height=0.65)
        ax.set_yticks(y, words, fontsize=7.5)
        for row, said in enumerate(held[own.index]):
            ax.annotate(said, (ratio[row], row), (3, 0), textcoords="offset points", va="center", fontsize=6.5)
        ax.set_title(head, loc="right", fontsize=8, fontweight="bold")
        ax.set_ylim(deep - 0.4, -0.6)
        ax.set_xlim(0, top / max(1 - 0.8 * (held.str.len().max() + 1) / (0.55 * letters), 0.2))
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x")
    for ax in axes.flat[len(sides) :]:
        ax.set_visible(False)
    sure = (table["q_documents"] < significant).to_numpy()
    handles = [Patch(facecolor=COLOURS["blue"], label="more than chance explains")] * bool(sure.any())
    handles += [Patch(facecolor="white", edgecolor=COLOURS["blue"], label="may be chance")] * (not sure.all())
    legend_above(fig, handles)
    fig.supxlabel("Log ratio (1: twice the rate of the others); in n of m documents", fontsize=7.5)
    fig.draw_without_rendering()  # labels beside several drawings need the layout to be gone over once more
    return fig


def _strip_told(places: pd.DataFrame, **options: Any) -> str:
    """What `strip` shows, in words."""
    times = places["times"] if "times" in places else pd.Series(1, places.index)
    counts = times.groupby(places[options["by"]]).sum().reindex(options["order"], fill_value=0)
    said = f"Marks in {len(counts)} rows, one for each occurrence in {options['words']:,} running words"
    return f"{said}. {highest(counts.index, counts)}"


@drawing(_strip_told)
def strip(
    places: pd.DataFrame, *, by: str, order: Sequence[str], words: int, borders: Sequence[int], xlabel: str
) -> Figure:
    """Where in the running text each of `order` occurs: a row for each value of the column `by`, a mark a ``place``.

    `words` is how many places there are in all, `borders` (see `few`) are those at which another document begins. Where
    a row has more marks than can be told apart, steps say how many there are in each hundredth of the text, each row on
    a scale of its own. A column ``times`` says how many occurrences a mark is.
    """
    rows = {name: y for y, name in enumerate(order)}
    shown = places[places[by].isin(rows)]
    y = np.asarray(shown[by].map(rows), dtype=np.int64)
    times = shown["times"].to_numpy() if "times" in shown else np.ones(len(shown))
    fig, ax = labelled_rows(order)
    ax.vlines(borders, -0.6, len(order) - 0.4, color="#DDDDDD", linewidth=0.5)
    dense = int(np.bincount(y, times).max(initial=0)) > CROWDED
    if dense:
        edges = np.linspace(0, max(words, 1), SLICES + 1)
        for row in np.unique(y):
            counts, _ = np.histogram(shown["place"][y == row], edges, weights=times[y == row])
            top = row + 0.36 - 0.72 * counts / counts.max()
            ax.stairs(top, edges, baseline=row + 0.36, fill=True, color=COLOURS["blue"])
    else:
        ax.vlines(shown["place"], y - 0.36, y + 0.36, color=COLOURS["blue"], linewidth=STROKE)
    ax.set_xlim(0, max(words, 1))
    ax.xaxis.set_major_formatter(THOUSANDS)
    name_x(ax, f"{xlabel}; height: how many, a scale per row" if dense else xlabel)
    return fig


def _boxes(row: Ints, left: Floats, right: Floats) -> Path:
    """Bars as one shape: a picture of thousands of shapes, hatched ones above all, is heavy and slow to draw."""
    low, high = row + 0.36, row - 0.36
    corners = [(left, low), (left, high), (right, high), (right, low)]
    return Path.make_compound_path_from_polys(np.stack([np.stack(corner, axis=1) for corner in corners], axis=1))


def _grid_told(table: pd.DataFrame, **options: Any) -> str:
    """What `heat_map` shows, in words."""
    cells = table.melt(id_vars=table.columns[0], var_name="column", value_name="cell")
    cells = cells[cells["cell"] > 0]
    rows = cells.iloc[:, 0].astype(object).map(lambda name: (options["names"] or {}).get(name, name))
    if options["half"]:  # each pair once
        order = {name: place for place, name in enumerate(table.iloc[:, 0])}
        cells = cells[cells.iloc[:, 0].map(order) > cells["column"].map(order)]
    said = f"Grid of {len(table)} rows and {table.shape[1] - 1} columns: {_inside(options['xlabel'])}"
    return f"{said}. {highest(rows[cells.index].astype(str) + ' – ' + cells['column'], cells['cell'])}"


@drawing(_grid_told)
def heat_map(
    table: pd.DataFrame,
    *,
    xlabel: str,
    names: Mapping[str, str] | None = None,
    in_time: bool = False,
    half: bool = False,
    outlined: Sequence[Sequence[str]] = (),
) -> Figure:
    """`table` as a grid, from white (nothing) to blue (much), each cell but 0 with its number.

    The first column names the rows, the others are the columns. Rows are in the order of their sums, the largest first,
    and so are columns, unless the grid is `in_time`; rows of nothing are
    left out. Of `half` a grid, one of things with themselves, the cells below
    the diagonal are drawn, in the order of the table.

    `names` says what is written for a row, where it is not what the first column has. The cells that `outlined` names
    (row, column) have a black border. Where the cells have no room for numbers, as in more than 16 columns, a scale of
    colours is below; of more than 16 columns a dozen are named.
    """
    grid = table.set_index(table.columns[0]).astype(float)
    if not half:
        by_size = np.argsort(-grid.sum(axis=1).to_numpy(), kind="stable")
        grid = grid.iloc[by_size]
        grid = grid[grid.any(axis=1)] if grid.any(axis=None) else grid
        if not in_time:
            grid = grid.iloc[:, np.argsort(-grid.sum().to_numpy(), kind="stable")]
    values = grid.to_numpy()
    if half:
        values = np.where(np.tri(*values.shape, k=-1, dtype=bool), values, np.nan)[1:, :-1]
        grid = grid.iloc[1:, :-1]
    rows, columns = values.shape
    labels = apart(
        [(names or {}).get(name, name) for name in grid.index],
        lambda label: in_lines(label, int(0.45 * room() / LETTER)),
    )
    wide = LETTER * max((len(line) for label in labels for line in label.split("\n")), default=0)
    cell = (room() - 0.2 - wide) / max(columns, 1)
    high = 1.45 * CELL if any("\n" in label for label in labels) else CELL
    top = np.nanmax(values, initial=0.0) or 1.0
    written = {place: _number(value, top) for place, value in np.ndenumerate(values) if value > 0}
    numbers = {place: text for place, text in written.items() if text.strip("0.")}  # 0.0 says nothing
    widest = max(map(_ems, numbers.values()), default=0)
    size = next((size for size in (8, 7, 6) if cell > widest * size / 72 + 0.015), None)
    numbered = columns <= NUMBERED and size is not None
    step = 1 if columns <= NUMBERED else -(-columns // 12)
    heads = [_heading(str(name), in_time=in_time, bare=half and place > 0) for place, name in enumerate(grid)]
    two_lines = cell * step > UPRIGHT
    headings = apart(heads, lambda name: in_lines(name, HEADING // 2) if two_lines else cut(name, HEADING))
    upright = cell * step < 0.03 + 0.9 * LETTER * max(
        (len(line) for name in headings for line in name.split("\n")), default=0
    )
    fig, ax = plane(0.7 + high * rows + (0.9 if upright else 0.3) + 0.4 * (not numbered))
    image = ax.imshow(values, cmap="Blues", aspect="auto", vmin=0, vmax=top, interpolation="none")
    ax.set_yticks(np.arange(rows), labels, linespacing=1)
    turned: dict[str, Any] = {"rotation": 90, "va": "bottom"} if upright else {"va": "bottom"}
    places = range(0, columns, step)
    if half:
        ax.set_xticks([])
        for place in places:  # on top of its column
            ax.text(place, place - 0.42, headings[place], ha="center", fontsize=8, linespacing=1, **turned)
    else:
        ax.set_xticks(places, headings[::step], ha="center", linespacing=1, **turned)
        ax.tick_params(top=True, bottom=False, labeltop=True, labelbottom=False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    if numbered:
        for (row, column), text in numbers.items():  # white on the dark half of the scale, black on the bright half
            color = "white" if values[row, column] > 0.6 * top else "black"
            ax.text(column, row, text, ha="center", va="center", fontsize=size, color=color)
    else:
        fig.colorbar(image, ax=ax, orientation="horizontal", pad=0.02, aspect=40, format=THOUSANDS)
    row_of, column_of = ({name: place for place, name in enumerate(axis)} for axis in (grid.index, grid.columns))
    for row_name, column_name in outlined:
        if row_name in row_of and column_name in column_of:
            corner = column_of[column_name] - 0.5, row_of[row_name] - 0.5
            ax.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor="black", linewidth=1.4))
    name_x(ax, f"{xlabel}; outlined: more or less than chance explains" if len(outlined) else xlabel)
    return fig


def _heading(name: str, *, in_time: bool, bare: bool) -> str:
    """What a column is called: a day or month in words, a thing that has a row too without its remark (`bare`)."""
    if in_time and re.fullmatch(r"\d{4}-\d\d(-\d\d)?", name):
        day = day_in_words(pd.Timestamp(name))
        return day if len(name) > 7 else day.partition(" ")[2]
    return re.sub(r" \([^()]*\)$", "", name) if bare else name


def _number(value: float, top: float) -> str:
    return f"{value:,.0f}" if top >= 10 else f"{value:.1f}"


def _ems(number: str) -> float:
    """How wide a number is in letters of DejaVu Sans, as a multiple of their size."""
    return sum(0.64 if sign.isdigit() else 0.32 for sign in number)


def _positions_told(spans: pd.DataFrame, **options: Any) -> str:
    """What `position_map` shows, in words."""
    share = (
        ((spans["end"] - spans["start"]) / spans["n_chars"]).groupby(spans["doc_id"], sort=False).sum().clip(upper=1)
    )
    names = [options["titles"].get(name, name) for name in share.index]
    return (
        f"A bar for each of {len(share)} documents, the repeated sentences marked. {highest(names, share, share=True)}"
    )


@drawing(_positions_told)
def position_map(spans: pd.DataFrame, *, kinds: Sequence[Sequence[str]], titles: Mapping[str, str]) -> Figure:
    """Where in their documents the `spans` (doc_id, n_chars, start, end, kind) are: a bar for each document.

    ``n_chars`` is how long the document is; the documents are in the order of the spans, and called by their `titles`.
    `kinds` has each kind and what the legend calls it. Bars too thin to be seen are widened to half a per cent, and are
    one where they would touch.
    """
    hatches = ["", "////", "....", "xxxx"]
    palette = [COLOURS["orange"], COLOURS["blue"], COLOURS["green"], COLOURS["vermillion"]]
    row = {doc_id: y for y, doc_id in enumerate(dict.fromkeys(spans["doc_id"]))}
    fig, ax = labelled_rows([titles.get(name, name) for name in row], legend=True)
    ax.barh(np.arange(len(row)), 100, color="#EEEEEE", height=0.72)
    for (kind, _), colour, hatch in zip(kinds, palette, hatches, strict=False):
        own = spans[spans["kind"] == kind]
        start, end = (100 * own[side].to_numpy() / own["n_chars"].to_numpy() for side in ("start", "end"))
        y, left, right = _widened(own["doc_id"].map(row).to_numpy(dtype=np.int64), start, end)
        bars = _boxes(y, left, right)
        ax.add_patch(PathPatch(bars, facecolor=colour, edgecolor="white", linewidth=0.4, hatch=hatch))
    handles = [
        Patch(facecolor=colour, edgecolor="white", hatch=hatch, label=name)
        for (kind, name), colour, hatch in zip(kinds, palette, hatches, strict=False)
        if (spans["kind"] == kind).any()
    ]
    legend_above(fig, handles)
    ax.set_xlim(0, 100)
    name_x(ax, "Place in the document (% of its characters)")
    return fig


def _widened(row: Ints, left: Floats, right: Floats) -> tuple[Ints, Floats, Floats]:
    """Bars (row, left, right, in per cent), thin ones widened, and one where such overlap, in the order of the text."""
    order = np.lexsort((left, row))
    row, left, right = row[order], left[order], right[order]
    thin = right - left < THIN
    middle = np.clip((left + right) / 2, THIN / 2, 100 - THIN / 2)
    left, right = np.where(thin, middle - THIN / 2, left), np.where(thin, middle + THIN / 2, right)
    reached = np.maximum.accumulate(right + 200 * row) - 200 * row
    joined = np.zeros(len(row), dtype=bool)
    joined[1:] = (row[1:] == row[:-1]) & (left[1:] < reached[:-1]) & (thin[1:] | thin[:-1])
    begins = np.flatnonzero(~joined)
    return row[begins], left[begins], np.maximum.reduceat(right, begins) if len(begins) else right


def few(borders: Ints | Sequence[int], most: int = 200) -> list[int]:
    """The places of `borders`, none where there are more than `most`: so many lines would be a grey field.

    >>> few([3, 6]), few([3, 6], most=1)
    ([3, 6], [])
    """
    return np.asarray(borders).tolist() if len(borders) <= most else []
