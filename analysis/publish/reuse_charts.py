"""Drawings of what is repeated: a document against itself, passages through time, who takes from whom.

As in `charts`, clouds of points and strokes are pictures inside the drawing, so that no file grows with the corpus.
"""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.ticker import MaxNLocator, PercentFormatter

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
from analysis.publish.markup import COLOURS

PERCENT = PercentFormatter(1.0, decimals=0)
SMOOTH = 2000  # strokes up to which their edges are smoothed
BARS = 40  # documents that have a bar of their own
ROWS, GROUPS, ARROWS = 24, 16, 30  # sources of a timeline; groups and arrows of a network
# Told apart by hue, by shape, and by the pattern of the line.
MARKS: list[tuple[str, str, Any]] = [
    ("blue", "o", "-"),
    ("orange", "s", "--"),
    ("green", "^", "-."),
    ("vermillion", "D", ":"),
    ("purple", "v", (0, (5, 1, 1, 1, 1, 1))),
    ("black", "X", (0, (1, 2))),
]


@drawing
def dot_plot(matches: pd.DataFrame, *, words: int, borders: Sequence[int]) -> Figure:
    """A document against itself: a diagonal stroke for each row (a_word, b_word, words) of `dots.dot_matches`.

    Both axes are the running words; the document itself is the diagonal, and each stroke is on both sides of it.
    `words` is how many words there are in all, `borders` (see `plots.few`) are those at which another paragraph begins.
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
    smooth = len(strokes) <= SMOOTH  # many take long to draw and weigh much
    lines = LineCollection(list(strokes), colors=COLOURS["blue"], linewidths=1.6, antialiaseds=smooth)
    lines.set(capstyle="round", rasterized=True)
    ax.add_collection(lines)
    ax.set_xlim(0, total)
    ax.set_ylim(total, 0)
    ax.set_aspect("equal")
    ax.set_xlabel("Place in the document (words)")
    ax.set_ylabel("Place in the document (words)")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(6, integer=True))
        axis.set_major_formatter(THOUSANDS)
    return fig


@drawing
def timeline(places: pd.DataFrame, *, most: int = 5) -> Figure:
    """The way of passages through the sources: a line for each of the first `most` families of `spread.families`.

    Across are the dates, down the sources in the order in which they first have one of these passages; a mark is a
    place of the passage, and those of different passages are one above the other. Places without a date are on the
    right, outside the lines. Below are the first words of each passage. Of many sources those with the fewest places
    share one row. Raises `ValueError` when `most` is not from 1 to 6.
    """
    if not 1 <= most <= len(MARKS):
        raise ValueError(f"most is {most}: use a number of passages from 1 to {len(MARKS)}")
    shown = places[places["family"].isin(np.unique(places["family"])[:most])].copy()
    shown["source"] = _named(shown["source"])
    order = _few(shown.sort_values(["date", "source"], kind="stable")["source"], ROWS, "other sources")
    shown["source"] = shown["source"].where(shown["source"].isin(order), order[-1] if order else "")
    families = shown.groupby("family", sort=True)["text"].first()
    labels = [_cut_end(text, longest(62)) for text in families]
    row = {name: y for y, name in enumerate(order)}
    undated = bool(shown["date"].isna().any())
    fig, ax = labelled_rows(len(order), order)
    fig.set_figheight(0.75 + (0.16 + 0.06 * len(labels)) * max(len(order), 3) + 0.17 * len(labels))
    ax.set_ylim(len(order) - 0.4, -0.6)
    dates = shown["date"].dropna()
    low, high = (date2num(dates.min()), date2num(dates.max())) if len(dates) else (0.0, 1.0)  # type: ignore[no-untyped-call]
    span = max(high - low, 1.0)
    aside = high + 0.16 * span
    lines = []
    for k, family in enumerate(families.index):
        own = shown[shown["family"] == family].sort_values("date", kind="stable")
        colour, marker, line = MARKS[k]
        shift = 0.64 * ((k + 0.5) / len(families) - 0.5)
        y = own["source"].map(row).to_numpy(dtype=float) + shift
        known = own["date"].notna().to_numpy()
        x = np.full(len(own), aside)
        x[known] = date2num(own["date"][known])  # type: ignore[no-untyped-call]
        mark: dict[str, Any] = {"marker": marker, "color": COLOURS[colour], "markersize": 4.5, "clip_on": False}
        mark |= {"markeredgecolor": "white", "markeredgewidth": 0.4}
        lines.append(Line2D([], [], linestyle=line, linewidth=1.1, label=labels[k], **mark))
        for chosen, drawn in ((known, line), (~known, "")):
            if chosen.any():  # a line without a point would take room at the corner of the picture
                ax.plot(x[chosen], y[chosen], linestyle=drawn, linewidth=1.1, **mark)
    ax.set_xlim(low - 0.04 * span, (aside if undated else high) + 0.06 * span)
    if len(dates):
        locator = AutoDateLocator(minticks=2, maxticks=max(3, longest(6)))  # type: ignore[no-untyped-call]
        ticks = np.unique(np.floor(locator.tick_values(dates.min(), dates.max())))  # type: ignore[no-untyped-call]
        ax.set_xticks(ticks[(ticks >= low - 0.04 * span) & (ticks <= high + 0.06 * span)])
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        if low == high:
            ax.set_xticks([low], [dates.min().strftime("%Y-%m-%d")])
    else:
        ax.set_xticks([])
    if undated:
        ax.axvline(high + 0.08 * span, color="#999999", linewidth=0.8, linestyle=(0, (2, 2)))
        ax.text(aside, -0.65, "no date", ha="center", va="bottom", fontsize=7)
    ax.hlines(np.arange(1, len(order)) - 0.5, *ax.get_xlim(), color="#E4E4E4", linewidth=0.5)
    if labels:
        fig.legend(handles=lines, loc="outside lower left", fontsize=7, handlelength=3)
    return fig


@drawing
def reuse_network(links: pd.DataFrame) -> Figure:
    """Who has text from whom: an arrow from ``origin`` to ``taker`` for each row of `borrowing.borrowed_between`.

    The groups are on a circle, by name and clockwise from the top; the more words are ``borrowed``, the wider an arrow.
    What a group has from its own earlier documents is no arrow; the picture says how much that is. Where there are too
    many arrows or groups to read, the widest that fit are drawn, and it says how many are not.
    """
    own = links[links["taker"] == links["origin"]]
    arrows = links[links["taker"] != links["origin"]].sort_values(
        ["borrowed", "origin", "taker"], ascending=[False, True, True], kind="stable"
    )
    kept, names = _strongest(arrows)
    angle = np.pi / 2 - 2 * np.pi * np.arange(len(names)) / max(len(names), 1)
    place = {name: (float(np.cos(a)), float(np.sin(a))) for name, a in zip(names, angle, strict=True)}
    fig, ax = plane(4.3 * min(room() / WIDTH, 1))
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_xlim(-1.75, 1.75)
    ax.set_ylim(-1.3, 1.3)
    top = float(kept["borrowed"].max()) if len(kept) else 1.0
    for origin, taker, amount in kept[["origin", "taker", "borrowed"]].iloc[::-1].itertuples(index=False):
        width = 0.5 + 3.5 * amount / top
        arrow = FancyArrowPatch(
            place[origin],
            place[taker],
            connectionstyle="arc3,rad=0.16",  # so that an arrow and the one back lie apart
            arrowstyle=f"-|>,head_length={3 + 0.9 * width},head_width={1.2 + 0.7 * width}",
            mutation_scale=1,
            shrinkA=6,
            shrinkB=6,
            linewidth=width,
            color=COLOURS["blue"],
            alpha=0.8,
            joinstyle="miter",
            capstyle="butt",
        )
        ax.add_patch(arrow)
    for name, (x, y) in place.items():
        ax.plot(x, y, "o", color="white", markeredgecolor=COLOURS["black"], markersize=7, zorder=3)
        side = "center" if abs(x) < 0.2 else "left" if x > 0 else "right"
        height = "center" if abs(x) >= 0.2 else "bottom" if y > 0 else "top"
        ax.text(
            x + 0.1 * np.sign(round(x, 6)) * (abs(x) >= 0.2),
            y + 0.11 * y,
            textwrap.fill(cut(name, 20), longest(20)),
            ha=side,
            va=height,
            fontsize=8,
        )
    said = [] if len(arrows) else ["No group has text from an earlier document of another."]
    if len(kept):
        said.append(f"The widest arrow is {int(top):,} words.")
    if len(own):
        said.append(f"Not drawn: {int(own['borrowed'].sum()):,} words from a group's own earlier documents.")
    if len(kept) < len(arrows):
        lost = arrows["borrowed"].sum() - kept["borrowed"].sum()
        said.append(f"Left out for want of room: {len(arrows) - len(kept):,} arrows ({int(lost):,} words).")
    lines = [line for sentence in said for line in textwrap.wrap(sentence, longest(76))]
    fig.supxlabel("\n".join(lines), fontsize=7.5, x=0.02, ha="left")
    return fig


@drawing
def novelty_curve(table: pd.DataFrame, *, unit: str, n: int = 4) -> Figure:
    """The share of new n-grams along the text: a dot a row of `novelty.curve`, with its running mean.

    The dashed line is the share ``expected`` in this place had the same `unit` (what one row is called) been read in
    random order.
    """
    fig, ax = plane(2.9)
    known = table[table["new"].notna()]
    many = len(known) > 1000
    ax.plot(
        known["place"],
        known["new"],
        "o",
        color=COLOURS["sky"],
        markersize=1.8 if many else 3.8,
        markeredgewidth=0 if many else 0.5,
        markeredgecolor=COLOURS["blue"],
        alpha=0.35 if many else 1,
        clip_on=False,
        rasterized=True,
        label=f"one {unit}",
    )
    line = known.iloc[np.unique(np.linspace(0, max(len(known) - 1, 0), 1000).round().astype(int))]
    ax.plot(line["place"], line["running"], color=COLOURS["blue"], linewidth=1.6, label="running mean")
    ax.plot(
        line["place"], line["expected"], color=COLOURS["black"], linewidth=1, linestyle="--", label="in random order"
    )
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
    return fig


@drawing
def share_bars(table: pd.DataFrame, *, label: str = "doc_id", value: str = "borrowed_share", xlabel: str) -> Figure:
    """How large the share `value` (0 to 1) of each row is: sorted bars, or for more than forty rows how many have it.

    Of many rows, those with 0 are counted above the picture and not drawn beside the others, which they would dwarf.
    """
    if len(table) <= BARS:
        ranked = table.sort_values(value, ascending=False, kind="stable")
        fig, ax = labelled_rows(len(ranked), ranked[label])
        ax.barh(np.arange(len(ranked)), ranked[value], color=COLOURS["blue"], height=0.7)
        for y, share in enumerate(ranked[value]):
            ax.text(share + 0.01, y, _percent(share), ha="left", va="center", fontsize=7)
        ax.set_xlim(0, 1.06)
        ax.grid(axis="x")
    else:
        fig, ax = _histogram(table[value].to_numpy(dtype=float))
    ax.xaxis.set_major_formatter(PERCENT)
    ax.set_xticks(np.linspace(0, 1, 6 if room() > 4 else 3))
    name_x(ax, xlabel)
    return fig


def _histogram(shares: np.ndarray) -> tuple[Figure, Axes]:
    """How many of the shares above 0 lie in each twentieth, the upper border included."""
    fig, ax = plane(2.9)
    some = shares[shares > 0]
    # Shares are quotients: the tolerance keeps 0.15 in the bin that ends there.
    counts = np.bincount(np.ceil(20 * some - 1e-9).astype(int) - 1, minlength=20)
    ax.bar(np.arange(20) / 20 + 0.025, counts, width=0.046, color=COLOURS["blue"])
    upright = len(f"{counts.max():,}") * LETTER * 6 / 8 > 0.04 * room()  # side by side they would not fit
    for k in np.flatnonzero(counts):
        number, rotation = (f" {counts[k]:,}", 90) if upright else (f"{counts[k]:,}", 0)
        ax.text(k / 20 + 0.025, counts[k], number, ha="center", va="bottom", fontsize=6, rotation=rotation)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, (1.25 if upright else 1.08) * max(int(counts.max()), 1))
    ax.set_ylabel("Documents")
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.yaxis.set_major_formatter(THOUSANDS)
    ax.grid(axis="y")
    none = len(shares) - len(some)
    said = f"{none:,} of {len(shares):,} documents have none; the others:"
    ax.set_title(textwrap.fill(said, longest(68)), fontsize=8)
    return fig, ax


def _percent(share: float) -> str:
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def _named(names: pd.Series) -> pd.Series:
    return names.astype(object).where(names.notna() & (names != ""), "(none)").astype(str)


def _few(names: pd.Series, most: int, others: str) -> list[str]:
    """The different names in the order met; of more than `most` the most frequent, and one for the others."""
    order = list(dict.fromkeys(names))
    if len(order) <= most:
        return order
    kept = set(names.value_counts(sort=False).sort_values(ascending=False, kind="stable").index[: most - 1])
    return [*(name for name in order if name in kept), f"({len(order) - most + 1} {others})"]


def _cut_end(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _strongest(arrows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The first arrows, as many as the picture holds without more groups than it has room for, and their groups."""
    names: set[str] = set()
    kept: list[bool] = []
    for origin, taker in arrows[["origin", "taker"]].itertuples(index=False):
        fits = len(names | {origin, taker}) <= GROUPS and sum(kept) < ARROWS
        kept.append(fits)
        if fits:
            names |= {origin, taker}
    return arrows[np.array(kept, dtype=bool)], sorted(names)
