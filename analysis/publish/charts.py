"""Drawings in a plane: points against two scales, lines over time, a document against itself, passages by date.

Clouds of points and strokes are rasterized: as shapes, a large vocabulary would make files of many megabytes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.dates import AutoDateLocator, date2num, num2date
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from analysis.publish.figures import (
    LETTER,
    PERCENT,
    THOUSANDS,
    cut,
    day_in_words,
    drawing,
    highest,
    legend_above,
    name_x,
    plane,
    room,
)
from analysis.publish.findings.wording import counted
from analysis.publish.markup import COLOURS

WIDE = 100_000  # running words
ASIDE = 3.6  # inches from which two drawings have room beside each other
SMOOTH = 2000  # strokes up to which their edges are smoothed
WAY = 0.55  # inches, of a passage and its two lines
APART = 2.0  # points between two labels
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
) -> tuple[Figure, str]:
    """A point a row at `x` (logarithmic) and `y` (from 0), the first `most` rows labelled as far as there is room."""
    fig, ax = plane(3.4)
    ax.plot(table[x], table[y], "o", alpha=0.6, **CLOUD)
    ax.set_xscale("log")
    _count_scale(ax.xaxis, table[x], fine=1000)
    ax.margins(0.1)
    ax.set_ylim(bottom=-0.02)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.grid()
    _labels(fig, ax, table.head(most), x=x, y=y, label=label, most=most)
    said = f"Points, one for each of {len(table):,} words: {ylabel} against {xlabel.lower()}"
    return fig, f"{said}. {highest(table[label], table[x])}"


@drawing
def small_multiples(
    table: pd.DataFrame, *, x: str, y: str, by: str, ylabel: str, titles: Mapping[str, str]
) -> tuple[Figure, str]:
    """A panel for each value of `by`, in the order of the table: `y` over the dates `x`, ci_low to ci_high as a band.

    All panels have one scale. Dates without a value leave a gap. `titles` are the panels' titles.
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
        title = titles[name].replace("= -", "= −")  # a true minus sign
        ax.set_title(title if len(title) <= long else title.replace(" (", "\n(", 1), fontsize=7.5)
        ax.grid(axis="y")
        ax.yaxis.set_major_locator(MaxNLocator(4))
        ax.yaxis.set_major_formatter(THOUSANDS)
        _dates(ax, table[x], room() / columns - 0.3)
    axes[0, 0].set_ylim(bottom=0)  # for all of them, now that all is drawn
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    for ax in axes.flat[: len(names)][-columns:]:
        ax.tick_params(labelbottom=True)
    fig.supylabel(ylabel, fontsize=8.5)
    peaks = table.groupby(by, sort=False)[y].max()
    said = highest([f"peak of {name}" for name in peaks.index], peaks)
    return fig, f"Lines over time in {len(peaks)} panels, a word in each: {ylabel.lower()}. {said}"


@drawing
def rank_curve(table: pd.DataFrame, growth: pd.DataFrame) -> tuple[Figure, str]:
    """Zipf's and Heaps' laws: frequency by rank (log-log) and, beside or below, types by running words, with fits.

    `table` has rank, count, fitted (one row a term), `growth` words, types, fitted.
    """
    aside = room() > ASIDE
    fig = Figure(figsize=(room(), 2.4 if aside else 4.6))
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
    _count_scale(left.xaxis, table["rank"], fine=30 if aside else 100)  # across, numbers have less room
    _count_scale(left.yaxis, table["count"], fine=1000)
    wide = 2 if growth["words"].max() > WIDE else 3  # numbers as long leave room for fewer
    for axis, most in ((right.xaxis, wide), (right.yaxis, 5)):
        axis.set_major_locator(MaxNLocator(most))
        axis.set_major_formatter(THOUSANDS)
    return fig, (
        "Two curves with their fits, the frequency of words by rank and new words by running words: "
        f"the most frequent word appears {table['count'].max():,} times, and {growth['words'].max():,} running words "
        f"have {growth['types'].max():,} different ones."
    )


@drawing
def dot_plot(matches: pd.DataFrame, *, words: int, borders: Sequence[int]) -> tuple[Figure, str]:
    """A document against itself: a stroke on both sides of the diagonal for each row of `dots.dot_matches`.

    `words` is the number of running words, `borders` (see `plots.few`) are those at which a paragraph begins.
    """
    fig, ax = plane(min(room(), 5))
    total = max(words, 1)
    ax.vlines(borders, 0, total, color="#E4E4E4", linewidth=0.5)
    ax.hlines(borders, 0, total, color="#E4E4E4", linewidth=0.5)
    ax.plot([0, total], [0, total], color="#999999", linewidth=0.8)
    a, b, long = (matches[name].to_numpy(dtype=float) for name in ("a_word", "b_word", "words"))
    one = np.stack([np.stack([a, b], 1), np.stack([a + long, b + long], 1)], 1)
    strokes = np.concatenate([one, one[:, :, ::-1]])
    # The round end makes a stroke of few words in a long text a point that can be seen.
    smooth = len(strokes) <= SMOOTH
    lines = LineCollection(list(strokes), colors=COLOURS["blue"], linewidths=1.6, antialiaseds=smooth)
    lines.set(capstyle="round", rasterized=True)
    ax.add_collection(lines)
    ax.set_xlim(0, total)
    ax.set_ylim(total, 0)
    ax.set_aspect("equal")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_label_text("Place in the document (words)")
        axis.set_major_locator(MaxNLocator(6, integer=True))
        axis.set_major_formatter(THOUSANDS)
    said = f"{counted(len(matches), 'stroke')} off the diagonal, the longest of {matches['words'].max():,.0f} words"
    return fig, f"A document of {words:,} words against itself, a stroke for each run that it repeats: {said}."


@drawing
def timeline(places: pd.DataFrame, *, most: int = 5) -> tuple[Figure, str]:
    """When passages appear: a line for each of the first `most` families of `spread.families`, a point a day.

    A point of several documents has their number in it. Above a line are the first words of the passage, its numbers of
    documents and sources, and the first source. Places without a date are on the right, outside the line. Raises
    `ValueError` for `most` below 1.
    """
    if most < 1:
        raise ValueError(f"most is {most}: use a number of passages, 1 or more")
    shown = places[places["family"].isin(np.unique(places["family"])[:most])]
    families = [own for _, own in shown.groupby("family", sort=True)]
    fig, ax = plane(0.5 + WAY * max(len(families), 1))
    dates = shown["date"].dropna()
    low, high = (date2num(dates.min()), date2num(dates.max())) if len(dates) else (0.0, 1.0)  # type: ignore[no-untyped-call]
    span = max(high - low, 1.0)
    aside = high + 0.16 * span
    undated = bool(shown["date"].isna().any())
    documents = []
    for y, own in enumerate(families):
        days = date2num(own["date"].dropna())  # type: ignore[no-untyped-call]
        place, count = np.unique(np.append(days, np.full(len(own) - len(days), aside)), return_counts=True)
        ax.hlines(y, place[0], days.max(initial=place[0]), color=COLOURS["sky"], linewidth=1.5)
        ax.scatter(place, np.full(len(place), y), s=np.where(count > 1, 80, 24), color=COLOURS["blue"], zorder=2)
        for x, several in zip(place[count > 1], count[count > 1], strict=True):
            ax.text(x, y, several, color="white", ha="center", va="center_baseline", fontsize=6.5)
        text, origin, sources = own["text"].iloc[0], own["source"].iloc[0], own["source"].dropna().nunique()
        holding = own["doc_id"].nunique()
        below = counted(holding, "document") + (f" of {counted(sources, 'source')}, first {origin}" * (sources > 1))
        first = f"“{_beginning(text, int(0.98 * room() / LETTER))}”"
        lines = "\n".join(_beginning(line, int(1.04 * room() / LETTER)) for line in f"{first}\n{below}".split("\n"))
        ax.annotate(lines, (0, y), (0, 7), xycoords=ax.get_yaxis_transform(), textcoords="offset points", fontsize=7)
        documents.append((f"documents with “{_beginning(text, 40)}”", holding))
    ax.set_ylim(len(families) - 0.7, -0.75)
    ax.set_xlim(low - 0.04 * span, (aside if undated else high) + 0.06 * span)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    if len(dates):
        _dates(ax, dates, room())
    else:
        ax.set_xticks([])
    if undated:
        ax.set_xticks([*ax.get_xticks(), aside], [*(t.get_text() for t in ax.get_xticklabels()), "no date"])
    when = f" from {day_in_words(dates.min())} to {day_in_words(dates.max())}" if len(dates) else ""
    said = f"A line a passage, {len(families)} in all, with a point at each day on which it appears{when}"
    return fig, f"{said}. {highest([name for name, _ in documents], [held for _, held in documents])}"


def _beginning(text: str, most: int) -> str:
    """The first words of `text`, as many as `most` characters hold; of one that is longer a part."""
    if len(text) <= most:
        return text
    short = text[: most - 1]
    return f"{short.rpartition(' ')[0] or short}…"


@drawing
def two_sides(
    table: pd.DataFrame, *, target: str, reference: str, most: int = 40, significant: float = 0.05
) -> tuple[Figure, str]:
    """A point a word: its rank on one side against that on the other, rows of `comparison.ranks`.

    Words with ``q_documents`` below `significant` are dark. The first `most` words are labelled as far as there is
    room. On the line both sides use a word alike.
    """
    fig, ax = plane(min(room(), 4.5))
    sure = (table["q_documents"] < significant).to_numpy(dtype=bool)
    ax.plot([0, 1], [0, 1], color="#999999", linewidth=0.8)
    for own, colour in ((~sure, COLOURS["sky"]), (sure, COLOURS["blue"])):
        ax.plot(table["reference_rank"][own], table["target_rank"][own], "o", **CLOUD | {"color": colour, "zorder": 2})
    for axis, name in ((ax.xaxis, reference), (ax.yaxis, target)):
        axis.set_ticks([0, 0.5, 1], ["rare", "", "frequent"])
        axis.set_label_text(f"In {cut(name, int(0.7 * room() / LETTER))}")
    ax.margins(0.06)
    _labels(fig, ax, table, x="reference_rank", y="target_rank", label="term", most=most)
    above = table["target_rank"] - table["reference_rank"]
    counts = zip(table["term"], table["count"], table["reference_count"], strict=True)
    words = pd.Series([f"{term} ({own:,} against {other:,})" for term, own, other in counts], table.index)
    first = [
        f"{side}: {', '.join(words[rows].head(3)) or 'none'}"
        for side, rows in ((target, above > 0), (reference, above < 0))
    ]
    said = f"Points, one for each of {len(table):,} words, by how frequent each is on two sides"
    return fig, f"{said}. Farthest off, {'; '.join(first)}."


@drawing
def document_map(table: pd.DataFrame, links: pd.DataFrame) -> tuple[Figure, str]:
    """Documents in a plane, rows of `similarity.document_map` with a ``label``, and a line for each row of `links`.

    `links` are pairs of documents ``a`` and ``b``; the higher their ``jaccard``, the thicker the line. The documents
    farthest out are labelled first, as far as there is room.
    """
    fig, ax = plane(min(room(), 4.5))
    at = table.set_index("doc_id")[["x", "y"]]
    ends = np.stack([at.loc[links[side]].to_numpy(dtype=float) for side in ("a", "b")], axis=1)
    widths = 0.4 + 2 * links["jaccard"].to_numpy(dtype=float)
    ax.add_collection(LineCollection(list(ends), colors="#B0B0B0", linewidths=widths, zorder=1))
    ax.plot(table["x"], table["y"], "o", color=COLOURS["blue"], markersize=4, markeredgewidth=0, zorder=2)
    ax.set_aspect("equal", adjustable="datalim")
    ax.margins(0.15)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    outward = table.assign(label=[cut(label, 24) for label in table["label"]], out=-(table["x"] ** 2 + table["y"] ** 2))
    _labels(fig, ax, outward.sort_values("out", kind="stable"), x="x", y="y", label="label", most=len(table))
    said = f"Points, one for each of {counted(len(table), 'document')}, near one another where their words are alike"
    lines = f"{counted(len(links), 'line')} between those that share passages"
    return fig, f"{said} (cosine of the two most alike: {table['similarity'].max():.2f}); {lines}."


@drawing
def novelty_curve(table: pd.DataFrame, *, unit: str, n: int = 4) -> tuple[Figure, str]:
    """The share of new n-grams along the text: a dot a row of `novelty.curve`, with its running mean.

    The dashed line is the share ``expected`` in this place in random order; a row is called a `unit`.
    """
    fig, ax = plane(2.9)
    known = table[table["new"].notna()]
    many = len(known) > 1000
    small: dict[str, Any] = {"markersize": 1.8, "markeredgewidth": 0, "alpha": 0.35}
    large: dict[str, Any] = {"markersize": 3.8, "markeredgewidth": 0.5, "alpha": 1}
    dots = (small if many else large) | {"color": COLOURS["sky"], "markeredgecolor": COLOURS["blue"]}
    ax.plot(known["place"], known["new"], "o", **dots, clip_on=False, rasterized=True, label=f"one {unit}")
    line = known.iloc[np.unique(np.linspace(0, max(len(known) - 1, 0), 1000).round().astype(int))]
    ax.plot(line["place"], line["running"], color=COLOURS["blue"], linewidth=1.6, label="running mean")
    dashes: dict[str, Any] = {"color": COLOURS["black"], "linewidth": 1, "linestyle": "--"}
    ax.plot(line["place"], line["expected"], **dashes, label="in random order")
    ax.set_ylim(0, 1)
    ax.set_xlim(0.5, max(len(table), 1) + 0.5)
    if len(table) > 6:
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    else:
        ax.set_xticks(np.arange(1, len(table) + 1))
    ax.xaxis.set_major_formatter(THOUSANDS)
    ax.yaxis.set_major_formatter(PERCENT)
    ax.set_ylabel(f"New runs of {n} words")
    ax.grid(axis="y")
    legend_above(fig, ax.lines)
    name_x(ax, f"Place in reading order ({unit}s)")
    low = table.nsmallest(1, "running").to_dict("records")
    said = "".join(f" Its running mean is lowest at {at['place']:,} ({at['running']:.0%})." for at in low)
    return fig, f"Points and their running mean: new runs of words in {counted(len(table), unit)}.{said}"


def _dates(ax: Axes, days: pd.Series, wide: float) -> None:
    """Ticks of one form on an axis of dates `wide` inches long: on the first of years or months, or evenly spaced."""
    low, high = (int(day) for day in date2num([days.min(), days.max()]))  # type: ignore[no-untyped-call]
    most = max(int(wide / 0.5), 2)
    locator = AutoDateLocator(minticks=1, maxticks=most)  # type: ignore[no-untyped-call]
    whole = np.floor(locator.tick_values(days.min(), days.max())) if low < high else np.array([low])  # type: ignore[no-untyped-call]
    whole = whole[(whole >= low) & (whole <= high)]
    if len(whole) < 2 or any(day.day != 1 for day in num2date(whole)):  # type: ignore[no-untyped-call]
        unit = 7 if (date2num(days.unique()) % 7 == low % 7).all() else 1  # type: ignore[no-untyped-call]
        whole = np.arange(low, high + 1, unit * max(-(-(high - low) // (unit * (most - 1))), 1))
    ticks = [pd.Timestamp(day.date()) for day in num2date(whole)]  # type: ignore[no-untyped-call]
    by_year, by_month = all(day.day == day.month == 1 for day in ticks), all(day.day == 1 for day in ticks)
    parts = 3 if len(ticks) == 1 or not by_month else 1 if by_year else 2
    written = [day_in_words(day).split()[-parts:] for day in ticks]
    ax.set_xticks(whole, ["\n".join(filter(None, [" ".join(own[:-1]), own[-1]])) for own in written])


def _count_scale(axis: Axis, values: pd.Series, *, fine: int) -> None:
    """Ticks of a logarithmic axis at round counts: 1, 2, 5, 10 up to `fine` times the least, else powers of ten."""
    is_long, is_longest = (values.max() > times * fine * values.min() for times in (1, 1000))
    subs = (1.0,) if is_long else (1.0, 2.0, 5.0)
    axis.set_major_locator(LogLocator(base=1000.0 if is_longest else 10.0, subs=subs))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(THOUSANDS)


def _labels(fig: Figure, ax: Axes, table: pd.DataFrame, *, x: str, y: str, label: str, most: int) -> None:
    """Write the labels of the first `most` rows beside their points, where they cover no earlier one and no point."""
    off = 4.0
    across = [(off, 0.0, "left", "center"), (-off, 0.0, "right", "center")]
    places = [*across, (0.0, off, "center", "bottom"), (0.0, -off, "center", "top")]
    renderer = FigureCanvasAgg(fig).get_renderer()  # type: ignore[no-untyped-call]
    fig.draw(renderer)
    inside, reach = ax.get_window_extent(), APART * fig.dpi / 72
    points = ax.transData.transform(table[[x, y]].to_numpy(dtype=float))
    taken = np.hstack([points - reach, points + reach])  # left, bottom, right, top
    for row in table.head(most).to_dict("records"):
        for dx, dy, ha, va in places:
            text = ax.annotate(
                str(row[label]), (row[x], row[y]), (dx, dy), textcoords="offset points", ha=ha, va=va, fontsize=7
            )
            low, high = corners = text.get_window_extent(renderer).get_points()
            covers = (taken[:, :2] < high).all(axis=1) & (taken[:, 2:] > low).all(axis=1)
            if all(inside.contains(*corner) for corner in corners) and not covers.any():
                taken = np.vstack([taken, np.hstack([low - reach, high + reach])])
                break
            text.remove()
