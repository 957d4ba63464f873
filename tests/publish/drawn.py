"""A figure as it is drawn, and whether all that is written in it can be read."""

from itertools import chain, combinations

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.publish.figures import style

WIDTHS = [85 / 25.4, 3.8, 174 / 25.4]  # inches: one column of a journal, a report, two columns
every_width = pytest.mark.parametrize("width", WIDTHS, ids="{:.1f}in".format)


def drawn(figure: Figure) -> tuple[int, int]:
    """Draw `figure`, after which its texts have their places; gives its width and height in pixels."""
    canvas = FigureCanvasAgg(figure)
    with style():
        canvas.draw()
    return canvas.get_width_height()


def tick_labels(axes: Axes) -> list[list[Text]]:
    """The labels along the x axis and along the y axis that lie within the limits."""
    return [
        [t for t in axis.get_ticklabels() if t.get_text() and low <= t.get_position()[side] <= high]
        for side, axis in enumerate((axes.xaxis, axes.yaxis))
        for low, high in [sorted(axis.get_view_interval())]
        if axes.axison
    ]


def assert_apart(texts: list[Text]) -> None:
    boxes = [text.get_window_extent() for text in texts]
    for a, b in combinations(boxes, 2):
        assert min(a.x1, b.x1) - max(a.x0, b.x0) <= 1 or min(a.y1, b.y1) - max(a.y0, b.y0) <= 2


def assert_all_can_be_read(figure: Figure) -> None:
    """Assert that all that is written in `figure` is inside of it, and the labels of an axis are apart."""
    width, height = drawn(figure)
    written = [*figure.texts, *chain(*(legend.get_texts() for legend in figure.legends))]
    written += [figure._supxlabel] if figure._supxlabel else []
    for axes in figure.axes:
        if axes.get_visible():
            along = tick_labels(axes)
            written += [*axes.texts, axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label, *chain(*along)]
            for labels in along:
                assert_apart([text for text in labels if not text.get_rotation()])
    for text in written:
        box = text.get_window_extent()
        if text.get_text():
            assert min(box.x0, box.y0) >= -1, text
            assert box.x1 <= width + 1, text
            assert box.y1 <= height + 1, text
