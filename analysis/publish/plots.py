"""The drawings: each takes a measure's table and gives a matplotlib figure."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import StrMethodFormatter
from numpy.typing import NDArray

from analysis.publish.figures import COLOURS, WIDTH, style

IntArray = NDArray[np.int64]
Floats = NDArray[np.float64]

THOUSANDS = StrMethodFormatter("{x:,g}")
NUMBERED = 16  # columns of a grid up to which each cell has its number
LETTER = 0.066  # inches, about, that a letter of a label takes
SLANTED = 0.2  # inches between two headings below which slanted ones would lie on each other
THIN = 0.5  # per cent of a document from which a bar has a white border, which would cover a thinner one
LONGEST_LABEL = 44  # characters of an axis label; a longer one is cut in the middle


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
    """One dot a row of `table` at `value`, with its interval (columns ci_low, ci_high), the first row on top.

    A hollow diamond stands at the column `beside`, if there is one; `names` are then what the legend calls the two. A
    dashed line stands at `line`, a threshold. The scale begins at 0, or lower where an interval does.
    """
    with style():
        fig, ax = labelled_rows(len(table), table[label], legend=beside is not None)
        y = np.arange(len(table))
        known = table["ci_low"].notna()
        ax.hlines(y[known], table["ci_low"][known], table["ci_high"][known], color=COLOURS["sky"], linewidth=3.2)
        ax.plot(table[value], y, "o", color=COLOURS["blue"], markersize=4.5, clip_on=False)  # whole at 0 too
        if beside:
            ax.plot(table[beside], y, "D", color=COLOURS["black"], markerfacecolor="white", markersize=4, clip_on=False)
            fig.legend(handles=ax.lines[-2:], labels=list(names), loc="outside upper left", ncols=2)
        if line is not None:
            ax.axvline(line, color=COLOURS["vermillion"], linewidth=1, linestyle="--")
        ax.set_xlim(left=min(0, np.nanmin(table[["ci_low", value]].to_numpy(dtype=float), initial=0)))
        ax.set_xlabel(xlabel)
        ax.xaxis.set_major_formatter(THOUSANDS)
        ax.grid(axis="x")
    return fig


def keyness_bars(table: pd.DataFrame, *, target: str, reference: str, significant: float = 0.05) -> Figure:
    """One bar a row at its ``log_ratio``, to the right for the target and to the left for the reference.

    The line through a bar is its interval (ci_low, ci_high), the number at its end G2. A bar is filled where ``q`` is
    below `significant`, hollow where it is not.
    """
    with style():
        fig, ax = labelled_rows(len(table), table["term"], legend=True)
        y = np.arange(len(table))
        ratio = table["log_ratio"].to_numpy(dtype=float)
        sure = (table["q"] < significant).to_numpy()
        sides = ((ratio >= 0, COLOURS["blue"], "", target), (ratio < 0, COLOURS["orange"], "////", reference))
        for side, colour, hatch, _ in sides:
            ax.barh(y[side & sure], ratio[side & sure], color=colour, edgecolor="white", hatch=hatch, height=0.7)
            ax.barh(y[side & ~sure], ratio[side & ~sure], color="white", edgecolor=colour, height=0.7)
        ax.hlines(y, table["ci_low"], table["ci_high"], color=COLOURS["black"], linewidth=1)
        reach = 1.05 * float(
            np.nanmax(np.abs(table[["log_ratio", "ci_low", "ci_high"]].to_numpy(dtype=float)), initial=1)
        )
        for row, g2 in enumerate(table["g2"]):
            ax.text(1.19 * reach, row, f"{g2:,.1f}", ha="right", va="center", fontsize=7)
        ax.text(1.19 * reach, -0.75, "G²", ha="right", va="bottom", fontsize=7)
        ax.set_xlim(-reach, 1.2 * reach)
        ax.axvline(0, color="#444444", linewidth=0.8)
        ax.set_xlabel("Log ratio (1: twice the rate)")
        ax.grid(axis="x")
        handles = [
            Patch(facecolor=c, edgecolor="white", hatch=h, label=f"more in {cut(n, 20)}") for _, c, h, n in sides
        ]
        handles.append(Patch(facecolor="white", edgecolor="#444444", label=f"q ≥ {significant:g}"))
        fig.legend(handles=handles, loc="outside upper left", ncols=3)
    return fig


def strip(places: pd.DataFrame, borders: Sequence[int], *, by: str, order: Sequence[str], xlabel: str) -> Figure:
    """Where in the running text each of `order` stands: a row for each value of the column `by`, a mark a ``place``.

    `borders` are the places at which a document begins, and at the end how many there are in all.
    """
    with style():
        fig, ax = labelled_rows(len(order), order)
        rows = {name: y for y, name in enumerate(order)}
        shown = places[places[by].isin(rows)]
        if len(borders) <= 200:  # more of them would be a grey field
            ax.vlines(borders[1:-1], -0.6, len(order) - 0.4, color="#DDDDDD", linewidth=0.5)
        y = shown[by].map(rows).to_numpy(dtype=float)
        ax.vlines(shown["place"], y - 0.36, y + 0.36, color=COLOURS["blue"], linewidth=0.7)
        ax.set_xlim(0, max(borders[-1], 1))
        ax.set_xlabel(xlabel)
        ax.xaxis.set_major_formatter(THOUSANDS)
    return fig


def heat_map(table: pd.DataFrame, *, xlabel: str) -> Figure:
    """`table` as a grid, its index down the side and its columns along the top, each cell with its number.

    An empty cell is grey. Where the cells have no room for numbers, as in more than 16 columns, a scale of colours
    stands at the side; of more than 16 columns a dozen are named.
    """
    with style():
        rows, columns = table.shape
        named = range(0, columns, 1 if columns <= NUMBERED else -(-columns // 12))
        labels = [cut(name, LONGEST_LABEL if columns <= 10 else 30) for name in table.index]
        cell = (WIDTH - 0.2 - LETTER * max(map(len, labels), default=0)) / max(columns, 1)
        fig = Figure(figsize=(WIDTH, 1.25 + 0.235 * rows))
        ax = fig.add_subplot()
        values = table.to_numpy(dtype=float)
        top = np.nanmax(values, initial=0.0) or 1.0
        ax.set_facecolor("#EEEEEE")
        image = ax.imshow(values, cmap="cividis", aspect="auto", vmin=0, vmax=top, interpolation="none")
        ax.set_yticks(np.arange(rows), labels)
        names = [cut(table.columns[column], 24) for column in named]
        upright = cell * named.step < SLANTED
        turned = {"rotation": 90, "va": "center"} if upright else {"rotation": 35}
        ax.set_xticks(list(named), names, ha="left", rotation_mode="anchor", **turned)
        ax.tick_params(length=0, top=True, bottom=False, labeltop=True, labelbottom=False)
        ax.spines[:].set_visible(False)
        size = 7 if columns <= 10 else 5.5
        if columns <= NUMBERED and cell > 3 * LETTER * size / 8:
            _numbers(ax, values, top, size=size)
        else:
            fig.colorbar(image, ax=ax, pad=0.02)
        ax.set_xlabel(xlabel)
    return fig


def _numbers(ax: Axes, values: NDArray[np.float64], top: float, *, size: float) -> None:
    """Each number of a grid in its cell: white on the dark half of the scale, black on the bright half."""
    for (row, column), number in np.ndenumerate(values):
        if not np.isnan(number):
            text = f"{number:,.0f}" if top >= 20 else f"{number:.1f}"
            color = "white" if number < 0.6 * top else "black"
            ax.text(column, row, text, ha="center", va="center", fontsize=size, color=color)


def position_map(spans: pd.DataFrame, lengths: pd.Series, *, kinds: dict[str, str]) -> Figure:
    """Where in each document the `spans` (doc_id, start, end, kind) stand: one bar a document, from beginning to end.

    `lengths` gives each document's characters, by doc_id, in the order of drawing; `kinds` names each in the legend.
    Bars too thin to be seen are widened to half a per cent, and are one where they would touch.
    """
    hatches = ["", "////", "....", "xxxx"]
    palette = [COLOURS["orange"], COLOURS["blue"], COLOURS["green"], COLOURS["vermillion"]]
    with style():
        fig, ax = labelled_rows(len(lengths), lengths.index, legend=True)
        row = {doc_id: y for y, doc_id in enumerate(lengths.index)}
        ax.barh(np.arange(len(lengths)), 100, color="#EEEEEE", height=0.72)
        for (kind, _), colour, hatch in zip(kinds.items(), palette, hatches, strict=False):
            own = spans[(spans["kind"] == kind) & spans["doc_id"].isin(row)]
            size = own["doc_id"].map(lengths).to_numpy(dtype=float)
            start, end = (100 * own[side].to_numpy() / size for side in ("start", "end"))
            y, left, right = _widened(own["doc_id"].map(row).to_numpy(dtype=np.int64), start, end)
            ax.barh(
                y, right - left, left=left, color=colour, edgecolor="white", linewidth=0.4, hatch=hatch, height=0.72
            )
        shown = zip(kinds.items(), palette, hatches, strict=False)
        handles = [Patch(facecolor=c, edgecolor="white", hatch=h, label=name) for (_, name), c, h in shown]
        fig.legend(handles=handles, loc="outside upper left", ncols=len(kinds))
        ax.set_xlim(0, 100)
        ax.set_xlabel("Place in the document (% of its characters)")
    return fig


def _widened(row: IntArray, left: Floats, right: Floats) -> tuple[IntArray, Floats, Floats]:
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


def change_dots(table: pd.DataFrame, *, label: str, before: str, after: str, xlabel: str) -> Figure:
    """Two dots a row, the column `before` hollow and `after` filled, joined by a line; the legend names the columns."""
    with style():
        fig, ax = labelled_rows(len(table), table[label], legend=True)
        y = np.arange(len(table))
        ax.hlines(y, table[after], table[before], color="#999999", linewidth=1)
        ax.plot(table[before], y, "o", color=COLOURS["vermillion"], markerfacecolor="white", markersize=5, label=before)
        ax.plot(table[after], y, "o", color=COLOURS["blue"], markersize=5, label=after)
        ax.set_xlim(left=0)
        ax.set_xlabel(xlabel)
        ax.grid(axis="x")
        fig.legend(loc="outside upper left", ncols=2)
    return fig


def labelled_rows(
    count: int, labels: Sequence[str] | pd.Series | pd.Index, *, legend: bool = False
) -> tuple[Figure, Axes]:
    """A figure with room for `count` labelled rows, the first on top."""
    fig = Figure(figsize=(WIDTH, 0.75 + 0.3 * legend + 0.2 * max(count, 3)))
    ax = fig.add_subplot()
    ax.set_yticks(np.arange(count), [cut(label) for label in labels])
    ax.set_ylim(count - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return fig, ax


def cut(label: object, longest: int = LONGEST_LABEL) -> str:
    text = str(label)
    return text if len(text) <= longest else f"{text[: longest // 2]}…{text[-longest // 2 + 1 :]}"
