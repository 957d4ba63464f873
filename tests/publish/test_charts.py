"""Points, lines and networks: labels that can be read, values where they belong."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Annotation

from analysis.publish import charts
from analysis.publish.figures import Size, style
from tests.publish.drawn import assert_all_can_be_read, assert_apart, drawn, every_width, tick_labels

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


@every_width
@pytest.mark.parametrize(
    ("draw", "size"), [(points, 1), (points, 300), (web, 2), (web, 40), (panels, 1), (panels, 6), (curves, None)]
)
def test_all_that_is_written_is_inside_the_picture(draw, size, width):
    with style(Size(width)):
        figure = draw() if size is None else draw(size)
    assert_all_can_be_read(figure)


@pytest.mark.parametrize("rows", [10, 300])
def test_no_label_covers_another(rows):
    figure = points(rows)
    drawn(figure)
    labels = [t for t in figure.axes[0].texts if isinstance(t, Annotation)]
    assert len(labels) >= min(rows, 15)
    assert_apart(labels)


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
    ticks = [number.get_text() for number in tick_labels(axes)[0]]
    assert len(ticks) >= 2
    assert all(float(tick.replace(",", "")) >= 1 for tick in ticks)
    assert not axes.xaxis.get_minorticklocs().size


@pytest.mark.parametrize(("inches", "rows"), [(3.3, 3), (4.9, 3), (6.9, 2)])
def test_panels_fill_the_width_and_their_titles_do_not_meet(inches, rows):
    with style(Size(inches)):
        figure = panels(6)
    drawn(figure)
    assert len({round(ax.get_position().y0, 3) for ax in figure.axes}) == rows
    assert_apart([ax._left_title for ax in figure.axes])


@every_width
@pytest.mark.parametrize("types", [9, 95, 206, 2_000, 60_000])
def test_the_numbers_of_ranks_do_not_meet(types, width):
    rank = np.arange(1, types + 1)
    table = pd.DataFrame({"rank": rank, "count": np.maximum(types // rank, 1), "fitted": 1.0})
    growth = pd.DataFrame({"words": [10, 2 * types], "types": [5, types], "fitted": 1.0})
    with style(Size(width)):
        figure = charts.rank_curve(table, growth)
    drawn(figure)
    numbers, _ = tick_labels(figure.axes[0])
    boxes = [number.get_window_extent() for number in numbers]
    assert len(boxes) > 1
    assert all(left.x1 + 3 < right.x0 for left, right in itertools.pairwise(boxes))
