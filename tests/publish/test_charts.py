"""Points, lines and networks: labels that can be read, values where they belong."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation

from analysis.publish import charts
from analysis.publish.figures import Size, style

NAMES = ["plan", "counter-terrorism", "عزمِ استحکام", "$ 5", "x", "people"]


def points(rows):
    random = np.random.default_rng(0)
    table = pd.DataFrame({"term": [f"{NAMES[i % 6]} {i}" for i in range(rows)], "count": random.integers(1, 50, rows)})
    return charts.labelled_points(
        table.assign(even=random.random(rows)), x="count", y="even", label="term", xlabel="n", ylabel="Evenness"
    )


def panels(count, dates=5):
    periods = pd.date_range("2024-06-01", periods=dates, freq="MS")
    table = pd.concat(pd.DataFrame({"period": periods, "term": name, "rate": 10.0 * n}) for n, name in enumerate(NAMES))
    table = table[table["term"].isin(NAMES[:count])].assign(ci_low=0.0, ci_high=lambda t: t["rate"] * 2)
    titles = {name: f"{name} (τ = 0.33, q = 0.21)" for name in NAMES}
    return charts.small_multiples(table, x="period", y="rate", by="term", ylabel="Per million words", titles=titles)


def web(size):
    angle = np.linspace(0, 2 * np.pi, size, endpoint=False)
    words = [f"{NAMES[i % 6]} {i}" for i in range(size)]
    nodes = pd.DataFrame({"word": words, "count": range(1, size + 1), "x": np.cos(angle), "y": np.sin(angle)})
    edges = pd.DataFrame({"first": words[:-1], "second": words[1:], "weight": np.linspace(1, 2, size - 1)})
    return charts.network(edges, nodes)


def curves():
    table = pd.DataFrame({"rank": range(1, 400), "count": 1000 // np.arange(1, 400)}).assign(fitted=1.0)
    growth = pd.DataFrame({"words": range(10, 4000, 10), "types": range(1, 400), "fitted": 1.0})
    return charts.rank_curve(table, growth)


def drawn(figure):
    canvas = FigureCanvasAgg(figure)
    with style():
        canvas.draw()
    return canvas.get_width_height()


@pytest.mark.parametrize("inches", [85 / 25.4, 4.9, 174 / 25.4], ids="{:.1f}in".format)
@pytest.mark.parametrize(
    ("draw", "size"), [(points, 1), (points, 300), (web, 2), (web, 40), (panels, 1), (panels, 6), (curves, None)]
)
def test_all_that_is_written_is_inside_the_picture(draw, size, inches):
    with style(Size(inches)):
        figure = draw() if size is None else draw(size)
    width, height = drawn(figure)
    for axes in figure.axes:
        for text in [*axes.texts, axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]:
            if text.get_text() and axes.get_visible():
                box = text.get_window_extent()
                assert min(box.x0, box.y0) >= -1, text
                assert box.x1 <= width + 1, text
                assert box.y1 <= height + 1, text


@pytest.mark.parametrize("rows", [10, 300])
def test_no_label_covers_another(rows):
    figure = points(rows)
    drawn(figure)
    labels = [t for t in figure.axes[0].texts if isinstance(t, Annotation)]
    assert len(labels) >= min(rows, 15)
    boxes = [label.get_window_extent() for label in labels]
    apart = (a.x1 <= b.x0 or b.x1 <= a.x0 or a.y1 <= b.y0 or b.y1 <= a.y0 for a, b in itertools.combinations(boxes, 2))
    assert all(apart)


def test_every_word_of_a_network_is_named():
    assert {t.get_text() for t in web(40).axes[0].texts} == {f"{NAMES[i % 6]} {i}" for i in range(40)}


def test_the_stronger_pair_has_the_wider_line():
    (lines,) = (c for c in web(5).axes[0].collections if hasattr(c, "get_segments"))
    assert np.all(np.diff(lines.get_linewidths()) > 0)


def test_panels_share_their_scale_and_begin_at_nothing():
    axes = [ax for ax in panels(6).axes if ax.get_visible()]
    assert {ax.get_ylim() for ax in axes} == {axes[0].get_ylim()}
    assert axes[0].get_ylim()[0] == 0
    assert axes[0].get_ylim()[1] >= 100  # the highest band: rate 50, twice that


def test_an_odd_panel_leaves_its_place_empty():
    assert [ax.get_visible() for ax in panels(3).axes] == [True, True, True, False]


@pytest.mark.parametrize("counts", [[2, 9], [1, 50], [1, 40_000]])
def test_a_scale_of_counts_has_ticks_that_can_be_read(counts):
    table = pd.DataFrame({"term": ["a", "b"], "count": counts, "even": [0.1, 0.9]})
    figure = charts.labelled_points(table, x="count", y="even", label="term", xlabel="n", ylabel="Evenness")
    drawn(figure)
    axes = figure.axes[0]
    low, high = axes.get_xlim()
    ticks = [t.get_text() for t in axes.get_xticklabels() if low <= t.get_position()[0] <= high]
    assert len(ticks) >= 2
    assert all(float(tick.replace(",", "")) >= 1 for tick in ticks)
    assert not axes.xaxis.get_minorticklocs().size


@pytest.mark.parametrize(("inches", "rows"), [(3.3, 3), (4.9, 3), (6.9, 2)])
def test_panels_fill_the_width_and_their_titles_do_not_meet(inches, rows):
    with style(Size(inches)):
        figure = panels(6)
    drawn(figure)
    assert len({round(ax.get_position().y0, 3) for ax in figure.axes}) == rows
    boxes = [ax._left_title.get_window_extent() for ax in figure.axes]
    apart = (a.x1 <= b.x0 or b.x1 <= a.x0 or a.y1 <= b.y0 or b.y1 <= a.y0 for a, b in itertools.combinations(boxes, 2))
    assert all(apart)


@pytest.mark.parametrize("inches", [85 / 25.4, 4.9, 174 / 25.4], ids="{:.1f}in".format)
@pytest.mark.parametrize("types", [9, 95, 206, 2_000, 60_000])
def test_the_numbers_of_ranks_do_not_meet(types, inches):
    rank = np.arange(1, types + 1)
    table = pd.DataFrame({"rank": rank, "count": np.maximum(types // rank, 1), "fitted": 1.0})
    growth = pd.DataFrame({"words": [10, 2 * types], "types": [5, types], "fitted": 1.0})
    with style(Size(inches)):
        figure = charts.rank_curve(table, growth)
    drawn(figure)
    axis = figure.axes[0]
    low, high = axis.get_xlim()
    boxes = [t.get_window_extent() for t in axis.get_xticklabels() if low <= t.get_position()[0] <= high]
    assert len(boxes) > 1
    assert all(left.x1 + 3 < right.x0 for left, right in itertools.pairwise(boxes))
