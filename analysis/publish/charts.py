"""Drawings in a plane: points against two scales, lines over time, networks. Each takes tables and gives a figure.

Clouds of points are pictures inside the drawing: as shapes, a large vocabulary would make files of many megabytes.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from analysis.publish.figures import LETTER, THOUSANDS, drawing, plane, room
from analysis.publish.markup import COLOURS

WIDE = 5_000_000  # running words
CLOUD: dict[str, Any] = {"color": COLOURS["sky"], "markersize": 3, "markeredgewidth": 0, "rasterized": True}


@drawing
def labelled_points(
    table: pd.DataFrame,
    *,
    x: str,
    y: str,
    label: str,
    xlabel: str,
    ylabel: str,
    most: int = 40,
    bounds: tuple[float, float] = (-0.02, 1.02),
) -> Figure:
    """A point a row at `x` (logarithmic) and `y` (between `bounds`), the first rows labelled as far as there is room.

    Up to `most` rows get their `label`, in the order of the table, each beside its point where it meets no other label.
    """
    fig, ax = plane(3.9)
    ax.plot(table[x], table[y], "o", alpha=0.6, **CLOUD)
    ax.set_xscale("log")
    _count_scale(ax.xaxis, table[x], fine=1000)
    ax.set_ylim(*bounds)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.grid()
    _labels(fig, ax, table.head(most), x=x, y=y, label=label)
    return fig


@drawing
def small_multiples(table: pd.DataFrame, *, x: str, y: str, by: str, ylabel: str, titles: dict[str, str]) -> Figure:
    """A panel for each value of `by`, in the order of the table: `y` over the dates `x`, ci_low to ci_high as a band.

    All panels have one scale. Dates without a value leave a gap. `titles` says what is written above each panel.
    """
    names = list(dict.fromkeys(table[by]))
    columns = min(3 if room() > 6 else 2, len(names))
    rows = -(-len(names) // columns)
    long = int((room() - 0.5) / columns / LETTER)  # letters that a title may have in a line
    fig = Figure(figsize=(room(), 0.7 + 1.25 * rows))
    axes = fig.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for ax, name in zip(axes.flat, names, strict=False):
        own = table[table[by] == name]
        ax.fill_between(own[x], own["ci_low"], own["ci_high"], color=COLOURS["sky"], alpha=0.4, linewidth=0)
        ax.plot(own[x], own[y], "o-", color=COLOURS["blue"], markersize=3, linewidth=1.2, clip_on=False)
        fits = len(titles[name]) <= long
        ax.set_title(titles[name] if fits else titles[name].replace(" (", "\n(", 1), fontsize=7.5)
        ax.grid(axis="y")
        ax.yaxis.set_major_locator(MaxNLocator(4))
        ax.yaxis.set_major_formatter(THOUSANDS)
        locator = AutoDateLocator(minticks=2, maxticks=5)  # type: ignore[no-untyped-call]
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes[0, 0].set_ylim(bottom=0)  # for all of them, now that all is drawn
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    for ax in axes.flat[: len(names)][-columns:]:
        ax.tick_params(labelbottom=True)
    fig.supylabel(ylabel, fontsize=8.5)
    return fig


@drawing
def rank_curve(table: pd.DataFrame, growth: pd.DataFrame) -> Figure:
    """Zipf's and Heaps' laws: frequency by rank and, beside or below, types by running words, each with its fit.

    `table` has rank, count, fitted (one row a term), `growth` words, types, fitted. All scales of the first are
    logarithmic.
    """
    aside = room() > 4
    fig = Figure(figsize=(room(), 2.6 if aside else 4.6))
    left, right = fig.subplots(*((1, 2) if aside else (2, 1)))
    for ax, data, x, y in ((left, table, "rank", "count"), (right, growth, "words", "types")):
        ax.plot(data[x], data[y], "o", label="counted", **CLOUD)
        ax.plot(data[x], data["fitted"], color=COLOURS["black"], linewidth=1, linestyle="--", label="fitted")
        ax.grid()
        ax.legend(loc="best")
    left.set_xscale("log")
    left.set_yscale("log")
    left.set_ylim(bottom=0.7)
    left.set_xlabel("Rank of the word")
    left.set_ylabel("Occurrences")
    right.set_xlabel("Running words")
    right.set_ylabel("Different words so far")
    _count_scale(left.xaxis, table["rank"], fine=100)  # across, numbers have less room
    _count_scale(left.yaxis, table["count"], fine=1000)
    wide = 2 if growth["words"].max() > WIDE else 3  # numbers as long leave room for fewer
    for axis, most in ((right.xaxis, wide), (right.yaxis, 5)):
        axis.set_major_locator(MaxNLocator(most))
        axis.set_major_formatter(THOUSANDS)
    return fig


@drawing
def network(edges: pd.DataFrame, nodes: pd.DataFrame) -> Figure:
    """Pairs as lines (first, second, weight) between words as circles (word, count, x, y).

    The area of a circle goes with the count, the width of a line with the weight.
    """
    fig, ax = plane(5.6)
    place = nodes.set_index("word")[["x", "y"]]
    ends = list(np.stack([place.loc[edges[side]].to_numpy() for side in ("first", "second")], axis=1))
    weight = edges["weight"].to_numpy(dtype=float)
    span = np.ptp(weight) or 1.0
    ax.add_collection(LineCollection(ends, linewidths=0.6 + 2.4 * (weight - weight.min()) / span, colors="#BBBBBB"))
    size = 14 + 140 * nodes["count"] / nodes["count"].max()
    ax.scatter(nodes["x"], nodes["y"], s=size, color=COLOURS["blue"], edgecolor="white", linewidth=0.5, zorder=2)
    ax.margins(0.08)
    ax.set_axis_off()
    order = nodes.sort_values(["count", "word"], ascending=[False, True])
    _labels(fig, ax, order, x="x", y="y", label="word", radius=6)
    return fig


def _count_scale(axis: Axis, values: pd.Series, *, fine: int) -> None:
    """Ticks of a logarithmic axis at round counts: 1, 2, 5, 10 up to `fine` times the least, else powers of ten."""
    is_long, is_longest = (values.max() > times * fine * values.min() for times in (1, 1000))
    subs = (1.0,) if is_long else (1.0, 2.0, 5.0)
    axis.set_major_locator(LogLocator(base=1000.0 if is_longest else 10.0, subs=subs))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(THOUSANDS)


def _labels(
    fig: Figure, ax: Axes, table: pd.DataFrame, *, x: str, y: str, label: str, radius: float | None = None
) -> None:
    """Write each row's label beside its point, where it covers no earlier label: right, left, above or below.

    One that fits nowhere is left out. With the `radius` of the points in points of print, labels keep off all points,
    and one that fits nowhere is written to the right all the same.
    """
    off = 4.0 if radius is None else radius
    across = [(off, 0.0, "left", "center"), (-off, 0.0, "right", "center")]
    places = [*across, (0.0, off, "center", "bottom"), (0.0, -off, "center", "top")]
    canvas = FigureCanvasAgg(fig)
    canvas.draw()  # type: ignore[no-untyped-call]
    inside = ax.get_window_extent() if radius is None else fig.bbox
    taken: list[tuple[float, float, float, float]] = []
    if radius is not None:
        reach = 0.7 * radius * fig.dpi / 72
        for right, up in ax.transData.transform(table[[x, y]].to_numpy(dtype=float)):
            taken.append((right - reach, up - reach, right + reach, up + reach))
    for row in table.to_dict("records"):
        for number, (dx, dy, ha, va) in enumerate((*places, places[0])):
            text = ax.annotate(
                str(row[label]), (row[x], row[y]), (dx, dy), textcoords="offset points", ha=ha, va=va, fontsize=7
            )
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.2})
            box = _box(text, canvas)
            free = inside.x0 <= box[0] and box[2] <= inside.x1 and inside.y0 <= box[1] and box[3] <= inside.y1
            if (free and not _meets(box, taken)) or (radius is not None and number == len(places)):
                taken.append(box)
                break
            text.remove()


def _box(text: Annotation, canvas: FigureCanvasAgg) -> tuple[float, float, float, float]:
    extent = text.get_window_extent(canvas.get_renderer())  # type: ignore[no-untyped-call]
    return extent.x0, extent.y0, extent.x1, extent.y1


def _meets(box: tuple[float, float, float, float], others: Sequence[tuple[float, float, float, float]]) -> bool:
    return any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in others)
