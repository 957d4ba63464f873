"""How drawings fill the width they have: rows with labels, legends, names of axes. All sizes in inches."""

import re
import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from analysis.publish.figures import WIDTH, room

THOUSANDS = StrMethodFormatter("{x:,.10g}")  # a million in full, and no digits that only the processor knows
LETTER = 0.066  # that a letter of a label takes, about
LONGEST_LABEL = 44  # characters of a label of a row in a report
SHORT = 5  # letters of a number that leave room to the next one wherever matplotlib puts them
LINE = 0.17  # of a legend


def labelled_rows(
    count: int, labels: Sequence[str] | pd.Series | pd.Index, *, legend: bool = False
) -> tuple[Figure, Axes]:
    """A figure with room for `count` labelled rows, the first on top."""
    fig = Figure(figsize=(room(), 0.75 + 0.3 * legend + 0.2 * max(count, 3)))
    ax = fig.add_subplot()
    ax.set_yticks(np.arange(count), [cut(label, longest()) for label in labels])
    ax.set_ylim(count - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return fig, ax


def longest(of_report: int = LONGEST_LABEL) -> int:
    """The characters that a label may have in the width there is, where in a report it may have so many."""
    return max(round(of_report * room() / WIDTH), 8)


def cut(label: object, most: int) -> str:
    """`label` with no more than `most` characters, the middle left out where it has more; a missing one is "(none)".

    A remark in brackets at its end stays whole where it leaves room for a word.

    >>> cut("a long way to go", 9), cut("War and eradication (not valid here)", 27), cut("", 9)
    ('a lo…o go', 'War and e… (not valid here)', '(none)')
    """
    text = "(none)" if label is None or label != label or label == "" else str(label)
    if len(text) <= most:
        return text
    remark = re.search(r" \([^()]*\)$", text)
    if remark and (left := most - len(remark[0]) - 1) >= 6:
        return f"{text[:left].rstrip()}…{remark[0]}"
    return f"{text[: most // 2]}…{text[-most // 2 + 1 :]}"


def legend_above(fig: Figure, handles: Sequence[Artist], names: Sequence[str] | None = None) -> None:
    """A legend over the drawing, in one line where it has the room; a figure of `labelled_rows` has it for one."""
    renderer = FigureCanvasAgg(fig).get_renderer()  # type: ignore[no-untyped-call]
    names = [str(handle.get_label()) for handle in handles] if names is None else list(names)
    for columns in range(len(handles), 0, -1):
        legend = fig.legend(handles=list(handles), labels=names, loc="outside upper left", ncols=columns)
        beyond = legend.get_window_extent(renderer).width / fig.dpi - fig.get_figwidth() + 0.1
        if beyond <= 0 or columns == 1:
            break
        legend.remove()
    if beyond > 0:
        for text in legend.get_texts():
            text.set_text(cut(text.get_text(), longest(56)))
    fig.set_figheight(fig.get_figheight() + LINE * (-(-len(handles) // columns) - 1))


def name_x(ax: Axes, name: str) -> None:
    """Write the `name` of the horizontal axis so that all of it is in the picture; to be done last.

    In the middle where that will do, else flush with the right end, in two lines if need be. There are fewer numbers on
    the axis where they would run into each other.
    """
    fig = ax.get_figure(root=True)
    assert fig is not None
    ax.set_xlabel(name)
    _thin(ax, fig)
    if LETTER * len(name) < 0.45 * fig.get_figwidth():
        return
    fig.draw_without_rendering()
    box = ax.xaxis.label.get_window_extent()
    if box.x0 < 0 or box.x1 > fig.bbox.x1:
        wide = int(fig.get_figwidth() / LETTER * 0.9)
        ax.set_xlabel("\n".join(textwrap.wrap(name, wide)), loc="right")


def _thin(ax: Axes, fig: Figure) -> None:
    """Put as many numbers on the horizontal axis as it has room for; matplotlib allows for three letters in each."""
    locator = ax.xaxis.get_major_locator()
    written = ax.xaxis.get_major_formatter().format_ticks(list(ax.get_xticks()))
    if not isinstance(locator, MaxNLocator) or max(map(len, written), default=0) <= SHORT:
        return
    fig.draw_without_rendering()
    widest = max(label.get_window_extent().width for label in ax.get_xticklabels())
    most = min(max(int(ax.bbox.width / (1.2 * widest)), 1), 9)
    ax.xaxis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
