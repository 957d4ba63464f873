"""Drawings in rows and grids: each takes a measure's table and gives a matplotlib figure."""

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
    row_names,
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
    """Add the range of `value` over the documents, where these are several and too few for an interval.

    ``lowest`` and ``highest`` come from ``measure(tokens, *args, by="doc_id", **options)``, row by row of the same
    `key`; a document without one counts as 0. With one document or many the table is returned as it is.

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
    return table.assign(lowest=each.min(axis=1).to_numpy(), highest=each.max(axis=1).to_numpy())


def titles(tokens: Tokens, doc_ids: Iterable[str]) -> dict[str, str]:
    """What documents are called in figures: their titles, with the doc_id where two share one, or the doc_id alone.

    >>> from analysis import load_tokens
    >>> titles(load_tokens(["War is war.", "Peace."]), ["0", "1"])
    {'0': '0', '1': '1'}
    """
    own = tokens.corpus.documents[["doc_id", "title"]].drop_duplicates("doc_id")
    own = own[own["doc_id"].isin(set(doc_ids))]
    rows = zip(own["doc_id"], own["title"], own["title"].duplicated(keep=False), strict=True)
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
    """The columns with the ends of a line: of the range that `ranged` has added, else of the interval."""
    return list(RANGE if RANGE[0] in table else ("ci_low", "ci_high"))


@drawing
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
) -> tuple[Figure, str]:
    """One dot a row of `table` at `value`, with its range (see `ranged`) or interval, the first row on top.

    Without either, and without a column `beside`, a row is a bar with its number at the end. The column `beside` is a
    hollow diamond, `joined` to the dot by a line if the two are one thing before and after; `names` are what the
    legend calls them. A dashed line marks the threshold `line`. With `percent` the values are shares. The scale begins
    at 0, or lower where a line does.
    """
    fig, ax = labelled_rows(table[label], legend=beside is not None)
    y = np.arange(len(table))
    low, high = (table.get(end, pd.Series(np.nan, table.index)) for end in ends_of(table))
    known = low.notna()
    bars = beside is None and not known.any()
    if bars:
        drawn = ax.barh(y, table[value], color=COLOURS["blue"], height=0.6)
        ax.bar_label(drawn, [number(share, share=percent) for share in table[value]], padding=3, fontsize=7)
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
    said = f"{'Bars' if bars else 'Dots'} in {len(table)} rows: {_inside(xlabel)}"
    said += f", {names[0]} as dots and {names[1]} as diamonds" if beside else ""
    return fig, f"{said}. {highest(table[label], table[value], share=percent)}"


def _inside(name: str) -> str:
    """The name of an axis within a sentence; a capital before another or a digit, as in F1, stays."""
    return name if name[1:2].isupper() or name[1:2].isdigit() else name[:1].lower() + name[1:]


@drawing
def keyness_bars(table: pd.DataFrame, *, target: str, reference: str, significant: float = 0.05) -> tuple[Figure, str]:
    """The words that set each ``side`` apart: a panel a side, a bar a row of `table` at its ``log_ratio``.

    The panels of `target` and `reference` come first. Behind a bar is in how many of the side's documents the word is
    (``documents``, ``of_documents``). A bar is filled where ``q_documents`` is below `significant`, hollow where it is
    not, or not known.
    """
    sides = sorted(dict.fromkeys(table["side"]), key=lambda side: (side != target, side != reference))
    across = min(2, len(sides))
    down = -(-len(sides) // across)
    deep = int(table["side"].value_counts().max()) if sides else 1
    fig = Figure(figsize=(room(), 0.85 + down * (0.3 + 0.17 * deep)))
    axes = fig.subplots(down, across, squeeze=False, sharex=True)
    top = float(table["log_ratio"].abs().max())
    holding, of = (table[name].map("{:,.0f}".format) for name in ("documents", "of_documents"))
    held = (holding + " of " + of).where(table["of_documents"].notna(), "")  # a frequency list has no documents
    letters = int(room() / across / LETTER)
    heads = apart(sides, lambda name: cut(name, int(0.85 * letters)))
    sure = table["q_documents"] < significant
    for ax, side, head in zip(axes.flat, sides, heads, strict=False):
        own = table[table["side"] == side]
        y, ratio = np.arange(len(own)), own["log_ratio"].abs().to_numpy(dtype=float)
        filled = sure[own.index].to_numpy()
        ax.barh(y[filled], ratio[filled], color=COLOURS["blue"], height=0.65)
        ax.barh(y[~filled], ratio[~filled], color="white", edgecolor=COLOURS["blue"], linewidth=0.8, height=0.65)
        ax.set_yticks(y, [cut(term, int(0.45 * letters)) for term in own["term"]], fontsize=7.5)
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
    handles = [Patch(facecolor=COLOURS["blue"], label="more than chance explains")] * bool(sure.any())
    handles += [Patch(facecolor="white", edgecolor=COLOURS["blue"], label="may be chance")] * (not sure.all())
    legend_above(fig, handles)
    fig.supxlabel("Log ratio (1: twice the rate of the others); in n of m documents", fontsize=7.5)
    fig.draw_without_rendering()  # labels beside several drawings need the layout to be gone over once more
    said = f"Bars in {len(sides)} panels, the words that each side uses more than the others by log ratio"
    names = table["term"] + " in " + table["side"]
    return fig, f"{said}, {sure.sum() or 'none'} of {len(table)} filled. {highest(names, table['log_ratio'])}"


@drawing
def strip(
    places: pd.DataFrame, *, by: str, order: Sequence[str], words: int, borders: Sequence[int], xlabel: str
) -> tuple[Figure, str]:
    """Where in the running text each of `order` occurs: a row for each value of the column `by`, a mark a ``place``.

    `words` is the number of places, `borders` (see `few`) are those at which a document begins. A column ``times`` says
    how many occurrences a mark is. Where a row has more marks than can be told apart, steps show how many there are in
    each hundredth of the text, each row on a scale of its own.
    """
    rows = {name: y for y, name in enumerate(order)}
    shown = places[places[by].isin(rows)]
    y = np.asarray(shown[by].map(rows), dtype=np.int64)
    times = shown["times"].to_numpy() if "times" in shown else np.ones(len(shown))
    counts = np.bincount(y, times, minlength=len(rows))
    dense = int(counts.max(initial=0)) > CROWDED
    fig, ax = labelled_rows(order)
    ax.vlines(borders, -0.6, len(order) - 0.4, color="#DDDDDD", linewidth=0.5)
    if dense:
        edges = np.linspace(0, max(words, 1), SLICES + 1)
        for row in np.unique(y):
            heights, _ = np.histogram(shown["place"][y == row], edges, weights=times[y == row])
            top = row + 0.36 - 0.72 * heights / heights.max()
            ax.stairs(top, edges, baseline=row + 0.36, fill=True, color=COLOURS["blue"])
    else:
        ax.vlines(shown["place"], y - 0.36, y + 0.36, color=COLOURS["blue"], linewidth=STROKE)
    ax.set_xlim(0, max(words, 1))
    ax.xaxis.set_major_formatter(THOUSANDS)
    name_x(ax, f"{xlabel}; height: how many, a scale per row" if dense else xlabel)
    said = f"Marks in {len(rows)} rows, one for each occurrence in {words:,} running words"
    return fig, f"{said}. {highest(rows, counts)}"


@drawing
def heat_map(
    table: pd.DataFrame,
    *,
    xlabel: str,
    names: Mapping[str, str] | None = None,
    in_time: bool = False,
    half: bool = False,
    outlined: Sequence[Sequence[str]] = (),
) -> tuple[Figure, str]:
    """`table` as a grid, from white (nothing) to blue (much), each cell but 0 with its number.

    The first column names the rows, the others are the columns; `names` says what is written for a row, where that is
    something else. Rows are in the order of their sums, the largest first, and rows of nothing are left out; so are
    columns, unless the grid is `in_time`. Of `half` a grid, one of things with themselves, the cells below the diagonal
    are drawn, in the order of the table. The cells that `outlined` names (row, column) have a black border. Where cells
    have no room for numbers, or there are more than 16 columns, a scale of colours is below, and a dozen columns are
    named.
    """
    called = names or {}
    grid = table.set_index(table.columns[0]).astype(float)
    if not half:
        grid = grid.iloc[np.argsort(-grid.sum(axis=1).to_numpy(), kind="stable")]
        grid = grid[grid.any(axis=1)] if grid.any(axis=None) else grid
        if not in_time:
            grid = grid.iloc[:, np.argsort(-grid.sum().to_numpy(), kind="stable")]
    values = grid.to_numpy()
    if half:
        values = np.where(np.tri(*values.shape, k=-1, dtype=bool), values, np.nan)[1:, :-1]
        grid = grid.iloc[1:, :-1]
    rows, columns = values.shape
    top = np.nanmax(values, initial=0.0) or 1.0
    labels = row_names(called.get(name, name) for name in grid.index)
    cell = (room() - 0.2 - LETTER * _longest_line(labels)) / max(columns, 1)
    high = 1.45 * CELL if any("\n" in label for label in labels) else CELL

    digits = 0 if top >= 10 else 1
    written = {place: f"{value:,.{digits}f}" for place, value in np.ndenumerate(values) if value > 0}
    numbers = {place: text for place, text in written.items() if text.strip("0.")}  # 0.0 says nothing
    # In DejaVu Sans a digit is 0.64 of the size of its letters wide, a sign 0.32.
    widest = max((sum(0.64 if sign.isdigit() else 0.32 for sign in text) for text in numbers.values()), default=0)
    size = next((size for size in (8, 7, 6) if cell > widest * size / 72 + 0.015), None)
    numbered = columns <= NUMBERED and size is not None

    step = 1 if columns <= NUMBERED else -(-columns // 12)
    heads = [_heading(str(name), in_time=in_time, bare=half and place > 0) for place, name in enumerate(grid)]
    two_lines = cell * step > UPRIGHT
    headings = apart(heads, lambda name: in_lines(name, HEADING // 2) if two_lines else cut(name, HEADING))
    upright = cell * step < 0.03 + 0.9 * LETTER * _longest_line(headings)
    turned: dict[str, Any] = {"rotation": 90, "va": "bottom"} if upright else {"va": "bottom"}

    fig, ax = plane(0.7 + high * rows + (0.9 if upright else 0.3) + 0.4 * (not numbered))
    image = ax.imshow(values, cmap="Blues", aspect="auto", vmin=0, vmax=top, interpolation="none")
    ax.set_yticks(np.arange(rows), labels, linespacing=1)
    if half:
        ax.set_xticks([])
        for place in range(0, columns, step):  # on top of its column
            ax.text(place, place - 0.42, headings[place], ha="center", fontsize=8, linespacing=1, **turned)
    else:
        ax.set_xticks(range(0, columns, step), headings[::step], ha="center", linespacing=1, **turned)
        ax.tick_params(top=True, bottom=False, labeltop=True, labelbottom=False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    if numbered:
        for (row, column), text in numbers.items():  # white on the dark half of the scale, black on the bright half
            color = "white" if values[row, column] > 0.6 * top else "black"
            ax.text(column, row, text, ha="center", va="center", fontsize=size, color=color)
    else:
        fig.colorbar(image, ax=ax, orientation="horizontal", pad=0.02, aspect=40, format=THOUSANDS)
    for row_name, column_name in outlined:
        if row_name in grid.index and column_name in grid.columns:
            corner = list(grid.columns).index(column_name) - 0.5, list(grid.index).index(row_name) - 0.5
            ax.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor="black", linewidth=1.4))
    name_x(ax, f"{xlabel}; outlined: more or less than chance explains" if len(outlined) else xlabel)

    cells = table.melt(id_vars=table.columns[0], var_name="column", value_name="cell")
    cells = cells[cells["cell"] > 0]
    if half:  # each pair once
        order = {name: place for place, name in enumerate(table.iloc[:, 0])}
        cells = cells[cells.iloc[:, 0].map(order) > cells["column"].map(order)]
    pairs = cells.iloc[:, 0].astype(object).map(lambda name: called.get(name, name)).astype(str) + " – "
    said = f"Grid of {len(table)} rows and {table.shape[1] - 1} columns: {_inside(xlabel)}"
    return fig, f"{said}. {highest(pairs + cells['column'], cells['cell'])}"


def _longest_line(texts: Iterable[str]) -> int:
    return max((len(line) for text in texts for line in text.split("\n")), default=0)


def _heading(name: str, *, in_time: bool, bare: bool) -> str:
    """What a column is called: a day or month in words, a thing that has a row too without its remark (`bare`)."""
    if in_time and re.fullmatch(r"\d{4}-\d\d(-\d\d)?", name):
        day = day_in_words(pd.Timestamp(name))
        return day if len(name) > 7 else day.partition(" ")[2]
    return re.sub(r" \([^()]*\)$", "", name) if bare else name


@drawing
def position_map(
    spans: pd.DataFrame, *, kinds: Sequence[Sequence[str]], titles: Mapping[str, str]
) -> tuple[Figure, str]:
    """Where in their documents the `spans` (doc_id, n_chars, start, end, kind) are: a bar for each document.

    ``n_chars`` is the length of the document; documents are in the order of the spans, and called by their `titles`.
    `kinds` has each kind and what the legend calls it. Bars too thin to be seen are widened to half a per cent, and are
    one where they would touch.
    """
    row = {doc_id: y for y, doc_id in enumerate(dict.fromkeys(spans["doc_id"]))}
    names = [titles.get(doc_id, doc_id) for doc_id in row]
    fig, ax = labelled_rows(names, legend=True)
    ax.barh(np.arange(len(row)), 100, color="#EEEEEE", height=0.72)
    handles = []
    looks = [("orange", ""), ("blue", "////"), ("green", "...."), ("vermillion", "xxxx")]
    for (kind, name), (colour, hatch) in zip(kinds, looks, strict=False):
        own = spans[spans["kind"] == kind]
        start, end = (100 * own[side].to_numpy() / own["n_chars"].to_numpy() for side in ("start", "end"))
        y, left, right = _widened(own["doc_id"].map(row).to_numpy(dtype=np.int64), start, end)
        # One shape for all bars: thousands of them, hatched ones above all, are heavy and slow to draw.
        corners = [(left, y + 0.36), (left, y - 0.36), (right, y - 0.36), (right, y + 0.36)]
        bars = np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)
        style: dict[str, Any] = {"facecolor": COLOURS[colour], "edgecolor": "white", "hatch": hatch}
        ax.add_patch(PathPatch(Path.make_compound_path_from_polys(bars), linewidth=0.4, **style))
        if len(own):
            handles.append(Patch(label=name, **style))
    legend_above(fig, handles)
    ax.set_xlim(0, 100)
    name_x(ax, "Place in the document (% of its characters)")
    share = (spans["end"] - spans["start"]) / spans["n_chars"]
    share = share.groupby(spans["doc_id"], sort=False).sum().clip(upper=1)
    said = f"A bar for each of {len(share)} documents, the repeated sentences marked"
    return fig, f"{said}. {highest(names, share, share=True)}"


def _widened(row: Ints, left: Floats, right: Floats) -> tuple[Ints, Floats, Floats]:
    """Widen thin bars (row, left, right, in per cent) and merge those that then overlap, in the order of the text."""
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
