"""The drawings: each takes a measure's table and gives a matplotlib figure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from analysis.core.compiled import Floats, Ints
from analysis.core.intervals import FEW
from analysis.publish.figures import (
    LETTER,
    THOUSANDS,
    WIDTH,
    cut,
    drawing,
    labelled_rows,
    legend_above,
    longest,
    name_x,
    plane,
    room,
)
from analysis.publish.findings.wording import with_words
from analysis.publish.markup import COLOURS
from analysis.text.tokens import Tokens

RANGE = ("lowest", "highest")  # columns
SCALE = 0.8  # inches, about, that a scale of colours takes
NUMBERED = 16  # columns of a grid up to which each cell has its number
SLANTED = 0.2  # inches between two headings below which slanted ones would lie on each other
STROKE = 0.7  # points, the width of a mark in a strip
CROWDED = 300  # marks in a row of a strip from which they run into each other
SLICES = 100  # of the running text, for each of which a crowded strip says how many marks there are
PALE = "#C9DFEF"
MANY = 300  # bars of a kind in a map from which they are drawn as one shape
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

    >>> from analysis import tokenize
    >>> from analysis.terms.frequency import terms
    >>> from analysis.text.corpus import read_texts
    >>> tokens = tokenize(read_texts(["War is war.", "Peace is near."]))
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


def ends_of(table: pd.DataFrame) -> list[str]:
    """The columns of the ends of a line: of the range where `ranged` has found one, else of the interval."""
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
) -> Figure:
    """One dot a row of `table` at `value`, with its interval (ci_low, ci_high, if it has them), the first row on top.

    A table with the range of a few documents, see `ranged`, has that in the place of the interval.

    A hollow diamond marks the column `beside`, if there is one; `names` are then what the legend calls the two. A
    dashed line marks `line`, a threshold. The scale begins at 0, or lower where an interval does.
    """
    fig, ax = labelled_rows(len(table), table[label], legend=beside is not None)
    y = np.arange(len(table))
    low, high = (table.get(end, pd.Series(np.nan, table.index)) for end in ends_of(table))
    known = low.notna()
    ax.hlines(y[known], low[known], high[known], color=COLOURS["sky"], linewidth=3.2)
    ax.plot(table[value], y, "o", color=COLOURS["blue"], markersize=4.5, clip_on=False)  # whole at 0 too
    if beside:
        ax.plot(table[beside], y, "D", color=COLOURS["black"], markerfacecolor="white", markersize=4, clip_on=False)
        legend_above(fig, ax.lines[-2:], names)
    if line is not None:
        ax.axvline(line, color=COLOURS["vermillion"], linewidth=1, linestyle="--")
    ax.set_xlim(left=min(0, low.min(), table[value].min()))
    ax.xaxis.set_major_formatter(THOUSANDS)
    ax.grid(axis="x")
    name_x(ax, xlabel)
    return fig


@drawing
def keyness_bars(table: pd.DataFrame, *, target: str, reference: str, significant: float = 0.05) -> Figure:
    """One bar a row at its ``log_ratio``, to the right for the target and to the left for the reference.

    The line through a bar is its interval (ci_low, ci_high), the number at its end G2. A bar is filled where
    ``q_documents`` is below `significant`, hollow where it is not, or not known.
    """
    fig, ax = labelled_rows(len(table), table["term"], legend=True)
    y = np.arange(len(table))
    ratio = table["log_ratio"].to_numpy(dtype=float)
    sure = (table["q_documents"] < significant).to_numpy()
    sides = ((ratio >= 0, COLOURS["blue"], "", target), (ratio < 0, COLOURS["orange"], "////", reference))
    for side, colour, hatch, _ in sides:
        ax.barh(y[side & sure], ratio[side & sure], color=colour, edgecolor="white", hatch=hatch, height=0.7)
        ax.barh(y[side & ~sure], ratio[side & ~sure], color="white", edgecolor=colour, height=0.7)
    ax.hlines(y, table["ci_low"], table["ci_high"], color=COLOURS["black"], linewidth=1)
    reach = 1.05 * float(np.nanmax(np.abs(table[["log_ratio", "ci_low", "ci_high"]].to_numpy(dtype=float)), initial=1))
    for row, g2 in enumerate(table["g2"]):
        ax.text(1.19 * reach, row, f"{g2:,.1f}", ha="right", va="center", fontsize=7)
    ax.text(1.19 * reach, -0.75, "G²", ha="right", va="bottom", fontsize=7)
    ax.set_xlim(-reach, 1.2 * reach)
    ax.axvline(0, color="#444444", linewidth=0.8)
    ax.grid(axis="x")
    handles = []
    for _, colour, hatch, name in sides:
        more = f"more in {cut(name, longest(20))}"
        handles.append(Patch(facecolor=colour, edgecolor="white", hatch=hatch, label=more))
    handles.append(Patch(facecolor="white", edgecolor="#444444", label="may be chance"))
    legend_above(fig, handles)
    name_x(ax, "Log ratio (1: twice the rate)")
    return fig


@drawing
def strip(
    places: pd.DataFrame, *, by: str, order: Sequence[str], words: int, borders: Sequence[int], xlabel: str
) -> Figure:
    """Where in the running text each of `order` occurs: a row for each value of the column `by`, a mark a ``place``.

    `words` is how many places there are in all, `borders` (see `few`) are those at which another document begins. Where
    a row has more marks than can be told apart, they are a pale ground, and dark steps on it say how dense they are. A
    column ``times`` says how many occurrences a mark is.
    """
    rows = {name: y for y, name in enumerate(order)}
    shown = places[places[by].isin(rows)]
    y = np.asarray(shown[by].map(rows), dtype=np.int64)
    times = shown["times"].to_numpy() if "times" in shown else np.ones(len(shown))
    dense = int(np.bincount(y, times).max(initial=0)) > CROWDED
    fig, ax = labelled_rows(len(order), order, legend=dense)
    ax.vlines(borders, -0.6, len(order) - 0.4, color="#DDDDDD", linewidth=0.5)
    if dense:
        _dense_strip(fig, ax, y, shown["place"].to_numpy(dtype=float), times, max(words, 1))
    else:
        ax.vlines(shown["place"], y - 0.36, y + 0.36, color=COLOURS["blue"], linewidth=STROKE)
    ax.set_xlim(0, max(words, 1))
    ax.xaxis.set_major_formatter(THOUSANDS)
    name_x(ax, xlabel)
    return fig


def _dense_strip(fig: Figure, ax: Axes, row: Ints, place: Floats, times: Floats, words: int) -> None:
    """Marks too dense to tell apart: pale where they cover the row, and on it how many each slice of the text has."""
    y, left, right = _covered(row, place, words * STROKE / 72 / room())
    ground = _boxes(y, left, right)
    ax.add_patch(PathPatch(ground, facecolor=PALE, edgecolor=PALE, linewidth=STROKE))
    edges = np.linspace(0, words, SLICES + 1)
    for y in np.unique(row):
        counts, _ = np.histogram(place[row == y], edges, weights=times[row == y])
        ax.stairs(y + 0.36 - 0.72 * counts / counts.max(), edges, baseline=y + 0.36, fill=True, color=COLOURS["blue"])
    handles = [
        Patch(color=PALE, label="where it stands"),
        Patch(color=COLOURS["blue"], label=f"how many in each {SLICES}th of the text, a scale per row"),
    ]
    legend_above(fig, handles)


def _boxes(row: Ints, left: Floats, right: Floats) -> Path:
    """Bars as one shape: a picture of thousands of shapes, hatched ones above all, is heavy and slow to draw."""
    low, high = row + 0.36, row - 0.36
    corners = [(left, low), (left, high), (right, high), (right, low)]
    return Path.make_compound_path_from_polys(np.stack([np.stack(corner, axis=1) for corner in corners], axis=1))


def _covered(row: Ints, place: Floats, reach: float) -> tuple[Ints, Floats, Floats]:
    """What the places of each row cover (row, first, last), where those not further apart than `reach` are one.

    >>> [side.tolist() for side in _covered(np.array([0, 1, 0, 0]), np.array([4.0, 5, 1, 2]), 1)]
    [[0, 0, 1], [1.0, 4.0, 5.0], [2.0, 4.0, 5.0]]
    """
    order = np.lexsort((place, row))
    row, place = row[order], place[order]
    apart = np.ones(len(row), dtype=bool)
    apart[1:] = (row[1:] != row[:-1]) | (place[1:] - place[:-1] > reach)
    begins = np.flatnonzero(apart)
    return row[begins], place[begins], place[np.append(begins[1:], len(row)) - 1]


@drawing
def heat_map(table: pd.DataFrame, *, xlabel: str, names: Mapping[str, str] | None = None) -> Figure:
    """`table` as a grid, from white (nothing) to blue (much), each cell but 0 with its number.

    The first column names the rows, the others are the columns.

    `names` says what is written for a row, where it is not what the first column has. An empty cell is grey. Where the
    cells have no room for numbers, as in more than 16 columns, a scale of colours is at the side; of more than 16
    columns a dozen are named.
    """
    grid = table.iloc[:, 1:]
    rows, columns = grid.shape
    named = range(0, columns, 1 if columns <= NUMBERED else -(-columns // 12))
    written = [(names or {}).get(name, name) for name in table.iloc[:, 0]]
    labels = [cut(name, longest(44 if columns <= 10 else 30)) for name in written]
    values = grid.to_numpy(dtype=float)
    top = np.nanmax(values, initial=0.0) or 1.0
    numbers = {place: _number(value, top) for place, value in np.ndenumerate(values) if value > 0}
    size = 7 if columns <= 10 else 6
    cell = (room() - 0.2 - LETTER * max(map(len, labels), default=0)) / max(columns, 1)
    numbered = columns <= NUMBERED and cell > max(map(_ems, numbers.values()), default=0) * size / 72 + 0.015
    fig, ax = plane(1.25 + 0.235 * rows)
    ax.set_facecolor("#EEEEEE")
    image = ax.imshow(values, cmap="Blues", aspect="auto", vmin=0, vmax=top, interpolation="none")
    ax.set_yticks(np.arange(rows), labels)
    headings = [cut(grid.columns[column], 24) for column in named]
    upright = (cell - (0 if numbered else SCALE / columns)) * named.step < SLANTED
    turned = {"rotation": 90, "va": "center"} if upright else {"rotation": 35}
    ax.set_xticks(list(named), headings, ha="left", rotation_mode="anchor", **turned)
    ax.tick_params(length=0, top=True, bottom=False, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    if numbered:
        for (row, column), text in numbers.items():  # white on the dark half of the scale, black on the bright half
            color = "white" if values[row, column] > 0.6 * top else "black"
            ax.text(column, row, text, ha="center", va="center", fontsize=size, color=color)
    else:
        fig.colorbar(image, ax=ax, pad=0.02, format=THOUSANDS)
    if room() < WIDTH:  # headings that lean out of a narrow grid need the layout to be gone over once more
        fig.draw_without_rendering()
    name_x(ax, xlabel)
    return fig


def _number(value: float, top: float) -> str:
    return f"{value:,.0f}" if top >= 20 else f"{value:.1f}"


def _ems(number: str) -> float:
    """How wide a number is in letters of DejaVu Sans, as a multiple of their size."""
    return sum(0.64 if sign.isdigit() else 0.32 for sign in number)


@drawing
def position_map(spans: pd.DataFrame, *, kinds: Sequence[Sequence[str]]) -> Figure:
    """Where in their documents the `spans` (doc_id, n_chars, start, end, kind) are: a bar for each document.

    ``n_chars`` is how long the document is; the documents are in the order of the spans. `kinds` has each kind and
    what the legend calls it. Bars too thin to be seen are widened to half a per cent, and are one where they would
    touch.
    """
    hatches = ["", "////", "....", "xxxx"]
    palette = [COLOURS["orange"], COLOURS["blue"], COLOURS["green"], COLOURS["vermillion"]]
    row = {doc_id: y for y, doc_id in enumerate(dict.fromkeys(spans["doc_id"]))}
    fig, ax = labelled_rows(len(row), list(row), legend=True)
    ax.barh(np.arange(len(row)), 100, color="#EEEEEE", height=0.72)
    for (kind, _), colour, hatch in zip(kinds, palette, hatches, strict=False):
        own = spans[spans["kind"] == kind]
        start, end = (100 * own[side].to_numpy() / own["n_chars"].to_numpy() for side in ("start", "end"))
        y, left, right = _widened(own["doc_id"].map(row).to_numpy(dtype=np.int64), start, end)
        look: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.4, "hatch": hatch}
        if len(y) > MANY:
            ax.add_patch(PathPatch(_boxes(y, left, right), facecolor=colour, **look))
        else:
            ax.barh(y, right - left, left=left, color=colour, height=0.72, **look)
    shown = zip(kinds, palette, hatches, strict=False)
    handles = [Patch(facecolor=c, edgecolor="white", hatch=h, label=name) for (_, name), c, h in shown]
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


@drawing
def change_dots(table: pd.DataFrame, *, label: str, before: str, after: str, xlabel: str) -> Figure:
    """Two dots a row, the column `before` hollow and `after` filled, joined by a line; the legend names the columns."""
    fig, ax = labelled_rows(len(table), table[label], legend=True)
    y = np.arange(len(table))
    ax.hlines(y, table[after], table[before], color="#999999", linewidth=1)
    ax.plot(table[before], y, "o", color=COLOURS["vermillion"], markerfacecolor="white", markersize=5, label=before)
    ax.plot(table[after], y, "o", color=COLOURS["blue"], markersize=5, label=after)
    ax.set_xlim(left=0)
    if ax.get_xlim()[1] >= 1000:
        ax.xaxis.set_major_formatter(THOUSANDS)
    ax.grid(axis="x")
    legend_above(fig, ax.lines)
    name_x(ax, xlabel)
    return fig


def few(borders: Ints | Sequence[int], most: int = 200) -> list[int]:
    """The places of `borders`, none where there are more than `most`: so many lines would be a grey field.

    >>> few([3, 6]), few([3, 6], most=1)
    ([3, 6], [])
    """
    return np.asarray(borders).tolist() if len(borders) <= most else []
